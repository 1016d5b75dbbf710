//! One job's table: its kind, and the series that its keys name.

use super::{
    super::{
        problem::suggestion,
        raw::{Node, Table},
        section::Section,
    },
    KINDS,
};

/// The series that watteau itself writes begin with this.
const OWN: &str = "home";

impl<'a> Section<'a> {
    /// What it does.
    pub(super) fn kind(&self) -> Option<&'a str> {
        let all = "kind = \"forecast\" or \"regression\"";
        let Some(node) = self.node("kind") else {
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

    /// A text, as it is written.
    pub(super) fn word(&self, key: &str) -> Option<&'a str> {
        self.text(key, |_, text| Ok(text))
    }

    /// The series that it is about; `what` is done to it.
    pub(super) fn target(&self, what: &str, example: &str) -> String {
        if !self.has("target") {
            self.problem(
                "target",
                format!("it is missing; name the series to {what}, as in target = \"{example}\""),
            );
        }
        self.series("target").unwrap_or_default()
    }

    /// The id of a series.
    pub(super) fn series(&self, key: &str) -> Option<String> {
        let text = self.word(key)?;
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
        let connectors = self.root.get("connectors").and_then(Node::as_table);
        let names = || connectors.into_iter().flat_map(Table::keys).map(String::as_str);
        if instance == "*" || instance == OWN || names().any(|name| name == instance) {
            return;
        }
        let hint = suggestion(instance, names());
        self.warning(key, format!("no connector `{instance}` is configured that would give `{id}`{hint}"));
    }

    /// One text, or several.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        let texts = self.node(key)?.as_texts();
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
}

fn is_part(part: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !part.is_empty() && part.bytes().all(good)
}
