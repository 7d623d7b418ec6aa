//! What is said, word for word.

use super::super::super::Finding;
use super::*;

fn report() -> Report {
    serde_json::from_str(include_str!("../../../tests/samples/report.json")).unwrap()
}

/// The answer where one job has `verdict`, for an advisory of this class of harm.
fn answer(verdict: Verdict, harm: &str) -> String {
    let mut report = report();
    report.findings.iter_mut().for_each(|finding| finding.verdict = verdict);
    report.advisories.truncate(1);
    report.advisories[0].verdict = verdict;
    report.advisories[0].severity = harm.to_owned();
    report.advisories[0].findings.truncate(1);
    headline(&report).answer
}

const ALL: [Verdict; 9] = [
    Verdict::Confirmed,
    Verdict::Suspect,
    Verdict::Possible,
    Verdict::AtRisk,
    Verdict::Exposed,
    Verdict::CannotTell,
    Verdict::NoSign,
    Verdict::Cleared,
    Verdict::NotAffected,
];

#[test]
fn the_answer_names_the_class_of_harm() {
    let said = |harm| answer(Verdict::Suspect, harm);
    assert_eq!(said("data-loss"), "1 job may have lost rows (A-144650). Validate the data.");
    assert_eq!(
        said("security"),
        "1 job may have been open to misuse (A-144650). Validate the data."
    );
    assert_eq!(said("moon"), "1 job may have been harmed (A-144650). Validate the data.");
}

#[test]
fn no_verdict_is_called_clean() {
    for verdict in ALL {
        for harm in ["data-loss", "corruption", "wrong-results", "unavailability", "security", "x"]
        {
            let said = answer(verdict, harm);
            for word in ["clean", "safe", "fine", "healthy", " OK"] {
                assert!(!said.contains(word), "{said}");
            }
        }
    }
}

#[test]
fn only_the_strongest_findings_are_counted() {
    let mut report = report();
    let weaker = Finding { verdict: Verdict::Cleared, ..report.findings[0].clone() };
    report.findings.push(weaker);
    let last = report.findings.len() as u32 - 1;
    report.advisories[0].findings.push(last);
    assert!(headline(&report).answer.starts_with("1 job may have"), "{:?}", headline(&report));
}

#[test]
fn several_advisories_of_the_same_strength_are_named() {
    let mut report = report();
    report.advisories.truncate(1);
    let mut other = report.advisories[0].clone();
    other.id = "A-1".to_owned();
    report.advisories.push(other);
    assert!(headline(&report).answer.ends_with(" The same holds for A-1."));
}

#[test]
fn subjects_of_several_kinds_are_counted_together() {
    let subject =
        |kind| Subject { kind, id: "7".to_owned(), tenant: "system".to_owned(), cluster: None };
    let (job, table) = (subject(SubjectKind::Job), subject(SubjectKind::Table));
    assert_eq!(in_numbers(&[&job, &job]), "2 jobs");
    assert_eq!(in_numbers(&[&job, &table, &table]), "3 subjects");
    assert_eq!(in_numbers(&[]), "This cluster");
    assert_eq!(in_numbers(&[&subject(SubjectKind::LogEntry)]), "A job that the logs do not name");
}
