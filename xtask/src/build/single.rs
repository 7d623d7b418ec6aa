//! The page as one file that opens by double click, on a machine without network.

use std::io::Write as _;

use anyhow::{Result, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, write::DeflateEncoder};

use super::{Parts, hash, template};

/// The whole page as text; `build` is the hash that it shows.
pub(crate) fn assemble(parts: &Parts, build: &str) -> Result<String> {
    let [_, boot] = &parts.boot;
    let script = format!("{}\n{boot}", parts.page_classic.glue);
    ends_only_where_it_should(&script, "script")?;
    ends_only_where_it_should(&parts.style, "style")?;
    let policy = template::policy(&[
        "default-src 'none'",
        &format!("script-src {} 'wasm-unsafe-eval'", hash::policy_source(&script)),
        &format!("style-src {}", hash::policy_source(&parts.style)),
        "img-src data:",
        "connect-src 'none'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types crdb-triage",
    ]);
    let end = [
        inert("page-wasm", &parts.page_classic.wasm)?,
        inert("worker-wasm", &parts.worker.wasm)?,
        inert("worker-script", parts.worker.glue.as_bytes())?,
        format!("<script>{script}</script>"),
        template::END.to_owned(),
    ];
    let template = template::link_icons(&parts.template, |name| {
        let kind = if name.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        Ok(format!("data:{kind};base64,{}", BASE64_STANDARD.encode(parts.icon(name)?)))
    })?;
    template::fill(
        &template,
        &[
            (template::POLICY, &policy),
            (template::BUILD, &template::build(build)),
            (template::MANIFEST, ""),
            (template::PRELOAD, ""),
            (template::STYLE, &format!("<style>{}</style>", parts.style)),
            (template::BOOT, ""),
            (template::END, &end.join("\n")),
        ],
    )
}

/// Bytes in an element that no browser runs: deflated, then base64.
fn inert(id: &str, content: &[u8]) -> Result<String> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(content)?;
    let text = BASE64_STANDARD.encode(deflate.finish()?);
    Ok(format!(r#"<script type="application/x-deflate-base64" id="{id}">{text}</script>"#))
}

/// An inline element ends at its first end tag, also inside a string; and `<!--` would change how a script is read.
fn ends_only_where_it_should(content: &str, element: &str) -> Result<()> {
    for forbidden in [format!("</{element}"), "<!--".to_owned()] {
        if content.to_ascii_lowercase().contains(&forbidden) {
            bail!("{forbidden} inside an inline {element} would end or change it");
        }
    }
    Ok(())
}
