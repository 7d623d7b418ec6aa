//! The server as a browser, and as somebody with bad intentions, sees it.

use std::{fs, io::Read as _, net::TcpStream};

use super::*;

/// A folder of its own for each test, with one page, one asset and, beside the root, a secret.
fn site(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("crdb-triage-{}-{name}", std::process::id()));
    let root = folder.join("root");
    fs::create_dir_all(root.join("assets")).unwrap();
    fs::write(root.join("index.html"), "<p>hello").unwrap();
    fs::write(root.join("assets/engine-1.wasm"), "\0asm").unwrap();
    fs::write(folder.join("secret.txt"), "secret").unwrap();
    root
}

fn ask(server: &Server, line: &str) -> String {
    let mut connection = TcpStream::connect(server.address).unwrap();
    write!(connection, "{line} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn files_come_with_their_type_and_folders_with_their_index() {
    let server = Server::start(&site("types"), "/deep/sub/").unwrap();
    assert!(server.url().ends_with("/deep/sub/"));
    let page = ask(&server, "GET /deep/sub/?x=1");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(page.contains("text/html") && page.ends_with("<p>hello"), "{page}");
    let wasm = ask(&server, "GET /deep/sub/assets/engine-1.wasm");
    assert!(wasm.contains("application/wasm") && wasm.contains("immutable"), "{wasm}");
    let head = ask(&server, "HEAD /deep/sub/index.html");
    assert!(head.contains("Content-Length: 8\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(ask(&server, "GET /deep/sub").contains("Location: /deep/sub/\r\n"));
    assert!(ask(&server, "POST /deep/sub/").starts_with("HTTP/1.1 405"));
    let statuses: Vec<u16> = server.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [200, 200, 200, 301, 405]);
}

#[test]
fn nothing_outside_the_folder_can_be_read() {
    let root = site("outside");
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join("../secret.txt"), root.join("link.txt")).ok();
    let server = Server::start(&root, "/").unwrap();
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "//../secret.txt",
        "/link.txt",
        "/%00",
        "/%zz",
        "/assets",
        "/nowhere/",
    ] {
        let answer = ask(&server, &format!("GET {path}"));
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}
