//! The report in another form: a worker of its own prints it, so that the page carries none of the forms. It needs no
//! input, and so works when the workers of the run are gone, and for a report that was saved.
//!
//! Why: `docs/decisions/0020-printed-forms-in-the-worker.md`.

use std::cell::RefCell;
use std::rc::Rc;

use crdb_triage::protocol::{Event, Form, Request, VERSION};
use crdb_triage_envelope::{Message, buffer_of, bytes_of};
use wasm_bindgen::JsValue;

use super::hand::Hand;

type Answer = Result<Vec<u8>, String>;

/// Who prints, and who waits for it. Both go with the answer.
type Printer = (Hand, Box<dyn FnOnce(Answer)>);

/// Prints the report of `json`. `reply` is called once, with the bytes or a sentence.
pub fn print(form: Form, redacted: bool, json: Vec<u8>, reply: impl FnOnce(Answer) + 'static) {
    let printer: Rc<RefCell<Option<Printer>>> = Rc::default();
    let end = {
        let printer = Rc::clone(&printer);
        move |answer| {
            let Some((hand, reply)) = printer.borrow_mut().take() else { return };
            reply(answer);
            // One of its listeners is calling.
            gloo_timers::callback::Timeout::new(0, move || drop(hand)).forget();
        }
    };
    let hear = {
        let (end, printer) = (end.clone(), Rc::clone(&printer));
        move |data: &JsValue| {
            let answer = match &*printer.borrow() {
                Some((hand, _)) => answer(hand, data, form, redacted, &json),
                None => None,
            };
            if let Some(answer) = answer {
                end(answer);
            }
        }
    };
    let lose = move || end(Err("The part that prints stopped before it was done.".to_owned()));
    match Hand::start(hear, lose) {
        Ok(hand) => *printer.borrow_mut() = Some((hand, Box::new(reply))),
        Err(why) => reply(Err(why)),
    }
}

/// What follows from what the worker says; nothing while it is at work.
fn answer(hand: &Hand, data: &JsValue, form: Form, redacted: bool, json: &[u8]) -> Option<Answer> {
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
            hand.post(&request).err().map(Err)
        }
        Event::Printed => Some(Ok(message.buffers.first().map(bytes_of).unwrap_or_default())),
        Event::Failed { message } => Some(Err(message)),
        _ => None,
    }
}
