//! The row about literals in wasm: the engine's first pass on bytes in memory, in a worker of Chromium.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use crdb_triage_corpus::{Log, SEED};
use crdb_triage_e2e::Page;
use serde_json::Value;

use crate::figure::{Measured, Row, Target, median};
use crate::{Options, browser, progress};

/// Text that is gone over.
const WHOLE: usize = 64 << 20;
const SMALL: usize = 2 << 20;

const RATE: &str = "matching 64 literals in wasm, one worker, bytes in memory";
const TWO: &str = "the same against one newline pass and one memmem";

/// Starts the worker. The result comes in `benchLiterals`.
fn script(rounds: usize) -> String {
    format!(
        "(async () => {{
            const text = (path) => fetch(path).then((response) => response.text());
            const bytes = (path) => fetch(path).then((response) => response.arrayBuffer());
            const script = await text('probe.js') + '\\n' + await text('literals.js');
            const worker = new Worker(URL.createObjectURL(new Blob([script])));
            worker.onmessage = ({{ data }}) => {{ globalThis.benchLiterals = data; }};
            worker.onerror = (error) => {{ globalThis.benchLiterals = {{ error: error.message }}; }};
            const module = await WebAssembly.compile(await bytes('probe.wasm'));
            worker.postMessage({{ module, text: new Uint8Array(await bytes('text.log')), rounds: {rounds} }});
        }})().catch((error) => {{ globalThis.benchLiterals = {{ error: String(error) }}; }});"
    )
}

/// Both halves of the row.
pub(crate) async fn rows(options: &Options, bench: &Path) -> Vec<Row> {
    progress("64 literals in wasm");
    let measured = browser::measured(measure(options, bench)).await;
    let both = match measured {
        Ok((bytes, ways)) => [Ok(rate(bytes, &ways)), Ok(against(&ways))],
        Err(why) => [Err(why.again()), Err(why)],
    };
    let [rate, against] = both;
    vec![
        Row::new("literals_in_wasm", RATE, Target::AtLeast(1.5, "GB/s"), rate),
        Row::new("literals_against_two_passes", TWO, Target::AtMost(1.5, "×"), against),
    ]
}

/// Milliseconds of each round.
struct Ways {
    literals: Vec<f64>,
    newlines: Vec<f64>,
    one_literal: Vec<f64>,
    scan: Vec<f64>,
}

fn rate(bytes: f64, ways: &Ways) -> Measured {
    let rate = |times: &[f64]| times.iter().map(|ms| bytes / ms / 1e6).collect::<Vec<_>>();
    let literals = rate(&ways.literals);
    Measured {
        figure: median(&literals),
        samples: vec![("literals GB/s", literals), ("whole scan GB/s", rate(&ways.scan))],
    }
}

fn against(ways: &Ways) -> Measured {
    Measured {
        figure: median(&ways.literals) / (median(&ways.newlines) + median(&ways.one_literal)),
        samples: vec![
            ("literals ms", ways.literals.clone()),
            ("newlines ms", ways.newlines.clone()),
            ("memmem ms", ways.one_literal.clone()),
        ],
    }
}

async fn measure(options: &Options, bench: &Path) -> Result<(f64, Ways)> {
    let pages = browser::pages()?;
    let mut text = Vec::new();
    Log::new(SEED, 1).fill(&mut text, if options.small { SMALL } else { WHOLE });
    let file = bench.join("pages/text.log");
    fs::write(&file, &text)?;
    let page = Page::open(&pages.url()).await?;
    page.evaluate(&script(options.rounds)).await?;
    let found = browser::wait(&page, "return [globalThis.benchLiterals ?? null]").await?;
    fs::remove_file(file)?;
    let found = &found[0];
    ensure!(found["error"].is_null(), "in the browser: {}", found["error"]);
    ensure!(found["same"] == true, "the search found other lines than a plain one");
    let times = |way: &str| -> Result<Vec<f64>> {
        let times = found["ways"][way].as_array().context("no times")?;
        Ok(times.iter().filter_map(Value::as_f64).collect())
    };
    let ways = Ways {
        literals: times("literals")?,
        newlines: times("newlines")?,
        one_literal: times("one_literal")?,
        scan: times("scan")?,
    };
    Ok((found["bytes"].as_f64().context("no size")?, ways))
}
