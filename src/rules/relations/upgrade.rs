//! `upgrade`: a row for each series to which a cluster was upgraded, is being upgraded, or with which it began.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{RanVersion, Setting, Step};
use crate::model::{CollectSmall, Evidence, Time, Version, following};
use crate::parse::settings::{ActiveVersion, Value as Told};
use crate::rules::builds::Fleet;
use crate::rules::form::rule::Value;
use crate::rules::form::windows::Series;
use crate::rules::relation::{Cell, Row, Rows};
use crate::rules::truth::Missing;
use crate::rules::view::View;

/// The setting that holds the active version.
const VERSION: &str = "version";

pub(in crate::rules) fn rows(view: &View<'_>, fleet: &Fleet<'_>) -> Rows {
    let known = view.facts.upgrades.get(view.tenancy);
    let steps = known.map(|known| &known.to);
    let mut built = BTreeMap::<Series, Vec<&RanVersion>>::new();
    for stretch in fleet.stretches() {
        if let Some(version) = &stretch.seen.version {
            built.entry(version.series()).or_default().push(stretch.seen);
        }
    }
    let active = active(view);
    let of_active = active.as_ref().ok().map(|(active, _)| active.series);
    let next = active.as_ref().ok().filter(|(active, _)| active.upgrading);
    let next = next.and_then(|(active, _)| following(active.series));
    let all: BTreeSet<Series> = built
        .keys()
        .chain(steps.into_iter().flat_map(BTreeMap::keys))
        .copied()
        .chain(of_active)
        .chain(next)
        .collect_small();
    let now: BTreeSet<Series> = fleet
        .stretches()
        .iter()
        .filter(|stretch| stretch.now)
        .filter_map(|stretch| stretch.seen.version.as_ref().map(Version::series))
        .collect_small();
    let upgrade = |series: &Series| {
        let before = all.range(..*series).next_back().copied();
        let of = Upgrade {
            series: *series,
            before,
            built: built.get(series),
            older: before.and_then(|before| built.get(&before)),
            steps: steps.and_then(|steps| steps.get(series)),
            later: steps.and_then(|steps| steps.range(*series..).nth(1)).map(|(_, later)| &later.0),
            mixed: now.contains(series) && now.first() < Some(series),
        };
        of.row(view, &active)
    };
    let whole = known.is_some_and(|known| known.whole);
    let missing = (!whole).then(|| {
        Missing::Fact(format!(
            "when upgrades of the virtual cluster {} were finalized (system.migrations)",
            view.tenancy.tenant
        ))
    });
    Rows { rows: all.iter().map(upgrade).collect(), missing: missing.into_iter().collect() }
}

/// The active version, or why it is not known.
fn active(view: &View<'_>) -> Result<(ActiveVersion, Evidence), Missing> {
    let missing = |why: String| Missing::Setting { name: VERSION.to_owned(), why };
    match view.facts.settings.state(view.tenancy, VERSION) {
        Setting::Known(known) => match &known.value {
            Told::Version(active) => {
                let text = format!("{VERSION} = {}", active.text);
                let source = known.source.clone();
                Ok((active.clone(), Evidence { source, node: None, time: known.changed_at, text }))
            }
            _ => Err(missing("it is in a form that is not read".to_owned())),
        },
        Setting::DefaultAssumed { .. } => Err(missing("its table has no row of it".to_owned())),
        Setting::Unknown(all) => {
            let why: Vec<String> = all.iter().map(ToString::to_string).collect();
            Err(missing(why.join("; ")))
        }
    }
}

/// What is known of one upgrade.
struct Upgrade<'a> {
    series: Series,
    before: Option<Series>,
    built: Option<&'a Vec<&'a RanVersion>>,
    /// The same of the series before it.
    older: Option<&'a Vec<&'a RanVersion>>,
    steps: Option<&'a (Step, Step)>,
    /// The first step towards a later series.
    later: Option<&'a Step>,
    mixed: bool,
}

impl Upgrade<'_> {
    fn row(&self, view: &View<'_>, active: &Result<(ActiveVersion, Evidence), Missing>) -> Row {
        let name = named(self.series);
        let is_final = self.is_final(active);
        let mixed = match (&is_final, self.mixed) {
            (_, true) | (Ok(false), _) => Cell::Value(Value::Bool(true)),
            (Ok(true), _) => Cell::Value(Value::Bool(false)),
            (Err(missing), _) => Cell::Unknown(missing.clone()),
        };
        let began = format!("a node began to run {name}");
        let cells = vec![
            Cell::text(&name),
            match self.before {
                Some(before) => Cell::text(&named(before)),
                None => Cell::Unknown(Missing::Fact(format!("what ran before {name}"))),
            },
            Cell::time(self.began(), &began),
            match &is_final {
                Ok(false) => Cell::Absent,
                _ => Cell::time(
                    self.finalized(view, active),
                    &format!("the upgrade to {name} was finalized (system.migrations)"),
                ),
            },
            match &is_final {
                Ok(flag) => Cell::Value(Value::Bool(*flag)),
                Err(missing) => Cell::Unknown(missing.clone()),
            },
            match self.steps {
                Some((_, last)) => Cell::Value(Value::Time(last.at)),
                None => Cell::time(None, &format!("a step towards {name} was done")),
            },
            mixed,
            match active {
                Ok((active, _)) => Cell::text(&active.text),
                Err(missing) => Cell::Unknown(missing.clone()),
            },
        ];
        Row {
            cells,
            id: name,
            node: None,
            ran: None,
            evidence: self.evidence(active),
            redacted: false,
            doubts: Vec::new(),
        }
    }

    /// When the first node began to run a build of the series: known only where a build of the series before is known to have
    /// run before it.
    fn began(&self) -> Option<Time> {
        let first = self.built?.iter().filter_map(|seen| seen.from).min()?;
        let older = self.older?.iter().filter_map(|seen| seen.from).min()?;
        (older <= first).then_some(first)
    }

    /// Whether the active version is that of the series, or of a later one.
    fn is_final(
        &self,
        active: &Result<(ActiveVersion, Evidence), Missing>,
    ) -> Result<bool, Missing> {
        match active {
            Ok((active, _)) => Ok(active.series >= self.series),
            // Steps beyond it are done only once it is active.
            Err(_) if self.later.is_some() => Ok(true),
            Err(missing) => Err(missing.clone()),
        }
    }

    /// When it was finalized: it was set then, or its last step was done shortly before.
    fn finalized(
        &self,
        view: &View<'_>,
        active: &Result<(ActiveVersion, Evidence), Missing>,
    ) -> Option<Time> {
        let set = view.facts.settings.changes(view.tenancy, VERSION).filter_map(|change| {
            let Told::Version(version) = &change.value else { return None };
            let reached = version.series >= self.series && !version.upgrading;
            reached.then_some(change.time)
        });
        let over = active.is_ok() || self.later.is_some();
        let last = self.steps.map(|(_, last)| last.at).filter(|_| over);
        // What is named later is the later of two signs of the same instant.
        match (set.min(), last) {
            (Some(set), Some(last)) => Some(set.max(last)),
            (set, last) => set.or(last),
        }
    }

    fn evidence(&self, active: &Result<(ActiveVersion, Evidence), Missing>) -> Option<Evidence> {
        let of_step = self.steps.map(|(_, last)| Evidence {
            source: last.source.clone(),
            node: None,
            time: Some(last.at),
            text: format!("the last step towards {} was done at {}", named(self.series), last.at),
        });
        of_step.or(active.as_ref().ok().map(|(_, evidence)| evidence.clone()))
    }
}

/// A series as it is written.
fn named((major, minor): Series) -> String {
    format!("{major}.{minor}")
}
