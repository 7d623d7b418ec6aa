//! The rows that set the page, the command and their peers against each other. What belongs together is measured in
//! turns – A, B, A, B – so that what else the machine does meets all of them.

use anyhow::{Result, ensure};
use crdb_triage_e2e::{Site, single_file};

use crate::browser::Way;
use crate::corpus::{Corpus, LARGER};
use crate::figure::{Measured, Outcome, Row, Target, ratio};
use crate::{Options, browser, machine, native, progress};

/// Peer, page and command on the zip.
pub(crate) async fn zip(options: &Options, corpus: &Corpus) -> Vec<Row> {
    let measured = zip_rounds(options, corpus).await;
    let (mut peer, mut page, mut command) = (Ok(()), browser::is_there(), Ok(()));
    if let Err(missing) = native::peer_is_there(options) {
        peer = Err(missing);
    }
    let rounds = match measured {
        Ok(rounds) => rounds,
        Err(error) => {
            let failed = || Outcome::failed(&error);
            (peer, page, command) =
                (peer.and(Err(failed())), page.and(Err(failed())), Err(failed()));
            ZipRounds::default()
        }
    };
    let both = |a: &Result<(), Outcome>, b: &Result<(), Outcome>, measured: Measured| match (a, b) {
        (Err(why), _) | (_, Err(why)) => Err(why.again()),
        _ => Ok(measured),
    };
    let ZipRounds { peer: p, page: g, command: c } = &rounds;
    vec![
        Row::new(
            "page_zip",
            "page in Chromium on the zip, drop to verdict, against unzip and the script",
            Target::AtLeast(5.0, "×"),
            both(&peer, &page, ratio(("peer s", p), ("page s", g))),
        ),
        Row::new(
            "command_zip",
            "command on the zip, against the same",
            Target::AtLeast(8.0, "×"),
            both(&peer, &command, ratio(("peer s", p), ("command s", c))),
        ),
        Row::new(
            "page_against_command",
            "page on the zip against the command on the zip",
            Target::AtLeast(0.6, "×"),
            both(&page, &command, ratio(("command s", c), ("page s", g))),
        ),
    ]
}

#[derive(Default)]
struct ZipRounds {
    peer: Vec<f64>,
    page: Vec<f64>,
    command: Vec<f64>,
}

async fn zip_rounds(options: &Options, corpus: &Corpus) -> Result<ZipRounds> {
    let mut rounds = ZipRounds::default();
    let (peer, browser) = (native::peer_is_there(options).is_ok(), browser::is_there().is_ok());
    let zip = corpus.zip();
    let site = Site::start()?;
    let place = crdb_triage_e2e::target().join("bench/unzipped");
    // Once for nothing: afterwards the files are in memory.
    native::command(options, &zip)?;
    for round in 1..=options.rounds {
        progress(&format!("the zip, round {round} of {}", options.rounds));
        if peer {
            rounds.peer.push(native::unzip_and_script(options, &zip, &place)?);
        }
        let command = native::command(options, &zip)?;
        rounds.command.push(command.seconds);
        if browser {
            let page = browser::page(&site.url(), Way::Drop(&zip), None).await?;
            let (here, there) = (&page.verdict, &command.verdict);
            ensure!(here == there, "the page says {here}, the command {there}");
            rounds.page.push(page.seconds);
        }
    }
    Ok(rounds)
}

/// The script alone, the command, the page, and mere reading, on the unzipped folder.
pub(crate) async fn folder(options: &Options, corpus: &Corpus) -> Vec<Row> {
    let command = match native::peer_is_there(options) {
        Ok(()) => command_folder(options, corpus).map_err(|error| Outcome::failed(&error)),
        Err(skipped) => Err(skipped),
    };
    let page = browser::measured(page_folder(options, corpus)).await;
    vec![
        Row::new(
            "command_folder",
            "command on the unzipped folder, against the script alone",
            Target::AtLeast(2.0, "×"),
            command,
        ),
        Row::new(
            "page_folder",
            "page on the unzipped folder, against reading the same bytes in the same browser without looking at them",
            Target::AtLeast(0.85, "×"),
            page,
        ),
    ]
}

fn command_folder(options: &Options, corpus: &Corpus) -> Result<Measured> {
    let (mut peer, mut command) = (Vec::new(), Vec::new());
    native::command(options, &corpus.folder())?;
    for round in 1..=options.rounds {
        progress(&format!("the folder natively, round {round} of {}", options.rounds));
        peer.push(native::script(options, &corpus.unpacked())?);
        command.push(native::command(options, &corpus.folder())?.seconds);
    }
    Ok(ratio(("script s", &peer), ("command s", &command)))
}

async fn page_folder(options: &Options, corpus: &Corpus) -> Result<Measured> {
    let (site, pages) = (Site::start()?, browser::pages()?);
    let folder = corpus.folder();
    let (mut reading, mut page) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        progress(&format!("the folder in the browser, round {round} of {}", options.rounds));
        reading.push(browser::reading(&pages, corpus).await?);
        page.push(browser::page(&site.url(), Way::Folder(&folder), None).await?.seconds);
    }
    Ok(ratio(("reading s", &reading), ("page s", &page)))
}

/// One worker and two.
pub(crate) async fn workers(options: &Options, corpus: &Corpus) -> Vec<Row> {
    let measured = if machine::processors() < 2 {
        Err(Outcome::Skipped("this machine has one processor".to_owned()))
    } else {
        browser::measured(two_workers(options, corpus)).await
    };
    vec![Row::new(
        "two_workers",
        "two workers against one, zip",
        Target::AtLeast(1.7, "×"),
        measured,
    )]
}

async fn two_workers(options: &Options, corpus: &Corpus) -> Result<Measured> {
    let (site, zip) = (Site::start()?, corpus.zip());
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        progress(&format!("one worker and two, round {round} of {}", options.rounds));
        one.push(browser::page(&site.url(), Way::Drop(&zip), Some(1)).await?.seconds);
        two.push(browser::page(&site.url(), Way::Drop(&zip), Some(2)).await?.seconds);
    }
    Ok(ratio(("one s", &one), ("two s", &two)))
}

/// The same page from one file of the disk.
pub(crate) async fn single(options: &Options, corpus: &Corpus) -> Vec<Row> {
    vec![Row::new(
        "single_file",
        "the single file, from disk, against the site, on the zip",
        Target::AtLeast(0.9, "×"),
        browser::measured(site_and_file(options, corpus)).await,
    )]
}

async fn site_and_file(options: &Options, corpus: &Corpus) -> Result<Measured> {
    let (site, file, zip) = (Site::start()?, single_file()?, corpus.zip());
    let (mut from_site, mut from_file) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        progress(&format!("site and single file, round {round} of {}", options.rounds));
        from_site.push(browser::page(&site.url(), Way::Drop(&zip), None).await?.seconds);
        from_file.push(browser::page(&file, Way::Drop(&zip), None).await?.seconds);
    }
    Ok(ratio(("site s", &from_site), ("file s", &from_file)))
}

/// Eight times as much text: what it costs, and what it takes.
pub(crate) async fn size(options: &Options, corpus: &Corpus) -> Vec<Row> {
    let measured = browser::measured(larger(options, corpus)).await;
    let (cost, memory) = match measured {
        Ok((cost, memory)) => (Ok(cost), Ok(memory)),
        Err(why) => (Err(why.again()), Err(why)),
    };
    vec![
        Row::new(
            "cost_per_byte",
            "cost per byte at 8 GiB against 1 GiB",
            Target::AtMost(1.1, "×"),
            cost,
        ),
        Row::new(
            "memory",
            "peak memory of the browser at 8 GiB against 1 GiB",
            Target::AtMost(1.1, "×"),
            memory,
        ),
    ]
}

async fn larger(options: &Options, corpus: &Corpus) -> Result<(Measured, Measured)> {
    let (site, zip, large) = (Site::start()?, corpus.zip(), corpus.larger()?);
    let (mut cost, mut memory) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for round in 1..=options.rounds {
        progress(&format!("{LARGER} times as much, round {round} of {}", options.rounds));
        let one = browser::page(&site.url(), Way::Drop(&zip), None).await?;
        let eight = browser::page(&site.url(), Way::Drop(&large), None).await?;
        let per_gib =
            |seconds: f64, times: u64| seconds / (corpus.text * times) as f64 * f64::from(1 << 30);
        cost.0.push(per_gib(eight.seconds, LARGER));
        cost.1.push(per_gib(one.seconds, 1));
        memory.0.push(browser::memory(&site.url(), Way::Drop(&large)).await? / 1e6);
        memory.1.push(browser::memory(&site.url(), Way::Drop(&zip)).await? / 1e6);
    }
    std::fs::remove_file(large)?;
    Ok((
        ratio(("8 GiB s/GiB", &cost.0), ("1 GiB s/GiB", &cost.1)),
        ratio(("8 GiB MB", &memory.0), ("1 GiB MB", &memory.1)),
    ))
}
