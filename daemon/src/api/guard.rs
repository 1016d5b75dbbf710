//! Who may ask for what: a check of `Host` and `Origin` against pages of other sites.
//!
//! A page on the web cannot read or change what watteau keeps: a browser names the page's host in `Origin`,
//! and the name it used for us in `Host`. A site that points its own name at our address (DNS rebinding) is
//! told by that name: we go by addresses, `localhost` and the machine's own names.

use super::error::Failure;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
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
    /// A network address.
    Network(Network),
}

/// How an address is reached.
#[derive(Debug, Clone)]
pub struct Network {
    /// Only this machine reaches it, so every other name is a trick.
    loopback: bool,
    names: Arc<[String]>,
}

impl Access {
    /// The door at that address. On the network it goes by any address, and by the machine's own name, alone
    /// or in the usual local domains.
    pub fn network(listen: SocketAddr) -> Self {
        let name = rustix::system::uname().nodename().to_string_lossy().to_lowercase();
        let names = ["", ".local", ".lan", ".home", ".home.arpa", ".fritz.box"]
            .into_iter()
            .filter(|_| !name.is_empty())
            .map(|domain| format!("{name}{domain}"))
            .collect();
        Self::Network(Network { loopback: listen.ip().is_loopback(), names })
    }
}

impl Network {
    fn knows(&self, host: &str) -> bool {
        let name = without_port(host).to_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        // A rebound name is a name: an address in `Host` was typed as one.
        address.is_ok() || name == "localhost" || name.ends_with(".localhost") || self.names.contains(&name)
    }

    fn check(&self, method: &Method, headers: &HeaderMap) -> Result<(), Failure> {
        let forbidden = |code, detail: String| Err(Failure::new(StatusCode::FORBIDDEN, code, detail));
        let writes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !self.knows(host) && (writes || self.loopback) {
            let shown: String = host.chars().take(80).collect();
            return forbidden(
                "host_not_allowed",
                format!(
                    "`{shown}` is not a name of this machine; use its address, or {}",
                    self.names.first().map_or("localhost", |name| name)
                ),
            );
        }
        if !writes {
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

/// Lets a request through or not, and says how its answer may be used.
pub(super) async fn check(State(access): State<Access>, request: Request, next: Next) -> Response {
    let allowed = match &access {
        Access::Local => Ok(()),
        Access::Network(network) => network.check(request.method(), request.headers()),
    };
    let path = request.uri().path().to_owned();
    let mut response = match allowed {
        Ok(()) => next.run(request).await,
        Err(failure) => super::error::rendered(failure, &path).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(network: &Network, method: &Method, headers: &[(&str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        network.check(method, &headers).is_ok()
    }

    #[test]
    fn names_of_this_machine_and_no_other() {
        let home = Network { loopback: true, names: Arc::from(["pi".to_owned(), "pi.local".to_owned()]) };
        let open = Network { loopback: false, ..home.clone() };
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
        }
        assert!(!check(&home, &Method::GET, &[]));
    }

    #[test]
    fn only_our_own_pages_write() {
        let home = Network { loopback: true, names: Arc::from([]) };
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
