//! The metrics of a real demo: by Prometheus' own checker, by the conventions that it does not mind, and by a real
//! Prometheus that scrapes them.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use watteau_metrics_lint::{Form, lint};

use super::web::built;
use super::{Outcome, prometheus, scrape};
use crate::daemon::Daemon;
use crate::workspace::Workspace;
use crate::{daemon, process};

/// What Prometheus 2.42 asks for.
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                            text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// `promtool check metrics` on what `/metrics` says once the demo is filled, the conventions beyond it, whether rules and
/// dashboard ask for nothing else, and a scrape.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if process::find("promtool").is_none() {
        return Ok(Outcome::Skipped("install prometheus with apt, for its promtool".into()));
    }
    let folder = tempfile::tempdir()?;
    let pause = Duration::from_millis(100);
    let (mut demo, _) = daemon::demo(&built(workspace)?, folder.path(), pause)?;
    // The first forecasts are made and scored after the last day has come, and regressions are told after that.
    demo.until("done with its first forecasts", Duration::from_mins(5), pause, |demo| {
        let page = demo.text("/metrics")?;
        Ok(["watteau_forecast_interval_coverage_ratio{", "watteau_regression_r2_ratio{"]
            .iter()
            .all(|name| page.contains(&format!("\n{name}"))))
    })?;
    let text = demo.text("/metrics")?;
    ensure!(
        text.lines().any(|line| line.starts_with("watteau_")),
        "/metrics names no metric of watteau:\n{text}"
    );
    check(&text)?;
    conventions(&demo)?;
    prometheus::names(workspace, &text)?;
    let scraped = scrape::run(workspace, &demo, folder.path())?;
    demo.stop()?;
    Ok(scraped)
}

/// Both forms of the page, each under its own name, and the dashboard where people look.
fn conventions(demo: &Daemon) -> Result<()> {
    for (accept, form, expected) in [
        ("text/plain", Form::Text, "text/plain; version=0.0.4; charset=utf-8"),
        (OPEN_METRICS, Form::OpenMetrics, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ] {
        let (content_type, page) = demo.typed("/metrics", accept)?;
        ensure!(content_type == expected, "/metrics is `{content_type}` and not `{expected}`");
        let found = lint(&page, form);
        ensure!(found.is_empty(), "{form:?}: {}", found.join("; "));
        eprintln!("{form:?}: {} lines as the conventions want them", page.lines().count());
    }
    let (content_type, page) = demo.typed("/", "text/html")?;
    ensure!(
        content_type.starts_with("text/html") && page.contains("<html"),
        "/ is `{content_type}` and not the dashboard"
    );
    Ok(())
}

fn check(text: &str) -> Result<()> {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start promtool")?;
    promtool.stdin.take().context("promtool takes no input")?.write_all(text.as_bytes())?;
    let verdict = promtool.wait_with_output()?;
    if !verdict.status.success() {
        bail!(
            "promtool: {}{}",
            String::from_utf8_lossy(&verdict.stdout),
            String::from_utf8_lossy(&verdict.stderr)
        );
    }
    eprintln!("{} lines accepted", text.lines().count());
    Ok(())
}
