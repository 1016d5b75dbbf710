//! The layers as written, merged into one tree in which every key remembers where it was written.
//!
//! Nothing is known here of what keys mean, but for one thing: tables are merged key by key down to an
//! instance's (and its `quota` and `limits`); below that a later layer replaces the whole value, so that
//! `{ file = … }` over `{ env = … }` is not both.

use super::{origin::Origin, problem::Findings};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// A configuration file is read whole; nobody writes a longer one by hand.
const LONGEST_FILE: u64 = 1 << 20;

/// A value and where its key was written last.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) at: Origin,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Table(Table),
    Array(Vec<Node>),
    /// A value of the file's own type.
    Plain(toml::Value),
    /// A value of the environment: a text that may mean something else.
    Loose {
        text: String,
        parsed: toml::Value,
    },
}

/// The keys of a table.
pub(super) type Table = BTreeMap<String, Node>;

impl Node {
    pub(super) fn plain(at: Origin, value: impl Into<toml::Value>) -> Self {
        Self { at, value: Value::Plain(value.into()) }
    }

    /// The value, without its places.
    pub(super) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Table(table) => toml::Value::Table(to_table(table)),
            Value::Array(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect()),
            Value::Plain(value) | Value::Loose { parsed: value, .. } => value.clone(),
        }
    }

    /// The text of a value that has to be one; what the environment says always is.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Plain(toml::Value::String(text)) | Value::Loose { text, .. } => Some(text),
            _ => None,
        }
    }

    /// One text, or a list of texts.
    pub(super) fn as_texts(&self) -> Option<Vec<String>> {
        match &self.value {
            Value::Array(items) => items.iter().map(|item| Some(item.as_text()?.to_owned())).collect(),
            _ => Some(vec![self.as_text()?.to_owned()]),
        }
    }

    /// The value of its own type; none for a table or a list.
    pub(super) const fn as_plain(&self) -> Option<&toml::Value> {
        match &self.value {
            Value::Plain(value) | Value::Loose { parsed: value, .. } => Some(value),
            Value::Table(_) | Value::Array(_) => None,
        }
    }

    /// Where a secret is said to be: one of `file`, `credential`, `env`, and a text. Such a table is one value.
    pub(super) fn secret_place(&self) -> Option<(&str, &Self, &str)> {
        let (place, inner) = self.as_table().filter(|table| table.len() == 1)?.iter().next()?;
        let text = inner.as_text()?;
        matches!(place.as_str(), "file" | "credential" | "env").then_some((place.as_str(), inner, text))
    }

    pub(super) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// A table without its places.
pub(super) fn to_table(table: &Table) -> toml::Table {
    table.iter().map(|(key, node)| (key.clone(), node.to_toml())).collect()
}

/// Reads a file as a layer; what is wrong in it is found, and what is good in it is kept.
pub(super) fn read_file(path: &Path, findings: &Findings) -> Table {
    let file = Arc::new(path.to_owned());
    let whole = Origin::File { file: Arc::clone(&file), line: 1, column: 1 };
    let text = match read_text(path) {
        Ok(text) => text,
        Err(why) => {
            findings.problem(&whole, "", why);
            return Table::new();
        }
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let at = Origin::in_file(&file, &text, error.span().map_or(0, |span| span.start));
        findings.damage(
            &at,
            format!("this is not TOML: {}", error.message().trim_end_matches(", expected nothing")),
        );
    }
    let reader = Reader { file, text: &text };
    reader.table(table.get_ref())
}

fn read_text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| reason(&error))?.len();
    if size > LONGEST_FILE {
        return Err("the file is too long to be a configuration; is it the right one?".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| reason(&error))?;
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text; save it as UTF-8".to_owned())
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "the file does not exist; create it or name another".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "the file is not readable; give its read permission to the user that watteau runs as".to_owned()
        }
        std::io::ErrorKind::IsADirectory => "it is a folder; name a file".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

struct Reader<'a> {
    file: Arc<PathBuf>,
    text: &'a str,
}

impl Reader<'_> {
    fn at(&self, byte: usize) -> Origin {
        Origin::in_file(&self.file, self.text, byte)
    }

    fn table(&self, table: &DeTable<'_>) -> Table {
        let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
            let node = Node { at: self.at(key.span().start), value: self.value(value.get_ref()) };
            (key.get_ref().to_string(), node)
        };
        table.iter().map(entry).collect()
    }

    fn value(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::Table(table) => Value::Table(self.table(table)),
            DeValue::Array(items) => {
                let node = |item: &Spanned<DeValue<'_>>| Node {
                    at: self.at(item.span().start),
                    value: self.value(item.get_ref()),
                };
                Value::Array(items.iter().map(node).collect())
            }
            plain => Value::Plain(plain_value(plain)),
        }
    }
}

fn plain_value(value: &DeValue<'_>) -> toml::Value {
    match value {
        // One too large for its type stays a number, which no key that counts takes.
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or_else(
            |_| toml::Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            toml::Value::Integer,
        ),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or_else(|_| toml::Value::String(number.to_string()), toml::Value::Float),
        DeValue::Boolean(truth) => toml::Value::Boolean(*truth),
        DeValue::Datetime(datetime) => toml::Value::Datetime(*datetime),
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Array(items) => {
            toml::Value::Array(items.iter().map(|item| plain_value(item.get_ref())).collect())
        }
        DeValue::Table(table) => toml::Value::Table(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), plain_value(value.get_ref())))
                .collect(),
        ),
    }
}

/// The layer of the environment: `WATTEAU_SERVER__LISTEN` is `server.listen`. A variable without a double
/// underscore is no key (`WATTEAU_LOG` is the journal's).
pub(super) fn from_env(env: &BTreeMap<String, String>) -> Table {
    let mut root = Table::new();
    for (variable, text) in env {
        let Some(path) = variable.strip_prefix("WATTEAU_").filter(|path| path.contains("__")) else {
            continue;
        };
        let at = Origin::Env { variable: variable.clone() };
        let path: Vec<String> = path.split("__").map(str::to_lowercase).collect();
        let value = match toml::from_str::<toml::Table>(&format!("value = {text}")) {
            Ok(mut table) if table.len() == 1 => match table.remove("value") {
                Some(parsed @ (toml::Value::Table(_) | toml::Value::Array(_))) => structured(&at, parsed),
                Some(toml::Value::String(parsed)) => Value::Plain(toml::Value::String(parsed)),
                Some(parsed) => Value::Loose { text: text.clone(), parsed },
                None => Value::Plain(toml::Value::String(text.clone())),
            },
            _ => Value::Plain(toml::Value::String(text.clone())),
        };
        insert(&mut root, &path, &at, value);
    }
    root
}

fn structured(at: &Origin, value: toml::Value) -> Value {
    let node = |value| Node { at: at.clone(), value: structured(at, value) };
    match value {
        toml::Value::Table(table) => {
            Value::Table(table.into_iter().map(|(key, value)| (key, node(value))).collect())
        }
        toml::Value::Array(items) => Value::Array(items.into_iter().map(node).collect()),
        plain => Value::Plain(plain),
    }
}

/// Puts a value at a path, making the tables on the way.
pub(super) fn insert(root: &mut Table, path: &[String], at: &Origin, value: Value) {
    let [first, rest @ ..] = path else { return };
    if rest.is_empty() {
        root.insert(first.clone(), Node { at: at.clone(), value });
        return;
    }
    let node = root
        .entry(first.clone())
        .or_insert_with(|| Node { at: at.clone(), value: Value::Table(Table::new()) });
    if !matches!(node.value, Value::Table(_)) {
        node.value = Value::Table(Table::new());
    }
    if let Value::Table(table) = &mut node.value {
        insert(table, rest, at, value);
    }
}

/// Lays `above` over `below`.
pub(super) fn merge(below: &mut Table, above: Table) {
    merge_at(below, above, 0);
}

fn merge_at(below: &mut Table, above: Table, depth: usize) {
    for (key, node) in above {
        let merges = depth < 2 || (depth == 2 && matches!(key.as_str(), "quota" | "limits"));
        let deep = merges && node.secret_place().is_none();
        match (below.get_mut(&key), node) {
            (Some(Node { value: Value::Table(old), .. }), Node { value: Value::Table(new), .. }) if deep => {
                merge_at(old, new, depth + 1);
            }
            (_, node) => {
                below.insert(key, node);
            }
        }
    }
}
