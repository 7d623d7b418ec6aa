//! What a rule says: its sentences and steps, filled with what the rows and builds of a subject are.

use std::cell::RefCell;

use crate::facts::Origin;
use crate::model::{Arg, ArgKind, Reason, Remediation, SortSmall, Time, Version};

use super::builds::{Fleet, Whose};
use super::evaluate::{Case, Of};
use super::form::rule::{Line, Rule, Value};
use super::form::schema::{self, Kind, Relation};
use super::form::template::{Slot, Template};
use super::form::windows::Lies;
use super::relation::{Cell, MILLION};
use super::truth::listed;
use super::view::Ground;

/// The cluster within a sentence.
pub(super) const CLUSTER: &str = "the cluster";

/// So many characters of a text of the input stand in a sentence.
const WIDTH: usize = 200;

/// A sentence for a subject.
pub(super) fn text(case: &Case<'_>, of: Of<'_>, template: &Template) -> String {
    reason(case, of, "", template).text
}

/// A reason for a subject, with the values that its sentence names.
pub(super) fn reason(case: &Case<'_>, of: Of<'_>, code: &str, template: &Template) -> Reason {
    let mut args = Vec::new();
    let mut text = filled(case, of, template, &mut args);
    // A name that is words begins a sentence like any word.
    if let Some(rest) = text.strip_prefix(CLUSTER) {
        text = format!("The cluster{rest}");
        for first in args.iter_mut().take(1).filter(|arg| arg.value == CLUSTER) {
            "The cluster".clone_into(&mut first.value);
        }
    }
    Reason { code: code.to_owned(), args, text }
}

/// A sentence for a subject. The values that it names are added to `args`, in their order; those of a phrase are its own.
fn filled(case: &Case<'_>, of: Of<'_>, template: &Template, args: &mut Vec<Arg>) -> String {
    let found = RefCell::new(args);
    template.fill(|slot| {
        if is_phrase(case, slot) {
            return Some(phrase(case, of, &slot.name, &mut found.borrow_mut()));
        }
        let value = value(case, of, slot);
        let (name, kind) = (slot.to_string(), kind(case, slot));
        found.borrow_mut().push(Arg { name, kind, value: value.clone() });
        Some(value)
    })
}

/// Whether a placeholder stands for a part of a sentence.
fn is_phrase(case: &Case<'_>, slot: &Slot) -> bool {
    slot.column.is_none() && case.rule.phrases.iter().any(|phrase| phrase.name == slot.name)
}

/// What the value of a placeholder is.
fn kind(case: &Case<'_>, slot: &Slot) -> ArgKind {
    let from = &case.rule.subject.from;
    match (slot.name.as_str(), &slot.column) {
        ("subject", None) => match from.as_str() {
            "cluster" => ArgKind::Word,
            "node" => ArgKind::Node,
            "setting" => ArgKind::Setting,
            "log" => ArgKind::Path,
            "job" | "backup" | "restore" | "changefeed" => ArgKind::Id,
            _ => ArgKind::Name,
        },
        ("builds", None) => ArgKind::Version,
        ("nodes", None) => ArgKind::Node,
        ("subject", Some(column)) => kind_of_column(from, column),
        (set, Some(column)) => {
            let from = case.rule.row_set(set).map(|place| case.rule.rows[place].from.as_str());
            kind_of_column(from.unwrap_or_default(), column)
        }
        _ => ArgKind::Said,
    }
}

fn kind_of_column(relation: &str, column: &str) -> ArgKind {
    let known = schema::relation(relation).and_then(|relation| relation.column(column));
    match (column, known.map(|(_, known)| known.kind)) {
        ("node", Some(Kind::Number)) => ArgKind::Node,
        ("job", Some(_)) => ArgKind::Id,
        (_, Some(Kind::Number)) => ArgKind::Number,
        (_, Some(Kind::Version)) => ArgKind::Version,
        (_, Some(Kind::Time | Kind::Instant)) => ArgKind::Time,
        (_, Some(Kind::Bool | Kind::Word(_))) => ArgKind::Word,
        (_, Some(Kind::Said)) => ArgKind::Said,
        (_, Some(Kind::Text | Kind::Any | Kind::Cell | Kind::Whole) | None) => ArgKind::Text,
    }
}

/// The steps of a line for a subject.
pub(super) fn steps(case: &Case<'_>, of: Of<'_>, line: &Line) -> Vec<Remediation> {
    let steps = line.steps.iter().filter_map(|place| case.rule.steps.get(*place));
    (1_u32..)
        .zip(steps)
        .map(|(number, step)| Remediation {
            step: number,
            safety: step.safety,
            text: text(case, of, &step.text),
            sql: text(case, of, &step.sql),
        })
        .collect()
}

fn value(case: &Case<'_>, of: Of<'_>, slot: &Slot) -> String {
    match (slot.name.as_str(), &slot.column) {
        ("subject", None) => match of.row {
            Some(row) if !row.id.is_empty() => cut(&row.id),
            _ => CLUSTER.to_owned(),
        },
        ("subject", Some(column)) => {
            let from = &case.rule.subject.from;
            let cell = of.row.and_then(|row| row.cell(from, column));
            cell.map_or_else(|| "(not known)".to_owned(), |cell| cell_text(cell, from, column))
        }
        ("builds", None) => listed(&builds(case, of)),
        ("nodes", None) => {
            listed(&case.fleet.names(&case.fleet.concerned(&case.rule.windows, of.whose)))
        }
        ("period", None) => period(case, of),
        ("upgrade", None) => upgrade(case.rule, case.fleet),
        ("untold", None) => of.untold.to_string(),
        (set, Some(column)) if column == COUNT && is_counted(case, set) => {
            case.count(set).to_string()
        }
        (set, Some(column)) => {
            let from = case.rule.row_set(set).map(|place| case.rule.rows[place].from.as_str());
            cell_text(&case.cell_of(Some(of), set, column), from.unwrap_or_default(), column)
        }
        // The reader of rules lets no other stand.
        (_, None) => String::new(),
    }
}

/// The column that says how many rows of a table there are.
const COUNT: &str = "count";

/// Whether the rows of a set are of a table.
fn is_counted(case: &Case<'_>, set: &str) -> bool {
    let place = case.rule.row_set(set);
    place.is_some_and(|place| {
        schema::relation(&case.rule.rows[place].from).is_some_and(Relation::is_open)
    })
}

/// The first phrase of a name that holds; nothing if none does.
fn phrase(case: &Case<'_>, of: Of<'_>, name: &str, args: &mut Vec<Arg>) -> String {
    let mut of_name = case.rule.phrases.iter().filter(|phrase| phrase.name == name);
    let said = of_name.find(|phrase| case.when(&phrase.when, of, false).holds());
    said.map(|phrase| filled(case, of, &phrase.say, args)).unwrap_or_default()
}

/// The builds in windows, each once.
fn builds(case: &Case<'_>, of: Of<'_>) -> Vec<String> {
    if let Some(ran) = of.row.and_then(|row| row.ran.as_ref()) {
        return ran.candidates.iter().map(|(text, _)| text.clone()).collect();
    }
    let then = of.row.and_then(|row| case.event(row));
    let concerned = match then {
        Some((from, until)) => {
            let mut inside = case.fleet.inside(&case.rule.windows, of.whose);
            inside.retain(|stretch| stretch.is_within(from, until));
            inside
        }
        None => case.fleet.concerned(&case.rule.windows, of.whose),
    };
    if concerned.is_empty() && then.is_some() {
        return vec!["a build that is not known".to_owned()];
    }
    let mut builds: Vec<(Option<&Version>, &str)> = concerned
        .iter()
        .map(|stretch| (stretch.seen.version.as_ref(), stretch.seen.text.as_str()))
        .collect();
    builds.sort_small();
    builds.dedup_by(|a, b| a.0.is_some() && a.0 == b.0);
    builds.into_iter().map(|(_, text)| cut(text)).collect()
}

/// When builds in windows ran, as far as it is known.
fn period(case: &Case<'_>, of: Of<'_>) -> String {
    let inside = case.fleet.concerned(&case.rule.windows, of.whose);
    if !inside.is_empty() && inside.iter().all(|stretch| stretch.seen.origin == Origin::Stated) {
        return "as a person states".to_owned();
    }
    let from = inside.iter().filter_map(|stretch| stretch.seen.from).min();
    let until = inside.iter().filter_map(|stretch| stretch.seen.until).max();
    let end = if inside.iter().any(|stretch| stretch.now) {
        case.fleet.end().map_or_else(
            || "when the input was collected".to_owned(),
            |end| format!("still at {}, the last instant that is known", minute(end)),
        )
    } else {
        let newest = case.fleet.newest();
        let now = newest.map(|now| format!("; {now} runs now")).unwrap_or_default();
        until.map_or_else(|| "once".to_owned(), |until| format!("until {}{now}", minute(until)))
    };
    match from {
        Some(from) => format!("from {} at the latest, {end}", minute(from)),
        None => end,
    }
}

/// An instant to the second: a finer one says nothing about builds.
fn minute(time: Time) -> String {
    let text = time.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// Which build to go to, as a step begins with it.
fn upgrade(rule: &Rule, fleet: &Fleet<'_>) -> String {
    let windows = &rule.windows;
    let mut from: Vec<(&Version, &Version)> = Vec::new();
    for stretch in fleet.of(Whose::Cluster).filter(|stretch| stretch.now) {
        let Some(version) = &stretch.seen.version else { continue };
        if windows.place(version) == Lies::Outside {
            continue;
        }
        let last = windows.list().last().map(|window| &window.fixed);
        let Some(fixed) = windows.fix_for(version).or(last) else { continue };
        if !from.iter().any(|(_, to)| *to == fixed) {
            from.push((version, fixed));
        }
    }
    if let [(version, fixed)] = from[..] {
        return format!("Upgrade from {version} to {fixed} or later");
    }
    if !from.is_empty() {
        let fixes: Vec<String> = from.iter().map(|(_, fixed)| fixed.to_string()).collect();
        return format!("Upgrade to {} or later", fixes.join(" and "));
    }
    match fleet.newest() {
        Some(newest) if windows.place(newest) == Lies::Outside => {
            format!(
                "{newest}, the newest build that was seen, does not have the fault: see that no node runs an affected one"
            )
        }
        _ => {
            let fixes: Vec<String> =
                windows.list().iter().map(|window| window.fixed.to_string()).collect();
            format!(
                "Upgrade to a build without the fault (the first ones are {})",
                fixes.join(", ")
            )
        }
    }
}

/// Why no affected build ran, and what is not known of the time before.
pub(super) fn not_affected(rule: &Rule, ground: &Ground<'_>) -> String {
    let id = &rule.id;
    let mut builds: Vec<Version> = Vec::new();
    let mut first: Option<Time> = None;
    for fleet in ground.fleets(false) {
        builds.extend(fleet.stretches().iter().filter_map(|s| s.seen.version.clone()));
        let from = fleet.stretches().iter().filter_map(|s| s.seen.from).min();
        first = first.into_iter().chain(from).min();
    }
    builds.sort_small();
    builds.dedup();
    let builds: Vec<String> = builds.iter().map(ToString::to_string).collect();
    let ran = if builds.is_empty() {
        String::new()
    } else {
        format!(": what ran is {}", listed(&builds))
    };
    if ground.facts.stated.is_some() {
        let before = if rule.damage_stays { "" } else { " Of what ran before, nothing is said." };
        let builds = listed(&builds);
        return format!("{id} affects none of the builds that a person states: {builds}.{before}");
    }
    let before = match first {
        Some(first) if !rule.damage_stays => {
            format!(" What ran before {} is not known, and nothing is said of it.", minute(first))
        }
        _ => String::new(),
    };
    format!("No node ran a version that {id} affects in the period that can be known{ran}.{before}")
}

fn cell_text(cell: &Cell, relation: &str, column: &str) -> String {
    let column = schema::relation(relation).and_then(|relation| relation.column(column));
    let kind = column.map(|(_, column)| column.kind);
    match cell {
        // Our own words, and what is said to its end.
        Cell::Value(Value::Text(text)) if matches!(kind, Some(Kind::Said | Kind::Whole)) => {
            text.clone()
        }
        Cell::Value(Value::Time(time)) if kind == Some(Kind::Instant) => time.to_string(),
        Cell::Value(Value::Text(text)) => cut(text),
        Cell::Value(Value::Bool(flag)) => flag.to_string(),
        Cell::Value(Value::Version(version)) => version.to_string(),
        Cell::Value(Value::Time(time)) => minute(*time),
        Cell::Value(Value::Number(number)) => {
            let (whole, part) = (number / MILLION, (number % MILLION).abs());
            let text = format!("{whole}.{part:06}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Cell::Absent | Cell::Others(_) => "(none)".to_owned(),
        Cell::Unknown(_) => "(not known)".to_owned(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
