//! How good forecasts are and what they take: years of the country and of a home from real files, where they are at
//! hand, and a run as it is made every day.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::place::{Place, column, csv, shared};
use super::report::{Report, Row};
use crate::build;
use crate::daemon;
use crate::workspace::Workspace;

/// The cities of `fr_temperature.csv.gz`.
const CITIES: [&str; 10] = [
    "bayonne",
    "brest",
    "lille",
    "limoges",
    "lyon",
    "marseille",
    "nantes",
    "paris",
    "strasbourg",
    "toulouse",
];

/// Issue and weather of a backtest of the country, and what its MAPE may be, %.
const CASES: [(&str, &str, f64); 6] = [
    ("10:00", "archived", 1.30),
    ("20:00", "archived", 1.20),
    ("10:00", "noisy:0.75", 1.50),
    ("20:00", "noisy:0.75", 1.50),
    ("10:00", "none", 2.80),
    ("20:00", "none", 2.80),
];

/// Builds in release and measures.
pub(super) fn run(workspace: &Workspace) -> Result<Report> {
    let binary = build::run(workspace, &build::Arguments { target: None })?;
    let folder = tempfile::tempdir()?;
    let shared = shared(workspace).join("data");
    let mut rows = Vec::new();
    if shared.join("fr_load.csv.gz").is_file() {
        country(&binary, folder.path(), &shared, &mut rows)?;
        home(&binary, folder.path(), &shared.join("household"), &mut rows)?;
    } else {
        eprintln!("skipped: no shared samples of the load; set WATTEAU_SHARED");
    }
    every_day(&binary, folder.path(), &mut rows)?;
    Ok(Report { rows })
}

fn scores<'a>(answer: &'a Value, model: &str) -> &'a Value {
    let models = answer["models"].as_array().map_or(&[][..], Vec::as_slice);
    models.iter().find(|entry| entry["model"] == model).unwrap_or(&Value::Null)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// The year that nothing was chosen on.
fn country(binary: &Path, folder: &Path, data: &Path, rows: &mut Vec<Row>) -> Result<()> {
    let utc = "column = \"utc\", format = \"rfc3339\"";
    let mut cities = String::new();
    for city in CITIES {
        cities.push_str(&column(city, &format!("{city}.temperature"), "degC", "level"));
    }
    let settings = [
        csv("rte", utc, "1h", &column("mw", "load", "MW", "power")),
        csv("rte_d1", utc, "1h", &column("mw", "forecast_d1", "MW", "power")),
        csv("weather", utc, "1h", &cities),
        "[jobs.grid]\nkind = \"forecast\"\ntarget = \"rte.load\"\nofficial = \"rte_d1.forecast_d1\"\n"
            .to_owned(),
    ];
    let place = Place::new(binary, folder, "country", &settings.concat())?;
    for (file, connector) in
        [("fr_load", "rte"), ("fr_load_forecast_d1", "rte_d1"), ("fr_temperature", "weather")]
    {
        place.import(&data.join(format!("{file}.csv.gz")), connector)?;
    }
    for (at, weather, most) in CASES {
        let asked = ["--since", "2024-06-01", "--until", "2025-05-31", "--at", at, "--weather", weather];
        let begun = Instant::now();
        let answer = place.json(&[&["forecast", "backtest", "rte.load"][..], &asked].concat())?;
        let took = begun.elapsed().as_secs_f64();
        let what = |figure: &str| format!("load of France at {at}, {weather}: {figure}");
        let ours = scores(&answer, "watteau");
        rows.push(Row::below(what("MAPE, %"), number(&ours["mape"]), most));
        rows.push(Row::told(what("80 % interval holds, %"), number(&ours["coverage_80"])));
        rows.push(Row::below(what("the year, s"), took, 20.0));
        if weather == "archived" {
            rows.push(Row::told(what("chronos, MAPE, %"), number(&scores(&answer, "chronos")["mape"])));
            rows.push(Row::told(what("RTE, MAPE, %"), number(&scores(&answer, "official")["mape"])));
            rows.push(Row::told(what("a week ago, MAPE, %"), number(&scores(&answer, "naive_d7")["mape"])));
        }
    }
    Ok(())
}

/// A home's load curve, and its gas by the day.
fn home(binary: &Path, folder: &Path, data: &Path, rows: &mut Vec<Row>) -> Result<()> {
    let local =
        "column = \"local_end\", format = \"%Y-%m-%d %H:%M:%S\", zone = \"Europe/Paris\", stamp = \"end\"";
    let day = "column = \"date\", format = \"%Y-%m-%d\", zone = \"Europe/Paris\", stamp = \"start\"";
    let weather =
        [column("tmin_c", "lowest", "degC", "level"), column("tmax_c", "highest", "degC", "level")].concat();
    let job = |name: &str, target: &str| {
        format!("[jobs.{name}]\nkind = \"forecast\"\ntarget = \"{target}\"\ndrivers = [\"weather.*\"]\n")
    };
    let settings = [
        csv("linky", local, "30min", &column("watts", "load_curve", "W", "power")),
        csv("days", day, "1d", &column("kwh", "daily_energy", "kWh", "energy")),
        csv("gas", day, "1d", &column("kwh", "energy", "kWh", "energy")),
        csv("weather", day, "1d", &weather),
        job("hours", "linky.load_curve"),
        job("gas", "gas.energy"),
    ];
    let place = Place::new(binary, folder, "home", &settings.concat())?;
    for (file, connector) in [
        ("load_curve", "linky"),
        ("electricity_daily", "days"),
        ("gas_daily", "gas"),
        ("weather_daily", "weather"),
    ] {
        place.import(&data.join(format!("{file}.csv")), connector)?;
    }
    for (target, since, until) in
        [("linky.load_curve", "2024-12-29", "2025-05-31"), ("gas.energy", "2023-07-01", "2024-12-31")]
    {
        let answer = place.json(&["forecast", "backtest", target, "--since", since, "--until", until])?;
        let parts = answer["parts"].as_array().map_or(&[][..], Vec::as_slice);
        for (when, part) in
            std::iter::once(("tomorrow", &answer)).chain(parts.iter().map(|part| (word(part), part)))
        {
            let what = |figure: &str| format!("{target}, {when}: {figure}");
            let [ours, week] = ["watteau", "naive_d7"].map(|model| scores(part, model));
            rows.push(Row::told(
                what("MAE beside that of a week ago"),
                number(&ours["mae"]) / number(&week["mae"]),
            ));
            let days = number(&scores(part, "quantiles_14")["pinball"]);
            rows.push(Row::told(what("pinball beside that of 14 days"), number(&ours["pinball"]) / days));
            rows.push(Row::told(what("80 % interval holds, %"), number(&ours["coverage_80"])));
        }
    }
    Ok(())
}

fn word(part: &Value) -> &'static str {
    match part["part"].as_str() {
        Some("today") => "today",
        Some("days") => "tomorrow's energy",
        _ => "another",
    }
}

/// A forecast of tomorrow from the command to what is stored, with the demo's series.
fn every_day(binary: &Path, folder: &Path, rows: &mut Vec<Row>) -> Result<()> {
    let (demo, _) = daemon::demo(binary, folder, Duration::from_millis(50))?;
    demo.stop()?;
    let place = Place { binary, config: folder.join("demo/demo.toml") };
    for (target, what) in [("rte.load", "the country"), ("linky.load_curve", "a home")] {
        // The first run also keeps the year before; the second is that of every day.
        for (run, told) in [(0, "first run"), (1, "run of every day")] {
            let begun = Instant::now();
            let mut child = place
                .command(&["forecast", "run", target])
                .stdout(Stdio::null())
                .stderr(Stdio::inherit())
                .spawn()?;
            let mut peak: f64 = 0.0;
            let status = loop {
                peak = peak.max(resident(child.id()).unwrap_or_default());
                if let Some(status) = child.try_wait()? {
                    break status;
                }
                thread::sleep(Duration::from_millis(2));
            };
            ensure!(status.success(), "{target} was not forecast");
            let (seconds, work) = (begun.elapsed().as_secs_f64(), format!("tomorrow of {what}, {told}"));
            if run == 0 {
                rows.push(Row::told(format!("{work}, s"), seconds));
            } else {
                rows.push(Row::below(format!("{work}, s"), seconds, 3.0));
                rows.push(Row::below(format!("{work}: peak RSS, MB"), peak, 120.0));
            }
        }
    }
    Ok(())
}

/// The most that a process had resident, megabytes.
fn resident(id: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}
