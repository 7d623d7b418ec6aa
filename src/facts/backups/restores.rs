//! Jobs of type `RESTORE`: which chain they read, and how far.

use crate::model::{Job, JobDetails, JobId, JobStatus, LayerState, Location, Tenancy, Time};
use crate::parse::statement::{self, Address, RestoreFrom, Subdirectory, Targets, Unparsed};

use super::layers::{EXPRESSION, Slack, instant};
use super::operations::{moved_directly, restored};
use super::{Backups, Chain, Layer, Touches, Within};

/// A restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRun {
    /// Who restored.
    pub tenancy: Tenancy,
    /// Its job.
    pub job: JobId,
    /// Status of its job.
    pub status: Option<JobStatus>,
    /// When it was created; of a job that no table lists, when a log first speaks of it.
    pub created: Option<Time>,
    /// When it ended.
    pub finished: Option<Time>,
    /// The time to which it restores, and by how much that may be off; none for the newest layer.
    pub to: Option<(Time, Slack)>,
    /// Where it reads.
    pub source: Source,
    /// How many layers its payload lists.
    pub layers: Option<usize>,
    /// What it restores, under the names in the backup.
    pub targets: Targets,
    /// The same under the names that it has afterwards, as far as rows are restored.
    pub touches: Touches,
    /// Its descriptors: the new ones, in the cluster that restored.
    pub descriptor_ids: Vec<u64>,
    /// What its row says that it is doing.
    pub running_status: Option<String>,
    /// Its error.
    pub error: Option<String>,
    /// Where its job has its row.
    pub row: Option<Location>,
}

/// Where a restore reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The newest chain of a collection.
    Latest(Address),
    /// A subdirectory of a collection.
    Collection(Address, String),
    /// Addresses: of a full backup, and perhaps of each layer on it.
    Addresses(Vec<Address>),
    /// Nobody can tell.
    Unknown(Unparsed),
}

/// What a restore read of a chain.
#[derive(Clone, Copy, Debug)]
pub struct ReadFrom<'a> {
    /// The chain.
    pub chain: &'a Chain,
    /// The newest layer that it may have read, if one was seen.
    pub newest: Option<&'a Layer>,
}

/// A restore as its job tells of it.
pub(super) fn run(job: &Job) -> RestoreRun {
    let parsed = statement::restore(&job.description);
    let to = match (&job.details, &parsed) {
        (JobDetails::Restore(details), _) if details.end.is_some() => {
            details.end.map(|end| (end, Slack::default()))
        }
        // In every version a restore reads the manifests before its job is created.
        (_, Ok(restore)) if restore.as_of.is_some() => {
            instant(restore.as_of.as_ref(), job.created, true)
        }
        _ => None,
    };
    let source = match (&job.details, &parsed) {
        (JobDetails::Restore(details), _) if !details.layers.is_empty() => {
            let layers = details.layers.iter().map(|layer| Address(layer.clone()));
            Source::Addresses(layers.collect())
        }
        (_, Ok(restore)) => match restore.from.clone() {
            RestoreFrom::Collection(Subdirectory::Latest, collection) => Source::Latest(collection),
            RestoreFrom::Collection(Subdirectory::Named(name), collection) => {
                Source::Collection(collection, name)
            }
            RestoreFrom::Addresses(addresses) => Source::Addresses(addresses),
        },
        (_, Err(why)) => Source::Unknown(why.clone()),
    };
    let layers = match &job.details {
        JobDetails::Restore(details) => Some(details.layers.len()).filter(|layers| *layers > 0),
        _ => None,
    };
    let (targets, touches) = match parsed {
        Ok(restore) => {
            let touches = restored(&restore, moved_directly);
            (restore.targets, touches)
        }
        Err(_) => (Targets::Other, Touches::Unknown),
    };
    RestoreRun {
        tenancy: job.tenancy.clone(),
        job: job.id,
        status: job.status.clone(),
        created: job.created.or_else(|| Some(job.events.first()?.time)),
        finished: job.finished,
        to,
        source,
        layers,
        targets,
        touches,
        descriptor_ids: job.descriptor_ids.clone(),
        running_status: job.running_status.clone(),
        error: job.error.clone(),
        row: job.row.clone(),
    }
}

impl Backups {
    /// What a restore read, if the chain is among those that were seen: of its own cluster, else of any other in the
    /// input, unless the storage is one that each cluster has for itself.
    #[must_use]
    pub fn read_by(&self, restore: &RestoreRun) -> Option<ReadFrom<'_>> {
        let reaches =
            |chain: &&Chain| chain.tenancy.cluster == restore.tenancy.cluster || !chain.is_local();
        let own = |chain: &&Chain| chain.tenancy == restore.tenancy;
        let among = |own_only: bool| {
            let chains = self.chains.iter().filter(reaches);
            let chains = chains.filter(move |chain| !own_only || own(chain));
            restore.source.find(chains, restore.created)
        };
        let chain = among(true).or_else(|| among(false))?;
        Some(ReadFrom { chain, newest: restore.newest(chain) })
    }
}

impl Source {
    fn find<'a>(
        &self,
        mut chains: impl Iterator<Item = &'a Chain>,
        created: Option<Time>,
    ) -> Option<&'a Chain> {
        match self {
            Self::Latest(collection) => chains
                .filter(|chain| chain.address == *collection && chain.subdirectory.is_some())
                .filter(|chain| created.is_none_or(|at| chain.stood_at(at)))
                .max_by_key(|chain| chain.begins()),
            Self::Collection(collection, name) => chains.find(|chain| {
                chain.address == *collection && chain.subdirectory.as_ref() == Some(name)
            }),
            Self::Addresses(addresses) => {
                let first = addresses.first()?;
                chains.find(|chain| chain.is_at(first))
            }
            Self::Unknown(_) => None,
        }
    }
}

impl Chain {
    /// Whether its storage is one that each cluster has for itself: disks of nodes, the files of users, and what a cluster
    /// calls by a name of its own.
    fn is_local(&self) -> bool {
        let scheme = self.address.0.split("://").next().unwrap_or_default();
        matches!(scheme, "nodelocal" | "userfile" | "external")
    }

    /// Whether its full backup stands at an address.
    fn is_at(&self, address: &Address) -> bool {
        match &self.subdirectory {
            None => self.address == *address,
            Some(subdirectory) => address
                .0
                .strip_prefix(&self.address.0)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|rest| rest.trim_end_matches('/') == subdirectory),
        }
    }
}

impl RestoreRun {
    /// Whether it certainly brings no rows of tables, as `RESTORE SYSTEM USERS` and one `WITH schema_only`.
    #[must_use]
    pub fn brings_no_rows(&self) -> bool {
        self.touches == Touches::Nothing
    }

    /// The newest layer of `chain` that it may have read.
    #[must_use]
    pub fn newest<'a>(&self, chain: &'a Chain) -> Option<&'a Layer> {
        let read = |layer: &&Layer| self.reads(chain, layer) != Within::No;
        chain.layers.iter().rev().find(read)
    }

    /// Whether it read a layer of `chain`.
    #[must_use]
    pub fn reads(&self, chain: &Chain, layer: &Layer) -> Within {
        if layer.state != LayerState::Done || !self.lists(chain, layer) {
            return Within::No;
        }
        self.was_there(layer).and(self.goes_as_far_as(layer))
    }

    /// Whether it restores to a time after `since` that lies between a layer with revision history and the one before: it
    /// takes what was until then from the later one.
    #[must_use]
    pub fn reads_part_of(&self, chain: &Chain, layer: &Layer, since: Time) -> bool {
        let Some((to, _)) = self.to else { return false };
        let next = chain.done().find(|next| next.as_of >= to);
        layer.revision_history
            && since <= to
            && next.is_some_and(|next| next.job == layer.job)
            && self.lists(chain, layer)
            && self.was_there(layer) != Within::No
    }

    /// Whether it may have asked for a layer by its place.
    fn lists(&self, chain: &Chain, layer: &Layer) -> bool {
        match (&self.source, &layer.address, self.layers) {
            // Who names each layer reads no other; the layers of one address come with it.
            (Source::Addresses(addresses), Some(address), _) if !addresses.contains(address) => {
                false
            }
            // Its payload lists the layers in their order.
            (_, _, Some(count)) if layer.builds_on.is_empty() && chain.has_full() => {
                chain.done().take(count).any(|listed| listed.job == layer.job)
            }
            _ => true,
        }
    }

    /// Whether a layer was there when it was planned. A backup can be read from shortly before its job ends.
    fn was_there(&self, layer: &Layer) -> Within {
        let Some(planned) = self.created else { return Within::Maybe };
        match layer.finished {
            _ if layer.earliest() > planned => Within::No,
            Some(done) if done <= planned => Within::Yes,
            Some(done) if done > planned.plus(EXPRESSION) => Within::No,
            _ => Within::Maybe,
        }
    }

    /// Whether it restores to the time of a layer or a later one.
    fn goes_as_far_as(&self, layer: &Layer) -> Within {
        let Some((to, slack)) = self.to else { return Within::Yes };
        if layer.latest() <= to.plus(-slack.before) {
            Within::Yes
        } else if layer.earliest() <= to.plus(slack.after) {
            Within::Maybe
        } else {
            Within::No
        }
    }
}
