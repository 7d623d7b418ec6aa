//! The net under all advisories: a sign that no rule took is a finding of its own.
//!
//! Rules take signs that are messages of entries of the right source file. What they do not take – a sign in text that was
//! not understood, or in an entry of another file – may be the very line that decides, dressed by a tool in a way that this
//! version does not know. So it is said, and the advisory is neither without signs nor not affected.

use std::collections::HashSet;

use crate::facts::{Facts, Sign, StrayFile, StrayKind};
use crate::model::{
    Applicability, Evidence, Finding, JobId, Reason, Remediation, Safety, Subject, SubjectKind,
    Tenancy, Verdict,
};

use super::{Declared, detector};

/// The code of the only reason of such a finding.
const CODE: &str = "SIGN_NOT_UNDERSTOOD";

/// The findings about signs of an advisory that none of `findings` is about.
pub(super) fn left_over(
    declared: &Declared,
    facts: &Facts,
    findings: &[Finding],
    applicability: Applicability,
) -> Vec<Finding> {
    let Some(advisory) = detector(&declared.detector) else { return Vec::new() };
    let net = Net { declared, applicability };
    let literal = |name: &str| {
        let signature = advisory.signatures.iter().find(|signature| signature.name == name);
        signature.map(|signature| signature.literal)
    };
    let strays = facts.strays.iter().filter(|stray| literal(stray.signature).is_some());
    let mut left: Vec<Finding> = strays.map(|stray| net.of_file(stray)).collect();
    let found = Found::new(findings);
    for sign in &facts.signs {
        let Some(literal) = literal(sign.signature) else { continue };
        let taken = (advisory.takes)(sign);
        if found.holds(sign, taken) || !taken && sign.is_quoted(literal) {
            continue;
        }
        left.push(net.of_sign(sign, taken));
    }
    left
}

/// What the findings of the rules are about.
struct Found<'a> {
    subjects: HashSet<(&'a Tenancy, &'a str)>,
    entries: HashSet<&'a str>,
    evidence: HashSet<(&'a str, u64)>,
}

impl<'a> Found<'a> {
    fn new(findings: &'a [Finding]) -> Self {
        let mut new =
            Self { subjects: HashSet::new(), entries: HashSet::new(), evidence: HashSet::new() };
        for Finding { subject, evidence, .. } in findings {
            match subject.kind {
                SubjectKind::LogEntry => drop(new.entries.insert(&subject.id)),
                _ => drop(new.subjects.insert((&subject.tenancy, &subject.id))),
            }
            let places = evidence.iter().map(|one| (&*one.source.path, one.source.line));
            new.evidence.extend(places);
        }
        new
    }

    /// Whether a finding is about a sign. If rules took it that is so also where a finding about its job does not show it:
    /// of a thousand warnings of a job a few are shown.
    fn holds(&self, sign: &Sign, taken: bool) -> bool {
        let of_job = |id: JobId| self.subjects.contains(&(&sign.tenancy, &*id.to_string()));
        taken && sign.job.is_some_and(of_job)
            || self.evidence.contains(&(&sign.source.path, sign.source.line))
            || self.entries.contains(&*format!("{}:{}", sign.source.path, sign.source.line))
    }
}

/// Whether a finding of the net says that a sign stands in the file at `path`.
pub(super) fn is_in_file(finding: &Finding, path: &str) -> bool {
    let stray = finding.reasons.first().is_some_and(|reason| reason.code == CODE);
    stray && finding.evidence.iter().any(|evidence| *evidence.source.path == *path)
}

struct Net<'a> {
    declared: &'a Declared,
    applicability: Applicability,
}

impl Net<'_> {
    /// Signs in what of a file was not understood.
    fn of_file(&self, stray: &StrayFile) -> Finding {
        let StrayFile { path, count, .. } = stray;
        let id = &self.declared.id;
        let first = stray.lines.first().map_or(1, |(at, _)| at.line);
        let more = match count.saturating_sub(1) {
            0 => String::new(),
            1 => ", and so does one more line".to_owned(),
            more => format!(", and so do {more} more lines"),
        };
        let (text, step) = match stray.kind {
            StrayKind::Log => (
                format!(
                    "Line {first} of this log holds the text of a sign of {id}{more}, but not as the message of an entry: it belongs to no entry, or a tool put something before it, joined it with another line or cut it."
                ),
                "Hand in the log file as the node wrote it, or undo what was done to this line, and run again.",
            ),
            StrayKind::Table => (
                format!(
                    "Line {first} of this table holds the text of a sign of {id}{more}, but not in a cell that is read."
                ),
                "Look at the line. If it is a line of a log, hand in the log itself, and run again.",
            ),
            StrayKind::Other => (
                format!(
                    "Line {first} of this file holds the text of a sign of {id}{more}. Nothing else of the file is understood: it is no log and no table that this version reads."
                ),
                "Look at the line. If it is a line of a log, hand in the log file as the node wrote it (crdb-v1, crdb-v2 or json), and run again.",
            ),
        };
        let mut evidence: Vec<Evidence> = Vec::new();
        for (source, text) in &stray.lines {
            let (source, text) = (source.clone(), text.clone());
            evidence.push(Evidence { source, node: stray.node, time: None, text });
        }
        let is_line = stray.lines.iter().any(|(_, text)| is_like_entry(text));
        let tenancy = stray.tenancy.clone();
        let subject =
            Subject { kind: SubjectKind::LogEntry, id: format!("{path}:{first}"), tenancy };
        self.finding(subject, is_line, text, step, evidence)
    }

    /// A sign in an entry that no rule took.
    fn of_sign(&self, sign: &Sign, taken: bool) -> Finding {
        let id = &self.declared.id;
        let text = if taken {
            format!(
                "This entry is a sign of {id}, and the job that it is about could not be judged."
            )
        } else {
            let file = match sign.entry.file.as_str() {
                "" => "a source file that is not named".to_owned(),
                file => file.to_owned(),
            };
            format!(
                "This entry holds the text of a sign of {id}, but it comes from {file}, which does not write that message itself. It may be a copy of the entry in question."
            )
        };
        let step = "Look at the entry and the lines around it. If it is a copy of another node's or file's entry, hand in that log too, and run again.";
        let evidence = vec![Evidence {
            source: sign.source.clone(),
            node: sign.node,
            time: Some(sign.entry.time),
            text: sign.raw.clone(),
        }];
        let entry = format!("{}:{}", sign.source.path, sign.source.line);
        let tenancy = sign.tenancy.clone();
        let subject = Subject { kind: SubjectKind::LogEntry, id: entry, tenancy };
        self.finding(subject, true, text, step, evidence)
    }

    /// `possible` if it is like an entry and an affected build may have run.
    fn finding(
        &self,
        subject: Subject,
        is_line: bool,
        text: String,
        step: &str,
        evidence: Vec<Evidence>,
    ) -> Finding {
        let affected = self.applicability != Applicability::NotAffected;
        let verdict = if is_line && affected { Verdict::Possible } else { Verdict::CannotTell };
        Finding {
            advisory: self.declared.id.clone(),
            subject,
            verdict,
            reasons: vec![Reason::said(CODE, text)],
            evidence,
            remediation: vec![Remediation {
                step: 1,
                safety: Safety::ReadOnly,
                text: step.to_owned(),
                sql: String::new(),
            }],
            backup: None,
        }
    }
}

/// Whether a line looks like that of a log, and not like a mention of the message: it names a source file in Go, or a time
/// of day to the second.
fn is_like_entry(text: &str) -> bool {
    const CLOCK: &[u8; 8] = b"00:00:00";
    let alike = |window: &[u8]| {
        window.iter().zip(CLOCK).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            mark => byte == mark,
        })
    };
    text.contains(".go") || text.as_bytes().windows(CLOCK.len()).any(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_log_has_a_clock_or_a_source_file() {
        for text in [
            "W250422 06:25:00.000001 77 closing with flushes",
            "2025-04-22T06:25:00Z,closing with flushes",
            "kv/bulk/sst_batcher.go:432 closing with flushes",
        ] {
            assert!(is_like_entry(text), "{text}");
        }
        for text in
            ["grep 'closing with flushes' *.log", "at 6:25 we saw: closing with flushes", ""]
        {
            assert!(!is_like_entry(text), "{text}");
        }
    }
}
