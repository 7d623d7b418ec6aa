//! What programs make of the printed forms: Markdown as GitHub reads it, HTML as browsers do. Text of the input makes
//! nothing in either.

use std::collections::{BTreeMap, BTreeSet};

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use crdb_triage::model::Verdict;
use crdb_triage::report::{Report, html, json, markdown, saved, visible, wording};
use html5gum::{Token, Tokenizer};

use crate::support::everywhere::{HOSTILE, everywhere};

const FULL: &str = include_str!("../samples/report.json");
const BACKUPS: &str = include_str!("../samples/backups.json");

fn samples() -> [Report; 2] {
    [FULL, BACKUPS].map(|sample| json::read(sample).unwrap())
}

/// A reader of Markdown with everything switched on that some renderer knows.
fn options() -> Options<'static> {
    let mut options = Options::default();
    let more = &mut options.extension;
    more.strikethrough = true;
    more.table = true;
    more.autolink = true;
    more.tasklist = true;
    more.superscript = true;
    more.footnotes = true;
    more.inline_footnotes = true;
    more.description_lists = true;
    more.multiline_block_quotes = true;
    more.alerts = true;
    more.math_dollars = true;
    more.math_code = true;
    more.underline = true;
    more.subscript = true;
    more.spoiler = true;
    more.wikilinks_title_after_pipe = true;
    options.parse.relaxed_autolinks = true;
    options
}

/// How many of which block or link a text makes; words and code within lines are no such thing.
fn made_of(text: &str) -> BTreeMap<String, usize> {
    let arena = Arena::new();
    let mut made = BTreeMap::new();
    for node in parse_document(&arena, text, &options()).descendants() {
        let kind = match &node.data.borrow().value {
            NodeValue::Text(_) | NodeValue::Code(_) | NodeValue::SoftBreak | NodeValue::Escaped => {
                continue;
            }
            NodeValue::Link(link) => format!("link to {}", link.url),
            NodeValue::Image(link) => format!("image of {}", link.url),
            NodeValue::Heading(heading) => format!("heading {}", heading.level),
            NodeValue::CodeBlock(block) => format!("block of {}", block.info),
            other => other.xml_node_name().to_owned(),
        };
        *made.entry(kind).or_default() += 1;
    }
    made
}

/// Text that is nothing but text, and long enough to be no empty field.
const HARMLESS: &str = "word";

#[test]
fn markdown_is_made_of_the_same_parts_whatever_the_input_says() {
    for report in samples() {
        let expected = made_of(&markdown::print(&everywhere(report.clone(), HARMLESS)));
        assert!(expected.keys().all(|kind| !kind.starts_with("link") && !kind.contains("html")));
        for hostile in HOSTILE.iter().filter(|hostile| !hostile.is_empty()) {
            let printed = markdown::print(&everywhere(report.clone(), hostile));
            assert_eq!(made_of(&printed), expected, "{hostile:?} in:\n{printed}");
        }
    }
}

#[test]
fn only_published_advisories_become_links() {
    let mut report = samples()[0].clone();
    let published = report.advisories[0].url.clone();
    assert!(wording::is_published(&published));
    for (url, link) in [
        (published.as_str(), true),
        ("javascript:alert(1)", false),
        ("https://www.cockroachlabs.com/docs/advisories/../x", false),
        ("https://www.cockroachlabs.com/docs/advisories/a1\" onclick=\"x", false),
        ("https://www.cockroachlabs.com/docs/advisories/", false),
        ("https://www.cockroachlabs.com.evil.example/docs/advisories/a1", false),
        ("http://www.cockroachlabs.com/docs/advisories/a1", false),
    ] {
        url.clone_into(&mut report.advisories[0].url);
        let links =
            made_of(&markdown::print(&report)).keys().filter(|k| k.starts_with("link")).count();
        assert_eq!(links, usize::from(link), "{url}");
        let tags = tags(&html::print(&report));
        let outward =
            tags.iter().filter(|(tag, _)| tag.contains("href=https") || tag.contains("href=java"));
        assert_eq!(outward.count(), usize::from(link), "{url}");
    }
}

/// Elements with their attributes, and how many of each.
fn tags(page: &str) -> BTreeMap<String, usize> {
    let mut tags = BTreeMap::new();
    for token in Tokenizer::new(page) {
        let name = match token.unwrap() {
            Token::StartTag(tag) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let attributes = tag.attributes.iter();
                let attributes: Vec<String> = attributes
                    .map(|(name, value)| format!("{}={}", text(name), text(value)))
                    .collect();
                format!("{} {}", text(&tag.name), attributes.join(" "))
            }
            Token::Comment(_) => "comment".to_owned(),
            Token::Error(error) => format!("error {error:?}"),
            _ => continue,
        };
        *tags.entry(name).or_default() += 1;
    }
    tags
}

/// All text of a page but that of its style sheet and of the report inside.
fn text_of(page: &str) -> String {
    let page = page.split_once("<body>").unwrap().1.split_once(saved::OPEN).unwrap().0;
    let mut text = String::new();
    for token in Tokenizer::new(page) {
        match token.unwrap() {
            Token::String(string) => text.push_str(&String::from_utf8_lossy(&string)),
            _ => text.push(' '),
        }
    }
    text
}

#[test]
fn html_is_made_of_the_same_elements_whatever_the_input_says() {
    for report in samples() {
        let expected = tags(&html::print(&everywhere(report.clone(), HARMLESS)));
        let elements: BTreeSet<&str> =
            expected.keys().filter_map(|tag| tag.split(' ').next()).collect();
        for never in
            ["script", "img", "iframe", "object", "svg", "form", "link", "base", "error", "comment"]
        {
            assert!(!elements.contains(never), "{never}");
        }
        for hostile in HOSTILE.iter().filter(|hostile| !hostile.is_empty()) {
            let page = html::print(&everywhere(report.clone(), hostile));
            let mut made = tags(&page);
            made.remove("span class=code-point");
            assert_eq!(made, expected, "{hostile:?}");
            let body = text_of(&page);
            for line in visible::lines(hostile).lines().filter(|line| !line.contains("U+")) {
                assert!(body.contains(line), "{line:?} is not shown as it is");
            }
            let hidden = |c: &char| visible::is_hidden(*c) && *c != '\n';
            assert_eq!(page.chars().find(hidden), None, "{hostile:?}");
        }
    }
}

#[test]
fn html_carries_its_report_and_nothing_else_runs_or_loads() {
    for report in samples() {
        for text in HOSTILE {
            let filled = everywhere(report.clone(), text);
            let page = html::print(&filled);
            assert!(crdb_triage::model::is_report(page.as_bytes()));
            let inside = saved::json_of(page.as_bytes()).unwrap();
            assert_eq!(inside, json::print(&filled));
            assert_eq!(page.matches(saved::OPEN).count(), 1);
        }
        let page = html::print(&report);
        let policy = "default-src 'none'; style-src 'sha256-";
        assert!(page.contains(policy), "{page}");
        for never in ["<script", "javascript:", " src=", "url(", "@import", " style=\""] {
            let before = page.split(saved::OPEN).next().unwrap();
            assert!(!before.contains(never), "{never}");
        }
    }
}

/// Every word of the ticket is in the HTML report.
#[test]
fn html_says_what_markdown_says() {
    for report in samples() {
        let arena = Arena::new();
        let ticket = markdown::print(&report);
        let mut said = String::new();
        for node in parse_document(&arena, &ticket, &options()).descendants() {
            match &node.data.borrow().value {
                NodeValue::Text(text) => said.push_str(text),
                NodeValue::Code(code) => said.push_str(&code.literal),
                NodeValue::CodeBlock(block) => said.push_str(&format!(" {}", block.literal)),
                _ => said.push(' '),
            }
        }
        let bare = |word: &str| word.trim_matches([':', '(', ')', '.', ',']).to_owned();
        let page: BTreeSet<String> =
            text_of(&html::print(&report)).split_whitespace().map(bare).collect();
        let missing: Vec<String> = said
            .split_whitespace()
            .map(bare)
            .filter(|word| {
                !["Made", "by", "CockroachDB", "advisories", "Weakens"].contains(&word.as_str())
            })
            .filter(|word| !page.contains(word))
            .collect();
        assert_eq!(missing, [] as [String; 0]);
    }
}

#[test]
fn a_report_whose_parts_contradict_each_other_is_refused() {
    let [report, backups] = samples();
    assert_eq!(saved::agrees(&report), Ok(()));
    assert_eq!(saved::agrees(&backups), Ok(()));
    let refuses = |change: fn(&mut Report)| {
        let mut report = report.clone();
        change(&mut report);
        saved::agrees(&report).is_err()
    };
    assert!(refuses(|report| report.advisories[0].verdict = Verdict::NoSign));
    assert!(refuses(|report| report.advisories[0].findings.clear()));
    assert!(refuses(|report| report.advisories[0].findings[0] = u32::MAX));
    assert!(refuses(|report| report.advisories.clear()));
    assert!(refuses(|report| report.findings.clear()));
}
