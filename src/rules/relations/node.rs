//! `node`: a row a node that is known.

use std::collections::BTreeSet;

use crate::advisories::coverage;
use crate::rules::builds::{Fleet, Whose};
use crate::rules::relation::{Cell, Row, Rows};
use crate::rules::truth::Missing;
use crate::rules::view::View;

pub(in crate::rules) fn rows(view: &View<'_>, fleet: &Fleet<'_>) -> Rows {
    let mut rows = Vec::new();
    for (id, node) in fleet.nodes() {
        let name = coverage::name(view.tenancy, *id);
        let now = fleet.of(Whose::Node(*id)).filter(|stretch| stretch.now).last();
        let seen = now.map(|stretch| stretch.seen);
        let unknown = Missing::Builds { nodes: vec![name.clone()], bounds: String::new() };
        let last = node.seen.map(|(_, last)| last).max(seen.and_then(|seen| seen.until));
        rows.push(Row {
            cells: vec![
                Cell::number(id.0),
                Cell::version(seen.and_then(|seen| seen.version.as_ref()), unknown),
                Cell::time(seen.and_then(|seen| seen.from), &format!("the build of {name} began")),
                Cell::time(last, &format!("{name} was seen last")),
            ],
            id: id.to_string(),
            node: Some(*id),
            ran: None,
            evidence: now.and_then(|stretch| stretch.evidence()),
            redacted: false,
            doubts: Vec::new(),
        });
    }
    let list = view.facts.missing_nodes(view.tenancy);
    Rows { rows, missing: BTreeSet::from_iter(list) }
}
