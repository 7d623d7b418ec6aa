//! Instants against intervals, where an instant may be off.

use crate::model::Time;

use super::{BulkOperation, Chain, Covers, Ended, Layer};

/// Whether something holds although an instant may be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// It does.
    Yes,
    /// The instant is not known well enough.
    Maybe,
    /// It does not.
    No,
}

impl Within {
    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::Maybe => Self::Maybe,
            Self::No => Self::Yes,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Maybe,
        }
    }
}

impl Chain {
    /// The layers that hold, or may hold, the midst of an operation on tables that they hold, or may hold.
    pub fn midst_of<'a>(
        &'a self,
        operation: &BulkOperation,
    ) -> impl Iterator<Item = (&'a Layer, Within)> {
        let (begin, end) = operation.about(self.widest);
        let at = self.layers.partition_point(|layer| layer.as_of < begin);
        self.layers[at..]
            .iter()
            .take_while(move |layer| layer.as_of <= end)
            .map(|layer| (layer, operation.midst_in(layer)))
            .filter(|(layer, within)| {
                *within != Within::No && operation.is_in(self, layer) != Covers::No
            })
    }
}

impl Layer {
    /// Whether it holds the state of `time` or a later one.
    #[must_use]
    pub fn since(&self, time: Time) -> Within {
        if self.earliest() >= time {
            Within::Yes
        } else if self.latest() < time {
            Within::No
        } else {
            Within::Maybe
        }
    }
}

impl BulkOperation {
    /// From when until when the `as_of` of a layer that holds its midst may be, if that is off by at most `slack`.
    pub(super) fn about(&self, slack: i64) -> (Time, Time) {
        let end = self.over().map_or(Time(i64::MAX), |over| over.plus(slack));
        (self.from.plus(-slack), end)
    }

    /// Whether a layer holds its midst: the state from its beginning on, and before its end.
    fn midst_in(&self, layer: &Layer) -> Within {
        let not_over = match self.ended {
            Ended::At(over) | Ended::By(over) => layer.since(over).not(),
            Ended::Sometime => Within::Maybe,
            Ended::RevertFailed | Ended::Open => Within::Yes,
        };
        layer.since(self.from).and(not_over)
    }
}
