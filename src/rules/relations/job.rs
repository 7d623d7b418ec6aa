//! `job`: a row a job, from tables, state lines and events.

use std::collections::BTreeSet;

use crate::advisories::coverage;
use crate::facts::{Facts, Setting};
use crate::model::{
    Evidence, Job, JobDetails, JobEvent, JobEventKind, JobId, JobStatus, LayerKind, SubjectKind,
    Time, Told as HighWater,
};
use crate::parse::redacted::told;
use crate::parse::settings::Value as Told;
use crate::parse::statement::{
    self, Address, Backup, Changefeed, ColumnChanges, Destination, Import, InitialScan, Restore,
    RestoreFrom, Sink, Subdirectory, Targets, Unparsed,
};
use crate::rules::builds::Fleet;
use crate::rules::form::rule::Value;
use crate::rules::needs::{RETENTION, texts};
use crate::rules::relation::{Cell, Row, Rows, Wanted};
use crate::rules::truth::{Missing, Truth};
use crate::rules::view::View;

/// So much of a description is evidence.
const DESCRIPTION: usize = 200;

/// So long after the last instant of a table may its cluster have been collected: tables are dumped before logs.
const AFTER: i64 = 24 * 3600 * Time::SECOND;

pub(in crate::rules) fn rows(view: &View<'_>, fleet: &Fleet<'_>, wanted: Wanted<'_>) -> Rows {
    let types = texts(wanted.filter, "type");
    let least = (view.tenancy.clone(), JobId(0));
    let jobs = view.facts.jobs.range(least..).map(|(_, job)| job);
    let jobs = jobs.take_while(|job| job.tenancy == *view.tenancy);
    let rows = jobs.filter(|job| is_listed(job)).filter(|job| match type_of(job) {
        Some(name) => types.is_empty() || types.iter().any(|one| one.eq_ignore_ascii_case(&name)),
        None => true,
    });
    Rows {
        rows: rows.map(|job| row(view.facts, job)).collect(),
        missing: missing(view, fleet, wanted),
    }
}

/// The kind of subject that a row is.
pub(in crate::rules) fn kind(row: &Row) -> SubjectKind {
    match row.cell("job", "type") {
        Some(Cell::Value(Value::Text(name))) => match name.as_str() {
            "BACKUP" => SubjectKind::Backup,
            "RESTORE" => SubjectKind::Restore,
            "CHANGEFEED" => SubjectKind::Changefeed,
            _ => SubjectKind::Job,
        },
        _ => SubjectKind::Job,
    }
}

/// A job of which no table has a row and no line names the type is one of the many that the cluster runs for itself.
fn is_listed(job: &Job) -> bool {
    job.row.is_some() || type_of(job).is_some()
}

/// The type of a job, where anything tells it.
fn type_of(job: &Job) -> Option<String> {
    let name = told(&job.job_type).filter(|_| !statement::is_missing(&job.job_type));
    let name = name.map(|name| name.trim().to_ascii_uppercase().replace('_', " "));
    name.or_else(|| {
        let of_details = match &job.details {
            JobDetails::Backup(_) => Some("BACKUP"),
            JobDetails::Restore(_) => Some("RESTORE"),
            JobDetails::Import(_) => Some("IMPORT"),
            _ => None,
        };
        let keyword = statement::first_keyword(&job.description).map(str::to_ascii_uppercase);
        of_details.map(str::to_owned).or(keyword)
    })
}

/// Why there may have been other jobs that matter to the rule.
fn missing(view: &View<'_>, fleet: &Fleet<'_>, wanted: Wanted<'_>) -> BTreeSet<Missing> {
    let View { facts, tenancy } = *view;
    let mut missing = BTreeSet::new();
    let ran = |from, until| fleet.during(wanted.rule, wanted.stated, from, until) != Truth::False;
    if let Some(table) = coverage::jobs_table_missing(facts, tenancy) {
        missing.insert(table);
        return missing;
    }
    let known = facts.cluster(&tenancy.cluster);
    let reach = known.jobs_tables.get(&tenancy.tenant).and_then(|table| table.reach);
    let collected = known.collected.max(reach);
    let horizon = facts.backups.horizons.get(tenancy).copied().or(collected);
    // Rows are deleted by their age; of one that may have been deleted the end lies before both.
    let horizon =
        horizon.map(|horizon| kept(view, collected).map_or(horizon, |kept| kept.min(horizon)));
    if wanted.rule.damage_stays
        && let Some(horizon) = horizon
        && ran(Time(i64::MIN), horizon)
    {
        missing.insert(Missing::Fact(format!(
            "the jobs of the virtual cluster {} that ended before {horizon}: rows of finished jobs are deleted after jobs.retention_time",
            tenancy.tenant
        )));
    }
    if let (Some(reach), Some(collected)) = (reach, collected)
        && collected > reach.plus(AFTER)
        && ran(reach, collected)
    {
        missing.insert(Missing::Fact(format!(
            "the jobs of the virtual cluster {} that began after {reach}: its jobs table names nothing later",
            tenancy.tenant
        )));
    }
    missing
}

/// Since when every job that ended has its row still, by how long rows are kept (`docs/cockroachdb/jobs.md#retention`).
fn kept(view: &View<'_>, collected: Option<Time>) -> Option<Time> {
    const DEFAULT: i64 = 14 * 24 * 3600 * Time::SECOND;
    match view.facts.settings.state(view.tenancy, RETENTION) {
        Setting::DefaultAssumed { .. } => Some(collected?.plus(-DEFAULT)),
        Setting::Known(known) => {
            let Told::Duration(nanos) = known.value else { return None };
            let since = collected?.plus(-(nanos / 1000));
            // Rows were kept otherwise until it was set.
            let unset = known.explicit == Some(false) || known.is_default == Some(true);
            let always = unset || known.changed_at.is_some_and(|changed| changed <= since);
            always.then_some(since)
        }
        Setting::Unknown(_) => None,
    }
}

fn row(facts: &Facts, job: &Job) -> Row {
    let id = job.id.to_string();
    let name = type_of(job);
    let place = place(job);
    let lacks = |what: &str| Missing::Fact(format!("{what} of {place}"));
    let over = job.status.as_ref().map(JobStatus::is_final);
    let mut cells = vec![
        Cell::text(&id),
        Cell::known(name.clone(), Value::Text, lacks("the type")),
        match &job.status {
            Some(status) if status.is_known() => Cell::text(&status.to_string()),
            _ => Cell::Unknown(lacks("the state")),
        },
        Cell::known(over, Value::Bool, lacks("the state")),
        Cell::time(job.created, &format!("{place} was created")),
        Cell::time(job.started, &format!("{place} was taken up last")),
        match (job.finished, over) {
            (Some(time), _) => Cell::Value(Value::Time(time)),
            (None, Some(false)) => Cell::Absent,
            _ => Cell::time(None, &format!("{place} ended")),
        },
        Cell::known(job.num_runs, number, lacks("the number of runs (num_runs)")),
        restarted(facts, job),
        Cell::known(told(&job.user), text, lacks("the user")),
        match job.schedule {
            Some(_) => Cell::Value(Value::Bool(true)),
            None => Cell::Unknown(lacks("the schedule")),
        },
        Cell::known(job.coordinator, number, lacks("the coordinator")),
        match &job.error {
            Some(error) if !statement::is_missing(error) => Cell::text(error),
            None if job.tells_error => Cell::Absent,
            _ => Cell::Unknown(lacks("the error")),
        },
        Cell::known(
            job.fraction,
            |millionths| Value::Number(millionths.into()),
            lacks("the progress"),
        ),
        match job.high_water {
            HighWater::Is(time) => Cell::Value(Value::Time(time)),
            HighWater::Nothing => Cell::Absent,
            HighWater::Unsaid => Cell::Unknown(lacks("the high-water time")),
        },
        Cell::known(job.payload_bytes, number, lacks("the payload (system.jobs)")),
        match statement::is_missing(&job.description) {
            true => Cell::Unknown(lacks("the description")),
            false => Cell::text(&job.description),
        },
    ];
    cells.extend(of_statement(facts, job, name.as_deref()));
    Row {
        cells,
        node: None,
        ran: None,
        evidence: evidence(job, name.as_deref()),
        id,
        redacted: false,
        doubts: Vec::new(),
    }
}

fn number(number: u64) -> Value {
    Value::Number(i128::from(number) * crate::rules::relation::MILLION)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn flag(flag: bool) -> Cell {
    Cell::Value(Value::Bool(flag))
}

/// Whether a job was taken up more than once.
fn restarted(facts: &Facts, job: &Job) -> Cell {
    let times = |kind: &dyn Fn(&JobEventKind) -> bool| -> usize {
        let of_kind = job.events.iter().filter(|event| kind(&event.kind));
        of_kind.map(|event| event.time).collect::<BTreeSet<_>>().len()
    };
    let resumed = times(&|kind| matches!(kind, JobEventKind::Resuming));
    let retried = times(&|kind| matches!(kind, JobEventKind::Retry));
    match job.num_runs {
        Some(runs) if runs > 1 => flag(true),
        _ if resumed > 1 || retried > 0 => flag(true),
        Some(_) => flag(false),
        None if is_covered(facts, job) => flag(false),
        None => Cell::Unknown(Missing::Fact(format!(
            "whether {} was taken up more than once: no table has its num_runs, and the logs do not cover its run",
            place(job)
        ))),
    }
}

/// Whether logs of all nodes cover the run of a job, and hold its lines.
fn is_covered(facts: &Facts, job: &Job) -> bool {
    let over = job.status.as_ref().is_some_and(JobStatus::is_final);
    let collected = || facts.cluster(&job.tenancy.cluster).collected;
    let until = job.finished.or_else(|| collected().filter(|_| !over));
    let Some((from, until)) = job.created.zip(until) else { return false };
    let named = job.events.iter().any(|event: &JobEvent| {
        matches!(event.kind, JobEventKind::Resuming | JobEventKind::State(_))
    });
    let mut nodes = facts.nodes_of(&job.tenancy).peekable();
    named
        && nodes.peek().is_some()
        && facts.all_nodes_known(&job.tenancy)
        && nodes.all(|(_, node)| {
            let whole = node.lacks.removed == 0 && !node.lacks.without_info();
            whole && node.uncovered(from, until).is_empty()
        })
}

/// What the description says, in the order of the columns.
fn of_statement(facts: &Facts, job: &Job, name: Option<&str>) -> Vec<Cell> {
    let unread = |why: &Unparsed| {
        let why = match why {
            Unparsed::Redacted => "it was removed",
            Unparsed::NotThis if job.description.trim().is_empty() => "no table has it",
            Unparsed::NotThis => "it is of another form than its type has",
            Unparsed::Unknown(_) => "it is of no form that is known",
        };
        Missing::Fact(format!("the description of {}: {why}", place(job)))
    };
    // Of a job whose type is not known nothing of this is known.
    let untyped = || Unparsed::NotThis;
    let of = |types: &[&str]| name.map(|name| types.contains(&name));
    let text_of = &job.description;
    let feed = part(of(&["CHANGEFEED"]), || statement::changefeed(text_of), untyped);
    let backup = part(of(&["BACKUP"]), || statement::backup(text_of), untyped);
    let restore = part(of(&["RESTORE"]), || statement::restore(text_of), untyped);
    let import = part(of(&["IMPORT"]), || statement::import(text_of), untyped);
    let schema = of(&["SCHEMA CHANGE", "NEW SCHEMA CHANGE"]);
    let columns = part(schema, || statement::column_changes(text_of), untyped);
    let builds = part(schema, || builds_index(text_of), untyped);
    let cell = Cells { unread: &unread };
    let table = match (&import, &columns) {
        (Part::None, columns) => cell.of(columns, |changes: &ColumnChanges| {
            changes.table.as_ref().map(|table| text(&table.to_string()))
        }),
        (import, _) => cell.of(import, |import| match import {
            Import::Into(table) | Import::Table(table) => Some(text(&table.to_string())),
            Import::Dump => None,
        }),
    };
    let mut cells = vec![
        table,
        match job.descriptor_ids.as_slice() {
            [id] => Cell::Value(number(*id)),
            _ => Cell::Unknown(Missing::Fact(format!(
                "the table of {} (descriptor_ids)",
                place(job)
            ))),
        },
        match &feed {
            // A query names its table itself.
            Part::Read(feed) if feed.targets.is_empty() => {
                Cell::Unknown(Missing::Fact(format!("the table in the query of {}", place(job))))
            }
            feed => cell.of(feed, |feed| {
                let names: Vec<String> = feed.targets.iter().map(ToString::to_string).collect();
                Some(text(&names.join(", ")))
            }),
        },
        match &feed {
            Part::Read(Changefeed { sink: Sink::External(name), .. }) => {
                Cell::Unknown(Missing::Fact(format!(
                    "to what the external connection {name} leads (system.external_connections)"
                )))
            }
            feed => cell.of(feed, |feed| match &feed.sink {
                Sink::Scheme(scheme) => Some(text(scheme)),
                Sink::None | Sink::External(_) => None,
            }),
        },
        cell.of(&feed, |feed| match &feed.sink {
            Sink::External(name) => Some(text(name)),
            Sink::None | Sink::Scheme(_) => None,
        }),
        cell.of(&feed, |feed| {
            Some(text(match feed.scans() {
                InitialScan::Yes => "yes",
                InitialScan::No => "no",
                InitialScan::Only => "only",
            }))
        }),
        cell.of(&feed, |feed| Some(Value::Bool(feed.cursor))),
        cell.of(&feed, |feed| feed.schema_change_policy.as_deref().map(text)),
    ];
    cells.push(match (&backup, &restore) {
        (Part::None, restore) => {
            cell.of(restore, |restore| Some(text(&read_from(&restore.from).0)))
        }
        (backup, _) => cell.of(backup, |backup| Some(text(&written_to(&backup.destination).0))),
    });
    cells.push(cell.of(&backup, |backup| Some(Value::Bool(backup.revision_history))));
    cells.push(incremental(facts, job, &backup, &cell));
    cells.push(cell.of(&backup, |backup| Some(Value::Bool(backup.detached))));
    cells.push(match (&backup, &restore) {
        (Part::None, restore) => {
            cell.of(restore, |restore| Some(Value::Bool(restore.targets == Targets::Cluster)))
        }
        (backup, _) => {
            cell.of(backup, |backup| Some(Value::Bool(backup.targets == Targets::Cluster)))
        }
    });
    cells.push(
        cell.of(&restore, |restore: &Restore| Some(Value::Bool(restore.targets == Targets::Users))),
    );
    cells.push(cell.of(&restore, |restore| Some(Value::Bool(restore.schema_only))));
    cells.push(cell.of(&columns, |changes| Some(Value::Bool(changes.adds))));
    cells.push(cell.of(&columns, |changes| Some(Value::Bool(changes.new_family))));
    cells.push(cell.of(&columns, |changes| {
        (!changes.drops.is_empty()).then(|| text(&changes.drops.join(", ")))
    }));
    cells.push(cell.of(&builds, |builds| Some(Value::Bool(*builds))));
    cells
}

/// What is known of a kind of statement.
enum Part<T> {
    /// The job is of another kind.
    None,
    Unread(Unparsed),
    Read(T),
}

fn part<T>(
    is: Option<bool>,
    read: impl Fn() -> Result<T, Unparsed>,
    untyped: impl Fn() -> Unparsed,
) -> Part<T> {
    match is {
        Some(false) => Part::None,
        Some(true) => read().map_or_else(Part::Unread, Part::Read),
        None => Part::Unread(untyped()),
    }
}

struct Cells<'a> {
    unread: &'a dyn Fn(&Unparsed) -> Missing,
}

impl Cells<'_> {
    fn of<T>(&self, part: &Part<T>, value: impl Fn(&T) -> Option<Value>) -> Cell {
        match part {
            Part::None => Cell::Absent,
            Part::Unread(why) => Cell::Unknown((self.unread)(why)),
            Part::Read(read) => value(read).map_or(Cell::Absent, Cell::Value),
        }
    }
}

/// Where a backup is, as a restore names it.
fn written_to(destination: &Destination) -> Address {
    match destination {
        Destination::Into(_, collection) => collection.clone(),
        Destination::To(address) => address.clone(),
    }
}

fn read_from(from: &RestoreFrom) -> Address {
    match from {
        RestoreFrom::Collection(_, collection) => collection.clone(),
        RestoreFrom::Addresses(all) => {
            let first = all.first().cloned().unwrap_or(Address(String::new()));
            first.split_dated().map_or(first, |(collection, _)| collection)
        }
    }
}

/// Whether a backup is an incremental one: by its place in its chain, by its payload, or by its statement.
fn incremental(facts: &Facts, job: &Job, backup: &Part<Backup>, cells: &Cells<'_>) -> Cell {
    if matches!(backup, Part::None) {
        return Cell::Absent;
    }
    let layer = facts.backups.layer(&job.tenancy, job.id).map(|layer| layer.kind);
    match (layer, &job.details) {
        (Some(LayerKind::Incremental), _) => flag(true),
        (Some(LayerKind::Full), _) => flag(false),
        (_, JobDetails::Backup(details)) => flag(details.start.is_some()),
        _ => cells.of(backup, |backup| {
            let latest =
                matches!(&backup.destination, Destination::Into(Some(Subdirectory::Latest), _));
            Some(Value::Bool(latest || !backup.incremental_from.is_empty()))
        }),
    }
}

fn builds_index(text: &str) -> Result<bool, Unparsed> {
    match statement::index_build(text) {
        Ok(_) => Ok(true),
        Err(Unparsed::NotThis) if !statement::is_missing(text) => Ok(false),
        Err(Unparsed::NotThis) => Err(Unparsed::Redacted),
        Err(why) => Err(why),
    }
}

/// A job in a sentence about what is missing. There may be very many, so it names no id.
fn place(job: &Job) -> String {
    let path = job.row.as_ref().or(job.events.first().map(|event| &event.source));
    path.map_or_else(|| "a job".to_owned(), |place| format!("a job in {}", place.path))
}

/// The row of a job, or the first line that names it.
fn evidence(job: &Job, name: Option<&str>) -> Option<Evidence> {
    let Some(source) = job.row.clone() else {
        let event = job.events.first()?;
        let (source, text) = (event.source.clone(), event.said().to_owned());
        return Some(Evidence { source, node: event.node, time: Some(event.time), text });
    };
    let mut text = format!("job {}: {}", job.id, name.unwrap_or("of a type that is not known"));
    for (what, value) in [
        ("", job.status.as_ref().map(ToString::to_string)),
        ("created ", job.created.map(|time| time.to_string())),
        ("finished ", job.finished.map(|time| time.to_string())),
        ("num_runs ", job.num_runs.map(|runs| runs.to_string())),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(", {what}{value}"));
        }
    }
    let end = job.description.char_indices().nth(DESCRIPTION).map(|(at, _)| at);
    text.push_str(&match end {
        Some(end) => format!(": {}\u{2026}", &job.description[..end]),
        None => format!(": {}", job.description),
    });
    Some(Evidence { source, node: None, time: job.created, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Tenancy};
    use crate::rules::form::schema::{Kind, relation};

    fn of(job_type: &str, description: &str) -> Row {
        let facts = Facts::default();
        let mut job = Job::new(&Tenancy::default(), JobId(7));
        job.job_type = job_type.to_owned();
        job.description = description.to_owned();
        job.row = Some(Location { path: "jobs".into(), line: 2, offset: 0 });
        row(&facts, &job)
    }

    /// The columns that have a value, or are not known.
    fn said(row: &Row) -> String {
        let columns = relation("job").unwrap().columns;
        let from = columns.iter().position(|column| column.name == "table").unwrap();
        let said = row.cells.iter().zip(columns).skip(from).filter_map(|(cell, column)| {
            let value = match cell {
                Cell::Absent | Cell::Others(_) => return None,
                Cell::Unknown(_) => "?".to_owned(),
                Cell::Value(Value::Text(text)) => text.clone(),
                Cell::Value(Value::Bool(flag)) => flag.to_string(),
                Cell::Value(other) => format!("{other:?}"),
            };
            (column.name != "table_id").then(|| format!("{}={value}", column.name))
        });
        said.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rows_have_a_cell_of_its_kind_for_each_column() {
        let columns = relation("job").unwrap().columns;
        for (job_type, description) in [
            (
                "CHANGEFEED",
                "CREATE CHANGEFEED FOR TABLE t INTO 'kafka://b' WITH schema_change_policy = 'stop'",
            ),
            ("BACKUP", "BACKUP INTO LATEST IN 's3://b'"),
            ("RESTORE", "RESTORE FROM LATEST IN 's3://b'"),
            ("IMPORT", "IMPORT INTO t CSV DATA ('x')"),
            ("SCHEMA CHANGE", "ALTER TABLE t DROP COLUMN c"),
            ("", ""),
        ] {
            let row = of(job_type, description);
            assert_eq!(row.cells.len(), columns.len());
            for (cell, column) in row.cells.iter().zip(columns) {
                let Cell::Value(value) = cell else { continue };
                assert!(column.kind.takes(value), "{}: {value:?}", column.name);
                assert_ne!(column.kind, Kind::Said);
            }
        }
    }

    #[test]
    fn a_description_is_columns_and_a_removed_one_is_not_known() {
        for (job_type, description, expected) in [
            (
                "CHANGEFEED",
                "CREATE CHANGEFEED FOR TABLE t INTO 'kafka://b' WITH initial_scan = 'only'",
                "targets=t sink=kafka initial_scan=only cursor=false",
            ),
            (
                "CHANGEFEED",
                "CREATE CHANGEFEED FOR TABLE t INTO 'external://pipe'",
                "targets=t sink=? connection=pipe initial_scan=yes cursor=false",
            ),
            (
                "CHANGEFEED",
                "\u{2039}\u{d7}\u{203a}",
                "targets=? sink=? connection=? initial_scan=? cursor=? schema_change_policy=?",
            ),
            (
                "BACKUP",
                "BACKUP INTO LATEST IN 's3://b/c' WITH revision_history, detached",
                "collection=s3://b/c revision_history=true incremental=true detached=true whole_cluster=true",
            ),
            (
                "RESTORE",
                "RESTORE SYSTEM USERS FROM 'x' IN 's3://b/c'",
                "collection=s3://b/c whole_cluster=false system_users=true schema_only=false",
            ),
            ("RESTORE", "", "collection=? whole_cluster=? system_users=? schema_only=?"),
            ("IMPORT", "IMPORT INTO d.t CSV DATA ('x')", "table=d.t"),
            (
                "NEW SCHEMA CHANGE",
                "ALTER TABLE d.t ADD COLUMN c INT8 CREATE FAMILY f, DROP COLUMN a",
                "table=d.t adds_column=true new_family=true drops_columns=a builds_index=false",
            ),
            (
                "SCHEMA CHANGE",
                "CREATE INDEX i ON t (a)",
                "adds_column=false new_family=false builds_index=true",
            ),
            ("AUTO CREATE STATS", "", ""),
        ] {
            assert_eq!(said(&of(job_type, description)), expected, "{job_type}: {description}");
        }
        let untyped = said(&of("", ""));
        assert!(untyped.contains("sink=?") && untyped.contains("revision_history=?"), "{untyped}");
    }
}
