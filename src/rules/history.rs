//! What a person states of the history of a cluster, because no file of a bundle reaches back so far.

use crate::model::{Time, Version};

use super::form::windows::Series;

/// The builds that a person says the cluster ran, by time. Nothing if nobody stated anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    builds: Vec<(Version, Option<Time>)>,
}

impl Stated {
    /// Reads `23.1`, `23.1.4` or `23.1.4@2024-05-01T00:00:00Z` and takes note of it.
    ///
    /// # Errors
    /// It is none of these; a sentence.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let (build, time) = match text.split_once('@') {
            None => (text, None),
            Some((build, time)) => {
                let at = Time::parse_rfc3339(time)
                    .or_else(|| Time::parse_rfc3339(&format!("{time}T00:00:00Z")));
                let at = at.ok_or_else(|| format!("`{time}` is no time such as 2024-05-01"))?;
                (build, Some(at))
            }
        };
        // A series stands for its first build.
        let version = Version::parse(build)
            .or_else(|| Version::parse(&format!("{build}.0-alpha.0")))
            .ok_or_else(|| format!("`{build}` is no version such as 23.1 or 23.1.4"))?;
        self.builds.push((version, time));
        Ok(())
    }

    /// Each statement, as it is recorded in a report.
    pub fn each(&self) -> impl Iterator<Item = (String, Option<Time>)> {
        self.builds.iter().map(|(version, time)| {
            let text = version.to_string();
            (text.strip_suffix(".0-alpha.0").map_or(text.clone(), str::to_owned), *time)
        })
    }

    /// Whether a build of a series may have run: not one that is older than the first that is stated.
    #[must_use]
    pub(super) fn may_have_run(&self, series: Series) -> bool {
        self.first().is_none_or(|first| series >= first.series())
    }

    /// Whether the last build of a window is older than the first that is stated.
    #[must_use]
    pub(super) fn is_past(&self, to: Option<&Version>) -> bool {
        self.first().zip(to).is_some_and(|(first, to)| to < first)
    }

    /// The first build that is stated.
    #[must_use]
    pub fn first(&self) -> Option<&Version> {
        self.builds.iter().map(|(version, _)| version).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stated_history_bounds_from_below() {
        let mut stated = Stated::default();
        assert!(stated.may_have_run((20, 1)));
        for text in ["22.2.3", "23.1@2024-05-01", "24.1.2@2025-01-02T03:04:05Z"] {
            stated.add(text).unwrap();
        }
        assert!(!stated.may_have_run((22, 1)) && stated.may_have_run((22, 2)));
        let to = |text| Version::parse(text);
        assert!(stated.is_past(to("22.2.2").as_ref()) && !stated.is_past(to("22.2.3").as_ref()));
        let said: Vec<String> = stated.each().map(|(version, _)| version).collect();
        assert_eq!(said, ["v22.2.3", "v23.1", "v24.1.2"]);
        for text in ["", "x", "23", "23.1@yesterday"] {
            assert!(stated.add(text).is_err(), "{text}");
        }
    }
}
