//! The result: the verdict in a sentence, what it rests on, then everything else.

use std::sync::Arc;

use crdb_triage::model::Verdict;
use crdb_triage::report::{Advisory, Report, visible, wording};

use super::app::App;
use super::element::{El, html};
use super::icon::{Icon, icon};
use super::kit::{fact, long_fact, raw, tag, unbroken};
use super::{chains, coverage, downloads, findings, summary};
use crate::view::state::{Handed, Printed};
use crate::view::{format, saved};

pub(super) fn result(app: App, handed: &Handed, printed: Arc<Printed>) -> El {
    let report = &printed.report;
    let (ours, own) = wording::own_apart(report);
    html("div").class("wide").child((
        banner(handed, &printed),
        verdict(handed, report),
        downloads::downloads(app, Arc::clone(&printed)),
        (summary::collect(report), summary::upgrade(report)),
        (coverage::coverage(report, handed), summary::clusters(report)),
        html("section").attr("aria-labelledby", "findings").child((
            html("h2").attr("id", "findings").child("Findings"),
            findings::findings(app, Arc::clone(&printed)),
        )),
        chains::chains(&printed),
        html("section").attr("aria-labelledby", "advisories").child((
            html("h2").attr("id", "advisories").child("Advisories checked"),
            list(ours, report),
            (!own.is_empty()).then(|| (html("h3").child(wording::OWN_RULES), list(own, report))),
            html("p").class("quiet").child(unbroken(&wording::scope(report))),
        )),
        html("section").attr("aria-labelledby", "unread").child((
            html("h2").attr("id", "unread").child("What was not read"),
            coverage::unread(report, handed),
        )),
    ))
}

fn list(advisories: Vec<&Advisory>, report: &Report) -> El {
    let each: Vec<El> = advisories.into_iter().map(|one| advisory(one, report)).collect();
    html("ul").class("advisories").child(each)
}

/// What the reader must not overlook: that the sample is made up, that the report is an old one, or that files never
/// arrived.
fn banner(handed: &Handed, printed: &Printed) -> Vec<El> {
    let report = &printed.report;
    let mut notes = Vec::new();
    if handed.sample {
        notes
            .push("This is the made-up sample: an invented cluster with invented jobs.".to_owned());
    }
    if printed.saved {
        let tool = &report.tool;
        notes.push(format!(
            "This is a saved report, made by {} {}. Nothing was read for it now, and nobody can tell whether the file was \
             changed since.",
            visible::line(&tool.name),
            visible::line(&tool.version)
        ));
    }
    notes.extend(wording::stated(report));
    notes.extend(wording::rule_files(report));
    if report.input.names_replaced {
        notes.push(wording::NAMES_REPLACED.to_owned());
    }
    let reports = saved::among_files(report);
    if reports > 0 && !printed.saved {
        let (reports, one) =
            (format::counted(reports, "saved report", "saved reports"), reports == 1);
        let (was, them) = if one { ("was", "it") } else { ("were", "one of them") };
        notes.push(format!(
            "{reports} {was} dropped together with other files, and {was} not read: a report is no log. To see {them} \
             again, drop it alone."
        ));
    }
    if !handed.missed.is_empty() {
        let missed = format::counted(handed.missed.len(), "file or folder", "files or folders");
        notes.push(format!("{missed} could not be opened by the browser and was not looked at. The list is at the end of this page."));
    }
    let note =
        |text| html("div").class("note warn").child((icon(Icon::Warning), html("p").child(text)));
    notes.into_iter().map(note).collect()
}

fn verdict(handed: &Handed, report: &Report) -> El {
    let verdict = report.verdict();
    let headline = wording::headline(report);
    // What is missing stands in the headline.
    let names_more = |advisory: &&Advisory| {
        advisory.verdict == verdict && verdict != Verdict::CannotTell && !advisory.is_note()
    };
    let why = report.advisories.iter().filter(names_more);
    let why: Vec<_> = why.map(|advisory| html("p").child(raw(&advisory.why))).collect();
    let next = verdict.asks_for_action().then(|| {
        html("p")
            .child(html("a").attr("href", "#findings").child("See the evidence and what to do"))
    });
    html("section")
        .class("card verdict")
        .attr("data-testid", "verdict")
        .attr("data-verdict", verdict.as_str())
        .attr("data-tone", verdict.as_str())
        .attr("aria-labelledby", "title")
        .child((
            html("p")
                .class("verdict-line")
                .child((tag(verdict), html("span").class("quiet").child(raw(&handed.title())))),
            html("h1").attr("id", "title").attr("tabindex", "-1").child(unbroken(&headline.answer)),
            why,
            html("p").class("quiet").child(unbroken(&headline.rest)),
            next,
        ))
}

fn advisory(advisory: &Advisory, report: &Report) -> El {
    let of = &advisory.coverage;
    let period = match (of.from, of.to) {
        (Some(from), Some(to)) => format::range(from, to),
        _ => "no dated log entry".to_owned(),
    };
    let missing: Vec<_> =
        of.missing.iter().map(|sentence| html("li").child(raw(sentence))).collect();
    let missing = (!missing.is_empty())
        .then(|| (html("h4").child("What is missing"), html("ul").class("reasons").child(missing)));
    html("li")
        .class("card advisory")
        .attr("data-testid", "advisory-row")
        .attr("data-advisory", advisory.id.clone())
        .attr("data-verdict", advisory.verdict.as_str())
        .child((
            html("div").class("advisory-head").child((
                tag(advisory.verdict),
                html("h3").child((
                    html("span").class("mono").child(advisory.id.clone()),
                    " ",
                    raw(&advisory.title),
                )),
                link(&advisory.url),
            )),
            html("p").child(unbroken(&wording::sentence(advisory, report))),
            html("p").child(raw(&advisory.why)),
            html("dl").class("facts").child((
                fact("Versions", wording::applicability_meaning(advisory.applicability)),
                fact("Findings", format::count(advisory.findings.len() as u64)),
                fact("Looked at", period),
                nodes("Nodes", &of.nodes),
                nodes("Nodes without logs", &of.nodes_without_logs),
            )),
            missing,
        ))
}

/// Nodes by name. Of several clusters, the names are too long for a column.
fn nodes(name: &'static str, nodes: &[String]) -> El {
    const SHORT: usize = 40;
    let list = if nodes.is_empty() { "none".to_owned() } else { nodes.join(", ") };
    match list.len() {
        ..=SHORT => fact(name, raw(&list)),
        _ => long_fact(name, raw(&list)),
    }
}

/// A link to the published advisory, and to nothing else, whatever the report says.
fn link(url: &str) -> Option<El> {
    wording::is_published(url).then(|| {
        html("a")
            .attr("href", url.to_owned())
            .attr("target", "_blank")
            .attr("rel", "noreferrer noopener")
            .class("outward")
            .child(("Published advisory", icon(Icon::Link)))
    })
}
