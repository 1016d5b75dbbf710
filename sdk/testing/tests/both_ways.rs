//! The same scenario, natively and as a component: the same output.

use serde_json::json;
use std::path::Path;
use watteau_sdk::prelude::*;
use watteau_testing::{Cassette, Ended, Scenario, component};

/// The part of the host's test guest that fetches and puts, as its own author would test it natively.
struct Native;

#[derive(serde::Deserialize)]
struct Settings {
    url: String,
}

impl Source for Native {
    type Settings = Settings;

    fn check(_: Context<'_>, _: &Settings) -> Result<Text, Failure> {
        Ok(Text::en("fine"))
    }

    fn pull(ctx: Context<'_>, settings: &Settings, _: &Job) -> Result<Outcome, Failure> {
        let request = Request::get(&settings.url).auth("key");
        let answer = ctx.http().send(&request).map_err(|error| error.failure("Upstream"))?;
        Ok(Outcome::default().remark((answer.text(), String::new())))
    }
}

fn guest() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../daemon/host/tests/guests/misbehave");
    component(folder).expect("the guest builds")
}

#[test]
fn recorded_http_answers_the_same_both_ways() {
    let scenario = Scenario::new("test")
        .settings(json!({ "deed": "fetch", "url": "/readings?of=today" }))
        .secret("key", "hush-hush")
        .cassette(Cassette::default().get("/readings?of=today", 200, json!({ "watts": [1, 2] })));
    let (from, to) = ("2024-06-03T10:00:00Z", "2024-06-03T10:30:00Z");
    let native = scenario.pull::<Native>("power", from, to);
    assert_eq!(native.ended, Ended::Done(r#"{"watts":[1,2]}"#.to_owned()));
    assert_eq!(scenario.pull_wasm(&guest(), "power", from, to).unwrap(), native);
}

#[test]
fn what_a_component_puts_is_recorded() {
    let scenario = Scenario::new("test").settings(json!({ "deed": "put", "url": "" }));
    let output =
        scenario.pull_wasm(&guest(), "power", "2024-06-03T10:00:00Z", "2024-06-03T10:30:00Z").unwrap();
    assert_eq!(output.points["power"], [(1_717_408_800_000, 1_800_000, 100.0, "measured")]);
}
