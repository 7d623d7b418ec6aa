//! Icons as strokes on a 20 × 20 grid. They repeat what a word beside them says, so readers skip them.

use crdb_triage::model::{Safety, Verdict};

use super::element::{El, svg};

/// A picture of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Verdict(Verdict),
    Safety(Safety),
    Folder,
    File,
    Flask,
    Lock,
    Download,
    Back,
    Warning,
    Chevron,
    Link,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Verdict(Verdict::Confirmed) => {
                "M6.5 2h7L18 6.5v7L13.5 18h-7L2 13.5v-7zM7 7l6 6M13 7l-6 6"
            }
            Self::Verdict(Verdict::Suspect) | Self::Warning => {
                "M10 2.5 18.5 17h-17zM10 8v4.5M10 14.8v.2"
            }
            Self::Verdict(Verdict::Possible) => {
                "M10 1.5 18.5 10 10 18.5 1.5 10zM8.2 8.1a1.9 1.9 0 1 1 2.7 2c-.6.3-.9.7-.9 1.4M10 13.6v.2"
            }
            Self::Verdict(Verdict::AtRisk) => {
                "M5 2h10M5 18h10M6 2c0 5 8 6.5 8 16M14 2c0 5-8 6.5-8 16"
            }
            Self::Verdict(Verdict::CannotTell) => {
                "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16M7.7 7.8a2.3 2.3 0 1 1 3.3 2.3c-.7.4-1 .9-1 1.7M10 14.3v.2"
            }
            Self::Verdict(Verdict::Exposed) => {
                "M10 1.8 17 4v5.5c0 4-2.8 7.2-7 8.7-4.2-1.5-7-4.7-7-8.7V4zM10 6v5M10 13.5v.2"
            }
            Self::Verdict(Verdict::Mitigated) => {
                "M10 1.8 17 4v5.5c0 4-2.8 7.2-7 8.7-4.2-1.5-7-4.7-7-8.7V4zM6.8 9.8l2.3 2.3 4.2-4.6"
            }
            Self::Verdict(Verdict::NoSign) => {
                "M8.5 2.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12M13 13l5 5M6 8.5h5"
            }
            Self::Verdict(Verdict::NotAffected) => {
                "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16M4.5 15.5l11-11"
            }
            Self::Verdict(Verdict::Cleared) => {
                "M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16M6.3 10.3l2.5 2.5 5-5.3"
            }
            Self::Safety(Safety::ReadOnly) => {
                "M1.5 10C3.5 6.5 6.5 4.5 10 4.5s6.5 2 8.5 5.5c-2 3.5-5 5.5-8.5 5.5S3.5 13.5 1.5 10M10 7.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5"
            }
            Self::Safety(Safety::Reversible) => "M3 8h9.5a4.5 4.5 0 0 1 0 9H7M6.5 4 2.5 8l4 4",
            Self::Safety(Safety::Disruptive) => "M11.5 1.5 4 11.5h5.5l-1 7 7.5-10H10.5z",
            Self::Folder => "M2 5v11h16V6.5H9.5L8 4H2z",
            Self::File => "M5 2h7l4 4v12H5zM12 2v4h4",
            Self::Flask => {
                "M7.5 2h5M8.5 2v5.5L3.5 16a1.4 1.4 0 0 0 1.2 2h10.6a1.4 1.4 0 0 0 1.2-2L11.5 7.5V2M6 13h8"
            }
            Self::Lock => "M4.5 9h11v9h-11zM7 9V6a3 3 0 0 1 6 0v3M10 12.5v2",
            Self::Download => "M10 2v11M5.5 9 10 13.5 14.5 9M3 17.5h14",
            Self::Back => "M3.5 10a6.5 6.5 0 1 0 2-4.7M5.5 2v3.5H9",
            Self::Chevron => "M7 4l6 6-6 6",
            Self::Link => "M11 3h6v6M17 3l-8 8M14 11v6H3V6h6",
        }
    }
}

/// The picture.
pub(super) fn icon(icon: Icon) -> El {
    svg("svg")
        .attr("class", "icon")
        .attr("viewBox", "0 0 20 20")
        .attr("aria-hidden", "true")
        .attr("focusable", "false")
        .child(svg("path").attr("d", icon.path()))
}
