//! The answer over everything: one headline for the page, the terminal and the ticket.

use std::fmt;

use crate::model::{SortSmall, SubjectKind, Verdict};

use super::super::{Advisory, Report, Subject, visible};
use super::{count, listed, period, subject, subject_kind};

/// The verdict over everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// One short sentence, or two: the strongest verdict, for how many of what, by which advisory.
    pub answer: String,
    /// What it rests on, what to do or what is missing, and that something was not read.
    pub rest: String,
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.answer, self.rest)
    }
}

/// The verdict over everything, in a few sentences that say what to do or what is missing.
#[must_use]
pub fn headline(report: &Report) -> Headline {
    let verdict = report.verdict();
    let deciding: Vec<&Advisory> =
        report.advisories.iter().filter(|a| a.verdict == verdict && !a.is_note()).collect();
    let Some((first, others)) = deciding.split_first() else {
        return Headline {
            answer: "Cannot tell anything: no advisory was checked.".to_owned(),
            rest: "This is not a result.".to_owned(),
        };
    };
    let mut answer = sentence(first, report);
    if !others.is_empty() {
        let ids: Vec<&str> = others.iter().map(|advisory| advisory.id.as_str()).collect();
        answer.push_str(&format!(" The same holds for {}.", listed(&ids)));
    }
    let mut rest = rest(report, &deciding, verdict);
    // Beside a stronger word, how much is left open.
    let open = |a: &&Advisory| a.verdict == Verdict::CannotTell && !a.is_note();
    let open = report.advisories.iter().filter(open).count() as u64;
    if open > 0 && verdict != Verdict::CannotTell {
        let them = if open == 1 { "1 advisory".to_owned() } else { format!("{open} advisories") };
        rest.push_str(&format!(" {them} cannot be decided: a fact is missing."));
    }
    match report.input.files.unread {
        0 => {}
        1 => rest.push_str(" 1 file was not read, or not wholly."),
        number => {
            rest.push_str(&format!(" {} were not read, or not wholly.", count(number, "file")))
        }
    }
    Headline { answer, rest }
}

/// What is said of one advisory, in a short sentence.
#[must_use]
pub fn sentence(advisory: &Advisory, report: &Report) -> String {
    let id = visible::line(&advisory.id);
    let subjects: Vec<&Subject> = advisory
        .findings
        .iter()
        .filter_map(|at| report.findings.get(*at as usize))
        .filter(|finding| finding.verdict == advisory.verdict)
        .map(|finding| &finding.subject)
        .collect();
    let who = in_numbers(&subjects);
    let harm = harm(&advisory.severity);
    match advisory.verdict {
        Verdict::Confirmed => {
            format!("{who} {} ({id}). The evidence itself proves it.", harm.happened)
        }
        Verdict::Suspect => format!("{who} may have {} ({id}). Validate the data.", harm.perfect),
        Verdict::Possible => format!(
            "{who} may have {} ({id}), but one link in the evidence is uncertain.",
            harm.perfect
        ),
        Verdict::AtRisk => format!(
            "{who} may yet {} ({id}): the pattern has begun and is not complete.",
            harm.future
        ),
        Verdict::CannotTell => format!(
            "Cannot tell whether {id} concerns this cluster: something that decides is missing."
        ),
        Verdict::Exposed => format!(
            "An affected version ran ({id}), and no log or table can show whether harm was done."
        ),
        Verdict::Mitigated => {
            format!("{id} would concern this cluster, and a workaround is in force.")
        }
        Verdict::NoSign => format!("No sign of {id} in the logs that were read."),
        Verdict::NotAffected => {
            format!("{id} does not concern the versions that are known to have run.")
        }
        Verdict::Cleared => {
            format!("The first sign of {id} is there, and a named fact rules the harm out.")
        }
    }
}

/// What follows the short sentence.
fn rest(report: &Report, deciding: &[&Advisory], verdict: Verdict) -> String {
    let whom = named(report, deciding, verdict);
    match verdict {
        Verdict::Confirmed => {
            format!("Concerned: {whom}. Follow the steps before you rely on the data.")
        }
        Verdict::Suspect => format!(
            "Concerned: {whom}. Every link of the pattern is in the evidence; follow the steps."
        ),
        Verdict::Possible => {
            format!("Concerned: {whom}. The reasons say which link; follow the steps.")
        }
        Verdict::AtRisk => {
            format!("Concerned: {whom}. Follow the steps before the pattern completes.")
        }
        Verdict::Exposed => {
            "The findings say which nodes, what to check by hand and where to upgrade to."
                .to_owned()
        }
        Verdict::Mitigated => {
            "The findings say which workaround, since when, and what it does not cover.".to_owned()
        }
        Verdict::CannotTell => missing(report, deciding),
        Verdict::NoSign => format!(
            "Read: {}. An affected version ran, so plan the upgrade, and add older logs if it ran before that.",
            covered(deciding)
        ),
        Verdict::Cleared => "The findings say which fact.".to_owned(),
        Verdict::NotAffected => {
            "Nothing to do for it, and nothing is said of other advisories.".to_owned()
        }
    }
}

/// Why nothing could be decided. Names the first missing thing; the rest stands in the body of the report.
fn missing(report: &Report, deciding: &[&Advisory]) -> String {
    let missing = || deciding.iter().flat_map(|advisory| &advisory.coverage.missing);
    // No file of a bundle tells what ran a year ago.
    let again = if missing().any(|one| one.starts_with("history")) {
        "Add what is missing, or state which versions the cluster ran before (the command's --history), and run again."
    } else {
        "Add what is missing and run again."
    };
    let mut missing = missing();
    if let Some(first) = missing.next() {
        let more = match missing.count() as u64 {
            0 => String::new(),
            number => format!(", and {} below", count(number, "more fact")),
        };
        return format!("Missing: {}{more}. {again}", visible::line(first.trim_end_matches('.')));
    }
    let unread = report.input.unread.first().map(|unread| unread.detail.as_str());
    let why = deciding.first().map(|advisory| advisory.why.as_str());
    let said = unread.or(why).unwrap_or_default();
    format!("{}. {again}", visible::line(said.trim_end_matches('.')))
}

/// A class of harm in the three forms that sentences need.
struct Harm {
    happened: &'static str,
    perfect: &'static str,
    future: &'static str,
}

fn harm(class: &str) -> Harm {
    let (happened, perfect, future) = match class {
        "data-loss" => ("lost rows", "lost rows", "lose rows"),
        "corruption" => ("holds corrupt data", "corrupt data", "corrupt data"),
        "wrong-results" => ("gave wrong results", "given wrong results", "give wrong results"),
        "unavailability" => ("was unavailable", "been unavailable", "become unavailable"),
        "security" => ("was open to misuse", "been open to misuse", "be open to misuse"),
        "performance" => ("was slowed down", "been slowed down", "be slowed down"),
        _ => ("was harmed", "been harmed", "be harmed"),
    };
    Harm { happened, perfect, future }
}

/// How many of what: `2 jobs`, or `3 subjects` of several kinds.
fn in_numbers(subjects: &[&Subject]) -> String {
    let Some(first) = subjects.first() else { return "This cluster".to_owned() };
    let number = subjects.len() as u64;
    if subjects.iter().any(|subject| subject.kind != first.kind) {
        return count(number, "subject");
    }
    match first.kind {
        // How many jobs they belong to is not known.
        SubjectKind::LogEntry if number == 1 => "A job that the logs do not name".to_owned(),
        SubjectKind::LogEntry => "Jobs that the logs do not name".to_owned(),
        SubjectKind::Cluster => "This cluster".to_owned(),
        kind => count(number, subject_kind(kind)),
    }
}

/// The subjects of the findings that carry `verdict`, the first three by name.
fn named(report: &Report, advisories: &[&Advisory], verdict: Verdict) -> String {
    let mut names: Vec<String> = Vec::new();
    for finding in &report.findings {
        let decides = finding.verdict == verdict
            && advisories.iter().any(|advisory| advisory.id == finding.advisory);
        if decides {
            names.push(subject(&finding.subject));
        }
    }
    names.sort_small();
    names.dedup();
    if names.is_empty() { "this cluster".to_owned() } else { listed(&names) }
}

/// The period and the nodes on which the advisories rest.
fn covered(advisories: &[&Advisory]) -> String {
    let coverage = || advisories.iter().map(|advisory| &advisory.coverage);
    // The narrowest common statement: an advisory that saw less must not borrow the period of one that saw more.
    let dated = coverage().all(|c| c.from.is_some() && c.to.is_some());
    let from = coverage().filter_map(|c| c.from).max().filter(|_| dated);
    let to = coverage().filter_map(|c| c.to).min().filter(|_| dated);
    let nodes = coverage().map(|c| c.nodes.len()).min().unwrap_or(0) as u64;
    let silent = coverage().map(|c| c.nodes_without_logs.len()).max().unwrap_or(0) as u64;
    let rest = match silent {
        0 => String::new(),
        number => format!(" ({} without logs)", count(number, "more node")),
    };
    format!("{} on {}{rest}", period(from, to), count(nodes, "node"))
}

#[cfg(test)]
#[path = "headline_tests.rs"]
mod tests;
