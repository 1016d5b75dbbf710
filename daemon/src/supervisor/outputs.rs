//! The loops that tell others: MQTT, Home Assistant's statistics.

use crate::{
    api::AppState,
    config::{Config, HomeAssistant, Mqtt},
    homeassistant::{self, language},
    machine, mqtt,
};
use std::sync::Arc;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Hands new settings to the loops.
#[derive(Clone)]
pub(super) struct Outputs {
    mqtt: Arc<watch::Sender<Option<Mqtt>>>,
    homeassistant: Arc<watch::Sender<Option<HomeAssistant>>>,
}

impl Outputs {
    /// Starts the loops; with nothing in the settings they wait for some.
    pub(super) fn start(
        work: &mut JoinSet<()>,
        config: &Config,
        state: &AppState,
        stop: &CancellationToken,
    ) -> Self {
        let lang = language(config.home.language);
        // For the page of a device, where an address that only this machine reaches is of no use.
        let address = machine::reached(config.server.listen).map(|authority| format!("http://{authority}"));
        let (exporter, teller) = state.outputs(lang, address);
        let (mqtt, mqtt_settings) = watch::channel(config.mqtt.clone());
        let (homeassistant, home_settings) = watch::channel(config.homeassistant.clone());
        work.spawn(mqtt::run(Arc::new(teller), mqtt_settings, stop.clone()));
        work.spawn(homeassistant::run(Arc::new(exporter), home_settings, stop.clone()));
        Self { mqtt: Arc::new(mqtt), homeassistant: Arc::new(homeassistant) }
    }

    /// Takes new settings.
    pub(super) fn adopt(&self, config: &Config) {
        self.mqtt.send_replace(config.mqtt.clone());
        self.homeassistant.send_replace(config.homeassistant.clone());
    }
}
