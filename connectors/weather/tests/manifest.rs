//! The manifest holds, and says what the code does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use connector_weather::{Settings, Weather, variable::VARIABLES, window};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};
use watteau_host::{Kind, Manifest, Step};
use watteau_sdk::prelude::{Kind as GuestKind, Series, Source, Step as GuestStep};
use watteau_testing::{FakeHost, Scenario};

fn manifest() -> Manifest {
    Manifest::parse(include_str!("../manifest.toml")).unwrap()
}

#[test]
fn its_series_are_those_of_the_code() {
    let manifest = manifest();
    assert_eq!(manifest.series.len(), 2 * VARIABLES.len());
    for variable in VARIABLES {
        for name in [variable.name.to_owned(), format!("{}_d1", variable.name)] {
            let series = manifest.find_series(&name).unwrap();
            assert_eq!((series.unit.as_str(), series.kind), (variable.unit, Kind::Level), "{name}");
            assert_eq!(series.step, Step::Seconds(3600), "{name}");
        }
    }
    let fed: BTreeSet<&String> = manifest.feeds.iter().flat_map(|feed| &feed.series).collect();
    assert_eq!(fed, manifest.series.iter().map(|series| &series.name).collect());
    // What says whether a day is there comes first.
    let first = |feed: &str| manifest.feed(feed).unwrap().series[0].clone();
    assert_eq!(
        (first("archive"), first("previous_runs")),
        ("temperature".to_owned(), "temperature_d1".to_owned())
    );
}

#[test]
fn its_quota_stays_below_every_limit_of_open_meteo() {
    let quota = manifest().quota.unwrap();
    assert_eq!(quota.per, Duration::from_hours(24));
    let calls = f64::from(quota.calls);
    let a_minute = 60.0 / quota.spacing.as_secs_f64() * window::HEAVIEST;
    assert!(a_minute <= 600.0, "{a_minute} a minute");
    assert!(calls * window::HEAVIEST <= 5_000.0, "all of a day in one hour");
    // Ten years of twelve cities with what was foreseen of them, and a day's usual runs, in one day.
    let ten_years = window::Window { from: 0, to: 3_653 * 24 * 3_600_000 };
    let pieces = ten_years.pieces(12).count();
    assert!(2 * pieces + 20 <= quota.calls as usize, "{pieces} calls for ten years");
}

#[test]
fn only_four_hosts_are_reached_and_nothing_is_posted() {
    let http = manifest().http.unwrap();
    assert!(http.auth.is_empty());
    let hosts: Vec<&str> = http.allow.iter().map(|rule| rule.host.as_str()).collect();
    assert_eq!(
        hosts,
        [
            "api.open-meteo.com",
            "archive-api.open-meteo.com",
            "historical-forecast-api.open-meteo.com",
            "previous-runs-api.open-meteo.com"
        ]
    );
    assert!(http.allow.iter().all(|rule| rule.methods == ["GET"]));
}

#[test]
fn the_publisher_is_named() {
    let summary = manifest().summary;
    for text in [summary.en, summary.fr] {
        assert!(text.contains("Open-Meteo.com") && text.contains("CC BY 4.0"), "{text}");
    }
}

#[test]
fn settings_are_typed() {
    let table = |text: &str| text.parse::<toml::Table>().unwrap();
    let manifest = manifest();
    let good = table(
        "plugin = \"weather\"\nlatitude = 45\nlongitude = 4.84\nsince = \"2020-01-01\"\nforecast_days = 5\n\
         places = [\"france\", { name = \"home\", latitude = 45.76, longitude = 4.84 }]",
    );
    let settings = manifest.validate_settings(&good);
    assert_eq!(settings.problems, []);
    assert_eq!(settings.settings["what"], json!(["archive", "historical_forecast", "forecast"]));
    let read: Settings = serde_json::from_value(settings.settings.into()).unwrap();
    assert_eq!((read.latitude, read.forecast_days), (Some(45.0), Some(5)));
    let bad = table(
        "latitude = \"north\"\nplaces = \"france\"\nwhat = [\"forecasts\"]\nforecast_days = 2.5\nlatitud = 45.0",
    );
    let mut options: Vec<String> =
        manifest.validate_settings(&bad).problems.into_iter().map(|problem| problem.option).collect();
    options.sort_unstable();
    assert_eq!(options, ["forecast_days", "latitud", "latitude", "places", "what"]);
}

fn described(settings: serde_json::Value) -> Vec<Series> {
    let host = FakeHost::new(&Scenario::new("weather"));
    Weather::describe(host.context(), &serde_json::from_value(settings).unwrap()).unwrap()
}

#[test]
fn places_have_series_of_their_own() {
    assert_eq!(described(json!({"latitude": 45.76, "longitude": 4.84})), []);
    let series = described(json!({"places": ["france"], "what": ["archive", "forecast", "previous_runs"]}));
    assert_eq!(series.len(), 12 * 5 * 2);
    let paris = series.iter().find(|one| one.name == "paris.temperature").unwrap();
    assert_eq!(
        (paris.unit.as_str(), paris.kind, &paris.feed),
        ("degC", GuestKind::Level, &Some("archive".to_owned()))
    );
    assert_eq!(paris.labels, [("place".to_owned(), "paris".to_owned())]);
    assert_eq!((paris.title.en.as_str(), paris.ahead), ("Temperature, Paris", 16 * 86_400));
    let before = series.iter().find(|one| one.name == "tours.radiation_d1").unwrap();
    assert!(before.optional && before.ahead == 0 && matches!(before.step, GuestStep::Seconds(3600)));
    for feeds in [["forecast", "historical_forecast"], ["forecast", "previous_runs"]] {
        let series = described(json!({"places": ["paris"], "what": feeds}));
        let first = if feeds[1] == "previous_runs" { "forecast" } else { feeds[1] };
        assert_eq!(series[0].feed.as_deref(), Some(first), "what fills it first has it");
        assert_eq!(series.len(), if feeds[1] == "previous_runs" { 10 } else { 5 });
    }
}
