//! What must hold for any bytes, for those that the fuzz targets begin with and those that they found. It runs with
//! the stable toolchain; CONTRIBUTING.md says how to look for more.

use std::fs;
use std::path::Path;

use crate::support::fuzz;

#[test]
fn every_seed_of_every_target_holds() {
    for (name, check) in fuzz::TARGETS {
        let folder = Path::new("fuzz/seeds").join(name);
        let mut seeds: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|seed| seed.unwrap().path()).collect();
        seeds.sort();
        assert!(seeds.len() > 2, "{} has no seeds", folder.display());
        for seed in seeds {
            let bytes = fs::read(&seed).unwrap();
            let held = std::panic::catch_unwind(|| check(&bytes));
            assert!(held.is_ok(), "does not hold for {}", seed.display());
        }
    }
}

#[test]
fn every_target_can_be_run() {
    let manifest = fs::read_to_string("fuzz/Cargo.toml").unwrap();
    for (name, _) in fuzz::TARGETS {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
        let target = fs::read_to_string(format!("fuzz/targets/{name}.rs")).unwrap();
        assert!(target.contains(&format!("fuzz::{name}(")), "fuzz/targets/{name}.rs");
    }
}
