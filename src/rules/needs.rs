//! What a set of rules has to be read for it.

use std::collections::BTreeSet;

use crate::parse::asked::STATUSES;

use super::asks::Ask;
use super::form::literals;
use super::form::rule::{Is, Rule, Test, Value};

/// What rules ask for; everything else need not be read for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Texts of log entries.
    pub literals: BTreeSet<String>,
    /// Names of settings.
    pub settings: BTreeSet<String>,
    /// Names of tables, as the debug zip has them, without ending.
    pub tables: BTreeSet<String>,
    /// Whether the status of nodes and stores is asked for.
    pub statuses: bool,
    /// Names of metrics.
    pub metrics: BTreeSet<String>,
    /// Channels of the logs.
    pub channels: BTreeSet<String>,
}

impl Needs {
    /// Adds what one rule asks for.
    pub(super) fn add(&mut self, rule: &Rule) {
        for place in std::iter::once(None).chain((0..rule.rows.len()).map(Some)) {
            self.tables.extend(Ask::of(rule, place).into_iter().map(|ask| ask.table));
        }
        let subject = std::iter::once((&rule.subject.from, &rule.subject.filter));
        for (from, filter) in subject.chain(rule.rows.iter().map(|set| (&set.from, &set.filter))) {
            match from.as_str() {
                "log" => {
                    self.literals.extend(literals::of_filter(filter));
                    let channels = texts(filter, "channel");
                    let any = channels.is_empty().then(|| "DEV".to_owned());
                    self.channels.extend(channels.into_iter().chain(any));
                }
                "store" | "metric" => {
                    self.statuses = true;
                    self.metrics.extend(texts(filter, "name"));
                    self.tables.extend(STATUSES.map(str::to_owned));
                }
                "setting" => {
                    self.settings.extend(texts(filter, "name"));
                    let tables = ["crdb_internal.cluster_settings", "system.settings"];
                    self.tables.extend(tables.map(str::to_owned));
                }
                "table" | "index" | "column" | "object" => {
                    self.tables.insert("system.descriptor".to_owned());
                }
                // How long the rows of jobs are kept that are over.
                "job" => {
                    self.settings.insert(RETENTION.to_owned());
                }
                // When its active version changed.
                "upgrade" => {
                    self.settings.insert("version".to_owned());
                }
                _ => {}
            }
        }
    }
}

/// The setting that says how long the rows of jobs are kept that are over.
pub(super) const RETENTION: &str = "jobs.retention_time";

/// The texts of which a column is one.
pub(super) fn texts(filter: &[Test], column: &str) -> Vec<String> {
    let of_column = filter.iter().filter(|test| test.column == column);
    let lists = of_column.filter_map(|test| match &test.is {
        Is::OneOf(values) => Some(values),
        _ => None,
    });
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    lists.flatten().filter_map(text).collect()
}

/// The name of the signature by which the scan finds a literal of a rule.
#[must_use]
pub fn signature(literal: &str) -> String {
    format!("log:{literal}")
}
