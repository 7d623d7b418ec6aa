//! Tar archives: blocks of 512 bytes, a header before each member (POSIX ustar and pax, GNU long names).

use std::ops::ControlFlow;

use crate::ingest::names::member_path;
use crate::model::UnreadReason;

use super::end::explain_archive;
use super::layer::Depth;
use super::{Context, End, Layer};

/// Length of a block.
pub(in crate::ingest) const BLOCK: usize = 512;

/// The longest list of attributes or long name that is looked at; they name one file.
const ATTRIBUTES: u64 = 1 << 20;

/// Reads an archive member by member.
pub(super) struct TarWalk {
    path: String,
    inside: String,
    depth: Depth,
    /// The part of a header, or of attributes, that has arrived.
    part: Vec<u8>,
    state: State,
    /// What the headers before the next member say of it.
    next: Attributes,
    files: u64,
    /// Bytes that belong to no member, where something was overwritten.
    lost: u64,
}

enum State {
    Header,
    /// Attributes of the next member: of this kind, so many bytes left, then so much padding.
    Attributes(u8, u64, u64),
    /// A member's data: so many bytes left, then so much padding. None if it is not read.
    Data(Option<Box<Layer>>, u64, u64),
    /// The mark of the end was there.
    Ended,
}

#[derive(Default)]
struct Attributes {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// What a header says.
struct Header<'a> {
    name: Vec<u8>,
    size: u64,
    kind: u8,
    block: &'a [u8],
}

impl TarWalk {
    pub(super) fn new(path: &str, inside: &str, depth: Depth) -> Self {
        Self {
            path: path.to_owned(),
            inside: inside.to_owned(),
            depth,
            part: Vec::new(),
            state: State::Header,
            next: Attributes::default(),
            files: 0,
            lost: 0,
        }
    }

    pub(super) fn feed(&mut self, mut piece: &[u8], context: &mut Context<'_>) -> ControlFlow<End> {
        while !piece.is_empty() {
            match &mut self.state {
                State::Header => {
                    let taken = (BLOCK - self.part.len()).min(piece.len());
                    self.part.extend_from_slice(&piece[..taken]);
                    piece = &piece[taken..];
                    if self.part.len() == BLOCK {
                        let block = std::mem::take(&mut self.part);
                        self.header(&block, context);
                    }
                }
                State::Attributes(kind, left, padding) => {
                    let (data, rest) = split(piece, left);
                    // What is too long to be a name is passed over.
                    if self.part.len() as u64 + data.len() as u64 <= ATTRIBUTES {
                        self.part.extend_from_slice(data);
                    }
                    piece = split(rest, padding).1;
                    if *left == 0 && *padding == 0 {
                        let kind = *kind;
                        self.state = State::Header;
                        let part = std::mem::take(&mut self.part);
                        self.next.read(kind, &part);
                    }
                }
                State::Data(layer, left, padding) => {
                    let (data, rest) = split(piece, left);
                    if let Some(layer) = layer {
                        layer.feed(data, context)?;
                        if *left == 0 {
                            layer.finish(End::Complete, context);
                        }
                    }
                    piece = split(rest, padding).1;
                    if *left == 0 {
                        // Finished once only, even if its padding comes later.
                        *layer = None;
                        if *padding == 0 {
                            self.state = State::Header;
                        }
                    }
                }
                // Tapes are filled up to a record with whatever was there.
                State::Ended => return ControlFlow::Continue(()),
            }
        }
        ControlFlow::Continue(())
    }

    pub(super) fn finish(&mut self, end: End, context: &mut Context<'_>) {
        let ended = matches!(self.state, State::Ended);
        if let State::Data(Some(layer), ..) = &mut self.state {
            layer.finish(end.within(), context);
        }
        let broken = match end {
            // What follows the mark of the end is no part of the archive.
            End::Complete | End::CutOff if ended => None,
            end => explain_archive(&end, self.files),
        };
        if let Some((reason, detail)) = broken {
            context.tally.closed(&self.path, reason, detail);
        } else if self.lost > 0 {
            let detail = format!(
                "{} bytes of this archive are no part of any member: it is damaged there, and files may be missing. \
                 The members before and after were read.",
                self.lost
            );
            context.tally.closed(&self.path, UnreadReason::Damaged, detail);
        }
    }

    fn header(&mut self, block: &[u8], context: &mut Context<'_>) {
        if block.iter().all(|byte| *byte == 0) {
            self.state = State::Ended;
            return;
        }
        let Some(header) = header(block) else {
            // The next block that is a header begins a member again.
            self.lost += BLOCK as u64;
            self.next = Attributes::default();
            return;
        };
        let Header { kind, .. } = header;
        let padding = |size: u64| size.next_multiple_of(BLOCK as u64).saturating_sub(size);
        match kind {
            b'x' | b'L' => {
                self.state = State::Attributes(kind, header.size, padding(header.size));
                self.settle();
                return;
            }
            // Attributes of all members, and long names of links: nothing that is needed.
            b'g' | b'K' => {
                self.state = State::Data(None, header.size, padding(header.size));
                self.settle();
                return;
            }
            _ => {}
        }
        let attributes = std::mem::take(&mut self.next);
        let size = attributes.size.unwrap_or(header.size);
        let name = attributes.name.unwrap_or(header.name);
        let path = member_path(&self.inside, &name);
        let layer = match kind {
            b'0' | 0 | b'7' if !name.ends_with(b"/") => {
                self.files += 1;
                Layer::member(&path, self.depth, context)
            }
            b'S' => {
                let detail = "This file is stored with holes (tar --sparse), which is not read. Unpack the archive \
                              and hand in its folder.";
                context.tally.see(&path);
                context.tally.unread(&path, UnreadReason::Unsupported, detail.to_owned());
                None
            }
            // Folders, links, devices.
            _ => None,
        };
        let size = match kind {
            b'1'..=b'6' => 0,
            _ => size,
        };
        let mut layer = layer.map(Box::new);
        if size == 0
            && let Some(mut empty) = layer.take()
        {
            empty.finish(End::Complete, context);
        }
        let holes = if kind == b'S' { extensions(header.block) } else { 0 };
        self.state = State::Data(layer, size.saturating_add(holes), padding(size));
        self.settle();
    }

    /// A member without data is over with its header.
    fn settle(&mut self) {
        if let State::Data(_, 0, 0) | State::Attributes(_, 0, 0) = self.state {
            self.state = State::Header;
        }
    }
}

/// Bytes of further headers that follow that of a sparse file, as far as the first says: one more block.
fn extensions(block: &[u8]) -> u64 {
    if block.get(482).is_some_and(|flag| *flag != 0) { BLOCK as u64 } else { 0 }
}

impl Attributes {
    fn read(&mut self, kind: u8, part: &[u8]) {
        if kind == b'L' {
            self.name = Some(until_nul(part).to_vec());
            return;
        }
        // Records of the form `27 path=some/long/name\n`, the number being the record's own length.
        let mut rest = part;
        while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
            let len = std::str::from_utf8(&rest[..space]).ok().and_then(|len| len.parse().ok());
            let Some(len) = len.filter(|len| *len > space + 1 && *len <= rest.len()) else {
                return;
            };
            let record = &rest[space + 1..len];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.name = Some(path.to_vec());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
            }
            rest = &rest[len..];
        }
    }
}

/// Whether the block is the header of a member, by its checksum.
pub(in crate::ingest) fn is_header(block: &[u8]) -> bool {
    header(block).is_some()
}

fn header(block: &[u8]) -> Option<Header<'_>> {
    let stated = number(block.get(148..156)?)?;
    let block = block.get(..BLOCK)?;
    let sum = |of: fn(u8) -> i64| -> i64 {
        let blank = 148..156;
        let bytes = block.iter().enumerate();
        bytes.map(|(at, byte)| of(if blank.contains(&at) { b' ' } else { *byte })).sum()
    };
    let stated = i64::try_from(stated).ok()?;
    // Old packers added signed bytes.
    if stated != sum(i64::from) && stated != sum(|byte| i64::from(byte.cast_signed())) {
        return None;
    }
    let mut name = until_nul(&block[..100]).to_vec();
    let prefix = until_nul(&block[345..500]);
    // In GNU's own form other things stand where POSIX has the prefix.
    if block[257..].starts_with(b"ustar\0") && !prefix.is_empty() {
        name = [prefix, b"/", &name[..]].concat();
    }
    (!name.is_empty()).then_some(())?;
    Some(Header { name, size: number(&block[124..136])?, kind: block[156], block })
}

/// A number in octal digits, or, if it has more, in the bytes themselves with the highest bit set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let (high, low) = field.split_at(field.len().saturating_sub(8));
        let fits = high.iter().skip(1).all(|byte| *byte == 0);
        return low.first_chunk().map(|low| u64::from_be_bytes(*low)).filter(|_| fits);
    }
    let text = std::str::from_utf8(until_nul(field)).ok()?.trim_ascii();
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Takes up to `left` bytes off the front, and counts them.
fn split<'a>(piece: &'a [u8], left: &mut u64) -> (&'a [u8], &'a [u8]) {
    let len = usize::try_from(*left).unwrap_or(usize::MAX).min(piece.len());
    *left -= len as u64;
    piece.split_at(len)
}
