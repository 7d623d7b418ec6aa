//! The lengths of a block's codes, which are packed by a code of their own.

use super::Stop;
use super::bits::{Bits, Input};
use super::table::{ALL, DISTANCES, LITERALS, Tables};

/// The order in which the lengths of the lengths' own codes stand.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Lengths as far as they are read.
#[derive(Debug)]
pub(super) struct Lengths {
    list: [u8; ALL],
    have: usize,
    /// How many there are of literals and lengths, of distances, and of the lengths' own codes.
    literals: usize,
    distances: usize,
    own: usize,
    /// The table of their own code is made.
    within: bool,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { list: [0; ALL], have: 0, literals: 0, distances: 0, own: 0, within: false }
    }
}

impl Lengths {
    /// Reads how many lengths follow.
    pub(super) fn counts(&mut self, bits: &mut Bits, input: &mut Input<'_>) -> Result<(), Stop> {
        let counts = bits.take(14, input).ok_or(Stop::Hungry)? as usize;
        self.literals = (counts & 31) + 257;
        self.distances = (counts >> 5 & 31) + 1;
        self.own = (counts >> 10) + 4;
        (self.have, self.within) = (0, false);
        self.list[..ORDER.len()].fill(0);
        // The last of each are in no code.
        if self.literals > LITERALS - 2 || self.distances > DISTANCES - 2 {
            return Err(Stop::Broken);
        }
        Ok(())
    }

    /// Reads all lengths and makes the tables of the block.
    pub(super) fn read(
        &mut self,
        bits: &mut Bits,
        input: &mut Input<'_>,
        tables: &mut Tables,
    ) -> Result<(), Stop> {
        if !self.within {
            self.own_code(bits, input, tables)?;
        }
        let all = self.literals + self.distances;
        while self.have < all {
            bits.fill(input);
            let (length, code) = tables.length(bits.bits);
            let (extra, least) = match length {
                16 => (2, 3),
                17 => (3, 3),
                18 => (7, 11),
                _ => (0, 1),
            };
            let more = Bits { bits: bits.bits >> code, ..*bits }.low(extra);
            if !bits.skip(code + extra) {
                return Err(Stop::Hungry);
            }
            let length = match length {
                16 => *self
                    .have
                    .checked_sub(1)
                    .and_then(|at| self.list.get(at))
                    .ok_or(Stop::Broken)?,
                17 | 18 => 0,
                length => length,
            };
            let end = self.have + least + more as usize;
            if end > all {
                return Err(Stop::Broken);
            }
            self.list[self.have..end].fill(length);
            self.have = end;
        }
        let (literals, distances) = self.list[..all].split_at(self.literals);
        tables.dynamic(literals, distances).ok_or(Stop::Broken)
    }

    fn own_code(
        &mut self,
        bits: &mut Bits,
        input: &mut Input<'_>,
        tables: &mut Tables,
    ) -> Result<(), Stop> {
        for place in &ORDER[self.have..self.own] {
            self.list[*place] = bits.take(3, input).ok_or(Stop::Hungry)? as u8;
            self.have += 1;
        }
        tables.lengths(&self.list[..ORDER.len()]).ok_or(Stop::Broken)?;
        (self.have, self.within) = (0, true);
        Ok(())
    }
}
