//! A stretch of a `Blob` as a byte stream that fills one buffer again and again. `Blob.arrayBuffer` makes a new
//! buffer for each read; browsers collect those late, and of gigabytes so much is left that it outweighs the engine.

use std::cell::RefCell;

use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, ReadableStreamByobReader, ReadableStreamGetReaderOptions, ReadableStreamReaderMode,
};

thread_local! {
    /// The buffer of the last stream, for the next.
    static SPARE: RefCell<Option<ArrayBuffer>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    // As in web-sys, but for browsers that lack or refuse it.
    type Streaming;
    #[wasm_bindgen(method, catch)]
    fn stream(this: &Streaming) -> Result<Bytes, JsValue>;

    type Bytes;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(
        this: &Bytes,
        options: &ReadableStreamGetReaderOptions,
    ) -> Result<ReadableStreamByobReader, JsValue>;
}

/// A byte stream and the buffer that it fills.
#[derive(Debug)]
pub(crate) struct ByteStream {
    reader: ReadableStreamByobReader,
    /// Detached while the browser fills it.
    buffer: ArrayBuffer,
}

impl ByteStream {
    /// A stream of `blob`, or nothing if the blobs of this browser are no byte streams. `room` is the size of the
    /// buffer, and of the longest read.
    pub(crate) fn open(blob: &Blob, room: u32) -> Option<Self> {
        let options = ReadableStreamGetReaderOptions::new();
        options.set_mode(ReadableStreamReaderMode::Byob);
        let stream = blob.unchecked_ref::<Streaming>().stream().ok()?;
        let reader = stream.get_reader(&options).ok()?;
        let spare = SPARE.take().filter(|buffer| buffer.byte_length() >= room);
        Some(Self { reader, buffer: spare.unwrap_or_else(|| ArrayBuffer::new(room)) })
    }

    /// Asks for at most `len` bytes, at least one, once the last ones were taken. What is asked for may be dropped: a
    /// failure of which nobody hears is none that the browser would complain about.
    pub(crate) fn ask(&self, len: usize) -> JsFuture {
        let len = u32::try_from(len).unwrap_or(u32::MAX).min(self.buffer.byte_length());
        let view = Uint8Array::new_with_byte_offset_and_length(&self.buffer, 0, len);
        JsFuture::from(self.reader.read_with_array_buffer_view(&view))
    }

    /// Waits for what was asked for and fills the beginning of `bytes` with what came. Says how many bytes that
    /// is; none at the end of the stream.
    ///
    /// # Errors
    /// What the browser rejected the read with.
    pub(crate) async fn take(
        &mut self,
        asked: JsFuture,
        bytes: &mut [u8],
    ) -> Result<usize, JsValue> {
        let result = asked.await?;
        let view: Uint8Array = Reflect::get(&result, &"value".into())?.dyn_into()?;
        self.buffer = view.buffer();
        let len = view.length() as usize;
        view.copy_to(&mut bytes[..len]);
        Ok(len)
    }
}

impl Drop for ByteStream {
    /// Without a word the browser would keep what it read ahead until it collects the stream.
    fn drop(&mut self) {
        let cancelled = self.reader.cancel();
        spawn_local(async move {
            // A stream that failed says here once more why.
            let _ = JsFuture::from(cancelled).await;
        });
        SPARE.replace(Some(self.buffer.clone()));
    }
}
