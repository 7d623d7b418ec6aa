//! The outcome of a run, put into the shape of the report.

use std::collections::BTreeSet;

use crate::advisories::{self, Decision};
use crate::facts::Node as NodeFacts;
use crate::ingest::SourceKind;
use crate::model::{self, Cluster, CollectSmall, JobId, NodeId, SortSmall, SubjectKind, Tenancy};
use crate::rules;
use crate::triage::{Collect, Outcome};

use super::document::*;

/// The report of `outcome`. Everything but `run` depends on the input alone.
#[must_use]
pub fn compose(outcome: &Outcome, run: Run) -> Report {
    let facts = &outcome.facts;
    let mut decisions: Vec<&Decision> = outcome.decisions.iter().collect();
    // A person's own rules come after ours, and notes after those that count.
    let apart = |decision: &Decision| (decision.declared.of_user, decision.declared.is_note());
    decisions.sort_small_by(|a, b| {
        apart(a)
            .cmp(&apart(b))
            .then_with(|| b.verdict.cmp(&a.verdict))
            .then_with(|| a.declared.id.cmp(&b.declared.id))
    });
    let mut findings: Vec<&model::Finding> =
        decisions.iter().flat_map(|decision| &decision.findings).collect();
    let notes: Vec<&str> = decisions
        .iter()
        .filter(|decision| decision.declared.is_note())
        .map(|decision| decision.declared.id.as_str())
        .collect();
    let is_note = |finding: &model::Finding| notes.contains(&finding.advisory.as_str());
    findings.sort_small_by(|a, b| {
        is_note(a)
            .cmp(&is_note(b))
            .then_with(|| b.verdict.cmp(&a.verdict))
            .then_with(|| (&a.advisory, &a.subject).cmp(&(&b.advisory, &b.subject)))
    });
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue: Catalogue {
                advisories: advisories::PUBLISHED,
                as_of: advisories::AS_OF.to_owned(),
                checked: outcome
                    .decisions
                    .iter()
                    .filter(|decision| !decision.declared.of_user)
                    .map(|decision| decision.declared.id.clone())
                    .collect(),
            },
            rules: outcome.rule_files.iter().map(rule_file).collect(),
            run,
        },
        input: input(outcome),
        cluster: super::summary::summaries(facts),
        collect: outcome.collect.iter().map(collect_item).collect(),
        upgrade: outcome.moves.iter().map(upgrade).collect(),
        nodes: facts.nodes.iter().map(|((tenancy, id), facts)| node(tenancy, *id, facts)).collect(),
        jobs: jobs(outcome, &findings),
        chains: super::chains::chains(facts, &outcome.decisions),
        advisories: decisions.iter().map(|decision| advisory(decision, &findings)).collect(),
        findings: findings.into_iter().map(finding).collect(),
        pins: Vec::new(),
    }
}

fn input(outcome: &Outcome) -> Input {
    let facts = &outcome.facts;
    Input {
        sources: outcome
            .sources
            .iter()
            .map(|source| Source {
                name: source.name.clone(),
                kind: kind(source.kind).to_owned(),
                bytes: source.bytes,
            })
            .collect(),
        files: Files {
            total: outcome.files.total,
            read: outcome.files.read,
            skipped: outcome.files.skipped,
            unread: outcome.files.unread,
        },
        bytes_read: outcome.bytes_read,
        unread: facts
            .unread
            .iter()
            .map(|unread| Unread {
                path: unread.path.clone(),
                reason: unread.reason.code().to_owned(),
                detail: unread.detail.clone(),
                weakens: outcome
                    .decisions
                    .iter()
                    .filter(|decision| decision.is_weakened_by(unread))
                    .map(|decision| decision.declared.id.clone())
                    .collect(),
            })
            .collect(),
        redaction: facts.redaction,
        stated: facts
            .stated
            .iter()
            .flat_map(|stated| &stated.builds)
            .map(|build| Stated { fact: "version".to_owned(), value: build.to_string() })
            .chain(outcome.stated.each().map(|(version, time)| Stated {
                fact: "history".to_owned(),
                value: time.map_or(version.clone(), |time| format!("{version}@{time}")),
            }))
            .collect(),
        duplicates: facts
            .duplicates
            .iter()
            .map(|file| Duplicate { path: file.path.clone(), of: file.of.clone() })
            .collect(),
        names_replaced: false,
    }
}

fn rule_file(file: &rules::RuleFile) -> RuleFile {
    let problems = file.problems.iter();
    RuleFile {
        file: file.name.clone(),
        id: file.id.clone(),
        problems: problems.map(|one| format!("line {}: {}", one.line, one.text)).collect(),
    }
}

fn collect_item(item: &Collect) -> CollectItem {
    let Collect { what, command, decides } = item.clone();
    CollectItem { what, command, decides }
}

fn upgrade(to: &rules::Move) -> Upgrade {
    Upgrade {
        cluster: cluster(&to.cluster),
        from: to.from.iter().map(ToString::to_string).collect(),
        to: to.to.to_string(),
        leaves: to.leaves.clone(),
        keeps: to.keeps.clone(),
        checks_first: to.checks_first.clone(),
    }
}

fn kind(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Zip => "zip",
        SourceKind::Gzip => "gzip",
        SourceKind::Tar => "tar",
        SourceKind::Zstd => "zstd",
        SourceKind::Bzip2 => "bzip2",
        SourceKind::Xz => "xz",
        SourceKind::Directory => "directory",
        SourceKind::File => "file",
    }
}

fn node(tenancy: &Tenancy, id: NodeId, facts: &NodeFacts) -> Node {
    Node {
        cluster: cluster(&tenancy.cluster),
        tenant: tenancy.tenant.to_string(),
        node: id.0,
        versions: facts
            .versions
            .iter()
            .map(|ran| NodeVersion {
                version: ran.text.clone(),
                from: ran.from,
                to: ran.until,
                source: SourceLine { path: ran.source.path.to_string(), line: ran.source.line },
                told_by: Some(ran.origin.as_str().to_owned()),
                conflict: ran.conflict,
            })
            .collect(),
        at_least: facts.at_least.as_ref().filter(|_| facts.versions.is_empty()).map(|least| {
            AtLeast {
                series: format!("{}.{}", least.version.major, least.version.minor),
                since: least.since,
                source: SourceLine { path: least.source.path.to_string(), line: least.source.line },
            }
        }),
        coverage: facts
            .spans
            .iter()
            .map(|span| NodeCoverage {
                from: span.from,
                to: span.to,
                files: span.files,
                bytes: span.bytes,
            })
            .collect(),
        gaps: facts.gaps().iter().map(|gap| NodeGap { from: gap.from, to: gap.to }).collect(),
    }
}

/// The name that tells a cluster from the others of the input.
pub(super) fn cluster(cluster: &Cluster) -> Option<String> {
    cluster.name().map(str::to_owned)
}

/// Jobs of the operations that a checked advisory is about, and jobs with a finding.
fn jobs(outcome: &Outcome, findings: &[&model::Finding]) -> Vec<Job> {
    let with_finding: BTreeSet<(&Tenancy, JobId)> = findings
        .iter()
        .filter(|finding| {
            let kind = finding.subject.kind;
            matches!(
                kind,
                SubjectKind::Job
                    | SubjectKind::Backup
                    | SubjectKind::Restore
                    | SubjectKind::Changefeed
            )
        })
        .filter_map(|finding| Some((&finding.subject.tenancy, JobId::parse(&finding.subject.id)?)))
        .collect_small();
    outcome
        .facts
        .jobs
        .values()
        .filter(|job| {
            with_finding.contains(&(&job.tenancy, job.id))
                || outcome.operations.contains(&job.operation)
        })
        .map(job)
        .collect()
}

fn job(job: &model::Job) -> Job {
    Job {
        cluster: cluster(&job.tenancy.cluster),
        tenant: job.tenancy.tenant.to_string(),
        id: job.id.to_string(),
        job_type: job.job_type.clone(),
        operation: job.operation.as_str().to_owned(),
        description: job.description.clone(),
        status: job.status.as_ref().map(ToString::to_string).unwrap_or_default(),
        created: job.created,
        finished: job.finished,
        rows: job.rows.map(|rows| rows.to_string()),
        timeline: job
            .events
            .iter()
            .map(|event| JobEvent {
                time: event.time,
                event: event.kind.code().to_owned(),
                node: event.node.map(|node| node.0),
                source: EventSource {
                    path: event.source.path.to_string(),
                    line: event.source.line,
                    offset: event.source.offset,
                },
                text: event.said().to_owned(),
            })
            .collect(),
    }
}

fn advisory(decision: &Decision, findings: &[&model::Finding]) -> Advisory {
    let declared = &decision.declared;
    let coverage = &decision.coverage;
    let missing: Vec<String> = coverage.missing.iter().map(ToString::to_string).collect();
    Advisory {
        id: declared.id.clone(),
        title: declared.title.clone(),
        url: declared.url.clone(),
        published: declared.published.clone(),
        severity: declared.severity.clone(),
        basis: declared.basis.to_owned(),
        origin: if declared.of_user { Origin::User } else { Origin::Shipped },
        applicability: decision.applicability,
        verdict: decision.verdict,
        why: decision.why.clone(),
        missing: missing.clone(),
        coverage: AdvisoryCoverage {
            from: coverage.from,
            to: coverage.to,
            nodes: coverage.nodes.clone(),
            nodes_without_logs: coverage.nodes_without_logs.clone(),
            missing,
        },
        findings: (0_u32..)
            .zip(findings)
            .filter(|(_, finding)| finding.advisory == declared.id)
            .map(|(index, _)| index)
            .collect(),
    }
}

fn arg(arg: &model::Arg) -> ReasonArg {
    let (name, value) = (arg.name.clone(), arg.value.clone());
    ReasonArg { name, kind: arg.kind.as_str().to_owned(), value }
}

fn finding(finding: &model::Finding) -> Finding {
    Finding {
        advisory: finding.advisory.clone(),
        subject: Subject {
            kind: finding.subject.kind,
            id: finding.subject.id.clone(),
            tenant: finding.subject.tenancy.tenant.to_string(),
            cluster: cluster(&finding.subject.tenancy.cluster),
        },
        verdict: finding.verdict,
        effective_verdict: finding.verdict,
        reasons: finding
            .reasons
            .iter()
            .map(|r| Reason {
                code: r.code.clone(),
                args: r.args.iter().map(arg).collect(),
                text: r.text.clone(),
            })
            .collect(),
        evidence: finding
            .evidence
            .iter()
            .map(|evidence| Evidence {
                path: evidence.source.path.to_string(),
                line: evidence.source.line,
                offset: evidence.source.offset,
                node: evidence.node.map(|node| node.0),
                time: evidence.time,
                text: evidence.text.clone(),
            })
            .collect(),
        remediation: finding
            .remediation
            .iter()
            .map(|step| Remediation {
                step: step.step,
                text: step.text.clone(),
                sql: step.sql.clone(),
                safety: step.safety,
            })
            .collect(),
        validation: Vec::new(),
        backup: finding.backup.as_ref().map(|part| BackupPart {
            chain: part.chain.clone(),
            operation: part.operation.map(|job| job.to_string()),
            captured_by: part.captured_by.iter().map(ToString::to_string).collect(),
            tables: part.tables.clone(),
            indexes: part.indexes.clone(),
            last_safe: part.last_safe.map(|job| job.to_string()),
            ends_with: part.ends_with.map(|job| job.to_string()),
        }),
    }
}
