//! The data sets: a house of thirty series over five years of half-hours, a year of minutes, and real curves.
//!
//! Values are made from a seed and shaped like what meters, thermometers and grid operators publish, digits
//! included: whole watts, tenths of a degree, whole percents, thousandths of a kWh. The noise in them is what a store
//! has to pay for, so it is not smaller than in the real curves that are measured beside.

use std::f64::consts::TAU;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::{Timestamp, ToSpan, civil::DateTime, civil::date, tz::TimeZone};
use watteau_store::{Point, Quality};

/// Series of the house.
pub(crate) const SERIES: u32 = 30;
/// Half-hours of five years: 2020 to 2024, a leap day at either end.
pub(crate) const HALF_HOURS: i64 = 5 * 365 * 48 + 2 * 48;
/// Minutes of one year.
pub(crate) const MINUTES: i64 = 365 * 1440;
/// The number of the series of minutes.
pub(crate) const MINUTE_SERIES: u32 = SERIES + 1;

const HALF_HOUR: i64 = 1_800_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// 2020-01-01 in Paris.
const ORIGIN: i64 = 1_577_833_200_000;

/// The start of a half-hour.
pub(crate) const fn half_hour(index: i64) -> i64 {
    ORIGIN + index * HALF_HOUR
}

/// The points `from..to` of a series of the house.
pub(crate) fn house(series: u32, from: i64, to: i64) -> Vec<Point> {
    (from..to).map(|index| point(half_hour(index), HALF_HOUR, value(series, index))).collect()
}

/// A year of a meter read every minute, in watts.
pub(crate) fn minutes() -> Vec<Point> {
    let mut appliance = 0.0;
    (0..MINUTES)
        .map(|index| {
            // Appliances come and go; what runs all the time wavers by some watts.
            if noise(MINUTE_SERIES, index) > 0.93 {
                appliance = [0.0, 0.0, 60.0, 900.0, 2200.0][(noise(77, index) * 5.0) as usize];
            }
            let watts = 180.0 + appliance + noise(78, index) * 30.0;
            point(ORIGIN + index * MINUTE, MINUTE, watts.round())
        })
        .collect()
}

/// Local midnights of Paris around `from..to`: what the buckets of days are cut by.
pub(crate) fn midnights(from: i64, to: i64) -> Result<Vec<i64>> {
    let zone = TimeZone::get("Europe/Paris").context("the time zone database knows no Paris")?;
    let mut day = Timestamp::from_millisecond(from)?.to_zoned(zone.clone()).date();
    let mut bounds = Vec::new();
    loop {
        let start = day.to_zoned(zone.clone())?.timestamp().as_millisecond();
        bounds.push(start);
        if start >= to {
            return Ok(bounds);
        }
        day = day.checked_add(1.day())?;
    }
}

/// The real curves that are at hand, with their names; says which are not.
pub(crate) fn real() -> Result<Vec<(&'static str, Vec<Point>)>> {
    let folder = std::env::var_os("WATTEAU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared"), PathBuf::from)
        .join("data");
    let mut curves = Vec::new();
    for (name, read) in [
        ("household/load_curve.csv", household as fn(&Path) -> Result<Vec<Point>>),
        ("fr_load_30min.csv.gz", national),
    ] {
        let path = folder.join(name);
        if path.exists() {
            curves.push((name, read(&path).with_context(|| format!("cannot read {name}"))?));
        } else {
            eprintln!("left out: there is no data/{name} below WATTEAU_SHARED");
        }
    }
    Ok(curves)
}

/// Wall time of Paris of the END of an interval, and watts.
fn household(path: &Path) -> Result<Vec<Point>> {
    let text = std::fs::read_to_string(path)?;
    let zone = TimeZone::get("Europe/Paris")?;
    let mut points = Vec::new();
    let mut previous: Option<i64> = None;
    for line in text.lines().skip(1) {
        let (end, watts) = line.split_once(',').context("a line of two columns")?;
        let end = end.parse::<DateTime>()?.to_zoned(zone.clone())?.timestamp().as_millisecond();
        // Half an hour mostly, an hour where the meter recorded by the hour.
        let length = previous.map_or(HALF_HOUR, |previous| (end - previous).clamp(HALF_HOUR, 2 * HALF_HOUR));
        points.push(point(end - length, length, watts.parse()?));
        previous = Some(end);
    }
    Ok(points)
}

/// UTC start and megawatts.
fn national(path: &Path) -> Result<Vec<Point>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    text.lines()
        .skip(1)
        .map(|line| {
            let (start, load) = line.split_once(',').context("a line of two columns")?;
            Ok(point(start.parse::<Timestamp>()?.as_millisecond(), HALF_HOUR, load.parse()?))
        })
        .collect()
}

fn point(start: i64, duration: i64, value: f64) -> Point {
    Point { start, duration: duration as u64, value, quality: Quality::Measured }
}

/// What a series of the house is, by its number.
fn value(series: u32, index: i64) -> f64 {
    let day = index as f64 / 48.0 * TAU;
    let year = index as f64 / 17_532.0 * TAU;
    let hour = index.rem_euclid(48);
    let n = noise(series, index);
    match series % 10 {
        // A home's load, in watts: a base, evenings, winters, and appliances that last.
        0..=2 => {
            let heating = (700.0 * year.cos() + 500.0).max(0.0) * (1.0 + 0.3 * (day * 2.0).cos());
            let evening = if (36..46).contains(&hour) { 600.0 } else { 0.0 };
            let appliance = if n > 0.8 { 1800.0 * noise(series, index / 2) } else { 0.0 };
            (210.0 + heating * slow(series, index) + evening * n + appliance + 90.0 * n).round()
        }
        // Solar production, in watts: nothing at night.
        3 => {
            (2600.0 * (-day.cos()).max(0.0) * (0.25 + 0.75 * slow(series, index)) * (0.85 + 0.15 * n)).round()
        }
        // A temperature, in tenths of a degree.
        4 | 5 => tenths(12.0 - 8.0 * year.cos() - 4.0 * day.cos() + 9.0 * slow(series, index) + 0.6 * n),
        // A humidity, in percent.
        6 => (70.0 + 15.0 * day.cos() + 20.0 * (slow(series, index) - 0.5) + 2.0 * n).round(),
        // The load of a country, in megawatts.
        7 => {
            let week = if (index / 48) % 7 > 4 { -5000.0 } else { 0.0 };
            let turns = 4500.0 * (day * 2.0).sin() - 6000.0 * day.cos();
            (52_000.0 + 12_000.0 * year.cos() + turns + week + 5000.0 * slow(series, index) + 500.0 * n)
                .round()
        }
        // Energy of the half-hour, in kWh with three digits.
        8 => ((0.1 + 0.4 * slow(series, index) + 0.3 * n * n) * 1000.0).round() / 1000.0,
        // A wind speed, in tenths.
        _ => tenths(22.0 * slow(series, index) + 3.0 * n),
    }
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Something that wanders within 0..1 over days.
fn slow(series: u32, index: i64) -> f64 {
    let period = 60;
    let (at, part) = (index.div_euclid(period), index.rem_euclid(period) as f64 / period as f64);
    let (here, next) = (noise(series + 1000, at), noise(series + 1000, at + 1));
    here + (next - here) * part * part * (3.0 - 2.0 * part)
}

/// Evenly spread over 0..1, the same for the same arguments (splitmix64).
fn noise(series: u32, index: i64) -> f64 {
    let mut z = (index as u64).wrapping_add(u64::from(series) << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// 200 published days of a series, every other value one more than before.
pub(crate) fn corrected_day(series: u32, day: i64) -> Vec<Point> {
    let mut points = house(series, day * 48, (day + 1) * 48);
    points.iter_mut().step_by(2).for_each(|point| point.value += 1.0);
    points
}

/// Milliseconds of one day, for spans that are asked.
pub(crate) const fn days(count: i64) -> i64 {
    count * DAY
}

/// The first instant of the civil year, in Paris.
pub(crate) fn year(year: i16) -> Result<i64> {
    Ok(date(year, 1, 1).in_tz("Europe/Paris")?.timestamp().as_millisecond())
}
