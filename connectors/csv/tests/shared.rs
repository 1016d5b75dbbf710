//! The shared data come in with a few lines each, every value exact to the bit.
//!
//! What is expected is made here by other means: the lines split at commas, and the calendar of `jiff`.

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;

use connector_csv::Csv;
use jiff::{civil::Date, tz::TimeZone};
use support::{data, instant, scenario};
use watteau_testing::{Ended, Output};

/// Series, start, and the end and the value's bits.
type Expected = BTreeMap<(String, i64), (i64, u64)>;

fn content(name: &str) -> Option<(Vec<u8>, String)> {
    let path = data()?.join(name);
    let raw = fs::read(&path).expect("a file");
    let mut text = String::new();
    if raw.starts_with(b"\x1f\x8b") {
        let file = File::open(&path).expect("a file");
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("a text");
    } else {
        text = String::from_utf8(raw.clone()).expect("a text");
    }
    Some((raw, text))
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

/// The span of a local day.
fn day(date: &str) -> (i64, i64) {
    let paris = TimeZone::get("Europe/Paris").expect("Paris");
    let date: Date = date.parse().expect("a date");
    let midnight =
        |date: Date| date.to_zoned(paris.clone()).expect("a midnight").timestamp().as_millisecond();
    (midnight(date), midnight(date.tomorrow().expect("another day")))
}

fn bits(text: &str) -> u64 {
    text.parse::<f64>().expect("a number").to_bits()
}

fn compare(name: &str, output: &Output, expected: &Expected) {
    assert!(matches!(output.ended, Ended::Done(_)), "{name}: {:?}", output.ended);
    assert_eq!(
        (output.refusals.len(), output.absences.len()),
        (0, 0),
        "{name}: {:?}",
        output.refusals.first()
    );
    let mut ours = Expected::new();
    for (series, points) in &output.points {
        for (start, duration, value, quality) in points {
            assert_eq!(*quality, "measured", "{name}");
            let point = (start + *duration as i64, value.to_bits());
            assert_eq!(ours.insert((series.clone(), *start), point), None, "{name}: {series} {start} twice");
        }
    }
    assert_eq!(ours.len(), expected.len(), "{name}");
    assert!(ours == *expected, "{name}: values differ");
}

#[test]
fn national_load() {
    for (name, step, minutes, columns) in [
        ("fr_load.csv.gz", "1h", 60, vec!["mw"]),
        ("fr_load_forecast_d1.csv.gz", "1h", 60, vec!["mw"]),
        ("fr_load_30min.csv.gz", "30min", 30, vec!["mw"]),
        ("fr_load_15min.csv.gz", "15min", 15, vec!["mw", "forecast_mw"]),
    ] {
        let Some((raw, text)) = content(name) else { return };
        let series: Vec<_> = columns
            .iter()
            .map(|column| {
                format!("{{ column = \"{column}\", name = \"{column}\", unit = \"MW\", kind = \"power\" }},")
            })
            .collect();
        let output = scenario(&format!(
            "time = {{ column = \"utc\", format = \"rfc3339\" }}\nstep = \"{step}\"\nseries = [{}]",
            series.concat()
        ))
        .ingest::<Csv>(name, &raw);
        let mut expected = Expected::new();
        for row in rows(&text) {
            for (column, value) in columns.iter().zip(&row[1..]) {
                let start = instant(row[0]);
                expected.insert(((*column).to_owned(), start), (start + minutes * 60_000, bits(value)));
            }
        }
        assert!(expected.len() > 15_000);
        compare(name, &output, &expected);
    }
}

#[test]
fn ten_cities_in_one_file() {
    let Some((raw, text)) = content("fr_temperature.csv.gz") else { return };
    let output = scenario(
        r#"
        time = { column = "utc", format = "rfc3339" }
        step = "1h"
        series = [{ columns = ["bayonne", "brest", "lille", "limoges", "lyon", "marseille", "nantes", "paris", "strasbourg", "toulouse"], name = "temperature", unit = "degC", kind = "level", minimum = -60, maximum = 60 }]
        "#,
    )
    .ingest::<Csv>("fr_temperature.csv.gz", &raw);
    let cities: Vec<_> = text.lines().next().expect("titles").split(',').skip(1).collect();
    assert_eq!(cities.len(), 10);
    let mut expected = Expected::new();
    for row in rows(&text) {
        let start = instant(row[0]);
        for (city, value) in cities.iter().zip(&row[1..]) {
            expected.insert((format!("{city}.temperature"), start), (start + 3_600_000, bits(value)));
        }
    }
    assert_eq!(expected.len(), 367_440);
    compare("fr_temperature", &output, &expected);
}

#[test]
fn thirteen_regions_by_a_column_that_names_them() {
    let Some((raw, text)) = content("fr_temperature_daily_regions.csv.gz") else { return };
    let output = scenario(
        r#"
        time = { column = "date", format = "%Y-%m-%d", zone = "Europe/Paris" }
        step = "1d"
        series = [
            { column = "tmin", name = "minimum", unit = "degC", kind = "level" },
            { column = "tmax", name = "maximum", unit = "degC", kind = "level" },
            { column = "tmean", name = "mean", unit = "degC", kind = "level" },
        ]
        [places]
        column = "region_code"
        names = { 11 = "idf", 24 = "centre", 27 = "bfc", 28 = "normandie", 32 = "hdf", 44 = "grand_est", 52 = "pdl", 53 = "bretagne", 75 = "nouvelle_aquitaine", 76 = "occitanie", 84 = "aura", 93 = "paca", 94 = "corse" }
        "#,
    )
    .ingest::<Csv>("regions", &raw);
    let names: BTreeMap<&str, &str> = [
        ("11", "idf"),
        ("24", "centre"),
        ("27", "bfc"),
        ("28", "normandie"),
        ("32", "hdf"),
        ("44", "grand_est"),
        ("52", "pdl"),
        ("53", "bretagne"),
        ("75", "nouvelle_aquitaine"),
        ("76", "occitanie"),
        ("84", "aura"),
        ("93", "paca"),
        ("94", "corse"),
    ]
    .into();
    let mut expected = Expected::new();
    for row in rows(&text) {
        let (start, end) = day(row[0]);
        for (name, value) in ["minimum", "maximum", "mean"].iter().zip(&row[3..]) {
            expected.insert((format!("{}.{name}", names[row[1]]), start), (end, bits(value)));
        }
    }
    assert_eq!(expected.len(), 46_332 * 3);
    compare("regions", &output, &expected);
}

#[test]
fn words_that_stand_for_numbers() {
    let Some((raw, text)) = content("fr_tempo_days.csv.gz") else { return };
    let output = scenario(
        r#"
        time = { column = "date", format = "%F", zone = "Europe/Paris" }
        step = "1d"
        series = [{ column = "color", name = "tempo", unit = "1", kind = "factor", day_start = "06:00", values = { BLUE = 1, WHITE = 2, RED = 3 } }]
        "#,
    )
    .ingest::<Csv>("tempo", &raw);
    let mut expected = Expected::new();
    for row in rows(&text) {
        let (start, end) = day(row[0]);
        let six = 6 * 3_600_000;
        let value: f64 = match row[1] {
            "BLUE" => 1.0,
            "WHITE" => 2.0,
            _ => 3.0,
        };
        // The clocks change between midnight and six: the hour goes to the day before.
        let change = |start: i64, end: i64| (end - start) - 24 * 3_600_000;
        let next = day(&row[0].parse::<Date>().expect("a date").tomorrow().expect("a day").to_string());
        let from = start + six + change(start, end);
        expected.insert(("tempo".to_owned(), from), (end + six + change(next.0, next.1), value.to_bits()));
    }
    assert_eq!(expected.len(), 3_452);
    compare("tempo", &output, &expected);
}

#[test]
fn holidays_from_their_first_day_to_their_last() {
    let Some((raw, text)) = content("fr_school_holidays.csv") else { return };
    let output = scenario(
        r#"
        time = { column = "first_day", last = "last_day", format = "%F", zone = "Europe/Paris" }
        step = "irregular"
        series = [{ column = "zones", name = "holidays", unit = "1", kind = "level", values = { A = 1, B = 2, C = 4, AB = 3, AC = 5, BC = 6, ABC = 7 } }]
        "#,
    )
    .ingest::<Csv>("holidays", &raw);
    // Zones of one start that end apart contradict one another as one series: by line, the rest is exact.
    let (mut expected, mut starts) = (Expected::new(), BTreeMap::<i64, usize>::new());
    for row in rows(&text) {
        *starts.entry(day(row[0]).0).or_default() += 1;
    }
    for row in rows(&text) {
        let (start, end) = (day(row[0]).0, day(row[1]).1);
        let zone = |letter: char, value: u64| if row[2].contains(letter) { value } else { 0 };
        let value = (zone('A', 1) + zone('B', 2) + zone('C', 4)) as f64;
        if starts[&start] == 1 {
            expected.insert(("holidays".to_owned(), start), (end, value.to_bits()));
        }
    }
    assert!(expected.len() > 50);
    let rivals: usize = starts.values().filter(|count| **count > 1).sum();
    assert_eq!(output.refusals.len(), rivals);
    compare("holidays", &Output { refusals: Vec::new(), ..output }, &expected);
}

#[test]
fn a_household_by_day() {
    for (name, columns) in [
        ("electricity_daily.csv", vec![("kwh", "energy", "kWh")]),
        (
            "gas_daily.csv",
            vec![
                ("m3", "volume", "m3"),
                ("kwh", "energy", "kWh"),
                ("kwh_per_m3", "factor", "kWh/m3"),
                ("temperature_c", "level", "degC"),
            ],
        ),
        ("weather_daily.csv", vec![("tmin_c", "level", "degC"), ("tmax_c", "level", "degC")]),
        ("occupancy_daily.csv", vec![("present", "ratio", "1")]),
    ] {
        let Some((raw, text)) = content(&format!("household/{name}")) else { return };
        let series: Vec<_> = columns
            .iter()
            .map(|(column, kind, unit)| {
                format!(
                    "{{ column = \"{column}\", name = \"{column}\", unit = \"{unit}\", kind = \"{kind}\" }},"
                )
            })
            .collect();
        let output = scenario(&format!(
            "time = {{ column = \"date\", format = \"%Y-%m-%d\", zone = \"Europe/Paris\", stamp = \"start\" }}\nstep = \"1d\"\nseries = [{}]",
            series.concat()
        ))
        .ingest::<Csv>(name, &raw);
        let mut expected = Expected::new();
        for row in rows(&text) {
            let (start, end) = day(row[0]);
            for ((column, _, _), value) in columns.iter().zip(&row[1..]) {
                expected.insert(((*column).to_owned(), start), (end, bits(value)));
            }
        }
        assert!(expected.len() > 800);
        compare(name, &output, &expected);
    }
}

#[test]
fn a_load_curve_whose_step_changes() {
    let Some((raw, text)) = content("household/load_curve.csv") else { return };
    let output = scenario(
        r#"
        time = { column = "local_end", format = "%Y-%m-%d %H:%M:%S", zone = "Europe/Paris", stamp = "end" }
        step = "irregular"
        longest = "1h"
        series = [{ column = "watts", name = "power", unit = "W", kind = "power" }]
        "#,
    )
    .ingest::<Csv>("load_curve.csv", &raw);
    let paris = TimeZone::get("Europe/Paris").expect("Paris");
    let ends: Vec<i64> = rows(&text)
        .map(|row| {
            let civil: jiff::civil::DateTime = row[0].parse().expect("a civil time");
            civil.to_zoned(paris.clone()).expect("an instant").timestamp().as_millisecond()
        })
        .collect();
    let (hour, mut expected, mut length) = (3_600_000, Expected::new(), ends[1] - ends[0]);
    for (at, row) in rows(&text).enumerate() {
        let distance = at.checked_sub(1).map_or(length, |before| ends[at] - ends[before]);
        if distance <= hour {
            length = distance;
        }
        expected.insert(("power".to_owned(), ends[at] - length), (ends[at], bits(row[1])));
    }
    assert!(expected.len() > 7_000 && expected.len() == ends.len());
    compare("load_curve", &output, &expected);
}
