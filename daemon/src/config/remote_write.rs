//! `[remote_write]`: where what is kept is also sent.

use super::{
    check::{Lines, to_json},
    problem::Findings,
    raw::{Node, Table},
    secret::{MASK, Secret},
    section::Section,
    sources::Sources,
};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;
use url::{Host, Url};
use watteau_remote_write::Labels;

/// The keys of the section.
const KEYS: [&str; 6] = ["url", "bearer", "basic", "series", "since", "labels"];
/// What a secret has to look like.
const SECRET: &str = "it must be { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }";
/// Labels that say what a series is.
const OWN: [&str; 2] = ["series", "unit"];
/// A meter's number has 14 digits, and no label that a person makes up has so many.
const DIGITS: usize = 10;

/// `[remote_write]`: a receiver of Prometheus remote write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteWrite {
    /// The address that takes writes, path included.
    pub url: Url,
    /// What is shown to it.
    pub auth: RemoteAuth,
    /// Which series are sent: patterns whose `*` stands for a part, at the end for all that follow.
    pub series: Vec<String>,
    /// The first local day that is sent; none: all there is.
    pub since: Option<Date>,
    /// Labels that every series gets besides.
    pub labels: BTreeMap<String, String>,
}

/// How the receiver knows who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteAuth {
    /// It does not ask.
    None,
    /// A token.
    Bearer(Secret),
    /// A name and a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
}

impl RemoteWrite {
    /// Whether a series is sent.
    pub fn sends(&self, id: &str) -> bool {
        self.series.iter().any(|pattern| matches(pattern, id))
    }
}

impl RemoteAuth {
    /// What is secret in it, with the key that names it in the section.
    pub(super) const fn secret(&self) -> Option<(&'static str, &Secret)> {
        match self {
            Self::None => None,
            Self::Bearer(token) => Some(("bearer", token)),
            Self::Basic { password, .. } => Some(("basic.password", password)),
        }
    }
}

/// Part by part; a `*` at the end stands for one part or more.
fn matches(pattern: &str, id: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('.').peekable(), id.split('.'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) if wanted.peek().is_none() => return true,
            (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
            _ => return false,
        }
    }
}

/// The receiver, if one is named; all that is wrong is found.
pub(super) fn resolve(
    root: &Table,
    sources: &Sources,
    findings: &Findings,
    shown: &mut Lines,
) -> Option<RemoteWrite> {
    let section = Section::written(root, "remote_write", &KEYS, findings)?;
    let url = url(&section, shown);
    let auth = auth(&section, sources, shown);
    if let Some(url) = &url {
        in_clear(&section, url, &auth);
    }
    let series = series(&section);
    section.default(shown, "series", json!(series));
    let (since, labels) = (since(&section), labels(&section));
    Some(RemoteWrite { url: url?, auth, series, since, labels })
}

fn url(section: &Section<'_>, shown: &mut Lines) -> Option<Url> {
    const EXAMPLE: &str = "\"http://localhost:9090/api/v1/write\"";
    let Some(node) = section.node("url") else {
        section.problem("url", format!("it is missing; write the address that takes writes, {EXAMPLE}"));
        return None;
    };
    let url = node.as_text().and_then(|text| text.parse::<Url>().ok());
    let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) else {
        section.problem("url", format!("it must be an address; write {EXAMPLE}"));
        return None;
    };
    if !url.username().is_empty() || url.password().is_some() {
        let advice = "a password has no place in an address; write basic = { user = \"…\", password = { file = \"…\" } }";
        section.problem("url", advice);
        return None;
    }
    if url.path() == "/" {
        // A query may hold a token.
        let host = url.origin().ascii_serialization();
        let advice = format!(
            "it names no path: Prometheus takes writes at {host}/api/v1/write, Mimir at {host}/api/v1/push"
        );
        section.warning("url", advice);
    }
    if url.query().is_some()
        && let Some(line) = shown.get_mut(&section.key("url"))
    {
        // Some receivers take a token there.
        let mut masked = url.clone();
        masked.set_query(Some(MASK));
        line.value = json!(masked.as_str());
    }
    Some(url)
}

fn auth(section: &Section<'_>, sources: &Sources, shown: &mut Lines) -> RemoteAuth {
    let mut secret = |key: &str, node| section.secret(key, node, SECRET, sources, shown);
    let bearer = section.node("bearer").and_then(|node| secret("bearer", node));
    let Some(node) = section.node("basic") else {
        return bearer.map_or(RemoteAuth::None, RemoteAuth::Bearer);
    };
    if section.has("bearer") {
        section.problem("basic", "bearer is there as well; keep one of the two");
    }
    let inner = node.as_table();
    let user = inner.and_then(|table| table.get("user")).and_then(Node::as_text);
    let password = inner.and_then(|table| table.get("password"));
    let (Some(user), Some(password), Some(2)) = (user, password, inner.map(BTreeMap::len)) else {
        section.problem("basic", "write basic = { user = \"…\", password = { file = \"…\" } }");
        return RemoteAuth::None;
    };
    let password = secret("basic.password", password);
    password.map_or(RemoteAuth::None, |password| RemoteAuth::Basic { user: user.to_owned(), password })
}

/// A word about a secret that everybody on the way can read.
fn in_clear(section: &Section<'_>, url: &Url, auth: &RemoteAuth) {
    let near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => true,
    };
    let (key, secret) = match auth {
        RemoteAuth::None => return,
        RemoteAuth::Bearer(_) => ("bearer", "token"),
        RemoteAuth::Basic { .. } => ("basic", "password"),
    };
    if url.scheme() == "http" && !near {
        let host = url.host_str().unwrap_or_default();
        section.warning(key, format!("the {secret} travels to {host} in clear; write https:// in url"));
    }
}

/// The patterns of the series that are sent: all of them, unless the section says which.
fn series(section: &Section<'_>) -> Vec<String> {
    let every = vec!["*".to_owned()];
    let Some(node) = section.node("series") else { return every };
    let Some(patterns) = node.as_texts().filter(|patterns| !patterns.is_empty()) else {
        section.problem("series", "it must be a list of series, as in [\"linky.*\", \"gas.energy\"]");
        return every;
    };
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_part = |part: &str| part == "*" || (!part.is_empty() && part.chars().all(good));
    for pattern in patterns.iter().filter(|pattern| !pattern.split('.').all(is_part)) {
        let message =
            format!("`{pattern}` names no series; `watteau series` lists them, and * stands for any part");
        section.problem("series", message);
    }
    patterns
}

fn since(section: &Section<'_>) -> Option<Date> {
    let node = section.node("since")?;
    let date = match node.as_text() {
        Some(text) => text.parse().ok(),
        None => to_json(&node.to_toml()).as_str().and_then(|text| text.parse().ok()),
    };
    if date.is_none() {
        section.problem("since", "it must be a day, as in \"2024-01-01\"");
    }
    date
}

fn labels(section: &Section<'_>) -> BTreeMap<String, String> {
    let Some(node) = section.node("labels") else { return BTreeMap::new() };
    let Some(table) = node.as_table() else {
        section.problem("labels", "it must be a table, as in { home = \"lyon\" }");
        return BTreeMap::new();
    };
    let mut labels = BTreeMap::new();
    for (name, node) in table {
        match label(name, node) {
            Ok(text) => drop(labels.insert(name.clone(), text.to_owned())),
            Err(message) => section.problem_at(node, &format!("labels.{name}"), message),
        }
    }
    labels
}

/// The value of a label, unless there may be none of that name or value.
fn label<'a>(name: &str, node: &'a Node) -> Result<&'a str, String> {
    if OWN.contains(&name) {
        return Err("watteau says what a series is by this label; choose another name".to_owned());
    }
    let text = node.as_text().ok_or("it must be text in quotes")?;
    let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    if digits >= Some(DIGITS) {
        return Err("a meter's number is personal; choose a word instead".to_owned());
    }
    Labels::check_name(name).map_err(|error| error.to_string())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_a_part_and_at_the_end_all_that_follow() {
        for (pattern, id, expected) in [
            ("*", "linky.load_curve", true),
            ("linky.*", "linky.load_curve", true),
            ("weather.*", "weather.lyon.temperature", true),
            ("weather.*.temperature", "weather.lyon.temperature", true),
            ("*.temperature", "weather.lyon.temperature", false),
            ("weather.temperature", "weather.temperature", true),
            ("linky.*", "linky", false),
            ("linky", "linky.load_curve", false),
        ] {
            assert_eq!(matches(pattern, id), expected, "{pattern} {id}");
        }
    }
}
