//! A pattern in words, as far as it is one of those that meters' numbers have: digits so many, maybe behind letters,
//! maybe one such shape or another.

use crate::model::Text;

/// What a value that does not match should have been.
pub(super) fn expected(pattern: &str) -> Text {
    let shapes: Option<Vec<Shape<'_>>> = whole(pattern).split('|').map(Shape::read).collect();
    let Some(shapes) = shapes.filter(|_| pattern.starts_with('^') && pattern.ends_with('$')) else {
        return Text::new(
            format!("it does not look like {pattern}"),
            format!("la forme attendue est {pattern}"),
        );
    };
    let say = |and: &str, digits: &str, or: &str| {
        shapes.iter().map(|shape| shape.say(and, digits)).collect::<Vec<_>>().join(or)
    };
    Text::new(
        format!("it must be {}", say("and", "digits", ", or ")),
        format!("il faut {}", say("et", "chiffres", ", ou ")),
    )
}

/// The alternatives, without what ties them to both ends.
fn whole(pattern: &str) -> &str {
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner)
}

/// Letters, then so many digits.
struct Shape<'a> {
    letters: &'a str,
    digits: u32,
}

impl<'a> Shape<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (letters, rest) = text.split_once("[0-9]{")?;
        let digits = rest.strip_suffix('}')?.parse().ok()?;
        letters.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(Self { letters, digits })
    }

    fn say(&self, and: &str, digits: &str) -> String {
        let Self { letters, digits: count } = self;
        if letters.is_empty() {
            format!("{count} {digits}")
        } else {
            format!("{letters} {and} {count} {digits}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_numbers_are_said_in_words_and_other_patterns_as_they_are() {
        for (pattern, en, fr) in [
            ("^[0-9]{14}$", "it must be 14 digits", "il faut 14 chiffres"),
            (
                "^([0-9]{14}|GI[0-9]{6})$",
                "it must be 14 digits, or GI and 6 digits",
                "il faut 14 chiffres, ou GI et 6 chiffres",
            ),
            ("[0-9]{14}", "it does not look like [0-9]{14}", "la forme attendue est [0-9]{14}"),
            ("^[0-9]{2,4}$", "it does not look like ^[0-9]{2,4}$", "la forme attendue est ^[0-9]{2,4}$"),
            ("^[a-z]+$", "it does not look like ^[a-z]+$", "la forme attendue est ^[a-z]+$"),
            ("^.[0-9]{2}$", "it does not look like ^.[0-9]{2}$", "la forme attendue est ^.[0-9]{2}$"),
        ] {
            assert_eq!(expected(pattern), Text::new(en, fr), "{pattern}");
        }
    }
}
