//! The secrets of the connectors: whether each can be read, and until when it holds where it says so itself.

use super::Finding;
use crate::config::{Config, SecretError};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jiff::{Timestamp, Unit};
use serde::Deserialize;

const TOPIC: &str = "consent";
/// Time enough to give a consent again.
const SOON_DAYS: f64 = 30.0;

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let all = config.connectors.values().filter(|instance| instance.enabled);
    let secrets =
        all.flat_map(|instance| instance.secrets.iter().map(move |(key, secret)| (instance, key, secret)));
    let judged = secrets.map(|(instance, key, secret)| {
        let name = format!("{}.{key}", instance.name);
        match secret.read() {
            Ok(text) => holds(&name, expiry(text.expose()), Timestamp::now()),
            // Only the service itself is handed it, and the daemon says so where it is missing.
            Err(SecretError::NoCredential(_)) => {
                Finding::ok(TOPIC, format!("{name} is handed over by systemd"))
            }
            Err(SecretError::Forbidden(_)) => {
                Finding::ok(TOPIC, format!("{name} may not be read by you, as it should be"))
            }
            Err(error) => {
                Finding::fail(TOPIC, format!("{name}: {error}"), "correct it, and check with watteau check")
            }
        }
    });
    judged.collect()
}

fn holds(name: &str, until: Option<Timestamp>, now: Timestamp) -> Finding {
    let Some(until) = until else { return Finding::ok(TOPIC, format!("{name} is there")) };
    let days = (until - now).total(Unit::Hour).unwrap_or(0.0) / 24.0;
    let advice = "give the consent again where you gave it, and put the new token in its place";
    if days <= 0.0 {
        Finding::fail(TOPIC, format!("{name} ended {:.0} days ago", -days), advice)
    } else if days < SOON_DAYS {
        Finding::warn(TOPIC, format!("{name} ends in {days:.0} days"), advice)
    } else {
        Finding::ok(TOPIC, format!("{name} holds for {days:.0} days more"))
    }
}

/// The end that a JSON Web Token carries in its middle part. Nothing else of it is looked at.
fn expiry(token: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let mut parts = token.split('.');
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let claims: Claims = serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()?;
    Timestamp::from_second(claims.exp).ok()
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};

    #[test]
    fn a_token_that_says_its_end_is_believed() {
        let token = |claims: &str| format!("{}.{}.c2ln", BASE64.encode("{}"), BASE64.encode(claims));
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        for (end, verdict) in [
            (Some("2025-12-30T00:00:00Z"), Verdict::Fail),
            (Some("2026-01-12T00:00:00Z"), Verdict::Warn),
            (Some("2028-01-01T00:00:00Z"), Verdict::Ok),
            (None, Verdict::Ok),
        ] {
            let claims = end.map_or("{\"sub\":\"x\"}".to_owned(), |end| format!("{{\"exp\":{}}}", at(end)));
            let found = holds("linky.token", expiry(&token(&claims)), now);
            assert_eq!(found.verdict, verdict, "{claims}: {}", found.text);
        }
        for other in ["", "plain", "a.b.c", "a.b.c.d"] {
            assert_eq!(expiry(other), None, "{other}");
        }
    }
}
