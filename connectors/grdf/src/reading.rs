//! What one row of a file says, once understood.

use crate::words::Qualification;
use watteau_tabular::Day;
use watteau_tabular::shown;

/// One gas day of one meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayReading {
    /// Wh as published; none on an absent day.
    pub wh: Option<u32>,
    /// Volume in dm3.
    pub dm3: Option<u32>,
    /// Thousandths of kWh per m3.
    pub coefficient: Option<u32>,
    /// Thousandths of °C; may be known on an absent day.
    pub temperature: Option<i32>,
    /// Index at the start of the row's span, in m3.
    pub index_start: Option<u32>,
    /// Index at its end, in m3.
    pub index_end: Option<u32>,
    /// `Absent` exactly when `wh` is none.
    pub qualification: Qualification,
    /// Declared final by GRDF, which outranks any qualification.
    pub definitive: bool,
    /// Its row or record, as the place of the file counts them.
    pub number: u32,
}

impl DayReading {
    /// Which of two statements about one day holds.
    pub fn rank(&self) -> (bool, Qualification) {
        (self.definitive && self.qualification > Qualification::Absent, self.qualification)
    }
}

/// What a period's row covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `Du 24/11/2020 au 29/11/2020`.
    Week,
    /// `Novembre 2020`.
    Month,
    /// `2020`.
    Year,
    /// Between two readings that were billed.
    Billing,
}

/// One period of one meter; never spread over its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// What the row's label covers.
    pub step: Step,
    /// First gas day.
    pub start: Day,
    /// Last gas day, included.
    pub last: Day,
    /// Wh as published; none when the period has no value.
    pub wh: Option<i64>,
    /// Volume in dm3.
    pub dm3: Option<i64>,
    /// `Absent` exactly when `wh` is none.
    pub qualification: Qualification,
    /// Declared final by GRDF.
    pub definitive: bool,
    /// The request may have cut it, so that it holds less than its label says.
    pub may_be_partial: bool,
    /// Its row or record.
    pub number: u32,
}

/// How the rows of a file are counted, for the user to find one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// Rows of the first sheet, or lines of a text: `14`.
    Row,
    /// Rows of a further sheet, by its order: `sheet 2 row 14`.
    Sheet(usize),
    /// Records of a site answer, from 0: `releves[1]`.
    Releves,
    /// Lines of JSON: `line 3`.
    Line,
    /// Items of a JSON array, from 0: `[1]`.
    Item,
}

impl Places {
    /// The place of one row or record.
    pub fn place(self, number: u32) -> String {
        match self {
            Self::Row => number.to_string(),
            Self::Sheet(order) => format!("sheet {order} row {number}"),
            Self::Releves => format!("releves[{number}]"),
            Self::Line => format!("line {number}"),
            Self::Item => format!("[{number}]"),
        }
    }
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not the number, date or word the column should hold.
    Unreadable,
    /// A number with an error, or a formula that no program has calculated.
    NotCalculated,
    /// A consumption under zero.
    Negative,
    /// More than any home burns.
    TooMuch,
    /// Before 2000.
    TooOld,
    /// After the export, or after tomorrow.
    Future,
    /// Several values of one rank for one day or period.
    Conflict,
    /// The same key twice in one record.
    RepeatedKey,
    /// A line that is not JSON.
    NotJson,
    /// Gas put into the network, not taken from it.
    Injection,
}

impl Reason {
    /// In English and in French.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unreadable => ("not readable", "illisible"),
            Self::NotCalculated => ("no stored value", "aucune valeur enregistrée"),
            Self::Negative => ("negative", "négatif"),
            Self::TooMuch => ("more than is possible", "plus que le possible"),
            Self::TooOld => ("before 2000", "avant 2000"),
            Self::Future => ("after the export", "après l’export"),
            Self::Conflict => ("conflicting duplicate", "doublon contradictoire"),
            Self::RepeatedKey => ("the same key twice", "deux fois la même clé"),
            Self::NotJson => ("not valid JSON", "JSON non valable"),
            Self::Injection => ("injected gas, not consumption", "gaz injecté, pas une consommation"),
        }
    }
}

/// A row or record that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its meter, by position in the import; none where it could not be told.
    pub meter: Option<usize>,
    /// Its row or record.
    pub number: u32,
    /// The day it would have been.
    pub day: Option<Day>,
    /// The title or key at fault; none when the row as a whole is.
    pub column: Option<&'static str>,
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Refusal {
    /// `Energie consommée (kWh): 'n.c.' (not readable)`, in English and in French.
    pub fn words(&self) -> (String, String) {
        let (text, (en, fr)) = (shown(&self.text), self.reason.words());
        match self.column {
            Some(column) => (format!("{column}: '{text}' ({en})"), format!("{column} : « {text} » ({fr})")),
            None => (en.to_owned(), fr.to_owned()),
        }
    }
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}
