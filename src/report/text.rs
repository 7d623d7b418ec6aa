//! The report for a terminal: about a hundred columns, no colours, the verdict first and last.
//!
//! Text of the input never begins a line: names are wrapped with an indent and evidence stands behind a bar, so
//! nothing in a log can pose as a sentence of the report.

use crate::model::Verdict;

use super::{Advisory, Finding, Job, JobEvent, Node, Report, seen, visible, wording};

const WIDTH: usize = 100;
const CLOCK: wording::Clock = |time| time.to_string();

/// The report as text, with a line break at its end.
#[must_use]
pub fn print(report: &Report) -> String {
    let mut page = Page(String::new());
    page.words(0, "Report of ", &format!("{} {}", report.tool.name, report.tool.version));
    page.blank();
    page.words(0, "Result: ", &wording::headline(report).to_string());
    if report.input.names_replaced {
        page.words(0, "Redacted: ", wording::NAMES_REPLACED);
    }
    what_was_read(&mut page, report);
    summary(&mut page, report);
    collect(&mut page, report);
    upgrade(&mut page, report);
    advisories(&mut page, report);
    findings(&mut page, report);
    chains(&mut page, report);
    not_read(&mut page, report);
    page.blank();
    page.words(0, "", &wording::scope(report));
    page.words(0, "", &format!("Verdict: {}", wording::verdict_word(report.verdict())));
    page.0
}

fn what_was_read(page: &mut Page, report: &Report) {
    let input = &report.input;
    page.heading("WHAT WAS READ");
    for source in &input.sources {
        let size = wording::size(source.bytes);
        page.words(2, "- ", &format!("{} ({}, {size})", source.name, source.kind));
    }
    page.words(2, "", &wording::files(report));
    page.words(2, "", wording::redaction_meaning(input.redaction));
    let stated = wording::stated(report);
    for said in stated.into_iter().chain(wording::rule_files(report)) {
        page.words(2, "", &said);
    }
    for copies in seen::duplicates(&input.duplicates) {
        page.words(2, "", &copies);
    }
    if report.nodes.is_empty() {
        page.words(2, "", "No node is named anywhere in it.");
    }
    for node in &report.nodes {
        node_lines(page, node);
    }
}

fn summary(page: &mut Page, report: &Report) {
    if report.cluster.is_empty() {
        return;
    }
    page.heading("CLUSTER");
    for one in &report.cluster {
        if let Some(name) = &one.cluster {
            page.words(2, "- ", &format!("Cluster {name}"));
        }
        for (name, said) in wording::cluster_facts(one, CLOCK) {
            page.words(2, &format!("{name}: "), &said);
        }
    }
}

fn collect(page: &mut Page, report: &Report) {
    if report.collect.is_empty() {
        return;
    }
    page.heading("COLLECT NEXT");
    page.words(2, "", wording::COLLECT);
    for (number, item) in (1..).zip(&report.collect) {
        page.words(2, &format!("{number}. "), &item.what);
        page.block(12, &item.command);
        page.words(5, "Decides ", &wording::decides(item));
    }
}

fn upgrade(page: &mut Page, report: &Report) {
    if report.upgrade.is_empty() {
        return;
    }
    page.heading("UPGRADE");
    page.words(2, "", wording::UPGRADE);
    for one in &report.upgrade {
        page.words(2, "- ", &wording::upgrade_title(one));
        for (name, ids) in wording::upgrade_facts(one) {
            page.words(4, &format!("{name}: "), &ids);
        }
    }
}

fn node_lines(page: &mut Page, node: &Node) {
    page.words(2, "", &format!("Node {}", seen::node(node)));
    if node.versions.is_empty() {
        page.words(4, "", &seen::version_unknown(node));
    }
    for version in &node.versions {
        let period = wording::period(version.from, version.to);
        let source = &version.source;
        let said = format!("{}, {period} ({}:{})", version.version, source.path, source.line);
        page.words(4, "", &said);
        if version.conflict {
            page.words(6, "", seen::CONFLICT);
        }
    }
    if node.coverage.is_empty() {
        page.words(4, "", &seen::no_logs(node));
    }
    for span in &node.coverage {
        let (files, size) = (wording::count(span.files, "file"), wording::size(span.bytes));
        page.words(4, "", &format!("logs from {} to {} ({files}, {size})", span.from, span.to));
    }
    for gap in &node.gaps {
        page.words(4, "", &format!("no logs from {} to {}", gap.from, gap.to));
    }
}

fn advisories(page: &mut Page, report: &Report) {
    page.heading("ADVISORIES");
    if report.advisories.is_empty() {
        page.words(2, "", "None was checked.");
    }
    let (ours, own) = wording::own_apart(report);
    in_parts(page, ours);
    if !own.is_empty() {
        page.blank();
        page.words(2, "", &format!("{}:", wording::OWN_RULES));
    }
    in_parts(page, own);
}

fn in_parts(page: &mut Page, advisories: Vec<&Advisory>) {
    let parts = wording::parts(advisories);
    parts.shown.into_iter().for_each(|one| advisory(page, one));
    let undecided = parts.undecided;
    if let Some(heading) = undecided.heading() {
        page.blank();
        page.words(2, "", &format!("{heading}."));
    }
    for (missing, ids) in &undecided.shared {
        page.words(4, &format!("{}: ", undecided.of(ids)), missing);
        if ids.len() < undecided.each.len() {
            page.words(6, "", &ids.join(", "));
        }
    }
    for (advisory, missing) in undecided.each {
        let harm = advisory.severity.replace('-', " ");
        page.words(
            4,
            "- ",
            &format!("{}: {} ({harm}) {}", advisory.id, advisory.title, advisory.url),
        );
        missing.into_iter().for_each(|one| page.words(6, "Missing: ", one));
    }
    if let Some(heading) = wording::settled_heading(&parts.settled) {
        page.blank();
        page.words(2, "", &format!("{heading}."));
    }
    for settled in parts.settled {
        page.words(4, "", &settled.why);
        for advisory in settled.advisories {
            page.words(4, "- ", &format!("{}: {}", advisory.id, advisory.title));
        }
    }
}

fn advisory(page: &mut Page, advisory: &Advisory) {
    let verdict = wording::verdict_word(advisory.verdict);
    page.words(2, "", &format!("{}: {verdict}. {}", advisory.id, advisory.title));
    page.words(4, "Why: ", &advisory.why);
    page.words(4, "Meaning: ", wording::verdict_meaning(advisory.verdict));
    page.words(4, "Versions: ", wording::applicability_meaning(advisory.applicability));
    page.words(4, "Harm: ", &advisory.severity.replace('-', " "));
    coverage(page, advisory);
    if !advisory.url.is_empty() {
        page.words(4, "Published: ", &advisory.url);
    }
}

fn coverage(page: &mut Page, advisory: &Advisory) {
    let coverage = &advisory.coverage;
    page.words(4, "Logs: ", &wording::logs(coverage));
    if !coverage.nodes_without_logs.is_empty() {
        page.words(4, "Nodes without logs: ", &coverage.nodes_without_logs.join(", "));
    }
    for missing in &coverage.missing {
        page.words(4, "Missing: ", missing);
    }
}

fn findings(page: &mut Page, report: &Report) {
    page.heading("FINDINGS");
    if report.findings.is_empty() {
        page.words(2, "", "None.");
    }
    for (index, finding) in report.findings.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        let subject = wording::subject(&finding.subject);
        let verdict = wording::verdict_word(finding.verdict);
        let title = format!("{}, {subject}: {verdict}", finding.advisory);
        page.words(2, &format!("{}. ", index + 1), &title);
        if let Some(job) = wording::job_of(report, finding) {
            job_facts(page, job);
        }
        reasons(page, finding);
        for (name, said) in wording::backup_facts(report, finding, CLOCK) {
            page.words(5, &format!("{name}: "), &said);
        }
        evidence(page, finding);
        steps(page, finding);
    }
}

fn job_facts(page: &mut Page, job: &Job) {
    page.words(5, "Job: ", &wording::job_state(job));
    if !job.description.is_empty() {
        page.words(5, "Description: ", &job.description);
    }
    let (first, left_out, last) = wording::ends(&job.timeline);
    if !first.is_empty() {
        page.words(5, "", "Timeline:");
    }
    first.iter().for_each(|event| job_event(page, event));
    if left_out > 0 {
        page.words(7, "", &wording::left_out(left_out, "event"));
    }
    last.iter().for_each(|event| job_event(page, event));
}

fn job_event(page: &mut Page, event: &JobEvent) {
    page.words(7, "", &wording::job_event(event));
}

fn reasons(page: &mut Page, finding: &Finding) {
    page.words(5, "", "Why:");
    for reason in &finding.reasons {
        page.words(7, "- ", &format!("{} [{}]", reason.text, reason.code));
    }
}

fn evidence(page: &mut Page, finding: &Finding) {
    page.words(5, "", "Evidence:");
    if finding.evidence.is_empty() {
        page.words(7, "", "None in the input.");
    }
    for piece in &finding.evidence {
        page.words(7, "", &wording::place(piece));
        page.quote(7, &piece.text);
    }
}

fn steps(page: &mut Page, finding: &Finding) {
    // A finding that was ruled out needs no steps, and an empty heading would look like something lost.
    if finding.remediation.is_empty() && finding.verdict == Verdict::Cleared {
        return;
    }
    page.words(5, "", "What to do:");
    if finding.remediation.is_empty() {
        page.words(7, "", wording::no_steps(finding.verdict));
    }
    for step in &finding.remediation {
        let safety = wording::safety_word(step.safety);
        page.words(7, &format!("{}. ", step.step), &format!("({safety}) {}", step.text));
        page.block(12, &step.sql);
    }
}

fn chains(page: &mut Page, report: &Report) {
    if report.chains.is_empty() {
        return;
    }
    page.heading("BACKUP CHAINS");
    let (marked, others) = wording::chains_by_part(report);
    for chain in marked {
        page.words(2, "- ", &wording::chain_name(chain));
        page.words(4, "", &wording::chain_in_short(chain, CLOCK));
        for (label, said) in wording::chain_lines(chain, CLOCK) {
            page.words(6, &label, &said);
        }
    }
    let (first, left_out, last) = wording::ends(&others);
    for chain in first.iter().chain(last) {
        let (name, short) = (wording::chain_name(chain), wording::chain_in_short(chain, CLOCK));
        page.words(2, "- ", &format!("{name}: {short}"));
    }
    if left_out > 0 {
        page.words(2, "", &wording::chains_left_out(left_out));
    }
}

fn not_read(page: &mut Page, report: &Report) {
    page.heading("NOT READ, OR NOT WHOLLY");
    if report.input.unread.is_empty() {
        page.words(2, "", &wording::nothing_unread(report));
    }
    for unread in &report.input.unread {
        page.words(2, "- ", &unread.path);
        page.words(4, "", &format!("{} [{}]", unread.detail, unread.reason));
        if !unread.weakens.is_empty() {
            page.words(4, "Weakens: ", &unread.weakens.join(", "));
        }
    }
}

/// What is printed so far. Everything that is put on it is made visible first.
struct Page(String);

impl Page {
    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn heading(&mut self, title: &str) {
        self.blank();
        self.0.push_str(title);
        self.blank();
    }

    /// `label` and `text`, wrapped between words; further lines begin below the text of the first.
    fn words(&mut self, indent: usize, label: &str, text: &str) {
        let text = visible::line(text);
        // Never the margin itself: there only the report's own words stand. A long label would leave a narrow column.
        let hanging = indent + if (1..=4).contains(&label.len()) { label.len() } else { 2 };
        self.pad(indent);
        self.0.push_str(label);
        let mut column = indent + label.len();
        let mut fresh = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if !fresh && column + 1 + width(word) > WIDTH {
                self.blank();
                self.pad(hanging);
                column = hanging;
            } else if !fresh {
                self.0.push(' ');
                column += 1;
            }
            fresh = false;
            column = self.chopped(column, word, |page| {
                page.pad(hanging);
                hanging
            });
        }
        self.blank();
    }

    /// Raw text behind a bar, line by line, broken at the width: a terminal that wraps by itself would begin the
    /// next line at its edge, where the report speaks. Ids stay whole where a space allows it.
    fn quote(&mut self, indent: usize, text: &str) {
        for line in visible::lines(text).lines() {
            let start = self.bar(indent);
            let mut column = start;
            for word in line.split_inclusive(' ') {
                if column > start && column + width(word.trim_end()) > WIDTH {
                    self.blank();
                    column = self.bar(indent);
                }
                column = self.chopped(column, word, |page| page.bar(indent));
            }
            self.blank();
        }
    }

    /// Lines to copy: indented, never cut.
    fn block(&mut self, indent: usize, text: &str) {
        for line in visible::lines(text).lines() {
            self.pad(indent);
            self.0.push_str(line);
            self.blank();
        }
    }

    /// Puts `text` down from `column` on, beginning a new line with `open` wherever it would pass the width.
    /// Returns the column reached.
    fn chopped(
        &mut self,
        mut column: usize,
        text: &str,
        open: impl Fn(&mut Self) -> usize,
    ) -> usize {
        for c in text.chars() {
            if column + columns(c) > WIDTH {
                self.blank();
                column = open(self);
            }
            self.0.push(c);
            column += columns(c);
        }
        column
    }

    fn bar(&mut self, indent: usize) -> usize {
        self.pad(indent);
        self.0.push_str("| ");
        indent + 2
    }

    fn pad(&mut self, indent: usize) {
        self.0.extend(std::iter::repeat_n(' ', indent));
    }
}

fn width(word: &str) -> usize {
    word.chars().map(columns).sum()
}

/// An upper bound: East Asian letters and most pictures take two columns, a tab up to eight.
fn columns(c: char) -> usize {
    match c {
        '\t' => 8,
        c if u32::from(c) >= 0x1100 => 2,
        _ => 1,
    }
}
