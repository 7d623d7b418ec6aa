//! The search for literals against a slow one; `www/worker/tests/prefilter.rs` is the same in a browser.

use crdb_triage::advisories::detectors;
use crdb_triage::facts;
use crdb_triage::scan::Prefilter;
use proptest::prelude::*;

use crate::support::literals;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn it_finds_what_a_slow_search_finds(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        literals::check(&bytes);
    }
}

#[test]
fn what_the_advisories_look_for_is_looked_for_fast() {
    let ours = detectors().into_iter().flat_map(|detector| detector.signatures);
    let signatures: Vec<_> = facts::SIGNATURES.iter().chain(ours).collect();
    for signature in &signatures {
        assert!(
            signature.literal.len() >= 7,
            "{} is too short for the fast search",
            signature.name
        );
    }
    let literals: Vec<_> =
        signatures.iter().map(|signature| signature.literal.as_bytes()).collect();
    assert!(literals.len() > 15 && Prefilter::new(&literals).is_fast());
}
