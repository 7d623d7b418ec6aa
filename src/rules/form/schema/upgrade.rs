//! The columns of `upgrade`.

use super::{Kind, Relation, column};

/// The relation `upgrade`.
pub(super) const UPGRADE: Relation = Relation {
    name: "upgrade",
    about: "An upgrade of the cluster to a release series, or of one of its virtual clusters.",
    sources: "system.migrations, the active version in crdb_internal.cluster_settings, changes of it, the builds of the nodes over time",
    subject: true,
    named_by: None,
    derived_by: &[],
    columns: &[
        column("series", Kind::Text, "The series to which it leads, such as `21.2`."),
        column("before", Kind::Text, "The series before it, where one is known to have run."),
        column(
            "from",
            Kind::Time,
            "When a node began to run a build of the series: from then on the cluster was mixed.",
        ),
        column(
            "until",
            Kind::Time,
            "When it was finalized, so that the active version is that of the series; none as long as it is not.",
        ),
        column("final", Kind::Bool, "Whether it is finalized."),
        column("steps", Kind::Time, "When its last step was done that is listed."),
        column(
            "mixed",
            Kind::Bool,
            "Whether it goes on: it is not finalized, or nodes run builds of this series and of an older one.",
        ),
        column("active", Kind::Text, "The active version, such as `21.1-22`."),
    ],
};
