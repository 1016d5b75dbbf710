//! One column that becomes a series.

use serde_json::Value;
use watteau_sdk::prelude::{Kind, Quality, Series, Step, Text};
use watteau_tabular::normalise;

use super::fields::{Fields, Problems};
use super::{ColumnName, column, length};

const KNOWN: [&str; 16] = [
    "column",
    "columns",
    "name",
    "unit",
    "kind",
    "title",
    "role",
    "minimum",
    "maximum",
    "factor",
    "values",
    "quality",
    "day_start",
    "ahead",
    "optional",
    "labels",
];

const KINDS: [(&str, Kind); 7] = [
    ("power", Kind::Power),
    ("energy", Kind::Energy),
    ("volume", Kind::Volume),
    ("level", Kind::Level),
    ("index", Kind::Index),
    ("ratio", Kind::Ratio),
    ("factor", Kind::Factor),
];

const QUALITIES: [(&str, Quality); 4] = [
    ("measured", Quality::Measured),
    ("estimated", Quality::Estimated),
    ("corrected", Quality::Corrected),
    ("filled", Quality::Filled),
];

/// What a number of the file is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Nothing: the series has the number that stands there.
    One,
    /// This.
    Times(f64),
    /// One over this: for a factor such as 0.001 the division is exact to the bit where a product is not.
    Over(f64),
}

impl Scale {
    fn new(factor: f64) -> Self {
        let inverse = (1.0 / factor).round();
        if (factor - 1.0).abs() < f64::EPSILON {
            Self::One
        } else if factor.abs() < 1.0 && (1.0 / inverse).to_bits() == factor.to_bits() {
            Self::Over(inverse)
        } else {
            Self::Times(factor)
        }
    }

    /// The value for the series.
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Self::One => value,
            Self::Times(factor) => value * factor,
            Self::Over(divisor) => value / divisor,
        }
    }
}

/// How far values can be trusted.
#[derive(Clone, Debug)]
pub enum Qualities {
    /// All alike.
    All(Quality),
    /// By the word in another column; any other word is of a measured value.
    ByWord {
        /// The column.
        column: ColumnName,
        /// Words and what they mean.
        words: Vec<(String, Quality)>,
    },
}

/// A column that becomes a series, or one for each place.
#[derive(Clone, Debug)]
pub struct SeriesColumn {
    /// Where its values are.
    pub column: ColumnName,
    /// Within the instance, or within each place.
    pub name: String,
    /// As the user writes it.
    pub unit: String,
    /// How values add up.
    pub kind: Kind,
    /// What numbers are multiplied by.
    pub scale: Scale,
    /// Words that stand for numbers.
    pub values: Vec<(String, f64)>,
    /// How far values can be trusted.
    pub quality: Qualities,
    /// Seconds after midnight at which its day starts.
    pub day_start: u32,
    title: Text,
    role: Option<String>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    ahead: u32,
    optional: bool,
    labels: Vec<(String, String)>,
}

impl SeriesColumn {
    /// As the host has it, of one place where there are several.
    pub fn series(&self, step: Step, place: Option<&str>) -> Series {
        let mut labels = self.labels.clone();
        let (name, title) = match place {
            None => (self.name.clone(), self.title.clone()),
            Some(place) => {
                labels.push(("place".to_owned(), place.to_owned()));
                let fr = self.title.fr.as_ref().map(|fr| format!("{fr}, {place}"));
                (format!("{place}.{}", self.name), Text { en: format!("{}, {place}", self.title.en), fr })
            }
        };
        Series {
            name,
            unit: self.unit.clone(),
            kind: self.kind,
            step,
            day_start: self.day_start,
            title,
            minimum: self.minimum,
            maximum: self.maximum,
            ahead: self.ahead,
            optional: self.optional,
            role: self.role.clone(),
            feed: None,
            labels,
        }
    }
}

/// Reads the list of series; each entry of several columns is as many series.
pub(super) fn read_all(
    fields: &Fields<'_>,
    header: bool,
    problems: &mut Problems,
) -> Option<Vec<SeriesColumn>> {
    if fields.get("series").is_none() {
        problems.add("series", "it is missing", "il manque");
    }
    let list = fields.list("series", problems)?;
    if list.is_empty() {
        problems.add("series", "it names no series", "elle ne nomme aucune série");
    }
    let mut all = Vec::<SeriesColumn>::new();
    for (number, value) in list.iter().enumerate() {
        let path = format!("series[{number}]");
        let Some(map) = value.as_object() else {
            problems.add(path, "it must be a table", "il faut une table");
            continue;
        };
        for one in read(&Fields::new(path.clone(), map), header, problems).unwrap_or_default() {
            if all.iter().any(|other| other.name == one.name) {
                let name = &one.name;
                problems.add(
                    format!("{path}.name"),
                    format!("`{name}` is another series' name already"),
                    format!("« {name} » est déjà le nom d’une autre série"),
                );
            } else {
                all.push(one);
            }
        }
    }
    Some(all)
}

fn read(fields: &Fields<'_>, header: bool, problems: &mut Problems) -> Option<Vec<SeriesColumn>> {
    fields.only(&KNOWN, problems);
    let columns = columns(fields, header, problems);
    let name = fields.needed("name", problems);
    if let Some(name) = name.filter(|name| !is_name(name)) {
        bad_name(&fields.path("name"), &Value::from(name), problems);
    }
    let unit = fields.needed("unit", problems);
    let kind =
        fields.needed("kind", problems).and_then(|word| choice("kind", word, &KINDS, fields, problems));
    let one = SeriesColumn {
        column: ColumnName::Number(0),
        name: name.unwrap_or_default().to_owned(),
        unit: unit.unwrap_or_default().to_owned(),
        kind: kind.unwrap_or(Kind::Level),
        scale: scale(fields, problems),
        values: values(fields, problems),
        quality: quality(fields, header, problems),
        day_start: parsed("day_start", length::time_of_day, "06:00", fields, problems).unwrap_or(0),
        title: title(fields, name.unwrap_or_default(), problems),
        role: fields.text("role", problems).map(str::to_owned),
        minimum: fields.number("minimum", problems),
        maximum: fields.number("maximum", problems),
        ahead: parsed("ahead", length::seconds, "1d", fields, problems).unwrap_or(0),
        optional: fields.flag("optional", problems).unwrap_or(false),
        labels: labels(fields, problems),
    };
    if let (Some(minimum), Some(maximum)) = (one.minimum, one.maximum)
        && minimum > maximum
    {
        problems.add(
            fields.path("maximum"),
            format!("it is below the minimum, {minimum}"),
            format!("il est sous le minimum, {minimum}"),
        );
    }
    let several = fields.get("columns").is_some();
    let mut all = Vec::new();
    for column in columns? {
        let mut one = SeriesColumn { column, ..one.clone() };
        if let (true, ColumnName::Title(title)) = (several, &one.column) {
            let place = slug(title);
            one.labels.push(("column".to_owned(), title.clone()));
            one.title.en = format!("{}, {title}", one.title.en);
            one.title.fr = one.title.fr.map(|fr| format!("{fr}, {title}"));
            one.name = format!("{place}.{}", one.name);
        }
        all.push(one);
    }
    Some(all)
}

fn columns(fields: &Fields<'_>, header: bool, problems: &mut Problems) -> Option<Vec<ColumnName>> {
    match (fields.get("column"), fields.get("columns")) {
        (Some(value), None) => column(value, &fields.path("column"), header, problems).map(|one| vec![one]),
        (None, Some(Value::Array(titles))) if !titles.is_empty() => {
            let path = fields.path("columns");
            let mut all = Vec::new();
            for title in titles {
                // Their names come from their titles.
                if title.is_string() && slug(title.as_str().unwrap_or_default()).is_empty()
                    || title.is_number()
                {
                    problems.add(&path, "it must be a list of titles", "il faut une liste de titres");
                    return None;
                }
                all.push(column(title, &path, header, problems)?);
            }
            Some(all)
        }
        (None, Some(_)) => {
            problems.add(
                fields.path("columns"),
                "it must be a list of titles",
                "il faut une liste de titres",
            );
            None
        }
        (Some(_), Some(_)) => {
            problems.add(
                fields.path("columns"),
                "one of `column` and `columns`, not both",
                "soit « column », soit « columns », pas les deux",
            );
            None
        }
        (None, None) => {
            problems.add(fields.path("column"), "it is missing", "il manque");
            None
        }
    }
}

fn scale(fields: &Fields<'_>, problems: &mut Problems) -> Scale {
    match fields.number("factor", problems) {
        Some(factor) if factor.is_finite() && factor != 0.0 => Scale::new(factor),
        Some(_) => {
            problems.add(fields.path("factor"), "it must be other than 0", "il doit être différent de 0");
            Scale::One
        }
        None => Scale::One,
    }
}

fn values(fields: &Fields<'_>, problems: &mut Problems) -> Vec<(String, f64)> {
    let Some(table) = fields.table("values", problems) else { return Vec::new() };
    table.entries().filter_map(|(word, _)| Some((word.clone(), table.number(word, problems)?))).collect()
}

fn quality(fields: &Fields<'_>, header: bool, problems: &mut Problems) -> Qualities {
    const MEASURED: Qualities = Qualities::All(Quality::Measured);
    match fields.get("quality") {
        None => MEASURED,
        Some(Value::String(word)) => {
            choice("quality", word, &QUALITIES, fields, problems).map_or(MEASURED, Qualities::All)
        }
        Some(_) => {
            let Some(table) = fields.table("quality", problems) else { return MEASURED };
            table.only(&["column", "measured", "estimated", "corrected", "filled"], problems);
            let Some(value) = table.get("column") else {
                problems.add(table.path("column"), "it is missing", "il manque");
                return MEASURED;
            };
            let mut words = Vec::new();
            for (name, quality) in QUALITIES {
                let listed = table.texts(name, problems).unwrap_or_default();
                words.extend(listed.into_iter().map(|word| (word.to_owned(), quality)));
            }
            match column(value, &table.path("column"), header, problems) {
                Some(column) => Qualities::ByWord { column, words },
                None => MEASURED,
            }
        }
    }
}

fn title(fields: &Fields<'_>, name: &str, problems: &mut Problems) -> Text {
    match fields.get("title") {
        None => Text::en(name),
        Some(Value::String(title)) => Text::new(title, title),
        Some(_) => {
            let Some(table) = fields.table("title", problems) else { return Text::en(name) };
            table.only(&["en", "fr"], problems);
            let (en, fr) = (table.text("en", problems), table.text("fr", problems));
            match (en, fr) {
                (None, None) => Text::en(name),
                (Some(one), None) | (None, Some(one)) => Text::new(one, one),
                (Some(en), Some(fr)) => Text::new(en, fr),
            }
        }
    }
}

fn labels(fields: &Fields<'_>, problems: &mut Problems) -> Vec<(String, String)> {
    let Some(table) = fields.table("labels", problems) else { return Vec::new() };
    let mut labels = Vec::new();
    for (name, value) in table.entries() {
        match value.as_str() {
            Some(text) if is_part(name) => labels.push((name.clone(), text.to_owned())),
            _ => problems.add(
                table.path(name),
                "a label is a text under a name of a-z, 0-9 and _",
                "une étiquette est un texte sous un nom fait de a-z, 0-9 et _",
            ),
        }
    }
    labels
}

fn parsed<T>(
    key: &str,
    parse: impl Fn(&str) -> Option<T>,
    example: &str,
    fields: &Fields<'_>,
    problems: &mut Problems,
) -> Option<T> {
    let text = fields.text(key, problems)?;
    let value = parse(text);
    if value.is_none() {
        problems.add(
            fields.path(key),
            format!("`{text}` cannot be read; write for example \"{example}\""),
            format!("« {text} » est illisible ; écrire par exemple « {example} »"),
        );
    }
    value
}

fn choice<T: Copy>(
    key: &str,
    word: &str,
    choices: &[(&str, T)],
    fields: &Fields<'_>,
    problems: &mut Problems,
) -> Option<T> {
    let found = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let list = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        problems.add(
            fields.path(key),
            format!("`{word}` is not one of {list}"),
            format!("« {word} » n’est pas parmi {list}"),
        );
    }
    found
}

/// Whether a name can be a series': parts of a-z, 0-9 and _ with points between.
pub(super) fn is_name(name: &str) -> bool {
    name.split('.').all(is_part)
}

fn is_part(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

pub(super) fn bad_name(path: &str, name: &Value, problems: &mut Problems) {
    problems.add(
        path,
        format!("{name} is not a name: a-z, 0-9 and _, in parts with points between"),
        format!("{name} n’est pas un nom : a-z, 0-9 et _, en parties séparées par des points"),
    );
}

/// A title as a part of a series' name: `Saint-Étienne` is `saint_etienne`.
fn slug(title: &str) -> String {
    let mut out = String::new();
    for c in normalise(title).chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_exact_where_they_can_be() {
        assert_eq!(Scale::new(0.001), Scale::Over(1000.0));
        assert_eq!(Scale::new(1000.0), Scale::Times(1000.0));
        assert_eq!(Scale::new(1.0), Scale::One);
        assert_eq!(Scale::new(0.7), Scale::Times(0.7));
        assert_eq!(Scale::new(0.001).apply(66_914.0).to_bits(), 66.914_f64.to_bits());
    }

    #[test]
    fn titles_become_names() {
        for (title, expected) in [("Saint-Étienne", "saint_etienne"), (" T° (°C) ", "t_c"), ("«»", "")] {
            assert_eq!(slug(title), expected);
        }
    }
}
