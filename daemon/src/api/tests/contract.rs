//! The description and the routes say the same, and every answer has the shape it promises.

use super::{super::document, *};
use crate::query::{
    Calendar,
    testing::{days, paris},
};
use serde_json::json;
use std::collections::BTreeSet;
use watteau_store::{Kind, Step};

fn description() -> Value {
    serde_json::from_str(document()).unwrap()
}

/// A call of every documented route, as a client would make it.
const CALLS: &[(&str, &str, &str)] = &[
    ("get", "/api/v1/status", "/api/v1/status"),
    ("get", "/api/v1/summary", "/api/v1/summary"),
    ("get", "/api/v1/series", "/api/v1/series"),
    (
        "get",
        "/api/v1/series/{id}/points",
        "/api/v1/series/linky.load_curve/points?from=2025-06-14&to=2025-06-17&step=day",
    ),
    (
        "get",
        "/api/v1/series/{id}/points",
        "/api/v1/series/linky.load_curve/points?from=2025-10-26&to=2025-10-27",
    ),
    ("get", "/api/v1/series/{id}/points", "/api/v1/series/linky.max_power/points?step=month"),
    ("get", "/api/v1/series/{id}/points", "/api/v1/series/gas.coefficient/points?step=year"),
    ("get", "/api/v1/series/{id}/coverage", "/api/v1/series/linky.load_curve/coverage"),
    ("get", "/api/v1/series/{id}/coverage", "/api/v1/series/gas.energy/coverage?from=2025-10-01"),
    ("get", "/api/v1/series/{id}/revisions", "/api/v1/series/gas.energy/revisions"),
    (
        "get",
        "/api/v1/series/{id}/points/{start}/origin",
        "/api/v1/series/gas.energy/points/1760500800/origin",
    ),
    ("put", "/api/v1/series/{id}/muted", "/api/v1/series/gas.energy/muted"),
    ("get", "/api/v1/series/{id}/profile", "/api/v1/series/linky.load_curve/profile"),
    ("get", "/api/v1/series/{id}/distribution", "/api/v1/series/linky.load_curve/distribution"),
    ("get", "/api/v1/series/{id}/distribution", "/api/v1/series/gas.energy/distribution?step=month&bins=5"),
    ("get", "/api/v1/series/{id}/distribution", "/api/v1/series/gas.energy/distribution?to=2000-01-01"),
    ("get", "/api/v1/series/{id}/peaks", "/api/v1/series/linky.max_power/peaks?count=3"),
    ("get", "/api/v1/series/{id}/base-load", "/api/v1/series/linky.load_curve/base-load?from=2025-10-01"),
    (
        "get",
        "/api/v1/compare",
        "/api/v1/compare?series=gas.energy&from=2025-10-01&to=2025-10-08&with_from=2024-10-01",
    ),
    ("get", "/api/v1/degree-days", "/api/v1/degree-days?step=month&base=17&series=gas.temperature"),
    ("put", "/api/v1/occupancy", "/api/v1/occupancy"),
    ("get", "/api/v1/occupancy", "/api/v1/occupancy?from=2025-08-01&to=2025-08-20"),
    ("get", "/api/v1/year-to-date", "/api/v1/year-to-date?series=linky.daily_energy"),
    ("get", "/api/v1/year-to-date", "/api/v1/year-to-date?series=gas.volume"),
    ("post", "/api/v1/forecasts/run", "/api/v1/forecasts/run?target=linky.load_curve"),
    ("get", "/api/v1/forecasts", "/api/v1/forecasts?target=linky.load_curve"),
    ("get", "/api/v1/forecasts/targets", "/api/v1/forecasts/targets"),
    ("get", "/api/v1/forecasts/curve", "/api/v1/forecasts/curve?target=linky.load_curve&from=2025-11-01"),
    ("get", "/api/v1/forecasts/score", "/api/v1/forecasts/score?target=linky.load_curve&by=hour"),
    (
        "post",
        "/api/v1/forecasts/backtest",
        "/api/v1/forecasts/backtest?target=linky.load_curve&since=2025-09-01&until=2025-10-31&weather=none",
    ),
    ("get", "/api/v1/regressions", "/api/v1/regressions"),
    ("get", "/api/v1/regressions/{name}", "/api/v1/regressions/gas_model"),
    ("post", "/api/v1/regressions/{name}/fit", "/api/v1/regressions/gas_model/fit"),
    ("get", "/api/v1/anomalies", "/api/v1/anomalies?from=2025-01-01"),
    ("get", "/api/data", "/api/data?range=7d"),
    ("get", "/api/data/real", "/api/data/real?start=2025-11-01T00:00:00Z&end=2025-11-02T00:00:00Z"),
    ("get", "/api/data/predictions", "/api/data/predictions"),
    ("get", "/api/data/rte-forecasts", "/api/data/rte-forecasts?range=30d"),
    ("get", "/api/status", "/api/status"),
    ("get", "/api/health", "/api/health"),
    ("get", "/api/v1/export", "/api/v1/export?format=csv"),
    ("get", "/api/v1/export", "/api/v1/export?format=json&series=gas.energy,gas.volume"),
    ("get", "/api/v1/export", "/api/v1/export?format=openmetrics&series=linky.load_curve"),
    ("get", "/api/v1/store", "/api/v1/store"),
    ("get", "/api/v1/verification", "/api/v1/verification"),
    ("get", "/api/v1/backup", "/api/v1/backup"),
    ("get", "/api/v1/connectors", "/api/v1/connectors"),
    ("post", "/api/v1/connectors/{name}/run", "/api/v1/connectors/linky/run"),
    (
        "post",
        "/api/v1/connectors/{name}/run",
        "/api/v1/connectors/linky/run?wait=true&dry_run=true&since=2025-01-01",
    ),
    ("post", "/api/v1/import", "/api/v1/import?filename=export.xlsx&dry_run=true"),
    ("get", "/api/v1/imports", "/api/v1/imports?limit=2"),
    ("get", "/api/v1/session", "/api/v1/session"),
    ("put", "/api/v1/password", "/api/v1/password"),
    ("post", "/api/v1/login", "/api/v1/login"),
    ("post", "/api/v1/logout", "/api/v1/logout"),
    ("delete", "/api/v1/password", "/api/v1/password"),
    ("post", "/api/v1/tokens", "/api/v1/tokens"),
    ("get", "/api/v1/tokens", "/api/v1/tokens"),
    ("delete", "/api/v1/tokens/{name}", "/api/v1/tokens/grafana"),
    ("get", "/api/v1/openapi.json", "/api/v1/openapi.json"),
    ("get", "/-/healthy", "/-/healthy"),
    ("get", "/-/ready", "/-/ready"),
    ("get", "/healthz", "/healthz"),
    ("get", "/metrics", "/metrics"),
    ("get", "/api/v1/events", "/api/v1/events"),
];

/// The household, with the temperature of its gas days.
fn bench() -> Bench {
    let bench = Bench::new();
    let six = Calendar::new(paris(), 21_600);
    let series =
        bench.home.define("gas.temperature", "degC", Kind::Level, Step::Days(1), 21_600, "gas.temperature");
    bench.home.put("gas", series, days(&six, "2024-10-01", "2025-10-31", |n| 5.0 + n % 9.0));
    bench
}

#[test]
fn the_description_is_the_one_that_is_kept() {
    golden("openapi.json", document());
}

#[test]
fn every_route_is_described() {
    let router = format!("{:?}", Bench::new().router);
    // The router shows its paths when it is printed for developers; there is no other way to list them. The
    // fallback, the dashboard, is two of them.
    let fallback = |path: &&str| *path != "/" && !path.contains("fallback");
    let routed: BTreeSet<&str> =
        router.split('"').filter(|text| text.starts_with('/')).filter(fallback).collect();
    let description = description();
    let described: BTreeSet<&str> =
        description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert!(routed.len() >= 18, "{routed:?}");
    assert_eq!(routed, described);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_answer_some_words() {
    let description = description();
    let mut names = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{method} {path}: {name} is taken");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].is_string(), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn every_operation_is_called_below() {
    let description = description();
    let operations: BTreeSet<(&str, &str)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.as_str(), path.as_str()))
        })
        .collect();
    let called: BTreeSet<(&str, &str)> = CALLS.iter().map(|&(method, path, _)| (method, path)).collect();
    assert_eq!(operations, called);
}

#[tokio::test]
async fn every_answer_has_the_shape_it_promises() {
    let bench = bench();
    for (name, shift) in [("outside.low", 0.0), ("outside.high", 8.0)] {
        let series = bench.home.define(name, "degC", Kind::Level, Step::Days(1), 0, "csv");
        let calendar = Calendar::new(paris(), 0);
        let degrees = |n: f64| 6.0 + 6.0 * (n * 0.3).sin() + shift;
        bench.home.put("outside", series, days(&calendar, "2024-09-01", "2025-11-04", degrees));
    }
    let description = description();
    for (method, path, call) in CALLS {
        let verb = method.to_uppercase().parse().unwrap();
        let told = match *call {
            "/api/v1/occupancy" => r#"{"from":"2025-08-02","to":"2025-08-17","persons":0}"#,
            "/api/v1/password" | "/api/v1/login" => r#"{"password":"correct horse"}"#,
            "/api/v1/tokens" => r#"{"name":"grafana","days":90}"#,
            _ if call.ends_with("/muted") => r#"{"muted":true}"#,
            _ => "rows",
        };
        // The password is set through the socket of the commands.
        let response = if *call == "/api/v1/password" {
            let request = Request::builder().method(verb).uri(*call).body(Body::from(told)).unwrap();
            bench.local.clone().oneshot(request).await.unwrap()
        } else {
            bench.send(verb, call, &[], Body::from(told)).await
        };
        let status = response.status();
        assert!(status.is_success(), "{method} {call}: {status}");
        let promised = &description["paths"][path][method]["responses"][status.as_str()];
        assert!(promised.is_object(), "{method} {call}: {status} is not described");
        let Some(content) = promised.get("content") else {
            assert!(body(response).await.is_empty(), "{method} {call} promises no body");
            continue;
        };
        let kind = content_type(&response).split(';').next().unwrap().to_owned();
        assert!(content.get(&kind).is_some(), "{method} {call}: {kind} is not described");
        if kind == "application/json" {
            let answer: Value = serde_json::from_slice(&body(response).await).unwrap();
            check(&description, &content[&kind]["schema"], &answer, call);
        }
    }
}

#[tokio::test]
async fn every_problem_has_the_shape_it_promises() {
    let bench = bench();
    let description = description();
    for (method, call, status, code) in [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/series", 405, "method_not_allowed"),
        ("GET", "/api/v1/series/a.b/points", 404, "unknown_series"),
        ("GET", "/api/v1/series/linky.load_curve/points?from=soon", 400, "bad_instant"),
        ("GET", "/api/v1/series/linky.load_curve/points?step=minute", 400, "bad_query"),
        ("GET", "/api/v1/series/linky.load_curve/points?form=2025-01-01", 400, "bad_query"),
        ("GET", "/api/v1/series/linky.load_curve/points?from=2025-02-01&to=2025-01-01", 400, "empty_period"),
        ("GET", "/api/v1/series/linky.load_curve/points?from=1000-01-01&step=hour", 400, "too_many_rows"),
        ("GET", "/api/v1/series/gas.energy/points/1/origin", 404, "no_point"),
        ("GET", "/api/v1/series/gas.energy/points/x/origin", 400, "bad_query"),
        ("GET", "/api/v1/series/gas.energy/revisions?limit=-1", 400, "bad_query"),
        ("GET", "/api/v1/year-to-date", 400, "bad_query"),
        ("GET", "/api/v1/year-to-date?series=gas.coefficient", 422, "not_summable"),
        ("GET", "/api/v1/regressions/nobody", 404, "unknown_regression"),
        ("POST", "/api/v1/regressions/gas_model/fit", 422, "no_temperature"),
        ("GET", "/api/v1/anomalies?from=soon", 400, "bad_instant"),
        ("GET", "/api/v1/series/a.b/profile", 404, "unknown_series"),
        ("GET", "/api/v1/series/gas.energy/profile", 422, "too_coarse"),
        ("GET", "/api/v1/series/gas.coefficient/profile", 422, "wrong_kind"),
        ("GET", "/api/v1/series/linky.load_curve/profile?from=2025-10-01&to=2025-10-07", 422, "too_few_days"),
        ("GET", "/api/v1/series/linky.load_curve/profile?from=2025-10-08&to=2025-10-01", 400, "empty_period"),
        ("GET", "/api/v1/series/a.b/distribution", 404, "unknown_series"),
        ("GET", "/api/v1/series/gas.energy/distribution?bins=0", 400, "bad_query"),
        ("GET", "/api/v1/series/gas.energy/distribution?bins=201", 400, "bad_query"),
        ("GET", "/api/v1/series/gas.energy/distribution?step=minute", 400, "bad_query"),
        ("GET", "/api/v1/series/gas.energy/peaks?count=0", 400, "bad_query"),
        ("GET", "/api/v1/series/gas.coefficient/peaks", 422, "wrong_kind"),
        ("GET", "/api/v1/series/gas.energy/base-load", 422, "too_coarse"),
        ("GET", "/api/v1/series/linky.max_power/base-load", 422, "wrong_kind"),
        ("GET", "/api/v1/series/linky.load_curve/base-load?from=soon", 400, "bad_instant"),
        ("GET", "/api/v1/compare?series=gas.energy&from=2025-01-01&to=2025-02-01", 400, "bad_query"),
        (
            "GET",
            "/api/v1/compare?series=gas.energy&from=2025-01-01&to=2025-02-01&with_from=2025-02-30",
            400,
            "bad_query",
        ),
        (
            "GET",
            "/api/v1/compare?series=gas.energy&from=2025-02-01&to=2025-01-01&with_from=2024-01-01",
            400,
            "empty_period",
        ),
        (
            "GET",
            "/api/v1/compare?series=gas.coefficient&from=2025-01-01&to=2025-02-01&with_from=2024-01-01",
            422,
            "not_summable",
        ),
        ("GET", "/api/v1/degree-days?base=100", 400, "bad_query"),
        ("GET", "/api/v1/degree-days?base=NaN", 400, "bad_query"),
        ("GET", "/api/v1/degree-days?method=guess", 400, "bad_query"),
        ("GET", "/api/v1/degree-days?series=gas.energy", 422, "wrong_kind"),
        ("GET", "/api/v1/degree-days?series=a.b", 404, "unknown_series"),
        ("GET", "/api/v1/degree-days?series=gas.temperature&method=hourly", 422, "method"),
        ("GET", "/api/v1/occupancy?from=2025-08-17&to=2025-08-02", 400, "empty_period"),
        ("GET", "/api/v1/occupancy?from=1900-01-01&to=2025-08-02", 400, "too_many_rows"),
        ("PUT", "/api/v1/occupancy", 400, "bad_body"),
        ("PUT", "/api/v1/series/gas.energy/muted", 400, "bad_body"),
        ("POST", "/api/v1/connectors/nobody/run", 404, "unknown_connector"),
        ("POST", "/api/v1/import", 400, "bad_query"),
    ] {
        let response = bench.send(method.parse().unwrap(), call, &[], Body::empty()).await;
        assert_eq!(response.status().as_u16(), status, "{method} {call}");
        assert_eq!(content_type(&response), "application/problem+json", "{method} {call}");
        let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
        check(&description, &json!({ "$ref": "#/components/schemas/Problem" }), &problem, call);
        assert_eq!(problem["code"], code, "{method} {call}: {problem}");
        assert_eq!(problem["instance"], call.split('?').next().unwrap());
        assert_eq!(problem["status"], status);
    }
}

/// Validates against a schema of the description. Nothing may be there that is not described.
fn check(description: &Value, schema: &Value, answer: &Value, call: &str) {
    let mut whole = description.clone();
    close(&mut whole["components"]["schemas"]);
    let schema = json!({ "components": whole["components"], "allOf": [schema] });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{call}: {errors:?}");
}

/// Forbids properties that a schema does not name, where it names its own alone.
fn close(schemas: &mut Value) {
    // The shapes that others add to (allOf) stay open.
    let open: Vec<String> = ["ImportReport", "Overview"].map(str::to_owned).to_vec();
    for (name, schema) in schemas.as_object_mut().unwrap() {
        if schema.get("properties").is_some() && !open.contains(name) {
            schema["additionalProperties"] = json!(false);
        }
    }
}
