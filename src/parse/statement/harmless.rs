//! Schema changes that certainly build no index, by their first words. What is not listed here may build one.

use super::lex::Token;
use super::sql::Sql;

/// First words of descriptions of schema changes that build no index: statements, and what the server writes itself
/// about a table that another statement changes too (`pkg/sql` of 19.1 to 21.1, and
/// `docs/cockroachdb/backups.md#index-build-statements`). `CREATE` and `ALTER` are looked at more closely.
const NO_BUILD: [&[&str]; 19] = [
    &["backup"],
    &["restore"],
    &["import"],
    &["drop"],
    &["truncate"],
    &["refresh", "materialized", "view"],
    &["rename"],
    &["comment", "on"],
    &["grant"],
    &["revoke"],
    &["reassign", "owned"],
    &["configure", "zone"],
    &["roll", "back", "job"],
    &["gc", "for"],
    &["updating"],
    &["removing"],
    &["creating", "fk", "back", "reference"],
    &["table", "statistics", "refresh"],
    &["dropping"],
];

/// What `CREATE` may make without an index that is filled from rows of an existing table.
const CREATED: [&str; 12] = [
    "table",
    "view",
    "materialized",
    "sequence",
    "schema",
    "type",
    "database",
    "user",
    "role",
    "statistics",
    "changefeed",
    "function",
];

/// What `ALTER` may change without building an index.
const ALTERED: [&str; 10] = [
    "sequence",
    "view",
    "materialized",
    "schema",
    "type",
    "database",
    "user",
    "role",
    "range",
    "partition",
];

/// Commands of `ALTER TABLE` that build no index, by their first words. Adding a column or a constraint is looked at more
/// closely, and so is `ALTER PRIMARY KEY`.
const HARMLESS_COMMANDS: [&[&str]; 18] = [
    &["alter"],
    &["drop"],
    &["rename"],
    &["reset"],
    &["set", "schema"],
    &["owner", "to"],
    &["validate", "constraint"],
    &["split", "at"],
    &["unsplit"],
    &["scatter"],
    &["configure", "zone"],
    &["partition", "by"],
    &["experimental_audit"],
    &["experimental_relocate"],
    &["relocate"],
    &["inject", "statistics"],
    &["enable", "row"],
    &["disable", "row"],
];

/// Commands of `ALTER INDEX` that build nothing.
const HARMLESS_INDEX_COMMANDS: [&[&str]; 8] = [
    &["rename"],
    &["configure", "zone"],
    &["partition", "by"],
    &["split", "at"],
    &["unsplit"],
    &["scatter"],
    &["visible"],
    &["not", "visible"],
];

impl Sql<'_> {
    /// Passes the first words of a statement, other than of a `CREATE`, `ALTER TABLE` or `ALTER INDEX`, if it builds no
    /// index.
    pub(super) fn is_harmless_statement(&mut self) -> bool {
        if self.word("alter") {
            self.one_of(&ALTERED) || self.words(&["default", "privileges"])
        } else {
            self.begins_with(&NO_BUILD)
        }
    }

    /// Passes what a `CREATE` makes if no index of an existing table is part of it.
    pub(super) fn makes_harmless_object(&mut self) -> bool {
        self.words(&["or", "replace"]);
        while self.one_of(&["unlogged", "temp", "temporary", "local", "global"]) {}
        self.one_of(&CREATED)
    }

    /// Passes the first words of a command of `ALTER TABLE` if it builds no index.
    pub(super) fn is_harmless_command(&mut self) -> bool {
        // A parameter of the table, unlike its locality, changes no index.
        let mut ahead = *self;
        let sets_parameter = ahead.word("set") && ahead.0.peek() == Token::Symbol('(');
        sets_parameter || self.begins_with(&HARMLESS_COMMANDS)
    }

    /// Passes the first words of a command of `ALTER INDEX` if it builds nothing.
    pub(super) fn is_harmless_index_command(&mut self) -> bool {
        self.begins_with(&HARMLESS_INDEX_COMMANDS)
    }

    fn begins_with(&mut self, all: &[&[&str]]) -> bool {
        all.iter().any(|words| self.words(words))
    }

    /// Passes one of these keywords if it is next.
    pub(super) fn one_of(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.word(keyword))
    }
}
