//! What a report says in short: what to collect, where to go, and the cluster.

use crdb_triage::model::Applicability;
use crdb_triage::report::{CollectItem, Report};

use crate::support::bundle;
use crate::support::run;

fn report(text: &str) -> Report {
    run::triage(&bundle::parse(text), 1 << 20)
}

/// The item that asks for something.
fn asks<'a>(report: &'a Report, what: &str) -> &'a CollectItem {
    let found = report.collect.iter().find(|item| item.what.contains(what));
    found.unwrap_or_else(|| panic!("nothing asks for {what}: {:#?}", report.collect))
}

/// Facts that any advisory of a report lacks.
fn lacks(report: &Report, what: &str) -> Vec<String> {
    let lacking =
        report.advisories.iter().filter(|one| one.missing.iter().any(|said| said.contains(what)));
    let mut ids: Vec<String> = lacking.map(|one| one.id.clone()).collect();
    ids.sort();
    ids
}

#[test]
fn collect_asks_once_for_a_fact_that_many_advisories_lack() {
    let report = report("@cluster v22.1.8 v22.1.8\n");
    let item = asks(&report, "first version");
    assert!(item.decides.len() > 2, "{item:?}");
    assert_eq!(item.decides, lacks(&report, "history before"));
    assert!(item.command.contains("--history"), "{item:?}");
    for pair in report.collect.windows(2) {
        assert!(pair[0].decides.len() >= pair[1].decides.len(), "{pair:?}");
    }
    for item in &report.collect {
        assert!(!item.decides.is_empty() && !item.what.is_empty(), "{item:?}");
    }
}

#[test]
fn collect_asks_for_the_logs_of_silent_nodes_with_the_options_of_the_build() {
    let bundle = |build: &str| {
        format!(
            "//- debug/nodes/1/logs/cockroach.host-1.log\n@binary {build} n1 250422 06:00:00.000000\nI250422 06:01:00.000000 61 server/node.go:600 ⋮ [T1,Vsystem,n1] 1  node is up\n//- debug/nodes.json\n{{\"nodes\":[{{\"desc\":{{\"node_id\":1}}}},{{\"desc\":{{\"node_id\":3}}}}]}}\n"
        )
    };
    let new = report(&bundle("v24.3.9"));
    let item = asks(&new, "logs of n3");
    assert!(item.what.contains("without --redact:"), "{item:?}");
    let command = &item.command;
    assert!(
        command.starts_with("cockroach debug zip debug.zip --nodes=3 --files-from='2025-04-22 ")
    );
    assert!(command.contains(" --files-until='2025-04-22 "), "{command}");
    assert!(item.decides.contains(&"A-144650".to_owned()), "{item:?}");
    // Before 21.1.1 every file was taken, and --redact had another name.
    let old = report(&bundle("v20.2.4"));
    let item = asks(&old, "logs of n3");
    assert_eq!(item.command, "cockroach debug zip debug.zip --nodes=3");
    assert!(item.what.contains("without --redact-logs:"), "{item:?}");
}

#[test]
fn collect_asks_for_one_zip_whatever_it_brings() {
    // Neither nodes.json nor a table of jobs.
    let log = "//- debug/nodes/1/logs/cockroach.host-1.log\n@binary v24.3.9 n1 250422 06:00:00.000000\nI250422 06:01:00.000000 61 server/node.go:600 ⋮ [T1,Vsystem,n1] 1  node is up\n";
    let report = report(log);
    let zips: Vec<&CollectItem> =
        report.collect.iter().filter(|item| item.command.contains("debug zip")).collect();
    let [zip] = zips[..] else { panic!("{:#?}", report.collect) };
    for part in ["the list of all nodes", "all jobs of the virtual cluster system"] {
        assert!(zip.what.contains(part), "{zip:?}");
    }
    let mut waiting = lacks(&report, "the list of nodes");
    waiting.extend(lacks(&report, "the jobs table of the virtual cluster"));
    waiting.retain(|id| {
        let of = report.advisories.iter().find(|one| one.id == *id).unwrap();
        of.verdict.as_str() == "cannot_tell" || of.verdict.as_str() == "exposed"
    });
    assert!(!waiting.is_empty() && waiting.iter().all(|id| zip.decides.contains(id)), "{zip:?}");
}

#[test]
fn collect_asks_nothing_of_what_no_file_can_tell() {
    let report = report("@new-cluster v22.2.4\n");
    assert!(!lacks(&report, "does not name this build").is_empty());
    let asked = report.collect.iter().any(|item| item.what.contains("does not name this build"));
    assert!(!asked, "{:#?}", report.collect);
}

#[test]
fn upgrade_goes_to_the_newest_fix_of_the_series_and_of_the_next() {
    let report = report("@new-cluster v22.1.8\n");
    let moves: Vec<(&str, bool)> = report
        .upgrade
        .iter()
        .map(|to| (to.to.rsplit_once('.').unwrap().0, to.leaves.is_empty()))
        .collect();
    assert_eq!(moves, [("v22.1", false), ("v22.2", false)], "{:#?}", report.upgrade);
    for to in &report.upgrade {
        assert_eq!(to.from, ["v22.1.8"]);
        // What runs has the faults that are left, and those alone.
        for id in &to.leaves {
            let of = report.advisories.iter().find(|one| one.id == *id).unwrap();
            assert_ne!(of.applicability, Applicability::NotAffected, "{id}");
        }
        for id in &to.checks_first {
            assert!(!to.leaves.contains(id) && !to.keeps.contains(id), "{id}");
        }
        assert!(!["v22.1.17", "v22.1.19", "v22.2.4", "v22.2.8"].contains(&to.to.as_str()));
    }
}

#[test]
fn upgrade_keeps_advisories_whose_damage_stays() {
    let report = report("@new-cluster v22.1.8\n");
    let stays = crdb_triage::rules::RuleSet::shipped();
    let kept = report.upgrade[0].keeps.iter().filter(|id| stays.get(id).unwrap().damage_stays);
    assert!(kept.count() > 0, "{:#?}", report.upgrade);
}

#[test]
fn upgrade_of_a_build_without_known_faults_is_none() {
    assert_eq!(report("//- notes.txt\nhello\n").upgrade, []);
}

#[test]
fn cluster_in_short_has_builds_upgrades_and_jobs() {
    let report = report(
        "@cluster v24.3.8>v24.3.9 v24.3.9\n//- debug/crdb_internal.jobs.txt\njob_id\tjob_type\tdescription\tdescriptor_ids\tstatus\tcreated\tstarted\tfinished\n1065722008981340161\tIMPORT\tIMPORT INTO demo.public.orders(id) CSV DATA ('s3://bucket/orders.csv')\t{106}\tsucceeded\t2025-04-22 06:20:00\t2025-04-22 06:20:00\t2025-04-22 06:30:40\n",
    );
    let [one] = &report.cluster[..] else { panic!("{:#?}", report.cluster) };
    assert_eq!(one.nodes, ["system/n1", "system/n2"]);
    let builds: Vec<(&str, &[String], bool)> =
        one.builds.iter().map(|ran| (ran.build.as_str(), &ran.nodes[..], ran.now)).collect();
    let both = ["system/n1".to_owned(), "system/n2".to_owned()];
    assert_eq!(builds, [("v24.3.8", &both[..1], false), ("v24.3.9", &both[..], true)]);
    let steps: Vec<(&str, &str, &str)> = one
        .upgrades
        .iter()
        .map(|step| (step.node.as_str(), step.from.as_str(), step.to.as_str()))
        .collect();
    assert_eq!(steps, [("system/n1", "v24.3.8", "v24.3.9")]);
    assert_eq!(one.restarts.iter().map(|one| one.node.as_str()).collect::<Vec<_>>(), ["system/n1"]);
    let jobs: Vec<(&str, &str, u64)> = one
        .jobs
        .iter()
        .map(|one| (one.job_type.as_str(), one.status.as_str(), one.count))
        .collect();
    assert_eq!(jobs, [("IMPORT", "succeeded", 1)]);
    assert!(one.collected.is_some() && one.settings.is_empty());
}

#[test]
fn cluster_in_short_lists_settings_that_somebody_changed() {
    let report = report(
        "@cluster v24.3.9\n//- debug/crdb_internal.cluster_settings.txt\nvariable\tvalue\ttype\tpublic\tdescription\tdefault_value\torigin\ndiagnostics.reporting.enabled\tfalse\tb\tt\tx\ttrue\toverride\nversion\t24.3\tm\tt\tx\t24.3\toverride\nsql.trace.txn.enable_threshold\t0s\td\tt\tx\t0s\tdefault\n",
    );
    let [one] = &report.cluster[..] else { panic!("{:#?}", report.cluster) };
    let names: Vec<(&str, &str)> =
        one.settings.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
    assert!(names.contains(&("diagnostics.reporting.enabled", "false")), "{names:?}");
    assert!(!names.iter().any(|(name, _)| name.contains("sql.trace")), "{names:?}");
}

#[test]
fn reasons_name_the_values_of_their_sentences() {
    let report = report("@new-cluster v21.2.3\n");
    let finding = report.findings.iter().find(|finding| finding.advisory == "A-74736").unwrap();
    let reason = &finding.reasons[0];
    let args: Vec<(&str, &str, &str)> = reason
        .args
        .iter()
        .map(|arg| (arg.name.as_str(), arg.kind.as_str(), arg.value.as_str()))
        .collect();
    assert_eq!(args[..2], [("nodes", "node", "n1"), ("builds", "version", "v21.2.3")]);
    assert_eq!((args[2].0, args[2].1), ("period", "said"));
    // They stand in the sentence, in their order.
    for finding in &report.findings {
        for reason in &finding.reasons {
            let mut rest = reason.text.as_str();
            for arg in &reason.args {
                let (_, after) =
                    rest.split_once(&arg.value).unwrap_or_else(|| panic!("{reason:?}"));
                rest = after;
            }
        }
    }
}
