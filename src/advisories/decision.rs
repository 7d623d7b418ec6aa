//! What an advisory declares and what is decided of it for the whole input.

use crate::facts::{Facts, Lost, Node, Ran};
use crate::model::{
    Applicability, Finding, LayerMark, Missing, NodeId, Tenancy, Tenant, Time, Unread, Verdict,
    Version,
};

use super::ranges::{Placement, Ranges};
use super::{bounds, coverage, strays};

/// What a rule declares of an advisory beside how it is decided.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Such as `A-144650`.
    pub id: String,
    /// Our own title.
    pub title: String,
    /// The published advisory; empty where there is none.
    pub url: String,
    /// Day of publication, `YYYY-MM-DD`; empty where there is none.
    pub published: String,
    /// Which fact decides whether it applies.
    pub basis: &'static str,
    /// Whether a person handed in the rule.
    pub of_user: bool,
    /// The detector that decides it; empty where lines do.
    pub detector: String,
    /// Class of harm.
    pub severity: String,
    /// Whether harm that was done before the first version that is known may show nowhere any more, because rows of jobs
    /// are kept for two weeks. Then `not_affected` needs to know what ran in all the time that the input names.
    pub history: bool,
    /// Versions.
    pub ranges: Ranges,
}

/// On how much of the input a decision rests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// First log entry considered.
    pub from: Option<Time>,
    /// Last log entry considered.
    pub to: Option<Time>,
    /// Nodes with logs, as `tenant/n1`.
    pub nodes: Vec<String>,
    /// Nodes that the input names and that have no logs in it.
    pub nodes_without_logs: Vec<String>,
    /// What is missing; while there is anything, `no_sign` and `not_affected` are out of reach.
    pub missing: Vec<Missing>,
}

/// What is decided of one advisory.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Which.
    pub declared: Declared,
    /// Whether an affected version ran.
    pub applicability: Applicability,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub why: String,
    /// On how much of the input.
    pub coverage: Coverage,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Whether files that were not read weaken it by what may be in them.
    weakened: bool,
    /// No node can have run an affected build in all the time that is known.
    bounded: bool,
    /// Layers of chains of backups that play a part in the findings.
    pub layers: Vec<LayerMark>,
}

impl Decision {
    /// Concludes from the findings and from what was read. `missing` is what the advisory needs and the input lacks, beyond
    /// logs and versions of the nodes.
    #[must_use]
    pub fn conclude(
        declared: &Declared,
        facts: &Facts,
        findings: Vec<Finding>,
        missing: Vec<Missing>,
    ) -> Self {
        let applicability = applicability(declared, facts);
        let mut findings = findings;
        findings.extend(strays::left_over(declared, facts, &findings, applicability));
        let mut coverage = coverage::of_nodes(facts);
        coverage.missing.extend(missing);
        coverage.missing.extend(coverage::versions_missing(facts));
        let bounded =
            bounds::since(declared, facts).filter(|_| applicability == Applicability::NotAffected);
        // Nothing is asked of nodes and tables of a cluster whose builds are far from all affected ones.
        let (moot, unread): (Vec<&Unread>, Vec<_>) = facts
            .unread
            .iter()
            .filter(|unread| coverage::is_needed(unread))
            .partition(|unread| bounded.is_some() && bounds::is_moot(unread));
        let unseen = !moot.is_empty() || !coverage.missing.is_empty();
        if bounded.is_some() {
            coverage.missing.clear();
        }
        if applicability == Applicability::NotAffected && facts.stated.is_some() {
            // Logs and tables of builds without the fault cannot show it, and only what ran before matters.
            coverage.missing = bounds::before_stated(declared, facts).into_iter().collect();
        }
        coverage.missing.extend(bounds::nameless(declared, facts));
        coverage.missing.extend(unread.into_iter().map(|unread| Missing::Unread {
            path: unread.path.clone(),
            detail: unread.detail.clone(),
        }));
        if applicability == Applicability::Unknown {
            coverage.missing.extend(coverage::older_versions_missing(facts));
            coverage.missing.extend(coverage::lost_versions_missing(facts));
            if declared.history {
                coverage.missing.extend(coverage::history_missing(declared, facts));
            }
        }
        let strongest =
            findings.iter().map(|f| f.verdict).filter(|v| *v > Verdict::Mitigated).max();
        let verdict = strongest.unwrap_or(match applicability {
            Applicability::Unknown => Verdict::CannotTell,
            _ if !coverage.missing.is_empty() => Verdict::CannotTell,
            Applicability::NotAffected => Verdict::NotAffected,
            Applicability::Affected => Verdict::NoSign,
        });
        let why = format!(
            "{}{}{}",
            why(verdict, declared, &findings, &coverage),
            bounded
                .filter(|_| verdict == Verdict::NotAffected && unseen)
                .map(bounds::sentence)
                .unwrap_or_default(),
            coverage::unsearched(verdict, facts)
        );
        Self {
            declared: declared.clone(),
            applicability,
            verdict,
            why,
            coverage,
            findings,
            weakened: true,
            bounded: bounded.is_some(),
            layers: Vec::new(),
        }
    }

    /// What the lines of a rule came to. Without a sentence of its own, it says what is missing.
    #[must_use]
    pub fn of_rule(
        declared: Declared,
        applicability: Applicability,
        verdict: Verdict,
        said: Option<String>,
        coverage: Coverage,
        findings: Vec<Finding>,
        weakened: bool,
    ) -> Self {
        let why = said.unwrap_or_else(|| why(verdict, &declared, &findings, &coverage));
        let (bounded, layers) = (false, Vec::new());
        Self {
            declared,
            applicability,
            verdict,
            why,
            coverage,
            findings,
            weakened,
            bounded,
            layers,
        }
    }

    /// Whether an unread file weakens it: because of what may be in it, or because of a sign that was found in it.
    #[must_use]
    pub fn is_weakened_by(&self, unread: &Unread) -> bool {
        let matters = self.weakened && coverage::is_needed(unread);
        matters && !(self.bounded && bounds::is_moot(unread))
            || self.findings.iter().any(|one| strays::is_in_file(one, &unread.path))
    }
}

/// Whether an affected version ran on any node at any time that is known.
pub(super) fn applicability(declared: &Declared, facts: &Facts) -> Applicability {
    let mut known = false;
    let mut unplaced = false;
    // What ran before the first version that is known may be any older one, which matters while logs speak of that time.
    for ((tenancy, id), node) in facts.nodes.iter().filter(|(_, node)| !node.versions.is_empty()) {
        let existed = declared.unknown_since(facts, tenancy, *id, node);
        if let Some(from) = node.unversioned_since(existed) {
            unplaced |= declared.placement(&node.ran_at(from)) != Placement::NotAffected;
        }
    }
    for ((tenancy, _), node) in &facts.nodes {
        for gap in node.unversioned() {
            let between = node.ran_at(Time(gap.from.0.midpoint(gap.to.0)));
            unplaced |= declared.placement(&between) != Placement::NotAffected
                && facts.may_have_worked(tenancy, gap);
        }
    }
    let of_nodes = facts.nodes.values().flat_map(|node| &node.versions);
    for version in of_nodes.chain(facts.builds_without_node.iter().map(|(_, seen)| seen)) {
        match version.version.as_ref().map(|v| declared.ranges.placement(v)) {
            Some(Placement::Affected | Placement::NotNamed) => return Applicability::Affected,
            Some(Placement::NotAffected) => known = true,
            Some(Placement::Unknown) | None => unplaced = true,
        }
    }
    if known && !unplaced { Applicability::NotAffected } else { Applicability::Unknown }
}

impl Declared {
    /// Whether it is a note about the machines of the nodes, which counts in no headline.
    #[must_use]
    pub fn is_note(&self) -> bool {
        self.basis == "environment"
    }

    /// Since when the cluster of a node existed, if that matters: not if jobs of then tell that its builds were too new
    /// already for all that the advisory affects. Of a process that serves a virtual cluster too, the node of the system
    /// tenant is asked.
    pub(super) fn unknown_since(
        &self,
        facts: &Facts,
        tenancy: &Tenancy,
        id: NodeId,
        node: &Node,
    ) -> Option<Time> {
        let system = Tenancy::new(&tenancy.cluster, &Tenant::system());
        let shared = *tenancy != system
            && !facts.is_served_by_pods(tenancy)
            && facts.nodes.contains_key(&(system, id));
        if shared || !self.history {
            return None;
        }
        let cluster = facts.clusters.get(&tenancy.cluster)?;
        let existed = cluster.existed?;
        let since = node.life.from.map_or(existed, |began| began.max(existed));
        let last = self.ranges.last_affected()?;
        let harmless = cluster.active_at(since).is_some_and(|active| active > last);
        (!harmless).then_some(since)
    }

    /// Where a stretch of versions lies: affected only if every candidate is, not affected only if none can be.
    #[must_use]
    pub fn placement(&self, ran: &Ran) -> Placement {
        // Before the first version known, any older one may have run: harmless only if all older ones are.
        let older = ran.at_most.as_ref().map(|version| {
            if self.ranges.first_affected().is_some_and(|first| version.series() < first.series()) {
                Placement::NotAffected
            } else {
                Placement::Unknown
            }
        });
        let candidates = ran.candidates.iter().map(|(_, version)| {
            version.as_ref().map_or(Placement::Unknown, |v| self.ranges.placement(v))
        });
        // No binary is older than the active version: harmless only if the advisory speaks of none so new.
        let newer = ran.at_least.as_ref().map(|version| {
            if self.ranges.last_affected().is_some_and(|last| version.series() > last) {
                Placement::NotAffected
            } else {
                Placement::Unknown
            }
        });
        // A process of which nothing is known: harmless only if no affected build can have shared the cluster then.
        let lost = ran.lost.map(|lost| {
            let builds: Option<Vec<&Version>> =
                ran.candidates.iter().map(|(_, version)| version.as_ref()).collect();
            let bounds = builds.and_then(|builds| {
                let newest = builds.iter().copied().max().filter(|_| lost == Lost::Between);
                Some((builds.iter().copied().min()?, newest))
            });
            match bounds {
                Some((oldest, newest)) if self.ranges.out_of_reach(oldest, newest) => {
                    Placement::NotAffected
                }
                _ => Placement::Unknown,
            }
        });
        candidates
            .chain(older)
            .chain(newer)
            .chain(lost)
            .reduce(|a, b| if a == b { a } else { Placement::Unknown })
            .unwrap_or(Placement::Unknown)
    }
}

/// One or two sentences for the verdict.
fn why(verdict: Verdict, declared: &Declared, findings: &[Finding], coverage: &Coverage) -> String {
    let count = |v: Verdict| findings.iter().filter(|f| f.verdict == v).count();
    let cleared = count(Verdict::Cleared);
    let ruled_out = match cleared {
        0 => String::new(),
        1 => " One first sign was found and a named fact rules the harm out.".to_owned(),
        n => format!(" {n} first signs were found and named facts rule the harm out."),
    };
    let missing = coverage.missing.first().map(|m| format!(" Missing: {m}.")).unwrap_or_default();
    let more = match coverage.missing.len() {
        0 | 1 => String::new(),
        n => format!(" And {} more, listed under coverage.", n - 1),
    };
    let id = &declared.id;
    match verdict {
        Verdict::Confirmed | Verdict::Suspect | Verdict::Possible | Verdict::AtRisk => {
            let mut parts = Vec::new();
            for v in [
                Verdict::Confirmed,
                Verdict::Suspect,
                Verdict::Possible,
                Verdict::AtRisk,
                Verdict::CannotTell,
            ] {
                if count(v) > 0 {
                    parts.push(format!("{} {}", count(v), v.as_str().replace('_', " ")));
                }
            }
            format!(
                "Findings by verdict: {}. Each names its evidence and what to do.",
                parts.join(", ")
            )
        }
        Verdict::CannotTell if count(Verdict::CannotTell) > 0 => format!(
            "{} of the operations that {id} is about cannot be judged from what was read; each says what is missing.{missing}{more}",
            count(Verdict::CannotTell)
        ),
        Verdict::NoSign => format!(
            "An affected version ran. The signs of {id} were looked for in every log and table that it needs, and none was found in the period and on the nodes listed.{ruled_out}"
        ),
        Verdict::NotAffected => {
            format!(
                "No node ran a version that {id} affects in the period that can be known.{ruled_out}"
            )
        }
        _ => format!("{id} cannot be decided from what was read.{missing}{more}"),
    }
}
