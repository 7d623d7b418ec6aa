//! The report in another form: a worker of its own prints it, so that the page carries none of the forms. It needs no
//! input, and so works when the workers of the run are gone, and for a report that was saved.

use std::cell::RefCell;
use std::rc::Rc;

use crdb_triage::protocol::{Event, Form, Request, VERSION};
use crdb_triage_envelope::{Message, buffer_of, bytes_of};
use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker};

use super::crew::new_worker;

type Reply = Box<dyn FnOnce(Result<Vec<u8>, String>)>;

/// A worker that prints, and who waits for it. Both go with the answer.
struct Printer {
    worker: Worker,
    reply: Reply,
    _listeners: [EventListener; 3],
}

/// Prints the report of `json`. `reply` is called once, with the bytes or a sentence.
pub fn print(
    form: Form,
    redacted: bool,
    json: Vec<u8>,
    reply: impl FnOnce(Result<Vec<u8>, String>) + 'static,
) {
    let Ok(worker) = new_worker() else {
        return reply(Err("The browser refused to start a worker.".to_owned()));
    };
    let printer: Rc<RefCell<Option<Printer>>> = Rc::default();
    let end = {
        let printer = Rc::clone(&printer);
        move |answer: Result<Vec<u8>, String>| {
            let Some(Printer { worker, reply, _listeners }) = printer.borrow_mut().take() else {
                return;
            };
            worker.terminate();
            reply(answer);
            // This may be called by one of them.
            gloo_timers::callback::Timeout::new(0, move || drop(_listeners)).forget();
        }
    };
    let hear = {
        let (end, worker) = (end.clone(), worker.clone());
        EventListener::new(&worker.clone(), "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            if let Some(answer) = answer(&worker, &event.data(), form, redacted, &json) {
                end(answer);
            }
        })
    };
    let lose = |kind: &'static str| {
        let end = end.clone();
        EventListener::new(&worker, kind, move |_| {
            end(Err("The part that prints stopped before it was done.".to_owned()));
        })
    };
    let listeners = [hear, lose("error"), lose("messageerror")];
    *printer.borrow_mut() =
        Some(Printer { worker: worker.clone(), reply: Box::new(reply), _listeners: listeners });
}

/// What follows from what the worker says; nothing while it is at work.
fn answer(
    worker: &Worker,
    data: &JsValue,
    form: Form,
    redacted: bool,
    json: &[u8],
) -> Option<Result<Vec<u8>, String>> {
    let message = match Message::<Event>::unpack(data) {
        Ok(message) => message,
        Err(malformed) => return Some(Err(format!("{malformed}. Reload the page."))),
    };
    match message.body {
        Event::Ready { version } if version != VERSION => Some(Err(
            "The page and the part that prints are from different versions. Reload the page."
                .to_owned(),
        )),
        Event::Ready { .. } => {
            let body = Request::Print { form, redacted };
            let request = Message { body, files: Vec::new(), buffers: vec![buffer_of(json)] };
            let packed = request.pack().ok()?;
            let posted = worker.post_message_with_transfer(&packed.value, &packed.transfer);
            posted.err().map(|_| Err("The browser refused to hand work to a worker.".to_owned()))
        }
        Event::Printed => Some(Ok(message.buffers.first().map(bytes_of).unwrap_or_default())),
        Event::Failed { message } => Some(Err(message)),
        _ => None,
    }
}
