//! Zstandard frames (RFC 8878).
//!
//! The decoder decodes all blocks that it is given at once, and a few bytes of one can stand for 128 KiB; so the
//! frame is taken apart here, and it gets one block at a time.
//!
//! Why: `docs/decisions/0015-push-decoders.md`.

use std::io::Read;
use std::ops::ControlFlow;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Fault, Fed, TEXT_BUFFER, WINDOW};

/// The largest block, compressed or not.
const BLOCK: usize = 128 << 10;
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A frame that holds no text begins with this, its first byte's lower half being any.
const SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// Decodes one frame that arrives in pieces.
pub(super) struct Zstd {
    engine: FrameDecoder,
    state: State,
    /// The part of the frame that is being put together.
    part: Vec<u8>,
    buffer: Vec<u8>,
    /// Whether the frame ends with a checksum.
    checksum: bool,
}

#[derive(Clone, Copy)]
enum State {
    Header,
    Block,
    /// So many bytes of a frame without text are left.
    Skip(u64),
}

/// What the part that is being put together is, as far as its first bytes tell.
enum Part {
    /// It takes so many bytes in all; at least so many more have to be seen before that is known.
    Needs(usize),
    Broken,
}

impl Default for Zstd {
    fn default() -> Self {
        let mut engine = FrameDecoder::new();
        engine.set_max_window_size(WINDOW);
        Self {
            engine,
            state: State::Header,
            part: Vec::new(),
            buffer: vec![0; TEXT_BUFFER],
            checksum: false,
        }
    }
}

impl Zstd {
    pub(super) fn restart(&mut self) {
        self.state = State::Header;
        self.part.clear();
    }

    pub(super) fn feed<B>(
        &mut self,
        input: &[u8],
        mut deliver: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        let mut used = 0;
        loop {
            if let State::Skip(left) = self.state {
                let rest = input.len() - used;
                let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(rest);
                used += skipped;
                let left = left - skipped as u64;
                if left == 0 {
                    return ControlFlow::Continue(Fed::Ended(used));
                }
                self.state = State::Skip(left);
                return ControlFlow::Continue(Fed::Hungry);
            }
            let needed = match self.needed() {
                Part::Needs(needed) => needed,
                Part::Broken => return ControlFlow::Continue(Fed::Broken(Fault::Invalid)),
            };
            let missing = needed.saturating_sub(self.part.len());
            if missing > 0 {
                let taken = missing.min(input.len() - used);
                self.part.extend_from_slice(&input[used..used + taken]);
                used += taken;
                if taken < missing {
                    return ControlFlow::Continue(Fed::Hungry);
                }
                continue;
            }
            match self.whole_part() {
                Ok(false) => self.drain(&mut deliver)?,
                Ok(true) => {
                    self.drain(&mut deliver)?;
                    return ControlFlow::Continue(if self.sum_is_wrong() {
                        Fed::Broken(Fault::Checksum)
                    } else {
                        Fed::Ended(used)
                    });
                }
                Err(fault) => return ControlFlow::Continue(Fed::Broken(fault)),
            }
        }
    }

    /// How long the current part is, or how much of it must be there to know.
    fn needed(&self) -> Part {
        let part = &self.part;
        match self.state {
            State::Skip(_) => Part::Needs(0),
            State::Header => {
                let is = |magic: [u8; 4]| {
                    part.iter().zip(magic).enumerate().all(|(at, (byte, expected))| {
                        let mask = if at == 0 && magic == SKIPPABLE { 0xf0 } else { 0xff };
                        byte & mask == expected
                    })
                };
                if part.len() >= 4 && is(SKIPPABLE) {
                    return Part::Needs(8);
                }
                if !is(MAGIC) && !is(SKIPPABLE) {
                    return Part::Broken;
                }
                part.get(4).map_or(Part::Needs(5), |descriptor| Part::Needs(header(*descriptor)))
            }
            State::Block => {
                let Some(block) = block(part) else { return Part::Needs(3) };
                let Some(content) = block.content else { return Part::Broken };
                let sum = if block.last && self.checksum { 4 } else { 0 };
                Part::Needs(3 + content + sum)
            }
        }
    }

    /// Decodes the part, which is whole. Whether the frame ended with it.
    fn whole_part(&mut self) -> Result<bool, Fault> {
        let part = std::mem::take(&mut self.part);
        let done = match self.state {
            State::Header if part.starts_with(&MAGIC) => {
                self.engine.reset(&part[..]).map_err(|error| fault(&error))?;
                self.checksum = part.get(4).is_some_and(|descriptor| descriptor & 4 != 0);
                self.state = State::Block;
                false
            }
            State::Header => {
                let size = part.get(4..).and_then(|size| size.first_chunk().copied());
                self.state = State::Skip(u64::from(u32::from_le_bytes(size.unwrap_or_default())));
                false
            }
            State::Block => {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.engine.decode_blocks(&part[..], one).map_err(|error| fault(&error))?
            }
            State::Skip(_) => false,
        };
        self.part = part;
        self.part.clear();
        Ok(done)
    }

    fn drain<B>(&mut self, deliver: &mut impl FnMut(&[u8]) -> ControlFlow<B>) -> ControlFlow<B> {
        if matches!(self.state, State::Block) {
            // Reading from the decoder's own memory cannot fail.
            while let Ok(produced @ 1..) = self.engine.read(&mut self.buffer) {
                deliver(&self.buffer[..produced])?;
            }
        }
        ControlFlow::Continue(())
    }

    fn sum_is_wrong(&self) -> bool {
        self.checksum
            && self.engine.get_checksum_from_data() != self.engine.get_calculated_checksum()
    }
}

/// Length of a frame's header, magic number included.
fn header(descriptor: u8) -> usize {
    let single_segment = descriptor >> 5 & 1 == 1;
    let window = usize::from(!single_segment);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content_size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    5 + window + dictionary + content_size
}

struct Block {
    last: bool,
    /// Bytes after the block's header; none if there is no such block.
    content: Option<usize>,
}

fn block(part: &[u8]) -> Option<Block> {
    let [a, b, c] = *part.first_chunk()?;
    let header = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
    let size = header >> 3;
    let content = match header >> 1 & 3 {
        0 | 2 => Some(size),
        1 => Some(1),
        _ => None,
    };
    Some(Block { last: header & 1 == 1, content: content.filter(|_| size <= BLOCK) })
}

fn fault(error: &FrameDecoderError) -> Fault {
    match error {
        FrameDecoderError::WindowSizeTooBig { .. } => Fault::Window,
        _ => Fault::Invalid,
    }
}
