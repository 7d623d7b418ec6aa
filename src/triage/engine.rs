//! The steps of a run.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::advisories::ADVISORIES;
use crate::facts::{self, Content};
use crate::ingest::{
    self, Artifact, Chunk, FileInfo, Input, Limits, Plan, Sink, Source, Table, Tally, Unit,
};
use crate::model::{Unread, UnreadReason};
use crate::parse::cluster::ClusterTable;
use crate::parse::jobs_table::JobsTable;
use crate::parse::schedules::SchedulesTable;
use crate::parse::sniff::{self, Sniffed};
use crate::scan::{LogScanner, Signature, Signatures};

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
    /// What is missing of it.
    pub(super) unread: Vec<Unread>,
    /// Bytes of text read.
    pub(super) text: u64,
}

/// Everything that is the same for all units: what the scan looks for, and how much is read at once.
pub struct Engine {
    signatures: Signatures,
    names: Vec<&'static str>,
    limits: Limits,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Engine {
    /// An engine that checks every advisory.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let all: Vec<Signature> = facts::SIGNATURES
            .iter()
            .chain(ADVISORIES.iter().flat_map(|advisory| advisory.signatures))
            .cloned()
            .collect();
        let names = all.iter().map(|signature| signature.name).collect();
        Self { signatures: Signatures::new(all), names, limits }
    }

    /// Finds out what is in the input.
    pub async fn plan<S: Source>(&self, inputs: &[Input<S>]) -> Plan {
        ingest::plan(inputs).await
    }

    /// Reads one unit. `progress` hears how many bytes of the source and of text are done.
    pub async fn scan<S: Source>(
        &self,
        source: &S,
        unit: &Unit,
        mut progress: impl FnMut(u64, u64),
    ) -> UnitResult {
        let mut scan = Scan {
            signatures: &self.signatures,
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
        Outcome::conclude(plan, results, &self.names)
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

/// Takes the files of a unit.
struct Scan<'a> {
    signatures: &'a Signatures,
    open: Option<(FileInfo, Reader<'a>, u64)>,
    /// Bytes of text of all files so far.
    text: u64,
    files: Vec<FileResult>,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Sink for Scan<'_> {
    fn begin(&mut self, file: FileInfo) {
        let reader = Reader::new(self.signatures, &file);
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
        let (content, mut unread) = reader.finish();
        unread.extend(lack);
        self.files.push(FileResult { file, content, unread, text });
    }
}

/// How the text of one file is read; undecided until its first bytes tell what it is.
enum Reader<'a> {
    Undecided { signatures: &'a Signatures, path: String, head: Vec<u8> },
    Log(Box<LogScanner>),
    Jobs(Table, Box<JobsTable>),
    Schedules(Box<SchedulesTable>),
    Cluster(Table, Box<ClusterTable>),
    Report(String),
    NotRecognized,
}

impl<'a> Reader<'a> {
    fn new(signatures: &'a Signatures, file: &FileInfo) -> Self {
        let path = &file.path;
        match file.artifact {
            Artifact::Log => Self::log(signatures, path),
            Artifact::Table(table, _) => Self::table(table, path),
            Artifact::Unknown => {
                Self::Undecided { signatures, path: path.clone(), head: Vec::new() }
            }
        }
    }

    fn table(table: Table, path: &str) -> Self {
        if table.has_jobs() {
            Self::Jobs(table, Box::new(JobsTable::named(table, path)))
        } else if table == Table::ScheduledJobs {
            Self::Schedules(Box::new(SchedulesTable::new(path)))
        } else {
            Self::Cluster(table, Box::new(ClusterTable::new(table, path)))
        }
    }

    fn log(signatures: &'a Signatures, path: &str) -> Self {
        Self::Log(Box::new(LogScanner::new(signatures, path)))
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
            Self::Jobs(_, table) => table.feed(text),
            Self::Schedules(table) => table.feed(text),
            Self::Cluster(_, table) => table.feed(text),
            Self::Report(_) | Self::NotRecognized => {}
        }
    }

    fn decide(&mut self) {
        let Self::Undecided { signatures, path, head } = self else { return };
        let head = std::mem::take(head);
        *self = match sniff::sniff(&head) {
            Sniffed::Log => Self::log(signatures, path),
            Sniffed::Table(table) => Self::table(table, path),
            Sniffed::Report => Self::Report(std::mem::take(path)),
            Sniffed::NotRecognized => Self::NotRecognized,
        };
        self.feed(&head);
    }

    fn finish(mut self) -> (Content, Vec<Unread>) {
        self.decide();
        match self {
            Self::Log(scanner) => {
                let mut log = scanner.finish();
                let unread = std::mem::take(&mut log.unread);
                (Content::Log(Box::new(log.into())), unread)
            }
            Self::Jobs(table, reader) => {
                let (rows, unread) = reader.finish();
                (Content::Jobs(table, rows), unread)
            }
            Self::Schedules(reader) => {
                let (rows, unread) = reader.finish();
                (Content::Schedules(rows), unread)
            }
            Self::Cluster(named, reader) => {
                let table = reader.table(named);
                let (records, unread) = reader.finish();
                (Content::Cluster(table, records), unread)
            }
            Self::Report(path) => (Content::NotRecognized, vec![saved(path)]),
            Self::Undecided { .. } | Self::NotRecognized => (Content::NotRecognized, Vec::new()),
        }
    }
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
