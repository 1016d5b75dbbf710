//! Open-Meteo as a client meets it.

use super::{Element, Spot};
use crate::{
    Fault,
    testing::{House, Reply},
};
use serde_json::Value;

const NOW: &str = "2025-06-02T10:00:00Z";
const PARIS: &str = "latitude=48.8566&longitude=2.3522";

fn ask(house: &House, path: &str, query: &str) -> Reply {
    house.get(&format!("/v1/{path}?{query}"))
}

fn good(house: &House, path: &str, query: &str) -> Value {
    let reply = ask(house, path, query);
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

fn there(column: &Value) -> usize {
    column.as_array().expect("a column").iter().filter(|value| !value.is_null()).count()
}

#[test]
fn the_archive_is_the_truth_five_days_late() {
    let house = House::at(NOW);
    let query = format!(
        "{PARIS}&start_date=2025-05-23&end_date=2025-06-02&hourly=temperature_2m,shortwave_radiation&timezone=GMT&timeformat=unixtime"
    );
    let block = good(&house, "archive", &query);
    let hourly = &block["hourly"];
    assert_eq!(hourly["time"].as_array().expect("stamps").len(), 11 * 24);
    assert_eq!(
        (hourly["time"][0].as_i64(), block["utc_offset_seconds"].as_i64()),
        (Some(1_747_958_400), Some(0))
    );
    assert_eq!((there(&hourly["temperature_2m"]), there(&hourly["shortwave_radiation"])), (5 * 24, 5 * 24));
    assert!(hourly["temperature_2m"][5 * 24].is_null(), "null and not zero");
    let paris = Spot { latitude: 48.8566, longitude: 2.3522 };
    let truth = house.0.climate.truth(Element::Temperature, paris, "2025-05-23T00:00:00Z".parse().unwrap());
    assert_eq!(hourly["temperature_2m"][0].as_f64(), Some(truth));
    assert_eq!(block["hourly_units"]["shortwave_radiation"], "W/m²");
    assert!((block["latitude"].as_f64().unwrap() - 48.8566).abs() > 0.01, "the cell's, not the place's");
}

#[test]
fn several_places_are_an_array_and_wind_has_its_unit() {
    let house = House::at(NOW);
    let query = "latitude=48.85,43.3&longitude=2.35,5.37&hourly=wind_speed_10m&forecast_days=2&past_days=1";
    let blocks = good(&house, "forecast", query);
    assert_eq!(blocks.as_array().expect("an array").len(), 2);
    assert_eq!((blocks[0].get("location_id"), blocks[1]["location_id"].as_i64()), (None, Some(1)));
    assert_eq!(blocks[0]["hourly"]["time"][0], "2025-06-01T00:00");
    let kmh = blocks[0]["hourly"]["wind_speed_10m"][0].as_f64().unwrap();
    let ms = good(&house, "forecast", &format!("{query}&wind_speed_unit=ms"));
    assert!((ms[0]["hourly"]["wind_speed_10m"][0].as_f64().unwrap() * 3.6 - kmh).abs() < 0.1);
}

#[test]
fn a_zone_has_one_offset_for_the_whole_answer() {
    let house = House::at(NOW);
    let query = format!(
        "{PARIS}&start_date=2025-03-29&end_date=2025-03-31&hourly=temperature_2m&timezone=Europe/Paris"
    );
    let block = good(&house, "archive", &query);
    // In June that is two hours, in March too, and no day has 23 hours.
    assert_eq!(block["utc_offset_seconds"].as_i64(), Some(7_200));
    assert_eq!(block["hourly"]["time"].as_array().expect("stamps").len(), 72);
}

#[test]
fn the_historical_forecast_is_how_each_run_began_and_null_before_the_models() {
    let house = House::at(NOW);
    let column = |range: &str| {
        let query = format!("{PARIS}&{range}&hourly=temperature_2m&timezone=GMT&timeformat=unixtime");
        good(&house, "forecast", &query)["hourly"]["temperature_2m"].clone()
    };
    let column_of = |day: &str| column(&format!("start_date={day}&end_date={day}"));
    assert_eq!((there(&column_of("2021-03-22")), there(&column_of("2021-03-23"))), (0, 24));
    let (paris, climate) = (Spot { latitude: 48.8566, longitude: 2.3522 }, house.0.climate);
    let yesterday = column("start_date=2025-06-01&end_date=2025-06-02");
    assert_eq!(there(&yesterday), 48, "yesterday is there to its end");
    let mut other = 0;
    for (hour, value) in yesterday.as_array().expect("a column").iter().take(24).enumerate() {
        let at = format!("2025-06-01T{hour:02}:00:00Z").parse().unwrap();
        assert_eq!(value.as_f64(), Some(climate.forecast(Element::Temperature, paris, at, at)));
        let error = value.as_f64().unwrap() - climate.truth(Element::Temperature, paris, at);
        assert!(error.abs() < 0.8, "{error} degrees at {at}");
        other += i32::from(error.abs() > 0.05);
    }
    assert!(other > 12, "near the truth, and not the truth");
    let asked: Vec<String> = house.0.requests();
    assert_eq!(asked[2], "open_meteo.historical_forecast 2025-06-01..2025-06-02");
}

#[test]
fn previous_runs_say_what_was_foreseen_the_day_before() {
    let house = House::at(NOW);
    let columns = |range: &str| {
        let query = format!("{PARIS}&{range}&hourly=temperature_2m_previous_day1&timeformat=unixtime");
        good(&house, "forecast", &query)["hourly"]["temperature_2m_previous_day1"].clone()
    };
    assert_eq!(there(&columns("start_date=2025-01-01&end_date=2025-01-02")), 48);
    assert_eq!(there(&columns("start_date=2021-06-01&end_date=2021-06-01")), 0, "nothing was kept then");
    // Of what is to come, as much as was foreseen by now.
    assert_eq!(there(&columns("start_date=2025-06-03&end_date=2025-06-03")), 11);
}

#[test]
fn wrong_parameters_are_refused_with_their_reason() {
    let house = House::at(NOW);
    let cases = [
        (
            "archive",
            "latitude=91&longitude=2&start_date=2025-01-01&end_date=2025-01-02",
            "Latitude must be in range",
        ),
        (
            "archive",
            "latitude=1,2&longitude=2&start_date=2025-01-01&end_date=2025-01-02",
            "same number of elements",
        ),
        ("archive", &format!("{PARIS}&start_date=2025-01-01"), "must be set"),
        (
            "archive",
            &format!("{PARIS}&start_date=2025-01-01&end_date=2025-06-03"),
            "'end_date' is out of allowed range from 1940-01-01 to 2025-06-02",
        ),
        ("archive", &format!("{PARIS}&start_date=2025-01-02&end_date=2025-01-01"), "End-date must be"),
        ("archive", &format!("{PARIS}&start_date=today&end_date=2025-01-01"), "Invalid date format"),
        (
            "forecast",
            &format!("{PARIS}&start_date=2025-01-01&end_date=2025-06-03"),
            "out of allowed range from 2025-03-01",
        ),
        (
            "forecast",
            &format!("{PARIS}&start_date=2015-12-31&end_date=2016-01-01"),
            "out of allowed range from 2016-01-01",
        ),
        ("forecast", &format!("{PARIS}&hourly=temperature"), "invalid String value temperature"),
        ("forecast", &format!("{PARIS}&timezone=Europe/Atlantis"), "Invalid timezone"),
        ("forecast", &format!("{PARIS}&past_days=93"), "'past_days' is out of allowed range"),
        (
            "forecast",
            &format!("{PARIS}&past_days=3&start_date=2025-06-01&end_date=2025-06-02"),
            "mutually exclusive",
        ),
    ];
    for (path, query, reason) in cases {
        let reply = ask(&house, path, query);
        assert_eq!(reply.status, 400, "{query}");
        let body = reply.json();
        assert!(body["error"] == true && body["reason"].as_str().unwrap().contains(reason), "{}", reply.text);
    }
}

#[test]
fn calls_count_by_variables_days_and_places_and_a_full_minute_is_told() {
    let house = House::at(NOW);
    let year = "start_date=2024-01-01&end_date=2024-12-30&hourly=temperature_2m,relative_humidity_2m,cloud_cover,wind_speed_10m,shortwave_radiation";
    let places: Vec<String> = (0..12).map(|place| format!("{}", 43 + place % 6)).collect();
    let query = format!("latitude={0}&longitude={0}&{year}", places.join(","));
    // 12 places x 0.5 x 365 / 14 = 156.4.
    let statuses: Vec<u16> = (0..4).map(|_| ask(&house, "archive", &query).status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    assert!((house.0.open_meteo.total() - 3.0 * 156.428_571).abs() < 0.01);
    let refused = ask(&house, "archive", &query).json();
    assert!(refused["reason"].as_str().unwrap().contains("in one minute"));
}

#[test]
fn faults_are_those_that_are_documented() {
    let house = House::at(NOW);
    let cases = [
        (Fault::OpenMeteoMinute, 429, "in one minute"),
        (Fault::OpenMeteoHour, 429, "in the next hour"),
        (Fault::OpenMeteoDay, 429, "tomorrow"),
        (Fault::OpenMeteoConcurrent, 429, "concurrent"),
        (Fault::OpenMeteoRange, 400, "out of allowed range"),
        (Fault::OpenMeteoNowhere, 400, "No data is available"),
        (Fault::OpenMeteoDown, 503, "overloaded"),
    ];
    let query = format!("{PARIS}&hourly=temperature_2m&forecast_days=1");
    for (fault, status, words) in cases {
        house.0.faults.switch_on(fault);
        let reply = ask(&house, "forecast", &query);
        assert_eq!((reply.status, reply.text.contains(words)), (status, true), "{fault:?} {}", reply.text);
        house.0.faults.clear();
    }
    house.0.faults.switch_on(Fault::OpenMeteoUneven);
    assert_eq!(good(&house, "forecast", &query)["hourly"]["temperature_2m"].as_array().unwrap().len(), 23);
    house.0.faults.clear();
    house.0.faults.switch_on(Fault::OpenMeteoHole("2025-06-02".parse().unwrap()));
    assert_eq!(there(&good(&house, "forecast", &query)["hourly"]["temperature_2m"]), 18);
}
