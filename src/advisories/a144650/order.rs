//! Which of two instants came first, where two clocks may have told them.

use crate::facts::Sign;
use crate::model::{JobEvent, Time};

/// The offset between the clocks of two nodes that CockroachDB tolerates unless `--max-offset` says otherwise: a node
/// that is further off shuts itself down. Stamps of two nodes that are no further apart have no order.
pub(super) const CLOCK_OFFSET: i64 = 500 * Time::SECOND / 1000;

/// When an event was, seen from a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Before,
    Unordered,
    After,
}

/// Whether `event` came after the warning. Stamps of one node are ordered by its clock, and equal ones of one file by
/// the counters of its entries.
pub(super) fn seen_from(sign: &Sign, event: &JobEvent) -> Order {
    let apart = event.time.0 - sign.entry.time.0;
    let one_clock = event.node.is_some() && event.node == sign.node;
    if apart != 0 && (one_clock || apart.abs() > CLOCK_OFFSET) {
        return if apart > 0 { Order::After } else { Order::Before };
    }
    let one_record = event.source.path == sign.source.path;
    match (event.counter, sign.entry.counter) {
        (Some(event), Some(warning)) if one_clock && one_record && event != warning => {
            if event > warning { Order::After } else { Order::Before }
        }
        _ => Order::Unordered,
    }
}

/// Whether `later` certainly came after `earlier`, on whichever clocks.
pub(super) fn is_after(later: Time, earlier: Time) -> bool {
    later.0 - earlier.0 > CLOCK_OFFSET
}
