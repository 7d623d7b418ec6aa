//! `backup_chain`: rows about operations that chains of backups capture, restores that read them, and what is not known.

use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::Declared;
use crate::advisories::backup_chains::{
    self, Begins, Builds, Captured, Described, Doubts, Entry, Group, Holds, described, layer_name,
};
use crate::advisories::ranges::Placement;
use crate::facts::{BulkOperation, Ended, Facts, Layer, OperationKind, RestoreRun, Source};
use crate::model::{
    BackupPart, Evidence, JobStatus, LayerKind, LayerMark, Subject, Time, Verdict, Version,
};
use crate::parse::statement::Unparsed;
use crate::rules::evaluate::EVIDENCE;
use crate::rules::form::rule::Value;
use crate::rules::form::schema;
use crate::rules::relation::{Cell, Derived, Row, Told};

pub(in crate::rules) fn groups<'a>(
    declared: &'a Declared,
    facts: &'a Facts,
) -> Vec<Box<dyn Derived + 'a>> {
    let groups = backup_chains::groups(declared, facts).into_iter();
    groups.map(|group| Box::new(group) as Box<dyn Derived>).collect()
}

impl Derived for Group<'_> {
    fn subject(&self) -> Subject {
        Group::subject(self).clone()
    }

    fn len(&self) -> usize {
        self.rows().len()
    }

    fn row(&self, place: usize) -> Row {
        let mut cells = Cells::new();
        if let Some(entry) = self.rows().get(place) {
            cells.entry(self, entry);
        }
        Row {
            cells: cells.0,
            id: Group::subject(self).id.clone(),
            node: None,
            ran: None,
            evidence: None,
            redacted: false,
            doubts: Vec::new(),
        }
    }

    fn marks(&self, place: usize, verdict: Verdict) -> Vec<LayerMark> {
        Group::marks(self, place, verdict)
    }

    fn evidence(&self, told: &Told) -> Vec<Evidence> {
        Group::evidence(self, &told.places, EVIDENCE)
    }

    fn backup(&self, told: &Told, marks: &BTreeSet<LayerMark>) -> Option<BackupPart> {
        Group::backup(self, &told.places, &told.untold, marks)
    }

    fn values(&self, part: Option<&BackupPart>) -> BTreeMap<&'static str, String> {
        Group::values(self, part)
    }
}

/// The cells of a row, in the order of the relation's columns; absent until they are set.
struct Cells(Vec<Cell>);

impl Cells {
    fn new() -> Self {
        let columns = relation().map_or(0, |relation| relation.columns.len());
        Self(vec![Cell::Absent; columns])
    }

    fn set(&mut self, column: &str, cell: Cell) {
        let found = relation().and_then(|relation| relation.column(column));
        debug_assert!(found.is_some_and(|(_, column)| fits(column, &cell)), "{column}: {cell:?}");
        if let Some(slot) = found.and_then(|(place, _)| self.0.get_mut(place)) {
            *slot = cell;
        }
    }

    fn text(&mut self, column: &str, text: &str) {
        self.set(column, Cell::text(text));
    }

    fn some_text(&mut self, column: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(column, text);
        }
    }

    fn names(&mut self, column: &str, names: &[String]) {
        if !names.is_empty() {
            self.text(column, &names.join(", "));
        }
    }

    fn flag(&mut self, column: &str, flag: bool) {
        self.set(column, Cell::Value(Value::Bool(flag)));
    }

    fn time(&mut self, column: &str, time: Option<Time>) {
        if let Some(time) = time {
            self.set(column, Cell::Value(Value::Time(time)));
        }
    }

    fn version(&mut self, column: &str, version: Option<&Version>) {
        if let Some(version) = version {
            self.set(column, Cell::Value(Value::Version(version.clone())));
        }
    }

    fn placed(&mut self, column: &str, placement: Placement) {
        let word = match placement {
            Placement::Affected => "affected",
            Placement::NotNamed => "not_named",
            Placement::NotAffected => "not_affected",
            Placement::Unknown => "unknown",
        };
        self.text(column, word);
    }

    fn entry(&mut self, group: &Group<'_>, entry: &Entry<'_>) {
        self.text("kind", kind(entry));
        match entry {
            Entry::Capture(captured) => {
                self.captured(captured);
                self.doubts(&captured.doubts());
            }
            Entry::During(captured, place) => {
                self.captured(captured);
                if let Some((layer, doubts)) = captured.during(*place) {
                    self.layer(layer);
                    self.doubts(&doubts);
                    self.placed("written_by", captured.wrote(layer));
                }
            }
            Entry::After(captured, place) => {
                self.captured(captured);
                self.flag("first", *place == 0);
                if let Some((layer, doubts)) = captured.after(*place) {
                    self.layer(layer);
                    self.doubts(&doubts);
                }
            }
            Entry::Read { restore, newest, captured, read } => {
                self.captured(captured);
                if let Some((layer, doubts)) = captured.after(read.after) {
                    self.layer(layer);
                    self.doubts(&doubts);
                }
                self.restore(group, restore);
                self.text("read_to", &layer_name(newest));
                self.flag("read_close", read.close);
                self.flag("read_in_part", read.in_part);
                self.text("read_holds", holds(read.holds));
            }
            Entry::Elsewhere(restore) => {
                self.restore(group, restore);
                let described = match &restore.source {
                    _ if restore.row.is_none() => Described::NoRow,
                    Source::Unknown(Unparsed::Redacted) => Described::Redacted,
                    Source::Unknown(_) => Described::NotUnderstood,
                    _ => Described::Yes,
                };
                self.text("described", word(described));
            }
            Entry::Refused(restore) => {
                self.restore(group, restore);
                let read = group.view().facts.backups.read_by(restore);
                self.some_text("chain", read.map(|read| read.chain.id()).as_deref());
                self.some_text("error", restore.error.as_deref());
            }
            Entry::RefusalInLog(..) => {}
            Entry::Beginning(begun) => {
                self.text("chain", &begun.chain.id());
                self.layer(begun.first);
                // Whether or not it succeeded.
                if let Some(first) = begun.chain.layers.first() {
                    self.layer_kind(first.kind);
                }
                self.text(
                    "begins",
                    match begun.begins {
                        Begins::FullSeen => "full_seen",
                        Begins::Before => "before",
                        Begins::After => "after",
                        Begins::Unknown => "unknown",
                    },
                );
                self.time("base", begun.chain.base);
                self.time("horizon", Some(begun.horizon));
                self.placed("unseen_by", begun.unseen_by);
                self.placed("written_by", begun.written_by);
            }
            Entry::Tenants(_, first, placed) => {
                self.layer(first);
                self.placed("written_by", *placed);
            }
            Entry::Unassigned(alike) => {
                self.text("described", word(alike.described));
                self.placed("written_by", alike.written_by);
                if alike.untyped {
                    self.placed("restored_by", alike.written_by);
                    self.builds("restored", &alike.builds);
                }
                if let [one] = alike.jobs.as_slice() {
                    self.text("job", &one.job.to_string());
                }
                self.set("count", Cell::number(alike.jobs.len() as u64));
                self.some_text("form", alike.form());
            }
        }
    }

    fn captured(&mut self, captured: &Captured<'_>) {
        self.operation(captured.operation());
        self.text("chain", &captured.chain().id());
        self.some_text("captured", captured.newest().map(layer_name).as_deref());
        self.flag("only_full", captured.only_full());
        self.flag("followed", captured.is_followed());
        self.flag("replaced", captured.is_replaced());
        self.flag("offline_tables", captured.holds_offline_tables());
        self.flag("revision_history", captured.has_history());
        self.some_text("coming", captured.coming().map(|layer| layer.job.to_string()).as_deref());
        self.placed("captured_by", captured.captured_by);
        self.version("captured_oldest", captured.builds.oldest.as_ref());
        self.version("captured_newest", captured.builds.newest.as_ref());
        if let Some(placement) = captured.followed_by {
            self.placed("followed_by", placement);
        }
        if let Some(placement) = captured.later_by {
            self.placed("later_by", placement);
        }
        self.placed("next_by", captured.next_by);
        self.placed("worked_by", captured.worked_by);
        self.flag("revalidated", captured.revalidated);
    }

    fn operation(&mut self, operation: &BulkOperation) {
        self.text("operation", &operation.job.to_string());
        self.text(
            "operation_kind",
            match operation.kind {
                OperationKind::ImportInto => "import_into",
                OperationKind::Import => "import_table",
                OperationKind::SomeImport => "import",
                OperationKind::Restore => "restore",
                OperationKind::IndexBuild => "index_build",
                OperationKind::SomeSchemaChange => "schema_change",
                OperationKind::SomeJob => "job",
            },
        );
        self.text("described", word(described(operation)));
        self.text("outcome", outcome(operation.status.as_ref()));
        self.text(
            "ended",
            match operation.ended {
                Ended::At(_) => "at",
                Ended::By(_) => "by",
                Ended::Sometime => "sometime",
                Ended::RevertFailed => "revert_failed",
                Ended::Open => "no",
            },
        );
        self.flag("wrote_nothing", operation.wrote_nothing);
        self.names("tables", &operation.touches.names());
        self.names("indexes", &operation.indexes);
    }

    fn layer(&mut self, layer: &Layer) {
        self.text("layer", &layer_name(layer));
        self.layer_kind(layer.kind);
    }

    fn layer_kind(&mut self, kind: LayerKind) {
        let kind = match kind {
            LayerKind::Full => "full",
            LayerKind::Incremental => "incremental",
            LayerKind::Unknown => "unknown",
        };
        self.text("layer_kind", kind);
    }

    fn doubts(&mut self, doubts: &Doubts) {
        self.text("holds", holds(doubts.holds));
        self.flag("close", doubts.close);
        self.flag("end_known", !doubts.end_unknown);
        let unreadable = match doubts.unreadable {
            Described::Yes => "no",
            unreadable => word(unreadable),
        };
        self.text("unreadable", unreadable);
        self.flag("unfinished", doubts.unfinished);
    }

    fn restore(&mut self, group: &Group<'_>, restore: &RestoreRun) {
        self.text("restored", outcome(restore.status.as_ref()));
        self.flag("refused", backup_chains::is_refused(restore));
        let (placement, builds) = group.view().restored_by(restore);
        self.placed("restored_by", placement);
        self.builds("restored", &builds);
    }

    /// Sets the columns `PREFIX_oldest`, `PREFIX_newest` and `PREFIX_named`.
    fn builds(&mut self, prefix: &str, builds: &Builds) {
        let Builds { oldest, newest, named } = builds;
        for (end, build) in [("oldest", oldest), ("newest", newest), ("named", named)] {
            self.version(&format!("{prefix}_{end}"), build.as_ref());
        }
    }
}

/// Whether a cell is of the kind of its column.
fn fits(column: &schema::Column, cell: &Cell) -> bool {
    match cell {
        Cell::Value(Value::Text(_)) if column.kind == schema::Kind::Said => true,
        Cell::Value(value) => column.kind.takes(value),
        Cell::Absent | Cell::Unknown(_) => true,
        Cell::Others(_) => false,
    }
}

fn relation() -> Option<&'static schema::Relation> {
    schema::relation("backup_chain")
}

fn kind(entry: &Entry<'_>) -> &'static str {
    match entry {
        Entry::Capture(_) => "capture",
        Entry::During(..) => "during",
        Entry::After(..) => "after",
        Entry::Read { .. } => "read",
        Entry::Elsewhere(_) => "elsewhere",
        Entry::Refused(_) => "refused",
        Entry::RefusalInLog(..) => "refusal_in_log",
        Entry::Beginning(_) => "beginning",
        Entry::Tenants(..) => "tenants",
        Entry::Unassigned(alike) if alike.untyped => "untyped",
        Entry::Unassigned(_) => "unassigned",
    }
}

fn outcome(status: Option<&JobStatus>) -> &'static str {
    match status {
        Some(JobStatus::Succeeded) => "succeeded",
        Some(JobStatus::Failed | JobStatus::Canceled) => "undone",
        _ => "open",
    }
}

fn word(described: Described) -> &'static str {
    match described {
        Described::Yes => "yes",
        Described::Redacted => "redacted",
        Described::NotUnderstood => "not_understood",
        Described::NoRow => "no_row",
    }
}

fn holds(holds: Holds) -> &'static str {
    match holds {
        Holds::Yes => "yes",
        Holds::Unknown => "unknown",
        Holds::OfTenant => "of_tenant",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{NotPlaced, Unplaced};
    use crate::model::{JobId, LayerState, Tenancy};

    fn unassigned(jobs: u64, why: &NotPlaced) -> Facts {
        let one = |id| Unplaced {
            tenancy: Tenancy::default(),
            job: JobId(id),
            why: why.clone(),
            state: LayerState::Done,
            created: None,
            finished: None,
            row: None,
        };
        let mut facts = Facts::default();
        facts.backups.unplaced = (1..=jobs).map(one).collect();
        facts
    }

    fn cell(group: &dyn Derived, column: &str) -> Cell {
        let row = group.row(0);
        row.cell("backup_chain", column).unwrap_or_else(|| panic!("{column}")).clone()
    }

    #[test]
    fn jobs_that_are_alike_are_one_row_where_they_are_many() {
        let declared = Declared::default();
        let why = NotPlaced::Description(Unparsed::Unknown("it ends".to_owned()));
        let few = unassigned(10, &why);
        let few = groups(&declared, &few);
        assert_eq!(few.len(), 10);
        assert_eq!(cell(&*few[0], "job"), Cell::text("1"));
        let many = unassigned(11, &why);
        let many = groups(&declared, &many);
        assert_eq!(many.len(), 1);
        for (column, value) in [
            ("kind", Cell::text("unassigned")),
            ("described", Cell::text("not_understood")),
            ("written_by", Cell::text("unknown")),
            ("form", Cell::text("it ends")),
            ("count", Cell::number(11)),
            ("job", Cell::Absent),
            ("restored_by", Cell::Absent),
        ] {
            assert_eq!(cell(&*many[0], column), value, "{column}");
        }
        assert_eq!(many[0].row(0).cells.len(), relation().unwrap().columns.len());
        let untyped = unassigned(1, &NotPlaced::Untyped(Unparsed::Redacted));
        let untyped = groups(&declared, &untyped);
        assert_eq!(cell(&*untyped[0], "kind"), Cell::text("untyped"));
        assert_eq!(cell(&*untyped[0], "restored_by"), Cell::text("unknown"));
    }
}
