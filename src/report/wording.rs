//! The plain sentences that the terminal, the ticket and the page share.
//!
//! Nothing here depends on a printed form. Text of the input that gets into a sentence is made visible first.

use std::borrow::Cow;

use crate::model::{Applicability, Redaction, Safety, SubjectKind, Time, Verdict};

use super::{
    Advisory, AdvisoryCoverage, Evidence, Finding, Job, JobEvent, Report, Subject, visible,
};

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
        Safety::ReadOnly => "only reads",
        Safety::Reversible => "can be undone",
        Safety::Disruptive => "changes data or interrupts service",
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
        Redaction::Redacted => "Sensitive values were removed before the input was handed in.",
    }
}

/// What a finding is about, such as `job 1065722008981340161`. Names the virtual cluster unless it is `system`.
#[must_use]
pub fn subject(subject: &Subject) -> String {
    let kind = match subject.kind {
        SubjectKind::Job => "job",
        SubjectKind::Backup => "backup",
        SubjectKind::Restore => "restore",
        SubjectKind::Chain => "backup chain",
        SubjectKind::LogEntry => "log entry",
        SubjectKind::Range => "range",
        SubjectKind::Table => "table",
        SubjectKind::Node => "node",
        SubjectKind::Cluster => "the cluster",
    };
    let mut words = kind.to_owned();
    if !subject.id.is_empty() {
        words = format!("{words} {}", visible::line(&subject.id));
    }
    if subject.tenant != "system" {
        words = format!("{words} of virtual cluster {}", visible::line(&subject.tenant));
    }
    if let Some(cluster) = &subject.cluster {
        words = format!("{words} of cluster {}", visible::line(cluster));
    }
    words
}

/// The job that a finding is about, if the report has it.
#[must_use]
pub fn job_of<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Job> {
    let of = &finding.subject;
    let is_a_job = matches!(of.kind, SubjectKind::Job | SubjectKind::Backup | SubjectKind::Restore);
    report.jobs.iter().find(|job| is_a_job && is_the_same(job, of))
}

/// Whether a job and a subject have the same id in the same virtual cluster of the same cluster.
fn is_the_same(job: &Job, of: &Subject) -> bool {
    job.id == of.id && job.tenant == of.tenant && job.cluster == of.cluster
}

/// From when to when, whichever of the two is known.
#[must_use]
pub fn period(from: Option<Time>, to: Option<Time>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "at times that are not known".to_owned(),
    }
}

/// How many files were found and what became of them.
#[must_use]
pub fn files(report: &Report) -> String {
    let files = report.input.files;
    format!(
        "{}: {} read, {} not needed, {} not read or not wholly. {} of text were read.",
        count(files.total, "file"),
        files.read,
        files.skipped,
        files.unread,
        size(report.input.bytes_read),
    )
}

/// Said in place of an empty list of what was not read. An empty list alone does not mean that all was read.
#[must_use]
pub fn nothing_unread(report: &Report) -> String {
    let files = report.input.files;
    if files.unread > 0 {
        format!("{}, not named.", count(files.unread, "file"))
    } else if files.read == 0 {
        "No file of the input was of use, so nothing was read.".to_owned()
    } else {
        "Nothing: every file of the input that is of use was read.".to_owned()
    }
}

/// From when to when and on which nodes logs were read for an advisory.
#[must_use]
pub fn logs(coverage: &AdvisoryCoverage) -> String {
    if coverage.nodes.is_empty() && coverage.from.is_none() && coverage.to.is_none() {
        return "none were read".to_owned();
    }
    let nodes = if coverage.nodes.is_empty() {
        "on nodes that are not known".to_owned()
    } else {
        format!("of {}", visible::line(&coverage.nodes.join(", ")))
    };
    format!("{}, {nodes}", period(coverage.from, coverage.to))
}

/// Kind, state, times and rows of a job.
#[must_use]
pub fn job_state(job: &Job) -> String {
    let known = |text: &str, unknown: &str| {
        if text.is_empty() { unknown.to_owned() } else { visible::line(text).into_owned() }
    };
    let time = |time: Option<Time>| time.map_or("at an unknown time".to_owned(), |t| t.to_string());
    let mut words = format!(
        "{} ({}), {}, created {}",
        known(&job.job_type, "type unknown"),
        visible::line(&job.operation.replace('_', " ")),
        known(&job.status, "state unknown"),
        time(job.created),
    );
    if job.finished.is_some() {
        words = format!("{words}, ended {}", time(job.finished));
    }
    if let Some(rows) = &job.rows {
        words = format!("{words}, {} rows by its own count", visible::line(rows));
    }
    words
}

/// When, what, and where it is written.
#[must_use]
pub fn job_event(event: &JobEvent) -> String {
    let node = event.node.map_or(String::new(), |node| format!(" n{node}"));
    let (what, path) = (event_word(&event.event), visible::line(&event.source.path));
    format!("{} {what}{node} {path}:{}", event.time, event.source.line)
}

/// What happened to a job, for a code of its timeline; a code of a later version stands for itself.
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
        "SIGN" => "SIGN OF AN ADVISORY",
        "NOTE" => "note",
        other => return visible::line(other),
    })
}

/// The events of a life that fit on a page: the first ones, how many are left out, the last ones.
#[must_use]
pub fn ends<T>(events: &[T]) -> (&[T], usize, &[T]) {
    const EACH: usize = 6;
    if events.len() <= 2 * EACH {
        return (events, 0, &[]);
    }
    let (first, rest) = events.split_at(EACH);
    let (middle, last) = rest.split_at(rest.len() - EACH);
    (first, middle.len(), last)
}

/// Says that events are left out and where they are.
#[must_use]
pub fn left_out(number: usize) -> String {
    format!("({} between these; the JSON report has all)", count(number as u64, "more event"))
}

/// Where a piece of evidence stands, who wrote it and when.
#[must_use]
pub fn place(evidence: &Evidence) -> String {
    let node = evidence.node.map_or(String::new(), |node| format!(", n{node}"));
    let time = evidence.time.map_or(String::new(), |time| format!(", {time}"));
    let (path, line, offset) = (visible::line(&evidence.path), evidence.line, evidence.offset);
    format!("{path}:{line} (byte {offset}{node}{time})")
}

/// A number of things: `1 file`, `2 files`.
#[must_use]
pub fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A size that a person can grasp: `812 bytes`, `3.4 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return count(bytes, "byte");
    }
    // Tenths are counted in whole numbers, so no rounding shows 1024.0 KiB for a little less than 1 MiB.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// How many of the published advisories this build checks, and that it is silent about the others.
#[must_use]
pub fn scope(report: &Report) -> String {
    let catalogue = &report.tool.catalogue;
    let checked = catalogue.checked.len();
    let names =
        if checked == 0 { String::new() } else { format!(" ({})", listed(&catalogue.checked)) };
    format!(
        "This build checks {checked} of {} advisories published up to {}{names}; of the others it says nothing.",
        catalogue.advisories,
        visible::line(&catalogue.as_of),
    )
}

/// The verdict over everything, in one sentence that says what to do or what is missing.
#[must_use]
pub fn headline(report: &Report) -> String {
    let verdict = report.verdict();
    let deciding: Vec<&Advisory> =
        report.advisories.iter().filter(|advisory| advisory.verdict == verdict).collect();
    let ids: Vec<&str> = deciding.iter().map(|advisory| advisory.id.as_str()).collect();
    let named = listed(&ids);
    let whom = subjects(report, &deciding, verdict);
    let unread = match report.input.files.unread.max(report.input.unread.len() as u64) {
        0 => String::new(),
        number => format!("; {} not read, or not wholly", were(number, "file")),
    };
    match verdict {
        Verdict::Confirmed => format!(
            "{named} is confirmed for {whom}: the evidence itself proves the harm, so follow the steps before you rely on the data{unread}."
        ),
        Verdict::Suspect => format!(
            "{named} is suspected for {whom}: every link of the pattern is in the evidence, so validate the data with the steps given{unread}."
        ),
        Verdict::Possible => format!(
            "{named} is possible for {whom}: one link of the pattern is uncertain, so check the reasons and follow the steps{unread}."
        ),
        Verdict::AtRisk => format!(
            "{named} puts {whom} at risk: the pattern is not complete yet, so follow the steps before it completes{unread}."
        ),
        Verdict::Exposed => format!(
            "An affected version ran ({named}), and no log or table could show the harm: follow what the advisory says for what the cluster did{unread}."
        ),
        Verdict::CannotTell => cannot_tell(report, &deciding, &named),
        Verdict::NoSign => format!(
            "No sign of {named} in the logs that were read, {}: an affected version ran, so plan the upgrade, and hand in older logs if it ran before that{unread}.",
            covered(&deciding)
        ),
        Verdict::Cleared => format!(
            "The first sign of {named} is there, and a named fact rules the harm out: read the findings to see which{unread}."
        ),
        Verdict::NotAffected => format!(
            "No node ran a version that {named} is about, as far as versions are known: nothing to do for it, and nothing is said of other advisories{unread}."
        ),
    }
}

/// Why nothing could be decided. Names the first missing thing; the rest stands in the body of the report.
fn cannot_tell(report: &Report, deciding: &[&Advisory], named: &str) -> String {
    if report.advisories.is_empty() {
        return "Cannot tell: no advisory was checked.".to_owned();
    }
    let mut missing =
        deciding.iter().flat_map(|advisory| &advisory.coverage.missing).map(String::as_str);
    let first = missing
        .next()
        .or_else(|| report.input.unread.first().map(|unread| unread.detail.as_str()))
        .or_else(|| deciding.first().map(|advisory| advisory.why.as_str()))
        .unwrap_or_default();
    let more = match missing.count() as u64 {
        0 => String::new(),
        number => format!(" (and {} below)", count(number, "more missing fact")),
    };
    let first = visible::line(first.trim_end_matches('.'));
    format!("Cannot tell about {named}: {first}{more}; hand in what is missing and run again.")
}

/// The subjects of the findings that carry `verdict`, the first three by name.
fn subjects(report: &Report, advisories: &[&Advisory], verdict: Verdict) -> String {
    let mut names: Vec<String> = Vec::new();
    for finding in &report.findings {
        let decides = finding.verdict == verdict
            && advisories.iter().any(|advisory| advisory.id == finding.advisory);
        if decides {
            names.push(subject(&finding.subject));
        }
    }
    names.sort();
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

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<_> = names.iter().take(3).map(|name| visible::line(name.as_ref())).collect();
    match (names.len(), shown.split_last()) {
        (_, None) => "no advisory".to_owned(),
        (1, Some((only, _))) => only.to_string(),
        (2 | 3, Some((last, others))) => format!("{} and {last}", others.join(", ")),
        (number, Some(_)) => format!("{} and {} more", shown.join(", "), number - shown.len()),
    }
}

fn were(number: u64, thing: &str) -> String {
    format!("{} {}", count(number, thing), if number == 1 { "was" } else { "were" })
}
