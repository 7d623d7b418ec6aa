//! What an expression of a descriptor or a statement tells: the columns that it names, whether its value changes with every
//! row, and its type. Nothing is evaluated.

use super::shape::{Column, Type};

/// One word or mark of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    /// A name or a keyword, without its quotes.
    Word(&'a str),
    /// A name in double quotes.
    Quoted(&'a str),
    /// A string, with what stands before its quote.
    Text,
    Number,
    /// `::` or `:::`, after which a type follows.
    Cast,
    Symbol(char),
}

/// The parts of an expression; what cannot be read is a symbol.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (part, length) = match first {
            '"' => {
                let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
                (Part::Quoted(rest[1..end].trim_end_matches('"')), end)
            }
            '\'' => (Part::Text, string(rest)),
            ':' if rest.starts_with("::") => {
                (Part::Cast, rest.bytes().take_while(|b| *b == b':').count())
            }
            c if c.is_ascii_digit() => {
                let number = |c: char| c.is_alphanumeric() || c == '.';
                (Part::Number, rest.find(|c| !number(c)).unwrap_or(rest.len()))
            }
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let prefix = matches!(&rest[..end], "b" | "B" | "e" | "E" | "x" | "X");
                if prefix && rest[end..].starts_with('\'') {
                    (Part::Text, end + string(&rest[end..]))
                } else {
                    (Part::Word(&rest[..end]), end)
                }
            }
            c => (Part::Symbol(c), c.len_utf8()),
        };
        parts.push(part);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    parts
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// Bytes of a string in quotes, in which a quote is doubled or has a backslash before it.
fn string(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Words of expressions that are no names unless they are quoted.
const KEYWORDS: [&str; 28] = [
    "all", "and", "any", "array", "as", "between", "case", "collate", "distinct", "else", "end",
    "false", "from", "ilike", "in", "is", "isnull", "like", "not", "notnull", "null", "or",
    "similar", "some", "then", "to", "true", "when",
];

/// Names in an expression that may be columns: those that are no keywords, types of casts or functions. A name without
/// quotes is in lower case where it is printed.
pub(super) fn names(text: &str) -> Vec<&str> {
    let parts = parts(text);
    let mut names = Vec::new();
    let mut of_type = false;
    for (at, part) in parts.iter().enumerate() {
        let next = parts.get(at + 1);
        match part {
            Part::Word(word) if !of_type => {
                let calls = next == Some(&Part::Symbol('('));
                let keyword = KEYWORDS.iter().any(|one| word.eq_ignore_ascii_case(one));
                // What redaction left of a constant.
                let removed = *word == "_";
                if !calls && !keyword && !removed {
                    names.push(*word);
                }
            }
            Part::Quoted(name) if !of_type => names.push(*name),
            _ => {}
        }
        of_type = match part {
            Part::Cast => true,
            // The type is named by its schema too, or by an id.
            Part::Symbol('.' | '@') => of_type,
            Part::Word(_) | Part::Quoted(_) => of_type && next == Some(&Part::Symbol('.')),
            _ => false,
        };
    }
    names
}

/// Whether redaction removed a constant.
pub(super) fn is_redacted(text: &str) -> bool {
    text.contains("‹×›") || parts(text).contains(&Part::Word("_"))
}

/// Functions whose value is another one for each row.
const VOLATILE: [&str; 12] = [
    "clock_timestamp",
    "gen_random_bytes",
    "gen_random_ulid",
    "gen_random_uuid",
    "nextval",
    "random",
    "timeofday",
    "ulid_v4",
    "unique_rowid",
    "unordered_unique_rowid",
    "uuid_generate_v4",
    "uuid_v4",
];

/// Whether an expression calls a function whose value is another one for each row.
pub(super) fn is_volatile(text: &str) -> bool {
    let parts = parts(text);
    parts.windows(2).any(|two| match two {
        [Part::Word(word) | Part::Quoted(word), Part::Symbol('(')] => {
            VOLATILE.iter().any(|one| word.eq_ignore_ascii_case(one))
        }
        _ => false,
    })
}

/// Whether the default of a column has another type than the column. None where the type of either is not known.
pub(super) fn differs_in_type(column: &Column<'_>) -> Option<bool> {
    let text = column.default.trim();
    let parts = parts(text);
    // A cast at the end, beneath no parentheses, gives the type of all before it.
    let mut depth = 0i32;
    let mut cast = None;
    let mut operators = false;
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Symbol('(' | '[') => depth += 1,
            Part::Symbol(')' | ']') => depth -= 1,
            Part::Cast if depth == 0 => cast = Some(at + 1),
            Part::Symbol('+' | '-' | '*' | '/' | '|' | '%' | '<' | '>' | '=' | '&' | '#' | '^')
                if depth == 0 && at > 0 =>
            {
                operators = true;
            }
            _ => {}
        }
    }
    if operators {
        return None;
    }
    if let Some(at) = cast {
        return of_cast(&parts[at..], column.of);
    }
    match parts.first()? {
        Part::Word(word) if parts.len() == 1 && word.eq_ignore_ascii_case("null") => Some(false),
        Part::Word(word) if parts.len() == 1 => {
            let bool = ["true", "false"].iter().any(|one| word.eq_ignore_ascii_case(one));
            bool.then_some(column.of.family != BOOL)
        }
        Part::Word(word) if parts.get(1) == Some(&Part::Symbol('(')) => {
            let (_, family) = RESULTS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name))?;
            Some(column.of.family != *family)
        }
        _ => None,
    }
}

/// The family of bool; the others are beside their names.
const BOOL: u32 = 0;

/// What functions return that are often defaults.
const RESULTS: [(&str, u32); 8] = [
    ("unique_rowid", 1),
    ("unordered_unique_rowid", 1),
    ("nextval", 1),
    ("random", 2),
    ("gen_random_uuid", 14),
    ("uuid_generate_v4", 14),
    ("uuid_v4", 8),
    ("gen_random_ulid", 14),
];

/// Types by the names that CockroachDB prints, with their families. Names that are not here tell nothing.
const TYPES: [(&str, u32); 32] = [
    ("BOOL", 0),
    ("INT", 1),
    ("INT2", 1),
    ("INT4", 1),
    ("INT8", 1),
    ("FLOAT", 2),
    ("FLOAT4", 2),
    ("FLOAT8", 2),
    ("DECIMAL", 3),
    ("DATE", 4),
    ("TIMESTAMP", 5),
    ("INTERVAL", 6),
    ("STRING", 7),
    ("VARCHAR", 7),
    ("CHAR", 7),
    ("TEXT", 7),
    ("NAME", 7),
    ("BPCHAR", 7),
    ("BYTES", 8),
    ("TIMESTAMPTZ", 9),
    ("OID", 12),
    ("REGCLASS", 12),
    ("UUID", 14),
    ("INET", 16),
    ("TIME", 17),
    ("JSON", 18),
    ("JSONB", 18),
    ("TIMETZ", 19),
    ("BIT", 21),
    ("VARBIT", 21),
    ("GEOMETRY", 22),
    ("GEOGRAPHY", 23),
];

/// The family of arrays.
const ARRAY: u32 = 15;

/// Whether the type that follows a cast is another one than that of a column.
fn of_cast(parts: &[Part<'_>], of: Type) -> Option<bool> {
    // A type that people made, by its id.
    if let [Part::Symbol('@'), ..] = parts {
        return None;
    }
    let Some(Part::Word(word)) = parts.first() else { return None };
    let array = parts.windows(2).any(|two| two == [Part::Symbol('['), Part::Symbol(']')]);
    if array {
        return Some(of.family != ARRAY);
    }
    if parts.get(1) == Some(&Part::Symbol('.')) {
        return None;
    }
    let (_, family) = TYPES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name))?;
    // A string with a collation is of a family of its own.
    let collated =
        parts.iter().any(|part| matches!(part, Part::Word(w) if w.eq_ignore_ascii_case("collate")));
    let family = if collated { 10 } else { *family };
    Some(of.family != family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_name_their_columns() {
        for (text, expected) in [
            ("status IN ('a':::STRING, 'b':::STRING)", &["status"][..]),
            ("(x > 0:::INT8) AND (\"Odd Name\" IS NOT NULL)", &["x", "Odd Name"]),
            ("kind = b'\\x80':::@100106", &["kind"]),
            ("lower(name) = 'it''s x':::STRING", &["name"]),
            ("region = 'a':::db.public.kind AND y", &["region", "y"]),
            ("i = _:::INT8", &["i"]),
            ("", &[]),
            ("'", &[]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn expressions_that_change_with_every_row_are_known() {
        for text in ["gen_random_uuid()", "random()", "nextval('s'::REGCLASS)", "a(unique_rowid())"]
        {
            assert!(is_volatile(text), "{text}");
        }
        for text in ["now():::TIMESTAMP", "'random()':::STRING", "random", "1:::INT8"] {
            assert!(!is_volatile(text), "{text}");
        }
        assert!(is_redacted("i = _:::INT8") && !is_redacted("a_b = '_':::STRING"));
    }

    #[test]
    fn defaults_are_held_against_the_type_of_their_column() {
        let check = |family, text: &str| {
            let of = Type { family, ..Type::default() };
            differs_in_type(&Column { default: text.into(), of, ..Column::default() })
        };
        for (family, text, expected) in [
            (5, "now():::TIMESTAMP", Some(false)),
            (9, "now():::TIMESTAMP", Some(true)),
            (7, "'a':::STRING", Some(false)),
            (7, "1:::INT8", Some(true)),
            (1, "unique_rowid()", Some(false)),
            (14, "gen_random_uuid()", Some(false)),
            (8, "gen_random_uuid()", Some(true)),
            (0, "false", Some(false)),
            (1, "true", Some(true)),
            (1, "NULL", Some(false)),
            (10, "'a':::STRING COLLATE en", Some(false)),
            (15, "ARRAY[]:::INT8[]", Some(false)),
            (1, "ARRAY[1:::INT8]:::INT8[]", Some(true)),
            (3, "1.5:::DECIMAL", Some(false)),
            (3, "-1.5:::DECIMAL", Some(false)),
            (24, "b'\\x80':::@100106", None),
            (1, "my_function()", None),
            (7, "'a':::STRING || random()::STRING", None),
            (5, "_:::TIMESTAMP", Some(false)),
        ] {
            assert_eq!(check(family, text), expected, "{family} {text}");
        }
    }
}
