//! Addresses of backups, and the subdirectories of their collections.

use std::borrow::Cow;

use super::lex::is_removed;
use super::sql::{Read, unmarked};
use super::{Address, Subdirectory, Unparsed};
use crate::model::Time;
use crate::parse::scrub::location;
use crate::parse::time;

impl Address {
    /// Of an address as a statement has it. What was removed of its parameters does not matter.
    pub(super) fn read(text: &str) -> Read<Self> {
        let place = unmarked(Cow::Owned(location(text)))?;
        let place = place.trim();
        // A subdirectory has none: where a text is cut off behind one, it must not pass for an address.
        let Some((scheme, path)) = place.split_once("://") else {
            return Err(Unparsed::Unknown("an address in it has no scheme".to_owned()));
        };
        if path.split('/').any(is_removed) {
            return Err(Unparsed::Redacted);
        }
        Ok(Self(format!("{scheme}://{}", path.trim_end_matches('/'))))
    }

    /// The default one of several by locality. Before 20.1 parameters were not printed; then it is the first when
    /// sorted, so that the same set gives the same address.
    pub(super) fn default_of(all: &[Cow<'_, str>]) -> Read<Self> {
        if let Some(default) = all.iter().find(|text| is_default(text)) {
            return Self::read(default);
        }
        let places: Vec<Self> = all.iter().map(|text| Self::read(text)).collect::<Read<_>>()?;
        let first = places.into_iter().min();
        first.ok_or_else(|| Unparsed::Unknown("a list of addresses in it is empty".to_owned()))
    }

    /// Collection and subdirectory, where the address ends with one that is dated
    /// (`docs/cockroachdb/backups.md#restore-statements`).
    #[must_use]
    pub fn split_dated(&self) -> Option<(Self, String)> {
        let start = self.0.len().checked_sub(DATED.len())?;
        let (collection, subdirectory) = self.0.split_at_checked(start)?;
        let collection = collection.strip_suffix('/')?.trim_end_matches('/');
        // The slashes after a scheme are no path.
        let is_place = !collection.is_empty() && !collection.ends_with(':');
        (is_place && dated(subdirectory).is_some())
            .then(|| (Self(collection.to_owned()), subdirectory.to_owned()))
    }
}

impl Subdirectory {
    /// The `AS OF` of its full backup, cut to 10 ms, if its name tells.
    #[must_use]
    pub fn dated(&self) -> Option<Time> {
        match self {
            Self::Latest => None,
            Self::Named(name) => dated(name),
        }
    }
}

/// The form of a subdirectory whose name CockroachDB chose.
const DATED: &str = "YYYY/MM/DD-hhmmss.cc";

/// The `AS OF` of the full backup in a subdirectory that CockroachDB named after it, cut to 10 ms
/// (`docs/cockroachdb/backups.md#dated-subdirectories`). A slash may stand before it.
#[must_use]
pub fn dated(path: &str) -> Option<Time> {
    let path = path.strip_prefix('/').unwrap_or(path).as_bytes();
    let fits = path.len() == DATED.len()
        && path.iter().zip(DATED.bytes()).all(|(byte, form)| {
            if form.is_ascii_alphabetic() { byte.is_ascii_digit() } else { *byte == form }
        });
    if !fits {
        return None;
    }
    let text = std::str::from_utf8(path).ok()?;
    let part = |from: usize, to: usize| text.get(from..to);
    time::cell(&format!(
        "{}-{}-{} {}:{}:{}",
        part(0, 4)?,
        part(5, 7)?,
        part(8, 10)?,
        part(11, 13)?,
        part(13, 15)?,
        part(15, 20)?
    ))
}

/// Whether an address is the one for every locality that has none of its own.
fn is_default(address: &str) -> bool {
    let address = address.replace(['‹', '›'], "");
    let Some((_, parameters)) = address.split_once('?') else { return false };
    parameters.split('&').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        name.eq_ignore_ascii_case("COCKROACH_LOCALITY") && decoded(value) == b"default"
    })
}

/// The bytes of a parameter's value.
fn decoded(value: &str) -> Vec<u8> {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = value.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match code.filter(|_| *byte == b'%') {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<Time> {
        Some(Time::parse_rfc3339(text).unwrap())
    }

    #[test]
    fn a_dated_subdirectory_is_the_time_of_its_full_backup() {
        for path in ["/2021/11/06-041530.27", "2021/11/06-041530.27"] {
            assert_eq!(dated(path), time("2021-11-06T04:15:30.27Z"), "{path}");
        }
        for path in [
            "",
            "weekly",
            "2021/11/06",
            "2021/13/06-041530.27",
            "2021/11/06-251530.27",
            "2021/11/06-041530.2",
            "2021/11/06-041530.27/",
            "2021/11/06-041530,27",
            "é021/11/06-041530.2",
        ] {
            assert_eq!(dated(path), None, "{path}");
        }
        assert_eq!(Subdirectory::Latest.dated(), None);
    }

    #[test]
    fn an_address_is_split_where_its_date_begins() {
        let split = |text: &str| Address(text.to_owned()).split_dated();
        assert_eq!(
            split("gs://box/a/2021/11/06-041530.27"),
            Some((Address("gs://box/a".to_owned()), "2021/11/06-041530.27".to_owned()))
        );
        assert_eq!(
            split("gs://box//2021/11/06-041530.27").map(|(place, _)| place.0),
            Some("gs://box".to_owned())
        );
        for text in [
            "gs://box/a",
            "gs://box/a/2021/11/06-041530.27/x",
            "gs://2021/11/06-041530.27",
            "2021/11/06-041530.27",
            "gs://box/a2021/11/06-041530.27",
            "gs://box/é/021/11/06-041530.27",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_where_it_points() {
        let read = |text: &str| Address::read(text).map(|address| address.0);
        for (text, expected) in [
            ("s3://key:HUSH@box/a/?AUTH=specified", "s3://box/a"),
            ("nodelocal://1/", "nodelocal://1"),
            ("nodelocal:///", "nodelocal://"),
            ("‹s3://box/a?x=‹×››", "s3://box/a"),
            ("s3://box/‹a›/b?‹×›", "s3://box/a/b"),
        ] {
            assert_eq!(read(text), Ok(expected.to_owned()), "{text}");
        }
        for text in
            ["‹×›", "s3://‹×›/a", "redacted", "<redacted>", "_", "s3://redacted/a", "s3://box/_"]
        {
            assert_eq!(read(text), Err(Unparsed::Redacted), "{text}");
        }
        for text in ["", "?AUTH=implicit", "/2021/11/06-041530.27", "box?a=s3://x"] {
            assert!(matches!(read(text), Err(Unparsed::Unknown(_))), "{text}");
        }
    }

    #[test]
    fn of_several_addresses_the_default_counts_else_the_first_when_sorted() {
        let of = |all: &[&str]| {
            let all: Vec<_> = all.iter().map(|text| Cow::Borrowed(*text)).collect();
            Address::default_of(&all).unwrap().0
        };
        for default in ["default", "%64efault", "defaul%74"] {
            assert_eq!(
                of(&[
                    "s3://a?COCKROACH_LOCALITY=region%3Deu",
                    &format!("s3://b?AUTH=x&COCKROACH_LOCALITY={default}"),
                ]),
                "s3://b"
            );
        }
        assert_eq!(of(&["s3://c", "s3://a/", "s3://b"]), "s3://a");
        assert_eq!(of(&["s3://c?COCKROACH_LOCALITY=region%3Ddefault", "s3://b?x=%%4"]), "s3://b");
    }
}
