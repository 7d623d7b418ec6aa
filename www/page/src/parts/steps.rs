//! What to do, as a list to tick off. Ticks live as long as the page.

use crdb_triage::report::{Finding, Remediation, wording};
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;

use super::element::{El, html};
use super::icon::{Icon, icon};
use super::kit::raw;
use crate::web::hand_out;

pub(super) fn steps(at: usize, finding: &Finding) -> (Option<El>, El) {
    let all = &finding.remediation;
    let empty =
        all.is_empty().then(|| html("p").class("quiet").child(wording::no_steps(finding.verdict)));
    let list: Vec<_> = all.iter().map(|remediation| step(at, remediation)).collect();
    (empty, html("ol").class("steps").child(list))
}

fn step(finding: usize, remediation: &Remediation) -> El {
    let id = format!("step-{finding}-{}", remediation.step);
    let done = RwSignal::new(false);
    let sql = (!remediation.sql.is_empty()).then(|| to_copy("SQL", remediation.sql.clone()));
    html("li")
        .class("step-item")
        .class_while("done", move || done.get())
        .attr("data-testid", "remediation-step")
        .child((
            html("input")
                .attr("type", "checkbox")
                .attr("id", id.clone())
                .on(ev::change, move |event| done.set(event_target_checked(&event))),
            html("div").class("step-body").child((
                html("label").attr("for", id).child((
                    html("span").class("step-number").child(format!("{}. ", remediation.step)),
                    raw(&remediation.text),
                )),
                html("span").class("safety").attr("data-safety", safety_key(remediation)).child((
                    icon(Icon::Safety(remediation.safety)),
                    wording::capital(wording::safety_word(remediation.safety)),
                )),
                sql,
            )),
        ))
}

fn safety_key(remediation: &Remediation) -> &'static str {
    use crdb_triage::model::Safety;
    match remediation.safety {
        Safety::ReadOnly => "read_only",
        Safety::Reversible => "reversible",
        Safety::Disruptive => "disruptive",
    }
}

/// Text with a button that copies it.
pub(super) fn to_copy(name: &'static str, text: String) -> El {
    let shown = html("pre")
        .attr("tabindex", "0")
        .attr("aria-label", name)
        .attr("role", "group")
        .child(html("code").child(raw(&text)));
    let word = RwSignal::new("Copy");
    let copy = {
        let shown = shown.clone();
        move |_| {
            let (text, element) = (text.clone(), shown.element().clone());
            wasm_bindgen_futures::spawn_local(async move {
                let copied = hand_out::copy(&text, Some(element)).await;
                word.set(if copied { "Copied" } else { "Selected: press Ctrl+C" });
                Timeout::new(3000, move || {
                    word.try_set("Copy");
                })
                .forget();
            });
        }
    };
    html("div").class("sql").child((
        shown,
        html("button")
            .attr("type", "button")
            .class("link copy")
            .attr("aria-live", "polite")
            .on(ev::click, copy)
            .child(move || word.get()),
    ))
}
