//! From the path of a request to a file of the folder, and never to one outside it.

use std::path::{Path, PathBuf};

/// The file that `path` (relative, still percent-encoded) means below `root`, which must be canonical.
pub(crate) fn file(root: &Path, path: &str) -> Option<PathBuf> {
    let mut found = root.to_owned();
    let folder = path.is_empty() || path.ends_with('/');
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let name = decode(segment)?;
        let hostile = name.starts_with('.') || name.contains(['/', '\\', ':', '\0']);
        if hostile {
            return None;
        }
        found.push(name);
    }
    if folder {
        found.push("index.html");
    }
    // Resolves symbolic links too: what they point to must be inside as well.
    let found = found.canonicalize().ok()?;
    (found.is_file() && found.starts_with(root)).then_some(found)
}

fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail.get(2..)?;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

/// What to call the content of `file`. Browsers compile wasm while it loads only under its own name.
pub(crate) fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
