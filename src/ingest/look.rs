//! What an input is, by its content.

use super::kinds::Kind;
use super::sniff::{HEAD, Packing, sniff};
use super::zip::{self, Directory};
use super::{ReadError, Source};

/// What an input is.
pub(super) enum Look {
    /// A zip archive with its directory.
    Zip(Directory),
    /// Anything else.
    Other(Packing),
}

/// Looks at the first bytes of a file, and at its last if it may be an archive that something was put before. A
/// log or table by its name is none.
pub(super) async fn look<S: Source>(source: &S, kind: Kind) -> Result<Look, ReadError> {
    let len = source.len().min(HEAD as u64) as usize;
    let head = source.read_at(0, len, Vec::new()).await?;
    let packing = sniff(&head);
    let may_be_zip = match packing {
        Packing::Zip => true,
        Packing::Plain => !matches!(kind, Kind::Log | Kind::Table(..)),
        _ => false,
    };
    if may_be_zip
        && let Some(directory) = zip::find(source).await?
        && (packing == Packing::Zip || !directory.is_empty())
    {
        return Ok(Look::Zip(directory));
    }
    Ok(Look::Other(packing))
}
