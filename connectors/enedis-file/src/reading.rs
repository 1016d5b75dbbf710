//! What the rows of a file say, once understood. Values are thousandths of a watt or watt-hour.

use watteau_sdk::prelude::{Instant, Quality};
use watteau_tabular::{Day, shown};

use crate::words::{REGISTERS, rank};

/// Where a row stands: of a text, or of the sheet with that order in a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 0 in a text, and in a workbook's first sheet.
    pub sheet: u8,
    /// As the program that made the file counts: the first is 1.
    pub row: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.sheet {
            0 => self.row.fmt(f),
            sheet => write!(f, "sheet {} row {}", sheet + 1, self.row),
        }
    }
}

/// One row of a load curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Where the interval ends.
    pub end: Instant,
    /// Minutes; 0 where the row does not say.
    pub minutes: u16,
    /// None where the file says that there is no value.
    pub value: Option<i64>,
    /// The value is an energy, not a mean power.
    pub energy: bool,
    /// How it was obtained.
    pub quality: Quality,
    /// Where it stands.
    pub place: Place,
}

/// One day of energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayReading {
    /// None where the file says that there is no value.
    pub value: Option<i64>,
    /// How it was obtained.
    pub quality: Quality,
    /// Where it stands.
    pub place: Place,
}

impl DayReading {
    /// Which of two statements about one day holds: the greater.
    pub fn rank(&self) -> u8 {
        if self.value.is_some() { 1 + rank(self.quality) } else { 0 }
    }
}

/// The registers of a meter at a midnight.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The day that begins then.
    pub day: Day,
    /// By class; the total first.
    pub registers: [Option<i64>; REGISTERS],
    /// Where it stands.
    pub place: Place,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not the number, date or word the column should hold.
    Unreadable,
    /// A formula that no program has calculated, or an error.
    NotCalculated,
    /// A value under zero.
    Negative,
    /// Before 2000.
    TooOld,
    /// Still to come.
    Future,
    /// A time that the clocks skipped.
    NeverShown,
    /// A step that no meter keeps.
    Step,
    /// No step, and none to be seen from the rows around.
    NoStep,
    /// Several values of one rank for one interval.
    Conflict,
    /// A meter's register below that of the day before.
    Falls,
    /// A reading that is not taken at midnight.
    NotMidnight,
    /// A word that says neither consumption nor production.
    Direction,
    /// A unit that is not read.
    Unit,
}

impl Reason {
    /// In English and in French.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unreadable => ("not readable", "illisible"),
            Self::NotCalculated => ("no stored value", "aucune valeur enregistrée"),
            Self::Negative => ("negative", "négatif"),
            Self::TooOld => ("before 2000", "avant 2000"),
            Self::Future => ("still to come", "encore à venir"),
            Self::NeverShown => {
                ("the clocks of Paris never show it", "les horloges de Paris ne l’affichent jamais")
            }
            Self::Step => {
                ("not a step of 10, 15, 30 or 60 minutes", "pas un pas de 10, 15, 30 ou 60 minutes")
            }
            Self::NoStep => ("no step, and none to be seen", "pas absent et indécelable"),
            Self::Conflict => ("conflicting duplicate", "doublon contradictoire"),
            Self::Falls => (
                "the index falls, as when the meter is replaced",
                "l’index diminue, comme lorsque le compteur est remplacé",
            ),
            Self::NotMidnight => ("not a reading at midnight", "pas un relevé de minuit"),
            Self::Direction => ("neither consumption nor production", "ni consommation ni production"),
            Self::Unit => ("a unit that is not read", "une unité qui n’est pas lue"),
        }
    }
}

/// A row that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its meter, by position in the import; none where it could not be told.
    pub meter: Option<usize>,
    /// Where it stands.
    pub place: Place,
    /// The day it would have been.
    pub day: Option<Day>,
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl Refusal {
    /// `'n.c.' (not readable)`, in English and in French.
    pub fn words(&self) -> (String, String) {
        let (text, (en, fr)) = (shown(&self.text), self.reason.words());
        if text.is_empty() {
            (en.to_owned(), fr.to_owned())
        } else {
            (format!("'{text}' ({en})"), format!("« {text} » ({fr})"))
        }
    }
}
