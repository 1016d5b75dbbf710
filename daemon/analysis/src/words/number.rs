//! Numbers with as many digits as are known, and in the writing of their language.

use super::Language;

/// A value without the digits that an uncertainty makes meaningless: to a third of it, in powers of ten, and never
/// beyond whole numbers.
pub(super) fn whole(value: f64, uncertainty: f64) -> f64 {
    let step = 10_f64.powf((uncertainty.abs() / 3.0).max(1.0).log10().floor());
    positive_zero((value / step).round() * step)
}

/// A measurement: two digits, and whole numbers where those are more.
pub(super) fn measured(value: f64, language: Language) -> String {
    let digits = if value == 0.0 { 0.0 } else { (1.0 - value.abs().log10().floor()).clamp(0.0, 3.0) };
    let step = 10_f64.powf(digits);
    write(positive_zero((value * step).round() / step), language)
}

/// A day beside what was expected of it and the bounds that it lies beyond, with as many digits as show that it does.
pub(super) fn beyond(day: f64, expected: f64, bounds: [f64; 2], language: Language) -> [String; 4] {
    let rounded = |value: f64, digits: f64| positive_zero((value * digits).round() / digits);
    let outside = |day: f64, [lower, upper]: [f64; 2]| day < lower || day > upper;
    let shows = |digits: f64| outside(rounded(day, digits), bounds.map(|bound| rounded(bound, digits)));
    let digits = if shows(1.0) || !outside(day, bounds) { 1.0 } else { 10.0 };
    let [lower, upper] = bounds;
    [day, expected, lower, upper].map(|value| write(rounded(value, digits), language))
}

fn positive_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

/// In the writing of a language: thousands apart, and a comma or a point.
pub(super) fn write(value: f64, language: Language) -> String {
    let (apart, point) = match language {
        Language::French => ('\u{202f}', ','),
        Language::English => (',', '.'),
    };
    let plain = format!("{value}");
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(a, b)| (a, Some(b)));
    let (minus, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("−", digits));
    let mut text = String::from(minus);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(apart);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

/// A share in whole per cent of an interval around zero or beside it: what the words "more" and "less" are said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interval {
    /// All of it is less: from the smaller to the larger.
    Less(i64, i64),
    /// All of it is more.
    More(i64, i64),
    /// It reaches from that much less to that much more.
    Both(i64, i64),
}

impl Interval {
    /// Of whole numbers rounded by `round`.
    pub(super) fn new(lower: f64, upper: f64, round: impl Fn(f64) -> f64) -> Interval {
        let [low, high] = [lower, upper].map(|end| round(end) as i64);
        if upper < 0.0 {
            Interval::Less(-high, -low)
        } else if lower > 0.0 {
            Interval::More(low, high)
        } else {
            Interval::Both(-low, high)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_end_where_nothing_is_known() {
        for (value, uncertainty, expected) in [
            (1234.4, 340.0, 1200.0),
            (1234.4, 90.0, 1230.0),
            (1234.4, 3.0, 1234.0),
            (1234.4, 0.0, 1234.0),
            (-1234.4, 3500.0, -1000.0),
            (-0.2, 1.0, 0.0),
        ] {
            assert!((whole(value, uncertainty) - expected).abs() < 1e-9, "{value} {uncertainty}");
        }
        assert!(whole(-0.2, 1.0).is_sign_positive());
    }

    #[test]
    fn a_day_beyond_its_bounds_reads_as_beyond_them() {
        for (day, bounds, expected) in [
            (87.0, [0.0, 85.56], ["87", "32", "0", "86"]),
            (25.94, [0.0, 25.63], ["25.9", "32.1", "0", "25.6"]),
            (-0.2, [0.1, 25.63], ["-0.2", "32.1", "0.1", "25.6"]),
        ] {
            let written = beyond(day, 32.05, bounds, Language::English);
            assert_eq!(written.map(|text| text.replace('−', "-")), expected.map(str::to_owned));
        }
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        for (value, french, english) in [
            (0.0, "0", "0"),
            (0.456, "0,46", "0.46"),
            (7.46, "7,5", "7.5"),
            (21.46, "21", "21"),
            (1234.4, "1\u{202f}234", "1,234"),
            (-1_234_567.0, "−1\u{202f}234\u{202f}567", "−1,234,567"),
        ] {
            assert_eq!(measured(value, Language::French), french);
            assert_eq!(measured(value, Language::English), english);
        }
    }

    #[test]
    fn an_interval_is_less_or_more_or_both() {
        for (lower, upper, expected) in [
            (-28.4, -15.2, Interval::Less(15, 28)),
            (3.4, 9.6, Interval::More(3, 10)),
            (-28.4, 4.0, Interval::Both(28, 4)),
            (-3.0, 0.0, Interval::Both(3, 0)),
        ] {
            assert_eq!(Interval::new(lower, upper, f64::round), expected);
        }
    }
}
