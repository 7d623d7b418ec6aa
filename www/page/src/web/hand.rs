//! A worker with what listens to it.

use crdb_triage::protocol::Request;
use crdb_triage_envelope::Message;
use gloo_events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};

#[wasm_bindgen]
extern "C" {
    /// Made by `boot.js`, which alone may name the script that a worker runs.
    #[wasm_bindgen(catch, js_name = crdbTriageWorker)]
    fn new_worker() -> Result<Worker, JsValue>;
}

/// A worker. It ends with this value, and so does what listens to it.
pub(super) struct Hand {
    worker: Worker,
    _listeners: [EventListener; 3],
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Hand {
    /// Starts a worker. `hear` gets what it says, `lose` is called when it died.
    ///
    /// # Errors
    /// A sentence: the browser refuses.
    pub(super) fn start(
        hear: impl Fn(&JsValue) + 'static,
        lose: impl Fn() + Clone + 'static,
    ) -> Result<Self, String> {
        let worker =
            new_worker().map_err(|_| "The browser refused to start a worker.".to_owned())?;
        let hears = EventListener::new(&worker, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                hear(&event.data());
            }
        });
        let loses = |kind: &'static str| {
            let lose = lose.clone();
            EventListener::new(&worker, kind, move |_| lose())
        };
        let listeners = [hears, loses("error"), loses("messageerror")];
        Ok(Self { worker, _listeners: listeners })
    }

    /// Hands over a request.
    ///
    /// # Errors
    /// A sentence: the browser refuses.
    pub(super) fn post(&self, request: &Message<Request>) -> Result<(), String> {
        let packed = request.pack().map_err(|malformed| malformed.to_string())?;
        self.worker
            .post_message_with_transfer(&packed.value, &packed.transfer)
            .map_err(|_| "The browser refused to hand work to a worker.".to_owned())
    }
}
