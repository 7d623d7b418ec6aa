//! Where the page is: waiting for files, reading, done, or failed.

use std::sync::Arc;

use crdb_triage::report::{Report, read, visible, wording};

use super::saved;

/// The dropped files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// Path of each file, in the order of the handles.
    pub paths: Vec<String>,
    /// Their sizes together.
    pub bytes: u64,
    /// Whether it is the made-up sample.
    pub sample: bool,
    /// What the browser could not hand over, in sentences. Nobody has read it, so it is said beside the verdict.
    pub missed: Vec<String>,
}

impl Handed {
    /// What it is, in a few words: the name of the only file or folder, or how many files.
    #[must_use]
    pub fn title(&self) -> String {
        let first = |path: &String| path.split('/').next().map(str::to_owned);
        let top = self.paths.first().and_then(first).unwrap_or_default();
        let one_folder =
            self.paths.iter().all(|p| p.strip_prefix(&top).is_some_and(|p| p.starts_with('/')));
        match self.paths.len() {
            1 => self.paths[0].clone(),
            files if one_folder && files > 0 => format!("{top}/"),
            files => super::format::counted(files, "file", "files"),
        }
    }
}

/// A report and the very bytes it came as.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The report.
    pub report: Report,
    /// Its JSON as the engine printed it: what the download holds, byte for byte.
    pub json: Vec<u8>,
    /// Whether it was saved before and is shown again: there are no files beside it.
    pub saved: bool,
}

/// Where the page is. It changes only along the arrows
/// `Idle → Scanning → Done | Failed → Idle`, and `Scanning → Idle` when somebody cancels. From anywhere something
/// new can be dropped: `… → Scanning`.
#[derive(Clone, Debug, Default)]
pub enum State {
    /// Waiting for files.
    #[default]
    Idle,
    /// Reading.
    Scanning(Arc<Handed>),
    /// The report is here.
    Done(Arc<Handed>, Arc<Printed>),
    /// It could not be read at all; the sentence says why.
    Failed(String),
}

impl State {
    /// The value of `data-state` on the page.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Scanning(_) => "scanning",
            Self::Done(..) => "done",
            Self::Failed(_) => "failed",
        }
    }

    /// Reading begins. What was being read, or its result, makes room; the sentence says so.
    pub fn begin(&mut self, handed: Handed) -> Option<String> {
        let title = |handed: &Handed| visible::line(&handed.title()).into_owned();
        let made_room = match self {
            Self::Idle | Self::Failed(_) => None,
            Self::Scanning(before) => Some(format!(
                "Reading {} was stopped, because something new was dropped. Nothing of it is in this result.",
                title(before)
            )),
            Self::Done(before, _) => {
                Some(format!("This takes the place of the result of {}.", title(before)))
            }
        };
        *self = Self::Scanning(Arc::new(handed));
        made_room
    }

    /// The bytes of the report are here. A report that this page cannot read is a failure, not an empty result.
    pub fn finish(&mut self, json: Vec<u8>) {
        let Self::Scanning(handed) = self else { return };
        *self = match read::from_slice::<Report>(&json) {
            Ok(report) => {
                Self::Done(Arc::clone(handed), Arc::new(Printed { report, json, saved: false }))
            }
            Err(error) => {
                Self::Failed(format!("The report was made but this page cannot read it: {error}."))
            }
        };
    }

    /// A report that was saved is here, as a person dropped it. One that this page cannot show is a failure.
    pub fn reopen(&mut self, file: &[u8]) {
        let Self::Scanning(handed) = self else { return };
        *self = match saved::read(file) {
            Ok(printed) => Self::Done(Arc::clone(handed), Arc::new(printed)),
            Err(why) => Self::Failed(why),
        };
    }

    /// It cannot go on.
    pub fn fail(&mut self, message: String) {
        if matches!(self, Self::Scanning(_)) {
            *self = Self::Failed(message);
        }
    }

    /// Back to the start, from anywhere.
    pub fn reset(&mut self) {
        *self = Self::Idle;
    }

    /// What a screen reader says when the page comes here.
    #[must_use]
    pub fn announcement(&self) -> String {
        match self {
            Self::Idle => String::new(),
            Self::Scanning(handed) => {
                format!("Reading {}.", visible::line(&handed.title()))
            }
            Self::Done(_, printed) => {
                let begin = if printed.saved { "A saved report." } else { "Done." };
                format!("{begin} {}", wording::headline(&printed.report).answer)
            }
            Self::Failed(message) => format!("It did not work. {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture;

    fn handed(paths: &[&str]) -> Handed {
        Handed { paths: paths.iter().map(|p| (*p).to_owned()).collect(), ..Handed::default() }
    }

    #[test]
    fn the_title_is_a_name_where_there_is_one() {
        assert_eq!(handed(&["debug.zip"]).title(), "debug.zip");
        assert_eq!(handed(&["debug/a", "debug/b/c"]).title(), "debug/");
        assert_eq!(handed(&["debug/a", "debugger/c"]).title(), "2 files");
        assert_eq!(handed(&[]).title(), "0 files");
    }

    #[test]
    fn a_run_goes_from_rest_to_a_report() {
        let mut state = State::default();
        assert_eq!(state.begin(handed(&["debug.zip"])), None);
        assert_eq!(
            (state.name(), state.announcement().as_str()),
            ("scanning", "Reading debug.zip.")
        );
        let json = serde_json::to_vec(&fixture::report()).unwrap();
        state.finish(json.clone());
        let State::Done(_, printed) = &state else { panic!("{state:?}") };
        assert_eq!(printed.json, json, "the very bytes");
        assert!(state.announcement().starts_with("Done. 1 job may have lost rows"));
        state.reset();
        assert_eq!(state.name(), "idle");
    }

    #[test]
    fn what_is_handed_in_meanwhile_takes_the_place_of_the_first_and_that_is_said() {
        let mut state = State::default();
        state.begin(handed(&["first.zip"]));
        let said = state.begin(handed(&["second.zip"])).unwrap();
        assert!(said.starts_with("Reading first.zip was stopped"), "{said}");
        assert_eq!(state.announcement(), "Reading second.zip.");
        state.finish(serde_json::to_vec(&fixture::report()).unwrap());
        let said = state.begin(handed(&["third.zip"])).unwrap();
        assert!(said.contains("the result of second.zip"), "{said}");
        assert_eq!(state.name(), "scanning");
    }

    #[test]
    fn what_arrives_after_a_cancel_changes_nothing() {
        let mut state = State::default();
        state.finish(b"{}".to_vec());
        state.fail("late".to_owned());
        assert_eq!(state.name(), "idle");
    }

    #[test]
    fn a_report_that_cannot_be_read_is_a_failure() {
        let mut state = State::default();
        state.begin(handed(&["debug.zip"]));
        state.finish(b"{}".to_vec());
        assert!(matches!(&state, State::Failed(why) if why.contains("cannot read it")));
        assert!(state.announcement().starts_with("It did not work."));
    }
}
