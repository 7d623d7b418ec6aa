//! `cluster`: one row.

use crate::rules::builds::Fleet;
use crate::rules::relation::{Cell, Row, Rows};
use crate::rules::truth::Missing;
use crate::rules::view::View;

pub(in crate::rules) fn rows(view: &View<'_>, fleet: &Fleet<'_>) -> Rows {
    let known = view.facts.cluster(&view.tenancy.cluster);
    let no_build = || Missing::Builds { nodes: vec!["any node".to_owned()], bounds: String::new() };
    let row = Row {
        cells: vec![
            Cell::number(fleet.nodes().len() as u64),
            Cell::version(fleet.oldest(), no_build()),
            Cell::version(fleet.newest(), no_build()),
            Cell::time(known.existed, "the cluster existed first"),
            Cell::time(known.collected.or(fleet.end()), "the input was collected"),
        ],
        id: String::new(),
        node: None,
        ran: None,
        evidence: None,
        redacted: false,
        doubts: Vec::new(),
    };
    Rows { rows: vec![row], ..Rows::default() }
}
