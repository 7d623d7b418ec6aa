//! What is said of rules, and of what a person stated beside the input.

use super::super::{Advisory, Origin, Report, visible};

/// Returns, for each file of user rules, what became of it.
#[must_use]
pub fn rule_files(report: &Report) -> Vec<String> {
    let each = report.tool.rules.iter().map(|file| {
        let name = visible::line(&file.file);
        match (&file.id, &file.problems[..]) {
            (Some(id), _) => format!("Rule {} of {name} was used.", visible::line(id)),
            (None, problems) => format!(
                "{name} was not used: {}. Everything else was decided.",
                visible::line(problems.join("; ").trim_end_matches('.'))
            ),
        }
    });
    each.collect()
}

/// What a person stated of the cluster; nothing if nobody did.
#[must_use]
pub fn stated(report: &Report) -> Option<String> {
    let of = |fact: &str| -> Vec<&str> {
        let all = report
            .input
            .stated
            .iter()
            .filter(|stated| (stated.fact == "version") == (fact == "version"));
        all.map(|stated| stated.value.as_str()).collect()
    };
    let said = |verb: &str, values: &[&str]| {
        (!values.is_empty()).then(|| format!("the cluster {verb} {}", values.join(", ")))
    };
    let all: Vec<String> =
        [said("runs", &of("version")), said("ran", &of("history"))].into_iter().flatten().collect();
    (!all.is_empty()).then(|| {
        format!(
            "Stated by a person, and shown by nothing in the input: {}.",
            visible::line(&all.join("; "))
        )
    })
}

/// Above the results of a person's own rules.
pub const OWN_RULES: &str = "Rules of a person's own, which are no advisories";

/// The advisories, and apart from them a person's own rules.
#[must_use]
pub fn own_apart(report: &Report) -> (Vec<&Advisory>, Vec<&Advisory>) {
    report.advisories.iter().partition(|advisory| advisory.origin == Origin::Shipped)
}
