//! What is said of chains of backups, where little is known as well.

use super::super::{chain_operation, kind_told_by, layer_state, restore_name};
use super::*;
use crate::model::Time;
use crate::report::json;

const CLOCK: Clock = |time| time.to_string();

fn sample() -> Report {
    json::read(include_str!("../../../tests/samples/backups.json")).unwrap()
}

#[test]
fn what_a_finding_says_of_a_chain_names_layers_of_other_chains_with_them() {
    let report = sample();
    let facts = backup_facts(&report, &report.findings[0], CLOCK);
    let fact = |name: &str| facts.iter().find(|(n, _)| *n == name).map(|(_, said)| said.as_str());
    assert_eq!(fact("Tables"), Some("ledger.public.entries (id 108)"));
    assert_eq!(fact("Indexes"), None);
    assert_eq!(
        fact("Latest layer to restore to"),
        Some(
            "full backup 812400273551390102 (as of 2022-11-03T02:00:00.000000Z), as far as A-88042 goes"
        )
    );
    assert_eq!(
        fact("Exposure ends with"),
        Some(
            "full backup 812400273551390121 (as of 2022-11-04T02:00:00.000000Z) in s3://vault/ledger » /2022/11/04-020000.00"
        )
    );
}

#[test]
fn what_is_not_known_is_said_where_the_chain_is_known_and_only_there() {
    let mut report = sample();
    let part = report.findings[0].backup.as_mut().unwrap();
    (part.last_safe, part.ends_with) = (None, None);
    let said = |report: &Report| {
        let facts = backup_facts(report, &report.findings[0], CLOCK);
        facts.into_iter().map(|(name, said)| format!("{name}: {said}")).collect::<Vec<_>>()
    };
    let all = said(&report).join("\n");
    assert!(all.contains("Latest layer to restore to: none that is known"), "{all}");
    assert!(all.contains("Exposure ends with: not yet"), "{all}");
    report.findings[0].backup = Some(Default::default());
    assert_eq!(said(&report), [] as [String; 0]);
    report.findings[0].backup = None;
    assert_eq!(said(&report), [] as [String; 0]);
}

#[test]
fn a_chain_is_found_by_its_cluster_and_a_restore_elsewhere_finds_the_only_one() {
    let mut report = sample();
    let finding = report.findings[0].clone();
    let mut elsewhere = finding.clone();
    elsewhere.subject.cluster = Some("west".to_owned());
    let id = finding.backup.as_ref().unwrap().chain.clone().unwrap();
    assert_eq!(chain_of(&report, &elsewhere).map(|chain| &chain.id), Some(&id));
    let mut twin = chain_of(&report, &finding).unwrap().clone();
    twin.cluster = Some("east".to_owned());
    report.chains.insert(0, twin);
    assert_eq!(chain_of(&report, &finding).unwrap().cluster, None);
    assert_eq!(chain_of(&report, &elsewhere), None, "it may be either of two");
}

#[test]
fn codes_have_words_and_a_code_that_is_not_known_shows_as_it_is() {
    let documented = include_str!("../../../docs/reasons.md");
    for code in [
        "PAYLOAD",
        "INCREMENTAL_FROM",
        "LATEST",
        "SUBDIRECTORY_TIME",
        "LATER_IN_SUBDIRECTORY",
        "LATER_AT_ADDRESS",
        "FIRST_SEEN",
        "VERSION_19",
    ] {
        assert_ne!(kind_told_by(code), code);
        assert!(documented.contains(&format!("| `{code}` |")), "{code} is not documented");
    }
    assert_eq!(kind_told_by("MOON\u{202e}"), "MOON<U+202E>");
    assert_eq!(
        (chain_operation("import_into"), chain_operation("x")),
        ("IMPORT INTO".into(), "x".into())
    );
}

#[test]
fn a_long_run_of_like_layers_is_told_by_its_ends_and_what_differs_is_told() {
    let report = sample();
    let mut chain = report.chains[4].clone();
    let like = chain.layers[3].clone();
    for hour in 0..300 {
        let mut layer = like.clone();
        layer.as_of = like.as_of.plus((hour + 2) * 3600 * Time::SECOND);
        layer.job = format!("9{hour:03}");
        layer.marks.clear();
        chain.layers.push(layer);
    }
    let lines: Vec<String> =
        chain_lines(&chain, CLOCK).into_iter().map(|(label, said)| label + &said).collect();
    assert!(lines.len() < 25, "{lines:#?}");
    // The unfinished layer of the sample plays no part either.
    let left_out = "(289 more layers between these; the JSON report has all)";
    assert!(lines.iter().any(|line| line == left_out), "{lines:#?}");
    for layer in chain.layers.iter().filter(|layer| !layer.marks.is_empty()) {
        assert!(lines.iter().any(|line| line.contains(&format!("job {},", layer.job))));
    }
}

#[test]
fn a_layer_that_does_not_exist_says_so_and_a_restore_elsewhere_says_where() {
    let report = sample();
    let chain = &report.chains[4];
    let states: Vec<String> = chain.layers.iter().map(layer_state).collect();
    assert_eq!(states[2], "no backup came of it (failed)");
    assert_eq!(states[4], "not finished (running)");
    let mut restore = chain.restores[0].clone();
    assert_eq!(restore_name(chain, &restore), "RESTORE 812400273551390107");
    (restore.tenant, restore.cluster) = ("demo".to_owned(), Some("west".to_owned()));
    assert_eq!(
        restore_name(chain, &restore),
        "RESTORE 812400273551390107 of virtual cluster demo of cluster west"
    );
}
