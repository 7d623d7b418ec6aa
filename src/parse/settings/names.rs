//! Names of settings: which are asked for, both spellings of one, and of which the text may be kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::CollectSmall;

/// Settings with two names: the one that `cluster_settings` shows, and the key that `system.settings` has
/// (`docs/cockroachdb/tables.md#setting-names`).
const ALIASES: [(&str, &str); 3] = [
    ("changefeed.new_kafka_sink.enabled", "changefeed.new_kafka_sink_enabled"),
    (
        "changefeed.span_checkpoint.lag_threshold",
        "changefeed.frontier_highwater_lag_checkpoint_threshold",
    ),
    ("kv.range_merge.queue.enabled", "kv.range_merge.queue_enabled"),
];

/// Settings whose type is text and whose values are no secrets. Others hold keys, licenses, addresses and certificates, and
/// a reader that keeps none of them cannot leak one.
const PLAIN_TEXT: [&str; 1] = ["cluster.preserve_downgrade_option"];

/// The active version of the cluster, a setting of a type of its own.
pub const VERSION: &str = "version";

/// Returns the one name of a setting that has two; any other name as it is.
#[must_use]
pub fn canonical(name: &str) -> &str {
    ALIASES.iter().find(|(_, key)| *key == name).map_or(name, |(shown, _)| shown)
}

/// Returns whether a setting has a second name, so that a table joined on the first lacks its row.
#[must_use]
pub fn is_renamed(name: &str) -> bool {
    ALIASES.iter().any(|(shown, key)| *shown == name || *key == name)
}

/// Returns whether the value of a setting of type text may be kept.
pub(super) fn is_plain_text(name: &str) -> bool {
    PLAIN_TEXT.contains(&name)
}

/// The settings that a reader is asked for, each by its one name. [`VERSION`] is always among them. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(Arc<BTreeSet<String>>);

impl Names {
    /// A set of these settings, in either spelling.
    pub fn new<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        let mut set: BTreeSet<String> =
            names.into_iter().map(|name| canonical(name.as_ref()).to_owned()).collect_small();
        set.insert(VERSION.to_owned());
        Self(Arc::new(set))
    }

    /// Returns the one name of the setting that a row names, whether it is asked for, and if so by which of its names.
    pub(super) fn of_row(&self, shown: &str, key: Option<&str>) -> (String, bool) {
        let mut names = [Some(shown), key].into_iter().flatten().map(canonical);
        match names.find(|name| self.0.contains(*name)) {
            Some(name) => (name.to_owned(), true),
            None => (canonical(shown).to_owned(), false),
        }
    }

    /// Returns the one name of a setting that is asked for.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(canonical(name)).map(String::as_str)
    }

    /// Returns all names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::new::<&str>([])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_setting() {
        for (shown, key) in ALIASES {
            assert_eq!((canonical(shown), canonical(key)), (shown, shown));
            assert!(is_renamed(shown) && is_renamed(key));
            for asked in [shown, key] {
                let names = Names::new([asked]);
                assert_eq!(names.of_row(shown, None), (shown.to_owned(), true));
                assert_eq!(names.of_row(key, None), (shown.to_owned(), true));
                assert_eq!(names.of_row("some.newer.name", Some(key)), (shown.to_owned(), true));
                assert_eq!(names.find(key), Some(shown));
            }
        }
        let names = Names::new(["sql.defaults.vectorize"]);
        assert_eq!(names.iter().collect::<Vec<_>>(), ["sql.defaults.vectorize", "version"]);
        assert_eq!(names.of_row("sql.defaults.x", None), ("sql.defaults.x".to_owned(), false));
        assert_eq!(names.find("sql.defaults.x"), None);
    }
}
