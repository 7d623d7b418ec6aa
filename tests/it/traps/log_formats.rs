//! The traps of log formats: that each has a test, and what those tests share.

use crdb_triage::scan::{LogScanner, ScannedLog, Signature, Signatures};

/// The parts of an entry up to its tags.
pub(crate) const AT: &str = "I250422 06:22:39.852238 6885 jobs/adopt.go:8";

const PIECES: [usize; 3] = [1, 7, 1000];

#[test]
fn every_trap_of_log_formats_is_tested() {
    let files = [
        include_str!("log_formats_shape.rs"),
        include_str!("log_formats_line.rs"),
        include_str!("log_formats_bytes.rs"),
        include_str!("log_formats_absence.rs"),
    ];
    super::every_trap_is_tested(&files, "trap_", 33);
}

/// The scan of `text` for what the jobs system and the batcher write, after seeing that it is the same in any pieces.
pub(crate) fn scan(text: impl AsRef<[u8]>) -> ScannedLog {
    let signatures = Signatures::new(vec![
        Signature { name: "state", literal: "stepping through state" },
        Signature { name: "resume", literal: "resuming execution" },
        Signature { name: "flush", literal: "closing with flushes in-progress" },
        Signature { name: "event", literal: "recovery_event" },
    ]);
    same_in_pieces(&signatures, text.as_ref())
}

/// The scan of `text` that gives back every entry.
pub(crate) fn entries(text: impl AsRef<[u8]>) -> ScannedLog {
    let signatures = Signatures::new(vec![Signature { name: "any", literal: "" }]);
    same_in_pieces(&signatures, text.as_ref())
}

fn same_in_pieces(signatures: &Signatures, text: &[u8]) -> ScannedLog {
    let in_pieces = |piece: usize| {
        let mut scanner = LogScanner::new(signatures, "log");
        text.chunks(piece).for_each(|chunk| scanner.feed(chunk));
        scanner.finish()
    };
    let whole = in_pieces(text.len().max(1));
    for piece in PIECES.into_iter().filter(|_| text.len() < 1 << 16) {
        assert_eq!(in_pieces(piece), whole, "in pieces of {piece}");
    }
    whole
}

/// The messages of the hits.
pub(crate) fn messages(log: &ScannedLog) -> Vec<&str> {
    log.hits.iter().map(|hit| hit.entry.message.as_str()).collect()
}
