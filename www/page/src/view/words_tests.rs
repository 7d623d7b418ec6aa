//! What is said, word for word.

use super::*;
use crate::view::fixture;

fn with(verdict: Verdict, severity: &str) -> String {
    let mut report = fixture::report();
    report.findings.iter_mut().for_each(|finding| finding.verdict = verdict);
    report.advisories[0].verdict = verdict;
    report.advisories[0].severity = severity.to_owned();
    report.advisories[0].findings.truncate(1);
    headline(&report)
}

#[test]
fn every_verdict_has_its_sentence() {
    let said = [
        (Verdict::Confirmed, "1 job lost rows (A-144650). The evidence itself proves it."),
        (Verdict::Suspect, "1 job may have lost rows (A-144650). Validate the data."),
        (
            Verdict::Possible,
            "1 job may have lost rows (A-144650), but one link in the evidence is uncertain.",
        ),
        (
            Verdict::AtRisk,
            "1 job may yet lose rows (A-144650): the pattern has begun and is not complete.",
        ),
        (
            Verdict::CannotTell,
            "Cannot tell whether A-144650 concerns this cluster: something that decides is missing.",
        ),
        (
            Verdict::Exposed,
            "An affected version ran, and nothing in this input could show the harm of A-144650.",
        ),
        (Verdict::NoSign, "No sign of A-144650 in the logs that were read."),
        (
            Verdict::NotAffected,
            "A-144650 does not concern the versions that are known to have run.",
        ),
    ];
    for (verdict, sentence) in said {
        assert_eq!(with(verdict, "data-loss"), sentence);
    }
}

#[test]
fn no_verdict_is_called_clean() {
    use Verdict::*;
    for verdict in
        [Confirmed, Suspect, Possible, AtRisk, CannotTell, Exposed, NoSign, NotAffected, Cleared]
    {
        for severity in
            ["data-loss", "corruption", "wrong-results", "unavailability", "security", "x"]
        {
            let said = format!("{} {}", with(verdict, severity), label(verdict));
            for word in ["clean", "safe", "fine", "healthy", " OK"] {
                assert!(!said.contains(word), "{said}");
            }
        }
    }
}

#[test]
fn only_the_strongest_findings_are_counted() {
    assert_eq!(
        headline(&fixture::report()),
        "1 job may have lost rows (A-144650). Validate the data."
    );
}

#[test]
fn several_advisories_of_the_same_strength_are_named() {
    let mut report = fixture::report();
    let mut other = report.advisories[0].clone();
    other.id = "A-1".to_owned();
    report.advisories.push(other);
    assert!(headline(&report).ends_with(" The same holds for A-1."));
    report.advisories.clear();
    assert_eq!(headline(&report), "Cannot tell anything: no advisory was checked.");
}

#[test]
fn subjects_of_several_kinds_are_counted_together() {
    let mut report = fixture::report();
    let subjects: Vec<&Subject> = report.findings.iter().map(|f| &f.subject).collect();
    assert_eq!(subjects_in_words(&subjects), "4 subjects");
    report.findings[0].subject.id = String::new();
    report.findings[0].subject.kind = SubjectKind::Cluster;
    assert_eq!(subjects_in_words(&[]), "This cluster");
}

#[test]
fn codes_that_this_page_does_not_know_show_as_they_are() {
    assert_eq!((operation("vacuum"), event("MOON"), unread("EATEN")), ("vacuum", "MOON", "EATEN"));
}
