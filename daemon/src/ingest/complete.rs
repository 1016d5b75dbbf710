//! Which local days a series has whole, by the identity of its intervals: a day is complete when they cover
//! it from one turn of the day to the next, be it 23, 24 or 25 hours long. Rows are never counted.
//!
//! What a source declared not to have counts as there: asking again would bring the same answer. So does the day of
//! a reading that has no length, where there is one a day: the moment of a peak.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use std::{collections::BTreeSet, ops::ControlFlow};
use watteau_store::{Error, Point, SeriesId, Step, Store};

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
    step: Step,
    zone: &TimeZone,
    day_start: u32,
    first: Date,
    last: Date,
) -> Result<BTreeSet<Date>, Error> {
    let mut days = Days::new(zone, day_start, first, last);
    let (Some(&from), Some(&to)) = (days.turns.first(), days.turns.last()) else {
        return Ok(BTreeSet::new());
    };
    let mut declared =
        store.absences(series, from..to)?.into_iter().map(|span| (span.start, span.end)).peekable();
    let by_day = step == Step::Days(1);
    // A point that started before the first day may reach into it.
    store.scan(series, from.saturating_sub(DAY_MS)..to, &mut |points: &[Point]| {
        for point in points {
            while let Some((start, end)) = declared.next_if(|(start, _)| *start <= point.start) {
                days.add(start, end);
            }
            if by_day && point.duration == 0 {
                days.add_day_of(point.start);
            } else {
                days.add(point.start, point.end());
            }
        }
        ControlFlow::Continue(())
    })?;
    declared.for_each(|(start, end)| days.add(start, end));
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

    /// The whole day in which an instant lies.
    fn add_day_of(&mut self, instant: i64) {
        let after = self.turns.partition_point(|turn| *turn <= instant);
        if let Some(&[from, to]) = after.checked_sub(1).and_then(|index| self.turns.get(index..=after)) {
            self.add(from, to);
        }
    }

    /// An interval that starts no earlier than the one before.
    fn add(&mut self, start: i64, end: i64) {
        let mut start = start.max(self.reached);
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
    use crate::query::testing::Home;
    use jiff::civil::date;
    use watteau_store::{Kind, Quality};

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
            days.add(point.start, point.end());
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
    fn what_a_source_declares_not_to_have_is_settled_and_a_peak_settles_its_day() {
        let home = Home::empty();
        let (day, next) = (date(2025, 10, 26), date(2025, 10, 27));
        let turn = |day| day_turn(day, &paris(), 0).unwrap();
        let complete = |series, step| {
            complete_days(&home.store, series, step, &paris(), 0, day, next)
                .unwrap()
                .into_iter()
                .collect::<Vec<_>>()
        };
        let curve = home.define("linky.load_curve", "W", Kind::Power, Step::Seconds(1800), 0, "");
        home.put("linky", curve, half_hours(day, &[7, 8, 49]));
        assert_eq!(complete(curve, Step::Seconds(1800)), Vec::<Date>::new());
        let holes = [(7, 9), (49, 51)].map(|(a, b)| (turn(day) + a * 1_800_000, turn(day) + b * 1_800_000));
        for hole in holes {
            home.absent("linky", curve, hole);
        }
        assert_eq!(complete(curve, Step::Seconds(1800)), [day]);
        home.absent("linky", curve, (turn(next), turn(next.tomorrow().unwrap())));
        assert_eq!(complete(curve, Step::Seconds(1800)), [day, next]);

        let peak = home.define("linky.max_power", "VA", Kind::Level, Step::Days(1), 0, "");
        home.put(
            "linky",
            peak,
            vec![Point { start: turn(next) - 1, duration: 0, ..half_hours(day, &[])[0] }],
        );
        assert_eq!(complete(peak, Step::Days(1)), [day]);
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
