//! The report for a ticket: Markdown in which text of the input stays text.
//!
//! Whatever the input says is either escaped, or stands in a code span or a fenced block whose delimiter is longer
//! than any run of backticks inside. There are lists and no tables: a bar in a cell is read differently by every
//! renderer. Words that a renderer would turn into a link or a mention by itself become code spans, because no
//! escape stops that everywhere.

use std::borrow::Cow;

use super::{Advisory, Finding, Job, Node, Report, seen, visible, wording};

const CLOCK: wording::Clock = |time| time.to_string();

/// The report as Markdown, with a line break at its end.
#[must_use]
pub fn print(report: &Report) -> String {
    let mut page = Page(String::new());
    page.line(0, &format!("# CockroachDB advisories: {}", wording::verdict_word(report.verdict())));
    page.blank();
    page.line(0, &format!("**{}**", prose(&wording::headline(report).to_string())));
    page.blank();
    let tool = &report.tool;
    page.line(0, &format!("Made by {} {}.", prose(&tool.name), prose(&tool.version)));
    page.line(0, &prose(&wording::scope(report)));
    if report.input.names_replaced {
        page.blank();
        page.line(0, &prose(wording::NAMES_REPLACED));
    }
    collect(&mut page, report);
    upgrade(&mut page, report);
    advisories(&mut page, report);
    findings(&mut page, report);
    chains(&mut page, report);
    summary(&mut page, report);
    what_was_read(&mut page, report);
    not_read(&mut page, report);
    page.0
}

fn collect(page: &mut Page, report: &Report) {
    if report.collect.is_empty() {
        return;
    }
    page.heading("Collect next");
    page.line(0, &prose(wording::COLLECT));
    page.blank();
    for item in &report.collect {
        page.line(0, &format!("- {}", prose(&item.what)));
        if !item.command.is_empty() {
            page.fenced(2, "text", &item.command);
        }
        page.line(2, &format!("- Decides {}", prose(&wording::decides(item))));
    }
}

fn upgrade(page: &mut Page, report: &Report) {
    if report.upgrade.is_empty() {
        return;
    }
    page.heading("Upgrade");
    page.line(0, &prose(wording::UPGRADE));
    page.blank();
    for one in &report.upgrade {
        page.line(0, &format!("- **{}**", prose(&wording::upgrade_title(one))));
        for (name, ids) in wording::upgrade_facts(one) {
            page.line(2, &format!("- {name}: {}", prose(&ids)));
        }
    }
}

fn summary(page: &mut Page, report: &Report) {
    if report.cluster.is_empty() {
        return;
    }
    page.heading("Cluster");
    for one in &report.cluster {
        if let Some(name) = &one.cluster {
            page.line(0, &format!("- Cluster {}", code(name)));
        }
        for (name, said) in wording::cluster_facts(one, CLOCK) {
            page.line(0, &format!("- {name}: {}", prose(&said)));
        }
    }
}

fn advisories(page: &mut Page, report: &Report) {
    page.heading("Advisories");
    if report.advisories.is_empty() {
        page.line(0, "None was checked.");
    }
    let (ours, own) = wording::own_apart(report);
    in_parts(page, ours);
    if !own.is_empty() {
        page.blank();
        page.line(0, &format!("### {}", prose(wording::OWN_RULES)));
        page.blank();
    }
    in_parts(page, own);
}

fn in_parts(page: &mut Page, advisories: Vec<&Advisory>) {
    let parts = wording::parts(advisories);
    parts.shown.into_iter().for_each(|one| advisory(page, one));
    let undecided = parts.undecided;
    if let Some(heading) = undecided.heading() {
        page.line(0, &format!("- **{heading}.**"));
    }
    for (missing, ids) in &undecided.shared {
        let of = undecided.of(ids);
        let ids = if ids.len() < undecided.each.len() {
            format!(" ({})", prose(&ids.join(", ")))
        } else {
            String::new()
        };
        page.line(2, &format!("- {of}: {}{ids}", prose(missing)));
    }
    for (advisory, missing) in undecided.each {
        let (id, title) = (prose(&advisory.id), prose(&advisory.title));
        let harm = prose(&advisory.severity.replace('-', " "));
        let published = match advisory.url.as_str() {
            "" => String::new(),
            url => format!(" {}", address(url)),
        };
        page.line(2, &format!("- {id}: {title} ({harm}){published}"));
        for one in missing {
            page.line(4, &format!("- Missing: {}", prose(one)));
        }
    }
    if let Some(heading) = wording::settled_heading(&parts.settled) {
        page.line(0, &format!("- **{heading}.**"));
    }
    for settled in parts.settled {
        page.line(2, &format!("- {}", prose(&settled.why)));
        for advisory in settled.advisories {
            page.line(4, &format!("- {}: {}", prose(&advisory.id), prose(&advisory.title)));
        }
    }
}

fn advisory(page: &mut Page, advisory: &Advisory) {
    let verdict = wording::verdict_word(advisory.verdict);
    let title = prose(&advisory.title);
    page.line(0, &format!("- **{}: {verdict}.** {title}", prose(&advisory.id)));
    page.line(2, &format!("- Why: {}", prose(&advisory.why)));
    page.line(2, &format!("- Meaning: {}", wording::verdict_meaning(advisory.verdict)));
    let ran = wording::applicability_meaning(advisory.applicability);
    page.line(2, &format!("- Versions: {ran}"));
    page.line(2, &format!("- Harm: {}", prose(&advisory.severity.replace('-', " "))));
    coverage(page, advisory);
    if !advisory.url.is_empty() {
        page.line(2, &format!("- Published: {}", address(&advisory.url)));
    }
}

fn coverage(page: &mut Page, advisory: &Advisory) {
    let coverage = &advisory.coverage;
    page.line(2, &format!("- Logs: {}", prose(&wording::logs(coverage))));
    if !coverage.nodes_without_logs.is_empty() {
        let nodes = prose(&coverage.nodes_without_logs.join(", "));
        page.line(2, &format!("- Nodes without logs: {nodes}"));
    }
    for missing in &coverage.missing {
        page.line(2, &format!("- Missing: {}", prose(missing)));
    }
}

fn findings(page: &mut Page, report: &Report) {
    page.heading("Findings");
    if report.findings.is_empty() {
        page.line(0, "None.");
    }
    for (index, finding) in report.findings.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        let subject = prose(&wording::subject(&finding.subject));
        let verdict = wording::verdict_word(finding.verdict);
        let advisory = prose(&finding.advisory);
        page.line(0, &format!("### {}. {advisory}, {subject}: {verdict}", index + 1));
        page.blank();
        if let Some(job) = wording::job_of(report, finding) {
            job_facts(page, job);
        }
        for reason in &finding.reasons {
            page.line(0, &format!("- Why: {} ({})", prose(&reason.text), code(&reason.code)));
        }
        for (name, said) in wording::backup_facts(report, finding, CLOCK) {
            page.line(0, &format!("- {name}: {}", prose(&said)));
        }
        evidence(page, finding);
        steps(page, finding);
    }
}

fn job_facts(page: &mut Page, job: &Job) {
    page.line(0, &format!("- Job: {}", prose(&wording::job_state(job))));
    if !job.description.is_empty() {
        page.line(0, &format!("- Description: {}", code(&job.description)));
    }
    let (first, left_out, last) = wording::ends(&job.timeline);
    if first.is_empty() {
        return;
    }
    page.line(0, "- Timeline:");
    let mut life: Vec<String> = first.iter().map(wording::job_event).collect();
    if left_out > 0 {
        life.push(wording::left_out(left_out, "event"));
    }
    life.extend(last.iter().map(wording::job_event));
    page.fenced(2, "text", &life.join("\n"));
}

fn evidence(page: &mut Page, finding: &Finding) {
    page.blank();
    page.line(0, "**Evidence**");
    page.blank();
    if finding.evidence.is_empty() {
        page.line(0, "None in the input.");
    }
    for piece in &finding.evidence {
        page.line(0, &format!("- {}", code(&wording::place(piece))));
        page.fenced(2, "text", &piece.text);
    }
}

fn steps(page: &mut Page, finding: &Finding) {
    if finding.remediation.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "**What to do**");
    page.blank();
    for step in &finding.remediation {
        // A renderer counts list items by itself; in bold, the number stays the one that others refer to.
        let safety = wording::safety_word(step.safety);
        page.line(0, &format!("- **Step {}** ({safety}): {}", step.step, prose(&step.text)));
        if !step.sql.is_empty() {
            page.fenced(2, "sql", &step.sql);
        }
    }
}

fn chains(page: &mut Page, report: &Report) {
    if report.chains.is_empty() {
        return;
    }
    page.heading("Backup chains");
    let (marked, others) = wording::chains_by_part(report);
    for chain in marked {
        let short = prose(&wording::chain_in_short(chain, CLOCK));
        page.line(0, &format!("- **{}**: {short}", prose(&wording::chain_name(chain))));
        for (label, said) in wording::chain_lines(chain, CLOCK) {
            page.line(2, &format!("- {}", prose(&format!("{label}{said}"))));
        }
    }
    let (first, left_out, last) = wording::ends(&others);
    for chain in first.iter().chain(last) {
        let (name, short) = (wording::chain_name(chain), wording::chain_in_short(chain, CLOCK));
        page.line(0, &format!("- {}: {}", prose(&name), prose(&short)));
    }
    if left_out > 0 {
        page.line(0, &format!("- {}", prose(&wording::chains_left_out(left_out))));
    }
}

fn what_was_read(page: &mut Page, report: &Report) {
    let input = &report.input;
    page.heading("What was read");
    for source in &input.sources {
        let size = wording::size(source.bytes);
        page.line(0, &format!("- {} ({}, {size})", code(&source.name), prose(&source.kind)));
    }
    page.line(0, &format!("- {}", wording::files(report)));
    page.line(0, &format!("- {}", wording::redaction_meaning(input.redaction)));
    let stated = wording::stated(report);
    for said in stated.into_iter().chain(wording::rule_files(report)) {
        page.line(0, &format!("- {}", prose(&said)));
    }
    for copies in seen::duplicates(&input.duplicates) {
        page.line(0, &format!("- {}", prose(&copies)));
    }
    if report.nodes.is_empty() {
        page.line(0, "- No node is named anywhere in it.");
    }
    for node in &report.nodes {
        node_lines(page, node);
    }
}

fn node_lines(page: &mut Page, node: &Node) {
    page.line(0, &format!("- Node {}", code(&seen::node(node))));
    if node.versions.is_empty() {
        page.line(2, &format!("- {}", prose(&seen::version_unknown(node))));
    }
    for version in &node.versions {
        let period = wording::period(version.from, version.to);
        let source = code(&format!("{}:{}", version.source.path, version.source.line));
        page.line(2, &format!("- {}, {period} ({source})", code(&version.version)));
        if version.conflict {
            page.line(4, &format!("- {}", prose(seen::CONFLICT)));
        }
    }
    if node.coverage.is_empty() {
        page.line(2, &format!("- {}", prose(&seen::no_logs(node))));
    }
    for span in &node.coverage {
        let (files, size) = (wording::count(span.files, "file"), wording::size(span.bytes));
        page.line(2, &format!("- logs from {} to {} ({files}, {size})", span.from, span.to));
    }
    for gap in &node.gaps {
        page.line(2, &format!("- no logs from {} to {}", gap.from, gap.to));
    }
}

fn not_read(page: &mut Page, report: &Report) {
    page.heading("Not read, or not wholly");
    if report.input.unread.is_empty() {
        page.line(0, &wording::nothing_unread(report));
    }
    for unread in &report.input.unread {
        let (path, detail) = (code(&unread.path), prose(&unread.detail));
        page.line(0, &format!("- {path}: {detail} ({})", code(&unread.reason)));
        if !unread.weakens.is_empty() {
            page.line(2, &format!("- Weakens: {}", prose(&unread.weakens.join(", "))));
        }
    }
}

/// What is printed so far.
struct Page(String);

impl Page {
    /// One blank line, however many ask for it.
    fn blank(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn heading(&mut self, title: &str) {
        self.blank();
        self.line(0, &format!("## {title}"));
        self.blank();
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.0.extend(std::iter::repeat_n(' ', indent));
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// Raw text in a block that it cannot close. Blank lines around it keep strict renderers content.
    fn fenced(&mut self, indent: usize, language: &str, text: &str) {
        let fence = "`".repeat(longest_run(text).max(2) + 1);
        self.blank();
        self.line(indent, &format!("{fence}{language}"));
        for line in visible::lines(text).lines() {
            self.line(indent, line);
        }
        self.line(indent, &fence);
        self.blank();
    }
}

/// `text` as a code span on one line.
fn code(text: &str) -> String {
    let text = visible::line(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One space on each side is taken off again; it keeps backticks at the ends apart from the delimiter.
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// `text` as words on one line: no markup, no link, no mention.
fn prose(text: &str) -> String {
    let text = visible::line(text);
    let words: Vec<_> = text.split(' ').filter(|word| !word.is_empty()).map(word).collect();
    words.join(" ")
}

/// One word, with the punctuation around it outside of a code span.
fn word(word: &str) -> Cow<'_, str> {
    let core = word.trim_start_matches(['(', '"', '\'']);
    let (before, core) = word.split_at(word.len() - core.len());
    let kept = core.trim_end_matches([')', '"', '\'', ',', '.', ';', ':', '!', '?']).len();
    let (core, after) = core.split_at(kept);
    // A number that ends in a full stop or a bracket would open a list where it begins a line.
    let numbers =
        before.is_empty() && !after.is_empty() && core.bytes().all(|b| b.is_ascii_digit());
    if core.contains(['.', ':', '@', '#']) || core.contains("//") {
        Cow::Owned(format!("{}{}{}", escape(before), code(core), escape(after)))
    } else if numbers {
        Cow::Owned(format!("{core}\\{after}"))
    } else {
        escape(word)
    }
}

/// Every character that can be markup, escaped. `<`, `>` and `&` become entities, which no renderer takes for HTML.
/// Round brackets and `!` mean nothing once the square ones are escaped.
fn escape(word: &str) -> Cow<'_, str> {
    let markup = |at: usize, c: char| {
        "\\`*_{}[]<>&|~$^".contains(c) || at == 0 && matches!(c, '-' | '+' | '=')
    };
    if !word.char_indices().any(|(at, c)| markup(at, c)) {
        return Cow::Borrowed(word);
    }
    let mut escaped = String::with_capacity(word.len() + 8);
    for (at, c) in word.char_indices() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if markup(at, c) => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// A link where `url` is a published advisory and nothing else, plain code elsewhere: rules of users, and reports
/// that were read back, may name any address.
fn address(url: &str) -> String {
    if wording::is_published(url) { format!("<{url}>") } else { code(url) }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
