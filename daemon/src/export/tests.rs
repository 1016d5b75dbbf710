use super::{Format, Seconds, select, write};
use crate::query::testing::{Home, NOW, at, clock};
use std::collections::BTreeMap;
use watteau_store::{Kind, Point, Quality, Step, Store};

const ODD: &str = "odd.\"quoted\", \\ and so on";
const VALUES: [f64; 7] = [0.1 + 0.2, -0.0, 5e-324, 1.797e308, -1e-7, 123_456_789.123_456_78, 3.0];

/// A household, and a series that is hard to write.
fn home() -> Home {
    let home = Home::filled();
    let odd = home.define(ODD, "°/min", Kind::Level, Step::Irregular, 0, "");
    let points = VALUES.iter().zip(0..).map(|(&value, n)| Point {
        start: at("1969-12-31T23:59:58.5Z") + n * 501,
        duration: 250,
        value,
        quality: Quality::Estimated,
    });
    home.put("odd", odd, points.collect());
    home
}

fn export(store: &Store, names: &[&str], format: Format) -> String {
    let mut text = Vec::new();
    write(store, &clock(NOW), &select(store, names).unwrap(), format, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Start, end, value as bits and quality of every point, by series.
type Kept = BTreeMap<String, Vec<(i64, i64, u64, String)>>;

fn kept(store: &Store) -> Kept {
    let mut kept = Kept::new();
    for info in store.series().unwrap() {
        let points = store.points(info.id, i64::MIN..i64::MAX).unwrap();
        let row = |p: Point| (p.start, p.end(), p.value.to_bits(), p.quality.as_str().to_owned());
        kept.insert(info.def.name, points.into_iter().map(row).collect());
    }
    kept
}

#[test]
fn csv_reads_back_to_the_bit() {
    let home = home();
    let text = export(&home.store, &[], Format::Csv);
    let mut read: Kept = home.store.series().unwrap().into_iter().map(|s| (s.def.name, vec![])).collect();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        assert_eq!(row.len(), 6);
        let value: f64 = row[3].parse().unwrap();
        read.get_mut(&row[0]).unwrap().push((at(&row[1]), at(&row[2]), value.to_bits(), row[5].to_owned()));
    }
    assert_eq!(read, kept(&home.store));
    // The hour that comes twice is told apart by its offset.
    for start in ["2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00"] {
        assert_eq!(text.matches(&format!("linky.load_curve,{start},")).count(), 1, "{start}");
    }
}

#[test]
fn json_reads_back_to_the_bit() {
    let home = home();
    let document: serde_json::Value = serde_json::from_str(&export(&home.store, &[], Format::Json)).unwrap();
    assert_eq!(document["timezone"], "Europe/Paris");
    assert_eq!(document["columns"], serde_json::json!(["start", "end", "value", "quality"]));
    let mut read = Kept::new();
    for series in document["series"].as_array().unwrap() {
        let points = series["points"].as_array().unwrap().iter().map(|point| {
            let instant = |index: usize| (point[index].as_f64().unwrap() * 1000.0).round() as i64;
            let quality = point[3].as_str().unwrap().to_owned();
            (instant(0), instant(1), point[2].as_f64().unwrap().to_bits(), quality)
        });
        read.insert(series["id"].as_str().unwrap().to_owned(), points.collect());
    }
    assert_eq!(read, kept(&home.store));
}

#[test]
fn openmetrics_has_whole_families_in_base_units() {
    let home = home();
    let text = export(&home.store, &[], Format::OpenMetrics);
    assert!(text.ends_with("\n# EOF\n"));
    let mut families: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split('{').next().unwrap();
        if families.last() != Some(&name) {
            assert!(!families.contains(&name), "{name} stands in two places");
            families.push(name);
        }
    }
    assert!(families.contains(&"watteau_power_watts") && families.contains(&"watteau_value"), "{families:?}");
    let points: u64 = home.store.series().unwrap().iter().map(|info| info.points).sum();
    assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count() as u64, points);
    // 8 kWh, a day in winter.
    let day = at("2024-01-01T00:00:00+01:00") / 1000;
    assert!(
        text.contains(&format!("watteau_energy_joules{{series=\"linky.daily_energy\"}} 28800000 {day}\n"))
    );
    assert!(text.contains(
        "{series=\"odd.\\\"quoted\\\", \\\\ and so on\",unit=\"°/min\"} 0.30000000000000004 -1.500\n"
    ));
}

#[test]
fn series_are_named_or_all() {
    let home = home();
    let one = export(&home.store, &["linky.max_power"], Format::Csv);
    assert!(one.lines().skip(1).all(|line| line.starts_with("linky.max_power,")));
    assert!(select(&home.store, &["linky.max_power", "linky.nothing"]).is_err());
    assert_eq!(export(&Home::empty().store, &[], Format::OpenMetrics), "# EOF\n");
    assert_eq!(export(&Home::empty().store, &[], Format::Csv).lines().count(), 1);
}

#[test]
fn a_reader_that_leaves_ends_the_export() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let home = home();
    let all = select(&home.store, &[]).unwrap();
    for format in [Format::Csv, Format::Json, Format::OpenMetrics] {
        assert!(matches!(
            write(&home.store, &clock(NOW), &all, format, &mut Full),
            Err(super::ExportError::Io(_))
        ));
    }
}

#[test]
fn seconds_keep_their_milliseconds() {
    for (ms, expect) in
        [(0, "0"), (1_500, "1.500"), (-1, "-0.001"), (-2_000, "-2"), (1_735_689_600_000, "1735689600")]
    {
        assert_eq!(Seconds(ms).to_string(), expect);
    }
}
