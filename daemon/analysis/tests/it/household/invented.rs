//! An invented home that heats with electricity, with a tank at night, weekends and a holiday.

use jiff::civil::date;
use watteau_analysis::household::{ByDay, Home};
use watteau_analysis::{Day, Hourly, LocalDays};

/// Its series, and its days.
#[derive(Clone)]
pub(crate) struct Invented {
    pub(crate) first: Day,
    pub(crate) last: Day,
    pub(crate) days: LocalDays,
    pub(crate) load: Hourly,
    pub(crate) kwh: ByDay,
    pub(crate) temperature: ByDay,
    pub(crate) outlook: ByDay,
    pub(crate) presence: ByDay,
}

/// Noise in -1..1 that is the same on every machine.
pub(crate) fn noise(of: i64) -> f64 {
    let mut x = (of as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

impl Invented {
    /// `count` days up to `last`. Nobody is there on days 70 to 77 and 100 to 106.
    pub(crate) fn until(last: Day, count: i32) -> Invented {
        let first = last.plus(1 - count);
        let days = LocalDays::paris(first, last.plus(40)).unwrap();
        let all = || first.to(last.plus(40));
        let away = |day: Day| matches!(day.since(first), 70..78 | 100..107);
        let degrees = |day: Day| {
            let year = f64::from(day.number()) / 365.25 * std::f64::consts::TAU;
            let week = f64::from(day.number()) / 9.0;
            11.0 - 8.0 * (year - 0.3).cos() + 3.0 * week.sin() + 2.0 * noise(i64::from(day.number()))
        };
        let temperature = ByDay::from_points(all().map(|day| (day, degrees(day))));
        let outlook = temperature.map(|day, t| t + 0.8 * noise(7 * i64::from(day.number())));
        let presence = ByDay::from_points(all().map(|day| (day, f64::from(!away(day)))));
        let mut load = Vec::new();
        for day in first.to(last) {
            for (hour, local) in days.hours(day).zip(days.local_hours(day)) {
                let tank = if (2..5).contains(&local) { 1500.0 } else { 0.0 };
                let evening = if (18..23).contains(&local) { 600.0 } else { 0.0 };
                let weekend = if day.weekday() >= 5 && (9..17).contains(&local) { 400.0 } else { 0.0 };
                let heat = 90.0 * (16.0 - degrees(day)).max(0.0);
                let watts =
                    if away(day) { 150.0 + 0.2 * heat } else { 200.0 + tank + evening + weekend + heat };
                load.push((hour, watts * (1.0 + 0.25 * noise(hour))));
            }
        }
        let load = Hourly::from_points(load);
        let kwh =
            first.to(last).map(|day| (day, days.hours(day).map(|hour| load.get(hour)).sum::<f64>() / 1000.0));
        let kwh = ByDay::from_points(kwh);
        Invented { first, last, days, load, kwh, temperature, outlook, presence }
    }

    /// Four months up to 20 March 2025.
    pub(crate) fn winter() -> Invented {
        Invented::until(Day::new(date(2025, 3, 20)), 120)
    }

    pub(crate) fn home(&self) -> Home<'_> {
        Home {
            load: &self.load,
            kwh: &self.kwh,
            temperature: &self.temperature,
            outlook: &self.outlook,
            presence: &self.presence,
        }
    }

    /// Load and energy from a day on, changed.
    pub(crate) fn from(&self, day: Day, change: impl Fn(f64) -> f64) -> Invented {
        let start = self.days.hours(day).start;
        let load = self.load.map(|hour, watts| if hour >= start { change(watts) } else { watts });
        let kwh = self.kwh.map(|of, kwh| if of >= day { change(kwh) } else { kwh });
        Invented { load, kwh, ..self.clone() }
    }

    /// The same without a day and the following ones.
    pub(crate) fn without(&self, first: Day, count: i32) -> Invented {
        let (start, end) = (self.days.hours(first).start, self.days.hours(first.plus(count - 1)).end);
        let gap = |day: Day| (0..count).contains(&day.since(first));
        let load = self.load.map(|hour, watts| if (start..end).contains(&hour) { f64::NAN } else { watts });
        let kwh = self.kwh.map(|day, kwh| if gap(day) { f64::NAN } else { kwh });
        Invented { load, kwh, ..self.clone() }
    }
}
