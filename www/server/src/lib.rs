//! A static file server for one folder, on the loopback interface only, that remembers every request.
//!
//! `cargo xtask serve` shows the page with it, and the end-to-end tests prove with it that no request
//! follows once the page has loaded. It behaves like a plain static host: no header that the page would need.
//!
//! Why: `docs/decisions/0026-own-dev-server.md`.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

mod resolve;

/// What a browser asked for, and what it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD` …
    pub method: String,
    /// The path with its query, as sent.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

/// A running server. Dropping it closes the port.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    site: Arc<Site>,
}

#[derive(Debug)]
struct Site {
    root: PathBuf,
    prefix: String,
    requests: Mutex<Vec<Request>>,
    stopping: AtomicBool,
}

/// Patience with a connection that sends nothing: browsers open some in advance.
const IDLE: Duration = Duration::from_secs(10);

/// No request of a browser for a static file is longer.
const MAX_HEAD: u64 = 16 * 1024;

impl Server {
    /// Serves `root` below `prefix` (`/` or `/some/folder/`) on a free port.
    ///
    /// # Errors
    /// When `root` does not exist or no port can be had.
    pub fn start(root: &Path, prefix: &str) -> io::Result<Self> {
        Self::start_at(root, prefix, 0)
    }

    /// Serves `root` below `prefix` on `port`, or on any free port if that is 0.
    ///
    /// # Errors
    /// When `root` does not exist or the port cannot be had.
    pub fn start_at(root: &Path, prefix: &str, port: u16) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let site = Arc::new(Site {
            root,
            prefix: prefix.to_owned(),
            requests: Mutex::default(),
            stopping: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&site);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if accepting.stopping.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(connection) = connection else { continue };
                let site = Arc::clone(&accepting);
                // A browser that hangs up in the middle is no concern of anybody.
                thread::spawn(move || drop(site.answer(connection)));
            }
        });
        Ok(Self { address, site })
    }

    /// Where the site is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.site.prefix)
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.site.requests().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.site.stopping.store(true, Ordering::Relaxed);
        // The accepting thread sees the flag when the next connection comes; this is that connection.
        drop(TcpStream::connect(self.address));
    }
}

impl Site {
    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(IDLE))?;
        connection.set_write_timeout(Some(IDLE))?;
        let Some((method, path)) = read_head(&connection)? else { return Ok(()) };
        let reply = self.reply(&method, &path);
        let head_only = method == "HEAD";
        self.requests().push(Request { method, path, status: reply.status });
        connection.write_all(reply.head().as_bytes())?;
        if !head_only {
            connection.write_all(&reply.body)?;
        }
        connection.flush()
    }

    fn reply(&self, method: &str, target: &str) -> Reply {
        if method != "GET" && method != "HEAD" {
            return Reply::problem(405, "only GET and HEAD");
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if self.prefix.strip_suffix('/') == Some(path) {
            return Reply { location: Some(self.prefix.clone()), ..Reply::problem(301, "") };
        }
        let Some(file) =
            path.strip_prefix(&self.prefix).and_then(|rest| resolve::file(&self.root, rest))
        else {
            return Reply::problem(404, "not found");
        };
        match std::fs::read(&file) {
            Ok(body) => Reply {
                status: 200,
                kind: resolve::media_type(&file),
                body,
                location: None,
                forever: path.contains("/assets/"),
            },
            Err(_) => Reply::problem(404, "not found"),
        }
    }
}

/// Method and target of the request; `None` if the connection closed without one.
fn read_head(connection: &TcpStream) -> io::Result<Option<(String, String)>> {
    let mut lines = BufReader::new(connection.take(MAX_HEAD));
    let mut first = String::new();
    lines.read_line(&mut first)?;
    let mut words = first.split_ascii_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    // Everything must be read before the answer: closing with unread bytes resets the connection.
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        line.clear();
    }
    Ok(Some((method, target)))
}

struct Reply {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
    location: Option<String>,
    /// The name is the hash of the content: it may be kept for ever.
    forever: bool,
}

impl Reply {
    fn problem(status: u16, text: &str) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            body: text.into(),
            location: None,
            forever: false,
        }
    }

    fn head(&self) -> String {
        let reason = match self.status {
            200 => "OK",
            301 => "Moved Permanently",
            404 => "Not Found",
            _ => "Method Not Allowed",
        };
        let cache = if self.forever { "public, max-age=31536000, immutable" } else { "no-cache" };
        let location =
            self.location.as_ref().map(|to| format!("Location: {to}\r\n")).unwrap_or_default();
        format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: {cache}\r\n\
             X-Content-Type-Options: nosniff\r\n{location}Connection: close\r\n\r\n",
            self.status,
            self.kind,
            self.body.len(),
        )
    }
}

#[cfg(test)]
mod tests;
