//! What `watteau check` prints: the merged values with their origin, secrets masked.

use super::{
    origin::Origin,
    problem::Problem,
    raw::{Node, Table, Value as Written},
    types::Config,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt};

/// A configuration without a problem.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What the daemon reads.
    pub config: Config,
    /// What works and is worth a word.
    pub warnings: Vec<Problem>,
    pub(super) shown: Lines,
}

/// By key.
pub(super) type Lines = BTreeMap<String, Shown>;

/// One value as `watteau check` shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// What it is; `***` for a secret in clear, the last digits of a meter's number.
    pub value: Value,
    /// Where it is written.
    pub origin: Origin,
}

impl Loaded {
    /// Every value with its origin and every warning, for `--json`.
    pub fn values(&self) -> Value {
        let values: Vec<Value> = self
            .shown
            .iter()
            .map(|(key, shown)| json!({ "key": key, "value": shown.value, "origin": shown.origin }))
            .collect();
        let warnings: Vec<String> = self.warnings.iter().map(ToString::to_string).collect();
        json!({ "values": values, "warnings": warnings })
    }
}

/// A table: key, value, origin.
impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 3]> = self
            .shown
            .iter()
            .map(|(key, shown)| [key.clone(), written(&shown.value), shown.origin.to_string()])
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (keys, values) = (width(0), width(1).min(60));
        rows.iter().try_for_each(|[key, value, origin]| writeln!(f, "{key:keys$}  {value:values$}  {origin}"))
    }
}

/// As it would be written in a file.
fn written(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(key, value)| format!("{key} = {}", written(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Every value of the merged tree by its path.
pub(super) fn flatten(root: &Table) -> Lines {
    let mut lines = Lines::new();
    for (key, node) in root {
        walk(&mut lines, key, node, 1);
    }
    lines
}

fn walk(lines: &mut Lines, path: &str, node: &Node, depth: usize) {
    match &node.value {
        // Below an instance a table is one value, but for those that layers merge.
        Written::Table(table)
            if node.secret_place().is_none()
                && (depth < 3 || matches!(path.rsplit('.').next(), Some("quota" | "limits"))) =>
        {
            for (key, node) in table {
                walk(lines, &format!("{path}.{key}"), node, depth + 1);
            }
        }
        _ => {
            lines.insert(path.to_owned(), Shown { value: to_json(&node.to_toml()), origin: node.at.clone() });
        }
    }
}

/// TOML as JSON; dates become their text.
pub(super) fn to_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(truth) => json!(truth),
        toml::Value::Datetime(datetime) => json!(datetime.to_string()),
        toml::Value::Array(items) => items.iter().map(to_json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), to_json(value))).collect(),
    }
}
