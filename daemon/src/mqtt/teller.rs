//! What is said over MQTT.

use crate::{
    clock::Clock, config::Mqtt, forecast::Forecaster, homeassistant::Known, metrics::Vitals, query,
    services::Services,
};
use serde_json::Value;
use std::sync::Arc;
use watteau_homeassistant::{
    discovery::Device,
    sensor::{self, Lang, Sensor},
};
use watteau_store::Store;

/// What it is made of.
pub(crate) struct Teller {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) services: Arc<dyn Services>,
    pub(crate) forecaster: Arc<Forecaster>,
    pub(crate) vitals: Arc<Vitals>,
    pub(crate) lang: Lang,
    /// The dashboard, where others reach it.
    pub(crate) dashboard: Option<String>,
}

/// What there is to say now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct News {
    /// The summary, as the API answers it.
    pub(super) summary: Value,
    /// The sensors that this installation has.
    pub(super) sensors: Vec<Sensor>,
}

impl News {
    /// The summary without what changes every second.
    pub(super) fn steady(&self) -> Value {
        fn strip(value: &mut Value) {
            if let Value::Object(map) = value {
                map.remove("age_seconds");
                map.values_mut().for_each(strip);
            }
        }
        let mut steady = self.summary.clone();
        strip(&mut steady);
        steady
    }
}

impl Teller {
    /// The device of these settings.
    pub(super) fn device(&self, mqtt: &Mqtt) -> Device {
        Device {
            prefix: mqtt.prefix.clone(),
            topic: mqtt.topic.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            url: self.dashboard.clone(),
            lang: self.lang,
        }
    }

    /// What there is to say now; reads the store.
    pub(super) fn news(&self) -> Result<News, query::Error> {
        let connectors = self.services.connectors();
        let forecasts = self.forecaster.tomorrow();
        let summary = query::summary(&self.store, &self.clock, &connectors, &forecasts)?;
        let names: Vec<String> = connectors.into_iter().map(|connector| connector.name).collect();
        let targets = forecasts.into_iter().map(|forecast| forecast.target).collect();
        let known = Known::of_store(&self.store.series()?, &names, targets);
        let summary = serde_json::to_value(&summary).unwrap_or_default();
        Ok(News { summary, sensors: sensor::of(&known.parts()) })
    }
}
