//! What the map draws, and what it never leaves out.

use super::*;
use crate::view::fixture;
use crdb_triage::report::{NodeCoverage, NodeGap, NodeVersion, SourceLine};

const MINUTE: i64 = 60 * Time::SECOND;

fn at(minute: i64) -> Time {
    Time::parse_rfc3339("2025-04-22T06:00:00Z").unwrap().plus(minute * MINUTE)
}

/// A node whose logs cover these minutes, with the gaps between them.
fn node(node: u32, minutes: &[(i64, i64)]) -> Node {
    Node {
        cluster: None,
        tenant: "system".to_owned(),
        node,
        versions: Vec::new(),
        at_least: None,
        coverage: minutes
            .iter()
            .map(|(from, to)| NodeCoverage { from: at(*from), to: at(*to), files: 1, bytes: 1000 })
            .collect(),
        gaps: minutes
            .windows(2)
            .map(|two| NodeGap { from: at(two[0].1), to: at(two[1].0) })
            .collect(),
    }
}

fn version(text: &str, from: i64, to: i64) -> NodeVersion {
    NodeVersion {
        version: text.to_owned(),
        from: Some(at(from)),
        to: Some(at(to)),
        source: SourceLine { path: "log".to_owned(), line: 1 },
        told_by: None,
        conflict: false,
    }
}

/// The report of the fixture without its jobs and with these nodes.
fn of(nodes: Vec<Node>) -> Report {
    let mut report = fixture::report();
    report.nodes = nodes;
    report.jobs.clear();
    report
}

fn kinds(row: &Row) -> Vec<Kind> {
    row.parts.iter().map(|part| part.kind).collect()
}

fn names(map: &Map) -> Vec<&str> {
    map.rows().map(|row| row.name.as_str()).collect()
}

#[test]
fn a_row_shows_logs_gaps_and_changes_of_version_with_their_exact_times() {
    let map = map(&fixture::report());
    let row = map.rows().find(|row| row.name == "n3").unwrap();
    assert_eq!(kinds(row), [Kind::Logs, Kind::Gap, Kind::Logs, Kind::Version]);
    assert_eq!((&*row.about, &*row.notice), ("v24.3.9 → v24.3.11", "1 gap, 4 h 10 min"));
    let said: Vec<&str> = row.parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(
        said,
        [
            "n3: logs from 2025-04-22 06:01:40 to 2025-04-22 18:00:00 UTC, 7 files, 1.23 GB.",
            "n3: gap from 2025-04-22 18:00:00 to 2025-04-22 22:10:00 UTC (4 h 10 min).",
            "n3: logs from 2025-04-22 22:10:00 to 2025-04-23 08:00:00 UTC, 5 files, 832 MB.",
            "n3: v24.3.11 from 2025-04-22 22:10:00 UTC on; before it v24.3.9, seen until 2025-04-22 18:00:00 UTC.",
        ]
    );
}

#[test]
fn a_node_without_logs_is_a_row_that_says_so() {
    let map = map(&fixture::report());
    let row = map.rows().find(|row| row.name == "n2").unwrap();
    assert_eq!(row.across.as_deref(), Some("no logs from node 2 on channel DEV"));
    assert_eq!(kinds(row), [Kind::NoLogs]);
    assert_eq!(row.parts[0].text, "No logs from node 2 on channel DEV.");
}

#[test]
fn jobs_with_findings_stand_above_the_nodes_the_strongest_first() {
    let map = map(&fixture::report());
    let titles: Vec<_> = map.groups.iter().map(|group| group.title.as_deref()).collect();
    assert_eq!(titles, [Some("Jobs with findings"), Some("Nodes")]);
    let verdicts: Vec<_> = map.groups[0].rows.iter().map(|row| row.verdict.unwrap()).collect();
    assert_eq!(verdicts, [Verdict::Suspect, Verdict::AtRisk, Verdict::Cleared]);
    let first = &map.groups[0].rows[0];
    assert_eq!(first.name, "Job 1065722008981340161 in demoapp");
    assert_eq!(first.about, "IMPORT, succeeded");
    assert_eq!(
        first.parts[0].text,
        "Job 1065722008981340161 in demoapp: ran from 2025-04-22 06:20:01.100000 UTC to 2025-04-22 06:30:39.852238 UTC (10 min 38 s)."
    );
    assert!(first.parts.iter().any(|part| part.kind == Kind::Sign
        && part.text.contains("2 signs of an advisory from 2025-04-22 06:22:39.852238 to ")));
}

#[test]
fn a_job_that_has_not_ended_runs_on_and_one_far_from_the_logs_is_named_at_the_edge() {
    let mut report = fixture::report();
    let job = report.jobs.iter_mut().find(|job| job.id == "1065722008981340161").unwrap();
    job.finished = None;
    job.status = "running".to_owned();
    let row = map(&report).groups[0].rows[0].clone();
    assert!(row.parts[0].place.after && row.across.is_none(), "{row:?}");
    assert!(row.parts[0].text.ends_with("nothing says that it ended."), "{row:?}");

    let job = report.jobs.iter_mut().find(|job| job.id == "1065722008981340161").unwrap();
    job.timeline.clear();
    job.created = Some(at(-200 * 24 * 60));
    job.finished = Some(at(-200 * 24 * 60 + 5));
    let map = map(&report);
    let row = &map.groups[0].rows[0];
    assert!(row.parts[0].place.before && row.parts[0].place.x == 0.0, "{row:?}");
    assert_eq!(row.across.as_deref(), Some("earlier: 2024-10-04 06:00 – 06:05 UTC"));
    let axis = map.axis.as_ref().unwrap();
    assert_eq!(format::minute(axis.from), "2025-04-22 05:58", "the logs stay in sight");
}

#[test]
fn a_gap_far_shorter_than_a_pixel_is_still_seen() {
    let year = 365 * 24 * 60;
    let map = map(&of(vec![node(1, &[(0, 300_000), (300_010, year)])]));
    let row = map.rows().next().unwrap();
    assert_eq!(kinds(row), [Kind::Logs, Kind::Gap], "one bar, with the gap above it");
    assert!(row.parts[1].place.width >= SEEN);
    assert_eq!(row.notice, "1 gap, 10 min 0 s");
    assert!(row.parts[0].text.ends_with("2 files, 2.00 kB, in 2 pieces."), "{row:?}");
}

#[test]
fn however_many_pieces_there_are_the_picture_stays_small_and_counts_them() {
    let minutes: Vec<(i64, i64)> = (0..20_000).map(|at| (at * 20, at * 20 + 5)).collect();
    let map = map(&of(vec![node(1, &minutes)]));
    let row = map.rows().next().unwrap();
    assert!(row.parts.len() < 1000, "{}", row.parts.len());
    assert!(row.notice.starts_with("19\u{202f}999 gaps, "), "{}", row.notice);
    for part in &row.parts {
        let place = part.place;
        assert!(place.x >= 0.0 && place.width > 0.0 && place.x + place.width <= 100.0 + 1e-9);
    }
    let sections = table::of_nodes(&of(vec![node(1, &minutes), node(2, &[])]));
    let lines = sections[0].lines.len();
    assert_eq!(lines, 20_000 + 19_999 + 1, "the table has all, and that the version is unknown");
    let (cut, left_out) = table::cut(sections.clone(), 5000);
    assert_eq!((cut.len(), cut[0].lines.len(), left_out), (1, 5000, lines - 5000 + 2));
    assert_eq!(table::cut(sections.clone(), 1_000_000), (sections, 0));
}

#[test]
fn an_instant_and_an_empty_report_are_drawn_too() {
    let map_of = |nodes| map(&of(nodes));
    let one = map_of(vec![node(1, &[(7, 7)])]);
    let part = one.rows().next().unwrap().parts[0].clone();
    assert!((45.0..55.0).contains(&part.place.x) && part.place.width > 0.0, "{part:?}");
    let empty = map_of(Vec::new());
    assert_eq!((empty.axis.clone(), empty.rows().count()), (None, 0));
    assert_eq!(empty.sentence, "The input names no node, and nothing is found about a job.");
    let silent = map_of(vec![node(4, &[])]);
    assert_eq!((silent.axis.clone(), silent.rows().count()), (None, 1));
    assert_eq!(
        silent.sentence,
        "Map of what was seen: 1 node, no log was read, 1 node without logs."
    );
}

#[test]
fn of_many_nodes_those_with_holes_come_first_and_of_few_the_order_is_theirs() {
    let nodes = |number: u32| -> Vec<Node> {
        (1..=number)
            .map(|id| match id {
                9 => node(9, &[]),
                5 => node(5, &[(0, 10), (40, 60)]),
                id => node(id, &[(0, 60)]),
            })
            .collect()
    };
    let many = map(&of(nodes(200)));
    assert_eq!(names(&many)[..4], ["n9", "n5", "n1", "n2"]);
    assert_eq!(many.notes, ["Nodes without logs come first, then those with gaps."]);
    let few = map(&of(nodes(10)));
    assert_eq!((names(&few)[0], few.notes.len()), ("n1", 0));
}

#[test]
fn virtual_clusters_are_groups_below_the_system() {
    let mut nodes = vec![node(1, &[(0, 60)]), node(1, &[(0, 60)]), node(2, &[(0, 60)])];
    nodes[0].tenant = "app".to_owned();
    let map = map(&of(nodes));
    let titles: Vec<_> = map.groups.iter().map(|group| group.title.as_deref()).collect();
    assert_eq!(titles, [Some("Nodes"), Some("Virtual cluster app")]);
    assert_eq!(names(&map), ["n1", "n2", "n1"]);
}

#[test]
fn a_version_that_goes_on_is_no_change() {
    let mut one = node(1, &[(0, 60)]);
    one.versions = vec![version("v24.3.9", 0, 20), version("v24.3.9", 20, 60)];
    assert_eq!(kinds(map(&of(vec![one.clone()])).rows().next().unwrap()), [Kind::Logs]);
    one.versions = (0..60).map(|at| version(&format!("v24.3.{at}"), at, at + 1)).collect();
    let map = map(&of(vec![one]));
    let row = map.rows().next().unwrap();
    assert_eq!(row.about, "v24.3.0 → 58 more → v24.3.59");
    assert!(row.parts.len() > 10, "{row:?}");
}

#[test]
fn of_very_many_jobs_the_strongest_are_drawn_and_the_table_has_all() {
    let mut report = fixture::report();
    let (job, finding) = (report.jobs[0].clone(), report.findings[0].clone());
    for id in 0..40 {
        let mut finding = finding.clone();
        finding.subject.id = id.to_string();
        report.findings.push(finding);
        report.jobs.push(Job { id: id.to_string(), ..job.clone() });
    }
    let map = map(&report);
    assert_eq!(map.groups[0].rows.len(), MOST_JOBS);
    assert_eq!(
        map.notes,
        ["The 6 strongest of 43 jobs with findings are drawn; the table has all."]
    );
    assert_eq!(table::of_jobs(&report).len(), 43);
}

#[test]
fn the_sentence_sums_it_up() {
    assert_eq!(
        map(&fixture::report()).sentence,
        "Map of what was seen: 3 nodes, logs 2025-04-22 05:58 – 2025-04-23 08:00 UTC, 1 node without logs, 1 gap, 3 jobs with findings."
    );
}

#[test]
fn arrow_keys_reach_every_part_and_stay_on_the_map() {
    let map = map(&fixture::report());
    assert_eq!(map.moved(None, "a"), None, "other keys are the browser's");
    let mut pick = map.moved(None, "ArrowDown");
    assert_eq!(pick, Some(Pick { row: 0, part: 0 }));
    assert_eq!(map.moved(pick, "ArrowUp"), pick);
    let mut seen = 0;
    let rows = map.rows().count();
    for row in 0..rows {
        assert_eq!(pick.unwrap().row, row);
        let parts = map.rows().nth(row).unwrap().parts.len();
        for _ in 0..parts + 2 {
            pick = map.moved(pick, "ArrowLeft");
        }
        for part in 0..parts {
            assert_eq!(pick, Some(Pick { row, part }));
            assert!(map.part(pick.unwrap()).is_some());
            seen += 1;
            pick = map.moved(pick, "ArrowRight");
        }
        pick = map.moved(pick, "ArrowDown");
    }
    assert_eq!(seen, map.rows().map(|row| row.parts.len()).sum::<usize>());
    assert_eq!(pick.unwrap().row, rows - 1);
    assert_eq!(map.moved(pick, "Home"), Some(Pick { row: 0, part: 0 }));
    assert_eq!(map.moved(None, "End"), Some(Pick { row: 0, part: 0 }));
    assert_eq!(map.moved(Some(Pick { row: 99, part: 0 }), "Home"), Some(Pick { row: 0, part: 0 }));
}

#[test]
fn the_table_says_all_that_the_map_draws() {
    let report = fixture::report();
    let nodes = table::of_nodes(&report);
    let said: Vec<Vec<&str>> = nodes
        .iter()
        .map(|section| section.lines.iter().map(|line| line.what.as_str()).collect())
        .collect();
    assert_eq!(
        said,
        [
            vec!["logs", "version v24.3.9"],
            vec!["no logs from node 2 on channel DEV", "version not known"],
            vec!["logs", "gap", "logs", "version v24.3.9", "version v24.3.11"],
        ]
    );
    let jobs = table::of_jobs(&report);
    let drawn = map(&report).groups[0].rows.len();
    assert_eq!(jobs.len(), drawn);
    let run = &jobs[0].lines[0];
    assert_eq!((run.what.as_str(), run.detail.as_str()), ("run", "10 min 38 s"));
    assert_eq!(jobs[1].lines[0].detail, "nothing says that it ended");
    assert!(jobs[0].lines.iter().any(|line| line.what == "sign" && line.detail == "on n3"));
}
