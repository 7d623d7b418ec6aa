//! The list of context tags in a text header: `T3,Vdemoapp,n1,job=106,client=[::1]:3458`.

use std::borrow::Cow;

use crate::model::{Tag, unmarked};

/// What a list of tags says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The tags in order, duplicates kept, without the tenant's.
    pub list: Vec<Tag>,
    /// `T3`: numeric id of the tenant.
    pub tenant_id: Option<u64>,
    /// `Vdemoapp`, recognised only right after `T`: name of the virtual cluster.
    pub tenant_name: Option<String>,
}

impl Tags {
    /// Adds a tag; the tenant's id and name go to their own fields.
    pub fn push(&mut self, tag: Tag) {
        let first = self.list.is_empty();
        match tag.key.as_str() {
            "T" if first && self.tenant_id.is_none() => {
                let id = unmarked(&tag.value);
                if is_number(&id) {
                    self.tenant_id = Some(super::number(id.as_bytes()));
                    return;
                }
            }
            "V" if first && self.tenant_id.is_some() && self.tenant_name.is_none() => {
                self.tenant_name = Some(unmarked(&tag.value).into_owned());
                return;
            }
            _ => {}
        }
        self.list.push(tag);
    }
}

/// Reads the text between the brackets of a header. `-` is the empty list.
///
/// A comma inside `‹…›` or `{…}` does not separate; where these are not balanced, every comma does. Keys of one
/// letter are glued to their value (`n1`, `n?`, `s‹1›`, `r161/2:/Table/84`, the flow `fee22d333`), longer ones
/// take `=`, and the rest has no value (`docs/cockroachdb/log-formats.md#tag-syntax`).
#[must_use]
pub fn parse(list: &[u8]) -> Tags {
    let text = String::from_utf8_lossy(list);
    let mut tags = Tags::default();
    if text == "-" {
        return tags;
    }
    for (index, token) in split(&text).into_iter().enumerate() {
        let token = token.trim_ascii_start();
        if token.is_empty() {
            continue;
        }
        let name_follows_tenant = index == 1 && tags.tenant_id.is_some();
        tags.push(tag(token, name_follows_tenant));
    }
    tags
}

/// The node of a tag list: the first tag `n` with a number. The same as [`parse`] and then
/// [`crate::model::Entry::node`], without building the list.
#[must_use]
pub fn node(list: &[u8]) -> Option<u32> {
    // Only the first tag `n` counts, so a cheap look for `n<digit>` must not overtake `n?`.
    for token in list.split(|b| *b == b',') {
        match token.trim_ascii_start() {
            [b'n', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                return u32::try_from(super::number(digits)).ok();
            }
            // Anything else that could be a tag `n`, or that could hide a comma: take the long way.
            [b'n', b'?' | b'=' | 0xE2 | b'0'..=b'9', ..] => return slow_node(list),
            token if token.contains(&0xE2) || token.contains(&b'{') => return slow_node(list),
            _ => {}
        }
    }
    None
}

/// The start of a list up to its first tag `n<digits>`, if nothing before that can hide a comma. Another list with the same
/// start, and a comma or nothing behind it, names the same node and the same virtual cluster.
#[must_use]
pub fn start(list: &[u8]) -> Option<&[u8]> {
    let mut end = 0;
    for token in list.split(|b| *b == b',') {
        end += token.len();
        match token {
            [b'n', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                return list.get(..end);
            }
            token if !is_word(token) || token.starts_with(b"n") => return None,
            _ => end += 1,
        }
    }
    None
}

fn slow_node(list: &[u8]) -> Option<u32> {
    let tags = parse(list);
    let tag = tags.list.iter().find(|tag| tag.key == "n")?;
    unmarked(&tag.value).parse().ok()
}

/// The virtual cluster's name of a tag list. The same as [`parse`], without building the list.
#[must_use]
pub fn tenant_name(list: &[u8]) -> Option<Cow<'_, str>> {
    let [b'T', rest @ ..] = list else { return None };
    let simple = match &rest[super::leading_digits(rest)..] {
        [b',', b'V', name @ ..] => name.split(|b| *b == b',').next(),
        _ => None,
    };
    match simple {
        Some(name) if rest[0] != b',' && is_word(name) => {
            std::str::from_utf8(name).ok().map(Cow::Borrowed)
        }
        // Markers, spaces and braces: take the long way.
        _ if list.contains(&b'V') => parse(list).tenant_name.map(Cow::Owned),
        _ => None,
    }
}

/// The number of the virtual cluster that a tag list names. The same as [`parse`], without building the list.
#[must_use]
pub fn tenant_number(list: &[u8]) -> Option<u64> {
    let [b'T', rest @ ..] = list else { return None };
    match rest.get(super::leading_digits(rest)) {
        None | Some(b',') if !matches!(rest, [] | [b',', ..]) => {
            Some(super::number(&rest[..super::leading_digits(rest)]))
        }
        _ => parse(list).tenant_id,
    }
}

/// Whether the list is that of a SQL pod, a process that serves one virtual cluster and is no node: its tag `n` holds the
/// number of a SQL instance, `nsql1`.
#[must_use]
pub fn is_sql_pod(list: &[u8]) -> bool {
    const INSTANCE: &str = "nsql";
    let instance = |tag: &Tag| {
        let id = tag.key.strip_prefix(INSTANCE);
        id.is_some_and(|id| id == "?" || is_number(id))
    };
    memchr::memmem::find(list, INSTANCE.as_bytes()).is_some()
        && parse(list).list.iter().any(instance)
}

/// Whether the list marks an entry of a file's preamble: `config`, or `T1,config` once a debug zip printed it
/// again (`docs/cockroachdb/log-formats.md#tags-of-file-headers`).
#[must_use]
pub fn is_preamble(list: &[u8]) -> bool {
    match list {
        b"config" => true,
        [b'T', rest @ .., b',', b'c', b'o', b'n', b'f', b'i', b'g'] => {
            let name = &rest[super::leading_digits(rest)..];
            name.is_empty() || (name.starts_with(b",V") && !name[1..].contains(&b','))
        }
        _ => false,
    }
}

fn is_word(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|b| b.is_ascii_graphic() && *b != b'{')
}

fn split(text: &str) -> Vec<&str> {
    if !text.contains(['‹', '{']) {
        return text.split(',').collect();
    }
    let (mut marked, mut depth, mut start) = (false, 0usize, 0);
    let mut tokens = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '‹' => marked = true,
            '›' => marked = false,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if !marked && depth == 0 => {
                tokens.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if marked || depth > 0 {
        return text.split(',').collect();
    }
    tokens.push(&text[start..]);
    tokens
}

fn tag(token: &str, name_follows_tenant: bool) -> Tag {
    let make = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    if let Some((key, value)) = token.split_once('=')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && (key.len() == 1 || !glued(key))
    {
        return make(key, value);
    }
    let flow = token.len() == 9
        && token.starts_with('f')
        && token.bytes().skip(1).all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if glued(token) || flow || (name_follows_tenant && token.starts_with('V') && token.len() > 1) {
        let (key, value) = token.split_at(1);
        return make(key, value);
    }
    make(token, "")
}

/// Whether a token is a letter with a value that cannot be the rest of a word.
fn glued(token: &str) -> bool {
    let mut chars = token.chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    letter
        && chars
            .next()
            .is_some_and(|c| c.is_ascii_digit() || matches!(c, '?' | '‹' | '{' | '/' | '×'))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sql_pod_is_known_by_its_instance() {
        for list in ["T10,Vapp,nsql1", "T10,nsql12,client=1", "nsql?"] {
            assert!(is_sql_pod(list.as_bytes()), "{list}");
        }
        for list in ["T10,Vapp,n1", "n1,nsqlx", "nsql", "", "client=nsql1"] {
            assert!(!is_sql_pod(list.as_bytes()), "{list}");
        }
        let numbers = ["T10,n1", "T3", "T,n1", "T3x", "n1,T3", "T‹3›,n1"];
        let expected = [Some(10), Some(3), None, None, None, Some(3)];
        assert_eq!(numbers.map(|list| tenant_number(list.as_bytes())), expected);
    }

    fn show(list: &str) -> String {
        let tags = parse(list.as_bytes());
        let mut parts: Vec<String> =
            tags.list.iter().map(|t| format!("{}={}", t.key, t.value)).collect();
        if let Some(id) = tags.tenant_id {
            parts.push(format!("tenant {id} {}", tags.tenant_name.unwrap_or_default()));
        }
        parts.join(" | ")
    }

    #[test]
    fn every_spelling() {
        for (list, expected) in [
            ("-", ""),
            ("config", "config="),
            ("T1,config", "config= | tenant 1 "),
            ("T3,Vdemoapp,n1,job=7", "n=1 | job=7 | tenant 3 demoapp"),
            ("Vabc", "Vabc="),
            ("T4,demo,n1", "demo= | n=1 | tenant 4 "),
            ("n?", "n=?"),
            ("n1,n1", "n=1 | n=1"),
            ("noval,s‹1›,long=‹2›", "noval= | s=‹1› | long=‹2›"),
            ("client=[::1]:34588,hostssl,user=‹a,b›", "client=[::1]:34588 | hostssl= | user=‹a,b›"),
            ("n1,fee22d333,distsql.gateway=6", "n=1 | f=ee22d333 | distsql.gateway=6"),
            (
                "n1,s2,r161/2:/Table/84/{1/5,7-2},raft",
                "n=1 | s=2 | r=161/2:/Table/84/{1/5,7-2} | raft=",
            ),
            ("client=127.0.0.1:1, user=root, n1", "client=127.0.0.1:1 | user=root | n=1"),
            ("job=SCHEMA CHANGE id=12,scExec,id=229", "job=SCHEMA CHANGE id=12 | scExec= | id=229"),
            ("r1/1:/a=b", "r=1/1:/a=b"),
            ("user=‹broken,n1", "user=‹broken | n=1"),
            ("kafka-producer", "kafka-producer="),
        ] {
            assert_eq!(show(list), expected, "{list}");
        }
    }

    #[test]
    fn the_short_way_to_the_node_agrees_with_the_long_one() {
        for list in [
            "n1",
            "n?",
            "n?,n2",
            "n‹3›",
            "T1,Vsystem,n9,fee22d333",
            "user=‹a,n5›,n6",
            "r1/{a,n5},n7",
            "nosuch",
            "n",
            "n12x,n4",
            "",
            "-",
            "raft,n99999999999,n1",
            " n8",
            "client=1, n3",
            "n=4,n5",
        ] {
            assert_eq!(node(list.as_bytes()), slow_node(list.as_bytes()), "{list}");
        }
    }

    #[test]
    fn what_follows_the_start_of_a_list_changes_neither_node_nor_tenant() {
        let starts =
            ["n1", "T1,Vsystem,n9", "T3,n2", "T12,Va:b,n4", "raft,s2,n3", "Vx,T1,n5", "T,V,n6"];
        let ends =
            ["", ",n7", ",Vother", ",T4,Vx", ",user=‹a,n8", ",r1/{a,n8}", ",", ",  n8", ",n?"];
        for start in starts {
            for end in ends {
                let list = format!("{start}{end}");
                let list = list.as_bytes();
                assert_eq!(super::start(list), Some(start.as_bytes()));
                assert_eq!(slow_node(list), node(start.as_bytes()), "{start}{end}");
                let tenant = tenant_name(start.as_bytes()).map(Cow::into_owned);
                assert_eq!(parse(list).tenant_name, tenant, "{start}{end}");
            }
        }
        for list in
            ["", "-", "n?", "n?,n1", "n=4,n5", " n1", "user=‹a,n5›,n6", "r1/{a,n5},n7", "raft"]
        {
            assert_eq!(super::start(list.as_bytes()), None, "{list}");
        }
    }

    #[test]
    fn the_short_way_to_the_tenant_agrees_with_the_long_one() {
        for list in [
            "T1,Vsystem,n1",
            "T3,Vdemo",
            "T1,n1,Vx",
            "T1",
            "T,Vx",
            "Vx,T1",
            "T‹1›,V‹a,b›",
            "T1, Vx",
            "T1,V,n1",
            "T1,Vé,n1",
            "T12,Va{b,c},n1",
            "Txy,Vz",
            "",
        ] {
            let short = tenant_name(list.as_bytes()).map(Cow::into_owned);
            assert_eq!(short, parse(list.as_bytes()).tenant_name, "{list}");
        }
    }

    #[test]
    fn preambles_are_told_by_their_tag_alone() {
        for list in ["config", "T1,config", "T2,Vapp,config"] {
            assert!(is_preamble(list.as_bytes()), "{list}");
        }
        for list in
            ["n1,config", "reconfig", "T1,n1,config", "T1,Va,n1,config", "config,n1", "-", ""]
        {
            assert!(!is_preamble(list.as_bytes()), "{list}");
        }
    }
}
