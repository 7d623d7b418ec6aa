//! Signs of advisories in text that was not understood, by file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Cluster, Location, NodeId, Tenancy, unmarked};
use crate::parse::quoted;
use crate::parse::scrub::scrub;
use crate::scan::{SIGN_LINES, Strays};

use super::clusters::Home;
use super::signals::is_of_advisory;
use super::{Content, Reading, Sign};

/// The signs of one signature in what was not understood of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayFile {
    /// Name of the signature.
    pub signature: &'static str,
    /// Cluster and virtual cluster whose file it is, as far as the path tells.
    pub tenancy: Tenancy,
    /// Node whose file it is, if it is known.
    pub node: Option<NodeId>,
    /// The path of the file.
    pub path: Arc<str>,
    /// What the file is.
    pub kind: StrayKind,
    /// The first lines that hold one, with their text.
    pub lines: Vec<(Location, String)>,
    /// How many lines there are.
    pub count: u64,
}

/// What a file is in which signs were not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrayKind {
    /// A log.
    Log,
    /// A table, or a document about the cluster.
    Table,
    /// Nothing that is read.
    Other,
}

/// The strays of all files. Each of them has a reading, whose home tells the cluster.
pub(super) fn of_files(
    strays: Vec<(String, Strays)>,
    readings: &[Reading],
    homes: &[Home],
    signatures: &[&'static str],
) -> Vec<StrayFile> {
    if strays.is_empty() {
        return Vec::new();
    }
    let by_path: HashMap<&str, (&Reading, &Home)> = readings
        .iter()
        .zip(homes)
        .map(|(reading, home)| (&*reading.path, (reading, home)))
        .collect();
    let mut all = Vec::new();
    for (path, strays) in &strays {
        let Some((reading, home)) = by_path.get(path.as_str()) else { continue };
        let cluster = home.cluster.clone().unwrap_or_else(Cluster::default);
        let (kind, named) = match &reading.content {
            Content::Log(log) => (StrayKind::Log, log.summary.node),
            Content::NotRecognized => (StrayKind::Other, None),
            Content::Jobs(..)
            | Content::Schedules(_)
            | Content::Settings(..)
            | Content::Schema(..)
            | Content::Cluster(..)
            | Content::Asked => (StrayKind::Table, None),
        };
        for index in strays.signatures().filter(|index| is_of_advisory(*index)) {
            let Some(signature) = signatures.get(usize::from(index)) else { continue };
            let lines = strays.iter().filter(|stray| stray.signature == index).take(SIGN_LINES);
            all.push(StrayFile {
                signature,
                tenancy: Tenancy::new(&cluster, &reading.tenant),
                node: reading.node.or(named),
                path: Arc::clone(&reading.path),
                kind,
                lines: lines
                    .map(|stray| {
                        let (line, offset) = (stray.line, stray.offset);
                        let at = Location { path: Arc::clone(&reading.path), line, offset };
                        (at, scrub(&stray.text).into_owned())
                    })
                    .collect(),
                count: strays.count(index),
            });
        }
    }
    all
}

impl Sign {
    /// Whether the entry only quotes the sign's literal: it logs what somebody typed, such as a query for this very
    /// message.
    #[must_use]
    pub fn is_quoted(&self, literal: &str) -> bool {
        let message = unmarked(&self.entry.message);
        if let Some(event) = self.entry.event.as_deref() {
            let event = unmarked(event);
            let mut places = event.match_indices(literal).peekable();
            let outside = !event.contains(&*message) && message.contains(literal);
            return places.peek().is_some()
                && !outside
                && places.all(|(at, _)| quoted::is_in_typed_field(&event, at));
        }
        let statement =
            ["exec_log.go", "event_log.go"].iter().any(|file| self.entry.file.ends_with(file));
        let text: Cow<'_, str> = message;
        let mut places = text.match_indices(literal).peekable();
        places.peek().is_some() && places.all(|(at, _)| quoted::is_in_string(&text, at, statement))
    }
}
