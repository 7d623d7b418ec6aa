//! Finding the central directory and listing its entries, a slice at a time.

use crate::ingest::{ReadError, Source};

use super::records::{self, END, END_MAGIC, END64, ENTRY_MAGIC, End, Entry, LOCATOR, Parsed};

/// How much of the central directory is read at once. A bundle can have millions of members.
const SLICE: usize = 4 << 20;

/// The longest comment, and so the furthest that the end record can be from the end.
const COMMENT: usize = u16::MAX as usize;

/// How many end records are tried. A comment or the data before it may hold the same bytes by chance.
const CANDIDATES: usize = 16;

/// Where the central directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct Directory {
    /// Its first byte.
    start: u64,
    /// The byte after it.
    end: u64,
    /// What to add to the offsets in it, because something was put before the archive. May wrap around.
    shift: u64,
    /// How many entries it should have.
    entries: u64,
    /// Whether only the lower 16 bits of that number are known.
    short_count: bool,
    /// Whether it belongs to an archive that was split into several files.
    pub(in crate::ingest) split: bool,
}

/// How listing the entries ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Listing {
    /// All are known.
    Complete,
    /// After so many the directory is broken.
    Broken(u64),
}

impl Directory {
    /// Whether the archive holds nothing.
    pub(in crate::ingest) fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

/// Finds the central directory from the end of the file.
pub(in crate::ingest) async fn find<S: Source>(source: &S) -> Result<Option<Directory>, ReadError> {
    let tail_len = source.len().min((LOCATOR + END + COMMENT) as u64);
    let tail_at = source.len() - tail_len;
    let tail = source.read_at(tail_at, tail_len as usize, Vec::new()).await?;
    let positions = memchr::memmem::rfind_iter(&tail, END_MAGIC).take(CANDIDATES);
    for at in positions {
        let Some(end) =
            records::end(&tail[at..]).filter(|end| at + END + end.comment <= tail.len())
        else {
            continue;
        };
        let position = tail_at + at as u64;
        let locator = at.checked_sub(LOCATOR).and_then(|at| records::locator(&tail[at..]));
        if let Some(stated) = locator
            && let Some(found) = zip64(source, stated, position).await?
        {
            return Ok(Some(found));
        }
        if let Some(found) = check(source, &end, position, true).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The directory by its zip64 end record, at the stated place or, if something was put before the archive, right
/// before its locator.
async fn zip64<S: Source>(
    source: &S,
    stated: u64,
    end_at: u64,
) -> Result<Option<Directory>, ReadError> {
    let adjacent = end_at.checked_sub((LOCATOR + END64) as u64);
    for at in [Some(stated), adjacent].into_iter().flatten() {
        if at.checked_add(END64 as u64).is_none_or(|end| end > end_at) {
            continue;
        }
        let record = source.read_at(at, END64, Vec::new()).await?;
        if let Some(end) = records::end64(&record)
            && let Some(found) = check(source, &end, at, false).await?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The directory that `end` tells of, if entries begin there. It is looked for right before the end record, which
/// is right even if something was put before the archive, then where its offset says.
async fn check<S: Source>(
    source: &S,
    end: &End,
    end_at: u64,
    short_count: bool,
) -> Result<Option<Directory>, ReadError> {
    for start in [end_at.checked_sub(end.size), Some(end.offset)].into_iter().flatten() {
        let stop = match start.checked_add(end.size) {
            Some(stop) if stop <= end_at => stop,
            _ => continue,
        };
        let found = Directory {
            start,
            end: stop,
            shift: start.wrapping_sub(end.offset),
            entries: end.entries,
            short_count,
            split: end.split,
        };
        if end.size == 0 && end.entries == 0 {
            return Ok(Some(found));
        }
        if end.size >= ENTRY_MAGIC.len() as u64 {
            let magic = source.read_at(start, ENTRY_MAGIC.len(), Vec::new()).await?;
            if magic == ENTRY_MAGIC {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// Calls `visit` with every entry, in the order of the directory; offsets are those of the file.
pub(in crate::ingest) async fn list<S: Source>(
    source: &S,
    directory: &Directory,
    visit: impl FnMut(Entry<'_>),
) -> Result<Listing, ReadError> {
    list_in_slices(source, directory, SLICE, visit).await
}

async fn list_in_slices<S: Source>(
    source: &S,
    directory: &Directory,
    slice: usize,
    mut visit: impl FnMut(Entry<'_>),
) -> Result<Listing, ReadError> {
    let mut at = directory.start;
    let mut seen = 0;
    let mut wanted = slice;
    let mut buffer = Vec::new();
    while at < directory.end {
        let left = usize::try_from(directory.end - at).unwrap_or(usize::MAX);
        let len = wanted.min(left);
        buffer = source.read_at(at, len, buffer).await?;
        let mut used = 0;
        let broken = loop {
            match records::entry(&buffer[used..]) {
                Parsed::Entry(mut entry, len) => {
                    entry.header = entry.header.wrapping_add(directory.shift);
                    visit(entry);
                    seen += 1;
                    used += len;
                }
                Parsed::Incomplete => break false,
                Parsed::Broken => break true,
            }
        };
        if broken || (used == 0 && len == left) {
            return Ok(Listing::Broken(seen));
        }
        // An entry that the slice cuts is read again with the next one; one that is longer needs a longer slice.
        wanted = if used == 0 { wanted.saturating_mul(2) } else { slice };
        at += used as u64;
    }
    let mask = if directory.short_count { u64::from(u16::MAX) } else { u64::MAX };
    let all = seen & mask == directory.entries & mask;
    Ok(if all { Listing::Complete } else { Listing::Broken(seen) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::MemorySource;
    use crate::ingest::native::block_on;

    /// A directory of entries with these names and comments, and nothing else.
    fn entries(each: &[(&str, usize)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, comment) in each {
            let mut entry = vec![0; 46];
            entry[..4].copy_from_slice(ENTRY_MAGIC);
            entry[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
            entry[32..34].copy_from_slice(&(*comment as u16).to_le_bytes());
            entry.extend_from_slice(name.as_bytes());
            entry.resize(entry.len() + comment, b'c');
            bytes.extend(entry);
        }
        bytes
    }

    fn listed(bytes: Vec<u8>, slice: usize) -> (Vec<String>, Listing) {
        let directory = Directory {
            start: 0,
            end: bytes.len() as u64,
            shift: 0,
            entries: 3,
            short_count: false,
            split: false,
        };
        let mut names = Vec::new();
        let visit = |entry: Entry<'_>| names.push(String::from_utf8_lossy(entry.name).into_owned());
        let source = MemorySource(bytes);
        let listing = block_on(list_in_slices(&source, &directory, slice, visit)).unwrap();
        (names, listing.unwrap())
    }

    #[test]
    fn entries_that_a_slice_cuts_are_read_whole() {
        let bytes = entries(&[("one", 0), ("two", 60_000), ("three", 3)]);
        for slice in [1, 45, 46, 49, 50, 100, 1_000, 1 << 20] {
            let (names, listing) = listed(bytes.clone(), slice);
            assert_eq!(names, ["one", "two", "three"], "slice of {slice}");
            assert_eq!(listing, Listing::Complete);
        }
    }

    #[test]
    fn a_directory_that_breaks_off_says_how_far_it_went() {
        let bytes = entries(&[("one", 0), ("two", 100), ("three", 3)]);
        for slice in [1, 50, 1 << 20] {
            let cut = bytes[..bytes.len() - 1].to_vec();
            assert_eq!(listed(cut, slice), (vec!["one".into(), "two".into()], Listing::Broken(2)));
            let mut changed = bytes.clone();
            changed[49] = b'X';
            assert_eq!(listed(changed, slice), (vec!["one".into()], Listing::Broken(1)));
        }
    }
}
