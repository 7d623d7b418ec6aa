//! Compressed files, archives in compressions, and archives in archives.

use super::*;
use bzip2::{Action, Compress as Bzip2, Compression};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// What stands in [`XZ`], three times.
const PACKED_LINE: &str = "I240101 00:00:00.000001 1 a.go:1  packed with xz\n";

/// A stream as `xz` writes it, with CRC-64.
const XZ: &[u8] = b"\
    \xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\
    \xe0\x00\x92\x00\x30\x5d\x00\x24\x8c\x82\x83\x21\x6c\xb3\xf2\xf1\xf5\x6c\x57\x49\xfe\xda\x6c\xe7\
    \xfd\x9c\x32\xac\x6b\x17\x73\x58\x12\x24\xbf\x45\x04\x2f\x46\x2c\x47\xf9\xd7\x99\xc0\x9b\x16\x0a\
    \xcd\x15\x10\xf6\xd5\xfc\x00\x00\x07\x69\xb4\x23\x2a\x4a\xc2\x9a\x00\x01\x4c\x93\x01\x00\x00\x00\
    \x6f\x24\xd5\x95\xb1\xc4\x67\xfb\x02\x00\x00\x00\x00\x04\x59\x5a\
";

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 1024);
    Bzip2::new(Compression::best(), 0).compress_vec(text, &mut out, Action::Finish).unwrap();
    out
}

/// The files of one input, read in slices of any size alike.
fn everything_of(path: &str, bytes: &[u8]) -> Everything {
    let inputs = [input(path, bytes)];
    let whole = everything(&inputs);
    for slice in [1, 13, 511, 513, 4096] {
        let sliced = everything_within(&inputs, &Limits { slice, ..Limits::default() });
        assert_eq!(sliced.texts(), whole.texts(), "slices of {slice}");
        assert_eq!(sliced.unread(), whole.unread(), "slices of {slice}");
        assert_eq!(sliced.tally.files(), whole.tally.files());
    }
    whole
}

fn check(path: &str, bytes: &[u8], expected: &[(&str, &str)]) {
    let all = everything_of(path, bytes);
    assert_eq!(all.texts(), pairs(expected));
    assert_eq!(all.unread(), []);
}

#[test]
fn each_compression_is_known_by_its_content_whatever_the_name() {
    let text = logs(300);
    for (packed, kind) in [
        (gzip(text.as_bytes()), SourceKind::Gzip),
        (zstd(text.as_bytes()), SourceKind::Zstd),
        (bzip2(text.as_bytes()), SourceKind::Bzip2),
    ] {
        for name in ["cockroach.log", "cockroach.log.gz", "notes.txt"] {
            check(name, &packed, &[(name, &text)]);
            assert_eq!(planned(&[input(name, packed.clone())]).sources[0].kind, kind);
        }
    }
    check("cockroach.log.xz", XZ, &[("cockroach.log.xz", &PACKED_LINE.repeat(3))]);
    assert_eq!(planned(&[input("x", XZ)]).sources[0].kind, SourceKind::Xz);
}

#[test]
fn streams_that_follow_each_other_are_one_file() {
    for pack in [|t: &[u8]| gzip(t), zstd, bzip2, |_: &[u8]| XZ.to_vec()] {
        let one = pack(PACKED_LINE.repeat(3).as_bytes());
        let both = [&one[..], &[0; 8], &one].concat();
        check("x.log.z", &both, &[("x.log.z", &PACKED_LINE.repeat(6))]);
    }
    // A frame that holds no text, as parallel packers write it.
    let skippable = [&b"\x5a\x2a\x4d\x18\x03\0\0\0abc"[..], &zstd(b"text\n")].concat();
    check("x.zst", &[zstd(b"first\n"), skippable].concat(), &[("x.zst", "first\ntext\n")]);
}

#[test]
fn a_compression_without_its_end_keeps_what_came() {
    let text = logs(30_000);
    for (name, pack) in
        [("x.gz", (|t: &[u8]| gzip(t)) as fn(&[u8]) -> Vec<u8>), ("x.zst", zstd), ("x.bz2", bzip2)]
    {
        let packed = pack(text.as_bytes());
        let inputs = [input(name, &packed[..packed.len() * 3 / 4])];
        let all = everything(&inputs);
        assert_eq!(all.unread(), [(name, UnreadReason::Damaged)]);
        let read = &all.files[0].text;
        assert!(text.as_bytes().starts_with(read), "{name}");
        assert!(read.len() > text.len() / 3, "{name}: {} of {}", read.len(), text.len());
        assert!(all.sentence(name).contains(&format!("{} bytes of text were read", read.len())));
        let trailing = [packed.clone(), b"something else".to_vec()].concat();
        let all = everything(&[input(name, trailing)]);
        assert_eq!(all.unread(), [(name, UnreadReason::Damaged)]);
        assert_eq!(all.texts(), pairs(&[(name, &text)]));
        let mut wrong = packed;
        let middle = wrong.len() / 2;
        wrong[middle..middle + 9].fill(0x55);
        assert_eq!(everything(&[input(name, wrong)]).unread().len(), 1, "{name}");
    }
}

#[test]
fn tar_archives_are_read_in_every_compression() {
    let tree = [(LOG, "log\n"), ("debug/crdb_internal.jobs.txt", "id\n"), ("debug/empty.log", "")];
    let mut expected = tree;
    expected.sort();
    let tar = Tar::of(&tree)
        .member("debug/nodes/", b'5', b"")
        .member("debug/nodes/1/logs/cockroach.log", b'2', b"")
        .file("debug/nodes/1/heap.pprof", &[7; 2000])
        .bytes();
    for packed in [tar.clone(), gzip(&tar), zstd(&tar), bzip2(&tar)] {
        check("debug.tgz", &packed, &expected);
        let all = everything(&[input("debug.tgz", packed)]);
        assert_eq!(all.tally.skipped, 1);
        assert!(all.tally.complete_tree());
    }
}

#[test]
fn long_names_and_sizes_of_tar_are_those_of_its_attributes() {
    let long = format!("{}/nodes/7/logs/cockroach.log", "d".repeat(120));
    let longer = format!("{}/nodes/8/logs/cockroach.log", "e".repeat(300));
    let record = |text: &str| {
        let len = (text.len() + 1..).find(|len| format!("{len} {text}\n").len() == *len).unwrap();
        format!("{len} {text}\n")
    };
    let attributes = format!("{}{}", record("mtime=1.5"), record(&format!("path={longer}")));
    let tar = Tar::default()
        .file(&long, b"posix prefix\n")
        .member("././@LongLink", b'L', format!("{longer}\0").as_bytes())
        .file("cut", b"gnu\n")
        .member("PaxHeaders/x", b'x', attributes.as_bytes())
        .file("cut too", b"pax\n")
        .member("pax_global_header", b'g', record("comment=x").as_bytes())
        .file("after", b"plain\n");
    let second = format!("{longer} (2)");
    let expected =
        [("after", "plain\n"), (&long, "posix prefix\n"), (&longer, "gnu\n"), (&second, "pax\n")];
    check("x.tar", &tar.bytes(), &expected);
}

#[test]
fn a_tar_archive_that_is_cut_or_overwritten_keeps_the_rest() {
    let text = logs(200);
    let tar = Tar::of(&[("a.log", &text), ("b.log", &text), ("c.log", &text)]).bytes();
    let all = everything_of("x.tar", &tar[..700 + text.len()]);
    assert_eq!(all.unread(), [("x.tar", UnreadReason::Damaged)]);
    let all = everything_of("x.tar", &tar[..text.len() + 2000]);
    let damaged = UnreadReason::Damaged;
    assert_eq!(all.unread(), [("b.log", damaged), ("x.tar", damaged)]);
    assert!(all.tally.nodes_missing);
    let mut broken = tar;
    let second = 512 + text.len().next_multiple_of(512);
    broken[second..second + 512].fill(b'#');
    let all = everything_of("x.tar", &broken);
    assert_eq!(all.texts(), pairs(&[("a.log", &text), ("c.log", &text)]));
    assert_eq!(all.unread(), [("x.tar", damaged)]);
}

#[test]
fn archives_in_archives_are_opened_to_a_depth_of_three() {
    let inner = Zip::of(&[("nodes/1/logs/x.log", "deep\n")]).bytes();
    let tgz = gzip(&Tar::default().file("n1.zip", &inner).bytes());
    let outer = Zip::default().and(Member::new("logs.tgz", &tgz)).bytes();
    check("all.zip", &outer, &[("logs.tgz » n1.zip » nodes/1/logs/x.log", "deep\n")]);
    let too_deep = Zip::default().and(Member::new("all.zip", &outer)).bytes();
    let all = everything_of("more.zip", &too_deep);
    let path = "all.zip » logs.tgz » n1.zip";
    assert_eq!(all.unread(), [(path, UnreadReason::Unsupported)]);
    assert!(all.tally.nodes_missing && all.files.is_empty());
    // Also one that is stored, whose own descriptors are not those of the archive around it.
    let stored = Zip::default().and(Member { method: 0, ..Member::new("n1.zip", &inner) });
    check("all.zip", &stored.bytes(), &[("n1.zip » nodes/1/logs/x.log", "deep\n")]);
}

#[test]
fn what_nobody_needs_is_passed_over_by_name_however_it_is_packed() {
    let zip = Zip::default()
        .and(Member::new("debug/nodes/1/goroutines/goroutine_dump.1.txt.gz", gzip(b"stacks")))
        .and(Member::new("debug/jobs/1/running/trace.zip", Zip::default().bytes()))
        .and(Member::new("debug/nodes/1/heap.pprof.gz", gzip(b"profile")))
        .and(Member::new("debug/nodes/1/logs/x.log.zst", zstd(b"log\n")));
    let all = everything_of("debug.zip", &zip.bytes());
    assert_eq!(all.texts(), pairs(&[("debug/nodes/1/logs/x.log.zst", "log\n")]));
    assert_eq!((all.tally.skipped, all.unread().len()), (3, 0));
}

#[test]
fn packings_that_are_not_read_are_named() {
    for (bytes, name) in [
        (&b"7z\xbc\xaf\x27\x1c\0\x04rest"[..], "7-Zip"),
        (b"Rar!\x1a\x07\x01\0rest", "RAR"),
        (b"\x04\x22\x4d\x18rest", "LZ4"),
    ] {
        let all = everything_of("debug.7z", bytes);
        assert_eq!(all.unread(), [("debug.7z", UnreadReason::Unsupported)]);
        assert!(all.sentence("debug.7z").contains(name));
        assert!(all.tally.nodes_missing);
        let zip = Zip::default().and(Member::new("logs.rar", bytes)).bytes();
        assert_eq!(
            everything_of("x.zip", &zip).unread(),
            [("logs.rar", UnreadReason::Unsupported)]
        );
    }
}

#[test]
fn a_bomb_in_a_bomb_stops_at_the_ratio_and_the_rest_of_the_bundle_is_read() {
    // Each gigabyte of zeros is a megabyte of gzip, and that a kilobyte.
    let zeros = gzip(&vec![0; 48 << 20]);
    let tar = (0..40).fold(Tar::default(), |tar, n| tar.file(&format!("{n}.log.gz"), &zeros));
    let bomb = gzip(&tar.bytes());
    let zip = Zip::default().and(Member::new("bomb.tgz", &bomb)).and(Member::new("z.log", "log\n"));
    let all = everything(&[input("debug.zip", zip.bytes())]);
    let limit = UnreadReason::LimitReached;
    let reached: Vec<_> = all.unread().into_iter().filter(|(_, reason)| *reason == limit).collect();
    assert_eq!(reached.len(), 2, "the file that was open, and the archive: {reached:?}");
    let text: usize = all.files.iter().map(|file| file.text.len()).sum();
    assert!(text as u64 <= Limits::FREE + Limits::RATIO * bomb.len() as u64 + 4);
    assert_eq!(all.files.last().unwrap().text, b"log\n");
}
