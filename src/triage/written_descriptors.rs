//! Descriptors written as text, to rows of `system.descriptor`, so that cases of rules about the schema can be read.

/// A message of a descriptor: its fields by name, with their numbers and what they hold
/// (`docs/cockroachdb/tables.md#descriptor-fields`).
struct Message(&'static [(&'static str, u8, Option<&'static Message>)]);

const ENVELOPE: Message = Message(&[
    ("table", 1, Some(&TABLE)),
    ("database", 2, Some(&DATABASE)),
    ("type", 3, Some(&TYPE)),
    ("schema", 4, Some(&SCHEMA)),
    ("function", 5, Some(&FUNCTION)),
]);
const TABLE: Message = Message(&[
    ("name", 1, None),
    ("id", 3, None),
    ("parent", 4, None),
    ("column", 8, Some(&COLUMN)),
    ("primary", 10, Some(&INDEX)),
    ("index", 11, Some(&INDEX)),
    ("mutation", 14, Some(&MUTATION)),
    ("state", 19, None),
    ("family", 22, Some(&FAMILY)),
    ("view", 24, None),
    ("by", 26, Some(&BY)),
    ("sequence", 28, Some(&EMPTY)),
    ("replaces", 30, Some(&REPLACES)),
    ("drop_job", 32, None),
    ("gc", 33, Some(&DELETION)),
    ("outbound", 36, Some(&EMPTY)),
    ("inbound", 37, Some(&EMPTY)),
    ("schema", 40, None),
    ("materialized", 41, None),
    ("locality", 42, Some(&LOCALITY)),
    ("partition_all", 44, None),
    ("ttl", 47, Some(&EMPTY)),
]);
const COLUMN: Message = Message(&[
    ("name", 1, None),
    ("id", 2, None),
    ("type", 3, Some(&OF_VALUES)),
    ("nullable", 4, None),
    ("default", 5, None),
    ("virtual", 16, None),
]);
const OF_VALUES: Message =
    Message(&[("family", 1, None), ("part", 8, Some(&OF_PART)), ("oid", 10, None)]);
const OF_PART: Message = Message(&[("family", 1, None)]);
const INDEX: Message = Message(&[
    ("name", 1, None),
    ("id", 2, None),
    ("unique", 3, None),
    ("key", 6, None),
    ("suffix", 7, None),
    ("direction", 8, None),
    ("store", 14, None),
    ("partitioning", 15, Some(&PARTITIONING)),
    ("kind", 16, None),
    ("version", 18, None),
    ("encoding", 19, None),
    ("predicate", 23, None),
    ("temporary", 24, None),
    ("created", 25, None),
]);
const PARTITIONING: Message =
    Message(&[("columns", 1, None), ("list", 2, Some(&LIST)), ("implicit", 4, None)]);
const LIST: Message = Message(&[("name", 1, None), ("value", 2, None)]);
const MUTATION: Message = Message(&[
    ("column", 1, Some(&COLUMN)),
    ("index", 2, Some(&INDEX)),
    ("state", 3, None),
    ("direction", 4, None),
]);
const FAMILY: Message = Message(&[("name", 1, None), ("id", 2, None), ("column", 4, None)]);
const BY: Message = Message(&[("id", 1, None), ("column", 3, None), ("by_id", 4, None)]);
const REPLACES: Message = Message(&[("id", 1, None)]);
const DELETION: Message = Message(&[("index", 1, None), ("time", 2, None), ("job", 3, None)]);
const LOCALITY: Message =
    Message(&[("global", 1, Some(&EMPTY)), ("table", 2, Some(&EMPTY)), ("row", 3, Some(&EMPTY))]);
const DATABASE: Message =
    Message(&[("name", 1, None), ("id", 2, None), ("regions", 10, Some(&REGIONS))]);
const REGIONS: Message = Message(&[("enum", 4, None)]);
const TYPE: Message = Message(&[
    ("parent", 1, None),
    ("name", 3, None),
    ("id", 4, None),
    ("kind", 5, None),
    ("ref", 12, None),
]);
const SCHEMA: Message = Message(&[("parent", 1, None), ("name", 2, None), ("id", 3, None)]);
const FUNCTION: Message = Message(&[
    ("name", 1, None),
    ("id", 2, None),
    ("parent", 3, None),
    ("schema", 4, None),
    ("param", 5, Some(&PARAMETER)),
    ("returns", 6, Some(&RETURNS)),
    ("by", 15, Some(&BY)),
    ("state", 16, None),
]);
const PARAMETER: Message = Message(&[("type", 3, Some(&OF_VALUES))]);
const RETURNS: Message = Message(&[("type", 1, Some(&OF_VALUES))]);
const EMPTY: Message = Message(&[]);

/// The row of a descriptor that is written as `104 table{name:"t" id:104 column{name:"a" id:1} …}`: its id, and its bytes
/// as a debug zip has them. A field is named once for each of its values; several numbers may stand in brackets. None for
/// other words.
#[must_use]
pub(super) fn row(text: &str) -> Option<String> {
    let (id, text) = text.trim().split_once(' ')?;
    let mut rest = text;
    let bytes = message(&mut rest, &ENVELOPE)?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    rest.is_empty().then(|| format!("{id}\t\\x{hex}\n"))
}

/// The fields up to a closing brace, or the end.
fn message(rest: &mut &str, of: &Message) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        *rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('}') {
            return Some(bytes);
        }
        let end = rest.find([':', '{'])?;
        let name = rest[..end].trim();
        let (_, number, inner) = of.0.iter().find(|(known, ..)| *known == name)?;
        let nested = rest[end..].starts_with('{');
        *rest = rest[end + 1..].trim_start();
        if nested {
            let body = message(rest, inner.as_ref()?)?;
            *rest = rest.strip_prefix('}')?;
            put_bytes(&mut bytes, *number, &body);
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            put_bytes(&mut bytes, *number, text(&quoted[..end]).as_bytes());
            *rest = &quoted[end + 1..];
        } else if let Some(list) = rest.strip_prefix('[') {
            let end = list.find(']')?;
            for one in list[..end].split(',') {
                put_number(&mut bytes, *number, one.trim().parse().ok()?);
            }
            *rest = &list[end + 1..];
        } else {
            let end = rest.find([' ', '}']).unwrap_or(rest.len());
            put_number(&mut bytes, *number, rest[..end].parse().ok()?);
            *rest = &rest[end..];
        }
    }
}

/// A text, in which `\0` and `\2` are bytes of these numbers.
fn text(quoted: &str) -> String {
    quoted.replace("\\0", "\0").replace("\\2", "\u{2}")
}

fn put_bytes(out: &mut Vec<u8>, number: u8, body: &[u8]) {
    varint(out, u64::from(number) << 3 | 2);
    varint(out, body.len() as u64);
    out.extend_from_slice(body);
}

fn put_number(out: &mut Vec<u8>, number: u8, value: u64) {
    varint(out, u64::from(number) << 3);
    varint(out, value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
