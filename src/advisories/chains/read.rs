//! What restores read of layers that came after an operation.

use crate::facts::{Covers, Layer, ReadFrom, RestoreRun, Within};

use super::{Captured, Doubts, Holds};

/// Why it is not certain that a restore read a layer and the tables of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// Place of the layer among those after the operation.
    pub(crate) after: usize,
    /// Times are too close to each other.
    pub(crate) close: bool,
    /// The restore stops before the layer and after the end of the operation.
    pub(crate) in_part: bool,
    /// Whether it is about a table of the operation.
    pub(crate) holds: Holds,
}

impl Read {
    fn doubts(&self) -> usize {
        let Self { close, in_part, holds, .. } = self;
        [*close, *in_part, *holds != Holds::Yes].into_iter().filter(|doubt| *doubt).count()
    }

    /// Returns the layer that a restore read and of which most is known; none if it read none.
    pub(super) fn of(
        restore: &RestoreRun,
        from: ReadFrom<'_>,
        captured: &Captured<'_>,
    ) -> Option<Self> {
        let mut best: Option<((u8, usize), Self)> = None;
        let mut place = 0;
        while let Some((layer, doubts)) = captured.after(place) {
            let read = Self::layer(restore, from, captured, (place, layer));
            place += 1;
            let Some(read) = read else { continue };
            let rank = (Doubts::rank(&doubts, layer.kind), read.doubts());
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, read));
            }
            // There may be thousands of layers, and the first certain one is enough.
            if rank == (0, 0) {
                break;
            }
        }
        best.map(|(_, read)| read)
    }

    fn layer(
        restore: &RestoreRun,
        from: ReadFrom<'_>,
        captured: &Captured<'_>,
        (after, layer): (usize, &Layer),
    ) -> Option<Self> {
        let operation = captured.operation();
        let within = restore.reads(from.chain, layer);
        let in_part = within == Within::No;
        if in_part && !restore.reads_part_of(from.chain, layer, operation.over()?) {
            return None;
        }
        let holds = match operation.is_restored_by(from.chain, &restore.targets) {
            Covers::Yes => Holds::Yes,
            Covers::Unknown => Holds::Unknown,
            Covers::No => return None,
        };
        Some(Self { after, close: within == Within::Maybe, in_part, holds })
    }
}
