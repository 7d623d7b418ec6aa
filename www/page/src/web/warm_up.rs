//! Work for a crew that nobody waits for.
//!
//! Browsers compile WebAssembly twice: quickly at first, and well what has run for a while. What a first bundle waits for,
//! a tenth of a second on 1 GiB and half of all the time on a small one, can be had before: from when the page is there, a
//! crew reads a made-up log. It ends when that is read, or when something real comes.
//!
//! Why: `docs/decisions/0025-warm-up.md`.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ReadableWritablePair, Response};

use crate::view::warm_up::{NAME, log};

#[wasm_bindgen]
extern "C" {
    /// Counts as unstable in `web-sys`. It has the two ends of a pair.
    #[wasm_bindgen(extends = ReadableWritablePair)]
    type CompressionStream;

    #[wasm_bindgen(catch, constructor)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;
}

/// How often it is read: then what reads it has run often enough.
const TIMES: usize = 200;

/// The log, packed; none if the browser has no way to pack it.
pub async fn made_up() -> Option<File> {
    packed().await.ok()
}

async fn packed() -> Result<File, JsValue> {
    let text = Blob::new_with_str_sequence(&Array::of1(&log().into()))?;
    let stream = text.stream().pipe_through(&CompressionStream::new("gzip")?.into());
    let member =
        JsFuture::from(Response::new_with_opt_readable_stream(Some(&stream))?.blob()?).await?;
    // Of gzip, any number of members is a file.
    File::new_with_blob_sequence(&Array::from_iter(std::iter::repeat_n(&member, TIMES)), NAME)
}
