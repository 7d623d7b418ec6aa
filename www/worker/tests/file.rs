//! A `File` as a source, in a real dedicated worker: slices, ends, and files that cannot be read.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crdb_triage::ingest::Source;
use crdb_triage_worker::WebFile;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::File;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn file(bytes: &[u8]) -> WebFile {
    let parts = Array::of1(&Uint8Array::from(bytes));
    WebFile::new(File::new_with_u8_array_sequence(&parts, "cockroach.log").unwrap())
}

#[wasm_bindgen_test]
async fn a_slice_is_read_and_the_file_is_not_read_whole() {
    let source = file(b"0123456789");
    assert_eq!(source.len(), 10);
    assert_eq!(source.read_at(3, 4, Vec::new()).await.unwrap(), b"3456");
}

#[wasm_bindgen_test]
async fn a_read_ends_where_the_file_ends() {
    let source = file(b"0123456789");
    assert_eq!(source.read_at(8, 100, Vec::new()).await.unwrap(), b"89");
    assert_eq!(source.read_at(10, 1, Vec::new()).await.unwrap(), b"");
    assert_eq!(source.read_at(u64::MAX, usize::MAX, Vec::new()).await.unwrap(), b"");
    assert!(file(b"").is_empty());
}

#[wasm_bindgen_test]
async fn the_buffer_is_reused_and_its_content_replaced() {
    let source = file(b"0123456789");
    let mut buffer = Vec::with_capacity(64);
    buffer.extend_from_slice(b"left from before");
    let memory = buffer.as_ptr();
    let buffer = source.read_at(0, 5, buffer).await.unwrap();
    assert_eq!((buffer.as_slice(), buffer.as_ptr()), (&b"01234"[..], memory));
}

#[wasm_bindgen_test]
async fn reads_run_ahead_of_the_one_that_is_awaited() {
    let source = file(b"0123456789");
    let (first, second) = (source.read_at(0, 5, Vec::new()), source.read_at(5, 5, Vec::new()));
    assert_eq!(second.await.unwrap(), b"56789");
    assert_eq!(first.await.unwrap(), b"01234");
}

#[wasm_bindgen_test]
async fn every_byte_comes_in_its_place_however_a_file_is_gone_through() {
    let bytes: Vec<u8> = (0..20_u32 << 20).map(|at| (at ^ at >> 8 ^ at >> 16) as u8).collect();
    for slice in [1 << 20, 700_001, 6 << 20] {
        let source = file(&bytes);
        let mut buffer = Vec::new();
        // To and fro in between: other reads must not disturb those that follow each other.
        for (at, expected) in bytes.chunks(slice).enumerate() {
            let at = (at * slice) as u64;
            buffer = source.read_at(at, slice, buffer).await.unwrap();
            assert!(buffer == expected, "{at} in slices of {slice}");
            if at.is_multiple_of(3) {
                let before = source.read_at(at / 2, 10, Vec::new()).await.unwrap();
                assert_eq!(before, bytes[at as usize / 2..][..10]);
            }
        }
        assert!(source.unchanged().await.is_ok());
    }
}

#[wasm_bindgen(inline_js = "export function broken(name) {
    const file = new File(['x'], 'gone.log');
    file.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', name)) });
    return file;
}")]
extern "C" {
    fn broken(name: &str) -> File;
}

#[wasm_bindgen_test]
async fn a_file_that_cannot_be_read_says_why_in_a_sentence() {
    for (name, sentence) in [
        ("NotFoundError", "moved or deleted"),
        ("NotReadableError", "it changed after it was chosen"),
        ("SecurityError", "refused"),
        ("OddError", "(OddError)"),
    ] {
        let error = WebFile::new(broken(name)).read_at(0, 1, Vec::new()).await.unwrap_err();
        assert!(error.0.contains(sentence) && error.0.ends_with('.'), "{error}");
        assert_eq!(WebFile::new(broken(name)).unchanged().await.unwrap_err(), error);
    }
}
