//! A-144650: an async flush error that is swallowed lets a bulk write succeed without some of its rows.
//!
//! The rule and its sources are in `facts` of the project under the advisory's number: a warning of the SST
//! batcher for a job, no restart of the job afterwards, and the job succeeds. Per operation it differs what a
//! restart does to the lost rows; `judge` says how. Every warning is judged on its own, as an entry.

mod end;
mod judge;
mod order;
mod remedy;
mod rules;
mod unattributed;
mod uncovered;
mod vendor;
mod verify;
mod warning;

use crate::advisories::coverage;
use crate::facts::{Facts, Sign};
use crate::model::{
    Applicability, Evidence, Finding, Operation, Reason, SortSmall, Subject, SubjectKind, Tenancy,
    Verdict, unmarked,
};
use crate::scan::Signature;

use super::decision::applicability;
use super::{Decision, Declared, Detector};

const ID: &str = "A-144650";

/// Name of the warning's signature. The words are the same in all affected releases; what follows them is the
/// wrapped error, usually `addsstable [start,end): cause`.
const FLUSH_ERROR: Signature = Signature {
    name: "a144650.flush_error",
    literal: "closing with flushes in-progress encountered an error",
};

/// At most so many lines of evidence per finding; a job can have thousands of warnings that say the same.
const EVIDENCE_LIMIT: usize = 20;

/// Decides A-144650.
pub(super) static DETECTOR: Detector = Detector {
    name: "a144650",
    decide,
    signatures: &[FLUSH_ERROR],
    takes: is_of_batcher,
    // Those of the advisory, and the first fill of a view, which runs the same code.
    operations: &[
        Operation::Import,
        Operation::MoltFetch,
        Operation::Replication,
        Operation::CreateTableAs,
        Operation::CreateView,
        Operation::RefreshView,
    ],
};

fn decide(declared: &Declared, facts: &Facts) -> Decision {
    let signs: Vec<&Sign> = facts
        .signs
        .iter()
        .filter(|sign| sign.signature == FLUSH_ERROR.name && is_of_batcher(sign))
        .collect();
    // Every warning is in exactly one of these, and each of these is one finding.
    let (of_jobs, alone) = judge::by_job(facts, &signs);
    let of_jobs = of_jobs.iter().map(|warnings| judge::job(declared, facts, warnings));
    let alone = alone.into_iter().map(|sign| unattributed::entry(declared, facts, sign));
    let mut findings: Vec<Finding> = of_jobs.chain(alone).collect();
    uncovered::add(declared, facts, &mut findings);
    for finding in &mut findings {
        finding.evidence.truncate(EVIDENCE_LIMIT);
    }
    findings
        .sort_small_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.subject.cmp(&b.subject)));
    // Logs go back two days in a debug zip and jobs two weeks.
    let mut missing = coverage::jobs_tables_missing(facts);
    if applicability(declared, facts) != Applicability::NotAffected {
        missing.extend(coverage::gaps_after_jobs_tables(declared, facts));
    }
    Decision::conclude(declared, facts, findings, missing)
}

/// Whether the batcher wrote an entry, or may have: the same words in a logged SQL statement are somebody's search for
/// this very warning, and a structured event is never the batcher's.
fn is_of_batcher(sign: &Sign) -> bool {
    sign.entry.file.ends_with("sst_batcher.go")
        || (is_of_unknown_source(sign) && sign.entry.event.is_none())
}

/// Whether an entry does not say which source file wrote it. JSON can be configured so, and Go writes `???` where it
/// does not know.
fn is_of_unknown_source(sign: &Sign) -> bool {
    matches!(unmarked(&sign.entry.file).trim(), "" | "×" | "???" | "<unknown>" | "null" | "NULL")
}

/// Code and sentence of a warning that does not say which source file wrote it.
const SOURCE_UNKNOWN: (&str, &str) = (
    "SOURCE_UNKNOWN",
    "The entry does not say which source file wrote it. The words are those of the batcher's warning, but an entry of another file could quote them.",
);

fn reason(code: &str, text: impl Into<String>) -> Reason {
    Reason { code: code.to_owned(), text: text.into() }
}

fn finding(
    subject: Subject,
    verdict: Verdict,
    reasons: Vec<Reason>,
    evidence: Vec<Evidence>,
) -> Finding {
    Finding {
        advisory: ID.to_owned(),
        subject,
        verdict,
        reasons,
        evidence,
        remediation: Vec::new(),
        backup: None,
    }
}

fn job_subject(tenancy: &Tenancy, id: impl std::fmt::Display) -> Subject {
    Subject { kind: SubjectKind::Job, id: id.to_string(), tenancy: tenancy.clone() }
}

fn sign_evidence(sign: &Sign) -> Evidence {
    Evidence {
        source: sign.source.clone(),
        node: sign.node,
        time: Some(sign.entry.time),
        text: sign.raw.clone(),
    }
}
