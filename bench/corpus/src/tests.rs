//! The text is the same each time, deflates as real logs do, and does not repeat itself.

use std::collections::HashSet;

use flate2::{Compress, Compression, FlushCompress};

use crate::{IMPORT_EVERY, JOBS, Log, SEED, table};

fn text(node: u32, bytes: usize) -> Vec<u8> {
    let mut out = Vec::new();
    Log::new(SEED, node).fill(&mut out, bytes);
    out
}

#[test]
fn a_seed_gives_the_same_bytes_for_ever() {
    // With other sums here, VERSION has to be another too.
    let sum = |bytes: &[u8]| crc32fast::hash(bytes);
    let sums = [
        sum(&text(1, 1 << 20)[..1 << 20]),
        sum(&text(4, 1 << 20)[..1 << 20]),
        sum(table(SEED, JOBS, IMPORT_EVERY).as_bytes()),
    ];
    assert_eq!(sums, [741_452_813, 4_060_923_970, 1_637_933_461]);
}

#[test]
fn how_much_is_asked_for_at_once_makes_no_difference() {
    let mut pieces = Vec::new();
    let mut log = Log::new(SEED, 2);
    for end in (0..300_000).step_by(7001) {
        log.fill(&mut pieces, end);
    }
    let whole = text(2, 400_000);
    assert!(pieces.len() > 250_000);
    assert!(pieces == whole[..pieces.len()]);
}

#[test]
fn it_deflates_to_about_a_fifth() {
    let text = text(1, 4 << 20);
    let mut out = Vec::with_capacity(text.len());
    let mut engine = Compress::new(Compression::new(6), false);
    engine.compress_vec(&text, &mut out, FlushCompress::Finish).unwrap();
    let ratio = text.len() as f64 / out.len() as f64;
    assert!((4.6..5.4).contains(&ratio), "{ratio}");
}

#[test]
fn no_entry_says_what_another_said() {
    let text = String::from_utf8(text(3, 8 << 20)).unwrap();
    let mut seen = HashSet::new();
    let entries = text.lines().filter(|line| !line.contains("] ") || !line.contains(" +"));
    // Behind time and goroutine; the counter makes each line different, so it goes too.
    let said = entries.filter_map(|line| Some(line.split_once("] ")?.1.split_once(' ')?.1));
    let (mut all, mut new) = (0, 0);
    for said in said {
        all += 1;
        new += usize::from(seen.insert(said));
    }
    assert!(all > 20_000 && new * 100 > all * 97, "{new} of {all}");
}
