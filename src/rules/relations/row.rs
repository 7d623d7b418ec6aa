//! `row`, `event` and `range`: a row for each row of a table or document that a rule asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::coverage;
use crate::facts::AskedRead;
use crate::ingest::{Standing, dumped, tenant_at};
use crate::model::{Evidence, Location, NodeId, Tenant, Time, ZipPart};
use crate::parse::asked::{Answer, AskedRow};
use crate::parse::time;
use crate::rules::asks::{Ask, Asks, EVENTS, RANGES, told};
use crate::rules::form::rule::{Is, Order, Test, Value, millionths};
use crate::rules::form::schema::{self, Kind};
use crate::rules::relation::{Cell, Row, Rows, Wanted};
use crate::rules::truth::Missing;
use crate::rules::view::View;

/// The rows of a table of the last collection.
pub(in crate::rules) fn rows(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let mut found = Rows::default();
    for (place, ask) in wanted.asks.each() {
        found.missing.extend(missing(view, &ask.table));
        for read in view.facts.asked.latest(view.tenancy, &ask.table) {
            add(&mut found, read, (place, ask), wanted);
        }
    }
    found
}

/// The events of all collections. The table has those that are kept, the document the newest thousand of them.
pub(in crate::rules) fn events(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let mut found = Rows::default();
    let [table, _] = EVENTS;
    found.missing.extend(missing(view, table));
    for (place, ask) in wanted.asks.each() {
        let has_table = view.facts.asked.all(view.tenancy, table).next().is_some();
        for read in view.facts.asked.all(view.tenancy, &ask.table) {
            if ask.table == table || !has_table {
                add(&mut found, read, (place, ask), wanted);
            }
        }
    }
    // What is older than the retention is gone, and no file says how old that is.
    let since = view.facts.asked.all(view.tenancy, table).filter_map(|read| read.since).min();
    let asked_since = wanted.filter.iter().filter_map(after).max();
    if since.zip(asked_since).is_none_or(|(since, asked)| asked < since) {
        let before = since.map(|since| format!(" before {since}")).unwrap_or_default();
        let text = format!("events{before}: {table} keeps them for a time only");
        found.missing.insert(Missing::Fact(text));
    }
    found
}

/// The instant after which all rows are that a test lets through.
fn after(test: &Test) -> Option<Time> {
    match &test.is {
        Is::Compares(Order::Greater | Order::AtLeast, Value::Time(time)) => Some(*time),
        _ => None,
    }
}

/// The ranges of all nodes.
pub(in crate::rules) fn ranges(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let mut found = Rows::default();
    for (place, ask) in wanted.asks.each() {
        for read in view.facts.asked.latest(view.tenancy, &ask.table) {
            add(&mut found, read, (place, ask), wanted);
        }
    }
    found.missing.extend(missing(view, RANGES));
    // Each replica lists its range.
    let mut seen = BTreeSet::new();
    found.rows.retain(|row| seen.insert(row.id.clone()));
    found
}

/// How many rows are asked for, whether or not they are kept.
pub(in crate::rules) fn count(view: &View<'_>, asks: Asks<'_>) -> u64 {
    let mut count = 0;
    for (place, ask) in asks.each() {
        for read in view.facts.asked.latest(view.tenancy, &ask.table) {
            count += answer(read, place).map_or(0, |answer| answer.held);
        }
    }
    count
}

fn answer(read: &AskedRead, place: u32) -> Option<&Answer> {
    read.table.answers.iter().find(|answer| answer.question == place)
}

/// Adds the rows of one file.
fn add(found: &mut Rows, read: &AskedRead, (place, ask): (u32, &Ask), wanted: Wanted<'_>) {
    let Some(answer) = answer(read, place) else { return };
    found.rows.extend(answer.rows.iter().map(|row| self::row(read, row, ask, wanted)));
    let (kept, all) = (answer.rows.len(), answer.held + answer.open);
    if all > kept as u64 {
        let text = format!("rows of {} after the first {kept} of {all}", read.path);
        found.missing.insert(Missing::Fact(text));
    }
}

fn row(read: &AskedRead, row: &AskedRow, ask: &Ask, wanted: Wanted<'_>) -> Row {
    let node = row.node.map(NodeId).or(read.node);
    let place = format!("{}:{}", read.path, row.line);
    let cell = |column: &str| {
        let of = || format!("column {column} of the row at line {} of {}", row.line, read.path);
        let at = ask.columns.iter().position(|one| one == column);
        let found = at.and_then(|at| row.cells.get(at)).cloned();
        found.map_or(Cell::Absent, |cell| told(cell, of))
    };
    let columns = schema::relation(wanted.from).map(|relation| relation.columns);
    let columns = columns.unwrap_or_default();
    let unknown = || Missing::Fact(format!("the node of the row at {place}"));
    let cells: Vec<Cell> = columns
        .iter()
        .map(|column| match column.name {
            "node" => node.map_or_else(|| Cell::Unknown(unknown()), |node| Cell::number(node.0)),
            schema::OTHERS => {
                let own = |name: &&String| columns.iter().any(|column| column.name == *name);
                let others = ask.columns.iter().filter(|name| !own(name));
                let others = others.map(|name| (name.clone(), cell(name)));
                Cell::Others(others.collect::<BTreeMap<_, _>>())
            }
            name => typed(cell(name), column.kind, &place),
        })
        .collect();
    let named = wanted.asks.named().unwrap_or("range");
    let named = match columns.iter().position(|column| column.name == named) {
        Some(at) => cells.get(at).cloned(),
        None => Some(cell(named)),
    };
    let named = match named {
        Some(Cell::Value(Value::Text(text))) => Some(text),
        Some(Cell::Value(Value::Number(number))) => {
            Some((number / crate::rules::relation::MILLION).to_string())
        }
        _ => None,
    };
    let time = columns.iter().position(|column| column.kind == Kind::Time);
    let time = match time.and_then(|at| cells.get(at)) {
        Some(Cell::Value(Value::Time(time))) => Some(*time),
        _ => None,
    };
    let source = Location { path: read.path.clone(), line: row.line, offset: row.offset };
    Row {
        cells,
        id: named.unwrap_or(place),
        node,
        ran: None,
        evidence: Some(Evidence { source, node, time, text: row.text.clone() }),
        redacted: false,
        doubts: Vec::new(),
    }
}

/// The text of a cell as a value of its column.
fn typed(cell: Cell, kind: Kind, place: &str) -> Cell {
    let Cell::Value(Value::Text(text)) = &cell else { return cell };
    let value = match kind {
        Kind::Number => millionths(text.trim()).map(Value::Number),
        Kind::Time => time::cell(text).map(Value::Time),
        _ => return cell,
    };
    let what = kind.as_str();
    Cell::known(value, |value| value, Missing::Fact(format!("a {what} of the row at {place}")))
}

/// What keeps a table from being known wholly.
pub(super) fn missing(view: &View<'_>, table: &str) -> BTreeSet<Missing> {
    let mut missing = BTreeSet::new();
    let needed = |said: String| {
        let part = ZipPart::Table(table.to_owned());
        Missing::Needed { said, need: coverage::zip_need(&view.tenancy.cluster, part) }
    };
    let of_table = |path: &str| {
        let dump = dumped(path).is_some_and(|dump| dump.table == table);
        dump && tenant_at(path) == view.tenancy.tenant
    };
    let unread = view.facts.unread.iter().filter(|unread| of_table(&unread.path));
    let why: Vec<Missing> = unread
        .map(|unread| {
            let detail = unread.detail.trim_end_matches('.');
            needed(format!("{}: {detail}", unread.path))
        })
        .collect();
    let reads = view.facts.asked.latest(view.tenancy, table);
    for read in reads.clone().filter(|read| read.standing != Standing::Whole) {
        if why.is_empty() {
            let text = format!("all rows of {}: it is not whole", read.path);
            missing.insert(needed(text));
        }
        missing.extend(why.iter().cloned());
    }
    if reads.clone().next().is_none() {
        let of = match &view.tenancy.tenant {
            tenant if *tenant == Tenant::system() => String::new(),
            tenant => format!(" of the virtual cluster {tenant}"),
        };
        let of_cluster = view.tenancy.cluster.name();
        let of_cluster = of_cluster.map(|name| format!(" of {name}")).unwrap_or_default();
        let name = if table == RANGES { "ranges.json" } else { table };
        let absent = format!("the table {name}{of}{of_cluster}: no file of it is in the input");
        missing.extend(if why.is_empty() { vec![needed(absent)] } else { why });
        return missing;
    }
    // A table of each node.
    if reads.clone().any(|read| read.node.is_some()) {
        for (id, _) in view.facts.nodes_of(view.tenancy) {
            if !reads.clone().any(|read| read.node == Some(id)) {
                missing.insert(needed(format!("the table {table} of {id}")));
            }
        }
        missing.extend(nodes_missing(view));
    }
    missing
}

/// Nodes whose documents are not in the input, if there may be any: where only builds are stated, all of them.
pub(super) fn nodes_missing(view: &View<'_>) -> Option<Missing> {
    if view.facts.stated.is_some() {
        return Some(Missing::node_list(&view.tenancy.cluster));
    }
    view.facts.missing_nodes(view.tenancy)
}
