//! What to collect next: the smallest list of files, commands and statements that would decide the open advisories, made
//! from the facts that their verdicts name as missing.
//!
//! One fact that many advisories lack is one item, and all that one debug zip of a cluster brings is one item too.

use std::collections::{BTreeMap, BTreeSet};

use crate::advisories::Decision;
use crate::facts::{Facts, Setting, Why};
use crate::ingest::{node_at, table_at};
use crate::model::{
    LogsLack, LogsNeed, Missing, Need, NodeId, SortSmall, Tenancy, Time, Verdict, Version, ZipPart,
    listed,
};
use crate::parse::settings::Value;

/// So many items are listed one by one; what is beyond them is one item.
const LISTED: usize = 100;

/// Something to collect or to state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collect {
    /// What is missing, in a sentence without its end.
    pub what: String,
    /// The command that gets it; empty where none does.
    pub command: String,
    /// Ids of the advisories that wait for it.
    pub decides: Vec<String>,
}

/// What makes one item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// What a debug zip of a cluster has beside logs.
    Zip(String),
    /// Logs of a cluster; the zip that brings them has the rest as well.
    Logs(String),
    /// Values of settings that a zip does not show.
    Settings,
    /// The versions that a cluster ran before.
    History(String),
    /// A file, by its path.
    File(String),
    /// Something that no command gets.
    Other(String),
}

/// What is asked for under one key.
#[derive(Clone, Debug, Default)]
struct Ask {
    parts: BTreeSet<String>,
    nodes: BTreeSet<NodeId>,
    all_nodes: bool,
    from: Option<Time>,
    to: Option<Time>,
    lacks: BTreeSet<LogsLack>,
    decides: BTreeSet<String>,
}

impl Ask {
    fn add(&mut self, part: String) {
        self.parts.insert(part);
    }
}

/// What to collect, the item that most advisories wait for first.
pub(super) fn collect(facts: &Facts, decisions: &[Decision]) -> Vec<Collect> {
    let mut asks: BTreeMap<Key, Ask> = BTreeMap::new();
    for decision in decisions.iter().filter(|decision| is_open(decision.verdict)) {
        for missing in &decision.coverage.missing {
            let Some((key, part)) = asked(facts, missing) else { continue };
            let ask = asks.entry(key).or_default();
            part(ask);
            ask.decides.insert(decision.declared.id.clone());
        }
    }
    merge(&mut asks);
    let mut items: Vec<Collect> =
        asks.into_iter().map(|(key, ask)| item(facts, &key, ask)).collect();
    items.sort_small_by(|a, b| {
        b.decides.len().cmp(&a.decides.len()).then_with(|| a.what.cmp(&b.what))
    });
    if items.len() > LISTED {
        let rest = items.split_off(LISTED);
        let what = format!("{} more facts, which the advisories name as missing", rest.len());
        let decides: BTreeSet<String> = rest.into_iter().flat_map(|item| item.decides).collect();
        let decides = decides.into_iter().collect();
        items.push(Collect { what, command: String::new(), decides });
    }
    items
}

/// Whether a fact could still change the word: nothing is stronger than a suspicion but the harm itself, and clean words
/// lack nothing.
fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::CannotTell | Verdict::Exposed | Verdict::AtRisk | Verdict::Possible)
}

type Part = Box<dyn FnOnce(&mut Ask)>;

/// Under which key a fact is asked for, and how; none of one that nothing can be handed in for.
fn asked(facts: &Facts, missing: &Missing) -> Option<(Key, Part)> {
    let part = |text: String| -> Part { Box::new(move |ask| ask.add(text)) };
    match missing {
        // No file tells what is in a build.
        Missing::NotNamed { .. } => None,
        Missing::Unread { path, detail } => Some(of_file(path, detail)),
        Missing::Setting { name, why } => {
            let key = of_setting(facts, name, why);
            let text = if key == Key::Zip(String::new()) { settings_part() } else { name.clone() };
            Some((key, part(text)))
        }
        Missing::Instant { .. } | Missing::Fact(_) => {
            Some((Key::Other(missing.to_string()), part(String::new())))
        }
        known => match known.need()? {
            Need::Zip { cluster, part: of } => {
                let text = match of {
                    ZipPart::Nodes => "the list of all nodes".to_owned(),
                    ZipPart::Builds => "the builds that run".to_owned(),
                    ZipPart::Jobs(tenant) => {
                        format!("all jobs of the virtual cluster {tenant}, read by an admin")
                    }
                    ZipPart::Settings => settings_part(),
                    ZipPart::Table(table) => format!("the table {table}"),
                };
                Some((Key::Zip(cluster), part(text)))
            }
            Need::Logs(need) => Some((Key::Logs(need.cluster.clone()), of_logs(need))),
            Need::History { before, cluster } => {
                Some((Key::History(cluster), Box::new(move |ask| ask.to = ask.to.max(before))))
            }
        },
    }
}

fn settings_part() -> String {
    "the settings of the cluster".to_owned()
}

fn of_logs(need: LogsNeed) -> Part {
    Box::new(move |ask| {
        let LogsNeed { nodes, from, to, lack, .. } = need;
        ask.all_nodes |= nodes.is_empty();
        ask.nodes.extend(nodes);
        ask.from = ask.from.into_iter().chain(from).min();
        ask.to = ask.to.max(to);
        ask.lacks.insert(lack);
    })
}

/// A file that was not read is collected again with what it is a part of.
fn of_file(path: &str, detail: &str) -> (Key, Part) {
    if table_at(path).is_some() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let table = name.trim_end_matches(".err.txt").to_owned();
        return (
            Key::Zip(String::new()),
            Box::new(move |ask| ask.add(format!("the table {table}"))),
        );
    }
    match node_at(path) {
        Some(node) if path.contains("/logs/") => {
            let need = LogsNeed {
                cluster: String::new(),
                nodes: vec![node],
                from: None,
                to: None,
                lack: LogsLack::All,
            };
            (Key::Logs(String::new()), of_logs(need))
        }
        _ => {
            let said = detail.trim_end_matches('.').to_owned();
            (Key::File(path.to_owned()), Box::new(move |ask| ask.add(said)))
        }
    }
}

/// How the value of a setting is got: with the tables of settings where one of them is missing, by a query where they hide
/// it, and not at all where it may be a secret.
fn of_setting(facts: &Facts, name: &str, why: &str) -> Key {
    let mut hidden = false;
    for (cluster, known) in &facts.clusters {
        let system = Tenancy::new(cluster, &crate::model::Tenant::system());
        let others = known.tenants.iter().map(|tenant| Tenancy::new(cluster, tenant));
        for tenancy in std::iter::once(system).chain(others) {
            match facts.settings.state(&tenancy, name) {
                Setting::Unknown(all) => {
                    if all.iter().any(|one| one.why != Why::Redacted) {
                        return Key::Zip(String::new());
                    }
                    hidden = true;
                }
                Setting::Known(told) => {
                    hidden |= matches!(told.value, Value::Redacted | Value::EnumNumber(_));
                }
                Setting::DefaultAssumed { .. } => {}
            }
        }
    }
    if hidden { Key::Settings } else { Key::Other(format!("the value of {name}: {why}")) }
}

/// A zip that brings logs brings the rest too, and so does one of everything for a cluster that is not named.
fn merge(asks: &mut BTreeMap<Key, Ask>) {
    let clusters: Vec<String> = asks
        .keys()
        .filter_map(|key| match key {
            Key::Zip(cluster) => Some(cluster.clone()),
            _ => None,
        })
        .collect();
    for cluster in clusters {
        let logs = Key::Logs(cluster.clone());
        if !asks.contains_key(&logs) {
            continue;
        }
        let Some(zip) = asks.remove(&Key::Zip(cluster)) else { continue };
        let ask = asks.entry(logs).or_default();
        ask.parts.extend(zip.parts);
        ask.decides.extend(zip.decides);
    }
}

fn item(facts: &Facts, key: &Key, ask: Ask) -> Collect {
    let of = |cluster: &str| match cluster {
        "" => String::new(),
        name => format!(" of {name}"),
    };
    let parts: Vec<String> = ask.parts.iter().filter(|part| !part.is_empty()).cloned().collect();
    let (what, command) = match key {
        Key::Zip(cluster) => {
            let what = format!(
                "A debug zip of the cluster{}, made without {}: {}",
                of(cluster),
                redact_flag(oldest(facts, cluster)),
                parts.join("; ")
            );
            (what, zip(facts, cluster, &ask, false))
        }
        Key::Logs(cluster) => {
            let also = parts.iter().map(|part| format!("; {part}")).collect::<String>();
            let what = format!(
                "A debug zip of the cluster{}, made without {}: {}{also}",
                of(cluster),
                flags_to_leave_out(facts, cluster, &ask),
                logs(&ask)
            );
            (what, zip(facts, cluster, &ask, true))
        }
        Key::Settings => {
            let what = format!("Values of settings that the input hides: {}", listed(&parts));
            let command = "cockroach sql --format=tsv -e 'SELECT * FROM crdb_internal.cluster_settings' > crdb_internal.cluster_settings.txt";
            (what, command.to_owned())
        }
        Key::History(cluster) => {
            let before = ask.to.map(|time| format!(" before {time}")).unwrap_or_default();
            let what = format!(
                "The first version that the cluster{} ever ran, as a person knows it: nothing in the input tells what ran{before}",
                of(cluster)
            );
            let call = match &facts.stated {
                None => "scan PATH…".to_owned(),
                Some(stated) => {
                    let builds = stated.builds.iter().map(|build| format!(" --version {build}"));
                    format!("check{}", builds.collect::<String>())
                }
            };
            (what, format!("crdb-triage {call} --history VERSION"))
        }
        Key::File(path) => (format!("A whole copy of {path}: {}", parts.join("; ")), String::new()),
        Key::Other(said) => (capital(said), String::new()),
    };
    Collect { what, command, decides: ask.decides.into_iter().collect() }
}

/// Which logs, for people.
fn logs(ask: &Ask) -> String {
    let of = if ask.all_nodes || ask.nodes.is_empty() {
        "all nodes".to_owned()
    } else {
        let names: Vec<String> = ask.nodes.iter().map(ToString::to_string).collect();
        listed(&names)
    };
    let from = ask.from.map(|time| format!(" from {}", second(time, false))).unwrap_or_default();
    let to = ask.to.map(|time| format!(" until {}", second(time, true))).unwrap_or_default();
    format!("logs of {of}{from}{to}")
}

/// `cockroach debug zip` with the options that the builds of the cluster have
/// (`docs/cockroachdb/debug-zip.md#command-options`).
fn zip(facts: &Facts, cluster: &str, ask: &Ask, with_logs: bool) -> String {
    let has = |major, minor, patch| {
        oldest(facts, cluster).is_none_or(|version| {
            (version.major, version.minor, version.patch) >= (major, minor, patch)
        })
    };
    let mut command = "cockroach debug zip debug.zip".to_owned();
    if !with_logs {
        return command;
    }
    if !ask.all_nodes && !ask.nodes.is_empty() && has(20, 1, 1) {
        let nodes: Vec<String> = ask.nodes.iter().map(|node| node.0.to_string()).collect();
        command += &format!(" --nodes={}", nodes.join(","));
    }
    if has(21, 1, 1) {
        if let Some(from) = ask.from {
            command += &format!(" --files-from='{}'", second(from, false));
        }
        if let Some(to) = ask.to {
            command += &format!(" --files-until='{}'", second(to, true));
        }
    }
    command
}

/// The options that took away what is missing.
fn flags_to_leave_out(facts: &Facts, cluster: &str, ask: &Ask) -> String {
    let redact = redact_flag(oldest(facts, cluster));
    if ask.lacks.contains(&LogsLack::Info) {
        format!("{redact} and without --exclude-log-severities")
    } else {
        redact.to_owned()
    }
}

/// The option that hides values and text in zips of a build.
fn redact_flag(version: Option<&Version>) -> &'static str {
    let older =
        version.is_some_and(|version| (version.major, version.minor, version.patch) < (22, 1, 9));
    if older { "--redact-logs" } else { "--redact" }
}

/// The oldest of the builds that nodes of a cluster ran last.
fn oldest<'a>(facts: &'a Facts, cluster: &str) -> Option<&'a Version> {
    let of = |tenancy: &Tenancy| {
        cluster.is_empty() || tenancy.cluster.name().unwrap_or_default() == cluster
    };
    let nodes = facts.nodes.iter().filter(|((tenancy, _), _)| of(tenancy));
    let of_nodes = nodes.filter_map(|(_, node)| node.versions.last()?.version.as_ref());
    let stated = facts.stated.iter().flat_map(|stated| &stated.builds);
    of_nodes.chain(stated).min()
}

/// An instant as the options of `debug zip` take it, rounded to a second: down, or up.
fn second(time: Time, up: bool) -> String {
    let time = if up { time.plus(Time::SECOND - 1) } else { time };
    let text = time.to_string();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
