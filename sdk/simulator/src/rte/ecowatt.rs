//! Ecowatt signals: four days, asked for at most once in a quarter of an hour.

use super::{Answer, quota, stamp};
use crate::Inner;
use serde_json::{Value, json};

pub(super) fn answer(inner: &Inner) -> Answer {
    let now = inner.now();
    if !inner.rte.ecowatt_may(now) {
        return Err(Box::new(quota()));
    }
    let made = inner.grid.ecowatt_made(now).map(|made| stamp(inner, made)).unwrap_or_default();
    let signals: Vec<Value> = inner
        .grid
        .ecowatt(now)
        .into_iter()
        .map(|day| {
            let message = match day.day {
                1 => "Pas d'alerte.",
                2 => "Système électrique tendu.",
                _ => "Système électrique très tendu.",
            };
            let hours: Vec<Value> =
                day.hours.iter().enumerate().map(|(pas, level)| json!({"pas": pas, "hvalue": level})).collect();
            let midnight = inner.grid.day(day.date).map(|(start, _)| stamp(inner, start)).unwrap_or_default();
            json!({"GenerationFichier": made, "jour": midnight, "dvalue": day.day, "message": message, "values": hours})
        })
        .collect();
    Ok(json!({ "signals": signals }))
}
