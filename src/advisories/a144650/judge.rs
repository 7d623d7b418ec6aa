//! Verdicts for jobs that have warnings.

use std::collections::BTreeMap;

use crate::advisories::Declared;
use crate::advisories::ranges::Placement;
use crate::facts::{Facts, Sign};
use crate::model::{Evidence, Finding, Job, JobEvent, JobId, Operation, Reason, Tenancy, Verdict};

use super::end::{self, End};
use super::rules::Outcome;
use super::warning::{self, FlushError};
use super::{finding, job_subject, reason, remedy, sign_evidence, vendor};

/// One finding for each job with a warning.
pub(super) fn jobs(declared: &Declared, facts: &Facts, signs: &[&Sign]) -> Vec<Finding> {
    let mut by_job: BTreeMap<(&Tenancy, JobId), Vec<&Sign>> = BTreeMap::new();
    for sign in signs {
        if let Some(job) = sign.job {
            by_job.entry((&sign.tenancy, job)).or_default().push(sign);
        }
    }
    by_job
        .into_iter()
        .filter_map(|((tenancy, id), warnings)| {
            let job = facts.jobs.get(&(tenancy.clone(), id))?;
            Judge { declared, facts, job, end: end::of(job) }.finding(&warnings)
        })
        .collect()
}

pub(super) struct Judge<'a> {
    pub(super) declared: &'a Declared,
    pub(super) facts: &'a Facts,
    pub(super) job: &'a Job,
    pub(super) end: End,
}

impl Judge<'_> {
    /// The strongest of what its warnings say, each judged on its own.
    fn finding(&self, warnings: &[&Sign]) -> Option<Finding> {
        let errors: Vec<(&Sign, FlushError)> =
            warnings.iter().map(|sign| (*sign, warning::read(&sign.entry.message))).collect();
        let outcome = errors
            .iter()
            .map(|(sign, error)| self.limited(sign, error))
            .reduce(|known, next| if next.verdict > known.verdict { next } else { known })?;
        let mut reasons = vec![reason(outcome.code, outcome.text.as_str())];
        reasons.extend_from_slice(&outcome.limits);
        self.describe(&errors, &mut reasons);
        let rule = vendor::reports(self.job, &self.end, warnings.last()?.entry.time);
        reasons.extend(
            vendor::difference(rule, outcome.verdict, outcome.code)
                .map(|text| reason("VENDOR_RULE_DIFFERS", text)),
        );
        let subject = job_subject(&self.job.tenancy, self.job.id);
        let mut finding =
            finding(subject, outcome.verdict, reasons, self.evidence(warnings, &outcome));
        let errors: Vec<&FlushError> = errors.iter().map(|(_, error)| error).collect();
        if outcome.verdict > Verdict::Cleared {
            let Self { declared, facts, job, .. } = self;
            finding.remediation = remedy::steps(declared, facts, &job.tenancy, Some(job), &errors);
        }
        Some(finding)
    }

    /// The warnings, what decides, how the job ended, and what MOLT said.
    fn evidence(&self, warnings: &[&Sign], outcome: &Outcome) -> Vec<Evidence> {
        // The warnings may be thousands; what decides must not fall behind the limit.
        let shown = warnings.iter().take(super::EVIDENCE_LIMIT / 2);
        let mut evidence: Vec<Evidence> = shown.map(|sign| sign_evidence(sign)).collect();
        evidence.extend(outcome.event.clone());
        evidence.extend(end::events(self.job).map(self::evidence));
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

    /// What else a reader should know: the index, the rows, what was removed.
    fn describe(&self, errors: &[(&Sign, FlushError)], reasons: &mut Vec<Reason>) {
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
