//! The numbers that the rows of one day share.

use super::{Grid, flag};
use crate::calendar::{Day, DayFacts, EFFECTIVE_SUNDAY, LocalDays};
use crate::temperature::Sample;

/// Weather of a local day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayWeather {
    /// What is felt at each local hour. A skipped hour repeats the one before, a double hour is averaged.
    pub hours: [Sample; 24],
    /// Highest minus lowest national temperature, degC.
    pub range: f64,
    /// The same of the day before.
    pub range_before: f64,
    /// Highest national temperature.
    pub max: f64,
    /// Mean national temperature.
    pub mean: f64,
    /// Lowest national temperature.
    pub min: f64,
}

impl DayWeather {
    /// Weather of `day` as `sample` tells it by hour of UTC.
    pub fn new<'a>(days: &LocalDays, day: Day, sample: impl Fn(i64) -> &'a Sample) -> DayWeather {
        let hours = hours(days, day, &sample);
        let before = extremes(&hours_of_day_before(days, day, &sample));
        let (min, max) = extremes(&hours);
        let mean = hours.iter().map(|hour| hour.national).sum::<f64>() / 24.0;
        DayWeather { hours, range: max - min, range_before: before.1 - before.0, max, mean, min }
    }

    /// Whether every hour of it is known.
    pub fn is_known(&self) -> bool {
        self.mean.is_finite() && self.range_before.is_finite()
    }
}

fn hours<'a>(days: &LocalDays, day: Day, sample: impl Fn(i64) -> &'a Sample) -> [Sample; 24] {
    days.slots(day).map(|slot| match slot.count {
        0 => *sample(slot.hour - 1),
        1 => *sample(slot.hour),
        _ => sample(slot.hour).mean(*sample(slot.hour + 1)),
    })
}

/// The day before the first day of a grid has no slots; its extremes are taken from the 24 hours before.
fn hours_of_day_before<'a>(days: &LocalDays, day: Day, sample: impl Fn(i64) -> &'a Sample) -> [Sample; 24] {
    if day > days.first() {
        return hours(days, day.plus(-1), sample);
    }
    let start = days.hours(day).start;
    std::array::from_fn(|hour| *sample(start - 24 + hour as i64))
}

/// Lowest and highest; NaN if any hour is unknown, which `min` and `max` would hide.
fn extremes(hours: &[Sample; 24]) -> (f64, f64) {
    let worst = hours.iter().map(|hour| hour.national * 0.0).sum::<f64>();
    let fold = |start: f64, pick: fn(f64, f64) -> f64| {
        hours.iter().map(|hour| hour.national).fold(start, pick) + worst
    };
    (fold(f64::INFINITY, f64::min), fold(f64::NEG_INFINITY, f64::max))
}

/// What is known at the time of issue of the days before; unknown values are NaN.
#[derive(Debug, Clone)]
pub struct DayLags {
    /// Columns that are the same for all hours, and by hour.
    morning: f64,
    last_known: f64,
    latest: [f64; 24],
    week: [f64; 24],
    two_days_mean: f64,
    week_morning: f64,
    heating_two: [f64; 24],
    heating_week: [f64; 24],
    heating_morning: f64,
    temperature_morning: f64,
    temperature_two: [f64; 24],
    temperature_week: [f64; 24],
    kinds: [f64; 11],
}

/// Need of heating at a sample.
fn heating(sample: &Sample) -> f64 {
    // A threshold of an unknown temperature is unknown; `max` would make it 0.
    if sample.national.is_finite() { (15.0 - sample.smooth[2]).max(0.0) } else { f64::NAN }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

impl DayLags {
    /// Lags of `day` when the hours before local hour `known` of the day before are known. `measured` gives the
    /// measured samples of a day, of which only hours known at the issue are looked at.
    pub fn new<'a>(
        grid: &Grid,
        day: Day,
        known: usize,
        measured: impl Fn(Day) -> Option<&'a DayWeather>,
    ) -> DayLags {
        let unknown = [f64::NAN; 24];
        let load = |back: i32| grid.filled(day.plus(-back)).unwrap_or(&unknown);
        let weather = |back: i32, of: fn(&Sample) -> f64| {
            measured(day.plus(-back)).map_or(unknown, |weather| weather.hours.each_ref().map(of))
        };
        let temperature: fn(&Sample) -> f64 = |sample| sample.national;
        let (one, two, week, eight) = (load(1), load(2), load(7), load(8));
        let early = |values: [f64; 24]| mean(values[..known].iter().copied());
        DayLags {
            morning: early(*one),
            last_known: one[known - 1],
            latest: std::array::from_fn(|hour| if hour < known { one[hour] } else { two[hour] }),
            week: *week,
            two_days_mean: mean(two.iter().copied()),
            week_morning: early(*eight),
            heating_two: weather(2, heating),
            heating_week: weather(7, heating),
            heating_morning: early(weather(1, heating)),
            temperature_morning: early(weather(1, temperature)),
            temperature_two: weather(2, temperature),
            temperature_week: weather(7, temperature),
            kinds: kinds(grid.facts(day.plus(-1)), grid.facts(day.plus(-2)), grid.facts(day)),
        }
    }

    /// Mean load of the known hours of the day before.
    pub(super) fn morning(&self) -> f64 {
        self.morning
    }

    pub(super) fn row(&self, hour: usize, out: &mut [f64]) {
        out.copy_from_slice(&[
            self.morning,
            self.last_known,
            self.latest[hour],
            self.week[hour],
            self.two_days_mean,
            self.week_morning,
            self.heating_two[hour],
            self.heating_week[hour],
            self.heating_morning,
            self.temperature_morning,
            self.temperature_two[hour],
            self.temperature_week[hour],
        ]);
    }

    pub(super) fn kinds(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.kinds);
    }
}

/// The weekdays that a lag may come from and be unlike the day forecast.
const TOLD: [usize; 4] = [0, 4, 5, EFFECTIVE_SUNDAY];

fn kinds(one: Option<&DayFacts>, two: Option<&DayFacts>, day: Option<&DayFacts>) -> [f64; 11] {
    let mut kinds = [0.0; 11];
    let effective = |facts: Option<&DayFacts>| facts.map(|facts| facts.effective);
    for (i, weekday) in TOLD.into_iter().enumerate() {
        kinds[i] = flag(effective(one) == Some(weekday));
        kinds[4 + i] = flag(effective(two) == Some(weekday));
    }
    if let Some(day) = day {
        kinds[8] = flag(day.holiday_near.before);
        kinds[9] = flag(day.holiday_near.two_before);
        kinds[10] = flag(day.holiday_near.week_before);
    }
    kinds
}
