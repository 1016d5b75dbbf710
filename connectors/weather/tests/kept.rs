//! What the store keeps of days of forecasts: at any moment since, what was known then.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;
use support::{HOUR, done, instant, wasm};
use tokio::runtime::Runtime;
use watteau_simulator::{Config, Element, Simulator, Spot};
use watteau_store::{
    Batch, Commit, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, Step, Store,
    Title,
};
use watteau_testing::{Output, Scenario};

const HOME: Spot = Spot { latitude: 45.76, longitude: 4.84 };

/// Puts the temperatures of an output as the daemon does: a batch for each statement.
fn keep(store: &Store, series: SeriesId, output: &Output, fetched_at: i64) {
    let mut points = output.points.get("temperature").into_iter().flatten();
    for (_, as_of, count) in output.statements.iter().filter(|(name, ..)| name == "temperature") {
        let points = points.by_ref().take(*count).map(|(start, duration, value, quality)| Point {
            start: *start,
            duration: *duration,
            value: *value,
            quality: if *quality == "measured" { Quality::Measured } else { Quality::Estimated },
        });
        let provenance = Provenance {
            connector: "weather".to_owned(),
            version: String::new(),
            source: String::new(),
            sha256: None,
            fetched_at,
            as_of: *as_of,
        };
        let series = vec![SeriesPoints { series, points: points.collect() }];
        store
            .commit(Commit { batches: vec![Batch { provenance, series, absences: vec![] }], state: vec![] })
            .unwrap();
    }
}

/// What the store knew of an hour at a moment: of the forecasts made by then, the last.
fn known(store: &Store, series: SeriesId, start: i64, at: i64) -> Option<f64> {
    let kept = store.point(series, start).unwrap()?;
    let mut said: Vec<(Option<i64>, f64)> =
        vec![(store.batch(kept.batch).unwrap()?.provenance.as_of, kept.point.value)];
    for revision in store.revisions(series, start..start + 1).unwrap() {
        said.push((store.batch(revision.old_batch).unwrap()?.provenance.as_of, revision.old.value));
    }
    let by_then =
        said.into_iter().filter_map(|(made, value)| Some((made.filter(|made| *made <= at)?, value)));
    by_then.max_by_key(|(made, _)| *made).map(|(_, value)| value)
}

#[test]
fn any_day_since_tells_what_was_known_at_any_moment_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("watteau.redb"), Options::default()).unwrap();
    let series = store
        .define(&SeriesDef {
            name: "weather.temperature".to_owned(),
            unit: "degC".to_owned(),
            kind: Kind::Level,
            step: Step::Seconds(3600),
            day_start: 0,
            title: Title { en: String::new(), fr: String::new() },
            labels: BTreeMap::new(),
        })
        .unwrap();
    let runtime = Runtime::new().unwrap();
    let moments: Vec<String> = (2..=9)
        .flat_map(|day| ["05:30", "09:30", "19:30"].map(|time| format!("2025-06-0{day}T{time}:00Z")))
        .collect();
    let (mut cursor, mut climate) = (None, None);
    for now in &moments {
        let config = Config { now: Some(now.parse().unwrap()), ..Config::default() };
        let sky = runtime.block_on(Simulator::start(config)).unwrap();
        let settings =
            json!({"latitude": HOME.latitude, "longitude": HOME.longitude, "base_url": sky.weather_url()});
        for feed in ["archive", "historical_forecast", "forecast"] {
            let scenario = Scenario::new("weather")
                .settings(settings.clone())
                .now(now)
                .upstream(sky.weather_url())
                .cursor(cursor);
            let day = &now[..10];
            let output = scenario
                .pull_wasm(wasm(), feed, &format!("{day}T00:00:00Z"), &format!("{day}T22:00:00Z"))
                .expect("the component runs");
            done(&output);
            keep(&store, series, &output, instant(now));
            cursor = output.cursor;
        }
        climate = Some(*sky.climate());
    }
    let climate = climate.unwrap();
    let at = |instant: i64| Timestamp::from_millisecond(instant).unwrap();
    // At each of those moments, each hour of the day after: exactly what the run of then had said.
    let mut hours = 0;
    for now in &moments {
        let now = instant(now);
        let midnight = (now / (24 * HOUR) + 1) * 24 * HOUR;
        for start in (midnight..midnight + 24 * HOUR).step_by(3_600_000) {
            let expected = climate.forecast(Element::Temperature, HOME, at(start), at(now));
            assert_eq!(
                known(&store, series, start, now),
                Some(expected),
                "{} as known at {}",
                at(start),
                at(now)
            );
            hours += 1;
        }
    }
    assert_eq!(hours, moments.len() * 24);
    // Of hours that were over, what the runs began with; it is dated when it came.
    let over = instant("2025-06-08T00:00:00Z");
    for start in (over - 3 * 24 * HOUR..over).step_by(3_600_000) {
        let expected = climate.forecast(Element::Temperature, HOME, at(start), at(start));
        assert_eq!(
            known(&store, series, start, instant("2025-06-09T19:30:00Z")),
            Some(expected),
            "{}",
            at(start)
        );
    }
    // And what holds of the days that the archive has by now is the truth.
    let settled =
        store.points(series, instant("2025-06-02T00:00:00Z")..instant("2025-06-04T00:00:00Z")).unwrap();
    assert_eq!(settled.len(), 48);
    for point in settled {
        let truth = climate.truth(Element::Temperature, HOME, at(point.start));
        assert_eq!((point.value.to_bits(), point.quality), (truth.to_bits(), Quality::Measured));
    }
}
