//! What the model sees of an hour: groups of numbers that describe calendar, weather and recent load.
//!
//! Dummies and Fourier functions go in as they are; temperatures and lags are centred and scaled by constants that do
//! not change while a model lives ([`Scale`]). An unknown lag counts as its mean, so that a hole in the load costs its
//! own information and no more. Unknown weather makes the row unknown: there is no honest mean of a temperature.

mod calendar;
mod day;
mod fourier;
mod grid;
mod scale;
mod weather;

pub use day::{DayLags, DayWeather};
pub use fourier::Fourier;
pub use grid::{Grid, Target};
pub use scale::Scale;

use serde::{Deserialize, Serialize};

use crate::calendar::DayFacts;

/// How many groups there are.
pub const GROUPS: usize = 12;

/// A group of features: its coefficients start as uncertain as each other and wander at one speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Group {
    /// The constant.
    Level,
    /// Weekday, holidays counted as Sunday.
    Dow,
    /// Holidays, bridges and their neighbours.
    Hol,
    /// Summer and end of year by trapezes, school holidays.
    Sch,
    /// Harmonics of the year, clock change.
    Seas,
    /// Seasons of Monday, Friday and Saturday of their own.
    Week,
    /// Temperature of the hour and its averages, bent at several thresholds.
    Temp,
    /// Heating and cooling by season and kind of day.
    TempX,
    /// Regional differences of temperature.
    Ext,
    /// Load and heating need of the days before.
    Lag,
    /// Kinds of the days that the lags come from.
    Ldt,
    /// Random Fourier functions.
    Rff,
}

impl Group {
    /// All groups, in the order of the columns.
    pub const ALL: [Group; GROUPS] = [
        Group::Level,
        Group::Dow,
        Group::Hol,
        Group::Sch,
        Group::Seas,
        Group::Week,
        Group::Temp,
        Group::TempX,
        Group::Ext,
        Group::Lag,
        Group::Ldt,
        Group::Rff,
    ];

    /// How many columns it has; `fourier` is the number of Fourier functions.
    pub fn len(self, fourier: usize) -> usize {
        match self {
            Group::Level => 1,
            Group::Dow => 7,
            Group::Hol => 26,
            Group::Sch => 16,
            Group::Seas => 13,
            Group::Week => 6,
            Group::Temp => 34,
            Group::TempX => 8,
            Group::Ext => 15,
            Group::Lag => 12,
            Group::Ldt => 11,
            Group::Rff => fourier,
        }
    }
}

/// The columns of a model: which groups, in the order of [`Group::ALL`].
#[derive(Debug, Clone)]
pub struct Features {
    groups: Vec<(Group, std::ops::Range<usize>)>,
    scale: Scale,
    fourier: Fourier,
    len: usize,
}

impl Features {
    /// Columns of `groups`, lags and temperatures scaled by `scale`.
    pub fn new(groups: &[Group], scale: Scale, fourier: Fourier) -> Features {
        let mut len = 0;
        let ranges = Group::ALL.into_iter().filter(|group| groups.contains(group)).map(|group| {
            let start = len;
            len += group.len(fourier.len());
            (group, start..len)
        });
        let groups = ranges.collect();
        Features { groups, scale, fourier, len }
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The groups and their columns.
    pub fn groups(&self) -> &[(Group, std::ops::Range<usize>)] {
        &self.groups
    }

    /// A value by group, repeated for each of its columns.
    pub fn spread(&self, of: impl Fn(Group) -> f64) -> Vec<f64> {
        let mut values = vec![0.0; self.len];
        for (group, range) in &self.groups {
            values[range.clone()].fill(of(*group));
        }
        values
    }

    /// Writes the row of a local hour into `out`, which has [`Features::len`] places. False when the weather is unknown.
    pub fn row(
        &self,
        facts: &DayFacts,
        weather: &DayWeather,
        lags: &DayLags,
        hour: usize,
        out: &mut [f64],
    ) -> bool {
        if !weather.is_known() {
            return false;
        }
        for (group, range) in &self.groups {
            let out = &mut out[range.clone()];
            raw(*group, facts, weather, lags, hour, out);
            self.scale.apply(*group, out);
            if *group == Group::Rff {
                self.fourier.row(&self.scale, facts, weather, lags, hour, out);
            }
        }
        true
    }
}

/// The columns of one group before scaling. Fourier functions are not among them: they need scaled lags.
fn raw(group: Group, facts: &DayFacts, weather: &DayWeather, lags: &DayLags, hour: usize, out: &mut [f64]) {
    match group {
        Group::Level => out[0] = 1.0,
        Group::Dow => calendar::dow(facts, out),
        Group::Hol => calendar::hol(facts, out),
        Group::Sch => calendar::sch(facts, out),
        Group::Seas => calendar::seas(facts, out),
        Group::Week => calendar::week(facts, out),
        Group::Temp => weather::temp(weather, hour, out),
        Group::TempX => weather::tempx(facts, weather, hour, out),
        Group::Ext => weather::ext(weather, hour, out),
        Group::Lag => lags.row(hour, out),
        Group::Ldt => lags.kinds(out),
        Group::Rff => {}
    }
}

/// 1 or 0.
fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}
