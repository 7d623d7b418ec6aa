//! The process between the tests and the browser, and the folder that both may write to.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use thirtyfour::Capabilities;

use crate::{
    devtools::Devtools,
    engine::{Engine, free_port},
    look::Scheme,
    site::target,
};

/// How long a driver may take to listen, and a browser to close.
const PATIENCE: Duration = Duration::from_secs(20);

/// A driver of its own for each page: nothing is shared between tests, and dropping it ends the browser.
#[derive(Debug)]
pub(crate) struct Driver {
    engine: Engine,
    scheme: Scheme,
    process: Process,
    port: u16,
    session: Option<String>,
    /// Goes when the driver has ended.
    scratch: Scratch,
    /// Ends after the browser that is shown on it.
    _screen: Option<Screen>,
}

/// A folder that goes with this value.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A process that ends with this value.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A screen that nobody looks at.
#[derive(Debug)]
struct Screen {
    _process: Process,
    name: String,
}

impl Screen {
    fn start() -> Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]);
        xvfb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process =
            Process(xvfb.spawn().context("cannot start Xvfb: run `cargo xtask setup`")?);
        let mut number = String::new();
        let said = process.0.stdout.take().context("Xvfb says nothing")?;
        BufReader::new(said).read_line(&mut number)?;
        Ok(Self { _process: process, name: format!(":{}", number.trim()) })
    }
}

impl Driver {
    /// Starts the driver of `engine`. `scheme` is what the user of the browser prefers.
    pub(crate) fn start(engine: Engine, scheme: Scheme) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let scratch = target().join("e2e").join(format!("browser-{}-{number}", std::process::id()));
        fs::create_dir_all(scratch.join("downloads"))?;
        // Where GTK looks for it.
        fs::create_dir_all(scratch.join(".config"))?;
        fs::write(
            scratch.join(".config/user-dirs.dirs"),
            "XDG_DOWNLOAD_DIR=\"$HOME/downloads\"\n",
        )?;
        let screen = if engine.needs_screen() { Some(Screen::start()?) } else { None };
        let port = free_port()?;
        let mut command = engine.command(port);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.envs(engine.environment(&scratch, scheme));
        if let Some(screen) = &screen {
            command.env("DISPLAY", &screen.name);
        }
        let process = command.spawn().with_context(|| {
            format!("cannot start {:?}: run `cargo xtask setup`", command.get_program())
        })?;
        let process = Process(process);
        let driver = Self {
            engine,
            scheme,
            process,
            port,
            session: None,
            scratch: Scratch(scratch),
            _screen: screen,
        };
        driver.wait_until_it_listens()?;
        Ok(driver)
    }

    fn wait_until_it_listens(&self) -> Result<()> {
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if begin.elapsed() > PATIENCE {
                bail!("the driver of {} does not listen", self.engine.name());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.0.id()
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
        connection.set_read_timeout(Some(PATIENCE)).ok()?;
        // geckodriver hears only whom it is called by with its port.
        let host = format!("127.0.0.1:{}", self.port);
        let head = format!("HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        write!(connection, "DELETE /session/{session} {head}").ok()?;
        // The answer comes when the browser has gone; the connection stays open after it.
        connection.read(&mut [0; 1024]).ok().map(drop)
    }

    /// Where the browser puts what the page lets the user save.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.scratch.0.join("downloads")
    }

    /// A fresh browser. `flags` are for its command line.
    pub(crate) fn capabilities(&self, flags: &[&str]) -> Result<Capabilities> {
        match self.engine.wishes(&self.scratch.0, self.scheme, flags)? {
            Value::Object(wishes) => Ok(Capabilities::from(wishes)),
            other => bail!("{other} are no capabilities"),
        }
    }

    /// Chromium's own protocol, where it is spoken. The browser writes into its profile where: a port, and a path.
    pub(crate) fn devtools(&self) -> Result<Option<Devtools>> {
        if self.engine != Engine::Chromium {
            return Ok(None);
        }
        let place = fs::read_to_string(self.scratch.0.join("profile/DevToolsActivePort"))?;
        let (port, path) = place.split_once('\n').context("no path")?;
        Devtools::connect(port.parse()?, path.trim()).map(Some)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end_session();
    }
}
