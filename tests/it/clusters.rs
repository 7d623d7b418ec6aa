//! What the cluster was: versions and nodes from tables and documents, several clusters at once, copies of files.

use std::collections::BTreeSet;

use crdb_triage::advisories::Decision;
use crdb_triage::facts::{Content, Facts, Origin, Reading, gather};
use crdb_triage::ingest::{Standing, Table, Tally};
use crdb_triage::model::{
    Applicability, Cluster, Location, LogFormat, NodeId, Tenancy, Tenant, Time, Verdict, Version,
};
use crdb_triage::parse::cluster::{ClusterFact, ClusterRecord};
use crdb_triage::parse::jobs_table::JobsTable;
use crdb_triage::rules::RuleSet;
use crdb_triage::scan::{LogSummary, ScannedLog, Segment, VersionSeen};

use crate::support::bundle;
use crate::support::run;

const HOUR: i64 = 3600 * Time::SECOND;
const ONE: &str = "0f7ac6de-1c29-4b43-9ac2-6b5bd10d4d2a";
const OTHER: &str = "7be1d3a0-52f4-4f1e-8a5e-5d6a2c9e0b11";

fn hour(hour: i64) -> Time {
    // A day of 2025, because the year 2000 is no time.
    Time(1_745_280_000 * Time::SECOND + hour * HOUR)
}

/// A log of a node that is whole from one hour to another.
fn log(root: &str, node: u32, hours: (i64, i64), version: Option<&str>, id: &str) -> Reading {
    let (from, to) = (hour(hours.0), hour(hours.1));
    let path = format!("{root}debug/nodes/{node}/logs/cockroach.n{node}.log");
    let location = Location { path: path.as_str().into(), line: 2, offset: 100 };
    let seen = |text: &str| VersionSeen {
        time: from,
        until: to,
        version: Version::parse(text),
        text: text.to_owned(),
        location: location.clone(),
        beside: false,
        of: None,
    };
    let summary = LogSummary {
        formats: vec![LogFormat::CrdbV1Count],
        entries: 2,
        bytes: 1000,
        span: Some((from, to)),
        dev_span: Some((from, to)),
        segments: vec![Segment {
            from,
            to,
            counters: Some((1, 2)),
            dev: true,
            warnings: true,
            process: 0,
            follows: false,
            node: None,
        }],
        cluster_id: (!id.is_empty()).then(|| id.to_owned()),
        versions: version.map(seen).into_iter().collect(),
        ..LogSummary::default()
    };
    let log = ScannedLog { summary, ..ScannedLog::default() };
    reading(path, Some(node), Content::Log(Box::new(log.into())))
}

fn reading(path: String, node: Option<u32>, content: Content) -> Reading {
    Reading {
        path: path.into(),
        tenant: Tenant::system(),
        node: node.map(NodeId),
        standing: Standing::Whole,
        content,
        asked: None,
    }
}

fn jobs(root: &str) -> Reading {
    let path = format!("{root}debug/crdb_internal.jobs.txt");
    let mut table = JobsTable::new(&path);
    table.feed(b"job_id\tdescription\tstatus\tcreated\n1\tx\tfailed\t2025-04-22 01:00:00\n");
    reading(path, None, Content::Jobs(Table::Jobs, table.finish().0))
}

/// A list of these nodes.
fn list(root: &str, nodes: &[u32]) -> Reading {
    let nodes: Vec<_> = nodes.iter().map(|node| (Some(*node), ClusterFact::Node)).collect();
    records(root, Table::NodesJson, None, &nodes)
}

/// A table or document in the folder of `folder`, or in the tree's own.
fn records(
    root: &str,
    table: Table,
    folder: Option<u32>,
    facts: &[(Option<u32>, ClusterFact)],
) -> Reading {
    let records = facts.iter().map(|(node, fact)| ClusterRecord {
        node: node.map(NodeId),
        fact: fact.clone(),
        line: 7,
        offset: 70,
    });
    let place = folder.map(|node| format!("nodes/{node}/")).unwrap_or_default();
    let path = format!("{root}debug/{place}{table:?}");
    reading(path, folder, Content::Cluster(table, records.collect()))
}

fn build(version: &str, started: Option<i64>, updated: Option<i64>) -> ClusterFact {
    ClusterFact::Build {
        version: version.to_owned(),
        started: started.map(hour),
        updated: updated.map(hour),
    }
}

fn facts(readings: Vec<Reading>) -> Facts {
    let nodes = readings.iter().filter_map(|r| Some((r.tenant.clone(), r.node?)));
    let tally = Tally {
        nodes: nodes.collect(),
        has_node_folder: true,
        has_cluster_table: true,
        ..Tally::default()
    };
    gather(&tally, readings, Vec::new(), Vec::new(), &[])
}

fn node(facts: &Facts, id: u32) -> &crdb_triage::facts::Node {
    &facts.nodes[&(Tenancy::default(), NodeId(id))]
}

/// What is missing, in sentences.
fn missing(decision: &Decision) -> Vec<String> {
    decision.coverage.missing.iter().map(ToString::to_string).collect()
}

fn decided(facts: &Facts) -> Decision {
    let decisions = RuleSet::shipped().decide(facts);
    decisions.into_iter().find(|decision| decision.declared.id == "A-144650").unwrap()
}

fn names(facts: &Facts, id: u32, at: i64) -> Vec<String> {
    node(facts, id).ran_at(hour(at)).candidates.into_iter().map(|(text, _)| text).collect()
}

#[test]
fn a_build_that_a_header_names_without_a_node_ran() {
    let nameless = |version| {
        let mut log = log("", 1, (1, 9), Some(version), "");
        log.node = None;
        log
    };
    let decide = |version| {
        let facts = facts(vec![
            log("", 2, (1, 9), Some("v26.2.0"), ""),
            jobs(""),
            list("", &[2]),
            nameless(version),
        ]);
        assert_eq!(facts.builds_without_node.len(), 1);
        let decision = decided(&facts);
        (decision.applicability, decision.verdict, missing(&decision).join("\n"))
    };
    let missing = "the nodes that ran builds which logs name without a node: v25.1.4 (debug/nodes/1/logs/cockroach.n1.log)";
    assert_eq!(
        decide("v25.1.4"),
        (Applicability::Affected, Verdict::CannotTell, missing.to_owned())
    );
    assert_eq!(
        decide("v26.1.0"),
        (Applicability::NotAffected, Verdict::NotAffected, String::new())
    );
}

#[test]
fn a_build_table_names_the_version_of_its_folder_at_the_collection() {
    let facts = facts(vec![
        log("", 1, (1, 9), None, ""),
        jobs(""),
        list("", &[1]),
        records("", Table::NodeBuildInfo, Some(1), &[(None, build("v25.4.0", None, None))]),
    ]);
    let ran = &node(&facts, 1).versions[0];
    assert_eq!(
        (ran.from, ran.until, ran.origin),
        (Some(hour(9)), Some(hour(9)), Origin::BuildInfo)
    );
    // The hours before could have been another's, so nobody says that no affected version ran.
    let decision = decided(&facts);
    assert_eq!(
        (decision.applicability, decision.verdict),
        (Applicability::Unknown, Verdict::CannotTell)
    );
    assert!(
        missing(&decision)[0].contains("before the first one that is known"),
        "{:?}",
        decision.coverage.missing
    );
}

#[test]
fn a_process_that_began_before_the_logs_ran_one_build_all_along() {
    let facts = facts(vec![
        log("", 1, (1, 9), None, ""),
        jobs(""),
        records("", Table::NodesJson, None, &[(Some(1), build("v25.4.0", Some(0), Some(9)))]),
    ]);
    assert_eq!(names(&facts, 1, 5), ["v25.4.0"]);
    assert_eq!(decided(&facts).verdict, Verdict::NotAffected);
}

#[test]
fn sources_that_disagree_both_count() {
    let facts = facts(vec![
        log("", 1, (1, 9), Some("v25.4.0"), ""),
        jobs(""),
        records("", Table::KvNodeStatus, None, &[(Some(1), build("v24.3.9", Some(3), Some(9)))]),
    ]);
    assert_eq!(names(&facts, 1, 2), ["v25.4.0"]);
    assert_eq!(names(&facts, 1, 5), ["v25.4.0", "v24.3.9"]);
    assert!(node(&facts, 1).versions.iter().all(|version| version.conflict));
    assert_eq!(decided(&facts).applicability, Applicability::Affected);
}

#[test]
fn an_upgrade_while_the_bundle_lasts_gives_each_time_its_version() {
    let mut later = log("", 1, (6, 9), Some("v24.3.11"), "");
    later.path = later.path.replace(".n1.", ".n1.b.").into();
    let facts = facts(vec![
        log("", 1, (1, 5), Some("v24.3.9"), ""),
        later,
        jobs(""),
        records("", Table::StatusJson, Some(1), &[(Some(1), build("v24.3.11", Some(6), Some(9)))]),
    ]);
    assert_eq!(names(&facts, 1, 3), ["v24.3.9"]);
    assert_eq!(names(&facts, 1, 8), ["v24.3.11"]);
    assert!(node(&facts, 1).versions.iter().all(|version| !version.conflict));
}

#[test]
fn a_node_that_only_a_document_names_is_missing() {
    let all = [(Some(1), ClusterFact::Node), (Some(2), ClusterFact::Node)];
    let facts = facts(vec![
        log("", 1, (1, 9), Some("v24.3.9"), ""),
        jobs(""),
        records("", Table::NodesJson, None, &all),
    ]);
    let decision = decided(&facts);
    assert_eq!(decision.coverage.nodes_without_logs, ["system/n2"]);
    assert_eq!(decision.verdict, Verdict::CannotTell);
    assert!(
        decision.why.contains("logs of system/n2: the input names this node"),
        "{}",
        decision.why
    );
}

#[test]
fn the_active_version_bounds_a_binary_that_nothing_names() {
    let active = |text: &str| {
        let active = ClusterFact::ActiveVersion(text.to_owned());
        facts(vec![
            log("", 1, (1, 9), None, ""),
            jobs(""),
            records("", Table::ClusterSettings, None, &[(None, active)]),
        ])
    };
    let known = active("25.4-upgrading-to-26.1-step-004");
    assert_eq!(node(&known, 1).ran_at(hour(9)).at_least, Version::parse("v25.4.0-alpha.0"));
    // It says nothing of the time before, so it clears nobody.
    assert_eq!(node(&known, 1).ran_at(hour(5)).at_least, None);
    assert_eq!(decided(&known).verdict, Verdict::CannotTell);
    let declared = decided(&known).declared;
    let placed =
        |text: &str| format!("{:?}", declared.placement(&node(&active(text), 1).ran_at(hour(9))));
    assert_eq!(placed("25.4"), "NotAffected");
    assert_eq!(placed("25.2"), "Unknown");
    assert_eq!(placed("23.1"), "Unknown");
}

#[test]
fn what_is_known_of_one_cluster_says_nothing_of_another() {
    let lists =
        |root, node| records(root, Table::NodesJson, None, &[(Some(node), ClusterFact::Node)]);
    let readings = |second: Reading| {
        vec![
            log("a.zip » ", 1, (1, 9), Some("v24.3.9"), ONE),
            jobs("a.zip » "),
            lists("a.zip » ", 1),
            second,
            lists("b.zip » ", 1),
        ]
    };
    let one = facts(readings(log("b.zip » ", 1, (1, 9), Some("v24.3.9"), ONE)));
    assert_eq!(one.clusters.keys().collect::<Vec<_>>(), [&Cluster::default()]);
    assert_eq!(decided(&one).verdict, Verdict::NoSign);
    let mut readings = readings(log("b.zip » ", 1, (1, 9), Some("v24.3.9"), OTHER));
    let mut molt = log("", 0, (1, 9), None, "");
    let Content::Log(scanned) = &mut molt.content else { panic!("a log") };
    scanned.summary.formats = vec![LogFormat::Molt];
    (molt.path, molt.node) = ("molt.log".into(), None);
    readings.push(molt);
    let two = facts(readings);
    assert_eq!(two.clusters.len(), 2);
    assert_eq!(two.nodes.len(), 2);
    let decision = decided(&two);
    assert_eq!(decision.verdict, Verdict::CannotTell);
    assert!(
        missing(&decision).iter().any(|lack| lack.contains(&format!("system of {OTHER}"))),
        "{:?}",
        decision.coverage.missing
    );
}

#[test]
fn beside_another_tree_only_a_list_of_nodes_says_that_all_are_known() {
    let list = |root| records(root, Table::NodesJson, None, &[(Some(1), ClusterFact::Node)]);
    let known = |lists: &[&str]| {
        let mut readings = Vec::new();
        for (root, id) in [("a.zip » ", ONE), ("b.zip » ", OTHER)] {
            readings.push(log(root, 1, (1, 9), Some("v24.3.9"), id));
            readings.push(jobs(root));
            readings.extend(lists.contains(&root).then(|| list(root)));
        }
        let facts = facts(readings);
        facts.clusters.values().map(|cluster| cluster.all_nodes_known).collect::<Vec<_>>()
    };
    assert_eq!(known(&["a.zip » ", "b.zip » "]), [true, true]);
    assert_eq!(known(&["a.zip » "]), [true, false]);
}

#[test]
fn two_collections_of_a_cluster_cover_together_and_each_ends_at_its_own_time() {
    let mut second = log("b.zip » ", 1, (20, 30), Some("v24.3.9"), ONE);
    second.path = second.path.replace("cockroach.n1", "cockroach.later").into();
    let facts = facts(vec![
        log("a.zip » ", 1, (1, 9), Some("v24.3.9"), ONE),
        second,
        log("a.zip » ", 2, (1, 9), Some("v24.3.9"), ONE),
    ]);
    assert_eq!(facts.nodes.len(), 2);
    assert_eq!(node(&facts, 1).spans.len(), 2);
    assert_eq!(node(&facts, 2).spans[0].to, hour(9));
    assert_eq!(facts.cluster(&Cluster::default()).collected, Some(hour(30)));
}

#[test]
fn a_collection_extends_the_logs_of_its_own_bundle_alone() {
    let log = |root: &str, node: u32, hour: u32| {
        let head = format!(
            "I250422 {hour:02}:00:00.000000 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config]"
        );
        format!(
            "//- {root}/debug/nodes/{node}/logs/cockroach.log\n{head}   binary: CockroachDB CCL v24.3.9 (x)\n{head}   clusterID: {ONE}\nI250422 {hour:02}:00:01.000000 88 server/node.go:900 ⋮ [T1,n{node}] 1  still here\n"
        )
    };
    let table = |root: &str, finished: &str| {
        format!(
            "//- {root}/debug/crdb_internal.jobs.txt\njob_id\tjob_type\tdescription\tstatus\tcreated\tfinished\n7\tBACKUP\tx\tsucceeded\t2025-04-22 05:59:00\t2025-04-22 {finished}\n8\tBACKUP\tx\tsucceeded\t2031-04-22 06:00:00\t2031-04-22 06:01:00\n"
        )
    };
    let input = [
        log("a", 1, 6),
        log("a", 2, 6),
        table("a", "06:09:00"),
        log("b", 1, 18),
        table("b", "18:08:00"),
    ];
    let report = run::triage(&bundle::parse(&input.concat()), 4096);
    let ends: Vec<Vec<String>> = report
        .nodes
        .iter()
        .map(|node| {
            node.coverage.iter().map(|span| span.to.to_string()[11..16].to_owned()).collect()
        })
        .collect();
    // Of node 2, nothing of the second collection is there; and a row of a year that nothing else names extends nothing.
    assert_eq!(ends, [vec!["06:09", "18:08"], vec!["06:09"]]);
}

const LOG: &str = "@binary v24.3.9 n1 250422 06:00:00.000000\n\
I250422 06:00:00.000100 88 server/node.go:900 ⋮ [T1,n1] 1  still here\n\
W250422 06:22:39.852238 6885 kv/bulk/sst_batcher.go:432 ⋮ [T1,n1,f1a2b3c4d] 2  closing with flushes in-progress encountered an error: ‹boom›\n";

#[test]
fn a_copy_of_a_log_counts_once_and_is_named() {
    let text = format!(
        "//- debug/nodes/1/logs/cockroach.a.log\n{LOG}//- debug/nodes/1/logs/cockroach.log\n{LOG}"
    );
    let report = run::triage(&bundle::parse(&text), 4096);
    let copies: Vec<_> =
        report.input.duplicates.iter().map(|d| (d.path.as_str(), d.of.as_str())).collect();
    assert_eq!(
        copies,
        [("debug/nodes/1/logs/cockroach.log", "debug/nodes/1/logs/cockroach.a.log")]
    );
    assert_eq!(report.nodes[0].coverage[0].files, 1);
    assert_eq!(report.findings.iter().filter(|f| f.advisory == "A-144650").count(), 1);
    // In the folder of another node it is still the log of the node that its entries name.
    let text = format!(
        "//- debug/nodes/1/logs/cockroach.log\n{LOG}//- debug/nodes/2/logs/cockroach.log\n{LOG}"
    );
    let report = run::triage(&bundle::parse(&text), 4096);
    assert_eq!(report.input.duplicates.len(), 1);
    let covered: Vec<_> =
        report.nodes.iter().map(|node| (node.node, node.coverage.len())).collect();
    assert_eq!(covered, [(1, 1), (2, 0)]);
}

#[test]
fn undated_lines_are_each_an_entry_of_its_own_except_in_a_copy() {
    let line = "W000101 00:00:00.000000 kv/bulk/sst_batcher.go:432 ⋮ [T1,n1] closing with flushes in-progress encountered an error: ‹boom›\n";
    let text = format!("@binary v24.3.9 n1 250422 06:00:00.000000\n{line}{line}");
    let found = |paths: &[&str]| {
        let files: Vec<String> = paths.iter().map(|path| format!("//- {path}\n{text}")).collect();
        let report = run::triage(&bundle::parse(&files.concat()), 4096);
        let of_warning = report.findings.iter().filter(|f| f.advisory == "A-144650");
        of_warning.map(|f| f.subject.id.clone()).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(found(&["debug/nodes/1/logs/a.log"]), 2);
    assert_eq!(found(&["debug/nodes/1/logs/a.log", "debug/nodes/1/logs/b.log"]), 2);
}
