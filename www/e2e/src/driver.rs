//! The process between the tests and the browser, and the folder that both may write to.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context as _, Result};
use serde_json::json;
use thirtyfour::{
    BrowserCapabilitiesHelper as _, Capabilities, ChromiumLikeCapabilities as _,
    DesiredCapabilities, LoggingPrefsLogLevel,
};

use crate::{devtools::Devtools, site::target};

/// No first-run pages, and no traffic but that of the page: what the server sees is what the page asked for.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
];

/// How long a browser may take to close.
const FAREWELL: Duration = Duration::from_secs(10);

/// A chromedriver of its own for each page: nothing is shared between tests, and dropping it ends this one.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    port: u16,
    session: Option<String>,
    scratch: PathBuf,
}

impl Driver {
    /// Starts it on a port of its own choice.
    pub(crate) fn start() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let scratch = target().join("e2e").join(format!("browser-{}-{number}", std::process::id()));
        fs::create_dir_all(scratch.join("downloads"))?;
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let process =
            command.spawn().context("cannot start chromedriver: run `cargo xtask setup`")?;
        let mut driver = Self { process, port: 0, session: None, scratch };
        driver.port =
            driver.announced_port().context("chromedriver did not say on which port it is")?;
        Ok(driver)
    }

    fn announced_port(&mut self) -> Option<u16> {
        let lines = BufReader::new(self.process.stdout.take()?).lines();
        lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.rsplit_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The session that is to end with this.
    pub(crate) fn owns(&mut self, session: String) {
        self.session = Some(session);
    }

    /// Ends the session, and with it the browser: a driver that is only killed leaves the browser behind.
    fn end_session(&self) -> Option<()> {
        let session = self.session.as_ref()?;
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        connection.set_read_timeout(Some(FAREWELL)).ok()?;
        let head = "HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        write!(connection, "DELETE /session/{session} {head}").ok()?;
        // The answer comes when the browser has gone; the connection stays open after it.
        connection.read(&mut [0; 1024]).ok().map(drop)
    }

    /// Where the browser puts what the page lets the user save.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.scratch.join("downloads")
    }

    /// A fresh browser that tells us everything that it has to say.
    pub(crate) fn capabilities(&self, flags: &[&str]) -> Result<Capabilities> {
        let mut wishes = DesiredCapabilities::chrome();
        for flag in FLAGS.iter().chain(flags) {
            wishes.add_arg(flag)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", self.scratch.join("profile").display()))?;
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let preferences = json!({
            "download.default_directory": self.downloads(),
            "download.prompt_for_download": false,
        });
        wishes.set_browser_option("prefs", preferences)?;
        Ok(wishes.into())
    }
}

impl Driver {
    /// Chromium's own protocol. The browser writes into its profile where it speaks it: a port, and a path.
    pub(crate) fn devtools(&self) -> Result<Devtools> {
        let place = fs::read_to_string(self.scratch.join("profile/DevToolsActivePort"))?;
        let (port, path) = place.split_once('\n').context("no path")?;
        Devtools::connect(port.parse()?, path.trim())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end_session();
        drop(self.process.kill());
        drop(self.process.wait());
        drop(fs::remove_dir_all(&self.scratch));
    }
}
