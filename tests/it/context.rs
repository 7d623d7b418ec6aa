//! Evidence in its surroundings: read again from wherever it lies, however that is packed.

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Input, Limits, MemorySource, plan};
use crdb_triage::triage::{Context, context};

use crate::support::tar::Tar;
use crate::support::zip::{Member, Zip, gzip};

const PATH: &str = "nodes/1/logs/cockroach.log";

fn text() -> String {
    (1..=3000)
        .map(|n| format!("I250422 06:00:00.{n:06} 1 a.go:{n}  line {n} … of many\n"))
        .collect()
}

/// The surroundings of a line of the file at `path` in an input.
fn around(input: &str, bytes: Vec<u8>, path: &str, line: u64, offset: u64) -> Context {
    let limits = Limits { slice: 1000, ..Limits::default() };
    block_on(async {
        let inputs = [Input { path: input.to_owned(), source: MemorySource(bytes) }];
        let plan = plan(&inputs).await;
        let unit = plan.units.iter().find(|unit| unit.may_hold(path)).unwrap();
        context(&inputs[0].source, unit, path, &limits, line, offset).await
    })
    .unwrap()
}

#[test]
fn a_line_is_found_again_in_every_packing() {
    let text = text();
    let inner = Zip::of(&[("a.log", "another\n"), (PATH, &text)]);
    let headless = {
        let bytes = inner.bytes();
        let end = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        bytes[..end].to_vec()
    };
    let tgz = gzip(&Tar::of(&[("a.log", "another\n"), (PATH, &text)]).bytes());
    let nested = Zip::default().and(Member::new("up.tgz", &tgz)).bytes();
    for (input, bytes, path) in [
        ("cockroach.log", text.clone().into_bytes(), "cockroach.log"),
        ("cockroach.log.gz", gzip(text.as_bytes()), "cockroach.log.gz"),
        ("debug.zip", inner.bytes(), PATH),
        ("cut.zip", headless, PATH),
        ("logs.tgz", tgz, PATH),
        ("all.zip", nested, "up.tgz » nodes/1/logs/cockroach.log"),
    ] {
        for number in [1, 2, 1500, 3000] {
            let start = format!("I250422 06:00:00.{number:06} ");
            let offset = text.find(&start).unwrap() as u64;
            let found = around(input, bytes.clone(), path, number, offset);
            let index = (number - found.first) as usize;
            assert!(found.lines[index].starts_with(&start), "{input}, line {number}: {found:?}");
            assert_eq!(found.first, number.saturating_sub(12).max(1), "{input}");
            assert_eq!(found.problem, None);
        }
    }
}

#[test]
fn a_line_of_a_utf_16_log_is_shown_as_text() {
    let text = text();
    for mark in [&[][..], &[0xff, 0xfe]] {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = [mark, &wide].concat();
        for number in [1, 40, 2500] {
            let start = format!("I250422 06:00:00.{number:06} ");
            let before = &text[..text.find(&start).unwrap()];
            let units = before.encode_utf16().count() as u64 * 2;
            let offset = if number == 1 { 0 } else { units + mark.len() as u64 };
            let found = around("x.log", bytes.clone(), "x.log", number, offset);
            let line = &found.lines[(number - found.first) as usize];
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            assert!(line.starts_with(&start), "line {number}: {found:?}");
        }
    }
}
