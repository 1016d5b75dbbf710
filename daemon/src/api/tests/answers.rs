//! What is said, how it is tagged, and to whom.

use super::*;
use crate::query::{
    Calendar,
    testing::{days, paris},
};
use serde_json::json;
use std::io::Read as _;
use watteau_store::{Kind, Step};

#[tokio::test]
async fn answers_are_the_ones_that_are_kept() {
    let bench = Bench::new();
    for (name, path) in [
        ("status", "/api/v1/status"),
        ("summary", "/api/v1/summary"),
        ("series", "/api/v1/series"),
        ("connectors", "/api/v1/connectors"),
        ("imports", "/api/v1/imports?limit=1"),
        ("points_day", "/api/v1/series/linky.load_curve/points?from=2025-10-25&to=2025-10-28&step=day"),
        ("points_hour", "/api/v1/series/linky.load_curve/points?from=2025-03-30&to=2025-03-31&step=hour"),
        ("points_level", "/api/v1/series/linky.max_power/points?step=month"),
        ("points_gas_month", "/api/v1/series/gas.energy/points?from=2025-03-01&to=2025-05-01&step=month"),
        ("coverage", "/api/v1/series/linky.load_curve/coverage?from=2025-06-15&to=2025-06-16"),
        ("coverage_gas", "/api/v1/series/gas.energy/coverage?from=2025-10-25"),
        ("revisions", "/api/v1/series/gas.energy/revisions"),
        ("year_to_date", "/api/v1/year-to-date?series=linky.daily_energy"),
        ("profile", "/api/v1/series/linky.load_curve/profile?from=2025-10-20&to=2025-10-27"),
        ("distribution", "/api/v1/series/linky.load_curve/distribution?from=2025-06-01&to=2025-07-01&bins=6"),
        ("distribution_month", "/api/v1/series/gas.energy/distribution?step=month"),
        ("peaks", "/api/v1/series/linky.load_curve/peaks?from=2025-10-24&to=2025-10-28&count=3"),
        ("base_load", "/api/v1/series/linky.load_curve/base-load?from=2025-10-25&to=2025-10-28"),
        (
            "compare",
            "/api/v1/compare?series=linky.daily_energy&from=2025-10-01&to=2025-11-01&with_from=2024-10-01",
        ),
        ("occupancy", "/api/v1/occupancy?from=2025-10-25&to=2025-10-27"),
    ] {
        let mut answer = bench.json(path).await;
        if name == "status" {
            assert!(answer["store"]["bytes"].as_u64().unwrap() > 0);
            answer["store"]["bytes"] = 0.into();
        }
        golden(&format!("api/{name}.json"), &(serde_json::to_string_pretty(&sorted(answer)).unwrap() + "\n"));
    }
}

#[tokio::test]
async fn a_known_answer_is_not_sent_again_until_the_store_changes() {
    let bench = Bench::new();
    for path in [
        "/api/v1/series",
        "/api/v1/series/gas.energy/points?from=2025-01-01&to=2025-12-31&step=month",
        "/api/v1/series/gas.energy/points?step=day",
        "/api/v1/series/gas.energy/coverage?from=2025-10-01",
        "/api/v1/series/gas.energy/revisions",
        "/api/v1/year-to-date?series=gas.energy",
        "/api/v1/series/linky.load_curve/profile",
        "/api/v1/series/gas.energy/distribution?step=day&bins=10",
        "/api/v1/series/gas.energy/peaks?from=2025-01-01",
        "/api/v1/series/linky.load_curve/base-load?from=2025-06-01",
        "/api/v1/compare?series=gas.energy&from=2025-10-01&to=2025-10-31&with_from=2024-10-01",
        "/api/v1/occupancy?from=2025-01-01&to=2025-12-31",
    ] {
        for encoding in ["identity", "gzip", "br"] {
            let first = bench.send(Method::GET, path, &[("accept-encoding", encoding)], Body::empty()).await;
            let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
            assert!(tag.starts_with('"'), "{path}: {tag} is not a strong tag");
            let encoded = first.headers().get(header::CONTENT_ENCODING).is_some();
            assert_eq!(tag.ends_with(&format!("-{encoding}\"")), encoded, "{path} {tag}");
            assert_eq!(encoded, encoding != "identity", "{path} {encoding}");
            let headers = [("accept-encoding", encoding), ("if-none-match", &tag)];
            let again = bench.send(Method::GET, path, &headers, Body::empty()).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path} {encoding}");
            assert_eq!(again.headers()[header::ETAG], tag.as_str());
            assert!(body(again).await.is_empty());
        }
    }
    let path = "/api/v1/series/gas.energy/points?from=2025-01-01&to=2025-12-31&step=month";
    let tag = |response: &Response| response.headers()[header::ETAG].clone();
    let before = tag(&bench.get(path).await);
    let other =
        tag(&bench.get("/api/v1/series/gas.volume/points?from=2025-01-01&to=2025-12-31&step=month").await);
    assert_ne!(before, other);
    let series = bench.home.store.find("gas.energy").unwrap().unwrap();
    bench.home.put(
        "gas",
        series.id,
        vec![crate::query::testing::point(1_700_000_000_000, 1_700_086_400_000, 1.0)],
    );
    assert_ne!(before, tag(&bench.get(path).await));
}

#[tokio::test]
async fn new_temperatures_change_what_rests_on_them() {
    let bench = Bench::new();
    let path = "/api/v1/compare?series=gas.energy&from=2025-10-01&to=2025-10-08&with_from=2024-10-01";
    let before = bench.get(path).await;
    let tag = before.headers()[header::ETAG].to_str().unwrap().to_owned();
    let again = bench.send(Method::GET, path, &[("if-none-match", &tag)], Body::empty()).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let six = Calendar::new(paris(), 21_600);
    let series =
        bench.home.define("gas.temperature", "degC", Kind::Level, Step::Days(1), 21_600, "gas.temperature");
    bench.home.put("gas", series, days(&six, "2024-10-01", "2025-10-31", |_| 11.0));
    let after = bench.send(Method::GET, path, &[("if-none-match", &tag)], Body::empty()).await;
    assert_eq!(after.status(), StatusCode::OK);
    let answer: Value = serde_json::from_slice(&body(after).await).unwrap();
    assert_eq!((&answer["first"]["degree_days"], &answer["corrected"]), (&json!(49.0), &Value::Null));
}

#[tokio::test]
async fn points_as_csv() {
    let bench = Bench::new();
    let path = "/api/v1/series/gas.energy/points?from=2025-10-25&to=2025-10-27&step=day";
    let response = bench.send(Method::GET, path, &[("accept", "text/csv")], Body::empty()).await;
    assert_eq!(content_type(&response), "text/csv; charset=utf-8");
    let text = String::from_utf8(body(response).await.to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "start,end,value,unit,coverage,quality");
    assert!(lines[1].starts_with("2025-10-25T06:00:00+02:00,2025-10-26T06:00:00+01:00,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",kWh,1,measured"), "{}", lines[1]);
    assert_eq!(lines.len(), 3);
    let levels = "/api/v1/series/linky.max_power/points?step=month";
    let response = bench.send(Method::GET, levels, &[("accept", "text/csv")], Body::empty()).await;
    let text = String::from_utf8(body(response).await.to_vec()).unwrap();
    assert!(text.starts_with("start,end,value,unit,coverage,quality,min,max\n"));
    let both = bench
        .send(Method::GET, levels, &[("accept", "application/json, text/csv;q=0.1")], Body::empty())
        .await;
    assert_eq!(content_type(&both), "application/json");
}

#[tokio::test]
async fn answers_are_compressed() {
    let bench = Bench::new();
    let path = "/api/v1/series/linky.load_curve/points?from=2025-10-01&to=2025-11-01";
    let plain = body(bench.get(path).await).await;
    let response = bench.send(Method::GET, path, &[("accept-encoding", "gzip")], Body::empty()).await;
    let small = body(response).await;
    assert!(small.len() * 4 < plain.len(), "{} of {}", small.len(), plain.len());
    assert_eq!(&small[..2], [0x1f, 0x8b]);
    let mut head = [0; 2];
    (&small[..]).read_exact(&mut head).unwrap();
}

#[tokio::test]
async fn health_has_no_body() {
    let bench = Bench::new();
    let ready = || async { bench.get("/-/ready").await.status() };
    for path in ["/-/healthy", "/-/ready", "/healthz"] {
        let response = bench.get(path).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(body(response).await.is_empty(), "{path}");
    }
    *bench.services.unready.lock().unwrap() = Some("the configuration is not valid".to_owned());
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body(bench.get("/-/ready").await).await.is_empty());
    assert_eq!(bench.get("/-/healthy").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn files_are_handed_over_whole_or_refused() {
    let bench = Bench::new();
    let post = |path: &'static str, body: Vec<u8>| bench.send(Method::POST, path, &[], body);
    let path = "/api/v1/import?filename=%2Ftmp%2Fexport.xlsx&connector=gas&modified=2025-11-01T00:00:00Z";
    let response = post(path, vec![1; 20_000_000]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(*bench.services.asked.lock().unwrap(), ["export.xlsx 20000000 bytes"]);
    let response = post("/api/v1/import?filename=a", vec![1; super::super::import::LARGEST + 1]).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
    assert_eq!(problem["code"], "file_too_large");
    assert_eq!(problem["detail"], "The file exceeds 20 MB. Export a shorter period.");
    // The length may not be told beforehand.
    let chunks = (0..30).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![1; 1 << 20])));
    let stream = Body::from_stream(futures_util::stream::iter(chunks));
    let response = bench.send(Method::POST, "/api/v1/import?filename=a", &[], stream).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let cut = Body::from_stream(futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]));
    assert_eq!(
        bench.send(Method::POST, "/api/v1/import?filename=a", &[], cut).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(bench.services.asked.lock().unwrap().len(), 1, "nothing of a refused file arrived");
}

#[tokio::test]
async fn a_file_that_gave_nothing_says_why() {
    let bench = Bench::new();
    let response = bench.send(Method::POST, "/api/v1/import?filename=a.csv", &[], "bad").await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
    assert_eq!(problem["code"], "missing_column");
    assert_eq!(problem["detail_fr"], "une colonne manque");
    assert_eq!(problem["reports"][0]["status"], "error");
}

#[tokio::test]
async fn runs_are_started_or_waited_for() {
    let bench = Bench::new();
    let post = |path: &'static str| bench.send(Method::POST, path, &[], Body::empty());
    assert_eq!(post("/api/v1/connectors/linky/run").await.status(), StatusCode::ACCEPTED);
    let waited = post("/api/v1/connectors/linky/run?wait=true&since=2025-01-01&dry_run=true").await;
    let record: Value = serde_json::from_slice(&body(waited).await).unwrap();
    assert_eq!(record["new"], 48);
    bench.services.connectors.lock().unwrap()[0].running = true;
    assert_eq!(post("/api/v1/connectors/linky/run").await.status(), StatusCode::CONFLICT);
    let asked = bench.services.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].contains("2025-01-01") && asked[1].contains("dry_run: true"), "{asked:?}");
}

#[tokio::test]
async fn a_page_of_another_site_gets_nothing() {
    let bench = Bench::new();
    let path = "/api/v1/connectors/linky/run";
    for (method, path, headers) in [
        (Method::GET, "/api/v1/series", [("host", "evil.example"), ("accept", "*/*")]),
        (Method::POST, path, [("host", "evil.example"), ("accept", "*/*")]),
        (Method::POST, path, [("host", "127.0.0.1:9288"), ("origin", "http://evil.example")]),
    ] {
        let response = bench.send(method, path, &headers, Body::empty()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(content_type(&response), "application/problem+json");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    assert!(bench.services.asked.lock().unwrap().is_empty());
    // The command socket has no such doors.
    let state = parts(&bench.home, &bench.services);
    let request = Request::post(path).body(Body::empty()).unwrap();
    assert_eq!(router(state, Access::Local).oneshot(request).await.unwrap().status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_defect_costs_one_request() {
    let bench = Bench::new();
    let response = bench.send(Method::POST, "/api/v1/import?filename=a", &[], "panic").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let problem: Value = serde_json::from_slice(&body(response).await).unwrap();
    assert_eq!(problem["code"], "internal");
    assert!(!problem.to_string().contains("a defect\""), "the inside message stays inside");
    assert_eq!(bench.get("/api/v1/series").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_empty_store_answers_too() {
    let bench = Bench::on(Home::empty());
    assert_eq!(bench.json("/api/v1/series").await, serde_json::json!([]));
    assert_eq!(bench.json("/api/v1/status").await["store"]["points"], 0);
    let summary = bench.json("/api/v1/summary").await;
    assert_eq!(summary["status"], "empty");
    assert!(!summary.to_string().contains("null"));
    assert_eq!(bench.get("/metrics").await.status(), StatusCode::OK);
}
