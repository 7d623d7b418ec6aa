//! The jobs of a report by what findings say of them: there may be a hundred thousand, and as many findings as one in
//! ten of them.

use crdb_triage::model::SortSmall;
use crdb_triage::report::{Finding, Job, Report, wording};

/// The jobs in the order of their ids; those with the same id in the order of the report.
pub(in crate::view) struct Jobs<'a>(Vec<&'a Job>);

impl<'a> Jobs<'a> {
    pub(in crate::view) fn of(report: &'a Report) -> Self {
        let mut jobs: Vec<&Job> = report.jobs.iter().collect();
        jobs.sort_small_by(|a, b| a.id.cmp(&b.id));
        Self(jobs)
    }

    /// The job that [`wording::job_of`] finds.
    pub(in crate::view) fn find(&self, finding: &Finding) -> Option<&'a Job> {
        self.place(finding).map(|at| self.0[at])
    }

    /// The jobs that these findings are about, each with the first finding about it.
    pub(in crate::view) fn with_findings<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Finding>,
    ) -> Vec<(&'a Job, &'f Finding)> {
        let mut free = vec![true; self.0.len()];
        let first = |finding| {
            let at = self.place(finding)?;
            std::mem::take(&mut free[at]).then(|| (self.0[at], finding))
        };
        findings.into_iter().filter_map(first).collect()
    }

    fn place(&self, finding: &Finding) -> Option<usize> {
        let of = &finding.subject;
        let first = self.0.partition_point(|job| job.id < of.id);
        let mut alike = self.0[first..].iter().take_while(|job| job.id == of.id);
        let within = alike.position(|job| job.tenant == of.tenant && job.cluster == of.cluster)?;
        wording::is_a_job(of).then_some(first + within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;

    #[test]
    fn a_finding_has_the_job_that_the_engine_names_for_it() {
        let mut report = fixture::report();
        let mut other = report.jobs[0].clone();
        other.cluster = Some("west".to_owned());
        report.jobs.insert(0, other.clone());
        other.tenant = "demoapp".to_owned();
        report.jobs.insert(0, other);
        let jobs = Jobs::of(&report);
        for finding in &report.findings {
            assert_eq!(jobs.find(finding), wording::job_of(&report, finding));
        }
        assert_eq!(report.findings.iter().filter(|of| jobs.find(of).is_some()).count(), 3);
    }

    #[test]
    fn a_job_comes_once_with_its_first_finding() {
        let report = fixture::report();
        let twice = report.findings.iter().rev().chain(&report.findings);
        let found = Jobs::of(&report).with_findings(twice);
        let verdicts: Vec<_> = found.iter().map(|(_, finding)| finding.verdict.as_str()).collect();
        assert_eq!(verdicts, ["cleared", "at_risk", "suspect"]);
    }
}
