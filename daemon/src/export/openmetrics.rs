//! OpenMetrics 1.0: history for Prometheus, whose own scrape knows only the present.
//!
//! A point is a sample at the start of its interval. Families are named for what they hold, in base units, as the
//! convention has it; a unit without one is a label.

use super::{ExportError, Seconds, each_point};
use crate::query::{joules_per_unit, tidy};
use std::{
    collections::BTreeMap,
    io::{self, Write},
};
use watteau_store::{SeriesInfo, Store};

/// Name, unit and meaning of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Family(&'static str, Option<&'static str>, &'static str);

const ENERGY: Family =
    Family("watteau_energy_joules", Some("joules"), "Energy used in an interval, at its start.");
const POWER: Family =
    Family("watteau_power_watts", Some("watts"), "Mean power of an interval, at its start.");
const APPARENT: Family = Family(
    "watteau_apparent_power_voltamperes",
    Some("voltamperes"),
    "Apparent power of an interval, at its start.",
);
const VOLUME: Family =
    Family("watteau_volume_cubic_meters", Some("cubic_meters"), "Volume used in an interval, at its start.");
const TEMPERATURE: Family =
    Family("watteau_temperature_celsius", Some("celsius"), "Temperature of an interval, at its start.");
const OTHER: Family =
    Family("watteau_value", None, "Value of an interval in the unit of its label, at its start.");

/// The family of a unit, and what to multiply by.
fn family(unit: &str) -> (Family, f64) {
    match unit {
        "W" => (POWER, 1.0),
        "kW" => (POWER, 1e3),
        "MW" => (POWER, 1e6),
        "GW" => (POWER, 1e9),
        "VA" => (APPARENT, 1.0),
        "kVA" => (APPARENT, 1e3),
        "m3" => (VOLUME, 1.0),
        "degC" => (TEMPERATURE, 1.0),
        other => joules_per_unit(other).map_or((OTHER, 1.0), |factor| (ENERGY, factor)),
    }
}

/// The name of the family of a unit, what to multiply by, and whether the name tells the unit.
pub(crate) fn family_of(unit: &str) -> (&'static str, f64, bool) {
    let (family, factor) = family(unit);
    (family.0, factor, family.1.is_some())
}

pub(super) fn write(store: &Store, series: &[SeriesInfo], out: &mut dyn Write) -> Result<(), ExportError> {
    // The samples of a family stand together.
    let mut families: BTreeMap<Family, Vec<(&SeriesInfo, f64)>> = BTreeMap::new();
    for info in series.iter().filter(|info| info.points > 0) {
        let (family, factor) = family(&info.def.unit);
        families.entry(family).or_default().push((info, factor));
    }
    for (family @ Family(name, ..), members) in families {
        head(family, out)?;
        for (info, factor) in members {
            let series = escaped(&info.def.name);
            let labels = if family == OTHER {
                format!("series=\"{series}\",unit=\"{}\"", escaped(&info.def.unit))
            } else {
                format!("series=\"{series}\"")
            };
            let as_kept = factor.to_bits() == 1f64.to_bits();
            each_point(store, info, |point| {
                let value = if as_kept { point.value } else { tidy(point.value * factor) };
                writeln!(out, "{name}{{{labels}}} {value} {}", Seconds(point.start))
            })?;
        }
    }
    Ok(out.write_all(b"# EOF\n")?)
}

fn head(Family(name, unit, help): Family, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# TYPE {name} gauge")?;
    if let Some(unit) = unit {
        writeln!(out, "# UNIT {name} {unit}")?;
    }
    writeln!(out, "# HELP {name} {help}")
}

/// A label's value as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
