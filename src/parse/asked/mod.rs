//! Rows of tables and documents that rules ask for, filtered while the text streams through.
//!
//! What is kept depends on what is asked and not on the size of the table: of each question a bounded number of rows, and how
//! many there were.

mod objects;
mod rows;
mod statuses;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Unread, UnreadReason};
use crate::parse::table::{Dead, Problems, TableReader};
use objects::Objects;
use rows::Rows;
use statuses::{Document, Stores};
pub use statuses::{Metric, Status};

/// Rows that are kept of one file for one question; of the others only their number.
const KEPT: usize = 1000;

/// Bytes of all rows that are kept of one file for one question.
const BYTES: usize = 4 << 20;

/// What is asked of the rows of a table.
#[derive(Clone)]
pub struct Question {
    /// What its rows are.
    pub shape: Shape,
    /// Name of the table's file without ending.
    pub table: String,
    /// Columns whose cells are kept, in lower case: those that are compared and those that are said.
    pub columns: Vec<String>,
    /// Whether a row is one that is asked for, by the cells of its columns. None where that cannot be known.
    pub holds: Holds,
}

/// What the rows of a question are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rows of a table, with its columns.
    Row,
    /// Events: `time`, `type`, `target`, `node`, `user`, and the fields of what they tell.
    Event,
    /// Ranges: `range`, `start_key`, `end_key`, `node`, `store`.
    Range,
}

/// Everything that is asked of tables and documents.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// Questions about rows.
    pub rows: Vec<Question>,
    /// Whether the status of nodes and stores is asked for.
    pub statuses: bool,
    /// The metrics of these names.
    pub metrics: BTreeSet<String>,
}

/// Tables and documents that hold the status of stores.
pub const STATUSES: [&str; 4] =
    ["crdb_internal.kv_store_status", "crdb_internal.node_metrics", "nodes", "status"];

/// Whether a row is one that is asked for; it is given the cell of each column by name.
pub type Holds = Arc<dyn Fn(&dyn Fn(&str) -> Told) -> Option<bool> + Send + Sync>;

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("table", &self.table).finish_non_exhaustive()
    }
}

/// What a cell tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// A value, as it is written.
    Text(String),
    /// That there is none.
    Null,
    /// Nothing: redaction removed the value, or a part of it.
    Hidden,
    /// Nothing: it is longer than what is read of a cell.
    TooLong,
    /// Nothing: this table does not have the column.
    NoColumn,
}

/// A row that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRow {
    /// Its cells, in the order of the question's columns.
    pub cells: Vec<Told>,
    /// The node that it names; none if it names none.
    pub node: Option<u32>,
    /// The row for a person, without the values of columns that nobody asks for.
    pub text: String,
    /// Line, from 1, at which it begins.
    pub line: u64,
    /// Byte at which it begins, from 0.
    pub offset: u64,
}

/// What a file comes to for one question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The place of the question among all.
    pub question: u32,
    /// The first rows that are asked for, or of which it is not known.
    pub rows: Vec<AskedRow>,
    /// How many rows are asked for, kept or not.
    pub held: u64,
    /// Of how many rows it is not known, kept or not.
    pub open: u64,
}

/// What is read of a file for all questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedTable {
    /// Name of the table's file without ending.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// An answer for each question about the table.
    pub answers: Vec<Answer>,
    /// The status of nodes and stores that it has.
    pub statuses: Vec<Status>,
}

/// Keeps the rows of one question within its bounds.
#[derive(Debug)]
struct Keeper {
    question: Question,
    answer: Answer,
    bytes: usize,
}

impl Keeper {
    fn new(place: u32, question: &Question) -> Self {
        let answer = Answer { question: place, ..Answer::default() };
        Self { question: question.clone(), answer, bytes: 0 }
    }

    /// Looks at a row by its cells, and keeps it if it is asked for or may be. `rest` gives it without its cells.
    fn look(&mut self, cell: &dyn Fn(&str) -> Told, rest: &dyn Fn(&Question) -> AskedRow) {
        match (self.question.holds)(cell) {
            Some(false) => return,
            Some(true) => self.answer.held += 1,
            None => self.answer.open += 1,
        }
        if self.answer.rows.len() >= KEPT || self.bytes >= BYTES {
            return;
        }
        let cells: Vec<Told> = self.question.columns.iter().map(|column| cell(column)).collect();
        let row = AskedRow { cells, ..rest(&self.question) };
        let length = |cell: &Told| if let Told::Text(text) = cell { text.len() } else { 0 };
        self.bytes += row.text.len() + row.cells.iter().map(length).sum::<usize>();
        self.answer.rows.push(row);
    }
}

/// Reads the rows of a table or document piece by piece. Memory holds one row and the answers.
#[derive(Debug)]
pub struct AskedReader {
    path: String,
    table: String,
    parts: Vec<Part>,
}

/// One of the readers of a file.
#[derive(Debug)]
enum Part {
    Rows(TableReader, Box<Rows>),
    Stores(TableReader, Box<Stores>),
    Objects(Box<Objects>, Option<Dead>),
    Document(Box<Document>, Option<Dead>),
}

impl AskedReader {
    /// A reader of the table of this name at `path`, which diagnostics name; none if no question is about it.
    #[must_use]
    pub fn new(table: &str, path: &str, asked: &Questions) -> Option<Self> {
        let about = |(_, question): &(u32, &Question)| question.table == table;
        let questions: Vec<(u32, &Question)> = (0..).zip(&asked.rows).filter(about).collect();
        let mut parts = Vec::new();
        let is_document = !table.contains('.');
        if let Some((_, first)) = questions.first() {
            let keepers = questions.iter().map(|(place, one)| Keeper::new(*place, one)).collect();
            parts.push(if is_document {
                Part::Objects(Box::new(Objects::new(first.shape, keepers)), None)
            } else {
                Part::Rows(TableReader::default(), Box::new(Rows::new(keepers)))
            });
        }
        if asked.statuses && STATUSES.contains(&table) {
            parts.push(if is_document {
                Part::Document(Box::new(Document::new(&asked.metrics)), None)
            } else {
                Part::Stores(TableReader::default(), Box::new(Stores::new(&asked.metrics)))
            });
        }
        let (path, table) = (path.to_owned(), table.to_owned());
        (!parts.is_empty()).then_some(Self { path, table, parts })
    }

    /// Reads the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        for part in &mut self.parts {
            match part {
                Part::Rows(reader, rows) => reader.feed(piece, rows.as_mut()),
                Part::Stores(reader, stores) => reader.feed(piece, stores.as_mut()),
                Part::Objects(objects, dead) if dead.is_none() => {
                    *dead = objects.feed(piece).map(broken);
                }
                Part::Document(document, dead) if dead.is_none() => {
                    *dead = document.feed(piece).map(broken);
                }
                Part::Objects(..) | Part::Document(..) => {}
            }
        }
    }

    /// The answers, and what could not be read.
    #[must_use]
    pub fn finish(self) -> (AskedTable, Vec<Unread>) {
        let (table, path) = (self.table, self.path);
        let mut asked = AskedTable { table, rows: 0, answers: Vec::new(), statuses: Vec::new() };
        let mut unread = Vec::new();
        let cut = |what: &str| (UnreadReason::MalformedTable, what.to_owned());
        for part in self.parts {
            let (problems, dead) = match part {
                Part::Rows(mut reader, mut rows) => {
                    let dead = reader.finish(rows.as_mut());
                    asked.rows = rows.rows;
                    asked.answers = rows.keepers.into_iter().map(|one| one.answer).collect();
                    (rows.problems, dead)
                }
                Part::Stores(mut reader, mut stores) => {
                    let dead = reader.finish(stores.as_mut());
                    asked.statuses = stores.statuses;
                    (stores.problems, dead)
                }
                Part::Objects(mut objects, dead) => {
                    let what = objects.finish().map(cut);
                    asked.rows = objects.seen.rows;
                    let keepers = objects.seen.keepers.into_iter();
                    asked.answers = keepers.map(|one| one.answer).collect();
                    (Problems::default(), dead.or(what))
                }
                Part::Document(document, dead) => {
                    let (statuses, what) = document.finish();
                    asked.statuses = statuses;
                    (Problems::default(), dead.or(what.map(cut)))
                }
            };
            unread.extend(problems.unread(&path, dead));
        }
        (asked, unread)
    }
}

fn broken(what: String) -> Dead {
    (UnreadReason::MalformedTable, format!("{what}; what follows was not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for rows whose column `a` is `x`, keeping column `b`.
    fn question() -> Question {
        let holds: Holds = Arc::new(|cell| match cell("a") {
            Told::Text(text) => Some(text == "x"),
            Told::Null => Some(false),
            _ => None,
        });
        Question {
            shape: Shape::Row,
            table: "system.t".to_owned(),
            columns: vec!["b".to_owned(), "a".to_owned()],
            holds,
        }
    }

    fn questions(question: Question) -> Questions {
        Questions { rows: vec![question], ..Questions::default() }
    }

    fn read(text: &str) -> (AskedTable, Vec<Unread>) {
        let mut reader = AskedReader::new("system.t", "p", &questions(question())).unwrap();
        text.as_bytes().chunks(3).for_each(|piece| reader.feed(piece));
        reader.finish()
    }

    fn cells(answer: &Answer) -> Vec<Told> {
        answer.rows.iter().map(|row| row.cells[0].clone()).collect()
    }

    #[test]
    fn rows_are_filtered_and_counted_while_they_stream() {
        let (table, unread) = read("A\tB\tc\nx\t1\tsecret\ny\t2\t\nNULL\t3\t\nx\tNULL\t\n");
        assert_eq!(unread, []);
        let answer = &table.answers[0];
        assert_eq!((table.rows, answer.held, answer.open), (4, 2, 0));
        assert_eq!(cells(answer), [Told::Text("1".to_owned()), Told::Null]);
        assert_eq!(answer.rows[0].line, 2);
        assert!(!answer.rows[0].text.contains("secret"), "{}", answer.rows[0].text);
    }

    #[test]
    fn what_a_table_does_not_tell_is_open() {
        for (text, kept) in [
            ("b\n1\n2\n", Told::Text("1".to_owned())),
            ("a\tb\n<redacted>\t1\n\u{2039}\u{d7}\u{203a}\t2\n", Told::Text("1".to_owned())),
            ("a\tc\n<redacted>\t1\nxx\u{2039}\u{d7}\u{203a}\t2\n", Told::NoColumn),
        ] {
            let (table, _) = read(text);
            let answer = &table.answers[0];
            assert_eq!((answer.held, answer.open), (0, 2), "{text}");
            assert_eq!(cells(answer)[0], kept, "{text}");
        }
    }

    #[test]
    fn more_rows_than_are_kept_are_counted_exactly() {
        let text = format!("a\tb\n{}", "x\t1\n".repeat(KEPT * 3));
        let (table, _) = read(&text);
        let answer = &table.answers[0];
        assert_eq!((answer.rows.len(), answer.held), (KEPT, KEPT as u64 * 3));
        let long = "b".repeat(60 << 10);
        let (table, _) = read(&format!("a\tb\n{}", format!("x\t{long}\n").repeat(200)));
        let answer = &table.answers[0];
        assert!(answer.rows.len() < 80 && answer.held == 200, "{}", answer.rows.len());
    }

    #[test]
    fn a_table_that_nobody_asks_for_has_no_reader() {
        assert!(AskedReader::new("system.other", "p", &questions(question())).is_none());
    }

    /// The cells of the rows of a document of which column `a` holds.
    fn of_document(
        shape: Shape,
        table: &str,
        columns: &[&str],
        text: &str,
    ) -> (Vec<Vec<Told>>, u64) {
        let holds: Holds = Arc::new(|_| Some(true));
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        let question = Question { shape, table: table.to_owned(), columns, holds };
        let mut reader = AskedReader::new(table, "p", &questions(question)).unwrap();
        text.as_bytes().chunks(7).for_each(|piece| reader.feed(piece));
        let (table, unread) = reader.finish();
        assert_eq!(unread, []);
        let rows = table.answers[0].rows.iter().map(|row| row.cells.clone()).collect();
        (rows, table.rows)
    }

    #[test]
    fn ranges_are_read_from_a_list_and_from_a_file_each() {
        let range = |key: &str| {
            format!(
                r#"{{"span":{{"start_key":"{key}","end_key":"x"}},"raft_state":{{"replicas":[{{"id":1}}]}},"state":{{"state":{{"desc":{{"range_id":7}}}}}},"source_node_id":2}}"#
            )
        };
        let columns = ["start_key", "range", "store", "id", "index"];
        let text = |text: &str| Told::Text(text.to_owned());
        let expected = |key: &str| {
            let (id, index) = match key {
                "/Max" => (Told::Null, Told::Null),
                _ => (text("104"), text("2")),
            };
            vec![text(key), text("7"), Told::NoColumn, id, index]
        };
        let list = format!("[{},\n{}]", range("/Tenant/10/Table/104/2/5"), range("/Max"));
        let (rows, count) = of_document(Shape::Range, "ranges", &columns, &list);
        assert_eq!(
            (rows, count),
            (vec![expected("/Tenant/10/Table/104/2/5"), expected("/Max")], 2)
        );
        let (rows, _) = of_document(Shape::Range, "ranges", &columns, &range("/Max"));
        assert_eq!(rows, [expected("/Max")]);
    }

    #[test]
    fn events_are_read_from_the_table_and_the_document() {
        let info =
            r#"{"EventType":"set_cluster_setting","SettingName":"version","User":"root","N":1}"#;
        let columns = ["type", "setting_name", "user", "n", "value"];
        let text = |text: &str| Told::Text(text.to_owned());
        let expected =
            vec![text("set_cluster_setting"), text("version"), text("root"), text("1"), Told::Null];
        let quoted = info.replace('"', "\\\"");
        let document = format!(
            r#"{{"events":[{{"timestamp":"2024-01-01T00:00:00Z","event_type":"set_cluster_setting","target_id":0,"reporting_id":1,"info":"{quoted}"}}]}}"#
        );
        let (rows, _) = of_document(Shape::Event, "events", &columns, &document);
        assert_eq!(rows, std::slice::from_ref(&expected));
        let cell = info.replace('"', "\"\"");
        let table = format!(
            "timestamp\teventType\ttargetID\treportingID\tinfo\n2024-01-01 00:00:00\tset_cluster_setting\t0\t1\t\"{cell}\"\n"
        );
        let (rows, _) = of_document(Shape::Event, "system.eventlog", &columns, &table);
        assert_eq!(rows, [expected]);
        let redacted =
            "timestamp\teventType\ttargetID\treportingID\n2024-01-01 00:00:00\tnode_join\t1\t1\n";
        let (rows, _) = of_document(Shape::Event, "system.eventlog", &columns[..2], redacted);
        assert_eq!(rows, [vec![text("node_join"), Told::NoColumn]]);
    }

    #[test]
    fn damage_is_told_beside_the_rows() {
        let (table, unread) = read("");
        assert_eq!((table.rows, unread.len()), (0, 1));
        let (_, unread) = read("a\tb\nx\t\"1\n");
        assert_eq!(unread.len(), 1, "{unread:?}");
    }
}
