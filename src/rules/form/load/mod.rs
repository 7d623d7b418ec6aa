//! Reads the text of a rule.
//!
//! Everything that can be wrong with a rule is found here and named with its line: a run never meets a column, a step or a
//! placeholder that does not exist.

mod conditions;
mod parts;
mod reader;

use toml::de::DeTable;

use crate::model::Guide;

use super::rule::{Basis, Detector, Origin, Rule, SEVERITIES, Subject};
use super::schema;
use super::windows::Windows;
use conditions::Names;
pub use reader::Problem;
use reader::{Reader, Table, nearest};

/// So many bytes may the file of a rule have.
pub const LONGEST: usize = 256 << 10;

const FIELDS: [&str; 18] = [
    "id",
    "title",
    "url",
    "published",
    "severity",
    "basis",
    "damage_stays",
    "affected",
    "detector",
    "subject",
    "rows",
    "line",
    "limit",
    "note",
    "phrase",
    "guide",
    "step",
    "example",
];

/// The rule that `text` holds, which is the content of `file`.
///
/// # Errors
/// All mistakes that were found, by line.
pub fn load(file: &str, text: &str, origin: Origin) -> Result<Rule, Vec<Problem>> {
    let mut reader = Reader::new(file, text);
    if text.len() > LONGEST {
        reader.problem(0, format!("the file has more than {LONGEST} bytes, which no rule needs"));
        return Err(reader.finish());
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.problem(error.span().map_or(0, |span| span.start), error.message());
    }
    // What follows a mistake of form is guessed by the parser.
    if !errors.is_empty() {
        return Err(reader.finish());
    }
    let root = Table { content: table.get_ref(), at: 0 };
    let rule = rule(&mut reader, root, origin);
    let problems = reader.finish();
    match rule {
        Some(rule) if problems.is_empty() => Ok(rule),
        _ => Err(problems),
    }
}

/// The sections that a rule names and that its guide does not have, or has without a step.
#[must_use]
pub fn sections_missing(file: &str, rule: &Rule) -> Vec<Problem> {
    let sections: Vec<&str> = rule.guide.sections().collect();
    let missing = rule.guides.iter().filter(|one| !sections.contains(&one.section.as_str()));
    missing
        .map(|one| {
            let near = nearest(&one.section, sections.iter().copied());
            let text = format!("there is no section `{}` with steps{near}", one.section);
            Problem { file: file.to_owned(), line: one.line, text }
        })
        .collect()
}

fn rule<'a>(reader: &mut Reader<'a>, root: Table<'a>, origin: Origin) -> Option<Rule> {
    reader.only(root, "a rule", &FIELDS);
    let shipped = origin == Origin::Shipped;
    let id = reader.need_text(root, "a rule", "id");
    if let Some((id, span)) = &id {
        check_id(reader, id, span.start, shipped);
    }
    let title = reader.need_text(root, "a rule", "title");
    let url = text_or_needed(reader, root, "url", shipped);
    let published = published(reader, root, shipped);
    let severity = text_or_needed(reader, root, "severity", shipped);
    let severity = match severity {
        Some((word, at)) => {
            let words = SEVERITIES.map(|word| (word, word));
            reader.word(&word, at, "severity", &words).unwrap_or("other")
        }
        None => "other",
    };
    let windows = match reader.get(root, "affected") {
        Some(value) => parts::windows(reader, value),
        None => Windows::None,
    };
    let basis = match text_or_needed(reader, root, "basis", shipped) {
        Some((word, at)) => reader.word(&word, at, "basis", &Basis::WORDS).unwrap_or(Basis::None),
        None if windows == Windows::None => Basis::None,
        None => Basis::RunningVersion,
    };
    let damage_stays = reader.flag(root, "damage_stays");
    let detector = detector(reader, root, shipped);
    let subject = subject(reader, root);
    let rows = parts::rows(reader, root, &subject);
    let codes = parts::codes(root);
    let names = Names {
        subject: &subject,
        rows: &rows,
        windows: &windows,
        phrases: &[],
        codes: &codes,
        decided: true,
        untold: false,
    };
    let phrases = parts::phrases(reader, root, names);
    let beside = Names { phrases: &phrases, ..names };
    let names = Names { decided: false, ..beside };
    let steps = parts::steps(reader, root, names);
    let lines = parts::lines(reader, root, names, &steps);
    let limits = parts::limits(reader, root, beside);
    let notes = parts::notes(reader, root, Names { untold: true, ..beside });
    let guides = parts::guides(reader, root, names);
    if lines.is_empty() {
        reader.problem(0, "a rule has at least one `[[line]]`");
    }
    let derived_by = schema::relation(&subject.from).map_or(&[][..], |from| from.derived_by);
    let named = detector.as_ref().map(|detector| detector.name.as_str());
    if named.is_some_and(|name| !derived_by.contains(&name)) {
        let text = "the subject of a rule with a detector is rows that the detector derives";
        reader.problem(0, text);
    } else if named.is_none() && !derived_by.is_empty() {
        let (from, by) = (&subject.from, derived_by.join("` or `"));
        let text =
            format!("rows of `{from}` are derived by `{by}`, and the rule names no detector");
        reader.problem(0, text);
    }
    let plain = subject.tells == 1 && !subject.first && !subject.limits_lead;
    let beside_lines = [limits.is_empty(), notes.is_empty(), guides.is_empty(), plain];
    if derived_by.is_empty() && beside_lines.contains(&false) {
        let text = "only a rule about rows that a detector derives has limits, notes and guides, and a subject with `decides`, `tells` or `limits`";
        reader.problem(0, text);
    }
    let examples = parts::examples(reader, root);
    Some(Rule {
        id: id?.0.to_owned(),
        origin,
        title: title?.0.to_owned(),
        url: url.map(|(url, _)| url).unwrap_or_default(),
        published,
        severity: severity.to_owned(),
        basis,
        damage_stays,
        windows,
        detector,
        subject,
        rows,
        lines,
        limits,
        notes,
        phrases,
        guides,
        guide: Guide::default(),
        steps,
        examples,
    })
}

fn check_id(reader: &mut Reader<'_>, id: &str, at: usize, shipped: bool) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if id.is_empty() || id.len() > 64 || !id.bytes().all(plain) {
        let text = "an id has 1 to 64 letters, digits, `-`, `_` and `.`";
        reader.problem(at, text);
    }
    let published = id.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("A-"))
        || id.to_ascii_uppercase().starts_with("CVE-");
    if !shipped && published {
        reader.problem(
            at,
            format!(
                "`{id}` looks like the id of a published advisory; give your own rule another one"
            ),
        );
    }
}

/// A text with its place; one that is absent is a mistake of a shipped rule.
fn text_or_needed<'a>(
    reader: &mut Reader<'a>,
    root: Table<'a>,
    key: &str,
    needed: bool,
) -> Option<(String, usize)> {
    let found =
        if needed { reader.need_text(root, "a rule", key) } else { reader.text_of(root, key) };
    found.map(|(text, span)| (text.to_owned(), span.start))
}

/// The day of publication.
fn published<'a>(reader: &mut Reader<'a>, root: Table<'a>, needed: bool) -> String {
    let value = if needed {
        reader.need(root, "a rule", "published")
    } else {
        reader.get(root, "published")
    };
    let Some(value) = value else { return String::new() };
    let day = value.get_ref().as_datetime().filter(|at| at.date.is_some() && at.time.is_none());
    if day.is_none() {
        reader.wrong(value, "published", "a day such as 2023-03-29");
    }
    day.map(ToString::to_string).unwrap_or_default()
}

fn detector<'a>(reader: &mut Reader<'a>, root: Table<'a>, shipped: bool) -> Option<Detector> {
    let value = reader.get(root, "detector")?;
    if !shipped {
        reader.problem(value.span().start, "only a shipped rule has a detector in Rust");
    }
    let table = reader.table(value, "detector")?;
    reader.only(table, "a detector", &["name", "history"]);
    let (name, _) = reader.need_text(table, "a detector", "name")?;
    Some(Detector { name: name.to_owned(), history: reader.flag(table, "history") })
}

fn subject<'a>(reader: &mut Reader<'a>, root: Table<'a>) -> Subject {
    let cluster = || Subject {
        from: "cluster".to_owned(),
        table: None,
        named: None,
        filter: Vec::new(),
        default: None,
        first: false,
        tells: 1,
        limits_lead: false,
        at: Vec::new(),
    };
    let Some(value) = reader.get(root, "subject") else { return cluster() };
    let Some(table) = reader.table(value, "subject") else { return cluster() };
    let fields =
        ["from", "table", "kind", "id", "where", "default", "decides", "tells", "limits", "at"];
    reader.only(table, "a subject", &fields);
    let Some((from, span)) = reader.need_text(table, "a subject", "from") else {
        return cluster();
    };
    let Some(relation) = parts::relation(reader, from, span.start) else { return cluster() };
    if !relation.subject {
        reader.problem(span.start, format!("the rows of `{from}` are no subjects"));
    }
    let named = parts::named(reader, table, relation);
    let of_table = parts::table_name(reader, table, relation);
    let filter = parts::filter(reader, table, relation);
    let default = parts::default(reader, table, relation);
    let words = [("first", true), ("strongest", false)];
    let first = reader.text_of(table, "decides");
    let first = first.and_then(|(word, at)| reader.word(word, at.start, "order of lines", &words));
    let tells = reader.get(table, "tells").map_or(1, |value| parts::number(reader, value, "tells"));
    let words = [("lead", true), ("follow", false)];
    let lead = reader.text_of(table, "limits");
    let lead = lead.and_then(|(word, at)| reader.word(word, at.start, "order of limits", &words));
    let at = parts::at(reader, table, relation);
    Subject {
        from: from.to_owned(),
        table: of_table,
        named,
        filter,
        default,
        first: first.unwrap_or(false),
        tells,
        limits_lead: lead.unwrap_or(false),
        at,
    }
}

#[cfg(test)]
mod tests;
