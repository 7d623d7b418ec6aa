//! What the browser says about the page itself, by way of `witness.js`.

use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::view::privacy::{Attempt, Seen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = loaded)]
    fn loaded_now() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = seen)]
    async fn seen_now() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crdbTriageWitness, js_name = attempt)]
    async fn attempt_now() -> Result<JsValue, JsValue>;
}

/// From now on, each request counts.
pub fn loaded() {
    // Without a witness nothing is claimed either.
    drop(loaded_now());
}

/// What was seen so far; none if there is nobody to ask.
pub async fn seen() -> Option<Seen> {
    read(seen_now().await)
}

/// Tries to send something in every way, and says what came of it; none if there is nobody to ask.
pub async fn attempt() -> Option<Vec<Attempt>> {
    read(attempt_now().await)
}

fn read<T: DeserializeOwned>(said: Result<JsValue, JsValue>) -> Option<T> {
    serde_json::from_slice(said.ok()?.as_string()?.as_bytes()).ok()
}
