//! The search for literals against a slow one, as it is built for browsers.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "../../../tests/support/literals.rs"]
mod literals;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn it_finds_what_a_slow_search_finds() {
    let mut state = 1_u64;
    let mut byte = || {
        // Any sequence will do that is the same each time.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    for _ in 0..1000 {
        let length = byte();
        let bytes: Vec<u8> = (0..length).map(|_| byte()).collect();
        literals::check(&bytes);
    }
}
