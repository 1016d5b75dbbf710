//! Units as they are written here. The vocabulary is open, as nobody knows every meter; but a usual unit that is written
//! in another way is one series that no chart, sum or price would find.

use crate::model::Kind;

/// The units that are read by name elsewhere, or that a household's meters have.
const USUAL: [&str; 40] = [
    "1", "%", "W", "kW", "MW", "GW", "VA", "kVA", "var", "Wh", "kWh", "MWh", "GWh", "VAh", "V", "A", "Hz",
    "degC", "K", "m3", "L", "L/h", "m3/h", "EUR", "EUR/kWh", "gCO2/kWh", "hPa", "Pa", "bar", "m/s", "km/h",
    "mm", "W/m2", "ppm", "lx", "dB", "kg", "km", "min", "day",
];

/// Other spellings, in lower case, of units that letters alone do not tell.
const SPELLINGS: [(&str, &str); 20] = [
    ("°c", "degC"),
    ("c", "degC"),
    ("celsius", "degC"),
    ("kelvin", "K"),
    ("m³", "m3"),
    ("m^3", "m3"),
    ("litre", "L"),
    ("litres", "L"),
    ("liter", "L"),
    ("liters", "L"),
    ("l", "L"),
    ("€", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("€/kwh", "EUR/kWh"),
    ("percent", "%"),
    ("watt", "W"),
    ("watts", "W"),
    ("w", "W"),
    ("w/m²", "W/m2"),
];

/// How a usual unit is written that `unit` spells in another way; none where it is written so, or is none of them.
pub(crate) fn usual(unit: &str) -> Option<&'static str> {
    if USUAL.contains(&unit) {
        return None;
    }
    let lower = unit.to_lowercase();
    let spelt = SPELLINGS.iter().find(|(spelling, _)| *spelling == lower).map(|(_, unit)| *unit);
    // One letter may well be another unit in its other case.
    spelt.or_else(|| USUAL.into_iter().find(|known| known.len() > 1 && known.to_lowercase() == lower))
}

/// Whether a series of that kind can have that unit. A sum over watts, or a mean power of degrees, is nothing; a level
/// and a factor are of anything.
pub(crate) fn fits(unit: &str, kind: Kind) -> bool {
    use Kind::{Energy, Index, Power, Ratio, Volume};
    let kinds: &[Kind] = match unit {
        "W" | "kW" | "MW" | "GW" | "VA" | "kVA" | "var" => &[Power],
        "Wh" | "kWh" | "MWh" | "GWh" | "VAh" => &[Energy, Index],
        "m3" | "L" => &[Volume, Index],
        "degC" | "K" | "hPa" | "Pa" | "bar" | "m/s" | "km/h" | "W/m2" | "ppm" | "lx" | "dB" | "Hz" | "V"
        | "A" | "L/h" | "m3/h" => &[],
        "%" => &[Ratio],
        "1" => &[Ratio, Index, Volume],
        _ => return true,
    };
    matches!(kind, Kind::Level | Kind::Factor) || kinds.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_goes_with_its_kinds() {
        for (unit, kind, expected) in [
            ("W", Kind::Power, true),
            ("kW", Kind::Energy, false),
            ("kWh", Kind::Energy, true),
            ("kWh", Kind::Power, false),
            ("degC", Kind::Level, true),
            ("degC", Kind::Energy, false),
            ("1", Kind::Energy, false),
            ("1", Kind::Ratio, true),
            ("kVA", Kind::Factor, true),
            ("EUR", Kind::Energy, true),
            ("stère", Kind::Volume, true),
        ] {
            assert_eq!(fits(unit, kind), expected, "{unit} {}", kind.as_str());
        }
    }

    #[test]
    fn usual_units_have_one_spelling_and_others_are_free() {
        for unit in USUAL.into_iter().chain(["kWh/100km", "passages", "S", "a", "stère"]) {
            assert_eq!(usual(unit), None, "{unit}");
        }
        for (unit, written) in [
            ("kwh", "kWh"),
            ("KWH", "kWh"),
            ("celsius", "degC"),
            ("°C", "degC"),
            ("m³", "m3"),
            ("€", "EUR"),
            ("w", "W"),
        ] {
            assert_eq!(usual(unit), Some(written), "{unit}");
        }
        assert!(
            SPELLINGS
                .iter()
                .all(|(spelling, unit)| USUAL.contains(unit) && *spelling == spelling.to_lowercase())
        );
    }
}
