//! Nodes and virtual clusters are the union of every source: a source that is added removes none, and a bundle from which
//! something was taken is never decided in another way than the whole one.

use std::collections::BTreeSet;
use std::fs;

use crdb_triage::model::Verdict;
use crdb_triage::report::Report;
use proptest::prelude::*;

use crate::support::bundle::{self, File};
use crate::support::run;

/// Bundles with most kinds of sources that name nodes.
const BUNDLES: [&str; 3] = [
    include_str!("../healthy/a_node_joins_during_an_import_and_one_left_before_on_24_3_9.txt"),
    include_str!("../healthy/virtual_cluster_on_24_3_9.txt"),
    include_str!("../healthy/covered_imports_on_24_3_9.txt"),
];

fn triage(files: &[File]) -> Report {
    run::triage(files, 1 << 16)
}

fn nodes(report: &Report) -> BTreeSet<(String, u32)> {
    report.nodes.iter().map(|node| (node.tenant.clone(), node.node)).collect()
}

/// The files of a bundle that `kept` keeps.
fn part(files: &[File], kept: &[bool]) -> Vec<File> {
    files.iter().zip(kept).filter(|(_, kept)| **kept).map(|(file, _)| file.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_source_that_is_added_removes_no_node(
        which in 0..BUNDLES.len(),
        few in prop::collection::vec(any::<bool>(), 32),
        more in prop::collection::vec(any::<bool>(), 32),
    ) {
        let files = bundle::parse(BUNDLES[which]);
        let more: Vec<bool> = few.iter().zip(&more).map(|(a, b)| *a || *b).collect();
        let (few, more) = (triage(&part(&files, &few)), triage(&part(&files, &more)));
        let lost: Vec<_> = nodes(&few).difference(&nodes(&more)).cloned().collect();
        prop_assert_eq!(lost, vec![]);
    }

    #[test]
    fn a_part_of_a_bundle_is_decided_as_the_whole_or_not_at_all(
        which in 0..BUNDLES.len(),
        kept in prop::collection::vec(prop::bool::weighted(0.8), 32),
    ) {
        let files = bundle::parse(BUNDLES[which]);
        decided_alike(&triage(&files), &triage(&part(&files, &kept)));
    }
}

/// Whether a verdict leaves it open: where a part lacks what rules a sign out, the sign is still `possible`.
fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::CannotTell | Verdict::Possible)
}

fn decided_alike(whole: &Report, part: &Report) {
    let verdict = |report: &Report, id: &str| {
        report.advisories.iter().find(|advisory| advisory.id == id).unwrap().verdict
    };
    for advisory in &whole.advisories {
        let of_part = verdict(part, &advisory.id);
        assert!(
            of_part == advisory.verdict || is_open(of_part),
            "{}: {of_part:?} instead of {:?}",
            advisory.id,
            advisory.verdict
        );
    }
}

#[test]
fn without_one_of_its_files_a_bundle_is_decided_as_the_whole_or_not_at_all() {
    for entry in fs::read_dir("tests/healthy").unwrap() {
        let files = bundle::parse(&fs::read_to_string(entry.unwrap().path()).unwrap());
        let whole = triage(&files);
        for dropped in 0..files.len() {
            let kept: Vec<bool> = (0..files.len()).map(|index| index != dropped).collect();
            decided_alike(&whole, &triage(&part(&files, &kept)));
        }
    }
}

#[test]
fn without_its_lists_of_nodes_no_bundle_is_decided() {
    for text in BUNDLES {
        let lists = ["debug/nodes.json", "debug/crdb_internal.kv_node_status.txt"];
        let mut files = bundle::parse(text);
        files.retain(|file| !lists.contains(&file.path.as_str()));
        let report = triage(&files);
        // Those that look for signs; others need no more than builds.
        let ids = ["A-144650", "A-63162", "A-88042"];
        for one in report.advisories.iter().filter(|one| ids.contains(&one.id.as_str())) {
            // Of nodes beside builds far from all affected ones, nothing is asked.
            let bounded =
                one.verdict == Verdict::NotAffected && one.why.contains("share no cluster");
            assert!(one.verdict == Verdict::CannotTell || bounded, "{}: {}", one.id, one.why);
            assert!(one.id != "A-144650" || !bounded);
        }
    }
}
