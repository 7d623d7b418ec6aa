//! The table of findings: sorted, filtered, each row opening to its detail.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::vec;

use crdb_triage::model::Verdict;
use crdb_triage::report::wording::{self, capital};
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::app::App;
use super::detail;
use super::element::{El, Several, follow, html, several};
use super::icon::{Icon, icon};
use super::kit::{raw, tag};
use crate::view::format;
use crate::view::state::Printed;
use crate::view::table::{Column, Filter, Row, Sorting, order, rows, tally, told};

/// So many rows are in the document, and so many more each time that somebody asks: with ten thousand of them a
/// browser would stand still at every key.
const LISTED: usize = 100;
/// So many of them at once, and the others right after: a key must never wait for long.
const AT_ONCE: usize = 20;
/// Details of this many findings, the strongest, are in the document before anybody opens them, so that the browser's own
/// search finds their text.
const READY: usize = 50;
/// So many of them come with the verdict, the others one after the other when it is there.
const READY_AT_ONCE: usize = 5;

/// What the reader chose.
#[derive(Clone, Copy)]
struct Choice {
    sorting: RwSignal<Sorting>,
    filter: RwSignal<Filter>,
    listed: RwSignal<usize>,
}

impl Choice {
    /// Another filter or order begins at its first rows.
    fn change<T: Send + Sync + 'static>(self, what: RwSignal<T>, change: impl FnOnce(&mut T)) {
        self.listed.set(LISTED);
        what.update(change);
    }
}

pub(super) fn findings(app: App, printed: Arc<Printed>) -> Several {
    let rows: Arc<[Row]> = rows(&printed.report).into();
    if rows.is_empty() {
        let none = "There is no finding. What that rests on stands under the verdict.";
        return several(html("p").class("card quiet").child(none));
    }
    let choice = Choice {
        sorting: RwSignal::new(Sorting::default()),
        filter: RwSignal::new(Filter::default()),
        listed: RwSignal::new(LISTED),
    };
    let all = rows.len();
    let ordered = {
        let rows = Arc::clone(&rows);
        Memo::new(move |_| order(&rows, choice.sorting.get()))
    };
    let shown = {
        let rows = Arc::clone(&rows);
        Memo::new(move |_| {
            let filter = choice.filter.read();
            let shows = |at: &usize| filter.shows(&rows[*at]);
            ordered.read().iter().copied().filter(shows).collect::<Vec<_>>()
        })
    };
    let listed = move || choice.listed.get().min(shown.read().len());
    let headings: Vec<_> = Column::ALL.map(|column| heading(choice, column)).into();
    let opener = html("th")
        .attr("role", "columnheader")
        .attr("scope", "col")
        .child(html("span").class("unseen").child("Detail"));
    let head = html("thead")
        .attr("role", "rowgroup")
        .child(html("tr").attr("role", "row").child((headings, opener)));
    let verdicts = tally(&rows);
    let ready = RwSignal::new(READY_AT_ONCE);
    get_ready(ready, READY.min(rows.len()));
    let groups =
        Groups::new(rows.len(), move |at| group(app, Arc::clone(&printed), &rows[at], ready));
    let table = html("table")
        .class("findings")
        .attr("role", "table")
        .attr("aria-label", "Findings")
        .child(head.clone());
    {
        let groups = Rc::clone(&groups);
        let head = head.element().clone();
        follow(move || groups.list(&head, shown.read()[..listed()].to_vec()));
    }
    let more = html("button")
        .attr("type", "button")
        .class("button more")
        .attr("hidden", move || listed() == shown.read().len())
        .on(ev::click, move |_| {
            let next = shown.read_untracked().get(choice.listed.get_untracked()).copied();
            choice.listed.update(|listed| *listed += LISTED);
            groups.focus_soon(next);
        })
        .child(move || format!("Show {} more", LISTED.min(shown.read().len() - listed())));
    let told = move || told(listed(), shown.read().len(), all);
    several((filters(choice, verdicts, told), table, more))
}

/// The bodies of the table, each made when it is first shown. Then it stays, also while the filter hides it: ticks
/// and opened surroundings survive that.
struct Groups {
    made: Vec<OnceCell<El>>,
    make: Box<dyn Fn(usize) -> El>,
    /// They live as long as the table.
    owner: Owner,
    /// Those that are still to be listed. Forgotten when others are wanted.
    later: RefCell<Option<Timeout>>,
}

impl Groups {
    fn new(number: usize, make: impl Fn(usize) -> El + 'static) -> Rc<Self> {
        let made = (0..number).map(|_| OnceCell::new()).collect();
        let owner = Owner::current().unwrap_or_default();
        Rc::new(Self { made, make: Box::new(make), owner, later: RefCell::default() })
    }

    fn get(&self, at: usize) -> Option<&Element> {
        let make = || self.owner.with(|| untrack(|| (self.make)(at)));
        Some(self.made.get(at)?.get_or_init(make).element())
    }

    /// Lists the groups at these places behind `head`, and no others.
    fn list(self: &Rc<Self>, head: &Element, places: Vec<usize>) {
        let mut wanted = vec![false; self.made.len()];
        places.iter().for_each(|at| wanted[*at] = true);
        for (made, wanted) in self.made.iter().zip(wanted) {
            if let Some(group) = made.get().filter(|_| !wanted) {
                group.element().remove();
            }
        }
        self.add(head.clone(), places.into_iter());
    }

    /// Lists these groups behind `last`. What stays is not moved without need: a browser takes the focus from what is
    /// moved.
    fn add(self: &Rc<Self>, mut last: Element, mut places: vec::IntoIter<usize>) {
        let mut added = 0;
        while added < AT_ONCE {
            let Some(group) = places.next().and_then(|at| self.get(at)) else { break };
            if last.next_element_sibling().as_ref() != Some(group) {
                last.after_with_node_1(group).ok();
                added += 1;
            }
            last.clone_from(group);
        }
        let groups = Rc::clone(self);
        let later = (places.len() > 0).then(|| Timeout::new(0, move || groups.add(last, places)));
        self.later.replace(later);
    }

    /// Goes on with the keyboard at the group at this place. A moment later, when it is there.
    fn focus_soon(self: &Rc<Self>, at: Option<usize>) {
        let groups = Rc::clone(self);
        Timeout::new(0, move || {
            let button = at
                .and_then(|at| groups.get(at))
                .and_then(|group| group.query_selector("button").ok().flatten());
            button.and_then(|button| button.unchecked_into::<HtmlElement>().focus().ok());
        })
        .forget();
    }
}

fn filters(
    choice: Choice,
    verdicts: Vec<(Verdict, usize)>,
    told: impl Fn() -> String + 'static,
) -> El {
    let boxes: Vec<_> =
        verdicts.into_iter().map(|(verdict, count)| verdict_box(choice, verdict, count)).collect();
    html("div").class("filters").child((
        html("label").class("search").child((
            html("span").child("Filter"),
            html("input")
                .attr("type", "search")
                .attr("placeholder", "id, table, state, words…")
                .on(ev::input, move |event| {
                    let text = event_target_value(&event);
                    choice.change(choice.filter, |filter| filter.search(&text));
                }),
        )),
        html("fieldset").child((html("legend").class("unseen").child("Verdicts to show"), boxes)),
        html("span").class("quiet shown").attr("role", "status").child(told),
    ))
}

fn verdict_box(choice: Choice, verdict: Verdict, count: usize) -> El {
    let toggle = move |event| {
        let shown = event_target_checked(&event);
        choice.change(choice.filter, |filter| filter.show(verdict, shown));
    };
    html("label").class("chip").child((
        html("input").attr("type", "checkbox").attr("checked", true).on(ev::change, toggle),
        format!("{} {}", capital(wording::verdict_word(verdict)), format::count(count as u64)),
    ))
}

fn heading(choice: Choice, column: Column) -> El {
    html("th")
        .attr("role", "columnheader")
        .attr("scope", "col")
        .attr("aria-sort", move || choice.sorting.get().aria(column))
        .child(
            html("button")
                .attr("type", "button")
                .on(ev::click, move |_| {
                    choice.change(choice.sorting, |sorting| *sorting = sorting.clicked(column))
                })
                .child((column.heading(), html("span").class("arrow").attr("aria-hidden", "true"))),
        )
}

/// Lets one more detail be made, and so on until there are `all`: each in a task of its own. Ends with the table.
fn get_ready(ready: RwSignal<usize>, all: usize) {
    if ready.try_get_untracked().is_some_and(|ready| ready < all) {
        Timeout::new(0, move || {
            ready.try_update(|ready| *ready += 1);
            get_ready(ready, all);
        })
        .forget();
    }
}

/// One finding: its row, and the row that holds its detail, which may be made if it is among the `ready` ones.
fn group(app: App, printed: Arc<Printed>, row: &Row, ready: RwSignal<usize>) -> El {
    let at = row.finding;
    // The strongest finding is what the reader came for.
    let is_open = RwSignal::new(at == 0);
    // Once made, a detail stays: ticks and opened surroundings survive closing it.
    let made = Memo::new(move |before: Option<&bool>| {
        at < ready.get() || is_open.get() || before.copied().unwrap_or(false)
    });
    html("tbody").attr("role", "rowgroup").class_while("open", move || is_open.get()).child((
        summary(row, is_open),
        html("tr").class("detail-row").attr("role", "row").child(
            html("td").attr("role", "cell").attr("colspan", "6").child(
                html("div")
                    .attr("id", detail_id(at))
                    .attr("hidden", move || (!is_open.get()).then_some("until-found"))
                    .on(ev::Custom::<web_sys::Event>::new("beforematch"), move |_| {
                        is_open.set(true)
                    })
                    .child(move || made.get().then(|| detail::detail(app, &printed, at))),
            ),
        ),
    ))
}

fn detail_id(at: usize) -> String {
    format!("finding-{at}")
}

fn summary(row: &Row, is_open: RwSignal<bool>) -> El {
    let cell = |label: &'static str| html("td").attr("role", "cell").attr("data-label", label);
    let tenant = (row.tenant != "system")
        .then(|| html("span").class("quiet").child((" in ", raw(&row.tenant))));
    let cluster = (!row.cluster.is_empty())
        .then(|| html("span").class("quiet").child((" of cluster ", raw(&row.cluster))));
    let time = row.first_seen.map_or("–".to_owned(), format::second);
    let or_dash = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    html("tr")
        .attr("role", "row")
        .class("finding")
        .attr("data-testid", "finding-row")
        .attr("data-advisory", row.advisory.clone())
        .attr("data-subject", row.subject.clone())
        .attr("data-verdict", row.verdict.as_str())
        .child((
            cell("Verdict").child((
                tag(row.verdict),
                html("span").class("quiet advisory-id").child(row.advisory.clone()),
            )),
            cell("Subject").class("subject").child((
                html("span").class("quiet").child(format!("{} ", row.kind)),
                html("span").class("mono").child(raw(&row.subject)),
                tenant,
                cluster,
                html("div").class("reason").child(raw(&row.reason)),
            )),
            cell("Operation").child(or_dash(&row.operation)),
            cell("State").child(raw(&or_dash(&row.status))),
            cell("First seen (UTC)").class("mono time").child(time),
            cell("Detail").class("opener").child(
                html("button")
                    .attr("type", "button")
                    .class("expand")
                    .attr("aria-expanded", move || is_open.get().to_string())
                    .attr("aria-controls", detail_id(row.finding))
                    .attr("aria-label", format!("Detail of {}", row.named))
                    .on(ev::click, move |_| is_open.update(|open| *open = !*open))
                    .child((
                        icon(Icon::Chevron),
                        html("span").attr("aria-hidden", "true").child("Detail"),
                    )),
            ),
        ))
}
