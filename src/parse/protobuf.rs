//! A look at an encoded protobuf message, field by field, without its schema. Whoever asks knows the numbers.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// An integer or a truth value.
    Varint(u64),
    /// Four bytes: a `float` or a fixed integer.
    Fixed32(u32),
    /// Eight bytes.
    Fixed64(u64),
    /// Text, bytes, a message within the message, or packed numbers.
    Bytes(&'a [u8]),
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With its last byte.
    Whole,
    /// Within a field: the rest is missing.
    Cut,
    /// With something that is no field.
    Broken,
}

/// Calls `found` with the number and value of each field in order. A text, message or list that is cut is passed as far
/// as it goes; nothing nests by recursion.
pub(crate) fn fields<'a>(mut message: &'a [u8], mut found: impl FnMut(u64, Value<'a>)) -> End {
    while !message.is_empty() {
        let (tag, rest) = match varint(message) {
            Ok(read) => read,
            Err(end) => return end,
        };
        let number = tag >> 3;
        if number == 0 || number >= 1 << 29 {
            return End::Broken;
        }
        let (value, rest) = match tag & 7 {
            0 => match varint(rest) {
                Ok((value, rest)) => (Value::Varint(value), rest),
                Err(end) => return end,
            },
            1 => match rest.split_first_chunk() {
                Some((bytes, rest)) => (Value::Fixed64(u64::from_le_bytes(*bytes)), rest),
                None => return End::Cut,
            },
            2 => {
                let (length, rest) = match varint(rest) {
                    Ok(read) => read,
                    Err(end) => return end,
                };
                match usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length))
                {
                    Some((bytes, rest)) => (Value::Bytes(bytes), rest),
                    None => {
                        found(number, Value::Bytes(rest));
                        return End::Cut;
                    }
                }
            }
            5 => match rest.split_first_chunk() {
                Some((bytes, rest)) => (Value::Fixed32(u32::from_le_bytes(*bytes)), rest),
                None => return End::Cut,
            },
            _ => return End::Broken,
        };
        found(number, value);
        message = rest;
    }
    End::Whole
}

/// The numbers of a list: packed into one field, or one of several fields.
pub(crate) fn numbers(value: Value<'_>) -> Vec<u64> {
    match value {
        Value::Varint(number) => vec![number],
        Value::Bytes(mut packed) => {
            let mut all = Vec::new();
            while let Ok((number, rest)) = varint(packed) {
                all.push(number);
                packed = rest;
            }
            all
        }
        _ => Vec::new(),
    }
}

/// The variable-length number that `bytes` begins with, and the rest.
fn varint(bytes: &[u8]) -> Result<(u64, &[u8]), End> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        number |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((number, &bytes[at + 1..]));
        }
    }
    Err(if bytes.len() < 10 { End::Cut } else { End::Broken })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(message: &[u8]) -> (Vec<(u64, Value<'_>)>, End) {
        let mut found = Vec::new();
        let end = fields(message, |number, value| found.push((number, value)));
        (found, end)
    }

    #[test]
    fn each_kind_of_field_is_read() {
        let message =
            b"\x0a\x02hi\x10\x96\x01\x1d\x00\x00\x80\x3f\x21\x01\0\0\0\0\0\0\0\xa2\x02\x00";
        let expected = [
            (1, Value::Bytes(b"hi")),
            (2, Value::Varint(150)),
            (3, Value::Fixed32(1.0f32.to_bits())),
            (4, Value::Fixed64(1)),
            (36, Value::Bytes(b"")),
        ];
        assert_eq!(all(message), (expected.to_vec(), End::Whole));
        assert_eq!(numbers(Value::Bytes(b"\x01\x96\x01")), [1, 150]);
        assert_eq!(numbers(Value::Varint(7)), [7]);
    }

    #[test]
    fn a_cut_message_keeps_what_stands_before() {
        assert_eq!(
            all(b"\x10\x05\x0a\x09abc"),
            (vec![(2, Value::Varint(5)), (1, Value::Bytes(b"abc"))], End::Cut)
        );
        assert_eq!(all(b"\x10\x80"), (vec![], End::Cut));
        for broken in [&b"\x00"[..], b"\x0b", b"\x0f", &[0xFF; 11]] {
            assert_eq!(all(broken).1, End::Broken, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (found, _) = all(&bytes);
            found.into_iter().for_each(|(_, value)| drop(numbers(value)));
        }
    }
}
