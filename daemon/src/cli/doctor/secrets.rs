//! The secrets: whether each can be read, by whom besides, and until when it holds where it says so itself.

use super::Finding;
use crate::config::{Config, Secret, SecretError};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jiff::{Timestamp, Unit};
use serde::Deserialize;

/// What connectors read by.
const CONSENT: &str = "consent";
/// What else is shown to others.
const SECRET: &str = "secret";
/// Time enough to give a consent again.
const SOON_DAYS: f64 = 30.0;

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let now = Timestamp::now();
    config.secrets().flat_map(|(key, secret)| judged(&key, secret, now)).collect()
}

fn judged(key: &str, secret: &Secret, now: Timestamp) -> Vec<Finding> {
    let (topic, name) = match key.strip_prefix("connectors.") {
        Some(name) => (CONSENT, name),
        None => (SECRET, key),
    };
    let read = match secret.read() {
        Ok(text) => holds(topic, name, expiry(text.expose()), now),
        // Only the service itself is handed it, and the daemon says so where it is missing.
        Err(SecretError::NoCredential(_)) => Finding::ok(topic, format!("{name} is handed over by systemd")),
        Err(SecretError::Forbidden(_)) => {
            Finding::ok(topic, format!("{name} may not be read by you, as it should be"))
        }
        Err(error) => {
            Finding::fail(topic, format!("{name}: {error}"), "correct it, and check with watteau check")
        }
    };
    let open = secret.open_to_all().map(|file| {
        let text = format!("{name} can be read by every user of this machine");
        Finding::warn(topic, text, format!("chmod o= {}", file.display()))
    });
    [read].into_iter().chain(open).collect()
}

fn holds(topic: &'static str, name: &str, until: Option<Timestamp>, now: Timestamp) -> Finding {
    let Some(until) = until else { return Finding::ok(topic, format!("{name} is there")) };
    let days = (until - now).total(Unit::Hour).unwrap_or(0.0) / 24.0;
    let advice = if topic == CONSENT {
        "give the consent again where you gave it, and put the new token in its place"
    } else {
        "make a new one where you made it, and put it in its place"
    };
    if days <= 0.0 {
        Finding::fail(topic, format!("{name} ended {:.0} days ago", -days), advice)
    } else if days < SOON_DAYS {
        Finding::warn(topic, format!("{name} ends in {days:.0} days"), advice)
    } else {
        Finding::ok(topic, format!("{name} holds for {days:.0} days more"))
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
    use crate::config::testing;
    use std::{fs, os::unix::fs::PermissionsExt as _};

    #[test]
    fn every_secret_is_looked_at_and_one_that_everybody_can_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [("mqtt", 0o644), ("home", 0o600), ("remote", 0o640)] {
            let file = folder.path().join(name);
            fs::write(&file, "invented").unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        }
        let settings = "[mqtt]\nhost = \"broker\"\nusername = \"me\"\npassword = { file = \"mqtt\" }\n\
                        [homeassistant]\nurl = \"http://home.test\"\ntoken = { file = \"home\" }\n\
                        [remote_write]\nurl = \"https://prometheus.test/write\"\nbearer = { file = \"remote\" }\n";
        let found = examine(&testing::config(folder.path(), settings));
        let told: Vec<(&str, Verdict)> =
            found.iter().map(|finding| (finding.text.as_str(), finding.verdict)).collect();
        let expected = [
            ("mqtt.password is there", Verdict::Ok),
            ("mqtt.password can be read by every user of this machine", Verdict::Warn),
            ("homeassistant.token is there", Verdict::Ok),
            ("remote_write.bearer is there", Verdict::Ok),
        ];
        assert_eq!(told, expected);
        let advice = format!("chmod o= {}", folder.path().join("mqtt").display());
        assert_eq!(found[1].advice, Some(advice));
    }

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
            let found = holds(CONSENT, "linky.token", expiry(&token(&claims)), now);
            assert_eq!(found.verdict, verdict, "{claims}: {}", found.text);
        }
        for other in ["", "plain", "a.b.c", "a.b.c.d"] {
            assert_eq!(expiry(other), None, "{other}");
        }
    }
}
