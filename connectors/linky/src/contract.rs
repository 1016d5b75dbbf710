//! What Enedis says of the contract: how much power is subscribed, under which tariff of the network, and the home's
//! off-peak hours.
//!
//! The power is a number, kept day by day as it was when that day was asked about: a change shows from its day on, and
//! the past is never rewritten from today's contract. The hours are words of Enedis (`HC (22H30-6H30)`), a rule and no
//! measurement: they are told for the person to copy into the tariff, and never become a series. Nothing else of the
//! contract is read.

use crate::{
    answer::{missing, technical},
    parse::{Reason, text},
};
use serde_json::Value;
use watteau_sdk::prelude::*;

/// Words of Enedis longer than this are none.
const LONGEST: usize = 120;

/// What is read of a contract.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contract {
    /// In kilovolt-amperes.
    pub kva: Option<f64>,
    /// The network's tariff: `BTINFMUDT`.
    pub tariff: Option<String>,
    /// In Enedis' words; none for a home without them.
    pub off_peak: Option<String>,
}

/// Reads a contract, in the wrapper of either version. The error says what is not as expected.
pub fn read(body: &[u8]) -> Result<Contract, Reason> {
    let answer: Value = serde_json::from_slice(body).map_err(|error| technical(&error))?;
    let power = find(&answer, "subscribed_power").ok_or_else(|| missing("subscribed_power"))?;
    Ok(Contract {
        kva: kva(power)?,
        tariff: words(&answer, &["distribution_tariff"]),
        off_peak: words(&answer, &["offpeak_hours", "plageHeuresCreuses"]),
    })
}

impl Contract {
    /// What it says, for a person; none when it says nothing. Enedis' words pass through `mask`.
    pub fn told(&self, mask: impl Fn(&str) -> String) -> Option<Text> {
        let (mut en, mut fr) = (Vec::new(), Vec::new());
        if let Some(kva) = self.kva {
            en.push(format!("{kva} kVA"));
            fr.push(format!("{kva} kVA"));
        }
        if let Some(tariff) = self.tariff.as_deref().map(&mask) {
            en.push(format!("network tariff {tariff}"));
            fr.push(format!("tarif d’acheminement {tariff}"));
        }
        if let Some(hours) = self.off_peak.as_deref().map(&mask) {
            en.push(format!("off-peak {hours}"));
            fr.push(format!("heures creuses {hours}"));
        }
        let told = |words: &[String]| words.join(", ");
        (!en.is_empty())
            .then(|| Text::new(format!("Contract: {}.", told(&en)), format!("Contrat : {}.", told(&fr))))
    }
}

/// `"9 kVA"`, `9`, `{"value":"9","unit":"kVA"}`; none when it is not said.
fn kva(power: &Value) -> Result<Option<f64>, Reason> {
    let refused = || text("the subscribed power is not in kVA", "la puissance souscrite n’est pas en kVA");
    let number = match power {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let text = text.trim();
            let bare = text.len().checked_sub(3).and_then(|at| text.split_at_checked(at));
            match bare {
                Some((number, unit)) if unit.eq_ignore_ascii_case("kVA") => number.trim().parse().ok(),
                _ => text.parse().ok(),
            }
        }
        Value::Object(pair) if pair.get("unit").is_none_or(|unit| unit.as_str() == Some("kVA")) => {
            return pair.get("value").map_or_else(|| Err(refused()), kva);
        }
        _ => None,
    };
    number.filter(|kva| kva.is_finite() && *kva > 0.0).map(Some).ok_or_else(refused)
}

fn words(answer: &Value, keys: &[&str]) -> Option<String> {
    let text = keys.iter().find_map(|key| find(answer, key)?.as_str())?.trim();
    let fit = !text.is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control);
    fit.then(|| text.to_owned())
}

/// A value by its key, at any depth.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(key).or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(list) => list.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}
