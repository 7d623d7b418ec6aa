//! Turns each `advisory.toml` into JSON, which the program reads anyway: so it needs no reader of TOML, and a browser
//! does not have to fetch one.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "engine")]
    advisories()?;
    Ok(())
}

#[cfg(feature = "engine")]
fn advisories() -> Result<(), Box<dyn Error>> {
    use std::io::Write;
    use std::path::Path;
    use std::{env, fs, io};

    // The modules that are called `a` and a number.
    let modules = Path::new("src/advisories");
    let list = modules.join("mod.rs");
    let text = fs::read_to_string(&list)?;
    let names = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let advisories = names.filter(|name| {
        name.strip_prefix('a').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    });

    // Cargo listens on standard output.
    let mut cargo = io::stdout();
    writeln!(cargo, "cargo::rerun-if-changed={}", list.display())?;
    let out = env::var("OUT_DIR")?;
    for name in advisories {
        let file = modules.join(name).join("advisory.toml");
        writeln!(cargo, "cargo::rerun-if-changed={}", file.display())?;
        let in_file = |error: &dyn Error| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| in_file(&error))?;
        let content: serde_json::Value = toml::from_str(&text).map_err(|error| in_file(&error))?;
        fs::write(Path::new(&out).join(format!("{name}.json")), content.to_string())?;
    }
    Ok(())
}
