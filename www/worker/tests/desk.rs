//! A whole run at one desk, in a real dedicated worker: open, plan, scan, conclude, look around.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::cell::RefCell;

use crdb_triage::protocol::{Event, Form, Request, VERSION};
use crdb_triage::report::{Report, Run};
use crdb_triage_envelope::{Message, bytes_of};
use crdb_triage_worker::Desk;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::File;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const LOG: &str = "\
I250422 05:58:11.000000 1 util/log/file_sync_buffer.go:238 ⋮ [config] file created at: 2025/04/22 05:58:11
I250422 05:58:11.000000 1 util/log/file_sync_buffer.go:238 ⋮ [config] running on machine: ‹host›
I250422 05:58:11.000000 1 util/log/file_sync_buffer.go:238 ⋮ [config] binary: CockroachDB CCL v24.3.9 (x86_64-linux-gnu)
I250422 05:58:11.000000 1 util/log/file_sync_buffer.go:238 ⋮ [config] line format: [IWEF]yymmdd hh:mm:ss.uuuuuu goid [chan@]file:line redactionmark \\[tags\\] [counter] msg
W250422 06:22:39.852238 6885 kv/bulk/sst_batcher.go:432 ⋮ [T1,Vsystem,n1,job=1065722008981340161] 1249  closing with flushes in-progress encountered an error: addsstable [‹/Table/106/1/1/0›,‹/Table/106/1/99/0›): ‹result is ambiguous›
I250422 06:30:39.852238 6885 jobs/registry.go:1650 ⋮ [T1,Vsystem,n1] 1300  IMPORT job 1065722008981340161: stepping through state succeeded
";

async fn ask(
    desk: &mut Desk,
    body: Request,
    files: Vec<File>,
    buffers: Vec<ArrayBuffer>,
) -> Vec<Message<Event>> {
    let heard = RefCell::new(Vec::new());
    desk.answer(Message { body, files, buffers }, &|event| heard.borrow_mut().push(event.clone()))
        .await;
    heard.into_inner()
}

async fn open(desk: &mut Desk, version: u32) -> Vec<Message<Event>> {
    let parts = Array::of1(&Uint8Array::from(LOG.as_bytes()));
    let file = File::new_with_u8_array_sequence(&parts, "cockroach.log").unwrap();
    let paths = vec!["debug/nodes/1/logs/cockroach.log".to_owned()];
    ask(desk, Request::Open { version, paths }, vec![file], vec![]).await
}

fn run() -> Run {
    Run { host: "page".to_owned(), ..Run::default() }
}

#[wasm_bindgen_test]
async fn a_run_from_file_to_report() {
    let mut desk = Desk::new();
    assert!(open(&mut desk, VERSION).await.is_empty(), "opening is not answered");
    let planned = ask(&mut desk, Request::Plan, vec![], vec![]).await.remove(0);
    let Event::Planned { units, files } = &planned.body else { panic!("{planned:?}") };
    assert_eq!((units.len(), *files, planned.buffers.len()), (1, 1, 2));
    assert_eq!(units[0].bytes, LOG.len() as u64);

    let plan = planned.buffers[0].clone();
    let unit = planned.buffers[1].clone();
    let mut heard = ask(&mut desk, Request::Scan { unit: 0 }, vec![], vec![unit]).await;
    let scanned = heard.pop().unwrap();
    assert_eq!(scanned.body, Event::Scanned { unit: 0 });
    let bytes = LOG.len() as u64;
    let [Message { body, .. }] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!(*body, Event::Progress { unit: 0, bytes, text: bytes }, "a small file counts too");

    let buffers = vec![plan.clone(), scanned.buffers[0].clone()];
    let concluded = ask(&mut desk, Request::Conclude { died: vec![], run: run() }, vec![], buffers)
        .await
        .remove(0);
    let json = bytes_of(&concluded.buffers[0]);
    let report: Report = serde_json::from_slice(&json).unwrap();
    assert_eq!(report.jobs[0].id, "1065722008981340161", "exact, as text");
    assert!(report.verdict().asks_for_action(), "{}", report.verdict());

    let evidence = &report.findings[0].evidence[0];
    let (path, line, offset) = (evidence.path.clone(), evidence.line, evidence.offset);
    let around = ask(&mut desk, Request::Context { id: 9, path, line, offset }, vec![], vec![plan])
        .await
        .remove(0);
    let Event::Context { id: 9, first, lines, problem: None } = around.body else {
        panic!("{around:?}")
    };
    assert_eq!((first, lines.len()), (1, 6));
    assert!(lines[(line - first) as usize].contains("closing with flushes in-progress"));
}

#[wasm_bindgen_test]
async fn a_unit_that_died_is_unread_in_the_report() {
    let mut desk = Desk::new();
    open(&mut desk, VERSION).await;
    let planned = ask(&mut desk, Request::Plan, vec![], vec![]).await.remove(0);
    let buffers = vec![planned.buffers[0].clone()];
    let concluded =
        ask(&mut desk, Request::Conclude { died: vec![0], run: run() }, vec![], buffers)
            .await
            .remove(0);
    let report: Report = serde_json::from_slice(&bytes_of(&concluded.buffers[0])).unwrap();
    assert_eq!(report.input.unread[0].reason, "WORKER_DIED");
    assert_eq!(report.verdict().as_str(), "cannot_tell");
}

async fn print(desk: &mut Desk, form: Form, redacted: bool, report: &str) -> Vec<Message<Event>> {
    let report = Uint8Array::from(report.as_bytes()).buffer();
    ask(desk, Request::Print { form, redacted }, vec![], vec![report]).await
}

#[wasm_bindgen_test]
async fn a_report_is_printed_in_each_form_without_an_input() {
    let report = include_str!("../../../tests/samples/report.json");
    for (form, begin) in
        [(Form::Json, "{\n  \"schema\""), (Form::Markdown, "# "), (Form::Html, "<!doctype html>")]
    {
        for redacted in [false, true] {
            let heard = print(&mut Desk::new(), form, redacted, report).await;
            assert_eq!(heard[0].body, Event::Printed);
            let bytes = Uint8Array::new(&heard[0].buffers[0]).to_vec();
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.starts_with(begin), "{text}");
            assert_eq!(text.contains("orders"), !redacted, "{text}");
        }
    }
}

#[wasm_bindgen_test]
async fn halves_of_two_builds_and_missing_parts_are_refused_in_words() {
    let mut desk = Desk::new();
    for (heard, word) in [
        (open(&mut desk, VERSION + 1).await, "Reload"),
        (ask(&mut desk, Request::Scan { unit: 0 }, vec![], vec![]).await, "Reload"),
        (print(&mut desk, Form::Html, false, "{}").await, "Reload"),
    ] {
        let [Message { body: Event::Failed { message }, .. }] = &heard[..] else {
            panic!("{heard:?}")
        };
        assert!(message.contains(word), "{message}");
    }
}
