//! Numbers as files write them, exact to the bit: the float nearest to the decimal that stands there.

/// A number, with a decimal point or a decimal comma, and spaces of any kind between its digits. None for anything
/// else: a unit, a thousands separator, `inf`.
pub fn number(text: &str, comma: bool) -> Option<f64> {
    // A comma is in none of these, nor a space: nearly all numbers are read at once.
    if let Some(value) = plain(text) {
        return Some(value).filter(|_| !comma || !text.contains('.'));
    }
    if comma && text.contains('.') {
        return None;
    }
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if comma && c == ',' { '.' } else { c })
        .collect();
    plain(&digits)
}

/// A number as a program writes it; not its `inf` and `NaN`.
fn plain(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let value: f64 = Some(text).filter(|_| digits)?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_dress() {
        for (text, comma, expected) in [
            ("66.914", false, Some(66.914)),
            (" -0.3 ", false, Some(-0.3)),
            ("1e3", false, Some(1000.0)),
            ("1 002.5", false, Some(1002.5)),
            ("66,914", true, Some(66.914)),
            ("1\u{202f}002,5", true, Some(1002.5)),
            ("12", true, Some(12.0)),
            ("66,914", false, None),
            ("1.002,5", true, None),
            ("1,002.5", false, None),
            ("1,2,3", true, None),
            ("12 kWh", false, None),
            ("inf", false, None),
            ("NaN", false, None),
            ("1e999", false, None),
            ("", false, None),
            ("-", false, None),
            ("0x10", false, None),
        ] {
            assert_eq!(number(text, comma).map(f64::to_bits), expected.map(f64::to_bits), "{text}");
        }
    }
}
