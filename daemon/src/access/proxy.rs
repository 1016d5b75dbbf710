//! Who asks, where a reverse proxy asks for them.
//!
//! What a proxy says of its clients (`X-Forwarded-For`, `-Proto`, `-Host`) is believed of the proxies that the
//! configuration names, and of nobody else: anyone may write those headers. That they are there at all says that the
//! request came from elsewhere, which closes a door that is open to this machine alone.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// Proxies whose word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Their addresses.
    pub networks: Vec<IpNet>,
    /// Whether whoever is at the other end is one: a socket that only a proxy opens.
    pub always: bool,
}

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// The client's address, where it is known.
    pub address: Option<IpAddr>,
    /// The host that the client asked for.
    pub host: String,
    /// Whether the client is told by a proxy, believed or not.
    pub by_proxy: bool,
    /// Whether the client speaks HTTPS, to a proxy that says so.
    pub https: bool,
}

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
const HOST: &str = "x-forwarded-host";
/// Written by proxies too, and read for nothing but that.
const OTHERS: [&str; 2] = ["x-real-ip", "forwarded"];

impl Proxies {
    /// Reads the headers of a request that `peer` sent; a peer without an address came through a socket file.
    pub fn forwarded(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Forwarded {
        let by_proxy = [FOR, PROTO, HOST].iter().chain(&OTHERS).any(|name| headers.contains_key(*name));
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let mut found = Forwarded {
            address: peer.map(|peer| peer.to_canonical()),
            host: text("host").unwrap_or_default().to_owned(),
            by_proxy,
            https: false,
        };
        if !self.always && !found.address.is_some_and(|peer| self.know(peer)) {
            return found;
        }
        // Each proxy writes at the end whom it heard from: read backwards, until somebody who is no proxy of ours.
        let all: Vec<&str> = headers.get_all(FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        for hop in all.iter().flat_map(|line| line.split(',')).rev() {
            // A word that is no address ends what can be known.
            let Some(address) = address(hop.trim()) else { break };
            found.address = Some(address);
            if !self.know(address) {
                break;
            }
        }
        // A list in these is of several proxies: the last is ours.
        let last = |name: &str| text(name).and_then(|list| list.rsplit(',').next()).map(str::trim);
        found.https = last(PROTO).is_some_and(|word| word.eq_ignore_ascii_case("https"));
        if let Some(host) = last(HOST).filter(|host| !host.is_empty()) {
            host.clone_into(&mut found.host);
        }
        found
    }

    fn know(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    plain
        .or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|both| both.ip()))
        .map(|found| found.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_proxies_that_are_named_are_believed() {
        let ours = Proxies {
            networks: vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()],
            always: false,
        };
        let ip = |text: &str| text.parse::<IpAddr>().ok();
        for (peer, told, expected) in [
            ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
            // What the client wrote itself comes first, and counts for nothing.
            ("127.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
            ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
            ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
            ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
            ("127.0.0.1", "somebody", "127.0.0.1"),
            ("127.0.0.1", "192.0.2.1, somebody, 10.1.2.3", "10.1.2.3"),
            ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("192.168.1.5", "203.0.113.9", "192.168.1.5"),
        ] {
            let all = [
                ("host", "pi"),
                ("x-forwarded-for", told),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "watteau.example"),
            ];
            let found = ours.forwarded(ip(peer), &headers(&all));
            assert_eq!(found.address, ip(expected), "{peer}: {told}");
            let believed = peer != "192.168.1.5";
            assert_eq!((found.https, found.host == "watteau.example"), (believed, believed), "{peer}");
            assert!(found.by_proxy, "{peer}");
        }
    }

    #[test]
    fn a_socket_of_a_proxy_is_one_and_a_plain_request_is_nobodys() {
        let socket = Proxies { networks: vec![], always: true };
        let found = socket.forwarded(
            None,
            &headers(&[
                ("host", "x"),
                ("x-forwarded-for", "192.0.2.1, 203.0.113.9"),
                ("x-forwarded-proto", "http, HTTPS"),
            ]),
        );
        let expected = Forwarded {
            address: "203.0.113.9".parse().ok(),
            host: "x".to_owned(),
            by_proxy: true,
            https: true,
        };
        assert_eq!(found, expected);
        let plain =
            Proxies::default().forwarded("127.0.0.1".parse().ok(), &headers(&[("host", "localhost")]));
        let expected = Forwarded {
            address: "127.0.0.1".parse().ok(),
            host: "localhost".to_owned(),
            by_proxy: false,
            https: false,
        };
        assert_eq!(plain, expected);
        for name in ["forwarded", "x-real-ip", "x-forwarded-for"] {
            assert!(
                Proxies::default().forwarded(None, &headers(&[(name, "for=192.0.2.1")])).by_proxy,
                "{name}"
            );
        }
    }
}
