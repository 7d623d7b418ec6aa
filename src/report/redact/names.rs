//! Which name stands for which: the same original has the same replacement throughout, and no two share one.

use std::collections::{BTreeMap, BTreeSet};

/// What a replacement says of what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Where something is stored or reached: an address, or an IP.
    Address,
    /// A cluster.
    Cluster,
    /// A machine, by the name of a log file.
    Host,
    /// A virtual cluster.
    Tenant,
    /// Any other name or word.
    Name,
    /// A number.
    Value,
}

impl Class {
    const ALL: [Self; 6] =
        [Self::Address, Self::Cluster, Self::Host, Self::Tenant, Self::Name, Self::Value];

    fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Cluster => "cluster",
            Self::Host => "host",
            Self::Tenant => "tenant",
            Self::Name => "name",
            Self::Value => "value",
        }
    }

    /// The class of a replacement of this very form: what was replaced once keeps its place when it is replaced again.
    pub(super) fn of_replacement(word: &str) -> Option<Self> {
        let (word, number) = word.rsplit_once('-')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        Self::ALL.into_iter().find(|class| is_number && class.word() == word)
    }
}

/// What was given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeMap<String, String>,
    counts: BTreeMap<Class, u32>,
    nodes: BTreeMap<u32, u32>,
    /// Names that stand where the report says that they are names: replaced even in sentences of our own.
    sure: BTreeSet<String>,
    /// Names of more than one word, the longest first.
    wholes: Vec<String>,
    /// Ids that stay.
    ids: BTreeSet<String>,
}

impl Names {
    /// The replacement of `original`, the same as before or the next one of `class`.
    pub(super) fn replacement(&mut self, class: Class, original: &str) -> String {
        if let Some(given) = self.given.get(original) {
            return given.clone();
        }
        let class = Class::of_replacement(original).unwrap_or(class);
        let count = self.counts.entry(class).or_default();
        *count += 1;
        let given = format!("{}-{count}", class.word());
        self.given.insert(original.to_owned(), given.clone());
        given
    }

    /// The replacement of `original` if it has one.
    pub(super) fn known(&self, original: &str) -> Option<&str> {
        self.given.get(original).map(String::as_str)
    }

    /// The replacement of `original` if that is surely a name.
    pub(super) fn sure(&self, original: &str) -> Option<&str> {
        self.known(original).filter(|_| self.sure.contains(original))
    }

    /// Takes note of what is surely a name.
    pub(super) fn is_name(&mut self, class: Class, original: &str) {
        self.replacement(class, original);
        self.sure.insert(original.to_owned());
    }

    /// Takes note of a name that may be of several words.
    pub(super) fn is_whole(&mut self, class: Class, original: &str) {
        self.is_name(class, original);
        if original.len() > 1 && !self.wholes.iter().any(|whole| whole == original) {
            let longer = |whole: &String| whole.len() > original.len();
            let at = self.wholes.iter().take_while(|whole| longer(whole)).count();
            self.wholes.insert(at, original.to_owned());
        }
    }

    /// The name of several words that `text` begins with, and its replacement.
    pub(super) fn whole(&self, text: &str) -> Option<(usize, &str)> {
        let whole = self.wholes.iter().find(|whole| text.starts_with(whole.as_str()))?;
        Some((whole.len(), self.known(whole)?))
    }

    /// The number that stands for a node: they are counted anew, from 1.
    pub(super) fn node(&mut self, node: u32) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX).saturating_add(1);
        *self.nodes.entry(node).or_insert(next)
    }

    /// Takes note of an id that stays.
    pub(super) fn keep(&mut self, id: &str) {
        if id.bytes().all(|b| b.is_ascii_digit()) {
            self.ids.insert(id.to_owned());
        }
    }

    /// Whether `word` is an id that stays.
    pub(super) fn is_kept(&self, word: &str) -> bool {
        self.ids.contains(word)
    }
}
