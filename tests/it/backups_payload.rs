//! Payloads of jobs about backups: they settle what descriptions leave open. And no key of an address is in any report.

use std::fs;

use crdb_triage::report::{self, Report};

use crate::support::bundle;
use crate::support::job_rows::{self, MIDNIGHT, Row, at, findings};
use crate::support::run;

/// A number of a message with its value.
fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A part of a message that has a length.
fn part(field: u64, bytes: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// An HLC timestamp so many seconds after midnight.
fn hlc(seconds: i64) -> Vec<u8> {
    number(1, nanos(seconds))
}

fn nanos(seconds: i64) -> u64 {
    ((MIDNIGHT + seconds) * 1_000_000_000).unsigned_abs()
}

/// `BackupDetails` from one time to another.
fn backup(start: Option<i64>, end: i64) -> Vec<u8> {
    let start = start.map(|start| part(1, &hlc(start))).unwrap_or_default();
    let uri = part(3, b"s3://vault/nightly?AWS_SECRET_ACCESS_KEY=hush-hush");
    part(10, &[start, part(2, &hlc(end)), uri].concat())
}

fn restore(layers: usize, end: Option<i64>) -> Vec<u8> {
    let layer = |n| {
        part(3, format!("s3://key:hush-hush@vault/nightly/weekly{}", "/x".repeat(n)).as_bytes())
    };
    let layers: Vec<u8> = (0..layers).flat_map(layer).collect();
    let end = end.map(|end| part(4, &hlc(end))).unwrap_or_default();
    part(11, &[layers, end].concat())
}

fn import(write_time: Option<i64>, prepared: bool) -> Vec<u8> {
    let time = write_time.map(|time| number(5, nanos(time))).unwrap_or_default();
    part(13, &[part(1, &[]), time, number(12, prepared.into())].concat())
}

/// The report over rows and the payloads of some of them.
fn triage(version: &str, rows: &[(Row, Option<Vec<u8>>)]) -> Report {
    let plain: Vec<Row> = rows.iter().map(|(row, _)| row.clone()).collect();
    let mut files = job_rows::bundle("", version, 1, &plain);
    let mut text =
        "id\tstatus\tcreated\tcreated_by_type\tcreated_by_id\thex_payload\thex_progress\n"
            .to_owned();
    for (row, payload) in rows {
        let hex = payload.as_ref().map_or("NULL".to_owned(), |bytes| {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        });
        let schedule = if row.job_type == "BACKUP" { "crdb_schedule\t4242" } else { "NULL\tNULL" };
        text +=
            &format!("{}\t{}\t{}\t{schedule}\t{hex}\tNULL\n", row.id, row.status, at(row.created));
    }
    let path = "debug/system.jobs.txt".to_owned();
    files.push(bundle::File { path, text: text.into_bytes() });
    run::triage(&files, 64)
}

fn verdicts(report: &Report, advisory: &str) -> Vec<String> {
    let line = |(kind, id, verdict, codes): (String, String, String, Vec<String>)| {
        let id = if kind == "chain" { "" } else { &id };
        format!("{kind} {id} {verdict} {}", codes.join(" "))
    };
    findings(report, advisory).into_iter().map(line).collect()
}

fn row(id: u64, job_type: &'static str, text: &str, from: i64, to: i64) -> Row {
    Row::new(id, job_type, text.to_owned(), from, to)
}

/// A canceled import from 100 s to 1000 s, and a chain of which nothing but the payloads tells times and kinds.
fn chain(first: Option<Vec<u8>>, second: Option<Vec<u8>>) -> Vec<(Row, Option<Vec<u8>>)> {
    let text =
        "BACKUP INTO 'weekly' IN 's3://vault/nightly' AS OF SYSTEM TIME follower_read_timestamp()";
    let into = "IMPORT INTO shop.public.orders(id) CSV DATA ('s3://in/a.csv')";
    vec![
        (row(1, "IMPORT", into, 100, 1000).status("canceled"), None),
        (row(2, "BACKUP", text, 130, 200), first),
        (row(3, "BACKUP", text, 1030, 1100), second),
    ]
}

#[test]
fn the_payload_of_a_backup_tells_its_kind_and_its_time() {
    let suspect = ["backup 3 suspect CAPTURED_THEN_ROLLED_BACK"];
    for (first, second, expected) in [
        // What the rows alone say.
        (None, None, &["backup 3 possible TIME_AMBIGUOUS CAPTURED_THEN_ROLLED_BACK"][..]),
        (Some(backup(None, 130)), Some(backup(Some(130), 1030)), &suspect),
        // In the midst and after it to the microsecond.
        (Some(backup(None, 100)), Some(backup(Some(100), 1000)), &suspect),
        // Before the import began.
        (Some(backup(None, 99)), Some(backup(Some(99), 1030)), &[]),
        // Both in the midst, and then nothing.
        (
            Some(backup(None, 130)),
            Some(backup(Some(130), 999)),
            &["chain  at_risk NEXT_INCREMENTAL"],
        ),
        // The second is a full one, on which the next will build.
        (Some(backup(None, 130)), Some(backup(None, 1030)), &[]),
    ] {
        let report = triage("v22.1.5", &chain(first, second));
        assert_eq!(verdicts(&report, "A-88042"), expected, "{:#?}", report.chains);
    }
}

#[test]
fn a_layer_shows_what_told_its_kind_and_which_schedule_took_it() {
    let report = triage("v22.1.5", &chain(Some(backup(None, 130)), None));
    let layers = &report.chains[0].layers;
    let told: Vec<_> = layers.iter().map(|layer| layer.kind_told_by.as_str()).collect();
    assert_eq!(told, ["PAYLOAD", "LATER_IN_SUBDIRECTORY"]);
    let slack: Vec<_> = layers.iter().map(|layer| layer.as_of_slack).collect();
    assert_eq!(slack, [0, 60]);
    assert!(layers.iter().all(|layer| layer.schedule.as_deref() == Some("4242")));
}

#[test]
fn the_payload_of_a_restore_tells_how_far_it_went() {
    let text =
        "RESTORE FROM 'weekly' IN 's3://vault/nightly' AS OF SYSTEM TIME follower_read_timestamp()";
    let suspect = "restore 4 suspect READ_SUSPECT_LAYER";
    let possible = "restore 4 possible TIME_AMBIGUOUS READ_SUSPECT_LAYER";
    for (created, payload, expected) in [
        (5000, None, Some(suspect)),
        (1060, None, Some(possible)),
        (5000, Some(restore(2, None)), Some(suspect)),
        (5000, Some(restore(2, Some(1030))), Some(suspect)),
        (5000, Some(restore(2, Some(1029))), None),
        (5000, Some(restore(1, None)), None),
    ] {
        let mut rows = chain(Some(backup(None, 130)), Some(backup(Some(130), 1030)));
        rows.push((row(4, "RESTORE", text, created, created + 60), payload.clone()));
        let report = triage("v22.1.5", &rows);
        let said = verdicts(&report, "A-88042");
        let said = said.iter().find(|line| line.starts_with("restore")).map(String::as_str);
        assert_eq!(said, expected, "{created} {payload:?} {:#?}", report.chains);
    }
}

#[test]
fn an_import_that_wrote_nothing_is_ruled_out_by_its_payload_only() {
    let cleared = "chain  cleared NOTHING_WRITTEN";
    let suspect = "backup 3 suspect CAPTURED_THEN_ROLLED_BACK";
    for (payload, expected) in [
        (import(Some(120), true), suspect),
        (import(None, true), cleared),
        (import(Some(120), false), cleared),
        // Of another type, and broken.
        (backup(None, 5), suspect),
        (vec![0xff, 0xff], suspect),
    ] {
        let mut rows = chain(Some(backup(None, 130)), Some(backup(Some(130), 1030)));
        rows[0].1 = Some(payload.clone());
        assert_eq!(verdicts(&triage("v22.1.5", &rows), "A-88042"), [expected], "{payload:?}");
    }
}

/// What no report may hold.
const SECRETS: [&str; 4] = ["hush", "HUSH", "AKIA", "s3cr3t"];

fn no_secret(report: &Report, of: &str) {
    for (form, text) in [
        ("JSON", report::json::print(report)),
        ("text", report::text::print(report)),
        ("Markdown", report::markdown::print(report)),
    ] {
        for secret in SECRETS {
            let at = text.find(secret);
            let near =
                at.map(|at| text[..at + secret.len()].chars().rev().take(200).collect::<String>());
            assert_eq!(
                near.map(|near| near.chars().rev().collect::<String>()),
                None,
                "{of} {form}"
            );
        }
    }
}

#[test]
fn no_key_of_an_address_is_in_a_report() {
    let key = "AWS_ACCESS_KEY_ID=AKIAHUSH&AWS_SECRET_ACCESS_KEY=hush%2Fhush";
    let plain = "s3://user:s3cr3t@vault/nightly";
    let texts = [
        ("BACKUP", format!("BACKUP TO '{plain}/full?{key}'")),
        ("BACKUP", format!("BACKUP TO '{plain}/a?{key}' INCREMENTAL FROM '{plain}/full?{key}'")),
        (
            "BACKUP",
            format!(
                "BACKUP TO '{plain}/b?{key}' INCREMENTAL FROM '{plain}/full?{key}', 's3://s3cr3t@vault/nightly/a?{key}'"
            ),
        ),
        (
            "BACKUP",
            format!(
                "BACKUP INTO '/2021/03/22-000000.00' IN ('{plain}?{key}&COCKROACH_LOCALITY=default', '{plain}/2?{key}&COCKROACH_LOCALITY=a') WITH encryption_passphrase = 'hush', incremental_location = '{plain}/inc?{key}', kms = 'aws:///the-key?{key}'"
            ),
        ),
        // Of forms that are not known, so that they are shown only as they stand.
        ("BACKUP", format!("BACKUP SOMETHING ODD '{plain}?{key}'")),
        ("BACKUP", format!("BACKUP INTO LATEST IN '{plain}/other?{key}'")),
        (
            "RESTORE",
            format!("RESTORE FROM '{plain}/full?{key}', '{plain}/a?{key}', '{plain}/b?{key}'"),
        ),
        ("RESTORE", format!("RESTORE ODDLY '{plain}?{key}'")),
        ("IMPORT", format!("IMPORT INTO shop.public.orders(id) CSV DATA ('{plain}/in.csv?{key}')")),
        ("IMPORT", format!("IMPORT ODDLY '{plain}?{key}'")),
        ("IMPORT", format!("IMPORT PGDUMP '{plain}?{key}' WITH x = '{plain}?{key}'")),
    ];
    for version in ["v19.2.5", "v20.2.5", "v22.1.5"] {
        for status in ["succeeded", "failed"] {
            let row = |(n, (job_type, text)): (i64, &(&'static str, String))| {
                let (from, to) =
                    if *job_type == "IMPORT" { (50, 150) } else { (n * 100, n * 100 + 90) };
                let row = Row::new(n.unsigned_abs() + 1, job_type, text.clone(), from, to);
                (
                    if *job_type == "IMPORT" { row.status(status) } else { row },
                    Some(backup(None, n * 100)),
                )
            };
            let mut rows: Vec<_> = (0..).zip(&texts).map(row).collect();
            // Some from their descriptions alone.
            rows.iter_mut()
                .for_each(|(row, payload)| *payload = payload.take().filter(|_| row.id % 4 == 0));
            let report = triage(version, &rows);
            assert!(report.findings.len() > 2, "{version} {:#?}", report.findings);
            no_secret(&report, version);
        }
    }
}

#[test]
fn no_key_of_any_case_is_in_a_report() {
    let mut with_keys = 0;
    for advisory in ["a88042", "a63162"] {
        for case in fs::read_dir(format!("src/advisories/{advisory}/cases")).unwrap() {
            let path = case.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let (input, _) = text.split_once("----\n").unwrap();
            if SECRETS.iter().any(|secret| input.contains(secret)) {
                with_keys += 1;
                no_secret(&run::triage(&bundle::parse(input), 64), &path.display().to_string());
            }
        }
    }
    assert!(with_keys > 0, "the case with keys was not found");
}
