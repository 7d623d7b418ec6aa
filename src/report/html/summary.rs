//! What to collect, where to go, and the cluster in short, as HTML.

use super::super::{Report, wording};
use super::CLOCK;
use super::writer::Page;

pub(super) fn collect(page: &mut Page, report: &Report) {
    if report.collect.is_empty() {
        return;
    }
    page.section("collect", "Collect next", |page| {
        page.one("p", "quiet", wording::COLLECT);
        page.within("ol", "", |page| {
            for item in &report.collect {
                page.within("li", "", |page| {
                    page.one("p", "", &item.what);
                    if !item.command.is_empty() {
                        page.one("pre", "", &item.command);
                    }
                    page.one("p", "quiet", &format!("Decides {}", wording::decides(item)));
                });
            }
        });
    });
}

pub(super) fn upgrade(page: &mut Page, report: &Report) {
    if report.upgrade.is_empty() {
        return;
    }
    page.section("upgrade", "Upgrade", |page| {
        page.one("p", "quiet", wording::UPGRADE);
        for one in &report.upgrade {
            page.within("article", "card", |page| {
                page.one("h3", "", &wording::upgrade_title(one));
                page.within("dl", "facts", |page| {
                    for (name, ids) in wording::upgrade_facts(one) {
                        page.fact(name, &ids);
                    }
                });
            });
        }
    });
}

pub(super) fn cluster(page: &mut Page, report: &Report) {
    if report.cluster.is_empty() {
        return;
    }
    page.section("cluster", "Cluster", |page| {
        for one in &report.cluster {
            page.within("article", "card", |page| {
                if let Some(name) = &one.cluster {
                    page.one("h3", "", &format!("Cluster {name}"));
                }
                page.within("dl", "facts", |page| {
                    for (name, said) in wording::cluster_facts(one, CLOCK) {
                        page.fact(name, &said);
                    }
                });
            });
        }
    });
}
