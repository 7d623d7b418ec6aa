//! The report as a document: the shape of `crdb-triage/report/2` (`docs/contract.md#report`).
//!
//! Fields stand in the order in which they are printed. Names and meanings are fixed; fields may be added.

mod chains;
mod summary;

use serde::{Deserialize, Serialize, Serializer};

pub use chains::{BackupPart, Chain, ChainOperation, ChainRestore, Layer, LayerMark, Schedule};
pub use summary::{
    BuildSummary, ClusterSummary, CollectItem, JobCount, Restart, SettingSummary, Upgrade,
    UpgradeStep,
};

use crate::model::{Applicability, Redaction, Safety, SubjectKind, Time, Verdict};

/// Name and number of this shape.
pub const SCHEMA: &str = "crdb-triage/report/2";
/// Name and number of the shape before it, which is still read.
pub const OLDER_SCHEMA: &str = "crdb-triage/report/1";

/// Everything that one run says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What made the report.
    pub tool: Tool,
    /// What it was made from.
    pub input: Input,
    /// What a person looks up first, one element per cluster.
    #[serde(default)]
    pub cluster: Vec<ClusterSummary>,
    /// What to collect next, the item that decides most advisories first.
    #[serde(default)]
    pub collect: Vec<CollectItem>,
    /// The smallest moves to builds with fewer faults.
    #[serde(default)]
    pub upgrade: Vec<Upgrade>,
    /// Nodes that the input names, by tenant and number.
    pub nodes: Vec<Node>,
    /// Jobs of the kinds that a checked advisory is about, by tenant and id.
    pub jobs: Vec<Job>,
    /// Chains of backups, by tenant and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chains: Vec<Chain>,
    /// One row per checked advisory, the strongest verdict first.
    pub advisories: Vec<Advisory>,
    /// All findings, the strongest verdict first.
    pub findings: Vec<Finding>,
    /// Lines that a person pinned.
    #[serde(default)]
    pub pins: Vec<Pin>,
}

/// A line that a person pinned, with a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Path in the input.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
    /// Byte of the inflated text, from 0.
    pub offset: u64,
    /// Node that wrote it.
    pub node: Option<u32>,
    /// When.
    pub time: Option<Time>,
    /// The raw text.
    pub text: String,
    /// What the person wrote beside it.
    pub note: String,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `crdb-triage`.
    pub name: String,
    /// Version of the tool.
    pub version: String,
    /// What it knows.
    pub catalogue: Catalogue,
    /// Files of rules that a person handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleFile>,
    /// About this run: the only part that differs between two runs over the same input.
    pub run: Run,
}

/// Which advisories exist and which of them this build decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// How many advisories were published up to `as_of`.
    pub advisories: u32,
    /// Date of the newest advisory considered, `YYYY-MM-DD`.
    pub as_of: String,
    /// Ids of those that this build checks. The others are not spoken about.
    pub checked: Vec<String>,
}

/// A file of rules that a person handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFile {
    /// Its name.
    pub file: String,
    /// Id of its rule, if it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is wrong with it, if it was not: a sentence with the line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// Times and speed of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// `command` or `page`.
    pub host: String,
    /// Wall time from the first read to the verdict, in seconds.
    #[serde(serialize_with = "finite")]
    pub seconds: f64,
    /// Input bytes per second of that time.
    #[serde(serialize_with = "finite")]
    pub bytes_per_second: f64,
    /// Workers or threads that read.
    pub workers: u32,
}

/// What the report was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// What was handed in.
    pub sources: Vec<Source>,
    /// How many files were found in it.
    pub files: Files,
    /// Bytes of text that were read, after decompression.
    pub bytes_read: u64,
    /// What was not read, or not wholly.
    pub unread: Vec<Unread>,
    /// What was removed before we got it.
    pub redaction: Redaction,
    /// What a person stated beside the input.
    #[serde(default)]
    pub stated: Vec<Stated>,
    /// Logs that came more than once; each counts once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<Duplicate>,
    /// Whether this report has replacements in place of names: it was redacted, to be handed on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub names_replaced: bool,
}

/// Something that a person stated beside the input, and nothing in it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// `history`: the cluster ran a version.
    pub fact: String,
    /// Such as `23.1.4`, or `23.1.4@2024-05-01T00:00:00.000000Z`.
    pub value: String,
}

/// A log that is the same as another, under another name or in another bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// Path in the input.
    pub path: String,
    /// Path of the one that counts.
    pub of: String,
}

/// One thing that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name, without the folders above it.
    pub name: String,
    /// `zip`, `tar`, `gzip`, `zstd`, `bzip2`, `xz`, `directory` or `file`.
    pub kind: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// `total = read + skipped + unread`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// All files.
    pub total: u64,
    /// Read wholly.
    pub read: u64,
    /// Not needed: profiles, goroutine dumps, tables that no advisory asks for.
    pub skipped: u64,
    /// Not read, or not wholly.
    pub unread: u64,
}

/// A file, or a part of one, that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Path in the input.
    pub path: String,
    /// Code, see `docs/reasons.md`.
    pub reason: String,
    /// What happened, in a sentence.
    pub detail: String,
    /// Ids of the advisories whose verdict it weakens.
    pub weakens: Vec<String>,
}

/// A node, or a SQL instance of a virtual cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Which of several clusters: its id, or the name of its bundle where no id is known. Not there while the
    /// input holds only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Virtual cluster.
    pub tenant: String,
    /// Node or instance id.
    pub node: u32,
    /// Versions it ran, by time.
    pub versions: Vec<NodeVersion>,
    /// Where nothing names a version: the oldest that the active cluster version allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<AtLeast>,
    /// Times that its logs cover.
    pub coverage: Vec<NodeCoverage>,
    /// Times between them that no log covers.
    pub gaps: Vec<NodeGap>,
}

/// A version that a node ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeVersion {
    /// Such as `v24.3.9`.
    pub version: String,
    /// First time it is known to have run.
    pub from: Option<Time>,
    /// Last time it is known to have run.
    pub to: Option<Time>,
    /// Where it says so first.
    pub source: SourceLine,
    /// What says so: `log`, `node_build_info`, `document` (`nodes.json`, `status.json`, `details.json`) or
    /// `kv_node_status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<String>,
    /// Another source names another version for the same node and time. Both count.
    #[serde(default, skip_serializing_if = "is_false")]
    pub conflict: bool,
}

/// The oldest version that a node can have run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtLeast {
    /// Release series, such as `24.3`.
    pub series: String,
    /// Since when it is known.
    pub since: Option<Time>,
    /// Where the active cluster version is written.
    pub source: SourceLine,
}

/// JSON has no infinity: a run too short to measure has no speed, rather than `null` where a number belongs.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")
)]
fn finite<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(if number.is_finite() { *number } else { 0.0 })
}

/// Of a finding that lacks its effective verdict: a report of the older shape, where [`super::json::read`] fills it in, or
/// one that was changed by hand.
fn not_told() -> Verdict {
    Verdict::CannotTell
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// Path in the input.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
}

/// A time that logs cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCoverage {
    /// First entry.
    pub from: Time,
    /// Last entry.
    pub to: Time,
    /// Number of files.
    pub files: u64,
    /// Bytes of text.
    pub bytes: u64,
}

/// A time that no log covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGap {
    /// Last entry before it.
    pub from: Time,
    /// First entry after it.
    pub to: Time,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Which of several clusters, as in [`Node::cluster`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Virtual cluster.
    pub tenant: String,
    /// Id in decimal.
    pub id: String,
    /// Type as CockroachDB writes it, such as `IMPORT`; empty when unknown.
    #[serde(rename = "type")]
    pub job_type: String,
    /// What it does, in the words of [`crate::model::Operation`].
    pub operation: String,
    /// Description from the table; empty when unknown.
    pub description: String,
    /// Latest state known; empty when unknown.
    pub status: String,
    /// When it was created.
    pub created: Option<Time>,
    /// When it ended.
    pub finished: Option<Time>,
    /// Rows it says it wrote, in decimal.
    pub rows: Option<String>,
    /// Its life.
    pub timeline: Vec<JobEvent>,
}

/// A step in the life of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobEvent {
    /// When.
    pub time: Time,
    /// Code, see `docs/reasons.md`.
    pub event: String,
    /// Node that said so.
    pub node: Option<u32>,
    /// Where it says so.
    pub source: EventSource,
    /// The text that says so.
    pub text: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSource {
    /// Path in the input.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
    /// Byte of the inflated text, from 0.
    pub offset: u64,
}

/// What is said of one advisory for the whole input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Such as `A-144650`.
    pub id: String,
    /// Our own title.
    pub title: String,
    /// The published advisory; empty where there is none.
    pub url: String,
    /// Day of publication, `YYYY-MM-DD`; empty where there is none.
    #[serde(default)]
    pub published: String,
    /// Class of harm: `data-loss`, `corruption`, `wrong-results`, `unavailability`, `security`, `performance`, `other`.
    /// Sentences call it harm; only entries have a severity.
    pub severity: String,
    /// Which fact decides whether it applies: `running-version`, `version-at-event`, `upgrade-path`, `setting`,
    /// `environment`, `cloud-window`, `none`. One of `environment` is a note, which counts in no headline.
    #[serde(default)]
    pub basis: String,
    /// Whose rule it is.
    #[serde(default)]
    pub origin: Origin,
    /// Whether an affected version ran.
    pub applicability: Applicability,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a sentence or two.
    pub why: String,
    /// What is missing, in sentences; empty where nothing is.
    #[serde(default)]
    pub missing: Vec<String>,
    /// On how much of the input the verdict rests.
    pub coverage: AdvisoryCoverage,
    /// Indices into [`Report::findings`].
    pub findings: Vec<u32>,
}

/// Whose rule it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Part of the tool.
    #[default]
    Shipped,
    /// Handed in by a person.
    User,
}

/// On how much of the input a verdict rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvisoryCoverage {
    /// First log entry considered.
    pub from: Option<Time>,
    /// Last log entry considered.
    pub to: Option<Time>,
    /// Nodes with logs, as `tenant/n1`.
    pub nodes: Vec<String>,
    /// Nodes that the input names and that have no logs in it.
    pub nodes_without_logs: Vec<String>,
    /// What is missing, in sentences.
    pub missing: Vec<String>,
}

/// What one advisory says of one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Such as `A-144650`.
    pub advisory: String,
    /// What it is about.
    pub subject: Subject,
    /// How strong it is.
    pub verdict: Verdict,
    /// The verdict once what a person checked counts: that of the evidence where nothing was checked.
    #[serde(default = "not_told")]
    pub effective_verdict: Verdict,
    /// Why; the first decides.
    pub reasons: Vec<Reason>,
    /// On what.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub remediation: Vec<Remediation>,
    /// What a person checked of it.
    #[serde(default)]
    pub validation: Vec<Validation>,
    /// What it says about a chain of backups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupPart>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Kind.
    pub kind: SubjectKind,
    /// Id as text.
    pub id: String,
    /// Virtual cluster.
    pub tenant: String,
    /// Which of several clusters, as in [`Node::cluster`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
}

/// A reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Code, see `docs/reasons.md`.
    pub code: String,
    /// The values that the sentence names, in their order.
    #[serde(default)]
    pub args: Vec<ReasonArg>,
    /// A sentence.
    pub text: String,
}

/// A value that the sentence of a reason names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonArg {
    /// Its name in the template of the sentence.
    pub name: String,
    /// What it is, in the words of [`crate::model::ArgKind`].
    pub kind: String,
    /// As it stands in the sentence.
    pub value: String,
}

/// What a person checked of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validation {
    /// Name of the check.
    pub check: String,
    /// What was entered, by name.
    pub inputs: Vec<ReasonArg>,
    /// What it came to.
    pub outcome: String,
    /// Code of the outcome.
    pub code: String,
    /// What the person wrote beside it.
    pub note: String,
    /// When.
    pub at: Time,
}

/// A piece of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Path in the input.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
    /// Byte of the inflated text, from 0.
    pub offset: u64,
    /// Node that wrote it.
    pub node: Option<u32>,
    /// When.
    pub time: Option<Time>,
    /// The raw text.
    pub text: String,
}

/// A step of what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// Number, from 1.
    pub step: u32,
    /// In words.
    pub text: String,
    /// To copy; empty when there is nothing to copy.
    pub sql: String,
    /// What it does to the cluster.
    pub safety: Safety,
}

impl Advisory {
    /// Whether it is a note about the machines of the nodes: it holds of every build, so it counts in no headline.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.basis == "environment"
    }
}

impl Report {
    /// The strongest verdict of all advisories but notes; `cannot_tell` when none was checked.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let counted = self.advisories.iter().filter(|advisory| !advisory.is_note());
        counted.map(|advisory| advisory.verdict).max().unwrap_or(Verdict::CannotTell)
    }
}
