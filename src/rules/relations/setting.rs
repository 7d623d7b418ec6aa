//! `setting`: a row for each setting that a rule names.

use crate::facts::{KnownSetting, Setting};
use crate::model::{Evidence, Location};
use crate::parse::settings::Value as Told;
use crate::rules::form::rule::Value;
use crate::rules::needs::texts;
use crate::rules::relation::{Cell, MILLION, Row, Rows, Wanted};
use crate::rules::truth::Missing;
use crate::rules::view::View;

pub(in crate::rules) fn rows(view: &View<'_>, wanted: Wanted<'_>) -> Rows {
    let names = texts(wanted.filter, "name").into_iter();
    let rows = names.map(|name| {
        let setting = view.facts.settings.state(view.tenancy, &name);
        row(name, &setting, wanted.default)
    });
    Rows { rows: rows.collect(), ..Rows::default() }
}

fn row(name: String, setting: &Setting, default: Option<&Value>) -> Row {
    let missing =
        |why: &str| Cell::Unknown(Missing::Setting { name: name.clone(), why: why.to_owned() });
    let assumed = || match default {
        Some(value) => Cell::Value(value.clone()),
        None => missing("the default of the build is not known"),
    };
    let set = setting.is_set().or(setting.known().and_then(|told| told.explicit));
    let [value, of_set, changed, origin] = match setting {
        Setting::Known(told) => {
            let value = match number_or_word(&told.value) {
                Some(value) => Cell::Value(value),
                None if told.is_default == Some(true) => assumed(),
                None => missing(hidden(&told.value)),
            };
            let changed = match told.changed_at {
                None if told.explicit == Some(false) => Cell::Absent,
                time => Cell::time(time, &format!("{name} was set")),
            };
            let set = set.map_or_else(
                || missing("nothing tells whether it is set: the file system.settings does"),
                |set| Cell::Value(Value::Bool(set)),
            );
            [value, set, changed, Cell::text(by(told))]
        }
        Setting::DefaultAssumed { .. } => {
            [assumed(), Cell::Value(Value::Bool(false)), Cell::Absent, Cell::text(DEFAULT)]
        }
        Setting::Unknown(all) => {
            let why: Vec<String> = all.iter().map(ToString::to_string).collect();
            let why = why.join("; ");
            [missing(&why), missing(&why), missing(&why), missing(&why)]
        }
    };
    let cells = vec![Cell::text(&name), value, of_set, changed, origin];
    Row {
        cells,
        evidence: evidence(&name, setting),
        id: name,
        node: None,
        ran: None,
        redacted: false,
        doubts: Vec::new(),
    }
}

/// Said of a value that nobody set.
const DEFAULT: &str = "the default of the build";

fn by(told: &KnownSetting) -> &'static str {
    match (told.explicit, told.is_default) {
        (Some(true), _) | (None, Some(false)) => "set by a person",
        (Some(false), _) | (None, Some(true)) => DEFAULT,
        (None, None) => "as the cluster lists it",
    }
}

/// A value as rules compare it; none if it is hidden.
fn number_or_word(value: &Told) -> Option<Value> {
    let number = |number: i128| Value::Number(number * MILLION);
    Some(match value {
        Told::Bool(value) => Value::Bool(*value),
        Told::Int(value) => number((*value).into()),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it saturates, far from any value of a setting"
        )]
        Told::Float(value) => Value::Number((value * 1e6).round() as i128),
        Told::Bytes(value) => number((*value).into()),
        // In seconds; less than a millionth of one is not nothing.
        Told::Duration(nanos) => Value::Number(i128::from(nanos / 1000 + (nanos % 1000).signum())),
        Told::Enum(text) | Told::Text(text) => Value::Text(text.clone()),
        Told::Version(active) => Value::Text(active.text.clone()),
        Told::EnumNumber(_) | Told::Withheld | Told::Redacted | Told::Unreadable => return None,
    })
}

fn hidden(value: &Told) -> &'static str {
    match value {
        Told::EnumNumber(_) => {
            "system.settings has it as a number, and only crdb_internal.cluster_settings as a word"
        }
        Told::Withheld => "it is text that may be a secret, and is not kept",
        Told::Redacted => "it is redacted",
        _ => "it is in a form that is not read",
    }
}

fn evidence(name: &str, setting: &Setting) -> Option<Evidence> {
    let shows = |source: &Location, time, text| {
        Some(Evidence { source: source.clone(), node: None, time, text })
    };
    match setting {
        Setting::Known(told) => {
            shows(&told.source, told.changed_at, format!("{name} = {}", told.value))
        }
        Setting::DefaultAssumed { source } => shows(source, None, format!("no row of {name}")),
        Setting::Unknown(_) => None,
    }
}
