//! What one warning says: which keys were lost, and why.

use crate::model::unmarked;

/// The warning's text taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlushError {
    /// Table of the first key, where the bounds can be read.
    pub(crate) table: Option<u64>,
    /// Indexes that the bounds name, first and last.
    pub(crate) indexes: Option<(u64, u64)>,
    /// The flow was being torn down when the file was sent: another error was already on its way, so the
    /// operation could hardly have gone on to succeed because of this one.
    pub(crate) teardown: bool,
    /// The cause was removed before we got it.
    pub(crate) redacted: bool,
}

/// Takes the message apart; tells what can be told.
pub(super) fn read(message: &str) -> FlushError {
    let message = unmarked(message);
    let Some((_, error)) = message.split_once("encountered an error: ") else {
        return FlushError::default();
    };
    let (bounds, cause) =
        match error.strip_prefix("addsstable [").and_then(|rest| rest.split_once("): ")) {
            Some((bounds, cause)) => (bounds, cause),
            None => ("", error),
        };
    let keys: Vec<(u64, Option<u64>)> = bounds
        .match_indices("/Table/")
        .filter_map(|(at, name)| key(&bounds[at + name.len()..]))
        .collect();
    let index = |at: Option<&(u64, Option<u64>)>| at.and_then(|(_, index)| *index);
    // The end of the bounds is exclusive: `/Table/106/2` ends index 1.
    let indexes = index(keys.first()).map(|first| {
        (first, index(keys.get(1)).filter(|_| !ends_at_index(bounds)).unwrap_or(first))
    });
    FlushError {
        table: keys.first().map(|(table, _)| *table),
        indexes,
        teardown: cause.contains("context canceled"),
        redacted: cause.contains('×'),
    }
}

/// `106` and `1` of `106/1/…`.
fn key(text: &str) -> Option<(u64, Option<u64>)> {
    let mut parts = text.split(['/', ',']);
    Some((parts.next()?.parse().ok()?, parts.next().and_then(|index| index.parse().ok())))
}

/// Whether the bounds end exactly where an index begins.
fn ends_at_index(bounds: &str) -> bool {
    bounds.rsplit_once("/Table/").is_some_and(|(_, end)| end.split('/').count() <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bounds: &str, cause: &str) -> FlushError {
        read(&format!(
            "closing with flushes in-progress encountered an error: addsstable [{bounds}): {cause}"
        ))
    }

    #[test]
    fn bounds_name_the_table_and_the_index() {
        let error = message("‹/Table/106/1/1/0›,‹/Table/106/1/99/0/NULL›", "‹boom›");
        assert_eq!((error.table, error.indexes), (Some(106), Some((1, 1))));
        let error = message("/Tenant/3/Table/106/2/‹×›,/Tenant/3/Table/106/3", "x");
        assert_eq!((error.table, error.indexes), (Some(106), Some((2, 2))));
        let error = message("/Table/106/1/5,/Table/106/2/7", "x");
        assert_eq!(error.indexes, Some((1, 2)));
        assert_eq!(message("a,b", "x").table, None);
        assert_eq!(
            message("‹×›,‹×›", "‹×›"),
            FlushError { redacted: true, ..FlushError::default() }
        );
    }

    #[test]
    fn a_canceled_context_is_teardown() {
        assert!(message("a,b", "context canceled").teardown);
        assert!(!message("a,b", "result is ambiguous").teardown);
    }

    #[test]
    fn an_error_without_bounds_still_has_a_cause() {
        assert!(read("closing with flushes in-progress encountered an error: computing stats for SST: context canceled").teardown);
    }
}
