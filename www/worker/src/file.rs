//! A `File` of the browser as a source of bytes.

use std::cell::{Cell, RefCell};
use std::future::Future;

use crdb_triage::ingest::{ReadError, Source};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::feed::Feed;
use crate::stream::ByteStream;

/// How much one stream covers when a file is read on and on; slices should divide it. With each new stream the
/// browser looks whether the file changed, which takes it as long as reading some megabytes.
const AHEAD: u64 = 256 << 20;

/// A file that a person handed in. It is read in slices and never as a whole.
#[derive(Debug)]
pub struct WebFile {
    file: File,
    len: u64,
    last: RefCell<Option<Last>>,
    /// Who reads where this worker may not, and which file of the input that is to them.
    feed: Option<(Feed, u32)>,
    /// It may not.
    fed: Cell<bool>,
}

/// Where the last read ends, and its stream if that has more to give.
#[derive(Debug)]
struct Last {
    at: u64,
    stretch: Option<Stretch>,
}

/// A stream, and where in the file it ends.
#[derive(Debug)]
struct Stretch {
    stream: ByteStream,
    end: u64,
}

/// What the browser was asked for.
enum Asked {
    Stretch(Stretch, JsFuture),
    /// A buffer of its own, where blobs are no byte streams (WebKit), or from the page.
    Buffer(JsFuture),
}

impl WebFile {
    /// A file as the browser gave it. Its size is asked for once: JavaScript tells it as a float, which is
    /// exact up to 8 PiB.
    #[must_use]
    pub fn new(file: File) -> Self {
        let len = file.size() as u64;
        Self { file, len, last: RefCell::default(), feed: None, fed: Cell::default() }
    }

    /// The same, read by `feed` as its file `number` where the browser refuses to read it here.
    #[must_use]
    pub fn with_feed(self, feed: Feed, number: u32) -> Self {
        Self { feed: Some((feed, number)), ..self }
    }

    /// Whether to turn to the page after a read was refused: in WebKit, whose blobs are no byte streams, a page from
    /// `file://` may read and its workers may not. A file that nobody can read is refused to the page too.
    fn may_turn_to_the_page(&self, error: &JsValue) -> bool {
        self.feed.is_some() && !self.fed.get() && name_of(error) == "NotReadableError"
    }

    /// Reads a few bytes into a buffer of their own.
    fn buffer(&self, from: u64, to: u64) -> Result<JsFuture, JsValue> {
        Ok(match &self.feed {
            Some((feed, number)) if self.fed.get() => feed.ask(*number, from, to),
            _ => JsFuture::from(self.slice(from, to)?.array_buffer()),
        })
    }

    fn slice(&self, from: u64, to: u64) -> Result<Blob, JsValue> {
        self.file.slice_with_f64_and_f64(from as f64, to as f64)
    }

    /// Begins to read `from..to`, which is not empty. Who reads on where the last read ended is expected to go on.
    fn ask(&self, from: u64, to: u64) -> Result<Asked, JsValue> {
        if self.fed.get() {
            return Ok(Asked::Buffer(self.buffer(from, to)?));
        }
        let last =
            self.last.replace(Some(Last { at: to, stretch: None })).filter(|last| last.at == from);
        let len = (to - from) as usize;
        let ahead = if last.is_some() { AHEAD } else { 0 };
        if let Some(stretch) =
            last.and_then(|last| last.stretch).filter(|stretch| to <= stretch.end)
        {
            let asked = stretch.stream.ask(len);
            return Ok(Asked::Stretch(stretch, asked));
        }
        let end = self.len.min(from.saturating_add(ahead)).max(to);
        let room = u32::try_from(len).unwrap_or(u32::MAX);
        if let Some(stream) = ByteStream::open(&self.slice(from, end)?, room) {
            let asked = stream.ask(len);
            return Ok(Asked::Stretch(Stretch { stream, end }, asked));
        }
        Ok(Asked::Buffer(self.buffer(from, to)?))
    }

    /// Fills `bytes`, which end at `to`, with what was asked for. Says how many came; fewer only at the end.
    async fn fill(&self, asked: Asked, bytes: &mut [u8], to: u64) -> Result<usize, JsValue> {
        let (mut stretch, mut asked) = match asked {
            Asked::Stretch(stretch, asked) => (stretch, asked),
            Asked::Buffer(asked) => {
                let read: ArrayBuffer = asked.await?.dyn_into()?;
                let read = Uint8Array::new(&read);
                let len = read.length() as usize;
                read.copy_to(&mut bytes[..len]);
                return Ok(len);
            }
        };
        let mut filled = 0;
        loop {
            match stretch.stream.take(asked, &mut bytes[filled..]).await? {
                0 => return Ok(filled),
                came => filled += came,
            }
            if filled == bytes.len() {
                break;
            }
            asked = stretch.stream.ask(bytes.len() - filled);
        }
        // Unless another read began meanwhile.
        if let Some(last) =
            self.last.borrow_mut().as_mut().filter(|last| last.at == to && to < stretch.end)
        {
            last.stretch = Some(stretch);
        }
        Ok(filled)
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
        mut buffer: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, ReadError>> {
        let from = offset.min(self.len);
        let to = from.saturating_add(len as u64).min(self.len);
        // Asked here and not inside the future: the browser reads while the engine still works on the slice before.
        let asked = (from < to).then(|| self.ask(from, to));
        async move {
            // Only what the buffer grows by is filled twice.
            buffer.resize((to - from) as usize, 0);
            if let Some(asked) = asked {
                let asked = asked.map_err(|e| read_error(&e))?;
                let streamed = matches!(asked, Asked::Stretch(..));
                let mut filled = self.fill(asked, &mut buffer, to).await;
                if let Err(error) = &filled
                    && !streamed
                    && self.may_turn_to_the_page(error)
                {
                    self.fed.set(true);
                    let asked = self.ask(from, to).map_err(|e| read_error(&e))?;
                    filled = self.fill(asked, &mut buffer, to).await;
                }
                match filled {
                    Ok(filled) => buffer.truncate(filled),
                    Err(error) => {
                        return Err(self
                            .unchanged()
                            .await
                            .err()
                            .unwrap_or_else(|| read_error(&error)));
                    }
                }
            }
            Ok(buffer)
        }
    }

    /// The browser looks only when it begins to read, and a stream that fails does not tell why; so one byte is read
    /// anew.
    async fn unchanged(&self) -> Result<(), ReadError> {
        if self.len == 0 {
            return Ok(());
        }
        let last = self.buffer(self.len - 1, self.len).map_err(|e| read_error(&e))?;
        last.await.map_err(|e| read_error(&e))?;
        Ok(())
    }
}

/// What a rejected read means to the person who handed the file in.
fn read_error(error: &JsValue) -> ReadError {
    ReadError(match name_of(error).as_str() {
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

fn name_of(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map(|e| String::from(e.name())).unwrap_or_default()
}
