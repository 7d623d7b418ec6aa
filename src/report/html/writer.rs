//! Where text becomes HTML: the only place that escapes.
//!
//! Tags, classes and attributes are words of this program (`&'static str`); what comes from elsewhere is content of an
//! element and nothing else, but for one address, which is checked.
//!
//! Why: `docs/decisions/0021-html-by-types.md`.

use super::super::visible::{self, Piece};
use super::super::wording;
use crate::model::Verdict;

/// What is printed so far.
#[derive(Default)]
pub(super) struct Page(pub(super) String);

impl Page {
    /// Markup of our own.
    pub(super) fn ours(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Any text. What a screen would obey or hide is named.
    pub(super) fn text(&mut self, text: &str) {
        for piece in visible::pieces(text) {
            match piece {
                Piece::Plain(plain) => self.exact(plain),
                Piece::Code(code) => self.within("span", "code-point", |page| page.exact(&code)),
            }
        }
    }

    /// Any text, character by character.
    pub(super) fn exact(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.ours("&amp;"),
                '<' => self.ours("&lt;"),
                '>' => self.ours("&gt;"),
                '"' => self.ours("&quot;"),
                '\'' => self.ours("&#39;"),
                c => self.0.push(c),
            }
        }
    }

    /// An element with what `fill` puts into it.
    pub(super) fn within(
        &mut self,
        tag: &'static str,
        class: &'static str,
        fill: impl FnOnce(&mut Self),
    ) {
        self.open(tag, class, "", "");
        fill(self);
        self.close(tag);
    }

    /// An element in the colours of a verdict.
    pub(super) fn toned(
        &mut self,
        tag: &'static str,
        class: &'static str,
        verdict: Verdict,
        fill: impl FnOnce(&mut Self),
    ) {
        self.open(tag, class, " data-tone=\"", verdict.as_str());
        fill(self);
        self.close(tag);
    }

    /// An element with text.
    pub(super) fn one(&mut self, tag: &'static str, class: &'static str, text: &str) {
        self.within(tag, class, |page| page.text(text));
    }

    /// A part of the report, to which links lead.
    pub(super) fn section(
        &mut self,
        id: &'static str,
        title: &'static str,
        fill: impl FnOnce(&mut Self),
    ) {
        self.open("section", "", " id=\"", id);
        self.one("h2", "", title);
        fill(self);
        self.close("section");
    }

    /// A link to a part of the report.
    pub(super) fn jump(&mut self, id: &'static str, title: &'static str) {
        self.ours("<a href=\"#");
        self.ours(id);
        self.ours("\">");
        self.text(title);
        self.ours("</a>\n");
    }

    /// A name and what is said of it.
    pub(super) fn fact(&mut self, name: &str, said: &str) {
        self.within("div", "", |page| {
            page.one("dt", "", name);
            page.one("dd", "", said);
        });
    }

    /// The address of an advisory: a link if it is a published one, else its text.
    pub(super) fn address(&mut self, url: &str) {
        if !wording::is_published(url) {
            self.text(url);
            return;
        }
        self.ours("<a rel=\"noreferrer noopener\" href=\"");
        self.exact(url);
        self.ours("\">");
        self.text(url);
        self.ours("</a>");
    }

    fn open(
        &mut self,
        tag: &'static str,
        class: &'static str,
        name: &'static str,
        value: &'static str,
    ) {
        self.ours("<");
        self.ours(tag);
        if !class.is_empty() {
            self.ours(" class=\"");
            self.ours(class);
            self.ours("\"");
        }
        if !name.is_empty() {
            self.ours(name);
            self.ours(value);
            self.ours("\"");
        }
        self.ours(">");
        // HTML takes the first line break of this element away.
        if tag == "pre" {
            self.ours("\n");
        }
    }

    fn close(&mut self, tag: &'static str) {
        self.ours("</");
        self.ours(tag);
        self.ours(">");
        // Where spaces count, a line break would be seen.
        if !matches!(tag, "span" | "code" | "strong" | "pre") {
            self.ours("\n");
        }
    }
}
