//! The messages of Home Assistant's WebSocket that statistics need, whose shape follows from its version.

use crate::{
    sensor::Lang,
    statistics::{Row, Statistic},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt};

/// The path of the WebSocket below Home Assistant's address.
pub const PATH: &str = "/api/websocket";

/// A version of Home Assistant, by year and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    year: u16,
    month: u16,
}

impl Version {
    /// Reads `2025.11.3`, `2026.1.0b2`, `2025.12.0.dev0`.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        Some(Self { year: parts.next()?.parse().ok()?, month: parts.next()?.parse().ok()? })
    }

    /// How it wants statistics described: from 2025.11 on it takes the new fields (and will insist on them), before it
    /// refuses them.
    pub fn shape(self) -> Shape {
        if self >= (Self { year: 2025, month: 11 }) { Shape::MeanType } else { Shape::HasMean }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.year, self.month)
    }
}

/// How a statistic is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `has_mean`, up to 2025.10.
    HasMean,
    /// `mean_type` and `unit_class`, from 2025.11 on.
    MeanType,
}

/// The first message.
pub fn auth(token: &str) -> Value {
    json!({ "type": "auth", "access_token": token })
}

/// Sends rows of a statistic; those that are there are replaced.
pub fn import(id: u64, statistic: Statistic, lang: Lang, shape: Shape, rows: &[Row]) -> Value {
    let mut metadata = json!({
        "source": "watteau",
        "statistic_id": statistic.id(),
        "name": statistic.name(lang),
        "has_sum": true,
        "unit_of_measurement": statistic.unit(),
    });
    match shape {
        Shape::HasMean => metadata["has_mean"] = json!(false),
        Shape::MeanType => {
            metadata["mean_type"] = json!(0);
            metadata["unit_class"] = json!(statistic.unit_class());
        }
    }
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "start": instant(row.start), "state": row.sum, "sum": row.sum }))
        .collect();
    json!({ "id": id, "type": "recorder/import_statistics", "metadata": metadata, "stats": rows })
}

/// Asks for the hours of a statistic in `[from, to)`, ms since the epoch.
pub fn during(id: u64, statistic: Statistic, from: i64, to: i64) -> Value {
    json!({
        "id": id,
        "type": "recorder/statistics_during_period",
        "start_time": instant(from),
        "end_time": instant(to),
        "statistic_ids": [statistic.id()],
        "period": "hour",
        "types": ["sum"],
        // What the user has chosen to see is not what is compared.
        "units": { "energy": "kWh", "volume": "m³" },
    })
}

fn instant(ms: i64) -> String {
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.display_with_offset(jiff::tz::Offset::UTC).to_string()
}

/// What Home Assistant says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// It wants the token.
    AuthRequired {
        /// Its version.
        #[serde(default)]
        ha_version: String,
    },
    /// The token is good.
    AuthOk {
        /// Its version.
        ha_version: String,
    },
    /// The token is not.
    AuthInvalid {
        /// Why.
        #[serde(default)]
        message: String,
    },
    /// The answer to a message.
    Result {
        /// That message's.
        id: u64,
        /// Whether it was done.
        success: bool,
        /// What it answers.
        #[serde(default)]
        result: Value,
        /// Why it was not.
        #[serde(default)]
        error: Option<Refusal>,
    },
    /// Something that nobody asked for.
    #[serde(other)]
    Other,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refusal {
    /// A stable word.
    #[serde(default)]
    pub code: String,
    /// A sentence.
    #[serde(default)]
    pub message: String,
}

/// The answer to [`during`].
pub fn rows(statistic: Statistic, result: Value) -> Result<Vec<Row>, serde_json::Error> {
    /// Since 2023.3 instants are ms since the epoch.
    #[derive(Deserialize)]
    struct Kept {
        start: f64,
        // What another program has put there may have none.
        sum: Option<f64>,
    }
    let mut all: BTreeMap<String, Vec<Kept>> = serde_json::from_value(result)?;
    let rows = all.remove(statistic.id()).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| Row { start: row.start as i64, sum: row.sum.unwrap_or(f64::NAN) })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_follows_from_the_version() {
        for (text, expected) in [
            ("2024.3.3", Some(Shape::HasMean)),
            ("2025.4.4", Some(Shape::HasMean)),
            ("2025.10.4", Some(Shape::HasMean)),
            ("2025.11.0b1", Some(Shape::MeanType)),
            ("2025.11.0", Some(Shape::MeanType)),
            ("2026.1.0.dev202512", Some(Shape::MeanType)),
            ("2027.11", Some(Shape::MeanType)),
            ("latest", None),
            ("", None),
        ] {
            assert_eq!(Version::read(text).map(Version::shape), expected, "{text}");
        }
    }

    #[test]
    fn an_import_says_what_each_version_takes() {
        let rows = [Row { start: 1_761_440_400_000, sum: 12.5 }];
        let import = |shape| import(7, Statistic::GasVolume, Lang::En, shape, &rows);
        let old = import(Shape::HasMean);
        assert_eq!(
            old["metadata"],
            json!({
                "source": "watteau", "statistic_id": "watteau:gas_volume", "name": "Watteau gas, volume",
                "has_sum": true, "has_mean": false, "unit_of_measurement": "m³",
            })
        );
        assert_eq!(
            old["stats"],
            json!([{ "start": "2025-10-26T01:00:00+00:00", "state": 12.5, "sum": 12.5 }])
        );
        let new = import(Shape::MeanType);
        assert_eq!(
            new["metadata"],
            json!({
                "source": "watteau", "statistic_id": "watteau:gas_volume", "name": "Watteau gas, volume",
                "has_sum": true, "mean_type": 0, "unit_class": "volume", "unit_of_measurement": "m³",
            })
        );
    }

    #[test]
    fn answers_are_read() {
        let read = |text: &str| serde_json::from_str::<Message>(text).unwrap();
        assert_eq!(
            read(r#"{"type":"auth_ok","ha_version":"2025.4.4"}"#),
            Message::AuthOk { ha_version: "2025.4.4".to_owned() }
        );
        assert_eq!(read(r#"{"type":"event","id":3}"#), Message::Other);
        let refused = r#"{"id":1,"type":"result","success":false,"error":{"code":"unauthorized","message":"Unauthorized"}}"#;
        let Message::Result { success: false, error: Some(refusal), .. } = read(refused) else { panic!() };
        assert_eq!(refusal.code, "unauthorized");
        let result = json!({ "watteau:gas_energy": [{ "start": 3_600_000, "end": 7_200_000, "sum": 1.5 }] });
        assert_eq!(rows(Statistic::Gas, result.clone()).unwrap(), [Row { start: 3_600_000, sum: 1.5 }]);
        assert_eq!(rows(Statistic::Electricity, result).unwrap(), []);
        // A row without a sum is never the same as one with.
        let result = json!({ "watteau:gas_energy": [{ "start": 0, "sum": null }] });
        assert!(rows(Statistic::Gas, result).unwrap()[0].sum.is_nan());
        assert!(rows(Statistic::Gas, json!([1])).is_err());
    }
}
