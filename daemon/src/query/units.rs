//! Units of what is added up.

use watteau_store::Kind;

/// How many kWh one of that unit of energy is; none when it is no energy.
pub fn kwh_per_unit(unit: &str) -> Option<f64> {
    Some(match unit {
        "kWh" => 1.0,
        "Wh" => 1e-3,
        "MWh" => 1e3,
        "GWh" => 1e6,
        "J" => 1.0 / 3.6e6,
        "MJ" => 1.0 / 3.6,
        _ => return None,
    })
}

/// How many joules one of that unit of energy is; none when it is no energy.
pub fn joules_per_unit(unit: &str) -> Option<f64> {
    Some(match unit {
        "J" => 1.0,
        "MJ" => 1e6,
        other => kwh_per_unit(other)? * 3.6e6,
    })
}

/// The unit of a bucket of such a series, and what to multiply by. A power is summed as value x hours.
pub(super) fn of_bucket(kind: Kind, unit: &str) -> (String, f64) {
    match (kind, unit) {
        (Kind::Power, "W") => ("kWh".to_owned(), 1e-3),
        (Kind::Power, "kW") => ("kWh".to_owned(), 1.0),
        (Kind::Power, "MW") => ("kWh".to_owned(), 1e3),
        (Kind::Power, "GW") => ("kWh".to_owned(), 1e6),
        (Kind::Power, other) => (format!("{other}h"), 1.0),
        _ => (unit.to_owned(), 1.0),
    }
}

/// Cuts the noise that adding up binary fractions leaves beyond the twelfth digit (0.1 + 0.2).
pub(crate) fn tidy(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 11 - value.abs().log10().floor() as i32;
    if !(0..=300).contains(&digits) {
        return value;
    }
    let scale = 10f64.powi(digits);
    let scaled = value * scale;
    if scaled.is_finite() { scaled.round() / scale } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_goes_and_digits_stay() {
        for (value, expect) in [
            (0.1 + 0.2, 0.3),
            (3214.5, 3214.5),
            (1e-9, 1e-9),
            (123_456_789.125, 123_456_789.125),
            (-2.675, -2.675),
            (1e20, 1e20),
            (f64::MIN_POSITIVE, f64::MIN_POSITIVE),
        ] {
            assert_eq!(tidy(value).to_bits(), f64::to_bits(expect), "{value}");
        }
    }
}
