//! What the report's codes are called, in the words of a sentence; [`capital`] makes a label of them.
//!
//! A code of a later version, or of somebody else's report, stands for itself.

use std::borrow::Cow;

use crate::model::{Applicability, Redaction, Safety, SubjectKind, Verdict};

use super::super::visible;

/// The first letter as a capital one: a word of this page as a label.
#[must_use]
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The verdict in the words of a sentence.
#[must_use]
pub fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "confirmed",
        Verdict::Suspect => "suspect",
        Verdict::Possible => "possible",
        Verdict::AtRisk => "at risk",
        Verdict::Exposed => "exposed",
        Verdict::CannotTell => "cannot tell",
        Verdict::Mitigated => "mitigated",
        Verdict::NoSign => "no sign",
        Verdict::Cleared => "cleared",
        Verdict::NotAffected => "not affected",
    }
}

/// What the verdict means, as a sentence.
#[must_use]
pub fn verdict_meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "The evidence itself proves the harm.",
        Verdict::Suspect => {
            "Every link of the advisory's pattern is in the evidence; only validating the data can tell whether harm was done."
        }
        Verdict::Possible => {
            "One link of the advisory's pattern is approximate or cannot be attributed; the reasons say which."
        }
        Verdict::AtRisk => {
            "The advisory's pattern is not complete yet; the reasons say what would complete it."
        }
        Verdict::Exposed => {
            "An affected version ran, and no log or table could show whether harm was done."
        }
        Verdict::CannotTell => "A fact that decides is missing; the reasons name it.",
        Verdict::Mitigated => {
            "The cluster would be exposed or at risk, and a named workaround is in force."
        }
        Verdict::NoSign => {
            "An affected version ran; its signs were looked for, and none is in the period and on the nodes that were read."
        }
        Verdict::Cleared => "The first sign is there, and a named fact rules the harm out.",
        Verdict::NotAffected => "No node ran an affected version in the period that can be known.",
    }
}

/// What a step does to the cluster.
#[must_use]
pub fn safety_word(safety: Safety) -> &'static str {
    match safety {
        Safety::ReadOnly => "read-only",
        Safety::Reversible => "reversible",
        Safety::Disruptive => "disruptive: changes data or interrupts service",
    }
}

/// Whether an affected version ran, as a sentence.
#[must_use]
pub fn applicability_meaning(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Affected => "An affected version ran.",
        Applicability::NotAffected => "No affected version ran in the period that can be known.",
        Applicability::Unknown => "Whether an affected version ran is not known.",
    }
}

/// What was removed from the input, as a sentence.
#[must_use]
pub fn redaction_meaning(redaction: Redaction) -> &'static str {
    match redaction {
        Redaction::None => "No redaction markers were seen.",
        Redaction::Markers => "Sensitive values are marked, and present.",
        Redaction::Redacted => {
            "Sensitive values were removed before the input reached this program."
        }
    }
}

/// What kind of thing a finding is about.
#[must_use]
pub fn subject_kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Job => "job",
        SubjectKind::Backup => "backup",
        SubjectKind::Restore => "restore",
        SubjectKind::Changefeed => "changefeed",
        SubjectKind::Chain => "backup chain",
        SubjectKind::LogEntry => "log entry",
        SubjectKind::Range => "range",
        SubjectKind::Table => "table",
        SubjectKind::Index => "index",
        SubjectKind::Object => "object",
        SubjectKind::Role => "role",
        SubjectKind::Setting => "setting",
        SubjectKind::Node => "node",
        SubjectKind::Store => "store",
        SubjectKind::Cluster => "cluster",
    }
}

/// What a job does, for the words of [`crate::model::Operation`].
#[must_use]
pub fn operation(code: &str) -> Cow<'_, str> {
    Cow::Borrowed(match code {
        "import" => "IMPORT",
        "molt_fetch" => "MOLT Fetch",
        "replication" => "physical cluster replication",
        "create_table_as" => "CREATE TABLE AS",
        "create_view" => "CREATE MATERIALIZED VIEW",
        "refresh_view" => "REFRESH MATERIALIZED VIEW",
        "index_backfill" => "index backfill",
        "schema_change" => "schema change",
        "restore" => "RESTORE",
        "backup" => "BACKUP",
        "other" => "another kind of job",
        "unknown" => "unknown kind of job",
        other => return visible::line(other),
    })
}

/// What happened to a job, for the codes of [`crate::model::JobEventKind`].
#[must_use]
pub fn event_word(code: &str) -> Cow<'_, str> {
    Cow::Borrowed(match code {
        "CREATED" => "created",
        "STARTED" => "last started",
        "FINISHED" => "finished",
        "RESUMING" => "starts or resumes",
        "STATE" => "changes its state",
        "RETRY" => "starts over after an error",
        "GAVE_UP" => "stops retrying",
        "BACKFILL_STARTED" => "backfill starts",
        "BACKFILL_SKIPPED" => "created without data",
        "COMPLETED" => "reports its work as done",
        "AS_OF" => "the instant that it holds",
        "CAPTURED" => "a backup holds this moment",
        "READS" => "what it reads",
        "SIGN" => "sign of an advisory",
        "NOTE" => "note",
        other => return visible::line(other),
    })
}

/// Why something was not read, for the codes of [`crate::model::UnreadReason`].
#[must_use]
pub fn unread_word(code: &str) -> Cow<'_, str> {
    Cow::Borrowed(match code {
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
        "SAVED_REPORT" => "a report, not logs",
        other => return visible::line(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_not_known_shows_as_it_is_and_does_not_mislead() {
        assert_eq!((operation("vacuum"), event_word("MOON")), ("vacuum".into(), "MOON".into()));
        assert_eq!(unread_word("EAT\u{202e}EN"), "EAT<U+202E>EN");
    }

    #[test]
    fn a_label_is_the_word_with_a_capital_letter() {
        assert_eq!(capital("at risk"), "At risk");
        assert_eq!((capital("élan").as_str(), capital("").as_str()), ("Élan", ""));
    }
}
