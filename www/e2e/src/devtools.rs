//! Chromium's own protocol on a connection of our own. chromedriver speaks it with the page only; here the workers
//! are heard too, and asked.
//!
//! Each worker waits at its first line until it is listened to, so nothing that it says is missed.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead as _, BufReader, Read, Write as _},
    net::{Ipv4Addr, Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// No message is longer; a length beyond it is a fault of this file.
const LONGEST: u64 = 64 << 20;

/// The connection. Dropping it ends the thread that listens.
#[derive(Debug)]
pub(crate) struct Devtools {
    line: Arc<Line>,
    /// Session of the page.
    page: String,
}

#[derive(Debug)]
struct Line {
    writer: Mutex<TcpStream>,
    heard: Mutex<Heard>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Heard {
    asked: u64,
    answers: BTreeMap<u64, Value>,
    /// Session of each worker that lives, in the order in which they started.
    workers: Vec<String>,
    complaints: Vec<String>,
    before_start: Option<String>,
    /// Numbers under which that was asked.
    before_started: BTreeSet<u64>,
    closed: bool,
}

impl Drop for Devtools {
    fn drop(&mut self) {
        drop(lock(&self.line.writer).shutdown(Shutdown::Both));
    }
}

impl Devtools {
    /// Connects to the browser on `port` and listens to the workers of its only page. `path` names the browser.
    pub(crate) fn connect(port: u16, path: &str) -> Result<Self> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        let mut reader = BufReader::new(stream.try_clone()?);
        // RFC 6455. The key proves nothing to somebody who knows whom they called.
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let begin = head.len();
            reader.read_line(&mut head)?;
            if head.len() == begin {
                bail!("the browser hung up: {head}");
            }
        }
        if !head.starts_with("HTTP/1.1 101") {
            bail!("the browser does not talk: {head}");
        }
        let line = Arc::new(Line {
            writer: Mutex::new(stream),
            heard: Mutex::default(),
            news: Condvar::new(),
        });
        let listener = Arc::clone(&line);
        thread::spawn(move || listener.listen(reader));
        let mut devtools = Self { line, page: String::new() };
        let targets = devtools.ask(None, "Target.getTargets", json!({}))?;
        let targets = targets["targetInfos"].as_array().context("no targets")?;
        let page = targets.iter().find(|target| target["type"] == "page").context("no page")?;
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let session = devtools.ask(None, "Target.attachToTarget", attach)?;
        session["sessionId"].as_str().context("no session")?.clone_into(&mut devtools.page);
        let follow = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        devtools.ask(Some(&devtools.page), "Target.setAutoAttach", follow)?;
        Ok(devtools)
    }

    /// Runs `script` in each worker that starts from now on, before its own first line.
    pub(crate) fn before_workers(&self, script: &str) {
        lock(&self.line.heard).before_start = Some(script.to_owned());
    }

    /// The value of an expression in the page, whether or not anybody sees it.
    pub(crate) fn evaluate_in_page(&self, script: &str) -> Result<Value> {
        let ask = json!({ "expression": script, "returnByValue": true });
        Ok(self.ask(Some(&self.page), "Runtime.evaluate", ask)?["result"]["value"].take())
    }

    /// A command to the page, whether or not anybody sees it.
    pub(crate) fn command_page(&self, method: &str, parameters: Value) -> Result<Value> {
        self.ask(Some(&self.page), method, parameters)
    }

    /// How many workers live.
    pub(crate) fn workers(&self) -> usize {
        lock(&self.line.heard).workers.len()
    }

    /// The value of an expression in each worker that lives; one that ends meanwhile is left out.
    pub(crate) fn evaluate_in_workers(&self, script: &str) -> Result<Vec<Value>> {
        let workers = lock(&self.line.heard).workers.clone();
        let mut values = Vec::new();
        for session in workers {
            let ask = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
            let asked = self.ask(Some(&session), "Runtime.evaluate", ask);
            match asked {
                Ok(value) if !value["exceptionDetails"].is_null() => {
                    bail!("in a worker: {}", value["exceptionDetails"])
                }
                Ok(mut value) => values.push(value["result"]["value"].take()),
                Err(_) if !lock(&self.line.heard).workers.contains(&session) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(values)
    }

    /// What workers complained of since the last call.
    pub(crate) fn complaints(&self) -> Result<Vec<String>> {
        // What a worker said before it answers has arrived when the answer has.
        self.evaluate_in_workers("0")?;
        Ok(std::mem::take(&mut lock(&self.line.heard).complaints))
    }

    fn ask(&self, session: Option<&str>, method: &str, parameters: Value) -> Result<Value> {
        let number = self.line.send(session, method, parameters)?;
        let heard = lock(&self.line.heard);
        let waits = |heard: &mut Heard| {
            let ended = session.is_some_and(|session| {
                session != self.page && !heard.workers.iter().any(|worker| worker == session)
            });
            !heard.answers.contains_key(&number) && !heard.closed && !ended
        };
        let (mut heard, _) = self
            .line
            .news
            .wait_timeout_while(heard, PATIENCE, waits)
            .unwrap_or_else(PoisonError::into_inner);
        let mut answer =
            heard.answers.remove(&number).with_context(|| format!("{method}: no answer"))?;
        if answer["error"].is_null() {
            Ok(answer["result"].take())
        } else {
            bail!("{method}: {}", answer["error"]["message"])
        }
    }
}

impl Line {
    /// Sends a command and says under which number its answer comes.
    fn send(&self, session: Option<&str>, method: &str, parameters: Value) -> io::Result<u64> {
        let number = {
            let mut heard = lock(&self.heard);
            heard.asked += 1;
            heard.asked
        };
        let mut command = json!({ "id": number, "method": method, "params": parameters });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        self.write(1, command.to_string().as_bytes())?;
        Ok(number)
    }

    /// One whole frame. A client must mask its frames; the mask of zeros leaves them as they are.
    fn write(&self, kind: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![0x80 | kind, 0x80 | 127];
        frame.extend((payload.len() as u64).to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(payload);
        lock(&self.writer).write_all(&frame)
    }

    fn listen(&self, mut reader: BufReader<TcpStream>) {
        let mut message = Vec::new();
        while let Ok((last, kind, payload)) = frame(&mut reader) {
            match kind {
                0 | 1 => message.extend(payload),
                9 => drop(self.write(10, &payload)),
                _ => continue,
            }
            if last && kind < 2 {
                if let Ok(message) = serde_json::from_slice(&message) {
                    drop(self.hear(message));
                }
                message.clear();
                self.news.notify_all();
            }
        }
        lock(&self.heard).closed = true;
        self.news.notify_all();
    }

    fn hear(&self, message: Value) -> io::Result<()> {
        if let Some(number) = message["id"].as_u64() {
            let mut heard = lock(&self.heard);
            let fault = &message["result"]["exceptionDetails"];
            if heard.before_started.remove(&number) && !fault.is_null() {
                heard.complaints.push(format!("SEVERE: before a worker's first line: {fault}"));
            }
            heard.answers.insert(number, message);
            return Ok(());
        }
        let what = &message["params"];
        match message["method"].as_str().unwrap_or_default() {
            "Target.attachedToTarget" => {
                let session = what["sessionId"].as_str().unwrap_or_default();
                let before_start = {
                    let mut heard = lock(&self.heard);
                    if what["targetInfo"]["type"] == "worker" {
                        heard.workers.push(session.to_owned());
                    }
                    heard.before_start.clone()
                };
                for method in ["Runtime.enable", "Log.enable"] {
                    self.send(Some(session), method, json!({}))?;
                }
                if let Some(script) = before_start {
                    let ask = json!({ "expression": script });
                    let number = self.send(Some(session), "Runtime.evaluate", ask)?;
                    lock(&self.heard).before_started.insert(number);
                }
                self.send(Some(session), "Runtime.runIfWaitingForDebugger", json!({}))?;
            }
            "Target.detachedFromTarget" => {
                let session = what["sessionId"].as_str().unwrap_or_default();
                lock(&self.heard).workers.retain(|worker| worker != session);
            }
            _ => {
                if let Some(complaint) = complaint(&message) {
                    lock(&self.heard).complaints.push(complaint);
                }
            }
        }
        Ok(())
    }
}

/// What an event says that nobody should have to say.
fn complaint(message: &Value) -> Option<String> {
    let what = &message["params"];
    match message["method"].as_str()? {
        "Runtime.exceptionThrown" => {
            Some(format!("SEVERE: in a worker: {}", what["exceptionDetails"]))
        }
        "Runtime.consoleAPICalled"
            if matches!(what["type"].as_str()?, "error" | "warning" | "assert") =>
        {
            Some(format!("SEVERE: in a worker: {}", what["args"]))
        }
        "Log.entryAdded" if matches!(what["entry"]["level"].as_str()?, "error" | "warning") => {
            Some(format!("SEVERE: in a worker: {}", what["entry"]["text"]))
        }
        _ => None,
    }
}

/// One frame: whether it is the last of its message, its kind, and what it holds.
fn frame(reader: &mut impl Read) -> io::Result<(bool, u8, Vec<u8>)> {
    let [head, short] = bytes(reader)?;
    let length = match short & 127 {
        126 => u64::from(u16::from_be_bytes(bytes(reader)?)),
        127 => u64::from_be_bytes(bytes(reader)?),
        short => u64::from(short),
    };
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut payload = vec![0; length as usize];
    reader.read_exact(&mut payload)?;
    Ok((head & 0x80 != 0, head & 15, payload))
}

fn bytes<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A thread that failed while it held the lock has said so itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
