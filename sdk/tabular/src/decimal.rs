//! Decimal numbers as whole thousandths: kWh as Wh, m3 as dm3, coefficients and degrees to three decimals.
//!
//! Workbooks store binary floats (`40.110000000000007`), so values are rounded, half away from zero, by their
//! decimal text: no float takes part.

/// More digits than this cannot change what is kept.
const DIGITS: u32 = 30;

/// A number as a program writes it: `-40.11`, `4.011e1`. None if it is anything else, or too large to hold.
pub fn thousandths(text: &str) -> Option<i64> {
    stored(text, 3)
}

/// A number as a program writes it, in units of the last of so many decimals: 6 for millionths.
pub fn stored(text: &str, decimals: u8) -> Option<i64> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    scaled(mantissa, '.', i64::from(exponent) + i64::from(decimals))
}

/// A number as a person writes it: spaces of any kind, one comma or one point, no exponent, no unit.
pub fn typed_thousandths(text: &str) -> Option<i64> {
    typed(text, 3)
}

/// A number as a person writes it, in units of the last of so many decimals.
///
/// ```
/// // 0,5405 kW is 540,500 mW.
/// assert_eq!(watteau_tabular::decimal::typed("0,5405", 6), Some(540_500));
/// ```
pub fn typed(text: &str, decimals: u8) -> Option<i64> {
    let separator = if text.contains(',') { ',' } else { '.' };
    scaled(text, separator, i64::from(decimals))
}

/// The value a number of thousandths stands for: the float nearest to the decimal, as if parsed from its text.
pub fn float(thousandths: i64) -> f64 {
    // Both are exact below 2^53, and IEEE division rounds correctly: the nearest float to the quotient.
    thousandths as f64 / 1000.0
}

fn scaled(text: &str, separator: char, exponent: i64) -> Option<i64> {
    let (mut mantissa, mut kept, mut power) = (0_u128, 0_u32, exponent);
    let (mut negative, mut fraction, mut digit_before) = (false, false, false);
    let mut first = true;
    for c in text.chars() {
        match c {
            '0'..='9' => {
                if kept < DIGITS {
                    mantissa = mantissa * 10 + u128::from(c as u8 - b'0');
                    kept += u32::from(mantissa > 0);
                    power -= i64::from(fraction);
                } else {
                    power += i64::from(!fraction);
                }
                digit_before = true;
                first = false;
            }
            '-' | '+' if first => {
                negative = c == '-';
                first = false;
            }
            _ if c == separator && digit_before && !fraction => (fraction, digit_before) = (true, false),
            _ if c.is_whitespace() => {}
            _ => return None,
        }
    }
    if !digit_before {
        return None;
    }
    let magnitude = match u32::try_from(power) {
        Ok(power) if mantissa > 0 => mantissa.checked_mul(10_u128.checked_pow(power)?)?,
        Ok(_) => 0,
        Err(_) => match u32::try_from(-power).ok().and_then(|shift| 10_u128.checked_pow(shift)) {
            Some(divisor) => {
                let (quotient, rest) = (mantissa / divisor, mantissa % divisor);
                quotient + u128::from(rest >= divisor - rest)
            }
            None => 0,
        },
    };
    let value = i64::try_from(magnitude).ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_programs() {
        for (text, expected) in [
            ("40.11", Some(40_110)),
            ("40.110000000000007", Some(40_110)),
            ("11.130000000000001", Some(11_130)),
            ("7.5999999999999996", Some(7_600)),
            ("-3.3100000000000001", Some(-3_310)),
            ("0.0005", Some(1)),
            ("-0.0005", Some(-1)),
            ("0.00049999", Some(0)),
            ("4.011E1", Some(40_110)),
            ("4011e-2", Some(40_110)),
            ("1e3", Some(1_000_000)),
            ("-0", Some(0)),
            ("0e999999", Some(0)),
            ("1e-999999", Some(0)),
            ("123456789012345678901234567890123456789e-30", Some(123_456_789_012)),
            ("1e+308", None),
            ("1e308", None),
            ("99999999999999999999", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1.", None),
            (".5", None),
            ("1.2.3", None),
            ("1e", None),
            ("1e1.5", None),
            ("NaN", None),
            ("inf", None),
            ("0x10", None),
            ("1,5", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_of_people() {
        for (text, expected) in [
            ("36,93", Some(36_930)),
            (" 36,93 ", Some(36_930)),
            ("1\u{202f}002", Some(1_002_000)),
            ("1\u{a0}002,5", Some(1_002_500)),
            ("11.244", Some(11_244)),
            ("-12,5", Some(-12_500)),
            ("1.234,5", None),
            ("1,234.5", None),
            ("1.234,5,6", None),
            ("1e3", None),
            ("n.c.", None),
            ("NA", None),
            ("-", None),
            ("12 kWh", None),
            ("", None),
            ("١٢", None),
        ] {
            assert_eq!(typed_thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn floats_are_the_nearest_to_their_decimal() {
        assert_eq!(float(40_110).to_bits(), "40.11".parse::<f64>().expect("a number").to_bits());
        for thousandths in (0..2_000_000).chain(99_990_000..100_000_000) {
            let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            let parsed: f64 = text.parse().expect("a number");
            assert_eq!(float(thousandths).to_bits(), parsed.to_bits(), "{text}");
        }
    }
}
