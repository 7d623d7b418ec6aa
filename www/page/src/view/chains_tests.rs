//! What the picture of a chain draws, and what it never leaves out.

use crdb_triage::model::Time;
use crdb_triage::report::LayerMark;

use super::table::{Section, cut, sections};
use super::*;
use crate::view::fixture;

const MINUTE: i64 = 60 * Time::SECOND;
const HOUR: i64 = 60 * MINUTE;

fn at(minutes: i64) -> Time {
    Time::parse_rfc3339("2022-11-06T00:00:00Z").unwrap().plus(minutes * MINUTE)
}

pub(super) fn layer(job: usize, minutes: i64) -> Layer {
    Layer {
        job: job.to_string(),
        kind: if job == 0 { LayerKind::Full } else { LayerKind::Incremental },
        kind_told_by: "SUBDIRECTORY_TIME".to_owned(),
        as_of: at(minutes),
        as_of_slack: 0,
        state: LayerState::Done,
        status: "succeeded".to_owned(),
        created: None,
        finished: None,
        scope: "cluster".to_owned(),
        revision_history: false,
        schedule: None,
        marks: Vec::new(),
    }
}

pub(super) fn marked(mut layer: Layer, role: LayerRole) -> Layer {
    layer.marks.push(LayerMark { advisory: "A-88042".to_owned(), role });
    layer
}

pub(super) fn import(
    job: usize,
    from: i64,
    to: Option<i64>,
    captured_by: &[usize],
) -> ChainOperation {
    ChainOperation {
        job: job.to_string(),
        operation: "import_into".to_owned(),
        status: if to.is_some() { "canceled" } else { "running" }.to_owned(),
        from: at(from),
        to: to.map(at),
        tables: vec!["shop.public.orders".to_owned()],
        indexes: Vec::new(),
        captured_by: captured_by.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn restore(job: usize, created: Option<i64>, layer: Option<usize>) -> ChainRestore {
    ChainRestore {
        cluster: None,
        tenant: "system".to_owned(),
        job: job.to_string(),
        status: "succeeded".to_owned(),
        created: created.map(at),
        to: None,
        layer: layer.map(|job| job.to_string()),
    }
}

pub(super) fn chain(layers: Vec<Layer>) -> Chain {
    Chain {
        layers,
        operations: Vec::new(),
        restores: Vec::new(),
        ..fixture::backups().chains.remove(0)
    }
}

/// Five hundred hourly layers; an import over the 300th, and everything after that is suspect.
fn weeks() -> Chain {
    let mut chain = chain((0..500).map(|hour| layer(hour, hour as i64 * 60)).collect());
    for (hour, layer) in chain.layers.iter_mut().enumerate().skip(300) {
        let role = if hour == 300 { LayerRole::Captures } else { LayerRole::Suspect };
        *layer = marked(layer.clone(), role);
    }
    chain.operations.push(import(1000, 300 * 60 - 11, Some(300 * 60 + 24), &[300]));
    chain
}

/// The picture of a chain that no finding is asked about.
pub(super) fn drawn(chain: &Chain) -> Picture {
    let mut report = fixture::backups();
    report.findings.clear();
    picture(&report, chain, None).unwrap()
}

pub(super) fn track<'a>(picture: &'a Picture, name: &str) -> &'a Track {
    picture.tracks.iter().find(|track| track.name == name).unwrap()
}

fn glyphs(picture: &Picture) -> Vec<Glyph> {
    let parts = picture.tracks.iter().flat_map(|track| &track.parts);
    let glyph = |part: &Part| match part.shape {
        Shape::Layers(glyph) => Some(glyph),
        _ => None,
    };
    parts.filter_map(glyph).collect()
}

#[test]
fn a_layer_that_captured_an_operation_stands_within_its_bar_and_what_follows_behind_it() {
    let report = fixture::backups();
    let finding = &report.findings[0];
    let chain = wording::chain_of(&report, finding).unwrap();
    let picture = picture(&report, chain, Some(finding)).unwrap();
    let names: Vec<&str> = picture.tracks.iter().map(|track| track.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "IMPORT INTO 812400273551390101",
            "Index build 812400273551390108",
            "Layers",
            "RESTORE 812400273551390107",
        ]
    );
    let layers = &track(&picture, "Layers").parts;
    let run = picture.tracks[0].parts[0].place;
    assert!(run.x < layers[0].place.x && layers[0].place.x < run.x + run.width);
    assert!(run.x + run.width < layers[1].place.x);
    let said: Vec<(bool, Glyph)> = layers
        .iter()
        .map(|part| match part.shape {
            Shape::Layers(glyph) => (part.strong, glyph),
            _ => panic!("{part:?}"),
        })
        .collect();
    let suspect = Glyph { role: Some(LayerRole::Suspect), ..PLAIN };
    let full = Glyph { kind: Some(LayerKind::Full), captures: true, safe: true, ..PLAIN };
    assert_eq!(
        said,
        [
            (true, full),
            (true, Glyph { subject: true, ..suspect }),
            (false, Glyph { state: Some(LayerState::Failed), ..PLAIN }),
            (true, suspect),
            (false, Glyph { state: Some(LayerState::Unfinished), ..PLAIN }),
        ]
    );
    assert_eq!(picture.guides.len(), 3, "a line for each layer that the finding speaks of");
    assert_eq!(
        layers[0].text,
        "Full backup 812400273551390102 (as of 2022-11-03 02:00:00 UTC): succeeded; captures IMPORT INTO 812400273551390101 (A-88042); the latest layer to restore to."
    );
    assert_eq!(
        picture.notes,
        ["3 more operations ran over this chain; they were captured by no layer."]
    );
}

#[test]
fn without_a_finding_the_layers_stand_out_that_any_finding_about_the_chain_names() {
    let report = fixture::backups();
    let of = |at: usize| glyphs(&picture(&report, &report.chains[at], None).unwrap());
    let safe = |at| of(at).iter().filter(|glyph| glyph.safe).count();
    assert_eq!([0, 2, 4, 5].map(safe), [1, 0, 1, 0], "chains without such a finding have none");
    assert!(of(4).iter().all(|glyph| !glyph.subject));
}

#[test]
fn a_restore_points_to_the_layer_that_it_read_or_says_that_nobody_knows() {
    let mut chain = chain(vec![layer(0, 0), layer(1, 60), layer(2, 120)]);
    chain.restores = vec![
        restore(7, Some(130), Some(1)),
        restore(8, Some(9000), Some(2)),
        restore(9, None, None),
    ];
    let picture = drawn(&chain);
    let layers: Vec<f64> =
        track(&picture, "Layers").parts.iter().map(|part| part.place.x).collect();
    let part = |name| &track(&picture, name).parts[0];
    let near = part("RESTORE 7");
    assert_eq!(near.shape, Shape::Reads(layers[1]));
    assert_eq!(near.place.x, layers[1]);
    assert!(near.place.x + near.place.width > layers[2] && !near.place.after);
    let far = part("RESTORE 8");
    assert_eq!((&far.shape, far.place.after), (&Shape::Reads(layers[2]), true));
    assert_eq!(track(&picture, "RESTORE 8").about, "succeeded, 2022-11-12 06:00:00 UTC");
    assert_eq!(part("RESTORE 9").shape, Shape::Restored);
    let across = track(&picture, "RESTORE 9").across.as_deref();
    assert_eq!(across, Some("which layer it read is not known"));
    assert!(part("RESTORE 9").text.contains("created at a time that is not known"));
}

#[test]
fn what_has_not_ended_runs_into_the_open() {
    let mut chain = chain(vec![marked(layer(0, 0), LayerRole::Captures)]);
    chain.operations = vec![import(5, -10, None, &[0])];
    let picture = drawn(&chain);
    let part = &picture.tracks[0].parts[0];
    assert!(part.place.after && part.strong, "{part:?}");
    assert!((part.place.x + part.place.width - 100.0).abs() < 1e-9);
    assert!(part.text.contains("nothing says that it ended"), "{}", part.text);
}

#[test]
fn an_hour_of_many_weeks_is_drawn_large_and_the_rest_is_counted_at_the_ends() {
    let mut chain = weeks();
    chain
        .operations
        .extend((0..9).map(|n| import(1100 + n, n as i64 * 600, Some(n as i64 * 600 + 9), &[])));
    chain.restores =
        vec![restore(1200, Some(40_000), Some(450)), restore(1201, Some(40_100), Some(301))];
    let picture = drawn(&chain);
    let length = picture.axis.to.0 - picture.axis.from.0;
    assert!(length < 5 * HOUR, "{} h", length / HOUR);
    let run = picture.tracks[0].parts[0].place;
    assert!(run.width > 10.0, "{run:?}");
    let words: Vec<&str> = track(&picture, "Layers")
        .parts
        .iter()
        .filter_map(|part| match &part.shape {
            Shape::Beyond(words) => Some(words.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["299 layers before", "197 layers after, suspect"]);
    let others = track(&picture, "9 other operations");
    assert!(
        matches!(&others.parts[0].shape, Shape::Beyond(words) if words == "9 operations before")
    );
    // One reads a layer that is drawn, so it is drawn too; of the other nothing is on the axis.
    assert!(matches!(track(&picture, "RESTORE 1201").parts[0].shape, Shape::Reads(_)));
    assert!(matches!(track(&picture, "1 other restore").parts[0].shape, Shape::Beyond(_)));
}

#[test]
fn a_finding_about_a_layer_far_behind_says_on_which_side_it_lies() {
    let mut report = fixture::backups();
    let chain = weeks();
    let mut finding = report.findings[0].clone();
    finding.subject.id = "450".to_owned();
    finding.backup = Some(BackupPart {
        chain: Some(chain.id.clone()),
        operation: Some("1000".to_owned()),
        captured_by: vec!["300".to_owned()],
        last_safe: Some("299".to_owned()),
        ..BackupPart::default()
    });
    report.findings = vec![finding];
    report.chains = vec![chain];
    let picture = picture(&report, &report.chains[0], Some(&report.findings[0])).unwrap();
    let layers = track(&picture, "Layers");
    assert!(glyphs(&picture).iter().any(|glyph| glyph.safe), "the layer to restore to is drawn");
    assert!(matches!(
        &layers.parts.last().unwrap().shape,
        Shape::Beyond(words) if words == "197 layers after, suspect, with this finding's"
    ));
}

#[test]
fn a_chain_without_findings_is_drawn_whole_and_its_many_layers_as_few_marks() {
    let mut chain = weeks();
    for layer in &mut chain.layers {
        layer.marks.clear();
    }
    chain.operations.clear();
    let picture = drawn(&chain);
    let glyphs = glyphs(&picture);
    assert!(glyphs.len() <= 14, "{}", glyphs.len());
    assert_eq!(glyphs.iter().map(|glyph| glyph.number).sum::<usize>(), 500);
    assert_eq!((glyphs[0].kind, glyphs[0].number), (Some(LayerKind::Full), 1));
    assert!(picture.guides.is_empty());
}

#[test]
fn each_entry_of_the_legend_stands_for_one_thing() {
    for (glyph, word) in GLYPHS {
        assert!(glyph.shows(glyph), "{word}");
        for (other, name) in GLYPHS.iter().filter(|(other, _)| *other != glyph) {
            // Each is drawn as an incremental layer unless it stands for another kind.
            let plain = *name == "incremental backup";
            assert!(plain || !glyph.shows(*other), "{word} shows {name}");
        }
    }
}

#[test]
fn extreme_times_do_not_overflow() {
    for (from, to) in [(i64::MIN, i64::MAX), (i64::MAX - 1, i64::MAX), (i64::MIN, i64::MIN)] {
        let mut chain = chain(vec![layer(0, 0), marked(layer(1, 0), LayerRole::Captures)]);
        (chain.layers[0].as_of, chain.layers[1].as_of) = (Time(from), Time(to));
        let mut operation = import(5, 0, None, &[1]);
        operation.from = Time(from);
        chain.operations = vec![operation];
        let picture = drawn(&chain);
        assert!(
            picture
                .tracks
                .iter()
                .flat_map(|track| &track.parts)
                .all(|part| part.place.x.is_finite())
        );
    }
    let report = fixture::backups();
    assert_eq!(picture(&report, &chain(Vec::new()), None), None);
}

#[test]
fn the_strongest_chains_come_first_and_those_without_a_part_last() {
    let report = fixture::backups();
    let ids: Vec<&str> =
        order(&report).into_iter().map(|at| report.chains[at].id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "gs://cold/nightly » /2021/06/07-040000.00",
            "s3://attic/full-0611",
            "s3://vault/ledger » /2022/11/03-020000.00",
            "gs://cold/nightly » /2021/06/14-040000.00",
            "nodelocal://1/attic",
            "s3://vault/ledger » /2022/11/04-020000.00",
        ]
    );
}

#[test]
fn the_sentence_counts_the_parts_and_hides_no_character() {
    let mut chain = fixture::backups().chains.remove(4);
    chain.id = "s3://x\u{202e}y".to_owned();
    assert_eq!(
        drawn(&chain).sentence,
        "Chain of backups s3://x<U+202E>y: 5 layers (1 full, 4 incremental), as of 2022-11-03 02:00:00 UTC to 2022-11-03 06:00:00 UTC, 1 not finished, 1 failed, 5 operations, 1 restore; 1 layer captures an operation; 2 layers are suspect."
    );
}

#[test]
fn the_table_says_by_how_much_a_time_may_be_off_and_a_long_one_is_cut_and_says_so() {
    let report = fixture::backups();
    let finding = &report.findings[3];
    let of = wording::chain_of(&report, finding).unwrap();
    let all = sections(&report, of, Some(finding));
    let names: Vec<&str> = all.iter().map(|section: &Section| section.name).collect();
    assert_eq!(names, ["Layers", "Operations"]);
    let [full, incremental, _] = &all[0].lines[..] else { panic!("{all:?}") };
    assert_eq!((full.what.as_str(), full.slack), ("full backup", 5));
    assert_eq!(full.part, "latest layer to restore to");
    assert_eq!(full.detail, "database shop; full because its version never appends by itself");
    assert_eq!(
        incremental.part,
        "captures index build 812400273551390302 (A-63162); possible (A-63162)"
    );
    let (kept, left_out) = cut(all, 2);
    assert_eq!((kept.len(), kept[0].lines.len(), left_out), (1, 2, 2));
}
