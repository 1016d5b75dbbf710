//! Local days, and the weeks, months and years made of them.
//!
//! A day is what lies between two local day starts, so it has 23, 24 or 25 hours. Most series turn at
//! midnight; a series may declare another start (gas: 06:00), and then its months and years turn there too.

use super::{Bucket, Error, range::MAX_ROWS};
use jiff::{
    Span, Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};

const HOUR_MS: i64 = 3_600_000;

/// The home's calendar, as one series counts its days.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    turns_at: Time,
}

impl Calendar {
    /// A calendar whose days start `day_start` seconds after local midnight by the clock on the wall.
    pub fn new(zone: TimeZone, day_start: u32) -> Self {
        let seconds = i64::from(day_start % 86_400);
        let turns_at = Time::midnight().saturating_add(seconds.seconds());
        Self { zone, turns_at }
    }

    /// The zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The zone's name, as answers tell it.
    pub fn name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// The instant at which that day starts, ms since the epoch. Where the clock skips that time, the first
    /// instant after it; where it comes twice, the first.
    pub fn start_of(&self, date: Date) -> i64 {
        self.zone
            .to_ambiguous_timestamp(date.to_datetime(self.turns_at))
            .compatible()
            .map_or(if date.year() > 0 { i64::MAX } else { i64::MIN }, Timestamp::as_millisecond)
    }

    /// The day that an instant (ms since the epoch) belongs to.
    pub fn date_of(&self, instant: i64) -> Date {
        let Ok(timestamp) = Timestamp::from_millisecond(instant) else {
            return if instant < 0 { Date::MIN } else { Date::MAX };
        };
        let date = timestamp.to_zoned(self.zone.clone()).date();
        if instant < self.start_of(date) { date.saturating_sub(1.day()) } else { date }
    }

    /// First day of the bucket that holds that day; a week starts on Monday.
    pub fn first_day(date: Date, bucket: Bucket) -> Date {
        match bucket {
            Bucket::Raw | Bucket::Hour | Bucket::Day => date,
            Bucket::Week => date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days()),
            Bucket::Month => date.first_of_month(),
            Bucket::Year => date.first_of_year(),
        }
    }

    /// The instants at which the buckets touched by `[from, to)` start, and the end of the last one.
    pub fn boundaries(&self, from: i64, to: i64, bucket: Bucket) -> Result<Vec<i64>, Error> {
        if from >= to {
            return Ok(Vec::new());
        }
        let nominal = bucket.nominal_ms();
        if to.saturating_sub(from) / nominal > MAX_ROWS as i64 {
            return Err(Error::TooManyRows { limit: MAX_ROWS });
        }
        let mut bounds = Vec::with_capacity(((to - from) / nominal) as usize + 3);
        let step: Span = match bucket {
            Bucket::Raw | Bucket::Hour | Bucket::Day => 1.day(),
            Bucket::Week => 1.week(),
            Bucket::Month => 1.month(),
            Bucket::Year => 1.year(),
        };
        let mut date = Self::first_day(self.date_of(from), bucket);
        let mut start = self.start_of(date);
        while start < to && date < Date::MAX {
            date = date.saturating_add(step);
            let end = self.start_of(date);
            if bucket == Bucket::Hour {
                // An hour is an hour: the day the clock changes has 23 or 25 of them.
                bounds.extend(
                    (start..end).step_by(HOUR_MS as usize).filter(|&hour| hour + HOUR_MS > from && hour < to),
                );
            } else {
                bounds.push(start);
            }
            start = end;
        }
        match bounds.last() {
            Some(&last) if bucket == Bucket::Hour => bounds.push((last + HOUR_MS).min(start)),
            Some(_) => bounds.push(start),
            None => {}
        }
        Ok(bounds)
    }

    /// The days touched by `[from, to)`, each with its start and end.
    pub fn days(&self, from: i64, to: i64) -> Result<Vec<(Date, i64, i64)>, Error> {
        let bounds = self.boundaries(from, to, Bucket::Day)?;
        let mut date = self.date_of(from);
        Ok(bounds
            .windows(2)
            .map(|pair| {
                let day = (date, pair[0], pair[1]);
                date = date.saturating_add(1.day());
                day
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{at, date, paris};

    #[test]
    fn days_have_46_48_or_50_half_hours() {
        for (day, day_start, half_hours) in [
            ("2025-03-29", 0, 48),
            ("2025-03-30", 0, 46),
            ("2025-10-26", 0, 50),
            ("2025-10-27", 0, 48),
            // A gas day turns at 06:00: the clock changes in the day before, Saturday's.
            ("2025-03-29", 21_600, 46),
            ("2025-03-30", 21_600, 48),
            ("2025-10-25", 21_600, 50),
            ("2025-10-26", 21_600, 48),
        ] {
            let calendar = Calendar::new(paris(), day_start);
            let start = calendar.start_of(date(day));
            let end = calendar.start_of(date(day).saturating_add(1.day()));
            assert_eq!((end - start) / 1_800_000, half_hours, "{day} from {day_start} s");
            assert_eq!(calendar.date_of(start), date(day));
            assert_eq!(calendar.date_of(end - 1), date(day));
            assert_eq!(calendar.date_of(start - 1), date(day).saturating_sub(1.day()));
            let hours = calendar.boundaries(start, end, Bucket::Hour).unwrap();
            assert_eq!(hours.len() as i64 - 1, half_hours / 2, "{day}");
            assert_eq!((hours[0], hours[hours.len() - 1]), (start, end));
        }
    }

    #[test]
    fn buckets_are_whole_and_turn_with_the_series_day() {
        let gas = Calendar::new(paris(), 21_600);
        let from = at("2025-03-01T05:59:00+01:00");
        for (bucket, first, last) in [
            (Bucket::Hour, "2025-03-01T05:00:00+01:00", "2025-03-30T13:00:00+02:00"),
            (Bucket::Day, "2025-02-28T06:00:00+01:00", "2025-03-31T06:00:00+02:00"),
            (Bucket::Week, "2025-02-24T06:00:00+01:00", "2025-03-31T06:00:00+02:00"),
            (Bucket::Month, "2025-02-01T06:00:00+01:00", "2025-04-01T06:00:00+02:00"),
            (Bucket::Year, "2025-01-01T06:00:00+01:00", "2026-01-01T06:00:00+01:00"),
        ] {
            let bounds = gas.boundaries(from, at("2025-03-30T12:01:00+02:00"), bucket).unwrap();
            assert_eq!(bounds.first(), Some(&at(first)), "{bucket:?}");
            assert_eq!(bounds.last(), Some(&at(last)), "{bucket:?}");
            assert!(bounds.is_sorted());
        }
    }

    #[test]
    fn the_ends_of_time_are_refused_or_clamped_and_never_panic() {
        let calendar = Calendar::new(paris(), 0);
        assert!(matches!(
            calendar.boundaries(i64::MIN, i64::MAX, Bucket::Day),
            Err(Error::TooManyRows { .. })
        ));
        assert!(calendar.boundaries(0, 0, Bucket::Day).unwrap().is_empty());
        let _ = calendar.date_of(i64::MAX);
        let _ = calendar.date_of(i64::MIN);
        let _ = calendar.start_of(Date::MAX);
        let _ = calendar.start_of(Date::MIN);
    }
}
