//! What happens to a person's data: what the page promises, what the browser sees of it, and what nobody can promise.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::element::{El, html, several};
use super::icon::Icon;
use super::kit::{button, fact, folded, raw};
use crate::view::privacy::{Attempt, Rule, Seen};
use crate::web::witness;

/// The panel below whatever the page shows.
pub(super) fn privacy() -> El {
    let seen = RwSignal::new(None);
    let look = move || {
        spawn_local(async move {
            let now = witness::seen().await;
            // What did not change is not drawn anew: somebody may be reading it.
            if now.is_some() && seen.get_untracked() != now {
                seen.set(now);
            }
        });
    };
    witness::watch(look);
    look();
    html("section")
        .class("wide")
        .attr("id", "privacy")
        .attr("data-testid", "privacy-panel")
        .attr("aria-labelledby", "privacy-title")
        .child(html("div").class("card").child((
            html("h2").attr("id", "privacy-title").child("What happens to your data"),
            html("div").class("privacy").child((promises(), move || seen.get().map(live))),
            folded("more", "What the browser blocks on this page", false, move || {
                let rules = move || seen.get().map(|seen| rules(&seen));
                several((rules, attempts(look), limits()))
            }),
        )))
}

fn promises() -> El {
    html("ul").class("plain").child((
        html("li").child(
            "Your files stay on this machine. The page reads them in the browser's memory and sends nothing.",
        ),
        html("li").child(
            "Nothing of them is stored: close the tab and it is gone. Downloads are made only when you ask.",
        ),
        html("li").child(
            "To be sure, cut the network before you drop files: the page works without.",
        ),
    ))
}

/// What the browser counted.
fn live(seen: Seen) -> El {
    html("dl").class("facts").attr("data-testid", "privacy-seen").child((
        fact("Requests since the page was loaded", raw(&seen.requests())),
        fact("Refused by its policy since then", raw(&seen.violations())),
        fact("Kept in this browser", seen.stored()),
    ))
}

fn rules(seen: &Seen) -> El {
    let row = |rule: Rule| {
        let directive = (!rule.directive.is_empty())
            .then(|| html("span").class("quiet mono").child(raw(&rule.directive)));
        fact(rule.channel, (rule.means, " ", directive))
    };
    let rows: Vec<El> = seen.rules().into_iter().map(row).collect();
    html("dl").class("facts").attr("data-testid", "privacy-rules").child(rows)
}

/// The page tries to send something, so that everybody can see it fail.
fn attempts(look: impl Fn() + Copy + 'static) -> El {
    let tried = RwSignal::new(None::<Vec<Attempt>>);
    let busy = RwSignal::new(false);
    let go = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            tried.set(Some(witness::attempt().await.unwrap_or_default()));
            busy.set(false);
            look();
        });
    };
    html("div").class("attempts").child((
        html("p").child(
            "See for yourself: the page tries to send one letter to a name that nobody can have (.invalid), by fetch, \
             WebSocket, beacon, picture and form.",
        ),
        button("button", Some("privacy-try"), Icon::Lock, "Try it", go),
        html("div").attr("role", "status").child(move || tried.get().map(|tried| outcome(&tried))),
    ))
}

fn outcome(tried: &[Attempt]) -> El {
    if tried.is_empty() {
        return html("p").child("This could not be tried here.");
    }
    let row = |attempt: &Attempt| {
        let refused = if attempt.directive.is_some() { "true" } else { "false" };
        fact(raw(&attempt.channel), raw(&attempt.says()))
            .attr("data-channel", attempt.channel.as_str())
            .attr("data-refused", refused)
    };
    let rows: Vec<_> = tried.iter().map(row).collect();
    html("dl").class("facts").attr("data-testid", "privacy-tried").child(rows)
}

fn limits() -> El {
    html("div").child((
        html("h3").child("What no policy can block"),
        html("ul").class("plain").child((
            html("li").child("A page that leaves for another address with data in it, and WebRTC. This page does neither."),
            html("li").child("Extensions of your browser, and other programs on this machine."),
            html("li").child(
                "Whoever serves this page to you decides which page that is. The single file, checked against SHA256SUMS, \
                 leaves that open to nobody.",
            ),
        )),
    ))
}
