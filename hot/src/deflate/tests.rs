//! Held against zlib-rs: on its own streams, on damaged ones, and on bytes that are none; in any pieces.

use std::ops::ControlFlow;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use proptest::prelude::*;

use super::*;

/// What came of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    text: Vec<u8>,
    /// How it ended: after so many bytes, not at all, or broken.
    end: Fed,
}

fn ours(stream: &[u8], piece: usize) -> Came {
    let mut inflate = Inflate::default();
    let (mut text, mut before) = (Vec::new(), 0);
    for piece in stream.chunks(piece.max(1)) {
        let mut used = 0;
        let fed = inflate.feed(piece, |more, of_piece| {
            assert!(of_piece >= used && of_piece <= piece.len());
            used = of_piece;
            text.extend_from_slice(more);
            ControlFlow::<()>::Continue(())
        });
        let ControlFlow::Continue(fed) = fed else { unreachable!() };
        match fed {
            Fed::Hungry => before += piece.len(),
            Fed::Ended(used) => return Came { text, end: Fed::Ended(before + used) },
            Fed::Broken => return Came { text, end: Fed::Broken },
        }
    }
    Came { text, end: Fed::Hungry }
}

fn theirs(stream: &[u8]) -> Came {
    let mut engine = Decompress::new(false);
    let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let (taken, made) = (engine.total_in() as usize, engine.total_out() as usize);
        let result = engine.decompress(&stream[taken..], &mut buffer, FlushDecompress::None);
        let produced = engine.total_out() as usize - made;
        text.extend_from_slice(&buffer[..produced]);
        match result {
            Err(_) => return Came { text, end: Fed::Broken },
            Ok(Status::StreamEnd) => {
                return Came { text, end: Fed::Ended(engine.total_in() as usize) };
            }
            Ok(_) if produced == 0 && engine.total_in() as usize == taken => {
                return Came { text, end: Fed::Hungry };
            }
            Ok(_) => {}
        }
    }
}

/// A stream of `text`, with the end of a block after each so many bytes.
fn deflate(text: &[u8], level: u32, block: usize) -> Vec<u8> {
    let mut engine = Compress::new(Compression::new(level), false);
    let mut stream = Vec::new();
    for piece in text.chunks(block.max(1)) {
        let end = engine.total_in() + piece.len() as u64;
        while engine.total_in() < end {
            stream.reserve(1 << 16);
            let rest = &piece[piece.len() - (end - engine.total_in()) as usize..];
            engine.compress_vec(rest, &mut stream, FlushCompress::Sync).unwrap();
        }
    }
    loop {
        stream.reserve(1 << 16);
        let status = engine.compress_vec(&[], &mut stream, FlushCompress::Finish).unwrap();
        if status == Status::StreamEnd {
            return stream;
        }
    }
}

/// Lines that repeat as those of a log do, by `seed`; some bytes are as rare as can be.
fn log(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut random = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = Vec::new();
    while text.len() < len {
        match random(8) {
            0 => text.extend((0..random(40)).map(|_| random(256) as u8)),
            1 => text.resize(text.len() + random(600) as usize, b'0' + random(10) as u8),
            2 => text.extend_from_slice(&(random(1 << 30) as u32).to_string().into_bytes()),
            _ => {
                let from = random(text.len() as u64 + 1) as usize;
                let until = text.len().min(from + random(300) as usize);
                text.extend_from_within(from..until);
            }
        }
        text.extend_from_slice(b"I250422 06:00:00.");
    }
    text.truncate(len);
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn streams_come_out_as_they_went_in(
        seed: u64, len in 0..700_000usize, level in 0..10u32, block in 1..200_000usize, piece in 1..70_000usize
    ) {
        let text = log(seed, len);
        let mut stream = deflate(&text, level, block);
        let end = Fed::Ended(stream.len());
        stream.extend_from_slice(b"what follows");
        for piece in [piece, stream.len()] {
            let came = ours(&stream, piece);
            prop_assert_eq!(came.end, end);
            prop_assert!(came.text == text);
        }
    }

    #[test]
    fn damaged_streams_break_where_others_say_and_what_came_before_is_the_same(
        seed: u64, len in 1..100_000usize, level in 0..10u32, block in 1..50_000usize, piece in 1..3000usize,
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        cut: proptest::sample::Index
    ) {
        let mut stream = deflate(&log(seed, len), level, block);
        for (at, byte) in damage {
            let at = at.index(stream.len());
            stream[at] ^= byte;
        }
        stream.truncate(cut.index(stream.len()) + 1);
        let expected = theirs(&stream);
        prop_assert_eq!(&ours(&stream, piece), &expected);
        prop_assert_eq!(&ours(&stream, stream.len()), &expected);
    }

    #[test]
    fn bytes_that_are_no_stream_are_broken_where_others_say(
        bytes in proptest::collection::vec(any::<u8>(), 1..400), piece in 1..40usize
    ) {
        let expected = theirs(&bytes);
        prop_assert_eq!(&ours(&bytes, piece), &expected);
        prop_assert_eq!(&ours(&bytes, 400), &expected);
    }

    /// The beginnings of blocks with codes of their own, whose lengths are any.
    #[test]
    fn any_code_is_taken_or_refused_as_others_do(
        lengths in proptest::collection::vec(any::<u8>(), 1..200), piece in 1..40usize, counts in 0..16384u32
    ) {
        let head = 0b101 | counts << 3;
        let mut bytes = head.to_le_bytes().to_vec();
        bytes.extend(lengths);
        let expected = theirs(&bytes);
        prop_assert_eq!(&ours(&bytes, piece), &expected);
    }
}

#[test]
fn one_byte_at_a_time_is_enough() {
    let text = log(7, 300_000);
    for level in [0, 1, 6, 9] {
        let stream = deflate(&text, level, 100_000);
        let came = ours(&stream, 1);
        assert_eq!(came.end, Fed::Ended(stream.len()));
        assert!(came.text == text, "{level}");
    }
}

#[test]
fn what_lies_at_the_end_of_the_window_is_reached_and_nothing_before_it() {
    let mut text = log(3, 1 << 15);
    text[..40].copy_from_slice(b"forty bytes that stand nowhere else: 123");
    text.extend_from_within(..40);
    let stream = deflate(&text, 9, 1 << 20);
    assert!(ours(&stream, 1 << 20).text == text);
    // A match of three bytes, one byte back, by the codes that need not be told, where nothing stands before it.
    let nothing_before = [0b0000_0011, 0b0000_0010, 0];
    assert_eq!(theirs(&nothing_before), ours(&nothing_before, 3));
    assert_eq!(ours(&nothing_before, 1).end, Fed::Broken);
}

#[test]
fn text_that_ends_near_the_end_of_the_buffer_comes_out_whole() {
    // The last byte of the stream can hold both a long match, for which there is no room, and the end: then text is left
    // when no input is.
    for len in (output::FULL - 20..output::FULL + 33_500).step_by(61) {
        let text = vec![b'0'; len];
        let stream = deflate(&text, 9, len);
        let came = ours(&stream, stream.len());
        assert!(came.text == text && came.end == Fed::Ended(stream.len()), "{len}");
    }
}

#[test]
fn literals_and_the_longest_match_after_them_find_room_behind_the_buffer() {
    // Bytes that stand nowhere before are literals; and the stream goes on, so nobody has to be careful.
    let rare = [250, 251, 252, 253, 254, 255];
    for at in output::FULL - 16..output::FULL + 2 {
        let mut text = log(5, at - 300);
        text.extend_from_within(..300);
        for literals in 0..=6 {
            let mut text = text.clone();
            text.extend_from_slice(&rare[..literals]);
            text.extend_from_within(at - 2000..at - 1700);
            text.extend(log(9, 4000));
            let stream = deflate(&text, 9, text.len());
            let came = ours(&stream, stream.len());
            assert!(came.text == text && came.end == Fed::Ended(stream.len()), "{at} {literals}");
        }
    }
}

#[test]
fn a_stream_of_one_kind_of_byte_is_longer_than_any_buffer() {
    let text = vec![b'0'; 5_000_000];
    let stream = deflate(&text, 9, 5_000_000);
    let came = ours(&stream, stream.len());
    assert!(came.text == text && came.end == Fed::Ended(stream.len()));
}

#[test]
fn restarted_it_knows_nothing_of_the_stream_before() {
    let (first, second) = (deflate(b"the first text", 6, 99), deflate(b"another", 6, 99));
    let mut inflate = Inflate::default();
    let mut text = Vec::new();
    for stream in [&first[..5], &second] {
        inflate.restart();
        text.clear();
        let fed = inflate.feed(stream, |more, _| {
            text.extend_from_slice(more);
            ControlFlow::<()>::Continue(())
        });
        assert!(fed.is_continue());
    }
    assert_eq!(text, b"another");
}
