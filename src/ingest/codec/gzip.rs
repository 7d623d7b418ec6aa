//! gzip members (RFC 1952): a header, a deflate stream, and the sum and length of its text.

use std::ops::ControlFlow;

use crdb_triage_hot::crc32::Crc32;

use super::{Fault, Fed, Inflater};

/// Flags of a header. Those that no part is known for make it unreadable.
const HEADER_SUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const UNKNOWN: u8 = 0b1110_0000;

/// What every header begins with: what it is, and that it holds a deflate stream.
const START: [u8; 3] = [0x1F, 0x8B, 8];

/// Inflates one member that arrives in pieces.
pub(super) struct Gzip {
    part: Part,
    flags: u8,
    inflater: Inflater,
    /// Of the header, then of the text.
    sum: Crc32,
    /// Length of the text, modulo 2³².
    len: u32,
}

/// What comes next. Bytes are counted and collected as far as they have come.
#[derive(Clone, Copy)]
enum Part {
    /// Ten bytes that every member has.
    Start(u8),
    ExtraLength(u8, u16),
    Extra(u16),
    /// Name, then comment; each ends with a zero.
    Name,
    Comment,
    HeaderSum(u8, u16),
    Text,
    /// Sum and length of the text, modulo 2³².
    Trailer(u8, u64),
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            part: Part::Start(0),
            flags: 0,
            inflater: Inflater::default(),
            sum: Crc32::default(),
            len: 0,
        }
    }
}

impl Gzip {
    /// Ready for the next member.
    pub(super) fn restart(&mut self) {
        (self.part, self.flags) = (Part::Start(0), 0);
        self.inflater.restart();
        (self.sum, self.len) = (Crc32::default(), 0);
    }

    /// Inflates the next piece, handing text to `deliver`. Text that comes before a fault is delivered first.
    pub(super) fn feed<B>(
        &mut self,
        input: &[u8],
        mut deliver: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        let mut used = 0;
        while let Some(byte) = input.get(used) {
            if let Part::Text = self.part {
                let (sum, len) = (&mut self.sum, &mut self.len);
                let fed = self.inflater.feed(&input[used..], |text, _| {
                    sum.update(text);
                    *len = len.wrapping_add(text.len() as u32);
                    deliver(text)
                })?;
                let Fed::Ended(of_rest) = fed else { return ControlFlow::Continue(fed) };
                used += of_rest;
                self.part = Part::Trailer(0, 0);
                continue;
            }
            used += 1;
            if let Part::Trailer(have, value) = self.part {
                let value = value | u64::from(*byte) << (8 * have);
                self.part = Part::Trailer(have + 1, value);
                if have == 7 {
                    let expected = u64::from(self.len) << 32 | u64::from(self.sum.sum());
                    return ControlFlow::Continue(if value == expected {
                        Fed::Ended(used)
                    } else {
                        Fed::Broken(Fault::Checksum)
                    });
                }
            } else {
                match self.header(*byte) {
                    Some(part) => self.part = part,
                    None => return ControlFlow::Continue(Fed::Broken(Fault::Invalid)),
                }
            }
        }
        ControlFlow::Continue(Fed::Hungry)
    }

    /// Takes a byte of the header and says what follows; nothing if this is no header.
    fn header(&mut self, byte: u8) -> Option<Part> {
        let sum = self.sum.sum() as u16;
        self.sum.update(&[byte]);
        if let Part::Start(3) = self.part {
            self.flags = byte;
        }
        let has = |flag| self.flags & flag != 0;
        let part = match self.part {
            Part::Start(at) => {
                if START.get(usize::from(at)).is_some_and(|expected| byte != *expected) {
                    return None;
                }
                if at < 9 {
                    return (self.flags & UNKNOWN == 0).then_some(Part::Start(at + 1));
                }
                if has(EXTRA) { Part::ExtraLength(0, 0) } else { Part::Extra(0) }
            }
            Part::ExtraLength(0, _) => return Some(Part::ExtraLength(1, u16::from(byte))),
            Part::ExtraLength(_, low) => Part::Extra(low | u16::from(byte) << 8),
            Part::Extra(left) => Part::Extra(left - 1),
            Part::Name if byte == 0 => Part::Comment,
            Part::Comment if byte == 0 => Part::HeaderSum(0, 0),
            part @ (Part::Name | Part::Comment) => return Some(part),
            Part::HeaderSum(0, _) => {
                // The sum is of what stands before it.
                return Some(Part::HeaderSum(1, sum ^ u16::from(byte)));
            }
            Part::HeaderSum(_, differs) => {
                if differs != u16::from(byte) << 8 {
                    return None;
                }
                Part::Text
            }
            Part::Text | Part::Trailer(..) => return None,
        };
        // Parts that are not there are passed over.
        let part = match part {
            Part::Extra(0) => Part::Name,
            part => part,
        };
        let part = match part {
            Part::Name if !has(NAME) => Part::Comment,
            part => part,
        };
        let part = match part {
            Part::Comment if !has(COMMENT) => Part::HeaderSum(0, 0),
            part => part,
        };
        let part = match part {
            Part::HeaderSum(..) if !has(HEADER_SUM) => Part::Text,
            part => part,
        };
        if let Part::Text = part {
            self.sum = Crc32::default();
        }
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Crc, Decompress, FlushDecompress, Status};

    use super::*;

    /// A member with these flags, whose text is the bytes of `text`.
    fn member(flags: u8, text: &str) -> Vec<u8> {
        let mut bytes = vec![0x1F, 0x8B, 8, flags, 1, 2, 3, 4, 0, 255];
        if flags & EXTRA != 0 {
            bytes.extend_from_slice(b"\x03\x00abc");
        }
        if flags & NAME != 0 {
            bytes.extend_from_slice(b"cockroach.log\0");
        }
        if flags & COMMENT != 0 {
            bytes.push(0);
        }
        let mut sum = Crc::new();
        if flags & HEADER_SUM != 0 {
            sum.update(&bytes);
            bytes.extend_from_slice(&(sum.sum() as u16).to_le_bytes());
            sum.reset();
        }
        // One stored block.
        let len = text.len() as u16;
        bytes.push(1);
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.extend_from_slice(&(!len).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        sum.update(text.as_bytes());
        bytes.extend_from_slice(&sum.sum().to_le_bytes());
        bytes.extend_from_slice(&u32::from(len).to_le_bytes());
        bytes
    }

    fn read(bytes: &[u8], piece: usize) -> (String, Option<Fault>, bool) {
        let mut gzip = Gzip::default();
        let mut all = Vec::new();
        for piece in bytes.chunks(piece) {
            let fed = gzip.feed(piece, |text| {
                all.extend_from_slice(text);
                ControlFlow::<()>::Continue(())
            });
            match fed {
                ControlFlow::Continue(Fed::Hungry) => {}
                ControlFlow::Continue(Fed::Broken(fault)) => {
                    return (String::from_utf8_lossy(&all).into_owned(), Some(fault), false);
                }
                _ => return (String::from_utf8_lossy(&all).into_owned(), None, true),
            }
        }
        (String::from_utf8_lossy(&all).into_owned(), None, false)
    }

    /// Whether zlib-rs reads it to its end.
    fn others_read(bytes: &[u8]) -> bool {
        let mut engine = Decompress::new_gzip(15);
        let result = engine.decompress(bytes, &mut [0; 1000], FlushDecompress::None);
        result.is_ok_and(|status| status == Status::StreamEnd)
    }

    #[test]
    fn every_combination_of_parts_is_read_in_any_pieces() {
        for flags in 0..32 {
            let bytes = member(flags, "some text");
            assert!(others_read(&bytes));
            for piece in [1, 2, 7, 1000] {
                assert_eq!(read(&bytes, piece), ("some text".to_owned(), None, true), "{flags}");
            }
        }
    }

    #[test]
    fn a_byte_that_is_another_is_noticed_where_others_notice_it() {
        for flags in [0, HEADER_SUM | EXTRA | NAME | COMMENT] {
            let bytes = member(flags, "some text");
            for at in 0..bytes.len() {
                for bit in 0..8 {
                    let mut other = bytes.clone();
                    other[at] ^= 1 << bit;
                    let (_, _, whole) = read(&other, 3);
                    assert_eq!(whole, others_read(&other), "bit {bit} of byte {at}, flags {flags}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_sum_is_no_invalid_stream() {
        let mut bytes = member(0, "some text");
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(read(&bytes, 5), ("some text".to_owned(), Some(Fault::Checksum), false));
    }
}
