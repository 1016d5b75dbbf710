//! Typed access to a table that a user wrote, with a problem for everything that is not as it should be.

use serde_json::{Map, Value};
use watteau_sdk::types::{SettingProblem, Text};

/// Everything that is wrong, in the order in which it was found.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<SettingProblem>);

impl Problems {
    pub(super) fn add(&mut self, option: impl Into<String>, en: impl Into<String>, fr: impl Into<String>) {
        self.0.push(SettingProblem { option: option.into(), message: Text::new(en, fr) });
    }
}

/// A table with where it stands: `time`, `series[0]`, or nothing for the instance's own.
pub(super) struct Fields<'a> {
    pub(super) path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(path: impl Into<String>, map: &'a Map<String, Value>) -> Self {
        Self { path: path.into(), map }
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key)
    }

    /// The keys are these and no others.
    pub(super) fn only(&self, known: &[&str], problems: &mut Problems) {
        for key in self.map.keys().filter(|key| !known.contains(&key.as_str())) {
            let list = known.join(", ");
            problems.add(
                self.path(key),
                format!("unknown key; the known ones are {list}"),
                format!("clé inconnue ; les clés connues sont {list}"),
            );
        }
    }

    /// A text that must be there.
    pub(super) fn needed(&self, key: &str, problems: &mut Problems) -> Option<&'a str> {
        if self.get(key).is_none() {
            problems.add(self.path(key), "it is missing", "il manque");
            return None;
        }
        let text = self.text(key, problems)?;
        if text.trim().is_empty() {
            problems.add(self.path(key), "it is empty", "il est vide");
            return None;
        }
        Some(text)
    }

    pub(super) fn text(&self, key: &str, problems: &mut Problems) -> Option<&'a str> {
        self.typed(key, Value::as_str, ("text in quotes", "un texte entre guillemets"), problems)
    }

    pub(super) fn number(&self, key: &str, problems: &mut Problems) -> Option<f64> {
        self.typed(key, Value::as_f64, ("a number", "un nombre"), problems)
    }

    pub(super) fn count(&self, key: &str, problems: &mut Problems) -> Option<u32> {
        let count = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok());
        self.typed(key, count, ("a whole number from 0", "un nombre entier à partir de 0"), problems)
    }

    pub(super) fn flag(&self, key: &str, problems: &mut Problems) -> Option<bool> {
        self.typed(key, Value::as_bool, ("true or false", "true ou false"), problems)
    }

    pub(super) fn list(&self, key: &str, problems: &mut Problems) -> Option<&'a [Value]> {
        let list = |value: &'a Value| value.as_array().map(Vec::as_slice);
        self.typed(key, list, ("a list", "une liste"), problems)
    }

    /// A table in the table.
    pub(super) fn table(&self, key: &str, problems: &mut Problems) -> Option<Fields<'a>> {
        let map = self.typed(key, Value::as_object, ("a table", "une table"), problems)?;
        Some(Fields::new(self.path(key), map))
    }

    /// Texts, of which there may be none.
    pub(super) fn texts(&self, key: &str, problems: &mut Problems) -> Option<Vec<&'a str>> {
        let list = self.list(key, problems)?;
        let texts: Option<Vec<_>> = list.iter().map(Value::as_str).collect();
        if texts.is_none() {
            problems.add(self.path(key), "it must be a list of texts", "il faut une liste de textes");
        }
        texts
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.map.iter()
    }

    fn typed<T>(
        &self,
        key: &str,
        read: impl Fn(&'a Value) -> Option<T>,
        (en, fr): (&str, &str),
        problems: &mut Problems,
    ) -> Option<T> {
        let value = self.get(key)?;
        let read = read(value);
        if read.is_none() {
            problems.add(self.path(key), format!("it must be {en}"), format!("il faut {fr}"));
        }
        read
    }
}
