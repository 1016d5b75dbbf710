//! What settings give, and everything that is wrong with them.

mod support;

use connector_csv::{Csv, Settings};
use serde_json::json;
use support::{scenario, settings};
use watteau_sdk::failure::Cause;
use watteau_sdk::prelude::{Files as _, Kind, Series, Step};
use watteau_testing::{FakeHost, Scenario};

const GOOD: &str = r#"
    time = { column = "date", format = "%Y-%m-%d", zone = "Europe/Paris", stamp = "start" }
    step = "1d"
    series = [{ column = "persons", name = "persons", unit = "1", kind = "level" }]
"#;

fn described(table: &str) -> Result<Vec<Series>, Vec<(String, String)>> {
    let host = FakeHost::new(&scenario(table));
    let settings: Settings = serde_json::from_value(settings(table)).expect("settings");
    Csv::describe(host.context(), &settings).map_err(|failure| {
        let Cause::Settings(problems) = failure.cause else { panic!("{failure}") };
        problems
            .into_iter()
            .map(|problem| {
                let fr = problem.message.fr.expect("French");
                assert!(!fr.is_empty() && fr != problem.message.en, "{}", problem.message.en);
                (problem.option, problem.message.en)
            })
            .collect()
    })
}

#[test]
fn the_description_gives_the_series() {
    let series = described(GOOD).expect("series");
    assert_eq!(series.len(), 1);
    assert_eq!(
        (series[0].name.as_str(), series[0].unit.as_str(), series[0].kind, series[0].step),
        ("persons", "1", Kind::Level, Step::Days(1))
    );
    assert_eq!(series[0].title.en, "persons");

    let series = described(
        r#"
        time = { column = ["jour", "heure"], format = "%d/%m/%Y %H:%M" }
        step = "1 month"
        series = [
            { columns = ["Saint-Étienne", "Le Puy"], name = "water", unit = "m3", kind = "volume", title = { en = "Water", fr = "Eau" }, role = "water", minimum = 0, maximum = 5.5, day_start = "06:00", ahead = "1d", optional = true, labels = { floor = "2" } },
        ]
        [places]
        column = "meter"
        names = { "1234" = "north", "5678" = "south.barn" }
        "#,
    )
    .expect("series");
    let names: Vec<_> = series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "north.saint_etienne.water",
            "north.le_puy.water",
            "south.barn.saint_etienne.water",
            "south.barn.le_puy.water"
        ]
    );
    let one = &series[0];
    assert_eq!(
        (one.step, one.minimum, one.maximum, one.day_start, one.ahead, one.optional),
        (Step::Months(1), Some(0.0), Some(5.5), 21_600, 86_400, true)
    );
    assert_eq!(
        (one.role.as_deref(), one.title.fr.as_deref()),
        (Some("water"), Some("Eau, Saint-Étienne, north"))
    );
    let labels: Vec<_> = one.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(labels, [("floor", "2"), ("column", "Saint-Étienne"), ("place", "north")]);
}

#[test]
fn every_mistake_is_told_with_its_path() {
    let time = |time: &str| {
        GOOD.replace(
            "column = \"date\", format = \"%Y-%m-%d\", zone = \"Europe/Paris\", stamp = \"start\"",
            time,
        )
    };
    let series = |series: &str| {
        GOOD.replace("column = \"persons\", name = \"persons\", unit = \"1\", kind = \"level\"", series)
    };
    let more = |line: &str| format!("{GOOD}\n{line}\n");
    let known = "column = \"persons\", name = \"persons\", unit = \"1\", kind = \"level\"";
    let with = |rest: &str| series(&format!("{known}, {rest}"));
    for (table, expected) in [
        (time(""), vec!["time.column", "time.format"]),
        (time("column = \"date\""), vec!["time.format"]),
        (time("column = 0, format = \"%F\""), vec!["time.column"]),
        (time("column = 300, format = \"%F\""), vec!["time.column"]),
        (time("column = [], format = \"%F\""), vec!["time.column"]),
        (time("column = true, format = \"%F\""), vec!["time.column"]),
        (time("column = 1, format = \"%d/%m\""), vec!["time.format"]),
        (time("column = 1, format = \"%Q\""), vec!["time.format"]),
        (time("column = 1, format = 3"), vec!["time.format"]),
        (time("column = 1, format = \"%F\", stamp = \"middle\""), vec!["time.stamp"]),
        (time("column = 1, format = \"%F\", stamp = \"end\", end = 2"), vec!["time.stamp"]),
        (time("column = 1, format = \"%F\", last = 3, end = 2"), vec!["time.last"]),
        (time("column = 1, format = \"%F\", zone = \"Europe/Pari\""), vec!["time.zone"]),
        (time("column = 1, format = \"%F\", colum = 2"), vec!["time.colum"]),
        (GOOD.replace("\"1d\"", "\"often\""), vec!["step"]),
        (more("longest = \"0s\""), vec!["longest"]),
        (more("delimiter = \";;\""), vec!["delimiter"]),
        (more("skip = -1"), vec!["skip"]),
        (more("missing = [1]"), vec!["missing"]),
        (more("header = false"), vec!["time.column", "series[0].column"]),
        (
            GOOD.replace("[{", "[")
                .replace("}]", "]")
                .replace("column = \"persons\", name = \"persons\", unit = \"1\", kind = \"level\"", "1"),
            vec!["series[0]"],
        ),
        (series(""), vec!["series[0].column", "series[0].name", "series[0].unit", "series[0].kind"]),
        (
            series("column = \"a\", name = \"Persons\", unit = \"\", kind = \"levels\""),
            vec!["series[0].name", "series[0].unit", "series[0].kind"],
        ),
        (series("columns = [1], name = \"a\", unit = \"1\", kind = \"level\""), vec!["series[0].columns"]),
        (series("columns = \"a\", name = \"a\", unit = \"1\", kind = \"level\""), vec!["series[0].columns"]),
        (with("columns = [\"a\"]"), vec!["series[0].columns"]),
        (with("factor = 0"), vec!["series[0].factor"]),
        (with("factor = \"2\""), vec!["series[0].factor"]),
        (with("minimum = 2, maximum = 1"), vec!["series[0].maximum"]),
        (with("quality = \"good\""), vec!["series[0].quality"]),
        (with("quality = { estimated = [\"E\"] }"), vec!["series[0].quality.column"]),
        (with("quality = { column = \"q\", wrong = [\"E\"] }"), vec!["series[0].quality.wrong"]),
        (with("values = { a = \"b\" }"), vec!["series[0].values.a"]),
        (with("day_start = \"6h\""), vec!["series[0].day_start"]),
        (with("ahead = \"soon\""), vec!["series[0].ahead"]),
        (with("title = { en = 1 }"), vec!["series[0].title.en"]),
        (with("labels = { A = \"b\" }"), vec!["series[0].labels.A"]),
        (with("units = \"W\""), vec!["series[0].units"]),
        (
            GOOD.replace("}]", "}, { column = \"b\", name = \"persons\", unit = \"1\", kind = \"level\" }]"),
            vec!["series[1].name"],
        ),
        (more("[places]"), vec!["places.column", "places.names"]),
        (more("[places]\ncolumn = \"p\"\nnames = {}"), vec!["places.names"]),
        (
            more("[places]\ncolumn = \"p\"\nnames = { a = \"A\", b = 1 }"),
            vec!["places.names.a", "places.names.b"],
        ),
        (more("[places]\ncolumn = \"p\"\nnames = { a = \"x\", b = \"x\" }"), vec!["places.names.b"]),
    ] {
        let problems = described(&table).expect_err(&table);
        let paths: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, expected, "{table}");
    }
}

#[test]
fn a_wrong_description_reads_nothing() {
    let scenario = Scenario::new("x").settings(json!({ "step": "1d" }));
    let output = scenario.ingest::<Csv>("x", b"a;b\n1;2\n");
    let watteau_testing::Ended::Failed(code, _, message) = output.ended else { panic!("read") };
    assert_eq!(code, "wrong_settings");
    assert_eq!(message, "time: it is missing; series: it is missing");
}

/// The instances of the example that ships, those in comments too.
fn shipped() -> toml::Table {
    let text = include_str!("../../../config/conf.d/csv.toml.example");
    let first = text.find("[connectors.").expect("an instance");
    let code: String = text[first..]
        .lines()
        .filter(|line| !line.starts_with('#') || line.contains(['=', '[', ']']))
        .map(|line| line.trim_start_matches("# "))
        .flat_map(|line| [line, "\n"])
        .collect();
    code.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error} in {code}"))
}

#[test]
fn every_instance_of_the_example_that_ships_is_right() {
    let shipped = shipped();
    let instances = shipped["connectors"].as_table().expect("instances");
    assert_eq!(instances.len(), 5);
    for (name, instance) in instances {
        let series = described(&toml::to_string(instance).expect("a table"))
            .unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
        assert!(!series.is_empty(), "{name}");
    }
}
