//! Everything about one finding: why, on what, the job's life, and what to do.

use crdb_triage::report::{Finding, Job, Reason, wording};

use super::app::App;
use super::element::{El, Several, html, several};
use super::kit::{fact, raw};
use super::{chains, evidence, steps, timeline};
use crate::view::format;
use crate::view::state::Printed;

pub(super) fn detail(app: App, printed: &Printed, at: usize) -> Option<El> {
    let finding = printed.report.findings.get(at)?;
    let job = wording::job_of(&printed.report, finding);
    Some(
        html("div").class("detail").child((
            html("div").class("detail-main").child((
                html("h3").child("Why"),
                html("ul")
                    .class("reasons")
                    .child(finding.reasons.iter().map(reason).collect::<Vec<_>>()),
                chains::of_finding(&printed.report, finding),
                job.map(facts),
                job.map(|job| {
                    (html("h3").child("What happened, in order"), timeline::timeline(job))
                }),
                html("h3").child("Evidence"),
                evidence::evidence(app, &finding.evidence, printed.saved),
            )),
            html("div").class("detail-side").child((
                html("h3").child("What to do"),
                note(finding),
                steps::steps(at, finding),
            )),
        )),
    )
}

fn reason(reason: &Reason) -> El {
    html("li").child((
        raw(&reason.text),
        " ",
        html("code").class("quiet").child(reason.code.clone()),
    ))
}

fn facts(job: &Job) -> Several {
    let time = |time: Option<_>| time.map_or("not known".to_owned(), format::instant);
    let or_unknown =
        |text: &str| if text.is_empty() { "not known".to_owned() } else { text.to_owned() };
    let description = (!job.description.is_empty())
        .then(|| fact("Description", html("div").class("log").child(raw(&job.description))));
    several((
        html("h3").child("The job"),
        html("dl").class("facts").child((
            fact("Id", html("span").class("mono").child(job.id.clone())),
            fact("Type", raw(&or_unknown(&job.job_type))),
            fact("Operation", wording::capital(&wording::operation(&job.operation))),
            fact("State", raw(&or_unknown(&job.status))),
            fact("Created", time(job.created)),
            fact("Finished", time(job.finished)),
            fact(
                "Rows it says it wrote",
                job.rows.as_deref().map_or("not known".to_owned(), format::digits),
            ),
            fact("Virtual cluster", raw(&job.tenant)),
            job.cluster.as_ref().map(|cluster| fact("Cluster", raw(cluster))),
        )),
        html("dl").class("facts").child(description),
    ))
}

/// Placeholders are filled where the evidence allows it; the rest is the reader's.
fn note(finding: &Finding) -> Option<El> {
    let open = finding.remediation.iter().any(|step| step.sql.contains('{'));
    open.then(|| {
        html("p").class("quiet").child("Replace what stands in braces before you run a statement.")
    })
}
