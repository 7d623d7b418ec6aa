//! Every way to pack an artifact that is in order.

use super::*;

#[test]
fn every_way_to_write_a_zip_reads_alike() {
    let expected = [("a.log", "first\n"), (LOG, "second\n"), ("z.log", "")];
    let plain = Zip::of(&expected);
    let each = |change: fn(&mut Member)| {
        let mut zip = plain.clone();
        zip.members.iter_mut().for_each(change);
        zip
    };
    let variants = [
        plain.clone(),
        each(|m| m.method = 0),
        each(|m| m.descriptor = false),
        each(|m| m.zip64 = true),
        each(|m| m.local_extra = 40_000),
        Zip { zip64_end: true, ..plain.clone() },
        Zip { zip64_end: true, ..each(|m| m.zip64 = true) },
        Zip { prefix: b"#!/bin/sh\nexec unzip $0\n".to_vec(), ..plain.clone() },
        Zip { prefix: vec![7; 100_000], zip64_end: true, ..each(|m| m.zip64 = true) },
        Zip { comment: vec![b'c'; 65_535], ..plain.clone() },
        Zip {
            comment: b"PK\x05\x06 is how it ends, PK\x05\x06 and some more bytes".to_vec(),
            ..plain.clone()
        },
    ];
    for (number, zip) in variants.iter().enumerate() {
        let (inputs, plan) = planned_zip(zip);
        assert_eq!(texts(&inputs), pairs(&expected), "variant {number}");
        assert_eq!(plan.sources[0].kind, SourceKind::Zip, "variant {number}");
    }
}

#[test]
fn a_tree_is_sorted_into_what_is_read_skipped_and_missing() {
    let zip = Zip::of(&[
        ("debug/nodes/2/logs.err.txt", "rpc error"),
        ("debug/nodes/1/heap.pprof", "…"),
        ("debug/nodes/", ""),
        (LOG, "log\n"),
        ("debug/nodes/3.skipped", ""),
        ("debug/cluster/demo/nodes/4/status.json", "{}"),
        ("debug/cluster/demo/crdb_internal.jobs.txt", "id\n"),
        ("debug\\notes.txt", "by hand"),
        ("__MACOSX/debug/._x", ""),
    ])
    .and(Member::new("debug/nodes/1/logs/cockroach.x.log.gz", gzip(b"packed\n")));
    let all = everything(&[input("debug.zip", zip.bytes())]);
    let seen: Vec<_> = all
        .files
        .iter()
        .map(|file| {
            (
                file.info.path.as_str(),
                file.info.artifact,
                file.info.tenant.0.as_str(),
                file.info.node,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "debug/cluster/demo/crdb_internal.jobs.txt",
                Artifact::Table(Table::Jobs, 0),
                "demo",
                None
            ),
            (
                "debug/cluster/demo/nodes/4/status.json",
                Artifact::Table(Table::StatusJson, 0),
                "demo",
                Some(NodeId(4))
            ),
            (LOG, Artifact::Log, "system", Some(NodeId(1))),
            ("debug/nodes/1/logs/cockroach.x.log.gz", Artifact::Log, "system", Some(NodeId(1))),
            ("debug/notes.txt", Artifact::Unknown, "system", None),
        ]
    );
    assert_eq!(all.files[3].text, b"packed\n");
    assert_eq!(
        all.unread(),
        [
            ("debug/nodes/2/logs.err.txt", UnreadReason::CollectionFailed),
            ("debug/nodes/3.skipped", UnreadReason::CollectionFailed),
        ]
    );
    assert_eq!((all.tally.files(), all.tally.skipped), (4, 2));
    let node = |tenant: &str, id| (Tenant(tenant.to_owned()), NodeId(id));
    let nodes = [node("demo", 4), node("system", 1), node("system", 2), node("system", 3)];
    assert!(all.tally.nodes.iter().eq(&nodes));
    assert!(all.tally.complete_tree());
}

#[test]
fn the_tree_is_not_complete_without_tables_or_the_list_of_nodes() {
    let complete =
        |members: &[(&str, &str)]| planned_zip(&Zip::of(members)).1.tally.complete_tree();
    let table = ("debug/crdb_internal.jobs.txt", "");
    assert!(complete(&[(LOG, ""), table]));
    assert!(!complete(&[(LOG, "")]));
    assert!(!complete(&[table]));
    assert!(!complete(&[(LOG, ""), ("debug/nodes/1/crdb_internal.leases.txt", "")]));
    assert!(!complete(&[(LOG, ""), table, ("debug/nodes.json.err.txt", "")]));
}

#[test]
fn of_several_attempts_at_the_jobs_table_the_last_one_counts() {
    let check = |files: &[(&str, &str)], (whole, counts): (bool, &[&str]), failed: &[&str]| {
        let members: Vec<_> =
            files.iter().map(|(end, text)| (format!("d/crdb_internal.jobs{end}"), *text)).collect();
        let members: Vec<_> = members.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        let all = everything(&[input("debug.zip", Zip::of(&members).bytes())]);
        let attempts: Vec<_> = all
            .files
            .iter()
            .map(|file| {
                let Artifact::Table(table, attempt) = file.info.artifact else { unreachable!() };
                let text = file.text.len() as u64;
                Attempt { table: Some(table), attempt, path: &file.info.path, text }
            })
            .collect();
        let settled = settle(&attempts, all.tally.failures);
        let name = |path: &str| path.replace("d/crdb_internal.jobs", "");
        let standing = if whole { Standing::Whole } else { Standing::Partial };
        let counting = attempts.iter().zip(&settled.standings);
        let counting = counting.filter(|(_, of)| **of != (Standing::Superseded, whole));
        let counting: Vec<_> = counting.map(|(of, is)| (name(of.path), *is)).collect();
        let expected = owned(counts).into_iter().map(|name| (name, (standing, false)));
        assert_eq!(counting, expected.collect::<Vec<_>>());
        let unread: Vec<_> = settled.unread.iter().map(|unread| name(&unread.path)).collect();
        assert_eq!(unread, owned(failed));
        let failures = files.len() - attempts.len();
        assert_eq!(settled.skipped as usize + unread.len(), failures);
    };
    let (good, bad) = ((".txt", "a"), (".txt.err.txt", "e"));
    let (second, second_bad) = ((".1.txt", "b"), (".1.txt.err.txt", "e"));
    let both: &[&str] = &[".txt.err.txt", ".1.txt.err.txt"];
    check(&[good], (true, &[".txt"]), &[]);
    check(&[good, second], (true, &[".1.txt"]), &[]);
    check(&[good, bad], (false, &[".txt"]), &[".txt.err.txt"]);
    check(&[good, bad, second], (true, &[".1.txt"]), &[]);
    // A second attempt says by itself that the first failed.
    check(&[good, second_bad], (false, &[".txt"]), &[".1.txt.err.txt"]);
    check(&[good, second, second_bad], (false, &[".1.txt"]), &[".1.txt.err.txt"]);
    check(&[(".1.txt", ""), second_bad, (".txt", "aa"), bad], (false, &[".txt"]), both);
    check(&[(".txt", ""), bad, (".fallback.txt", "f")], (true, &[".fallback.txt"]), &[]);
    check(&[bad, second_bad], (false, &[]), both);
    check(&[good, (".json", "b")], (true, &[".json", ".txt"]), &[]);
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn names_are_labels_and_stay_unique() {
    let zip = Zip::default()
        .and(Member::new("../x", "up"))
        .and(Member::new("C:\\a", "windows"))
        .and(Member::new("/etc/passwd", "root"))
        .and(Member::new("<img src=x>", "html"))
        .and(Member::new(b"caf\xe9", "latin 1"))
        .and(Member::new("a", "1"))
        .and(Member::new("a", "2"))
        .and(Member::new("a (2)", "3"))
        .and(Member::new("", "none"));
    let found = texts(&[input("debug.zip", zip.bytes())]);
    let mut unique = found.clone();
    unique.dedup_by(|a, b| a.0 == b.0);
    assert_eq!(unique.len(), 9);
    let names: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    let expected =
        ["", "../x", "<img src=x>", "a", "a (2)", "a (3)", "a (4)", "caf\u{fffd}", "etc/passwd"];
    assert_eq!(names, expected);
}

#[test]
fn archives_among_other_input_are_named_before_their_members() {
    let zip = Zip::of(&[("nodes/1/logs/x.log", "in zip")]).bytes();
    let mut inputs = vec![
        input("logs/n1/cockroach.log", "plain"),
        input("logs/n2.zip", zip.clone()),
        input("cockroach.log.gz", gzip(b"in gzip")),
        input("cockroach.log.gz", gzip(b"in another gzip")),
        input("n9.zip", zip),
        input("logs/a.tar", Tar::of(&[("nodes/2/logs/y.log", "in tar")]).bytes()),
        input("a.tar.gz", gzip(&Tar::of(&[("nodes/3/logs/z.log", "in tar in gzip")]).bytes())),
    ];
    let expected = [
        ("a.tar.gz » nodes/3/logs/z.log", "in tar in gzip"),
        ("cockroach.log.gz", "in gzip"),
        ("cockroach.log.gz (2)", "in another gzip"),
        ("logs/a.tar » nodes/2/logs/y.log", "in tar"),
        ("logs/n1/cockroach.log", "plain"),
        ("logs/n2.zip » nodes/1/logs/x.log", "in zip"),
        ("n9.zip » nodes/1/logs/x.log", "in zip"),
    ];
    assert_eq!(texts(&inputs), pairs(&expected));
    assert_eq!(everything(&inputs).files[3].info.node, Some(NodeId(2)));
    let plan = planned(&inputs);
    let sources: Vec<_> = plan.sources.iter().map(|s| (s.name.as_str(), s.kind)).collect();
    assert_eq!(
        sources,
        [
            ("a.tar.gz", SourceKind::Gzip),
            ("cockroach.log.gz", SourceKind::Gzip),
            ("cockroach.log.gz", SourceKind::Gzip),
            ("logs", SourceKind::Directory),
            ("n9.zip", SourceKind::Zip),
        ]
    );
    inputs.reverse();
    assert_eq!(texts(&inputs), pairs(&expected));
    assert_eq!(planned(&inputs).sources, plan.sources);
}

#[test]
fn a_gzip_stream_may_have_members_padding_and_damage() {
    let (one, two) = (logs(2_000), logs(10));
    let both = [gzip(one.as_bytes()), gzip(two.as_bytes())].concat();
    let check = |bytes: &[u8], text: &str, reason: Option<UnreadReason>| {
        for slice in [1, 7, 100_000] {
            let inputs = [input("x.gz", bytes)];
            let plan = planned(&inputs);
            let (read, lack) =
                read(&inputs, &plan.units[0], &Limits { slice, ..Limits::default() });
            assert!(read == text.as_bytes(), "{} bytes of {}", read.len(), text.len());
            assert_eq!(lack.map(|unread| unread.reason), reason);
        }
    };
    let whole = format!("{one}{two}");
    check(&both, &whole, None);
    check(&[both.as_slice(), &[0; 512]].concat(), &whole, None);
    check(&[both.as_slice(), &[0; 3], &both].concat(), &format!("{whole}{whole}"), None);
    check(&[both.as_slice(), b"garbage"].concat(), &whole, Some(UnreadReason::Damaged));
    check(&both[..both.len() - 4], &whole, Some(UnreadReason::Damaged));
    let mut wrong = gzip(one.as_bytes());
    let crc = wrong.len() - 8;
    wrong[crc] ^= 1;
    check(&wrong, &one, Some(UnreadReason::ChecksumMismatch));
}

#[test]
fn an_empty_archive_and_an_empty_file_hold_nothing() {
    let (_, plan) = planned_zip(&Zip::default());
    assert_eq!((plan.files(), plan.units.len(), plan.sources[0].kind), (0, 0, SourceKind::Zip));
    let inputs = [input("empty", "")];
    assert_eq!(texts(&inputs), pairs(&[("empty", "")]));
    assert_eq!(planned(&[]), Plan::default());
}

/// Counts pieces and wants no more after the first.
#[derive(Default)]
struct Watcher {
    calls: usize,
    longest: usize,
    only_one: bool,
    lack: Option<Unread>,
}

impl Sink for Watcher {
    fn begin(&mut self, _: FileInfo) {}

    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()> {
        self.calls += 1;
        self.longest = self.longest.max(chunk.text.len());
        if self.only_one { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn end(&mut self, lack: Option<Unread>) {
        self.lack = lack;
    }
}

#[test]
fn a_reader_that_breaks_off_misses_nothing() {
    let (inputs, plan) = planned_zip(&Zip::of(&[(LOG, &logs(50_000))]));
    let mut watcher = Watcher { only_one: true, ..Watcher::default() };
    block_on(read_unit(&inputs[0].source, &plan.units[0], &Limits::default(), &mut watcher))
        .unwrap();
    assert_eq!((watcher.calls, watcher.lack), (1, None));
}

#[test]
fn a_line_of_64_mib_streams_through() {
    let line = vec![b'x'; 64 << 20];
    let (inputs, plan) = planned_zip(&Zip::default().and(Member::new(LOG, &line)));
    let mut watcher = Watcher::default();
    let outcome =
        block_on(read_unit(&inputs[0].source, &plan.units[0], &Limits::default(), &mut watcher))
            .unwrap();
    assert_eq!((outcome.text, watcher.lack), (64 << 20, None));
    assert!(watcher.longest <= 256 << 10);
}
