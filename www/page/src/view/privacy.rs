//! What the browser says about the page itself, in sentences.

use serde::Deserialize;

/// What `witness.js` saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Seen {
    /// The policy of the document, as it stands in its head.
    pub policy: String,
    /// Addresses that were asked for since the page was there.
    pub requests: Vec<String>,
    /// What the policy refused, apart from what was tried on purpose.
    pub violations: Vec<Violation>,
    /// What lies in the browser's stores for this page.
    pub stored: Stored,
}

/// Something that the policy refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule.
    pub directive: String,
    /// What was refused.
    pub blocked: String,
}

/// How much there is in each store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Stored {
    /// 1 if there are any.
    pub cookies: u32,
    /// In the stores for texts, of the tab and of the site.
    pub values: u32,
    /// Databases.
    pub databases: u32,
    /// Caches: each is a copy of the page's own files.
    pub copies: u32,
}

/// How something was tried, and which rule refused it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Attempt {
    /// `fetch`, `WebSocket`, `beacon`, `image`, `form`.
    pub channel: String,
    /// The rule; none if nothing refused it.
    pub directive: Option<String>,
}

/// Ways out of a page, with the directives that bind them: the first that the policy holds counts (CSP level 3, section
/// 6.8.3).
const CHANNELS: [(&str, &[&str]); 7] = [
    ("Requests by script: fetch, WebSocket, beacon", &["connect-src", "default-src"]),
    ("Pictures", &["img-src", "default-src"]),
    ("Forms", &["form-action"]),
    ("Frames", &["frame-src", "child-src", "default-src"]),
    ("Scripts", &["script-src", "default-src"]),
    ("Styles", &["style-src", "default-src"]),
    ("Fonts, sound, film, plug-ins", &["font-src", "default-src"]),
];

/// What the policy says of one way out of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The way.
    pub channel: &'static str,
    /// The directive as it stands in the policy; empty if none binds it.
    pub directive: String,
    /// What that means.
    pub means: &'static str,
}

impl Seen {
    /// What the policy says of each way out of the page.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let directives: Vec<&str> = self.policy.split(';').map(str::trim).collect();
        let find = |name: &&str| {
            directives.iter().find(|directive| directive.split(' ').next() == Some(*name))
        };
        let rule = |(channel, names): (&'static str, &[&str])| match names.iter().find_map(find) {
            Some(directive) => {
                Rule { channel, directive: (*directive).to_owned(), means: means(directive) }
            }
            None => Rule { channel, directive: String::new(), means: "not blocked" },
        };
        CHANNELS.map(rule).into()
    }

    /// What was asked for since the page was there.
    #[must_use]
    pub fn requests(&self) -> String {
        match self.requests.as_slice() {
            [] => "none, says the browser".to_owned(),
            [one] => format!("1: {one}"),
            [first, ..] => format!("{}, the first: {first}", self.requests.len()),
        }
    }

    /// What the policy refused without being asked to.
    #[must_use]
    pub fn violations(&self) -> String {
        match self.violations.as_slice() {
            [] => "none".to_owned(),
            [first, ..] => format!(
                "{}, the first: {} by {}",
                self.violations.len(),
                if first.blocked.is_empty() { "something" } else { &first.blocked },
                first.directive
            ),
        }
    }

    /// What the browser keeps for this page.
    #[must_use]
    pub fn stored(&self) -> &'static str {
        match self.stored {
            Stored { cookies: 0, values: 0, databases: 0, copies: 0 } => "nothing",
            Stored { cookies: 0, values: 0, databases: 0, .. } => {
                "the page's own files, so that it opens without network; nothing of yours"
            }
            // This page puts nothing there.
            _ => "something that another page of the same host put there; this page stores nothing",
        }
    }
}

/// What the sources of a directive come to.
fn means(directive: &str) -> &'static str {
    let sources = || directive.split(' ').skip(1).filter(|source| !source.is_empty());
    let own = |source: &str| {
        matches!(source, "'none'" | "data:" | "blob:" | "'wasm-unsafe-eval'")
            || source.starts_with("'sha256-")
    };
    if sources().all(|source| source == "'none'") {
        "blocked"
    } else if sources().all(own) {
        "only what is in this page itself"
    } else if sources().all(|source| source == "'self'" || own(source)) {
        "only the host of this page"
    } else {
        "not blocked"
    }
}

impl Attempt {
    /// What came of it.
    #[must_use]
    pub fn says(&self) -> String {
        match &self.directive {
            Some(directive) => format!("refused by the browser ({directive})"),
            None => "not refused: this browser does not hold the page to its policy".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(policy: &str) -> Vec<(&'static str, &'static str)> {
        let seen = Seen { policy: policy.to_owned(), ..Seen::default() };
        seen.rules()
            .iter()
            .map(|rule| (rule.channel.split(' ').next().unwrap(), rule.means))
            .collect()
    }

    #[test]
    fn each_way_out_has_its_rule_or_the_default_one() {
        let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self'; form-action 'none'";
        let means: Vec<&str> = with(policy).into_iter().map(|(_, means)| means).collect();
        assert_eq!(
            means,
            [
                "only the host of this page",
                "only what is in this page itself",
                "blocked",
                "blocked",
                "only the host of this page",
                "blocked",
                "blocked"
            ]
        );
    }

    #[test]
    fn a_form_is_not_bound_by_the_default_and_without_a_policy_nothing_is() {
        assert!(with("default-src 'none'").contains(&("Forms", "not blocked")));
        assert!(with("").iter().all(|(_, means)| *means == "not blocked"));
        assert!(with("connect-src https://example.org").contains(&("Requests", "not blocked")));
        assert!(with("connect-src *; default-src 'none'").contains(&("Requests", "not blocked")));
        // A directive without sources allows nothing.
        assert!(with("connect-src").contains(&("Requests", "blocked")));
    }

    #[test]
    fn what_is_stored_is_told_apart() {
        let stored = |copies, values| {
            let stored = Stored { copies, values, ..Stored::default() };
            Seen { stored, ..Seen::default() }.stored()
        };
        assert_eq!(stored(0, 0), "nothing");
        assert!(stored(1, 0).ends_with("nothing of yours"));
        assert!(stored(1, 1).starts_with("something"));
    }

    #[test]
    fn what_the_witness_writes_is_read() {
        let seen: Seen = serde_json::from_str(
            r#"{"policy":"","requests":["https://a/"],"violations":[{"directive":"img-src","blocked":""}],"stored":{"cookies":0,"values":0,"databases":0,"copies":1}}"#,
        )
        .unwrap();
        assert_eq!(seen.requests(), "1: https://a/");
        assert_eq!(seen.violations(), "1, the first: something by img-src");
        let tried: Vec<Attempt> =
            serde_json::from_str(r#"[{"channel":"fetch","directive":"connect-src"},{"channel":"image","directive":null}]"#)
                .unwrap();
        assert!(
            tried[0].says().contains("connect-src") && tried[1].says().starts_with("not refused")
        );
    }
}
