//! Accessibility, as far as a program can judge it: axe-core, loaded into the page by the browser's driver.

use std::{env, fs};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    look::Scheme,
    page::{NARROW, Page},
    site::target,
};

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
    /// The page fits a telephone and a laptop and is accessible, in light and dark. Pictures are called after `name`.
    ///
    /// # Errors
    /// When something is wider than the window, or axe-core finds something.
    pub async fn fits_and_is_accessible(&self, name: &str) -> Result<()> {
        for (scheme, word) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
            for width in [NARROW, 1280] {
                self.look(width, scheme).await?;
                let name = format!("{name}-{word}-{width}");
                self.screenshot(&name).await?;
                self.is_accessible_as_it_is(&name).await?;
            }
        }
        Ok(())
    }

    /// The same at the width and in the colours of the moment.
    ///
    /// # Errors
    /// The same.
    pub async fn is_accessible_as_it_is(&self, name: &str) -> Result<()> {
        ensure!(!self.scrolls_sideways().await?, "{name}: it scrolls sideways");
        let violations = self.axe_violations().await?.unwrap_or_default();
        ensure!(violations.is_empty(), "{name}: {violations:#?}");
        Ok(())
    }

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
