//! The corpus as files: a debug zip with four large logs, and the same unpacked. Made once and kept.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use crdb_triage_corpus::{IMPORT_EVERY, JOBS, Log, SEED, VERSION, table};

use crate::progress;
use crate::zip::{Deflate, Member, Writer, each_member};

/// How many times as much text the large archive holds.
pub(crate) const LARGER: u64 = 8;

const NODES: u32 = 4;

/// Text of each log.
const WHOLE: usize = 256 << 20;
const SMALL: usize = 4 << 20;

/// Where the corpus is.
#[derive(Debug)]
pub(crate) struct Corpus {
    place: PathBuf,
    /// Bytes of text.
    pub(crate) text: u64,
}

impl Corpus {
    /// The corpus of today's generator below `bench`; it is made if it is not there, and those of yesterday go.
    pub(crate) fn get(bench: &Path, small: bool) -> Result<Self> {
        let all = bench.join("corpus");
        let size = if small { SMALL } else { WHOLE };
        let name = format!("v{VERSION}-{}", size >> 20);
        for old in fs::read_dir(&all).into_iter().flatten().flatten() {
            let kept = old.file_name();
            if !kept.to_string_lossy().starts_with(&format!("v{VERSION}-"))
                || kept.to_string_lossy().ends_with(".part")
            {
                fs::remove_dir_all(old.path())?;
            }
        }
        let place = all.join(&name);
        if !place.is_dir() {
            progress(&format!(
                "writing {} MiB of logs and their zip",
                (size >> 20) * NODES as usize
            ));
            let part = all.join(format!("{name}.part"));
            make(&part, size).with_context(|| part.display().to_string())?;
            fs::rename(&part, &place)?;
        }
        let mut text = 0;
        for node in 1..=NODES {
            text += place.join("folder").join(log_name(node)).metadata()?.len();
        }
        text += place.join("folder").join(TABLE).metadata()?.len();
        // What a script or a killed run left there is no part of it.
        for entry in fs::read_dir(place.join("folder"))?.flatten() {
            if entry.file_name() != "debug" {
                fs::remove_dir_all(entry.path())?;
            }
        }
        drop(fs::remove_file(place.join("large.zip")));
        Ok(Self { place, text })
    }

    /// The archive.
    pub(crate) fn zip(&self) -> PathBuf {
        self.place.join("debug.zip")
    }

    pub(crate) fn zip_bytes(&self) -> u64 {
        self.zip().metadata().map_or(0, |file| file.len())
    }

    /// The folder in which the archive was unpacked, so to say: it holds `debug`.
    pub(crate) fn unpacked(&self) -> PathBuf {
        self.place.join("folder")
    }

    /// What of that is handed in.
    pub(crate) fn folder(&self) -> PathBuf {
        self.unpacked().join("debug")
    }

    /// An archive with [`LARGER`] times the text. Its logs are those of the other, deflated, under the names of other
    /// nodes: for what is read and checked that makes no difference, and it is there in seconds.
    pub(crate) fn larger(&self) -> Result<PathBuf> {
        let path = self.place.join("large.zip");
        let mut writer = Writer::create(&path)?;
        each_member(&self.zip(), |mut member| {
            let Some((before, after)) = member.name.split_once("/nodes/") else {
                return writer.add(&member);
            };
            let (node, after) = after.split_once('/').unwrap_or((after, ""));
            let node: u64 = node.parse().map_err(std::io::Error::other)?;
            let names: Vec<String> = (0..LARGER)
                .map(|time| format!("{before}/nodes/{}/{after}", node + time * u64::from(NODES)))
                .collect();
            for name in names {
                member.name = name;
                writer.add(&member)?;
            }
            Ok(())
        })?;
        writer.finish()?;
        Ok(path)
    }
}

const TABLE: &str = "debug/crdb_internal.jobs.txt";

fn log_name(node: u32) -> String {
    format!("debug/nodes/{node}/logs/cockroach.log")
}

fn make(place: &Path, size: usize) -> Result<()> {
    drop(fs::remove_dir_all(place));
    let folder = place.join("folder");
    let mut members = vec![{
        let text = table(SEED, JOBS, IMPORT_EVERY);
        fs::create_dir_all(folder.join("debug"))?;
        fs::write(folder.join(TABLE), &text)?;
        let mut deflate = Deflate::new(TABLE);
        deflate.feed(text.as_bytes())?;
        deflate.finish()?
    }];
    let logs: Vec<Result<Member>> = thread::scope(|scope| {
        let nodes = (1..=NODES).map(|node| {
            scope.spawn({
                let folder = &folder;
                move || log(folder, node, size)
            })
        });
        let threads: Vec<_> = nodes.collect();
        let end = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| Err(anyhow!("the generator failed")))
        };
        threads.into_iter().map(end).collect()
    });
    for member in logs {
        members.push(member?);
    }
    let mut writer = Writer::create(&place.join("debug.zip"))?;
    for member in &members {
        writer.add(member)?;
    }
    Ok(writer.finish()?)
}

/// Writes the log of a node, and deflates it on the way.
fn log(folder: &Path, node: u32, size: usize) -> Result<Member> {
    let name = log_name(node);
    let path = folder.join(&name);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let mut file = BufWriter::new(File::create(&path)?);
    let mut deflate = Deflate::new(&name);
    let mut log = Log::new(SEED, node);
    let (mut text, mut written) = (Vec::new(), 0);
    while written < size {
        text.clear();
        log.fill(&mut text, (size - written).min(1 << 20));
        file.write_all(&text)?;
        deflate.feed(&text)?;
        written += text.len();
    }
    file.flush()?;
    Ok(deflate.finish()?)
}
