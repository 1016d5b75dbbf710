//! What the user says of the files: which columns there are, and what they mean.
//!
//! The host checks the types of the options; what is inside `time`, `series` and `places` is checked here, and
//! everything that is wrong is told at once, each with its path (`series[0].unit`).

mod fields;
mod length;
mod series;

use serde::Deserialize;
use serde_json::{Map, Value};
use watteau_sdk::prelude::{Series, Step};
use watteau_sdk::types::SettingProblem;

use self::fields::{Fields, Problems};
pub use self::series::{Qualities, Scale, SeriesColumn};
use crate::format::{Format, Wrong};

/// The instance's table as the host gives it.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Settings(Map<String, Value>);

/// A column, by its title or its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnName {
    /// As in the line of titles.
    Title(String),
    /// From 0; users count from 1.
    Number(u16),
}

/// Where the time is.
#[derive(Clone, Debug)]
pub struct TimeColumns {
    /// The columns that hold it; of several, their texts with a space between.
    pub columns: Vec<ColumnName>,
    /// The column of the interval's end, in the same format.
    pub end: Option<ColumnName>,
    /// The column of the interval's last day, in the same format.
    pub last: Option<ColumnName>,
    /// How they are written.
    pub format: Format,
    /// Whose clocks they show; none: the home's.
    pub zone: Option<String>,
    /// They mark the end of the interval, not its start.
    pub marks_end: bool,
}

/// The places or meters that rows are of.
#[derive(Clone, Debug)]
pub struct Places {
    /// The column that says which.
    pub column: ColumnName,
    /// What stands there, and the first part of the series' names.
    pub names: Vec<(String, String)>,
}

/// A description of files, complete and without contradiction.
#[derive(Clone, Debug)]
pub struct Description {
    /// Where the time is.
    pub time: TimeColumns,
    /// The nominal distance between two rows.
    pub step: Step,
    /// With an irregular step, a longer distance is a hole; milliseconds.
    pub longest: Option<i64>,
    /// The columns that become series.
    pub series: Vec<SeriesColumn>,
    /// Where rows are of several places.
    pub places: Option<Places>,
    /// The separator, where the user says it.
    pub delimiter: Option<u8>,
    /// Numbers have a decimal comma.
    pub comma: bool,
    /// Lines before the titles or the first row.
    pub skip: u32,
    /// A line of titles comes first.
    pub header: bool,
    /// Words for no value.
    pub missing: Vec<String>,
}

const TIME: [&str; 6] = ["column", "format", "zone", "stamp", "end", "last"];

impl Settings {
    /// Makes them a description, or says everything that is wrong.
    pub fn description(&self) -> Result<Description, Vec<SettingProblem>> {
        let mut problems = Problems::default();
        let found = read(&Fields::new("", &self.0), &mut problems);
        match found {
            Some(description) if problems.0.is_empty() => Ok(description),
            _ => Err(problems.0),
        }
    }
}

impl Description {
    /// The series it gives: each column's, once for each place.
    pub fn series(&self) -> Vec<Series> {
        match &self.places {
            None => self.series.iter().map(|column| column.series(self.step, None)).collect(),
            Some(places) => places
                .names
                .iter()
                .flat_map(|(_, place)| {
                    self.series.iter().map(move |column| column.series(self.step, Some(place)))
                })
                .collect(),
        }
    }
}

fn read(fields: &Fields<'_>, problems: &mut Problems) -> Option<Description> {
    let header = fields.flag("header", problems).unwrap_or(true);
    let time = time(fields, header, problems);
    let step = fields.needed("step", problems).and_then(|text| {
        let step = length::step(text);
        if step.is_none() {
            problems.add(
                "step",
                format!("`{text}` is not a step; write `30min`, `1d`, `1 month` or `irregular`"),
                format!(
                    "« {text} » n’est pas un pas ; écrire « 30min », « 1d », « 1 month » ou « irregular »"
                ),
            );
        }
        step
    });
    let longest = fields.text("longest", problems).and_then(|text| {
        let seconds = length::seconds(text).filter(|seconds| *seconds > 0);
        if seconds.is_none() {
            problems.add(
                "longest",
                format!("`{text}` is not a duration; write `1h` or `1d`"),
                format!("« {text} » n’est pas une durée ; écrire « 1h » ou « 1d »"),
            );
        }
        Some(i64::from(seconds?) * 1000)
    });
    let places = places(fields, header, problems);
    let series = series::read_all(fields, header, problems);
    let delimiter = fields.text("delimiter", problems).and_then(|text| match text.as_bytes() {
        b"tab" => Some(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
        _ => {
            problems.add(
                "delimiter",
                "it must be one character, or \"tab\"",
                "il faut un seul caractère, ou « tab »",
            );
            None
        }
    });
    Some(Description {
        time: time?,
        step: step?,
        longest,
        series: series?,
        places,
        delimiter,
        comma: fields.text("decimal", problems) == Some(","),
        skip: fields.count("skip", problems).unwrap_or(0),
        header,
        missing: fields
            .texts("missing", problems)
            .unwrap_or_default()
            .into_iter()
            .map(str::to_owned)
            .collect(),
    })
}

fn time(fields: &Fields<'_>, header: bool, problems: &mut Problems) -> Option<TimeColumns> {
    if fields.get("time").is_none() {
        problems.add("time", "it is missing", "il manque");
    }
    let time = fields.table("time", problems)?;
    time.only(&TIME, problems);
    let columns = match time.get("column") {
        Some(Value::Array(several)) if !several.is_empty() => {
            several.iter().map(|one| column(one, &time.path("column"), header, problems)).collect()
        }
        Some(one) => column(one, &time.path("column"), header, problems).map(|column| vec![column]),
        None => {
            problems.add(time.path("column"), "it is missing", "il manque");
            None
        }
    };
    let mut other = |key: &str| {
        let value = time.get(key)?;
        column(value, &time.path(key), header, problems)
    };
    let (end, last) = (other("end"), other("last"));
    if end.is_some() && last.is_some() {
        problems.add(
            time.path("last"),
            "the end of the interval is said by `end` already",
            "la fin de l’intervalle est déjà donnée par « end »",
        );
    }
    let format = time.needed("format", problems).and_then(|text| match Format::parse(text) {
        Ok(format) => Some(format),
        Err(Wrong::Directive(directive)) => {
            problems.add(
                time.path("format"),
                format!("`{directive}` is not known; write for example \"%d/%m/%Y %H:%M\" or \"rfc3339\""),
                format!("« {directive} » est inconnu ; écrire par exemple « %d/%m/%Y %H:%M » ou « rfc3339 »"),
            );
            None
        }
        Err(Wrong::NoYear) => {
            problems.add(
                time.path("format"),
                format!("`{text}` does not say which year; write for example \"%d/%m/%Y %H:%M\" or \"rfc3339\""),
                format!("« {text} » ne dit pas quelle année ; écrire par exemple « %d/%m/%Y %H:%M » ou « rfc3339 »"),
            );
            None
        }
    });
    let marks_end = match time.text("stamp", problems) {
        None | Some("start") => false,
        Some("end") => {
            if end.is_some() || last.is_some() {
                problems.add(
                    time.path("stamp"),
                    "the time is a start where another column says the end",
                    "l’heure est un début quand une autre colonne donne la fin",
                );
            }
            true
        }
        Some(other) => {
            problems.add(
                time.path("stamp"),
                format!("`{other}` is neither \"start\" nor \"end\""),
                format!("« {other} » n’est ni « start » ni « end »"),
            );
            false
        }
    };
    let zone = time.text("zone", problems).map(str::to_owned);
    Some(TimeColumns { columns: columns?, end, last, format: format?, zone, marks_end })
}

fn places(fields: &Fields<'_>, header: bool, problems: &mut Problems) -> Option<Places> {
    let places = fields.table("places", problems)?;
    places.only(&["column", "names"], problems);
    let column = match places.get("column") {
        Some(value) => column(value, &places.path("column"), header, problems),
        None => {
            problems.add(places.path("column"), "it is missing", "il manque");
            None
        }
    };
    if places.get("names").is_none() {
        problems.add(places.path("names"), "it is missing", "il manque");
    }
    let names = places.table("names", problems)?;
    let mut known = Vec::<(String, String)>::new();
    for (word, name) in names.entries() {
        match name.as_str().filter(|name| series::is_name(name)) {
            Some(name) if known.iter().any(|(_, other)| other == name) => problems.add(
                names.path(word),
                format!("`{name}` is another place's name already"),
                format!("« {name} » est déjà le nom d’un autre lieu"),
            ),
            Some(name) => known.push((word.clone(), name.to_owned())),
            None => series::bad_name(&names.path(word), name, problems),
        }
    }
    if names.entries().next().is_none() {
        problems.add(places.path("names"), "it names no place", "elle ne nomme aucun lieu");
    }
    Some(Places { column: column?, names: known })
}

/// A title, or a number from 1.
fn column(value: &Value, path: &str, header: bool, problems: &mut Problems) -> Option<ColumnName> {
    match value {
        Value::String(title) if header && !title.trim().is_empty() => {
            return Some(ColumnName::Title(title.trim().to_owned()));
        }
        Value::String(_) if !header => {
            problems.add(
                path,
                "without a line of titles it must be a number, from 1",
                "sans ligne de titres il faut un numéro, à partir de 1",
            );
            return None;
        }
        Value::Number(number) => {
            let index = number.as_u64().and_then(|number| u16::try_from(number).ok()?.checked_sub(1));
            if let Some(index) = index.filter(|index| *index < watteau_tabular::limits::COLUMNS) {
                return Some(ColumnName::Number(index));
            }
        }
        _ => {}
    }
    problems.add(
        path,
        "it must be the title of a column, or its number from 1 to 256",
        "il faut le titre d’une colonne, ou son numéro de 1 à 256",
    );
    None
}
