//! `build`: a row for each stretch in which a node ran one build.

use crate::rules::builds::Fleet;
use crate::rules::form::rule::Value;
use crate::rules::relation::{Cell, Row, Rows, Wanted};
use crate::rules::truth::{Missing, Truth};
use crate::rules::view::View;

pub(in crate::rules) fn rows(view: &View<'_>, fleet: &Fleet<'_>, wanted: Wanted<'_>) -> Rows {
    let mut rows = Vec::new();
    for stretch in fleet.stretches() {
        let seen = stretch.seen;
        let text = &seen.text;
        let unknown = Missing::Fact(format!("which build `{text}` is"));
        let node = Missing::Fact(format!("which node ran {text}"));
        rows.push(Row {
            cells: vec![
                stretch.node.map_or(Cell::Unknown(node), |id| Cell::number(id.0)),
                Cell::version(seen.version.as_ref(), unknown),
                Cell::time(seen.from, &format!("{text} began to run")),
                Cell::time(seen.until, &format!("{text} ran last")),
                Cell::Value(Value::Bool(stretch.now)),
                match fleet.place(wanted.windows, stretch) {
                    Truth::True => Cell::Value(Value::Bool(true)),
                    Truth::False => Cell::Value(Value::Bool(false)),
                    Truth::Unknown(missing) => Cell::Unknown(
                        missing.into_iter().next().unwrap_or(Missing::Fact("a build".to_owned())),
                    ),
                },
            ],
            id: stretch.node.map(|id| id.to_string()).unwrap_or_default(),
            node: stretch.node,
            ran: None,
            evidence: stretch.evidence(),
            redacted: false,
            doubts: Vec::new(),
        });
    }
    let missing = super::node::rows(view, fleet).missing;
    Rows { rows, missing }
}
