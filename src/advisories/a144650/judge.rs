//! Verdicts for jobs that have warnings.

use std::collections::BTreeMap;

use crate::advisories::Declared;
use crate::advisories::ranges::Placement;
use crate::facts::{Facts, Sign};
use crate::model::{
    Evidence, Finding, Job, JobEvent, JobId, JobStatus, Operation, Reason, Tenancy, Verdict,
};

use super::end::{self, End};
use super::rules::Outcome;
use super::warning::{self, FlushError};
use super::{
    SOURCE_UNKNOWN, finding, is_of_unknown_source, job_subject, reason, remedy, sign_evidence,
    vendor,
};

/// The warnings of one job: at least one.
pub(super) struct Warnings<'a> {
    job: &'a Job,
    first: &'a Sign,
    others: Vec<&'a Sign>,
}

/// Divides the warnings into those of jobs that are known, and those that stand alone. Each is in exactly one group, and
/// each group becomes one finding.
pub(super) fn by_job<'a>(
    facts: &'a Facts,
    signs: &[&'a Sign],
) -> (Vec<Warnings<'a>>, Vec<&'a Sign>) {
    let mut of_jobs: BTreeMap<(&Tenancy, JobId), Warnings<'a>> = BTreeMap::new();
    let mut alone = Vec::new();
    for sign in signs {
        let job = sign.job.and_then(|id| facts.jobs.get(&(sign.tenancy.clone(), id)));
        let Some(job) = job else {
            alone.push(*sign);
            continue;
        };
        of_jobs
            .entry((&job.tenancy, job.id))
            .and_modify(|known| known.others.push(sign))
            .or_insert(Warnings { job, first: sign, others: Vec::new() });
    }
    (of_jobs.into_values().collect(), alone)
}

/// The finding about a job with warnings.
pub(super) fn job(declared: &Declared, facts: &Facts, warnings: &Warnings<'_>) -> Finding {
    let job = warnings.job;
    Judge { declared, facts, job, end: end::of(job) }.finding(warnings)
}

pub(super) struct Judge<'a> {
    pub(super) declared: &'a Declared,
    pub(super) facts: &'a Facts,
    pub(super) job: &'a Job,
    pub(super) end: End,
}

impl Judge<'_> {
    /// The strongest of what its warnings say, each judged on its own.
    fn finding(&self, warnings: &Warnings<'_>) -> Finding {
        let first = (warnings.first, warning::read(&warnings.first.entry.message));
        let mut outcome = self.limited(first.0, &first.1);
        let mut last = first.0.entry.time;
        let mut errors = vec![first];
        for sign in &warnings.others {
            let error = warning::read(&sign.entry.message);
            let next = self.limited(sign, &error);
            if next.verdict > outcome.verdict {
                outcome = next;
            }
            last = last.max(sign.entry.time);
            errors.push((*sign, error));
        }
        let mut reasons = vec![reason(outcome.code, outcome.text.as_str())];
        reasons.extend_from_slice(&outcome.limits);
        self.describe(&errors, &mut reasons);
        let rule = vendor::reports(self.job, &self.end, last);
        reasons.extend(
            vendor::difference(rule, outcome.verdict, outcome.code)
                .map(|text| reason("VENDOR_RULE_DIFFERS", text)),
        );
        let subject = job_subject(&self.job.tenancy, self.job.id);
        let signs: Vec<&Sign> = errors.iter().map(|(sign, _)| *sign).collect();
        let evidence = self.evidence(&signs, &outcome);
        let mut finding = finding(subject, outcome.verdict, reasons, evidence);
        let errors: Vec<&FlushError> = errors.iter().map(|(_, error)| error).collect();
        if outcome.verdict > Verdict::Cleared {
            let Self { declared, facts, job, .. } = self;
            finding.remediation = remedy::steps(declared, facts, &job.tenancy, Some(job), &errors);
        }
        finding
    }

    /// The warnings, what decides, how the job ended, and what MOLT said.
    fn evidence(&self, warnings: &[&Sign], outcome: &Outcome) -> Vec<Evidence> {
        // The warnings may be thousands; what decides must not fall behind the limit.
        let shown = warnings.iter().take(super::EVIDENCE_LIMIT / 2);
        let mut evidence: Vec<Evidence> = shown.map(|sign| sign_evidence(sign)).collect();
        evidence.extend(outcome.event.clone());
        evidence.extend(self.rows_that_contradict());
        evidence.extend(end::events(self.job).map(self::evidence));
        evidence.extend(end::torn(self.job).map(self::evidence));
        let verify = self.molt().and_then(|table| table.verify.as_ref());
        evidence.extend(verify.into_iter().flat_map(|verify| &verify.lines).map(
            |(source, time, text)| Evidence {
                source: source.clone(),
                node: None,
                time: Some(*time),
                text: text.clone(),
            },
        ));
        evidence.dedup();
        evidence
    }

    /// The rows of tables that name ends of which at most one is true.
    fn rows_that_contradict(&self) -> impl Iterator<Item = Evidence> {
        let contradict = matches!(self.end, End::Contradicted(_));
        self.job.end_states.iter().filter(move |_| contradict).map(|(status, source)| Evidence {
            source: source.clone(),
            node: None,
            time: None,
            text: format!("jobs table: status {status}"),
        })
    }

    /// The verdict on one warning, lowered where a link is not certain.
    fn limited(&self, sign: &Sign, error: &FlushError) -> Outcome {
        let placement = self.declared.placement(&sign.ran);
        if placement == Placement::NotAffected {
            let version = versions(sign);
            return Outcome::new(
                Verdict::Cleared,
                "VERSION_NOT_AFFECTED",
                format!(
                    "The node ran {version} when it wrote the warning, and that build does not drop the error. Check that the version is right: fixed builds of the affected series should not write this warning at all."
                ),
            );
        }
        let mut outcome = self.one(sign);
        if error.teardown {
            outcome = outcome.at_most(
                Verdict::Possible,
                "TEARDOWN_NOISE",
                "The flush failed because its context was canceled: the operation was already being torn down by another error, which usually makes it start over.",
            );
        }
        if is_of_unknown_source(sign) {
            outcome = outcome.at_most(Verdict::Possible, SOURCE_UNKNOWN.0, SOURCE_UNKNOWN.1);
        }
        match placement {
            Placement::Unknown => outcome.at_most(
                Verdict::Possible,
                "VERSION_UNKNOWN",
                format!("The build that wrote the warning cannot be placed: {}.", versions(sign)),
            ),
            Placement::NotNamed => outcome.at_most(
                Verdict::Possible,
                "VERSION_NOT_NAMED",
                format!("The node ran {}, a testing build that the advisory does not name; the fault was in the code by then.", versions(sign)),
            ),
            Placement::Affected | Placement::NotAffected => outcome,
        }
    }

    /// What else a reader should know: states that are none, the index, the rows, what was removed.
    fn describe(&self, errors: &[(&Sign, FlushError)], reasons: &mut Vec<Reason>) {
        reasons.extend(unknown_states(self.job));
        // Each refresh of a view gives its indexes new numbers, so there they tell nothing.
        let numbered = self.job.operation != Operation::RefreshView;
        let indexes: Vec<(u64, u64)> =
            errors.iter().filter_map(|(_, error)| error.indexes).filter(|_| numbered).collect();
        let table = errors
            .iter()
            .find_map(|(_, error)| error.table)
            .map_or(String::new(), |id| format!(" of table {id}"));
        if indexes.iter().any(|(first, _)| *first == 1) {
            reasons.push(reason("PRIMARY_INDEX", format!("The lost keys begin in index 1{table}, which is the primary index unless the primary key was changed: whole rows are concerned.")));
        }
        if let Some((first, last)) = indexes.iter().find(|(_, last)| *last > 1) {
            let which = if first == last {
                format!("index {last}")
            } else {
                format!("indexes {first} to {last}")
            };
            reasons.push(reason("SECONDARY_INDEX", format!("The lost keys lie in {which}{table}; unless the primary key was changed, index numbers above 1 are secondary indexes, and counting rows does not prove those.")));
        }
        if let Some(rows) = self.job.rows {
            reasons.push(reason("ROWS_REPORTED", format!("The job itself reports {rows} rows in the primary index. Compare that with the source; it says nothing of secondary indexes.")));
        }
        if errors.iter().any(|(_, error)| error.redacted) {
            reasons.push(reason(
                "REDACTED",
                "The cause of the failed flush was removed from the log before it was handed in.",
            ));
        }
    }
}

/// That a line or the row of a job names a state which is none, if one does. The word is in the evidence: it may be
/// anything, so a sentence must not quote it.
pub(super) fn unknown_states(job: &Job) -> Option<Reason> {
    let in_row = matches!(&job.status, Some(JobStatus::Other(_)) if job.row.is_some());
    let text = "A line or a row names a state of the job that no version of CockroachDB has: it was torn, removed or changed. It is not taken as a state, so it may hide how the job went on.";
    (in_row || end::torn(job).next().is_some()).then(|| reason("STATE_NOT_KNOWN", text))
}

pub(super) fn evidence(event: &JobEvent) -> Evidence {
    Evidence {
        source: event.source.clone(),
        node: event.node,
        time: Some(event.time),
        text: event.said().to_owned(),
    }
}

/// The builds that may have written a warning, in words.
fn versions(sign: &Sign) -> String {
    let names: Vec<&str> = sign.ran.candidates.iter().map(|(text, _)| text.as_str()).collect();
    match (names.as_slice(), &sign.ran.at_most, &sign.ran.at_least) {
        ([], None, None) => "no log names a version".to_owned(),
        ([], None, Some(version)) => format!(
            "some version of {}.{} or later, as the active version of the cluster has it",
            version.major, version.minor
        ),
        ([], Some(version), _) => format!("some version up to {version}"),
        (names, ..) => {
            let lost = sign.ran.lost.map_or("", |_| " or one of which nothing is known");
            names.join(" or ") + lost
        }
    }
}
