//! Filling in `www/index.html`.

use anyhow::{Result, bail};

/// Where the policy goes.
pub(crate) const POLICY: &str = "<!-- csp -->";
/// Where the hash of the build goes.
pub(crate) const BUILD: &str = "<!-- build -->";
/// The link to what makes the site installable; the site has it under that name.
pub(crate) const MANIFEST: &str = r#"<link rel="manifest" href="manifest.webmanifest">"#;
/// Where the links to what is needed early go.
pub(crate) const PRELOAD: &str = "<!-- preload -->";
/// The style, in the template by its plain name.
pub(crate) const STYLE: &str = r#"<link rel="stylesheet" href="style.css">"#;
/// The script that starts the page, in the template by its plain name.
pub(crate) const BOOT: &str = r#"<script type="module" src="boot.js"></script>"#;
/// How the name of an icon begins, in the template and in the manifest.
const ICON: &str = "\"icons/";
/// Before this, what must find the whole page.
pub(crate) const END: &str = "</body>";

/// Replaces each first word of a pair by its second. Each must be in the template exactly once.
pub(crate) fn fill(template: &str, pairs: &[(&str, &str)]) -> Result<String> {
    let mut page = template.to_owned();
    for (place, content) in pairs {
        let found = template.matches(place).count();
        if found != 1 {
            bail!("www/index.html must contain {place} once, and it is there {found} times");
        }
        page = page.replacen(place, content, 1);
    }
    Ok(page)
}

/// The policy as an element: a static host sends no headers of ours.
pub(crate) fn policy(directives: &[&str]) -> String {
    format!(r#"<meta http-equiv="Content-Security-Policy" content="{}">"#, directives.join("; "))
}

/// The hash of the build as an element, for the page to show.
pub(crate) fn build(hash: &str) -> String {
    format!(r#"<meta name="build" content="{hash}">"#)
}

/// The files of `www/icons/` that the template or the manifest names.
pub(crate) fn icons(template: &str) -> Vec<String> {
    let names = template.split(ICON).skip(1);
    names.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Points what names icons elsewhere: `to` gives the address for a name.
pub(crate) fn link_icons(
    template: &str,
    mut to: impl FnMut(&str) -> Result<String>,
) -> Result<String> {
    let mut page = template.to_owned();
    for name in icons(template) {
        page = page.replace(&format!("{ICON}{name}\""), &format!("\"{}\"", to(&name)?));
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_are_found_and_moved() {
        let template = r#"<link rel="icon" href="icons/a.svg"><link href="style.css">"#;
        assert_eq!(icons(template), ["a.svg"]);
        let moved = link_icons(template, |name| Ok(format!("assets/{name}"))).unwrap();
        assert_eq!(moved, r#"<link rel="icon" href="assets/a.svg"><link href="style.css">"#);
        assert_eq!(icons(r#"{ "src": "icons/b.png" }"#), ["b.png"], "in a manifest too");
    }

    #[test]
    fn a_place_that_is_missing_or_doubled_is_an_error() {
        assert_eq!(fill("a <!-- csp --> b", &[(POLICY, "x")]).unwrap(), "a x b");
        assert!(fill("a", &[(POLICY, "x")]).is_err());
        assert!(fill("<!-- csp --><!-- csp -->", &[(POLICY, "x")]).is_err());
    }
}
