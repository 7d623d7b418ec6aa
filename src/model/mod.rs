//! Nouns as plain data. Nothing here reads, decides or can fail.
//!
//! The types derive serde's traits for one reason: the same values travel between a worker and the page.
//! The shape that outsiders rely on is made in [`crate::report`].

mod backup;
pub mod civil;
mod coverage;
mod entry;
mod finding;
mod guide;
mod ids;
mod job;
mod job_details;
mod missing;
mod reason;
mod saved;
mod sorting;
mod time;
mod verdict;
mod version;

pub use backup::{BackupPart, LayerKind, LayerMark, LayerRole, LayerState};
pub use coverage::{Gap, Span, uncovered};
pub use entry::{Entry, Location, LogFormat, Redaction, Severity, Tag, unmarked};
pub use finding::{
    Evidence, Finding, Remediation, Safety, Subject, SubjectKind, Unread, UnreadReason,
};
pub use guide::Guide;
pub use ids::{Cluster, JobId, NodeId, Tenancy, Tenant};
pub use job::{Job, JobEvent, JobEventKind, JobStatus, Operation, Told};
pub use job_details::{BackupDetails, ImportDetails, JobDetails, RestoreDetails};
pub use missing::{LogsLack, LogsNeed, Missing, Need, ZipPart, listed};
pub use reason::{Arg, ArgKind, Reason};
pub use saved::{REPORT, REPORT_HEAD, is_report};
pub use sorting::{CollectSmall, SortSmall};
pub use time::Time;
pub use verdict::{Applicability, Verdict};
pub use version::{PreRelease, Version, following};
