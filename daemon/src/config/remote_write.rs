//! `[remote_write]`: where what is kept is also sent.

use super::{
    check::{Lines, Shown, to_json},
    origin::Origin,
    problem::{Findings, suggestion},
    raw::{Node, Table, Value},
    secret::{Secret, SecretError},
    sources::{Sources, keys_of},
};
use jiff::civil::Date;
use serde_json::json;
use std::{collections::BTreeMap, path::Path};
use url::{Host, Url};
use watteau_remote_write::Labels;

const SECTION: &str = "remote_write";
const KEYS: [&str; 6] = ["url", "bearer", "basic", "series", "since", "labels"];
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

    /// The file of its secret, where there is one.
    pub fn secret_file(&self) -> Option<&Path> {
        match &self.auth {
            RemoteAuth::None => None,
            RemoteAuth::Bearer(secret) | RemoteAuth::Basic { password: secret, .. } => secret.path(),
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
    let node = root.get(SECTION)?;
    let table = keys_of(node, SECTION, findings)?;
    let section = Section { at: &node.at, table, sources, findings };
    for (key, node) in table.iter().filter(|(key, _)| !KEYS.contains(&key.as_str())) {
        section.problem(key, &node.at, format!("unknown key{}", suggestion(key, KEYS)));
    }
    let url = section.url(shown);
    let auth = section.auth(shown);
    if let Some(url) = &url {
        section.in_clear(url, &auth);
    }
    let series = section.series(shown);
    let (since, labels) = (section.since(), section.labels());
    Some(RemoteWrite { url: url?, auth, series, since, labels })
}

struct Section<'a> {
    at: &'a Origin,
    table: &'a Table,
    sources: &'a Sources,
    findings: &'a Findings,
}

impl Section<'_> {
    fn problem(&self, key: &str, at: &Origin, message: impl Into<String>) {
        self.findings.problem(at, &format!("{SECTION}.{key}"), message);
    }

    fn url(&self, shown: &mut Lines) -> Option<Url> {
        const EXAMPLE: &str = "\"http://localhost:9090/api/v1/write\"";
        let Some(node) = self.table.get("url") else {
            self.problem(
                "url",
                self.at,
                format!("it is missing; write the address that takes writes, {EXAMPLE}"),
            );
            return None;
        };
        let url = node.as_text().and_then(|text| text.parse::<Url>().ok());
        let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) else {
            self.problem("url", &node.at, format!("it must be an address; write {EXAMPLE}"));
            return None;
        };
        if !url.username().is_empty() || url.password().is_some() {
            let advice = "a password has no place in an address; write basic = { user = \"…\", password = { file = \"…\" } }";
            self.problem("url", &node.at, advice);
            // It would be shown with the address.
            shown.remove(&format!("{SECTION}.url"));
            return None;
        }
        if url.path() == "/" {
            let advice = format!(
                "it names no path: Prometheus takes writes at {url}api/v1/write, Mimir at {url}api/v1/push"
            );
            self.findings.warning(&node.at, &format!("{SECTION}.url"), advice);
        }
        if url.query().is_some()
            && let Some(line) = shown.get_mut(&format!("{SECTION}.url"))
        {
            // Some receivers take a token there.
            let mut masked = url.clone();
            masked.set_query(Some(super::secret::MASK));
            line.value = json!(masked.as_str());
        }
        Some(url)
    }

    fn auth(&self, shown: &mut Lines) -> RemoteAuth {
        let bearer = self.table.get("bearer").and_then(|node| {
            let secret = self.secret("bearer", node, shown);
            secret.map(RemoteAuth::Bearer)
        });
        let Some(node) = self.table.get("basic") else { return bearer.unwrap_or(RemoteAuth::None) };
        if self.table.contains_key("bearer") {
            self.problem("basic", &node.at, "bearer is there as well; keep one of the two");
        }
        let inner = node.as_table();
        let user = inner.and_then(|table| table.get("user")).and_then(Node::as_text);
        let password = inner.and_then(|table| table.get("password"));
        let (Some(user), Some(password), Some(2)) = (user, password, inner.map(BTreeMap::len)) else {
            let advice = "write basic = { user = \"…\", password = { file = \"…\" } }";
            self.problem("basic", &node.at, advice);
            return RemoteAuth::None;
        };
        match self.secret("basic.password", password, shown) {
            Some(password) => RemoteAuth::Basic { user: user.to_owned(), password },
            None => RemoteAuth::None,
        }
    }

    fn secret(&self, key: &str, node: &Node, shown: &mut Lines) -> Option<Secret> {
        let secret = match self.place(node) {
            Ok(secret) => secret,
            Err(message) => {
                self.problem(key, &node.at, message);
                return None;
            }
        };
        let (key, visitor) = (format!("{SECTION}.{key}"), self.sources.visitor);
        let warning = |advice: String| self.findings.warning(&node.at, &key, advice);
        if secret.is_clear() {
            warning("the secret stands in clear; keep it in a file and write { file = \"…\" }".to_owned());
        } else if secret.is_the_services() {
            if !visitor {
                warning("only the service can read it: systemd did not start this program".to_owned());
            }
        } else if let Err(error) = secret.read() {
            if !(visitor && matches!(error, SecretError::Forbidden(_))) {
                self.findings.problem(&node.at, &key, error.to_string());
            }
        } else if let Some(file) = secret.open_to_all()
            && !visitor
        {
            warning(format!("every user of this machine can read it: chmod o= {}", file.display()));
        }
        shown.retain(|line, _| !line.starts_with(&format!("{key}.")));
        shown.insert(key.clone(), Shown { value: secret.describe(), origin: node.at.clone() });
        Some(secret)
    }

    fn place(&self, node: &Node) -> Result<Secret, String> {
        const SHAPE: &str = "it must be { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }";
        if let Some(text) = node.as_text() {
            return Ok(Secret::clear(text.to_owned()));
        }
        let only = node.as_table().filter(|table| table.len() == 1).and_then(|table| table.iter().next());
        let (place, inner) = only.ok_or(SHAPE)?;
        let text = inner.as_text().ok_or(SHAPE)?;
        match place.as_str() {
            "file" => inner.at.path(text).map(Secret::file),
            "credential" => {
                Secret::credential(text, self.sources.credentials()).map_err(|error| error.to_string())
            }
            "env" => Secret::env(text, self.sources.env.get(text)).map_err(|error| error.to_string()),
            _ => Err(SHAPE.to_owned()),
        }
    }

    /// A word about a secret that everybody on the way can read.
    fn in_clear(&self, url: &Url, auth: &RemoteAuth) {
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
        if url.scheme() == "http"
            && !near
            && let Some(node) = self.table.get(key)
        {
            let host = url.host_str().unwrap_or_default();
            let advice = format!("the {secret} travels to {host} in clear; write https:// in url");
            self.findings.warning(&node.at, &format!("{SECTION}.{key}"), advice);
        }
    }

    fn series(&self, shown: &mut Lines) -> Vec<String> {
        let every = vec!["*".to_owned()];
        let Some(node) = self.table.get("series") else {
            let line = Shown { value: json!(every), origin: Origin::Default };
            shown.insert(format!("{SECTION}.series"), line);
            return every;
        };
        let texts: Option<Vec<String>> = match &node.value {
            Value::Array(items) => items.iter().map(|item| Some(item.as_text()?.to_owned())).collect(),
            _ => node.as_text().map(|text| vec![text.to_owned()]),
        };
        let Some(patterns) = texts.filter(|patterns| !patterns.is_empty()) else {
            self.problem(
                "series",
                &node.at,
                "it must be a list of series, as in [\"linky.*\", \"gas.energy\"]",
            );
            return every;
        };
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_part = |part: &str| part == "*" || (!part.is_empty() && part.chars().all(good));
        for pattern in patterns.iter().filter(|pattern| !pattern.split('.').all(is_part)) {
            let message = format!(
                "`{pattern}` names no series; `watteau series` lists them, and * stands for any part"
            );
            self.problem("series", &node.at, message);
        }
        patterns
    }

    fn since(&self) -> Option<Date> {
        let node = self.table.get("since")?;
        let date = match node.as_text() {
            Some(text) => text.parse().ok(),
            None => to_json(&node.to_toml()).as_str().and_then(|text| text.parse().ok()),
        };
        if date.is_none() {
            self.problem("since", &node.at, "it must be a day, as in \"2024-01-01\"");
        }
        date
    }

    fn labels(&self) -> BTreeMap<String, String> {
        let Some(node) = self.table.get("labels") else { return BTreeMap::new() };
        let Some(table) = node.as_table() else {
            self.problem("labels", &node.at, "it must be a table, as in { home = \"lyon\" }");
            return BTreeMap::new();
        };
        let mut labels = BTreeMap::new();
        for (name, node) in table {
            let key = format!("labels.{name}");
            let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            match node.as_text() {
                _ if OWN.contains(&name.as_str()) => {
                    self.problem(
                        &key,
                        &node.at,
                        "watteau says what a series is by this label; choose another name",
                    );
                }
                None => self.problem(&key, &node.at, "it must be text in quotes"),
                Some(text) if digits(text) >= Some(DIGITS) => {
                    self.problem(&key, &node.at, "a meter's number is personal; choose a word instead");
                }
                Some(text) => match Labels::check_name(name) {
                    Ok(()) => drop(labels.insert(name.clone(), text.to_owned())),
                    Err(error) => self.problem(&key, &node.at, error.to_string()),
                },
            }
        }
        labels
    }
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
