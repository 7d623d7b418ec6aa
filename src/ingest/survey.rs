//! Looks at everything that was handed in and makes the [`Plan`].

use crate::model::{Tenant, Unread, UnreadReason};

use super::kinds::{Kind, classify, classify_unpacked, is_table};
use super::look::{Look, look};
use super::place::{SEPARATOR, in_node_folder, place};
use super::tables::Tables;
use super::zip::Directory;
use super::{
    Artifact, Container, Input, Plan, ReadError, Source, SourceInfo, SourceKind, Unit, zip,
};

/// Finds out what is in `inputs`. Of an archive only the directory is read, of a file its first and, where it may
/// be an archive, its last bytes. The order of `inputs` makes no difference but to [`Unit::source`].
pub async fn plan<S: Source>(inputs: &[Input<S>]) -> Plan {
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    order.sort_by_key(|&index| (&inputs[index].path, inputs[index].source.len()));
    let mut survey = Survey { alone: inputs.len() == 1, ..Survey::default() };
    for index in order {
        let kind = survey.input(index as u32, &inputs[index]).await;
        survey.source(&inputs[index], kind);
    }
    survey.finish()
}

/// What was found so far.
#[derive(Default)]
struct Survey {
    plan: Plan,
    tables: Tables,
    /// Whether there is only one input.
    alone: bool,
    /// How many archives were opened.
    archives: usize,
    has_node_folder: bool,
    has_cluster_table: bool,
    /// Whether there may be nodes that no path names.
    nodes_missing: bool,
}

/// One file that was found.
struct Found {
    source: u32,
    /// Number of the archive that it is a member of.
    archive: Option<usize>,
    path: String,
    kind: Kind,
    container: Container,
    bytes: u64,
}

impl Survey {
    async fn input<S: Source>(&mut self, index: u32, input: &Input<S>) -> SourceKind {
        let kind = chosen(&input.path, classify(&input.path));
        let bytes = input.source.len();
        let file = |kind, container| Found {
            source: index,
            archive: None,
            path: input.path.clone(),
            kind,
            container,
            bytes,
        };
        if !matches!(kind, Kind::Log | Kind::Table(..) | Kind::Packed | Kind::Unknown) {
            self.file(file(kind, Container::Plain));
            return SourceKind::File;
        }
        let kind = chosen(&input.path, classify_unpacked(&input.path));
        match look(&input.source, kind).await {
            Ok(Look::Zip(directory)) => {
                self.zip(index, input, directory).await;
                SourceKind::Zip
            }
            Ok(Look::Gzip) => {
                self.file(file(kind, Container::Gzip));
                SourceKind::Gzip
            }
            Ok(Look::Plain) => {
                self.file(file(kind, Container::Plain));
                SourceKind::File
            }
            Ok(Look::Refused(packed, detail)) => {
                self.closed(input.path.clone(), UnreadReason::Unsupported, detail);
                packed
            }
            Err(ReadError(message)) => {
                self.closed(input.path.clone(), UnreadReason::ReadFailed, message);
                SourceKind::File
            }
        }
    }

    async fn zip<S: Source>(&mut self, index: u32, input: &Input<S>, found: Option<Directory>) {
        let Some(directory) = found else {
            // The place for reading the members one after the other by their local headers.
            let detail = "This zip archive has no directory at its end: it was cut off while it was written or \
                          copied. Nothing in it was read."
                .to_owned();
            return self.closed(input.path.clone(), UnreadReason::Damaged, detail);
        };
        if directory.split {
            let detail = "This is one part of a zip archive that was split into several files. Put the parts \
                          together and unpack them."
                .to_owned();
            return self.closed(input.path.clone(), UnreadReason::Unsupported, detail);
        }
        self.archives += 1;
        let mut wanted = Vec::new();
        let listed = zip::list(&input.source, &directory, |entry| {
            if let Some(member) = self.member(index, input, &entry) {
                wanted.push((member, entry.name.len() as u64));
            }
        })
        .await;
        match listed {
            Ok(zip::Listing::Complete) => {}
            Ok(zip::Listing::Broken(seen)) => {
                let detail = format!(
                    "The directory of this zip archive is damaged after {seen} files. Those were read; whatever \
                     else it holds was not."
                );
                self.closed(input.path.clone(), UnreadReason::Damaged, detail);
            }
            Err(ReadError(message)) => {
                self.closed(input.path.clone(), UnreadReason::ReadFailed, message);
            }
        }
        self.members(wanted);
    }

    /// Takes note of a member; gives it back if it is one to read.
    fn member<S: Source>(
        &mut self,
        index: u32,
        input: &Input<S>,
        entry: &zip::Entry<'_>,
    ) -> Option<Found> {
        let name = String::from_utf8_lossy(entry.name).replace('\\', "/");
        if name.ends_with('/') || entry.link {
            return None;
        }
        let kind = classify(&name);
        let path = if self.alone { name } else { format!("{}{SEPARATOR}{name}", input.path) };
        let found = Found {
            source: index,
            archive: Some(self.archives),
            path,
            kind,
            container: Container::ZipMember {
                header: entry.header,
                compressed: entry.compressed,
                uncompressed: entry.uncompressed,
                crc32: entry.crc32,
                method: entry.method,
            },
            bytes: entry.compressed.min(input.source.len().saturating_sub(entry.header)),
        };
        let problem = match kind {
            Kind::Log | Kind::Table(..) | Kind::Unknown => unreadable(entry),
            Kind::Packed => Some(
                "This is an archive or a compressed file inside the archive, which is not opened. Unpack the \
                 bundle and hand in its folder."
                    .to_owned(),
            ),
            _ => {
                self.file(found);
                return None;
            }
        };
        match problem {
            None => Some(found),
            Some(detail) => {
                self.see(&found.path);
                self.unread(found.path, UnreadReason::Unsupported, detail);
                None
            }
        }
    }

    /// Takes the members of one archive that are to be read. Those that begin within another are refused: no
    /// program writes them, and a small archive could hold any amount of text with them.
    fn members(&mut self, mut members: Vec<(Found, u64)>) {
        members.sort_by_key(|(found, _)| header_of(found));
        let mut reached = 0;
        for (found, name_len) in members {
            let header = header_of(&found);
            if header < reached {
                let detail =
                    "The archive is damaged: this file shares its bytes with another.".to_owned();
                self.see(&found.path);
                self.unread(found.path, UnreadReason::Damaged, detail);
                continue;
            }
            reached =
                header.saturating_add(zip::LOCAL_HEADER + name_len).saturating_add(found.bytes);
            self.file(found);
        }
    }

    /// Puts a file to where it belongs.
    fn file(&mut self, found: Found) {
        self.see(&found.path);
        let archive = found.archive;
        match found.kind {
            Kind::Log => self.unit(found, Artifact::Log),
            // Only the name says that it is packed.
            Kind::Unknown | Kind::Packed => self.unit(found, Artifact::Unknown),
            Kind::Table(table, attempt) => {
                self.plan.files += 1;
                let unit = unit(found, Artifact::Table(table, attempt));
                self.tables.table((archive, table, attempt), unit);
            }
            Kind::TableFailed(table, attempt) => {
                self.plan.files += 1;
                self.tables.failure((archive, table, attempt), found.path);
            }
            Kind::LogsFailed => {
                self.failed(found.path, "these logs could not be collected, or not wholly")
            }
            Kind::NodeSkipped => self.failed(found.path, "this node was left out"),
            Kind::NodeListFailed => {
                self.nodes_missing = true;
                self.failed(
                    found.path,
                    "the nodes could not be listed, so whole nodes may be missing",
                );
            }
            Kind::Skip => {
                self.plan.files += 1;
                self.plan.skipped += 1;
            }
        }
    }

    fn unit(&mut self, found: Found, artifact: Artifact) {
        self.plan.files += 1;
        self.plan.units.push(unit(found, artifact));
    }

    fn unread(&mut self, path: String, reason: UnreadReason, detail: String) {
        self.plan.files += 1;
        self.plan.unread.push(Unread { path, reason, detail });
    }

    fn failed(&mut self, path: String, what: &str) {
        let detail = format!("The bundle itself says that {what}.");
        self.unread(path, UnreadReason::CollectionFailed, detail);
    }

    /// Something that was handed in cannot be opened, and nobody knows what it holds.
    fn closed(&mut self, path: String, reason: UnreadReason, detail: String) {
        self.see(&path);
        self.nodes_missing = true;
        self.unread(path, reason, detail);
    }

    /// Takes note of what a path tells about the cluster.
    fn see(&mut self, path: &str) {
        if let (tenant, Some(node)) = place(path) {
            self.plan.nodes.insert((Tenant(tenant.to_owned()), node));
        }
        let of_node = in_node_folder(path);
        self.has_node_folder |= of_node;
        self.has_cluster_table |= !of_node && is_table(path);
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

    fn finish(self) -> Plan {
        let Self { mut plan, tables, .. } = self;
        let settled = tables.settle();
        plan.units.extend(settled.units);
        plan.unread.extend(settled.unread);
        plan.skipped += settled.skipped;
        plan.complete_tree = self.has_node_folder && self.has_cluster_table && !self.nodes_missing;
        plan.order();
        plan
    }
}

fn unit(found: Found, artifact: Artifact) -> Unit {
    let (tenant, node) = place(&found.path);
    Unit {
        source: found.source,
        artifact,
        container: found.container,
        bytes: found.bytes,
        tenant: Tenant(tenant.to_owned()),
        node,
        path: found.path,
    }
}

/// Why a member cannot be read, if it cannot.
fn unreadable(entry: &zip::Entry<'_>) -> Option<String> {
    match entry.method {
        _ if entry.encrypted => Some(
            "This file is encrypted in the archive. Unpack the archive with its password and hand in its folder."
                .to_owned(),
        ),
        zip::STORED | zip::DEFLATE => None,
        method => Some(format!(
            "This file is compressed in a way that is not read (zip method {method}). Unpack the archive and hand \
             in its folder."
        )),
    }
}

/// Where the local header of a member begins.
fn header_of(found: &Found) -> u64 {
    match found.container {
        Container::ZipMember { header, .. } => header,
        Container::Plain | Container::Gzip => 0,
    }
}

/// A file that was handed in by itself was chosen by somebody: its name alone does not make it useless, and if its
/// content does, that is said.
fn chosen(path: &str, kind: Kind) -> Kind {
    if kind == Kind::Skip && !path.contains('/') { Kind::Unknown } else { kind }
}
