//! Words that are known: those of CockroachDB's statements and log lines, and those of our own sentences.

use std::collections::BTreeSet;

use crate::advisories::detector;
use crate::facts;
use crate::model::CollectSmall;
use crate::rules::RuleSet;

/// Every word of every sentence, code and file name that this program can say, in lower case; `build.rs` takes them from
/// its source.
const OURS: &str = include_str!(concat!(env!("OUT_DIR"), "/words.txt"));

/// What each installation has under the same name.
const EVERYWHERE: &str = " admin crdb_internal debug defaultdb information_schema node pg_catalog pg_extension postgres public \
    redacted root system ";

/// Whether `word` is a name that tells nothing: each installation, or each debug zip, has it.
pub(super) fn is_everywhere(word: &str) -> bool {
    word.is_empty() || is_in(EVERYWHERE, word)
}

/// The words that CockroachDB writes in capitals when it describes a job: there, an identifier in capitals is quoted.
const KEYWORDS: &str = " ADD ALL ALTER AND AS ASC AVRO BACKUP BACKUPS BY CHANGE CHANGEFEED CHECK COLUMN COMPACT CONSTRAINT \
    CREATE CSV CURRENT CURSOR DATA DATABASE DATABASES DEFAULT DELIMITED DESC DISTINCT DROP EXISTS FOR FOREIGN FROM FULL \
    GROUP HAVING IF IMPORT IN INCREMENTAL INDEX INNER INSERT INTERVAL INTO INVERTED IS JOIN KEY LATEST LEFT LIMIT \
    MATERIALIZED MYSQLDUMP NEW NOT NULL OF ON OR ORDER OUTER PGCOPY PGDUMP PRIMARY REFRESH REPLICATION RESTORE RIGHT \
    SCHEDULE SCHEDULES SCHEMA SELECT SEQUENCE SET SHOW STATISTICS STATS STREAM SYSTEM TABLE TABLES TENANT TENANTS TIME TO \
    TRUNCATE TYPE UNION UNIQUE UPDATE USING VALUES VIEW VIRTUAL CLUSTER WHERE WITH GC AUTO IMPORTS MOLT FETCH ";

/// Options of statements, and schemes of addresses: never names.
const OPTIONS: &str = " detached revision_history encryption_passphrase incremental_location kms into_db skip_missing_foreign_keys \
    new_db_name schema_only as_of s3 gs azure azure-blob azure-storage nodelocal userfile http https file external kafka \
    postgres postgresql mysql sqlserver workload gcpubsub webhook-http webhook-https ";

/// Words of log lines beside those that are looked for: tags, fields of JSON, kinds and states of jobs.
const LINE: &str = " a after an ambiguous and at binary by canceled channel_numeric channel class cluster complete config context created deadline description \
    entry_counter error eventtype exceeded failed file finished goroutine header id info instance instanceid is job jobs jobid jobtype level line \
    message ms no not num_rows numrows of on paused pending redactable recoverytype result resultstatus retrying row rows running s server severity severity_numeric start started state \
    status succeeded successfully table tag tags tenant the time timestamp to tracing txt user type username version was while with W I E F ‹›";

/// Words that only join others.
const JOINS: &str = " an and are as at be but by for from had has have if in into is it its no nor not of off on or out over so \
    than that the their them then there these they this those to up was were what when where which while who will with ";

/// Whether a word only joins others; single letters are among them.
pub(super) fn joins(word: &str) -> bool {
    word.len() == 1 || is_in(JOINS, word)
}

fn is_in(list: &str, word: &str) -> bool {
    list.match_indices(word)
        .any(|(at, found)| list[..at].ends_with(' ') && list[at + found.len()..].starts_with(' '))
}

/// How much of a text may be ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Our own sentence, into which names were filled.
    Sentence,
    /// A path in the input.
    Path,
    /// A statement of ours, into which parts of others were filled.
    Sql,
    /// A statement as CockroachDB describes it.
    Statement,
    /// A line of a log or a row of a table.
    Line,
}

/// What is known.
pub(super) struct Words {
    ours: BTreeSet<&'static str>,
    literals: Vec<&'static str>,
}

impl Words {
    pub(super) fn new() -> Self {
        // Of a person's own rules nothing is known here: their words are theirs.
        let shipped = RuleSet::shipped();
        let named = shipped.rules().iter().filter_map(|rule| rule.detector.as_ref());
        let detectors = named.filter_map(|named| detector(&named.name));
        let signatures =
            facts::SIGNATURES.iter().chain(detectors.flat_map(|detector| detector.signatures));
        Self {
            ours: OURS.split('\n').collect_small(),
            literals: signatures.map(|signature| signature.literal).collect(),
        }
    }

    /// Whether `word` may stay in a text of this kind.
    pub(super) fn knows(&self, kind: Kind, word: &str) -> bool {
        if is_everywhere(word) {
            return true;
        }
        match kind {
            Kind::Sentence | Kind::Path | Kind::Sql => {
                is_in(KEYWORDS, word) || self.ours.contains(word.to_lowercase().as_str())
            }
            Kind::Statement => is_in(KEYWORDS, word) || is_in(OPTIONS, word),
            Kind::Line => {
                is_in(KEYWORDS, word)
                    || is_in(OPTIONS, word)
                    || is_in(LINE, &word.to_ascii_lowercase())
            }
        }
    }

    /// The constant part of a known message that `text` begins with.
    pub(super) fn literal(&self, text: &str) -> Option<&'static str> {
        self.literals.iter().copied().find(|literal| text.starts_with(literal))
    }
}
