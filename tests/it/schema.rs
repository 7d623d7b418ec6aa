//! What is of note in the schema: every form of the table of descriptors, each fact, and what is missing.
//!
//! The samples of CockroachDB's own tests are not part of the repository. In a clone without them the test says that it is
//! skipped.

use std::fmt::Write as _;
use std::path::Path;

use crdb_triage::ingest::native::block_on;
use crdb_triage::ingest::{Input, Limits, MemorySource};
use crdb_triage::model::{Cluster, Tenancy, Tenant};
use crdb_triage::parse::schema::{Known, SchemaRow, SchemaRows, SchemaTable};
use crdb_triage::rules::RuleSet;
use crdb_triage::triage::{Engine, Outcome};
use proptest::prelude::*;

use crate::support::bundle::{self, File};

fn read(text: &[u8], slice: usize) -> (SchemaRows, Vec<String>) {
    let mut table = SchemaTable::new("system.descriptor.txt");
    text.chunks(slice).for_each(|piece| table.feed(piece));
    let (rows, unread) = table.finish();
    (rows, unread.into_iter().map(|one| one.detail).collect())
}

/// A row in one line: its name and what is so; what is not known has a question mark.
fn line(row: &SchemaRow) -> String {
    let mut out = row.name.clone();
    for fact in row.facts.each() {
        let mark = if row.facts.get(fact) == Known::Unknown { "?" } else { "" };
        write!(out, " {}{mark}", fact.name()).unwrap();
        if let Some((_, detail)) = row.details.iter().find(|(of, _)| *of == fact) {
            write!(out, "({detail})").unwrap();
        }
    }
    out
}

fn lines(rows: &SchemaRows) -> Vec<String> {
    rows.rows.iter().map(line).collect()
}

/// The table with these descriptors, after a database `demo` with id 100.
fn table(descriptors: &str) -> Vec<u8> {
    let text = format!(
        "//- debug/system.descriptor.txt\nid\tdescriptor\n@descriptor 100 database{{name:\"demo\" id:100}}\n{descriptors}"
    );
    bundle::parse(&text).remove(0).text
}

/// What is of note about these descriptors, in one piece and in small ones.
fn noted(descriptors: &str) -> Vec<String> {
    let text = table(descriptors);
    assert!(
        !String::from_utf8_lossy(&text).contains("@descriptor"),
        "not understood: {descriptors}"
    );
    let (rows, problems) = read(&text, 1 << 20);
    assert_eq!(problems, Vec::<String>::new(), "{descriptors}");
    assert_eq!(read(&text, 7).0, rows);
    lines(&rows)
}

/// A column of one of two types.
fn column(id: u32, name: &str, rest: &str) -> String {
    format!("column{{name:\"{name}\" id:{id} type{{family:1 oid:20}} {rest}}} ")
}

/// A table with columns a to d of which a is the key, and the rest of it.
fn orders(rest: &str) -> String {
    let columns: String =
        (1..).zip(["a", "b", "c", "d"]).map(|(id, name)| column(id, name, "")).collect();
    format!(
        "@descriptor 104 table{{name:\"orders\" id:104 parent:100 {columns}{} {rest}}}\n",
        "primary{name:\"pk\" id:1 key:1 store:[2,3,4] version:4 encoding:1 unique:1}"
    )
}

#[test]
fn a_table_without_anything_of_note_is_not_kept() {
    let family = "family{name:\"primary\" id:0 column:[1,2,3,4]}";
    assert_eq!(noted(&orders(family)), [""; 0]);
    let index = "index{name:\"i\" id:2 key:2 suffix:1 version:3}";
    assert_eq!(noted(&orders(index)), [""; 0]);
}

#[test]
fn families_and_partial_indexes_are_of_note() {
    let two = "family{id:0 column:[1,2,3]} family{id:1 column:4} ";
    assert_eq!(noted(&orders(two)), ["demo.public.orders multi_family"]);
    let partial = |rest: &str| format!("{two}index{{name:\"p\" id:2 key:2 suffix:1 {rest}}}");
    assert_eq!(
        noted(&orders(&partial("predicate:\"c > 1:::INT8\""))),
        [
            "demo.public.orders multi_family partial_index",
            "demo.public.orders@p partial partial_index_uncovered_family(d)"
        ]
    );
    // The predicate names one column, and the index stores the other.
    assert_eq!(
        noted(&orders(&partial("store:4 predicate:\"c > 1:::INT8\""))),
        ["demo.public.orders multi_family partial_index", "demo.public.orders@p partial"]
    );
    let building = "mutation{direction:1 index{name:\"p\" id:2 key:2 predicate:\"c > 1\"}}";
    assert_eq!(
        noted(&orders(&format!("{two}{building}"))),
        [
            "demo.public.orders multi_family partial_index index_being_built",
            "demo.public.orders@p partial partial_index_uncovered_family(d) being_built"
        ]
    );
    let temporary = building.replace("key:2", "key:2 temporary:1");
    assert_eq!(noted(&orders(&temporary)), [""; 0]);
}

#[test]
fn equal_predicates_are_of_note_and_known_to_be_redacted() {
    let two = |one: &str, other: &str| {
        orders(&format!(
            "index{{name:\"p\" id:2 key:2 predicate:\"{one}\"}} index{{name:\"q\" id:3 key:3 predicate:\"{other}\"}}"
        ))
    };
    let of_table = |one: &str, other: &str| noted(&two(one, other)).remove(0);
    assert_eq!(
        of_table("b > 1:::INT8", "b > 1:::INT8"),
        "demo.public.orders partial_index equal_partial_predicates(p and q) same_predicate"
    );
    assert_eq!(of_table("b > 1:::INT8", "b > 2:::INT8"), "demo.public.orders partial_index");
    assert_eq!(
        of_table("b > _:::INT8", "b > _:::INT8"),
        "demo.public.orders partial_index equal_redacted_predicates(p and q) same_predicate"
    );
}

#[test]
fn a_dropped_column_of_a_predicate_is_of_note() {
    let with = |dropping: &str, predicate: &str| {
        let rest = format!(
            "index{{name:\"p\" id:2 key:2 predicate:\"{predicate}\"}} mutation{{direction:2 column{{name:\"{dropping}\" id:9}}}}"
        );
        noted(&orders(&rest)).remove(0)
    };
    let named = "demo.public.orders partial_index predicate_column_being_dropped";
    assert_eq!(with("x", "x > 1:::INT8"), named);
    assert_eq!(with("x", "b > 1:::INT8"), "demo.public.orders partial_index");
    assert_eq!(with("placeholder_9", "x > 1:::INT8"), format!("{named}?"));
}

#[test]
fn indexes_of_primary_encoding_are_of_note() {
    let index = |rest: &str| format!("index{{name:\"i\" id:2 key:2 suffix:1 unique:1 {rest}}}");
    assert_eq!(
        noted(&orders(&index("encoding:1 store:[3,4]"))),
        [
            "demo.public.orders secondary_primary_encoding stored_oddly",
            "demo.public.orders@i secondary_primary_encoding"
        ]
    );
    let missing = |version: u32| {
        orders(&index("encoding:1 store:[3,4]"))
            .replace("store:[2,3,4] version:4", &format!("store:[2,3] version:{version}"))
    };
    assert_eq!(
        noted(&missing(4)),
        [
            "demo.public.orders secondary_primary_encoding stored_only_in_secondary stored_oddly",
            "demo.public.orders@i secondary_primary_encoding stored_only_in_secondary(d)"
        ]
    );
    // An old primary index does not list what it stores.
    assert_eq!(noted(&missing(3)).len(), 2);
    assert!(!noted(&missing(3))[1].contains("stored_only"));
    let unstored = |version| {
        orders("").replace("store:[2,3,4] version:4", &format!("store:[2,3] version:{version}"))
    };
    assert_eq!(
        noted(&unstored(4)),
        ["demo.public.orders unstored_column(d) stored_oddly", "demo.public.orders.d unstored"]
    );
    assert_eq!(noted(&unstored(1)), [""; 0]);
    let hidden = unstored(4).replace("name:\"d\" id:4", "name:\"d\" id:4 virtual:1");
    assert_eq!(noted(&hidden), [""; 0]);
}

#[test]
fn pairs_of_indexes_for_a_zigzag_join_are_of_note() {
    let pair = |one: &str, other: &str, c: &str| {
        let indexes = format!("index{{name:\"i\" id:2 {one}}} index{{name:\"j\" id:3 {other}}}");
        noted(&orders(&indexes).replace("name:\"d\" id:4", &format!("name:\"d\" id:4 {c}")))
    };
    // Both end in d and the primary key.
    assert_eq!(
        pair("key:[2,4] direction:[0,1] suffix:1", "key:[3,4] direction:[0,0] suffix:1", ""),
        ["demo.public.orders zigzag_pair_direction(i and j)"]
    );
    assert_eq!(
        pair("key:[2,4] direction:[0,1] suffix:1", "key:[3,4] direction:[0,1] suffix:1", ""),
        [""; 0]
    );
    assert_eq!(
        pair("key:[2,4] suffix:1", "key:[3,4] suffix:1", "nullable:1"),
        ["demo.public.orders zigzag_pair_nullable(i and j)"]
    );
    // They begin with the same column, end in others, or leave none that a filter fixes.
    assert_eq!(pair("key:[2,4] suffix:1", "key:[2,4] suffix:1", "nullable:1"), [""; 0]);
    assert_eq!(pair("key:[2,4]", "key:[3,1]", "nullable:1"), [""; 0]);
    assert_eq!(pair("key:[2,4] suffix:1", "key:[4] suffix:1", "nullable:1"), [""; 0]);
    // A partial or inverted one is no part of a pair.
    let inverted = pair("key:[2,4] suffix:1 kind:1", "key:[3,4] suffix:1", "nullable:1");
    assert_eq!(inverted[0], "demo.public.orders inverted_index");
}

#[test]
fn defaults_are_of_note() {
    let with = |default: &str, rest: &str| {
        noted(
            &orders(rest)
                .replace("name:\"d\" id:4", &format!("name:\"d\" id:4 default:\"{default}\"")),
        )
    };
    assert_eq!(with("1:::INT8", ""), [""; 0]);
    assert_eq!(
        with("now():::TIMESTAMP", ""),
        [
            "demo.public.orders default_type_mismatch(d)",
            "demo.public.orders.d default_type_mismatch"
        ]
    );
    assert_eq!(with("f()", ""), ["demo.public.orders default_type_mismatch?"]);
    assert_eq!(
        with("unique_rowid()", "index{name:\"i\" id:2 key:4 suffix:1}"),
        [
            "demo.public.orders volatile_default_in_secondary",
            "demo.public.orders@i volatile_default_in_secondary(d)"
        ]
    );
    assert_eq!(with("unique_rowid()", "index{name:\"i\" id:2 key:3 suffix:1}"), [""; 0]);
}

#[test]
fn states_and_jobs_of_a_table_are_of_note() {
    assert_eq!(noted(&orders("drop_job:7")), ["demo.public.orders public_with_drop_job"]);
    assert_eq!(noted(&orders("drop_job:7 state:2")), [""; 0]);
    assert_eq!(noted(&orders("replaces{id:103}")), ["demo.public.orders replacement"]);
    assert_eq!(noted(&orders("ttl{}")), ["demo.public.orders row_level_ttl"]);
    assert_eq!(noted(&orders("partition_all:1")), ["demo.public.orders partitioned"]);
    let index = "index{name:\"i\" id:2 key:2 suffix:1}";
    let swapped = orders(index).replace("name:\"pk\" id:1", "name:\"pk\" id:5");
    assert_eq!(
        noted(&swapped),
        [
            "demo.public.orders primary_id_gt_secondary",
            "demo.public.orders@i primary_id_gt_secondary"
        ]
    );
    // Of views, of sequences and of the database of the system no shape is of note.
    assert_eq!(noted(&orders("ttl{} view:\"SELECT 1\"")), [""; 0]);
    assert_eq!(noted(&orders("ttl{} sequence{}")), [""; 0]);
    assert_eq!(noted(&orders("ttl{}").replace("parent:100", "parent:1")), [""; 0]);
}

#[test]
fn lists_of_default_are_known_only_in_the_form_that_is_expected() {
    let list = |value: &str, rest: &str| {
        let index = format!(
            "index{{name:\"i\" id:2 key:2 suffix:1 partitioning{{columns:1 list{{name:\"x\" value:\"{value}\"}} {rest}}}}}"
        );
        noted(&orders(&index))
    };
    let partitioned = "demo.public.orders partitioned list_default_partition";
    assert_eq!(list("\\2\\0", ""), [partitioned.to_owned()]);
    assert_eq!(list("other", ""), [format!("{partitioned}?")]);
    assert_eq!(list("other", "implicit:1"), ["demo.public.orders partitioned"]);
}

#[test]
fn regions_refer_to_their_tables() {
    let with = |refs: &str, regions: &str| {
        noted(&format!(
            "@descriptor 101 database{{name:\"world\" id:101 {regions}}}\n@descriptor 102 type{{name:\"crdb_internal_region\" id:102 parent:101 kind:2 {refs}}}\n{}",
            orders("locality{row{}}").replace("parent:100", "parent:101")
        ))
    };
    let regional = "world.public.orders regional_by_row";
    assert_eq!(with("ref:[9,104]", "regions{enum:102}"), [regional]);
    let lacks = format!("{regional} rbr_missing_type_backref");
    assert_eq!(with("ref:9", "regions{enum:102}"), [lacks.as_str()]);
    assert_eq!(with("ref:9", "regions{enum:103}"), [format!("{lacks}?")]);
    assert_eq!(with("ref:9", ""), [format!("{lacks}?")]);
}

#[test]
fn objects_are_of_note_in_what_others_say_of_them() {
    assert_eq!(noted(&orders("by{id:100}")), [""; 0]);
    assert_eq!(noted(&orders("by{id:999}")), ["demo.public.orders dangling_depended_on_by"]);
    let sequence = |by: &str| {
        noted(&format!(
            "@descriptor 105 table{{name:\"s\" id:105 parent:100 sequence{{}} by{{id:100 {by}}}}}\n"
        ))
    };
    assert_eq!(sequence("by_id:1 column:[3,0]"), ["demo.public.s seq_ref_column_zero"]);
    assert_eq!(sequence("by_id:1 column:3"), [""; 0]);
    assert_eq!(sequence("column:0"), [""; 0]);
    let view = "@descriptor 106 table{name:\"V\" id:106 parent:100 schema:120 view:\"SELECT 1\" materialized:1}\n@descriptor 120 schema{name:\"app\" id:120 parent:100}\n";
    assert_eq!(noted(view), ["demo.app.\"V\" materialized_view"]);
    let function = |of: &str| {
        let table = orders("").replace("family:1 oid:20} }", "family:24 oid:100108} }");
        let function = format!(
            "@descriptor 107 function{{name:\"f\" id:107 parent:100 schema:29 returns{{type{{{of}}}}}}}\n"
        );
        noted(&format!("{table}{function}")).pop().unwrap()
    };
    assert_eq!(function("family:1 oid:20"), "demo.public.f function");
    let named = "demo.public.f udf_record_with_enum function";
    assert_eq!(function("family:20 oid:100104"), named);
    assert_eq!(function("family:20 oid:2249 part{family:24}"), named);
    assert_eq!(function("family:20 oid:2249 part{family:1}"), "demo.public.f function");
    assert_eq!(function("family:20 oid:2249"), named.replace("enum", "enum?"));
}

#[test]
fn tables_of_one_name_in_two_databases_are_of_note() {
    let other = |rest: &str| {
        format!(
            "{}@descriptor 101 database{{name:\"b\" id:101}}\n{}",
            orders(""),
            orders(rest).replace("104", "105").replace("parent:100", "parent:101")
        )
    };
    assert_eq!(
        noted(&other("")),
        ["demo.public.orders same_name_pair", "b.public.orders same_name_pair"]
    );
    assert_eq!(
        noted(&other("outbound{}")),
        [
            "demo.public.orders same_name_pair same_name_fk_pair",
            "b.public.orders same_name_pair same_name_fk_pair"
        ]
    );
    assert_eq!(noted(&other("").replace("parent:101", "parent:100")), [""; 0]);
}

#[test]
fn every_way_to_write_a_descriptor_is_read() {
    let text = String::from_utf8(table(&orders("ttl{}"))).unwrap();
    let expected = ["demo.public.orders row_level_ttl"];
    let plain: Vec<(String, String)> = text
        .lines()
        .skip(1)
        .map(|line| line.split_once("\t\\x").unwrap())
        .map(|(id, hex)| (id.to_owned(), hex.to_owned()))
        .collect();
    let escape = |hex: &str| -> String {
        let bytes =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        bytes.map(|byte| format!("\\{byte:03o}")).collect()
    };
    let form = |head: &str, row: &dyn Fn(&str, &str) -> String| {
        let rows: String = plain.iter().map(|(id, hex)| row(id, hex)).collect();
        format!("{head}{rows}")
    };
    let three = "id\tdescriptor\thex_descriptor\n";
    for text in [
        form(three, &|id, hex| format!("{id}\t{}\t{hex}\n", escape(hex))),
        form(three, &|id, hex| format!("{id}\t\\x{hex}\t{hex}\n")),
        form(three, &|id, hex| format!("{id}\t\\x{hex}\n")),
        form("id  descriptor  hex_descriptor\n", &|id, hex| format!("{id}\t\\x{hex}\t{hex}\n")),
        form("id,descriptor\n", &|id, hex| format!("{id},\\x{hex}\n")),
        form("", &|id, hex| {
            format!(
                "{{\"descriptor\":\"\\\\x{hex}\",\"hex_descriptor\":\"{hex}\",\"id\":\"{id}\"}}\n"
            )
        }),
    ] {
        let (rows, problems) = read(text.as_bytes(), 5);
        assert_eq!(lines(&rows), expected, "{text}");
        assert_eq!(problems, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn damaged_descriptors_are_named_and_the_others_read() {
    let text = String::from_utf8(table(&orders("ttl{}"))).unwrap();
    for (bad, what) in [
        ("105\t\\x0a7f\n", "its descriptor ends early"),
        ("105\t\\xff\n", "its descriptor"),
        ("105\tNULL\n", "it has no descriptor"),
        ("105\t<redacted>\n", "its descriptor is redacted"),
        ("x\t\\x0a00\n", "its id is no number"),
        ("105\n", "1 cells under 2 columns"),
    ] {
        let (rows, problems) = read(format!("{text}{bad}").as_bytes(), 1 << 20);
        assert_eq!(lines(&rows), ["demo.public.orders row_level_ttl"], "{bad}");
        assert_eq!(problems.len(), 1, "{bad}: {problems:?}");
        assert!(problems[0].contains(what), "{bad}: {problems:?}");
    }
}

#[test]
fn many_rows_with_one_fact_are_counted_and_a_rare_one_is_kept() {
    let mut text = String::from("//- d\nid\tdescriptor\n");
    for id in 200..4_000 {
        let rest = if id == 3_999 { "replaces{id:9}" } else { "" };
        writeln!(
            text,
            "@descriptor {id} table{{name:\"t{id}\" id:{id} parent:100 ttl{{}} {rest}}}"
        )
        .unwrap();
    }
    let (rows, _) = read(&bundle::parse(&text)[0].text, 1 << 20);
    assert_eq!(rows.read, 3_800);
    assert_eq!(rows.rows.len(), 2_001);
    let left: Vec<_> = rows.left_out.iter().map(|(fact, left)| (fact.name(), *left)).collect();
    assert_eq!(left, [("row_level_ttl", 1_799)]);
    assert_eq!(line(rows.rows.last().unwrap()), "100.public.t3999 replacement row_level_ttl");
}

#[test]
fn a_table_of_more_parts_than_any_has_is_not_known() {
    let columns: String = (2..10_100).map(|id| column(id, "x", "")).collect();
    let lines = noted(&orders(&format!("ttl{{}} {columns}")));
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains(" multi_family? ") && lines[0].contains(" row_level_ttl? "));
    assert!(lines[1].contains("partial_index_uncovered_family?") && lines[2].contains("unstored?"));
}

proptest! {
    #[test]
    fn no_descriptor_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200), kind in 1u8..6) {
        let row = |body: &[u8]| body.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut whole = vec![kind << 3 | 2, u8::try_from(bytes.len().min(127)).unwrap()];
        whole.extend(&bytes[..bytes.len().min(127)]);
        let text = format!("id\tdescriptor\n1\t\\x{}\n2\t\\x{}\n", row(&bytes), row(&whole));
        prop_assert_eq!(read(text.as_bytes(), 1 << 20).0.read, 2);
    }
}

fn outcome(files: &[File]) -> Outcome {
    let inputs: Vec<Input<MemorySource>> = files
        .iter()
        .map(|file| Input { path: file.path.clone(), source: MemorySource(file.text.clone()) })
        .collect();
    let engine = Engine::new(Limits::default(), RuleSet::shipped());
    block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = &inputs[unit.source as usize].source;
            results.push(Some(engine.scan(source, unit, |_, _| {}).await));
        }
        engine.conclude(plan, results)
    })
    .unwrap()
}

/// What is missing of the schema of a virtual cluster.
fn missing(bundle: &str, tenant: &str) -> String {
    let facts = outcome(&bundle::parse(bundle)).facts;
    let tenancy = Tenancy::new(&Cluster::default(), &Tenant(tenant.to_owned()));
    let missing = facts.schema.of(&tenancy).missing();
    missing.map_or_else(String::new, |missing| missing.to_string())
}

#[test]
fn what_is_missing_of_the_schema_is_named() {
    let head = "@cluster v23.1.4\n//- debug/system.descriptor.txt\nid\tdescriptor\n";
    let whole = format!("{head}@descriptor 100 database{{name:\"demo\" id:100}}\n");
    let error = |name: &str| format!("//- debug/{name}.err.txt\nERROR: timeout\n");
    let path = "system.descriptor (debug/system.descriptor.txt)";
    assert_eq!(missing(&whole, "system"), "");
    assert_eq!(missing("@cluster v23.1.4\n", "system"), "system.descriptor is not in the input");
    assert_eq!(missing(head, "system"), format!("{path} has no rows"));
    let failed = format!("{whole}{}", error("system.descriptor.txt"));
    assert_eq!(missing(&failed, "system"), format!("{path} is not complete"));
    let only = format!("@cluster v23.1.4\n{}", error("system.descriptor.txt"));
    assert_eq!(
        missing(&only, "system"),
        "system.descriptor (debug/system.descriptor.txt.err.txt) could not be collected, as the bundle itself says"
    );
    // The second attempt is whole.
    let retried =
        format!("{failed}{}", whole.split_once('\n').unwrap().1.replace(".txt", ".1.txt"));
    assert_eq!(missing(&retried, "system"), "");
    let again = format!("{retried}{}", error("system.descriptor.1.txt"));
    assert!(missing(&again, "system").ends_with(" is not complete"));
    let cut = format!("{whole}101\t\\x12");
    assert_eq!(missing(&cut, "system"), format!("{path} is not complete"));
    let redacted = "@cluster v22.2.1\n//- debug/system.descriptor.txt\nid\n100\n";
    assert!(missing(redacted, "system").contains(" is redacted"));
    // Each virtual cluster has a table of its own.
    assert_eq!(missing(&whole, "app"), "system.descriptor is not in the input");
}

#[test]
fn samples_of_cockroachdb_say_what_is_known_of_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/tables/doctor");
    if !root.is_dir() {
        println!("skipped: {} is not there", root.display());
        return;
    }
    let of = |name: &str| read(&std::fs::read(root.join(name)).unwrap(), 1 << 20);
    // Ids, families and encodings of system tables are no shapes of people's tables, so they are read as one.
    let as_users = |name: &str| {
        let text = String::from_utf8(std::fs::read(root.join(name)).unwrap()).unwrap();
        read(text.replace("200128013a", "206428013a").as_bytes(), 1 << 20)
    };
    let (rows, problems) = as_users("23.x_system.descriptor.excerpt.tsv.txt");
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(rows.read, 4);
    let jobs = lines(&rows);
    assert_eq!(jobs.len(), 3, "{jobs:#?}");
    assert_eq!(jobs[1], "100.public.jobs multi_family partial_index");
    assert!(jobs[2].starts_with(
        "100.public.jobs@jobs_run_stats_idx partial partial_index_uncovered_family(payload, "
    ));
    let (rows, problems) = of("23.x_system.descriptor.excerpt.json");
    assert_eq!((rows.read, problems), (2, Vec::new()));
    let (rows, problems) = of("20.2_system.descriptor.excerpt.tsv.txt");
    assert_eq!((rows.read, problems, lines(&rows)), (2, Vec::new(), Vec::new()));
    // Its old primary index does not list what it stores.
    let hex = std::fs::read_to_string(root.join("20.2_system.descriptor.hexonly_row55_rides.txt"))
        .unwrap();
    let (rows, problems) = read(format!("id\thex_descriptor\n{hex}").as_bytes(), 1 << 20);
    assert_eq!((rows.read, problems, lines(&rows)), (1, Vec::new(), Vec::new()));
    let (rows, problems) = of("bad-descriptors_system.descriptor.txt");
    assert_eq!((rows.read, problems.len()), (0, 1));
}
