//! What page and worker say to each other.
//!
//! A message is a small value of this module beside what cannot be a value: `File` handles and byte buffers.
//! The buffers (`plan`, `unit`, `result`) are the engine's own compact form; the page carries them from one
//! worker to another and never looks inside. The report travels as the very bytes of its JSON.

use serde::{Deserialize, Serialize};

use crate::report::Run;

/// Version of this protocol. Page and worker come from one build; a cached half of another build is refused.
pub const VERSION: u32 = 2;

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The input of all further requests. Beside it: the `File`s, in the same order as `paths`.
    Open {
        /// [`VERSION`] of the sender.
        version: u32,
        /// Path of each file: its name, or folder and name (`logs/n1/cockroach.log`).
        paths: Vec<String>,
    },
    /// Find out what is in the input. Answered by [`Event::Planned`].
    Plan,
    /// Read one unit. Beside it: the unit. Answered by [`Event::Progress`] and [`Event::Scanned`].
    Scan {
        /// Index of the unit in the plan.
        unit: u32,
    },
    /// Decide. Beside it: the plan, then the results of all units that have one. Answered by [`Event::Concluded`].
    Conclude {
        /// Units whose worker died.
        died: Vec<u32>,
        /// About the run.
        run: Run,
    },
    /// Print a report in another form. Beside it: the report, as the bytes of its JSON. Answered by
    /// [`Event::Printed`]; asked of a worker that needs no input.
    Print {
        /// The form.
        form: Form,
        /// Whether names are replaced.
        redacted: bool,
    },
    /// Read the surroundings of a line. Beside it: the plan. Answered by [`Event::Context`].
    Context {
        /// Echoed in the answer.
        id: u32,
        /// Path of the artifact as evidence names it.
        path: String,
        /// Line in it, from 1.
        line: u64,
        /// Byte at which that line begins.
        offset: u64,
    },
    /// What [`Event::Read`] asked for: beside it the bytes, if they could be read.
    Bytes {
        /// Of the event.
        id: u32,
        /// Name of the browser's error, if they could not.
        problem: Option<String>,
    },
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The worker has loaded and can be asked.
    Ready {
        /// [`VERSION`] of the worker.
        version: u32,
    },
    /// Beside it: the plan, then one buffer per unit.
    Planned {
        /// The work, in the order of the plan.
        units: Vec<UnitInfo>,
        /// All files found, needed or not.
        files: u64,
    },
    /// How far a unit is.
    Progress {
        /// Index of the unit.
        unit: u32,
        /// Input bytes of it that are done.
        bytes: u64,
        /// Bytes of text read from it so far.
        text: u64,
    },
    /// Beside it: the result.
    Scanned {
        /// Index of the unit.
        unit: u32,
    },
    /// Beside it: the report, as the bytes of its JSON.
    Concluded,
    /// Beside it: the report in the form that was asked for.
    Printed,
    /// The lines around a place.
    Context {
        /// Of the request.
        id: u32,
        /// Number of the first line.
        first: u64,
        /// The lines, each cut to a bounded length.
        lines: Vec<String>,
        /// What went wrong, if the place could not be read again.
        problem: Option<String>,
    },
    /// The browser lets this worker read no file: the page is asked to. Answered by [`Request::Bytes`], which the worker
    /// hears while it works on another request.
    Read {
        /// Echoed in the answer.
        id: u32,
        /// Which file of [`Request::Open`].
        file: u32,
        /// First byte.
        from: u64,
        /// Byte after the last.
        to: u64,
    },
    /// The request could not be answered at all.
    Failed {
        /// A sentence for the person in front of the page.
        message: String,
    },
}

/// One piece of work, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitInfo {
    /// Path of the artifact.
    pub path: String,
    /// Bytes of the input that it takes to read it.
    pub bytes: u64,
}

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The document that scripts rely on.
    Json,
    /// For a ticket.
    Markdown,
    /// One file for a browser or for paper.
    Html,
}
