//! Manifests and settings: every problem at once, each with its key.

use watteau_host::{Manifest, Step, manifest::History};

const GOOD: &str = r#"
contract = 1
name = "meter"
version = "1.0.0"
kind = "source"
title = { en = "Meter" }
[limits]
memory = "16MB"
cpu = "2s"
[http]
base_url = "https://example.org/api"
allow = [{ host = "example.org", paths = ["/api/"], methods = ["get"] }]
[[http.auth]]
name = "token"
kind = "bearer"
secret = "token"
[quota]
calls = 20
per = "1d"
spacing = "2s"
[schedule]
default = "07:30 every day"
[[option]]
name = "prm"
type = "meter"
required = true
pattern = "^[0-9]{14}$"
label = { en = "Meter number", fr = "Numéro de PRM" }
[[option]]
name = "token"
type = "secret"
label = { en = "Token" }
[[option]]
name = "gateway"
type = "choice"
choices = ["a", "b"]
default = "a"
label = { en = "Gateway" }
[[feed]]
name = "curve"
series = ["curve"]
span = "7d"
history = "24 months 15 days"
published = "08:00"
late = "10d"
[[series]]
name = "curve"
unit = "W"
kind = "power"
step = "30min"
title = { en = "Load curve", fr = "Courbe de charge" }
maximum = 50000
role = "electricity.load_curve"
"#;

#[test]
fn a_manifest_is_read_whole() {
    let manifest = Manifest::parse(GOOD).unwrap();
    let feed = manifest.feed("curve").unwrap();
    assert_eq!(feed.history, Some(History { months: 24, days: 15 }));
    assert_eq!((feed.span_days, feed.published, feed.late_days), (7, Some(28_800), 10));
    assert_eq!(manifest.find_series("curve").unwrap().step, Step::Seconds(1800));
    assert_eq!(manifest.find_series("curve").unwrap().role.as_deref(), Some("electricity.load_curve"));
    assert_eq!((manifest.limits.memory_bytes, manifest.limits.cpu.as_secs()), (16 << 20, 2));
    assert_eq!(manifest.title.fr, "Meter");
    assert_eq!(manifest.permissions().hosts, ["GET example.org/api/"]);
    assert_eq!(manifest.meter_option().unwrap().name, "prm");
    assert_eq!(manifest.describe()["quota"]["calls"], 20);
}

#[test]
fn every_problem_of_a_manifest_is_told_at_once() {
    let bad = GOOD
        .replace("contract = 1", "contract = 2")
        .replace("name = \"meter\"", "name = \"Meter\"")
        .replace("\"16MB\"", "\"much\"")
        .replace("secret = \"token\"", "secret = \"tokn\"")
        .replace("[0-9]{14}", "[0-9")
        .replace("span = \"7d\"", "span = \"7h\"")
        .replace("series = [\"curve\"]", "series = [\"curv\"]")
        .replace("\"30min\"", "\"often\"")
        .replace("unit = \"W\"", "unit = \"watts\"")
        .replace("maximum = 50000", "minimum = 5\nmaximum = 5");
    let problems = Manifest::parse(&bad).unwrap_err().problems.join("\n");
    for key in [
        "contract:",
        "name:",
        "limits.memory:",
        "http.auth.token:",
        "option.prm.pattern:",
        "feed.curve.span:",
        "`curv`",
        "series.curve.step:",
        "series.curve.unit: `watts` is written `W`",
        "series.curve.maximum:",
    ] {
        assert!(problems.contains(key), "{key} in {problems}");
    }
}

#[test]
fn unknown_keys_of_a_manifest_are_refused() {
    let error = Manifest::parse(&GOOD.replace("published =", "publishd =")).unwrap_err().to_string();
    assert!(error.contains("publishd"), "{error}");
}

fn problems(table: &str) -> Vec<(String, String)> {
    let found = Manifest::parse(GOOD).unwrap().validate_settings(&table.parse().unwrap());
    found.problems.into_iter().map(|problem| (problem.option, problem.message.en)).collect()
}

#[test]
fn settings_for_the_guest_have_defaults_and_no_secrets() {
    let table = "plugin = \"linky\"\nprm = \"01234567890123\"\ntoken = { file = \"/x\" }\nsince = 2024-01-01\nquota = { calls = 50 }";
    let found = Manifest::parse(GOOD).unwrap().validate_settings(&table.parse().unwrap());
    assert_eq!(found.problems, []);
    assert_eq!(
        serde_json::Value::Object(found.settings),
        serde_json::json!({ "prm": "01234567890123", "gateway": "a" })
    );
}

#[test]
fn every_problem_of_settings_is_told_at_once() {
    let cases = [
        ("", "prm", "it is missing: Meter number"),
        ("prm = 1", "prm", "it must be text in quotes"),
        ("prm = \"12\"", "prm", "it must be 14 digits"),
        ("gatway = \"a\"", "gatway", "unknown key; did you mean `gateway`?"),
        ("gateway = \"c\"", "gateway", "`c` is not one of a, b"),
        ("watch = \"/x\"", "watch", "unknown key"),
        ("since = \"2024-02-30\"", "since", "`2024-02-30` is not a date; write \"2024-01-31\""),
        ("base_url = \"gateway\"", "base_url", "it is not an http or https address without a user name"),
        ("quota = { calls = 0 }", "quota.calls", "it must be a positive whole number"),
        ("quota = { cals = 1 }", "quota.cals", "unknown key; did you mean `calls`?"),
        (
            "token = { fil = \"x\" }",
            "token",
            "it must be text, or one of { file = \"…\" }, { credential = \"…\" }, { env = \"…\" }",
        ),
    ];
    for (table, option, message) in cases {
        let found = problems(table);
        let expected = (option.to_owned(), message.to_owned());
        assert!(found.contains(&expected), "{table}: {found:?}");
    }
    assert_eq!(problems("gatway = 1\ngateway = \"c\"").len(), 3);
}

#[test]
fn an_option_of_feeds_names_some_and_leaves_the_others_out() {
    let more = "[[feed]]\nname = \"month\"\nseries = [\"curve\"]\nspan = \"31d\"\n\
                [[option]]\nname = \"what\"\ntype = \"feeds\"\nlabel = { en = \"What\" }\n";
    let manifest = Manifest::parse(&format!("{GOOD}\n{more}")).unwrap();
    let wanted = |table: &str| {
        let table = format!("prm = \"01234567890123\"\n{table}");
        let found = manifest.validate_settings(&table.parse().unwrap());
        let problems: Vec<String> = found.problems.into_iter().map(|problem| problem.message.en).collect();
        let feeds: Vec<String> =
            manifest.wanted_feeds(&found.settings).map(|feed| feed.name.clone()).collect();
        (feeds.join(" "), problems.join(" "))
    };
    for (table, feeds) in [("", "curve month"), ("what = [\"month\"]", "month")] {
        assert_eq!(wanted(table), (feeds.to_owned(), String::new()));
    }
    assert_eq!(wanted("what = [\"moth\"]").1, "\"moth\" is not one of \"curve\", \"month\"");
    for table in ["what = []", "what = \"month\""] {
        assert_eq!(wanted(table).1, "it must be a list of some of \"curve\", \"month\"");
    }
}
