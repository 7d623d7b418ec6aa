//! Puts the readings of all artifacts together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ingest::Tally;
use crate::model::{Cluster, CollectSmall, LogFormat, Tenancy, Time, Unread};
use crate::parse::cluster::ClusterFact;
use crate::scan::Strays;

use super::asked::{AskedRead, AskedRows};
use super::collection::{Bundle, Row, add_plan, add_rows, date, says_how_jobs_ended};
use super::kept::Kept;
use super::log::{LogReading, Said};
use super::named::Named;
use super::records::Records;
use super::schedules::{self, Listed};
use super::schema;
use super::settings::{self, Part};
use super::signs::signs;
use super::{Content, Facts, MoltTable, Reading, molt};
use super::{backups, clusters, strays};

/// Puts the readings together. `signatures` are the names of all signatures of the scan, in its order;
/// those after [`super::SIGNATURES`] belong to advisories. Readings come in the order of their paths. `strays` are signs in
/// what was not understood, by path; there is a reading of each path.
#[must_use]
pub fn gather(
    tally: &Tally,
    readings: Vec<Reading>,
    unread: Vec<Unread>,
    strays: Vec<(String, Strays)>,
    signatures: &[&'static str],
) -> Facts {
    let homes = clusters::homes(&readings);
    let strays = strays::of_files(strays, &readings, &homes, signatures);
    let unsearched = tally.unsearched;
    let mut facts = Facts { unread, strays, unsearched, ..Facts::default() };
    let mut bundles = BTreeMap::<usize, Bundle>::new();
    let mut logs = Vec::new();
    let mut records = Vec::new();
    let mut rows = Vec::new();
    let mut schedules = Vec::new();
    let mut parts = Vec::new();
    let mut schemas = Vec::new();
    let mut asked = Vec::new();
    for (mut reading, home) in readings.into_iter().zip(homes) {
        let cluster = home.cluster.clone().unwrap_or_default();
        let bundle = bundles.entry(home.bundle).or_default();
        bundle.see(&home);
        if let Some(table) = reading.asked.take() {
            asked.push(AskedRead {
                bundle: home.bundle,
                tenancy: Tenancy::new(&cluster, &reading.tenant),
                node: reading.node,
                path: Arc::clone(&reading.path),
                standing: reading.standing,
                collected: None,
                since: earliest_event(&reading.content),
                table,
            });
        }
        match reading.content {
            Content::Log(log) => {
                let tenancy = Tenancy::new(&cluster, &reading.tenant);
                let log = LogReading { path: reading.path, tenancy, node: reading.node, log };
                facts.redaction = facts.redaction.max(log.log.summary.redaction);
                // A log of MOLT beside several clusters: of which it speaks, nobody knows.
                if home.cluster.is_none() {
                    continue;
                }
                bundle.latest_entry = bundle.latest_entry.max(log.log.summary.span.map(|s| s.1));
                logs.push((log, home));
            }
            Content::Jobs(table, list) => {
                let of_cluster = facts.clusters.entry(cluster.clone()).or_default();
                let vouches = says_how_jobs_ended(table, &list);
                if vouches {
                    let known = of_cluster.jobs_tables.entry(reading.tenant.clone()).or_default();
                    known.add(reading.standing, &list);
                }
                let tenancy = Tenancy::new(&cluster, &reading.tenant);
                rows.extend(list.into_iter().map(|row| Row {
                    bundle: home.bundle,
                    table,
                    standing: reading.standing,
                    vouches,
                    path: Arc::clone(&reading.path),
                    tenancy: tenancy.clone(),
                    row,
                }));
            }
            Content::Schedules(rows) => {
                let tenancy = Tenancy::new(&cluster, &reading.tenant);
                let (bundle, standing) = (home.bundle, reading.standing);
                schedules.push(Listed { bundle, standing, path: reading.path, tenancy, rows });
            }
            Content::Settings(table, ref rows) => {
                let active = settings::active_version(rows);
                records.push(Records::new(table, active, &reading, &cluster, home.bundle));
                parts.push(Part {
                    bundle: home.bundle,
                    table,
                    standing: reading.standing,
                    path: Arc::clone(&reading.path),
                    tenancy: Tenancy::new(&cluster, &reading.tenant),
                    rows: rows.clone(),
                });
            }
            Content::Schema(_, rows) => schemas.push(schema::Part {
                bundle: home.bundle,
                standing: reading.standing,
                path: reading.path,
                tenancy: Tenancy::new(&cluster, &reading.tenant),
                rows,
            }),
            Content::Cluster(table, ref list) => {
                let list = Records::new(table, list.clone(), &reading, &cluster, home.bundle);
                bundle.lists_nodes |= list.lists_nodes();
                bundle.named = bundle.named.max(list.latest());
                records.push(list);
            }
            Content::Asked | Content::NotRecognized => {}
        }
    }
    let (mut said, mut molt, mut named) = (Said::default(), Molt::default(), Named::default());
    for (log, home) in logs {
        molt.read(home.cluster.as_ref(), &log);
        log.add_to(&mut facts, &mut said, &mut named, home.bundle, signatures);
    }
    if bundles.is_empty() {
        facts.clusters.insert(Cluster::default(), super::ClusterFacts::default());
    }
    date(&mut facts, &mut bundles, &rows);
    add_plan(&mut facts, &mut named, tally, &bundles);
    add_records(&mut facts, &mut named, &records, &bundles);
    for row in &rows {
        row.add_to(&mut named);
    }
    named.add_to(&mut facts);
    (facts.schedules, facts.expiry) = schedules::gather(schedules, &bundles);
    let collected = |bundle: usize| bundles.get(&bundle).and_then(Bundle::collected);
    facts.asked = AskedRows::new(asked, collected);
    facts.settings = settings::gather(parts, collected, &facts.unread);
    facts.schema = schema::gather(schemas, collected, &facts.unread);
    for list in &records {
        list.add_changes(&mut facts.settings, collected(list.bundle));
    }
    let Said { mut histories, found, .. } = said;
    facts.molt = molt.finish();
    add_rows(&mut histories, rows, &bundles);
    facts.signs = signs(&facts, found);
    for sign in &facts.signs {
        histories.add_sign(sign);
    }
    let tables: BTreeSet<Tenancy> = facts
        .clusters
        .iter()
        .flat_map(|(cluster, known)| {
            known.jobs_tables.keys().map(|tenant| Tenancy::new(cluster, tenant))
        })
        .collect_small();
    let (jobs, moved) = histories.finish(&tables);
    facts.jobs = jobs;
    for sign in &mut facts.signs {
        let old = sign.job.map(|job| (sign.tenancy.clone(), job));
        if let Some(tenancy) = old.and_then(|old| moved.get(&old)) {
            sign.tenancy = tenancy.clone();
        }
    }
    facts.backups = backups::gather(&facts);
    backups::add_events(&facts.backups, &mut facts.jobs);
    facts
}

/// The earliest event that a table of events has.
fn earliest_event(content: &Content) -> Option<Time> {
    let Content::Cluster(_, records) = content else { return None };
    let of_events = records.iter().filter_map(|record| match record.fact {
        ClusterFact::Events { from, .. } => Some(from),
        _ => None,
    });
    of_events.min()
}

fn add_records(
    facts: &mut Facts,
    named: &mut Named,
    records: &[Records],
    bundles: &BTreeMap<usize, Bundle>,
) {
    let collected = |list: &Records| bundles.get(&list.bundle).and_then(Bundle::collected);
    // The two latest instants of each bundle that documents name: all but one of them are not its own.
    let latest: Vec<Option<Time>> = records.iter().map(Records::latest).collect();
    let mut last_two = BTreeMap::<usize, [Option<(Time, usize)>; 2]>::new();
    for (at, list) in records.iter().enumerate() {
        let Some(time) = latest[at] else { continue };
        let two = last_two.entry(list.bundle).or_default();
        if Some((time, at)) > two[0] {
            *two = [Some((time, at)), two[0]];
        } else if Some((time, at)) > two[1] {
            two[1] = Some((time, at));
        }
    }
    for (at, list) in records.iter().enumerate() {
        let two = last_two.get(&list.bundle).into_iter().flatten().flatten();
        let documents = two.filter(|(_, of)| *of != at).map(|(time, _)| *time).max();
        let bundle = bundles.get(&list.bundle);
        let others = bundle.and_then(|bundle| bundle.dumped.max(bundle.latest_entry));
        list.add_to(facts, named, collected(list), documents.max(others));
    }
    for list in records {
        list.add_active(facts, collected(list));
    }
    facts.nodes.values_mut().for_each(super::Node::finish);
}

/// Logs of MOLT by the cluster that they are known to be about.
#[derive(Default)]
struct Molt(BTreeMap<Cluster, (Vec<MoltTable>, Vec<molt::Verified>)>);

impl Molt {
    /// A log that could be about any of several clusters proves nothing of any.
    fn read(&mut self, cluster: Option<&Cluster>, log: &LogReading) {
        let Some(cluster) = cluster else { return };
        if !log.log.summary.formats.contains(&LogFormat::Molt) {
            return;
        }
        let (tables, verifies) = self.0.entry(cluster.clone()).or_default();
        let hits = log.log.entries.iter().filter_map(|kept| match kept {
            Kept::Whole(hit) => Some(hit),
            Kept::Told(_) => None,
        });
        molt::read(cluster, &log.path, hits, tables, verifies);
    }

    fn finish(self) -> Vec<MoltTable> {
        let mut all = Vec::new();
        for (mut tables, verifies) in self.0.into_values() {
            molt::pair(&mut tables, verifies);
            all.append(&mut tables);
        }
        all
    }
}
