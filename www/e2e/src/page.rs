//! The page, in the words of a person in front of it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::{By, Key, WebDriver, WebElement};

use crate::{bundle, devtools::Devtools, driver::Driver, engine::Engine, look::Scheme};

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// How many drivers are asked for a browser before a test gives up.
const ATTEMPTS: usize = 3;

/// Width of a telephone.
pub(crate) const NARROW: u64 = 390;

/// Collects what goes wrong in a page, where no driver tells what stands in the console.
const COMPLAINTS: &str = "globalThis.complaints = [];
    const say = (what) => complaints.push(`SEVERE: ${what}`);
    addEventListener('error', (event) => say(event.message));
    addEventListener('unhandledrejection', (event) => say(event.reason));
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        say(`${violatedDirective} ${blockedURI}`));";

/// A browser with the page in it, of its own for each test. It ends with this value.
#[derive(Debug)]
pub struct Page {
    web: WebDriver,
    driver: Driver,
    devtools: Option<Devtools>,
}

impl Drop for Page {
    fn drop(&mut self) {
        // thirtyfour would end the session by itself, but waits for the runtime that waits for it.
        // The driver ends it; being told twice to forget it is no fault.
        drop(self.web.clone().leak());
    }
}

impl Page {
    /// Starts a browser and opens `url` in it.
    ///
    /// # Errors
    /// When there is no browser or it cannot open the page.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, &[]).await
    }

    /// The same in a browser with further flags on its command line.
    ///
    /// # Errors
    /// As for [`Page::open`].
    pub async fn open_with(url: &str, flags: &[&str]) -> Result<Self> {
        Self::start(Engine::Chromium, Scheme::Light, url, flags).await
    }

    /// The same in any engine, for a user who prefers `scheme`.
    ///
    /// # Errors
    /// As for [`Page::open`].
    pub async fn open_in(engine: Engine, scheme: Scheme, url: &str) -> Result<Self> {
        Self::start(engine, scheme, url, &[]).await
    }

    /// The same as [`Page::open_in`], as wide as a telephone.
    ///
    /// # Errors
    /// As for [`Page::open`].
    pub async fn open_narrow(engine: Engine, scheme: Scheme, url: &str) -> Result<Self> {
        if engine == Engine::Chromium {
            let page = Self::open_in(engine, scheme, url).await?;
            page.look(NARROW, scheme).await?;
            return Ok(page);
        }
        // The windows of the others do not become so narrow; a frame in them does. What is around it is a page of the
        // same host, without a policy.
        let page = Self::open_in(engine, scheme, &format!("{url}nothing")).await?;
        let frame = "const frame = document.createElement('iframe');
            Object.assign(frame.style, { border: 0, width: `${arguments[1]}px`, height: '600px' });
            frame.src = arguments[0];
            document.body.replaceChildren(frame);";
        page.web.execute(frame, vec![url.into(), NARROW.into()]).await?;
        page.web.enter_frame(0).await?;
        page.evaluate(COMPLAINTS).await?;
        Ok(page)
    }

    async fn start(engine: Engine, scheme: Scheme, url: &str, flags: &[&str]) -> Result<Self> {
        let (driver, web) = Self::start_browser(engine, scheme, flags).await?;
        let devtools = driver.devtools().context("no DevTools")?;
        let page = Self { web, driver, devtools };
        page.web.goto(url).await.with_context(|| format!("cannot open {url}"))?;
        if page.devtools.is_none() {
            page.evaluate(COMPLAINTS).await?;
        }
        Ok(page)
    }

    /// Starts a driver and a browser. A driver may close the connection before it has started a browser, once in some
    /// hundred times on a busy machine; that says nothing about the page, so another driver is started.
    async fn start_browser(
        engine: Engine,
        scheme: Scheme,
        flags: &[&str],
    ) -> Result<(Driver, WebDriver)> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut driver = Driver::start(engine, scheme)?;
            let wishes = driver.capabilities(flags)?;
            match WebDriver::new(driver.url(), wishes).await {
                Ok(web) => {
                    driver.owns(web.session_id().to_string());
                    return Ok((driver, web));
                }
                Err(error) if attempts == ATTEMPTS => return Err(error).context("no session"),
                Err(_) => {}
            }
        }
    }

    /// The engine that it runs in.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.driver.engine()
    }

    /// Chromium's own protocol.
    ///
    /// # Errors
    /// It is another engine.
    pub(crate) fn protocol(&self) -> Result<&Devtools> {
        self.devtools.as_ref().context("only Chromium speaks this protocol")
    }

    /// The browser itself, for what no function here does.
    #[must_use]
    pub const fn web(&self) -> &WebDriver {
        &self.web
    }

    /// The process of the driver; those of the browser come from it.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.driver.process()
    }

    /// Waits until `<html data-state>` is `state`.
    ///
    /// # Errors
    /// When it does not get there in time: with what the browser had to say, and a picture.
    pub async fn wait_for_state(&self, state: &str) -> Result<()> {
        let begin = Instant::now();
        loop {
            let now = self.evaluate("return document.documentElement.dataset.state").await?;
            if now == state {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                let picture = self.screenshot(&format!("stuck-before-{state}")).await?;
                let said = self.console().await?.join("\n  ");
                bail!("the state is {now}, not {state} (see {})\n  {said}", picture.display());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Runs the body of a JavaScript function in the page and returns its value.
    ///
    /// # Errors
    /// When it throws.
    pub async fn evaluate(&self, script: &str) -> Result<Value> {
        Ok(self.web.execute(script, Vec::new()).await?.json().clone())
    }

    /// Runs a script again and again until `enough` says yes to its value.
    ///
    /// # Errors
    /// When it throws, or when that takes too long.
    pub async fn eventually(&self, script: &str, enough: impl Fn(&Value) -> bool) -> Result<Value> {
        let begin = Instant::now();
        loop {
            let value = self.evaluate(script).await?;
            if enough(&value) {
                return Ok(value);
            }
            ensure!(begin.elapsed() < PATIENCE, "{script} is still {value}");
            tokio::time::sleep(POLL).await;
        }
    }

    /// Presses Tab until the element with this `data-testid` has the focus.
    ///
    /// # Errors
    /// When the keyboard does not reach it.
    pub async fn tab_to(&self, test_id: &str) -> Result<()> {
        let focused = "return document.activeElement?.dataset?.testid ?? ''";
        for _ in 0..200 {
            self.web.action_chain().send_keys(Key::Tab + "").perform().await?;
            if self.evaluate(focused).await? == test_id {
                return Ok(());
            }
        }
        bail!("the keyboard does not reach {test_id}")
    }

    /// Presses Enter.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn press_enter(&self) -> Result<()> {
        Ok(self.web.action_chain().send_keys(Key::Enter + "").perform().await?)
    }

    /// The first element with this `data-testid`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn element(&self, test_id: &str) -> Result<WebElement> {
        let found = self.web.find(By::Css(selector(test_id))).await;
        found.with_context(|| format!("no element with data-testid {test_id}"))
    }

    /// All elements with this `data-testid`.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn elements(&self, test_id: &str) -> Result<Vec<WebElement>> {
        Ok(self.web.find_all(By::Css(selector(test_id))).await?)
    }

    /// The visible text of the first element with this `data-testid`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn text(&self, test_id: &str) -> Result<String> {
        Ok(self.element(test_id).await?.text().await?)
    }

    /// Presses the first element with this `data-testid`.
    ///
    /// # Errors
    /// When there is none, or something lies over it.
    pub async fn click(&self, test_id: &str) -> Result<()> {
        Ok(self.element(test_id).await?.click().await?)
    }

    /// Chooses files in `file-input`, as its dialogue would.
    ///
    /// # Errors
    /// When the page has no such input or a file is missing.
    pub async fn choose_files(&self, files: &[&Path]) -> Result<()> {
        let paths: Result<Vec<String>> = files.iter().map(|file| absolute(file)).collect();
        Ok(self.element("file-input").await?.send_keys(paths?.join("\n")).await?)
    }

    /// Chooses a folder in `folder-input`.
    ///
    /// # Errors
    /// When the page has no such input or the folder is missing.
    pub async fn choose_folder(&self, folder: &Path) -> Result<()> {
        Ok(self.element("folder-input").await?.send_keys(absolute(folder)?).await?)
    }

    /// Drops files or folders on `drop-zone`, as from a file manager.
    ///
    /// # Errors
    /// When the page has no drop zone or a path is missing.
    pub async fn drop_paths(&self, paths: &[&Path]) -> Result<()> {
        self.drop_on(&selector("drop-zone"), paths).await
    }

    /// Drops files or folders on the element that a selector names.
    ///
    /// # Errors
    /// When there is no such element or a path is missing.
    pub async fn drop_on(&self, selector: &str, paths: &[&Path]) -> Result<()> {
        let zone = self.web.find(By::Css(selector)).await?;
        zone.scroll_into_view().await?;
        let script = "const r = arguments[0].getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]";
        let middle: (f64, f64) =
            self.web.execute(script, vec![zone.to_json()?]).await?.convert()?;
        let files: Result<Vec<String>> = paths.iter().map(|path| absolute(path)).collect();
        let data = json!({ "items": [], "files": files?, "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({ "type": kind, "x": middle.0, "y": middle.1, "data": data });
            self.devtools("Input.dispatchDragEvent", event).await?;
        }
        Ok(())
    }

    /// Waits until the browser has saved a file named `name`, and reads it.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn downloaded(&self, name: &str) -> Result<Vec<u8>> {
        let folder = self.driver.downloads();
        let begin = Instant::now();
        let mut before = Vec::new();
        loop {
            // Chromium reserves the name with an empty file, writes under another name and renames when it is done;
            // others write where the file will be.
            if let Ok(content) = fs::read(folder.join(name)) {
                if !content.is_empty() && content == before {
                    return Ok(content);
                }
                before = content;
            }
            ensure!(
                begin.elapsed() < PATIENCE,
                "{name} was not saved; there is {:?}",
                names(&folder)
            );
            tokio::time::sleep(POLL).await;
        }
    }

    /// The complete report as JSON.
    ///
    /// # Errors
    /// When the page does not offer it, or it does not come in time.
    pub async fn report(&self) -> Result<String> {
        self.click("download-json").await?;
        Ok(String::from_utf8(self.downloaded("crdb-triage-report.json").await?)?)
    }

    /// The report at the end of a run, which follows the schema.
    ///
    /// # Errors
    /// When the run does not end well, or the report is of another shape.
    pub async fn finished(&self) -> Result<Value> {
        self.wait_for_state("done").await?;
        let report = serde_json::from_str(&self.report().await?)?;
        bundle::follows_schema(&report)?;
        Ok(report)
    }

    /// The report at the end of a run is that of the command for `path`, byte for byte but for what tells of the run.
    /// Gives it.
    ///
    /// # Errors
    /// When it is another, or none.
    pub async fn says_what_the_command_says(&self, path: &Path) -> Result<Value> {
        self.wait_for_state("done").await?;
        let report = self.report().await?;
        let (expected, _) = bundle::command(path, "json")?;
        let (here, there) = (bundle::without_run(&report)?, bundle::without_run(&expected)?);
        ensure!(here == there, "the page says:\n{here}\nand the command:\n{there}");
        let report = serde_json::from_str(&report)?;
        bundle::follows_schema(&report)?;
        Ok(report)
    }

    /// Waits until the browser has kept the site and the page would start without its host.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn is_kept(&self) -> Result<()> {
        let state = "return navigator.serviceWorker.getRegistration()
            .then((found) => found?.active?.state ?? '')";
        self.eventually(state, |state| state == "activated").await.map(drop)
    }

    /// What the browser wrote to its console since the last call: one line each, those of workers last. Of other engines
    /// than Chromium, what went wrong in the page since it was opened.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        let Some(devtools) = &self.devtools else {
            let said = self.evaluate("return globalThis.complaints?.splice(0) ?? []").await?;
            return Ok(serde_json::from_value(said)?);
        };
        let entries = self.web.browser_log().await?.into_iter();
        let mut said: Vec<String> =
            entries.map(|entry| format!("{}: {}", entry.level, entry.message)).collect();
        said.extend(devtools.complaints()?);
        Ok(said)
    }

    /// Nothing has gone wrong so far: no error, no warning, no violation of the Content-Security-Policy.
    ///
    /// # Errors
    /// When something has.
    pub async fn nothing_complained(&self) -> Result<()> {
        let mut said = self.console().await?;
        said.retain(|line| line.starts_with("SEVERE") || line.starts_with("WARNING"));
        ensure!(said.is_empty(), "the browser complains:\n  {}", said.join("\n  "));
        Ok(())
    }

    /// A command of Chromium's own protocol.
    ///
    /// # Errors
    /// When Chromium refuses it.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        self.web.cdp().send_raw(method, parameters).await.with_context(|| method.to_owned())
    }
}

fn selector(test_id: &str) -> String {
    format!("[data-testid=\"{test_id}\"]")
}

fn absolute(path: &Path) -> Result<String> {
    let path = path.canonicalize().with_context(|| path.display().to_string())?;
    path.into_os_string().into_string().ok().context("a path that is not text")
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
