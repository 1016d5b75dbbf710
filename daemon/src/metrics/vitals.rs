//! Counts of what happens and leaves no other trace.

use super::names;
use crate::{model::RunRecord, outputs::Outputs, remote_write::Progress};
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts,
    core::{Collector, Desc},
    proto::MetricFamily,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// A poll of one day takes under a second, the fill of a history minutes.
const RUN_SECONDS: &[f64] = &[0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

/// An answer from memory takes under a millisecond.
const REQUEST_SECONDS: &[f64] = &[0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0];

/// Counters that the parts of the daemon add to; shared, never reset.
#[derive(Debug)]
pub struct Vitals {
    runs: IntCounterVec,
    failures: IntCounterVec,
    written: IntCounterVec,
    refused: IntCounterVec,
    durations: HistogramVec,
    requests: IntCounterVec,
    answers: Histogram,
    connectors: Mutex<BTreeSet<String>>,
    /// How those stand who are told.
    pub outputs: Outputs,
    /// How remote write goes.
    pub remote_write: Progress,
}

impl Default for Vitals {
    #[allow(clippy::expect_used, reason = "names and labels are constants, and a test makes them all")]
    fn default() -> Self {
        let counter = |(name, help), labels: &[&str]| {
            IntCounterVec::new(Opts::new(name, help), labels).expect("a valid counter")
        };
        let histogram =
            |(name, help), buckets: &[f64]| HistogramOpts::new(name, help).buckets(buckets.to_vec());
        Self {
            runs: counter(names::CONNECTOR_RUNS, &["connector"]),
            failures: counter(names::CONNECTOR_FAILURES, &["connector"]),
            written: counter(names::CONNECTOR_POINTS, &["connector"]),
            refused: counter(names::CONNECTOR_REFUSED, &["connector"]),
            durations: HistogramVec::new(histogram(names::CONNECTOR_DURATION, RUN_SECONDS), &["connector"])
                .expect("a valid histogram"),
            requests: counter(names::HTTP_REQUESTS, &["method", "route", "code"]),
            answers: Histogram::with_opts(histogram(names::HTTP_DURATION, REQUEST_SECONDS))
                .expect("a valid histogram"),
            connectors: Mutex::default(),
            outputs: Outputs::default(),
            remote_write: Progress::default(),
        }
    }
}

impl Vitals {
    /// A run of a connector ended.
    pub fn run(&self, connector: &str, record: &RunRecord, took: Duration) {
        self.know(connector);
        let label = &[connector];
        self.runs.with_label_values(label).inc();
        self.failures.with_label_values(label).inc_by(u64::from(!record.ok));
        self.written.with_label_values(label).inc_by(record.new + record.corrected);
        self.refused.with_label_values(label).inc_by(record.refused);
        self.durations.with_label_values(label).observe(took.as_secs_f64());
    }

    /// A request was answered.
    pub fn request(&self, method: &str, route: &str, code: u16, took: Duration) {
        self.requests.with_label_values(&[method, route, &code.to_string()]).inc();
        self.answers.observe(took.as_secs_f64());
    }

    /// Makes sure that every connector there is shows its counters, from 0, and that no other does.
    pub(super) fn keep_only(&self, connectors: &BTreeSet<String>) {
        for connector in connectors {
            self.know(connector);
        }
        let mut known = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|connector| {
            let kept = connectors.contains(connector);
            if !kept {
                for counter in [&self.runs, &self.failures, &self.written, &self.refused] {
                    // An error says that it was not there: that is what is wanted.
                    let _ = counter.remove_label_values(&[connector]);
                }
                let _ = self.durations.remove_label_values(&[connector]);
            }
            kept
        });
    }

    fn know(&self, connector: &str) {
        let mut known = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(connector.to_owned()) {
            for counter in [&self.runs, &self.failures, &self.written, &self.refused] {
                let _ = counter.with_label_values(&[connector]);
            }
            let _ = self.durations.with_label_values(&[connector]);
        }
    }

    fn parts(&self) -> [&dyn Collector; 7] {
        [
            &self.runs,
            &self.failures,
            &self.written,
            &self.refused,
            &self.durations,
            &self.requests,
            &self.answers,
        ]
    }
}

impl Collector for Vitals {
    fn desc(&self) -> Vec<&Desc> {
        self.parts().into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.parts().into_iter().flat_map(Collector::collect).collect()
    }
}
