//! Regressions as a user asks for them: an invented home from a CSV file, and the real one where it is at hand.

use super::support::{Home, shared};
use serde_json::Value;
use std::{fmt::Write as _, fs};

const JOBS: &str = r#"
[connectors.gas]
plugin = "csv"
time = { column = "date", format = "%Y-%m-%d", zone = "Europe/Paris", stamp = "start" }
step = "1d"
series = [{ column = "kwh", name = "energy", unit = "kWh", kind = "energy" }]
[connectors.outside]
plugin = "csv"
time = { column = "date", format = "%Y-%m-%d", zone = "Europe/Paris", stamp = "start" }
step = "1d"
series = [
  { column = "low", name = "minimum", unit = "degC", kind = "level" },
  { column = "high", name = "maximum", unit = "degC", kind = "level" },
]
[jobs.gas_model]
kind = "regression"
target = "gas.energy"
temperature = ["outside.minimum", "outside.maximum"]
events = [{ date = "2024-11-01", name = "New boiler" }]
[jobs.gas_months]
kind = "regression"
target = "gas.energy"
temperature = ["outside.minimum", "outside.maximum"]
form = "monthly"
fit_to = "2024-10-01"
"#;

/// Two years of a home that heats below 17 degC, and from 2024-11-01 on with a fifth less.
fn invented() -> String {
    let mut rows = "date,kwh,low,high\n".to_owned();
    let first: jiff::civil::Date = "2023-04-01".parse().unwrap();
    for number in 0..731 {
        let date = first.checked_add(jiff::Span::new().days(number)).unwrap();
        let turn = (f64::from(date.day_of_year()) - 15.0) / 365.25 * std::f64::consts::TAU;
        let middle = 11.5 - 8.0 * turn.cos() + 3.0 * (f64::from(number) * 1.7).sin();
        let noise = 4.0 * (f64::from(number) * 12.9898).sin() * (f64::from(number) * 0.37).cos();
        let whole = 3.0 + 8.0 * (17.0 - middle).max(0.0) + noise;
        let factor = if date >= "2024-11-01".parse().unwrap() { 0.8 } else { 1.0 };
        writeln!(rows, "{date},{:.2},{:.1},{:.1}", (whole * factor).max(0.0), middle - 4.0, middle + 4.0)
            .unwrap();
    }
    rows
}

fn coefficient<'a>(told: &'a Value, name: &str) -> &'a Value {
    let all = told["coefficients"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name} is not in {told}"))
}

#[test]
fn a_user_learns_what_the_weather_explains_and_what_a_boiler_brought() {
    let home = Home::new(JOBS);
    // Before there is anything, it is said what is missing.
    let nothing = home.json(&["--json", "regression", "show", "gas_model"]);
    assert_eq!(nothing["status"], "waiting");
    assert!(nothing["message"]["en"].as_str().unwrap().contains("gas.energy"), "{nothing}");
    let unknown = home.run(&["regression", "show", "gaz"]);
    assert_eq!(unknown.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("gas_model"));

    let file = home.path().join("home.csv");
    fs::write(&file, invented()).unwrap();
    let file = file.display().to_string();
    for connector in ["gas", "outside"] {
        assert!(home.run(&["import", &file, "--connector", connector]).status.success());
    }
    let looked = home.json(&["--json", "regression", "show", "gas_model"]);
    assert!(looked["fitted_at"].is_null() && looked["status"] == "fitted", "{looked}");
    let fitted = home.json(&["--json", "regression", "fit", "gas_model"]);
    assert!(fitted["fitted_at"].is_i64(), "{fitted}");
    let shown = home.json(&["--json", "regression", "show", "gas_model"]);
    assert_eq!(shown, fitted);
    assert_eq!(shown["months"].as_array().unwrap().len(), 24);
    let event = &shown["events"][0];
    let [lower, upper] = ["lower", "upper"].map(|key| event[key].as_f64().unwrap());
    assert!(event["visible"] == true && lower < -20.0 && -20.0 < upper, "{event}");
    let change = &shown["changes"][0];
    assert!(change["since"].as_str().unwrap().starts_with("2024-1"), "{change}");

    // The months learnt before the boiler know nothing of it.
    let months = home.json(&["--json", "regression", "show", "gas_months"]);
    assert_eq!((&months["form"], &months["fitted"]["to"]), (&"monthly".into(), &"2024-10-01".into()));
    assert!(coefficient(&months, "degree_days")["lower"].as_f64().unwrap() > 0.0);
    let list = home.json(&["--json", "regression", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 2);
    let table = home.run(&["regression", "show", "gas_model"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("New boiler") && table.contains("2025-03"), "{table}");
}

/// The published numbers of a real home (household/README.md of the samples: statsmodels).
#[test]
fn the_reference_form_gives_the_published_numbers() {
    let files = ["electricity", "gas", "weather", "occupancy"]
        .map(|name| shared(&format!("data/household/{name}_daily.csv")));
    let [Some(electricity), Some(gas), Some(weather), Some(occupancy)] = files else { return };
    let connector = |name: &str, series: &str| {
        format!(
            "[connectors.{name}]\nplugin = \"csv\"\ntime = {{ column = \"date\", format = \"%Y-%m-%d\", zone = \"Europe/Paris\", stamp = \"start\" }}\nstep = \"1d\"\nseries = [{series}]\n"
        )
    };
    let series = |column: &str, name: &str, unit: &str, kind: &str| {
        format!("{{ column = \"{column}\", name = \"{name}\", unit = \"{unit}\", kind = \"{kind}\" }}")
    };
    let job = |name: &str, target: &str| {
        format!(
            "[jobs.{name}]\nkind = \"regression\"\ntarget = \"{target}\"\nform = \"monthly\"\ndrivers = [\"degree_days\", \"occupancy.persons\"]\ntemperature = [\"weather.minimum\", \"weather.maximum\"]\nfit_from = \"2023-01-01\"\nfit_to = \"2025-01-01\"\n"
        )
    };
    let home = Home::new(&format!(
        "{}{}{}{}{}{}",
        connector("linky", &series("kwh", "daily_energy", "kWh", "energy")),
        connector("gas", &series("kwh", "energy", "kWh", "energy")),
        connector(
            "weather",
            &format!(
                "{}, {}",
                series("tmin_c", "minimum", "degC", "level"),
                series("tmax_c", "maximum", "degC", "level")
            ),
        ),
        connector("occupancy", &series("present", "persons", "1", "level")),
        job("electricity", "linky.daily_energy"),
        job("gas", "gas.energy"),
    ));
    for (file, connector) in
        [(electricity, "linky"), (gas, "gas"), (weather, "weather"), (occupancy, "occupancy")]
    {
        let output = home.run(&["import", &file.display().to_string(), "--connector", connector]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for (job, published, r2) in [
        (
            "electricity",
            [
                ("constant", 379.795_452, [-313.5796, 1073.1705]),
                ("degree_days", 1.908_646, [1.0200, 2.7973]),
                ("occupancy", 457.447_018, [-348.4436, 1263.3376]),
            ],
            0.634_272,
        ),
        (
            "gas",
            [
                ("constant", 564.084_035, [-329.4020, 1457.5701]),
                ("degree_days", 9.496_322, [8.3512, 10.6414]),
                ("occupancy", -1_144.805_539, [-2183.2796, -106.3315]),
            ],
            0.944_355,
        ),
    ] {
        let told = home.json(&["--json", "regression", "fit", job]);
        assert!((told["r2"].as_f64().unwrap() - r2).abs() < 1e-6, "{job}: {}", told["r2"]);
        for (name, value, [lower, upper]) in published {
            let one = coefficient(&told, name);
            for (key, expected, digits) in
                [("value", value, 1e-6), ("lower", lower, 1e-4), ("upper", upper, 1e-4)]
            {
                let found = one[key].as_f64().unwrap();
                assert!((found - expected).abs() < digits, "{job} {name} {key}: {found}");
            }
        }
    }
}
