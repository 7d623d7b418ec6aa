//! Why a verdict was given: a code, the values that its sentence names, and the sentence.

use serde::{Deserialize, Serialize};

/// One reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `SCREAMING_SNAKE_CASE`, documented in `docs/codes.md` or `docs/reasons.md`.
    pub code: String,
    /// The values that the sentence names, in their order.
    pub args: Vec<Arg>,
    /// One sentence for a person.
    pub text: String,
}

/// A value that a sentence names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arg {
    /// By which the template of the sentence names it, such as `subject.value`.
    pub name: String,
    /// What it is.
    pub kind: ArgKind,
    /// As it stands in the sentence.
    pub value: String,
}

/// What a value of a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgKind {
    /// A name of something in the cluster: a table, a job's owner.
    Name,
    /// The name of a setting.
    Setting,
    /// A node, or several.
    Node,
    /// A path in the input, perhaps with a line.
    Path,
    /// An id of 64 bits, in decimal.
    Id,
    /// An instant.
    Time,
    /// A number.
    Number,
    /// A build, or several.
    Version,
    /// One of a few words of ours.
    Word,
    /// Text of the input.
    Text,
    /// A part of a sentence of ours, into which other values may be filled.
    Said,
}

impl ArgKind {
    /// The word of the report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Setting => "setting",
            Self::Node => "node",
            Self::Path => "path",
            Self::Id => "id",
            Self::Time => "time",
            Self::Number => "number",
            Self::Version => "version",
            Self::Word => "word",
            Self::Text => "text",
            Self::Said => "said",
        }
    }
}

impl Reason {
    /// A reason whose sentence names no value on its own.
    #[must_use]
    pub fn said(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), args: Vec::new(), text: text.into() }
    }
}
