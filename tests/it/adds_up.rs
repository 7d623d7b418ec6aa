//! Every file of every input is counted once: read, skipped or unread. For small trees of any files, handed in packed,
//! as a folder or loose.

use std::collections::BTreeSet;

use crdb_triage::report::Report;
use proptest::prelude::*;

use crate::support::bundle::File;
use crate::support::run;
use crate::support::tar::Tar;
use crate::support::zip::{Member, Zip, gzip};

const LOG: &str = "\
I250422 06:00:00.000000 1 util/log/file_sync_buffer.go:238 ⋮ [config]   binary: CockroachDB CCL v24.3.9 (x86_64-pc-linux-gnu)
I250422 06:30:39.852238 6885 jobs/registry.go:1650 ⋮ [T1,n1] 1300  IMPORT job 1065722008981340161: stepping through state succeeded
";
const JOBS: &str = "\
job_id\tjob_type\tdescription\tstatus\tcreated\tfinished
1065722008981340161\tIMPORT\tIMPORT INTO a\tsucceeded\t2025-04-22 06:20:00\t2025-04-22 06:30:40
";

/// Names that mean something, names that mean nothing, and names that mean harm.
fn path() -> impl Strategy<Value = String> {
    let folder = prop::sample::select(vec![
        "",
        "debug/",
        "debug/nodes/1/",
        "debug/nodes/1/logs/",
        "debug/cluster/app/nodes/2/logs/",
        "logs/",
        "../",
        "/",
        "__MACOSX/",
        "a b/",
    ]);
    let name = prop::sample::select(vec![
        "cockroach.log",
        "cockroach-health.h.u.2025-04-22T06_00_00Z.01.log",
        "crdb_internal.jobs.txt",
        "crdb_internal.jobs.1.txt",
        "crdb_internal.jobs.txt.err.txt",
        "system.jobs.txt",
        "logs.err.txt",
        "stacks.txt",
        "ranges.json",
        "nodes.json",
        "status.json",
        "notes",
        "cpu.pprof",
        "x.log.gz",
        "inner.zip",
        "é\u{202e}.log",
        "nodes.err.txt",
        "crdb_internal.node_build_info.txt",
        "skipped",
    ]);
    (folder, name).prop_map(|(folder, name)| format!("{folder}{name}"))
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(LOG.as_bytes().to_vec()),
        Just(JOBS.as_bytes().to_vec()),
        Just(Vec::new()),
        "[ -~\n]{0,80}".prop_map(String::into_bytes),
    ]
}

/// Text, or text packed in some way, perhaps broken.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let packed = (path(), plain(), 0..4_usize, any::<prop::sample::Index>()).prop_map(
        |(path, text, how, cut)| {
            let mut bytes = match how {
                0 => gzip(&text),
                1 => Zip::default().and(Member::new(&path, &text)).bytes(),
                2 => gzip(&Tar::default().file(path.trim_start_matches('/'), &text).bytes()),
                _ => {
                    let mut bytes = Zip::default().and(Member::new(&path, &text)).bytes();
                    bytes.truncate(cut.index(bytes.len()));
                    bytes
                }
            };
            bytes.shrink_to_fit();
            bytes
        },
    );
    prop_oneof![2 => plain(), 1 => packed, 1 => prop::collection::vec(any::<u8>(), 0..60)]
}

fn tree(content: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<File>> {
    prop::collection::vec((path(), content), 1..6)
        .prop_map(|files| files.into_iter().map(|(path, text)| File { path, text }).collect())
}

fn zipped(files: &[File]) -> Vec<File> {
    let members = files.iter().map(|file| Member::new(&file.path, &file.text)).collect();
    packed("debug.zip", Zip { members, ..Zip::default() }.bytes())
}

fn without_directory(files: &[File]) -> Vec<File> {
    let members: Vec<u8> = files
        .iter()
        .flat_map(|file| Member::new(&file.path, &file.text).local_with(true, false))
        .collect();
    packed("debug.zip", members)
}

fn tarred(files: &[File]) -> Vec<File> {
    let tar = files
        .iter()
        .fold(Tar::default(), |tar, file| tar.file(file.path.trim_start_matches('/'), &file.text));
    packed("debug.tgz", gzip(&tar.bytes()))
}

fn packed(name: &str, bytes: Vec<u8>) -> Vec<File> {
    vec![File { path: name.to_owned(), text: bytes }]
}

fn loose(files: &[File]) -> Vec<File> {
    let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    files.iter().map(|file| File { path: name(&file.path), text: file.text.clone() }).collect()
}

/// The report, whose files add up.
fn counted(files: &[File], slice: usize) -> Report {
    let report = run::triage(files, slice);
    let counts = report.input.files;
    assert_eq!(counts.total, counts.read + counts.skipped + counts.unread, "{counts:?}");
    if counts.read == 0 {
        // A part of a file may name an affected build, which is enough to be exposed.
        let verdict = report.verdict().as_str();
        assert!(["cannot_tell", "exposed"].contains(&verdict), "nothing was read: {verdict}");
    }
    report
}

/// How many files the report names as unread.
fn named(report: &Report) -> u64 {
    let unread = report.input.unread.iter().map(|unread| unread.path.as_str());
    unread.collect::<BTreeSet<_>>().len() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_file_of_a_tree_is_counted_once_however_it_is_handed_in(
        files in tree(plain()),
        slice in 1_usize..300,
    ) {
        let there = files.len() as u64;
        for handed in [files.clone(), loose(&files), zipped(&files), tarred(&files)] {
            let report = counted(&handed, slice);
            prop_assert_eq!(report.input.files.total, there, "handed in as {:?}", handed.first());
        }
    }

    #[test]
    fn every_unread_file_is_named_once(files in tree(content()), slice in 1_usize..300) {
        // Each in a folder of its own, so that no two have one path.
        let apart = |(n, file): (usize, &File)| File {
            path: format!("{n}/{}", file.path.trim_start_matches('/')),
            text: file.text.clone(),
        };
        let files: Vec<File> = files.iter().enumerate().map(apart).collect();
        for handed in [files.clone(), zipped(&files), tarred(&files)] {
            let report = counted(&handed, slice);
            prop_assert_eq!(report.input.files.unread, named(&report), "{:?}", report.input.unread);
        }
    }

    #[test]
    fn files_add_up_whatever_is_packed_in_whatever(files in tree(content()), slice in 1_usize..300) {
        for handed in [files.clone(), loose(&files), zipped(&files), tarred(&files), without_directory(&files)] {
            counted(&handed, slice);
        }
    }

    #[test]
    fn a_bundle_without_its_end_adds_up(files in tree(content()), end in any::<prop::sample::Index>(), slice in 1_usize..300) {
        for mut handed in [zipped(&files), tarred(&files)] {
            let archive = &mut handed[0].text;
            archive.truncate(end.index(archive.len()));
            counted(&handed, slice);
        }
    }
}
