//! The sensors, each a path in the answer of `/api/v1/summary`.

use serde_json::Value;

/// A language that sensors are named in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

/// What an installation may have; sensors of what it has not are not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Electricity drawn.
    Electricity,
    /// The highest power drawn.
    Power,
    /// Electricity given to the grid.
    Production,
    /// Gas, as energy.
    Gas,
    /// Gas, as volume.
    GasVolume,
    /// Outdoor temperature.
    Temperature,
    /// Load of the country.
    Load,
    /// Colours of the Tempo tariff.
    Tempo,
    /// Signals of Ecowatt.
    Ecowatt,
    /// Tomorrow's electricity.
    ElectricityForecast,
    /// Tomorrow's gas.
    GasForecast,
    /// Tomorrow's load of the country.
    LoadForecast,
}

impl Part {
    /// Where the summary says whether it is there.
    pub const fn available(self) -> &'static str {
        match self {
            Self::Electricity => "electricity.available",
            Self::Power => "max_power.available",
            Self::Production => "production.available",
            Self::Gas => "gas.available",
            Self::GasVolume => "gas.m3_available",
            Self::Temperature => "temperature.available",
            Self::Load => "grid.load.available",
            Self::Tempo => "grid.tempo.available",
            Self::Ecowatt => "grid.ecowatt.available",
            Self::ElectricityForecast => "forecast.electricity.available",
            Self::GasForecast => "forecast.gas.available",
            Self::LoadForecast => "forecast.grid.available",
        }
    }

    /// Every part, in the order of the sensors.
    pub const ALL: [Self; 12] = [
        Self::Electricity,
        Self::Power,
        Self::Production,
        Self::Gas,
        Self::GasVolume,
        Self::Temperature,
        Self::Load,
        Self::Tempo,
        Self::Ecowatt,
        Self::ElectricityForecast,
        Self::GasForecast,
        Self::LoadForecast,
    ];

    /// The parts that a summary has.
    pub fn of(summary: &Value) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|part| at(summary, part.available()) == Some(&Value::Bool(true)))
            .collect()
    }
}

/// What sort of number a sensor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// An amount since an instant: the path of that instant. Home Assistant wants `total` for it.
    Since(&'static str),
    /// A level of now.
    Now,
    /// An amount to come, or a word: nothing that Home Assistant should keep statistics of.
    Plain,
}

/// A sensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensor {
    /// What it is of.
    pub part: Part,
    /// `[a-z0-9_]+`, after which entities are called; never changes once published.
    pub key: &'static str,
    english: &'static str,
    french: &'static str,
    /// The path of its value, parts between dots.
    pub value: &'static str,
    /// How Home Assistant writes its unit; none for words.
    pub unit: Option<&'static str>,
    /// Home Assistant's class of it.
    pub class: Option<&'static str>,
    /// What sort of number it is.
    pub measure: Measure,
    /// The path of what else has to be true: a month is worth nothing while its history still comes in.
    pub settled: Option<&'static str>,
}

impl Sensor {
    /// Its name for a person.
    pub const fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Fr => self.french,
            Lang::En => self.english,
        }
    }

    /// Home Assistant's word for how it adds up. An amount with a start is `total`, the only one that may have a start.
    pub const fn state_class(&self) -> Option<&'static str> {
        match self.measure {
            Measure::Since(_) => Some("total"),
            Measure::Now => Some("measurement"),
            Measure::Plain => None,
        }
    }

    /// The path of the instant that it counts from.
    pub const fn last_reset(&self) -> Option<&'static str> {
        match self.measure {
            Measure::Since(path) => Some(path),
            Measure::Now | Measure::Plain => None,
        }
    }

    /// The paths that have to be true for it to have a value.
    pub fn conditions(&self) -> Vec<&'static str> {
        [Some(self.part.available()), self.settled].into_iter().flatten().collect()
    }
}

/// The sensors of some parts.
pub fn of(parts: &[Part]) -> Vec<Sensor> {
    SENSORS.iter().filter(|sensor| parts.contains(&sensor.part)).copied().collect()
}

/// What a summary has at a path.
pub fn at<'a>(summary: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(summary, |value, part| value.get(part))
}

const fn energy(
    part: Part,
    (key, english, french): (&'static str, &'static str, &'static str),
    value: &'static str,
    since: &'static str,
    settled: Option<&'static str>,
) -> Sensor {
    let (unit, class) = (Some("kWh"), Some("energy"));
    Sensor { part, key, english, french, value, unit, class, measure: Measure::Since(since), settled }
}

const fn volume(
    (key, english, french): (&'static str, &'static str, &'static str),
    value: &'static str,
    since: &'static str,
    settled: Option<&'static str>,
) -> Sensor {
    let (unit, class, part) = (Some("m³"), Some("gas"), Part::GasVolume);
    Sensor { part, key, english, french, value, unit, class, measure: Measure::Since(since), settled }
}

const fn plain(
    part: Part,
    (key, english, french): (&'static str, &'static str, &'static str),
    value: &'static str,
    unit: Option<&'static str>,
    class: Option<&'static str>,
    measure: Measure,
) -> Sensor {
    Sensor { part, key, english, french, value, unit, class, measure, settled: None }
}

/// Every sensor there is.
pub const SENSORS: [Sensor; 21] = [
    energy(
        Part::Electricity,
        ("electricity_day", "Electricity, last day", "Électricité, dernier jour"),
        "electricity.day.kwh",
        "electricity.day.start",
        None,
    ),
    energy(
        Part::Electricity,
        ("electricity_month", "Electricity, month", "Électricité, mois"),
        "electricity.month.kwh",
        "electricity.month.start",
        Some("electricity.settled"),
    ),
    energy(
        Part::Electricity,
        ("electricity_year", "Electricity, year", "Électricité, année"),
        "electricity.year.kwh",
        "electricity.year.start",
        Some("electricity.settled"),
    ),
    plain(
        Part::Power,
        ("max_power", "Highest power, last day", "Puissance maximale, dernier jour"),
        "max_power.day.value",
        Some("VA"),
        Some("apparent_power"),
        Measure::Now,
    ),
    energy(
        Part::Production,
        ("production_day", "Production, last day", "Production, dernier jour"),
        "production.day.kwh",
        "production.day.start",
        None,
    ),
    energy(
        Part::Production,
        ("production_month", "Production, month", "Production, mois"),
        "production.month.kwh",
        "production.month.start",
        Some("production.settled"),
    ),
    energy(
        Part::Production,
        ("production_year", "Production, year", "Production, année"),
        "production.year.kwh",
        "production.year.start",
        Some("production.settled"),
    ),
    energy(
        Part::Gas,
        ("gas_day", "Gas, last day", "Gaz, dernier jour"),
        "gas.day.kwh",
        "gas.day.start",
        None,
    ),
    energy(
        Part::Gas,
        ("gas_month", "Gas, month", "Gaz, mois"),
        "gas.month.kwh",
        "gas.month.start",
        Some("gas.settled"),
    ),
    energy(
        Part::Gas,
        ("gas_year", "Gas, year", "Gaz, année"),
        "gas.year.kwh",
        "gas.year.start",
        Some("gas.settled"),
    ),
    volume(
        ("gas_volume_day", "Gas volume, last day", "Volume de gaz, dernier jour"),
        "gas.day.m3",
        "gas.day.start",
        None,
    ),
    volume(
        ("gas_volume_month", "Gas volume, month", "Volume de gaz, mois"),
        "gas.month.m3",
        "gas.month.start",
        Some("gas.settled"),
    ),
    volume(
        ("gas_volume_year", "Gas volume, year", "Volume de gaz, année"),
        "gas.year.m3",
        "gas.year.start",
        Some("gas.settled"),
    ),
    plain(
        Part::Temperature,
        ("temperature", "Outdoor temperature", "Température extérieure"),
        "temperature.value",
        Some("°C"),
        Some("temperature"),
        Measure::Now,
    ),
    plain(
        Part::Load,
        ("grid_load", "Load of France", "Consommation de la France"),
        "grid.load.mw",
        Some("MW"),
        Some("power"),
        Measure::Now,
    ),
    plain(
        Part::Tempo,
        ("tempo_today", "Tempo today", "Tempo aujourd’hui"),
        "grid.tempo.today",
        None,
        None,
        Measure::Plain,
    ),
    plain(
        Part::Tempo,
        ("tempo_tomorrow", "Tempo tomorrow", "Tempo demain"),
        "grid.tempo.tomorrow",
        None,
        None,
        Measure::Plain,
    ),
    plain(
        Part::Ecowatt,
        ("ecowatt_today", "Ecowatt today", "Écowatt aujourd’hui"),
        "grid.ecowatt.today",
        None,
        None,
        Measure::Plain,
    ),
    plain(
        Part::ElectricityForecast,
        ("electricity_tomorrow", "Electricity, forecast for tomorrow", "Électricité, prévision de demain"),
        "forecast.electricity.kwh",
        Some("kWh"),
        Some("energy"),
        Measure::Plain,
    ),
    plain(
        Part::GasForecast,
        ("gas_tomorrow", "Gas, forecast for tomorrow", "Gaz, prévision de demain"),
        "forecast.gas.kwh",
        Some("kWh"),
        Some("energy"),
        Measure::Plain,
    ),
    plain(
        Part::LoadForecast,
        (
            "grid_peak_tomorrow",
            "Peak of France, forecast for tomorrow",
            "Pointe de la France, prévision de demain",
        ),
        "forecast.grid.peak_mw",
        Some("MW"),
        Some("power"),
        Measure::Plain,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_distinct_and_fit_for_ids() {
        let keys: BTreeSet<_> = SENSORS.iter().map(|sensor| sensor.key).collect();
        assert_eq!(keys.len(), SENSORS.len());
        for key in keys {
            assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{key}");
        }
        for lang in [Lang::Fr, Lang::En] {
            let names: BTreeSet<_> = SENSORS.iter().map(|sensor| sensor.name(lang)).collect();
            assert_eq!(names.len(), SENSORS.len(), "{lang:?}");
        }
    }

    /// Home Assistant's schema takes pairs that its recorder then complains of.
    #[test]
    fn classes_go_together() {
        for sensor in SENSORS {
            let pair = (sensor.class, sensor.state_class());
            match (sensor.class, sensor.unit) {
                (Some("energy"), Some("kWh")) => assert_ne!(pair.1, Some("measurement"), "{}", sensor.key),
                (Some("gas"), Some("m³")) => assert_eq!(pair.1, Some("total"), "{}", sensor.key),
                (Some("power"), Some("MW")) | (None, None) => {
                    assert_ne!(pair.1, Some("total"), "{}", sensor.key);
                }
                (Some("apparent_power"), Some("VA")) | (Some("temperature"), Some("°C")) => {
                    assert_eq!(pair.1, Some("measurement"), "{}", sensor.key);
                }
                other => panic!("{}: {other:?}", sensor.key),
            }
        }
    }

    #[test]
    fn the_parts_are_those_that_the_summary_says() {
        let summary = json!({
            "electricity": { "available": true }, "gas": { "available": false, "m3_available": false },
            "grid": { "load": { "available": true } },
        });
        assert_eq!(Part::of(&summary), [Part::Electricity, Part::Load]);
        let keys: Vec<_> = of(&[Part::Load]).iter().map(|sensor| sensor.key).collect();
        assert_eq!(keys, ["grid_load"]);
    }
}
