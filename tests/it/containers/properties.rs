//! What holds for any input.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn any_slice_size_gives_the_same_text(
        texts in prop::collection::vec("(?s).{0,300}", 1..5),
        slice in 1_usize..400,
        method in prop::sample::select(vec![0_u16, 8]),
        from in 0_u64..400,
        len in 0_usize..400,
    ) {
        let member = |(n, text): (usize, &String)| Member { method, ..Member::new(format!("{n}"), text) };
        let zip = Zip { members: texts.iter().enumerate().map(member).collect(), ..Zip::default() };
        let all: Vec<u8> = texts.iter().flat_map(|text| gzip(text.as_bytes())).collect();
        let mut inputs = vec![input("a.zip", zip.bytes()), input("b.gz", all)];
        inputs.extend(texts.iter().enumerate().map(|(n, text)| input(&format!("c{n}"), text.as_bytes())));
        let plan = planned(&inputs);
        let expected = [texts.clone(), vec![texts.concat()], texts.clone()].concat();
        prop_assert_eq!(plan.units.len(), expected.len());
        let limits = Limits { slice, ..Limits::default() };
        for (unit, expected) in plan.units.iter().zip(&expected) {
            let (text, lack) = read(&inputs, unit, &limits);
            prop_assert_eq!(&text, expected.as_bytes());
            prop_assert_eq!(lack, None);
            let source = &inputs[unit.source as usize].source;
            let window = block_on(read_range(source, unit, &unit.path, &limits, from, len)).unwrap();
            let from = text.len().min(from as usize);
            prop_assert_eq!(window.text, &text[from..text.len().min(from + len)]);
            prop_assert_eq!(window.unread, None);
        }
    }

    #[test]
    fn random_bytes_add_up(
        start in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        end in prop::sample::select(vec![&b""[..], b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0"]),
        slice in 1_usize..700,
    ) {
        let inputs = [input("a/x", [start, &bytes, end].concat()), input("y", bytes)];
        everything_within(&inputs, &Limits { slice, text: 1 << 20, ..Limits::default() });
    }

    #[test]
    fn random_deflate_in_a_sound_archive_adds_up(data in prop::collection::vec(any::<u8>(), 0..600), flip in any::<prop::sample::Index>()) {
        let mut stream = deflate(logs(30).as_bytes());
        let at = flip.index(stream.len());
        stream.truncate(at);
        stream.extend(data);
        // Written as if stored, then said to be deflated in the directory.
        let mut bytes = Zip::default().and(Member { method: 0, ..Member::new("x", &stream) }).bytes();
        let entry = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
        bytes[entry + 10] = 8;
        let inputs = [input("x.zip", bytes)];
        everything_within(&inputs, &Limits { slice: 50, text: 1 << 20, ..Limits::default() });
    }
}
