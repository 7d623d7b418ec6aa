//! What an input is, by its content.

use super::kinds::Kind;
use super::sniff::{HEAD, Packing, sniff, sniff_inside_gzip};
use super::zip::{self, Directory};
use super::{ReadError, Source, SourceKind};

/// What an input is.
pub(super) enum Look {
    /// A zip archive, with its directory if it has one.
    Zip(Option<Directory>),
    /// A gzip stream of one file.
    Gzip,
    /// A file as it is.
    Plain,
    /// Something that is not read, and the sentence that says so.
    Refused(SourceKind, String),
}

/// Looks at the first bytes of a file, and at its last if it may be an archive that something was put before. A
/// log or table by its name is none.
pub(super) async fn look<S: Source>(source: &S, kind: Kind) -> Result<Look, ReadError> {
    let len = source.len().min(HEAD as u64) as usize;
    let head = source.read_at(0, len, Vec::new()).await?;
    Ok(match sniff(&head) {
        Packing::Zip => Look::Zip(zip::find(source).await?),
        Packing::Gzip => gzip(&head),
        Packing::Tar => Look::Refused(SourceKind::Tar, refusal("tar")),
        Packing::Zstd => Look::Refused(SourceKind::Zstd, refusal("zstd")),
        Packing::Other(name) => Look::Refused(SourceKind::File, refusal(name)),
        Packing::Plain if matches!(kind, Kind::Log | Kind::Table(..)) => Look::Plain,
        Packing::Plain => match zip::find(source).await? {
            Some(directory) if !directory.is_empty() => Look::Zip(Some(directory)),
            _ => Look::Plain,
        },
    })
}

fn gzip(head: &[u8]) -> Look {
    let inside = match sniff_inside_gzip(head) {
        Packing::Plain => return Look::Gzip,
        Packing::Zip => "zip",
        Packing::Gzip => "gzip",
        Packing::Tar => "tar",
        Packing::Zstd => "zstd",
        Packing::Other(name) => name,
    };
    Look::Refused(SourceKind::Gzip, refusal(&format!("{inside} within gzip")))
}

fn refusal(packing: &str) -> String {
    format!(
        "It is packed with {packing}, which this version does not read. Unpack it and hand in what comes out."
    )
}
