//! A stretch of a source in slices, the next one always asked for before the current one is worked on.

use std::ops::{ControlFlow, Range};

use super::{ReadError, Source};

/// Calls `visit` with one slice of `range` after the other until it breaks. Two buffers take turns.
///
/// `visit` gets the end of the stretch to correct, for those who learn it only from the first bytes.
pub(super) async fn for_each_slice<S: Source, B>(
    source: &S,
    range: Range<u64>,
    slice: usize,
    mut visit: impl FnMut(&[u8], &mut u64) -> ControlFlow<B>,
) -> Result<Option<B>, ReadError> {
    let mut end = range.end;
    let mut at = range.start;
    let mut spare = Vec::new();
    let mut ahead = None;
    let ask = |at: u64, end: u64, spare: &mut Vec<u8>| {
        let len = step(at, end.min(source.len()), slice);
        (len > 0).then(|| (len, source.read_at(at, len, std::mem::take(spare))))
    };
    while at < end {
        let Some((len, reading)) = ahead.take().or_else(|| ask(at, end, &mut spare)) else { break };
        let buffer = reading.await?;
        let next = at + len as u64;
        ahead = ask(next, end, &mut spare);
        let within = buffer.len().min(step(at, end, len));
        if let ControlFlow::Break(reason) = visit(&buffer[..within], &mut end) {
            return Ok(Some(reason));
        }
        if buffer.len() < len {
            source.unchanged().await?;
            return Err(ReadError("The file became shorter while it was being read.".to_owned()));
        }
        spare = buffer;
        at = next;
    }
    Ok(None)
}

/// How many bytes to read at `from`.
fn step(from: u64, end: u64, slice: usize) -> usize {
    usize::try_from(end.saturating_sub(from)).unwrap_or(usize::MAX).min(slice.max(1))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{Future, ready};

    use super::*;
    use crate::ingest::native::block_on;

    /// Zeros that remember who asked for them, and whether a buffer was new.
    struct Watched<'a> {
        len: u64,
        log: &'a RefCell<Vec<String>>,
    }

    impl Source for Watched<'_> {
        fn len(&self) -> u64 {
            self.len
        }

        fn read_at(
            &self,
            offset: u64,
            len: usize,
            mut buffer: Vec<u8>,
        ) -> impl Future<Output = Result<Vec<u8>, ReadError>> {
            let new = if buffer.capacity() == 0 { " new" } else { "" };
            self.log.borrow_mut().push(format!("read {offset}+{len}{new}"));
            buffer.resize(len, 0);
            ready(Ok(buffer))
        }
    }

    #[test]
    fn the_next_slice_is_asked_for_before_the_current_one_is_worked_on() {
        let log = RefCell::new(Vec::new());
        let source = Watched { len: 100, log: &log };
        let end = block_on(for_each_slice(&source, 10..200, 30, |slice, _| {
            log.borrow_mut().push(format!("work {}", slice.len()));
            ControlFlow::<()>::Continue(())
        }));
        assert_eq!(end, Ok(Ok(None)));
        let expected =
            ["read 10+30 new", "read 40+30 new", "work 30", "read 70+30", "work 30", "work 30"];
        assert_eq!(*log.borrow(), expected);
    }

    #[test]
    fn the_end_can_move_both_ways() {
        for (end, works) in [(5, vec![10]), (15, vec![10, 5]), (40, vec![10, 10, 10, 10])] {
            let log = RefCell::default();
            let source = Watched { len: 100, log: &log };
            let mut seen = Vec::new();
            let read = block_on(for_each_slice(&source, 0..20, 10, |slice, stop| {
                *stop = end;
                seen.push(slice.len());
                ControlFlow::<()>::Continue(())
            }));
            assert_eq!((read, seen), (Ok(Ok(None)), works));
        }
    }

    #[test]
    fn a_source_that_became_shorter_is_a_failed_read_after_what_came() {
        struct Short;
        impl Source for Short {
            fn len(&self) -> u64 {
                10
            }
            fn read_at(
                &self,
                _: u64,
                _: usize,
                _: Vec<u8>,
            ) -> impl Future<Output = Result<Vec<u8>, ReadError>> {
                ready(Ok(vec![1; 4]))
            }
        }
        let mut seen = 0;
        let read = block_on(for_each_slice(&Short, 0..10, 10, |slice, _| {
            seen += slice.len();
            ControlFlow::<()>::Continue(())
        }));
        assert_eq!(seen, 4);
        assert!(read.unwrap().is_err());
    }
}
