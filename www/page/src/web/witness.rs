//! What the browser says about the page itself, by way of `witness.js`.

use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::view::privacy::{Attempt, Seen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = watch)]
    fn watch_from_now(tell: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = seen)]
    fn seen_now() -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = attempt)]
    fn attempt_now() -> Result<Promise, JsValue>;
}

/// From now on, each request counts. `tell` is called when there is something new to see, as long as the page lives.
pub fn watch(tell: impl Fn() + 'static) {
    let tell = Closure::<dyn Fn()>::new(tell).into_js_value();
    // Without a witness nothing is claimed either.
    drop(watch_from_now(&tell));
}

/// What was seen so far; none if there is nobody to ask.
pub async fn seen() -> Option<Seen> {
    read(seen_now()).await
}

/// Tries to send something in every way, and says what came of it; none if there is nobody to ask.
pub async fn attempt() -> Option<Vec<Attempt>> {
    read(attempt_now()).await
}

async fn read<T: DeserializeOwned>(asked: Result<Promise, JsValue>) -> Option<T> {
    let said = JsFuture::from(asked.ok()?).await.ok()?;
    serde_json::from_slice(said.as_string()?.as_bytes()).ok()
}
