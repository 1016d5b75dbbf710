//! Who may ask for what: the names and the pages that are ours, and who has signed in.
//!
//! A page on the web cannot read or change what watteau keeps: a browser names the page's host in `Origin`,
//! and the name it used for us in `Host`. A site that points its own name at our address (DNS rebinding) is
//! told by that name: we go by addresses, `localhost`, the machine's own names and those of the configuration.
//!
//! On the network, changing anything takes a session or a token, and so does reading where the configuration
//! says so. A session is a cookie that no other site's page can send and no script can read.

use super::{
    caller,
    error::Failure,
    need::{Need, writes},
    serve::PeerAddress,
};
use crate::{
    access::{Forwarded, Keeper, Proxies},
    config::Server,
    machine,
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// The door that requests come through.
#[derive(Debug, Clone)]
pub enum Access {
    /// The command socket, or the commands themselves: whoever may open it may do anything.
    Local,
    /// A network address, or a proxy's socket.
    Network(Network),
}

/// How an address is reached.
#[derive(Debug, Clone)]
pub struct Network {
    /// Only this machine reaches it: every name that is not its own is a trick, and nobody has to sign in.
    loopback: bool,
    names: Arc<[String]>,
    /// The owner said by which names it goes, so that there are no others.
    named: bool,
    proxies: Proxies,
}

impl Access {
    /// The door at that address. On the network it goes by any address, by the machine's own name, alone or in the
    /// usual local domains, and by those of the configuration.
    pub fn network(listen: SocketAddr, server: &Server) -> Self {
        Self::Network(Network::new(listen.ip().is_loopback(), false, server))
    }

    /// The door of a reverse proxy, a socket file.
    pub fn socket(server: &Server) -> Self {
        Self::Network(Network::new(false, true, server))
    }
}

impl Network {
    fn new(loopback: bool, always: bool, server: &Server) -> Self {
        Self {
            loopback,
            names: machine::names().into_iter().chain(server.names.iter().cloned()).collect(),
            named: !server.names.is_empty(),
            proxies: Proxies { networks: server.trusted_proxies.clone(), always },
        }
    }

    fn knows(&self, host: &str) -> bool {
        let name = without_port(host).to_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        // A rebound name is a name: an address in `Host` was typed as one.
        address.is_ok() || name == "localhost" || name.ends_with(".localhost") || self.names.contains(&name)
    }

    /// Whether the names in a request are ours.
    fn check(&self, method: &Method, headers: &HeaderMap, from: &Forwarded) -> Result<(), Failure> {
        let forbidden = |code, detail: String| Err(Failure::new(StatusCode::FORBIDDEN, code, detail));
        let host = from.host.as_str();
        if !self.knows(host) && (writes(method) || self.loopback || self.named) {
            let shown: String = host.chars().take(80).collect();
            return forbidden(
                "host_not_allowed",
                format!(
                    "`{shown}` is not a name of this machine; use its address, or {}, or add the name to [server] names",
                    self.names.first().map_or("localhost", |name| name)
                ),
            );
        }
        if !writes(method) {
            return Ok(());
        }
        let foreign_site = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
        let foreign_origin = origin.is_some_and(|origin| {
            origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) != Some(host)
        });
        if foreign_site || foreign_origin {
            return forbidden("origin_not_allowed", "only watteau's own pages may ask for this".to_owned());
        }
        Ok(())
    }
}

/// The host of `host:port`, `[v6]:port` or `host`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

/// A door, and who keeps it.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) keeper: Arc<Keeper>,
    pub(super) access: Access,
}

impl Gate {
    /// Who asks, when they may.
    async fn admit(&self, request: &Parts) -> Result<caller::Caller, Failure> {
        let Access::Network(network) = &self.access else { return Ok(caller::Caller::local()) };
        let Parts { method, headers, extensions, .. } = request;
        let peer = extensions.get::<PeerAddress>().copied().unwrap_or_default();
        let from = network.proxies.forwarded(peer.0, headers);
        network.check(method, headers, &from)?;
        let settings = self.keeper.settings();
        let asks = settings.always || !network.loopback || from.by_proxy;
        let route = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let need = if asks { Need::of(method, route, settings.read) } else { Need::Nothing };
        caller::identify(&self.keeper, headers, from, asks, need).await
    }
}

/// Lets a request through or not, and says how its answer may be used.
pub(super) async fn check(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let mut response = match gate.admit(&parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => super::error::rendered(failure, &path).into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in KEPT_TO_ITSELF {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page has a policy of its own; what is no page runs, loads and frames nothing.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// What a browser is told about every answer: not to guess its type, not to tell others where it was, not to show it
/// inside another site, and to ask for none of the machine's senses.
const KEPT_TO_ITSELF: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), usb=()",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(network: &Network, method: &Method, headers: &[(&str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        network.check(method, &headers, &network.proxies.forwarded(None, &headers)).is_ok()
    }

    fn home(names: &[&str]) -> Network {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Network { loopback: true, names, named: false, proxies: Proxies::default() }
    }

    #[test]
    fn names_of_this_machine_and_no_other() {
        let home = home(&["pi", "pi.local"]);
        let open = Network { loopback: false, ..home.clone() };
        let named = Network { named: true, ..open.clone() };
        for (host, ours) in [
            ("127.0.0.1:9288", true),
            ("[::1]:9288", true),
            ("::1", true),
            ("localhost", true),
            ("LocalHost:80", true),
            ("pi:9288", true),
            ("pi.local", true),
            ("192.168.1.20:9288", true),
            ("evil.example:9288", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("", false),
        ] {
            let asked = [("host", host)];
            assert_eq!(check(&home, &Method::GET, &asked), ours, "read {host}");
            assert_eq!(check(&home, &Method::POST, &asked), ours, "write {host}");
            assert_eq!(check(&open, &Method::POST, &asked), ours, "write {host}");
            // On the network the owner may have given it any name; what can be read can be read there anyway.
            assert!(check(&open, &Method::GET, &asked), "read {host}");
            // Once the names are told, there are no others.
            assert_eq!(check(&named, &Method::GET, &asked), ours, "read {host}");
        }
        assert!(!check(&home, &Method::GET, &[]));
    }

    #[test]
    fn only_our_own_pages_write() {
        let home = home(&[]);
        for (headers, allowed) in [
            (&[("origin", "http://127.0.0.1:9288")][..], true),
            (&[("origin", "https://127.0.0.1:9288")], true),
            (&[("origin", "http://127.0.0.1:9288"), ("sec-fetch-site", "same-origin")], true),
            (&[("origin", "http://127.0.0.1:80")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[], true),
        ] {
            let headers = [&[("host", "127.0.0.1:9288")], headers].concat();
            assert_eq!(check(&home, &Method::POST, &headers), allowed, "{headers:?}");
            assert!(check(&home, &Method::GET, &headers));
        }
    }
}
