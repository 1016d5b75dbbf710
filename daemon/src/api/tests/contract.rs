//! The description and the routes say the same, and every answer has the shape it promises.

use super::{super::document, *};
use serde_json::json;
use std::collections::BTreeSet;

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
    ("get", "/api/v1/openapi.json", "/api/v1/openapi.json"),
    ("get", "/-/healthy", "/-/healthy"),
    ("get", "/-/ready", "/-/ready"),
    ("get", "/healthz", "/healthz"),
    ("get", "/metrics", "/metrics"),
    ("get", "/api/v1/events", "/api/v1/events"),
];

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
    let bench = Bench::new();
    let description = description();
    for (method, path, call) in CALLS {
        let verb = method.to_uppercase().parse().unwrap();
        let response = bench.send(verb, call, &[], Body::from("rows")).await;
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
    let bench = Bench::new();
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
    let open: Vec<String> = ["ImportReport"].map(str::to_owned).to_vec();
    for (name, schema) in schemas.as_object_mut().unwrap() {
        if schema.get("properties").is_some() && !open.contains(name) {
            schema["additionalProperties"] = json!(false);
        }
    }
}
