//! A user's table against the manifest's options: types, patterns, choices, what is missing, what is unknown.

use super::{Manifest, Opt, OptionKind, PluginKind, shape, values};
use crate::model::Text;
use serde_json::{Map, Value};

/// What became of a user's table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// For the guest: the manifest's options, defaults filled in, secrets left out.
    pub settings: Map<String, Value>,
    /// Everything that is wrong, in the order of the table.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong in a user's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path of the option in the instance's table.
    pub option: String,
    /// What is wrong.
    pub message: Text,
    /// For an unknown key, the one that was probably meant.
    pub suggestion: Option<String>,
}

/// The keys that every instance has, whatever its plugin.
const COMMON: [&str; 4] = ["plugin", "enabled", "schedule", "limits"];
const SOURCE: [&str; 3] = ["base_url", "since", "quota"];
const FILES: [&str; 2] = ["watch", "after_import"];

/// The keys of an instance that are the host's and no plugin's: those of every instance, then those of sources and
/// those of readers of files.
pub fn common_keys() -> impl Iterator<Item = &'static str> {
    COMMON.into_iter().chain(SOURCE).chain(FILES)
}

pub(super) fn validate(manifest: &Manifest, table: &toml::Table) -> Settings {
    let of_kind: &[&str] = match manifest.kind {
        PluginKind::Source => &SOURCE,
        PluginKind::Files => &FILES,
    };
    let mut found = Settings::default();
    for (key, value) in table {
        if let Some(option) = manifest.options.iter().find(|option| option.name == *key) {
            match check(manifest, option, value) {
                // A secret stays with the host.
                Ok(_) if option.kind == OptionKind::Secret => {}
                Ok(value) => drop(found.settings.insert(key.clone(), value)),
                Err(message) => found.problems.push(problem(key, message)),
            }
        } else if COMMON.contains(&key.as_str()) || of_kind.contains(&key.as_str()) {
            found.problems.extend(implicit(key, value).err().into_iter().flatten());
        } else {
            let known = manifest.options.iter().map(|option| option.name.as_str());
            found.problems.push(unknown(key, known.chain(COMMON).chain(of_kind.iter().copied())));
        }
    }
    for option in &manifest.options {
        if table.contains_key(&option.name) {
            continue;
        }
        if let Some(default) = &option.default {
            found.settings.insert(option.name.clone(), default.clone());
        } else if option.required {
            found.problems.push(problem(
                &option.name,
                Text::new(
                    format!("it is missing: {}", option.label.en),
                    format!("il manque : {}", option.label.fr),
                ),
            ));
        }
    }
    found
}

fn problem(option: &str, message: Text) -> Problem {
    Problem { option: option.to_owned(), message, suggestion: None }
}

fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let suggestion = known
        .map(|name| (strsim::damerau_levenshtein(key, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3))
        .map(|(_, name)| name.to_owned());
    let message = match &suggestion {
        Some(name) => Text::new(
            format!("unknown key; did you mean `{name}`?"),
            format!("clé inconnue ; vouliez-vous dire « {name} » ?"),
        ),
        None => Text::new("unknown key", "clé inconnue"),
    };
    Problem { option: key.to_owned(), message, suggestion }
}

fn check(manifest: &Manifest, option: &Opt, value: &toml::Value) -> Result<Value, Text> {
    let text = || value.as_str().ok_or_else(|| wrong_type("text in quotes", "un texte entre guillemets"));
    match option.kind {
        OptionKind::String | OptionKind::Meter => matched(option, text()?)?,
        OptionKind::Choice => {
            let text = text()?;
            if !option.choices.iter().any(|choice| choice == text) {
                let choices = option.choices.join(", ");
                return Err(Text::new(
                    format!("`{text}` is not one of {choices}"),
                    format!("« {text} » n'est pas parmi {choices}"),
                ));
            }
        }
        OptionKind::Integer if value.is_integer() => {}
        OptionKind::Integer => return Err(wrong_type("a whole number", "un nombre entier")),
        OptionKind::Number if value.is_integer() || value.is_float() => {}
        OptionKind::Number => return Err(wrong_type("a number", "un nombre")),
        OptionKind::Boolean if value.is_bool() => {}
        OptionKind::Boolean => return Err(wrong_type("true or false", "true ou false")),
        OptionKind::Date => return date(value).map(Value::String),
        OptionKind::Duration => drop(values::duration(text()?).map_err(|why| Text::new(why.clone(), why))?),
        OptionKind::Url => url(text()?)?,
        OptionKind::Secret => secret(value)?,
        OptionKind::Table if value.is_table() => {}
        OptionKind::Table => return Err(wrong_type("a table", "une table")),
        OptionKind::List if value.is_array() => {}
        OptionKind::List => return Err(wrong_type("a list", "une liste")),
        OptionKind::Feeds => feeds(manifest, value)?,
    }
    to_json(value).map_err(|why| Text::new(why.clone(), why))
}

fn wrong_type(en: &str, fr: &str) -> Text {
    Text::new(format!("it must be {en}"), format!("il faut {fr}"))
}

fn matched(option: &Opt, text: &str) -> Result<(), Text> {
    let Some(pattern) = &option.pattern else { return Ok(()) };
    let fits = regex_lite::Regex::new(pattern).is_ok_and(|regex| regex.is_match(text));
    // The value itself may be a meter's number: it is not repeated.
    if fits { Ok(()) } else { Err(shape::expected(pattern)) }
}

fn feeds(manifest: &Manifest, value: &toml::Value) -> Result<(), Text> {
    let names: Vec<String> = manifest.feeds.iter().map(|feed| format!("\"{}\"", feed.name)).collect();
    let names = names.join(", ");
    let words = value.as_array().filter(|words| !words.is_empty());
    let Some(words) = words else {
        return Err(wrong_type(&format!("a list of some of {names}"), &format!("une liste parmi {names}")));
    };
    match words.iter().find(|word| word.as_str().is_none_or(|word| manifest.feed(word).is_none())) {
        None => Ok(()),
        Some(word) => {
            Err(Text::new(format!("{word} is not one of {names}"), format!("{word} n'est pas parmi {names}")))
        }
    }
}

fn date(value: &toml::Value) -> Result<String, Text> {
    let text = match value {
        toml::Value::Datetime(datetime) if datetime.time.is_none() => datetime.to_string(),
        toml::Value::String(text) => text.clone(),
        _ => return Err(wrong_type("a date, \"2024-01-31\"", "une date, « 2024-01-31 »")),
    };
    match text.parse::<jiff::civil::Date>() {
        Ok(date) => Ok(date.to_string()),
        Err(_) => Err(Text::new(
            format!("`{text}` is not a date; write \"2024-01-31\""),
            format!("« {text} » n'est pas une date ; écrire « 2024-01-31 »"),
        )),
    }
}

fn url(text: &str) -> Result<(), Text> {
    let good = url::Url::parse(text).is_ok_and(|url| {
        url.has_host() && matches!(url.scheme(), "http" | "https") && url.username().is_empty()
    });
    if good {
        return Ok(());
    }
    Err(Text::new(
        "it is not an http or https address without a user name",
        "ce n'est pas une adresse http ou https sans nom d'utilisateur",
    ))
}

fn secret(value: &toml::Value) -> Result<(), Text> {
    let good = match value {
        toml::Value::String(_) => true,
        toml::Value::Table(table) => {
            table.len() == 1
                && table.iter().all(|(key, value)| {
                    matches!(key.as_str(), "file" | "credential" | "env") && value.is_str()
                })
        }
        _ => false,
    };
    if good {
        return Ok(());
    }
    Err(wrong_type(
        "text, or one of { file = \"…\" }, { credential = \"…\" }, { env = \"…\" }",
        "un texte, ou l'un de { file = \"…\" }, { credential = \"…\" }, { env = \"…\" }",
    ))
}

/// The keys that the daemon reads itself; only their types are checked here.
fn implicit(key: &str, value: &toml::Value) -> Result<(), Vec<Problem>> {
    let one = |result: Result<(), Text>| result.map_err(|message| vec![problem(key, message)]);
    let text = |value: &toml::Value| {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| wrong_type("text in quotes", "un texte entre guillemets"))
    };
    match key {
        "base_url" => one(text(value).and_then(|text| url(&text))),
        "since" => one(date(value).map(drop)),
        "enabled" if value.is_bool() => Ok(()),
        "enabled" => one(Err(wrong_type("true or false", "true ou false"))),
        "after_import" => one(match value.as_str() {
            Some("keep" | "move") => Ok(()),
            _ => Err(wrong_type("\"keep\" or \"move\"", "« keep » ou « move »")),
        }),
        "quota" => table(key, value, &["calls", "per", "spacing"]),
        "limits" => table(key, value, &["memory", "cpu", "call", "body", "points", "log_lines"]),
        // A plugin, a schedule, a folder: their meaning is the daemon's.
        _ => one(text(value).map(drop)),
    }
}

fn table(key: &str, value: &toml::Value, known: &[&str]) -> Result<(), Vec<Problem>> {
    let Some(table) = value.as_table() else {
        return Err(vec![problem(key, wrong_type("a table", "une table"))]);
    };
    let mut problems = Vec::new();
    for (name, value) in table {
        let path = format!("{key}.{name}");
        let bad = |why: String| problem(&path, Text::new(why.clone(), why));
        let result = match name.as_str() {
            _ if !known.contains(&name.as_str()) => {
                let mut unknown = unknown(name, known.iter().copied());
                unknown.option.clone_from(&path);
                Err(unknown)
            }
            "calls" | "points" | "log_lines" => match value.as_integer() {
                Some(1..) => Ok(()),
                _ => Err(problem(&path, wrong_type("a positive whole number", "un nombre entier positif"))),
            },
            "memory" | "body" => values::size(value.as_str().unwrap_or_default()).map(drop).map_err(bad),
            _ => values::duration(value.as_str().unwrap_or_default()).map(drop).map_err(bad),
        };
        problems.extend(result.err());
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// TOML as JSON; dates become their text.
pub(super) fn to_json(value: &toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => serde_json::Number::from_f64(*number)
            .map(Value::Number)
            .ok_or_else(|| "a number must be finite".to_owned())?,
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Datetime(datetime) => Value::String(datetime.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| Ok((key.clone(), to_json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}
