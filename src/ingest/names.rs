//! Names of archive members to paths.

use std::borrow::Cow;

use super::place::SEPARATOR;

/// The path that a member's stored name means: `/` between folders whatever the packer used, and nothing before the
/// first of them. Nothing is ever written to a disk, so `..` stays as it is, to be seen.
pub(super) fn member_path(prefix: &str, name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let mut name: Cow<'_, str> =
        if name.contains('\\') { Cow::Owned(name.replace('\\', "/")) } else { name };
    if name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic() {
        name = Cow::Owned(name[2..].to_owned());
    }
    let mut rest = &name[..];
    while let Some(shorter) = rest.strip_prefix('/').or_else(|| rest.strip_prefix("./")) {
        rest = shorter;
    }
    format!("{prefix}{rest}")
}

/// What stands before the paths of an archive's members.
pub(super) fn inside(path: &str) -> String {
    format!("{path}{SEPARATOR}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_with_its_first_folder() {
        for (name, path) in [
            ("debug/a.log", "debug/a.log"),
            ("debug\\nodes\\1\\a.log", "debug/nodes/1/a.log"),
            ("C:\\Users\\x\\a.log", "Users/x/a.log"),
            ("/var/log/a.log", "var/log/a.log"),
            ("././a.log", "a.log"),
            ("../../etc/a.log", "../../etc/a.log"),
            ("", ""),
        ] {
            assert_eq!(member_path("", name.as_bytes()), path);
        }
        assert_eq!(member_path(&inside("x.tgz"), b"a\xff.log"), "x.tgz » a\u{fffd}.log");
    }
}
