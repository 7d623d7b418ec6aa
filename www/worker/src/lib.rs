//! The engine in a dedicated worker: message in, engine, message out. No logic.
//!
//! ```text
//! postMessage ─▶ queue ─▶ Message::unpack ─▶ Desk::answer ─▶ engine
//!                             one at a time, in order │
//! postMessage ◀─ Message::pack ◀─ Event ◀─────────────┘
//! ```
//!
//! Bytes that the page reads for the worker ([`Feed`]) do not wait in the queue: a request waits for them.
//!
//! A panic of the engine traps and ends the worker for good; the page sees its `error` event, starts another
//! one and lists the unit as unread.

mod desk;
mod feed;
mod file;
mod stream;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crdb_triage::protocol::{Event, Request, VERSION};
use crdb_triage_envelope::{Malformed, Message};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

pub use desk::Desk;
pub use feed::Feed;
pub use file::WebFile;

/// What came in and was not answered yet.
type Queue = Rc<RefCell<VecDeque<Result<Message<Request>, Malformed>>>>;

/// Listens for requests and says that it can be asked.
///
/// # Errors
/// It does not run in a dedicated worker.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().dyn_into()?;
    // The page learns that the worker died, a maintainer reads why.
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    let waiting = Queue::default();
    let feed = Feed::new({
        let scope = scope.clone();
        move |event| post(&scope, event)
    });
    let desk = Rc::new(RefCell::new(Some(Desk::with_feed(feed.clone()))));
    let on_message = Closure::<dyn Fn(MessageEvent)>::new({
        let scope = scope.clone();
        move |event: MessageEvent| {
            let request = match Message::<Request>::unpack(&event.data()) {
                Ok(Message { body: Request::Bytes { id, problem }, buffers, .. }) => {
                    return feed.hear(id, buffers.into_iter().next(), problem.as_deref());
                }
                request => request,
            };
            waiting.borrow_mut().push_back(request);
            // Whoever holds the desk also answers what comes in meanwhile.
            if let Some(taken) = desk.borrow_mut().take() {
                spawn_local(answer_all(
                    scope.clone(),
                    Rc::clone(&waiting),
                    Rc::clone(&desk),
                    taken,
                ));
            }
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget(); // It listens as long as the worker lives.
    post(&scope, &Event::Ready { version: VERSION }.into());
    Ok(())
}

/// Answers what waits, one request after the other, and gives the desk back.
async fn answer_all(
    scope: DedicatedWorkerGlobalScope,
    waiting: Queue,
    home: Rc<RefCell<Option<Desk>>>,
    mut desk: Desk,
) {
    let say = |event: &Message<Event>| post(&scope, event);
    loop {
        let next = waiting.borrow_mut().pop_front();
        let Some(request) = next else { break };
        match request {
            Ok(request) => desk.answer(request, &say).await,
            Err(malformed) => say(&Event::Failed { message: malformed.to_string() }.into()),
        }
    }
    *home.borrow_mut() = Some(desk);
}

/// Sends an event to the page. One that cannot be packed or posted becomes an exception, and that the `error`
/// event that the page treats as the death of the worker: silence would leave it waiting.
fn post(scope: &DedicatedWorkerGlobalScope, event: &Message<Event>) {
    let posted = match event.pack() {
        Ok(packed) => scope.post_message_with_transfer(&packed.value, &packed.transfer),
        Err(malformed) => Err(JsValue::from(malformed.to_string())),
    };
    if let Err(error) = posted {
        wasm_bindgen::throw_val(error);
    }
}

#[cfg(test)]
#[cfg(target_arch = "wasm32")]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    wasm_bindgen_test_configure!(run_in_dedicated_worker);

    #[wasm_bindgen_test]
    fn a_worker_can_start() {
        super::start().unwrap();
    }
}
