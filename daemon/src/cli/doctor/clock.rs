//! The clock, which every point is stamped by: a Pi has none of its own.

use super::Finding;
use jiff::{Timestamp, tz::TimeZone};
use std::{path::Path, time::Duration};

const TOPIC: &str = "clock";

/// When this version was made: no clock that is set is before it.
const MADE: &str = "2026-11-01T00:00:00Z";

pub(super) async fn examine() -> Vec<Finding> {
    let synchronized =
        match said("timedatectl", &["show", "--property=NTPSynchronized", "--value"]).await.as_deref() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            // Without the tool, systemd's own client leaves a mark where it has set the clock.
            _ => Path::new("/run/systemd/timesync/synchronized").exists().then_some(true),
        };
    vec![set(Timestamp::now(), synchronized), zones()]
}

fn set(now: Timestamp, synchronized: Option<bool>) -> Finding {
    let advice = "let it be set from the network: sudo timedatectl set-ntp true";
    if MADE.parse().is_ok_and(|made: Timestamp| now < made) {
        return Finding::fail(TOPIC, format!("the clock says {now}, before this version was made"), advice);
    }
    match synchronized {
        Some(true) => Finding::ok(TOPIC, "set, and kept right from the network"),
        Some(false) => Finding::warn(TOPIC, "set, and not kept right from the network (NTP)", advice),
        None => Finding::ok(TOPIC, "set; who keeps it right cannot be seen here"),
    }
}

/// The rules of the home's zone come with the program where the system has none.
fn zones() -> Finding {
    match TimeZone::get("Europe/Paris") {
        Ok(_) if Path::new("/usr/share/zoneinfo/Europe/Paris").exists() => {
            Finding::ok(TOPIC, "the time zones are the system's")
        }
        Ok(_) => Finding::ok(TOPIC, "the time zones are those of this version of watteau"),
        Err(_) => {
            Finding::fail(TOPIC, "the time zones cannot be read", "sudo apt install --reinstall tzdata")
        }
    }
}

/// What a program prints on one line; none where there is no such program, or it does not end.
pub(super) async fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(5), command.output()).await.ok()?.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};

    #[test]
    fn a_clock_is_set_and_kept_right_or_it_is_said() {
        for (now, synchronized, verdict) in [
            ("1970-01-01T00:03:00Z", Some(false), Verdict::Fail),
            ("2024-06-01T00:00:00Z", Some(true), Verdict::Fail),
            ("2027-01-01T00:00:00Z", Some(false), Verdict::Warn),
            ("2027-01-01T00:00:00Z", Some(true), Verdict::Ok),
            ("2027-01-01T00:00:00Z", None, Verdict::Ok),
        ] {
            assert_eq!(set(now.parse().unwrap(), synchronized).verdict, verdict, "{now} {synchronized:?}");
        }
    }
}
