//! Which job an entry's tags name, in every spelling that releases have used (`docs/cockroachdb/jobs.md#job-tags`).

use crate::model::{JobId, Tag, unmarked};

/// What the tags of an entry say about the job it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobTag {
    /// The job: of the tag `job`, else of the application name `internal-resume-job-<id>`. None for `job=0`.
    pub id: Option<JobId>,
    /// The job's type, where the tag is `job=IMPORT id=7` (a coordinator, or a flow that it set up).
    pub job_type: Option<String>,
    /// There is a tag `job`, but its value was removed or replaced by a hash. [`JobTag::flow`] may still lead to
    /// an entry that names the job.
    pub redacted: bool,
    /// Id of the distributed flow, eight hexadecimal digits; the same on every node of one plan.
    pub flow: Option<String>,
    /// `scExec`: the legacy schema changer executes.
    pub schema_exec: bool,
    /// `id=`: descriptor that a schema change works on.
    pub descriptor: Option<u64>,
    /// `mutation=`: the schema change has a mutation (a view's refresh has one, CREATE TABLE AS has not).
    pub mutation: Option<u64>,
    /// `proc=`: processor of a replication job.
    pub processor: Option<u64>,
    /// `indexBackfillerProcessor=`: an index backfill, of this table.
    pub index_backfiller: Option<u64>,
    /// `distsql.gateway=`: node that planned the flow.
    pub gateway: Option<u32>,
}

/// Reads an entry's tags. Where a key repeats, the innermost tag, which is the last, wins; a type that only an outer
/// tag knows is kept if it is of the same job.
#[must_use]
pub fn read(tags: &[Tag]) -> JobTag {
    let mut job = JobTag::default();
    let mut app = None;
    for tag in tags {
        let value = unmarked(&tag.value);
        match tag.key.as_str() {
            "job" => job.set(&tag.value, &value),
            "distsql.appname" => app = app_name(&value).or(app),
            "f" if is_flow(&value) => job.flow = Some(value.into_owned()),
            "scExec" => job.schema_exec = true,
            "id" => job.descriptor = value.parse().ok().or(job.descriptor),
            "mutation" => job.mutation = value.parse().ok().or(job.mutation),
            "proc" => job.processor = value.parse().ok().or(job.processor),
            "indexBackfillerProcessor" => {
                job.index_backfiller = value.parse().ok().or(job.index_backfiller);
            }
            "distsql.gateway" => job.gateway = value.parse().ok().or(job.gateway),
            _ => {}
        }
    }
    job.id = job.id.or(app);
    job
}

impl JobTag {
    fn set(&mut self, marked: &str, value: &str) {
        let (kind, digits) = match value.rsplit_once(" id=") {
            Some((kind, digits)) => (Some(kind), digits),
            None => (None, value.strip_prefix("id=").unwrap_or(value)),
        };
        let Some(id) = JobId::parse(digits) else {
            // A value between markers that is no number: `×`, or the hash that newer versions put there.
            let hash = marked.contains('‹') && value.len() == 8;
            self.redacted |= value.contains('×') || hash;
            return;
        };
        if self.id != Some(id) {
            self.job_type = None;
        }
        self.id = Some(id);
        self.redacted = false;
        self.job_type = kind.map(str::to_owned).or(self.job_type.take());
    }
}

/// The job of `$ internal-resume-job-<id>`.
fn app_name(value: &str) -> Option<JobId> {
    let (_, rest) = value.split_once("internal-resume-job-")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    JobId::parse(&rest[..digits])
}

fn is_flow(value: &str) -> bool {
    value.len() == 8 && value.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::tags;

    fn job(list: &str) -> JobTag {
        read(&tags::parse(list.as_bytes()).list)
    }

    #[test]
    fn every_spelling_of_the_id() {
        for (list, id, kind) in [
            ("n1,job=123", Some(123), None),
            ("n1,job=IMPORT id=123", Some(123), Some("IMPORT")),
            ("n1,job=‹IMPORT id=123›", Some(123), Some("IMPORT")),
            (
                "n1,job=AUTO SPAN CONFIG RECONCILIATION id=123",
                Some(123),
                Some("AUTO SPAN CONFIG RECONCILIATION"),
            ),
            ("n1,job=id=123", Some(123), None),
            ("n1,job=0", None, None),
            ("n1,job=0,distsql.appname=‹$ internal-resume-job-9›", Some(9), None),
            ("n1,distsql.appname=‹$ internal-resume-job-9›", Some(9), None),
            ("n1,job=‹NEW SCHEMA CHANGE id=7›,job=7", Some(7), Some("NEW SCHEMA CHANGE")),
            ("n1,job=IMPORT id=7,job=8", Some(8), None),
            ("n1", None, None),
            ("n1,job=+7", None, None),
        ] {
            let job = job(list);
            assert_eq!(job.id.map(|id| id.0), id, "{list}");
            assert_eq!(job.job_type.as_deref(), kind, "{list}");
            assert!(!job.redacted, "{list}");
        }
    }

    #[test]
    fn a_removed_id_is_redacted_and_not_absent() {
        assert!(job("n2,job=‹×›").redacted);
        assert!(job("n2,job=‹1a2b3c4d›").redacted);
        let flow = job("n2,f0badcafe,job=‹×›,distsql.appname=‹×›");
        assert_eq!((flow.redacted, flow.id, flow.flow.as_deref()), (true, None, Some("0badcafe")));
        let app = job("n2,job=‹×›,distsql.appname=$ internal-resume-job-5");
        assert_eq!(app.id, Some(JobId(5)));
    }

    #[test]
    fn what_else_the_tags_tell_of_the_work() {
        let change = job("n1,job=8,scExec,id=229,mutation=6");
        assert_eq!(
            (change.schema_exec, change.descriptor, change.mutation),
            (true, Some(229), Some(6))
        );
        let flow = job("n9,fee22d333,job=8,distsql.gateway=6,proc=3,indexBackfillerProcessor=108");
        assert_eq!(
            (flow.gateway, flow.processor, flow.index_backfiller),
            (Some(6), Some(3), Some(108))
        );
    }
}
