//! Archives without a usable directory, read by the headers before their members.

use super::*;

/// The archive without what stands after its last member.
fn headless(zip: &Zip) -> Vec<u8> {
    let bytes = zip.bytes();
    let end = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[..end].to_vec()
}

fn everything_of(bytes: &[u8]) -> Everything {
    let inputs = [input("debug.zip", bytes)];
    let whole = everything(&inputs);
    for slice in [1, 3, 29, 64, 1000] {
        let sliced = everything_within(&inputs, &Limits { slice, ..Limits::default() });
        assert_eq!(sliced.texts(), whole.texts(), "slices of {slice}");
        assert_eq!(sliced.unread(), whole.unread(), "slices of {slice}");
    }
    whole
}

const DAMAGED: UnreadReason = UnreadReason::Damaged;

#[test]
fn members_are_found_by_their_own_headers() {
    let tree = [(LOG, "log\n"), ("debug/crdb_internal.jobs.txt", "id\n"), ("debug/z.log", "")];
    let mut expected = tree;
    expected.sort();
    let each = |change: fn(&mut Member)| {
        let mut zip = Zip::of(&tree).and(Member::new("debug/nodes/1/heap.pprof", [7; 900]));
        zip.members.iter_mut().for_each(change);
        zip
    };
    let variants = [
        each(|_| {}),
        each(|m| m.method = 0),
        each(|m| m.descriptor = false),
        each(|m| (m.descriptor, m.method) = (false, 0)),
        each(|m| m.local_extra = 40_000),
    ];
    for (number, zip) in variants.iter().enumerate() {
        let all = everything_of(&headless(zip));
        assert_eq!(all.texts(), pairs(&expected), "variant {number}");
        assert_eq!(all.unread(), [("debug.zip", DAMAGED)], "variant {number}");
        assert_eq!(all.tally.skipped, 1, "variant {number}");
        assert!(all.tally.nodes_missing);
        assert!(all.sentence("debug.zip").contains("4 files in it were found"), "variant {number}");
    }
}

#[test]
fn descriptors_may_lack_their_signature_or_be_wide() {
    let (one, two) = (Member::new("a.log", logs(50)), Member::new("b.log", "second\n"));
    for signature in [true, false] {
        for wide in [true, false] {
            let mut bytes = Vec::new();
            for member in [&one, &two] {
                bytes.extend(member.local_with(signature, wide));
            }
            let all = everything_of(&bytes);
            assert_eq!(all.texts(), pairs(&[("a.log", &logs(50)), ("b.log", "second\n")]));
            assert_eq!(all.unread(), [("debug.zip", DAMAGED)]);
        }
    }
}

#[test]
fn a_member_that_is_cut_keeps_what_came() {
    let text = logs(20_000);
    let whole = headless(&Zip::of(&[("a.log", "first\n"), ("b.log", &text)]));
    let all = everything_of(&whole[..whole.len() / 2]);
    assert_eq!(all.unread(), [("b.log", DAMAGED), ("debug.zip", DAMAGED)]);
    let cut = &all.files[1].text;
    assert!(text.as_bytes().starts_with(cut) && cut.len() > text.len() / 4);
    assert!(all.sentence("b.log").contains(&format!("{} bytes of text were read", cut.len())));
}

#[test]
fn a_break_within_costs_one_member_and_the_next_is_found_again() {
    let text = logs(5_000);
    let zip = Zip::of(&[("a.log", &text), ("b.log", &text), ("c.log", &text)]);
    let mut bytes = headless(&zip);
    let third = bytes.len() / 3;
    bytes[third / 2..third / 2 + 60].fill(0xff);
    let all = everything_of(&bytes);
    let texts = all.texts();
    assert_eq!(texts[1..], pairs(&[("b.log", &text), ("c.log", &text)]));
    assert!(text.starts_with(&texts[0].1[..texts[0].1.len() / 2]));
    assert_eq!(all.unread(), [("a.log", DAMAGED), ("debug.zip", DAMAGED)]);
}

#[test]
fn a_break_in_an_archive_that_is_a_stream_leaves_a_doubt_about_its_neighbour() {
    let text = logs(5_000);
    let zip = Zip::of(&[("a.log", &text), ("b.log", "next\n")]);
    let mut inner = zip.bytes();
    inner[2_000..2_060].fill(0xff);
    let outer = Zip::default().and(Member::new("n1.zip", inner));
    let all = everything_of(&outer.bytes());
    assert_eq!(all.unread(), [("n1.zip", DAMAGED), ("n1.zip » a.log", DAMAGED)]);
    assert!(all.sentence("n1.zip").contains("files after it may be missing"));
    assert!(all.tally.nodes_missing);
}

#[test]
fn a_wrong_sum_is_told_and_the_next_member_is_read() {
    for method in [8, 0] {
        let zip = Zip::default()
            .and(Member {
                wrong_crc: true,
                method,
                descriptor: method == 8,
                ..Member::new("a.log", "text\n")
            })
            .and(Member::new("b.log", "next\n"));
        let all = everything_of(&headless(&zip));
        assert_eq!(all.texts(), pairs(&[("a.log", "text\n"), ("b.log", "next\n")]));
        let mismatch = UnreadReason::ChecksumMismatch;
        assert_eq!(all.unread(), [("a.log", mismatch), ("debug.zip", DAMAGED)]);
    }
}

#[test]
fn encrypted_and_unknown_members_are_named_and_passed_over() {
    for descriptor in [true, false] {
        let zip = Zip::default()
            .and(Member { flags: 1, descriptor, ..Member::new("locked.log", logs(40)) })
            .and(Member { method: 93, descriptor, ..Member::new("new.log", logs(40)) })
            .and(Member::new("z.log", "next\n"));
        let all = everything_of(&headless(&zip));
        assert_eq!(all.texts(), pairs(&[("z.log", "next\n")]));
        let unsupported = UnreadReason::Unsupported;
        let expected =
            [("debug.zip", DAMAGED), ("locked.log", unsupported), ("new.log", unsupported)];
        assert_eq!(all.unread(), expected);
    }
}

#[test]
fn a_directory_that_breaks_off_is_no_reason_to_lose_files() {
    let zip = Zip::of(&[("a.log", "1\n"), ("b.log", "2\n"), ("c.log", "3\n")]);
    let mut bytes = zip.bytes();
    let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap() - 60;
    bytes[second..second + 20].fill(0);
    let all = everything_of(&bytes);
    assert_eq!(all.texts(), pairs(&[("a.log", "1\n"), ("b.log", "2\n"), ("c.log", "3\n")]));
    assert_eq!(all.unread(), [("debug.zip", DAMAGED)]);
}

#[test]
fn what_is_cut_within_an_archive_within_another_is_named_at_each_level() {
    let inner = headless(&Zip::of(&[("nodes/1/logs/x.log", "in the cut one\n")]));
    let zip = Zip::default().and(Member::new("n1.zip", inner)).and(Member::new("z.log", "log\n"));
    let all = everything_of(&zip.bytes());
    let expected =
        pairs(&[("n1.zip » nodes/1/logs/x.log", "in the cut one\n"), ("z.log", "log\n")]);
    assert_eq!(all.texts(), expected);
    assert_eq!(all.unread(), [("n1.zip", DAMAGED)]);
}
