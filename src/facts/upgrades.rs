//! The steps of upgrades that `system.migrations` lists (`docs/cockroachdb/versions.md#cluster-versions`).

use std::collections::BTreeMap;

use crate::model::{Location, Time, following};

/// A step that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Time,
    /// Its row.
    pub source: Location,
}

/// The steps of one virtual cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upgrades {
    /// By the series to which the cluster was upgraded: the first and the last step towards it that is listed.
    pub to: BTreeMap<(u16, u16), (Step, Step)>,
    /// A table with rows was read, and nothing says that some are missing.
    pub whole: bool,
}

/// The series that no binary of the cluster is older than when a step is done: steps beyond a series are known to binaries
/// of the next one only, and are done when every node runs one.
pub(super) fn least(series: (u16, u16), step: u32) -> (u16, u16) {
    if step == 0 { series } else { following(series).unwrap_or(series) }
}

impl Upgrades {
    pub(super) fn add(&mut self, series: (u16, u16), step: u32, at: Time, source: Location) {
        let step = (least(series, step), Step { at, source });
        let (to, step) = step;
        let known = self.to.entry(to).or_insert_with(|| (step.clone(), step.clone()));
        if step.at < known.0.at {
            known.0 = step;
        } else if step.at > known.1.at {
            known.1 = step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_beyond_a_series_lead_to_the_next_one() {
        let mut upgrades = Upgrades::default();
        let source = |line| Location { path: "system.migrations.txt".into(), line, offset: 0 };
        for (line, (series, step, at)) in
            (1..).zip([((21, 1), 4, 30), ((21, 1), 2, 20), ((21, 2), 0, 40), ((21, 2), 2, 90)])
        {
            upgrades.add(series, step, Time(at), source(line));
        }
        let of = |series| upgrades.to.get(&series).map(|(first, last)| (first.at.0, last.at.0));
        assert_eq!(of((21, 2)), Some((20, 40)));
        assert_eq!(of((22, 1)), Some((90, 90)));
        assert_eq!(of((21, 1)), None);
        // A series that is not known yet leads nowhere.
        assert_eq!(least((99, 1), 2), (99, 1));
    }
}
