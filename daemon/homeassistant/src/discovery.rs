//! MQTT discovery: retained messages by which sensors announce themselves, and the one retained state that they read.
//!
//! The state is the summary as the API answers it, so that a number can never differ between the two. Each sensor says
//! for itself when it has a value; all of them are gone when the broker tells watteau's last will.

use crate::sensor::{Lang, Sensor};
use serde_json::{Map, Value, json};

/// What all sensors share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Where Home Assistant listens for announcements (`homeassistant`).
    pub prefix: String,
    /// Where watteau speaks (`watteau`): also tells one watteau from another on the same broker.
    pub topic: String,
    /// The version of watteau.
    pub version: String,
    /// Its dashboard, where others reach it.
    pub url: Option<String>,
    /// The language of names.
    pub lang: Lang,
}

/// A watteau that is there.
pub const ONLINE: &str = "online";
/// A watteau that has gone.
pub const OFFLINE: &str = "offline";

impl Device {
    /// The topic of the state.
    pub fn state_topic(&self) -> String {
        format!("{}/state", self.topic)
    }

    /// The topic of `online` and `offline`.
    pub fn availability_topic(&self) -> String {
        format!("{}/availability", self.topic)
    }

    /// The topic on which Home Assistant says that it has started.
    pub fn birth_topic(&self) -> String {
        format!("{}/status", self.prefix)
    }

    /// The id of this watteau: its topic, as ids are written.
    pub fn id(&self) -> String {
        let id: String = self
            .topic
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        id.trim_matches('_').to_owned()
    }

    /// The topic of a sensor's announcement; an empty retained message there removes the sensor.
    pub fn config_topic(&self, key: &str) -> String {
        format!("{}/sensor/{}/{key}/config", self.prefix, self.id())
    }

    /// The topics of all announcements of this watteau, to find those of an earlier time.
    pub fn config_filter(&self) -> String {
        format!("{}/sensor/{}/+/config", self.prefix, self.id())
    }

    /// A sensor's announcement.
    pub fn announcement(&self, sensor: &Sensor) -> Value {
        let id = self.id();
        let unique = format!("{id}_{}", sensor.key);
        let template = |path: &str| format!("{{{{ value_json.{path} }}}}");
        let conditions: Vec<String> =
            sensor.conditions().iter().map(|path| format!("value_json.{path}")).collect();
        let there = conditions.join(" and ");
        let mut config = Map::new();
        let mut put = |key: &str, value: Value| {
            config.insert(key.to_owned(), value);
        };
        put("name", json!(sensor.name(self.lang)));
        put("unique_id", json!(unique));
        put("default_entity_id", json!(format!("sensor.{unique}")));
        // Cores before 2025.10 know this name of it alone; newer ones ignore it.
        put("object_id", json!(unique));
        put("state_topic", json!(self.state_topic()));
        put("value_template", json!(template(sensor.value)));
        let optional = [
            ("unit_of_measurement", sensor.unit.map(str::to_owned)),
            ("device_class", sensor.class.map(str::to_owned)),
            ("state_class", sensor.state_class().map(str::to_owned)),
            ("last_reset_value_template", sensor.last_reset().map(template)),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                put(key, json!(value));
            }
        }
        put(
            "availability",
            json!([
                { "topic": self.availability_topic() },
                {
                    "topic": self.state_topic(),
                    "value_template": format!("{{{{ '{ONLINE}' if {there} else '{OFFLINE}' }}}}"),
                },
            ]),
        );
        put("availability_mode", json!("all"));
        let mut device = json!({
            "identifiers": [id],
            "name": "Watteau",
            "manufacturer": "watteau",
            "sw_version": self.version,
        });
        let mut origin = json!({ "name": "watteau", "sw_version": self.version });
        if let Some(url) = &self.url {
            device["configuration_url"] = json!(url);
            origin["support_url"] = json!(url);
        }
        put("device", device);
        put("origin", origin);
        Value::Object(config)
    }

    /// The sensor that a topic announces, if it is one of this watteau's.
    pub fn key_of<'a>(&self, topic: &'a str) -> Option<&'a str> {
        let rest = topic.strip_prefix(&self.prefix)?.strip_prefix("/sensor/")?;
        let key = rest.strip_prefix(&self.id())?.strip_prefix('/')?.strip_suffix("/config")?;
        (!key.contains('/')).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::SENSORS;

    fn device(url: Option<&str>) -> Device {
        Device {
            prefix: "homeassistant".to_owned(),
            topic: "watteau".to_owned(),
            version: "1.2.3".to_owned(),
            url: url.map(str::to_owned),
            lang: Lang::Fr,
        }
    }

    #[test]
    fn an_announcement_says_all_that_home_assistant_asks() {
        let device = device(Some("http://192.0.2.7:9288"));
        let month = SENSORS.iter().find(|sensor| sensor.key == "electricity_month").unwrap();
        assert_eq!(
            device.announcement(month),
            json!({
                "name": "Électricité, mois",
                "unique_id": "watteau_electricity_month",
                "default_entity_id": "sensor.watteau_electricity_month",
                "object_id": "watteau_electricity_month",
                "state_topic": "watteau/state",
                "value_template": "{{ value_json.electricity.month.kwh }}",
                "unit_of_measurement": "kWh",
                "device_class": "energy",
                "state_class": "total",
                "last_reset_value_template": "{{ value_json.electricity.month.start }}",
                "availability": [
                    { "topic": "watteau/availability" },
                    {
                        "topic": "watteau/state",
                        "value_template": "{{ 'online' if value_json.electricity.available and value_json.electricity.settled else 'offline' }}",
                    },
                ],
                "availability_mode": "all",
                "device": {
                    "identifiers": ["watteau"], "name": "Watteau", "manufacturer": "watteau", "sw_version": "1.2.3",
                    "configuration_url": "http://192.0.2.7:9288",
                },
                "origin": { "name": "watteau", "sw_version": "1.2.3", "support_url": "http://192.0.2.7:9288" },
            })
        );
        assert_eq!(device.config_topic(month.key), "homeassistant/sensor/watteau/electricity_month/config");
    }

    #[test]
    fn a_last_reset_goes_with_a_total_alone() {
        for sensor in &SENSORS {
            let config = device(None).announcement(sensor);
            let total = config["state_class"] == "total";
            assert_eq!(config.get("last_reset_value_template").is_some(), total, "{}", sensor.key);
            assert!(config["device"].get("configuration_url").is_none());
        }
    }

    #[test]
    fn two_of_them_on_a_broker_stay_apart() {
        let (one, mut two) = (device(None), device(None));
        two.topic = "maison/Étage-2".to_owned();
        assert_eq!(two.id(), "maison__tage_2");
        let topic = two.config_topic("gas_day");
        assert_eq!(two.key_of(&topic), Some("gas_day"));
        assert_eq!(one.key_of(&topic), None);
        assert_eq!(one.key_of("homeassistant/sensor/watteau2/gas_day/config"), None);
        assert_eq!(one.key_of("homeassistant/sensor/watteau/a/b/config"), None);
    }
}
