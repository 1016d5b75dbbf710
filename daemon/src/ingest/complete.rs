//! Which local days a series has whole, by the identity of its intervals: a day is complete when they cover
//! it from one turn of the day to the next, be it 23, 24 or 25 hours long. Rows are never counted.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use std::{collections::BTreeSet, ops::ControlFlow};
use watteau_store::{Error, Point, SeriesId, Store};

/// The instant at which a local day turns, epoch milliseconds: local midnight plus `day_start` seconds on
/// the wall clock.
pub(super) fn day_turn(day: Date, zone: &TimeZone, day_start: u32) -> Option<i64> {
    let civil = day.at(0, 0, 0, 0).checked_add(i64::from(day_start).seconds()).ok()?;
    Some(zone.to_ambiguous_timestamp(civil).compatible().ok()?.as_millisecond())
}

/// The local date of the day to which an instant belongs.
pub(super) fn day_of(instant: i64, zone: &TimeZone, day_start: u32) -> Option<Date> {
    let local = jiff::Timestamp::from_millisecond(instant).ok()?.to_zoned(zone.clone()).datetime();
    Some(local.checked_sub(i64::from(day_start).seconds()).ok()?.date())
}

/// The complete days of a series among `first..=last`.
pub(super) fn complete_days(
    store: &Store,
    series: SeriesId,
    zone: &TimeZone,
    day_start: u32,
    first: Date,
    last: Date,
) -> Result<BTreeSet<Date>, Error> {
    let mut days = Days::new(zone, day_start, first, last);
    let (Some(&from), Some(&to)) = (days.turns.first(), days.turns.last()) else {
        return Ok(BTreeSet::new());
    };
    // A point that started before the first day may reach into it.
    store.scan(series, from.saturating_sub(DAY_MS)..to, &mut |points: &[Point]| {
        for point in points {
            days.add(point);
        }
        ControlFlow::Continue(())
    })?;
    Ok(days.complete())
}

const DAY_MS: i64 = 86_400_000;

/// Covered milliseconds of each day, from points in order of their start.
struct Days {
    first: Date,
    /// One more than there are days: day `i` is `turns[i]..turns[i + 1]`.
    turns: Vec<i64>,
    covered: Vec<i64>,
    /// Everything before is counted already: overlapping intervals count once.
    reached: i64,
    current: usize,
}

impl Days {
    fn new(zone: &TimeZone, day_start: u32, first: Date, last: Date) -> Self {
        let end = last.tomorrow().unwrap_or(last);
        let turns: Vec<i64> = first
            .series(1.day())
            .take_while(|day| *day <= end)
            .filter_map(|day| day_turn(day, zone, day_start))
            .collect();
        let covered = vec![0; turns.len().saturating_sub(1)];
        Self { first, turns, covered, reached: i64::MIN, current: 0 }
    }

    fn add(&mut self, point: &Point) {
        let mut start = point.start.max(self.reached);
        let end = point.start.saturating_add_unsigned(point.duration);
        self.reached = self.reached.max(end);
        while self.current < self.covered.len() && start < end {
            let (turn, next) = (self.turns[self.current], self.turns[self.current + 1]);
            if start >= next {
                self.current += 1;
                continue;
            }
            start = start.max(turn);
            let stop = end.min(next);
            if stop > start {
                self.covered[self.current] += stop - start;
            }
            if end <= next {
                break;
            }
            start = next;
        }
    }

    fn complete(&self) -> BTreeSet<Date> {
        self.covered
            .iter()
            .enumerate()
            .filter(|(i, covered)| **covered == self.turns[i + 1] - self.turns[*i])
            .filter_map(|(i, _)| self.first.checked_add(i64::try_from(i).ok()?.days()).ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use watteau_store::Quality;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    fn half_hours(day: Date, skip: &[usize]) -> Vec<Point> {
        let (from, to) =
            (day_turn(day, &paris(), 0).unwrap(), day_turn(day.tomorrow().unwrap(), &paris(), 0).unwrap());
        (0..)
            .map(|i| from + i * 1_800_000)
            .take_while(|start| *start < to)
            .enumerate()
            .filter(|(i, _)| !skip.contains(i))
            .map(|(_, start)| Point { start, duration: 1_800_000, value: 1.0, quality: Quality::Measured })
            .collect()
    }

    fn complete(first: Date, last: Date, points: &[Point]) -> BTreeSet<Date> {
        let mut days = Days::new(&paris(), 0, first, last);
        for point in points {
            days.add(point);
        }
        days.complete()
    }

    #[test]
    fn days_of_46_48_and_50_half_hours_are_complete_and_one_less_is_not() {
        for (day, slots) in [(date(2025, 3, 30), 46), (date(2025, 6, 1), 48), (date(2025, 10, 26), 50)] {
            assert_eq!(half_hours(day, &[]).len(), slots);
            assert!(complete(day, day, &half_hours(day, &[])).contains(&day));
            assert!(complete(day, day, &half_hours(day, &[7])).is_empty());
        }
    }

    #[test]
    fn an_interval_over_midnight_counts_for_both_days_and_twice_for_none() {
        let day = date(2025, 6, 1);
        let next = day.tomorrow().unwrap();
        let mut points = half_hours(day, &[47]);
        let last = points.last().unwrap().start + 1_800_000;
        points.push(Point { start: last, duration: 3_600_000, ..points[0] });
        points.push(Point { start: last, duration: 3_600_000, ..points[0] });
        points.extend(half_hours(next, &[0]));
        assert_eq!(complete(day, next, &points), BTreeSet::from([day, next]));
    }

    #[test]
    fn a_gas_day_turns_at_six_on_the_wall_clock() {
        let zone = paris();
        let turn = |day| day_turn(day, &zone, 21_600).unwrap();
        // The clock goes forward in the night that ends the gas day of Saturday.
        assert_eq!(turn(date(2025, 3, 30)) - turn(date(2025, 3, 29)), 23 * 3_600_000);
        assert_eq!(turn(date(2025, 10, 26)) - turn(date(2025, 10, 25)), 25 * 3_600_000);
        assert_eq!(day_of(turn(date(2025, 3, 29)), &zone, 21_600), Some(date(2025, 3, 29)));
        assert_eq!(day_of(turn(date(2025, 3, 30)) - 1, &zone, 21_600), Some(date(2025, 3, 29)));
    }
}
