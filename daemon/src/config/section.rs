//! One table of the settings, its keys read as what they have to be.

use super::{
    check::{Lines, Shown},
    given,
    origin::Origin,
    problem::{Findings, suggestion},
    raw::{Node, Table, Value},
    secret::Secret,
    sources::{Sources, keys_of},
};

/// A table of the merged tree: a section, or one of those that a section is made of.
pub(super) struct Section<'a> {
    /// Its own path.
    key: String,
    /// Where it is written; none for a section that is not.
    at: Option<&'a Origin>,
    table: Option<&'a Table>,
    /// The whole tree, for keys that speak of other sections.
    pub(super) root: &'a Table,
    findings: &'a Findings,
}

impl<'a> Section<'a> {
    /// A section that has its defaults where it is not written. Keys that it does not know are found.
    pub(super) fn open(root: &'a Table, name: &str, known: &[&str], findings: &'a Findings) -> Self {
        let node = root.get(name);
        let table = node.and_then(|node| keys_of(node, name, findings));
        let section = Self { key: name.to_owned(), at: node.map(|node| &node.at), table, root, findings };
        section.only(known);
        section
    }

    /// A section that means something by being there.
    pub(super) fn written(
        root: &'a Table,
        name: &str,
        known: &[&str],
        findings: &'a Findings,
    ) -> Option<Self> {
        let section = Self::of(root, root.get(name)?, name.to_owned(), findings)?;
        section.only(known);
        Some(section)
    }

    /// The table that a node has to be.
    pub(super) fn of(root: &'a Table, node: &'a Node, key: String, findings: &'a Findings) -> Option<Self> {
        let table = keys_of(node, &key, findings)?;
        Some(Self { key, at: Some(&node.at), table: Some(table), root, findings })
    }

    /// Finds keys that it does not know.
    pub(super) fn only(&self, known: &[&str]) {
        for key in self.table.into_iter().flat_map(Table::keys).filter(|key| !known.contains(&key.as_str())) {
            self.problem(key, format!("unknown key{}", suggestion(key, known.iter().copied())));
        }
    }

    /// The whole path of a key.
    pub(super) fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.key)
    }

    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        self.table?.get(key)
    }

    /// Whether a key is written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Where a key is written; the section itself for one that is missing.
    fn place(&self, key: &str) -> &'a Origin {
        self.node(key).map(|node| &node.at).or(self.at).unwrap_or(&Origin::Default)
    }

    pub(super) fn problem(&self, key: &str, message: impl Into<String>) {
        self.findings.problem(self.place(key), &self.key(key), message);
    }

    /// A problem of something below a key: an item of a list, a key of a table.
    pub(super) fn problem_at(&self, node: &Node, key: &str, message: impl Into<String>) {
        self.findings.problem(&node.at, &self.key(key), message);
    }

    pub(super) fn warning(&self, key: &str, message: impl Into<String>) {
        self.findings.warning(self.place(key), &self.key(key), message);
    }

    /// Shows what a key is unless it is written.
    pub(super) fn default(&self, shown: &mut Lines, key: &str, value: serde_json::Value) {
        shown.entry(self.key(key)).or_insert(Shown { value, origin: Origin::Default });
    }

    /// A text that `read` understands.
    pub(super) fn text<T>(
        &self,
        key: &str,
        read: impl FnOnce(&'a Node, &'a str) -> Result<T, String>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let read = match node.as_text() {
            Some(text) => read(node, text),
            None => Err("it must be text in quotes".to_owned()),
        };
        read.map_err(|message| self.problem(key, message)).ok()
    }

    pub(super) fn truth(&self, key: &str) -> Option<bool> {
        let truth = self.node(key)?.as_plain().and_then(toml::Value::as_bool);
        if truth.is_none() {
            self.problem(key, "it must be true or false");
        }
        truth
    }

    /// A list of texts that `read` understands; those that it does not are left out.
    pub(super) fn list<T>(
        &self,
        key: &str,
        example: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let node = self.node(key)?;
        let Value::Array(items) = &node.value else {
            self.problem(key, format!("it must be a list: {example}"));
            return None;
        };
        let one = |item: &Node| {
            let read = item.as_text().map_or_else(|| Err("it must be text in quotes".to_owned()), &read);
            read.map_err(|message| self.problem_at(item, key, message)).ok()
        };
        Some(items.iter().filter_map(one).collect())
    }

    /// A secret, judged and shown as where it is; `shape` is said of what is none.
    pub(super) fn secret(
        &self,
        key: &str,
        node: &Node,
        shape: &str,
        sources: &Sources,
        shown: &mut Lines,
    ) -> Option<Secret> {
        let secret = given::read(node, sources).unwrap_or_else(|| Err(shape.to_owned()));
        let secret = secret.map_err(|message| self.problem_at(node, key, message)).ok()?;
        given::judge(&self.key(key), node, &secret, sources, self.findings, shown);
        Some(secret)
    }
}
