//! What a setting is, by every table that tells of it and whatever is missing of them.

use crdb_triage::facts::Setting;

use super::{
    CLIENT, COST, KAFKA, METHOD, REDACT, REPORTING, SECRET, TRACE, bundle, check, check_of,
    outcome, show, tenancy, time,
};

#[test]
fn a_table_of_23_2_and_later_says_what_is_set() {
    check(
        "//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	description	default_value	origin
diagnostics.reporting.enabled	true	b	t	send reports	true	default
server.oidc_authentication.client_id	quarry-client	s	t	the id		override
server.oidc_authentication.client_secret		s	t	the secret		default
server.redact_sensitive_settings.enabled	true	b	t	hide	false	override
sql.trace.txn.enable_threshold	10ms	d	t	trace	0s	external-override
version	23.2	m	t	the version		override
//- debug/system.settings.txt
name	value	lastUpdated	valueType
server.oidc_authentication.client_id	quarry-client	2025-03-01 10:00:00	s
server.redact_sensitive_settings.enabled	true	2025-03-02 10:00:00.5	b
version	\"\n\x04\x08\x17\x10\x02\"	2024-02-01 00:00:00	m
",
        &[
            (
                REPORTING,
                "Bool(true) set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:2]",
            ),
            (
                CLIENT,
                "Withheld set=yes explicit=yes default=no since 2025-03-01T10:00:00.000000Z [crdb_internal.cluster_settings.txt:3]",
            ),
            (
                SECRET,
                "Text(\"\") set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:4]",
            ),
            (
                REDACT,
                "Bool(true) set=yes explicit=yes default=no since 2025-03-02T10:00:00.500000Z [crdb_internal.cluster_settings.txt:5]",
            ),
            (
                TRACE,
                "Duration(10000000) set=yes explicit=yes default=no [crdb_internal.cluster_settings.txt:6]",
            ),
            (COST, "default of the build, set=no [crdb_internal.cluster_settings.txt]"),
        ],
    );
}

#[test]
fn redaction_of_22_1_and_22_2_hides_every_string_and_the_rows_of_what_is_set_tell() {
    let shown = "//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	description
server.oidc_authentication.client_id	<redacted>	s	t	the id
server.oidc_authentication.client_secret	<redacted>	s	t	the secret
server.user_login.password_encryption	crdb-bcrypt	e	t	method
";
    let hidden = |rest: &str| {
        format!(
            "unknown: crdb_internal.cluster_settings (debug/crdb_internal.cluster_settings.txt) has the value redacted; system.settings{rest}"
        )
    };
    let method =
        "Enum(\"crdb-bcrypt\") set=? explicit=? default=? [crdb_internal.cluster_settings.txt:4]";
    check(shown, &[(CLIENT, &hidden(" is not in the input")), (METHOD, method)]);
    let failed = format!("{shown}//- debug/system.settings.txt.err.txt\nERROR: timeout\n");
    let why =
        " (debug/system.settings.txt.err.txt) could not be collected, as the bundle itself says";
    check(&failed, &[(CLIENT, &hidden(why))]);
    let known = format!(
        "{shown}//- debug/system.settings.txt
name	value	lastUpdated	valueType
server.oidc_authentication.client_id	<redacted>	2023-03-01 10:00:00	s
"
    );
    check(
        &known,
        &[
            (
                CLIENT,
                "Redacted set=yes explicit=yes default=? since 2023-03-01T10:00:00.000000Z [crdb_internal.cluster_settings.txt:2]",
            ),
            (
                SECRET,
                "Redacted set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:3]",
            ),
            (
                METHOD,
                "Enum(\"crdb-bcrypt\") set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:4]",
            ),
        ],
    );
    // A table of what is set, of which rows may be missing, proves nothing by having none.
    let partial = format!("{known}//- debug/system.settings.txt.err.txt\nERROR: timeout\n");
    let why = " (debug/system.settings.txt) is not complete, and has no row for it";
    check(&partial, &[(SECRET, &hidden(why))]);
}

#[test]
fn redaction_of_24_hides_only_what_differs_and_that_of_25_4_does_not() {
    let rows = "server.oidc_authentication.client_id	<redacted>	s	t	the id	\n";
    check(
        &format!(
            "//- crdb_internal.cluster_settings.txt\nvariable\tvalue\ttype\tpublic\tdescription\tdefault_value\n{rows}"
        ),
        &[(
            CLIENT,
            "Redacted set=yes explicit=yes default=? [crdb_internal.cluster_settings.txt:2]",
        )],
    );
    let header =
        "variable\tvalue\ttype\tpublic\tsensitive\treportable\tdescription\tdefault_value\torigin";
    check(
        &format!(
            "//- crdb_internal.cluster_settings.txt\n{header}
server.oidc_authentication.client_id	<redacted>	s	t	t	f	the id		default
server.oidc_authentication.client_secret	<redacted>	s	t	t	f	the secret		override
server.user_login.password_encryption	<redacted>	e	t	f	f	the method		
"
        ),
        &[
            (
                CLIENT,
                "Redacted set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:2]",
            ),
            (
                SECRET,
                "Redacted set=yes explicit=yes default=? [crdb_internal.cluster_settings.txt:3]",
            ),
            (
                METHOD,
                "unknown: crdb_internal.cluster_settings (crdb_internal.cluster_settings.txt) has the value redacted; system.settings is not in the input",
            ),
        ],
    );
}

#[test]
fn what_is_set_alone_tells_what_is_not() {
    check(
        "//- debug/system.settings.txt
name	value	lastUpdated	valueType
changefeed.new_kafka_sink_enabled	true	2024-03-01 10:00:00	b
sql.trace.txn.enable_threshold	00:00:10	2024-03-01 10:00:00	d
server.user_login.password_encryption	3	2024-03-01 10:00:00	e
",
        &[
            (
                "changefeed.new_kafka_sink.enabled",
                "Bool(true) set=yes explicit=yes default=? since 2024-03-01T10:00:00.000000Z [system.settings.txt:2]",
            ),
            (
                KAFKA,
                "Bool(true) set=yes explicit=yes default=? since 2024-03-01T10:00:00.000000Z [system.settings.txt:2]",
            ),
            (
                TRACE,
                "Duration(10000000000) set=yes explicit=yes default=? since 2024-03-01T10:00:00.000000Z [system.settings.txt:3]",
            ),
            (
                METHOD,
                "EnumNumber(3) set=yes explicit=yes default=? since 2024-03-01T10:00:00.000000Z [system.settings.txt:4]",
            ),
            (COST, "default of the build, set=no [system.settings.txt]"),
        ],
    );
    // A table that is joined on the other name lacks a setting that has two.
    check(
        "//- debug/system.settings.txt
name	value	lastUpdated	valueType
version	x	2024-03-01 10:00:00	m
",
        &[(KAFKA, "unknown: crdb_internal.cluster_settings is not in the input")],
    );
}

#[test]
fn an_absent_row_says_nothing_where_rows_may_be_missing() {
    let header = "variable\tvalue\ttype\tpublic\tdescription\n";
    let row = "kv.snapshot_rebalance.max_rate\t8.0 MiB\tz\tt\tthe rate\n";
    let unknown = |why: &str| {
        format!("unknown: crdb_internal.cluster_settings{why}; system.settings is not in the input")
    };
    let at = " (debug/crdb_internal.cluster_settings.txt)";
    let file = |text: &str| format!("//- debug/crdb_internal.cluster_settings.txt\n{text}");
    let error = "//- debug/crdb_internal.cluster_settings.txt.err.txt\nERROR: timeout\n";
    check(
        &file(&format!("{header}{row}")),
        &[(TRACE, "default of the build, set=no [crdb_internal.cluster_settings.txt]")],
    );
    check(&file(header), &[(TRACE, &unknown(&format!("{at} has no rows")))]);
    let why = format!("{at} is not complete, and has no row for it");
    check(&file(&format!("{header}{row}sql.tr")), &[(TRACE, &unknown(&why))]);
    check(&format!("{}{error}", file(&format!("{header}{row}"))), &[(TRACE, &unknown(&why))]);
    check(
        error,
        &[(
            TRACE,
            "unknown: crdb_internal.cluster_settings (debug/crdb_internal.cluster_settings.txt.err.txt) could not be collected, as the bundle itself says",
        )],
    );
    check(
        "//- debug/nodes.json\n{}\n",
        &[(TRACE, "unknown: crdb_internal.cluster_settings is not in the input")],
    );
    // `SHOW CLUSTER SETTINGS` calls the type otherwise and omits hidden settings.
    let shown = header.replace("type", "setting_type");
    check(
        &file(&format!("{shown}{row}")),
        &[(
            TRACE,
            &unknown(&format!("{at} does not list every setting, and has no row for this one")),
        )],
    );
    // Rows of a setting that was not asked for are not kept.
    check(
        &file(&format!("{header}{row}")),
        &[("jobs.retention_time", &unknown(&format!("{at} was not read for this setting")))],
    );
}

#[test]
fn the_last_attempt_counts_and_rows_of_one_that_failed_are_facts() {
    let header = "variable\tvalue\ttype\tpublic\tdescription\n";
    let failed = format!(
        "//- debug/crdb_internal.cluster_settings.txt
{header}sql.trace.txn.enable_threshold	5s	d	t	trace
//- debug/crdb_internal.cluster_settings.txt.err.txt
ERROR: timeout
"
    );
    let first =
        "Duration(5000000000) set=? explicit=? default=? [crdb_internal.cluster_settings.txt:2]";
    check(&failed, &[(TRACE, first)]);
    check(
        &format!(
            "{failed}//- debug/crdb_internal.cluster_settings.1.txt
{header}sql.trace.txn.enable_threshold	0s	d	t	trace
"
        ),
        &[
            (
                TRACE,
                "Duration(0) set=? explicit=? default=? [crdb_internal.cluster_settings.1.txt:2]",
            ),
            (COST, "default of the build, set=no [crdb_internal.cluster_settings.1.txt]"),
        ],
    );
}

#[test]
fn a_virtual_cluster_has_its_own_settings_and_those_of_the_whole_cluster() {
    let header = "variable\tvalue\ttype\tpublic\tdescription\tdefault_value\torigin\n";
    let bundle = format!(
        "//- debug/crdb_internal.cluster_settings.txt
{header}changefeed.new_kafka_sink.enabled	false	b	f	sink	true	override
sql.trace.txn.enable_threshold	0s	d	t	trace	0s	default
//- debug/cluster/ledger/crdb_internal.cluster_settings.txt
{header}sql.trace.txn.enable_threshold	10ms	d	t	trace	0s	override
"
    );
    check_of(
        "ledger",
        &bundle,
        &[
            (
                TRACE,
                "Duration(10000000) set=yes explicit=yes default=no [crdb_internal.cluster_settings.txt:2]",
            ),
            (
                KAFKA,
                "Bool(false) set=yes explicit=yes default=no [crdb_internal.cluster_settings.txt:2]",
            ),
            (COST, "default of the build, set=no [crdb_internal.cluster_settings.txt]"),
        ],
    );
    check(
        &bundle,
        &[(
            TRACE,
            "Duration(0) set=no explicit=no default=yes [crdb_internal.cluster_settings.txt:3]",
        )],
    );
    check_of(
        "other",
        &bundle,
        &[(TRACE, "unknown: crdb_internal.cluster_settings is not in the input")],
    );
    // What a virtual cluster did not set, the operator of the whole cluster may have.
    check_of(
        "ledger",
        "//- debug/crdb_internal.cluster_settings.txt
variable	value	type	public	description
version	24.1	m	t	x
//- debug/cluster/ledger/system.settings.txt
name	value	lastUpdated	valueType
version	x	2024-03-01 10:00:00	m
",
        &[(TRACE, "unknown: crdb_internal.cluster_settings is not in the input")],
    );
}

#[test]
fn old_headers_and_the_document_of_the_api() {
    check(
        "//- debug/crdb_internal.cluster_settings.txt
name	current_value	type	description
diagnostics.reporting.enabled	false	b	send reports
",
        &[
            (
                REPORTING,
                "Bool(false) set=? explicit=? default=? [crdb_internal.cluster_settings.txt:2]",
            ),
            (TRACE, "default of the build, set=no [crdb_internal.cluster_settings.txt]"),
        ],
    );
    let document = r#"//- debug/settings.json
{"keyValues": {
"diagnostics.reporting.enabled": {"value": "false", "type": "b", "description": "x", "public": true, "lastUpdated": "2025-03-01T10:00:00Z"},
"changefeed.new_kafka_sink_enabled": {"value": "true", "type": "b", "name": "changefeed.new_kafka_sink.enabled"},
"server.oidc_authentication.client_id": {"value": "<redacted>", "type": "s"}
}}
"#;
    let no_row = "unknown: crdb_internal.cluster_settings is not in the input; system.settings is not in the input";
    check(
        document,
        &[
            (
                REPORTING,
                "Bool(false) set=yes explicit=yes default=? since 2025-03-01T10:00:00.000000Z [settings.json:2]",
            ),
            (KAFKA, "Bool(true) set=? explicit=? default=? [settings.json:3]"),
            (CLIENT, no_row),
            (TRACE, no_row),
        ],
    );
    // Other programs have documents of that name.
    check(
        "//- x/settings.json\n{\"editor.tabSize\": 4, \"a\": {\"b\": {\"value\": \"1\"}}}\n",
        &[(TRACE, "unknown: crdb_internal.cluster_settings is not in the input")],
    );
}

#[test]
fn the_encoded_version_breaks_no_table() {
    for version in [
        "version\t\"\n\x04\x08\x15\x10\x02\"\t2022-01-01 00:00:00\tm\n",
        // Old writers do not quote.
        "version\t\n\x04\x08\x15\x10\x02\t2022-01-01 00:00:00\tm\n",
        "version\t\n\x06\x08\x15\x10\x02 \n\t2022-01-01 00:00:00\tm\n",
        "version\t\x04\x08\t\x10\x02\t2022-01-01 00:00:00\tm\n",
    ] {
        let bundle = format!(
            "//- debug/system.settings.txt
name	value	lastUpdated	valueType
sql.trace.txn.enable_threshold	1s	2024-03-01 10:00:00	d
{version}xyz.enabled	true	2024-03-01 10:00:00	b
"
        );
        let files = bundle::parse(&bundle);
        let outcome = outcome(&files, 1 << 20);
        assert!(outcome.facts.unread.is_empty(), "{:?}", outcome.facts.unread);
        check(&bundle, &[(COST, "default of the build, set=no [system.settings.txt]")]);
    }
    let cut = "//- debug/system.settings.txt
name	value	lastUpdated	valueType
version	\n\x04\x08";
    let missing = "unknown: crdb_internal.cluster_settings is not in the input; system.settings (debug/system.settings.txt) is not complete, and has no row for it";
    check(cut, &[(COST, missing)]);
}

/// What the advisories ask that are decided by settings (A-133479, A-97932, A-68005).
#[test]
fn conditions_of_advisories_have_three_answers() {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let header = "variable\tvalue\ttype\tpublic\tdescription\n";
    let of = |rows: &str| {
        let bundle = format!("//- debug/crdb_internal.cluster_settings.txt\n{header}{rows}");
        outcome(&bundle::parse(&bundle), 1 << 20).facts
    };
    let cost = |rows: &str, than: &str| {
        let setting = of(rows).settings.state(&tenancy("system"), COST);
        setting.compare(than, Some("119680"))
    };
    let row = format!("{COST}\t20000\ti\tt\tthe cost\n");
    assert_eq!((cost(&row, "10610"), cost(&row, "119680")), (Some(Greater), Some(Less)));
    let other = "sql.defaults.vectorize\ton\te\tt\tx\n";
    assert_eq!((cost(other, "119680"), cost("", "119680")), (Some(Equal), None));
    let trace =
        |rows: &str| of(rows).settings.state(&tenancy("system"), TRACE).compare("0s", Some("0s"));
    assert_eq!(trace(&format!("{TRACE}\t0s\td\tt\tx\n")), Some(Equal));
    assert_eq!(trace(&format!("{TRACE}\t0\td\tt\tx\n")), Some(Equal));
    assert_eq!(trace(&format!("{TRACE}\t100ms\td\tt\tx\n")), Some(Greater));
    assert_eq!(trace(&format!("{TRACE}\tsoon\td\tt\tx\n")), None);
    assert_eq!((trace(other), trace("")), (Some(Equal), None));
    let method = |value: &str| {
        let facts = of(&format!("{METHOD}\t{value}\te\tt\tx\n"));
        let setting = facts.settings.state(&tenancy("system"), METHOD);
        setting.compare("scram-sha-256", Some("scram-sha-256"))
    };
    assert_eq!(method("scram-sha-256"), Some(Equal));
    assert_eq!(method("crdb-bcrypt"), Some(Less));
    let client = |rows: &str| of(rows).settings.state(&tenancy("system"), CLIENT).is_set();
    assert_eq!(client(&format!("{CLIENT}\tx\ts\tt\tx\n")), Some(true));
    assert_eq!(client(&format!("{CLIENT}\t\ts\tt\tx\n")), Some(false));
    assert_eq!(client(&format!("{CLIENT}\t<redacted>\ts\tt\tx\n")), None);
    assert_eq!((client(other), client("")), (Some(false), None));
    // Reporting ended before the first value was set: the instants of both are known.
    let dated = format!(
        "//- debug/system.settings.txt
name	value	lastUpdated	valueType
{REPORTING}	false	2024-03-01 00:00:00	b
{CLIENT}	<redacted>	2024-05-01 00:00:00	s
"
    );
    let facts = outcome(&bundle::parse(&dated), 1 << 20).facts;
    let since = |name| {
        facts.settings.state(&tenancy("system"), name).known().and_then(|known| known.changed_at)
    };
    assert_eq!(since(REPORTING), Some(time("2024-03-01T00:00:00Z")));
    assert!(since(REPORTING) < since(CLIENT));
}

#[test]
fn tables_of_every_format_tell_the_same() {
    let expected =
        "Duration(10000000) set=yes explicit=yes default=no [crdb_internal.cluster_settings";
    for (ending, text) in [
        (
            "csv",
            "variable,value,type,default_value,origin\nsql.trace.txn.enable_threshold,10ms,d,0s,override\n",
        ),
        (
            "json",
            "[{\"default_value\":\"0s\",\"origin\":\"override\",\"type\":\"d\",\"value\":\"10ms\",\"variable\":\"sql.trace.txn.enable_threshold\"}]",
        ),
        (
            "txt",
            " variable                       | value | type | default_value | origin\n--------------------------------+-------+------+---------------+---------\n sql.trace.txn.enable_threshold | 10ms  | d    | 0s            | override\n(1 row)\n",
        ),
    ] {
        let bundle = format!("//- debug/crdb_internal.cluster_settings.{ending}\n{text}");
        let facts = outcome(&bundle::parse(&bundle), 7).facts;
        let shown = show(&facts.settings.state(&tenancy("system"), TRACE));
        assert!(shown.starts_with(expected), "{ending}: {shown}");
        assert!(matches!(
            facts.settings.state(&tenancy("system"), COST),
            Setting::DefaultAssumed { .. }
        ));
    }
}
