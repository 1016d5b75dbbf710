//! The readings of an answer, whatever a gateway wraps them in.
//!
//! - Conso API gives the content of Enedis' `meter_reading` bare; MyElectricalData 1 gives it under that key;
//!   MyElectricalData 2 puts it under `data`, beside `success`.
//! - Version 2 also knows Enedis' form of 2026 (`grandeur`, `points`, one letter a key), which it will give alone one
//!   day: the same values and stamps under other names.
//! - What the values are is known from the path that was asked, never from `reading_type`, which may be absent or
//!   a default.

use crate::parse::{Reason, text};
use serde::Deserialize;
use serde_json::Value;
use watteau_sdk::prelude::*;

/// One reading of an answer, as sent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Reading {
    /// A string, a number, null.
    #[serde(default, alias = "v")]
    pub(crate) value: Value,
    /// A date, or a date and a time.
    #[serde(default, alias = "d")]
    pub(crate) date: String,
    /// ISO 8601, on the load curve.
    #[serde(default, alias = "p")]
    pub(crate) interval_length: Option<String>,
    /// How it was obtained: `B` raw, `C` corrected, `E` estimated.
    #[serde(default, alias = "n")]
    pub(crate) measure_type: Option<String>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(default, alias = "points")]
    interval_reading: Option<Vec<Reading>>,
}

impl Reading {
    /// How far the value can be trusted: measured, unless Enedis says otherwise.
    pub(crate) fn quality(&self) -> Quality {
        match self.measure_type.as_deref().and_then(|mark| mark.chars().next()) {
            Some('C' | 'c') => Quality::Corrected,
            Some('E' | 'e') => Quality::Estimated,
            _ => Quality::Measured,
        }
    }
}

/// The readings of an answer; none when the source says that there is nothing. The error says what is not
/// as expected.
pub fn readings(body: &[u8]) -> Result<Vec<Reading>, Reason> {
    let answer: Value = serde_json::from_slice(body).map_err(|error| technical(&error))?;
    let Value::Object(mut keys) = answer else {
        return Err(text("it is not an object", "ce n’est pas un objet"));
    };
    if keys.contains_key("success") {
        match keys.remove("data") {
            Some(Value::Object(data)) => keys = data,
            Some(Value::Null) => return Ok(Vec::new()),
            _ => return Err(missing("data")),
        }
    }
    let inner = match keys.remove("meter_reading") {
        Some(Value::Null) => return Ok(Vec::new()),
        Some(inner) => inner,
        None => Value::Object(keys),
    };
    // The mark of all the readings that have none of their own.
    let mark = ["quality", "etapeMetier"].iter().find_map(|key| inner[*key].as_str()).map(str::to_owned);
    let inner = match inner.get("grandeur") {
        Some(Value::Array(quantities)) => match quantities.first() {
            Some(first) => first.clone(),
            None => return Ok(Vec::new()),
        },
        _ => inner,
    };
    if inner.get("interval_reading").or_else(|| inner.get("points")).is_none() {
        return Err(missing("interval_reading"));
    }
    let inner: Inner = serde_json::from_value(inner).map_err(|error| technical(&error))?;
    let mut readings = inner.interval_reading.unwrap_or_default();
    for reading in &mut readings {
        reading.measure_type = reading.measure_type.take().or_else(|| mark.clone());
    }
    Ok(readings)
}

pub(crate) fn technical(error: &serde_json::Error) -> Reason {
    let said = error.to_string();
    text(&said, &said)
}

pub(crate) fn missing(key: &str) -> Reason {
    text(&format!("the key {key} is missing"), &format!("la clé {key} manque"))
}
