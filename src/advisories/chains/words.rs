//! Layers and tables in words, and rows of jobs as evidence.

use crate::facts::{BulkOperation, Layer, RestoreRun, Touches};
use crate::model::{Evidence, JobId, LayerKind, Tenancy};
use crate::parse::statement::Name;

use super::View;

/// So much of a description is shown as evidence.
const DESCRIPTION: usize = 600;

/// Returns a layer as sentences name it, without article.
pub(crate) fn layer_name(layer: &Layer) -> String {
    let kind = match layer.kind {
        LayerKind::Full => "full backup",
        LayerKind::Incremental => "incremental backup",
        LayerKind::Unknown => "backup",
    };
    let about = if layer.slack.widest() > 0 { "about " } else { "" };
    format!("{kind} {} (as of {about}{})", layer.job, layer.as_of)
}

/// The tables of `operation` under the names that a restore gave them, with their numbers where there is one of each.
pub(super) fn restored_names(operation: &BulkOperation, restore: &RestoreRun) -> Vec<String> {
    let names: Vec<String> = match (&operation.touches, &restore.touches) {
        (Touches::Tables(tables), Touches::Tables(restored)) => {
            let last = |name: &Name| name.0.last().cloned().unwrap_or_default();
            let concerned = |name: &&Name| {
                last(name) == "*" || tables.iter().any(|table| last(table) == last(name))
            };
            restored.iter().filter(concerned).map(ToString::to_string).collect()
        }
        (Touches::Tables(tables), Touches::Databases(databases)) if databases.len() == 1 => {
            let moved = |table: &Name| {
                let mut parts = table.0.clone();
                if parts.len() == 3 {
                    parts[0].clone_from(&databases[0]);
                }
                Name(parts).to_string()
            };
            tables.iter().map(moved).collect()
        }
        (touches, _) => touches.names(),
    };
    match (names.as_slice(), restore.descriptor_ids.as_slice()) {
        ([name], [id]) => vec![format!("{name} (id {id})")],
        _ => names,
    }
}

/// The row of a job.
pub(super) fn of_job(view: View<'_>, tenancy: &Tenancy, id: JobId) -> Option<Evidence> {
    let job = view.facts.jobs.get(&(tenancy.clone(), id))?;
    let mut text = format!("job {id}: {}", job.job_type);
    if let Some(status) = &job.status {
        text.push_str(&format!(", {status}"));
    }
    if let Some(created) = job.created {
        text.push_str(&format!(", created {created}"));
    }
    match job.finished {
        Some(finished) => text.push_str(&format!(", finished {finished}")),
        None => text.push_str(", not finished"),
    }
    let end = job.description.char_indices().nth(DESCRIPTION).map(|(at, _)| at);
    match end {
        Some(end) => text.push_str(&format!(": {}…", &job.description[..end])),
        None => text.push_str(&format!(": {}", job.description)),
    }
    Some(Evidence { source: job.row.clone()?, node: None, time: job.created, text })
}
