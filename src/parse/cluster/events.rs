//! Events about nodes and settings: of `system.eventlog`, `events.json` and of structured log entries
//! (`docs/cockroachdb/tables.md#events`).

use serde::Deserialize;

use super::ClusterFact;
use crate::model::{NodeId, Time, unmarked};
use crate::parse::settings::{self, Names};

/// The event of a setting of the cluster that was set or reset.
const SETTING: &str = "set_cluster_setting";

/// Changes of settings that are kept of one list of events.
const CHANGES: usize = 4096;

/// Reads changes of settings out of a list of events.
#[derive(Debug, Default)]
pub(super) struct Changes {
    names: Names,
    kept: usize,
    /// An event without the name of its setting was kept; one is enough to know that there are any.
    unnamed: bool,
}

impl Changes {
    /// Reads changes of these settings only.
    pub(super) fn asking(&mut self, names: &Names) {
        self.names = names.clone();
    }

    /// The change of an event, if it is one of a setting that is asked for.
    pub(super) fn read(
        &mut self,
        kind: &str,
        time: Time,
        info: Option<&str>,
    ) -> Option<ClusterFact> {
        if kind != SETTING {
            return None;
        }
        let (name, value, set) = settings::changed(info, &self.names)?;
        // Beyond the bound, a list is as good as one without names.
        let name = name.filter(|_| self.kept < CHANGES);
        if name.is_none() && std::mem::replace(&mut self.unnamed, true) {
            return None;
        }
        self.kept += 1;
        Some(ClusterFact::SettingChanged { name, value, set, time })
    }
}

/// The fields of an event about a node. A field with the value zero is not written.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Info {
    timestamp: Option<i64>,
    event_type: Option<String>,
    #[serde(rename = "NodeID")]
    node: Option<u32>,
    #[serde(rename = "TargetNodeID")]
    target: Option<u32>,
    #[serde(rename = "RequestingNodeID")]
    requesting: Option<u32>,
    started_at: Option<i64>,
    last_up: Option<i64>,
}

/// What an event is, apart from its `info`. A redacted table has no more than this.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Event<'a> {
    pub(super) kind: &'a str,
    pub(super) time: Option<Time>,
    pub(super) target: Option<NodeId>,
    pub(super) info: Option<&'a str>,
}

/// The facts of a structured log entry about a node; none for any other event.
#[must_use]
pub fn of_log(event: &str) -> Vec<(NodeId, ClusterFact)> {
    let event = unmarked(event);
    let kind = serde_json::from_str::<Info>(&event).ok().and_then(|info| info.event_type);
    kind.map_or_else(Vec::new, |kind| {
        read(&Event { kind: &kind, info: Some(&event), ..Event::default() })
    })
}

/// The facts of an event about nodes.
pub(super) fn read(event: &Event<'_>) -> Vec<(NodeId, ClusterFact)> {
    if !event.kind.starts_with("node_") {
        return Vec::new();
    }
    let info: Info =
        event.info.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let instant = |nanos: Option<i64>| nanos.filter(|n| *n > 0).map(|nanos| Time(nanos / 1000));
    let node = |id: Option<u32>| id.filter(|id| *id > 0).map(NodeId);
    let time = event.time.or(instant(info.timestamp));
    let about = node(info.target).or(node(info.node)).or(event.target);
    let mut facts = Vec::new();
    if let (Some(node), Some(time)) = (node(info.requesting), time) {
        facts.push((node, ClusterFact::Lived(time)));
    }
    let Some(about) = about else { return facts };
    let started = instant(info.started_at).or(time);
    match (event.kind, time) {
        ("node_join", _) => facts.extend(started.map(|at| (about, ClusterFact::Joined(at)))),
        ("node_restart", _) => {
            facts.extend(started.map(|at| (about, ClusterFact::Restarted(at))));
            facts.extend(instant(info.last_up).map(|at| (about, ClusterFact::Lived(at))));
        }
        ("node_decommissioned", _) => {
            let fact = ClusterFact::Liveness { epoch: None, last: time, decommissioned: true };
            facts.push((about, fact));
        }
        (_, Some(time)) => facts.push((about, ClusterFact::Lived(time))),
        _ => facts.push((about, ClusterFact::Node)),
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = Time::SECOND;

    #[test]
    fn events_of_nodes_say_when_a_node_lived() {
        let restart = r#"{"Timestamp":3000000000,"EventType":"node_restart","NodeID":1,"StartedAt":2000000000,"LastUp":1000000000}"#;
        assert_eq!(
            of_log(restart),
            [
                (NodeId(1), ClusterFact::Restarted(Time(2 * SECOND))),
                (NodeId(1), ClusterFact::Lived(Time(SECOND))),
            ]
        );
        let gone = r#"{"Timestamp":3000000000,"EventType":"node_decommissioned","RequestingNodeID":1,"TargetNodeID":‹4›}"#;
        let last = Some(Time(3 * SECOND));
        assert_eq!(
            of_log(gone),
            [
                (NodeId(1), ClusterFact::Lived(Time(3 * SECOND))),
                (NodeId(4), ClusterFact::Liveness { epoch: None, last, decommissioned: true }),
            ]
        );
        for other in [r#"{"EventType":"create_index","NodeID":3}"#, "node_join", ""] {
            assert_eq!(of_log(other), []);
        }
    }

    #[test]
    fn an_event_without_its_info_still_names_the_node() {
        let (time, target) = (Some(Time(7)), Some(NodeId(3)));
        let event = Event { kind: "node_join", time, target, info: None };
        assert_eq!(read(&event), [(NodeId(3), ClusterFact::Joined(Time(7)))]);
        let event = Event { kind: "node_decommissioning", time: None, target, info: Some("{") };
        assert_eq!(read(&event), [(NodeId(3), ClusterFact::Node)]);
    }
}
