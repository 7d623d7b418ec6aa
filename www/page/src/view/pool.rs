//! Which worker does what: a machine that hears events and says commands, and never touches a worker itself.
//!
//! One worker starts and plans; the others start when there is work for them. Units are handed out largest
//! first, one per worker. A worker that dies takes its unit with it: the unit is recorded and not tried again,
//! because it would kill the next worker too.
//!
//! Why: `docs/decisions/0003-workers-without-shared-memory.md`.

use crdb_triage::model::SortSmall;
use crdb_triage::protocol::{Event, UnitInfo, VERSION};

/// What the page has to do next, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start a worker in this place; whatever was there is gone.
    Start(usize),
    /// Hand it the input.
    Open(usize),
    /// Ask it what is in the input.
    Plan(usize),
    /// Give it a unit to read.
    Scan {
        /// Which worker.
        worker: usize,
        /// Which unit.
        unit: u32,
    },
    /// Ask it for the report.
    Conclude {
        /// Which worker.
        worker: usize,
        /// Units that died with their worker.
        died: Vec<u32>,
    },
    /// End a worker that nobody needs any more.
    Retire(usize),
    /// The report is here.
    Finish,
    /// It cannot go on; the sentence is for the person.
    Fail(String),
}

/// What a worker is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Post {
    Starting,
    Idle,
    Planning,
    Reading(u32),
    Concluding,
    Gone,
}

/// How far the whole run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Planning,
    Reading,
    Concluding,
    Over,
}

/// How far one unit is.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    total: u64,
    done: u64,
    text: u64,
}

/// How far the reading is, as the page shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that have to be read; 0 while that is not known.
    pub total: u64,
    /// Bytes of those that are done.
    pub done: u64,
    /// Bytes of text that came out of them.
    pub text: u64,
    /// Units in all.
    pub units: u32,
    /// Units that are over, one way or the other.
    pub units_done: u32,
    /// Units that died with their worker.
    pub died: u32,
    /// Whether everything is read and the verdict is being made.
    pub concluding: bool,
}

/// The workers, the work, and who does what.
#[derive(Clone, Debug)]
pub struct Pool {
    phase: Phase,
    limit: usize,
    posts: Vec<Post>,
    /// Units that nobody has read yet, the largest last.
    waiting: Vec<u32>,
    shares: Vec<Share>,
    over: u32,
    died: Vec<u32>,
}

/// How many workers a machine with so many processors gets.
#[must_use]
pub fn workers_for(processors: usize) -> usize {
    processors.clamp(1, 8)
}

impl Pool {
    /// A pool of at most `limit` workers, and the command that sets it going.
    #[must_use]
    pub fn new(limit: usize) -> (Self, Command) {
        let pool = Self {
            phase: Phase::Planning,
            limit: limit.max(1),
            posts: vec![Post::Starting],
            waiting: Vec::new(),
            shares: Vec::new(),
            over: 0,
            died: Vec::new(),
        };
        (pool, Command::Start(0))
    }

    /// What follows from what a worker says.
    pub fn hear(&mut self, worker: usize, event: &Event) -> Vec<Command> {
        match event {
            Event::Ready { version } if *version != VERSION => vec![self.fail(
                "The page and the part that reads are from different versions. Reload the page.".to_owned(),
            )],
            Event::Ready { .. } => {
                self.set(worker, Post::Idle);
                let mut commands = vec![Command::Open(worker)];
                commands.extend(self.next());
                commands
            }
            Event::Planned { units, .. } if self.phase == Phase::Planning => self.planned(worker, units),
            Event::Progress { unit, bytes, text } => {
                if let Some(share) = self.shares.get_mut(*unit as usize) {
                    share.done = share.done.max((*bytes).min(share.total));
                    share.text = share.text.max(*text);
                }
                Vec::new()
            }
            Event::Scanned { unit } => {
                self.settle(*unit);
                self.set(worker, Post::Idle);
                self.next()
            }
            Event::Concluded if self.phase == Phase::Concluding => self.finished(worker),
            Event::Failed { message } => self.refused(worker, message),
            Event::Planned { .. }
            | Event::Concluded
            | Event::Context { .. }
            | Event::Printed
            | Event::Read { .. } => Vec::new(),
        }
    }

    /// What follows from the death of a worker.
    pub fn lose(&mut self, worker: usize) -> Vec<Command> {
        let post = self.posts.get(worker).copied().unwrap_or(Post::Gone);
        self.set(worker, Post::Gone);
        match post {
            Post::Gone => Vec::new(),
            Post::Planning => vec![self.fail(
                "The part that reads stopped while it looked into the input, so nothing can be said about it. \
                 Try the files of one node, or the unpacked folder."
                    .to_owned(),
            )],
            Post::Concluding => vec![self.fail(
                "Everything was read, but the part that decides stopped. Nothing can be said about this input."
                    .to_owned(),
            )],
            Post::Reading(unit) => {
                self.died.push(unit);
                self.settle(unit);
                let mut commands = Vec::new();
                if !self.waiting.is_empty() || !self.anybody() {
                    self.set(worker, Post::Starting);
                    commands.push(Command::Start(worker));
                }
                commands.extend(self.next());
                commands
            }
            // Once the report is here a worker is only needed for surroundings of evidence.
            Post::Idle if self.phase == Phase::Over => {
                self.set(worker, Post::Starting);
                vec![Command::Start(worker)]
            }
            Post::Starting | Post::Idle if self.phase != Phase::Over && !self.anybody() => vec![self.fail(
                "The part of this page that reads could not be started. A browser from 2023 or later is needed."
                    .to_owned(),
            )],
            Post::Starting | Post::Idle => self.next(),
        }
    }

    /// The worker that can look something up, once the report is here.
    #[must_use]
    pub fn helper(&self) -> Option<usize> {
        (self.phase == Phase::Over).then(|| self.idle()).flatten()
    }

    /// How far the reading is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let sum = |of: fn(&Share) -> u64| self.shares.iter().map(of).sum();
        Progress {
            total: sum(|s| s.total),
            done: sum(|s| s.done),
            text: sum(|s| s.text),
            units: self.shares.len() as u32,
            units_done: self.over,
            died: self.died.len() as u32,
            concluding: self.phase == Phase::Concluding,
        }
    }

    /// How many workers read at most.
    #[must_use]
    pub fn size(&self) -> usize {
        self.posts.len()
    }

    fn planned(&mut self, worker: usize, units: &[UnitInfo]) -> Vec<Command> {
        self.phase = Phase::Reading;
        self.set(worker, Post::Idle);
        self.shares = units.iter().map(|u| Share { total: u.bytes, ..Share::default() }).collect();
        self.waiting = (0..units.len() as u32).collect();
        let size = |unit: u32| units.get(unit as usize).map_or(0, |info| info.bytes);
        self.waiting.sort_small_by_key(|unit| (size(*unit), std::cmp::Reverse(*unit)));
        let more = self.limit.min(units.len()).max(1);
        let started: Vec<Command> = (self.posts.len()..more).map(Command::Start).collect();
        self.posts.resize(more.max(self.posts.len()), Post::Starting);
        let mut commands = self.next();
        commands.extend(started);
        commands
    }

    /// Gives work to whoever is idle.
    fn next(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Some(worker) = self.idle() {
            match self.phase {
                Phase::Planning => {
                    self.set(worker, Post::Planning);
                    commands.push(Command::Plan(worker));
                    return commands;
                }
                Phase::Reading => match self.waiting.pop() {
                    Some(unit) => {
                        self.set(worker, Post::Reading(unit));
                        commands.push(Command::Scan { worker, unit });
                    }
                    None if self.over as usize == self.shares.len() => {
                        self.phase = Phase::Concluding;
                        self.set(worker, Post::Concluding);
                        let mut died = self.died.clone();
                        died.sort_small();
                        commands.push(Command::Conclude { worker, died });
                        return commands;
                    }
                    None => return commands,
                },
                Phase::Concluding | Phase::Over => return commands,
            }
        }
        commands
    }

    fn finished(&mut self, worker: usize) -> Vec<Command> {
        self.phase = Phase::Over;
        self.set(worker, Post::Idle);
        let mut commands = vec![Command::Finish];
        for other in (0..self.posts.len()).filter(|other| *other != worker) {
            if self.posts[other] != Post::Gone {
                self.set(other, Post::Gone);
                commands.push(Command::Retire(other));
            }
        }
        commands
    }

    /// A worker lives but cannot answer.
    fn refused(&mut self, worker: usize, message: &str) -> Vec<Command> {
        match self.posts.get(worker) {
            Some(Post::Reading(unit)) => {
                let unit = *unit;
                self.died.push(unit);
                self.settle(unit);
                self.set(worker, Post::Idle);
                self.next()
            }
            _ if self.phase == Phase::Over => Vec::new(),
            _ => vec![self.fail(message.to_owned())],
        }
    }

    fn fail(&mut self, message: String) -> Command {
        self.phase = Phase::Over;
        self.posts.fill(Post::Gone);
        Command::Fail(message)
    }

    /// Counts a unit as over.
    fn settle(&mut self, unit: u32) {
        self.over += 1;
        if let Some(share) = self.shares.get_mut(unit as usize) {
            share.done = share.total;
        }
    }

    fn set(&mut self, worker: usize, post: Post) {
        if let Some(place) = self.posts.get_mut(worker) {
            *place = post;
        }
    }

    fn idle(&self) -> Option<usize> {
        self.posts.iter().position(|post| *post == Post::Idle)
    }

    fn anybody(&self) -> bool {
        self.posts.iter().any(|post| *post != Post::Gone)
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
