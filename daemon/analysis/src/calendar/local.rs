//! Local days of Europe/Paris, their 23, 24 or 25 hours, and the instants these hours begin at.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A civil date as the number of days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(i32);

impl Day {
    /// The day of a date.
    ///
    /// ```
    /// # use watteau_analysis::Day;
    /// assert_eq!(Day::new(jiff::civil::date(1970, 1, 3)).number(), 2);
    /// ```
    pub fn new(date: Date) -> Day {
        let epoch = jiff::civil::date(1970, 1, 1);
        Day(date.since(epoch).map_or(0, |span| span.get_days()))
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The date. Days beyond the years that dates know stop at the last one.
    pub fn date(self) -> Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().days(self.0.clamp(-600_000, 2_000_000)))
    }

    /// The day `days` later, or earlier if negative.
    #[must_use]
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// How many days this one is after `other`.
    pub fn since(self, other: Day) -> i32 {
        self.0 - other.0
    }

    /// Weekday, 0 = Monday.
    pub fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) as usize
    }

    /// This day and the following ones to `last`, inclusive.
    pub fn to(self, last: Day) -> impl DoubleEndedIterator<Item = Day> {
        (self.0..=last.0).map(Day)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.date().fmt(out)
    }
}

/// The hours of UTC that one local hour covers: none when the clocks skip it, two when they repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// First hour, counted from the epoch. Of a skipped hour: the one that comes instead.
    pub hour: i64,
    /// How many hours: 0, 1 or 2.
    pub count: u8,
}

impl Slot {
    /// The hours themselves.
    pub fn hours(self) -> std::ops::Range<i64> {
        self.hour..self.hour + i64::from(self.count)
    }
}

/// Consecutive local days with the instants of their hours.
#[derive(Debug, Clone)]
pub struct LocalDays {
    first: Day,
    /// Hour of UTC of each local midnight, one more than there are days.
    midnights: Vec<i64>,
    /// Days that do not have 24 hours.
    odd: Vec<(Day, [Slot; 24])>,
}

impl LocalDays {
    /// The days `first..=last` of Europe/Paris.
    pub fn paris(first: Day, last: Day) -> Result<LocalDays, Error> {
        let zone = TimeZone::get("Europe/Paris").map_err(|_| Error::Zone)?;
        let midnight = |day: Day| {
            let zoned = day.date().to_zoned(zone.clone()).map_err(|_| Error::Date)?;
            Ok(zoned.timestamp().as_second().div_euclid(3600))
        };
        let midnights = first.to(last.plus(1)).map(midnight).collect::<Result<Vec<_>, Error>>()?;
        let mut odd = Vec::new();
        for (day, pair) in first.to(last).zip(midnights.windows(2)) {
            if pair[1] - pair[0] != 24 {
                odd.push((day, slots(&zone, pair[0], pair[1])?));
            }
        }
        Ok(LocalDays { first, midnights, odd })
    }

    /// First day.
    pub fn first(&self) -> Day {
        self.first
    }

    /// Last day.
    pub fn last(&self) -> Day {
        self.first.plus(self.midnights.len() as i32 - 2)
    }

    /// Hours of UTC of a day, counted from the epoch: 23, 24 or 25 of them; none of a day outside.
    pub fn hours(&self, day: Day) -> std::ops::Range<i64> {
        let index = day.since(self.first);
        let at = |i: i32| usize::try_from(i).ok().and_then(|i| self.midnights.get(i)).copied();
        match (at(index), at(index + 1)) {
            (Some(start), Some(end)) => start..end,
            _ => 0..0,
        }
    }

    /// The 24 local hours of a day.
    pub fn slots(&self, day: Day) -> [Slot; 24] {
        if let Some((_, slots)) = self.odd.iter().find(|(odd, _)| *odd == day) {
            return *slots;
        }
        let start = self.hours(day).start;
        std::array::from_fn(|hour| Slot { hour: start + hour as i64, count: 1 })
    }

    /// Local hour (0..24) of each hour of UTC of a day, in order.
    pub fn local_hours(&self, day: Day) -> Vec<usize> {
        let slots = self.slots(day);
        self.hours(day)
            .map(|hour| slots.iter().position(|slot| slot.hours().contains(&hour)).unwrap_or_default())
            .collect()
    }
}

/// Hours of UTC of each local hour of a day that has other than 24.
fn slots(zone: &TimeZone, start: i64, end: i64) -> Result<[Slot; 24], Error> {
    let mut counts = [0_u8; 24];
    for hour in start..end {
        let at = jiff::Timestamp::from_second(hour * 3600).map_err(|_| Error::Date)?;
        let local = usize::try_from(zone.to_datetime(at).hour()).unwrap_or_default();
        counts[local] += 1;
    }
    let mut next = start;
    Ok(counts.map(|count| {
        let slot = Slot { hour: next, count };
        next += i64::from(count);
        slot
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_count_as_dates_do() {
        for (y, m, d, weekday) in [(1970, 1, 1, 3), (2024, 2, 29, 3), (2024, 6, 1, 5), (1969, 12, 31, 2)] {
            let day = Day::new(date(y, m, d));
            assert_eq!(day.date(), date(y, m, d));
            assert_eq!(day.weekday(), weekday, "{day}");
        }
    }

    #[test]
    fn clocks_skip_and_repeat_an_hour() {
        let first = Day::new(date(2024, 1, 1));
        let days = LocalDays::paris(first, Day::new(date(2024, 12, 31))).unwrap();
        for (m, d, hours, of_two) in [(3, 31, 23, 0), (10, 27, 25, 2), (6, 1, 24, 1)] {
            let day = Day::new(date(2024, m, d));
            assert_eq!(days.hours(day).count(), hours);
            let slots = days.slots(day);
            assert_eq!(slots[2].count, of_two, "{day}");
            let all: Vec<i64> = slots.iter().flat_map(|slot| slot.hours()).collect();
            assert_eq!(all, days.hours(day).collect::<Vec<_>>());
            assert_eq!(days.local_hours(day).len(), hours);
            assert_eq!(
                days.local_hours(day)[22],
                if hours == 23 {
                    23
                } else if hours == 25 {
                    21
                } else {
                    22
                }
            );
        }
        assert_eq!(days.hours(first.plus(-1)), 0..0);
        assert_eq!(days.last(), Day::new(date(2024, 12, 31)));
    }
}
