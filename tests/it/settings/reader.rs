//! How tables about settings are read: by their columns, in any pieces, in bounded memory, without a secret.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crdb_triage::ingest::Table;
use crdb_triage::parse::settings::{Names, SettingsTable, Value, changed, table_of};
use crdb_triage::parse::sniff::{Sniffed, sniff};
use proptest::prelude::*;

use super::{REPORTING, bundle, names, outcome, tenancy};

#[test]
fn no_secret_of_a_setting_is_kept() {
    let bundle = r#"//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	description	default_value	origin
server.oidc_authentication.client_secret	HUSH-1	s	t	x		override
enterprise.license	crl-0-HUSH-2	s	t	x		override
cloudstorage.http.custom_ca	HUSH-3	s	t	HUSH-4	HUSH-5	override
cluster.preserve_downgrade_option	23.2	s	t	x		override
//- debug/system.settings.txt
name	value	lastUpdated	valueType
server.oidc_authentication.client_secret	HUSH-6	2025-03-01 00:00:00	s
//- debug/cluster_settings_history.txt
setting_name	value	default_value	current_default_value	application_name	timestamp
server.oidc_authentication.client_secret	HUSH-7	HUSH-8		HUSH	2025-03-01 00:00:00
//- debug/settings.json
{"key_values":{"server.oidc_authentication.client_secret":{"value":"HUSH-9","type":"s"}}}
//- debug/events.json
{"events":[{"timestamp":"2025-03-01T00:00:00Z","event_type":"set_cluster_setting","info":"{\"SettingName\":\"server.oidc_authentication.client_secret\",\"Value\":\"'HUSH-10'\"}"}]}
"#;
    let facts = outcome(&bundle::parse(bundle), 1 << 20).facts;
    let kept = format!("{facts:?}");
    assert!(!kept.contains("HUSH"), "{kept}");
    let (set, left_out) = facts.settings.all_set(&tenancy("system"));
    let set: Vec<String> =
        set.into_iter().map(|(name, known)| format!("{name} {}", known.value)).collect();
    assert_eq!(
        (set.join("\n").as_str(), left_out),
        (
            "cloudstorage.http.custom_ca (text that is not shown)\n\
             cluster.preserve_downgrade_option 23.2\n\
             enterprise.license (text that is not shown)\n\
             server.oidc_authentication.client_secret (text that is not shown)",
            0
        )
    );
}

#[test]
fn what_is_kept_is_bounded() {
    let mut table = SettingsTable::new(Table::SystemSettings, "x", &names());
    table.feed(b"name\tvalue\tlastUpdated\tvalueType\n");
    for row in 0..100_000 {
        table.feed(format!("some.setting.{row}\t1\t2025-03-01 00:00:00\ti\n").as_bytes());
        table.feed(b"sql.trace.txn.enable_threshold\t1s\t2025-03-01 00:00:00\td\n");
    }
    let (_, rows, unread) = table.finish();
    assert_eq!((rows.read, rows.rows.len(), rows.left_out), (200_000, 512 + 4096, 100_000 - 512));
    // The first of them by their rows, the others by their number.
    assert_eq!(unread.len(), 9);
    assert!(unread[0].detail.contains("there are too many rows"), "{}", unread[0].detail);
}

#[test]
fn loose_tables_are_told_by_their_columns() {
    for (header, table) in [
        ("variable\tvalue\ttype\tpublic\tdescription", Table::ClusterSettings),
        ("name,current_value,type,description", Table::ClusterSettings),
        ("name\tvalue\tlastUpdated\tvalueType", Table::SystemSettings),
        ("setting_name\tvalue\tdefault_value\ttimestamp", Table::SettingsHistory),
    ] {
        assert_eq!(sniff(header.as_bytes()), Sniffed::Table(table), "{header}");
    }
    for header in ["name\tvalue", "setting_name\tvalue", "variable\tvalue"] {
        assert_eq!(sniff(header.as_bytes()), Sniffed::NotRecognized, "{header}");
    }
}

/// The headers and events that CockroachDB's own tests print.
#[test]
fn real_headers_and_events_are_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/tables/logictest");
    if !root.is_dir() {
        println!("skipped: {} is not there", root.display());
        return;
    }
    let headers = fs::read_to_string(root.join("headers_by_version.txt")).unwrap();
    let mut seen = String::new();
    for line in headers.lines() {
        let mut words = line.split_whitespace();
        let Some(version) = words.next() else { continue };
        if words.next() == Some("cluster_settings") {
            let names: Vec<String> = words.map(str::to_owned).collect();
            assert_eq!(table_of(&names), Some(Table::ClusterSettings), "{line}");
            write!(seen, "{version} ").unwrap();
        }
    }
    assert_eq!(seen, "2.0 20.2 26.3 ");
    let events = fs::read_to_string(root.join("system.eventlog_rows_20.1.txt")).unwrap();
    let names = Names::new([
        REPORTING,
        "kv.allocator.load_based_lease_rebalancing.enabled",
        "cluster.secret",
    ]);
    let infos = events.lines().filter_map(|line| line.find('{').map(|at| &line[at..]));
    let read: Vec<_> = infos
        .filter(|info| info.contains("SettingName"))
        .filter_map(|info| changed(Some(info), &names))
        .map(|(name, value, set)| (name.unwrap(), value, set))
        .collect();
    let name = |name: &str| name.to_owned();
    let rebalancing = "kv.allocator.load_based_lease_rebalancing.enabled";
    assert_eq!(
        read,
        [
            (name(REPORTING), Value::Bool(true), true),
            (name("cluster.secret"), Value::Withheld, true),
            (name(rebalancing), Value::Bool(false), true),
            (name(rebalancing), Value::Unreadable, false),
        ]
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_alike_in_whatever_pieces(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"{}[],:\"\\|+-\n\t ()#1atm\x0d".to_vec())],
            0..300,
        ),
        header in 0usize..5,
        piece in 1usize..40,
    ) {
        let (table, header) = [
            (Table::ClusterSettings, "variable\tvalue\ttype\tdefault_value\torigin\nsql.trace.txn.enable_threshold\t"),
            (Table::SystemSettings, "name\tvalue\tlastUpdated\tvalueType\nversion\t"),
            (Table::SettingsHistory, "setting_name,value,timestamp\ndiagnostics.reporting.enabled,"),
            (Table::SettingsJson, "{\"key_values\":{\"sql.trace.txn.enable_threshold\":{\"value\":\""),
            (Table::SettingsJson, ""),
        ][header];
        let bytes = [header.as_bytes(), &bytes].concat();
        let read = |piece: usize| {
            let mut reader = SettingsTable::new(table, "x", &names());
            bytes.chunks(piece).for_each(|piece| reader.feed(piece));
            reader.finish()
        };
        prop_assert_eq!(read(piece), read(usize::MAX));
    }
}
