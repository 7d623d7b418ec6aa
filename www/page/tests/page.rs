//! The whole page in a real browser, with workers of paper: what it shows, asks for, and makes of bad luck.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crdb_triage::report::{Duplicate, Report, seen};
use crdb_triage_page::web::take::{Dropped, walk};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    Document, Element, FileSystemEntry, HtmlElement, KeyboardEvent, KeyboardEventInit, MouseEvent,
    MouseEventInit,
};

wasm_bindgen_test_configure!(run_in_browser);

const BACKUPS: &str = include_str!("../../../tests/samples/backups.json");
const REPORT: &str = include_str!("data/report.json");

#[wasm_bindgen(module = "/tests/crew.js")]
extern "C" {
    fn play(behaviour: &str, report: &str);
    fn asked() -> String;
    fn folder(files: u32) -> FileSystemEntry;
}

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Puts a fresh page into the document.
async fn open(behaviour: &str, report: &str) {
    play(behaviour, report);
    let before = document().get_element_by_id("app");
    if let Some(before) = before {
        before.remove();
    }
    let place = document().create_element("div").unwrap();
    place.set_id("app");
    document().body().unwrap().append_child(&place).unwrap();
    // The test before left its own state behind.
    document().document_element().unwrap().remove_attribute("data-state").unwrap();
    crdb_triage_page::start().unwrap();
    until("idle").await;
}

fn all(selector: &str) -> Vec<Element> {
    let list = document().query_selector_all(selector).unwrap();
    (0..list.length()).map(|at| list.get(at).unwrap().unchecked_into()).collect()
}

fn one(selector: &str) -> HtmlElement {
    document().query_selector(selector).unwrap().unwrap().unchecked_into()
}

fn id(name: &str) -> String {
    format!("#app [data-testid={name}]")
}

async fn until(state: &str) {
    for _ in 0..200 {
        let root = document().document_element().unwrap();
        if root.get_attribute("data-state").as_deref() == Some(state) {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("never {state}: {}", one("#app").inner_text());
}

/// Rows are listed in several steps.
async fn until_listed(rows: usize) {
    for _ in 0..200 {
        if all(&id("finding-row")).len() == rows {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("not {rows} rows but {}", all(&id("finding-row")).len());
}

async fn a_moment() {
    TimeoutFuture::new(50).await;
}

#[wasm_bindgen_test]
async fn a_run_shows_verdict_coverage_findings_and_what_was_not_read() {
    open("works", REPORT).await;
    for name in ["drop-zone", "file-input", "folder-input", "privacy-panel"] {
        assert_eq!(all(&id(name)).len(), 1, "{name}");
    }
    one(&id("sample-button")).click();
    until("done").await;
    assert_eq!(one(&id("verdict")).get_attribute("data-verdict").as_deref(), Some("suspect"));
    assert_eq!(
        one("#app h1").inner_text(),
        "1 job may have lost rows (A-144650). Validate the data."
    );
    assert_eq!(document().active_element().unwrap().id(), "title", "readers begin at the result");
    assert!(one(&id("coverage")).inner_text().contains("2 of 3 nodes"));
    assert_eq!(
        one(&id("advisory-row")).get_attribute("data-advisory").as_deref(),
        Some("A-144650")
    );
    let rows = all(&id("finding-row"));
    let verdicts: Vec<String> =
        rows.iter().filter_map(|row| row.get_attribute("data-verdict")).collect();
    assert_eq!(verdicts, ["suspect", "possible", "at_risk", "cleared"]);
    assert_eq!(rows[0].get_attribute("data-subject").as_deref(), Some("1065722008981340161"));
    assert_eq!(all(&id("job-timeline")).len(), 3, "one for each finding about a job");
    assert!(all(&id("remediation-step")).len() >= 4 && all(&id("evidence-line")).len() == 6);
    assert!(one(&id("unread-list")).inner_text().contains("dial tcp 10.0.0.2:26257"));
}

#[wasm_bindgen_test]
async fn the_map_tells_exact_times_to_the_pointer_and_to_the_keyboard_and_the_table_to_all() {
    open("works", REPORT).await;
    one(&id("sample-button")).click();
    until("done").await;
    let coverage = id("coverage");
    let map = one(&format!("{coverage} [role=img]"));
    assert!(map.get_attribute("aria-label").unwrap().contains("1 node without logs, 1 gap"));
    assert_eq!(map.get_attribute("tabindex").as_deref(), Some("0"));
    let said = || one("#app .map-said").inner_text();
    assert!(said().starts_with("Point at a bar"), "{}", said());

    let gap = all("#app .map-scroll .gap rect").remove(0);
    let exact = "n3: gap from 2025-04-22 18:00:00 to 2025-04-22 22:10:00 UTC (4 h 10 min).";
    point(&gap, 0);
    a_moment().await;
    assert_eq!(said(), exact);
    assert!(gap.closest("[data-picked]").unwrap().is_some());

    press(&map, "Home");
    a_moment().await;
    assert!(said().starts_with("Job 1065722008981340161 in demoapp: ran from"), "{}", said());
    assert_eq!(all("#app [data-picked]").len(), 1);
    press(&map, "End");
    // The map has scrolled below a pointer at rest, which is no pointing.
    point(&gap, 0);
    a_moment().await;
    assert!(said().starts_with("n3: logs from 2025-04-22 06:01:40"), "{}", said());
    point(&gap, 1);
    a_moment().await;
    assert_eq!(said(), exact);

    let tables = one(&format!("{coverage} details"));
    let text = tables.text_content().unwrap();
    assert!(text.contains("2025-04-22 18:00:00") && text.contains("no logs from node 2"), "{text}");
    assert_eq!(all(&format!("{coverage} caption")).len(), 2);
    assert_eq!(all(&format!("{coverage} th[scope=rowgroup]")).len(), 3 + 3);
}

/// The pointer has moved by so many pixels and is now over `element`.
fn point(element: &Element, by: i32) {
    let options = MouseEventInit::new();
    options.set_bubbles(true);
    options.set_movement_x(by);
    let event = MouseEvent::new_with_mouse_event_init_dict("mousemove", &options).unwrap();
    element.dispatch_event(&event).unwrap();
}

fn press(element: &HtmlElement, key: &str) {
    let options = KeyboardEventInit::new();
    options.set_key(key);
    options.set_bubbles(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &options).unwrap();
    element.dispatch_event(&event).unwrap();
}

/// The report of the fixture, of two clusters that have the same job, with a doubt about a version and a copy of a log.
fn two_clusters() -> String {
    let mut report: Report = serde_json::from_str(REPORT).unwrap();
    let (mut job, mut finding) = (report.jobs[0].clone(), report.findings[0].clone());
    report.nodes.iter_mut().for_each(|node| node.cluster = Some("east".to_owned()));
    report.jobs.iter_mut().for_each(|job| job.cluster = Some("east".to_owned()));
    report.findings.iter_mut().for_each(|f| f.subject.cluster = Some("east".to_owned()));
    let west = Some("we\u{202e}st <b>2</b>".to_owned());
    report.nodes[2].cluster = west.clone();
    report.nodes[2].versions.iter_mut().for_each(|version| version.conflict = true);
    report.nodes[2].versions[1].from = report.nodes[2].versions[0].from;
    (job.cluster, job.status) = (west.clone(), "failed".to_owned());
    finding.subject.cluster = west;
    report.jobs.push(job);
    report.findings.push(finding);
    let copy = Duplicate { path: "b/cockroach.log".to_owned(), of: "a/cockroach.log".to_owned() };
    report.input.duplicates.push(copy);
    serde_json::to_string(&report).unwrap()
}

#[wasm_bindgen_test]
async fn clusters_contradictions_and_copies_are_named() {
    open("works", &two_clusters()).await;
    one(&id("sample-button")).click();
    until("done").await;
    let titles: Vec<String> =
        all("#app .map-title").iter().filter_map(|title| title.text_content()).collect();
    assert_eq!(
        titles,
        [
            "Cluster east: jobs with findings",
            "Cluster weU+202Est <b>2</b>: jobs with findings",
            "Cluster east: nodes",
            "Cluster weU+202Est <b>2</b>: nodes",
        ]
    );
    let coverage = one(&id("coverage")).text_content().unwrap();
    assert_eq!(all("#app .map-scroll .conflict").len(), 1);
    assert!(coverage.contains("sources name different versions"), "{coverage}");
    assert!(coverage.contains(seen::CONFLICT), "{coverage}");
    assert_eq!(all("#app .coverage caption").len(), 4);
    let same: Vec<String> = all("#app [data-subject='1065722008981340161']")
        .iter()
        .filter_map(|row| row.text_content())
        .collect();
    assert_eq!(same.len(), 2);
    assert!(same[0].contains("of cluster east") && same[0].contains("succeeded"), "{}", same[0]);
    assert!(same[1].contains("of cluster weU+202Est") && same[1].contains("failed"), "{}", same[1]);
    let copies = one(&id("copies")).text_content().unwrap();
    assert!(copies.contains("b/cockroach.log is the same as a/cockroach.log"), "{copies}");
    let shown = one("#app").text_content().unwrap();
    assert!(!shown.contains('\u{202e}') && all("#app b").is_empty(), "{shown}");
    for label in all("#app [aria-label]").iter().filter_map(|e| e.get_attribute("aria-label")) {
        assert!(!label.contains('\u{202e}'), "{label}");
    }
}

/// The report about backups, with a chain whose name lies.
fn backups() -> String {
    let mut report: Report = serde_json::from_str(BACKUPS).unwrap();
    report.chains[2].id = "s3://x/\u{202e}<b>gol</b>".to_owned();
    report.chains[2].layers[0].scope = "table \u{1b}[31m<img src=x>".to_owned();
    serde_json::to_string(&report).unwrap()
}

#[wasm_bindgen_test]
async fn chains_of_backups_are_drawn_told_and_listed_those_with_findings_first() {
    open("works", &backups()).await;
    one(&id("sample-button")).click();
    until("done").await;
    let section = id("backups");
    let chains = all(&format!("{section} [data-testid=chain]"));
    assert_eq!(chains.len(), 6);
    let pictures = || all(&format!("{section} [role=img]"));
    assert_eq!(pictures().len(), 4, "those of which findings speak");

    let picture: HtmlElement = pictures()[2].clone().unchecked_into();
    let label = picture.get_attribute("aria-label").unwrap();
    assert!(
        label.starts_with("Chain of backups s3://vault/ledger » /2022/11/03-020000.00: 5 layers")
    );
    assert!(label.ends_with("2 layers are suspect. The table below says the same."), "{label}");
    let said = || {
        let card = picture.closest("[data-testid=chain]").unwrap().unwrap();
        card.query_selector(".map-said").unwrap().unwrap().text_content().unwrap()
    };
    for (key, start) in [
        ("Home", "IMPORT INTO 812400273551390101, canceled, on ledger.public.entries, from"),
        ("ArrowDown", "Index build 812400273551390108"),
        ("ArrowDown", "Incremental backup 812400273551390104 (as of 2022-11-03 04:00:00 UTC): no"),
        ("ArrowRight", "Incremental backup 812400273551390105"),
        ("End", "RESTORE 812400273551390107"),
    ] {
        press(&picture, key);
        a_moment().await;
        assert!(said().starts_with(start), "{key}: {}", said());
    }

    // A chain without findings, and every table, is made when somebody opens it.
    assert!(all(&format!("{section} table")).is_empty());
    for closed in all(&format!("{section} details")) {
        closed.set_attribute("open", "").unwrap();
    }
    a_moment().await;
    assert_eq!(pictures().len(), 6);
    for closed in all(&format!("{section} details details")) {
        closed.set_attribute("open", "").unwrap();
    }
    a_moment().await;
    assert_eq!(all(&format!("{section} caption")).len(), 6);
    let layers = all(&format!("{section} tbody:nth-of-type(1) tr")).len();
    assert_eq!(layers, 2 + 2 + 1 + 3 + 5 + 2);

    let facts = one(&id("backup-facts")).text_content().unwrap();
    for said in ["Tablesledger.public.entries (id 108)", "Latest layer to restore tofull backup"] {
        assert!(facts.contains(said), "{said} in: {facts}");
    }
    let shown = one("#app").text_content().unwrap();
    assert!(shown.contains("s3://x/") && shown.contains("<b>gol</b>"), "{shown}");
    assert!(!shown.contains(['\u{202e}', '\u{1b}']) && all("#app b, #app img").is_empty());
    for label in all("#app [aria-label]").iter().filter_map(|e| e.get_attribute("aria-label")) {
        assert!(!label.contains('\u{202e}'), "{label}");
    }
}

#[wasm_bindgen_test]
async fn hostile_names_and_lines_stay_text() {
    open("works", REPORT).await;
    one(&id("sample-button")).click();
    until("done").await;
    assert!(all("#app img, #app b, #app script").is_empty());
    let unread = one(&id("unread-list")).text_content().unwrap();
    assert!(
        unread.contains("<img src=x onerror=alert(1)>")
            && unread.contains("U+202E")
            && unread.contains("U+001B")
    );
    assert!(!one("#app").text_content().unwrap().contains(['\u{202e}', '\u{1b}', '\u{7}']));
}

#[wasm_bindgen_test]
async fn the_lines_around_evidence_are_read_again_when_asked_for() {
    open("works", REPORT).await;
    one(&id("sample-button")).click();
    until("done").await;
    one(&format!("{} button", id("evidence-line"))).click();
    a_moment().await;
    assert!(
        asked().contains(r#""type":"context","id":1,"path":"debug/nodes/3/logs/"#),
        "{}",
        asked()
    );
    let shown: Vec<String> =
        all("#app .around li").iter().filter_map(|line| line.text_content()).collect();
    assert_eq!(shown, ["1203before", "1204U+202EitU+0000self", "1205<b>after</b>"]);
    assert_eq!(one("#app .around .wanted").text_content().unwrap(), "1204U+202EitU+0000self");
}

#[wasm_bindgen_test]
async fn a_unit_that_kills_its_worker_is_reported_as_died() {
    open("dies reading", REPORT).await;
    one(&id("sample-button")).click();
    until("done").await;
    let asked = asked();
    assert!(asked.contains(r#""died":[2]"#), "{asked}");
    assert_eq!(asked.matches(r#""type":"scan","unit":2"#).count(), 1, "not tried again: {asked}");
    // The plan and the two results that there are.
    assert!(asked.contains(r#""files":0,"buffers":3}"#), "{asked}");
}

#[wasm_bindgen_test]
async fn dying_while_planning_is_a_failure_in_words_and_no_result() {
    open("dies planning", REPORT).await;
    one(&id("sample-button")).click();
    until("failed").await;
    assert!(one("#app").inner_text().contains("stopped while it looked into the input"));
    assert!(all(&id("verdict")).is_empty());
    one("#app button").click();
    until("idle").await;
}

#[wasm_bindgen_test]
async fn cancelling_ends_the_run_and_leads_back() {
    open("silent", REPORT).await;
    one(&id("sample-button")).click();
    until("scanning").await;
    let progress = one(&id("progress"));
    assert_eq!(progress.get_attribute("role").as_deref(), Some("progressbar"));
    assert_eq!(progress.get_attribute("aria-valuenow").as_deref(), Some("0"));
    one(&id("cancel-button")).click();
    until("idle").await;
    a_moment().await;
    assert_eq!(all(&id("drop-zone")).len(), 1);
}

#[wasm_bindgen_test]
async fn findings_are_sorted_and_filtered_in_place() {
    open("works", REPORT).await;
    one(&id("sample-button")).click();
    until("done").await;
    one("#app .findings thead button").click();
    a_moment().await;
    assert_eq!(one(&id("finding-row")).get_attribute("data-verdict").as_deref(), Some("cleared"));
    assert_eq!(one("#app .findings th").get_attribute("aria-sort").as_deref(), Some("ascending"));
    one("#app .filters .chip input").click();
    a_moment().await;
    assert_eq!(all(&id("finding-row")).len(), 3, "the suspect is hidden");
}

/// The report of the fixture, whose first finding comes 250 times.
fn many() -> String {
    let mut report: Report = serde_json::from_str(REPORT).unwrap();
    let finding = |at: usize| {
        let mut finding = report.findings[0].clone();
        finding.subject.id = at.to_string();
        finding
    };
    report.findings = (0..250).map(finding).collect();
    serde_json::to_string(&report).unwrap()
}

#[wasm_bindgen_test]
async fn of_many_findings_the_first_are_listed_and_what_was_opened_stays_open() {
    open("works", &many()).await;
    one(&id("sample-button")).click();
    until("done").await;
    until_listed(100).await;
    let subjects = || -> Vec<String> {
        let rows = all(&id("finding-row"));
        rows.iter().filter_map(|row| row.get_attribute("data-subject")).collect()
    };
    let numbers = |to: usize| -> Vec<String> { (0..to).map(|at| at.to_string()).collect() };
    let told = || one("#app .shown").inner_text();
    assert_eq!((subjects(), told().as_str()), (numbers(100), "The first 100 of 250 shown"));

    one("#app .more").click();
    until_listed(200).await;
    assert_eq!((subjects(), told().as_str()), (numbers(200), "The first 200 of 250 shown"));
    let next = one("#app [data-subject='100'] button");
    assert_eq!(document().active_element().unwrap(), next.into(), "keyboards go on at the first");
    one("#app .more").click();
    until_listed(250).await;
    assert_eq!((subjects(), told().as_str()), (numbers(250), "250 of 250 shown"));
    assert!(one("#app .more").hidden());

    one("#app [data-subject='249'] button").click();
    let filter: web_sys::HtmlInputElement = one("#app input[type=search]").unchecked_into();
    for (text, subject) in [("24 suspect", "24"), ("249 suspect", "249")] {
        filter.set_value(text);
        filter.dispatch_event(&web_sys::Event::new("input").unwrap()).unwrap();
        a_moment().await;
        assert!(subjects().contains(&subject.to_owned()), "{:?}", subjects());
    }
    assert_eq!((subjects().len(), told().as_str()), (1, "1 of 250 shown"));
    let opener = one("#app [data-subject='249'] button");
    assert_eq!(opener.get_attribute("aria-expanded").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn a_dropped_folder_arrives_whole_and_what_cannot_be_read_is_named() {
    let taken = walk(vec![Dropped::Entry(folder(250))]).await;
    let paths: Vec<&str> = taken.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths.len(), 251);
    assert_eq!(
        (paths[0], paths[249], paths[250]),
        ("debug/0000.log", "debug/0249.log", "debug/nodes/1.log")
    );
    assert_eq!(taken.missed, ["debug/nodes/locked.log could not be opened (NotReadableError)."]);
}
