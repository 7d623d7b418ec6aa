//! The report with names replaced, to be handed on: nodes, clusters, virtual clusters, tables and all that is like them,
//! users, addresses, keys, and every word of a log line that is not known.
//!
//! Nobody can tell a name in free text from other words. So it is the other way round: of a line of a log, of a statement
//! and even of our own sentences, into which names are filled, only what is known to be no name stays ([`words`]). What
//! is needed to act stays: ids of jobs, times, versions, codes, advisories.
//!
//! First all places that hold nothing but names are gone through, so that a name is replaced in our own sentences too
//! where it is an ordinary word; then everything is written anew. Names are numbered as they come, so the same report
//! gives the same replacements, and a report of which the names are replaced stays as it is.
//!
//! Why: `docs/decisions/0022-redaction-keeps-known-words.md`.

mod chains;
mod names;
mod summary;
mod text;
mod words;

use super::{Advisory, Evidence, Finding, Job, JobEvent, Node, Report, Subject, wording};
use crate::model::SubjectKind;
use crate::rules::form::rule::{Basis, SEVERITIES};
use names::Class;
use text::Redactor;
use words::Kind;

/// `report` with names replaced.
#[must_use]
pub fn redact(report: &Report) -> Report {
    let mut report = report.clone();
    let mut names = Redactor::new();
    collect(&mut names, &report);
    names.collects = false;
    write(&mut names, &mut report);
    report.input.names_replaced = true;
    report
}

/// Takes note of names where they stand alone, and of ids that stay.
fn collect(names: &mut Redactor, report: &Report) {
    for node in &report.nodes {
        names.whose(&node.tenant, node.cluster.as_deref());
        names.names.node(node.node);
    }
    names.collects = true;
    for job in &report.jobs {
        names.whose(&job.tenant, job.cluster.as_deref());
        names.names.keep(&job.id);
        if let Some(rows) = &job.rows {
            names.names.keep(rows);
        }
        names.text(Kind::Statement, &job.description);
    }
    chains::collect(names, &report.chains);
    for finding in &report.findings {
        let subject = &finding.subject;
        names.whose(&subject.tenant, subject.cluster.as_deref());
        match subject.kind {
            SubjectKind::Job
            | SubjectKind::Backup
            | SubjectKind::Restore
            | SubjectKind::Changefeed => {
                names.names.keep(&subject.id);
            }
            SubjectKind::Chain => {
                names.text(Kind::Statement, &subject.id);
            }
            SubjectKind::Table | SubjectKind::Index | SubjectKind::Object => {
                names.of_schema(&subject.id);
            }
            _ => {}
        }
        if let Some(part) = &finding.backup {
            chains::collect_part(names, part);
        }
    }
}

fn write(names: &mut Redactor, report: &mut Report) {
    for source in &mut report.input.sources {
        names.path(&mut source.name);
        names.sentence(&mut source.kind);
    }
    for unread in &mut report.input.unread {
        names.path(&mut unread.path);
        names.sentence(&mut unread.detail);
        names.code(&mut unread.reason);
        unread.weakens.iter_mut().for_each(|advisory| names.code(advisory));
    }
    for copy in &mut report.input.duplicates {
        names.path(&mut copy.path);
        names.path(&mut copy.of);
    }
    for stated in &mut report.input.stated {
        names.sentence(&mut stated.fact);
        names.sentence(&mut stated.value);
    }
    for file in &mut report.tool.rules {
        names.path(&mut file.file);
        file.id.iter_mut().for_each(|id| names.code(id));
        file.problems.iter_mut().for_each(|problem| names.sentence(problem));
    }
    summary::write(names, report);
    report.nodes.iter_mut().for_each(|node| names.of_node(node));
    report.jobs.iter_mut().for_each(|job| names.of_job(job));
    report.chains.iter_mut().for_each(|chain| chains::write(names, chain));
    report.advisories.iter_mut().for_each(|advisory| names.of_advisory(advisory));
    report.findings.iter_mut().for_each(|finding| names.of_finding(finding));
}

impl Redactor {
    /// A virtual cluster and its cluster.
    fn whose(&mut self, tenant: &str, cluster: Option<&str>) {
        if !words::is_everywhere(tenant) {
            self.names.is_whole(Class::Tenant, tenant);
        }
        if let Some(cluster) = cluster.filter(|cluster| !words::is_everywhere(cluster)) {
            self.names.is_whole(Class::Cluster, cluster);
        }
    }

    fn tenant(&mut self, tenant: &mut String) {
        if !words::is_everywhere(tenant) {
            *tenant = self.names.replacement(Class::Tenant, tenant);
        }
    }

    fn cluster(&mut self, cluster: &mut Option<String>) {
        if let Some(cluster) = cluster.as_mut().filter(|cluster| !words::is_everywhere(cluster)) {
            *cluster = self.names.replacement(Class::Cluster, cluster);
        }
    }

    fn sentence(&mut self, text: &mut String) {
        *text = self.text(Kind::Sentence, text);
    }

    fn statement(&mut self, text: &mut String) {
        *text = self.text(Kind::Statement, text);
    }

    /// A path. In the name of a log, what stands between the program and the time is the machine and the user.
    fn path(&mut self, path: &mut String) {
        for segment in path.split('/') {
            let parts: Vec<&str> = segment.split('.').collect();
            let Some(time) = parts.iter().position(|part| text::is_time(part)) else { continue };
            for part in parts.get(1..time).unwrap_or_default() {
                if !words::is_everywhere(part) && !text::is_node(part) {
                    self.names.is_whole(Class::Host, part);
                }
            }
        }
        *path = self.text(Kind::Path, path);
    }

    /// What the input says: a line, or a sentence about a row.
    fn line(&mut self, text: &mut String) {
        let kind = if text.starts_with("the row's ") { Kind::Sentence } else { Kind::Line };
        *text = self.text(kind, text);
    }

    fn of_node(&mut self, node: &mut Node) {
        self.tenant(&mut node.tenant);
        self.cluster(&mut node.cluster);
        node.node = self.names.node(node.node);
        for version in &mut node.versions {
            self.sentence(&mut version.version);
            self.path(&mut version.source.path);
            version.told_by.iter_mut().for_each(|who| self.sentence(who));
        }
        if let Some(least) = &mut node.at_least {
            self.sentence(&mut least.series);
            self.path(&mut least.source.path);
        }
    }

    fn of_job(&mut self, job: &mut Job) {
        self.tenant(&mut job.tenant);
        self.cluster(&mut job.cluster);
        self.id(&mut job.id);
        self.sentence(&mut job.job_type);
        self.sentence(&mut job.operation);
        self.statement(&mut job.description);
        self.sentence(&mut job.status);
        job.rows.iter_mut().for_each(|rows| self.id(rows));
        job.timeline.iter_mut().for_each(|event| self.of_event(event));
    }

    fn of_event(&mut self, event: &mut JobEvent) {
        self.code(&mut event.event);
        event.node = event.node.map(|node| self.names.node(node));
        self.path(&mut event.source.path);
        self.line(&mut event.text);
    }

    /// An id stays if it is one.
    fn id(&mut self, id: &mut String) {
        if !id.bytes().all(|b| b.is_ascii_digit()) {
            *id = self.text(Kind::Line, id);
        }
    }

    /// A code stays if it has the form of one.
    fn code(&mut self, code: &mut String) {
        let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_-".contains(&b);
        if !code.bytes().all(plain) {
            self.sentence(code);
        }
    }

    fn of_advisory(&mut self, advisory: &mut Advisory) {
        self.code(&mut advisory.id);
        // One of a few words is no name, even where something is called like it.
        if !SEVERITIES.contains(&advisory.severity.as_str()) {
            self.sentence(&mut advisory.severity);
        }
        if !Basis::WORDS.iter().any(|(word, _)| *word == advisory.basis) {
            self.sentence(&mut advisory.basis);
        }
        if !advisory.published.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            self.sentence(&mut advisory.published);
        }
        self.sentence(&mut advisory.title);
        self.sentence(&mut advisory.why);
        if !wording::is_published(&advisory.url) {
            self.statement(&mut advisory.url);
        }
        advisory.missing.iter_mut().for_each(|said| self.sentence(said));
        let coverage = &mut advisory.coverage;
        for list in [&mut coverage.nodes, &mut coverage.nodes_without_logs, &mut coverage.missing] {
            list.iter_mut().for_each(|said| self.sentence(said));
        }
    }

    fn of_finding(&mut self, finding: &mut Finding) {
        self.code(&mut finding.advisory);
        self.of_subject(&mut finding.subject);
        for reason in &mut finding.reasons {
            self.code(&mut reason.code);
            reason.args.iter_mut().for_each(|arg| self.arg(arg));
            self.sentence(&mut reason.text);
        }
        finding.evidence.iter_mut().for_each(|piece| self.of_evidence(piece));
        for step in &mut finding.remediation {
            self.sentence(&mut step.text);
            step.sql = self.text(Kind::Sql, &step.sql);
        }
        finding.validation.iter_mut().for_each(|checked| self.validation(checked));
        if let Some(part) = &mut finding.backup {
            chains::write_part(self, part);
        }
    }

    fn of_subject(&mut self, subject: &mut Subject) {
        self.tenant(&mut subject.tenant);
        self.cluster(&mut subject.cluster);
        match subject.kind {
            SubjectKind::Chain => self.statement(&mut subject.id),
            SubjectKind::LogEntry => {
                let (path, line) = subject.id.rsplit_once(':').unwrap_or((&subject.id, ""));
                let (mut path, line) = (path.to_owned(), line.to_owned());
                self.path(&mut path);
                subject.id = if line.bytes().all(|b| b.is_ascii_digit()) {
                    format!("{path}:{line}")
                } else {
                    format!("{path}:{}", self.text(Kind::Line, &line))
                };
            }
            SubjectKind::Table | SubjectKind::Index | SubjectKind::Object => {
                subject.id = self.of_schema(&subject.id);
            }
            // The names of settings are those of CockroachDB, and ours where a rule asks for one.
            SubjectKind::Setting => self.sentence(&mut subject.id),
            SubjectKind::Node => {
                subject.id = match subject.id.parse() {
                    Ok(node) => self.names.node(node).to_string(),
                    Err(_) => self.text(Kind::Line, &subject.id),
                };
            }
            _ => self.id(&mut subject.id),
        }
    }

    /// The name of a thing of the schema: each of its parts is one, but for the schema that all have, and numbers.
    fn of_schema(&mut self, name: &str) -> String {
        let mut out = String::new();
        for part in name.split_inclusive(['.', '@']) {
            let (part, mark) = match part.strip_suffix(['.', '@']) {
                Some(name) => part.split_at(name.len()),
                None => (part, ""),
            };
            let bare = part.trim_matches('"');
            if bare == "public" || bare.bytes().all(|b| b.is_ascii_digit()) {
                out.push_str(part);
            } else {
                self.names.is_whole(Class::Name, bare);
                out.push_str(&self.names.replacement(Class::Name, bare));
            }
            out.push_str(mark);
        }
        out
    }

    fn of_evidence(&mut self, piece: &mut Evidence) {
        self.path(&mut piece.path);
        piece.node = piece.node.map(|node| self.names.node(node));
        self.line(&mut piece.text);
    }
}
