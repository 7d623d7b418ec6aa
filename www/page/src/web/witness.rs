//! What the browser says about the page itself, by way of `witness.js`.

use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::view::privacy::{Attempt, Seen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = loaded)]
    fn loaded_now() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = seen)]
    fn seen_now() -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = attempt)]
    fn attempt_now() -> Result<Promise, JsValue>;
}

/// From now on, each request counts.
pub fn loaded() {
    // Without a witness nothing is claimed either.
    drop(loaded_now());
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
