//! The table of schedules: which rows of it are schedules of backups, and what becomes of them.

use crdb_triage::facts::{Content, Reading, gather};
use crdb_triage::ingest::{Standing, Table, Tally};
use crdb_triage::model::{Tenancy, Tenant, Time, Unread};
use crdb_triage::parse::cluster::{ClusterFact, ClusterRecord};
use crdb_triage::parse::jobs_table::JobsTable;
use crdb_triage::parse::schedules::{ScheduleRow, SchedulesTable};

use crate::support::bundle;
use crate::support::run;

const NAMES: &str = "schedule_id\tschedule_name\tcreated\towner\tnext_run\tschedule_state\tschedule_expr\tschedule_details\texecutor_type\texecution_args";

const ROWS: &str = "\
812004455667788001\tnightly\t2021-11-01 08:00:00.5+00:00\troot\t2021-11-07 02:00:00+00:00\t\\x0a00\t0 2 * * 0\t\\x\tscheduled-backup-executor\t\\x48555348
812004455667788002\tnightly\t2021-11-01 08:00:00.5+00:00\troot\tNULL\t\\x0a00\t@hourly\t\\x\tscheduled-backup-executor\t\\x48555348
812004455667788003\tsql-stats-compaction\t2021-11-01 08:00:00+00:00\tnode\t2021-11-06 09:00:00+00:00\tNULL\t@hourly\tNULL\tscheduled-sql-stats-compaction-executor\tNULL
";

fn read(text: &str, piece: usize) -> (Vec<ScheduleRow>, Vec<Unread>) {
    let mut table = SchedulesTable::new("schedules");
    text.as_bytes().chunks(piece).for_each(|piece| table.feed(piece));
    table.finish()
}

fn shown(text: &str) -> Vec<String> {
    let (rows, unread) = read(text, usize::MAX);
    for piece in [1, 7] {
        assert_eq!(read(text, piece), (rows.clone(), unread.clone()), "{text}");
    }
    let time = |time: Option<Time>| time.map_or("?".to_owned(), |time| time.to_string());
    let text = |text: &Option<String>| text.clone().unwrap_or("?".to_owned());
    let rows = rows.iter().map(|row| {
        let (created, next, paused) = (time(row.created), time(row.next_run), row.paused);
        let (name, when) = (text(&row.name), text(&row.expression));
        format!("{} {name} [{when}] {created} {next} {paused:?} at {}", row.id, row.line)
    });
    rows.chain(unread.iter().map(|unread| unread.detail.clone())).collect()
}

#[test]
fn only_schedules_of_backups_are_kept() {
    let expected = [
        "812004455667788001 nightly [0 2 * * 0] 2021-11-01T08:00:00.500000Z 2021-11-07T02:00:00.000000Z Some(false) at 2",
        "812004455667788002 nightly [@hourly] 2021-11-01T08:00:00.500000Z ? Some(true) at 3",
    ];
    assert_eq!(shown(&format!("{NAMES}\n{ROWS}")), expected);
    let csv = format!("{NAMES}\n{ROWS}").replace('\t', ",");
    assert_eq!(shown(&csv), expected);
}

#[test]
fn a_row_of_json_says_the_same() {
    let text = r#"[
  {"schedule_id": 7, "schedule_name": "x", "next_run": null, "executor_type": "scheduled-backup-executor",
   "execution_args": "HUSH"}]"#;
    assert_eq!(shown(text), ["7 x [?] ? ? Some(true) at 2"]);
}

#[test]
fn what_the_table_does_not_say_is_none() {
    let head = "schedule_id\texecutor_type";
    let backup = "scheduled-backup-executor";
    for (text, expected) in [
        (format!("{head}\n7\t{backup}\n"), vec!["7 ? [?] ? ? None at 2"]),
        (
            format!("{head}\tschedule_name\tnext_run\n7\t{backup}\t<redacted>\t‹×›\n"),
            vec!["7 ? [?] ? ? None at 2"],
        ),
        (
            format!("{head}\tnext_run\n7\t{backup}\tsoon\n"),
            vec!["7 ? [?] ? ? None at 2", "the row at line 2: its next_run is no time"],
        ),
        (format!("{head}\nx\t{backup}\n"), vec!["the row at line 2: its schedule_id is no number"]),
        (format!("{head}\n7\tsomething-else\n"), vec![]),
        (format!("{NAMES}\n"), vec![]),
        (
            "schedule_id\tnext_run\n7\tNULL\n".to_owned(),
            vec![
                "its first row does not name the columns of system.scheduled_jobs; none of its rows were read",
            ],
        ),
    ] {
        assert_eq!(shown(&text), expected, "{text}");
    }
}

#[test]
fn no_secret_leaves_the_table() {
    let statement = "BACKUP INTO 's3://b?AWS_SECRET_ACCESS_KEY=HUSH'";
    // Bytes that nobody quoted shift the columns behind them.
    for state in ["\\x00", "a\tHUSH", "a\tHUSH\tb\tscheduled-backup-executor"] {
        let row = format!(
            "7\t{statement}\t2021-11-01 08:00:00\troot\tNULL\t{state}\t@daily\t\\x\tscheduled-backup-executor\t{statement}"
        );
        let (rows, unread) = read(&format!("{NAMES}\n{row}\n"), usize::MAX);
        let shown = format!("{rows:?} {unread:?}");
        assert!(!shown.contains("HUSH"), "{shown}");
    }
}

fn reading(path: &str, content: Content) -> Reading {
    Reading {
        path: path.into(),
        tenant: Tenant::system(),
        node: None,
        standing: Standing::Whole,
        content,
        asked: None,
    }
}

fn schedules(path: &str, text: &str) -> Reading {
    reading(path, Content::Schedules(read(text, usize::MAX).0))
}

/// A table of jobs with a row of that day of November.
fn jobs(path: &str, day: u32) -> Reading {
    let mut table = JobsTable::new(path);
    let text =
        format!("job_id\tdescription\tstatus\tcreated\n1\tx\tfailed\t2021-11-{day:02} 00:00:00\n");
    table.feed(text.as_bytes());
    reading(path, Content::Jobs(Table::Jobs, table.finish().0))
}

/// What says that both bundles are of one cluster.
fn id(path: &str) -> Reading {
    let fact = ClusterFact::ClusterId("0f7ac6de".to_owned());
    let record = ClusterRecord { node: None, fact, line: 2, offset: 20 };
    reading(path, Content::Cluster(Table::NodeBuildInfo, vec![record]))
}

#[test]
fn of_two_collections_the_later_has_the_last_word() {
    let row = |name: &str| {
        let names = "schedule_id\tschedule_name\texecutor_type";
        format!("{names}\n7\t{name}\tscheduled-backup-executor\n")
    };
    for (days, expected) in [((2, 3), "b"), ((3, 2), "a")] {
        let bundle = |name: &str, day: u32| {
            let path = |table: &str| format!("{name}.zip » debug/{table}.txt");
            [
                jobs(&path("crdb_internal.jobs"), day),
                id(&path("crdb_internal.node_build_info")),
                schedules(&path("system.scheduled_jobs"), &row(name)),
            ]
        };
        let readings = [bundle("a", days.0), bundle("b", days.1)].concat();
        let facts = gather(&Tally::default(), readings, Vec::new(), Vec::new(), &[]);
        let all: Vec<_> = facts.schedules.into_iter().collect();
        let [(whose, schedule)] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(whose, &(Tenancy::default(), 7));
        assert_eq!(schedule.name.as_deref(), Some(expected), "{days:?}");
        let path = format!("{expected}.zip » debug/system.scheduled_jobs.txt");
        assert_eq!((&*schedule.source.path, schedule.source.line), (path.as_str(), 2));
    }
}

#[test]
fn a_table_of_schedules_is_read_and_one_that_cannot_be_weakens_nothing() {
    for (text, unread) in [(format!("{NAMES}\n{ROWS}"), 0), (String::new(), 1)] {
        let files = [bundle::File {
            path: "debug/system.scheduled_jobs.txt".to_owned(),
            text: text.into_bytes(),
        }];
        let report = run::triage(&files, 64);
        assert_eq!((report.input.files.total, report.input.files.unread), (1, unread));
        assert!(report.input.unread.iter().all(|unread| unread.weakens.is_empty()));
    }
}

#[test]
fn a_chain_names_the_schedules_that_took_it() {
    let jobs = "id\tstatus\tcreated\tpayload\tprogress\tcreated_by_type\tcreated_by_id\n\
        901\tsucceeded\t2021-11-06 02:00:05\tNULL\tNULL\tcrdb_schedule\t812004455667788001\n\
        902\tsucceeded\t2021-11-06 03:00:05\tNULL\tNULL\tcrdb_schedule\t812004455667788002\n";
    let described = "job_id\tjob_type\tdescription\tstatus\tcreated\tfinished\n\
        901\tBACKUP\tBACKUP INTO '/2021/11/06-020000.00' IN 's3://quay/b' AS OF SYSTEM TIME '2021-11-06 02:00:00+00:00'\tsucceeded\t2021-11-06 02:00:05\t2021-11-06 02:10:00\n\
        902\tBACKUP\tBACKUP INTO '/2021/11/06-020000.00' IN 's3://quay/b' AS OF SYSTEM TIME '2021-11-06 03:00:00+00:00'\tsucceeded\t2021-11-06 03:00:05\t2021-11-06 03:02:00\n";
    let file =
        |path: &str, text: String| bundle::File { path: path.to_owned(), text: text.into_bytes() };
    let report = run::triage(
        &[
            file("debug/crdb_internal.jobs.txt", described.to_owned()),
            file("debug/system.jobs.txt", jobs.to_owned()),
            file("debug/system.scheduled_jobs.txt", format!("{NAMES}\n{ROWS}")),
        ],
        64,
    );
    let [chain] = report.chains.as_slice() else { panic!("{:#?}", report.chains) };
    let ids: Vec<_> = chain.layers.iter().map(|layer| layer.schedule.as_deref()).collect();
    assert_eq!(ids, [Some("812004455667788001"), Some("812004455667788002")]);
    let text = crdb_triage::report::text::print(&report);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "by schedule 812004455667788001 \u{201c}nightly\u{201d} (next at 2021-11-07T02:00:00.000000Z)",
        "by schedule 812004455667788002 \u{201c}nightly\u{201d} (paused)",
    ] {
        assert!(text.contains(said), "{text}");
    }
}
