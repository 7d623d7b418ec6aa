//! The plain sentences that the terminal, the ticket and the page share.
//!
//! Nothing here depends on a printed form. Text of the input that gets into a sentence is made visible first.

mod backups;
mod chains;
mod headline;
mod input;
mod jobs;
mod names;
mod parts;
mod rules;
mod summary;

pub use backups::{
    Clock, as_of, captured_by, chain_operation, elsewhere, kind_told_by, layer_detail, layer_kind,
    layer_name, layer_parts, layer_role, layer_said, layer_state, layer_with_time, operation_name,
    operation_on, operation_said, operation_times, restore_name, restore_read, restore_said,
};
pub use chains::{
    backup_facts, chain_in_short, chain_lines, chain_name, chain_of, chains_by_part,
    chains_left_out, has_marks, layer_of, more_operations,
};
pub use headline::{Headline, headline, sentence};
pub use input::{
    NAMES_REPLACED, count, files, is_published, logs, nothing_unread, period, scope, size,
};
pub use jobs::{ends, is_a_job, job_event, job_of, job_state, left_out, no_steps, place, subject};
pub use names::{
    applicability_meaning, capital, event_word, operation, redaction_meaning, safety_word,
    subject_kind, unread_word, verdict_meaning, verdict_word,
};
pub use parts::{Parts, Settled, Undecided, parts, settled_heading};
pub use rules::{OWN_RULES, own_apart, rule_files, stated};
pub use summary::{COLLECT, UPGRADE, cluster_facts, decides, upgrade_facts, upgrade_title};

use super::visible;

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<_> = names.iter().take(3).map(|name| visible::line(name.as_ref())).collect();
    match (names.len(), shown.split_last()) {
        (_, None) => "no advisory".to_owned(),
        (1, Some((only, _))) => only.to_string(),
        (2 | 3, Some((last, others))) => format!("{} and {last}", others.join(", ")),
        (number, Some(_)) => format!("{} and {} more", shown.join(", "), number - shown.len()),
    }
}
