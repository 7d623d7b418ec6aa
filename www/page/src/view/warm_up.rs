//! A made-up log, for the engine to read before the first drop.

use std::fmt::Write;

/// What it is called: packed, as logs in an upload are.
pub const NAME: &str = "cockroach.log.gz";

/// Lines of it: a hundred kilobytes.
const LINES: u64 = 800;

/// After so many ordinary entries there is one about a job.
const BETWEEN_JOBS: u64 = 40;

/// What the entries say: where they come from and their words, with numbers in between.
const SAID: [(&str, &str, &str); 6] = [
    (
        "kv/kvserver/replica_command.go:412",
        "initiating a split of this range at key /Table/",
        " [r",
    ),
    ("kv/kvserver/store_rebalancer.go:340", "load-based lease transfers of replica ", " moved "),
    ("server/status/runtime_log.go:47", "runtime stats: GiB RSS, goroutines ", ", MiB "),
    ("sql/exec_log.go:301", "executed statement with latency ", " and rows "),
    ("gossip/gossip.go:1540", "node has connected to cluster via gossip, peers ", ", hops "),
    ("rpc/peer.go:613", "connection is now healthy, remote clock offset ", ", round trip "),
];

/// The log, as CockroachDB writes it.
#[must_use]
pub fn log() -> String {
    let mut log = String::new();
    let mut state = 1u64;
    for (line, (place, words, more)) in (1..=LINES).zip(SAID.iter().cycle()) {
        // Any numbers do that do not follow from each other.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (one, other) = (state >> 40, state >> 52);
        let (minute, second, micros) = (line / 60, line % 60, one % 1_000_000);
        let goroutine = 100 + other % 400;
        let (place, words) = match line % BETWEEN_JOBS {
            0 => ("jobs/registry.go:1650", "IMPORT job 7: stepping through state running, "),
            _ => (*place, *words),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            log,
            "I250101 10:{minute:02}:{second:02}.{micros:06} {goroutine} {place} ⋮ [T1,Vsystem,n1] {line}  {words}{one}{more}{other}"
        );
    }
    log
}

#[cfg(test)]
mod tests {
    use crdb_triage::facts::SIGNATURES;
    use crdb_triage::scan::{LogScanner, Signatures};

    use super::*;

    #[test]
    fn the_engine_reads_it_as_one_log_with_jobs() {
        let mut scanner = LogScanner::new(&Signatures::new(SIGNATURES.to_vec()), "cockroach.log");
        scanner.feed(log().as_bytes());
        let read = scanner.finish();
        assert_eq!((read.summary.entries, read.summary.segments.len()), (LINES, 1));
        assert_eq!(read.hits.len() as u64, LINES / BETWEEN_JOBS);
        assert!(read.unread.is_empty());
    }
}
