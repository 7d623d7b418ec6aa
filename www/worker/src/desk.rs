//! Where requests become calls of the engine.

use crdb_triage::ingest::{Input, Plan, Unit};
use crdb_triage::protocol::{Event, Form, Request, UnitInfo, VERSION};
use crdb_triage::report::{self, Run};
use crdb_triage::triage::{Engine, UnitResult, context, wire};
use crdb_triage_envelope::Message;
use js_sys::{ArrayBuffer, Date, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Feed, WebFile};

/// So many milliseconds are between two words about how far the reading is. The page draws them five times a second, on
/// processors that are needed for the reading.
const PROGRESS_MS: f64 = 150.0;

/// What the page would have to do wrong for a buffer not to be understood.
const FOREIGN: &str =
    "The page handed over something that its worker does not understand. Reload the page.";

/// What the worker keeps between two requests.
#[derive(Default)]
pub struct Desk {
    engine: Engine,
    inputs: Vec<Input<WebFile>>,
    /// Who reads where the worker may not.
    feed: Option<Feed>,
}

impl Desk {
    /// A desk without input.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A desk without input whose files are read by `feed` where the browser refuses to read them here.
    #[must_use]
    pub fn with_feed(feed: Feed) -> Self {
        Self { feed: Some(feed), ..Self::default() }
    }

    /// Answers one request through `say`.
    pub async fn answer(&mut self, request: Message<Request>, say: &dyn Fn(&Message<Event>)) {
        let Message { body, files, buffers } = request;
        let answer = match body {
            Request::Open { version, .. } if version != VERSION => Err(
                "This page and its worker are from different versions. Reload the page to get one version.",
            ),
            Request::Open { paths, .. } => {
                let sources = files.into_iter().zip(0..).map(|(file, number)| match &self.feed {
                    Some(feed) => WebFile::new(file).with_feed(feed.clone(), number),
                    None => WebFile::new(file),
                });
                let inputs = paths.into_iter().zip(sources);
                self.inputs = inputs.map(|(path, source)| Input { path, source }).collect();
                return;
            }
            Request::Plan => Ok(self.plan().await),
            Request::Scan { unit } => self.scan(unit, &buffers, say).await.ok_or(FOREIGN),
            Request::Conclude { died, run } => self.conclude(&died, run, &buffers).ok_or(FOREIGN),
            Request::Print { form, redacted } => print(form, redacted, &buffers).ok_or(FOREIGN),
            Request::Context { id, path, line, offset } => {
                self.context(id, &path, line, offset, &buffers).await.ok_or(FOREIGN)
            }
            // They are heard before they come to a desk.
            Request::Bytes { .. } => return,
        };
        say(&answer.unwrap_or_else(|message| Event::Failed { message: message.to_owned() }.into()));
    }

    async fn plan(&self) -> Message<Event> {
        let plan = self.engine.plan(&self.inputs).await;
        let units = plan
            .units
            .iter()
            .map(|unit| UnitInfo { path: unit.path.clone(), bytes: unit.bytes })
            .collect();
        let mut buffers = vec![buffer(&plan)];
        buffers.extend(plan.units.iter().map(buffer));
        Message { body: Event::Planned { units, files: plan.files() }, files: Vec::new(), buffers }
    }

    async fn scan(
        &self,
        index: u32,
        buffers: &[ArrayBuffer],
        say: &dyn Fn(&Message<Event>),
    ) -> Option<Message<Event>> {
        let unit: Unit = value(buffers.first()?)?;
        let source = &self.inputs.get(unit.source as usize)?.source;
        let (mut said, mut last) = (Date::now(), (0, 0));
        let mut untold = false;
        let tell = |(bytes, text)| say(&Event::Progress { unit: index, bytes, text }.into());
        let result = self.engine.scan(source, &unit, |bytes, text| {
            last = (bytes, text);
            let now = Date::now();
            // A clock that is set back must not silence it.
            untold = (now - said).abs() < PROGRESS_MS;
            if !untold {
                said = now;
                tell(last);
            }
        });
        let buffers = vec![buffer(&result.await)];
        // What came since the last word counts too; of a small file that is everything.
        if untold {
            tell(last);
        }
        Some(Message { body: Event::Scanned { unit: index }, files: Vec::new(), buffers })
    }

    fn conclude(&self, died: &[u32], run: Run, buffers: &[ArrayBuffer]) -> Option<Message<Event>> {
        let (plan, results) = buffers.split_first()?;
        let plan: Plan = value(plan)?;
        let mut results = results.iter();
        let mut all: Vec<Option<UnitResult>> = Vec::with_capacity(plan.units.len());
        for index in 0..plan.units.len() {
            let died = u32::try_from(index).is_ok_and(|index| died.contains(&index));
            all.push(if died { None } else { Some(taken(results.next()?)?) });
        }
        let report = report::compose(&self.engine.conclude(plan, all), run);
        let json = report::json::print(&report);
        let buffers = vec![Uint8Array::from(json.as_bytes()).buffer()];
        Some(Message { body: Event::Concluded, files: Vec::new(), buffers })
    }

    async fn context(
        &self,
        id: u32,
        path: &str,
        line: u64,
        offset: u64,
        buffers: &[ArrayBuffer],
    ) -> Option<Message<Event>> {
        let plan: Plan = value(buffers.first()?)?;
        let mut found = None;
        for unit in plan.units.iter().filter(|unit| unit.may_hold(path)) {
            let source = &self.inputs.get(unit.source as usize)?.source;
            let here = context(source, unit, path, self.engine.limits(), line, offset).await;
            let there = !here.lines.is_empty();
            found = Some(here);
            if there {
                break;
            }
        }
        let found = found?;
        let (first, lines, problem) = (found.first, found.lines, found.problem);
        Some(Event::Context { id, first, lines, problem }.into())
    }
}

/// A report in another form.
fn print(form: Form, redacted: bool, buffers: &[ArrayBuffer]) -> Option<Message<Event>> {
    let json = Uint8Array::new(buffers.first()?).to_vec();
    let mut report = report::json::read(std::str::from_utf8(&json).ok()?).ok()?;
    if redacted {
        report = report::redact(&report);
    }
    let printed = match form {
        Form::Json => report::json::print(&report),
        Form::Markdown => report::markdown::print(&report),
        Form::Html => report::html::print(&report),
    };
    let buffers = vec![Uint8Array::from(printed.as_bytes()).buffer()];
    Some(Message { body: Event::Printed, files: Vec::new(), buffers })
}

/// A value in the engine's compact form, ready to be handed over.
fn buffer<T: Serialize>(value: &T) -> ArrayBuffer {
    Uint8Array::from(wire::encode(value).as_slice()).buffer()
}

/// The same, and the buffer goes, where the browser can do that. Of many units, buffers and values are not to be in
/// memory both: browsers collect buffers late.
fn taken<T: DeserializeOwned>(buffer: &ArrayBuffer) -> Option<T> {
    let value = value(buffer);
    drop(buffer.transfer_with_length(0));
    value
}

/// The value of a buffer that another worker of this build made.
fn value<T: DeserializeOwned>(buffer: &ArrayBuffer) -> Option<T> {
    wire::decode(&Uint8Array::new(buffer).to_vec())
}
