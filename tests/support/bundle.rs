//! Bundles written down as text: `//- path` headers, then the file's lines.

/// The engine's own reader of the text form, which examples of rules have too.
#[path = "../../src/triage/written.rs"]
mod written;

/// One file of a bundle.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
}

/// Reads the text form.
pub(crate) fn parse(text: &str) -> Vec<File> {
    let files = written::files(text);
    files.into_iter().map(|(path, text)| File { path, text }).collect()
}
