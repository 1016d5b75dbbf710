//! A real household's values, where they are at hand, survive the store and the API to the bit.

use super::support::shared;
use std::{fs, path::Path};
use watteau_store::{
    Batch, Commit, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesPoints, Step, Store, Title,
};

/// Numbers of a column, in order, on invented days: only the values matter here.
fn column(file: &Path, index: usize, step: i64) -> Vec<Point> {
    let text = fs::read_to_string(file).unwrap();
    text.lines()
        .skip(1)
        .enumerate()
        .filter_map(|(row, line)| {
            let value = line.split(',').nth(index)?.parse().ok()?;
            let start = i64::try_from(row).unwrap() * step;
            Some(Point { start, duration: step.unsigned_abs(), value, quality: Quality::Measured })
        })
        .collect()
}

#[test]
fn values_come_back_to_the_bit() {
    let Some(folder) = shared("data/household") else { return };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("watteau.redb");
    let columns = [
        ("load_curve.csv", 1, 1_800_000),
        ("electricity_daily.csv", 1, 86_400_000),
        ("gas_daily.csv", 1, 86_400_000),
        ("gas_daily.csv", 2, 86_400_000),
        ("gas_daily.csv", 3, 86_400_000),
        ("weather_daily.csv", 1, 86_400_000),
        ("weather_daily.csv", 2, 86_400_000),
    ];
    let store = Store::open(&path, Options::default()).unwrap();
    let mut written = Vec::new();
    for (i, (file, index, step)) in columns.into_iter().enumerate() {
        let points = column(&folder.join(file), index, step);
        assert!(points.len() > 500, "{file}");
        let def = SeriesDef {
            name: format!("house.column_{i}"),
            unit: "1".into(),
            kind: Kind::Level,
            step: Step::Seconds(u32::try_from(step / 1000).unwrap()),
            day_start: 0,
            title: Title::default(),
            labels: std::collections::BTreeMap::new(),
        };
        let series = store.define(&def).unwrap();
        let provenance = Provenance {
            connector: "house".into(),
            version: "1".into(),
            source: file.into(),
            sha256: None,
            fetched_at: 0,
            as_of: None,
        };
        let put = SeriesPoints { series, points: points.clone() };
        let batch = Batch { provenance, series: vec![put], absences: vec![] };
        let report = store.commit(Commit { batches: vec![batch], state: vec![] }).unwrap();
        assert_eq!(report.batches[0].series[0].new, points.len() as u64);
        written.push((series, points));
    }
    let all = |store: &Store| {
        for (series, points) in &written {
            let back = store.points(*series, i64::MIN..i64::MAX).unwrap();
            assert_eq!(back.len(), points.len());
            for (back, point) in back.iter().zip(points) {
                assert_eq!((back.start, back.value.to_bits()), (point.start, point.value.to_bits()));
            }
        }
    };
    all(&store);
    store.compact().unwrap();
    all(&store);
    store.close().unwrap();
    all(&Store::open(&path, Options::default()).unwrap());

    // Through JSON and back, as the API's clients read them.
    for (_, points) in &written {
        for point in points {
            let text = serde_json::to_string(&point.value).unwrap();
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), point.value.to_bits());
        }
    }
}
