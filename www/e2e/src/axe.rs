//! Accessibility, as far as a program can judge it: axe-core, loaded into the page by the browser's driver.

use std::{env, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{page::Page, site::target};

/// Something that keeps people from using the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// axe-core's name of the rule.
    pub rule: String,
    /// What is wrong.
    pub help: String,
    /// The elements, as selectors.
    pub elements: Vec<String>,
}

const RUN: &str = "const done = arguments[arguments.length - 1]; \
                   axe.run().then((result) => done(result.violations), (error) => done(String(error)));";

impl Page {
    /// What axe-core finds, or `None` where it could not be installed: `cargo xtask test` names that as skipped.
    ///
    /// # Errors
    /// When axe-core is missing for another reason or does not run.
    pub async fn axe_violations(&self) -> Result<Option<Vec<Violation>>> {
        if env::var_os("CRDB_TRIAGE_WITHOUT_AXE").is_some() {
            return Ok(None);
        }
        let file = target().join("tools/node_modules/axe-core/axe.min.js");
        let source =
            fs::read_to_string(file).context("axe-core is missing: run `cargo xtask setup`")?;
        self.evaluate(&source).await?;
        let found = self.web().execute_async(RUN, Vec::new()).await?.json().clone();
        let found = found.as_array().with_context(|| format!("axe-core failed: {found}"))?;
        Ok(Some(found.iter().map(violation).collect()))
    }
}

fn violation(found: &Value) -> Violation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = found["nodes"].as_array().into_iter().flatten();
    Violation {
        rule: text(&found["id"]),
        help: text(&found["help"]),
        elements: nodes.map(|node| node["target"].to_string()).collect(),
    }
}
