//! `watteau doctor`: looks at everything that daily work rests on, and says of each what to do where it is not well.
//!
//! It reads and asks, and changes nothing. What it prints may be shown to anybody who helps: no secret, no meter's
//! number, no address of the home.

mod clock;
mod disk;
mod doors;
mod folders;
mod links;
mod models;
mod outputs;
mod secrets;
mod service;
mod sources;
mod stored;

use super::{Exit, Global, client::Client, output, refused};
use crate::{
    config::{self, Loaded},
    ingest,
};
use clap::Args;
use serde::Serialize;
use std::fmt::Write as _;

/// Arguments of `watteau doctor`.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Asks nothing of other machines.
    #[arg(long)]
    offline: bool,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    /// It works, and will not for ever or not for all.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// `clock`, `disk`, `store`…
    topic: &'static str,
    verdict: Verdict,
    /// What was found.
    text: String,
    /// What to do; null where there is nothing.
    advice: Option<String>,
}

impl Finding {
    fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Ok, text: text.into(), advice: None }
    }

    fn warn(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Warn, text: text.into(), advice: Some(advice.into()) }
    }

    fn fail(topic: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { topic, verdict: Verdict::Fail, text: text.into(), advice: Some(advice.into()) }
    }
}

impl Doctor {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let findings = self.examine(global).await;
        if global.json {
            output::print_json(&findings)?;
        } else {
            output::print_raw(&report(&findings))?;
        }
        let failed = findings.iter().any(|finding| finding.verdict == Verdict::Fail);
        Ok(if failed { Exit::Failed } else { Exit::Ok })
    }

    async fn examine(&self, global: &Global) -> Vec<Finding> {
        let mut findings = clock::examine().await;
        // What only the daemon may read is no mistake of whoever asks here.
        let mut sources = global.sources();
        sources.visitor = true;
        let installation = sources.installation();
        let Loaded { config, warnings, .. } = match config::load(&sources) {
            Ok(loaded) => loaded,
            Err(errors) => {
                let problems = errors.problems.iter();
                findings.extend(problems.map(|problem| {
                    Finding::fail(
                        "config",
                        problem.to_string(),
                        "correct it; watteau check lists every mistake",
                    )
                }));
                return findings;
            }
        };
        let warned = warnings.iter().filter(|warning| !doors::says_so(warning));
        let warned: Vec<Finding> = warned
            .map(|warning| Finding::warn("config", warning.to_string(), "watteau check shows it"))
            .collect();
        if warned.is_empty() {
            findings.push(Finding::ok("config", "the configuration is valid"));
        }
        findings.extend(warned);
        let client = stored::way(global, &config, &installation, &mut findings).await;
        let answers = client.as_ref().is_some_and(Client::is_the_daemon);
        findings.extend(service::examine(answers, &installation).await);
        let mut past = Vec::new();
        if let Some(client) = &client {
            findings.extend(stored::examine(client, &installation).await);
            past = refused::past(client).await;
        }
        findings.extend(disk::examine(&config.store.dir));
        if let Some(client) = &client {
            findings.extend(disk::wear(client).await);
            findings.extend(sources::examine(client).await);
            if client.is_the_daemon() {
                findings.extend(outputs::examine(client).await);
            }
        }
        findings.extend(secrets::examine(&config));
        findings.extend(folders::examine(&config, &installation, &past).await);
        findings.extend(models::examine(&config, &installation));
        findings.extend(doors::examine(&config, client.as_ref(), &installation).await);
        if !self.offline {
            findings.extend(links::examine(&config, ingest::schemas().as_ref()).await);
        }
        findings
    }
}

/// A line each, and what to do below.
fn report(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.topic.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Finding { topic, verdict, text: found, advice } in findings {
        let word = match verdict {
            Verdict::Ok => "ok  ",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        let _ = writeln!(text, "{word}  {topic:width$}  {found}");
        if let Some(advice) = advice {
            let _ = writeln!(text, "{:indent$}-> {advice}", "", indent = width + 8);
        }
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let _ = match (count(Verdict::Fail), count(Verdict::Warn)) {
        (0, 0) => writeln!(text, "everything is well"),
        (fail, warn) => writeln!(text, "{fail} failed, {warn} to look at"),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_line_each_with_what_to_do_below() {
        let findings = [
            Finding::ok("clock", "set"),
            Finding::warn("disk", "little is free", "make room"),
            Finding::fail("connector", "stopped", "start it"),
        ];
        let expected = "ok    clock      set\nwarn  disk       little is free\n                 -> make room\n\
                        FAIL  connector  stopped\n                 -> start it\n1 failed, 1 to look at\n";
        assert_eq!(report(&findings), expected);
        assert!(report(&findings[..1]).ends_with("everything is well\n"));
    }
}
