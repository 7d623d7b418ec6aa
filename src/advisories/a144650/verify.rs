//! What a run of MOLT Verify says of the table that a job imported.
//!
//! It clears only what it compared: the same table of the same database, after the job ended, every row of it.

use crate::facts::{MoltTable, MoltVerify};
use crate::model::{Job, Operation, Time};
use crate::parse::statement::{self, Import, Name};

use super::derive::OfJob;
use super::end::End;
use super::{order, remedy};

/// What a Verify means for a job.
pub(crate) enum Verified {
    /// No Verify was logged of a table of this name.
    No,
    /// So many rows of the source are missing.
    Missing(u64),
    /// It compared all of so many rows and found no difference.
    Whole(u64),
    /// It neither clears nor confirms, and why not.
    DoesNotCount(String),
}

impl OfJob<'_> {
    /// What MOLT logged of a table that has the name of the one that this job imported. MOLT names schema and table
    /// only, so it may be that of another database.
    pub(super) fn molt(&self) -> Option<&MoltTable> {
        if !matches!(self.job.operation, Operation::Import | Operation::MoltFetch) {
            return None;
        }
        let table = remedy::target(&self.job.description)?.to_lowercase();
        let ended = self.job.events.iter().map(|event| event.time).max()?;
        let began = began(self.job)?;
        self.facts.molt.iter().filter(|molt| molt.cluster == self.job.tenancy.cluster).find(
            |molt| {
                let same = table == molt.name
                    || table.ends_with(&format!(".{}", molt.name))
                    || molt.name.ends_with(&format!(".{table}"));
                let (start, end) = molt.fetched;
                same && began <= end && start.is_none_or(|start| ended >= start)
            },
        )
    }

    /// What the last Verify of that table means for the job.
    pub(super) fn verify(&self) -> Verified {
        let Some(molt) = self.molt() else { return Verified::No };
        let Some(verify) = &molt.verify else { return Verified::No };
        if let Some(why) = self.another_matter(molt, verify) {
            return Verified::DoesNotCount(why);
        }
        if verify.missing > 0 {
            return Verified::Missing(verify.missing);
        }
        if let Some(why) = self.not_whole(molt, verify) {
            return Verified::DoesNotCount(why);
        }
        Verified::Whole(verify.equal)
    }

    /// Why the Verify may be about something else than what this job wrote.
    fn another_matter(&self, molt: &MoltTable, verify: &MoltVerify) -> Option<String> {
        let End::Succeeded(Some(ended)) = self.end else {
            return Some("when the job ended is not known for certain".to_owned());
        };
        if !order::is_after(verify.begin, ended) {
            return Some(format!(
                "it began at {}, before the job had certainly ended ({ended})",
                verify.begin
            ));
        }
        if !is_of_database(self.job, molt) {
            return Some(
                "MOLT names schema and table and no database, and the job's description does not show that it is the import of this table by MOLT Fetch".to_owned(),
            );
        }
        let own = table(self.job);
        let others = || {
            self.facts.jobs.values().filter(|job| job.tenancy.cluster == self.job.tenancy.cluster)
        };
        let elsewhere = others().find(|job| {
            table(job).is_some_and(|name| {
                is_called(&name, &molt.name)
                    && (job.tenancy != self.job.tenancy || Some(&name) != own.as_ref())
            })
        })?;
        Some(format!(
            "MOLT names schema and table and no database, and job {} imported a table of this name too, which may be that of another database",
            elsewhere.id
        ))
    }

    /// Why it does not show that nothing is missing.
    fn not_whole(&self, molt: &MoltTable, verify: &MoltVerify) -> Option<String> {
        if !verify.counted {
            return Some(
                "a counter is absent or no number in what it logged, and that is not zero"
                    .to_owned(),
            );
        }
        if verify.differences > 0 {
            return Some(format!("it found {} other differences", verify.differences));
        }
        if !verify.complete {
            return Some(
                "not every shard reported, or not every row of the source was compared".to_owned(),
            );
        }
        if verify.equal == 0 {
            return Some("it compared no rows".to_owned());
        }
        let stored = self.stored(molt);
        (verify.equal < stored).then(|| {
            format!(
                "it compared {} rows, and the jobs that filled the table report {stored}",
                verify.equal
            )
        })
    }

    /// The rows that the jobs of this Fetch say they stored in the job's table. One Fetch imports a table with several.
    fn stored(&self, molt: &MoltTable) -> u64 {
        let own = table(self.job);
        let same = |job: &&Job| {
            let (start, end) = molt.fetched;
            let overlaps = began(job).is_none_or(|began| began <= end)
                && (job.finished.is_none() || start.is_none() || job.finished >= start);
            job.tenancy == self.job.tenancy && table(job) == own && overlaps
        };
        let rows = self.facts.jobs.values().filter(same).filter_map(|job| job.rows);
        rows.fold(0, u64::saturating_add)
    }
}

/// Whether the job is certainly the import, by MOLT Fetch, of the table that MOLT means: its description names the
/// table with its database, and its files are those of that table (`docs/cockroachdb/jobs.md#operations`).
fn is_of_database(job: &Job, molt: &MoltTable) -> bool {
    job.operation == Operation::MoltFetch
        && table(job).is_some_and(|name| name.0.len() == 3 && is_called(&name, &molt.name))
        && job.description.to_lowercase().contains(&format!("/{}/", molt.name))
}

/// Whether the end of a table's name is what MOLT calls a table. A shorter name may be that of any.
fn is_called(name: &Name, molt: &str) -> bool {
    let called: Vec<String> =
        name.0.iter().rev().take(2).rev().map(|part| part.to_lowercase()).collect();
    let called = called.join(".");
    called == molt || (name.0.len() < 3 && molt.rsplit('.').next() == called.rsplit('.').next())
}

/// The table that a job imports.
fn table(job: &Job) -> Option<Name> {
    if !matches!(job.operation, Operation::Import | Operation::MoltFetch) {
        return None;
    }
    match statement::import(&job.description) {
        Ok(Import::Into(name) | Import::Table(name)) => Some(name),
        _ => None,
    }
}

fn began(job: &Job) -> Option<Time> {
    job.created.or_else(|| job.events.first().map(|event| event.time))
}
