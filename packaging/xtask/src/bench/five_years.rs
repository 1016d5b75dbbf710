//! The pages of a home with five years of half-hours: what each asks for, timed through HTTP.
//!
//! The home is invented and the same in every run: 2021 to 2025 of an electricity meter's half-hours, of hourly
//! temperatures and of daily gas, brought in as files.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::place::{Place, column, csv};
use super::report::Row;
use crate::daemon::{self, Daemon};

/// 2021-01-01T00:00:00Z.
const BEGIN: u64 = 1_609_459_200;
const YEARS: std::ops::Range<u32> = 2021..2026;
/// Local days of the period, and what follows it.
const PERIOD: &str = "from=2021-01-01&to=2026-01-01";

/// Answers timed of each page, after the first; the middle one is told.
const TIMES: usize = 5;
/// What an answer may take, ms.
const ANSWER: f64 = 50.0;
/// What a regression with its search may take, ms.
const FIT: f64 = 300.0;

/// What the routes are told as, and their paths without `/api/v1`; `PERIOD` stands for the five years.
const ROUTES: [(&str, &str); 16] = [
    ("profile", "/series/linky.load_curve/profile?PERIOD"),
    ("distribution of half-hours", "/series/linky.load_curve/distribution?PERIOD"),
    ("distribution of days", "/series/linky.load_curve/distribution?PERIOD&step=day"),
    ("peaks", "/series/linky.load_curve/peaks?PERIOD&count=10"),
    ("base load", "/series/linky.load_curve/base-load?PERIOD"),
    ("degree-days by day", "/degree-days?PERIOD&step=day"),
    ("degree-days by month", "/degree-days?PERIOD&step=month"),
    (
        "comparison of two years",
        "/compare?series=linky.load_curve&from=2025-01-01&to=2026-01-01&with_from=2024-01-01",
    ),
    ("each year to its date", "/year-to-date?series=linky.load_curve"),
    ("regression of electricity", "/regressions/electricity_model"),
    ("regression of gas", "/regressions/gas_model"),
    ("list of regressions", "/regressions"),
    ("odd days", "/anomalies?PERIOD"),
    ("coverage", "/series/linky.load_curve/coverage?PERIOD"),
    ("points by month", "/series/linky.load_curve/points?PERIOD&step=month"),
    ("points by day", "/series/linky.load_curve/points?PERIOD&step=day"),
];

/// Brings the home in, fits its regressions and asks for its pages, warm and for the first time.
pub(super) fn run(binary: &Path) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let place = Place::new(binary, folder.path(), "home", &settings())?;
    let home = Invented::new();
    let points = home.half_hours.lines().count() - 1;
    for (connector, text) in [("linky", &home.half_hours), ("weather", &home.hours), ("gas", &home.days)] {
        let file = folder.path().join(format!("{connector}.csv"));
        fs::write(&file, text)?;
        place.import(&file, connector)?;
    }

    let mut rows = vec![Row::told("five years of a home: half-hours of electricity", points as f64)];
    for (job, what) in [("electricity_model", "electricity"), ("gas_model", "gas")] {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            place.json(&["regression", "fit", job])?;
            times.push(milliseconds(begun));
        }
        let work = format!("five years: {what} fitted and kept, the whole command, ms");
        rows.push(Row::below(work, median(times), FIT));
    }

    // Started after that, the daemon remembers nothing of what it is asked for first.
    let port = daemon::free_port()?;
    let mut command = Command::new(binary);
    command.arg("run").arg("--config").arg(&place.config).args(["--listen", &format!("127.0.0.1:{port}")]);
    let mut daemon = Daemon::start(&mut command, port, &folder.path().join("run.log"))?;
    daemon.until_ready(Duration::from_millis(5))?;
    for (what, path) in ROUTES {
        let path = format!("/api/v1{}", path.replace("PERIOD", PERIOD));
        let ask = || -> Result<f64> {
            let begun = Instant::now();
            daemon.text(&path)?;
            Ok(milliseconds(begun))
        };
        let first = ask()?;
        let times = (0..TIMES).map(|_| ask()).collect::<Result<Vec<_>>>()?;
        rows.push(Row::below(format!("five years: {what}, ms"), median(times), ANSWER));
        rows.push(Row::told(format!("  the first answer since the start, {what}, ms"), first));
    }
    daemon.stop()?;
    Ok(rows)
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn settings() -> String {
    let instant = "column = \"start\", format = \"unix\", stamp = \"start\"";
    let day = "column = \"date\", format = \"%Y-%m-%d\", zone = \"Europe/Paris\", stamp = \"start\"";
    let job = |name: &str, target: &str| {
        format!("[jobs.{name}]\nkind = \"regression\"\ntarget = \"{target}\"\nrefit = \"month\"\n")
    };
    [
        csv("linky", instant, "30min", &column("watts", "load_curve", "W", "power")),
        csv("weather", instant, "1h", &column("degrees", "temperature", "degC", "level")),
        csv("gas", day, "1d", &column("kwh", "energy", "kWh", "energy")),
        job("electricity_model", "linky.load_curve"),
        job("gas_model", "gas.energy"),
    ]
    .concat()
}

/// Three files.
struct Invented {
    half_hours: String,
    hours: String,
    days: String,
}

impl Invented {
    fn new() -> Self {
        let mut half_hours = "start,watts\n".to_owned();
        let mut hours = "start,degrees\n".to_owned();
        let mut days = "date,kwh\n".to_owned();
        for (number, date) in (0..).zip(dates()) {
            // Two weeks of each summer are spent elsewhere.
            let away = (210..224).contains(&(number % 365));
            let begun = BEGIN + 86_400 * number;
            let mut warmth = 0.0;
            for half in 0..48_u64 {
                let at = begun + 1800 * half;
                let degrees = temperature(number as f64 + half as f64 / 48.0);
                warmth += degrees / 48.0;
                let evening = if matches!(half, 14..17 | 37..45) { 700.0 } else { 0.0 };
                let living = 250.0 + evening + 60.0 * (15.0 - degrees).max(0.0);
                let watts = 95.0 + if away { 0.0 } else { living * (1.0 + 0.5 * noise(at)) };
                // Writing to a string cannot fail.
                let _ = writeln!(half_hours, "{at},{watts:.0}");
                if half % 2 == 0 {
                    let _ = writeln!(hours, "{at},{degrees:.1}");
                }
            }
            let kwh = 2.0 + 9.0 * (16.0 - warmth).max(0.0) + 5.0 * noise(number);
            let _ = writeln!(days, "{date},{:.1}", kwh.max(0.0));
        }
        Self { half_hours, hours, days }
    }
}

/// Every date of the years.
fn dates() -> impl Iterator<Item = String> {
    YEARS.flat_map(|year| {
        let february = if year % 4 == 0 { 29 } else { 28 };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        (1..)
            .zip(months)
            .flat_map(move |(month, last)| (1..=last).map(move |day| format!("{year}-{month:02}-{day:02}")))
    })
}

/// Outdoors, degC: the year, the day, and weather that lasts some days.
fn temperature(day: f64) -> f64 {
    let year = ((day - 15.0) / 365.25 * TAU).cos();
    let hour = ((day - 3.0 / 24.0) * TAU).cos();
    let number = day.floor() as u64;
    let lasting: f64 = (0..5).map(|back| noise(number + 100_000 - back)).sum();
    11.5 - 8.0 * year - 3.5 * hour + 2.0 * lasting
}

/// A number in -1..1 that looks random, of a place: the same on every machine.
fn noise(place: u64) -> f64 {
    let mixed = place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 40) as f64) / f64::from(1 << 23) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_years_have_every_half_hour_hour_and_day() {
        let home = Invented::new();
        for (text, rows) in [(&home.half_hours, 87_648), (&home.hours, 43_824), (&home.days, 1826)] {
            assert_eq!(text.lines().count(), rows + 1);
        }
        // The last half-hour of 2025 in UTC, and leap day.
        assert!(home.half_hours.lines().last().is_some_and(|line| line.starts_with("1767223800,")));
        assert!(home.days.contains("\n2024-02-29,") && !home.days.contains("2023-02-29"));
        assert!(home.days.lines().last().is_some_and(|line| line.starts_with("2025-12-31,")));
        assert_eq!(home.half_hours, Invented::new().half_hours);
    }

    #[test]
    fn noise_lies_around_zero() {
        let of: Vec<f64> = (0..10_000).map(noise).collect();
        assert!(of.iter().all(|one| (-1.0..1.0).contains(one)));
        assert!((of.iter().sum::<f64>() / of.len() as f64).abs() < 0.02);
    }
}
