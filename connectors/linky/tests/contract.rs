//! The contract, and the test of the connection that tells it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_linky::{
    Linky, Settings,
    contract::{Contract, read},
};
use serde_json::{Value, json};
use support::{PRM, TOKEN, at, both, conso, failed, lines, med_v1, med_v2, recorded, wrapped_v1, wrapped_v2};
use watteau_sdk::prelude::*;
use watteau_testing::{Cassette, Ended, FakeHost};

fn contract(power: Value, hours: Value) -> Value {
    json!({"customer": {"customer_id": "-1", "usage_points": [{
        "usage_point": {"usage_point_id": PRM, "usage_point_status": "com", "meter_type": "AMM"},
        "contracts": {"segment": "C5", "subscribed_power": power, "last_activation_date": "2019-05-06+02:00",
            "distribution_tariff": "BTINFMUDT", "offpeak_hours": hours, "contract_status": "SERVC"}}]}})
}

fn wrapped(contract: Value) -> Value {
    json!({"success": true, "data": contract, "error": null})
}

#[test]
fn power_and_hours_are_read_from_each_shape() {
    let hours = "HC (1H30-8H00;12H30-14H00)";
    let full = Contract { kva: Some(9.0), tariff: Some("BTINFMUDT".into()), off_peak: Some(hours.into()) };
    let good = [
        contract(json!("9 kVA"), json!(hours)),
        wrapped(contract(json!("9 kVA"), json!(hours))),
        contract(json!("9kva"), json!(hours)),
        contract(json!(9), json!(hours)),
        contract(json!("9"), json!(hours)),
        wrapped(json!({"situation_contrat": [{"subscribed_power": {"value": "9", "unit": "kVA"},
            "distribution_tariff": "BTINFMUDT"}], "comptage": {"relais": {"plageHeuresCreuses": hours}}})),
    ];
    for answer in good {
        assert_eq!(read(answer.to_string().as_bytes()), Ok(full.clone()), "{answer}");
    }
    let bare = read(contract(Value::Null, Value::Null).to_string().as_bytes()).unwrap();
    assert_eq!((bare.kva, bare.off_peak), (None, None));
    for bad in [json!("9 kW"), json!("much"), json!(-3), json!(""), json!({"value": "9", "unit": "W"})] {
        assert!(read(contract(bad.clone(), Value::Null).to_string().as_bytes()).is_err(), "{bad}");
    }
    assert!(read(b"{}").is_err() && read(b"<html>").is_err());
}

#[test]
fn the_power_of_the_day_is_kept_and_the_hours_are_told() {
    let body = contract(json!("9 kVA"), json!("HC (22H30-6H30)"));
    let scenarios = [
        recorded("myelectricaldata", format!("/contracts/{PRM}"), 200, body.clone()),
        recorded(
            "myelectricaldata-v2",
            format!("/enedis/contract/{PRM}?use_cache=false"),
            200,
            wrapped(body),
        ),
    ];
    for scenario in scenarios {
        // The day that spring takes an hour from.
        let output = both(&scenario, "contract", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z");
        let told = "Contract: 9 kVA, network tariff BTINFMUDT, off-peak HC (22H30-6H30).";
        assert_eq!(output.ended, Ended::Done(told.to_owned()));
        assert_eq!(lines(&output, "subscribed_power"), ["2025-03-29T23:00:00Z 1380 min 9 measured"]);
    }
}

#[test]
fn a_gateway_without_contracts_says_so() {
    let output = both(&at("conso-api"), "contract", "2026-02-08T23:00:00Z", "2026-02-09T23:00:00Z");
    let (cause, _, words) = failed(&output);
    assert!(cause == "not-offered" && words.contains("Conso API does not tell the contract"), "{words}");
}

fn check(gateway: &str, settings: Value, cassette: Cassette) -> Result<Text, Failure> {
    let mut all = json!({"prm": PRM, "gateway": gateway, "base_url": "http://recorded"});
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let settings: Settings = serde_json::from_value(all).unwrap();
    let host = FakeHost::new(&at(gateway).cassette(cassette));
    let told = Linky::check(host.context(), &settings);
    assert!(host.output().points.is_empty(), "a test keeps nothing");
    let said = format!("{told:?}");
    assert!(!said.contains(PRM) && !said.contains(TOKEN), "{said}");
    told
}

/// What version 1 says of a token.
fn access(changes: Value) -> Value {
    let mut access = json!({"valid": true, "information": "", "consent_expiration_date": "2027-05-04T10:00:00",
        "call_number": 12, "quota_limit": 500, "quota_reached": false,
        "quota_reset_at": "2026-02-10T23:59:59.999999", "last_call": "2026-02-10T08:00:00", "ban": false});
    access.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    access
}

const DAYS: (&str, &str) = ("2026-02-07", "2026-02-09");

fn days() -> Value {
    json!([{"value": "9000", "date": "2026-02-07"}, {"value": "9100", "date": "2026-02-08"}])
}

fn version_1(access: Value) -> Cassette {
    Cassette::default()
        .get(format!("/valid_access/{PRM}"), 200, access)
        .get(med_v1("daily_consumption", DAYS.0, DAYS.1), 200, wrapped_v1(days()))
        .get(format!("/contracts/{PRM}"), 200, contract(json!("6 kVA"), Value::Null))
}

#[test]
fn the_connection_is_tested_at_each_gateway() {
    let day = Cassette::default().get(
        conso("daily_consumption", DAYS.0, DAYS.1),
        200,
        json!({"interval_reading": days()}),
    );
    assert_eq!(check("conso-api", json!({}), day).unwrap().en, "The gateway and Enedis answer.");
    let told = check("myelectricaldata", json!({}), version_1(access(json!({})))).unwrap();
    assert_eq!(told.en, "The gateway and Enedis answer. Contract: 6 kVA, network tariff BTINFMUDT.");
    assert!(told.fr.unwrap().contains("Contrat : 6 kVA"));
    // A contract that is refused takes nothing from the rest.
    let day = Cassette::default().get(med_v2("consumption/daily", DAYS.0, DAYS.1), 200, wrapped_v2(days()));
    let told = check("myelectricaldata-v2", json!({}), day).unwrap();
    assert_eq!(told.en, "The gateway and Enedis answer.");
    // A meter of panels alone is tested by what it has.
    let panels = json!({"what": ["daily_production", "production_curve"]});
    let day = Cassette::default().get(med_v2("production/daily", DAYS.0, DAYS.1), 200, wrapped_v2(days()));
    assert!(check("myelectricaldata-v2", panels, day).is_ok());
}

#[test]
fn version_1_says_what_is_wrong_with_a_token() {
    let cases = [
        (json!({"valid": false}), "Consent", "refuses the token"),
        (json!({"consent_expiration_date": "2026-02-01T10:00:00"}), "Consent", "no longer valid"),
        (json!({"quota_reached": true}), "Quota(Some(1770764399000))", "Nothing is lost"),
        (
            json!({"valid": false, "information": "Vous avez dépassé votre quota journalier (50)"}),
            "Quota",
            "later",
        ),
        (json!({"ban": true}), "Unavailable", "blocked"),
    ];
    for (changes, cause, words) in cases {
        let failure = check("myelectricaldata", json!({}), version_1(access(changes.clone()))).unwrap_err();
        let told = format!("{:?}", failure.cause);
        assert!(told.trim_start_matches("Cause::").starts_with(cause), "{changes}: {told}");
        assert!(failure.message.en.contains(words), "{changes}: {failure}");
    }
    let soon = access(json!({"consent_expiration_date": "2026-02-20T10:00:00"}));
    let told = check("myelectricaldata", json!({}), version_1(soon)).unwrap();
    assert!(told.en.contains("ends in 9 days"), "{}", told.en);
}
