//! A `File` of the browser as a source of bytes.

use std::future::Future;

use crdb_triage::ingest::{ReadError, Source};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// A file that a person handed in. It is read in slices and never as a whole.
#[derive(Debug)]
pub struct WebFile {
    file: File,
    len: u64,
}

impl WebFile {
    /// A file as the browser gave it. Its size is asked for once: JavaScript tells it as a float, which is
    /// exact up to 8 PiB.
    #[must_use]
    pub fn new(file: File) -> Self {
        let len = file.size() as u64;
        Self { file, len }
    }
}

impl Source for WebFile {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(
        &self,
        offset: u64,
        len: usize,
        buffer: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, ReadError>> {
        let from = offset.min(self.len);
        let to = from.saturating_add(len as u64).min(self.len);
        // The promise is made here and not inside the future: the browser reads while the engine still works
        // on the slice before.
        let started = self
            .file
            .slice_with_f64_and_f64(from as f64, to as f64)
            .map(|slice| slice.array_buffer());
        async move {
            let read = JsFuture::from(started.map_err(|e| read_error(&e))?);
            let bytes = read.await.map_err(|e| read_error(&e))?;
            let bytes: ArrayBuffer = bytes.dyn_into().map_err(|e| read_error(&e))?;
            Ok(copy_into(&Uint8Array::new(&bytes), buffer))
        }
    }
}

/// Replaces the content of `buffer`. Only what it grows by is filled twice.
fn copy_into(bytes: &Uint8Array, mut buffer: Vec<u8>) -> Vec<u8> {
    buffer.resize(bytes.length() as usize, 0);
    bytes.copy_to(&mut buffer);
    buffer
}

/// What a rejected read means to the person who handed the file in.
fn read_error(error: &JsValue) -> ReadError {
    let name = error.dyn_ref::<js_sys::Error>().map(|e| String::from(e.name())).unwrap_or_default();
    ReadError(match name.as_str() {
        "NotFoundError" => "The file was moved or deleted after it was chosen.".to_owned(),
        "NotReadableError" => {
            "The browser could not read the file: it changed after it was chosen, or it may not be read."
                .to_owned()
        }
        "SecurityError" => "The browser refused to read the file.".to_owned(),
        "" => "The browser could not read the file.".to_owned(),
        other => format!("The browser could not read the file ({other})."),
    })
}
