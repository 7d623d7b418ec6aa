//! What lies behind the page: its workers, and the page itself while another tab is in front of it.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::page::{PATIENCE, POLL, Page};

impl Page {
    /// How many workers live.
    ///
    /// # Errors
    /// It is not Chromium; so for all functions of this file.
    pub fn workers(&self) -> Result<usize> {
        Ok(self.protocol()?.workers())
    }

    /// Waits until so many workers live.
    ///
    /// # Errors
    /// When there are still more or fewer after a while.
    pub async fn wait_for_workers(&self, number: usize) -> Result<()> {
        let begin = std::time::Instant::now();
        while self.workers()? != number {
            ensure!(begin.elapsed() < PATIENCE, "{} workers live, not {number}", self.workers()?);
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Runs a script in each worker that starts from now on, before its own first line.
    ///
    /// # Errors
    /// It is not Chromium.
    pub fn before_workers(&self, script: &str) -> Result<()> {
        self.protocol()?.before_workers(script);
        Ok(())
    }

    /// The value of an expression in each worker that lives.
    ///
    /// # Errors
    /// When it throws.
    pub fn in_workers(&self, script: &str) -> Result<Vec<Value>> {
        self.protocol()?.evaluate_in_workers(script)
    }

    /// Asks all workers again and again until the value of an expression is true in one of them.
    ///
    /// # Errors
    /// When it throws, or when that takes too long.
    pub async fn wait_in_workers(&self, script: &str) -> Result<()> {
        let begin = std::time::Instant::now();
        while !self.in_workers(script)?.contains(&Value::Bool(true)) {
            ensure!(begin.elapsed() < PATIENCE, "{script} is true in no worker");
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Waits until an expression is true in the page, also while another tab is in front.
    ///
    /// # Errors
    /// When it throws, or when that takes too long.
    pub async fn wait_unseen(&self, script: &str) -> Result<()> {
        let begin = std::time::Instant::now();
        while self.protocol()?.evaluate_in_page(script)? != true {
            ensure!(begin.elapsed() < PATIENCE, "{script} is not true");
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Lets the browser freeze the page and its workers, or go on with them, as it does with tabs in the background.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub fn freeze(&self, frozen: bool) -> Result<()> {
        let state = json!({ "state": if frozen { "frozen" } else { "active" } });
        self.protocol()?.command_page("Page.setWebLifecycleState", state).map(drop)
    }
}
