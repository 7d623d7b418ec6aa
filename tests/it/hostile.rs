//! Damaged, hostile and huge input: a verdict that admits it, files that add up, and never a panic.

use crdb_triage::model::Verdict;
use crdb_triage::report::Report;

use crate::support::bundle::{self, File};
use crate::support::run;
use crate::support::zip::{Member, Zip};

/// A bundle that is `no_sign` when it is whole.
const WHOLE: &str = include_str!(
    "../../src/advisories/a144650/cases/no_warning_in_logs_that_cover_the_whole_run.txt"
);

fn whole() -> Vec<File> {
    bundle::parse(WHOLE.split_once("----\n").unwrap().0)
}

/// The report, with what holds for every report checked.
fn triage(files: &[File]) -> Report {
    let report = run::triage(files, 1 << 16);
    let counts = report.input.files;
    assert_eq!(counts.total, counts.read + counts.skipped + counts.unread, "files do not add up");
    report
}

/// The strongest verdict of the advisories whose signs are looked for. Of others the bundle lacks the history.
fn detected(report: &Report) -> Verdict {
    let ids = ["A-144650", "A-63162", "A-88042"];
    let of = report.advisories.iter().filter(|advisory| ids.contains(&advisory.id.as_str()));
    of.map(|advisory| advisory.verdict).max().unwrap()
}

/// What a transport can do to a log.
type Change = fn(&[u8]) -> Vec<u8>;

fn zipped(files: &[File]) -> Vec<u8> {
    let members = files.iter().map(|file| Member::new(&file.path, &file.text)).collect();
    Zip { members, ..Zip::default() }.bytes()
}

fn file(path: &str, text: impl Into<Vec<u8>>) -> File {
    File { path: path.to_owned(), text: text.into() }
}

#[test]
fn the_bundle_that_the_others_break_has_no_sign() {
    assert_eq!(detected(&triage(&whole())), Verdict::NoSign);
}

#[test]
fn nothing_read_is_never_a_negative_verdict() {
    for files in [
        vec![],
        vec![file("empty.log", "")],
        vec![file("empty.zip", Zip::default().bytes())],
        vec![file("photo.jpg", b"\xff\xd8\xff\xe0 no bundle at all".as_slice())],
        vec![file("notes.txt", "dear support, the cluster is slow\n")],
        vec![file("nuls.log", vec![0; 1 << 16])],
        vec![file("cut.zip", b"PK\x03\x04 and then the disk was full".as_slice())],
    ] {
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(triage(&files).verdict(), Verdict::CannotTell, "{names:?}");
    }
}

#[test]
fn a_bundle_cut_within_its_files_is_never_called_free_of_signs() {
    let files = whole();
    let archive = zipped(&files);
    let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for end in 0..archive.len() {
        let report = triage(&[file("bundle.zip", &archive[..end])]);
        // The directory is written after the last file: whoever reaches it has read all.
        let complete = end >= directory + 4;
        let expected = if complete { Verdict::NoSign } else { Verdict::CannotTell };
        assert_eq!(detected(&report), expected, "cut at {end} of {}", archive.len());
    }
}

#[test]
fn a_flipped_byte_in_a_member_is_noticed() {
    let files = whole();
    let mut archive = zipped(&files);
    let name = files[0].path.len();
    archive[30 + name + 20] ^= 0x55;
    let report = triage(&[file("bundle.zip", archive)]);
    assert_eq!(detected(&report), Verdict::CannotTell);
    assert_eq!(report.input.unread.len(), 1);
    for advisory in ["A-144650", "A-63162", "A-88042"] {
        assert!(report.input.unread[0].weakens.iter().any(|weaker| weaker == advisory));
    }
}

#[test]
fn odd_bytes_do_not_hide_the_sign() {
    let case = include_str!(
        "../../src/advisories/a144650/cases/import_succeeds_after_a_swallowed_error.txt"
    );
    let files = bundle::parse(case.split_once("----\n").unwrap().0);
    let changes: [Change; 4] = [
        |text| String::from_utf8_lossy(text).replace('\n', "\r\n").into_bytes(),
        |text| [&[0; 4096], text, &[0; 4096]].concat(),
        |text| [b"\xff\xfe\xfd invalid\n\xc3\x28\n", text, b"\xe2\x8b"].concat(),
        |text| [b"\xef\xbb\xbf", text].concat(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut files = files.clone();
        files[0].text = change(&files[0].text);
        assert_eq!(triage(&files).verdict(), Verdict::Suspect, "change {number}");
    }
}

#[test]
fn a_line_of_64_mib_is_named_and_what_surrounds_it_is_read() {
    let mut files = whole();
    let head = "I250422 06:01:00.000000 7 sql/exec_log.go:1 ⋮ [T1,n1] 5  ";
    let text = &mut files[0].text;
    let at = text.windows(7).position(|window| window == b"\nI25042").unwrap() + 1;
    let mut long = head.as_bytes().to_vec();
    long.resize(64 << 20, b'x');
    long.push(b'\n');
    text.splice(at..at, long);
    let report = triage(&files);
    assert_eq!(report.input.unread.len(), 1, "{:?}", report.input.unread);
    assert_eq!(report.input.unread[0].reason, "ENTRY_TOO_LONG");
    assert_eq!(detected(&report), Verdict::CannotTell);
    assert_eq!(report.nodes[0].coverage.len(), 1);
}

#[test]
fn names_are_labels_and_nothing_else() {
    for name in
        ["../../etc/passwd", "/etc/passwd", "<img src=x onerror=alert(1)>.log", "a\u{202e}gol.log"]
    {
        let mut files = whole();
        let log = files[0].text.clone();
        files.push(file(name, log));
        let report = triage(&files);
        assert!(!report.verdict().asks_for_action(), "{name}: {}", run::verdicts(&report, ""));
    }
}

#[test]
fn a_file_that_somebody_chose_is_named_when_it_is_of_no_use() {
    for name in ["holiday.jpg", "stacks.txt", "crdb_internal.leases.txt", "notes"] {
        let report = triage(&[file(name, "dear support\n")]);
        let unread: Vec<&str> = report.input.unread.iter().map(|u| u.path.as_str()).collect();
        assert_eq!(unread, [name]);
    }
}
