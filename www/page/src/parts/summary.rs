//! What to collect next, where to go, and the cluster in short.

use crdb_triage::report::{ClusterSummary, CollectItem, Report, Upgrade, visible, wording};

use super::element::{El, html};
use super::kit::{long_fact, raw, unbroken};
use super::steps::to_copy;
use crate::view::format;

/// The smallest list of what would decide the open advisories.
pub(super) fn collect(report: &Report) -> Option<El> {
    let items: Vec<El> = report.collect.iter().map(item).collect();
    (!items.is_empty()).then(|| {
        html("section").class("card").attr("aria-labelledby", "collect").child((
            html("h2").attr("id", "collect").child("Collect next"),
            html("p").class("quiet").child(wording::COLLECT),
            html("ol").class("reasons").child(items),
        ))
    })
}

fn item(item: &CollectItem) -> El {
    let command = (!item.command.is_empty()).then(|| to_copy("Command", item.command.clone()));
    html("li")
        .attr("data-testid", "collect-item")
        .attr("data-decides", item.decides.join(" "))
        .child((
            html("p").child(raw(&item.what)),
            command,
            html("p").class("quiet").child(raw(&format!("Decides {}", wording::decides(item)))),
        ))
}

/// The moves that leave the most windows.
pub(super) fn upgrade(report: &Report) -> Option<El> {
    let moves: Vec<El> = report.upgrade.iter().map(one).collect();
    (!moves.is_empty()).then(|| {
        html("section")
            .class("card")
            .attr("data-testid", "upgrade-advice")
            .attr("aria-labelledby", "upgrade")
            .child((
                html("h2").attr("id", "upgrade").child("Upgrade"),
                html("p").class("quiet").child(wording::UPGRADE),
                moves,
            ))
    })
}

fn one(to: &Upgrade) -> El {
    let facts: Vec<El> = wording::upgrade_facts(to)
        .into_iter()
        .map(|(name, ids)| long_fact(name, raw(&ids)))
        .collect();
    html("div").child((
        html("h3").child(raw(&wording::upgrade_title(to))),
        html("dl").class("facts").child(facts),
    ))
}

/// Each cluster in short.
pub(super) fn clusters(report: &Report) -> Option<El> {
    let each: Vec<El> = report.cluster.iter().map(cluster).collect();
    (!each.is_empty()).then(|| {
        html("section")
            .class("card")
            .attr("data-testid", "cluster-summary")
            .attr("aria-labelledby", "cluster")
            .child((html("h2").attr("id", "cluster").child("Cluster"), each))
    })
}

fn cluster(summary: &ClusterSummary) -> El {
    let name = summary
        .cluster
        .as_ref()
        .map(|name| html("h3").child(unbroken(&format!("Cluster {}", visible::line(name)))));
    let facts: Vec<El> = wording::cluster_facts(summary, format::stamp)
        .into_iter()
        .map(|(name, said)| long_fact(name, raw(&said)))
        .collect();
    html("div").child((name, html("dl").class("facts").child(facts)))
}
