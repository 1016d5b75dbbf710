//! Titles of columns, compared as people read them.
//!
//! The tables of a general decomposition would add 125 kB to every component, for titles in the languages that
//! spreadsheets here are written in: the accents of Latin letters are these.

/// U+00C0 to U+017F without their accents; what has none stands for itself.
const LATIN: &str = "\
AAAAAAÆCEEEEIIIIÐNOOOOO×ØUUUUYÞßaaaaaaæceeeeiiiiðnooooo÷øuuuuyþy\
AaAaAaCcCcCcCcDdĐđEeEeEeEeEeGgGgGgGgHhĦħIiIiIiIiIıĲĳJjKkĸLlLlLlĿ\
ŀŁłNnNnNnŉŊŋOoOoOoŒœRrRrRrSsSsSsSsTtTtŦŧUuUuUuUuUuUuWwYyYZzZzZzſ";

/// No accents, lower case, `³` as `3`, no degree sign, white space of any kind as single spaces, trimmed.
///
/// ```
/// assert_eq!(watteau_tabular::normalise("  Énergie\u{a0}consommée\n(m³) "), "energie consommee (m3)");
/// ```
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '³' => out.push('3'),
            // Degrees, and accents that follow their letter.
            '°' | 'º' | '\u{300}'..='\u{36f}' => {}
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(bare(c).to_lowercase()),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A letter without its accent.
fn bare(c: char) -> char {
    let at = u32::from(c).checked_sub(0xc0).filter(|&at| at < 192);
    at.and_then(|at| LATIN.chars().nth(at as usize)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn letters_lose_the_accents_that_unicode_says_they_have() {
        assert_eq!(LATIN.chars().count(), 192);
        for c in ('\u{a1}'..'\u{180}').filter(|c| !matches!(c, '³' | '°' | 'º')) {
            let expected: String = c.nfd().next().into_iter().flat_map(char::to_lowercase).collect();
            assert_eq!(normalise(&c.to_string()), expected, "{c}");
            let apart: String = c.nfd().collect();
            assert_eq!(normalise(&apart), normalise(&c.to_string()), "{c} in pieces");
        }
    }
}
