//! `[mqtt]` and `[homeassistant]`: whom watteau tells what it knows.

use super::{
    check::{Lines, Shown},
    origin::Origin,
    problem::Findings,
    raw::{Node, Table, Value},
    resolve::Section,
    secret::Secret,
    sources::Sources,
    types::{HomeAssistant, Mqtt},
};
use serde_json::json;
use std::collections::BTreeSet;
use url::Url;
use watteau_homeassistant::statistics::Statistic;

/// The port of MQTT.
const MQTT_PORT: u16 = 1883;

/// The keys of both sections.
const MQTT: [&str; 8] = ["enabled", "url", "host", "port", "username", "password", "prefix", "topic"];
const HOME_ASSISTANT: [&str; 4] = ["enabled", "url", "token", "statistics"];

/// Who is told, if anyone.
pub(super) fn resolve(
    root: &Table,
    sources: &Sources,
    findings: &Findings,
    shown: &mut Lines,
) -> (Option<Mqtt>, Option<HomeAssistant>) {
    let mqtt = root.contains_key("mqtt").then(|| Section::open(root, "mqtt", &MQTT, findings));
    let home = root
        .contains_key("homeassistant")
        .then(|| Section::open(root, "homeassistant", &HOME_ASSISTANT, findings));
    (
        mqtt.and_then(|section| self::mqtt(&section, root, sources, shown)),
        home.and_then(|section| home_assistant(&section, root, sources, shown)),
    )
}

fn mqtt(section: &Section<'_>, root: &Table, sources: &Sources, shown: &mut Lines) -> Option<Mqtt> {
    let enabled = enabled(section, shown);
    let url = section.text("url", |_, text| broker(text));
    let host = section.text("host", |_, text| match text {
        "" => Err("write the name or the address of the broker".to_owned()),
        text if text.contains(['/', ' ']) => {
            Err("write the name or the address alone; an address with mqtt:// goes into url".to_owned())
        }
        text => Ok(text.to_owned()),
    });
    let port = section.node("port").and_then(|node| port(section, node));
    if let (Some(_), Some(node)) = (&url, section.node("host").or_else(|| section.node("port"))) {
        section.problem("url", node, "the broker is named twice; keep either url, or host and port");
    }
    let (host, port) = match url {
        Some((host, port)) => (Some(host), Some(port)),
        None => (host, port),
    };
    let username = section.text("username", |_, text| Ok(text.to_owned()));
    let password = secret(section, "password", sources, shown);
    let prefix = section.text("prefix", |_, text| topic(text)).unwrap_or_else(|| "homeassistant".to_owned());
    let topic = section.text("topic", |_, text| topic(text)).unwrap_or_else(|| "watteau".to_owned());
    if section.node("url").is_none() && section.node("host").is_none() {
        missing(section, root, "host", "the broker's name or address is missing: host = \"192.168.1.20\"");
    }
    let port = port.unwrap_or(MQTT_PORT);
    if section.node("url").is_none() {
        default(shown, "mqtt.port", json!(port));
    }
    default(shown, "mqtt.prefix", json!(prefix));
    default(shown, "mqtt.topic", json!(topic));
    let mqtt = Mqtt { host: host?, port, username, password, prefix, topic };
    enabled.then_some(mqtt)
}

fn home_assistant(
    section: &Section<'_>,
    root: &Table,
    sources: &Sources,
    shown: &mut Lines,
) -> Option<HomeAssistant> {
    let enabled = enabled(section, shown);
    let url = section.text("url", |_, text| address(text));
    let token = secret(section, "token", sources, shown);
    if section.node("url").is_none() {
        missing(
            section,
            root,
            "url",
            "Home Assistant's address is missing: url = \"http://homeassistant.local:8123\"",
        );
    }
    if section.node("token").is_none() {
        let how = "a token is missing; make one on Home Assistant's page of your profile, as an administrator, and write \
                   token = { file = \"…\" }";
        missing(section, root, "token", how);
    }
    let statistics = section.node("statistics").map(|node| statistics(section, node));
    let statistics = statistics.unwrap_or_else(|| Statistic::ALL.into());
    let words: Vec<&str> = statistics.iter().map(|statistic| statistic.word()).collect();
    default(shown, "homeassistant.statistics", json!(words));
    let home = HomeAssistant { url: url?, token: token?, statistics };
    enabled.then_some(home)
}

/// A section can be switched off without being taken out.
fn enabled(section: &Section<'_>, shown: &mut Lines) -> bool {
    let enabled = match section.node("enabled").map(|node| (node, &node.value)) {
        None => true,
        Some((_, Value::Plain(value) | Value::Loose { parsed: value, .. })) if value.is_bool() => {
            value.as_bool().unwrap_or(true)
        }
        Some((node, _)) => {
            section.problem("enabled", node, "it must be true or false");
            true
        }
    };
    default(shown, &section.key("enabled"), json!(enabled));
    enabled
}

fn missing(section: &Section<'_>, root: &Table, key: &str, message: &str) {
    if let Some(node) = root.get(section.name()) {
        section.problem(key, node, message);
    }
}

fn default(shown: &mut Lines, key: &str, value: serde_json::Value) {
    shown.entry(key.to_owned()).or_insert(Shown { value, origin: Origin::Default });
}

fn port(section: &Section<'_>, node: &Node) -> Option<u16> {
    let number = match &node.value {
        Value::Plain(value) | Value::Loose { parsed: value, .. } => value.as_integer(),
        _ => None,
    };
    let port = number.and_then(|number| u16::try_from(number).ok()).filter(|&port| port > 0);
    if port.is_none() {
        section.problem("port", node, "it must be a number from 1 to 65535");
    }
    port
}

fn broker(text: &str) -> Result<(String, u16), String> {
    let example = "write mqtt://192.168.1.20:1883";
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no address ({error}); {example}"))?;
    if url.scheme() == "mqtts" {
        return Err(format!(
            "MQTT over TLS is not spoken; use the broker's plain port on the home's network: {example}"
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("keep the user and the password out of it; write username and password below".to_owned());
    }
    match url.host_str() {
        Some(host) if url.scheme() == "mqtt" => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Ok((host.to_owned(), url.port().unwrap_or(MQTT_PORT)))
        }
        _ => Err(format!("`{text}` is no address of a broker; {example}")),
    }
}

fn address(text: &str) -> Result<Url, String> {
    let example = "write http://homeassistant.local:8123";
    let url = Url::parse(text).map_err(|error| format!("`{text}` is no address ({error}); {example}"))?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(url) } else { Err(example.to_owned()) }
}

/// A topic, without what means something else in a filter.
fn topic(text: &str) -> Result<String, String> {
    let good = !text.is_empty()
        && !text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains(['+', '#', '\0', ' '])
        && text.chars().any(|c| c.is_ascii_alphanumeric());
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not a topic; write a word such as \"watteau\""))
    }
}

fn statistics(section: &Section<'_>, node: &Node) -> BTreeSet<Statistic> {
    let words = || Statistic::ALL.iter().map(|statistic| statistic.word());
    let Value::Array(items) = &node.value else {
        section.problem("statistics", node, "it must be a list: [\"electricity\", \"gas\"]");
        return BTreeSet::new();
    };
    let mut chosen = BTreeSet::new();
    for item in items {
        let text = item.as_text().unwrap_or_default();
        match Statistic::ALL.into_iter().find(|statistic| statistic.word() == text) {
            Some(statistic) => {
                chosen.insert(statistic);
            }
            None => {
                let known: Vec<&str> = words().collect();
                let message = format!("`{text}` is none of {}", known.join(", "));
                section.problem("statistics", item, message);
            }
        }
    }
    chosen
}

/// A secret of a section: in a file, handed over by systemd, in the environment, or in clear.
fn secret(section: &Section<'_>, name: &str, sources: &Sources, shown: &mut Lines) -> Option<Secret> {
    let node = section.node(name)?;
    let secret = match (node.as_text(), node.secret_place()) {
        (Some(text), _) => Ok(Secret::clear(text.to_owned())),
        (None, Some(("file", inner, text))) => inner.at.path(text).map(Secret::file),
        (None, Some(("credential", _, text))) => {
            Secret::credential(text, sources.credentials()).map_err(|error| error.to_string())
        }
        (None, Some((_, _, text))) => {
            Secret::env(text, sources.env.get(text)).map_err(|error| error.to_string())
        }
        (None, None) => Err("write { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }".to_owned()),
    };
    let secret = secret.map_err(|message| section.problem(name, node, message)).ok()?;
    let key = section.key(name);
    let warn = |advice: String| section.findings().warning(&node.at, &key, advice);
    if secret.is_clear() {
        warn(format!("the secret stands in clear; keep it in a file and write {name} = {{ file = \"…\" }}"));
    } else if secret.is_the_services() {
        if !sources.visitor {
            warn("only the service can read it: systemd did not start this program".to_owned());
        }
    } else if let Err(error) = secret.read()
        && !(sources.visitor && matches!(error, super::SecretError::Forbidden(_)))
    {
        section.problem(name, node, error.to_string());
    } else if let Some(file) = secret.open_to_all()
        && !sources.visitor
    {
        warn(format!("every user of this machine can read it: chmod o= {}", file.display()));
    }
    shown.insert(key, Shown { value: secret.describe(), origin: node.at.clone() });
    Some(secret)
}
