//! What all this ran on, and what criterion measured on it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// The machine, as far as it matters.
pub(crate) fn describe() -> Value {
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let memory: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    let browser = Command::new("chromium").arg("--version").output();
    let browser = browser.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
    json!({
        "processor": processor,
        "processors": processors(),
        "memory_bytes": memory * 1024,
        "system": fs::read_to_string("/proc/version").unwrap_or_default().trim(),
        "browser": browser.unwrap_or_default(),
    })
}

/// How many workers and threads there can be.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The medians of `bench/probe/benches/memory.rs`, which criterion left in Cargo's folder.
pub(crate) fn in_memory(bench: &Path) -> Vec<Value> {
    let all = bench.parent().unwrap_or(bench).join("criterion/memory");
    let mut found = Vec::new();
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let read = |name: &str| -> Option<Value> {
            serde_json::from_slice(&fs::read(entry.path().join("new").join(name)).ok()?).ok()
        };
        let (Some(benchmark), Some(estimates)) = (read("benchmark.json"), read("estimates.json"))
        else {
            continue;
        };
        let bytes = benchmark["throughput"]["Bytes"].as_f64();
        let nanoseconds = estimates["median"]["point_estimate"].as_f64();
        if let (Some(bytes), Some(nanoseconds)) = (bytes, nanoseconds) {
            let id = entry.file_name().to_string_lossy().into_owned();
            found.push((id, bytes / nanoseconds * 1e9));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(id, rate)| json!({ "id": id, "bytes_per_second": rate })).collect()
}
