//! From facts to rows: one for each warning, and one for each run of a job that no warning names and that the logs do not
//! cover. What they mean is said by the lines of the rule.

use std::collections::BTreeMap;

use crate::advisories::Declared;
use crate::advisories::ranges::Placement;
use crate::facts::{Facts, Sign, may_store_rows};
use crate::model::{
    Evidence, Job, JobEvent, JobId, JobStatus, Operation, Subject, SubjectKind, Tenancy, Time,
};

use super::end::{self, End};
use super::restart::Restarted;
use super::run::Uncovered;
use super::verify::Verified;
use super::warning::{self, FlushError};
use super::{is_of_unknown_source, remedy, restart, run, script, unattributed};

/// A row.
pub(crate) struct FlushWarning<'a> {
    /// The warning; none of a run without one.
    pub(crate) sign: Option<&'a Sign>,
    /// What its message says.
    pub(crate) error: FlushError,
    /// Where the build that wrote it lies.
    pub(crate) placed: Placement,
    /// The builds that may have written it, in words.
    pub(crate) builds: String,
    /// Whether the entry says which source file wrote it.
    pub(crate) source_known: bool,
    /// How its job ended, seen from it: a word, the state, and when.
    pub(crate) end: (&'static str, Option<JobStatus>, Option<Time>),
    /// Whether its job started over afterwards.
    pub(crate) restarted: Restarted<'a>,
    /// Job that refreshed the same view afterwards.
    pub(crate) refreshed_by: Option<JobId>,
}

/// The rows of one subject.
pub(crate) enum Group<'a> {
    /// Those of a job.
    Job(Box<OfJob<'a>>),
    /// A warning that no known job owns.
    Alone(Alone<'a>),
}

/// A job with its warnings, or with a run that the logs do not cover.
pub(crate) struct OfJob<'a> {
    pub(super) declared: &'a Declared,
    pub(super) facts: &'a Facts,
    pub(crate) job: &'a Job,
    pub(super) end: End,
    pub(super) warnings: Vec<&'a Sign>,
    /// The events that may be restarts; of its events most are warnings.
    pub(super) restarts: Vec<&'a JobEvent>,
    /// What MOLT Verify says of the table.
    pub(crate) verified: Verified,
    /// A refresh of the same view that began after the job had ended, and succeeded.
    pub(super) refresh: Option<&'a Job>,
    /// Whether the view was created or refreshed without data.
    pub(crate) no_data: bool,
    /// What the logs lack of its run.
    pub(crate) uncovered: Option<Uncovered>,
    /// The ends that exclude each other, in words.
    pub(crate) contradiction: Option<String>,
    /// Whether a line or the row of the job names a state which is none. The word is in the evidence: it may be anything, so
    /// a sentence must not quote it.
    pub(crate) torn_state: bool,
    /// Whether the rule of the advisory's script reports the job.
    pub(crate) script_reports: bool,
}

/// A warning that no known job owns.
pub(crate) struct Alone<'a> {
    declared: &'a Declared,
    facts: &'a Facts,
    sign: &'a Sign,
    /// Jobs of its time and table.
    pub(crate) fits: Vec<&'a Job>,
}

/// All rows, by subject. Each warning is in exactly one group.
pub(crate) fn groups<'a>(
    declared: &'a Declared,
    facts: &'a Facts,
    signs: &[&'a Sign],
) -> Vec<Group<'a>> {
    let mut of_jobs: BTreeMap<(&Tenancy, JobId), Vec<&'a Sign>> = BTreeMap::new();
    let mut groups = Vec::new();
    for sign in signs {
        let job = sign.job.and_then(|id| facts.jobs.get(&(sign.tenancy.clone(), id)));
        match job {
            Some(job) => of_jobs.entry((&job.tenancy, job.id)).or_default().push(sign),
            None => groups.push(Group::Alone(Alone::new(declared, facts, sign))),
        }
    }
    for job in facts.jobs.values() {
        let warnings = of_jobs.remove(&(&job.tenancy, job.id)).unwrap_or_default();
        if warnings.is_empty() && !may_store_rows(job) {
            continue;
        }
        let of_job = OfJob::new(declared, facts, job, warnings);
        if !of_job.warnings.is_empty() || of_job.uncovered.is_some() {
            groups.push(Group::Job(Box::new(of_job)));
        }
    }
    groups
}

impl<'a> Group<'a> {
    /// What the finding is about.
    pub(crate) fn subject(&self) -> Subject {
        match self {
            Self::Job(of) => Subject {
                kind: SubjectKind::Job,
                id: of.job.id.to_string(),
                tenancy: of.job.tenancy.clone(),
            },
            Self::Alone(Alone { sign, .. }) => Subject {
                kind: SubjectKind::LogEntry,
                id: format!("{}:{}", sign.source.path, sign.source.line),
                tenancy: sign.tenancy.clone(),
            },
        }
    }

    /// How many rows it has: at least one.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Job(of) => of.warnings.len().max(1),
            Self::Alone(_) => 1,
        }
    }

    /// The row at a place.
    pub(crate) fn row(&self, place: usize) -> FlushWarning<'a> {
        match self {
            Self::Job(of) => of.row(place),
            Self::Alone(Alone { declared, sign, .. }) => FlushWarning::of(declared, sign),
        }
    }

    /// What shows a row: the warning, or the row of the jobs table.
    pub(crate) fn evidence(&self, place: usize) -> Option<Evidence> {
        let job = match self {
            Self::Alone(Alone { sign, .. }) => return Some(of_sign(sign)),
            Self::Job(of) => match of.warnings.get(place) {
                Some(sign) => return Some(of_sign(sign)),
                None => of.job,
            },
        };
        job.row.as_ref().map(|row| Evidence {
            source: row.clone(),
            node: None,
            time: job.created,
            text: format!("{} {}", job.job_type, job.description),
        })
    }

    /// What else shows what follows from the row at a place.
    pub(crate) fn beside(&self, place: usize) -> Vec<Evidence> {
        match self {
            Self::Job(of) => of.beside(place),
            Self::Alone(_) => Vec::new(),
        }
    }

    /// The only job that it may be about.
    pub(crate) fn job(&self) -> Option<&'a Job> {
        match self {
            Self::Job(of) => Some(of.job),
            Self::Alone(Alone { fits, .. }) => match fits[..] {
                [job] => Some(job),
                _ => None,
            },
        }
    }

    /// What is known for the steps, by placeholder.
    pub(crate) fn values(&self) -> BTreeMap<&'static str, String> {
        let (declared, facts, signs) = match self {
            Self::Job(of) => (of.declared, of.facts, &of.warnings[..]),
            Self::Alone(Alone { declared, facts, sign, .. }) => {
                (*declared, *facts, std::slice::from_ref(sign))
            }
        };
        let table = signs.iter().find_map(|sign| warning::read(&sign.entry.message).table);
        remedy::values(declared, facts, &self.subject().tenancy, self.job(), table)
    }
}

impl<'a> FlushWarning<'a> {
    /// What a warning says by itself.
    fn of(declared: &Declared, sign: &'a Sign) -> Self {
        Self {
            sign: Some(sign),
            error: warning::read(&sign.entry.message),
            placed: declared.placement(&sign.ran),
            builds: builds(sign),
            source_known: !is_of_unknown_source(sign),
            ..Self::none()
        }
    }

    fn none() -> Self {
        Self {
            sign: None,
            error: FlushError::default(),
            placed: Placement::Unknown,
            builds: String::new(),
            source_known: true,
            end: ("unknown", None, None),
            restarted: Restarted::none(),
            refreshed_by: None,
        }
    }
}

impl<'a> Alone<'a> {
    fn new(declared: &'a Declared, facts: &'a Facts, sign: &'a Sign) -> Self {
        let table = warning::read(&sign.entry.message).table;
        let fits = unattributed::candidates(facts, sign, table);
        Self { declared, facts, sign, fits }
    }
}

impl<'a> OfJob<'a> {
    fn new(
        declared: &'a Declared,
        facts: &'a Facts,
        job: &'a Job,
        warnings: Vec<&'a Sign>,
    ) -> Self {
        let end = end::of(job);
        let contradict = matches!(end, End::Contradicted(_));
        let in_row = matches!(&job.status, Some(JobStatus::Other(_)) if job.row.is_some());
        let last = warnings.iter().map(|sign| sign.entry.time).max();
        let mut of = Self {
            declared,
            facts,
            job,
            contradiction: contradict.then(|| end::contradiction(job)),
            torn_state: in_row || end::torn(job).next().is_some(),
            script_reports: last.is_some_and(|last| script::reports(job, &end, last)),
            end,
            warnings,
            restarts: restart::events(job).collect(),
            verified: Verified::No,
            refresh: None,
            no_data: false,
            uncovered: None,
        };
        of.verified = of.verify();
        let views = matches!(job.operation, Operation::CreateView | Operation::RefreshView);
        if views || restart::fills(job) && !of.warnings.is_empty() {
            of.refresh = restart::later_refresh(facts, job);
            of.no_data = restart::is_without_data(job);
        }
        of.uncovered = run::uncovered(&of);
        of
    }

    fn row(&self, place: usize) -> FlushWarning<'a> {
        let Some(sign) = self.warnings.get(place).copied() else { return FlushWarning::none() };
        FlushWarning {
            end: self.end.seen_from(sign.entry.time),
            restarted: self.restarted(sign),
            refreshed_by: self.refreshed_after(sign),
            ..FlushWarning::of(self.declared, sign)
        }
    }

    /// The restart, how the job ended, and what MOLT said.
    fn beside(&self, place: usize) -> Vec<Evidence> {
        let Some(sign) = self.warnings.get(place) else {
            let row = self.job.row.as_ref();
            let events = end::events(self.job).filter(|event| Some(&event.source) != row);
            return events.map(of_event).collect();
        };
        let mut evidence: Vec<Evidence> = Vec::new();
        evidence.extend(self.restarted(sign).event.map(of_event));
        evidence.extend(self.rows_that_contradict());
        evidence.extend(end::events(self.job).map(of_event));
        evidence.extend(end::torn(self.job).map(of_event));
        let verify = self.molt().and_then(|table| table.verify.as_ref());
        evidence.extend(verify.into_iter().flat_map(|verify| &verify.lines).map(
            |(source, time, text)| Evidence {
                source: source.clone(),
                node: None,
                time: Some(*time),
                text: text.clone(),
            },
        ));
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

    /// Whether index numbers of the warnings tell anything: each refresh of a view gives its indexes new ones.
    pub(crate) fn is_numbered(&self) -> bool {
        self.job.operation != Operation::RefreshView
    }
}

fn of_sign(sign: &Sign) -> Evidence {
    Evidence {
        source: sign.source.clone(),
        node: sign.node,
        time: Some(sign.entry.time),
        text: sign.raw.clone(),
    }
}

fn of_event(event: &JobEvent) -> Evidence {
    Evidence {
        source: event.source.clone(),
        node: event.node,
        time: Some(event.time),
        text: event.said().to_owned(),
    }
}

/// The builds that may have written a warning, in words.
fn builds(sign: &Sign) -> String {
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
