//! The series that an instance was described with, kept with its data: the daemon starts without running the code of a
//! single connector, and its memory stays small until one has something to do.

use crate::hex::hex;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use watteau_host::Series;
use watteau_store::{Commit, Error, StateChange, Store};

/// Key of the description in the store's state; the owner is the instance's name.
const KEY: &str = "described";

/// What a plugin answered, and what it was asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Described {
    /// The same code and settings give the same series.
    of: String,
    /// All of them.
    pub(super) series: Vec<Series>,
}

/// What a description rests on: the code, the settings that it sees, the zone of the home.
pub(super) fn basis(code: &[u8; 32], settings: &Map<String, Value>, zone: &TimeZone) -> String {
    let mut hasher = Sha256::new();
    hasher.update(code);
    hasher.update(serde_json::to_vec(settings).unwrap_or_default());
    hasher.update(zone.iana_name().unwrap_or_default());
    hasher.update(env!("CARGO_PKG_VERSION"));
    hex(&hasher.finalize())
}

/// The series that are known to come of it.
pub(super) fn known(store: &Store, instance: &str, basis: &str) -> Result<Option<Vec<Series>>, Error> {
    let kept = store.state(instance, KEY)?;
    // One that cannot be read is asked for again.
    let kept: Option<Described> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(kept.filter(|kept| kept.of == basis).map(|kept| kept.series))
}

/// Keeps what came of it.
pub(super) fn keep(store: &Store, instance: &str, basis: String, series: Vec<Series>) -> Result<(), Error> {
    let value = serde_json::to_vec(&Described { of: basis, series }).ok();
    let state = vec![StateChange { owner: instance.to_owned(), key: KEY.to_owned(), value }];
    store.commit(Commit { batches: vec![], state }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::Home;
    use serde_json::json;
    use watteau_host::{Kind, Step, Text};

    #[test]
    fn a_description_holds_for_the_same_code_settings_and_zone() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let settings = |value: Value| value.as_object().unwrap().clone();
        let places = settings(json!({ "places": ["paris"] }));
        let same = basis(&[1; 32], &places, &zone);
        assert_eq!(same, basis(&[1; 32], &places, &zone));
        for other in [
            basis(&[2; 32], &places, &zone),
            basis(&[1; 32], &settings(json!({ "places": ["lyon"] })), &zone),
            basis(&[1; 32], &places, &TimeZone::UTC),
        ] {
            assert_ne!(same, other);
        }

        let home = Home::empty();
        let series = vec![Series {
            name: "paris.temperature".to_owned(),
            unit: "degC".to_owned(),
            kind: Kind::Level,
            step: Step::Seconds(3600),
            day_start: 0,
            title: Text::new("Temperature", "Température"),
            minimum: Some(-60.5),
            maximum: None,
            ahead: 86_400,
            optional: true,
            role: Some("weather.temperature".to_owned()),
            feed: None,
            labels: [("place".to_owned(), "paris".to_owned())].into(),
        }];
        assert_eq!(known(&home.store, "weather", &same).unwrap(), None);
        keep(&home.store, "weather", same.clone(), series.clone()).unwrap();
        assert_eq!(known(&home.store, "weather", &same).unwrap(), Some(series));
        assert_eq!(known(&home.store, "weather", "another").unwrap(), None);
        assert_eq!(known(&home.store, "elsewhere", &same).unwrap(), None);
    }
}
