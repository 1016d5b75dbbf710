//! The load: two plateaus a day, Sundays, August, and above all the cold. What is published first is a little wrong
//! and settled three days later; forecasts are wrong by smooth errors that grow with their horizon.

use super::{Grid, before, is_holiday, weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned, civil::Date};

/// From here on the realised load is by quarter of an hour; half-hours before.
const QUARTERS_SINCE: Date = Date::constant(2020, 1, 1);
/// A value is there this long after its interval.
const DELAY: SignedDuration = SignedDuration::from_mins(5);
/// A first value is settled after this many days.
const SETTLED_DAYS: i64 = 3;

/// What RTE foresees, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forecast {
    /// Each hour for the rest of the running day.
    IntraDay,
    /// Once, on the evening before.
    DayAhead,
    /// Once, on the morning two days before.
    TwoDaysAhead,
}

/// A value as it stood at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Start of its interval.
    pub start: Timestamp,
    /// Its length in minutes.
    pub minutes: i64,
    /// Megawatts.
    pub mw: i64,
    /// When it was last touched.
    pub updated: Timestamp,
}

impl Grid {
    /// Megawatts at an instant, settled.
    pub fn load(&self, at: Timestamp) -> f64 {
        let local = self.local(at);
        let date = local.date();
        let hour = f64::from(local.hour()) + f64::from(local.minute()) / 60.0;
        let day_off = weekday(date) == 6 || is_holiday(date);
        let activity = match weekday(date) {
            _ if day_off => 0.87,
            5 => 0.92,
            _ => 1.0,
        };
        let august = if date.month() == 8 && (3..=22).contains(&date.day()) { 0.93 } else { 1.0 };
        let wander = 700.0 * self.load.smooth(at.as_second() as f64 / 30_000.0)
            + 120.0 * (self.load.unit(at.as_second().div_euclid(900)) - 0.5);
        (rhythm(hour) * activity * august + self.heating(&local, date) + wander).max(25_000.0)
    }

    /// Radiators follow today's cold and, less, that of the two days before; coolers the heat.
    fn heating(&self, local: &Zoned, date: Date) -> f64 {
        let inertia =
            0.6 * self.day_temperature(before(date, 1)) + 0.4 * self.day_temperature(before(date, 2));
        let felt = 0.65 * self.temperature(local) + 0.35 * inertia;
        2_150.0 * (15.0 - felt).max(0.0) + 550.0 * (felt - 23.0).max(0.0)
    }

    /// The intervals of a local day in the realised load: their starts, and their length in minutes.
    pub fn intervals(&self, date: Date) -> (Vec<Timestamp>, i64) {
        let minutes = if date < QUARTERS_SINCE { 30 } else { 15 };
        (self.slots(date, minutes), minutes)
    }

    fn slots(&self, date: Date, minutes: i64) -> Vec<Timestamp> {
        let Some((from, to)) = self.day(date) else { return Vec::new() };
        std::iter::successors(Some(from), |at| at.checked_add(minutes.minutes()).ok())
            .take_while(|at| *at < to)
            .collect()
    }

    /// What is known at `now` of the load of a local day.
    pub fn realised(&self, date: Date, now: Timestamp) -> Vec<Published> {
        let (starts, minutes) = self.intervals(date);
        let known = |start: &Timestamp| *start + SignedDuration::from_mins(minutes) + DELAY <= now;
        starts.into_iter().filter(known).map(|start| self.published(start, minutes, now)).collect()
    }

    fn published(&self, start: Timestamp, minutes: i64, now: Timestamp) -> Published {
        let first = start + SignedDuration::from_mins(minutes) + DELAY;
        let settled = start + SignedDuration::from_hours(24 * SETTLED_DAYS);
        let mw = self.load(start);
        let slot = start.as_second().div_euclid(900);
        // One first value in four was right.
        let error = self.errors.unit(slot ^ 0x5e77);
        let error = if error < 0.25 { 0.0 } else { 0.008 * (error - 0.625) };
        if now < settled || error == 0.0 {
            Published { start, minutes, mw: (mw * (1.0 + error)).round() as i64, updated: first }
        } else {
            Published { start, minutes, mw: mw.round() as i64, updated: settled }
        }
    }

    /// What is foreseen at `now` for a local day; empty before it is published.
    pub fn forecast(&self, kind: Forecast, date: Date, now: Timestamp) -> Vec<Published> {
        let minutes = if kind == Forecast::TwoDaysAhead { 30 } else { 15 };
        let at = |days: i64, hour: i8, minute: i8| {
            let local = before(date, days).at(hour, minute, 0, 0).to_zoned(self.zone.clone());
            local.map_or(Timestamp::MAX, |local| local.timestamp())
        };
        let (issued, size) = match kind {
            Forecast::IntraDay => (at(0, 0, 0), 0.006),
            Forecast::DayAhead => (at(1, 19, 10), 0.028),
            Forecast::TwoDaysAhead => (at(2, 7, 0), 0.042),
        };
        if issued > now {
            return Vec::new();
        }
        let slots = self.slots(date, minutes).into_iter();
        slots.map(|start| self.foreseen(kind, start, minutes, issued, size, now)).collect()
    }

    fn foreseen(
        &self,
        kind: Forecast,
        start: Timestamp,
        minutes: i64,
        issued: Timestamp,
        size: f64,
        now: Timestamp,
    ) -> Published {
        // During the day each full hour foresees what is still to come of it.
        let updated = if kind == Forecast::IntraDay {
            let hour = now.min(start).as_second().div_euclid(3_600) * 3_600;
            Timestamp::from_second(hour).unwrap_or(issued).max(issued)
        } else {
            issued
        };
        let hours_ahead = (start.as_second() - updated.as_second()) as f64 / 3_600.0;
        let size = if kind == Forecast::IntraDay { size + 0.0005 * hours_ahead } else { size };
        let place = start.as_second() as f64 / 14_400.0 + f64::from(kind as i32) * 1_009.0;
        let drift = if kind == Forecast::IntraDay { updated.as_second() as f64 / 7_200.0 } else { 0.0 };
        let error =
            size * (0.8 * self.errors.smooth(place) + 0.4 * self.errors.smooth(place / 9.0 + drift + 31.0));
        Published { start, minutes, mw: (self.load(start) * (1.0 + error)).round() as i64, updated }
    }
}

/// A working day without heating: the night, the morning, noon, the evening, the water heaters of eleven o'clock.
fn rhythm(hour: f64) -> f64 {
    let bump = |centre: f64, width: f64| {
        let away = (hour - centre).abs();
        let away = away.min(24.0 - away);
        (-(away / width).powi(2)).exp()
    };
    46_500.0 - 8_200.0 * bump(4.2, 3.0) + 4_200.0 * bump(9.6, 2.4) + 3_400.0 * bump(12.9, 1.7)
        - 900.0 * bump(16.2, 1.6)
        + 4_400.0 * bump(19.3, 1.7)
        + 2_300.0 * bump(23.2, 0.9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn days_have_92_96_and_100_quarters_and_half_hours_before() {
        let grid = Grid::new(1);
        let now = at("2026-06-01T00:00:00Z");
        let cases = [
            (date(2025, 3, 30), 92, 46),
            (date(2025, 6, 1), 96, 48),
            (date(2025, 10, 26), 100, 50),
            (date(2019, 10, 27), 50, 50),
        ];
        for (day, realised, two_days) in cases {
            assert_eq!(grid.realised(day, now).len(), realised, "{day}");
            assert_eq!(grid.forecast(Forecast::TwoDaysAhead, day, now).len(), two_days, "{day}");
            let starts: Vec<i64> =
                grid.realised(day, now).iter().map(|value| value.start.as_second()).collect();
            let step = grid.intervals(day).1 * 60;
            assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == step), "{day}");
        }
    }

    #[test]
    fn the_year_is_that_of_france() {
        let grid = Grid::new(1);
        let now = at("2026-01-01T00:00:00Z");
        let mut all = Vec::new();
        let mut month = |month: i8| {
            let days = (1..=28).flat_map(|day| grid.realised(date(2025, month, day), now));
            let mw: Vec<i64> = days.map(|value| value.mw).collect();
            all.extend(mw.iter().copied());
            mw.iter().sum::<i64>() / mw.len() as i64
        };
        let means: Vec<i64> = (1..=12).map(&mut month).collect();
        assert!((58_000..76_000).contains(&means[0]), "January: {} MW", means[0]);
        assert!((38_000..48_000).contains(&means[7]), "August: {} MW", means[7]);
        let (least, most) = (all.iter().min().unwrap(), all.iter().max().unwrap());
        assert!(*least > 27_000 && *most < 101_000, "{least}..{most} MW");
        let evening = grid.load(at("2025-01-15T18:00:00Z"));
        assert!(evening > grid.load(at("2025-01-15T03:00:00Z")) + 4_000.0);
    }

    #[test]
    fn forecasts_are_worse_the_earlier_they_are_made() {
        let grid = Grid::new(1);
        let now = at("2026-01-01T00:00:00Z");
        let error = |kind| {
            let days = date(2025, 1, 1).series(3.days()).take(120);
            let (sum, count) =
                days.flat_map(|day| grid.forecast(kind, day, now)).fold((0.0, 0.0), |(sum, count), value| {
                    let load = grid.load(value.start);
                    (sum + (value.mw as f64 - load).abs() / load, count + 1.0)
                });
            100.0 * sum / count
        };
        let (id, d1, d2) =
            (error(Forecast::IntraDay), error(Forecast::DayAhead), error(Forecast::TwoDaysAhead));
        assert!(id < d1 && d1 < d2, "{id} {d1} {d2} %");
        assert!((1.0..2.8).contains(&d1), "{d1} % a day ahead");
    }

    #[test]
    fn values_are_settled_after_three_days_and_not_there_before_they_happened() {
        let grid = Grid::new(1);
        let day = date(2025, 6, 2);
        let early = grid.realised(day, at("2025-06-03T00:00:00Z"));
        let late = grid.realised(day, at("2025-06-09T00:00:00Z"));
        assert_eq!((early.len(), late.len()), (96, 96));
        let changed = early.iter().zip(&late).filter(|(early, late)| early.mw != late.mw).count();
        assert!((30..=90).contains(&changed), "{changed} values changed");
        let newer =
            |(early, late): (&Published, &Published)| early.mw == late.mw || late.updated > early.updated;
        assert!(early.iter().zip(&late).all(newer), "what changed says so");
        assert_eq!(grid.realised(day, at("2025-06-02T10:00:00Z")).len(), 47, "up to noon but one");
        assert!(grid.forecast(Forecast::DayAhead, day, at("2025-06-01T17:00:00Z")).is_empty());
        assert_eq!(grid.forecast(Forecast::DayAhead, day, at("2025-06-01T17:30:00Z")).len(), 96);
    }

    #[test]
    fn another_seed_is_another_grid() {
        let values = |seed| Grid::new(seed).realised(date(2025, 6, 2), at("2025-06-09T00:00:00Z"));
        assert_eq!(values(1), values(1));
        assert_ne!(values(1), values(2));
    }
}
