//! Bytes by way of the page, for workers that the browser lets read no file: those of a page from `file://` in WebKit.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crdb_triage::protocol::Event;
use crdb_triage_envelope::Message;
use js_sys::{ArrayBuffer, Error, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Asks the page to read, and waits for what it reads. Its copies are one.
#[derive(Clone)]
pub struct Feed(Rc<Inner>);

type Say = dyn Fn(&Message<Event>);

struct Inner {
    say: Box<Say>,
    asked: Cell<u32>,
    waiting: RefCell<Vec<Waiting>>,
}

struct Waiting {
    id: u32,
    resolve: Function,
    reject: Function,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("waiting", &self.0.waiting.borrow().len()).finish()
    }
}

impl Feed {
    /// A feed that asks through `say`.
    pub fn new(say: impl Fn(&Message<Event>) + 'static) -> Self {
        let (asked, waiting) = (Cell::default(), RefCell::default());
        Self(Rc::new(Inner { say: Box::new(say), asked, waiting }))
    }

    /// Asks at once for the bytes `from..to` of a file of the input; they come as an `ArrayBuffer`.
    pub(crate) fn ask(&self, file: u32, from: u64, to: u64) -> JsFuture {
        let id = self.0.asked.get().wrapping_add(1);
        self.0.asked.set(id);
        let answer = Promise::new(&mut |resolve, reject| {
            self.0.waiting.borrow_mut().push(Waiting { id, resolve, reject });
        });
        (self.0.say)(&Event::Read { id, file, from, to }.into());
        JsFuture::from(answer)
    }

    /// Hands on what the page read, or the name of the error that kept it from reading.
    pub fn hear(&self, id: u32, bytes: Option<ArrayBuffer>, problem: Option<&str>) {
        let mut waiting = self.0.waiting.borrow_mut();
        let Some(at) = waiting.iter().position(|waiting| waiting.id == id) else { return };
        let Waiting { resolve, reject, .. } = waiting.swap_remove(at);
        drop(waiting);
        // Neither can throw: they are those of a promise.
        match bytes {
            Some(bytes) if problem.is_none() => drop(resolve.call1(&JsValue::NULL, &bytes)),
            _ => {
                let error = Error::new("");
                error.set_name(problem.unwrap_or_default());
                drop(reject.call1(&JsValue::NULL, &error));
            }
        }
    }
}
