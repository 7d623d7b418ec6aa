//! How a value of the protocol crosses between page and worker: an object `{ body, files, buffers }`.
//!
//! ```text
//! page: Request ─ pack ─▶ postMessage(value, transfer) ─▶ worker: unpack ─▶ Request
//! worker: Event ─ pack ─▶ postMessage(value, transfer) ─▶ page: unpack ─▶ Event
//! ```
//!
//! `body` is a value of `crdb_triage::protocol` as the text of its JSON, so that no 64-bit number is rounded and neither
//! side needs another reader; `files` are handles, which the browser shares without reading them; `buffers` change their
//! owner and are not copied.

use std::fmt;

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// A protocol value and what cannot be a value.
#[derive(Clone, Debug)]
pub struct Message<T> {
    /// The value.
    pub body: T,
    /// Handles of files.
    pub files: Vec<File>,
    /// Bytes that change their owner.
    pub buffers: Vec<ArrayBuffer>,
}

/// A message in the form that `postMessage` takes.
#[derive(Debug)]
pub struct Packed {
    /// The object to post.
    pub value: JsValue,
    /// The buffers in it, to be transferred.
    pub transfer: Array,
}

/// A message that is none: page and worker are from different builds, or somebody else posted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page and worker do not understand each other: {}", self.0)
    }
}

impl std::error::Error for Malformed {}

impl<T> From<T> for Message<T> {
    fn from(body: T) -> Self {
        Self { body, files: Vec::new(), buffers: Vec::new() }
    }
}

impl<T: Serialize> Message<T> {
    /// The message as an object to post. Its buffers are no longer usable here once it is posted.
    ///
    /// # Errors
    /// The value has no form in JSON.
    pub fn pack(&self) -> Result<Packed, Malformed> {
        let body = serde_json::to_string(&self.body).map_err(|e| Malformed(e.to_string()))?;
        let transfer: Array = self.buffers.iter().collect();
        let value = Object::new();
        for (key, part) in [
            ("body", body.into()),
            ("files", self.files.iter().collect::<Array>().into()),
            ("buffers", transfer.clone().into()),
        ] {
            Reflect::set(&value, &key.into(), &part).map_err(|e| Malformed(format!("{e:?}")))?;
        }
        Ok(Packed { value: value.into(), transfer })
    }
}

impl<T: DeserializeOwned> Message<T> {
    /// The message that was posted as `value`.
    ///
    /// # Errors
    /// It is no message of this protocol.
    pub fn unpack(value: &JsValue) -> Result<Self, Malformed> {
        let part = |key: &str| {
            Reflect::get(value, &key.into()).map_err(|_| Malformed(format!("no `{key}`")))
        };
        let body = part("body")?.as_string().ok_or_else(|| Malformed("no `body`".to_owned()))?;
        Ok(Self {
            body: serde_json::from_slice(body.as_bytes()).map_err(|e| Malformed(e.to_string()))?,
            files: list(&part("files")?)?,
            buffers: list(&part("buffers")?)?,
        })
    }
}

/// The elements of a JavaScript array, each of the expected class.
fn list<C: JsCast>(value: &JsValue) -> Result<Vec<C>, Malformed> {
    let array: &Array = value.dyn_ref().ok_or_else(|| Malformed("a list is missing".to_owned()))?;
    array
        .iter()
        .map(|item| item.dyn_into().map_err(|_| Malformed("an item of another class".to_owned())))
        .collect()
}

/// A copy of `bytes` that JavaScript owns.
#[must_use]
pub fn buffer_of(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// A copy of `buffer` that this side owns.
#[must_use]
pub fn bytes_of(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}
