//! Scripts for workers that step in where the engine asks the browser for a slice of a file.

/// Runs `before` ahead of each read from a file; there `large` says how many whole slices were asked for so far. It
/// can wait and it can throw.
#[must_use]
pub fn before_each_read(before: &str) -> String {
    // Only the first read of a slice asks for all of it; the others ask for what is left.
    format!(
        "{{
            const reader = ReadableStreamBYOBReader.prototype;
            const read = reader.read;
            let large = 0;
            reader.read = async function (view) {{
                const first = view.byteLength === 1 << 20;
                large += first;
                {before}
                return read.call(this, view);
            }};
        }}"
    )
}

/// Lets a read wait until `go()`: the first of which `which` is true. [`HELD`] says that it waits.
#[must_use]
pub fn hold(which: &str) -> String {
    before_each_read(&format!(
        "if ({which} && !globalThis.go) await new Promise((go) => {{ globalThis.go = go; }});"
    ))
}

/// Whether a worker waits in [`hold`].
pub const HELD: &str = "globalThis.go !== undefined";
