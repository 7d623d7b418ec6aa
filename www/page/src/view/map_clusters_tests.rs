//! What the map says of several clusters, and of versions that nobody or too many name.

use super::*;
use crate::view::fixture;
use crdb_triage::report::{AtLeast, NodeCoverage, NodeVersion, SourceLine, seen};

const HOUR: i64 = 3600 * Time::SECOND;
const ONE: &str = "0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a";
const OTHER: &str = "west.zip » debug";

fn at(hour: i64) -> Time {
    Time::parse_rfc3339("2025-04-22T06:00:00Z").unwrap().plus(hour * HOUR)
}

fn node(cluster: Option<&str>, tenant: &str, node: u32) -> Node {
    let coverage = NodeCoverage { from: at(0), to: at(10), files: 1, bytes: 1000 };
    Node {
        cluster: cluster.map(str::to_owned),
        tenant: tenant.to_owned(),
        node,
        versions: Vec::new(),
        at_least: None,
        coverage: vec![coverage],
        gaps: Vec::new(),
    }
}

/// What a source says of one node and these hours.
fn told(version: &str, by: &str, hours: Option<(i64, i64)>, conflict: bool) -> NodeVersion {
    NodeVersion {
        version: version.to_owned(),
        from: hours.map(|(from, _)| at(from)),
        to: hours.map(|(_, to)| at(to)),
        source: SourceLine { path: by.to_owned(), line: 7 },
        told_by: Some(by.to_owned()),
        conflict,
    }
}

fn of(nodes: Vec<Node>) -> Report {
    let mut report = fixture::report();
    report.nodes = nodes;
    report.jobs.clear();
    report.findings.clear();
    report
}

/// The row of one node that these sources speak of.
fn row_of(versions: Vec<NodeVersion>) -> Row {
    let mut one = node(None, "system", 1);
    one.versions = versions;
    map(&of(vec![one])).rows().next().unwrap().clone()
}

fn marks(row: &Row) -> Vec<(Kind, &str)> {
    let of_a_version = |part: &&Part| [Kind::Version, Kind::Conflict].contains(&part.kind);
    row.parts.iter().filter(of_a_version).map(|part| (part.kind, part.text.as_str())).collect()
}

fn titles(map: &Map) -> Vec<Option<&str>> {
    map.groups.iter().map(|group| group.title.as_deref()).collect()
}

/// Two clusters that have node 1 and the same job; in the second the job is the worse one.
fn two() -> Report {
    let mut report = fixture::report();
    report.nodes = vec![
        node(Some(OTHER), "system", 1),
        node(Some(ONE), "app", 1),
        node(Some(ONE), "system", 1),
    ];
    report.nodes[0].coverage.clear();
    let (mut job, mut finding) = (report.jobs[0].clone(), report.findings[0].clone());
    report.jobs.clear();
    report.findings.clear();
    for (cluster, status, verdict) in
        [(ONE, "failed", Verdict::AtRisk), (OTHER, "succeeded", Verdict::Suspect)]
    {
        job.cluster = Some(cluster.to_owned());
        job.status = status.to_owned();
        finding.subject.cluster = Some(cluster.to_owned());
        finding.verdict = verdict;
        report.jobs.push(job.clone());
        report.findings.push(finding.clone());
    }
    report
}

#[test]
fn clusters_stand_above_virtual_clusters_and_the_worst_job_comes_first() {
    let report = two();
    let map = map(&report);
    assert_eq!(
        titles(&map),
        [
            Some("Cluster west.zip » debug: jobs with findings"),
            Some("Cluster 0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a: jobs with findings"),
            Some("Cluster 0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a: nodes"),
            Some("Cluster 0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a: virtual cluster app"),
            Some("Cluster west.zip » debug: nodes"),
        ]
    );
    assert!(map.sentence.starts_with("Map of what was seen: 2 clusters, 3 nodes, "), "{map:?}");
    let abouts: Vec<&str> = map.rows().take(2).map(|row| row.about.as_str()).collect();
    assert_eq!(abouts, ["IMPORT, succeeded", "IMPORT, failed"], "each has the job of its cluster");
}

#[test]
fn what_a_part_says_names_its_cluster_because_nothing_stands_above_it_there() {
    let map = map(&two());
    for row in map.rows() {
        assert!(!row.name.contains("cluster"), "the title says it: {}", row.name);
        for part in &row.parts {
            assert!(part.text.contains(ONE) || part.text.contains(OTHER), "{}", part.text);
        }
    }
    let said: Vec<&str> = map.rows().skip(2).map(|row| row.parts[0].text.as_str()).collect();
    assert!(said[1].starts_with(&format!("n1 in app of cluster {ONE}: logs from ")), "{said:?}");
    assert_eq!(said[2], "n1 of cluster west.zip » debug: no logs from node 1 on channel DEV.");
}

#[test]
fn the_tables_keep_clusters_apart() {
    let report = two();
    let of = |sections: Vec<table::Section>| -> Vec<(String, String)> {
        let name = |section: table::Section| (section.cluster.unwrap(), section.name);
        sections.into_iter().map(name).collect()
    };
    let pair = |cluster: &str, name: &str| (cluster.to_owned(), name.to_owned());
    assert_eq!(
        of(table::of_nodes(&report)),
        [pair(ONE, "n1"), pair(ONE, "n1 in app"), pair(OTHER, "n1")]
    );
    let mut more = report.clone();
    let (mut job, mut finding) = (report.jobs[0].clone(), report.findings[0].clone());
    (job.id, finding.subject.id) = ("7".to_owned(), "7".to_owned());
    finding.verdict = Verdict::Possible;
    more.jobs.push(job);
    more.findings.push(finding);
    more.findings[0].verdict = Verdict::Suspect;
    more.findings[1].verdict = Verdict::Suspect;
    let sections = of(table::of_jobs(&more));
    let clusters: Vec<&str> = sections.iter().map(|(cluster, _)| cluster.as_str()).collect();
    assert_eq!(clusters, [ONE, ONE, OTHER], "the weakest stands with its cluster");
    let drawn: Vec<usize> = map(&more).groups.iter().map(|group| group.rows.len()).collect();
    assert_eq!(drawn[..2], [2, 1]);
}

#[test]
fn versions_that_contradict_each_other_are_a_mark_that_says_both_and_no_change() {
    let row = row_of(vec![
        told("v25.4.0", "log", Some((0, 10)), true),
        told("v24.3.9", "kv_node_status", Some((3, 10)), true),
    ]);
    assert_eq!(row.about, "v25.4.0 or v24.3.9");
    assert_eq!(row.notice, "sources name different versions");
    assert_eq!(
        marks(&row),
        [(
            Kind::Conflict,
            "n1: v25.4.0 (told by the log) from 2025-04-22 06:00:00 to 2025-04-22 16:00:00 UTC; \
             v24.3.9 (told by the table kv_node_status) from 2025-04-22 09:00:00 to 2025-04-22 16:00:00 UTC: \
             another source names another version for the same time; both are taken as possible."
        )]
    );
    let mark = row.parts.iter().find(|part| part.kind == Kind::Conflict).unwrap();
    assert!((mark.place.x - 30.0).abs() < 1e-6, "where the second one begins: {mark:?}");
}

#[test]
fn an_upgrade_after_a_contradiction_is_a_change_and_names_both_before_it() {
    let row = row_of(vec![
        told("v24.3.9", "log", Some((0, 4)), true),
        told("v24.3.11", "document", Some((2, 3)), true),
        told("v25.1.0", "log", Some((6, 10)), false),
    ]);
    assert_eq!(row.about, "v24.3.9 or v24.3.11 → v25.1.0");
    let marks = marks(&row);
    assert_eq!((marks.len(), marks[1].0), (2, Kind::Version));
    assert_eq!(
        marks[1].1,
        "n1: v25.1.0 from 2025-04-22 12:00:00 UTC on; before it v24.3.9 or v24.3.11, seen until 2025-04-22 10:00:00 UTC."
    );
}

#[test]
fn a_contradiction_that_nothing_dates_or_that_lies_beyond_the_axis_is_drawn_all_the_same() {
    let undated = row_of(vec![
        told("v24.3.9", "node_build_info", None, true),
        told("v24.3.11", "document", None, true),
    ]);
    let later = row_of(vec![
        told("v24.3.9", "document", Some((900, 900)), true),
        told("v24.3.11", "kv_node_status", Some((900, 900)), true),
    ]);
    for row in [undated, later] {
        let mark = row.parts.iter().find(|part| part.kind == Kind::Conflict).unwrap();
        assert_eq!(mark.place.x, 100.0, "{mark:?}");
        assert_eq!((&*row.about, marks(&row).len()), ("v24.3.9 or v24.3.11", 1));
    }
}

#[test]
fn the_oldest_possible_version_is_said_where_nothing_names_one() {
    let mut one = node(None, "system", 1);
    let source = SourceLine { path: "debug/settings.txt".to_owned(), line: 12 };
    one.at_least = Some(AtLeast { series: "24.3".to_owned(), since: Some(at(9)), source });
    let report = of(vec![one.clone()]);
    assert_eq!(map(&report).rows().next().unwrap().about, "version not known, but 24.3 or later");
    let line = table::of_nodes(&report)[0].lines.last().unwrap().clone();
    assert_eq!((&*line.what, line.from), ("version 24.3 or later", Some(at(9))));
    assert_eq!(line.detail, seen::version_unknown(&one));
}

#[test]
fn the_table_says_who_tells_a_version_and_that_another_contradicts() {
    let mut one = node(None, "system", 1);
    one.versions = vec![
        told("v25.4.0", "log", Some((0, 10)), true),
        told("v24.3.9", "smoke signals", Some((3, 10)), false),
    ];
    let lines = &table::of_nodes(&of(vec![one]))[0].lines;
    let details: Vec<&str> = lines.iter().skip(1).map(|line| line.detail.as_str()).collect();
    assert_eq!(
        details,
        [
            &*format!("told by the log, log:7; {}", seen::CONFLICT),
            "told by smoke signals, smoke signals:7"
        ]
    );
}

#[test]
fn many_contradictions_stay_a_small_picture_and_short_words() {
    let versions = (0..5000).map(|at| told(&format!("v24.3.{at}"), "log", Some((0, 10)), true));
    let row = row_of(versions.collect());
    assert_eq!(row.about, "v24.3.0 or 4998 more or v24.3.4999");
    assert_eq!(marks(&row).len(), 1);
    assert!(marks(&row)[0].1.len() < 500, "{}", marks(&row)[0].1);
}
