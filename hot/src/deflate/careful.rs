//! One literal or match, at the edges of input and output.

use super::Stop;
use super::bits::{Bits, Input};
use super::output::Output;
use super::table::{
    AFTER_LITERAL, DEEPER, LITERAL, SPECIAL, Tables, bits_of, byte_of, code_of, is_end, length_of,
    value_of,
};

/// Decodes one literal or match, or takes nothing. True at the end of the block. The output must not be full.
pub(super) fn symbol(
    bits: &mut Bits,
    input: &mut Input<'_>,
    tables: &Tables,
    output: &mut Output,
) -> Result<bool, Stop> {
    bits.fill(input);
    // What is decoded of bits that are not there uses more than there are.
    let mut ahead = *bits;
    let mut entry = tables.literal(ahead.bits);
    if entry & DEEPER == DEEPER {
        skip(&mut ahead, code_of(entry))?;
        entry = tables.deeper_literal(entry, ahead.bits);
    }
    if entry & SPECIAL != 0 {
        skip(&mut ahead, code_of(entry))?;
        *bits = ahead;
        return if is_end(entry) { Ok(true) } else { Err(Stop::Broken) };
    }
    if entry & (LITERAL | AFTER_LITERAL) != 0 {
        // What follows it is not decoded yet: there may be too few bits for that.
        skip(&mut ahead, code_of(entry))?;
        *bits = ahead;
        output.literal(byte_of(entry));
        return Ok(false);
    }
    let length = length_of(entry, ahead.bits);
    skip(&mut ahead, bits_of(entry))?;
    let mut entry = tables.distance(ahead.bits);
    if entry & DEEPER == DEEPER {
        skip(&mut ahead, code_of(entry))?;
        entry = tables.deeper_distance(entry, ahead.bits);
    }
    let distance = value_of(entry, ahead.bits);
    skip(&mut ahead, bits_of(entry))?;
    if entry & SPECIAL != 0 {
        return Err(Stop::Broken);
    }
    output.repeat(distance, length).ok_or(Stop::Broken)?;
    *bits = ahead;
    Ok(false)
}

fn skip(bits: &mut Bits, n: u32) -> Result<(), Stop> {
    if bits.skip(n) { Ok(()) } else { Err(Stop::Hungry) }
}
