//! What the scan looks for, and what it hands up.

use std::sync::Arc;

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::net::{self, Net};
use super::segments::Segment;
use super::{Prefilter, Strays, redaction};
use crate::model::{
    Entry, Location, LogFormat, NodeId, Redaction, Severity, SortSmall, Time, Unread, Version,
    unmarked,
};
use crate::parse::quoted::is_in_string;

/// Text by which an entry is recognised: the literal must occur in the entry's joined message (redaction
/// markers not counted) or in its structured event. A floor above decides what a recognised entry means.
///
/// An entry is looked at if one of its lines holds a literal unbroken, or if crdb-v2 cut one of its lines (`|`); then
/// every literal is looked for in the joined message without markers. So a literal that a cut broke is found,
/// with the markers that the writer put around the cut; a literal into which a redaction marker falls elsewhere is
/// not, unless another literal is in the entry. Literals therefore hold nothing that CockroachDB marks: no value,
/// only the words of the format string. An empty literal occurs in every entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Name, such as `jobs.state` or `a144650.flush_error`.
    pub name: &'static str,
    /// The literal, in ASCII without quotes or backslashes, so that it reads the same inside JSON.
    pub literal: &'static str,
}

/// All that a scan looks for, ready to search. Cheap to clone; one serves any number of scanners.
#[derive(Clone, Debug)]
pub struct Signatures {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    list: Vec<Signature>,
    /// The literals, each to be searched for alone.
    finders: Vec<memmem::Finder<'static>>,
    prefilter: Prefilter,
    /// The same together with what redaction leaves.
    watchful: Prefilter,
    /// The forms of signs alone.
    forms: Prefilter,
    /// The signs of advisories in any dress.
    net: Net,
}

impl Signatures {
    /// Makes the search for a list; a hit names its members by their index. At most 65 536 of them are used.
    #[must_use]
    pub fn new(list: Vec<Signature>) -> Self {
        let none = list.len();
        Self::with_signs(list, none)
    }

    /// The same for a list of which the members from the index `first_sign` on are signs of advisories: these are also
    /// found broken over two lines and in UTF-16, and in text of which nothing else is read.
    #[must_use]
    pub fn with_signs(mut list: Vec<Signature>, first_sign: usize) -> Self {
        list.truncate(1 << 16);
        let finders = list.iter().map(|one| memmem::Finder::new(one.literal)).collect();
        let dressed = dressed(list.get(first_sign..).unwrap_or_default());
        let mut literals: Vec<&[u8]> = Vec::new();
        for (index, one) in list.iter().enumerate() {
            // A sign that is found by its halves stands nowhere without them.
            if index < first_sign || net::halves(one.literal).is_none() {
                literals.push(one.literal.as_bytes());
            }
        }
        let mut forms: Vec<&[u8]> = dressed.iter().map(Vec::as_slice).collect();
        forms.extend(list.iter().skip(first_sign).map(|one| one.literal.as_bytes()));
        let forms = Prefilter::new(&forms);
        literals.extend(dressed.iter().map(Vec::as_slice));
        let prefilter = Prefilter::new(&literals);
        literals.extend(redaction::REMOVED);
        let watchful = Prefilter::new(&literals);
        let net = Net::new(&list, first_sign);
        Self { inner: Arc::new(Inner { list, finders, prefilter, watchful, forms, net }) }
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &[Signature] {
        &self.inner.list
    }

    /// The index by which a hit names the signature `name`.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<u16> {
        let at = self.inner.list.iter().position(|signature| signature.name == name)?;
        u16::try_from(at).ok()
    }

    /// Whether any form of a sign for which lines are searched stands in a text: most candidates are so for another literal.
    pub(super) fn may_hold_sign(&self, text: &[u8]) -> bool {
        self.inner.forms.find(text, 0).is_some()
    }

    /// The index of each sign of an advisory that `text` holds, in any dress, or of which it holds one half if that is
    /// long; ascending. For text that is not the message of an entry.
    #[must_use]
    pub fn signs_in(&self, text: &[u8]) -> Vec<u16> {
        let mut signs = self.each_sign_in(text);
        signs.sort_small();
        signs.dedup();
        signs
    }

    /// The same, one for each time that a sign stands in the text, in its order.
    #[must_use]
    pub fn each_sign_in(&self, text: &[u8]) -> Vec<u16> {
        self.inner.net.signatures_in(text)
    }

    /// Whether the literal of a signature stands in `statement`, and nowhere but in its strings: somebody typed it.
    #[must_use]
    pub fn is_in_strings(&self, signature: u16, statement: &str) -> bool {
        let Some(one) = self.inner.list.get(usize::from(signature)) else { return false };
        let mut places = statement.match_indices(one.literal).peekable();
        places.peek().is_some() && places.all(|(at, _)| is_in_string(statement, at, true))
    }

    pub(super) fn net(&self) -> &Net {
        &self.inner.net
    }

    pub(super) fn prefilter(&self) -> Search<'_> {
        Search { prefilter: &self.inner.prefilter, net: &self.inner.net }
    }

    pub(super) fn watchful(&self) -> Search<'_> {
        Search { prefilter: &self.inner.watchful, net: &self.inner.net }
    }

    /// Indices of the signatures that occur in an entry.
    pub(super) fn occurring(&self, entry: &Entry) -> Vec<u16> {
        let message = unmarked(&entry.message);
        let event = entry.event.as_deref().filter(|event| *event != entry.message).map(unmarked);
        let occurs = |literal: &memmem::Finder<'_>| {
            let in_text = |text: &str| literal.find(text.as_bytes()).is_some();
            in_text(&message) || event.as_deref().is_some_and(in_text)
        };
        let indexed = (0u16..).zip(&self.inner.finders);
        indexed.filter(|(_, literal)| occurs(literal)).map(|(index, _)| index).collect()
    }
}

/// The fast search for literals in lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search<'a> {
    prefilter: &'a Prefilter,
    net: &'a Net,
}

impl Search<'_> {
    /// Where the next literal at or after `from` begins, or a colour in a line that holds a sign.
    pub(super) fn find(self, text: &[u8], mut from: usize) -> Option<usize> {
        loop {
            let at = self.prefilter.find(text, from)?;
            let is_colour = |colour: &&[u8]| text[at..].starts_with(colour);
            if !net::COLOURS.iter().any(is_colour) {
                return Some(at);
            }
            let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
            let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end);
            if !self.net.signatures_in(&text[start..end]).is_empty() {
                return Some(at);
            }
            // Another literal of the line may stand behind the colour.
            from = at + 1;
        }
    }
}

/// The forms in which the fast search finds signs beside their literals: halves of long ones, all in UTF-16 and
/// as a part of an address, and any line with a colour. They are few, because the search has room for some hundred literals.
fn dressed(signs: &[Signature]) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for sign in signs.iter().filter(|sign| !sign.literal.is_empty()) {
        let halves = net::halves(sign.literal);
        let parts = halves.as_ref().map_or(std::slice::from_ref(&sign.literal), |two| two);
        for part in parts {
            if halves.is_some() {
                forms.push(part.as_bytes().to_vec());
            }
            forms.push(net::utf16(part));
            forms.extend(net::in_addresses(part));
        }
        if halves.is_none()
            && let Some((first, second)) = sign.literal.split_at_checked(sign.literal.len() / 2)
        {
            // What holds one is read more closely: only with the other on the next line is it a sign.
            forms.extend([first, second].map(|half| half.as_bytes().to_vec()));
        }
    }
    if !forms.is_empty() {
        forms.extend(net::COLOURS.map(<[u8]>::to_vec));
    }
    forms
}

/// An entry in which at least one signature occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Indices of the signatures, ascending.
    pub signatures: Vec<u16>,
    /// The entry, joined over its physical lines.
    pub entry: Entry,
    /// Line, from 1, at which it begins.
    pub line: u64,
    /// Byte of the artifact's text, in its own encoding, at which it begins.
    pub offset: u64,
    /// Its first physical lines as they stand, with whatever a collector put around them; decoded lossily and cut to a
    /// bounded length.
    pub raw: String,
}

/// A version that a preamble, a banner at the start of a node or a JSON entry names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionSeen {
    /// First entry that names it after another version or none.
    pub time: Time,
    /// Last entry for which it holds.
    pub until: Time,
    /// The version; none for a build whose version is no number (`beta-2016…`).
    pub version: Option<Version>,
    /// As it was written.
    pub text: String,
    /// Where it is named.
    pub location: Location,
    /// No entry lies between this preamble and that of the version before it: the entries that follow may be of either.
    pub beside: bool,
    /// The node of which it is the version, where that is told: by the entry itself, or by the entry behind the preamble
    /// of the same source of a collector.
    pub of: Option<NodeId>,
}

/// What a log file is, apart from its hits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSummary {
    /// Formats of its entries, in order of appearance.
    pub formats: Vec<LogFormat>,
    /// Number of entries.
    pub entries: u64,
    /// Bytes of text.
    pub bytes: u64,
    /// Earliest and latest entry, placeholders of the year 2000 left out. Where entries name several nodes, this, the
    /// times on DEV and the counters are those of [`LogSummary::node`] alone.
    pub span: Option<(Time, Time)>,
    /// Earliest and latest entry of channel DEV that is no preamble. A file without one cannot show what
    /// CockroachDB logs to DEV, however long it is.
    pub dev_span: Option<(Time, Time)>,
    /// Most frequent node in tags or fields, or the preamble's `nodeID`.
    pub node: Option<NodeId>,
    /// The other nodes that entries name: of a file that merges the logs of several, for one process names one.
    pub other_nodes: Vec<NodeShare>,
    /// Virtual cluster that most entries name in tags or fields, if any does.
    pub tenant_name: Option<String>,
    /// Virtual clusters that entries name, in order of appearance; the system tenant is none.
    pub tenants: Vec<TenantSeen>,
    /// Starts of the node that the file's banners describe, and whether each was the first of the node. Of a file that
    /// merges the logs of several nodes, none.
    pub starts: Vec<(Time, bool)>,
    /// The preamble's `clusterID`, or JSON's `cluster_id`.
    pub cluster_id: Option<String>,
    /// Versions in order of appearance.
    pub versions: Vec<VersionSeen>,
    /// Strongest redaction seen.
    pub redaction: Redaction,
    /// Where nothing is missing, in the order of the file: split where counters do not follow on, and where a silence
    /// is not explained by them.
    pub segments: Vec<Segment>,
    /// The same, split only at silences. For files without the entries of other virtual clusters, whose counters
    /// therefore jump (a debug zip filters the files of all but the system's: cockroachdb/cockroach#94861).
    pub stretches: Vec<Segment>,
    /// Hash of the first and last 16 KiB of the text: with everything else here, it tells copies of a file.
    pub fingerprint: u64,
    /// Marked values are hashes of what stood there (since about v26.2); `redaction` is then
    /// [`Redaction::Redacted`].
    pub hashed: bool,
    /// Entries of channel DEV, preambles left out, whose whole message `debug zip --redact` removed
    /// (`REDACTEDBYZIP`): any of them could have been what an advisory asks for.
    pub dev_removed: u64,
    /// Entries of channel DEV by severity; preambles and placeholders of the year 2000 are left out. Many entries and
    /// none of INFO mean that the bundle was made without them (`docs/cockroachdb/log-formats.md#absent-lines`), and
    /// with them went every line about the state of a job.
    pub dev_severities: SeverityCounts,
}

/// A virtual cluster that entries name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSeen {
    /// Its number: `T3`.
    pub id: Option<u64>,
    /// Its name: `Vapp`.
    pub name: Option<String>,
    /// A SQL pod wrote them, a process that serves this virtual cluster alone and is no node.
    pub sql_pod: bool,
}

/// What a file holds of a node that is not its main one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeShare {
    /// The node.
    pub node: NodeId,
    /// Its earliest and latest entry.
    pub span: Option<(Time, Time)>,
}

/// How many entries there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityCounts {
    /// Of JSON entries that name none.
    pub unknown: u64,
    /// `I`
    pub info: u64,
    /// `W`
    pub warning: u64,
    /// `E`
    pub error: u64,
    /// `F`
    pub fatal: u64,
}

impl SeverityCounts {
    /// Counts one entry.
    pub fn add(&mut self, severity: Severity) {
        *match severity {
            Severity::Unknown => &mut self.unknown,
            Severity::Info => &mut self.info,
            Severity::Warning => &mut self.warning,
            Severity::Error => &mut self.error,
            Severity::Fatal => &mut self.fatal,
        } += 1;
    }

    /// Counts what another one has counted.
    pub fn add_all(&mut self, other: &Self) {
        self.unknown += other.unknown;
        self.info += other.info;
        self.warning += other.warning;
        self.error += other.error;
        self.fatal += other.fatal;
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.unknown + self.info + self.warning + self.error + self.fatal
    }
}

/// What the scan says of one log file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedLog {
    /// About the file.
    pub summary: LogSummary,
    /// Candidate entries, in the order of the file.
    pub hits: Vec<Hit>,
    /// Literals of advisories in text that is not the message of an entry, in the order of the file.
    pub strays: Strays,
    /// What could not be read of it.
    pub unread: Vec<Unread>,
}
