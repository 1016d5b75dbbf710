//! The manifest holds, and says what the code does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use watteau_host::{Manifest, Step};

fn manifest() -> Manifest {
    Manifest::parse(include_str!("../manifest.toml")).unwrap()
}

#[test]
fn every_series_has_its_feed_and_its_unit() {
    let manifest = manifest();
    let fed: Vec<&str> = manifest.feeds.iter().flat_map(|feed| &feed.series).map(String::as_str).collect();
    let series: Vec<&str> = manifest.series.iter().map(|series| series.name.as_str()).collect();
    let (mut one, mut other) = (fed.clone(), series.clone());
    one.sort_unstable();
    other.sort_unstable();
    assert_eq!(one, other);
    for (name, minutes) in [("load", 15), ("forecast_id", 15), ("forecast_d1", 15), ("forecast_d2", 30)] {
        let series = manifest.find_series(name).unwrap();
        assert_eq!((series.unit.as_str(), series.step), ("MW", Step::Seconds(minutes * 60)), "{name}");
    }
    let tempo = manifest.find_series("tempo").unwrap();
    assert_eq!((tempo.step, tempo.day_start), (Step::Days(1), 6 * 3600));
}

#[test]
fn only_the_token_is_posted_and_only_three_hosts_are_reached() {
    let allow = manifest().http.unwrap().allow;
    for rule in &allow {
        let posted = rule.methods.iter().any(|method| method == "POST");
        assert_eq!(posted, rule.paths == ["/token/oauth/"], "{rule:?}");
    }
    let mut hosts: Vec<&str> = allow.iter().map(|rule| rule.host.as_str()).collect();
    hosts.dedup();
    assert_eq!(hosts, ["digital.iservices.rte-france.com", "odre.opendatasoft.com", "www.services-rte.com"]);
}

#[test]
fn settings_are_typed_and_the_secret_stays_with_the_host() {
    let table = |text: &str| text.parse::<toml::Table>().unwrap();
    let manifest = manifest();
    let good = table(
        "plugin = \"rte\"\nclient_id = \"0a1b2c3d-0000\"\nclient_secret = { credential = \"rte-secret\" }\n\
         what = [\"load\", \"tempo\"]\nsince = \"2024-01-01\"\nbase_url = \"http://127.0.0.1:9290\"",
    );
    let settings = manifest.validate_settings(&good);
    assert_eq!(settings.problems, []);
    assert!(!settings.settings.contains_key("client_secret"));
    assert_eq!(settings.settings["chunk_days"], 31);
    let nothing = manifest.validate_settings(&table("plugin = \"rte\""));
    assert_eq!(nothing.problems, [], "it works without an account");
    let bad = table("client_id = \"?\"\nwhat = [\"lod\"]\nchunk_days = \"a month\"\nclient_secrt = \"x\"");
    let mut options: Vec<String> =
        manifest.validate_settings(&bad).problems.into_iter().map(|problem| problem.option).collect();
    options.sort_unstable();
    assert_eq!(options, ["chunk_days", "client_id", "client_secrt", "what"]);
}
