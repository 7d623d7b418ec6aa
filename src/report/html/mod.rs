//! The report as one HTML file: nothing to fetch, nothing that runs, readable on a screen and on paper.
//!
//! It says what the ticket says, in the same words. Its own policy allows its one style sheet and nothing else. It carries
//! the JSON report in a `<template>`: browsers read the text of one into a fragment that they neither show nor print,
//! whereas a script element would need no escapes but be a script, and a hidden one would depend on the style sheet.
//! Given to the page, the file is shown as the result again ([`super::saved`]).

mod parts;
mod summary;
mod writer;

use super::{Finding, Job, Report, json, wording};
use writer::Page;

/// The style sheet of the file; its sum stands in the policy.
const STYLE: &str = include_str!("style.css");
/// What a policy calls [`STYLE`]: a test tells the new one when that changes.
const STYLE_SUM: &str = "sha256-tprqC/I7QyHn9XjhKOmqJyeMtu7J59R5bJHqpoeJkLw=";

pub(super) const CLOCK: wording::Clock = |time| time.to_string();

/// The report as an HTML file.
#[must_use]
pub fn print(report: &Report) -> String {
    let mut page = Page::default();
    let verdict = report.verdict();
    page.ours("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.ours(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '",
    );
    page.ours(STYLE_SUM);
    page.ours("'; base-uri 'none'; form-action 'none'\">\n<meta name=\"crdb-triage\" content=\"");
    page.ours(super::SCHEMA);
    page.ours("\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    page.ours("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.ours("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.within("title", "", |page| {
        page.text(&format!("CockroachDB advisories: {}", wording::verdict_word(verdict)));
    });
    page.ours("<style>");
    page.ours(STYLE);
    page.ours("</style>\n</head>\n<body>\n");
    page.within("header", "bar", |page| {
        page.one("span", "brand", &report.tool.name);
        page.one("span", "quiet", &format!("Report of version {}", report.tool.version));
    });
    page.within("main", "", |page| {
        verdict_card(page, report);
        contents(page, report);
        summary::collect(page, report);
        summary::upgrade(page, report);
        parts::advisories(page, report);
        findings(page, report);
        parts::chains(page, report);
        summary::cluster(page, report);
        parts::what_was_read(page, report);
        parts::not_read(page, report);
    });
    page.within("footer", "quiet", |page| {
        page.text("Not a product of Cockroach Labs. It finds signs in logs; it cannot prove that data is complete. ");
        page.text("To look at this report on the page of crdb-triage, drop this file there.");
    });
    page.ours(super::saved::OPEN);
    page.exact(&json::print(report));
    page.ours(super::saved::CLOSE);
    page.ours("\n</body>\n</html>\n");
    page.0
}

fn verdict_card(page: &mut Page, report: &Report) {
    let verdict = report.verdict();
    let headline = wording::headline(report);
    page.toned("section", "card verdict", verdict, |page| {
        page.toned("p", "tag", verdict, |page| page.text(wording::verdict_word(verdict)));
        page.one("h1", "", &headline.answer);
        page.one("p", "", &headline.rest);
        if report.input.names_replaced {
            page.one("p", "quiet", wording::NAMES_REPLACED);
        }
        page.one("p", "quiet", &wording::scope(report));
    });
}

/// Where things stand; on paper, what there is.
fn contents(page: &mut Page, report: &Report) {
    let chains = (!report.chains.is_empty()).then_some(("chains", "Backup chains"));
    let collect = (!report.collect.is_empty()).then_some(("collect", "Collect next"));
    let upgrade = (!report.upgrade.is_empty()).then_some(("upgrade", "Upgrade"));
    let cluster = (!report.cluster.is_empty()).then_some(("cluster", "Cluster"));
    page.within("nav", "", |page| {
        for (id, title) in collect
            .into_iter()
            .chain(upgrade)
            .chain([("advisories", "Advisories"), ("findings", "Findings")])
            .chain(chains)
            .chain(cluster)
            .chain([("read", "What was read"), ("unread", "Not read, or not wholly")])
        {
            page.jump(id, title);
        }
    });
}

fn findings(page: &mut Page, report: &Report) {
    page.section("findings", "Findings", |page| {
        if report.findings.is_empty() {
            page.one("p", "", "None.");
        }
        for (index, finding) in report.findings.iter().enumerate() {
            page.toned("article", "card finding", finding.verdict, |page| {
                self::finding(page, report, index + 1, finding);
            });
        }
    });
}

fn finding(page: &mut Page, report: &Report, number: usize, finding: &Finding) {
    let (subject, verdict) =
        (wording::subject(&finding.subject), wording::verdict_word(finding.verdict));
    page.one("h3", "", &format!("{number}. {}, {subject}: {verdict}", finding.advisory));
    page.within("dl", "facts", |page| {
        if let Some(job) = wording::job_of(report, finding) {
            job_facts(page, job);
        }
        for (name, said) in wording::backup_facts(report, finding, CLOCK) {
            page.fact(name, &said);
        }
    });
    page.one("h4", "", "Why");
    page.within("ul", "", |page| {
        for reason in &finding.reasons {
            page.within("li", "", |page| {
                page.text(&reason.text);
                page.ours(" ");
                page.one("code", "", &reason.code);
            });
        }
    });
    page.one("h4", "", "Evidence");
    if finding.evidence.is_empty() {
        page.one("p", "", "None in the input.");
    }
    for piece in &finding.evidence {
        page.within("figure", "", |page| {
            page.one("figcaption", "mono quiet", &wording::place(piece));
            page.one("pre", "", &piece.text);
        });
    }
    steps(page, finding);
}

fn job_facts(page: &mut Page, job: &Job) {
    page.fact("Job", &wording::job_state(job));
    if !job.description.is_empty() {
        page.fact("Description", &job.description);
    }
    let (first, left_out, last) = wording::ends(&job.timeline);
    if first.is_empty() {
        return;
    }
    let mut life: Vec<String> = first.iter().map(wording::job_event).collect();
    if left_out > 0 {
        life.push(wording::left_out(left_out, "event"));
    }
    life.extend(last.iter().map(wording::job_event));
    page.within("div", "", |page| {
        page.one("dt", "", "Timeline");
        page.within("dd", "", |page| page.one("pre", "", &life.join("\n")));
    });
}

fn steps(page: &mut Page, finding: &Finding) {
    if finding.remediation.is_empty() {
        return;
    }
    page.one("h4", "", "What to do");
    for step in &finding.remediation {
        page.within("div", "step", |page| {
            page.within("p", "", |page| {
                let safety = wording::safety_word(step.safety);
                page.one("strong", "", &format!("Step {}", step.step));
                page.text(&format!(" ({safety}): {}", step.text));
            });
            if !step.sql.is_empty() {
                page.one("pre", "", &step.sql);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_sheet() {
        use base64::Engine as _;
        use sha2::Digest as _;
        let sum = sha2::Sha256::digest(STYLE);
        let sum = base64::engine::general_purpose::STANDARD.encode(sum);
        assert_eq!(STYLE_SUM, format!("sha256-{sum}"));
    }
}
