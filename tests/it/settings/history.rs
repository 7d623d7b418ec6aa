//! What a setting was in the past, as far as tables and events tell.

use std::cmp::Ordering::{Equal, Less};

use crdb_triage::facts::Facts;

use super::{REPORTING, TRACE, bundle, outcome, show, tenancy, time};

/// What a setting was at an instant, and how it compares with a value.
fn at(facts: &Facts, name: &str, at: &str) -> String {
    show(&facts.settings.at(&tenancy("system"), name, time(at)))
}

const DATED: &str = "//- debug/nodes.json
{\"nodes\": [{\"desc\": {\"node_id\": 1}, \"build_info\": {\"tag\": \"v24.1.2\"}, \"started_at\": 1740000000000000000, \"updated_at\": 1746057600000000000}]}
";

#[test]
fn the_past_is_known_since_the_last_change_and_as_far_as_events_reach() {
    let settings = format!(
        "{DATED}//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	description	default_value	origin
diagnostics.reporting.enabled	false	b	t	send reports	true	override
sql.trace.txn.enable_threshold	0s	d	t	trace	0s	default
//- debug/system.settings.txt
name	value	lastUpdated	valueType
diagnostics.reporting.enabled	false	2025-04-10 00:00:00	b
"
    );
    let now = outcome(&bundle::parse(&settings), 1 << 20).facts;
    let since = "Bool(false) set=yes explicit=yes default=no since 2025-04-10T00:00:00.000000Z [crdb_internal.cluster_settings.txt:2]";
    assert_eq!(at(&now, REPORTING, "2025-04-10T00:00:00Z"), since);
    assert_eq!(at(&now, REPORTING, "2026-01-01T00:00:00Z"), since);
    let later = "unknown: crdb_internal.cluster_settings (debug/crdb_internal.cluster_settings.txt) tells of a later time only";
    assert_eq!(at(&now, REPORTING, "2025-04-09T23:59:59Z"), later);
    assert_eq!(at(&now, TRACE, "2025-04-20T00:00:00Z"), later);

    let events = r#"//- debug/system.eventlog.txt
timestamp	eventType	targetID	reportingID	info	uniqueID
2025-03-01 00:00:00	set_cluster_setting	0	1	"{""EventType"":""set_cluster_setting"",""SettingName"":""diagnostics.reporting.enabled"",""Value"":""true""}"	x
2025-04-01 00:00:00	set_cluster_setting	0	1	"{""EventType"":""set_cluster_setting"",""SettingName"":""diagnostics.reporting.enabled"",""Value"":""DEFAULT""}"	y
2025-04-10 00:00:00	set_cluster_setting	0	1	"{""EventType"":""set_cluster_setting"",""SettingName"":""diagnostics.reporting.enabled"",""Value"":""false""}"	z
"#;
    let whole = outcome(&bundle::parse(&format!("{settings}{events}")), 1 << 20).facts;
    assert_eq!(
        at(&whole, REPORTING, "2025-03-05T00:00:00Z"),
        "Bool(true) set=yes explicit=yes default=? since 2025-03-01T00:00:00.000000Z [system.eventlog.txt:2]"
    );
    assert_eq!(
        at(&whole, REPORTING, "2025-04-05T00:00:00Z"),
        "default of the build, set=no [system.eventlog.txt]"
    );
    assert_eq!(at(&whole, REPORTING, "2025-02-01T00:00:00Z"), later);
    // No event names it, and the list reaches until the collection: it was as it is.
    let unset = "Duration(0) set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:3]";
    assert_eq!(at(&whole, TRACE, "2025-03-05T00:00:00Z"), unset);
    assert_eq!(at(&whole, TRACE, "2025-02-01T00:00:00Z"), later);
    let during = whole.settings.during(
        &tenancy("system"),
        REPORTING,
        time("2025-02-20T00:00:00Z"),
        time("2025-04-20T00:00:00Z"),
    );
    let during: Vec<_> = during.iter().map(|one| one.compare("true", Some("true"))).collect();
    assert_eq!(during, [None, Some(Equal), Some(Equal), Some(Less)]);

    // An event without its text may be one of this setting; so may one of a list that is not whole.
    let stripped = events
        .replace("2025-04-10", "2025-03-20 00:00:00	set_cluster_setting	0	1	NULL	x\n2025-04-10");
    let stripped = outcome(&bundle::parse(&format!("{settings}{stripped}")), 1 << 20).facts;
    assert_eq!(at(&stripped, TRACE, "2025-03-05T00:00:00Z"), later);
    let cut = events.rsplit_once("\"\"Value").unwrap().0;
    let cut = outcome(&bundle::parse(&format!("{settings}{cut}\n")), 1 << 20).facts;
    assert_eq!(at(&cut, TRACE, "2025-03-05T00:00:00Z"), later);
    let failed = format!("{settings}{events}//- debug/system.eventlog.txt.err.txt\nERROR\n");
    let failed = outcome(&bundle::parse(&failed), 1 << 20).facts;
    assert_eq!(at(&failed, TRACE, "2025-03-05T00:00:00Z"), later);
}

#[test]
fn the_history_table_tells_of_changes_and_of_the_time_between() {
    let bundle = format!(
        "{DATED}//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	sensitive	reportable	description	default_value	origin	key
diagnostics.reporting.enabled	true	b	t	f	t	send reports	true	default	diagnostics.reporting.enabled
//- debug/cluster_settings_history.txt
setting_name	value	default_value	current_default_value	application_name	timestamp
diagnostics.reporting.enabled	false	true	true	$ cockroach sql	2025-03-01 00:00:00
kv.unasked	1	2	2	$ cockroach sql	2025-03-02 00:00:00
diagnostics.reporting.enabled	DEFAULT	true	true	$ cockroach sql	2025-04-01 00:00:00
"
    );
    let facts = outcome(&bundle::parse(&bundle), 1 << 20).facts;
    assert_eq!(
        at(&facts, REPORTING, "2025-03-15T00:00:00Z"),
        "Bool(false) set=yes explicit=yes default=? since 2025-03-01T00:00:00.000000Z [cluster_settings_history.txt:2]"
    );
    assert_eq!(
        at(&facts, REPORTING, "2025-04-02T00:00:00Z"),
        "Bool(true) set=no explicit=no default=yes since 2025-04-01T00:00:00.000000Z [cluster_settings_history.txt:4]"
    );
    let changes: Vec<_> =
        facts.settings.changes(&tenancy("system"), REPORTING).map(|change| change.set).collect();
    assert_eq!(changes, [true, false]);
}

#[test]
fn a_change_that_events_lack_is_a_change() {
    let value = "//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	description
diagnostics.reporting.enabled	false	b	t	send reports
";
    let set = "//- debug/system.settings.txt
name	value	lastUpdated	valueType
diagnostics.reporting.enabled	false	2025-04-10 00:00:00	b
";
    let event = |time: &str, name: &str| {
        format!(
            "{time} 00:00:00\tset_cluster_setting\t0\t1\t\"{{\"\"SettingName\"\":\"\"{name}\"\",\"\"Value\"\":\"\"false\"\"}}\"\tx\n"
        )
    };
    let events = |events: &str| {
        format!(
            "//- debug/system.eventlog.txt\ntimestamp\teventType\ttargetID\treportingID\tinfo\tuniqueID\n{events}"
        )
    };
    let other = event("2025-03-01", "kv.other");
    let then = |bundle: &str| {
        let facts = outcome(&bundle::parse(&format!("{DATED}{bundle}")), 1 << 20).facts;
        at(&facts, REPORTING, "2025-03-05T00:00:00Z").starts_with("Bool(false)")
    };
    assert!(then(&format!("{value}{}", events(&other))));
    let changed = format!("{other}{}", event("2025-04-10", REPORTING));
    assert!(!then(&format!("{value}{}", events(&changed))));
    assert!(!then(&format!("{value}{set}{}", events(&other))));
}
