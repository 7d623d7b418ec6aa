//! The steps of a run.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::advisories::detector;
use crate::facts::{self, Content, Facts, StatedBuilds};
use crate::ingest::{
    self, Artifact, Chunk, FileInfo, Input, Limits, Plan, Sink, Source, Table, Tally, Unit, Wanted,
    dumped,
};
use crate::model::{SortSmall, Unread, UnreadReason, Version};
use crate::parse::asked::{AskedReader, AskedTable, Questions};
use crate::parse::cluster::ClusterTable;
use crate::parse::jobs_table::{JobRow, JobsTable};
use crate::parse::schedules::SchedulesTable;
use crate::parse::schema::SchemaTable;
use crate::parse::settings::{Names, SettingsTable};
use crate::parse::sniff::{self, Sniffed};
use crate::rules::{RuleSet, signature};
use crate::scan::{Heads, LogScanner, Searched, Signature, Signatures, Strays, TextSearch};

use super::Outcome;

/// So much of an artifact whose name tells nothing is looked at to find out what it is.
const HEAD: usize = 64 << 10;

/// What scanning one unit gave. Travels between workers in a compact form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitResult {
    /// Its files; one for most units.
    pub(super) files: Vec<FileResult>,
    /// What it holds besides, and what is wrong with it as a whole.
    pub(super) tally: Tally,
}

/// What reading one file gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FileResult {
    pub(super) file: FileInfo,
    /// What its text says.
    pub(super) content: Content,
    /// Rows of it that rules ask for.
    pub(super) asked: Option<AskedTable>,
    /// Signs of advisories in what of its text was not understood.
    pub(super) strays: Strays,
    /// Whether it is text, of a file of which nothing else is read.
    pub(super) is_text: bool,
    /// What looks like entries of a log in it, of the same files.
    pub(super) heads: Heads,
    /// What is missing of it.
    pub(super) unread: Vec<Unread>,
    /// Bytes of text read.
    pub(super) text: u64,
}

/// Everything that is the same for all units: the rules, what the scan looks for because of them, and how much is read at
/// once.
pub struct Engine {
    rules: RuleSet,
    signatures: Signatures,
    names: Vec<&'static str>,
    settings: Names,
    questions: Questions,
    tables: BTreeSet<String>,
    limits: Limits,
}

impl Default for Engine {
    /// An engine with the shipped rules.
    fn default() -> Self {
        Self::new(Limits::default(), RuleSet::shipped())
    }
}

impl Engine {
    /// An engine that decides `rules`.
    #[must_use]
    pub fn new(limits: Limits, rules: RuleSet) -> Self {
        let named = rules.rules().iter().filter_map(|rule| rule.detector.as_ref());
        let of_detectors = named
            .filter_map(|named| detector(&named.name))
            .flat_map(|detector| detector.signatures.iter().cloned());
        let needs = rules.needs();
        let of_rules = needs.literals.iter().map(|literal| Signature {
            name: interned(&signature(literal)),
            literal: interned(literal),
        });
        let all: Vec<Signature> =
            facts::SIGNATURES.iter().cloned().chain(of_detectors).chain(of_rules).collect();
        let names = all.iter().map(|signature| signature.name).collect();
        let signatures = Signatures::with_signs(all, facts::SIGNATURES.len());
        let settings = Names::new(&needs.settings);
        let questions = rules.questions();
        let tables = needs.tables;
        Self { rules, signatures, names, settings, questions, tables, limits }
    }

    /// The same engine, reading these settings of the cluster beside those that are set, in place of those that its rules
    /// name.
    #[must_use]
    pub fn with_settings(self, settings: Names) -> Self {
        Self { settings, ..self }
    }

    /// Finds out what is in the input.
    pub async fn plan<S: Source>(&self, inputs: &[Input<S>]) -> Plan {
        let asks = |table: &str| self.tables.contains(table);
        ingest::plan_asked(inputs, Wanted::new(&asks)).await
    }

    /// Reads one unit. `progress` hears how many bytes of the source and of text are done.
    pub async fn scan<S: Source>(
        &self,
        source: &S,
        unit: &Unit,
        mut progress: impl FnMut(u64, u64),
    ) -> UnitResult {
        let asks = |table: &str| self.tables.contains(table);
        let mut scan = Scan {
            asked: Asked {
                signatures: &self.signatures,
                settings: &self.settings,
                questions: &self.questions,
            },
            wanted: Wanted::new(&asks),
            open: None,
            text: 0,
            files: Vec::new(),
            progress: &mut progress,
        };
        let outcome = ingest::read_unit(source, unit, &self.limits, &mut scan).await;
        UnitResult { files: scan.files, tally: outcome.tally }
    }

    /// Decides, from the plan and the result of each unit in its order; none for a unit that was lost.
    #[must_use]
    pub fn conclude(&self, plan: Plan, results: Vec<Option<UnitResult>>) -> Outcome {
        Outcome::conclude(plan, results, &self.names, &self.rules)
    }

    /// Decides without any input, from the builds that a person says all nodes run.
    #[must_use]
    pub fn check(&self, builds: Vec<Version>) -> Outcome {
        let first = self.rules.stated().first().cloned();
        Outcome::of_facts(Facts::of_builds(StatedBuilds { builds, first }), &self.rules)
    }

    /// The rules that it decides.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// What the scan looks for.
    #[must_use]
    pub fn signatures(&self) -> &Signatures {
        &self.signatures
    }

    /// How much is read at once.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// A text that lives as long as the process: what is searched for is named in every hit, and an engine is made once. The size
/// of a file of rules bounds it.
fn interned(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    signatures: &'a Signatures,
    settings: &'a Names,
    questions: &'a Questions,
}

/// Takes the files of a unit.
struct Scan<'a> {
    asked: Asked<'a>,
    wanted: Wanted<'a>,
    open: Option<(FileInfo, Reader<'a>, u64)>,
    /// Bytes of text of all files so far.
    text: u64,
    files: Vec<FileResult>,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Sink for Scan<'_> {
    fn wanted(&self) -> Wanted<'_> {
        self.wanted
    }

    fn begin(&mut self, file: FileInfo) {
        let reader = Reader::new(self.asked, &file);
        self.open = Some((file, reader, 0));
    }

    fn text(&mut self, chunk: Chunk<'_>) -> ControlFlow<()> {
        if let Some((_, reader, text)) = &mut self.open {
            reader.feed(chunk.text);
            *text += chunk.text.len() as u64;
        }
        self.text += chunk.text.len() as u64;
        (self.progress)(chunk.done, self.text);
        ControlFlow::Continue(())
    }

    fn end(&mut self, lack: Option<Unread>) {
        let Some((file, reader, text)) = self.open.take() else { return };
        let Read { content, asked, searched, mut unread } = reader.finish(self.asked.signatures);
        unread.extend(lack);
        let Searched { strays, is_text, heads } = searched;
        self.files.push(FileResult { file, content, asked, strays, is_text, heads, unread, text });
    }
}

/// What reading one file gave, its place apart.
struct Read {
    content: Content,
    asked: Option<AskedTable>,
    searched: Searched,
    unread: Vec<Unread>,
}

/// How the text of one file is read; undecided until its first bytes tell what it is. Text that is not a log is searched
/// for signs whatever it is; a log does that itself.
enum Reader<'a> {
    Undecided { asked: Asked<'a>, path: String, head: Vec<u8> },
    Log(Box<LogScanner>),
    Other(Other, Option<Box<AskedReader>>, Box<TextSearch>),
    Report(String),
}

/// What is read of a text beside the search for signs.
enum Other {
    Jobs(Table, Box<JobsTable>),
    Schedules(Box<SchedulesTable>),
    Settings(Box<SettingsTable>),
    Schema(Table, Box<SchemaTable>),
    Cluster(Table, Box<ClusterTable>),
    /// Nothing but rows that rules ask for.
    Asked,
    Nothing,
}

impl<'a> Reader<'a> {
    fn new(asked: Asked<'a>, file: &FileInfo) -> Self {
        let path = &file.path;
        match file.artifact {
            Artifact::Log => Self::log(asked, path),
            Artifact::Table(table, _) => Self::table(asked, table, path),
            Artifact::Asked => {
                let table = dumped(path).map_or("", |dump| dump.table);
                Self::other(asked, Other::Asked, AskedReader::new(table, path, asked.questions))
            }
            Artifact::Aside => Self::other(asked, Other::Nothing, None),
            Artifact::Unknown => Self::Undecided { asked, path: path.clone(), head: Vec::new() },
        }
    }

    fn log(asked: Asked<'a>, path: &str) -> Self {
        Self::Log(Box::new(LogScanner::new(asked.signatures, path)))
    }

    fn table(asked: Asked<'a>, table: Table, path: &str) -> Self {
        let rows = AskedReader::new(table.name(), path, asked.questions);
        Self::other(asked, Other::table(table, path, asked.settings), rows)
    }

    fn other(asked: Asked<'a>, other: Other, rows: Option<AskedReader>) -> Self {
        Self::Other(other, rows.map(Box::new), Box::new(TextSearch::new(asked.signatures)))
    }

    fn feed(&mut self, text: &[u8]) {
        match self {
            Self::Undecided { head, .. } => {
                let room = HEAD.saturating_sub(head.len());
                let (first, rest) = text.split_at(text.len().min(room));
                head.extend_from_slice(first);
                if head.len() >= HEAD {
                    self.decide();
                    if !rest.is_empty() {
                        self.feed(rest);
                    }
                }
            }
            Self::Log(scanner) => scanner.feed(text),
            Self::Other(other, rows, search) => {
                other.feed(text);
                if let Some(rows) = rows {
                    rows.feed(text);
                }
                search.feed(text);
            }
            Self::Report(_) => {}
        }
    }

    fn decide(&mut self) {
        let Self::Undecided { asked, path, head } = self else { return };
        let head = std::mem::take(head);
        *self = match sniff::sniff(&head) {
            Sniffed::Log => Self::log(*asked, path),
            Sniffed::Table(table) => Self::table(*asked, table, path),
            Sniffed::Report => Self::Report(std::mem::take(path)),
            Sniffed::NotRecognized => Self::other(*asked, Other::Nothing, None),
        };
        self.feed(&head);
    }

    fn finish(mut self, signatures: &Signatures) -> Read {
        self.decide();
        match self {
            Self::Log(scanner) => {
                let mut log = scanner.finish();
                let unread = std::mem::take(&mut log.unread);
                let strays = std::mem::take(&mut log.strays);
                let searched = Searched { strays, is_text: true, ..Searched::default() };
                let content = Content::Log(Box::new(log.into()));
                Read { content, asked: None, searched, unread }
            }
            Self::Other(other, rows, search) => {
                let only_rows = matches!(other, Other::Asked);
                let (content, mut unread) = other.finish();
                let (asked, lacks) = rows.map(|rows| rows.finish()).unzip();
                // What reads the table beside says what is wrong with it.
                unread.extend(lacks.filter(|_| only_rows).into_iter().flatten());
                let Searched { mut strays, is_text, heads } = search.finish();
                if let Content::Jobs(_, rows) = &content
                    && !strays.is_empty()
                {
                    strays = strays.without(in_cells(rows, signatures));
                }
                Read { content, asked, searched: Searched { strays, is_text, heads }, unread }
            }
            Self::Report(path) => Read {
                content: Content::NotRecognized,
                asked: None,
                searched: Searched::default(),
                unread: vec![saved(path)],
            },
            Self::Undecided { .. } => Read {
                content: Content::NotRecognized,
                asked: None,
                searched: Searched::default(),
                unread: Vec::new(),
            },
        }
    }
}

impl Other {
    fn table(table: Table, path: &str, settings: &Names) -> Self {
        if table.has_jobs() {
            Self::Jobs(table, Box::new(JobsTable::named(table, path)))
        } else if table == Table::ScheduledJobs {
            Self::Schedules(Box::new(SchedulesTable::new(path)))
        } else if table.has_settings() {
            Self::Settings(Box::new(SettingsTable::new(table, path, settings)))
        } else if table.has_schema() {
            Self::Schema(table, Box::new(SchemaTable::new(path)))
        } else {
            Self::Cluster(table, Box::new(ClusterTable::new(table, path).asking(settings)))
        }
    }

    fn feed(&mut self, text: &[u8]) {
        match self {
            Self::Jobs(_, table) => table.feed(text),
            Self::Schedules(table) => table.feed(text),
            Self::Settings(table) => table.feed(text),
            Self::Schema(_, table) => table.feed(text),
            Self::Cluster(_, table) => table.feed(text),
            Self::Asked | Self::Nothing => {}
        }
    }

    fn finish(self) -> (Content, Vec<Unread>) {
        match self {
            Self::Jobs(table, reader) => {
                let (rows, unread) = reader.finish();
                (Content::Jobs(table, rows), unread)
            }
            Self::Schedules(reader) => {
                let (rows, unread) = reader.finish();
                (Content::Schedules(rows), unread)
            }
            Self::Settings(reader) => {
                let (table, rows, unread) = reader.finish();
                (Content::Settings(table, rows), unread)
            }
            Self::Schema(table, reader) => {
                let (rows, unread) = reader.finish();
                (Content::Schema(table, rows), unread)
            }
            Self::Cluster(named, reader) => {
                let table = reader.table(named);
                let (records, unread) = reader.finish();
                (Content::Cluster(table, records), unread)
            }
            Self::Asked => (Content::Asked, Vec::new()),
            Self::Nothing => (Content::NotRecognized, Vec::new()),
        }
    }
}

/// The signs in cells of a jobs table that were read, each with the first and last line of its row: in a string of the
/// statement that somebody ran, or in the error of the job, which the advisories look at.
fn in_cells(rows: &[JobRow], signatures: &Signatures) -> Vec<(u16, (u64, u64))> {
    let mut starts: Vec<u64> = rows.iter().map(|row| row.line).collect();
    starts.sort_small();
    let mut found = Vec::new();
    for row in rows {
        let next = starts.partition_point(|start| *start <= row.line);
        let last = starts.get(next).map_or(u64::MAX, |start| start - 1);
        let typed = [Some(row.description.as_str()), row.statement.as_deref()];
        for cell in typed.into_iter().flatten() {
            let signs = signatures.each_sign_in(cell.as_bytes()).into_iter();
            let signs = signs.filter(|sign| signatures.is_in_strings(*sign, cell));
            found.extend(signs.map(|sign| (sign, (row.line, last))));
        }
        let error = row.error.as_deref().unwrap_or_default().as_bytes();
        found.extend(
            signatures.each_sign_in(error).into_iter().map(|sign| (sign, (row.line, last))),
        );
    }
    found
}

fn saved(path: String) -> Unread {
    Unread {
        path,
        reason: UnreadReason::SavedReport,
        detail: "This is a report that crdb-triage wrote, and no log: nothing of it counts. To look at it again, hand it \
                 in alone on the page."
            .to_owned(),
    }
}
