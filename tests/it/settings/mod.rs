//! Settings of the cluster: set, unset or unknown, whatever the age of the bundle and its redaction, now and in the past.

mod history;
mod reader;
mod state;

use crdb_triage::facts::Setting;
use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Input, Limits, MemorySource};
use crdb_triage::model::{Cluster, Tenancy, Tenant, Time};
use crdb_triage::parse::settings::Names;
use crdb_triage::rules::RuleSet;
use crdb_triage::triage::{Engine, Outcome};

use crate::support::bundle::{self, File};
use crate::support::zip::{Member, Zip};

const CLIENT: &str = "server.oidc_authentication.client_id";
const SECRET: &str = "server.oidc_authentication.client_secret";
const REPORTING: &str = "diagnostics.reporting.enabled";
const REDACT: &str = "server.redact_sensitive_settings.enabled";
const COST: &str = "server.user_login.password_hashes.default_cost.scram_sha_256";
const METHOD: &str = "server.user_login.password_encryption";
const TRACE: &str = "sql.trace.txn.enable_threshold";
const KAFKA: &str = "changefeed.new_kafka_sink_enabled";

fn names() -> Names {
    Names::new([CLIENT, SECRET, REPORTING, REDACT, COST, METHOD, TRACE, KAFKA])
}

fn outcome(files: &[File], slice: usize) -> Outcome {
    let inputs: Vec<Input<MemorySource>> = files
        .iter()
        .map(|file| Input { path: file.path.clone(), source: MemorySource(file.text.clone()) })
        .collect();
    let engine = Engine::new(Limits { slice, ..Limits::default() }, RuleSet::shipped())
        .with_settings(names());
    block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(engine.scan(source, unit, |_, _| {}).await));
        }
        engine.conclude(plan, results)
    })
    .unwrap_or_else(|error| panic!("{error}"))
}

fn tenancy(tenant: &str) -> Tenancy {
    Tenancy::new(&Cluster::default(), &Tenant(tenant.to_owned()))
}

fn time(text: &str) -> Time {
    Time::parse_rfc3339(text).unwrap()
}

/// A setting in one line: value, whether it is set, since when, and where it is from; or what is missing.
fn show(setting: &Setting) -> String {
    let word = |known: Option<bool>| known.map_or("?", |known| if known { "yes" } else { "no" });
    let set = word(setting.is_set());
    match setting {
        Setting::Known(known) => {
            let since = known.changed_at.map(|at| format!(" since {at}")).unwrap_or_default();
            let file = known.source.path.rsplit('/').next().unwrap();
            format!(
                "{:?} set={set} explicit={} default={}{since} [{file}:{}]",
                known.value,
                word(known.explicit),
                word(known.is_default),
                known.source.line
            )
        }
        Setting::DefaultAssumed { source } => {
            format!("default of the build, set={set} [{}]", source.path.rsplit('/').next().unwrap())
        }
        Setting::Unknown(missing) => {
            let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
            format!("unknown: {}", missing.join("; "))
        }
    }
}

/// Reads `bundle` as files, in slices of seven bytes and as a zip; each time the settings of `tenant` must be these.
#[track_caller]
fn check_of(tenant: &str, bundle: &str, expected: &[(&str, &str)]) {
    let files = bundle::parse(bundle);
    let members = files.iter().map(|file| Member::new(&file.path, &file.text)).collect();
    let zip = Zip { members, ..Zip::default() }.bytes();
    let zipped = [File { path: "bundle.zip".to_owned(), text: zip }];
    for (files, slice) in [(&files[..], 1 << 20), (&files[..], 7), (&zipped[..], 64)] {
        let facts = outcome(files, slice).facts;
        for (name, expected) in expected {
            let shown = show(&facts.settings.state(&tenancy(tenant), name));
            assert_eq!(shown.replace("bundle.zip » ", ""), *expected, "{name}");
        }
    }
}

#[track_caller]
fn check(bundle: &str, expected: &[(&str, &str)]) {
    check_of("system", bundle, expected);
}
