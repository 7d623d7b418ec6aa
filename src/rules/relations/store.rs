//! `store` and `metric`: the status of nodes and their stores.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::AskedRead;
use crate::model::{Evidence, Location, NodeId};
use crate::parse::asked::{STATUSES, Status};
use crate::rules::form::rule::Value;
use crate::rules::needs::texts;
use crate::rules::relation::{Cell, MILLION, Row, Rows, Wanted};
use crate::rules::truth::Missing;
use crate::rules::view::View;

/// Where the status of a node stands.
const DOCUMENTS: &str = "nodes.json, status.json or crdb_internal.kv_store_status";

/// The statuses of the last collection of each table, with the files that hold them.
fn statuses<'a>(view: &View<'a>) -> Vec<(&'a AskedRead, &'a Status)> {
    let mut all = Vec::new();
    for table in STATUSES {
        for read in view.facts.asked.latest(view.tenancy, table) {
            all.extend(read.table.statuses.iter().map(|status| (read, status)));
        }
    }
    all
}

fn node(read: &AskedRead, status: &Status) -> Option<NodeId> {
    status.node.map(NodeId).or(read.node)
}

pub(in crate::rules) fn stores(view: &View<'_>) -> Rows {
    let mut found = Rows::default();
    let mut stores = BTreeMap::<u32, (&AskedRead, &Status, Option<NodeId>)>::new();
    for (read, status) in statuses(view) {
        let Some(store) = status.store else { continue };
        let known = stores.entry(store).or_insert((read, status, None));
        known.2 = known.2.or(node(read, status));
        if known.1.encrypted.is_none() && status.encrypted.is_some() {
            (known.0, known.1) = (read, status);
        }
    }
    let mut seen = BTreeSet::new();
    for (store, (read, status, node)) in stores {
        seen.extend(node);
        let of = Missing::Fact(format!("the node of store {store}"));
        let encrypted = Missing::Fact(format!("whether store {store} is encrypted"));
        found.rows.push(Row {
            cells: vec![
                Cell::number(store),
                node.map_or(Cell::Unknown(of), |node| Cell::number(node.0)),
                Cell::known(status.encrypted, Value::Bool, encrypted),
            ],
            id: store.to_string(),
            node,
            ran: None,
            evidence: Some(evidence(read, status, node, words(status))),
            redacted: false,
            doubts: Vec::new(),
        });
    }
    for (id, _) in view.facts.nodes_of(view.tenancy).filter(|(id, _)| !seen.contains(id)) {
        found.missing.insert(Missing::Fact(format!("the stores of {id} ({DOCUMENTS})")));
    }
    found.missing.extend(super::row::nodes_missing(view));
    found
}

fn words(status: &Status) -> String {
    let store = status.store.unwrap_or_default();
    match status.encrypted {
        Some(true) => format!("store {store} is encrypted"),
        Some(false) => format!("store {store} is not encrypted"),
        None => format!("store {store}"),
    }
}

fn evidence(read: &AskedRead, status: &Status, node: Option<NodeId>, text: String) -> Evidence {
    let Status { line, offset, .. } = *status;
    let source = Location { path: read.path.clone(), line, offset };
    Evidence { source, node, time: None, text }
}

pub(in crate::rules) fn metrics(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let mut found = Rows::default();
    let names = texts(wanted.filter, "name");
    let mut seen = BTreeSet::new();
    // The same value stands in several files.
    let mut known = BTreeSet::new();
    for (read, status) in statuses(view) {
        let node = node(read, status);
        for (name, value) in status.metrics.iter().filter(|(name, _)| names.contains(name)) {
            seen.extend(node.map(|node| (name.clone(), node)));
            if node.is_some() && !known.insert((name, node, status.store)) {
                continue;
            }
            let missing = |what: &str| Missing::Fact(format!("{what} in {}", read.path));
            let text = format!("{name}: {value}");
            found.rows.push(Row {
                cells: vec![
                    Cell::text(name),
                    Cell::known(number(value), Value::Number, missing(&format!("what {name} is"))),
                    node.map_or_else(
                        || Cell::Unknown(missing(&format!("the node of {name}"))),
                        |node| Cell::number(node.0),
                    ),
                    status.store.map_or(Cell::Absent, Cell::number),
                    Cell::time(status.started, &format!("the process began that counts {name}")),
                ],
                id: name.clone(),
                node,
                ran: None,
                evidence: Some(evidence(read, status, node, text)),
                redacted: false,
                doubts: Vec::new(),
            });
        }
    }
    for (id, _) in view.facts.nodes_of(view.tenancy) {
        for name in names.iter().filter(|name| !seen.contains(&((*name).clone(), id))) {
            found.missing.insert(Missing::Fact(format!("the metric {name} of {id} ({DOCUMENTS})")));
        }
    }
    found.missing.extend(super::row::nodes_missing(view));
    found
}

/// A metric in millionths.
fn number(text: &str) -> Option<i128> {
    let number: f64 = text.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, far from any counter")]
    let millionths = (number * MILLION as f64).round() as i128;
    number.is_finite().then_some(millionths)
}
