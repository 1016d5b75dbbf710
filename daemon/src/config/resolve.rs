//! From what is written to what it means: sections, defaults, every problem at once.
//!
//! A value that is wrong is found and replaced by its default, so that the rest is still looked at; nobody
//! gets a configuration with a problem in it.

use super::{
    access,
    check::{Lines, Shown},
    instance, jobs,
    origin::Origin,
    outputs,
    problem::{Findings, suggestion},
    raw::Table,
    remote_write,
    section::Section,
    sources::Sources,
    types::{Config, Home, Lang, Server, StoreSettings},
};
use jiff::tz::TimeZone;
use serde_json::json;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

const SECTIONS: [&str; 9] =
    ["server", "access", "store", "home", "connectors", "jobs", "mqtt", "homeassistant", "remote_write"];
const SERVER: [&str; 6] = ["listen", "socket", "http_socket", "http_socket_mode", "names", "trusted_proxies"];
/// WATT on a phone's keys.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9288);
const TIMEZONE: &str = "Europe/Paris";
/// The kernel's limit for the path of a Unix socket, without its final zero.
const LONGEST_SOCKET: usize = 107;

/// Makes the configuration, and completes what `check` shows.
pub(super) fn resolve(root: &Table, sources: &Sources, findings: &Findings, shown: &mut Lines) -> Config {
    for (key, node) in root.iter().filter(|(key, _)| !SECTIONS.contains(&key.as_str())) {
        findings.problem(&node.at, key, format!("unknown section{}", suggestion(key, SECTIONS)));
    }
    let dir = store(Section::open(root, "store", &["dir"], findings), sources, shown);
    let home = home(
        Section::open(root, "home", &["timezone", "latitude", "longitude", "language"], findings),
        shown,
    );
    let jobs = jobs::resolve(root, findings, shown);
    let (mqtt, homeassistant) = outputs::resolve(root, sources, findings, shown);
    let server = server(Section::open(root, "server", &SERVER, findings), sources, &dir, shown);
    let access = access::resolve(&Section::open(root, "access", &access::KEYS, findings), shown);
    access::warn_of_no_password(&server, access.read, &dir, shown, findings);
    Config {
        server,
        access,
        connectors: instance::resolve(root, &home, sources, findings, shown),
        jobs: jobs.forecasts,
        regressions: jobs.regressions,
        mqtt,
        homeassistant,
        remote_write: remote_write::resolve(root, sources, findings, shown),
        home,
        store: StoreSettings { dir },
    }
}

/// A number between two bounds.
fn degrees(section: &Section<'_>, key: &str, bound: f64) -> Option<f64> {
    let number = section
        .node(key)?
        .as_plain()
        .and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)));
    let good = number.filter(|number| number.abs() <= bound);
    if good.is_none() {
        section.problem(key, format!("it must be a number of degrees between -{bound} and {bound}"));
    }
    good
}

/// Shows a path as it was meant, whatever was written.
pub(super) fn show_path(shown: &mut Lines, key: &str, path: &Path) {
    let line = shown.entry(key.to_owned()).or_insert(Shown { value: json!(null), origin: Origin::Default });
    line.value = json!(path.display().to_string());
}

fn store(section: Section<'_>, sources: &Sources, shown: &mut Lines) -> PathBuf {
    let dir = section.text("dir", |node, text| {
        let dir = node.at.path(text)?;
        match std::fs::metadata(&dir) {
            Ok(metadata) if !metadata.is_dir() => Err(format!("{} is a file; name a folder", dir.display())),
            // The daemon makes it where it is missing.
            _ => Ok(dir),
        }
    });
    let dir = dir.unwrap_or_else(|| sources.default_data_dir.clone());
    show_path(shown, "store.dir", &dir);
    dir
}

fn server(section: Section<'_>, sources: &Sources, dir: &Path, shown: &mut Lines) -> Server {
    let listen = section.text("listen", |_, text| listen_address(text));
    let socket = section.text("socket", |node, text| node.at.path(text));
    let socket = socket.unwrap_or_else(|| sources.default_socket(dir));
    let length = socket.as_os_str().len();
    if length > LONGEST_SOCKET {
        section.problem(
            "socket",
            format!("the path of a socket has at most {LONGEST_SOCKET} bytes, this one has {length}; name a shorter one"),
        );
    }
    let listen = listen.unwrap_or(LISTEN);
    section.default(shown, "listen", json!(listen.to_string()));
    show_path(shown, "server.socket", &socket);
    let http_socket = access::http_socket(&section, shown);
    if let Some(http) = &http_socket {
        if http.path == socket {
            section.problem("http_socket", "it is the socket of the commands; name another");
        } else if http.path.as_os_str().len() > LONGEST_SOCKET {
            section
                .problem("http_socket", format!("the path of a socket has at most {LONGEST_SOCKET} bytes"));
        }
    }
    Server {
        listen,
        socket,
        http_socket,
        names: access::names(&section),
        trusted_proxies: access::proxies(&section),
    }
}

/// Reads an address to listen on. `localhost` is this machine alone, by IPv4 as the default is. A port without an
/// address is not taken for one: whether it is open to every network is for the user to say.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let port = |text: &str| text.parse::<u16>().ok();
    if let Some(port) = text.strip_prefix("localhost:").and_then(port) {
        return Ok(SocketAddr::new(LISTEN.ip(), port));
    }
    text.parse().map_err(|_| {
        if text == "localhost" || text.parse::<std::net::IpAddr>().is_ok() {
            let ip = text.parse().unwrap_or(LISTEN.ip());
            let whole = SocketAddr::new(ip, LISTEN.port());
            return format!("`{text}` is an address without its port; write \"{whole}\"");
        }
        let port = text.rsplit(':').next().and_then(port).unwrap_or(LISTEN.port());
        format!(
            "`{text}` is not an address and a port; write \"127.0.0.1:{port}\", or \"0.0.0.0:{port}\" for every network"
        )
    })
}

fn home(section: Section<'_>, shown: &mut Lines) -> Home {
    let zone = section.text("timezone", |_, text| {
        // jiff also takes names in another case; the database's own is what other programs understand.
        let zone = TimeZone::get(text).map_err(|_| unknown_zone(text))?;
        Ok((zone.iana_name().unwrap_or(text).to_owned(), zone))
    });
    section.default(shown, "timezone", json!(TIMEZONE));
    let (timezone_name, timezone) = zone.unwrap_or_else(|| {
        let zone = TimeZone::get(TIMEZONE).unwrap_or(TimeZone::UTC);
        (TIMEZONE.to_owned(), zone)
    });
    let language = section.text("language", |_, text| match text {
        "fr" => Ok(Lang::Fr),
        "en" => Ok(Lang::En),
        _ => Err(format!("`{text}` is not a language of watteau; write \"fr\" or \"en\"")),
    });
    let (latitude, longitude) = (degrees(&section, "latitude", 90.0), degrees(&section, "longitude", 180.0));
    for (has, lacks) in [("latitude", "longitude"), ("longitude", "latitude")] {
        if section.has(has) && !section.has(lacks) {
            section.problem(has, format!("a place needs both; add {lacks}"));
        }
    }
    Home { timezone, timezone_name, latitude, longitude, language }
}

fn unknown_zone(text: &str) -> String {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let close = suggestion(text, names.iter().map(String::as_str));
    let advice = if close.is_empty() { "; write a name such as \"Europe/Paris\"" } else { &close };
    format!("`{text}` is not a time zone{advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_shown_by_example() {
        for (text, expected) in [
            ("127.0.0.1:9403", Ok("127.0.0.1:9403")),
            ("localhost:9403", Ok("127.0.0.1:9403")),
            ("[::1]:0", Ok("[::1]:0")),
            ("9403", Err("127.0.0.1:9403")),
            (":9403", Err("0.0.0.0:9403")),
            ("localhost", Err("127.0.0.1:9288")),
            ("localhost", Err("without its port")),
            ("192.168.1.20", Err("\"192.168.1.20:9288\"")),
            ("::1", Err("\"[::1]:9288\"")),
            ("localhost:99999", Err("127.0.0.1:9288")),
            ("", Err("127.0.0.1:9288")),
        ] {
            match (listen_address(text), expected) {
                (Ok(address), Ok(expected)) => assert_eq!(address.to_string(), expected),
                (Err(message), Err(example)) => assert!(message.contains(example), "{message}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }
}
