//! Log lines of client commands: `cockroach workload`, `cockroach debug doctor` and others log as a server does, and are
//! no node. What they write says nothing of the node in whose folder or file it is.

use crate::model::unmarked;

/// Source files whose entries only client commands write: `pkg/workload`, `pkg/ccl/workloadccl`, `pkg/sql/doctor` and the
/// commands of `pkg/cli` that talk to a cluster. A start of a node logs from other files of `pkg/cli`.
const FILES: [&str; 13] = [
    "workload/",
    "ccl/workloadccl/",
    "cmd/",
    "sql/doctor/",
    "cli/clisqlclient/",
    "cli/clisqlshell/",
    "cli/debug",
    "cli/doctor",
    "cli/import.go",
    "cli/node.go",
    "cli/userfile",
    "cli/workload",
    "cli/zip",
];

/// Commands that run no node (`cockroach help`, v2.0 to v26).
const COMMANDS: [&str; 24] = [
    "auth-session",
    "cert",
    "connect",
    "convert-url",
    "debug",
    "dump",
    "gen",
    "import",
    "init",
    "load",
    "node",
    "nodelocal",
    "quit",
    "range",
    "sql",
    "sqlfmt",
    "statement-diag",
    "table",
    "user",
    "userfile",
    "version",
    "workload",
    "zip",
    "zone",
];

/// Programs that are no node: the load generator as a binary of its own, and those around clusters.
const PROGRAMS: [&str; 4] = ["workload", "roachprod", "roachtest", "molt"];

/// Whether only a client command writes entries from this source file. The entry is a client's if it names no node
/// besides.
#[must_use]
pub fn is_file(file: &[u8]) -> bool {
    // Nearly all entries are told by their first byte.
    matches!(file.first(), Some(b'w' | b'c' | b's'))
        && FILES.iter().any(|known| file.starts_with(known.as_bytes()))
}

/// Whether the value of a preamble's `arguments` is that of a client command: `[cockroach workload run kv]`. Removed
/// words tell nothing.
#[must_use]
pub fn is_command_line(arguments: &str) -> bool {
    let arguments = unmarked(arguments);
    let mut words = arguments.trim_ascii().trim_matches(['[', ']']).split_ascii_whitespace();
    let Some(program) = words.next() else { return false };
    let program = program.rsplit(['/', '\\']).next().unwrap_or(program);
    PROGRAMS.contains(&program.trim_end_matches(".exe"))
        || words.next().is_some_and(|command| COMMANDS.contains(&command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_files() {
        for file in [
            "workload/cli/run.go",
            "ccl/workloadccl/fixture.go",
            "cli/debug_check_store.go",
            "cli/doctor.go",
        ] {
            assert!(is_file(file.as_bytes()), "{file}");
        }
        for file in
            ["cli/start.go", "server/node.go", "sql/exec_log.go", "ccl/importerccl/x.go", "", "w"]
        {
            assert!(!is_file(file.as_bytes()), "{file}");
        }
    }

    #[test]
    fn client_command_lines() {
        for arguments in [
            "[./cockroach workload run tpcc]",
            "[‹cockroach› ‹debug› ‹doctor› ‹examine›]",
            "[/usr/bin/workload init kv]",
        ] {
            assert!(is_command_line(arguments), "{arguments}");
        }
        for arguments in
            ["[cockroach start --join=a]", "[‹cockroach› ‹start-single-node›]", "[‹×›]", "[]", ""]
        {
            assert!(!is_command_line(arguments), "{arguments}");
        }
    }
}
