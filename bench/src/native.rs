//! What runs without a browser: the command, and what it is measured against.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::figure::Outcome;
use crate::{Options, progress};

/// What is looked for by somebody who has ripgrep and no tool: in six passes, one for each kind of line that
/// A-144650 is about.
const PASSES: [&str; 6] = [
    r"closing with flushes in-progress encountered an error: addsstable",
    r"^W\d{6} [\d:.]+ .*job=\d+.*closing with flushes in-progress encountered an error",
    r"^[IW]\d{6} .*(import.*encountered retryable error|encountered retryable error.*import)",
    r"^I\d{6} .*adopt\.go.* job \d+: resuming execution",
    r"job \d+: stepping through state succeeded",
    r#"recovery_event.*"JobID":\d+.*succeeded.*"NumRows":\d+"#,
];

/// Exit statuses of the command that are verdicts and not faults: `docs/contract.md#exit-status`.
const VERDICTS: [i32; 3] = [0, 1, 3];

/// What the command found, and how long it took.
pub(crate) struct Ran {
    pub(crate) seconds: f64,
    /// The strongest verdict of any advisory.
    pub(crate) verdict: String,
}

/// Runs the command.
pub(crate) fn command(options: &Options, input: &Path) -> Result<Ran> {
    let mut command = Command::new(&options.command);
    command.arg("scan").arg(input).args(["--format", "json"]).stderr(Stdio::null());
    let begin = Instant::now();
    let output = command.output().with_context(|| options.command.display().to_string())?;
    let seconds = begin.elapsed().as_secs_f64();
    let status = output.status.code();
    ensure!(
        status.is_some_and(|code| VERDICTS.contains(&code)),
        "the command ended with {status:?}"
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let verdict = report["advisories"][0]["verdict"].as_str().unwrap_or_default().to_owned();
    Ok(Ran { seconds, verdict })
}

/// What is missing for the peer.
pub(crate) fn peer_is_there(options: &Options) -> Result<(), Outcome> {
    let tools: &[&str] = if options.peer.is_some() { &["unzip", "bash"] } else { &["unzip", "rg"] };
    for tool in tools {
        let there = Command::new(tool).arg("--help").output().is_ok();
        if !there {
            return Err(Outcome::Skipped(format!("{tool} is not installed")));
        }
    }
    Ok(())
}

/// Unpacks `zip` and runs the script over what came out. What is there from the last time goes before.
pub(crate) fn unzip_and_script(options: &Options, zip: &Path, place: &Path) -> Result<f64> {
    drop(fs::remove_dir_all(place));
    fs::create_dir_all(place)?;
    let begin = Instant::now();
    let mut unzip = Command::new("unzip");
    let status = unzip.args(["-q", "-o"]).arg(zip).arg("-d").arg(place).status()?;
    ensure!(status.success(), "unzip: {status}");
    let unpacked = begin.elapsed().as_secs_f64();
    let seconds = unpacked + script(options, place)?;
    fs::remove_dir_all(place)?;
    Ok(seconds)
}

/// A configuration for the ripgrep of others.
fn ripgrep_config() -> Result<PathBuf> {
    let file = crdb_triage_e2e::target().join("bench/ripgreprc");
    fs::write(&file, "--no-ignore\n").with_context(|| file.display().to_string())?;
    Ok(file)
}

/// Runs the script alone.
pub(crate) fn script(options: &Options, folder: &Path) -> Result<f64> {
    let begin = Instant::now();
    if let Some(peer) = &options.peer {
        let mut script = Command::new("bash");
        script.arg(peer).arg(folder).current_dir(folder);
        // Where the corpus lies, git ignores everything, and a ripgrep in the script would find nothing, fast.
        script.env("RIPGREP_CONFIG_PATH", ripgrep_config()?);
        let output = script.stdin(Stdio::null()).output()?;
        // 1 is what such scripts end with when they found something, and some when a tool is missing: whoever measures
        // should see which.
        let said = String::from_utf8_lossy(&output.stdout);
        progress(&format!("the script says: {}", said.trim().lines().last().unwrap_or("nothing")));
        let status = output.status.code();
        ensure!(
            matches!(status, Some(0 | 1)),
            "{} ended with {status:?}: {}",
            peer.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    } else {
        for pass in PASSES {
            let mut rg = Command::new("rg");
            // Where the corpus lies, git ignores everything.
            rg.args(["--no-config", "--no-ignore", "--no-heading", "--no-filename"]);
            rg.args(["--no-line-number", "-e", pass, "."]).current_dir(folder);
            let output = rg.stdin(Stdio::null()).output().context("rg")?;
            // Nothing found would mean that something else than this corpus was searched.
            ensure!(output.status.success(), "rg found nothing for {pass}");
        }
    }
    Ok(begin.elapsed().as_secs_f64())
}
