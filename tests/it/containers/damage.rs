//! What is broken, refused or hostile is named, and what came before it is read.

use super::*;

#[test]
fn what_cannot_be_read_of_an_archive_is_named() {
    let zip = Zip::default()
        .and(Member { flags: 1, ..Member::new("locked.log", "secret") })
        .and(Member { method: 93, ..Member::new("modern.log", "zstd") })
        .and(Member { flags: 1, ..Member::new("locked.pprof", "nobody cares") })
        .and(Member { mode: 0o120_777, ..Member::new("cockroach.log", "elsewhere") })
        .and(Member { wrong_crc: true, ..Member::new("changed.log", "text\n") })
        .and(Member { wrong_crc: true, method: 0, ..Member::new("changed too.log", "text\n") });
    let all = everything(&[input("debug.zip", zip.bytes())]);
    let (unsupported, mismatch) = (UnreadReason::Unsupported, UnreadReason::ChecksumMismatch);
    assert_eq!(
        all.unread(),
        [
            ("changed too.log", mismatch),
            ("changed.log", mismatch),
            ("locked.log", unsupported),
            ("modern.log", unsupported),
        ]
    );
    assert_eq!((all.files.len(), all.tally.skipped), (2, 1));
    assert!(all.files.iter().all(|file| file.text == b"text\n"));
    assert!(all.sentence("locked.log").contains("encrypted"));
}

#[test]
fn what_came_before_a_break_is_delivered() {
    let text = logs(20_000);
    let zip = Zip::of(&[(LOG, &text)]);
    let mut bytes = zip.bytes();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0xff);
    let inputs = [input("debug.zip", bytes)];
    let (read, lack) = read(&inputs, &planned(&inputs).units[0], &Limits::default());
    assert!(read.len() > text.len() / 3 && read.len() < text.len());
    let same = read.iter().zip(text.as_bytes()).take_while(|(a, b)| a == b).count();
    assert!(same > text.len() / 3);
    assert_eq!(lack.unwrap().reason, UnreadReason::Damaged);
}

#[test]
fn a_zip_cut_or_changed_anywhere_loses_no_file_silently() {
    let whole = Zip::of(&[("a.log", "first\n"), (LOG, "second\n")]).bytes();
    let directory = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for cut in 4..whole.len() {
        let inputs = [input("debug.zip", &whole[..cut])];
        let all = everything(&inputs);
        let reason = UnreadReason::Damaged;
        let named = all.unread().contains(&("debug.zip", reason));
        // Whoever reaches the directory has passed all files.
        assert_eq!(named, cut < directory + 4, "cut at {cut}");
        assert_eq!(all.tally.nodes_missing, named);
        let text = all.files.iter().map(|file| file.text.len()).sum::<usize>();
        let complete = all.files.iter().all(|file| file.lack.is_none());
        assert!(!complete || named || text == "first\nsecond\n".len());
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            let inputs = [input("debug.zip", bytes)];
            everything_within(&inputs, &Limits { slice: 64, ..Limits::default() });
        }
    }
}

#[test]
fn parts_of_a_split_archive_and_lying_counts_are_refused() {
    let zip = Zip { disk: 1, ..Zip::of(&[(LOG, "x")]) };
    let unread = everything(&[input("debug.zip", zip.bytes())]);
    assert_eq!(unread.unread(), [("debug.zip", UnreadReason::Unsupported)]);
    let mut bytes = Zip::of(&[(LOG, "x")]).bytes();
    let count = bytes.len() - 22 + 10;
    bytes[count] = 2;
    let all = everything(&[input("debug.zip", bytes)]);
    assert_eq!(all.unread(), [("debug.zip", UnreadReason::Damaged)]);
    assert_eq!(all.texts(), pairs(&[(LOG, "x")]));
}

#[test]
fn members_that_share_bytes_are_refused() {
    let zip = Zip::of(&[("a", "text")]);
    let data = zip.bytes();
    // A second directory entry that leads to the same local header.
    let directory = data.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let end = data.len() - 22;
    let mut bytes = data[..end].to_vec();
    bytes.extend_from_slice(&data[directory..end]);
    let mut tail = data[end..].to_vec();
    tail[8] = 2;
    tail[10] = 2;
    tail[12] = (2 * (end - directory)) as u8;
    bytes.extend(tail);
    let all = everything(&[input("debug.zip", bytes)]);
    assert_eq!(all.files.len(), 1);
    assert_eq!(all.unread(), [("a (2)", UnreadReason::Damaged)]);
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let text = vec![b'0'; 3 << 20];
    let bomb = Zip::default().and(Member::new("bomb", &text));
    let (inputs, plan) = planned_zip(&bomb);
    let limits = Limits { text: 1_000_000, ..Limits::default() };
    let (read, lack) = read(&inputs, &plan.units[0], &limits);
    assert_eq!(read.len(), 1_000_000);
    assert_eq!(lack.unwrap().reason, UnreadReason::LimitReached);
}

#[test]
fn a_file_that_shrinks_keeps_what_came() {
    let inputs = [input("x.log", "0123456789")];
    let unit = Unit {
        bytes: 20,
        container: Container::ZipMember {
            header: 5,
            compressed: 10,
            uncompressed: 10,
            crc32: 0,
            method: 0,
        },
        ..planned(&inputs).units[0].clone()
    };
    let (text, lack) = read(&inputs, &unit, &Limits::default());
    assert_eq!((text.len(), lack.unwrap().reason), (0, UnreadReason::Damaged));
}

#[test]
fn text_of_another_size_than_the_directory_says_is_not_what_was_packed() {
    let mut bytes = Zip::of(&[(LOG, "text\n")]).bytes();
    let entry = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[entry + 24] += 1;
    let inputs = [input("debug.zip", bytes)];
    let (text, lack) = read(&inputs, &planned(&inputs).units[0], &Limits::default());
    assert_eq!(text, b"text\n");
    assert_eq!(lack.unwrap().reason, UnreadReason::ChecksumMismatch);
}
