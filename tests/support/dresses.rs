//! Signs of advisories in every dress in which a tool or a person may hand them on, put at any place of a bundle.

use std::sync::LazyLock;

use crdb_triage::advisories::detectors;
use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Input, MemorySource};
use crdb_triage::model::Verdict;
use crdb_triage::triage::{Engine, Outcome};

use super::bundle::File;

/// Lines by which advisories recognise their first signs, as the node wrote them. Each has a name and the advisory's id.
pub(crate) const SIGNS: [(&str, &str); 2] = [
    (
        "A-144650",
        "W250422 06:25:00.000001 77 kv/bulk/sst_batcher.go:432 ⋮ [T1,Vsystem,n1,job=IMPORT id=1065722008981340161] 77  closing with flushes in-progress encountered an error: addsstable [‹/Table/106/1/1/0›,‹/Table/106/1/99/0/NULL›): ‹result is ambiguous›",
    ),
    (
        "A-88042",
        "E250422 06:25:00.000001 77 sql/conn_executor.go:1999 ⋮ [T1,Vsystem,n1] 77  table ‹\"app.public.t\"› cannot be safely restored: its backup is affected by issue #88042",
    ),
];

/// A name, and what it makes of a line. What comes out may have several lines.
pub(crate) type Dress = (&'static str, fn(&[u8]) -> Vec<u8>);

/// All of them. To add one is all that it takes to have it tried everywhere.
pub(crate) const DRESSES: [Dress; 34] = [
    ("plain", |line| line.to_vec()),
    ("tab", |line| before(b"\t", line)),
    ("spaces", |line| before(b"    ", line)),
    ("time of kubectl", |line| before(b"2025-04-22T06:25:00.123456789Z ", line)),
    ("stream of a container", |line| before(b"2025-04-22T06:25:00.123456789Z stderr F ", line)),
    ("pod", |line| before(b"[pod/crdb-0/db] ", line)),
    ("compose", |line| before(b"db-1  | ", line)),
    ("journal", |line| before(b"Apr 22 06:25:00 host-1 cockroach[812]: ", line)),
    ("path of grep", |line| before(b"logs/cockroach.log:", line)),
    ("path and number of grep", |line| before(b"logs/cockroach.log:812:", line)),
    ("number of grep", |line| before(b"812:", line)),
    ("quoted mail", |line| before(b"> ", line)),
    ("list", |line| before(b"- ", line)),
    ("change", |line| before(b"+", line)),
    ("colours around", |line| [b"\x1b[33m", line, b"\x1b[0m"].concat()),
    ("colours of a match", colours_of_a_match),
    ("without its letter", |line| line.get(1..).unwrap_or_default().to_vec()),
    ("the message alone", message),
    ("wrapped at 80", |line| wrapped(line, 80, b"\n")),
    ("wrapped at 33 and indented", |line| wrapped(line, 33, b"\n    ")),
    ("wrapped at 61 with times", |line| wrapped(line, 61, b"\n2025-04-22T06:25:00Z ")),
    ("single quotes", |line| [b"'", line, b"'"].concat()),
    ("double quotes", |line| [b"\"", line, b"\""].concat()),
    ("cell of CSV", |line| {
        [b"7,\"".to_vec(), replaced(line, b"\"", b"\"\""), b"\",x".to_vec()].concat()
    }),
    ("record of docker", |line| {
        json(
            b"{\"log\":\"",
            line,
            b"\\n\",\"stream\":\"stderr\",\"time\":\"2025-04-22T06:25:00.1Z\"}",
        )
    }),
    ("record of loki", |line| {
        json(
            b"{\"stream\":{\"app\":\"crdb\"},\"values\":[[\"1745303100000000000\",\"",
            line,
            b"\"]]}",
        )
    }),
    ("entry in JSON without its file", |line| {
        json(b"{\"channel_numeric\":\"0\",\"timestamp\":\"1745303100.000001000\",\"severity\":\"W\",\"message\":\"", &message(line), b"\"}")
    }),
    ("page", |line| [b"<p>".to_vec(), html(line), b"</p>".to_vec()].concat()),
    ("page by numbers", |line| replaced(&html(line), b"-", b"&#45;")),
    ("address", |line| replaced(&replaced(line, b" ", b"%20"), b"-", b"%2D")),
    ("form", |line| replaced(&replaced(line, b"+", b"%2B"), b" ", b"+")),
    ("mail", |line| wrapped(&replaced(line, b"=", b"=3D"), 70, b"=\r\n")),
    ("UTF-16 with the low byte first", |line| utf16(line, [0, 1])),
    ("UTF-16 with the high byte first", |line| utf16(line, [1, 0])),
];

/// Whether a tool puts one dress around another: lines are cut before anything else happens to them, or no half of a sign
/// is whole; and text is written in UTF-16 once.
pub(crate) fn fits_around(outer: &str, inner: &str) -> bool {
    let cuts = outer.starts_with("wrapped") || outer == "mail";
    !(cuts || outer.starts_with("UTF-16") && inner.starts_with("UTF-16"))
}

fn before(prefix: &[u8], line: &[u8]) -> Vec<u8> {
    [prefix, line].concat()
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(byte) = rest.first() {
        match rest.strip_prefix(from) {
            Some(after) => {
                out.extend_from_slice(to);
                rest = after;
            }
            None => {
                out.push(*byte);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// As `grep --color=always` shows what it was asked for.
fn colours_of_a_match(line: &[u8]) -> Vec<u8> {
    let mut out = line.to_vec();
    for sought in [&b"flushes in-progress"[..], b"by issue"] {
        let shown = [b"\x1b[01;31m\x1b[K", sought, b"\x1b[m\x1b[K"].concat();
        out = replaced(&out, sought, &shown);
    }
    out
}

/// What stands behind the counter, where that can be told.
fn message(line: &[u8]) -> Vec<u8> {
    let starts = |at: &usize| SIGNS.iter().any(|(_, sign)| sign.as_bytes().ends_with(&line[*at..]));
    let behind = line.windows(2).position(|two| two == b"  ").map(|at| at + 2);
    line[behind.filter(starts).unwrap_or(0)..].to_vec()
}

/// Cut into pieces of so many bytes.
fn wrapped(line: &[u8], width: usize, end: &[u8]) -> Vec<u8> {
    line.chunks(width).collect::<Vec<_>>().join(end)
}

fn json(start: &[u8], line: &[u8], end: &[u8]) -> Vec<u8> {
    let line = replaced(&replaced(line, b"\\", b"\\\\"), b"\"", b"\\\"");
    [start, &line, end].concat()
}

fn html(line: &[u8]) -> Vec<u8> {
    let line = replaced(&replaced(line, b"&", b"&amp;"), b"<", b"&lt;");
    replaced(&line, b"\"", b"&quot;")
}

fn utf16(line: &[u8], order: [usize; 2]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line).into_owned() + "\n";
    text.encode_utf16()
        .flat_map(|unit| {
            let bytes = unit.to_le_bytes();
            [bytes[order[0]], bytes[order[1]]]
        })
        .collect()
}

/// Dresses in which a short sign is not found in a log, where each line is searched for a few forms only: its halves are
/// too common. They are tried in all other files.
const BREAK_SHORT_SIGNS: [&str; 1] = ["wrapped at 61 with times"];

/// A sign of fewer bytes is short.
const SHORT: usize = 40;

/// Spaces are escaped, and UTF-16 around that is one form more than a log is searched for.
const ESCAPES: [&str; 2] = ["address", "form"];

/// Whether the sign of an advisory stands in a log in a dress in which it is not found there.
pub(crate) fn is_lost(advisory: &str, names: &[&str], path: &str) -> bool {
    let name = advisory.replace("A-", "a");
    let of = detectors().into_iter().filter(|detector| detector.name == name);
    let mut signs = of.flat_map(|detector| detector.signatures);
    let is_short = signs.any(|signature| signature.literal.len() < SHORT);
    let breaks = |name: &&str| name.starts_with("wrapped") || *name == "mail";
    let broken = is_short
        && names
            .iter()
            .any(|name| BREAK_SHORT_SIGNS.contains(name) || names.len() > 1 && breaks(name));
    let escaped = names.iter().any(|name| ESCAPES.contains(name))
        && names.iter().any(|name| name.starts_with("UTF-16"));
    // What one escapes, the other escapes again.
    let twice = names.iter().filter(|name| **name == "form").count() > 1;
    path.contains(".log") && (broken || escaped || twice)
}

/// How a line meets those around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// It is a line of its own.
    Own,
    /// The newline before it was lost.
    Before,
    /// The newline behind it was lost.
    After,
}

/// All of them.
pub(crate) const JOINS: [Join; 3] = [Join::Own, Join::Before, Join::After];

/// Names of files that a person may put beside a bundle, or find in one.
pub(crate) const NEW_FILES: [&str; 14] = [
    "notes.txt",
    "export.csv",
    "page.html",
    "loki.jsonl",
    "journal.export",
    "ticket.pdf",
    "run.sh",
    "mail.eml",
    "no-ending",
    "debug/ranges.json",
    "debug/nodes/1/stacks.txt",
    "debug/crdb_internal.leases.txt",
    "debug/nodes/1/crdb_internal.leases.txt.err.txt",
    "debug/reports/problemranges.json",
];

/// What a new file holds beside a sign.
const FILLER: &str = "dear support,\nplease look at this;it,is\nwhat we saw\n";

/// Puts `sign` into a file: into one of the bundle, or into a new one behind its last, before the line of number `line`,
/// counted round and round. Gives back the path of the file.
pub(crate) fn insert(
    files: &mut Vec<File>,
    file: usize,
    line: usize,
    join: Join,
    sign: &[u8],
) -> String {
    let file = file % (files.len() + NEW_FILES.len());
    if let Some(name) = file.checked_sub(files.len()).map(|at| NEW_FILES[at]) {
        files.push(File { path: name.to_owned(), text: FILLER.as_bytes().to_vec() });
    }
    let file = file.min(files.len() - 1);
    let text = &mut files[file].text;
    let mut starts = vec![0];
    starts.extend((1..=text.len()).filter(|at| text[at - 1] == b'\n'));
    let mut at = starts[line % starts.len()];
    let mut new = sign.to_vec();
    if join != Join::After && new.last() != Some(&b'\n') {
        new.push(b'\n');
    }
    if join == Join::Before && at > 0 {
        text.remove(at - 1);
        at -= 1;
    }
    text.splice(at..at, new);
    files[file].path.clone()
}

/// What a run over `files` comes to.
pub(crate) fn outcome(files: &[File]) -> Outcome {
    static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::default);
    let inputs: Vec<Input<MemorySource>> = files
        .iter()
        .map(|file| Input { path: file.path.clone(), source: MemorySource(file.text.clone()) })
        .collect();
    block_on(async {
        let plan = ENGINE.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(ENGINE.scan(source, unit, |_, _| {}).await));
        }
        ENGINE.conclude(plan, results)
    })
    .unwrap()
}

/// Whether the sign that was put into the file at `path` is passed over in silence: the advisory is without signs or not
/// affected, no finding shows anything of the file, and it does not say that such a file was not searched.
pub(crate) fn is_passed_over(outcome: &Outcome, advisory: &str, path: &str) -> bool {
    let mut decisions = outcome.decisions.iter();
    let Some(about) = decisions.find(|one| one.declared.id == advisory) else { return true };
    let is_clean = matches!(about.verdict, Verdict::NoSign | Verdict::NotAffected);
    let mut evidence = about.findings.iter().flat_map(|finding| &finding.evidence);
    let said = path.ends_with(".err.txt")
        && about.why.contains("messages of why an attempt at a table failed");
    is_clean && !said && !evidence.any(|evidence| *evidence.source.path == *path)
}
