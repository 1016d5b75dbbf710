//! What is known of one home.

use super::ByDay;
use crate::Error;
use crate::calendar::{Day, LocalDays, holiday};
use crate::hourly::Hourly;

/// Beyond these a value is a defect of a meter or of a source, and counts as unknown.
const MOST_WATTS: f64 = 1e6;
const MOST_KWH: f64 = 1e5;
const MOST_DEGREES: f64 = 60.0;
/// Days that the temperature of a day may stand in for the following ones.
const CARRIED: usize = 3;
/// Blocks of a day, of six hours each.
pub(crate) const BLOCKS: usize = 4;
const BLOCK_HOURS: usize = 24 / BLOCKS;
/// Lowest hours of a day whose mean is the base load, and the hours that must be known.
const LOWEST: usize = 6;
/// Hours that may be missing in a day whose energy is taken from its curve.
const MOST_MISSING: usize = 3;
const BASE_HOURS: usize = 20;

/// The data of a home. Everything may have holes or be empty; what is not there is asked of nothing.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// Mean power by hour of UTC, W.
    pub load: &'a Hourly,
    /// Energy by local day, kWh. Of a day whose hours are all known their sum is taken instead; of one with a few holes
    /// and no energy, the mean of the others.
    pub kwh: &'a ByDay,
    /// Measured temperature by local day, degC: the middle of the day's lowest and highest.
    pub temperature: &'a ByDay,
    /// Forecast temperature by local day, degC, as it was at the issue of that day's forecast. Where there is none the
    /// measured one stands in for it: a perfect weather service, which flatters scores.
    pub outlook: &'a ByDay,
    /// Presence by local day, 0 (nobody) to 1; NaN where unknown.
    pub presence: &'a ByDay,
}

/// A home day by day, with holes as NaN. Day `i` is `first + i`.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) first: Day,
    pub(crate) days: LocalDays,
    /// Mean W by local hour; of an hour that comes twice the mean of both.
    pub(crate) hours: Vec<[f64; 24]>,
    pub(crate) kwh: Vec<f64>,
    /// Hours of the day: 23, 24 or 25.
    pub(crate) length: Vec<f64>,
    /// Temperature as measured, and as it looked at the issue.
    pub(crate) measured: Vec<f64>,
    pub(crate) outlook: Vec<f64>,
    /// Presence, 1 where unknown; and whether that of the last day is known.
    pub(crate) presence: Vec<f64>,
    pub(crate) presence_known: bool,
    /// Weekday with public holidays as Sunday.
    pub(crate) weekday: Vec<usize>,
    /// Angle of the year.
    pub(crate) angle: Vec<f64>,
    /// Logarithm of the base load, W, the last known; and its mean over seven days.
    pub(crate) base: Vec<f64>,
    pub(crate) base_week: Vec<f64>,
}

fn sound(value: f64, low: f64, high: f64) -> f64 {
    if (low..=high).contains(&value) { value } else { f64::NAN }
}

impl Home<'_> {
    /// The first day of which something is known.
    pub fn first(&self) -> Option<Day> {
        let epoch = Day::new(jiff::civil::date(1970, 1, 1));
        // An hour of UTC belongs to the same local day or to the next one.
        let curve = (self.load.end() > self.load.first())
            .then(|| epoch.plus(self.load.first().div_euclid(24) as i32));
        let daily = self.kwh.span().map(|(first, _)| first);
        [curve, daily].into_iter().flatten().min()
    }
}

impl Table {
    /// The days `first..=last`; load and energy after `known` are left out.
    pub(crate) fn new(home: &Home, first: Day, known: Day, last: Day) -> Result<Table, Error> {
        let days = LocalDays::paris(first, last)?;
        let all = || first.to(last);
        let load = |hour: i64| sound(home.load.get(hour), 0.0, MOST_WATTS);
        let hours: Vec<[f64; 24]> = all()
            .map(|day| {
                if day > known {
                    return [f64::NAN; 24];
                }
                days.slots(day).map(|slot| slot.hours().map(load).sum::<f64>() / f64::from(slot.count))
            })
            .collect();
        let kwh = all().map(|day| {
            if day > known {
                return f64::NAN;
            }
            let curve: Vec<f64> = days.hours(day).map(load).collect();
            let missing = curve.iter().filter(|watts| watts.is_nan()).count();
            let daily = sound(home.kwh.get(day), 0.0, MOST_KWH);
            if missing > 0 && (daily.is_finite() || missing > MOST_MISSING) {
                return daily;
            }
            mean(&curve) * curve.len() as f64 / 1000.0
        });
        let temperature =
            |series: &ByDay| all().map(|day| sound(series.get(day), -MOST_DEGREES, MOST_DEGREES)).collect();
        let measured: Vec<f64> = temperature(home.temperature);
        let mut outlook: Vec<f64> = temperature(home.outlook);
        for (outlook, measured) in outlook.iter_mut().zip(&measured) {
            *outlook = if outlook.is_finite() { *outlook } else { *measured };
        }
        let presence = all().map(|day| sound(home.presence.get(day), 0.0, 1.0));
        let weekday = all().map(|day| if holiday(day.date()).is_some() { 6 } else { day.weekday() });
        let angle = all().map(|day| f64::from(day.date().day_of_year()) * std::f64::consts::TAU / 365.25);
        let base = carried_forever(hours.iter().map(base_load).collect());
        let base_week = (0..base.len()).map(|i| mean(&base[i.saturating_sub(6)..=i])).collect();
        Ok(Table {
            kwh: kwh.collect(),
            length: all().map(|day| days.hours(day).count() as f64).collect(),
            presence: presence.map(|share| if share.is_nan() { 1.0 } else { share }).collect(),
            presence_known: sound(home.presence.get(last), 0.0, 1.0).is_finite(),
            weekday: weekday.collect(),
            angle: angle.collect(),
            outlook: carried(outlook),
            first,
            days,
            hours,
            measured: carried(measured),
            base,
            base_week,
        })
    }

    /// Whether the curve of a day is known, but for a few hours.
    pub(crate) fn has_curve(&self, index: usize) -> bool {
        self.hours[index].iter().filter(|watts| watts.is_finite()).count() >= 24 - MOST_MISSING - 1
    }

    /// Number of days.
    pub(crate) fn len(&self) -> usize {
        self.hours.len()
    }

    /// The day of an index.
    pub(crate) fn day(&self, index: usize) -> Day {
        self.first.plus(index as i32)
    }

    /// Index of a day among the days, if it is one of them.
    pub(crate) fn index(&self, day: Day) -> Option<usize> {
        usize::try_from(day.since(self.first)).ok().filter(|&index| index < self.len())
    }

    /// Temperature of `back` days before day `index` as it looks at an issue after which `lead` days are unknown.
    pub(crate) fn temperature(&self, index: usize, back: usize, lead: usize) -> f64 {
        let series = if back < lead { &self.outlook } else { &self.measured };
        index.checked_sub(back).map_or(f64::NAN, |index| series[index])
    }

    /// Mean power of a day's energy, W.
    pub(crate) fn watts(&self, index: usize, kwh: f64) -> f64 {
        1000.0 * kwh / self.length[index]
    }

    /// kWh of a curve of W by local hour on a day with its hours.
    pub(crate) fn energy(&self, index: usize, watts: &[f64; 24]) -> f64 {
        self.sum(index, watts, 0..24)
    }

    /// kWh of the blocks of such a curve; NaN where an hour is not known.
    pub(crate) fn block_sums(&self, index: usize, watts: &[f64; 24]) -> [f64; BLOCKS] {
        std::array::from_fn(|block| self.sum(index, watts, block * BLOCK_HOURS..(block + 1) * BLOCK_HOURS))
    }

    fn sum(&self, index: usize, watts: &[f64; 24], hours: std::ops::Range<usize>) -> f64 {
        let slots = self.days.slots(self.day(index));
        // An hour that the clocks skip is not known and not missing.
        let hours = hours.filter(|&hour| slots[hour].count > 0);
        hours.map(|hour| f64::from(slots[hour].count) * watts[hour]).sum::<f64>() / 1000.0
    }

    /// Whether a day is a Saturday, a Sunday or a public holiday.
    pub(crate) fn weekend(&self, index: usize) -> bool {
        self.weekday[index] >= 5
    }
}

/// Logarithm of the mean of the lowest hours.
fn base_load(hours: &[f64; 24]) -> f64 {
    let mut known: Vec<f64> = hours.iter().copied().filter(|watts| watts.is_finite()).collect();
    if known.len() < BASE_HOURS {
        return f64::NAN;
    }
    known.sort_unstable_by(f64::total_cmp);
    (known[..LOWEST].iter().sum::<f64>() / LOWEST as f64).max(1.0).ln()
}

/// Fills short holes with the value before.
fn carried(mut values: Vec<f64>) -> Vec<f64> {
    let mut age = 0;
    for i in 1..values.len() {
        age = if values[i].is_finite() { 0 } else { age + 1 };
        if (1..=CARRIED).contains(&age) {
            values[i] = values[i - 1];
        }
    }
    values
}

fn carried_forever(mut values: Vec<f64>) -> Vec<f64> {
    for i in 1..values.len() {
        if values[i].is_nan() {
            values[i] = values[i - 1];
        }
    }
    values
}

/// Values by hour; an hour that has none takes the nearest one's. None if no hour has one.
pub(crate) fn filled<T: Copy>(values: [Option<T>; 24]) -> Option<[T; 24]> {
    let mut all = [*values.iter().flatten().next()?; 24];
    for (hour, value) in all.iter_mut().enumerate() {
        let mut near = (0..=12).flat_map(|off| [(hour + 24 - off) % 24, (hour + off) % 24]);
        *value = near.find_map(|hour| values[hour])?;
    }
    Some(all)
}

/// The same of numbers that may be NaN.
pub(crate) fn filled_numbers(values: [f64; 24]) -> Option<[f64; 24]> {
    filled(values.map(|value| value.is_finite().then_some(value)))
}

/// Mean of the values that are known.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let known = || values.iter().filter(|value| value.is_finite());
    known().sum::<f64>() / known().count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn home<'a>(load: &'a Hourly, empty: &'a ByDay, temperature: &'a ByDay) -> Home<'a> {
        Home { load, kwh: empty, temperature, outlook: empty, presence: empty }
    }

    #[test]
    fn days_of_23_and_25_hours_keep_their_energy() {
        let empty = ByDay::default();
        for (day, count, repeated) in [(date(2025, 3, 30), 23, None), (date(2024, 10, 27), 25, Some(1500.0))]
        {
            let day = Day::new(day);
            let hours = LocalDays::paris(day, day).unwrap().hours(day);
            assert_eq!(hours.clone().count(), count);
            // The second hour of a double one takes twice as much.
            let second = |hour| repeated.is_some() && hour == hours.start + 3;
            let load = hours.clone().map(|hour| (hour, if second(hour) { 2000.0 } else { 1000.0 }));
            let load = Hourly::from_points(load);
            let table = Table::new(&home(&load, &empty, &empty), day, day, day).unwrap();
            let expected = count as f64 + repeated.map_or(0.0, |_| 1.0);
            assert!((table.length[0] - count as f64).abs() < 1e-12);
            assert!((table.kwh[0] - expected).abs() < 1e-9, "{day}: {}", table.kwh[0]);
            let two = table.hours[0][2];
            assert!(repeated.map_or(two.is_nan(), |watts| (two - watts).abs() < 1e-9), "{day}: {two}");
            assert!((table.energy(0, &table.hours[0]) - expected).abs() < 1e-9);
            assert!(table.base[0].is_finite());
        }
    }

    #[test]
    fn hours_without_a_value_take_the_nearest() {
        let mut values = [None; 24];
        assert_eq!(filled(values), None);
        (values[1], values[7], values[22]) = (Some(1), Some(7), Some(22));
        let filled = filled(values).unwrap();
        for (hour, expected) in [(0, 1), (1, 1), (3, 1), (5, 7), (7, 7), (14, 7), (15, 22), (23, 22)] {
            assert_eq!(filled[hour], expected, "{hour}");
        }
    }

    #[test]
    fn holes_and_absurd_values_are_unknown() {
        let first = Day::new(date(2024, 6, 3));
        let temperature = ByDay::from_points([(first, 15.0), (first.plus(7), 90.0), (first.plus(9), 11.0)]);
        let kwh = ByDay::from_points([(first, -4.0), (first.plus(1), 7.0), (first.plus(2), f64::INFINITY)]);
        let (load, empty) = (Hourly::default(), ByDay::default());
        let home = Home { kwh: &kwh, ..home(&load, &empty, &temperature) };
        let table = Table::new(&home, first, first.plus(9), first.plus(9)).unwrap();
        assert_eq!(table.kwh.iter().filter(|kwh| kwh.is_finite()).count(), 1);
        let known: Vec<usize> = (0..10).filter(|&i| table.measured[i].is_finite()).collect();
        assert_eq!(known, [0, 1, 2, 3, 9], "a temperature stands in for three days");
        assert!(table.base.iter().all(|base| base.is_nan()));
        assert_eq!(home.first(), Some(first));
    }
}
