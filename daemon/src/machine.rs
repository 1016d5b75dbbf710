//! This machine as others reach it: its name, and the address of what listens on it.

use std::net::SocketAddr;

/// Domains in which a home's router, or the machine itself, answers for its name.
const DOMAINS: [&str; 5] = ["local", "lan", "home", "home.arpa", "fritz.box"];

/// What a person has to replace where the machine has no name that others could know.
const NO_NAME: &str = "WATTEAU_ADDRESS";

/// What the machine calls itself, in lower case, as names are compared; empty where nobody named it.
fn nodename() -> String {
    rustix::system::uname().nodename().to_string_lossy().to_lowercase()
}

/// Every name that it goes by at home: its own, alone and in the usual local domains.
pub(crate) fn names() -> Vec<String> {
    names_of(nodename())
}

fn names_of(name: String) -> Vec<String> {
    if name.is_empty() {
        return Vec::new();
    }
    let in_domains: Vec<String> = DOMAINS.iter().map(|domain| format!("{name}.{domain}")).collect();
    [name].into_iter().chain(in_domains).collect()
}

/// The name by which a machine of the same network, with the same domain, knows it.
pub(crate) fn name() -> String {
    known(nodename())
}

/// The name that every machine of the home can ask for: by mDNS, unless it is a whole name already.
pub(crate) fn local_name() -> String {
    local(known(nodename()))
}

fn known(name: String) -> String {
    if name.is_empty() || name == "localhost" { NO_NAME.to_owned() } else { name }
}

fn local(name: String) -> String {
    if name == NO_NAME || name.contains('.') { name } else { format!("{name}.local") }
}

/// Where others find what listens at an address: every address is nobody's, and the machine's name stands for it.
pub(crate) fn authority(listen: SocketAddr, name: &str) -> String {
    if listen.ip().is_unspecified() { format!("{name}:{}", listen.port()) } else { listen.to_string() }
}

/// The same with the name that every machine of the home can ask for; none where nobody else can reach it, or nobody
/// knows how.
pub(crate) fn reached(listen: SocketAddr) -> Option<String> {
    reached_by(listen, &local_name())
}

fn reached_by(listen: SocketAddr, name: &str) -> Option<String> {
    let nameless = listen.ip().is_unspecified() && name == NO_NAME;
    (!listen.ip().is_loopback() && !nameless).then(|| authority(listen, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_found_by_a_name_that_others_know() {
        for (own, for_others, for_everybody) in [
            ("pi", "pi", "pi.local"),
            ("pi.home", "pi.home", "pi.home"),
            ("localhost", NO_NAME, NO_NAME),
            ("", NO_NAME, NO_NAME),
        ] {
            let name = known(own.to_owned());
            assert_eq!((name.as_str(), local(name.clone()).as_str()), (for_others, for_everybody), "{own}");
        }
        assert_eq!(names_of("pi".to_owned())[..3], ["pi", "pi.local", "pi.lan"]);
        assert!(names_of(String::new()).is_empty());
    }

    #[test]
    fn an_address_is_told_and_every_address_is_the_name() {
        for (listen, expected) in [
            ("192.0.2.1:9288", "192.0.2.1:9288"),
            ("[::1]:9288", "[::1]:9288"),
            ("0.0.0.0:9300", "pi:9300"),
            ("[::]:9288", "pi:9288"),
        ] {
            assert_eq!(authority(listen.parse().unwrap(), "pi"), expected, "{listen}");
        }
    }

    #[test]
    fn what_nobody_else_can_reach_has_no_address_for_them() {
        for (listen, name, expected) in [
            ("192.0.2.1:9288", NO_NAME, Some("192.0.2.1:9288")),
            ("0.0.0.0:9288", "pi.local", Some("pi.local:9288")),
            ("0.0.0.0:9288", NO_NAME, None),
            ("127.0.0.1:9288", "pi.local", None),
        ] {
            assert_eq!(reached_by(listen.parse().unwrap(), name).as_deref(), expected, "{listen} {name}");
        }
    }
}
