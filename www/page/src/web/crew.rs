//! The workers themselves: carries out what [`Pool`] commands and tells it what they say.
//!
//! ```text
//! worker ─ message, error ─▶ Crew::hear ─▶ Pool ─ commands ─▶ Crew::obey ─ postMessage, terminate ─▶ worker
//!                                │
//!                                └─ Told::{Finished, Failed} ─▶ the page
//! ```

use std::cell::RefCell;
use std::ops::Range;
use std::rc::{Rc, Weak};

use crdb_triage::protocol::{Event, Request, VERSION};
use crdb_triage::report::Run;
use crdb_triage_envelope::{Message, bytes_of};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DomException, File};

use super::hand::Hand;
use crate::view::pool::{Command, Pool, Progress, workers_for};

/// How a run ends.
#[derive(Debug)]
pub enum Told {
    /// With a report, as the bytes of its JSON.
    Finished(Vec<u8>),
    /// Without one; the sentence says why.
    Failed(String),
}

/// The lines around a place, or why they cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Number of the first line.
    pub first: u64,
    /// The lines.
    pub lines: Vec<String>,
    /// What went wrong.
    pub problem: Option<String>,
}

impl Surroundings {
    fn problem(text: &str) -> Self {
        Self { first: 0, lines: Vec::new(), problem: Some(text.to_owned()) }
    }
}

type Reply = Box<dyn FnOnce(Surroundings)>;

/// The workers of one run. Dropping the last handle ends them all.
#[derive(Clone)]
pub struct Crew(Rc<Inner>);

struct Inner {
    input: Vec<(String, File)>,
    began_ms: f64,
    tell: Box<dyn Fn(Told)>,
    state: RefCell<Changing>,
}

struct Changing {
    pool: Pool,
    hands: Vec<Option<Hand>>,
    plan: Option<ArrayBuffer>,
    units: Vec<ArrayBuffer>,
    results: Vec<Option<ArrayBuffer>>,
    waiting: Vec<(u32, Reply)>,
    asked: u32,
}

impl Crew {
    /// Starts to read. `tell` is called once.
    pub fn start(input: Vec<(String, File)>, tell: impl Fn(Told) + 'static) -> Self {
        let processors =
            web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
        let (pool, first) = Pool::new(workers_for(processors as usize));
        let state = Changing {
            pool,
            hands: Vec::new(),
            plan: None,
            units: Vec::new(),
            results: Vec::new(),
            waiting: Vec::new(),
            asked: 0,
        };
        let crew = Self(Rc::new(Inner {
            input,
            began_ms: now_ms(),
            tell: Box::new(tell),
            state: RefCell::new(state),
        }));
        crew.obey(vec![first]);
        crew
    }

    /// How far the reading is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.0.state.borrow().pool.progress()
    }

    /// Reads the lines around a place again from the input.
    pub fn surroundings(
        &self,
        path: &str,
        line: u64,
        offset: u64,
        reply: impl FnOnce(Surroundings) + 'static,
    ) {
        let mut state = self.0.state.borrow_mut();
        let (Some(place), Some(plan)) = (state.pool.helper(), state.plan.clone()) else {
            drop(state);
            reply(Surroundings::problem(
                "Nothing can be read at the moment. Try again in a few seconds.",
            ));
            return;
        };
        state.asked += 1;
        let id = state.asked;
        let body = Request::Context { id, path: path.to_owned(), line, offset };
        let request = Message { body, files: Vec::new(), buffers: vec![plan.slice(0)] };
        if let Err(problem) = state.post(place, &request) {
            drop(state);
            reply(Surroundings::problem(&problem));
            return;
        }
        state.waiting.push((id, Box::new(reply)));
    }

    fn hear(&self, place: usize, data: &JsValue) {
        let message = match Message::<Event>::unpack(data) {
            Ok(message) => message,
            Err(malformed) => {
                Message::from(Event::Failed { message: format!("{malformed}. Reload the page.") })
            }
        };
        let mut report = None;
        let mut replies: Vec<(Reply, Surroundings)> = Vec::new();
        let commands = {
            let mut state = self.0.state.borrow_mut();
            match &message.body {
                Event::Planned { .. } => {
                    let mut buffers = message.buffers.into_iter();
                    state.plan = buffers.next();
                    state.units = buffers.collect();
                    state.results = vec![None; state.units.len()];
                }
                Event::Scanned { unit } => {
                    if let Some(result) = state.results.get_mut(*unit as usize) {
                        *result = message.buffers.into_iter().next();
                    }
                }
                Event::Concluded => report = message.buffers.first().map(bytes_of),
                Event::Context { id, first, lines, problem } => {
                    let (first, lines, problem) = (*first, lines.clone(), problem.clone());
                    let answer = Surroundings { first, lines, problem };
                    if let Some(at) = state.waiting.iter().position(|(asked, _)| asked == id) {
                        replies.push((state.waiting.swap_remove(at).1, answer));
                    }
                }
                // A refusal names no request; whoever waits would wait for ever.
                Event::Failed { message } => {
                    let waiting = std::mem::take(&mut state.waiting).into_iter();
                    let answer = || Surroundings::problem(message);
                    replies.extend(waiting.map(|(_, reply)| (reply, answer())));
                }
                Event::Read { id, file, from, to } => {
                    let file = self.0.input.get(*file as usize).map(|(_, file)| file.clone());
                    spawn_local(feed(Rc::downgrade(&self.0), place, *id, file, *from..*to));
                }
                Event::Ready { .. } | Event::Progress { .. } | Event::Printed => {}
            }
            state.pool.hear(place, &message.body)
        };
        for (reply, answer) in replies {
            reply(answer);
        }
        if commands.contains(&Command::Finish) {
            (self.0.tell)(match report {
                Some(json) => Told::Finished(json),
                None => Told::Failed("The report arrived empty.".to_owned()),
            });
        }
        self.obey(commands);
    }

    fn lose(&self, place: usize) {
        let (commands, waiting) = {
            let mut state = self.0.state.borrow_mut();
            if let Some(hand) = state.hands.get_mut(place) {
                hand.take();
            }
            (state.pool.lose(place), std::mem::take(&mut state.waiting))
        };
        for (_, reply) in waiting {
            reply(Surroundings::problem(
                "The part that reads stopped while it looked for these lines.",
            ));
        }
        self.obey(commands);
    }

    fn obey(&self, commands: Vec<Command>) {
        for command in commands {
            let done = match command {
                Command::Start(place) => self.start_worker(place),
                Command::Open(place) => self.open(place),
                Command::Plan(place) => self.post(place, &Request::Plan.into()),
                Command::Scan { worker, unit } => self.scan(worker, unit),
                Command::Conclude { worker, died } => self.conclude(worker, died),
                Command::Retire(place) => {
                    self.0.state.borrow_mut().put(place, None);
                    Ok(())
                }
                Command::Finish => Ok(()),
                Command::Fail(message) => Err(message),
            };
            if let Err(message) = done {
                self.0.state.borrow_mut().hands.clear();
                (self.0.tell)(Told::Failed(message));
                return;
            }
        }
    }

    fn start_worker(&self, place: usize) -> Result<(), String> {
        // A listener keeps the crew only weakly alive: workers end when the page lets go of it.
        let crew = Rc::downgrade(&self.0);
        let hear = {
            let crew = crew.clone();
            move |data: &JsValue| {
                if let Some(inner) = crew.upgrade() {
                    Self(inner).hear(place, data);
                }
            }
        };
        let lose = move || {
            if let Some(inner) = crew.upgrade() {
                Self(inner).lose(place);
            }
        };
        let hand = Hand::start(hear, lose)?;
        self.0.state.borrow_mut().put(place, Some(hand));
        Ok(())
    }

    fn open(&self, place: usize) -> Result<(), String> {
        let paths = self.0.input.iter().map(|(path, _)| path.clone()).collect();
        let files = self.0.input.iter().map(|(_, file)| file.clone()).collect();
        self.post(
            place,
            &Message {
                body: Request::Open { version: VERSION, paths },
                files,
                buffers: Vec::new(),
            },
        )
    }

    fn scan(&self, place: usize, unit: u32) -> Result<(), String> {
        let state = self.0.state.borrow();
        let buffers = state.units.get(unit as usize).cloned().into_iter().collect();
        state.post(place, &Message { body: Request::Scan { unit }, files: Vec::new(), buffers })
    }

    fn conclude(&self, place: usize, died: Vec<u32>) -> Result<(), String> {
        let mut state = self.0.state.borrow_mut();
        let seconds = (now_ms() - self.0.began_ms) / 1000.0;
        let run = Run {
            host: "page".to_owned(),
            seconds,
            bytes_per_second: state.pool.progress().total as f64 / seconds.max(0.001),
            workers: state.pool.size() as u32,
        };
        // The plan stays here in a copy: surroundings of evidence need it again.
        let plan = state.plan.as_ref().map(|plan| plan.slice(0));
        let results = std::mem::take(&mut state.results);
        let buffers = plan.into_iter().chain(results.into_iter().flatten()).collect();
        state.post(
            place,
            &Message { body: Request::Conclude { died, run }, files: Vec::new(), buffers },
        )
    }

    fn post(&self, place: usize, request: &Message<Request>) -> Result<(), String> {
        self.0.state.borrow().post(place, request)
    }
}

impl Changing {
    /// Fills or empties a place; the worker that was there ends.
    fn put(&mut self, place: usize, hand: Option<Hand>) {
        if self.hands.len() <= place {
            self.hands.resize_with(place + 1, || None);
        }
        if let Some(old) = self.hands.get_mut(place) {
            *old = hand;
        }
    }

    fn post(&self, place: usize, request: &Message<Request>) -> Result<(), String> {
        let Some(Some(hand)) = self.hands.get(place) else { return Ok(()) };
        hand.post(request)
    }
}

/// Reads for a worker that the browser lets read nothing.
async fn feed(crew: Weak<Inner>, place: usize, id: u32, file: Option<File>, part: Range<u64>) {
    let read = async {
        let file = file.ok_or("no such file")?;
        let part = file.slice_with_f64_and_f64(part.start as f64, part.end as f64)?;
        JsFuture::from(part.array_buffer()).await?.dyn_into::<ArrayBuffer>()
    };
    let (buffers, problem) = match read.await {
        Ok(buffer) => (vec![buffer], None),
        Err(error) => {
            let name = error.dyn_ref::<DomException>().map(DomException::name);
            (Vec::new(), Some(name.unwrap_or_default()))
        }
    };
    let answer = Message { body: Request::Bytes { id, problem }, files: Vec::new(), buffers };
    // A worker that cannot be told any more has ended, and that is heard elsewhere.
    if let Some(inner) = crew.upgrade() {
        drop(Crew(inner).post(place, &answer));
    }
}

/// Milliseconds since the page was opened.
#[must_use]
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
