//! The configuration of nginx in `docs/hosting.md`, in the real nginx: the page works, and each file comes with the
//! headers that the page of documentation promises.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use crdb_triage_e2e::{Page, built_site, bundle, files_of, free_port};
use serde_json::Value;

/// What every answer has to have.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The type of each kind of file, and whether it is packed on the way.
const KINDS: [(&str, &str, bool); 7] = [
    ("html", "text/html", true),
    ("js", "text/javascript", true),
    ("css", "text/css", true),
    ("wasm", "application/wasm", true),
    ("webmanifest", "application/manifest+json", true),
    ("svg", "image/svg+xml", true),
    ("png", "image/png", false),
];

#[tokio::test]
async fn behind_nginx_as_documented_the_page_works_and_the_headers_are_there() -> Result<()> {
    let Some(nginx) = Nginx::start("documented", "")? else { return Ok(()) };
    let page = Page::open(&nginx.url()).await?;
    page.wait_for_state("idle").await?;
    let policy = policy()?;
    let mut kinds = Vec::new();
    for name in files_of(&built_site())? {
        let (status, headers) = ask(&page, &name).await?;
        assert_eq!(status, 200, "{name}");
        let header = |header: &str| headers[header].as_str().unwrap_or_default();
        for (name_of, value) in ALWAYS {
            assert_eq!(header(name_of), value, "{name}: {name_of}");
        }
        assert_eq!(header("content-security-policy"), policy, "{name}");
        let forever = name.starts_with("assets/");
        let cache = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(header("cache-control"), cache, "{name}");
        let extension = name.rsplit('.').next().unwrap_or_default();
        let kind = KINDS.iter().find(|(known, ..)| *known == extension);
        let (extension, media_type, packed) = kind.with_context(|| name.clone())?;
        assert_eq!(header("content-type"), *media_type, "{name}");
        // What is smaller than nginx's least length goes as it is.
        if *packed && fs::metadata(built_site().join(&name))?.len() > 1000 {
            assert_eq!(header("content-encoding"), "gzip", "{name}");
        }
        kinds.push(*extension);
    }
    assert!(KINDS.iter().all(|(extension, ..)| kinds.contains(extension)), "{kinds:?}");
    let (status, headers) = ask(&page, "assets/nothing.js").await?;
    assert_eq!(status, 404);
    assert!(headers["cache-control"].is_null(), "nobody keeps that there is nothing: {headers}");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    drop(page);

    let page = Page::open(nginx.url().trim_end_matches('/')).await?;
    page.wait_for_state("idle").await?;
    page.click("sample-button").await?;
    page.wait_for_state("done").await?;
    let verdict = page.element("verdict").await?.attr("data-verdict").await?;
    assert_eq!(verdict.as_deref(), Some("suspect"));
    page.nothing_complained().await?;
    works_without(nginx, &page).await
}

/// Such hosts want one address for one page. Browsers open no page for which a service worker was sent on.
#[tokio::test]
async fn a_host_that_sends_index_html_on_to_its_folder_will_do() -> Result<()> {
    let send_on = "if ($request_uri ~ index.html$) { return 301 /triage/; }";
    let Some(nginx) = Nginx::start("sends-on", send_on)? else { return Ok(()) };
    let page = Page::open(&nginx.url()).await?;
    works_without(nginx, &page).await
}

/// Once the browser has kept the page, it starts when the host is gone.
async fn works_without(nginx: Nginx, page: &Page) -> Result<()> {
    page.is_kept().await?;
    drop(nginx);
    page.web().refresh().await?;
    page.wait_for_state("idle").await?;
    page.nothing_complained().await
}

/// Status and headers of an answer, as the browser sees them.
async fn ask(page: &Page, name: &str) -> Result<(u64, Value)> {
    let script = format!(
        "return fetch('{name}', {{ cache: 'no-store' }})
            .then(({{ status, headers }}) => [status, Object.fromEntries(headers)])"
    );
    let answer = page.evaluate(&script).await?;
    Ok((answer[0].as_u64().context("no status")?, answer[1].clone()))
}

/// The policy in the page's head, with what only a header can say.
fn policy() -> Result<String> {
    let page = fs::read_to_string(built_site().join("index.html"))?;
    let (_, rest) = page.split_once("\"Content-Security-Policy\" content=\"").context("none")?;
    let policy = rest.split('"').next().unwrap_or_default();
    Ok(format!("{policy}; frame-ancestors 'none'"))
}

/// A running nginx with the documented configuration. It ends with this value.
struct Nginx {
    process: Child,
    port: u16,
}

impl Nginx {
    /// `further` goes into the block of the page. `None` where there is no nginx: `cargo xtask test` names that as skipped.
    fn start(name: &str, further: &str) -> Result<Option<Self>> {
        if env::var_os("CRDB_TRIAGE_WITHOUT_NGINX").is_some() {
            return Ok(None);
        }
        let port = free_port()?;
        let folder = bundle::folder(&format!("nginx-{name}"))?;
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, whole(&documented(port, further)?, &folder))?;
        // Debian puts servers where not everybody looks for programs.
        let known = Path::new("/usr/sbin/nginx");
        let program = if known.is_file() { known } else { Path::new("nginx") };
        let mut command = Command::new(program);
        command.arg("-p").arg(&folder).arg("-c").arg(&configuration).stdin(Stdio::null());
        let process = command.spawn().context("cannot start nginx: run `cargo xtask setup`")?;
        let mut nginx = Self { process, port };
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = nginx.process.try_wait()?;
            ensure!(ended.is_none(), "nginx does not take the documented configuration");
            ensure!(begin.elapsed() < Duration::from_secs(10), "nginx does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Some(nginx))
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/triage/", self.port)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The configuration of `docs/hosting.md` for the built site on this port of this machine, with a further line.
fn documented(port: u16, further: &str) -> Result<String> {
    let page = bundle::root().join("docs/hosting.md");
    let page = fs::read_to_string(&page).with_context(|| page.display().to_string())?;
    let (_, rest) = page.split_once("```nginx\n").context("no configuration of nginx")?;
    let (configuration, _) = rest.split_once("```").context("it does not end")?;
    let own = |line: &&str| {
        !["listen ", "server_name ", "ssl_"].iter().any(|of| line.trim_start().starts_with(of))
    };
    let lines: Vec<&str> = configuration.lines().filter(own).collect();
    let configuration = lines.join("\n");
    let (server, folder) = ("server {", "alias /srv/crdb-triage/;");
    ensure!(configuration.matches(server).count() == 1, "{configuration}");
    ensure!(configuration.matches(folder).count() == 1, "{configuration}");
    Ok(configuration
        .replace(server, &format!("{server}\n    listen 127.0.0.1:{port};"))
        .replace(folder, &format!("alias \"{}/\";\n{further}", built_site().display())))
}

/// What stands around it: one process, of whoever runs the test, that writes nowhere else.
fn whole(configuration: &str, folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|what| format!("    {what}_temp_path \"{folder}/{what}\";\n"))
        .collect();
    format!(
        "daemon off;\nmaster_process off;\npid \"{folder}/nginx.pid\";\nerror_log \"{folder}/error.log\";\n\
         events {{ worker_connections 64; }}\nhttp {{\n    access_log off;\n{temporary}{configuration}\n}}\n"
    )
}
