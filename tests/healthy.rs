//! Ordinary bundles, on which nothing may fire: no finding that asks for action.
//!
//! The first line of each file says what it is, the second what each advisory comes to: a complete bundle is decided, and
//! not only silent. A false alarm costs a support engineer a day of validating, and so does a needless `cannot_tell`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops here")]

#[path = "support/bundle.rs"]
mod bundle;
#[path = "support/run.rs"]
mod run;

use std::fs;

#[test]
fn nothing_fires_on_a_healthy_bundle() {
    let mut paths: Vec<_> =
        fs::read_dir("tests/healthy").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 10, "the healthy bundles were not found");
    let mut decided = 0;
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let report = run::triage(&bundle::parse(&text), 4096);
        assert!(
            !report.verdict().asks_for_action(),
            "{} fires:\n{}",
            path.display(),
            run::verdicts(&report, "")
        );
        assert!(report.input.bytes_read > 0, "{}: nothing was read", path.display());
        assert_eq!(report.input.unread, [], "{}: something was not read", path.display());
        let mut verdicts: Vec<_> = report
            .advisories
            .iter()
            .map(|advisory| format!("{} {}", advisory.id, advisory.verdict.as_str()))
            .collect();
        verdicts.sort();
        let declared = text.lines().nth(1).unwrap().trim_start_matches("# ");
        let missing: Vec<_> =
            report.advisories.iter().flat_map(|advisory| &advisory.coverage.missing).collect();
        assert_eq!(verdicts.join(", "), declared, "{}: {missing:#?}", path.display());
        decided += usize::from(!declared.contains("cannot_tell"));
    }
    assert!(decided >= 25, "{decided} bundles are decided");
}
