//! What a series is called.

use crate::wire::Label;
use std::collections::BTreeMap;

/// The label that holds the metric's name.
const NAME: &str = "__name__";

/// A series' labels, the metric's name among them: sorted by name, none twice, none empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels(Vec<(String, String)>);

/// Why labels cannot be a series'.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Not the name of a metric.
    #[error("`{0}` is no name of a metric: it is made of letters, digits, _ and :, and begins with no digit")]
    Metric(String),
    /// Not the name of a label.
    #[error("`{0}` is no name of a label: it is made of letters, digits and _, and begins with no digit")]
    Name(String),
    /// A name that Prometheus keeps for itself.
    #[error("labels that begin with __ are Prometheus' own; call `{0}` something else")]
    Reserved(String),
    /// The same name twice.
    #[error("the label `{0}` is given twice")]
    Twice(String),
}

impl Labels {
    /// The labels of a series of the metric `name`. One without a value is the same as none and left out.
    pub fn new<N, V>(name: &str, pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, LabelError>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let mut labels = BTreeMap::new();
        if !is_name(name, true) {
            return Err(LabelError::Metric(name.to_owned()));
        }
        labels.insert(NAME.to_owned(), name.to_owned());
        for (name, value) in pairs {
            let name = name.into();
            Self::check_name(&name)?;
            if labels.insert(name.clone(), value.into()).is_some() {
                return Err(LabelError::Twice(name));
            }
        }
        labels.retain(|_, value| !value.is_empty());
        Ok(Self(labels.into_iter().collect()))
    }

    /// Whether a label may be called so.
    pub fn check_name(name: &str) -> Result<(), LabelError> {
        match name {
            _ if !is_name(name, false) => Err(LabelError::Name(name.to_owned())),
            _ if name.starts_with("__") => Err(LabelError::Reserved(name.to_owned())),
            _ => Ok(()),
        }
    }

    /// The pairs, sorted by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn to_wire(&self) -> Vec<Label> {
        self.0.iter().map(|(name, value)| Label { name: name.clone(), value: value.clone() }).collect()
    }
}

fn is_name(text: &str, colons: bool) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':');
    !text.is_empty() && text.chars().all(good) && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_by_the_bytes_of_their_names() {
        let labels =
            Labels::new("a_watts", [("series", "x"), ("Home", "h"), ("home", "é"), ("none", "")]).unwrap();
        // Capitals and the underscore of the name come before small letters.
        let names: Vec<&str> = labels.pairs().map(|(name, _)| name).collect();
        assert_eq!(names, ["Home", "__name__", "home", "series"]);
    }

    #[test]
    fn what_is_no_label_is_refused_by_name() {
        let new = |name: &str, label: &str| Labels::new(name, [(label, "x")]).unwrap_err();
        for (name, label, expected) in [
            ("9a", "a", LabelError::Metric("9a".into())),
            ("", "a", LabelError::Metric(String::new())),
            ("a:b", "a:b", LabelError::Name("a:b".into())),
            ("a", "1a", LabelError::Name("1a".into())),
            ("a", "é", LabelError::Name("é".into())),
            ("a", "__name__", LabelError::Reserved("__name__".into())),
        ] {
            assert_eq!(new(name, label), expected);
        }
        assert_eq!(Labels::new("a", [("b", "1"), ("b", "2")]), Err(LabelError::Twice("b".into())));
    }
}
