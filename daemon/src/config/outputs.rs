//! `[mqtt]` and `[homeassistant]`: whom watteau tells what it knows.

use super::{
    check::Lines,
    problem::Findings,
    raw::Table,
    section::Section,
    sources::Sources,
    types::{HomeAssistant, Mqtt},
};
use serde_json::json;
use std::collections::BTreeSet;
use url::Url;
use watteau_homeassistant::statistics::Statistic;

/// The port of MQTT.
const MQTT_PORT: u16 = 1883;

/// The keys of `[mqtt]`.
const MQTT: [&str; 8] = ["enabled", "url", "host", "port", "username", "password", "prefix", "topic"];
/// The keys of `[homeassistant]`.
const HOME_ASSISTANT: [&str; 4] = ["enabled", "url", "token", "statistics"];

/// What a secret has to look like.
const SECRET: &str = "write { file = \"…\" }, { credential = \"…\" } or { env = \"…\" }";

/// Who is told, if anyone.
pub(super) fn resolve(
    root: &Table,
    sources: &Sources,
    findings: &Findings,
    shown: &mut Lines,
) -> (Option<Mqtt>, Option<HomeAssistant>) {
    let mqtt = Section::written(root, "mqtt", &MQTT, findings);
    let home = Section::written(root, "homeassistant", &HOME_ASSISTANT, findings);
    (
        mqtt.and_then(|section| self::mqtt(&section, sources, shown)),
        home.and_then(|section| home_assistant(&section, sources, shown)),
    )
}

fn mqtt(section: &Section<'_>, sources: &Sources, shown: &mut Lines) -> Option<Mqtt> {
    let enabled = enabled(section, shown);
    let url = section.text("url", |_, text| broker(text));
    let host = section.text("host", |_, text| match text {
        "" => Err("write the name or the address of the broker".to_owned()),
        text if text.contains(['/', ' ', '@']) => {
            Err("write the name or the address alone; an address with mqtt:// goes into url".to_owned())
        }
        text => Ok(text.to_owned()),
    });
    let port = port(section);
    if url.is_some() && (section.has("host") || section.has("port")) {
        section.problem("url", "the broker is named twice; keep either url, or host and port");
    }
    let (host, port) = match url {
        Some((host, port)) => (Some(host), Some(port)),
        None => (host, port),
    };
    let username = section.text("username", |_, text| Ok(text.to_owned()));
    let password =
        section.node("password").and_then(|node| section.secret("password", node, SECRET, sources, shown));
    if password.is_some() && !section.has("username") {
        section.warning("password", "it is not shown without a user; add username = \"…\"");
    }
    let prefix = section.text("prefix", |_, text| topic(text)).unwrap_or_else(|| "homeassistant".to_owned());
    let topic = section.text("topic", |_, text| topic(text)).unwrap_or_else(|| "watteau".to_owned());
    if !section.has("url") && !section.has("host") {
        section.problem("host", "the broker's name or address is missing: host = \"192.168.1.20\"");
    }
    let port = port.unwrap_or(MQTT_PORT);
    if !section.has("url") {
        section.default(shown, "port", json!(port));
    }
    section.default(shown, "prefix", json!(prefix));
    section.default(shown, "topic", json!(topic));
    let mqtt = Mqtt { host: host?, port, username, password, prefix, topic };
    enabled.then_some(mqtt)
}

fn home_assistant(section: &Section<'_>, sources: &Sources, shown: &mut Lines) -> Option<HomeAssistant> {
    let enabled = enabled(section, shown);
    let url = section.text("url", |_, text| address(text));
    let token = section.node("token").and_then(|node| section.secret("token", node, SECRET, sources, shown));
    if !section.has("url") {
        let how = "Home Assistant's address is missing: url = \"http://homeassistant.local:8123\"";
        section.problem("url", how);
    }
    if !section.has("token") {
        let how = "a token is missing; make one on Home Assistant's page of your profile, as an administrator, and write \
                   token = { file = \"…\" }";
        section.problem("token", how);
    }
    let statistics = section.list("statistics", "[\"electricity\", \"gas\"]", statistic);
    let statistics: BTreeSet<Statistic> =
        statistics.map_or_else(|| Statistic::ALL.into(), |chosen| chosen.into_iter().collect());
    let words: Vec<&str> = statistics.iter().map(|statistic| statistic.word()).collect();
    section.default(shown, "statistics", json!(words));
    let home = HomeAssistant { url: url?, token: token?, statistics };
    enabled.then_some(home)
}

/// A section can be switched off without being taken out.
fn enabled(section: &Section<'_>, shown: &mut Lines) -> bool {
    let enabled = section.truth("enabled").unwrap_or(true);
    section.default(shown, "enabled", json!(enabled));
    enabled
}

fn port(section: &Section<'_>) -> Option<u16> {
    let number = section.node("port")?.as_plain().and_then(toml::Value::as_integer);
    let port = number.and_then(|number| u16::try_from(number).ok()).filter(|&port| port > 0);
    if port.is_none() {
        section.problem("port", "it must be a number from 1 to 65535");
    }
    port
}

/// The host and the port of a broker.
fn broker(text: &str) -> Result<(String, u16), String> {
    let example = "write mqtt://192.168.1.20:1883";
    let url = parsed(text, example)?;
    if url.scheme() == "mqtts" {
        return Err(format!(
            "MQTT over TLS is not spoken; use the broker's plain port on the home's network: {example}"
        ));
    }
    if has_credentials(&url) {
        return Err("keep the user and the password out of it; write username and password below".to_owned());
    }
    match url.host_str() {
        Some(host) if url.scheme() == "mqtt" => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Ok((host.to_owned(), url.port().unwrap_or(MQTT_PORT)))
        }
        _ => Err(format!("{} is no address of a broker; {example}", quoted(text))),
    }
}

/// The address of Home Assistant.
fn address(text: &str) -> Result<Url, String> {
    let example = "write http://homeassistant.local:8123";
    let url = parsed(text, example)?;
    if has_credentials(&url) {
        return Err(
            "keep the user and the password out of it; Home Assistant takes the token alone".to_owned()
        );
    }
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(url) } else { Err(example.to_owned()) }
}

/// Any address; what is wrong with one is said with what to write instead.
fn parsed(text: &str, example: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| format!("{} is no address ({error}); {example}", quoted(text)))
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// As it is written, unless there may be a password in it.
fn quoted(text: &str) -> String {
    if text.contains('@') { "it".to_owned() } else { format!("`{text}`") }
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

fn statistic(text: &str) -> Result<Statistic, String> {
    let known = Statistic::ALL.into_iter().find(|statistic| statistic.word() == text);
    known.ok_or_else(|| {
        let words: Vec<&str> = Statistic::ALL.iter().map(|statistic| statistic.word()).collect();
        format!("`{text}` is none of {}", words.join(", "))
    })
}
