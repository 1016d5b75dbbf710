//! The service: whether systemd runs it, and whether it answers.

use super::{Finding, clock::said};
use crate::config::Installation;
use std::{collections::HashMap, path::Path};

const TOPIC: &str = "service";
const PROPERTIES: &str = "--property=LoadState,ActiveState,SubState,NRestarts,WatchdogUSec";

pub(super) async fn examine(answers: bool, installation: &Installation) -> Vec<Finding> {
    let told = if Path::new("/run/systemd/system").exists() {
        said("systemctl", &[installation.manager(), "show", "watteau.service", PROPERTIES]).await
    } else {
        None
    };
    judged(told.as_deref().unwrap_or_default(), answers, installation)
}

fn judged(told: &str, answers: bool, installation: &Installation) -> Vec<Finding> {
    let journal = format!("{} says why", installation.journal());
    let told: HashMap<&str, &str> = told.lines().filter_map(|line| line.split_once('=')).collect();
    let of = |key: &str| told.get(key).copied().unwrap_or_default();
    let mut findings = Vec::new();
    if of("LoadState") == "loaded" {
        findings.push(match of("ActiveState") {
            "active" => Finding::ok(TOPIC, format!("systemd runs it ({})", of("SubState"))),
            "failed" => Finding::fail(TOPIC, "it failed", journal.as_str()),
            // Of a user's own, the service may well be there and not be used.
            state => Finding::warn(TOPIC, format!("it is {state}"), installation.start()),
        });
        if of("WatchdogUSec") == "infinity" || of("WatchdogUSec") == "0" {
            findings.push(Finding::warn(
                TOPIC,
                "no watchdog looks after it",
                format!("take WatchdogSec=0 back: systemctl {} edit watteau", installation.manager()),
            ));
        }
        if of("NRestarts").parse::<u32>().is_ok_and(|count| count > 0) {
            let text = format!("systemd had to start it again {} times", of("NRestarts"));
            findings.push(Finding::warn(TOPIC, text, journal.as_str()));
        }
    }
    findings.push(match (answers, of("ActiveState") == "active") {
        (true, _) => Finding::ok(TOPIC, "the daemon answers on its socket"),
        (false, false) => Finding::ok(TOPIC, "no daemon runs; the store was looked at without it"),
        (false, true) => Finding::fail(
            TOPIC,
            "the daemon runs and does not answer on its socket",
            if installation.is_the_machines() {
                "run it as root, or join its group: sudo usermod -aG watteau YOU, and sign in again"
            } else {
                "run it as the user that the daemon runs as"
            },
        ),
    });
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::Verdict, *};
    use Verdict::{Fail, Ok, Warn};

    #[test]
    fn what_systemd_says_is_judged_with_the_socket() {
        let active =
            "LoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=0\nWatchdogUSec=1min\n";
        for (told, answers, verdicts) in [
            (active.to_owned(), true, &[Ok, Ok][..]),
            (active.to_owned(), false, &[Ok, Fail]),
            (active.replace("NRestarts=0", "NRestarts=3"), true, &[Ok, Warn, Ok]),
            (active.replace("1min", "infinity"), true, &[Ok, Warn, Ok]),
            (active.replace("active", "failed"), false, &[Fail, Ok]),
            (active.replace("active", "inactive"), false, &[Warn, Ok]),
            ("LoadState=not-found\nActiveState=inactive\n".to_owned(), true, &[Ok]),
            (String::new(), false, &[Ok]),
        ] {
            for installation in [Installation::System, Installation::User] {
                let found = judged(&told, answers, &installation);
                let judged: Vec<Verdict> = found.iter().map(|finding| finding.verdict).collect();
                assert_eq!(judged, verdicts, "{told} {answers}");
                let advised = found.iter().filter_map(|finding| finding.advice.as_deref());
                for advice in advised.filter(|_| installation == Installation::User) {
                    assert!(!advice.contains("sudo"), "{advice}");
                }
            }
        }
    }
}
