//! Every message of the protocol through a real `postMessage`: what arrives is what was sent.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crdb_triage::protocol::{Event, Request, UnitInfo, VERSION};
use crdb_triage::report::Run;
use crdb_triage_envelope::{Message, buffer_of, bytes_of};
use js_sys::{Array, Promise, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{File, MessageChannel, MessageEvent};

wasm_bindgen_test_configure!(run_in_browser);

/// Posts a message to the other end of a channel and takes it out there.
async fn post<T: Serialize + DeserializeOwned>(message: &Message<T>) -> Message<T> {
    let channel = MessageChannel::new().unwrap();
    let arrived = Promise::new(&mut |resolve, _| {
        let on_message = Closure::once_into_js(move |event: MessageEvent| {
            resolve.call1(&JsValue::NULL, &event.data()).unwrap();
        });
        channel.port2().set_onmessage(Some(on_message.unchecked_ref()));
    });
    let packed = message.pack().unwrap();
    channel.port1().post_message_with_transferable(&packed.value, &packed.transfer).unwrap();
    Message::unpack(&JsFuture::from(arrived).await.unwrap()).unwrap()
}

#[wasm_bindgen_test]
async fn every_request_arrives_as_it_was_sent() {
    let beyond_f64 = (1 << 53) + 1;
    for request in [
        Request::Open {
            version: VERSION,
            paths: vec!["logs/n1/cockroach.log".into(), "‹×›\u{202e}\0".into()],
        },
        Request::Plan,
        Request::Scan { unit: 7 },
        Request::Conclude {
            died: vec![3, 9],
            run: Run { host: "page".into(), seconds: 2.0, bytes_per_second: 1.5e9, workers: 8 },
        },
        Request::Context { id: 1, path: "a".into(), line: beyond_f64, offset: u64::MAX },
    ] {
        assert_eq!(post(&Message::from(request.clone())).await.body, request);
    }
}

#[wasm_bindgen_test]
async fn every_event_arrives_as_it_was_sent() {
    for event in [
        Event::Ready { version: VERSION },
        Event::Planned {
            units: vec![UnitInfo { path: "debug/nodes/1/x.log".into(), bytes: 5 << 40 }],
            files: 3,
        },
        Event::Progress { unit: 0, bytes: 5 << 40, text: (1 << 60) + 1 },
        Event::Scanned { unit: u32::MAX },
        Event::Concluded,
        Event::Context { id: 0, first: 12, lines: vec!["I250422 …".into()], problem: None },
        Event::Context { id: 0, first: 0, lines: vec![], problem: Some("gone".into()) },
        Event::Failed { message: "no".into() },
    ] {
        assert_eq!(post(&Message::from(event.clone())).await.body, event);
    }
}

#[wasm_bindgen_test]
async fn buffers_change_their_owner_and_files_are_shared() {
    let parts = Array::of1(&Uint8Array::from(&b"0123456789"[..]));
    let file = File::new_with_u8_array_sequence(&parts, "cockroach.log").unwrap();
    let buffer = buffer_of(&[1, 2, 3]);
    let message = Message { body: Request::Plan, files: vec![file], buffers: vec![buffer.clone()] };
    let arrived = post(&message).await;
    assert_eq!(buffer.byte_length(), 0, "transferred, not copied");
    assert_eq!(bytes_of(&arrived.buffers[0]), [1, 2, 3]);
    assert_eq!((arrived.files[0].name(), arrived.files[0].size()), ("cockroach.log".into(), 10.0));
}

#[wasm_bindgen_test]
fn a_job_id_in_a_report_is_text_and_stays_exact() {
    let id = "9007199254740993";
    let context = Request::Context { id: 1, path: id.to_owned(), line: 1, offset: 0 };
    let packed = Message::from(context.clone()).pack().unwrap();
    assert_eq!(Message::<Request>::unpack(&packed.value).unwrap().body, context);
}

#[wasm_bindgen_test]
fn what_is_no_message_is_refused_with_a_sentence() {
    for value in [JsValue::NULL, JsValue::from("hello"), js_sys::Object::new().into()] {
        let refused = Message::<Request>::unpack(&value).unwrap_err();
        assert!(refused.to_string().starts_with("page and worker do not understand"), "{refused}");
    }
}
