//! A chain of backups as a picture: its layers as points of time, the operations over them, and the restores that
//! read them.
//!
//! Everything that is drawn is decided here, as text and as per cent of the axis. A chain may span weeks, and the
//! hour that matters lies somewhere in it: the axis reaches over that hour, and what lies beyond its ends is counted
//! there. What the picture draws or counts, [`table`] says in full.

mod focus;
mod layers;
mod spans;
pub mod table;

use crdb_triage::model::{LayerKind, LayerRole, LayerState, SortSmall, SubjectKind};
use crdb_triage::report::{
    BackupPart, Chain, ChainOperation, ChainRestore, Finding, Layer, Report, wording,
};

use super::axis::{Axis, Stretch};
use super::format;
use super::pick::{self, Pick};

/// Something of a chain, by its place in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A layer.
    Layer(usize),
    /// An operation.
    Operation(usize),
    /// A restore.
    Restore(usize),
}

/// What a mark of layers looks like. Where layers that stand too close to be told apart differ, it is the strongest
/// that counts, and of what has no order nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Their kind, if they have the same.
    pub kind: Option<LayerKind>,
    /// Whether they exist, if the same is true of all.
    pub state: Option<LayerState>,
    /// The stronger of possible and suspect.
    pub role: Option<LayerRole>,
    /// One captures an operation.
    pub captures: bool,
    /// One is the latest to restore to.
    pub safe: bool,
    /// One is what the finding is about.
    pub subject: bool,
    /// How many they are.
    pub number: usize,
}

/// An incremental layer that exists and plays no part.
const PLAIN: Glyph = Glyph {
    kind: Some(LayerKind::Incremental),
    state: Some(LayerState::Done),
    role: None,
    captures: false,
    safe: false,
    subject: false,
    number: 1,
};

/// What the marks of layers mean: one that shows just that, and the words for it.
pub const GLYPHS: [(Glyph, &str); 11] = [
    (Glyph { kind: Some(LayerKind::Full), ..PLAIN }, "full backup"),
    (PLAIN, "incremental backup"),
    (Glyph { kind: Some(LayerKind::Unknown), ..PLAIN }, "backup of unknown kind"),
    (Glyph { number: 12, ..PLAIN }, "several, too close to tell apart"),
    (Glyph { state: Some(LayerState::Unfinished), ..PLAIN }, "not finished"),
    (Glyph { state: Some(LayerState::Failed), ..PLAIN }, "failed: there is none"),
    (Glyph { captures: true, ..PLAIN }, "captures an operation"),
    (Glyph { role: Some(LayerRole::Possible), ..PLAIN }, "possible"),
    (Glyph { role: Some(LayerRole::Suspect), ..PLAIN }, "suspect"),
    (Glyph { safe: true, ..PLAIN }, "latest layer to restore to"),
    (Glyph { subject: true, ..PLAIN }, "what this finding is about"),
];

impl Glyph {
    /// Whether it shows what `sample`, one of [`GLYPHS`], stands for.
    #[must_use]
    pub fn shows(&self, sample: Self) -> bool {
        match sample {
            Self { number: 2.., .. } => self.number > 1,
            Self { state: Some(LayerState::Done), role: None, captures, safe, subject, .. } => {
                match (captures, safe, subject) {
                    (true, ..) => self.captures,
                    (_, true, _) => self.safe,
                    (.., true) => self.subject,
                    _ => self.kind == sample.kind,
                }
            }
            Self { role: Some(role), .. } => self.role == Some(role),
            _ => self.state == sample.state,
        }
    }
}

/// What a part is, and so how it looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A layer, or several.
    Layers(Glyph),
    /// An operation, or several.
    Run,
    /// A restore: from its time to the layer that it read, which stands there.
    Reads(f64),
    /// A restore, or several, of which no layer is pointed to.
    Restored,
    /// What lies beyond an end of the axis, counted in words.
    Beyond(String),
}

/// Something that can be pointed at.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub shape: Shape,
    /// Where it lies.
    pub place: Stretch,
    /// How many parts of its track it had to move down.
    pub lane: usize,
    /// Whether a finding speaks of it.
    pub strong: bool,
    /// What it stands for. Everything of a chain is in exactly one part.
    pub items: Vec<Item>,
    /// What it says when it is pointed at, with exact times.
    pub text: String,
}

/// What a track shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Operations.
    Operations,
    /// Layers.
    Layers,
    /// Restores.
    Restores,
}

/// One line of the picture with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// What it shows.
    pub of: Of,
    /// What it is called.
    pub name: String,
    /// More about it.
    pub about: String,
    /// Words to draw across it, where a bar cannot say it.
    pub across: Option<String>,
    /// How many lanes its parts take.
    pub lanes: usize,
    /// What is drawn, from left to right.
    pub parts: Vec<Part>,
}

/// The picture of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The time across.
    pub axis: Axis,
    /// Operations, layers, restores.
    pub tracks: Vec<Track>,
    /// Where the layers stand of which findings speak: lines through all tracks.
    pub guides: Vec<f64>,
    /// All of it in a sentence.
    pub sentence: String,
    /// What the reader has to know about what it leaves out.
    pub notes: Vec<String>,
}

/// A chain, and what of it matters: to one finding, or to all.
#[derive(Clone, Copy)]
struct View<'a> {
    chain: &'a Chain,
    finding: Option<&'a Finding>,
    part: Option<&'a BackupPart>,
}

/// Lays out a chain; for a finding, what that speaks of stands out. Nothing for a chain without layers.
#[must_use]
pub fn picture(report: &Report, chain: &Chain, finding: Option<&Finding>) -> Option<Picture> {
    let view = View { chain, finding, part: finding.and_then(|finding| finding.backup.as_ref()) };
    let safe = last_safe(report, chain, finding);
    let axis = focus::axis(&view, &safe)?;
    let layers = layers::track(&view, &safe, &axis);
    let guides = layers.parts.iter().filter(|part| part.strong && part.place.width == 0.0);
    let guides = guides.filter(|part| matches!(part.shape, Shape::Layers(_)));
    let guides = guides.map(|part| part.place.x).collect();
    let restores = spans::restores(&view, &axis, &layers);
    let mut tracks = spans::operations(&view, &axis);
    tracks.push(layers);
    tracks.extend(restores);
    let notes = wording::more_operations(chain)
        .map(|said| format!("{}.", wording::capital(&said)))
        .into_iter()
        .collect();
    Some(Picture { axis, tracks, guides, sentence: sentence(chain), notes })
}

/// The chains in the order of urgency, by their place in the report: those that findings speak of first, of them
/// those with the strongest part.
#[must_use]
pub fn order(report: &Report) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.chains.len()).collect();
    let strongest = |at: &usize| {
        let chain = report.chains.get(*at)?;
        chain.layers.iter().flat_map(|layer| &layer.marks).map(|mark| mark.role).max()
    };
    order.sort_small_by_key(|at| std::cmp::Reverse(strongest(at)));
    order
}

impl Picture {
    /// The part that is meant.
    #[must_use]
    pub fn part(&self, pick: Pick) -> Option<&Part> {
        self.tracks.get(pick.row)?.parts.get(pick.part)
    }

    /// The part that a key leads to, as [`pick::moved`] has it.
    #[must_use]
    pub fn moved(&self, from: Option<Pick>, key: &str) -> Option<Pick> {
        let places = |track: &Track| track.parts.iter().map(|part| part.place.x).collect();
        pick::moved(&self.tracks.iter().map(places).collect::<Vec<_>>(), from, key)
    }
}

impl View<'_> {
    fn is_subject(&self, kind: SubjectKind, job: &str) -> bool {
        let about = |finding: &Finding| finding.subject.kind == kind && finding.subject.id == job;
        self.finding.is_some_and(about)
    }

    /// Whether a finding speaks of the layer; of several layers that are suspect each is spoken of.
    fn speaks_of_layer(&self, layer: &Layer) -> bool {
        match (self.finding, self.part) {
            (Some(finding), Some(part)) => {
                part.captured_by.contains(&layer.job)
                    || self.is_subject(SubjectKind::Backup, &layer.job)
                    || layer.marks.iter().any(|mark| mark.advisory == finding.advisory)
            }
            _ => !layer.marks.is_empty(),
        }
    }

    fn speaks_of_operation(&self, operation: &ChainOperation) -> bool {
        match self.part {
            Some(part) => part.operation.as_ref() == Some(&operation.job),
            None => !operation.captured_by.is_empty(),
        }
    }

    fn speaks_of_restore(&self, restore: &ChainRestore) -> bool {
        match self.finding {
            Some(_) => self.is_subject(SubjectKind::Restore, &restore.job),
            None => {
                let read = |layer: &&Layer| restore.layer.as_ref() == Some(&layer.job);
                let layer = self.chain.layers.iter().find(read);
                layer.is_some_and(|layer| role(layer) == Some(LayerRole::Suspect))
            }
        }
    }
}

/// The stronger of possible and suspect.
fn role(layer: &Layer) -> Option<LayerRole> {
    let roles = layer.marks.iter().map(|mark| mark.role);
    roles.filter(|role| *role != LayerRole::Captures).max()
}

/// Jobs of the latest layers to restore to: for a finding, or for any about this chain.
fn last_safe<'a>(report: &'a Report, chain: &Chain, finding: Option<&'a Finding>) -> Vec<&'a str> {
    let all = report.findings.iter().filter(|other| match finding {
        Some(finding) => std::ptr::eq(*other, finding),
        None => wording::chain_of(report, other).is_some_and(|of| std::ptr::eq(of, chain)),
    });
    all.filter_map(|finding| finding.backup.as_ref()?.last_safe.as_deref()).collect()
}

/// The picture in a sentence, for those who do not see it.
fn sentence(chain: &Chain) -> String {
    let number = |role: LayerRole| {
        let has = |layer: &&Layer| layer.marks.iter().any(|mark| mark.role == role);
        chain.layers.iter().filter(has).count()
    };
    let mut words = wording::chain_in_short(chain, format::exact);
    for (role, one, many) in [
        (LayerRole::Captures, "captures an operation", "capture an operation"),
        (LayerRole::Possible, "is possibly concerned", "are possibly concerned"),
        (LayerRole::Suspect, "is suspect", "are suspect"),
    ] {
        match number(role) {
            0 => {}
            1 => words = format!("{words}; 1 layer {one}"),
            number => words = format!("{words}; {number} layers {many}"),
        }
    }
    format!("Chain of backups {}: {words}.", wording::chain_name(chain))
}

#[cfg(test)]
#[path = "../chains_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "../chains_any_tests.rs"]
mod any_tests;
