//! Chains of backups against what is known of them by other ways: nothing is said of work between layers, a few lines tell
//! the same as the detectors, and what must not matter does not.

use std::collections::BTreeMap;

use crdb_triage::report::Report;
use proptest::prelude::*;

use crate::support::job_rows::{self, Form, Row, at, findings, table};
use crate::support::run;

const MINUTE: i64 = 60;
const VERSIONS: [&str; 7] =
    ["v19.1.5", "v19.2.1", "v19.2.9", "v20.1.9", "v20.2.5", "v21.2.7", "v22.1.5"];

fn report(version: &str, rows: &[Row]) -> Report {
    run::triage(&job_rows::bundle("", version, 1, rows), 1 << 20)
}

/// Where the layers of a chain go.
#[derive(Clone, Copy, Debug)]
enum Home {
    Dated,
    Custom,
    Latest,
    Address,
    IncrementalFrom,
}

/// How a layer says as of when it is.
#[derive(Clone, Copy, Debug)]
enum AsOf {
    Absolute,
    Relative,
    None,
}

#[derive(Clone, Debug)]
struct Chain {
    targets: &'static str,
    home: Home,
    as_of: AsOf,
    history: bool,
    /// Minute of each layer and the status of its job; the first is the full one.
    layers: Vec<(i64, &'static str)>,
}

impl Chain {
    fn rows(&self) -> Vec<Row> {
        let begin = self.layers[0].0 * MINUTE;
        let base = at(begin)[..19].replace('-', "/").replace(' ', "-").replace(':', "");
        let base = format!("{}/{}", &base[..7], &base[8..]);
        let mut named = Vec::new();
        let row = |(number, (minute, status)): (usize, &(i64, &'static str))| {
            let own = format!("s3://vault/layer{number}");
            let (to, after) = match self.home {
                Home::Dated => {
                    (format!("INTO '/{base}.00' IN 's3://vault/nightly'"), String::new())
                }
                Home::Latest if number > 0 => {
                    ("INTO LATEST IN 's3://vault/nightly'".to_owned(), String::new())
                }
                Home::Latest => {
                    (format!("INTO '/{base}.00' IN 's3://vault/nightly'"), String::new())
                }
                Home::Custom => ("INTO 'weekly' IN 's3://vault/nightly'".to_owned(), String::new()),
                Home::Address => ("TO 's3://vault/all'".to_owned(), String::new()),
                Home::IncrementalFrom if named.is_empty() => (format!("TO '{own}'"), String::new()),
                Home::IncrementalFrom => {
                    (format!("TO '{own}'"), format!(" INCREMENTAL FROM {}", named.join(", ")))
                }
            };
            if *status == "succeeded" {
                named.push(format!("'{own}'"));
            }
            let instant = minute * MINUTE;
            let (as_of, created) = match self.as_of {
                AsOf::Absolute => {
                    (format!(" AS OF SYSTEM TIME '{}+00:00'", at(instant)), instant + 18)
                }
                AsOf::Relative => (" AS OF SYSTEM TIME '-10s'".to_owned(), instant + 10),
                AsOf::None => (String::new(), instant),
            };
            let with = if self.history { " WITH revision_history" } else { "" };
            let text = format!("BACKUP {}{to}{as_of}{after}{with}", self.targets);
            let id = 9000 + number as u64;
            Row::new(id, "BACKUP", text, created, created + 40).status(status)
        };
        self.layers.iter().enumerate().map(row).collect()
    }
}

fn chain() -> impl Strategy<Value = Chain> {
    use proptest::sample::select;
    let layer =
        select(&["succeeded", "succeeded", "succeeded", "failed", "canceled", "running"][..]);
    const HOMES: [Home; 5] =
        [Home::Dated, Home::Custom, Home::Latest, Home::Address, Home::IncrementalFrom];
    (
        select(&["", "DATABASE shop ", "TABLE shop.public.orders "][..]),
        select(&HOMES[..]),
        select(&[AsOf::Absolute, AsOf::Relative, AsOf::None][..]),
        any::<bool>(),
        proptest::collection::vec(layer, 1..6),
    )
        .prop_map(|(targets, home, as_of, history, rest)| {
            let rest = rest.into_iter().enumerate().map(|(n, s)| (100 + 60 * (n as i64 + 1), s));
            let layers = std::iter::once((100, "succeeded")).chain(rest).collect();
            Chain { targets, home, as_of, history, layers }
        })
}

/// Type, description and status.
type Operation = (&'static str, &'static str, &'static str);

/// An operation on a table, without time.
fn operation() -> impl Strategy<Value = Operation> {
    proptest::sample::select(
        &[
            ("IMPORT", "IMPORT INTO {}(id) CSV DATA ('s3://in/a.csv')", "canceled"),
            ("IMPORT", "IMPORT INTO {}(id) CSV DATA ('s3://in/a.csv')", "failed"),
            ("IMPORT", "IMPORT INTO {}(id) CSV DATA ('s3://in/a.csv')", "succeeded"),
            ("IMPORT", "IMPORT TABLE {} (id INT8) CSV DATA ('s3://in/a.csv')", "succeeded"),
            ("SCHEMA CHANGE", "CREATE INDEX i ON {} (id)", "succeeded"),
            ("SCHEMA CHANGE", "CREATE INDEX i ON {} (id)", "failed"),
            ("RESTORE", "RESTORE TABLE {} FROM 's3://elsewhere/x'", "succeeded"),
            ("RESTORE", "RESTORE TABLE {} FROM 's3://elsewhere/x'", "canceled"),
        ][..],
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_said_of_what_ran_between_two_layers(
        chain in chain(),
        between in proptest::collection::vec((operation(), 0i64..7, 2i64..28, 1i64..28), 0..6),
        beside in proptest::collection::vec((operation(), 0i64..400, 1i64..300), 0..3),
        version in proptest::sample::select(&VERSIONS[..]),
        last_first in any::<bool>(),
    ) {
        let mut rows = chain.rows();
        for (id, ((job_type, text, status), gap, from, long)) in (1..).zip(between) {
            // Before the first layer, between two, or after the last; a minute and more from each.
            let gap = gap.min(chain.layers.len() as i64);
            let from = (40 + gap * 60 + from) * MINUTE;
            let text = text.replace("{}", "shop.public.orders");
            rows.push(Row::new(id, job_type, text, from, from + long * MINUTE).status(status));
        }
        if chain.targets.contains(' ') {
            for (id, ((job_type, text, status), from, long)) in (100..).zip(beside) {
                let (from, to) = (from * MINUTE, (from + long) * MINUTE);
                let text = text.replace("{}", "other.public.things");
                rows.push(Row::new(id, job_type, text, from, to).status(status));
            }
        }
        if last_first {
            rows.reverse();
        }
        let report = report(version, &rows);
        let of_chains = |f: &&crdb_triage::report::Finding| ["A-63162", "A-88042"].contains(&f.advisory.as_str());
        let said = report.findings.iter().filter(of_chains);
        let said: Vec<_> = said.filter(|f| f.verdict.asks_for_action()).collect();
        prop_assert!(said.is_empty(), "{version} {said:#?}\n{}", table(&rows, Form::Tsv));
    }

    /// The rule in a few lines (`docs/cockroachdb/backups.md#rule-for-rolled-back-imports` and
    /// `docs/cockroachdb/backups.md#rule-for-bulk-writes`), where everything is known: one cluster chain with absolute
    /// times on an affected build, and one operation.
    #[test]
    fn the_suspect_layers_are_those_of_the_rule(
        layers in 2i64..7,
        (job_type, text, status) in operation(),
        from in 0i64..80,
        long in 1i64..60,
        to in proptest::option::of(0i64..90),
        old in any::<bool>(),
    ) {
        // Layers every ten minutes and everything else on whole minutes, so that they often coincide.
        let layers: Vec<i64> = (1..=layers).map(|n| n * 10).collect();
        let chain = Chain {
            targets: "",
            home: Home::Dated,
            as_of: AsOf::Absolute,
            history: false,
            layers: layers.iter().map(|minute| (*minute, "succeeded")).collect(),
        };
        let mut rows = chain.rows();
        let id = |minute: i64| (9000 + minute / 10 - 1).to_string();
        let text = text.replace("{}", "shop.public.orders");
        rows.push(Row::new(1, job_type, text, from * MINUTE, (from + long) * MINUTE).status(status));
        let sub = rows[0].description.split('\'').nth(1).unwrap().to_owned();
        let until = to.map(|to| format!(" AS OF SYSTEM TIME '{}'", at(to * MINUTE)));
        let restore = format!("RESTORE DATABASE shop FROM 's3://vault/nightly{sub}'{}", until.unwrap_or_default());
        rows.push(Row::new(2, "RESTORE", restore, 1000 * MINUTE, 1001 * MINUTE));

        let (advisory, version) = if old { ("A-63162", "v20.2.5") } else { ("A-88042", "v22.1.5") };
        let concerned = if old {
            status == "succeeded"
        } else {
            rows[layers.len()].description.starts_with("IMPORT INTO") && status != "succeeded"
        };
        let end = from + long;
        let caps: Vec<i64> =
            layers.iter().copied().filter(|at| concerned && from <= *at && *at < end).collect();
        let after = layers.iter().copied().filter(|at| !caps.is_empty() && *at >= end);
        let after: Vec<i64> = after.collect();
        let mut expected = BTreeMap::new();
        for bad in &after {
            expected.insert(("backup", id(*bad)), "suspect");
        }
        // The first layer is the full one.
        for during in caps.iter().filter(|at| old && **at > 10) {
            expected.insert(("backup", id(*during)), "possible");
        }
        if !caps.is_empty() && after.is_empty() {
            expected.insert(("chain", String::new()), "at_risk");
        }
        if after.iter().any(|bad| to.is_none_or(|to| to >= *bad)) {
            expected.insert(("restore", "2".to_owned()), "suspect");
        }
        let report = report(version, &rows);
        let found = findings(&report, advisory);
        let found: BTreeMap<_, _> = found
            .iter()
            .filter(|(_, _, verdict, _)| verdict != "cannot_tell")
            .map(|(kind, id, verdict, _)| {
                let id = if kind == "chain" { String::new() } else { id.clone() };
                ((kind.as_str(), id), verdict.as_str())
            })
            .collect();
        prop_assert_eq!(found, expected, "{}\n{}", version, table(&rows, Form::Tsv));
    }

    #[test]
    fn what_must_not_matter_does_not(
        chain in chain(),
        operations in proptest::collection::vec((operation(), 0i64..400, 1i64..200), 1..5),
        version in proptest::sample::select(&VERSIONS[..]),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let rows = with_operations(&chain, operations);
        let report = report(version, &rows);
        let said = |report: &Report| {
            ["A-63162", "A-88042"].map(|advisory| findings(report, advisory))
        };
        let expected = said(&report);

        let mut turned = rows.clone();
        turned.rotate_left(shuffle.index(rows.len()));
        turned.swap(0, shuffle.index(rows.len()));
        prop_assert_eq!(said(&self::report(version, &turned)), expected.clone());

        for (form, ending) in [(Form::Csv, "txt"), (Form::Csv, "csv"), (Form::Json, "json")] {
            let text = table(&rows, form);
            let files = job_rows::bundle_in("", version, 1, &text, ending);
            prop_assert_eq!(said(&run::triage(&files, 1 << 20)), expected.clone(), "{:?}", form);
        }

        // A full backup a week later, in a place of its own.
        let later = 4 * 24 * 60 * MINUTE;
        let text = format!("BACKUP {}INTO '/2021/03/26-000000.00' IN 's3://vault/new' AS OF SYSTEM TIME '{}'", chain.targets, at(later));
        let mut more = rows.clone();
        more.push(Row::new(77, "BACKUP", text, later + 9, later + 60));
        let more = self::report(version, &more);
        let without = |report: &Report| {
            let mut findings = report.findings.clone();
            for finding in &mut findings {
                // The table has one more row, and what to do names the new backup.
                finding.remediation.clear();
                if let Some(part) = &mut finding.backup {
                    part.ends_with = None;
                }
            }
            serde_json::to_string(&findings).unwrap()
        };
        prop_assert_eq!(without(&more), without(&report));
    }

    #[test]
    fn a_restore_by_another_cluster_is_judged_as_one_by_the_same(
        chain in chain(),
        operations in proptest::collection::vec((operation(), 0i64..400, 1i64..200), 1..5),
        version in proptest::sample::select(&["v20.2.5", "v22.1.5"][..]),
    ) {
        let rows = with_operations(&chain, operations);
        let from = match chain.home {
            Home::Dated | Home::Latest | Home::Custom => {
                let sub = rows.iter().find(|row| row.id == 9000).unwrap().description.split('\'').nth(1).unwrap();
                format!("'s3://vault/nightly/{}'", sub.trim_matches('/'))
            }
            Home::Address => "'s3://vault/all'".to_owned(),
            Home::IncrementalFrom => (0..chain.layers.len())
                .filter(|n| chain.layers[*n].1 == "succeeded")
                .map(|n| format!("'s3://vault/layer{n}'"))
                .collect::<Vec<_>>()
                .join(", "),
        };
        let text = format!("RESTORE FROM {from}");
        let restore = Row::new(50, "RESTORE", text, 2000 * MINUTE, 2001 * MINUTE);
        let together: Vec<Row> = rows.iter().cloned().chain([restore.clone()]).collect();
        let one = report(version, &together);
        let east = job_rows::bundle("east/", version, 1, &rows);
        let west = job_rows::bundle("west/", version, 2, &[restore]);
        let two = run::triage(&[east, west].concat(), 1 << 20);
        for advisory in ["A-63162", "A-88042"] {
            let of_restore = |report| {
                let all = findings(report, advisory);
                all.into_iter().filter(|(_, id, _, _)| id == "50").collect::<Vec<_>>()
            };
            prop_assert_eq!(of_restore(&two), of_restore(&one), "{}", table(&together, Form::Tsv));
        }
    }
}

fn with_operations(chain: &Chain, operations: Vec<(Operation, i64, i64)>) -> Vec<Row> {
    let mut rows = chain.rows();
    for (id, ((job_type, text, status), from, long)) in (1..).zip(operations) {
        let text = text.replace("{}", "shop.public.orders");
        let (from, to) = (from * MINUTE, (from + long) * MINUTE);
        rows.push(Row::new(id, job_type, text, from, to).status(status));
    }
    rows
}

#[test]
fn jobs_of_two_clusters_with_one_id_are_told_apart() {
    let of = |table: &str, place: &str| {
        let into = format!("IMPORT INTO {table}(id) CSV DATA ('s3://in/a.csv')");
        let backup = |minute: i64| {
            let time = at(minute * MINUTE);
            format!("BACKUP INTO '/2021/03/22-010000.00' IN '{place}' AS OF SYSTEM TIME '{time}'")
        };
        let row = |id, job_type, text, from| {
            Row::new(id, job_type, text, from * MINUTE, (from + 20) * MINUTE)
        };
        let import = row(1, "IMPORT", into, 50).status("canceled");
        let from = format!("RESTORE TABLE {table} FROM '{place}/2021/03/22-010000.00'");
        let restore = row(4, "RESTORE", from, 400);
        vec![import, row(2, "BACKUP", backup(60), 61), row(3, "BACKUP", backup(90), 91), restore]
    };
    let clusters =
        [("shop.public.orders", "s3://vault/east"), ("bank.public.cards", "s3://vault/west")];
    let bundles: Vec<_> = (1..)
        .zip(clusters)
        .flat_map(|(n, (table, place))| {
            job_rows::bundle(&format!("{n}/"), "v22.1.5", n, &of(table, place))
        })
        .collect();
    let report = run::triage(&bundles, 1 << 20);
    let suspect: Vec<_> = report.findings.iter().filter(|f| f.advisory == "A-88042").collect();
    assert_eq!(suspect.len(), 4, "{:#?}", report.findings);
    for finding in suspect {
        let text = serde_json::to_string(finding).unwrap();
        let held = clusters.map(|(table, place)| (text.contains(table), text.contains(place)));
        assert!(
            matches!(held, [(true, true), (false, false)] | [(false, false), (true, true)]),
            "{text}"
        );
    }
}

#[test]
fn a_job_that_runs_for_months_does_not_say_that_the_others_are_still_there() {
    let text = "BACKUP INTO '/2021/03/01-000000.00' IN 's3://vault/x' AS OF SYSTEM TIME '2021-03-22 01:00:00'";
    let rows = [
        Row::new(1, "CHANGEFEED", "CREATE CHANGEFEED".to_owned(), -90 * 24 * 60 * MINUTE, 0)
            .status("running"),
        Row::new(2, "BACKUP", text.to_owned(), 61 * MINUTE, 63 * MINUTE),
    ];
    let report = report("v20.2.5", &rows);
    let said = report.findings.iter().find(|f| f.reasons[0].code == "RETENTION").unwrap();
    assert!(said.reasons[0].text.contains("2021-03-21T12:00:04"), "{}", said.reasons[0].text);
}
