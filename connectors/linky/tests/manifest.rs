//! The manifest holds, and says what the code does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use connector_linky::Feed;
use watteau_host::{Manifest, manifest::AuthKind};

fn manifest() -> Manifest {
    Manifest::parse(include_str!("../manifest.toml")).unwrap()
}

fn table(text: &str) -> toml::Table {
    text.parse().unwrap()
}

#[test]
fn the_feeds_are_those_of_the_code_and_every_series_has_one() {
    let manifest = manifest();
    let names: Vec<&str> = manifest.feeds.iter().map(|feed| feed.name.as_str()).collect();
    assert_eq!(names, Feed::ALL.map(Feed::name));
    let mut fed: Vec<&String> = manifest.feeds.iter().flat_map(|feed| &feed.series).collect();
    let mut series: Vec<&String> = manifest.series.iter().map(|series| &series.name).collect();
    fed.sort_unstable();
    series.sort_unstable();
    assert_eq!(fed, series);
    for (one, other) in [("daily_energy", "daily_production"), ("load_curve", "production_curve")] {
        let (one, other) = (manifest.find_series(one).unwrap(), manifest.find_series(other).unwrap());
        assert_eq!((&one.unit, one.kind, one.step), (&other.unit, other.kind, other.step));
    }
}

#[test]
fn a_home_without_panels_is_asked_for_no_production() {
    let manifest = manifest();
    let wanted = |text: &str| -> Vec<String> {
        let settings = manifest.validate_settings(&table(text));
        assert_eq!(settings.problems, [], "{text}");
        manifest.wanted_feeds(&settings.settings).map(|feed| feed.name.clone()).collect()
    };
    let home = "prm = \"12345678901234\"\ntoken = { credential = \"linky-token\" }\n";
    assert_eq!(wanted(home), ["daily_energy", "load_curve", "max_power"]);
    let panels = format!("{home}what = [\"daily_production\", \"production_curve\"]");
    assert_eq!(wanted(&panels), ["daily_production", "production_curve"]);
}

#[test]
fn settings_are_typed_and_the_token_stays_with_the_host() {
    let manifest = manifest();
    for gateway in ["conso-api", "myelectricaldata", "myelectricaldata-v2"] {
        let text = format!("prm = \"12345678901234\"\ntoken = \"hush\"\ngateway = \"{gateway}\"");
        let settings = manifest.validate_settings(&table(&text));
        assert_eq!(settings.problems, []);
        assert!(!settings.settings.contains_key("token"));
        let read: connector_linky::Settings = serde_json::from_value(settings.settings.into()).unwrap();
        assert_eq!(read.prm, "12345678901234");
    }
    let bad = table("prm = \"1234\"\ntoken = 7\ngateway = \"enedis\"\nwhat = [\"solar\"]\nprms = \"x\"");
    let mut options: Vec<String> =
        manifest.validate_settings(&bad).problems.into_iter().map(|problem| problem.option).collect();
    options.sort_unstable();
    assert_eq!(options, ["gateway", "prm", "prms", "token", "what"]);
}

#[test]
fn it_only_reads_and_its_quota_is_safe_at_every_gateway() {
    let manifest = manifest();
    let http = manifest.http.unwrap();
    assert!(
        http.allow.iter().all(|allow| allow.methods == ["GET"] && !allow.paths.contains(&"/".to_owned()))
    );
    let secrets = http.auth.iter().map(|auth| match &auth.kind {
        AuthKind::Bearer { secret } | AuthKind::Header { secret, .. } => secret.as_str(),
        other => unreachable!("{other:?}"),
    });
    assert_eq!(secrets.collect::<Vec<_>>(), ["token", "token"]);
    let quota = manifest.quota.unwrap();
    assert!(quota.calls < 50 && quota.per.as_secs() == 86_400, "{quota:?}");
}

#[test]
fn the_example_is_right_as_it_ships_and_with_every_line_switched_on() {
    let manifest = manifest();
    let text = include_str!("../../../config/conf.d/linky.toml.example");
    let mut instances = 0;
    let mut check = |text: &str| {
        let whole = table(text);
        for (name, instance) in whole["connectors"].as_table().unwrap() {
            assert_eq!(manifest.validate_settings(instance.as_table().unwrap()).problems, [], "{name}");
            instances += 1;
        }
    };
    check(text);
    // A line may be there in several forms: each in its turn.
    let is_key = |line: &str| {
        line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))
    };
    let (mut shorter, mut longer) = (String::new(), String::new());
    for line in text.lines() {
        let line = line.strip_prefix("# ").filter(|line| is_key(line)).unwrap_or(line);
        let both = [(&mut shorter, true), (&mut longer, false)];
        for (form, short) in both {
            if !(line.starts_with("what = [\"daily_energy") && line.contains("contract") == short) {
                form.push_str(line);
                form.push('\n');
            }
        }
    }
    check(&shorter);
    check(&longer);
    assert_eq!(instances, 1 + 2 + 2);
}
