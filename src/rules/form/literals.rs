//! Which texts a scan has to look for, so that an entry is found of which a rule asks something.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use super::rule::{Is, RowSet, Rule, Subject, Test};

/// So long must a literal be at least: each entry that holds it is parsed.
pub const SHORTEST: usize = 5;

/// So many bytes may a compiled pattern take.
const SIZE: usize = 1 << 20;

/// A pattern, ready to search. Unicode is off unless the pattern asks for it with `(?u)`.
///
/// # Errors
/// It is no pattern, or one that would take too much memory; a sentence.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).unicode(false).size_limit(SIZE).dfa_size_limit(SIZE).build().map_err(
        |error| {
            let said = error.to_string();
            let last = said.lines().last().unwrap_or_default();
            format!("the pattern cannot be used: {}", last.trim_start_matches("error: "))
        },
    )
}

/// The texts of which an entry holds at least one if all of these hold of its message.
///
/// # Errors
/// There is none, or one that a scan cannot look for; a sentence.
pub fn of_tests<'t>(tests: impl Iterator<Item = &'t Is>) -> Result<Vec<String>, String> {
    let mut best: Option<Vec<String>> = None;
    let mut problem = None;
    for test in tests {
        let found = match test {
            Is::Contains(texts) => Some(texts.clone()),
            Is::Matches(pattern) => required(pattern),
            _ => continue,
        };
        match found.map(|texts| check(&texts).map(|()| texts)) {
            Some(Ok(texts)) => {
                let shortest =
                    |texts: &Vec<String>| texts.iter().map(String::len).min().unwrap_or_default();
                if best.as_ref().is_none_or(|best| shortest(best) < shortest(&texts)) {
                    best = Some(texts);
                }
            }
            Some(Err(text)) => problem = Some(text),
            None => {
                problem = Some(format!(
                    "the pattern holds no text of at least {SHORTEST} characters that every match has, so no entry can be found for it; add `contains`"
                ));
            }
        }
    }
    let none =
        || "rows of `log` are found by a text: say what `message` contains or matches".to_owned();
    best.ok_or_else(|| problem.unwrap_or_else(none))
}

/// Whether the scan can look for each of these.
fn check(texts: &[String]) -> Result<(), String> {
    for text in texts {
        if text.len() < SHORTEST {
            return Err(format!(
                "`{text}` is shorter than {SHORTEST} characters: too many entries hold it"
            ));
        }
        let plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        if !text.bytes().all(plain) {
            return Err(format!(
                "`{text}` holds a quote, a backslash or a character outside ASCII, which logs in JSON write otherwise"
            ));
        }
    }
    Ok(())
}

/// Texts of which every match of a pattern holds one.
fn required(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern);
    let texts = of_hir(&hir.ok()?)?;
    texts.into_iter().map(|text| String::from_utf8(text).ok()).collect()
}

fn of_hir(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(inner) => of_hir(&inner.sub),
        HirKind::Repetition(inner) if inner.min > 0 => of_hir(&inner.sub),
        HirKind::Concat(parts) => {
            let shortest = |texts: &Vec<Vec<u8>>| texts.iter().map(Vec::len).min();
            parts.iter().filter_map(of_hir).max_by_key(shortest)
        }
        HirKind::Alternation(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(of_hir).collect();
            Some(each?.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// The sets of literals that a rule's rows of `log` are found by.
#[must_use]
pub fn of_rule(rule: &Rule) -> Vec<Vec<String>> {
    let Rule { subject, rows, .. } = rule;
    let of = |from: &str, filter: &[Test]| (from == "log").then(|| of_filter(filter));
    let Subject { from, filter, .. } = subject;
    let of_rows = rows.iter().filter_map(|RowSet { from, filter, .. }| of(from, filter));
    of(from, filter).into_iter().chain(of_rows).collect()
}

/// The literals by which rows of `log` are found.
#[must_use]
pub fn of_filter(filter: &[Test]) -> Vec<String> {
    let of_message = filter.iter().filter(|test| test.column == "message").map(|test| &test.is);
    of_tests(of_message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_taken_from_patterns() {
        for (pattern, texts) in [
            ("disk stall(ed)?", Some(vec!["disk stall"])),
            ("slow (?:heartbeat|liveness) took [0-9]+ms", Some(vec!["heartbeat", "liveness"])),
            ("(?:range unavailable)+", Some(vec!["range unavailable"])),
            ("[a-z]+ [0-9]+", None),
            ("(?i)disk stall", None),
        ] {
            let found = of_tests([Is::Matches(pattern.to_owned())].iter()).ok();
            let texts = texts.map(|texts| texts.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(found, texts, "{pattern}");
        }
    }

    #[test]
    fn literals_that_no_scan_can_find_are_refused() {
        for text in ["ab", "say \"hello\"", "grüße an alle"] {
            assert!(of_tests([Is::Contains(vec![text.to_owned()])].iter()).is_err(), "{text}");
        }
        let both = [Is::Contains(vec!["disk stalled".into()]), Is::Matches("[0-9]+".into())];
        assert_eq!(of_tests(both.iter()).unwrap(), ["disk stalled"]);
        assert!(of_tests([Is::Present(true)].iter()).is_err());
    }
}
