//! The page as a whole: kept, and held against the rules of the field.

#![allow(clippy::float_cmp, reason = "sums of these values are exact")]

use super::{Exposition, Vitals, families::Scraper};
use crate::{
    api::{
        golden,
        testing::{FixedServices, record},
    },
    config::{Job, Regression},
    explain::Explainer,
    forecast::Forecaster,
    query::testing::{Home, NOW, clock},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use watteau_metrics_lint::{Form, lint};

/// What differs from one layout of the store's file, or from one version, to the next.
const VOLATILE: &[&str] =
    &["watteau_store_size_bytes", "watteau_store_pending_commits", "watteau_store_written_bytes_total"];

struct Bench {
    home: Home,
    services: Arc<FixedServices>,
    vitals: Arc<Vitals>,
    scraper: Scraper,
}

fn forecaster(home: &Home, jobs: BTreeMap<String, Job>) -> Arc<Forecaster> {
    Arc::new(Forecaster::new(home.store.clone(), clock(NOW), home.folder(), jobs))
}

impl Bench {
    fn on(home: Home) -> Self {
        let (services, vitals) = (Arc::<FixedServices>::default(), Arc::<Vitals>::default());
        let forecaster = forecaster(&home, BTreeMap::new());
        let scraper =
            Scraper::new(home.store.clone(), services.clone(), clock(NOW), Arc::clone(&vitals), forecaster);
        vitals.run("linky", &record(true), Duration::from_millis(700));
        vitals.run("linky", &record(false), Duration::from_secs(20));
        vitals.request("GET", "/api/v1/series", 200, Duration::from_micros(300));
        vitals.request("GET", "/api/v1/series/{id}/points", 404, Duration::from_millis(3));
        Self { home, services, vitals, scraper }
    }

    fn text(&self) -> String {
        self.scraper.scrape(Exposition::Text).unwrap()
    }
}

#[test]
fn the_page_is_the_one_that_is_kept() {
    let mut bench = Bench::on(Home::filled());
    bench.scraper = bench.scraper.without_process();
    let steady = |text: String| {
        let line = |line: &str| match line.split_once(' ') {
            Some((name, _)) if VOLATILE.contains(&name) => format!("{name} *\n"),
            _ => format!("{line}\n"),
        };
        text.lines().map(line).collect::<String>()
    };
    golden("metrics.txt", &steady(bench.text()));
    golden("metrics.openmetrics.txt", &steady(bench.scraper.scrape(Exposition::OpenMetrics).unwrap()));
}

/// Everything that can be told, at once.
fn full() -> Bench {
    let home = Home::filled();
    let (job, regression) =
        (Job::new("electricity", "linky.load_curve"), Regression::new("gas", "gas.energy"));
    let forecaster = forecaster(&home, [(job.name.clone(), job.clone())].into());
    let today = watteau_analysis::Day::new(clock(NOW).local().date());
    forecaster.run(&job, job.at[0], today).unwrap();
    let explainer =
        Explainer::new(home.store.clone(), clock(NOW), None, [(regression.name.clone(), regression)].into());
    explainer.tell_of_today().unwrap();
    let mut bench = Bench::on(home);
    let scraper = Scraper::new(
        bench.home.store.clone(),
        bench.services.clone(),
        clock(NOW),
        Arc::clone(&bench.vitals),
        forecaster,
    );
    bench.scraper = scraper.explaining(Arc::new(explainer)).beside(bench.home.folder().to_owned());
    let mut remote = bench.vitals.remote_write.now();
    remote.receiver = Some("prometheus.test".to_owned());
    (remote.oldest_pending, remote.newest_sent) = (Some(1_762_300_000_000), Some(1_762_200_000_000));
    remote.last_success = Some(1_762_333_000_000);
    drop(remote);
    bench
}

#[test]
fn names_follow_the_rules_of_the_field() {
    let bench = full();
    for (exposition, form) in [(Exposition::Text, Form::Text), (Exposition::OpenMetrics, Form::OpenMetrics)] {
        let page = bench.scraper.scrape(exposition).unwrap();
        assert!(page.matches("# TYPE").count() > 50, "{page}");
        assert_eq!(lint(&page, form), [""; 0], "{page}");
    }
}

#[test]
fn promtool_agrees() {
    let text = full().text();
    let child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("promtool is not installed: its check of the metrics is skipped");
        return;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn consumption_is_in_base_units_and_never_twice() {
    let text = Bench::on(Home::filled()).text();
    let value = |name: &str| -> f64 {
        let line =
            text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} is not there"));
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    };
    // 8000 + 10 n Wh on each of the 673 days from 2024-01-01 to 2025-11-03.
    let expect: i64 = (0..673).map(|n| (8_000 + 10 * n) * 3600).sum();
    assert_eq!(value("watteau_electricity_consumption_joules{connector=\"linky\"}"), expect as f64);
    assert_eq!(
        text.matches("\nwatteau_electricity_consumption_joules{").count(),
        1,
        "the curve says the same again"
    );
    assert_eq!(value("watteau_series_corrected_values_total{series=\"gas.energy\"}"), 1.0);
    assert_eq!(value("watteau_series_missing_seconds{series=\"linky.load_curve\"}"), 3.0 * 3600.0);
    assert_eq!(value("watteau_electricity_max_power_voltamperes{connector=\"linky\"}"), 5672.0);
}

#[test]
fn a_connector_that_is_removed_vanishes_at_once() {
    let bench = Bench::on(Home::filled());
    let names = |text: &str| text.matches("linky").count();
    assert!(names(&bench.text()) > 5);
    bench.services.connectors.lock().unwrap().retain(|connector| connector.name != "linky");
    assert_eq!(names(&bench.text()), 0);
    assert!(bench.text().contains("watteau_connector_runs_total{connector=\"gas\"} 0"));
    bench.vitals.run("linky", &record(true), Duration::ZERO);
    assert_eq!(names(&bench.text()), 0, "a run that ends after the removal brings nothing back");
}

#[test]
fn the_form_is_negotiated() {
    let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                      text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    for (accept, expect) in [
        (prometheus, Exposition::OpenMetrics),
        ("", Exposition::Text),
        ("*/*", Exposition::Text),
        ("text/html", Exposition::Text),
        ("text/plain;version=0.0.4;q=0.9, application/openmetrics-text;q=0.5", Exposition::Text),
        ("application/openmetrics-text;q=0", Exposition::Text),
    ] {
        assert_eq!(Exposition::negotiate(accept), expect, "{accept}");
    }
}

#[test]
fn openmetrics_is_well_formed() {
    let text = Bench::on(Home::filled()).scraper.scrape(Exposition::OpenMetrics).unwrap();
    assert!(text.ends_with("\n# EOF\n"));
    assert_eq!(text.matches("# EOF").count(), 1);
    assert!(text.contains("# TYPE watteau_build info\n"));
    assert!(text.contains("# UNIT watteau_gas_consumption_joules joules\n"));
    assert!(text.contains("le=\"1.0\""));
    let (mut family, mut kind) = ("", "");
    let mut seen = BTreeSet::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some((name, of)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            assert!(seen.insert(name), "{name} comes twice");
            (family, kind) = (name, of);
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} is not of {family}"));
            let allowed: &[&str] = match kind {
                "counter" => &["_total"],
                "info" => &["_info"],
                "gauge" => &[""],
                _ => &["_bucket", "_count", "_sum"],
            };
            assert!(allowed.contains(&suffix), "{line} in a {kind}");
        } else {
            assert_eq!(line.split(' ').nth(2), Some(family), "{line}");
        }
    }
}

#[test]
fn forecasts_are_told_once_there_are_some() {
    let home = Home::filled();
    let job = Job::new("electricity", "linky.load_curve");
    let forecaster = forecaster(&home, [(job.name.clone(), job.clone())].into());
    let scraper = Scraper::new(
        home.store.clone(),
        Arc::<FixedServices>::default(),
        clock(NOW),
        Arc::default(),
        Arc::clone(&forecaster),
    );
    let page = || scraper.scrape(Exposition::Text).unwrap();
    assert!(!page().contains("watteau_forecast"), "nothing is forecast, and nothing is 0");
    forecaster.run(&job, job.at[0], watteau_analysis::Day::new(clock(NOW).local().date())).unwrap();
    let text = page();
    let value = |name: &str| -> f64 {
        let line = format!("{name}{{series=\"linky.load_curve\"}} ");
        let found = text.lines().find_map(|text| text.strip_prefix(&line));
        found.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    };
    let made = clock(NOW).now_ms() as f64 / 1000.0;
    assert_eq!(value("watteau_forecast_last_run_timestamp_seconds"), made);
    // The curve goes from 200 to 670 W every day.
    assert!((9.0 * 3.6e6..12.0 * 3.6e6).contains(&value("watteau_forecast_next_day_joules")));
    assert!((500.0..800.0).contains(&value("watteau_forecast_next_day_peak_watts")));
}
