//! Input of the page: chosen files, a chosen folder, or anything dropped.

use crdb_triage::model::{REPORT_HEAD, SortSmall, is_report};
use crdb_triage::report::{saved, visible};
use js_sys::{Array, ArrayBuffer, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, DataTransferItem, DomException, File, FileList, FileSystemDirectoryEntry,
    FileSystemDirectoryHandle, FileSystemEntry, FileSystemFileEntry, FileSystemFileHandle,
    FileSystemHandle, FileSystemHandleKind,
};

/// Files with their paths, and what could not be had, in sentences.
#[derive(Debug, Default)]
pub struct Taken {
    /// Handles; nothing of them is read here.
    pub files: Vec<(String, File)>,
    /// What could not be had.
    pub missed: Vec<String>,
}

/// Something that lay in a drop. All kinds are only reachable while the event is handled.
#[derive(Debug)]
pub enum Dropped {
    /// A folder of which the browser gives an entry.
    Entry(FileSystemEntry),
    /// A folder of which the browser promises a handle.
    Handle(Promise),
    /// A file.
    File(File),
}

/// A file or folder below what was dropped, in one of the two ways to get there.
enum Place {
    Entry(FileSystemEntry),
    /// Its path, which a handle does not know, and the handle.
    Handle(String, FileSystemHandle),
}

/// The files of an input element. A chosen folder gives every file its path below that folder.
#[must_use]
pub fn chosen(list: &FileList) -> Taken {
    let files = (0..list.length())
        .filter_map(|at| list.get(at))
        .map(|file| (path_of(&file), file))
        .collect();
    Taken { files, missed: Vec::new() }.ordered()
}

/// A file that the page itself carries.
#[must_use]
pub fn carried(name: &str, bytes: &[u8]) -> Taken {
    let parts = Array::of1(&Uint8Array::from(bytes));
    match File::new_with_u8_array_sequence(&parts, name) {
        Ok(file) => Taken { files: vec![(name.to_owned(), file)], missed: Vec::new() },
        Err(error) => Taken { files: Vec::new(), missed: vec![sentence(name, &error)] },
    }
}

/// What lies in a drop. To be called while the event is handled: afterwards the browser forgets it.
#[must_use]
pub fn dropped(data: &DataTransfer) -> Vec<Dropped> {
    let items = data.items();
    let mut found = Vec::new();
    for at in 0..items.length() {
        let Some(item) = items.get(at).filter(|item| item.kind() == "file") else { continue };
        let entry = item.webkit_get_as_entry().ok().flatten();
        let is_folder = entry.as_ref().is_some_and(FileSystemEntry::is_directory);
        // Not by its entry: Chromium opens none for a page from `file://`.
        let file = if is_folder { None } else { item.get_as_file().ok().flatten() };
        let handle = || handle_of(&item).filter(|_| is_folder).map(Dropped::Handle);
        found.extend(file.map(Dropped::File).or_else(handle).or_else(|| entry.map(Dropped::Entry)));
    }
    if found.is_empty() {
        let files = data.files();
        found.extend(
            files
                .iter()
                .flat_map(|list| (0..list.length()).filter_map(|at| list.get(at)))
                .map(Dropped::File),
        );
    }
    found
}

/// Every file in what was dropped, folders walked to the bottom.
pub async fn walk(found: Vec<Dropped>) -> Taken {
    let mut taken = Taken::default();
    let mut places = Vec::new();
    for item in found {
        match item {
            Dropped::File(file) => taken.files.push((path_of(&file), file)),
            Dropped::Entry(entry) => places.push(Place::Entry(entry)),
            Dropped::Handle(handle) => match JsFuture::from(handle).await {
                Ok(handle) => {
                    let handle: FileSystemHandle = handle.unchecked_into();
                    places.push(Place::Handle(handle.name(), handle));
                }
                Err(error) => taken.missed.push(sentence("A folder", &error)),
            },
        }
    }
    while let Some(place) = places.pop() {
        let path = place.path();
        let read = if place.is_folder() {
            place.inside().await.map(|inside| places.extend(inside))
        } else {
            place.file().await.map(|file| taken.files.push((path.clone(), file)))
        };
        if let Err(error) = read {
            taken.missed.push(sentence(&path, &error));
        }
    }
    taken.ordered()
}

impl Place {
    fn path(&self) -> String {
        match self {
            Self::Entry(entry) => entry.full_path().trim_start_matches('/').to_owned(),
            Self::Handle(path, _) => path.clone(),
        }
    }

    /// By what it says of itself, not by its class: that is all the specification promises.
    fn is_folder(&self) -> bool {
        match self {
            Self::Entry(entry) => entry.is_directory(),
            Self::Handle(_, handle) => handle.kind() == FileSystemHandleKind::Directory,
        }
    }

    /// What is in a folder.
    async fn inside(&self) -> Result<Vec<Self>, JsValue> {
        match self {
            Self::Entry(entry) => inside(entry.unchecked_ref()).await,
            Self::Handle(path, handle) => below(path, handle.unchecked_ref()).await,
        }
    }

    /// The file that it is.
    async fn file(&self) -> Result<File, JsValue> {
        let file = match self {
            Self::Entry(entry) => promise(&|resolve, reject| {
                let entry: &FileSystemFileEntry = entry.unchecked_ref();
                entry.file_with_callback_and_callback(resolve, reject);
                Ok(())
            }),
            Self::Handle(_, handle) => {
                JsFuture::from(handle.unchecked_ref::<FileSystemFileHandle>().get_file())
            }
        };
        file.await.map(JsCast::unchecked_into)
    }
}

/// The bytes of a saved report if `file` is one by its content, or why they cannot be had; nothing if it is something
/// else, or cannot be read at all: whoever reads it as a log says that.
pub async fn saved_report(file: &File) -> Option<Result<Vec<u8>, String>> {
    let head = bytes(file, REPORT_HEAD as u64).await.ok()?;
    if !is_report(&head) {
        return None;
    }
    if file.size() as u64 > saved::LARGEST {
        return Some(Err("This report is too large to be shown again: over 64 MiB.".to_owned()));
    }
    let read = bytes(file, saved::LARGEST).await;
    Some(read.map_err(|_| "This report could not be read from the disk.".to_owned()))
}

/// The first bytes of a file.
async fn bytes(file: &File, most: u64) -> Result<Vec<u8>, JsValue> {
    let slice = file.slice_with_f64_and_f64(0.0, file.size().min(most as f64))?;
    let buffer: ArrayBuffer = JsFuture::from(slice.array_buffer()).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

impl Taken {
    /// By path: the same folder gives the same report however it came in.
    fn ordered(mut self) -> Self {
        self.files.sort_small_by(|a, b| a.0.cmp(&b.0));
        self
    }
}

/// All entries of a folder. `readEntries` gives at most 100 at a time and is asked until it gives none.
async fn inside(folder: &FileSystemDirectoryEntry) -> Result<Vec<Place>, JsValue> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let batch = promise(&|resolve, reject| {
            reader.read_entries_with_callback_and_callback(resolve, reject)
        });
        let batch: Array = batch.await?.unchecked_into();
        if batch.length() == 0 {
            return Ok(entries);
        }
        entries.extend(batch.iter().map(|entry| Place::Entry(entry.unchecked_into())));
    }
}

/// A handle of what was dropped, for a page from `file://` where there are handles: Chromium gives it entries of folders
/// and opens none of them.
fn handle_of(item: &DataTransferItem) -> Option<Promise> {
    if web_sys::window()?.location().protocol().ok()? != "file:" {
        return None;
    }
    let method = Reflect::get(item, &"getAsFileSystemHandle".into()).ok()?;
    method.dyn_into::<Function>().ok()?.call0(item).ok()?.dyn_into().ok()
}

/// All handles in the folder at `path`.
async fn below(path: &str, folder: &FileSystemDirectoryHandle) -> Result<Vec<Place>, JsValue> {
    let each = folder.values();
    let mut found = Vec::new();
    loop {
        let next = JsFuture::from(each.next()?).await?;
        if Reflect::get(&next, &"done".into())?.is_truthy() {
            return Ok(found);
        }
        let handle: FileSystemHandle = Reflect::get(&next, &"value".into())?.unchecked_into();
        found.push(Place::Handle(format!("{path}/{}", handle.name()), handle));
    }
}

/// An interface with two callbacks as a future.
fn promise(ask: &dyn Fn(&Function, &Function) -> Result<(), JsValue>) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        if let Err(error) = ask(&resolve, &reject) {
            reject.call1(&JsValue::NULL, &error).ok();
        }
    }))
}

/// The path below a chosen folder, or the name. (Not in `web-sys`: it is no part of a finished standard.)
fn path_of(file: &File) -> String {
    Reflect::get(file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| file.name())
}

fn sentence(path: &str, error: &JsValue) -> String {
    let path = visible::line(path);
    match error.dyn_ref::<DomException>() {
        Some(error) => format!("{path} could not be opened ({}).", error.name()),
        None => format!("{path} could not be opened."),
    }
}
