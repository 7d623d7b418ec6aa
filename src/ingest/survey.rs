//! Looks at everything that was handed in and makes the [`Plan`].

use std::collections::HashMap;

use crate::model::{SortSmall, UnreadReason};

use super::codec::Compression;
use super::dumps::Wanted;
use super::kinds::{Kind, classify_asked, classify_unpacked_asked};
use super::look::{Look, look};
use super::names::{inside, member_path};
use super::sniff::Packing;
use super::zip::Directory;
use super::{
    Artifact, Container, Input, Plan, ReadError, Source, SourceInfo, SourceKind, Tally, Unit, zip,
};

/// Finds out what is in `inputs`. Of a zip archive only the directory is read, of anything else its first and, where it
/// may be an archive, its last bytes. The order of `inputs` makes no difference but to [`Unit::source`].
pub async fn plan<S: Source>(inputs: &[Input<S>]) -> Plan {
    plan_asked(inputs, Wanted::NONE).await
}

/// The same, where rules ask for the rows of tables and documents that nothing else needs.
pub async fn plan_asked<S: Source>(inputs: &[Input<S>], wanted: Wanted<'_>) -> Plan {
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    order.sort_small_by_key(|&index| (&inputs[index].path, inputs[index].source.len()));
    let alone = inputs.len() == 1;
    let mut survey = Survey { plan: Plan::default(), alone, same: HashMap::new(), wanted };
    for index in order {
        let kind = survey.input(index as u32, &inputs[index]).await;
        survey.source(&inputs[index], kind);
    }
    survey.plan.order();
    survey.plan
}

/// What was found so far.
struct Survey<'a> {
    plan: Plan,
    /// Whether there is only one input.
    alone: bool,
    /// How many inputs have the same path.
    same: HashMap<String, u32>,
    /// Tables and documents that rules ask for.
    wanted: Wanted<'a>,
}

/// A member of a zip archive that is to be read.
struct Member {
    unit: Unit,
    header: u64,
    name_len: u64,
}

impl Survey<'_> {
    async fn input<S: Source>(&mut self, index: u32, input: &Input<S>) -> SourceKind {
        let path = self.unique(&input.path);
        let kind = chosen(&input.path, classify_asked(&input.path, self.wanted));
        let packed = input.source.len();
        let is_read = matches!(kind, Kind::Log | Kind::Table(..) | Kind::Packed | Kind::Unknown);
        if !is_read {
            if let Some(artifact) = self.plan.tally.file(&path, kind, packed) {
                // What its name says is enough: it is searched as it is.
                let (source, bytes) = (index, packed);
                let inside = inside(&path);
                let container = Container::Plain;
                let is_plain = false;
                let doubt = None;
                self.plan.units.push(Unit {
                    source,
                    path,
                    inside,
                    artifact,
                    container,
                    is_plain,
                    doubt,
                    bytes,
                });
            }
            return SourceKind::File;
        }
        let unit = |artifact, inside, is_plain| Unit {
            source: index,
            path: path.clone(),
            inside,
            artifact,
            container: Container::Plain,
            is_plain,
            doubt: None,
            bytes: input.source.len(),
        };
        // The only thing that was handed in needs no name before those of its members.
        let inside = if self.alone { String::new() } else { inside(&path) };
        let kind = chosen(&input.path, classify_unpacked_asked(&input.path, self.wanted));
        match look(&input.source, kind).await {
            Ok(Look::Zip(directory)) => {
                self.zip(&input.source, &directory, &unit(Artifact::Unknown, inside, false)).await;
                SourceKind::Zip
            }
            Ok(Look::Other(packing)) => {
                let is_plain = packing == Packing::Plain;
                let kind = if is_plain {
                    kind
                } else {
                    chosen(&input.path, classify_asked(&input.path, self.wanted))
                };
                if let Some(artifact) = self.plan.tally.file(&path, kind, packed) {
                    self.plan.units.push(unit(artifact, inside, is_plain));
                }
                source_kind(packing)
            }
            Err(ReadError(message)) => {
                self.plan.tally.closed(&path, UnreadReason::ReadFailed, message);
                SourceKind::File
            }
        }
    }

    /// Takes the members of an archive by its directory; `whole` is the unit that the archive would be without one.
    async fn zip<S: Source>(&mut self, source: &S, directory: &Directory, whole: &Unit) {
        if directory.split {
            let detail = "This is one part of a zip archive that was split into several files. Put the parts \
                          together and unpack them."
                .to_owned();
            return self.plan.tally.closed(&whole.path, UnreadReason::Unsupported, detail);
        }
        let mut tally = Tally::default();
        let mut members = Vec::new();
        let listed = zip::list(source, directory, |entry| {
            members.extend(member(whole, source.len(), &entry, &mut tally, self.wanted));
        })
        .await;
        if let Ok(zip::Listing::Broken(seen)) = listed {
            // What the directory does not tell, the headers before the members do.
            let doubt = format!(
                "The directory of this archive is damaged after {seen} files. Its files were found by their own \
                 headers and read; whether there were others cannot be known."
            );
            self.plan.units.push(Unit { doubt: Some(doubt), ..whole.clone() });
            return;
        }
        self.plan.tally.absorb(tally);
        if let Err(ReadError(message)) = listed {
            self.plan.tally.closed(&whole.path, UnreadReason::ReadFailed, message);
        }
        self.members(members);
    }

    /// Takes the members of one archive that are to be read. Those that begin within another are refused: no
    /// program writes them, and a small archive could hold any amount of text with them.
    fn members(&mut self, mut members: Vec<Member>) {
        members.sort_small_by_key(|member| member.header);
        let mut reached = 0;
        for Member { unit, header, name_len } in members {
            if header < reached {
                let detail =
                    "The archive is damaged: this file shares its bytes with another.".to_owned();
                self.plan.tally.unread(&unit.path, UnreadReason::Damaged, detail);
                continue;
            }
            reached =
                header.saturating_add(zip::LOCAL_HEADER + name_len).saturating_add(unit.bytes);
            self.plan.units.push(unit);
        }
    }

    /// The path of an input, which no other input has.
    fn unique(&mut self, path: &str) -> String {
        let number = self.same.entry(path.to_owned()).or_default();
        *number += 1;
        if *number == 1 { path.to_owned() } else { format!("{path} ({number})") }
    }

    /// Adds an input to the sources: a folder's files are one.
    fn source<S: Source>(&mut self, input: &Input<S>, kind: SourceKind) {
        let bytes = input.source.len();
        let (name, kind) = match input.path.split_once('/') {
            Some((folder, _)) => (folder, SourceKind::Directory),
            None => (input.path.as_str(), kind),
        };
        match self.plan.sources.last_mut() {
            Some(last)
                if kind == SourceKind::Directory && last.kind == kind && last.name == name =>
            {
                last.bytes += bytes;
            }
            _ => self.plan.sources.push(SourceInfo { name: name.to_owned(), kind, bytes }),
        }
    }
}

/// Takes note of a member of the archive `whole`; gives it back if it is one to read.
fn member(
    whole: &Unit,
    source_len: u64,
    entry: &zip::Entry<'_>,
    tally: &mut Tally,
    wanted: Wanted<'_>,
) -> Option<Member> {
    let path = member_path(&whole.inside, entry.name);
    if path.ends_with('/') || entry.link {
        return None;
    }
    let artifact = tally.file(&path, classify_asked(&path, wanted), entry.compressed)?;
    if let Some(detail) = zip::unreadable(entry.method, entry.encrypted) {
        if artifact == Artifact::Aside {
            tally.aside_unsearched();
            return None;
        }
        tally.unread(&path, UnreadReason::Unsupported, detail);
        return None;
    }
    let &zip::Entry { header, compressed, uncompressed, crc32, method, .. } = entry;
    let unit = Unit {
        source: whole.source,
        inside: inside(&path),
        path,
        artifact,
        container: Container::ZipMember { header, compressed, uncompressed, crc32, method },
        is_plain: false,
        doubt: None,
        bytes: compressed.min(source_len.saturating_sub(header)),
    };
    Some(Member { unit, header, name_len: entry.name.len() as u64 })
}

fn source_kind(packing: Packing) -> SourceKind {
    match packing {
        Packing::Zip => SourceKind::Zip,
        Packing::Tar => SourceKind::Tar,
        Packing::Compressed(Compression::Gzip) => SourceKind::Gzip,
        Packing::Compressed(Compression::Zstd) => SourceKind::Zstd,
        Packing::Compressed(Compression::Bzip2) => SourceKind::Bzip2,
        Packing::Compressed(Compression::Xz) => SourceKind::Xz,
        Packing::Other(_) | Packing::Plain => SourceKind::File,
    }
}

/// A file that was handed in by itself was chosen by somebody: its name alone does not make it useless, and if its
/// content does, that is said.
fn chosen(path: &str, kind: Kind) -> Kind {
    if matches!(kind, Kind::Skip | Kind::Aside) && !path.contains('/') {
        Kind::Unknown
    } else {
        kind
    }
}
