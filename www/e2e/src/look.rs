//! How the page looks: sizes, light and dark, pictures.

use std::{fs, path::PathBuf};

use anyhow::Result;
use serde_json::json;

use crate::{
    engine::Engine,
    page::{POLL, Page},
    site::target,
};

/// What the user's system prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

const HEIGHT: u64 = 800;

/// No picture is higher: it is for people to look at.
const MAX_HEIGHT: u64 = 8000;

impl Page {
    /// Makes the window `width` wide (390 is a telephone, 1280 a laptop) and sets the preferred scheme. Other engines than
    /// Chromium learn that scheme when they start.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn look(&self, width: u64, scheme: Scheme) -> Result<()> {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        if self.engine() != Engine::Chromium {
            return self.resize(width, HEIGHT).await;
        }
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        self.resize(width, HEIGHT).await
    }

    /// A picture of the whole page in `target/e2e/<name>.png`.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        if self.engine() != Engine::Chromium {
            return self.picture(name).await;
        }
        let size = self
            .evaluate("return [innerWidth, innerHeight, document.documentElement.scrollHeight]")
            .await?;
        let [width, height, whole] = serde_json::from_value(size)?;
        self.resize(width, whole.clamp(height, MAX_HEIGHT)).await?;
        let file = self.picture(name).await?;
        self.resize(width, height).await?;
        Ok(file)
    }

    /// A picture of what is in the window.
    async fn picture(&self, name: &str) -> Result<PathBuf> {
        let file = target().join("e2e").join(format!("{name}.png"));
        fs::write(&file, self.web().screenshot_as_png().await?)?;
        Ok(file)
    }

    /// Whether something is wider than the window.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn scrolls_sideways(&self) -> Result<bool> {
        let script =
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        Ok(self.evaluate(script).await? == true)
    }

    async fn resize(&self, width: u64, height: u64) -> Result<()> {
        if self.engine() != Engine::Chromium {
            return self.resize_window(width, height).await;
        }
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(())
    }

    /// Makes the window so large that this much of it is the page.
    async fn resize_window(&self, width: u64, height: u64) -> Result<()> {
        let inner = "return [innerWidth, innerHeight]";
        let (mut wide, mut high) = (width, height);
        // What is around the page is known when the window has a size.
        for _ in 0..2 {
            self.web().set_window_rect(0, 0, u32::try_from(wide)?, u32::try_from(high)?).await?;
            tokio::time::sleep(POLL).await;
            let [is_wide, is_high]: [u64; 2] = serde_json::from_value(self.evaluate(inner).await?)?;
            wide = (wide + width).saturating_sub(is_wide);
            high = (high + height).saturating_sub(is_high);
        }
        Ok(())
    }
}
