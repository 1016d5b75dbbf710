//! What people say of their home and of its series, and what follows from it.

use super::*;
use serde_json::json;

async fn put(bench: &Bench, path: &str, headers: &[(&str, &str)], told: Value) -> (StatusCode, Value) {
    let response = bench.send(Method::PUT, path, headers, Body::from(told.to_string())).await;
    let status = response.status();
    (status, serde_json::from_slice(&body(response).await).unwrap())
}

#[tokio::test]
async fn who_is_at_home_is_kept_as_a_series_and_announced() {
    let bench = Bench::new();
    let mut events = bench.services.events.subscribe();
    let path = "/api/v1/occupancy";
    let away = json!({"from": "2025-12-24", "to": "2025-12-27", "persons": 0});
    let page = [("origin", "http://127.0.0.1:9288")];
    let (status, answer) = put(&bench, path, &page, away.clone()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["series"], "home.occupancy");
    assert_eq!(answer["days"][2], json!({"date": "2025-12-26", "persons": 0.0}));
    let event = serde_json::to_value(events.try_recv().unwrap()).unwrap();
    assert_eq!((&event["series"], &event["from"]), (&json!("home.occupancy"), &json!(1_766_530_800)));
    // The same again changes nothing, and is no news.
    put(&bench, path, &[], away).await;
    assert!(events.try_recv().is_err());
    let back = json!({"from": "2025-12-25", "to": "2025-12-26", "persons": null});
    assert_eq!(put(&bench, path, &[], back).await.0, StatusCode::OK);
    let days = bench.json("/api/v1/occupancy?from=2025-12-23&to=2025-12-28").await["days"].clone();
    let persons: Vec<Value> = days.as_array().unwrap().iter().map(|day| day["persons"].clone()).collect();
    assert_eq!(persons, [json!(null), json!(0.0), json!(1.0), json!(0.0), json!(null)]);
    let series = bench.json("/api/v1/series").await;
    let home = series.as_array().unwrap().iter().find(|series| series["id"] == "home.occupancy").unwrap();
    assert_eq!(
        (&home["unit"], &home["kind"], &home["step_seconds"]),
        (&json!("1"), &json!("level"), &json!(86_400))
    );
    assert_eq!(home["labels"]["role"], "occupancy");
    let revisions = bench.json("/api/v1/series/home.occupancy/revisions").await;
    assert_eq!(revisions["revisions"][0]["old"]["value"], 0.0);
    let source = |batch: &Value| revisions["batches"][batch.to_string()]["source"].clone();
    let revision = &revisions["revisions"][0];
    assert_eq!(
        (source(&revision["old"]["batch"]), source(&revision["new"]["batch"])),
        (json!("dashboard"), json!("API"))
    );
}

#[tokio::test]
async fn only_our_own_pages_say_who_is_at_home_and_only_of_a_series_of_ours() {
    let bench = Bench::new();
    let away = json!({"from": "2025-12-24", "to": "2025-12-27", "persons": 0});
    for path in ["/api/v1/occupancy", "/api/v1/series/gas.energy/muted"] {
        let (status, problem) = put(&bench, path, &[("origin", "http://evil.example")], away.clone()).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::FORBIDDEN, &json!("origin_not_allowed")),
            "{path}"
        );
    }
    for (told, status, code) in [
        (json!({"from": "2025-12-27", "to": "2025-12-24", "persons": 0}), 400, "empty_period"),
        (json!({"from": "2025-12-24", "to": "2025-12-27", "persons": -1}), 422, "persons"),
        (json!({"from": "2025-12-24", "to": "2025-12-27"}), 400, "bad_body"),
        (json!({"from": "Christmas", "to": "2025-12-27", "persons": 0}), 400, "bad_body"),
        (json!("x".repeat(20_000)), 400, "bad_body"),
    ] {
        let (found, problem) = put(&bench, "/api/v1/occupancy", &[], told).await;
        assert_eq!((found.as_u16(), &problem["code"]), (status, &json!(code)), "{problem}");
    }
    assert!(bench.home.store.find("home.occupancy").unwrap().is_none());
    bench.services.connectors.lock().unwrap()[0].name = "home".to_owned();
    let (status, problem) = put(&bench, "/api/v1/occupancy", &[], away).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("taken")));
}

#[tokio::test]
async fn a_series_is_muted_until_it_is_heard_again() {
    let bench = Bench::new();
    let muted = async || {
        let series = bench.json("/api/v1/series").await;
        let muted = series.as_array().unwrap().iter().filter(|series| series["muted"] == true);
        muted.map(|series| series["id"].clone()).collect::<Vec<Value>>()
    };
    let path = "/api/v1/series/gas.energy/muted";
    assert_eq!(
        put(&bench, path, &[], json!({"muted": true})).await,
        (StatusCode::OK, json!({"muted": true}))
    );
    assert_eq!(muted().await, ["gas.energy"]);
    assert_eq!(put(&bench, path, &[], json!({"muted": false})).await.0, StatusCode::OK);
    assert!(muted().await.is_empty());
    let (status, problem) = put(&bench, "/api/v1/series/a.b/muted", &[], json!({"muted": true})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("unknown_series")));
    assert_eq!(put(&bench, path, &[], json!({"muted": 1})).await.0, StatusCode::BAD_REQUEST);
}
