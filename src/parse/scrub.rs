//! Secrets out of text: what addresses of backups, imports and changefeeds carry as passwords and keys.
//!
//! CockroachDB removes most of them before it writes a description, and not in every version
//! (`docs/cockroachdb/backups.md#secrets-in-addresses` and `docs/cockroachdb/backups.md#payload-details`). What is not
//! known to be harmless goes; the text around it stays.

use std::borrow::Cow;

use memchr::memmem;

/// What stands in the place of a secret; CockroachDB writes the same.
pub const REDACTED: &str = "redacted";

/// Parameters of addresses whose values are no secrets, in lower case.
const HARMLESS: [&str; 20] = [
    "auth",
    "aws_region",
    "aws_server_enc_mode",
    "aws_skip_checksum",
    "aws_use_path_style",
    "azure_environment",
    "cockroach_locality",
    "compression",
    "delimiter",
    "encoding",
    "file_size",
    "format",
    "insecure_tls_skip_verify",
    "region",
    "s3_storage_class",
    "sslmode",
    "tls_enabled",
    "topic_name",
    "topic_prefix",
    "with_schema",
];

/// Words in the names of secrets, in lower case. None holds another.
const SECRETS: [&str; 11] = [
    "account_key",
    "access_key",
    "api_key",
    "credential",
    "password",
    "passphrase",
    "passwd",
    "private_key",
    "secret",
    "signature",
    "token",
];

/// For each byte the words of [`SECRETS`], one bit each, whose first or second letter it is, in any case. Two lookups
/// rule nearly every place of a text out.
const LETTERS: [[u16; 256]; 2] = {
    let mut letters = [[0; 256]; 2];
    let mut word = 0;
    while word < SECRETS.len() {
        let mut at = 0;
        while at < letters.len() {
            let letter = SECRETS[word].as_bytes()[at];
            letters[at][letter as usize] |= 1 << word;
            letters[at][letter.to_ascii_uppercase() as usize] |= 1 << word;
            at += 1;
        }
        word += 1;
    }
    letters
};

/// `text` without secrets: no user and password before a host, no value of a parameter unless it is known to be
/// harmless, and no value of an option or parameter whose name says that it is secret.
///
/// Of an address that is cut off the part before the cut is treated the same.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    match addresses(text) {
        Some(out) => Cow::Owned(named(&out).unwrap_or(out)),
        None => named(text).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

/// Where an address points: scheme, host and path, without user, password and parameters. Tells apart what is stored
/// in different places, and holds no secret.
#[must_use]
pub fn location(address: &str) -> String {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let mut out = String::new();
    match address[..end].split_once("://") {
        Some((scheme, rest)) => {
            let (_, host) = user(rest);
            out.push_str(scheme);
            out.push_str("://");
            out.push_str(host.strip_prefix('@').unwrap_or(host));
        }
        None => out.push_str(&address[..end]),
    }
    scrub(&out).into_owned()
}

/// The user and password of an address after its `://`, as far as they go, and the rest.
fn user(rest: &str) -> (&str, &str) {
    let before_parameters = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let host = &rest[..rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())];
    if let Some(at) = host.rfind('@') {
        return rest.split_at(at);
    }
    // A password may hold a slash that nobody encoded; and an address may be cut within it.
    let port = host.split_once(':').map(|(_, port)| port);
    if port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) && !host.starts_with('[')
    {
        return rest.split_at(before_parameters.rfind('@').unwrap_or(host.len()));
    }
    ("", rest)
}

/// `text` without the secrets of its addresses; none if it has no address.
fn addresses(text: &str) -> Option<String> {
    let mut out: Option<String> = None;
    let mut done = 0;
    while let Some(found) = text.get(done..).and_then(|rest| memmem::find(rest.as_bytes(), b"://"))
    {
        let start = done + found + 3;
        let written = out.get_or_insert_with(|| String::with_capacity(text.len()));
        written.push_str(&text[done..start]);
        let rest = &text[start..];
        let address = &rest[..end(&text[..start - 3], rest)];
        let (user, host) = user(address);
        if !user.is_empty() && user != REDACTED {
            written.push_str(REDACTED);
        } else {
            written.push_str(user);
        }
        let (path, parameters) = match host.find(['?', '#']) {
            Some(at) => (&host[..=at], &host[at + 1..]),
            None => (host, ""),
        };
        written.push_str(path);
        for (at, parameter) in parameters.split('&').enumerate() {
            if at > 0 {
                written.push('&');
            }
            written.push_str(&harmless(parameter));
        }
        done = start + address.len();
    }
    let mut out = out?;
    out.push_str(&text[done..]);
    Some(out)
}

/// Where an address ends: at the mark that closes the one before it, else where no address can go on.
fn end(before: &str, rest: &str) -> usize {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let close = match before.trim_end_matches(word).chars().last() {
        Some('\'') => '\'',
        Some('"') => '"',
        Some('`') => '`',
        Some('‹') => '›',
        _ => {
            let stops =
                |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '›' | '<' | '>');
            return rest.find(stops).unwrap_or(rest.len());
        }
    };
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        // A mark that is doubled or has a backslash before it stands for itself.
        if c == '\\' {
            chars.next();
        } else if c == close {
            if chars.peek().is_some_and(|(_, next)| *next == close) {
                chars.next();
            } else {
                return at;
            }
        }
    }
    rest.len()
}

/// A parameter of an address, its value replaced unless it is known to be harmless.
fn harmless(parameter: &str) -> Cow<'_, str> {
    let Some((name, value)) = parameter.split_once('=') else {
        return if parameter.is_empty() { parameter.into() } else { REDACTED.into() };
    };
    let plain = |c: char| c.is_alphanumeric() || " -_.,:+%/=×‹›".contains(c);
    let known = HARMLESS.iter().any(|known| name.eq_ignore_ascii_case(known));
    if value.is_empty() || value == REDACTED || (known && value.chars().all(plain)) {
        parameter.into()
    } else {
        format!("{name}={REDACTED}").into()
    }
}

/// Where the next word of [`SECRETS`] at or after `from` ends.
fn secret(text: &str, from: usize) -> Option<usize> {
    let text = text.as_bytes();
    let [first, second] = &LETTERS;
    let mut rest = text.get(from..)?.array_windows().enumerate();
    rest.find_map(|(after, [a, b])| {
        if first[usize::from(*a)] & second[usize::from(*b)] == 0 {
            return None;
        }
        let at = from + after;
        let is_at = |word: &&&str| {
            text[at..]
                .get(..word.len())
                .is_some_and(|there| there.eq_ignore_ascii_case(word.as_bytes()))
        };
        SECRETS.iter().find(is_at).map(|word| at + word.len())
    })
}

/// `text` without the values of `…secret… = value` and `PASSWORD 'value'`; none if there are none.
fn named(text: &str) -> Option<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '%');
    let hidden = |c: char| matches!(c, '*' | '×' | '‹' | '›');
    let mut out: Option<String> = None;
    let mut done = 0;
    let mut from = 0;
    while let Some(found) = secret(text, from) {
        let rest = &text[found..];
        let name_end = found + rest.find(|c| !word(c)).unwrap_or(rest.len());
        from = name_end;
        let Some((start, stop)) = value(&text[name_end..]) else { continue };
        let (start, stop) = (name_end + start, name_end + stop);
        let old = &text[start..stop];
        from = stop;
        if old.is_empty() || old == REDACTED || old.chars().all(hidden) {
            continue;
        }
        let written = out.get_or_insert_with(|| String::with_capacity(text.len()));
        written.push_str(&text[done..start]);
        written.push_str(REDACTED);
        done = stop;
    }
    let mut out = out?;
    out.push_str(&text[done..]);
    Some(out)
}

/// The value that follows the name of a secret, without its quotes: after `=`, or in quotes after blanks or a colon.
fn value(rest: &str) -> Option<(usize, usize)> {
    let blanks = |at: usize| at + rest[at..].len() - rest[at..].trim_start().len();
    // A key of JSON or an identifier in quotes closes its quote first.
    let mut at = blanks(usize::from(rest.starts_with('"')));
    let assigned = rest[at..].starts_with('=');
    if assigned || rest[at..].starts_with(':') {
        at = blanks(at + 1);
    }
    let open = rest[at..].chars().next()?;
    if matches!(open, '\'' | '"') {
        let start = at + 1;
        return Some((start, start + end(&rest[..start], &rest[start..])));
    }
    if !assigned {
        return None;
    }
    let stops =
        |c: char| c.is_whitespace() || matches!(c, '&' | '\'' | '"' | ',' | ')' | ';' | '›');
    let length = rest[at..].find(stops).unwrap_or(rest[at..].len());
    (length > 0).then_some((at, at + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "BACKUP INTO 's3://bucket/a/b@2024?AUTH=implicit&AWS_REGION=eu-west-1'",
            "RESTORE FROM 'gs://b/x?CREDENTIALS=redacted' AS OF SYSTEM TIME '-10s'",
            "IMPORT INTO a.b.c(id, x) CSV DATA ('nodelocal://1/x.csv', 'http://host:8080/y.csv')",
            "WITH encryption_passphrase = '*****', revision_history",
            "http://[::1]:8080/x and postgres://redacted@host",
            "the token is bad; password: none",
            "https://cockroachlabs.com/docs#anchor",
            "",
            "://",
            "ALTER TABLE t ADD COLUMN token STRING",
        ] {
            let expected = text.replace("docs#anchor", "docs#redacted");
            assert_eq!(scrub(text), expected);
        }
    }

    #[test]
    fn secrets_go_wherever_they_stand() {
        for (text, expected) in [
            (
                "BACKUP INTO 's3://b/x?AWS_ACCESS_KEY_ID=HUSH&AWS_SECRET_ACCESS_KEY=HU%2FSH&AUTH=specified' WITH detached",
                "BACKUP INTO 's3://b/x?AWS_ACCESS_KEY_ID=redacted&AWS_SECRET_ACCESS_KEY=redacted&AUTH=specified' WITH detached",
            ),
            (
                "('gs://b?CREDENTIALS={\"a\": ''HUSH, HUSH''}', 'x')",
                "('gs://b?CREDENTIALS=redacted', 'x')",
            ),
            (
                "azure://c?AZURE%5FACCOUNT%5FKEY=HUSH+HUSH==",
                "azure://c?AZURE%5FACCOUNT%5FKEY=redacted",
            ),
            ("kafka://u:HUSH@h:9092?sasl_user=x", "kafka://redacted@h:9092?sasl_user=redacted"),
            (
                "'postgres://root:HU/SH@h:26257/d?sslmode=x'",
                "'postgres://redacted@h:26257/d?sslmode=x'",
            ),
            ("see s3://key:HUSH", "see s3://redacted"),
            ("https://h/x?HUSH", "https://h/x?redacted"),
            ("https://h/x?auth=HU@SH", "https://h/x?auth=redacted"),
            ("‹s3://b?k=HUSH HUSH›.", "‹s3://b?k=redacted›."),
            (
                "WITH encryption_passphrase = 'HUSH HUSH', detached",
                "WITH encryption_passphrase = 'redacted', detached",
            ),
            ("CREATE USER x WITH PASSWORD 'HUSH'", "CREATE USER x WITH PASSWORD 'redacted'"),
            (
                "relative/x?aws_secret_access_key=HUSH&a=b",
                "relative/x?aws_secret_access_key=redacted&a=b",
            ),
            (
                "{\"private_key\": \"HUSH\\\"HUSH\", \"a\": 1}",
                "{\"private_key\": \"redacted\", \"a\": 1}",
            ),
            ("AWS_SESSION_TOKEN=HUSH", "AWS_SESSION_TOKEN=redacted"),
        ] {
            assert_eq!(scrub(text), expected, "{text}");
        }
    }

    #[test]
    fn a_location_is_scheme_host_and_path() {
        for (address, expected) in [
            ("s3://key:HUSH@b/x/y?AUTH=implicit", "s3://b/x/y"),
            ("nodelocal://1/x", "nodelocal://1/x"),
            ("plain/path?HUSH", "plain/path"),
            ("", ""),
        ] {
            assert_eq!(location(address), expected);
        }
    }

    #[test]
    fn text_that_repeats_itself_costs_no_more_than_other_text() {
        for word in
            ["token ", "secret=", "s3://a:b", "'s3://", "x://?a&", "PASSWORD '", "a://", "token:"]
        {
            let text = word.repeat((1 << 20) / word.len());
            assert!(!scrub(&text).is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_scrubbed_once_and_for_all(text in "[a-z:/?#@&='\"‹›\\\\ é%*]{0,60}") {
            let once = scrub(&text).into_owned();
            prop_assert_eq!(scrub(&once), once.as_str());
        }

        #[test]
        fn a_cut_address_shows_no_part_of_a_secret(
            before in "(BACKUP INTO ')?", secret in "[0-9]{8}", end in 0usize..80,
        ) {
            let text = format!("{before}s3://bucket/p?AWS_SECRET_ACCESS_KEY={secret}&x=y");
            let cut = &text[..end.min(text.len())];
            prop_assert!(!scrub(cut).contains(&secret[..3]), "{}", scrub(cut));
        }
    }
}
