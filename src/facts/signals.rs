//! The lines by which the jobs system and its operations tell what happens to a job.
//!
//! Sources: `pkg/jobs/registry.go`, `adopt.go`, `pkg/sql/importer/import_job.go`, `pkg/sql/schema_changer.go`,
//! `stream_ingestion_job.go`, and the structured events of `docs/generated/eventlog.md`; forms by version in
//! `docs/cockroachdb/jobs.md#messages`.

use serde::{Deserialize, Serialize};

use crate::model::{Entry, JobEventKind, JobId, JobStatus, LogFormat, Operation, unmarked};
use crate::parse::job_tag;
use crate::scan::Signature;

/// What the scan must look for so that job histories can be told.
pub const SIGNATURES: &[Signature] = &[
    Signature { name: "jobs.resuming", literal: "resuming execution" },
    Signature { name: "jobs.state", literal: "stepping through state" },
    Signature { name: "jobs.retriable", literal: "execution encountered retriable error" },
    Signature { name: "jobs.paused", literal: ": paused" },
    Signature { name: "jobs.reverting", literal: "the job is now reverting" },
    Signature { name: "import.retry", literal: "encountered retryable error" },
    Signature {
        name: "schema_change.retry",
        literal: "error while running schema change, retrying",
    },
    Signature { name: "replication.retry", literal: "hit retryable error" },
    Signature { name: "backfill.start", literal: "starting backfill for CREATE " },
    Signature { name: "backfill.skip", literal: "skipping backfill for CREATE " },
    Signature { name: "event.recovery", literal: "recovery_event" },
    // `import`, `restore` and `status_change` events all name it, and little else does.
    Signature { name: "event.job", literal: "JobType" },
    Signature { name: "event.node_join", literal: "node_join" },
    Signature { name: "event.node_restart", literal: "node_restart" },
    // `node_decommissioning` and `node_decommissioned`.
    Signature { name: "event.node_decommission", literal: "node_decommission" },
    Signature { name: "molt.fetch", literal: "fetch complete" },
    Signature { name: "molt.verify_start", literal: "verification in progress" },
    Signature { name: "molt.verify_table", literal: "finished row verification on" },
    Signature { name: "molt.verify_end", literal: "verification complete" },
    Signature { name: "molt.fetch_start", literal: "starting fetch" },
];

/// Whether the signature of this number is an advisory's. Those of the jobs system come first.
pub(super) fn is_of_advisory(signature: u16) -> bool {
    usize::from(signature) >= SIGNATURES.len()
}

/// What one entry says of one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signal {
    pub(super) job: JobId,
    pub(super) kind: JobEventKind,
    /// Type of the job, where the line names it.
    pub(super) job_type: Option<String>,
    /// What the job does, where the line can come from no other operation.
    pub(super) operation: Option<Operation>,
    /// Description of the job, where an event carries it.
    pub(super) description: Option<String>,
}

impl Signal {
    fn new(job: JobId, kind: JobEventKind) -> Self {
        Self { job, kind, job_type: None, operation: None, description: None }
    }
}

/// What `entry` says of a job, if it says anything.
pub(super) fn read(entry: &Entry) -> Option<Signal> {
    if entry.format == LogFormat::Molt {
        return None;
    }
    if let Some(event) = entry.event.as_deref() {
        return from_event(event);
    }
    let message = unmarked(&entry.message);
    // In a line that was copied with another blank before it, the mark of an event is part of the message.
    if let Some(event) = message.trim_start().strip_prefix('=')
        && is_named(entry, &["event_log.go"])
    {
        return from_event(event.trim_end());
    }
    let of_jobs = || from_job_line(&message).filter(|signal| is_from_its_source(entry, signal));
    of_jobs().or_else(|| from_operation(entry, &message))
}

/// Whether the source file of an entry is one that writes such a line. A file that is not known may be the right one for
/// what a state says; it proves no restart.
fn is_from_its_source(entry: &Entry, signal: &Signal) -> bool {
    match signal.kind {
        JobEventKind::Resuming | JobEventKind::Retry => is_of_jobs(entry),
        _ => entry.file.is_empty() || is_of_jobs(entry),
    }
}

/// Whether the source file of an entry is one of `pkg/jobs`, with its folder or without.
fn is_of_jobs(entry: &Entry) -> bool {
    is_in(entry, &["jobs"]) || matches!(entry.file.as_str(), "adopt.go" | "registry.go")
}

/// Whether the source file of an entry is in a folder of one of these names.
fn is_in(entry: &Entry, folders: &[&str]) -> bool {
    entry.file.rsplit('/').nth(1).is_some_and(|folder| folders.contains(&folder))
}

/// Whether the source file of an entry has one of these names.
fn is_named(entry: &Entry, names: &[&str]) -> bool {
    entry.file.rsplit('/').next().is_some_and(|name| names.contains(&name))
}

/// `[TYPE ]job <id>: …` and `job <id>, session …: …`, the lines of the jobs registry.
fn from_job_line(message: &str) -> Option<Signal> {
    // The lines of interest begin with a type in capitals or with the word itself; a counter that a zip's
    // rendering left in front is no hindrance (`docs/cockroachdb/log-formats.md#counters`).
    let at = message.find("job ")?;
    let job_type = message[..at].trim().trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    if !job_type.chars().all(|c| c.is_ascii_uppercase() || c == ' ') {
        return None;
    }
    let rest = &message[at + "job ".len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let job = JobId::parse(&rest[..digits])?;
    let rest = &rest[digits..];
    let kind = if let Some(said) = rest.strip_prefix(": ") {
        if said.starts_with("resuming execution") {
            JobEventKind::Resuming
        } else if let Some(state) = said.strip_prefix("stepping through state") {
            // A line that ends here was torn; it says as little as half a word does.
            let word = state.split_whitespace().next().unwrap_or("");
            let apart = state.is_empty() || state.starts_with(char::is_whitespace);
            let status =
                if apart { JobStatus::parse(word) } else { JobStatus::Other(word.to_owned()) };
            JobEventKind::State(status)
        } else if said.contains("execution encountered retriable error") {
            JobEventKind::Retry
        } else if said.contains("the job is now reverting") {
            JobEventKind::State(JobStatus::Reverting)
        } else {
            return None;
        }
    } else if rest.starts_with(", session") {
        if rest.contains("the job is now reverting") {
            JobEventKind::State(JobStatus::Reverting)
        } else if rest.trim_end().ends_with(": paused") {
            JobEventKind::State(JobStatus::Paused)
        } else {
            return None;
        }
    } else {
        return None;
    };
    let mut signal = Signal::new(job, kind);
    signal.job_type = (!job_type.is_empty()).then(|| job_type.to_owned());
    Some(signal)
}

/// Lines of the operations themselves; the job is in the tags. Each counts only from the source file that writes it:
/// backups and changefeeds log the words of an import, and a query may quote any of them.
fn from_operation(entry: &Entry, message: &str) -> Option<Signal> {
    let says = |words: &str| message.contains(words);
    let (kind, operation) = if says("encountered retryable error") {
        // `sql/importer/import_job.go`; `ccl/importccl/import_stmt.go` and `import_stmt_job.go` before 22.1.
        if !is_in(entry, &["importer", "importccl"]) && !is_named(entry, &["import_job.go"]) {
            return None;
        }
        let gave_up = says("encountered retryable error but exceeded retry duration");
        (if gave_up { JobEventKind::GaveUp } else { JobEventKind::Retry }, None)
    } else if says("hit retryable error") {
        if !is_named(entry, &["stream_ingestion_job.go"]) {
            return None;
        }
        (JobEventKind::Retry, Some(Operation::Replication))
    } else if !is_named(entry, &["schema_changer.go"]) {
        return None;
    } else if says("error while running schema change, retrying") {
        (JobEventKind::Retry, None)
    } else if says("starting backfill for CREATE TABLE AS") {
        (JobEventKind::BackfillStarted, Some(Operation::CreateTableAs))
    } else if says("starting backfill for CREATE MATERIALIZED VIEW") {
        (JobEventKind::BackfillStarted, Some(Operation::CreateView))
    } else if says("skipping backfill for CREATE MATERIALIZED VIEW") {
        (JobEventKind::BackfillSkipped, Some(Operation::CreateView))
    } else {
        return None;
    };
    let tag = job_tag::read(&entry.tags);
    let mut signal = Signal::new(tag.id?, kind);
    signal.job_type = tag.job_type;
    signal.operation = operation;
    Some(signal)
}

/// The fields of `import`, `restore`, `status_change` and `recovery_event` that matter here. Fields with the
/// value zero are not written.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct JobEventJson {
    event_type: String,
    #[serde(rename = "JobID")]
    job_id: Option<u64>,
    job_type: Option<String>,
    description: Option<String>,
    status: Option<String>,
    new_status: Option<String>,
    recovery_type: Option<String>,
    result_status: Option<String>,
    num_rows: Option<u64>,
}

fn from_event(event: &str) -> Option<Signal> {
    let event: JobEventJson = serde_json::from_str(event).ok()?;
    let job = event.job_id.filter(|id| *id != 0).map(JobId)?;
    let kind = match event.event_type.as_str() {
        "recovery_event" => {
            // Backups and restores write such events too; their completion is a state line and a row.
            if event.recovery_type.as_deref() != Some("import_job") {
                return None;
            }
            match event.result_status.as_deref() {
                Some("succeeded") => JobEventKind::Completed { rows: event.num_rows },
                Some(status) => JobEventKind::State(JobStatus::parse(status)),
                None => JobEventKind::Note,
            }
        }
        "import" | "restore" => JobEventKind::State(JobStatus::parse(event.status.as_deref()?)),
        "status_change" => JobEventKind::State(JobStatus::parse(event.new_status.as_deref()?)),
        _ => return None,
    };
    let mut signal = Signal::new(job, kind);
    signal.job_type = event
        .job_type
        .map(|t| unmarked(&t).into_owned())
        .or_else(|| (event.event_type == "recovery_event").then(|| "IMPORT".to_owned()));
    // A status change describes the change, not the job.
    if event.event_type != "status_change" {
        signal.description = event.description.map(|d| unmarked(&d).into_owned());
    }
    Some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{LogScanner, Signatures};

    /// The kinds of what a line of this source file and message says of job 7.
    fn kind(file: &str, message: &str) -> Option<JobEventKind> {
        let any = Signature { name: "any", literal: "" };
        let mut scanner = LogScanner::new(&Signatures::new(vec![any]), "cockroach.log");
        let line = format!(
            "I250422 06:30:01.000001 11 {file}:261 ⋮ [T1,n1,job=IMPORT id=7] 1  {message}\n"
        );
        scanner.feed(line.as_bytes());
        read(&scanner.finish().hits[0].entry).map(|signal| signal.kind)
    }

    #[test]
    fn a_restart_is_known_by_its_source_file() {
        for (file, message) in [
            ("sql/importer/import_job.go", "encountered retryable error: x"),
            ("importer/import_job.go", "encountered retryable error: x"),
            ("ccl/importccl/import_stmt_job.go", "encountered retryable error: x"),
            ("sql/schema_changer.go", "error while running schema change, retrying: x"),
            ("crosscluster/physical/stream_ingestion_job.go", "hit retryable error x"),
            ("jobs/adopt.go", "job 7: resuming execution"),
            ("jobs/registry.go", "job 7: running execution encountered retriable error: x"),
        ] {
            let expected = if message.contains("resuming") {
                JobEventKind::Resuming
            } else {
                JobEventKind::Retry
            };
            assert_eq!(kind(file, message), Some(expected), "{file}");
            assert_eq!(kind("sql/exec_log.go", message), None, "{message}");
            assert_eq!(kind("ccl/backupccl/backup_job.go", message), None, "{message}");
        }
    }

    #[test]
    fn an_event_behind_another_blank_is_an_event() {
        let event = "={\"EventType\":\"recovery_event\",\"RecoveryType\":\"import_job\",\"JobID\":7,\"ResultStatus\":\"succeeded\",\"NumRows\":5}";
        let completed = JobEventKind::Completed { rows: Some(5) };
        assert_eq!(kind("util/log/event_log.go", event), Some(completed));
        assert_eq!(kind("sql/exec_log.go", event), None);
    }

    #[test]
    fn a_torn_state_is_no_state() {
        let state = |word: &str| {
            let message = format!("IMPORT job 7: stepping through state {word}");
            match kind("jobs/registry.go", &message) {
                Some(JobEventKind::State(status)) => status,
                other => panic!("{word}: {other:?}"),
            }
        };
        for word in ["succ", "succI250422", "succeededI250422 06:30:40", "‹×›", "done"] {
            assert!(!state(word).is_known(), "{word}");
        }
        assert_eq!(state("failed with error: x"), JobStatus::Failed);
        assert_eq!(state("revert-failed"), JobStatus::RevertFailed);
        let empty = kind("jobs/registry.go", "IMPORT job 7: stepping through state ");
        assert_eq!(empty, Some(JobEventKind::State(JobStatus::Other(String::new()))));
    }
}
