//! Rows of tables that rules ask for: what is read of them, what is not, and what that leaves open.

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Artifact, Input, Limits, MemorySource};
use crdb_triage::model::Verdict;
use crdb_triage::rules::RuleSet;
use crdb_triage::triage::{Engine, Outcome};

use crate::support::bundle;
use crate::support::tar::Tar;
use crate::support::zip::Zip;

/// Asks whether a role has a privilege, and no option of that name.
const ROLES: &str = r#"
id = "roles"
title = "Roles"
[subject]
from = "row"
table = "system.privileges"
where = { path = "/global/", privileges = { matches = "[{,]NOSQLLOGIN[,}]" } }
id = "username"
kind = "role"
[rows.option]
from = "row"
table = "system.role_options"
same = ["username"]
where = { option = "NOSQLLOGIN" }
[[line]]
verdict = "confirmed"
when = { not = "option" }
code = "ROLE"
say = "{subject} has {subject.privileges}."
[[line]]
verdict = "mitigated"
when = "option"
code = "OPTION"
say = "{subject} has both."
"#;

const PRIVILEGES: (&str, &str) = (
    "debug/system.privileges.txt",
    "username\tpath\tprivileges\tgrant_options\nana\t/global/\t{NOSQLLOGIN,VIEWACTIVITY}\t{}\nbo\t/global/\t{ALL}\t{}\ncy\t/vtable/x\t{NOSQLLOGIN}\t{}\n",
);
const OPTIONS: (&str, &str) =
    ("debug/system.role_options.txt", "username\toption\tvalue\nana\tCREATEROLE\tNULL\n");

fn engine(rule: &str) -> Engine {
    let mut rules = RuleSet::default();
    rules.add_text("rule.toml", rule);
    let problems: Vec<String> =
        rules.files().iter().flat_map(|file| &file.problems).map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    Engine::new(Limits { slice: 1 << 10, ..Limits::default() }, rules)
}

fn outcome(rule: &str, inputs: &[(&str, Vec<u8>)]) -> Outcome {
    let engine = engine(rule);
    let inputs: Vec<Input<MemorySource>> = inputs
        .iter()
        .map(|(path, bytes)| Input {
            path: (*path).to_owned(),
            source: MemorySource(bytes.clone()),
        })
        .collect();
    block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(engine.scan(source, unit, |_, _| {}).await));
        }
        engine.conclude(plan, results)
    })
    .unwrap()
}

/// The verdict, the ids of the findings, and what is missing.
fn decided(rule: &str, files: &[(&str, &str)]) -> (Verdict, Vec<String>, String) {
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect();
    let outcome = outcome(rule, &files);
    let decision = &outcome.decisions[0];
    let ids = decision.findings.iter().map(|finding| finding.subject.id.clone()).collect();
    let missing: Vec<String> = decision.coverage.missing.iter().map(ToString::to_string).collect();
    (decision.verdict, ids, missing.join("; "))
}

#[test]
fn a_rule_finds_the_rows_that_it_asks_for_and_no_others() {
    let (verdict, ids, missing) = decided(ROLES, &[PRIVILEGES, OPTIONS]);
    assert_eq!((verdict, ids, missing.as_str()), (Verdict::Confirmed, vec!["ana".to_owned()], ""));
    let both = ("debug/system.role_options.txt", "username\toption\tvalue\nana\tNOSQLLOGIN\t\n");
    assert_eq!(decided(ROLES, &[PRIVILEGES, both]).0, Verdict::Mitigated);
    let none =
        (PRIVILEGES.0, "username\tpath\tprivileges\tgrant_options\nbo\t/global/\t{ALL}\t{}\n");
    let (verdict, ids, _) = decided(ROLES, &[none, OPTIONS]);
    assert_eq!((verdict, ids.len()), (Verdict::NoSign, 0));
}

#[test]
fn a_table_that_is_not_there_failed_or_was_cut_leaves_the_question_open() {
    let failed = ("debug/system.privileges.txt.err.txt", "query timed out\n");
    let cut = (PRIVILEGES.0, "username\tpath\tprivileges\tgrant_options\nbo\t/global/\t\"{AL");
    let without = (PRIVILEGES.0, "username\tpath\nbo\t/global/\n");
    let hidden = (PRIVILEGES.0, "username\tpath\tprivileges\nbo\t/global/\t<redacted>\n");
    let empty = (PRIVILEGES.0, "");
    for (files, said) in [
        (vec![OPTIONS], "the table system.privileges: no file of it is in the input"),
        (vec![OPTIONS, failed], "system.privileges could not be collected"),
        (vec![OPTIONS, cut], "debug/system.privileges.txt: "),
        (vec![OPTIONS, empty], "debug/system.privileges.txt: it is empty"),
        (
            vec![OPTIONS, without],
            "column privileges of the row at line 2 of debug/system.privileges.txt: the table has no such column",
        ),
        (vec![OPTIONS, hidden], "it is redacted"),
        (vec![PRIVILEGES], "the table system.role_options: no file of it is in the input"),
    ] {
        let (verdict, ids, missing) = decided(ROLES, &files);
        assert_eq!((verdict, ids), (Verdict::CannotTell, Vec::new()), "{said}");
        assert!(missing.contains(said), "{said}: {missing}");
    }
}

#[test]
fn of_several_attempts_the_one_that_succeeded_counts() {
    let first =
        ("debug/system.privileges.txt", "username\tpath\tprivileges\nbo\t/global/\t{NOSQLLOGIN}\n");
    let failed = ("debug/system.privileges.txt.err.txt", "restart\n");
    let second = ("debug/system.privileges.1.txt", PRIVILEGES.1);
    let (verdict, ids, missing) = decided(ROLES, &[first, failed, second, OPTIONS]);
    assert_eq!((verdict, ids, missing.as_str()), (Verdict::Confirmed, vec!["ana".to_owned()], ""));
    let again = ("debug/system.privileges.1.txt.err.txt", "restart\n");
    let (verdict, ids, missing) = decided(ROLES, &[first, failed, second, again, OPTIONS]);
    assert_eq!((verdict, ids), (Verdict::Confirmed, vec!["ana".to_owned()]));
    assert!(missing.contains("system.privileges could not be collected"), "{missing}");
}

#[test]
fn each_virtual_cluster_has_rows_of_its_own() {
    let nobody = (PRIVILEGES.0, "username\tpath\tprivileges\tgrant_options\n");
    let app = ("debug/cluster/app/system.privileges.txt", PRIVILEGES.1);
    let options = ("debug/cluster/app/system.role_options.txt", OPTIONS.1);
    let (verdict, ids, missing) = decided(ROLES, &[nobody, OPTIONS, app, options]);
    assert_eq!((verdict, ids, missing.as_str()), (Verdict::Confirmed, vec!["ana".to_owned()], ""));
    let (verdict, _, missing) = decided(ROLES, &[nobody, OPTIONS, options]);
    assert_eq!(verdict, Verdict::CannotTell);
    assert!(missing.contains("system.privileges of the virtual cluster app"), "{missing}");
}

/// Asks how often each node used a feature.
const FEATURES: &str = r#"
id = "features"
title = "Features"
[rows.used]
from = "row"
table = "crdb_internal.feature_usage"
where = { feature_name = "sql.plan.x", usage_count = { gt = 10 } }
[[line]]
verdict = "suspect"
when = "used"
code = "USED"
say = "{used.node} used it {used.usage_count} times, in {used.count} rows."
"#;

/// Asks for entries of a channel that has files of its own.
const STALLS: &str = r#"
id = "stalls"
title = "Stalls"
[rows.stall]
from = "log"
where = { channel = "HEALTH", message = { contains = "disk stall detected" } }
[[line]]
verdict = "suspect"
when = "stall"
code = "STALL"
say = "A disk stalled."
"#;

#[test]
fn entries_of_another_channel_need_its_files_of_every_node() {
    let decided = |text: &str| {
        let files = bundle::parse(text);
        let files: Vec<(&str, Vec<u8>)> =
            files.iter().map(|file| (file.path.as_str(), file.text.clone())).collect();
        let outcome = outcome(STALLS, &files);
        let decision = &outcome.decisions[0];
        let missing = decision.coverage.missing.iter().map(ToString::to_string);
        (decision.verdict, missing.collect::<Vec<_>>().join("; "))
    };
    let health = |node: u32| {
        format!(
            "//- debug/nodes/{node}/logs/cockroach-health.host-{node}.log\nI250422 06:10:00.000000 61 2@server/status/runtime_log.go:47 ⋮ [T1,Vsystem,n{node}] 1  runtime stats\n"
        )
    };
    let two = "@cluster v24.3.12 v24.3.12\n";
    let (verdict, missing) = decided(&format!("{two}{}", health(1)));
    assert_eq!(verdict, Verdict::CannotTell);
    assert!(
        missing.contains("logs of channel HEALTH (cockroach-health) from system/n2"),
        "{missing}"
    );
    let (verdict, missing) = decided(&format!("{two}{}{}", health(1), health(2)));
    assert_eq!((verdict, missing.as_str()), (Verdict::NoSign, ""));
    // Their builds write all channels to one log.
    assert_eq!(decided("@cluster v20.2.19\n").0, Verdict::NoSign);
}

fn features(node: u32, count: &str) -> (String, String) {
    let path = format!("debug/nodes/{node}/crdb_internal.feature_usage.txt");
    (path, format!("feature_name\tusage_count\nsql.plan.x\t{count}\nsql.plan.y\t99\n"))
}

#[test]
fn a_table_of_each_node_is_whole_with_all_of_them() {
    let nodes =
        ("debug/nodes.json", r#"{"nodes":[{"desc":{"node_id":1}},{"desc":{"node_id":2}}]}"#);
    let [(one, few), (two, many)] = [features(1, "9"), features(2, "11")];
    let (verdict, _, missing) = decided(FEATURES, &[nodes, OPTIONS, (&one, &few), (&two, &many)]);
    assert_eq!((verdict, missing.as_str()), (Verdict::Suspect, ""));
    let (_, again) = features(2, "10");
    assert_eq!(
        decided(FEATURES, &[nodes, OPTIONS, (&one, &few), (&two, &again)]).0,
        Verdict::NoSign
    );
    let (verdict, _, missing) = decided(FEATURES, &[nodes, OPTIONS, (&one, &few)]);
    assert_eq!(verdict, Verdict::CannotTell);
    assert!(missing.contains("the table crdb_internal.feature_usage of n2"), "{missing}");
    let (_, odd) = features(1, "many");
    let (verdict, _, missing) = decided(FEATURES, &[nodes, OPTIONS, (&one, &odd), (&two, &again)]);
    assert_eq!(verdict, Verdict::CannotTell);
    assert!(missing.contains("which a number `many` is"), "{missing}");
}

#[test]
fn what_no_rule_names_is_not_read_and_what_one_names_is_however_large() {
    let large = format!("{}{}", PRIVILEGES.1, "bo\t/vtable/y\t{SELECT}\t{}\n".repeat(100_000));
    let members = [(PRIVILEGES.0, large.as_str()), OPTIONS, ("debug/system.other.txt", "id\n1\n")];
    let zip = Zip::of(&members).bytes();
    let inputs = [Input { path: "debug.zip".to_owned(), source: MemorySource(zip.clone()) }];
    let asked = |rule: &str| {
        let plan = block_on(async { engine(rule).plan(&inputs).await }).unwrap();
        let units = plan.units.iter().filter(|unit| unit.artifact == Artifact::Asked);
        units.map(|unit| unit.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(asked(ROLES), [PRIVILEGES.0, OPTIONS.0]);
    assert_eq!(asked(FEATURES), [""; 0]);
    let tar = Tar::of(&members).bytes();
    for (name, bytes) in [("debug.zip", zip), ("debug.tar", tar)] {
        let outcome = outcome(ROLES, &[(name, bytes)]);
        let decision = &outcome.decisions[0];
        assert_eq!((decision.verdict, decision.findings.len()), (Verdict::Confirmed, 1), "{name}");
    }
}
