//! Deflate (RFC 1951), for streams that arrive in pieces.
//!
//! ```text
//! input ─▶ Bits ─▶ blocks: stored, or symbols by two Tables ─▶ Output: window and text in one buffer ─▶ deliver
//! ```
//!
//! Between two pieces nothing is waited for in the middle of something: what needs more bits than there are takes none.
//! Where enough of the input and of the output is left, symbols are decoded by a loop that asks for neither
//! (`fast.rs`); elsewhere one by one (`careful.rs`).
//!
//! Why: `docs/decisions/0006-own-inflate.md`.

mod bits;
mod careful;
mod fast;
mod lengths;
mod output;
mod table;

use std::ops::ControlFlow;

use bits::{Bits, Input};
use lengths::Lengths;
use output::Output;
use table::Tables;

/// What one piece of a stream led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// All of it was used; more is needed.
    Hungry,
    /// The stream ended after so many bytes of the piece.
    Ended(usize),
    /// This is no such stream, from somewhere in the piece on.
    Broken,
}

/// Inflates one stream. Takes some 300 KiB, whatever comes.
#[derive(Debug)]
pub struct Inflate {
    bits: Bits,
    state: State,
    /// The block that is being read is the last one.
    last: bool,
    lengths: Lengths,
    tables: Box<Tables>,
    output: Output,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// The header of a block, or the end after the last.
    Block,
    /// How long a stored block is.
    StoredLength,
    /// So many bytes of a stored block.
    Stored(usize),
    /// How many codes a block has.
    Counts,
    /// The lengths of those codes.
    Lengths,
    /// Literals and matches.
    Symbols,
    /// Nothing: the stream has ended.
    Ended,
    /// Nothing: it is broken.
    Broken,
}

/// Why decoding stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The input is used up.
    Hungry,
    /// The output has no room for another match.
    Full,
    Ended,
    Broken,
}

impl Default for Inflate {
    fn default() -> Self {
        Self {
            bits: Bits::default(),
            state: State::Block,
            last: false,
            lengths: Lengths::default(),
            tables: Box::default(),
            output: Output::default(),
        }
    }
}

impl Inflate {
    /// Ready for another stream.
    pub fn restart(&mut self) {
        (self.bits, self.state, self.last) = (Bits::default(), State::Block, false);
        self.output.clear();
    }

    /// Inflates the next piece of the stream, handing text to `deliver` together with how much of `piece` was used for
    /// it. Text that comes before a fault is delivered first. All text of the piece is delivered before this returns.
    pub fn feed<B>(
        &mut self,
        piece: &[u8],
        mut deliver: impl FnMut(&[u8], usize) -> ControlFlow<B>,
    ) -> ControlFlow<B, Fed> {
        let mut input = Input::new(piece);
        loop {
            let stop = self.decode(&mut input);
            let used = input.used() - self.bits.whole_bytes().min(input.used());
            let text = self.output.take();
            if !text.is_empty() {
                deliver(text, used)?;
            }
            match stop {
                Stop::Full => self.output.slide(),
                Stop::Hungry => return ControlFlow::Continue(Fed::Hungry),
                Stop::Ended => return ControlFlow::Continue(Fed::Ended(used)),
                Stop::Broken => return ControlFlow::Continue(Fed::Broken),
            }
        }
    }

    fn decode(&mut self, input: &mut Input<'_>) -> Stop {
        loop {
            let next = match self.state {
                State::Block if self.last => Ok(State::Ended),
                State::Block => self.block(input),
                State::StoredLength => self.stored_length(input),
                State::Stored(0) => Ok(State::Block),
                State::Stored(left) => self.stored(left, input),
                State::Counts => {
                    self.lengths.counts(&mut self.bits, input).map(|()| State::Lengths)
                }
                State::Lengths => self
                    .lengths
                    .read(&mut self.bits, input, &mut self.tables)
                    .map(|()| State::Symbols),
                State::Symbols => self.symbols(input).map(|()| State::Block),
                State::Ended => Err(Stop::Ended),
                State::Broken => Err(Stop::Broken),
            };
            match next {
                Ok(state) => self.state = state,
                Err(stop) => {
                    if stop == Stop::Broken {
                        self.state = State::Broken;
                    }
                    return stop;
                }
            }
        }
    }

    fn block(&mut self, input: &mut Input<'_>) -> Result<State, Stop> {
        let header = self.bits.take(3, input).ok_or(Stop::Hungry)?;
        self.last = header & 1 == 1;
        match header >> 1 {
            0 => {
                self.bits.drop_to_byte();
                Ok(State::StoredLength)
            }
            1 => {
                self.tables.fixed();
                Ok(State::Symbols)
            }
            2 => Ok(State::Counts),
            _ => Err(Stop::Broken),
        }
    }

    fn stored_length(&mut self, input: &mut Input<'_>) -> Result<State, Stop> {
        let both = self.bits.take(32, input).ok_or(Stop::Hungry)?;
        let (length, complement) = (both & 0xFFFF, both >> 16);
        if length == !complement & 0xFFFF {
            Ok(State::Stored(length as usize))
        } else {
            Err(Stop::Broken)
        }
    }

    fn stored(&mut self, left: usize, input: &mut Input<'_>) -> Result<State, Stop> {
        if self.output.is_full() {
            return Err(Stop::Full);
        }
        // What was read ahead comes first.
        let taken = if let Some(byte) = self.bits.take_byte() {
            self.output.literal(byte);
            1
        } else {
            let bytes = input.take(left.min(self.output.room()));
            self.output.append(bytes);
            bytes.len()
        };
        if taken == 0 { Err(Stop::Hungry) } else { Ok(State::Stored(left - taken)) }
    }

    /// Decodes literals and matches to the end of the block.
    fn symbols(&mut self, input: &mut Input<'_>) -> Result<(), Stop> {
        loop {
            if self.output.is_full() {
                return Err(Stop::Full);
            }
            if fast::symbols(&mut self.bits, input, &self.tables, &mut self.output)?
                || !self.output.is_full()
                    && careful::symbol(&mut self.bits, input, &self.tables, &mut self.output)?
            {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
