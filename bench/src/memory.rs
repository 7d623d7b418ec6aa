//! The memory of a browser: what its processes have for themselves, and their share of what they have in common.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Between two looks, each of which takes some 20 ms. The peak, between the verdict and its showing, lasts a tenth of a second.
const EVERY: Duration = Duration::from_millis(30);

/// Looks again and again how much the processes below one have.
#[derive(Debug)]
pub(crate) struct Watch {
    peak: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches all processes that come from `root`, without that one.
    pub(crate) fn start(root: u32) -> Self {
        let (peak, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let thread = thread::spawn({
            let (peak, over) = (Arc::clone(&peak), Arc::clone(&over));
            move || {
                while !over.load(Ordering::Relaxed) {
                    let now: u64 = below(root).into_iter().map(share).sum();
                    peak.fetch_max(now, Ordering::Relaxed);
                    thread::sleep(EVERY);
                }
            }
        });
        Self { peak, over, thread: Some(thread) }
    }

    /// The most that it was, in bytes.
    pub(crate) fn peak(mut self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Children, their children, and so on.
fn below(root: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(process) = entry.file_name().to_string_lossy().parse() else { continue };
        if let Some(parent) = parent(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut found = children.remove(&root).unwrap_or_default();
    let mut next = 0;
    while let Some(process) = found.get(next) {
        let more = children.remove(process);
        found.extend(more.into_iter().flatten());
        next += 1;
    }
    found
}

/// The fourth field of `stat`; the second is a name in brackets, which may hold anything.
fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// `Pss` of a process, in bytes; 0 when it has ended meanwhile.
fn share(process: u32) -> u64 {
    let Ok(rollup) = fs::read_to_string(format!("/proc/{process}/smaps_rollup")) else { return 0 };
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kibibytes.unwrap_or(0u64) * 1024
}
