//! Reads the parts of a rule: windows, rows, lines, steps and examples.

use toml::Spanned;
use toml::de::DeValue;

use super::super::literals;
use super::super::rule::{
    Bound, Example, Guided, Is, Limit, Line, Note, Phrase, RowSet, Step, Subject, Test, Value, When,
};
use super::super::schema::{self, Kind, Relation};
use super::super::template::{Slot, Template};
use super::super::windows::{Window, Windows};
use super::conditions::{self, Names};
use super::reader::{Reader, Table, nearest};
use crate::model::{Safety, SubjectKind, Verdict, Version};

/// Placeholders about the builds of the windows that ran.
pub(super) const OF_BUILDS: [&str; 4] = ["builds", "nodes", "period", "upgrade"];

/// The condition and placeholder about rows of a subject that its finding does not tell.
pub(super) const UNTOLD: &str = "untold";

pub(super) const VERDICTS: [(&str, Verdict); 10] = [
    ("confirmed", Verdict::Confirmed),
    ("suspect", Verdict::Suspect),
    ("possible", Verdict::Possible),
    ("at_risk", Verdict::AtRisk),
    ("exposed", Verdict::Exposed),
    ("cannot_tell", Verdict::CannotTell),
    ("mitigated", Verdict::Mitigated),
    ("cleared", Verdict::Cleared),
    ("no_sign", Verdict::NoSign),
    ("not_affected", Verdict::NotAffected),
];

/// The builds of `affected`.
pub(super) fn windows<'a>(reader: &mut Reader<'a>, value: &'a Spanned<DeValue<'a>>) -> Windows {
    if value.get_ref().as_str() == Some("all") {
        return Windows::All;
    }
    let mut list: Vec<Window> = Vec::new();
    for member in reader.list(value, "affected") {
        let at = member.span().start;
        let Some(window) = window(reader, member) else { continue };
        if let Some(before) = list.last() {
            let end = before.to.as_ref().filter(|_| before.series == window.series);
            let apart = before.series < window.series || end.is_some_and(|end| *end < window.from);
            if !apart {
                reader.problem(at, "windows come in ascending order and do not overlap");
            }
        }
        list.push(window);
    }
    if list.is_empty() {
        reader.problem(value.span().start, "`affected` is \"all\" or a list of windows");
    }
    Windows::Some(list)
}

fn window<'a>(reader: &mut Reader<'a>, value: &'a Spanned<DeValue<'a>>) -> Option<Window> {
    let table = reader.table(value, "affected")?;
    reader.only(table, "a window", &["series", "from", "to", "fixed"]);
    let series = reader.need_text(table, "a window", "series");
    let from = reader.need_text(table, "a window", "from");
    let to = reader.text_of(table, "to");
    let fixed = reader.need_text(table, "a window", "fixed");
    let mut build = |text: Option<(&str, std::ops::Range<usize>)>| {
        let (text, span) = text?;
        let version = Version::parse(text).filter(|version| version.custom.is_none());
        if version.is_none() {
            reader
                .problem(span.start, format!("`{text}` is no published build such as \"22.2.6\""));
        }
        version
    };
    let has_end = to.is_some();
    let (from, to, fixed) = (build(from), build(to), build(fixed));
    let (from, fixed) = (from?, fixed?);
    if has_end && to.is_none() {
        return None;
    }
    let of_series = format!("{}.{}", from.major, from.minor);
    let (series, span) = series?;
    if series != of_series || to.as_ref().is_some_and(|to| to.series() != from.series()) {
        reader.problem(span.start, "the ends of a window are builds of its series");
    }
    if to.as_ref().is_some_and(|to| *to < from) {
        reader.problem(table.at, "the window ends before it begins");
    }
    let after = match &to {
        Some(to) => fixed > *to,
        None => fixed.series() > from.series(),
    };
    if !after {
        reader.problem(table.at, "`fixed` is a build after the window");
    }
    Some(Window { series: from.series(), from, to, fixed })
}

/// The relation of a name.
pub(super) fn relation(
    reader: &mut Reader<'_>,
    name: &str,
    at: usize,
) -> Option<&'static Relation> {
    let found = schema::relation(name);
    if found.is_none() {
        let near = nearest(name, schema::RELATIONS.iter().map(|relation| relation.name));
        reader.problem(at, format!("there is no relation `{name}`{near}"));
    }
    found
}

/// The field `where` of rows of a relation, with what the relation demands of it.
pub(super) fn filter<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Vec<Test> {
    let filter = match reader.get(table, "where") {
        Some(value) => match reader.table(value, "where") {
            Some(tests) => conditions::tests(reader, tests, relation),
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    if relation.is_of_schema() && !filter.iter().any(is_of_note) {
        let of = relation.name;
        let text = format!(
            "rows of `{of}` are asked for by what is of note, such as a column that is true: of other things none are kept"
        );
        reader.problem(table.at, text);
    }
    let Some(column) = relation.named_by else { return filter };
    let of_column = || filter.iter().filter(|test| test.column == column).map(|test| &test.is);
    match relation.name {
        "log" => {
            if let Err(problem) = literals::of_tests(of_column()) {
                reader.problem(table.at, problem);
            }
        }
        _ => {
            if !of_column().any(|is| matches!(is, Is::OneOf(_))) {
                let of = relation.name;
                let text = format!(
                    "rows of `{of}` are asked for by `{column}`: only what is named is read"
                );
                reader.problem(table.at, text);
            }
        }
    }
    filter
}

/// Whether a condition holds only of rows in which something is so.
fn is_of_note(test: &Test) -> bool {
    test.column != "unique"
        && matches!(&test.is, Is::OneOf(values) if *values == [Value::Bool(true)])
}

/// The field `table` of rows of `row`.
pub(super) fn table_name<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Option<String> {
    if relation.name != "row" {
        if let Some((_, span)) = reader.text_of(table, "table") {
            reader.problem(span.start, "only rows of `row` are of a table");
        }
        return None;
    }
    let (name, span) = reader.need_text(table, "a set of rows of a table", "table")?;
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let known = name
        .split_once('.')
        .is_some_and(|(schema, of)| matches!(schema, "crdb_internal" | "system") && plain(of));
    if !known {
        let text = format!("`{name}` is no table such as \"system.privileges\"");
        reader.problem(span.start, text);
    }
    Some(name.to_owned())
}

/// The fields `id` and `kind` of a subject of `row`: by what its finding names it, and what it is called.
pub(super) fn named<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Option<(String, SubjectKind)> {
    if relation.name != "row" {
        for key in ["id", "kind"] {
            if let Some((_, span)) = reader.text_of(table, key) {
                reader.problem(span.start, "only a subject of `row` needs a name");
            }
        }
        return None;
    }
    let (column, at) = reader.need_text(table, "a subject of `row`", "id")?;
    if relation.column(column).is_none() {
        reader.problem(at.start, format!("no table has a column `{column}`"));
    }
    let (kind, at) = reader.need_text(table, "a subject of `row`", "kind")?;
    let kind = reader.word(kind, at.start, "kind of subject", &KINDS)?;
    Some((column.to_owned(), kind))
}

/// What a row of a table can be called.
const KINDS: [(&str, SubjectKind); 5] = [
    ("job", SubjectKind::Job),
    ("node", SubjectKind::Node),
    ("role", SubjectKind::Role),
    ("store", SubjectKind::Store),
    ("table", SubjectKind::Table),
];

/// The sets of rows.
pub(super) fn rows<'a>(reader: &mut Reader<'a>, root: Table<'a>, subject: &Subject) -> Vec<RowSet> {
    let Some(value) = reader.get(root, "rows") else { return Vec::new() };
    let Some(table) = reader.table(value, "rows") else { return Vec::new() };
    let mut sets: Vec<(RowSet, usize)> = Vec::new();
    for (key, value) in table.content {
        let name = key.get_ref().as_ref();
        let at = key.span().start;
        let taken = ["subject", "always", UNTOLD].contains(&name) || OF_BUILDS.contains(&name);
        if taken || Template::parse(&format!("{{{name}}}")).is_err() {
            reader.problem(at, format!("`{name}` cannot name rows"));
        }
        let Some(table) = reader.table(value, name) else { continue };
        sets.extend(row_set(reader, table, name, subject).map(|set| (set, at)));
    }
    let sets_only: Vec<RowSet> = sets.iter().map(|(set, _)| set.clone()).collect();
    for (set, at) in &sets {
        for test in &set.filter {
            let Is::ComparesWith(_, other, column) = &test.is else { continue };
            let of = sets_only.iter().find(|set| set.name == *other).map(|set| set.from.as_str());
            let of = of.or((other == "subject").then_some(subject.from.as_str()));
            let known = of.and_then(schema::relation).and_then(|of| of.column(column));
            let time = known.is_some_and(|(_, column)| column.kind.is_time());
            let compares = |of: &RowSet| of.name == *other && of.compares_with_others();
            if sets_only.iter().any(compares) {
                reader.problem(
                    *at,
                    format!("the rows of `{other}` are compared with others themselves"),
                );
            } else if !time {
                reader.problem(
                    *at,
                    format!("`{other}.{column}` is no instant and no time of other rows"),
                );
            }
        }
    }
    sets_only
}

fn row_set<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    name: &str,
    subject: &Subject,
) -> Option<RowSet> {
    let fields = ["from", "table", "where", "same", "within", "count", "sum", "default"];
    reader.only(table, "a set of rows", &fields);
    let (from, span) = reader.need_text(table, "a set of rows", "from")?;
    let relation = relation(reader, from, span.start)?;
    if !relation.derived_by.is_empty() {
        reader.problem(span.start, format!("the rows of `{from}` are subjects and nothing else"));
    }
    let of_table = table_name(reader, table, relation);
    let filter = filter(reader, table, relation);
    let mut same = Vec::new();
    if let Some(value) = reader.get(table, "same") {
        for (column, span) in reader.texts(value, "same") {
            let own = relation.column(column).map(|(_, column)| column.kind);
            let of_subject = schema::relation(&subject.from)
                .and_then(|of| of.column(column))
                .map(|(_, column)| column.kind);
            if own.is_none() || own != of_subject {
                let text = format!("`{column}` is no column of both `{from}` and the subject");
                reader.problem(span.start, text);
            }
            same.push(column.to_owned());
        }
    }
    let min = match reader.get(table, "count") {
        Some(value) => count(reader, value),
        None => 1,
    };
    let within = within(reader, table, relation, subject);
    let sum = sum(reader, table, relation);
    let default = default(reader, table, relation);
    let (name, from) = (name.to_owned(), from.to_owned());
    Some(RowSet { name, from, table: of_table, filter, same, within, min, sum, default })
}

/// The field `within`: two times of the subject's row.
fn within<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
    subject: &Subject,
) -> Option<(String, String)> {
    let value = reader.get(table, "within")?;
    let at = value.span().start;
    if relation.span().is_none() {
        reader.problem(at, format!("nothing says when a row of `{}` happened", relation.name));
    }
    let of_subject = schema::relation(&subject.from);
    let column = |text: &str| {
        let (rows, name) = text.split_once('.')?;
        let (_, column) = of_subject?.column(name).filter(|_| rows == "subject")?;
        column.kind.is_time().then(|| name.to_owned())
    };
    let texts = reader.texts(value, "within");
    let columns: Vec<String> = texts.iter().filter_map(|(text, _)| column(text)).collect();
    match <[String; 2]>::try_from(columns) {
        Ok([from, until]) if texts.len() == 2 => Some((from, until)),
        _ => {
            let text = "`within` has two times of the subject, such as \"subject.created\" and \"subject.finished\"";
            reader.problem(at, text);
            None
        }
    }
}

/// The field `at` of a subject: one time of its row, or two.
pub(super) fn at<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Vec<String> {
    let Some(value) = reader.get(table, "at") else { return Vec::new() };
    let texts = reader.texts(value, "at");
    let is_time =
        |text: &str| relation.column(text).is_some_and(|(_, column)| column.kind.is_time());
    if !(1..=2).contains(&texts.len()) || !texts.iter().all(|(text, _)| is_time(text)) {
        let text = format!("`at` has one time of `{}`, or two from and until when", relation.name);
        reader.problem(value.span().start, text);
    }
    texts.into_iter().map(|(text, _)| text.to_owned()).collect()
}

/// The field `sum`: a number column, and how much its rows must have together.
fn sum<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Option<(String, i128)> {
    let value = reader.get(table, "sum")?;
    let sum = reader.table(value, "sum")?;
    reader.only(sum, "a sum", &["of", "min"]);
    let (of, span) = reader.need_text(sum, "a sum", "of")?;
    let column = relation.column(of).filter(|(_, column)| column.kind == Kind::Number);
    let Some((_, column)) = column else {
        reader.problem(span.start, format!("`{}` has no number `{of}`", relation.name));
        return None;
    };
    let min = reader.need(sum, "a sum", "min")?;
    match conditions::one(reader, min, column)? {
        Value::Number(min) => Some((of.to_owned(), min)),
        _ => None,
    }
}

/// The field `default` of rows of a relation.
pub(super) fn default<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    relation: &'static Relation,
) -> Option<Value> {
    let value = reader.get(table, "default")?;
    let column = relation.column("value").filter(|_| relation.name == "setting");
    if column.is_none() {
        reader.problem(value.span().start, "only a setting has a default");
    }
    conditions::one(reader, value, column?.1)
}

fn count<'a>(reader: &mut Reader<'a>, value: &'a Spanned<DeValue<'a>>) -> u32 {
    let Some(table) = reader.table(value, "count") else { return 1 };
    reader.only(table, "a count", &["min"]);
    reader.need(table, "a count", "min").map_or(1, |min| number(reader, min, "min"))
}

/// A whole number from 1 on; 1 where it is none.
pub(super) fn number<'a>(
    reader: &mut Reader<'a>,
    value: &'a Spanned<DeValue<'a>>,
    key: &str,
) -> u32 {
    let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
    if number.is_none_or(|number: u32| number == 0) {
        reader.wrong(value, key, "a number from 1");
    }
    number.unwrap_or(1)
}

/// A template of which every placeholder exists.
fn template(reader: &mut Reader<'_>, text: &str, at: usize, names: Names<'_>) -> Template {
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(problem) => {
            reader.problem(at, problem);
            return Template::default();
        }
    };
    for slot in template.slots() {
        if let Err(problem) = known(slot, names) {
            reader.problem(at, problem);
        }
    }
    template
}

fn known(slot: &Slot, names: Names<'_>) -> Result<(), String> {
    let Names { subject, rows, windows, phrases, .. } = names;
    let builds = OF_BUILDS.iter().copied().filter(|_| *windows != Windows::None);
    let relation = match slot.name.as_str() {
        "subject" => Some(subject.from.as_str()),
        name => rows.iter().find(|set| set.name == name).map(|set| set.from.as_str()),
    };
    match (relation.and_then(schema::relation), &slot.column) {
        (Some(_), None) if slot.name == "subject" => Ok(()),
        (Some(relation), Some(column)) if relation.column(column).is_some() => Ok(()),
        (Some(relation), column) => {
            let name = column.as_deref().unwrap_or_default();
            let near = nearest(name, relation.columns.iter().map(|column| column.name));
            Err(format!("`{{{slot}}}` names no column of `{}`{near}", relation.name))
        }
        (None, None) if builds.clone().any(|one| one == slot.name) => Ok(()),
        (None, None) if slot.name == UNTOLD && names.untold => Ok(()),
        (None, None) if phrases.iter().any(|phrase| phrase.name == slot.name) => {
            let mut of_name = phrases.iter().filter(|phrase| phrase.name == slot.name);
            let depends = of_name.any(|phrase| asks_what_decided(&phrase.when));
            let text = format!("`{{{slot}}}` depends on which line decides, so no line can say it");
            if depends && !names.decided { Err(text) } else { Ok(()) }
        }
        (None, _) => {
            let known = rows.iter().map(|set| set.name.as_str());
            let known = known.chain(phrases.iter().map(|phrase| phrase.name.as_str()));
            let near = nearest(&slot.name, known.chain(builds).chain(["subject"]));
            Err(format!("there is no placeholder `{{{slot}}}`{near}"))
        }
    }
}

/// The steps, by name.
pub(super) fn steps<'a>(reader: &mut Reader<'a>, root: Table<'a>, names: Names<'_>) -> Vec<Step> {
    let Some(value) = reader.get(root, "step") else { return Vec::new() };
    let Some(table) = reader.table(value, "step") else { return Vec::new() };
    let safeties = [
        ("read-only", Safety::ReadOnly),
        ("reversible", Safety::Reversible),
        ("disruptive", Safety::Disruptive),
    ];
    let mut steps = Vec::new();
    for (key, value) in table.content {
        let name = key.get_ref().as_ref();
        let Some(table) = reader.table(value, name) else { continue };
        reader.only(table, "a step", &["safety", "do", "sql"]);
        let safety = reader.need_text(table, "a step", "safety");
        let text = reader.need_text(table, "a step", "do");
        let sql = reader.text_of(table, "sql");
        let (Some((safety, of_safety)), Some((text, of_text))) = (safety, text) else { continue };
        let Some(safety) = reader.word(safety, of_safety.start, "safety", &safeties) else {
            continue;
        };
        let text = template(reader, text, of_text.start, names);
        let sql = match sql {
            Some((sql, span)) => template(reader, sql.trim_end(), span.start, names),
            None => Template::default(),
        };
        steps.push(Step { name: name.to_owned(), safety, text, sql });
    }
    steps
}

/// The codes of the lines, before anything else of them is read.
pub(super) fn codes<'a>(root: Table<'a>) -> Vec<&'a str> {
    let lines = root.content.get("line").and_then(|lines| lines.get_ref().as_array());
    let code =
        |line: &'a Spanned<DeValue<'a>>| line.get_ref().as_table()?.get("code")?.get_ref().as_str();
    lines.into_iter().flatten().filter_map(code).collect()
}

/// The parts of sentences. Each can use those before it that have another name.
pub(super) fn phrases<'a>(
    reader: &mut Reader<'a>,
    root: Table<'a>,
    names: Names<'_>,
) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for table in reader.tables(root, "phrase") {
        reader.only(table, "a phrase", &["name", "when", "say"]);
        let name = reader.need_text(table, "a phrase", "name");
        if let Some((name, span)) = &name {
            let taken = ["subject", UNTOLD].contains(name)
                || OF_BUILDS.contains(name)
                || names.rows.iter().any(|set| set.name == *name);
            if taken || Template::parse(&format!("{{{name}}}")).is_err() || name.contains('.') {
                reader.problem(span.start, format!("`{name}` cannot name a phrase"));
            }
        }
        let before: Vec<Phrase> = phrases
            .iter()
            .filter(|phrase| name.as_ref().is_some_and(|(name, _)| phrase.name != *name))
            .cloned()
            .collect();
        let names = Names { phrases: &before, ..names };
        let said = said(reader, table, "a phrase", names);
        if let (Some((name, _)), Some((when, say))) = (name, said) {
            phrases.push(Phrase { name: name.to_owned(), when, say });
        }
    }
    phrases
}

/// The fields `when` and `say`.
fn said<'a>(
    reader: &mut Reader<'a>,
    table: Table<'a>,
    what: &str,
    names: Names<'_>,
) -> Option<(When, Template)> {
    let when = reader.need(table, what, "when");
    let when = when.and_then(|when| conditions::when(reader, when, names, 0));
    let say = reader.need_text(table, what, "say");
    let say = say.map(|(text, span)| template(reader, text, span.start, names));
    Some((when?, say?))
}

/// The field `code`.
fn code<'a>(reader: &mut Reader<'a>, table: Table<'a>, what: &str) -> Option<String> {
    let (code, span) = reader.need_text(table, what, "code")?;
    if !is_code(code) {
        reader.problem(span.start, format!("`{code}` is no code such as VERSION_AFFECTED"));
    }
    Some(code.to_owned())
}

/// The bounds.
pub(super) fn limits<'a>(reader: &mut Reader<'a>, root: Table<'a>, names: Names<'_>) -> Vec<Limit> {
    let mut limits = Vec::new();
    for table in reader.tables(root, "limit") {
        reader.only(table, "a limit", &["at_most", "at_least", "when", "code", "say"]);
        let mut verdict = |key: &str| {
            let (word, span) = reader.text_of(table, key)?;
            reader.word(word, span.start, "verdict", &VERDICTS)
        };
        let bound = match (verdict("at_most"), verdict("at_least")) {
            (Some(most), None) => Some(Bound::AtMost(most)),
            (None, Some(least)) => Some(Bound::AtLeast(least)),
            _ => {
                reader.problem(table.at, "a limit has one of `at_most` and `at_least`");
                None
            }
        };
        let code = code(reader, table, "a limit");
        let said = said(reader, table, "a limit", names);
        if let (Some(bound), Some(code), Some((when, say))) = (bound, code, said) {
            limits.push(Limit { bound, when, code, say });
        }
    }
    limits
}

/// What is said beside what decides.
pub(super) fn notes<'a>(reader: &mut Reader<'a>, root: Table<'a>, names: Names<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for table in reader.tables(root, "note") {
        reader.only(table, "a note", &["when", "code", "say"]);
        let code = code(reader, table, "a note");
        let said = said(reader, table, "a note", names);
        if let (Some(code), Some((when, say))) = (code, said) {
            notes.push(Note { when, code, say });
        }
    }
    notes
}

/// Which sections of the guide say what to do.
pub(super) fn guides<'a>(
    reader: &mut Reader<'a>,
    root: Table<'a>,
    names: Names<'_>,
) -> Vec<Guided> {
    let mut guides = Vec::new();
    for table in reader.tables(root, "guide") {
        reader.only(table, "a guide", &["section", "when"]);
        let section = reader.need_text(table, "a guide", "section");
        let when = reader.need(table, "a guide", "when");
        let when = when.and_then(|when| conditions::when(reader, when, names, 0));
        if let (Some((section, span)), Some(when)) = (section, when) {
            let line = reader.line(span.start);
            guides.push(Guided { section: section.to_owned(), when, line });
        }
    }
    guides
}

/// The lines.
pub(super) fn lines<'a>(
    reader: &mut Reader<'a>,
    root: Table<'a>,
    names: Names<'_>,
    steps: &[Step],
) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut used = vec![false; steps.len()];
    for table in reader.tables(root, "line") {
        reader.only(table, "a line", &["verdict", "when", "code", "say", "steps"]);
        let verdict = reader.need_text(table, "a line", "verdict");
        let verdict =
            verdict.and_then(|(word, span)| reader.word(word, span.start, "verdict", &VERDICTS));
        let code = code(reader, table, "a line");
        let said = said(reader, table, "a line", names);
        let mut named = Vec::new();
        if let Some(value) = reader.get(table, "steps") {
            for (name, span) in reader.texts(value, "steps") {
                match steps.iter().position(|step| step.name == name) {
                    Some(place) => {
                        named.push(place);
                        used[place] = true;
                    }
                    None => {
                        let near = nearest(name, steps.iter().map(|step| step.name.as_str()));
                        reader.problem(span.start, format!("there is no step `{name}`{near}"));
                    }
                }
            }
        }
        let clean = verdict.is_some_and(|verdict| verdict <= Verdict::Mitigated);
        if clean && said.as_ref().is_some_and(|(when, _)| when.takes_ignorance()) {
            let text = "`unless` takes what is not known for what does not hold, and a clean verdict cannot rest on that";
            reader.problem(table.at, text);
        }
        if let (Some(verdict), Some(code), Some((when, say))) = (verdict, code, said) {
            lines.push(Line { verdict, when, code, say, steps: named });
        }
    }
    for (step, _) in steps.iter().zip(used).filter(|(_, used)| !used) {
        reader.problem(0, format!("no line names the step `{}`", step.name));
    }
    lines
}

/// Whether a condition depends on which line decided.
fn asks_what_decided(when: &When) -> bool {
    match when {
        When::Decided { .. } => true,
        When::All(each) | When::Any(each) => each.iter().any(asks_what_decided),
        When::Not(one) | When::Unless(one) => asks_what_decided(one),
        When::Always
        | When::Builds(_)
        | When::Rows(_)
        | When::Subject(_)
        | When::Unsaid(_)
        | When::Untold => false,
    }
}

/// Whether a text is in `SCREAMING_SNAKE_CASE`.
fn is_code(text: &str) -> bool {
    text.len() <= 64
        && text.split('_').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
        && text.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The examples.
pub(super) fn examples<'a>(reader: &mut Reader<'a>, root: Table<'a>) -> Vec<Example> {
    let mut examples = Vec::new();
    for table in reader.tables(root, "example") {
        reader.only(table, "an example", &["name", "input", "verdict"]);
        let name = reader.need_text(table, "an example", "name");
        let input = reader.need_text(table, "an example", "input");
        let verdict = reader.need_text(table, "an example", "verdict");
        let verdict =
            verdict.and_then(|(word, span)| reader.word(word, span.start, "verdict", &VERDICTS));
        if let (Some((name, _)), Some((input, _)), Some(verdict)) = (name, input, verdict) {
            let line = reader.line(table.at);
            let (name, input) = (name.to_owned(), input.to_owned());
            examples.push(Example { name, input, verdict, line });
        }
    }
    examples
}
