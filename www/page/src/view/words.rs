//! Verdicts and codes in the short words of the page; longer sentences are those of [`crdb_triage::report::wording`].
//! None ever says that something is clean.

use crdb_triage::model::{Safety, SubjectKind, Verdict};
use crdb_triage::report::{Advisory, Finding, Report, Subject};

use super::format::counted;

/// The verdict as a label.
#[must_use]
pub fn label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "Confirmed",
        Verdict::Suspect => "Suspect",
        Verdict::Possible => "Possible",
        Verdict::AtRisk => "At risk",
        Verdict::CannotTell => "Cannot tell",
        Verdict::Exposed => "Exposed",
        Verdict::NoSign => "No sign",
        Verdict::NotAffected => "Not affected",
        Verdict::Cleared => "Cleared",
    }
}

/// The answer in one sentence: the strongest verdict, about what, for which advisory.
#[must_use]
pub fn headline(report: &Report) -> String {
    let verdict = report.verdict();
    let strongest: Vec<&Advisory> =
        report.advisories.iter().filter(|a| a.verdict == verdict).collect();
    let Some((first, others)) = strongest.split_first() else {
        return "Cannot tell anything: no advisory was checked.".to_owned();
    };
    let mut text = sentence(first, report);
    if !others.is_empty() {
        let ids: Vec<&str> = others.iter().map(|a| a.id.as_str()).collect();
        text.push_str(&format!(" The same holds for {}.", ids.join(", ")));
    }
    text
}

/// What is said of one advisory, in one sentence.
#[must_use]
pub fn sentence(advisory: &Advisory, report: &Report) -> String {
    let id = &advisory.id;
    let subjects: Vec<&Subject> = advisory
        .findings
        .iter()
        .filter_map(|at| report.findings.get(*at as usize))
        .filter(|finding| finding.verdict == advisory.verdict)
        .map(|finding| &finding.subject)
        .collect();
    let who = subjects_in_words(&subjects);
    let harm = harm(&advisory.severity);
    match advisory.verdict {
        Verdict::Confirmed => {
            format!("{who} {} ({id}). The evidence itself proves it.", harm.happened)
        }
        Verdict::Suspect => format!("{who} may have {} ({id}). Validate the data.", harm.perfect),
        Verdict::Possible => {
            format!(
                "{who} may have {} ({id}), but one link in the evidence is uncertain.",
                harm.perfect
            )
        }
        Verdict::AtRisk => {
            format!(
                "{who} may yet {} ({id}): the pattern has begun and is not complete.",
                harm.future
            )
        }
        Verdict::CannotTell => {
            format!(
                "Cannot tell whether {id} concerns this cluster: something that decides is missing."
            )
        }
        Verdict::Exposed => {
            format!(
                "An affected version ran, and nothing in this input could show the harm of {id}."
            )
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

/// A class of harm in the three forms that sentences need.
struct Harm {
    happened: &'static str,
    perfect: &'static str,
    future: &'static str,
}

fn harm(severity: &str) -> Harm {
    let (happened, perfect, future) = match severity {
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
fn subjects_in_words(subjects: &[&Subject]) -> String {
    let Some(first) = subjects.first() else { return "This cluster".to_owned() };
    let number = subjects.len();
    if subjects.iter().any(|subject| subject.kind != first.kind) {
        return counted(number, "subject", "subjects");
    }
    match first.kind {
        SubjectKind::Job => counted(number, "job", "jobs"),
        SubjectKind::Backup => counted(number, "backup", "backups"),
        SubjectKind::Restore => counted(number, "restore", "restores"),
        SubjectKind::Chain => counted(number, "backup chain", "backup chains"),
        // How many jobs they belong to is not known.
        SubjectKind::LogEntry if number == 1 => "A job that the logs do not name".to_owned(),
        SubjectKind::LogEntry => "Jobs that the logs do not name".to_owned(),
        SubjectKind::Range => counted(number, "range", "ranges"),
        SubjectKind::Table => counted(number, "table", "tables"),
        SubjectKind::Node => counted(number, "node", "nodes"),
        SubjectKind::Cluster => "This cluster".to_owned(),
    }
}

/// The kind of a subject as a noun before its id.
#[must_use]
pub fn subject_kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Job => "Job",
        SubjectKind::Backup => "Backup",
        SubjectKind::Restore => "Restore",
        SubjectKind::Chain => "Chain",
        SubjectKind::LogEntry => "Log entry",
        SubjectKind::Range => "Range",
        SubjectKind::Table => "Table",
        SubjectKind::Node => "Node",
        SubjectKind::Cluster => "Cluster",
    }
}

/// The first reason of a finding, which decides.
#[must_use]
pub fn first_reason(finding: &Finding) -> &str {
    finding.reasons.first().map_or("", |reason| reason.text.as_str())
}

/// What carrying out a step does.
#[must_use]
pub fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::ReadOnly => "Read-only",
        Safety::Reversible => "Reversible",
        Safety::Disruptive => "Disruptive",
    }
}

/// What a job does, for the codes of [`crdb_triage::model::Operation`]. Other text shows as it is.
#[must_use]
pub fn operation(code: &str) -> &str {
    match code {
        "import" => "IMPORT",
        "molt_fetch" => "MOLT Fetch",
        "replication" => "Physical cluster replication",
        "create_table_as" => "CREATE TABLE AS",
        "create_view" => "CREATE MATERIALIZED VIEW",
        "refresh_view" => "REFRESH MATERIALIZED VIEW",
        "index_backfill" => "Index backfill",
        "schema_change" => "Schema change",
        "restore" => "RESTORE",
        "backup" => "BACKUP",
        "other" => "Another kind of job",
        "unknown" => "Unknown",
        other => other,
    }
}

/// A step in the life of a job, for the codes of [`crdb_triage::model::JobEventKind`].
#[must_use]
pub fn event(code: &str) -> &str {
    match code {
        "CREATED" => "Created",
        "STARTED" => "Started (latest)",
        "FINISHED" => "Finished",
        "RESUMING" => "Resuming",
        "STATE" => "State",
        "RETRY" => "Retry",
        "GAVE_UP" => "Gave up retrying",
        "BACKFILL_STARTED" => "Backfill started",
        "BACKFILL_SKIPPED" => "Backfill skipped",
        "COMPLETED" => "Completed",
        "SIGN" => "Sign",
        "NOTE" => "Note",
        other => other,
    }
}

/// Why something was not read, for the codes of [`crdb_triage::model::UnreadReason`].
#[must_use]
pub fn unread(code: &str) -> &str {
    match code {
        "READ_FAILED" => "could not be read",
        "UNSUPPORTED" => "not supported",
        "DAMAGED" => "damaged",
        "CHECKSUM_MISMATCH" => "checksum does not match",
        "WORKER_DIED" => "reader stopped",
        "ENTRY_TOO_LONG" => "entry too long",
        "LIMIT_REACHED" => "limit reached",
        "COLLECTION_FAILED" => "not collected",
        "MALFORMED_TABLE" => "malformed table",
        "NOT_RECOGNIZED" => "not recognised",
        other => other,
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
