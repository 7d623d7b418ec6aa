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

/// Makes the engine trap when it takes over bytes while `when` holds: below its frames a module of a few bytes
/// runs into `unreachable`, as a panic of the engine would.
#[must_use]
pub fn trap(when: &str) -> String {
    format!(
        "{{
            const trap = new Uint8Array([
                0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 11,
            ]);
            let asked = '';
            addEventListener('message', (event) => {{ asked = /[a-z]+/.exec(event.data.body)?.[0]; }});
            const set = Uint8Array.prototype.set;
            let taken = 0;
            Uint8Array.prototype.set = function (bytes, at) {{
                taken += bytes.length;
                if ({when}) new WebAssembly.Instance(new WebAssembly.Module(trap));
                return set.call(this, bytes, at);
            }};
        }}"
    )
}
