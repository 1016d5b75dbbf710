//! `[access]`, and what `[server]` says of proxies and names: who may come in from the network.

use super::{
    check::{Lines, Shown},
    origin::Origin,
    problem::Findings,
    resolve::show_path,
    section::Section,
    types::{AccessSettings, HttpSocket, Reading, Server},
};
use ipnet::IpNet;
use serde_json::json;
use std::net::IpAddr;

/// The keys of `[access]`.
pub(super) const KEYS: [&str; 2] = ["always", "read"];

/// What a local program may reach is reached through the socket by its owner and group.
const SOCKET_MODE: u32 = 0o660;

pub(super) fn resolve(section: &Section<'_>, shown: &mut Lines) -> AccessSettings {
    let read = section.text("read", |_, text| match text {
        "open" => Ok(Reading::Open),
        "password" => Ok(Reading::Password),
        _ => Err(format!("`{text}` is not a way to read; write \"open\" or \"password\"")),
    });
    let always = section.truth("always").unwrap_or(false);
    let settings = AccessSettings { always, read: read.unwrap_or_default() };
    section.default(shown, "always", json!(always));
    let read = if settings.read == Reading::Open { "open" } else { "password" };
    section.default(shown, "read", json!(read));
    settings
}

/// Names that the machine is asked by, as a browser writes them.
pub(super) fn names(section: &Section<'_>) -> Vec<String> {
    let names = section.list("names", "[\"…\"]", |text| {
        let name = text.trim_end_matches('.').to_lowercase();
        let good = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if name.is_empty() || !name.chars().all(good) {
            return Err(format!(
                "`{text}` is not a name of a machine; write \"watteau.lan\", without http:// and without a port"
            ));
        }
        Ok(name)
    });
    names.unwrap_or_default()
}

/// Addresses and networks of proxies.
pub(super) fn proxies(section: &Section<'_>) -> Vec<IpNet> {
    let networks = section.list("trusted_proxies", "[\"…\"]", |text| {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network = network.map_err(|_| {
            format!("`{text}` is not an address; write \"127.0.0.1\", or \"172.17.0.0/16\" for a network")
        })?;
        if network.prefix_len() == 0 {
            return Err(format!(
                "`{text}` is everybody, who could then claim to be anybody; name the proxy alone"
            ));
        }
        Ok(network.trunc())
    });
    networks.unwrap_or_default()
}

/// The socket that a reverse proxy comes through.
pub(super) fn http_socket(section: &Section<'_>, shown: &mut Lines) -> Option<HttpSocket> {
    let path = section.text("http_socket", |node, text| node.at.path(text));
    let mode = section.text("http_socket_mode", |_, text| {
        let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777 && mode & 0o600 == 0o600);
        mode.ok_or_else(|| {
            format!("`{text}` is not a mode of a socket; write \"0660\", or \"0666\" for every local program")
        })
    });
    if section.has("http_socket_mode") && !section.has("http_socket") {
        section.problem("http_socket_mode", "there is no socket that it could be of; add http_socket");
    }
    let path = path?;
    show_path(shown, "server.http_socket", &path);
    let mode = mode.unwrap_or(SOCKET_MODE);
    section.default(shown, "http_socket_mode", json!(format!("{mode:04o}")));
    Some(HttpSocket { path, mode })
}

/// That a network gets here and nobody can sign in yet: worth a word.
pub(super) fn warn_of_no_password(
    server: &Server,
    read: Reading,
    dir: &std::path::Path,
    shown: &Lines,
    findings: &Findings,
) {
    let beyond = !server.listen.ip().is_loopback() || server.http_socket.is_some();
    if !beyond || crate::access::anybody(dir) != Some(false) {
        return;
    }
    let key = if server.listen.ip().is_loopback() { "server.http_socket" } else { "server.listen" };
    let at = shown.get(key).map_or(Origin::Default, |shown: &Shown| shown.origin.clone());
    let message = match read {
        Reading::Open => {
            "the network may read, and nothing can be changed from there before there is a password: watteau password set"
        }
        Reading::Password => {
            "nothing can be read or changed from the network before there is a password: watteau password set"
        }
    };
    findings.warning(&at, key, message);
}
