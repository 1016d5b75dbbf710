//! The doors: who may come in, and with what.

use super::{Client, Finding};
use crate::{
    access::{self, TokenView},
    config::{Config, Installation, Problem, Reading},
};
use serde::Deserialize;

const TOPIC: &str = "access";

/// Whether a warning of the configuration is about what is found here.
pub(super) fn says_so(warning: &Problem) -> bool {
    matches!(warning.key.as_str(), "server.listen" | "server.http_socket")
}

pub(super) async fn examine(
    config: &Config,
    client: Option<&Client>,
    installation: &Installation,
) -> Vec<Finding> {
    #[derive(Deserialize)]
    struct Session {
        password: bool,
    }
    if let Some(damage) = access::damage(&config.store.dir) {
        let advice = "put it right, or remove it and set password and tokens anew: nobody can sign in";
        return vec![Finding::fail(TOPIC, damage, advice)];
    }
    let (mut password, mut tokens) = (None, Vec::new());
    if let Some(client) = client {
        password = client.get::<Session>("/api/v1/session", &[]).await.ok().map(|session| session.password);
        tokens = client.get::<Vec<TokenView>>("/api/v1/tokens", &[]).await.unwrap_or_default();
    }
    let someone = password.map(|password| password || !tokens.is_empty());
    let someone = someone.or_else(|| access::anybody(&config.store.dir));
    let open = !config.server.listen.ip().is_loopback() || config.server.http_socket.is_some();
    let reads = config.access.read == Reading::Open;
    let how = installation.command("password set");
    let mut findings = vec![judged(open || config.access.always, reads, someone, how)];
    for token in tokens.iter().filter(|token| token.expired) {
        let command = |what: &str| installation.command(&format!("token {what} {}", token.name));
        let advice = format!("{} && {}", command("revoke"), command("create"));
        findings.push(Finding::warn(TOPIC, format!("the token of {} is over", token.name), advice));
    }
    findings
}

/// Whether anybody is asked for anything, whether reading is open, whether somebody could answer, and how that comes.
fn judged(asks: bool, reads: bool, someone: Option<bool>, how: String) -> Finding {
    match (asks, someone) {
        (false, _) => Finding::ok(TOPIC, "only this machine gets in"),
        (true, Some(true)) => {
            Finding::ok(TOPIC, "the network gets in, and changes something by password or token")
        }
        (true, Some(false)) => Finding::warn(
            TOPIC,
            if reads {
                "the network gets in and reads, and nobody can sign in to change anything"
            } else {
                "the network gets in, and nobody can sign in to read or to change anything"
            },
            how,
        ),
        (true, None) => {
            Finding::ok(TOPIC, "the network gets in; whether there is a password may not be seen by you")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};

    #[test]
    fn an_open_door_without_a_password_is_worth_a_word() {
        for (asks, someone, verdict) in [
            (false, Some(false), Verdict::Ok),
            (true, Some(false), Verdict::Warn),
            (true, Some(true), Verdict::Ok),
            (true, None, Verdict::Ok),
        ] {
            for reads in [false, true] {
                assert_eq!(
                    judged(asks, reads, someone, String::new()).verdict,
                    verdict,
                    "{asks} {reads} {someone:?}"
                );
            }
        }
    }
}
