//! What neighbouring entries of a log mostly share: who wrote them, and the day.

use std::borrow::Cow;

use crate::model::Time;
use crate::parse::{tags, time};

/// The node and the virtual cluster of the last text entry. Neighbours mostly agree, and tell by the same start of their
/// tags.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) start: Vec<u8>,
    pub(super) node: Option<u32>,
    pub(super) tenant: Option<String>,
    /// Number of the virtual cluster.
    pub(super) number: Option<u64>,
    /// It is a SQL pod and no node.
    pub(super) sql_pod: bool,
}

impl Writer {
    /// Reads who wrote an entry with these tags; says whether it is another one than that of the last entry.
    pub(super) fn read(&mut self, tags: &[u8]) -> bool {
        let known = !self.start.is_empty()
            && tags.strip_prefix(&*self.start).is_some_and(|rest| matches!(rest, [] | [b',', ..]));
        if known {
            return false;
        }
        self.start.clear();
        self.start.extend_from_slice(tags::start(tags).unwrap_or_default());
        self.node = tags::node(tags);
        self.tenant = tags::tenant_name(tags).map(Cow::into_owned);
        self.number = tags::tenant_number(tags);
        self.sql_pod = self.node.is_none() && tags::is_sql_pod(tags);
        true
    }
}

/// The day of the last text entry.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// `yymmdd`.
    pub(super) date: [u8; 6],
    /// When it began in UTC, if there is such a day.
    pub(super) midnight: Option<Time>,
}

impl Day {
    /// Reads the day of an entry that begins with `line`.
    pub(super) fn read(&mut self, line: &[u8]) {
        let Some(date) = line.get(1..).and_then(<[u8]>::first_chunk) else { return };
        if self.date != *date {
            self.date = *date;
            let midnight = time::header(date, b"00:00:00.000000", 0);
            self.midnight = midnight.filter(|midnight| !time::is_undated(*midnight));
        }
    }
}
