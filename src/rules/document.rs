//! What is known of rules, written for people: `docs/codes.md`, `docs/rules.md`, and what the command lists and explains.

use crate::model::{SortSmall, Verdict};

use super::form::literals::SHORTEST;
use super::form::rule::{Bound, Builds, Line, Rule, SEVERITIES, When};
use super::form::schema::{Kind, RELATIONS};
use super::form::template::Template;
use super::form::windows::Windows;
use super::set::RuleSet;

/// The worked rules, by the names of their files.
pub const WORKED: [(&str, &str); 3] = [
    ("disk-stalls.toml", include_str!("worked/disk-stalls.toml")),
    ("old-builds.toml", include_str!("worked/old-builds.toml")),
    ("long-retention.toml", include_str!("worked/long-retention.toml")),
];

/// `docs/codes.md`: every code that a line of a shipped rule gives, with its verdict and sentence.
#[must_use]
pub fn codes(rules: &RuleSet) -> String {
    let mut text = "# Codes of the rules\n\n\
        Made from the rules in [`advisories`](../advisories) by a test; do not edit. Each line of a rule has a code, which stands \
        beside its sentence in a report and keeps its meaning. Codes that every rule can have are in \
        [reasons.md](reasons.md).\n\n\
        In braces stands what is filled in: builds and nodes of the advisory's windows, values of settings, times. \
        Parts of sentences that depend on the rows stand below the table.\n"
        .to_owned();
    let mut sorted: Vec<&Rule> = rules.rules().iter().collect();
    sorted.sort_small_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
    for rule in sorted {
        text += &format!(
            "\n## {}: {}\n\n| code | verdict | sentence |\n| --- | --- | --- |\n",
            rule.id, rule.title
        );
        for (code, effect, say) in conclusions(rule) {
            let say = written(rule, say).replace('|', "\\|");
            text += &format!("| `{code}` | {effect} | {say} |\n");
        }
        let parts = parts(rule);
        if !parts.is_empty() {
            text += "\nOf those with one name the first that holds is said, or none:\n\n";
        }
        for (name, say) in parts {
            text += &format!("- `{{{name}}}`: {}\n", say.trim_start());
        }
    }
    text
}

/// The phrases that depend on something, by name, with what they say.
fn parts(rule: &Rule) -> Vec<(&str, String)> {
    let depends = rule.phrases.iter().filter(|phrase| is_one_of(rule, &phrase.name));
    depends.map(|phrase| (phrase.name.as_str(), written(rule, &phrase.say))).collect()
}

/// Whether the phrase of a name depends on something.
fn is_one_of(rule: &Rule, name: &str) -> bool {
    let mut of_name = rule.phrases.iter().filter(|phrase| phrase.name == name);
    of_name.next().is_some_and(|first| first.when != When::Always)
}

/// What a rule can say, in the order in which it is said: code, what it does to the verdict, sentence.
fn conclusions(rule: &Rule) -> impl Iterator<Item = (&str, String, &Template)> {
    let lines = rule.lines.iter();
    let lines = lines.map(|line| (line.code.as_str(), format!("`{}`", line.verdict), &line.say));
    let limits = rule.limits.iter().map(|limit| {
        let effect = match limit.bound {
            Bound::AtMost(most) => format!("at most `{most}`"),
            Bound::AtLeast(least) => format!("at least `{least}`"),
        };
        (limit.code.as_str(), effect, &limit.say)
    });
    let notes = rule.notes.iter().map(|note| (note.code.as_str(), "–".to_owned(), &note.say));
    lines.chain(limits).chain(notes)
}

/// A template with the phrases in their places that do not depend on anything.
fn written(rule: &Rule, template: &Template) -> String {
    template.fill(|slot| {
        let always = slot.column.is_none() && !is_one_of(rule, &slot.name);
        let said = rule.phrases.iter().find(|phrase| always && phrase.name == slot.name);
        said.map(|phrase| written(rule, &phrase.say))
    })
}

/// `docs/rules.md`: the form of a rule, the relations with their columns, and the worked rules.
#[must_use]
pub fn manual() -> String {
    let mut text = include_str!("manual.md").to_owned();
    text += "\n## Relations\n\nA rule asks for rows of these. A row that was read and a row that is not there are both facts only \
        if the source was read wholly; else the answer is *not known*, with what is missing.\n";
    for relation in &RELATIONS {
        text +=
            &format!("\n### `{}`\n\n{} From {}.", relation.name, relation.about, relation.sources);
        text += match (relation.subject, relation.derived_by) {
            (true, []) => " Its rows can be the subject of a rule.",
            (true, _) => {
                " Its rows are derived in Rust, and are the subject of our rules that name a detector that derives them."
            }
            (false, _) => " Its rows are no subjects.",
        };
        if let Some(column) = relation.named_by {
            text += &format!(" Rows are asked for by `{column}`: only what a rule names is read.");
        }
        text += "\n\n| column | kind | what it says |\n| --- | --- | --- |\n";
        for column in relation.columns {
            let kind = match column.kind {
                Kind::Word(words) => {
                    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
                }
                kind => kind.as_str().to_owned(),
            };
            text += &format!("| `{}` | {kind} | {} |\n", column.name, column.about);
        }
    }
    let severities = SEVERITIES.map(|word| format!("`{word}`")).join(", ");
    let builds: Vec<String> = Builds::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
    text += &format!(
        "\n## Words\n\n- `severity`: {severities}.\n- Conditions about builds: {}.\n- The shortest text that the logs are searched for has {SHORTEST} characters.\n",
        builds.join(", ")
    );
    text += "\n## Three worked rules\n\nEach is a file; its `[[example]]`s are run by `crdb-triage rules check`, and here by a test.\n";
    for (name, rule) in WORKED {
        text += &format!("\n### {name}\n\n```toml\n{}```\n", rule);
    }
    text
}

/// One rule, for a terminal.
#[must_use]
pub fn explain(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n", rule.id, rule.title);
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!("  {name}: {value}\n");
        }
    };
    fact("published", &rule.published);
    fact("address", &rule.url);
    fact("harm", &rule.severity);
    fact("decided by", rule.basis.as_str());
    fact("damage stays after the upgrade", if rule.damage_stays { "yes" } else { "no" });
    fact("affected", &affected(rule));
    if let Some(detector) = &rule.detector {
        let name = &detector.name;
        let order = if rule.subject.first { "The first line that holds" } else { "The strongest" };
        text += &format!(
            "\n{order} decides, for each row of {}, which the detector {name} derives. What to do is in {}.md.\n",
            rule.subject.from, rule.id
        );
    }
    for line in &rule.lines {
        text += &format!("\n{}\n", conclusion(rule, line));
    }
    for (code, effect, say) in conclusions(rule).skip(rule.lines.len()) {
        text += &format!("\n{} [{code}]\n  {}\n", effect.replace('`', ""), written(rule, say));
    }
    for (name, say) in parts(rule) {
        text += &format!("\n{{{name}}}: {}\n", say.trim_start());
    }
    text
}

fn affected(rule: &Rule) -> String {
    match &rule.windows {
        Windows::None => String::new(),
        Windows::All => "every build".to_owned(),
        Windows::Some(list) => {
            let each = list.iter().map(|window| {
                let to = window
                    .to
                    .as_ref()
                    .map_or("every later build of the series".to_owned(), ToString::to_string);
                format!("{} to {to} (fixed in {})", window.from, window.fixed)
            });
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A line, with its sentence and steps.
fn conclusion(rule: &Rule, line: &Line) -> String {
    let mut text = format!("{} [{}]\n  {}", line.verdict, line.code, written(rule, &line.say));
    for (number, place) in (1..).zip(&line.steps) {
        let Some(step) = rule.steps.get(*place) else { continue };
        text += &format!("\n  {number}. {}", step.text);
        for sql in step.sql.to_string().lines() {
            text += &format!("\n       {sql}");
        }
    }
    text
}

/// What a code means: each line of a rule that gives it. Nothing where no line does.
#[must_use]
pub fn explain_code(rules: &RuleSet, code: &str) -> Option<String> {
    let mut found = Vec::new();
    for rule in rules.rules() {
        for line in rule.lines.iter().filter(|line| line.code == code) {
            found.push(format!("{}: {}", rule.id, conclusion(rule, line)));
        }
        for (own, effect, say) in conclusions(rule).skip(rule.lines.len()) {
            if own == code {
                let (effect, say) = (effect.replace('`', ""), written(rule, say));
                found.push(format!("{}: {effect} [{code}]\n  {say}", rule.id));
            }
        }
    }
    (!found.is_empty()).then(|| found.join("\n\n") + "\n")
}

/// A line for each rule: id, the strongest verdict that it can give, and title.
#[must_use]
pub fn list(rules: &RuleSet) -> String {
    let each = rules.rules().iter().map(|rule| {
        let strongest = rule.lines.iter().map(|line| line.verdict).max();
        let verdict = strongest.map_or("", Verdict::as_str);
        format!("{:<16} {verdict:<13} {}\n", rule.id, rule.title)
    });
    each.collect()
}
