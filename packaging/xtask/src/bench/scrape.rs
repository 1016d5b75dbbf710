//! What a scrape takes, of a demo that tells everything.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::report::{Report, Row};
use crate::workspace::Workspace;
use crate::{build, daemon};

/// Scrapes measured: five hours of them.
const SCRAPES: usize = 300;
/// A page of fewer series says nothing of a home's.
const SERIES: usize = 200;
/// The two forms, as they are asked for.
const FORMS: [(&str, &str); 2] =
    [("text", "text/plain"), ("OpenMetrics", "application/openmetrics-text;version=1.0.0")];

/// Builds in release and measures.
pub(super) fn run(workspace: &Workspace) -> Result<Report> {
    let binary = build::run(workspace, &build::Arguments { target: None })?;
    let folder = tempfile::tempdir()?;
    let pause = Duration::from_millis(50);
    eprintln!("filling a demo");
    let (mut demo, _) = daemon::demo(&binary, folder.path(), pause)?;
    demo.until("done with its first forecasts", Duration::from_mins(5), pause, |demo| {
        Ok(demo.text("/metrics")?.contains("\nwatteau_forecast_interval_coverage_ratio{"))
    })?;
    let mut rows = Vec::new();
    for (name, accept) in FORMS {
        let mut times = Vec::with_capacity(SCRAPES);
        let mut series = 0;
        for _ in 0..SCRAPES {
            let begun = Instant::now();
            let (_, page) = demo.typed("/metrics", accept)?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            series = page.lines().filter(|line| !line.starts_with('#')).count();
        }
        ensure!(series >= SERIES, "the demo tells {series} series only");
        times.sort_by(f64::total_cmp);
        rows.push(Row::told(format!("{name}: series on the page"), series as f64));
        rows.push(Row::below(format!("{name}: a scrape, p50, ms"), times[SCRAPES / 2], 10.0));
        rows.push(Row::below(format!("{name}: a scrape, p99, ms"), times[SCRAPES * 99 / 100], 10.0));
    }
    demo.stop()?;
    Ok(Report { rows })
}
