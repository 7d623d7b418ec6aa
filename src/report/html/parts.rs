//! The parts of the HTML report around the findings.

use crate::model::Verdict;

use super::super::{Advisory, Chain, Node, Report, seen, wording};
use super::CLOCK;
use super::writer::Page;

pub(super) fn advisories(page: &mut Page, report: &Report) {
    page.section("advisories", "Advisories", |page| {
        if report.advisories.is_empty() {
            page.one("p", "", "None was checked.");
        }
        let (ours, own) = wording::own_apart(report);
        in_parts(page, ours);
        if !own.is_empty() {
            page.one("h3", "", wording::OWN_RULES);
        }
        in_parts(page, own);
    });
}

fn in_parts(page: &mut Page, advisories: Vec<&Advisory>) {
    let parts = wording::parts(advisories);
    for advisory in parts.shown {
        page.toned("article", "card", advisory.verdict, |page| self::advisory(page, advisory));
    }
    let undecided = parts.undecided;
    if let Some(heading) = undecided.heading() {
        page.toned("article", "card", Verdict::CannotTell, |page| {
            page.one("h3", "", &heading);
            self::undecided(page, undecided);
        });
    }
    if let Some(heading) = wording::settled_heading(&parts.settled) {
        page.toned("article", "card", Verdict::NotAffected, |page| {
            page.one("h3", "", &heading);
            for settled in parts.settled {
                page.one("p", "", &settled.why);
                page.within("ul", "", |page| {
                    for advisory in settled.advisories {
                        page.one("li", "", &format!("{}: {}", advisory.id, advisory.title));
                    }
                });
            }
        });
    }
}

fn undecided(page: &mut Page, undecided: wording::Undecided<'_>) {
    page.within("ul", "", |page| {
        for (missing, ids) in &undecided.shared {
            let of = undecided.of(ids);
            let ids = if ids.len() < undecided.each.len() { ids.join(", ") } else { String::new() };
            let ids = if ids.is_empty() { ids } else { format!(" ({ids})") };
            page.one("li", "", &format!("{of}: {missing}{ids}"));
        }
    });
    page.within("ul", "", |page| {
        for (advisory, missing) in undecided.each {
            page.within("li", "", |page| {
                let harm = advisory.severity.replace('-', " ");
                page.one("p", "", &format!("{}: {} ({harm})", advisory.id, advisory.title));
                if !advisory.url.is_empty() {
                    page.within("p", "", |page| page.address(&advisory.url));
                }
                missing.into_iter().for_each(|one| page.one("p", "", &format!("Missing: {one}")));
            });
        }
    });
}

fn advisory(page: &mut Page, advisory: &Advisory) {
    let coverage = &advisory.coverage;
    let verdict = wording::verdict_word(advisory.verdict);
    page.one("h3", "", &format!("{}: {verdict}. {}", advisory.id, advisory.title));
    page.within("dl", "facts", |page| {
        page.fact("Why", &advisory.why);
        page.fact("Meaning", wording::verdict_meaning(advisory.verdict));
        page.fact("Versions", wording::applicability_meaning(advisory.applicability));
        page.fact("Harm", &advisory.severity.replace('-', " "));
        page.fact("Logs", &wording::logs(coverage));
        if !coverage.nodes_without_logs.is_empty() {
            page.fact("Nodes without logs", &coverage.nodes_without_logs.join(", "));
        }
        for missing in &coverage.missing {
            page.fact("Missing", missing);
        }
        if !advisory.url.is_empty() {
            page.within("div", "", |page| {
                page.one("dt", "", "Published");
                page.within("dd", "", |page| page.address(&advisory.url));
            });
        }
    });
}

pub(super) fn chains(page: &mut Page, report: &Report) {
    if report.chains.is_empty() {
        return;
    }
    page.section("chains", "Backup chains", |page| {
        let (marked, others) = wording::chains_by_part(report);
        for chain in marked {
            page.within("article", "card", |page| {
                page.one("h3", "", &wording::chain_name(chain));
                page.one("p", "", &wording::chain_in_short(chain, CLOCK));
                page.within("ul", "mono", |page| {
                    for (label, said) in wording::chain_lines(chain, CLOCK) {
                        page.one("li", "", &format!("{label}{said}"));
                    }
                });
            });
        }
        let (first, left_out, last) = wording::ends(&others);
        let other = |page: &mut Page, chain: &Chain| {
            let (name, short) = (wording::chain_name(chain), wording::chain_in_short(chain, CLOCK));
            page.one("li", "", &format!("{name}: {short}"));
        };
        page.within("ul", "", |page| {
            first.iter().chain(last).for_each(|chain| other(page, chain));
            if left_out > 0 {
                page.one("li", "", &wording::chains_left_out(left_out));
            }
        });
    });
}

pub(super) fn what_was_read(page: &mut Page, report: &Report) {
    let input = &report.input;
    page.section("read", "What was read", |page| {
        page.within("ul", "", |page| {
            for source in &input.sources {
                let size = wording::size(source.bytes);
                page.one("li", "", &format!("{} ({}, {size})", source.name, source.kind));
            }
            page.one("li", "", &wording::files(report));
            page.one("li", "", wording::redaction_meaning(input.redaction));
            let stated = wording::stated(report);
            for said in stated.into_iter().chain(wording::rule_files(report)) {
                page.one("li", "", &said);
            }
            for copies in seen::duplicates(&input.duplicates) {
                page.one("li", "", &copies);
            }
            if report.nodes.is_empty() {
                page.one("li", "", "No node is named anywhere in it.");
            }
        });
        for node in &report.nodes {
            page.within("article", "card", |page| self::node(page, node));
        }
    });
}

fn node(page: &mut Page, node: &Node) {
    page.one("h3", "", &format!("Node {}", seen::node(node)));
    page.within("ul", "", |page| {
        if node.versions.is_empty() {
            page.one("li", "", &seen::version_unknown(node));
        }
        for version in &node.versions {
            let period = wording::period(version.from, version.to);
            let source = format!("{}:{}", version.source.path, version.source.line);
            page.one("li", "", &format!("{}, {period} ({source})", version.version));
            if version.conflict {
                page.one("li", "", seen::CONFLICT);
            }
        }
        if node.coverage.is_empty() {
            page.one("li", "", &seen::no_logs(node));
        }
        for span in &node.coverage {
            let (files, size) = (wording::count(span.files, "file"), wording::size(span.bytes));
            page.one(
                "li",
                "",
                &format!("logs from {} to {} ({files}, {size})", span.from, span.to),
            );
        }
        for gap in &node.gaps {
            page.one("li", "", &format!("no logs from {} to {}", gap.from, gap.to));
        }
    });
}

pub(super) fn not_read(page: &mut Page, report: &Report) {
    page.section("unread", "Not read, or not wholly", |page| {
        if report.input.unread.is_empty() {
            page.one("p", "", &wording::nothing_unread(report));
        }
        page.within("ul", "", |page| {
            for unread in &report.input.unread {
                page.within("li", "", |page| {
                    page.one("code", "", &unread.path);
                    page.text(&format!(": {} ", unread.detail));
                    page.one("code", "", &unread.reason);
                    if !unread.weakens.is_empty() {
                        page.text(&format!(" Weakens: {}", unread.weakens.join(", ")));
                    }
                });
            }
        });
    });
}
