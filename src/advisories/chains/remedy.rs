//! What to do about a chain, with the statements of the cluster's version filled in
//! (`docs/cockroachdb/backups.md#repairs`).

use std::collections::BTreeMap;

use crate::advisories::quote;
use crate::facts::{BulkOperation, Chain};
use crate::model::{BackupPart, JobId, Subject, SubjectKind, Version};
use crate::parse::statement::{Address, Targets};

use super::View;

type Values = BTreeMap<&'static str, String>;

/// Returns the values of placeholders for the steps about a subject.
pub(super) fn values(view: View<'_>, subject: &Subject, part: &BackupPart) -> Values {
    let mut values = Values::new();
    let View { declared, facts } = view;
    let version = facts.newest_version(&subject.tenancy);
    values.insert("upgrade", declared.ranges.upgrade(version));
    if subject.kind == SubjectKind::Restore
            && let [table] = part.tables.as_slice()
            // As a sentence names it: with its number.
            && let Some(table) = quote::name(table.split(" (").next().unwrap_or_default())
    {
        values.insert("restored_table", table.to_owned());
    }
    if let Some(index) = part.indexes.first().and_then(|index| quote::name(index)) {
        values.insert("index", index.to_owned());
    }
    let backups = view.backups();
    let chain = part.chain.as_deref().and_then(|id| backups.chain(&subject.tenancy, id));
    let Some(chain) = chain else { return values };
    // Jobs of two clusters may have one id; what is in a chain is of the cluster that wrote it.
    let operation = part.operation.and_then(|id| backups.operation(&chain.tenancy, id));
    values.extend(operation.map(|operation| ("job_id", operation.job.to_string())));
    if let Some(table) = operation.and_then(of_operation) {
        values.insert("table", table);
    }
    let as_of = |id: JobId| Some(backups.layer(&chain.tenancy, id)?.as_of.to_string());
    // What was there before the operation is sound in any case, and the next full backup in any case ends it.
    let before = operation.map(|operation| operation.from.to_string());
    values.extend(part.last_safe.and_then(as_of).or(before).map(|time| ("last_safe", time)));
    let end = part.ends_with.and_then(as_of).unwrap_or("the next full backup".to_owned());
    values.insert("exposure_ends", end);
    let layer = JobId::parse(&subject.id).and_then(|id| backups.layer(&chain.tenancy, id));
    let own = layer.and_then(|layer| layer.address.as_ref());
    statements(chain, own, version, &mut values);
    values
}

/// The name of the one table of an operation, if it is plainly a name.
fn of_operation(operation: &BulkOperation) -> Option<String> {
    match operation.touches.names().as_slice() {
        [table] => quote::name(table).map(str::to_owned),
        _ => None,
    }
}

/// Statements about a chain, in the syntax of a version: collections exist from 20.2 on, and `SHOW BACKUP FROM` from 22.1.
fn statements(
    chain: &Chain,
    own: Option<&Address>,
    version: Option<&Version>,
    values: &mut Values,
) {
    let Some(address) = quote::address(&chain.address.0) else { return };
    values.insert("collection", address.to_owned());
    let targets = targets(chain);
    let new_full = |to: String| format!("BACKUP {targets}{to} AS OF SYSTEM TIME '-10s';");
    let table = values.get("table").cloned();
    let check = |from: String| {
        table
            .map(|table| format!("RESTORE TABLE {table} FROM {from} WITH into_db = '{{scratch}}';"))
    };
    match chain.subdirectory.as_deref() {
        None => {
            values.insert("show_layers", format!("SHOW BACKUP '{address}';"));
            // Each layer of an explicit chain has an address of its own.
            let own = own.and_then(|own| quote::address(&own.0)).filter(|own| *own != address);
            let show = own.map(|own| format!("SHOW BACKUP '{own}';"));
            values.insert("show_backup", show.unwrap_or_default());
            // Where the next full one goes, nobody but its owner can say.
            values.insert("new_full", new_full("TO '{new_address}'".to_owned()));
            values.extend(check(format!("'{address}'")).map(|sql| ("restore_check", sql)));
        }
        Some(subdirectory) => {
            let Some(subdirectory) = quote::address(subdirectory) else { return };
            let later = version.is_none_or(|version| version.series() >= (22, 1));
            let from = if later { "FROM " } else { "" };
            values.insert("subdirectory", subdirectory.to_owned());
            values.insert("show_layers", format!("SHOW BACKUPS IN '{address}';"));
            values.insert(
                "show_backup",
                format!("SHOW BACKUP {from}'{subdirectory}' IN '{address}';"),
            );
            values.insert("new_full", new_full(format!("INTO '{address}'")));
            values.insert(
                "next_incremental",
                format!("BACKUP {targets}INTO LATEST IN '{address}' AS OF SYSTEM TIME '-10s';"),
            );
            values.extend(
                check(format!("'{subdirectory}' IN '{address}'")).map(|sql| ("restore_check", sql)),
            );
        }
    }
}

/// What the chain holds, as a statement names it, with a space after it; a placeholder where the names are not plain.
fn targets(chain: &Chain) -> String {
    let list = |kind: &str, names: Vec<String>| {
        let plain = !names.is_empty() && names.iter().all(|name| quote::name(name).is_some());
        if plain { format!("{kind} {} ", names.join(", ")) } else { "{targets} ".to_owned() }
    };
    match chain.layers.first().map(|layer| &layer.targets) {
        Some(Targets::Cluster) => String::new(),
        Some(Targets::Databases(names)) => list("DATABASE", names.clone()),
        Some(Targets::Tables(names)) => {
            list("TABLE", names.iter().map(ToString::to_string).collect())
        }
        _ => "{targets} ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tenancy;
    use std::collections::HashSet;

    fn chain(address: &str, subdirectory: Option<&str>) -> Chain {
        Chain {
            tenancy: Tenancy::default(),
            address: Address(address.to_owned()),
            subdirectory: subdirectory.map(str::to_owned),
            base: None,
            layers: Vec::new(),
            descriptor_ids: HashSet::new(),
            widest: 0,
        }
    }

    /// The statements about a chain, by placeholder, for a cluster of a version.
    fn filled(chain: &Chain, own: Option<&str>, version: &str) -> Values {
        let mut values = Values::from([("table", "bank.public.accounts".to_owned())]);
        let own = own.map(|own| Address(own.to_owned()));
        statements(chain, own.as_ref(), Version::parse(version).as_ref(), &mut values);
        values
    }

    #[test]
    fn statements_are_those_of_the_version() {
        let dated = chain("s3://b/c", Some("2022/09/10-000000.00"));
        for (version, show) in [
            ("v22.1.5", "SHOW BACKUP FROM '2022/09/10-000000.00' IN 's3://b/c';"),
            ("v21.2.9", "SHOW BACKUP '2022/09/10-000000.00' IN 's3://b/c';"),
            ("v20.2.3", "SHOW BACKUP '2022/09/10-000000.00' IN 's3://b/c';"),
        ] {
            let values = filled(&dated, None, version);
            assert_eq!(values["show_backup"], show);
            assert_eq!(values["show_layers"], "SHOW BACKUPS IN 's3://b/c';");
            assert_eq!(
                values["restore_check"],
                "RESTORE TABLE bank.public.accounts FROM '2022/09/10-000000.00' IN 's3://b/c' WITH into_db = '{scratch}';"
            );
            assert!(values["next_incremental"].contains("INTO LATEST IN 's3://b/c' AS OF"));
        }
        let explicit = filled(&chain("s3://b/full", None), Some("s3://b/inc-2"), "v19.2.9");
        assert_eq!(explicit["show_layers"], "SHOW BACKUP 's3://b/full';");
        assert_eq!(explicit["show_backup"], "SHOW BACKUP 's3://b/inc-2';");
        assert!(explicit["new_full"].contains("TO '{new_address}' AS OF"));
        assert!(!explicit.contains_key("next_incremental"));
    }

    #[test]
    fn an_address_that_could_end_its_string_is_left_to_a_person() {
        let forged = chain("s3://b/c'; DROP TABLE t; --", Some("2022/09/10-000000.00"));
        assert_eq!(filled(&forged, None, "v22.1.5").len(), 1);
        let forged = chain("s3://b/c", Some("x' IN 'y"));
        let values = filled(&forged, None, "v22.1.5");
        assert!(values.values().all(|text| !text.contains('\'')), "{values:?}");
    }
}
