//! `cargo xtask test`: every check of CI, in order.
//!
//! A step passes, fails, or is skipped because a tool is missing; a skipped step says which tool and how to
//! install it, and the summary counts it, so that a green line never hides a check that did not run.

mod browser;
mod code;
mod emulated;
mod homeassistant;
mod metrics;
mod package;
mod prometheus;
mod scrape;
mod systemd;
mod web;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::workspace::Workspace;

/// Which steps to run.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Run only this step; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Name the steps and run nothing
    #[arg(long)]
    list: bool,
}

/// How a step ended, when it did not fail.
pub(crate) enum Outcome {
    /// It ran, and all was well.
    Passed,
    /// It could not run here; says why, and what to install.
    Skipped(String),
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Result<Outcome>,
}

/// Steps that take a quarter of an hour each, or half a gigabyte: they run when they are asked for by name.
const LONG: [&str; 3] = ["arm64", "armhf", "homeassistant"];

/// The order matters: what is quick to fail and what others need come first.
const STEPS: &[Step] = &[
    Step { name: "format", about: "rustfmt has nothing to change", run: code::format },
    Step { name: "connectors", about: "the connectors build and compile ahead", run: code::connectors },
    Step { name: "lint", about: "clippy on every crate, warnings refused", run: code::lint },
    Step {
        name: "lint-connectors",
        about: "clippy on the connectors as WebAssembly",
        run: code::lint_connectors,
    },
    Step { name: "docs", about: "the documentation builds, its links lead somewhere", run: code::docs },
    Step { name: "test", about: "every Rust test", run: code::test },
    Step { name: "systemd", about: "the unit is valid, its exposure at most 1.2", run: systemd::run },
    Step { name: "web", about: "the dashboard's modules, in node", run: web::run },
    Step {
        name: "prometheus",
        about: "promtool accepts the rules, and their tests pass",
        run: prometheus::run,
    },
    Step {
        name: "metrics",
        about: "promtool, the conventions and a real Prometheus take the demo's /metrics",
        run: metrics::run,
    },
    Step { name: "package", about: "the Debian package in a Debian: from first to purge", run: package::run },
    Step {
        name: "arm64",
        about: "the package for a Raspberry Pi, its demo under an emulator",
        run: emulated::arm64,
    },
    Step {
        name: "armhf",
        about: "the package for a Raspberry Pi with a 32-bit system, likewise",
        run: emulated::armhf,
    },
    Step {
        name: "homeassistant",
        about: "a real Home Assistant shows what the demo says",
        run: homeassistant::run,
    },
    Step { name: "browser", about: "the dashboard of the demo, in Chromium", run: browser::run },
];

/// Runs the steps asked for, all of them even when one fails.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        for step in STEPS {
            println!("{:<16} {}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = arguments.only.iter().find(|name| !STEPS.iter().any(|step| step.name == *name)) {
        bail!("there is no step {unknown}; `cargo xtask test --list` names them");
    }
    let asked =
        |step: &&Step| arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name);
    let mut results = Vec::new();
    for step in STEPS.iter().filter(asked) {
        eprintln!("\n== {}: {}", step.name, step.about);
        let begun = Instant::now();
        let result = if LONG.contains(&step.name) && arguments.only.is_empty() {
            Ok(Outcome::Skipped(format!("it is long: cargo xtask test --only {}", step.name)))
        } else {
            (step.run)(workspace)
        };
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        results.push((step.name, result, begun.elapsed()));
    }
    Ok(summary(&results))
}

fn summary(results: &[(&str, Result<Outcome>, Duration)]) -> ExitCode {
    eprintln!();
    let mut failed = 0;
    let mut skipped = 0;
    for (name, result, took) in results {
        let words = match result {
            Ok(Outcome::Passed) => "ok".to_owned(),
            Ok(Outcome::Skipped(why)) => {
                skipped += 1;
                format!("skipped: {why}")
            }
            Err(_) => {
                failed += 1;
                "FAILED".to_owned()
            }
        };
        eprintln!("{name:<16} {:>6.1} s  {words}", took.as_secs_f64());
    }
    let total: Duration = results.iter().map(|(_, _, took)| *took).sum();
    let passed = results.len() - failed - skipped;
    eprintln!("{passed} passed, {failed} failed, {skipped} skipped in {:.0} s", total.as_secs_f64());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn step_names_are_distinct() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }

    #[test]
    fn long_steps_are_steps() {
        assert!(LONG.iter().all(|name| STEPS.iter().any(|step| step.name == *name)));
    }

    #[test]
    fn one_failure_fails_all_and_a_skipped_step_does_not() {
        let second = Duration::from_secs(1);
        let code = |results: Vec<Result<Outcome>>| {
            summary(&results.into_iter().map(|result| ("step", result, second)).collect::<Vec<_>>())
        };
        assert_eq!(
            code(vec![Ok(Outcome::Passed), Ok(Outcome::Skipped("no node".into()))]),
            ExitCode::SUCCESS
        );
        assert_eq!(code(vec![Err(anyhow!("no")), Ok(Outcome::Passed)]), ExitCode::FAILURE);
    }
}
