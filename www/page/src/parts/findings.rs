//! The table of findings: sorted, filtered, each row opening to its detail.

use std::collections::BTreeSet;
use std::sync::Arc;

use crdb_triage::model::Verdict;
use crdb_triage::report::wording::{self, capital};
use leptos::prelude::*;
use leptos::{ev, html};

use super::app::App;
use super::detail;
use super::icon::{Icon, icon};
use super::kit::{raw, tag};
use crate::view::format;
use crate::view::state::Printed;
use crate::view::table::{Column, Filter, Row, Sorting, arranged, rows, tally};

/// Details of this many findings, the strongest, are in the document from the start, so that the browser's own
/// search finds their text. The others are made when somebody opens them.
const READY: usize = 50;

/// What the reader chose.
#[derive(Clone, Copy)]
struct Choice {
    sorting: RwSignal<Sorting>,
    filter: RwSignal<Filter>,
    open: RwSignal<BTreeSet<usize>>,
}

pub(super) fn findings(app: App, printed: Arc<Printed>) -> impl IntoView {
    let rows = rows(&printed.report);
    if rows.is_empty() {
        return html::p()
            .class("card quiet")
            .child("There is no finding. What that rests on stands under the verdict.")
            .into_any();
    }
    let choice = Choice {
        sorting: RwSignal::new(Sorting::default()),
        filter: RwSignal::new(Filter::default()),
        // The strongest finding is what the reader came for.
        open: RwSignal::new(BTreeSet::from([0])),
    };
    let verdicts = tally(&rows);
    let all = rows.len();
    let shown = Memo::new(move |_| arranged(&rows, choice.sorting.get(), &choice.filter.read()));
    let body = For(ForProps::builder()
        .each(move || shown.get())
        .key(|row| row.finding)
        .children(move |row| group(app, Arc::clone(&printed), row, choice))
        .build());
    (
        filters(choice, verdicts, all, shown),
        html::table().class("findings").role("table").attr("aria-label", "Findings").child((
            html::thead().role("rowgroup").child(
                html::tr().role("row").child((
                    Column::ALL
                        .map(|column| heading(choice, column))
                        .into_iter()
                        .collect::<Vec<_>>(),
                    html::th()
                        .role("columnheader")
                        .attr("scope", "col")
                        .child(html::span().class("unseen").child("Detail")),
                )),
            ),
            body,
        )),
    )
        .into_any()
}

fn filters(
    choice: Choice,
    verdicts: Vec<(Verdict, usize)>,
    all: usize,
    shown: Memo<Vec<Row>>,
) -> impl IntoView {
    let boxes = verdicts
        .into_iter()
        .map(|(verdict, count)| verdict_box(choice, verdict, count))
        .collect::<Vec<_>>();
    html::div().class("filters").child((
        html::label().class("search").child((
            html::span().child("Filter"),
            html::input()
                .attr("type", "search")
                .attr("placeholder", "id, table, state, words…")
                .on(ev::input, move |event| {
                    choice.filter.update(|filter| filter.text = event_target_value(&event))
                }),
        )),
        html::fieldset().child((html::legend().class("unseen").child("Verdicts to show"), boxes)),
        html::span()
            .class("quiet shown")
            .role("status")
            .child(move || format!("{} of {all} shown", shown.read().len())),
    ))
}

fn verdict_box(choice: Choice, verdict: Verdict, count: usize) -> impl IntoView {
    let toggle = move |event| {
        let show = event_target_checked(&event);
        choice.filter.update(|filter| {
            if show {
                filter.hidden.remove(&verdict)
            } else {
                filter.hidden.insert(verdict)
            };
        });
    };
    html::label().class("chip").child((
        html::input().attr("type", "checkbox").attr("checked", true).on(ev::change, toggle),
        format!("{} {}", capital(wording::verdict_word(verdict)), format::count(count as u64)),
    ))
}

fn heading(choice: Choice, column: Column) -> impl IntoView {
    html::th()
        .role("columnheader")
        .attr("scope", "col")
        .attr("aria-sort", move || choice.sorting.get().aria(column))
        .child(
            html::button()
                .attr("type", "button")
                .on(ev::click, move |_| {
                    choice.sorting.update(|sorting| *sorting = sorting.clicked(column))
                })
                .child((column.heading(), html::span().class("arrow").attr("aria-hidden", "true"))),
        )
}

/// One finding: its row, and the row that holds its detail.
fn group(app: App, printed: Arc<Printed>, row: Row, choice: Choice) -> impl IntoView {
    let at = row.finding;
    let is_open = Memo::new(move |_| choice.open.read().contains(&at));
    // Once made, a detail stays: ticks and opened surroundings survive closing it.
    let made = Memo::new(move |before: Option<&bool>| {
        at < READY || is_open.get() || before.copied().unwrap_or(false)
    });
    let found = move |_: web_sys::Event| {
        choice.open.update(|open| {
            open.insert(at);
        })
    };
    html::tbody().role("rowgroup").class(("open", move || is_open.get())).child((
        summary(&row, choice, is_open),
        html::tr().class("detail-row").role("row").child(
            html::td().role("cell").attr("colspan", "6").child(
                html::div()
                    .id(detail_id(at))
                    .attr("hidden", move || (!is_open.get()).then_some("until-found"))
                    .on(ev::Custom::<web_sys::Event>::new("beforematch"), found)
                    .child(move || made.get().then(|| detail::detail(app, &printed, at))),
            ),
        ),
    ))
}

fn detail_id(at: usize) -> String {
    format!("finding-{at}")
}

fn summary(row: &Row, choice: Choice, is_open: Memo<bool>) -> impl IntoView + use<> {
    let at = row.finding;
    let toggle = move |_| {
        choice.open.update(|open| {
            if !open.remove(&at) {
                open.insert(at);
            }
        });
    };
    let cell = |label: &'static str| html::td().role("cell").attr("data-label", label);
    let tenant = (row.tenant != "system")
        .then(|| html::span().class("quiet").child((" in ", raw(&row.tenant))));
    let cluster = (!row.cluster.is_empty())
        .then(|| html::span().class("quiet").child((" of cluster ", raw(&row.cluster))));
    let time = row.first_seen.map_or("–".to_owned(), format::second);
    let or_dash = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    html::tr()
        .role("row")
        .class("finding")
        .attr("data-testid", "finding-row")
        .attr("data-advisory", row.advisory.clone())
        .attr("data-subject", row.subject.clone())
        .attr("data-verdict", row.verdict.as_str())
        .child((
            cell("Verdict").child((
                tag(row.verdict),
                html::span().class("quiet advisory-id").child(row.advisory.clone()),
            )),
            cell("Subject").class("subject").child((
                html::span().class("quiet").child(format!("{} ", row.kind)),
                html::span().class("mono").child(raw(&row.subject)),
                tenant,
                cluster,
                html::div().class("reason").child(raw(&row.reason)),
            )),
            cell("Operation").child(or_dash(&row.operation)),
            cell("State").child(raw(&or_dash(&row.status))),
            cell("First seen (UTC)").class("mono time").child(time),
            cell("Detail").class("opener").child(
                html::button()
                    .attr("type", "button")
                    .class("expand")
                    .attr("aria-expanded", move || is_open.get().to_string())
                    .attr("aria-controls", detail_id(at))
                    .attr("aria-label", format!("Detail of {}", row.named))
                    .on(ev::click, toggle)
                    .child((
                        icon(Icon::Chevron),
                        html::span().attr("aria-hidden", "true").child("Detail"),
                    )),
            ),
        ))
}
