//! What is read: five variables, each with its unit, its bounds and the interval that a stamp stands for.
//!
//! Open-Meteo gives most of them as they are at the full hour; such a reading stands for the hour that it opens.
//! Radiation is the mean of the hour before its stamp, so its interval starts an hour before.

use watteau_sdk::time::HOUR;

/// A quantity of the weather.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variable {
    /// The series' name.
    pub name: &'static str,
    /// As Open-Meteo calls it.
    pub(crate) api: &'static str,
    /// The unit as the store shows it.
    pub unit: &'static str,
    /// The same unit as Open-Meteo writes it.
    pub(crate) api_unit: &'static str,
    /// Bounds of what can be.
    pub(crate) bounds: (f64, f64),
    /// Milliseconds from the start of its interval to its stamp.
    pub(crate) stamp_after: i64,
    /// In English and French.
    pub(crate) title: (&'static str, &'static str),
}

/// All of them, in the order of the manifest.
pub const VARIABLES: [Variable; 5] = [
    Variable {
        name: "temperature",
        api: "temperature_2m",
        unit: "degC",
        api_unit: "°C",
        bounds: (-60.0, 60.0),
        stamp_after: 0,
        title: ("Temperature", "Température"),
    },
    Variable {
        name: "humidity",
        api: "relative_humidity_2m",
        unit: "%",
        api_unit: "%",
        bounds: (0.0, 100.0),
        stamp_after: 0,
        title: ("Relative humidity", "Humidité relative"),
    },
    Variable {
        name: "cloud_cover",
        api: "cloud_cover",
        unit: "%",
        api_unit: "%",
        bounds: (0.0, 100.0),
        stamp_after: 0,
        title: ("Cloud cover", "Couverture nuageuse"),
    },
    Variable {
        name: "wind_speed",
        api: "wind_speed_10m",
        unit: "m/s",
        api_unit: "m/s",
        bounds: (0.0, 120.0),
        stamp_after: 0,
        title: ("Wind speed at 10 m", "Vitesse du vent à 10 m"),
    },
    Variable {
        name: "radiation",
        api: "shortwave_radiation",
        unit: "W/m2",
        api_unit: "W/m²",
        bounds: (0.0, 1500.0),
        stamp_after: HOUR,
        title: ("Solar radiation on the flat", "Rayonnement solaire sur l’horizontale"),
    },
];
