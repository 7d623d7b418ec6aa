//! Bundles written down as text: `//- path` headers, then the file's lines.

/// One file of a bundle.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
}

/// Reads the text form. Lines before the first header are about the bundle and no part of it.
///
/// `@binary v24.3.9 n1 250422 06:00:00.000000` stands for the preamble that a debug zip shows at the top of a file.
pub(crate) fn parse(text: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push(File { path: path.trim().to_owned(), text: Vec::new() });
        } else if let Some(file) = files.last_mut() {
            match line.strip_prefix("@binary ") {
                Some(arguments) => file.text.extend(preamble(arguments).into_bytes()),
                None => file.text.extend(line.as_bytes()),
            }
        }
    }
    files
}

fn preamble(arguments: &str) -> String {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let [version, node, date, time] = words[..] else {
        panic!("@binary VERSION NODE DATE TIME: {arguments}")
    };
    let head = format!("I{date} {time} 1 util/log/file_sync_buffer.go:237 ⋮ [T1,config] ");
    format!(
        "{head} file created at: 2025/04/22 06:00:00\n{head} binary: CockroachDB CCL {version} (x86_64-pc-linux-gnu, built 2025/04/01 00:00:00, go1.22.8)\n{head} nodeID: {node}\n"
    )
}
