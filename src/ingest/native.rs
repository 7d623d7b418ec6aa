//! Files and folders of a computer as input.

use std::collections::HashSet;
use std::fs::{self, File};
use std::future::{Future, ready};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::model::{SortSmall, Unread, UnreadReason};

use super::{Input, ReadError, Source};

/// A file on disk. It is opened anew for each read, which costs little beside a slice of it: a folder can have
/// more files than a process may keep open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSource {
    path: PathBuf,
    len: u64,
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(
        &self,
        offset: u64,
        len: usize,
        mut buffer: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, ReadError>> {
        let read = read(&self.path, offset, len, &mut buffer);
        ready(read.map(|()| buffer).map_err(|error| ReadError(cannot("read", &error))))
    }
}

fn read(path: &Path, offset: u64, len: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
    let file = File::open(path)?;
    buffer.resize(len, 0);
    let mut filled = 0;
    while filled < len {
        match read_some(&file, offset + filled as u64, &mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(())
}

#[cfg(unix)]
fn read_some(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_some(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

fn cannot(what: &str, error: &io::Error) -> String {
    format!("The file could not be {what}: {error}.")
}

/// All files at `paths` and in the folders among them, hidden ones included, ordered by path; and what cannot be
/// opened. Files get the names that a browser gives them: within a folder its own name comes first.
///
/// Symbolic links are followed; no folder is entered twice, and a link to a file that is there as itself is left
/// out.
#[must_use]
pub fn collect<P: AsRef<Path>>(paths: &[P]) -> (Vec<Input<FileSource>>, Vec<Unread>) {
    let mut walk = Walk::default();
    for path in paths {
        walk.enter(path.as_ref(), &own_name(path.as_ref()));
    }
    walk.follow_links();
    walk.inputs.sort_small_by(|a, b| (&a.path, &a.source.path).cmp(&(&b.path, &b.source.path)));
    walk.unread.sort_small_by(|a, b| a.path.cmp(&b.path));
    (walk.inputs, walk.unread)
}

/// The name of what is at a path, also of `.` and `..`.
fn own_name(path: &Path) -> String {
    let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
    name(path)
        .or_else(|| fs::canonicalize(path).ok().and_then(|path| name(&path)))
        .unwrap_or_else(|| path.to_string_lossy().into_owned())
}

/// So many folders may lie in each other.
const DEPTH: usize = 4096;

/// The sentence about what could not be opened.
fn not_opened(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::InvalidFilename {
        return "Its path is longer than this system can open. Hand in the folder that holds it by itself.".to_owned();
    }
    cannot("opened", error)
}

#[derive(Default)]
struct Walk {
    inputs: Vec<Input<FileSource>>,
    unread: Vec<Unread>,
    /// Where it was already, without links.
    seen: HashSet<PathBuf>,
    /// Links that were met, with the names to give to what they lead to.
    links: Vec<(PathBuf, String)>,
}

/// Something that was found, without links in its path.
struct Found {
    real: PathBuf,
    about: io::Result<fs::Metadata>,
    name: String,
    /// How many folders lie above it, from what was handed in or what a link leads to.
    depth: usize,
}

impl Walk {
    /// Takes what is at `path`, or leads there, under `name`.
    fn enter(&mut self, path: &Path, name: &str) {
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) => return self.unread(name, not_opened(&error)),
        };
        let about = fs::metadata(&real);
        let mut waiting = vec![Found { real, about, name: name.to_owned(), depth: 0 }];
        while let Some(found) = waiting.pop() {
            let name = found.name.clone();
            if let Err(error) = self.take(found, &mut waiting) {
                self.unread(&name, not_opened(&error));
            }
        }
    }

    /// Takes a file. Of a folder, adds what is in it to `waiting`: the path of that is the folder's own and a name, so that
    /// none but links has to be resolved.
    fn take(&mut self, found: Found, waiting: &mut Vec<Found>) -> io::Result<()> {
        let Found { real, about, name, depth } = found;
        let about = about?;
        if !self.seen.insert(real.clone()) {
            return Ok(());
        }
        if about.is_file() {
            let source = FileSource { path: real, len: about.len() };
            self.inputs.push(Input { path: name, source });
        } else if !about.is_dir() {
            self.unread(&name, "It is no file but a device, pipe or socket.".to_owned());
        } else if depth == DEPTH {
            let detail = format!(
                "This folder lies in more than {DEPTH} others, and what is in it was not looked at. Hand it in by itself."
            );
            self.unread(&name, detail);
        } else {
            for entry in fs::read_dir(real)? {
                let entry = entry?;
                let name = format!("{name}/{}", entry.file_name().to_string_lossy());
                let real = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_symlink() => self.links.push((real, name)),
                    _ => {
                        let about = entry.metadata();
                        waiting.push(Found { real, about, name, depth: depth + 1 });
                    }
                }
            }
        }
        Ok(())
    }

    /// Follows links when everything else is known, and those that this leads to in turn.
    fn follow_links(&mut self) {
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort_small();
            for (path, name) in links {
                self.enter(&path, &name);
            }
        }
    }

    fn unread(&mut self, name: &str, detail: String) {
        self.unread.push(Unread {
            path: name.to_owned(),
            reason: UnreadReason::ReadFailed,
            detail,
        });
    }
}

/// The result of a future that never waits, which is what reading natively makes.
///
/// # Errors
/// It did wait: a source that is not native was used.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, ReadError> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => {
            Err(ReadError("A file was still being read when it was needed.".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder for one test, gone afterwards.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("crdb-triage-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    fn names(paths: &[PathBuf]) -> (Vec<String>, Vec<String>) {
        let (inputs, unread) = collect(paths);
        (
            inputs.into_iter().map(|input| input.path).collect(),
            unread.into_iter().map(|unread| unread.path).collect(),
        )
    }

    #[test]
    fn folders_give_names_as_a_browser_does() {
        let folder = Folder::new("names");
        folder.file("top/logs/b.log", "b");
        folder.file("top/.hidden", "h");
        let loose = folder.file("loose.log", "l");
        let (inputs, unread) =
            names(&[folder.0.join("top"), loose.clone(), loose, folder.0.join("gone")]);
        assert_eq!(inputs, ["loose.log", "top/.hidden", "top/logs/b.log"]);
        assert_eq!(unread, ["gone"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_files_once_and_never_round_in_circles() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new("links");
        let target = folder.file("top/cockroach.h.log", "t");
        let outside = folder.file("outside/old.log", "o");
        symlink(&target, folder.0.join("top/a-link-to-what-is-there.log")).unwrap();
        symlink(&outside, folder.0.join("top/old.log")).unwrap();
        symlink(folder.0.join("top"), folder.0.join("top/circle")).unwrap();
        symlink(folder.0.join("nowhere"), folder.0.join("top/dangling")).unwrap();
        let (inputs, unread) = names(&[folder.0.join("top")]);
        assert_eq!(inputs, ["top/cockroach.h.log", "top/old.log"]);
        assert_eq!(unread, ["top/dangling"]);
    }

    #[test]
    fn folders_lie_in_each_other_as_deep_as_the_system_allows() {
        // Elsewhere paths are shorter.
        const LEVELS: usize = if cfg!(target_os = "linux") { 1000 } else { 100 };
        let folder = Folder::new("deep");
        let top = folder.0.join("d");
        let deep = (1..LEVELS).fold(top.clone(), |path, _| path.join("d"));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("x.log"), "x").unwrap();
        let (inputs, unread) = names(&[top]);
        assert_eq!(inputs, [format!("{}x.log", "d/".repeat(LEVELS))]);
        assert!(unread.is_empty(), "{unread:?}");
    }

    /// A path as long as the system allows is met before the bound, so the bound is asked by itself.
    #[test]
    fn what_lies_too_deep_is_named() {
        let folder = Folder::new("too-deep");
        folder.file("x.log", "x");
        let found = Found {
            real: folder.0.clone(),
            about: fs::metadata(&folder.0),
            name: "deep".to_owned(),
            depth: DEPTH,
        };
        let (mut walk, mut waiting) = (Walk::default(), Vec::new());
        walk.take(found, &mut waiting).unwrap();
        assert!(waiting.is_empty() && walk.inputs.is_empty());
        assert!(walk.unread[0].detail.contains("more than 4096 others"));
        let error = io::Error::from(io::ErrorKind::InvalidFilename);
        assert!(not_opened(&error).contains("longer than this system"));
    }

    #[test]
    fn reads_are_exact_and_stop_at_the_end() {
        let folder = Folder::new("reads");
        let (inputs, _) = collect(&[folder.file("x", "0123456789")]);
        let source = &inputs[0].source;
        let read = |at, len| block_on(source.read_at(at, len, vec![9; 20])).unwrap().unwrap();
        assert_eq!(
            (source.len(), read(0, 3), read(8, 5), read(50, 5)),
            (10, b"012".to_vec(), b"89".to_vec(), vec![])
        );
        fs::remove_file(folder.0.join("x")).unwrap();
        assert!(block_on(source.read_at(0, 1, Vec::new())).unwrap().is_err());
    }

    #[test]
    fn a_future_that_waits_is_an_error() {
        assert!(block_on(std::future::pending::<()>()).is_err());
    }
}
