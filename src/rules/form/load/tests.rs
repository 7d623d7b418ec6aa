//! Rules that are read, and mistakes that are named.

use super::*;
use crate::model::Verdict;
use crate::rules::form::rule::{Bound, Builds, Is, Value, When};

const RULE: &str = r#"id = "slow-disk"
title = "Slow disks"
affected = [
  { series = "22.1", from = "22.1.0-alpha.1", to = "22.1.8", fixed = "22.1.9" },
  { series = "22.2", from = "22.2.0", fixed = "23.1.0" },
]

[subject]
from = "node"
where = { node = { gt = 1 } }

[rows.stalls]
from = "log"
same = ["node"]
count = { min = 2 }
where = { message = { contains = "disk stall detected" }, severity = ["ERROR", "FATAL"] }

[rows.cost]
from = "setting"
where = { name = "a.b", value = { gt = 1.5, le = 2_000 } }
default = 3

[[line]]
verdict = "suspect"
when = ["affected.now", { any = ["stalls", { not = "cost" }] }, { subject = { build = { lt = "22.1.5" } } }]
code = "DISK_STALLS"
say = "{subject} ran {builds}: {stalls.message}, {cost.value}"
steps = ["look"]

[step.look]
safety = "read-only"
do = "Look at {{it}} on {nodes}."
"#;

fn problems(text: &str) -> Vec<String> {
    let problems = load("r.toml", text, Origin::User).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

/// What is wrong once one part of [`RULE`] is another.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert_eq!(RULE.matches(from).count(), 1, "{from}");
    problems(&RULE.replace(from, to))
}

#[test]
fn load_reads_every_part_of_a_rule() {
    let rule = load("r.toml", RULE, Origin::User).unwrap();
    assert_eq!((rule.basis, rule.damage_stays), (Basis::RunningVersion, false));
    assert_eq!(rule.windows.list().len(), 2);
    assert_eq!(rule.windows.list()[1].to, None);
    let stalls = &rule.rows[rule.row_set("stalls").unwrap()];
    assert_eq!((stalls.min, &stalls.same[..]), (2, &["node".to_owned()][..]));
    let cost = &rule.rows[rule.row_set("cost").unwrap()];
    assert_eq!(cost.default, Some(Value::Number(3_000_000)));
    assert!(cost.filter.iter().any(|test| {
        matches!(&test.is, Is::Compares(_, Value::Number(number)) if *number == 1_500_000)
    }));
    let When::All(all) = &rule.lines[0].when else { panic!("{:?}", rule.lines[0].when) };
    assert_eq!(all[0], When::Builds(Builds::AffectedNow));
    assert_eq!(rule.lines[0].steps, [0]);
}

#[test]
fn load_names_line_and_nearest_name() {
    for (from, to, problem) in [
        ("title =", "titel =", "r.toml:2: a rule has no field `titel`; did you mean `title`?"),
        (
            "from = \"node\"",
            "from = \"nodes\"",
            "r.toml:9: there is no relation `nodes`; did you mean `node`?",
        ),
        (
            "{ gt = 1 }",
            "{ grt = 1 }",
            "r.toml:10: a comparison has no field `grt`; did you mean `gt`?",
        ),
        (
            "severity =",
            "severty =",
            "r.toml:16: `log` has no column `severty`; did you mean `severity`?",
        ),
        (
            "steps = [\"look\"]",
            "steps = [\"lok\"]",
            "r.toml:28: there is no step `lok`; did you mean `look`?",
        ),
        (
            "{stalls.message}",
            "{stalls.massage}",
            "r.toml:27: `{stalls.massage}` names no column of `log`; did you mean `message`?",
        ),
        (
            "{builds}",
            "{bulids}",
            "r.toml:27: there is no placeholder `{bulids}`; did you mean `builds`?",
        ),
        (
            "\"affected.now\"",
            "\"afected.now\"",
            "r.toml:25: there is no condition `afected.now`; did you mean `affected.now`?",
        ),
        (
            "\"suspect\"",
            "\"suspected\"",
            "r.toml:24: there is no verdict `suspected`; did you mean `suspect`?",
        ),
        ("{{it}}", "{it", "r.toml:32: `{it on {nodes}` is no placeholder; write `{{` for a brace"),
    ] {
        let found = changed(from, to);
        assert!(found.iter().any(|one| one == problem), "{problem}: {found:#?}");
    }
}

#[test]
fn load_refuses_windows_that_overlap_or_are_reversed() {
    for (from, to, problem) in [
        (
            "to = \"22.1.8\"",
            "to = \"22.1.0-alpha.0\"",
            "r.toml:4: the window ends before it begins",
        ),
        (
            "fixed = \"22.1.9\"",
            "fixed = \"22.1.8\"",
            "r.toml:4: `fixed` is a build after the window",
        ),
        (
            "series = \"22.2\"",
            "series = \"22.1\"",
            "r.toml:5: the ends of a window are builds of its series",
        ),
        (
            "from = \"22.2.0\", fixed",
            "from = \"21.2.0\", fixed",
            "r.toml:5: windows come in ascending order and do not overlap",
        ),
        (
            "from = \"22.2.0\", fixed",
            "from = \"22.x\", fixed",
            "r.toml:5: `22.x` is no published build such as \"22.2.6\"",
        ),
    ] {
        let found = changed(from, to);
        assert!(found.iter().any(|one| one == problem), "{problem}: {found:#?}");
    }
    let overlap = "{ series = \"22.2\", from = \"22.2.0\", fixed = \"23.1.0\" },";
    let again = "{ series = \"22.2\", from = \"22.2.3\", to = \"22.2.4\", fixed = \"22.2.5\" },";
    let found = changed(overlap, &format!("{overlap}\n{again}"));
    assert_eq!(found, ["r.toml:6: windows come in ascending order and do not overlap"]);
}

#[test]
fn load_refuses_rows_that_no_scan_finds() {
    let found = changed("contains = \"disk stall detected\"", "matches = \"[a-z]+\"");
    assert!(
        found[0].starts_with("r.toml:12: the pattern holds no text of at least 5"),
        "{found:?}"
    );
    let found = changed("name = \"a.b\", ", "");
    assert_eq!(
        found,
        ["r.toml:18: rows of `setting` are asked for by `name`: only what is named is read"]
    );
    let found = changed("contains = \"disk stall detected\"", "matches = \"(disk\"");
    assert!(found[1].starts_with("r.toml:16: the pattern cannot be used"), "{found:?}");
}

#[test]
fn load_keeps_ids_of_advisories_for_shipped_rules() {
    for id in ["A-144650", "a-1", "CVE-2021-44228"] {
        let found = changed("\"slow-disk\"", &format!("\"{id}\""));
        assert!(found[0].contains("looks like the id of a published advisory"), "{found:?}");
    }
    assert!(load("r.toml", RULE, Origin::Shipped).is_err(), "a shipped rule has an address");
    let found = changed("\"slow-disk\"", "\"slow disk\"");
    assert_eq!(found, ["r.toml:1: an id has 1 to 64 letters, digits, `-`, `_` and `.`"]);
}

#[test]
fn load_survives_text_that_is_no_rule() {
    for text in [
        "",
        "=",
        "id = 1",
        "line = 3",
        "[[line]]\nwhen = [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
        "\u{0}",
    ] {
        assert!(!problems(text).is_empty(), "{text:?}");
    }
    let long = format!("id = \"{}\"", "a".repeat(LONGEST));
    assert_eq!(
        problems(&long),
        ["r.toml:1: the file has more than 262144 bytes, which no rule needs"]
    );
    assert_eq!(problems("id = \"a\"\nid = \"b\"\n").len(), 1);
}

/// A rule about rows that a detector derives.
const DERIVED: &str = r#"id = "A-1"
title = "Flushes"
url = "https://example.org"
published = 2025-04-28
severity = "data-loss"
basis = "none"

[detector]
name = "a144650"

[subject]
from = "flush_warning"
decides = "first"

[[phrase]]
name = "late"
when = { subject = { restarted = "late" } }
say = ", but {subject.gap} later"

[[phrase]]
name = "why"
when = { decided = ["RESTARTED", "possible"] }
say = "it restarted{late}"

[[line]]
verdict = "possible"
when = { subject = { operation = "import" } }
code = "RESTARTED"
say = "It restarted{late}."

[[limit]]
at_most = "possible"
when = { subject = { teardown = true } }
code = "TEARDOWN"
say = "It was torn down."

[[note]]
when = "always"
code = "WHY"
say = "So because {why}."

[[guide]]
section = "Import"
when = "always"
"#;

fn shipped(text: &str) -> Result<Rule, Vec<String>> {
    let loaded = load("r.toml", text, Origin::Shipped);
    loaded.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn load_reads_lines_about_derived_rows() {
    let rule = shipped(DERIVED).unwrap();
    assert!(rule.subject.first);
    let counts = [rule.phrases.len(), rule.limits.len(), rule.notes.len(), rule.guides.len()];
    assert_eq!(counts, [2, 1, 1, 1]);
    assert_eq!(rule.limits[0].bound, Bound::AtMost(Verdict::Possible));
    let When::Decided { codes, verdicts } = &rule.phrases[1].when else { panic!("{rule:?}") };
    assert_eq!(
        (&codes[..], &verdicts[..]),
        (&["RESTARTED".to_owned()][..], &[Verdict::Possible][..])
    );
}

#[test]
fn load_names_mistakes_about_derived_rows() {
    for (from, to, problem) in [
        (
            "restarted = \"late\"",
            "restarted = \"laet\"",
            "r.toml:17: `restarted` is never `laet`; did you mean `late`?",
        ),
        (
            "[\"RESTARTED\", \"possible\"]",
            "\"RESTARTD\"",
            "r.toml:22: no line gives `RESTARTD`; did you mean `RESTARTED`?",
        ),
        (
            "It restarted{late}.",
            "It restarted{lat}.",
            "r.toml:29: there is no placeholder `{lat}`; did you mean `late`?",
        ),
        (
            "It restarted{late}.",
            "{why}.",
            "r.toml:29: `{why}` depends on which line decides, so no line can say it",
        ),
        (
            ", but {subject.gap} later",
            "{why}",
            "r.toml:18: there is no placeholder `{why}`; known are subject",
        ),
        (
            "at_most = \"possible\"",
            "at_last = \"possible\"",
            "r.toml:31: a limit has one of `at_most` and `at_least`",
        ),
        (
            "operation = \"import\"",
            "gap = \"1 second\"",
            "r.toml:27: `gap` is only said, and never compared, and this is of type string",
        ),
        (
            "name = \"a144650\"",
            "name = \"a1\"",
            "r.toml:1: the subject of a rule with a detector is rows that the detector derives",
        ),
        (
            "from = \"flush_warning\"",
            "from = \"node\"",
            "r.toml:1: the subject of a rule with a detector is rows that the detector derives",
        ),
        (
            "[detector]\nname = \"a144650\"\n",
            "\n\n",
            "r.toml:1: rows of `flush_warning` are derived by `a144650`, and the rule names no detector",
        ),
        (
            "when = \"always\"\ncode = \"WHY\"",
            "when = { unsaid = \"jobs\" }\ncode = \"WHY\"",
            "r.toml:38: `flush_warning` has no column `jobs` of text; did you mean `job`?",
        ),
        (
            "decides = \"first\"",
            "decides = \"first\"\ntells = 0",
            "r.toml:14: `tells` is a number from 1, and this is of type integer",
        ),
        (
            "It was torn down.",
            "It was torn down {untold} times.",
            "r.toml:35: there is no placeholder `{untold}`; known are late, why, subject",
        ),
    ] {
        assert_eq!(DERIVED.matches(from).count(), 1, "{from}");
        let found = shipped(&DERIVED.replace(from, to)).unwrap_err();
        assert!(found.iter().any(|one| one == problem), "{problem}: {found:#?}");
    }
    let found = changed("from = \"log\"", "from = \"flush_warning\"");
    let problem = "r.toml:13: the rows of `flush_warning` are subjects and nothing else";
    assert!(found.iter().any(|one| one == problem), "{found:#?}");
    let limit = "\n[[note]]\nwhen = \"always\"\ncode = \"X\"\nsay = \"x\"\n";
    let found = problems(&format!("{RULE}{limit}"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("r.toml:1: only a rule about rows that a detector derives has"));
}

#[test]
fn load_names_sections_without_steps() {
    let guide = Guide::parse(
        "## What to do\n\n### Imports\n\n1. [read-only] Look.\n\n### Import\n\nNothing.\n",
    );
    let rule = Rule { guide, ..shipped(DERIVED).unwrap() };
    let missing: Vec<String> =
        sections_missing("r.toml", &rule).iter().map(ToString::to_string).collect();
    let said = "r.toml:43: there is no section `Import` with steps; did you mean `Imports`?";
    assert_eq!(missing, [said]);
}
