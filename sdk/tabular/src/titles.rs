//! Titles of columns, compared as people read them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// No accents, lower case, `³` as `3`, no degree sign, white space of any kind as single spaces, trimmed.
///
/// ```
/// assert_eq!(watteau_tabular::normalise("  Énergie\u{a0}consommée\n(m³) "), "energie consommee (m3)");
/// ```
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd() {
        match c {
            '³' => out.push('3'),
            '°' | 'º' => {}
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if is_combining_mark(c) => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out.truncate(out.trim_end().len());
    out
}
