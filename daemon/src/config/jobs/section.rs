//! One job's keys, read as what they have to be.

use super::{
    super::{
        check::{Lines, Shown},
        origin::Origin,
        problem::{Findings, suggestion},
        raw::{Node, Table, Value},
    },
    KINDS,
};

/// The series that watteau itself writes begin with this.
const OWN: &str = "home";

/// One job being made.
pub(super) struct Section<'a> {
    pub(super) key: String,
    pub(super) at: &'a Origin,
    pub(super) table: &'a Table,
    pub(super) findings: &'a Findings,
    /// The instances that are configured.
    pub(super) connectors: Option<&'a Table>,
}

impl<'a> Section<'a> {
    /// What it does.
    pub(super) fn kind(&self) -> Option<&'a str> {
        let all = "kind = \"forecast\" or \"regression\"";
        let Some(node) = self.table.get("kind") else {
            self.problem("kind", format!("it is missing; write {all}"));
            return None;
        };
        match node.as_text() {
            Some(kind) if KINDS.contains(&kind) => Some(kind),
            Some(other) => {
                self.problem("kind", format!("`{other}` is no kind of job; write {all}"));
                None
            }
            None => {
                self.problem("kind", format!("it must be text in quotes; write {all}"));
                None
            }
        }
    }

    /// Finds keys that such a job does not have.
    pub(super) fn only(&self, keys: &[&str]) {
        for (key, node) in self.table.iter().filter(|(key, _)| !keys.contains(&key.as_str())) {
            self.findings.problem(
                &node.at,
                &format!("{}.{key}", self.key),
                format!("unknown key{}", suggestion(key, keys.iter().copied())),
            );
        }
    }

    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        self.findings.problem(self.place(key), &format!("{}.{key}", self.key), message);
    }

    pub(super) fn warning(&self, key: &str, message: impl Into<String>) {
        self.findings.warning(self.place(key), &format!("{}.{key}", self.key), message);
    }

    fn place(&self, key: &str) -> &'a Origin {
        self.table.get(key).map_or(self.at, |node| &node.at)
    }

    /// Shows what a key is unless it is written.
    pub(super) fn default(&self, shown: &mut Lines, key: &str, value: serde_json::Value) {
        shown.entry(format!("{}.{key}", self.key)).or_insert(Shown { value, origin: Origin::Default });
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        let text = self.table.get(key)?.as_text();
        if text.is_none() {
            self.problem(key, "it must be text in quotes");
        }
        text
    }

    /// The series that it is about; `what` is done to it.
    pub(super) fn target(&self, what: &str, example: &str) -> String {
        if !self.table.contains_key("target") {
            self.problem(
                "target",
                format!("it is missing; name the series to {what}, as in target = \"{example}\""),
            );
        }
        self.series("target").unwrap_or_default()
    }

    /// The id of a series.
    pub(super) fn series(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        if text.contains('.') && text.split('.').all(is_part) {
            self.of_somebody(key, text);
            return Some(text.to_owned());
        }
        self.problem(key, format!("`{text}` is no id of a series; `watteau series` lists them"));
        None
    }

    /// A warning where no connector that is configured gives such a series: it may have been removed since, and what it
    /// left is still there.
    pub(super) fn of_somebody(&self, key: &str, id: &str) {
        let instance = id.split('.').next().unwrap_or(id);
        let names = || self.connectors.into_iter().flat_map(|table| table.keys().map(String::as_str));
        if instance == "*" || instance == OWN || names().any(|name| name == instance) {
            return;
        }
        let hint = suggestion(instance, names());
        self.warning(key, format!("no connector `{instance}` is configured that would give `{id}`{hint}"));
    }

    /// One text, or several.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let node = self.table.get(key)?;
        let texts = match &node.value {
            Value::Array(items) => items.iter().map(|item| Some(item.as_text()?.to_owned())).collect(),
            _ => node.as_text().map(|text| vec![text.to_owned()]),
        };
        if texts.is_none() {
            self.problem(key, "it must be text in quotes, or a list of such texts");
        }
        texts
    }

    /// Series, of which `*` may stand for any part.
    pub(super) fn patterns(&self, key: &str) -> Option<Vec<String>> {
        let patterns = self.texts(key)?;
        for pattern in &patterns {
            let good = pattern.contains('.') && pattern.split('.').all(|part| part == "*" || is_part(part));
            if good {
                self.of_somebody(key, pattern);
            } else {
                self.problem(key, format!("`{pattern}` is no id of a series; `watteau series` lists them"));
            }
        }
        Some(patterns)
    }

    pub(super) fn truth(&self, key: &str) -> Option<bool> {
        let node: &Node = self.table.get(key)?;
        let truth = match &node.value {
            Value::Plain(value) | Value::Loose { parsed: value, .. } => value.as_bool(),
            _ => None,
        };
        if truth.is_none() {
            self.problem(key, "it must be true or false");
        }
        truth
    }
}

fn is_part(part: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !part.is_empty() && part.bytes().all(good)
}
