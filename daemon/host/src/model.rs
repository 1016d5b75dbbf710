//! The values that pass between the daemon and a connector. Instants are milliseconds since the epoch.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Range};

/// A sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// French; the English one where the author wrote no other.
    #[serde(default)]
    pub fr: String,
}

impl Text {
    /// Both languages.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { en: en.into(), fr: fr.into() }
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

/// How far a value can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Read from the meter or measured by the source.
    Measured,
    /// Computed by the source because the reading was missing.
    Estimated,
    /// Changed by the source on purpose.
    Corrected,
    /// Put there by a tool to close a hole.
    Filled,
}

/// One value over one interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Start of the interval.
    pub start: i64,
    /// Length in milliseconds; zero for an instantaneous reading.
    pub duration: u64,
    /// In the series' unit; finite.
    pub value: f64,
    /// How far it can be trusted.
    pub quality: Quality,
}

/// How the values of a series add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mean power over the interval.
    Power,
    /// An energy per interval.
    Energy,
    /// A volume per interval.
    Volume,
    /// A temperature, a count of persons...
    Level,
    /// A meter reading.
    Index,
    /// Between 0 and 1.
    Ratio,
    /// A conversion coefficient.
    Factor,
}

impl Kind {
    /// The stable name, as in manifests and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Energy => "energy",
            Self::Volume => "volume",
            Self::Level => "level",
            Self::Index => "index",
            Self::Ratio => "ratio",
            Self::Factor => "factor",
        }
    }
}

/// The nominal distance between two points of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A fixed number of seconds.
    Seconds(u32),
    /// Local days, 23 to 25 hours long.
    Days(u16),
    /// Local months.
    Months(u16),
    /// None: each point says its own length.
    Irregular,
}

/// A series that a connector gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Within the instance; the id is `<instance>.<name>`.
    pub name: String,
    /// `W`, `kWh`, `m3`, `degC`...
    pub unit: String,
    /// How its values add up.
    pub kind: Kind,
    /// The nominal distance between two points.
    pub step: Step,
    /// Seconds after local midnight at which its day starts.
    pub day_start: u32,
    /// For people.
    pub title: Text,
    /// A value below is refused.
    pub minimum: Option<f64>,
    /// A value above is refused.
    pub maximum: Option<f64>,
    /// How far in the future a point may start, in seconds.
    pub ahead: u32,
    /// Whether its absence is no cause for alarm.
    pub optional: bool,
    /// What it is to the dashboard, whatever the instance is called: `electricity.daily`.
    pub role: Option<String>,
    /// The feed that gives it, where `describe` says so; the manifest's own are listed by its feeds.
    pub feed: Option<String>,
    /// What tells it from its like: a place, a meter, a direction.
    pub labels: BTreeMap<String, String>,
}

/// One thing to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// A feed of the manifest.
    pub feed: String,
    /// Half-open.
    pub span: Range<i64>,
}

/// What a pull that succeeded has to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Where the source said that its data starts.
    pub history_start: Option<i64>,
    /// A remark for the user that is not a failure.
    pub remark: Option<Text>,
}

/// What a connector says of a file that it has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it was recognised as.
    pub format: String,
    /// When the source made the file.
    pub exported: Option<i64>,
    /// First day inside, ISO 8601.
    pub first_day: Option<String>,
    /// Last day inside, ISO 8601.
    pub last_day: Option<String>,
    /// Days or periods that the file itself declares without a value.
    pub absent: u32,
    /// Things worth a word that are not errors.
    pub remarks: Vec<Text>,
}

/// A file to read, in memory: it is hashed and bounded before a connector sees it.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// As shown to the user; never a path.
    pub name: String,
    /// When it was last changed.
    pub modified: Option<i64>,
    /// All of it.
    pub content: Bytes,
}
