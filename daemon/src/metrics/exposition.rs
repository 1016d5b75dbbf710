//! The two text forms of metrics: Prometheus 0.0.4 and OpenMetrics 1.0.

use prometheus::{
    Encoder as _, TextEncoder,
    proto::{LabelPair, Metric, MetricFamily, MetricType},
};
use std::fmt::Write as _;

/// A text form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposition {
    /// `text/plain; version=0.0.4`.
    Text,
    /// `application/openmetrics-text; version=1.0.0`.
    OpenMetrics,
}

impl Exposition {
    /// The form that an `Accept` header prefers: the plain text unless OpenMetrics is named and not ranked
    /// below it.
    pub fn negotiate(accept: &str) -> Self {
        let quality = |wanted: &str| {
            accept
                .split(',')
                .filter(|range| range.split(';').next().is_some_and(|name| name.trim() == wanted))
                .map(|range| {
                    let q =
                        range.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
                    q.map_or(1.0, |q| q.trim().parse::<f64>().unwrap_or(0.0))
                })
                .fold(0.0, f64::max)
        };
        let open = quality("application/openmetrics-text");
        if open > 0.0 && open >= quality("text/plain") { Self::OpenMetrics } else { Self::Text }
    }

    /// The exact content type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Writes families that are sorted by name.
    pub(super) fn write(self, families: &[MetricFamily]) -> Result<String, prometheus::Error> {
        match self {
            Self::Text => {
                let mut bytes = Vec::new();
                TextEncoder::new().encode(families, &mut bytes)?;
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Self::OpenMetrics => {
                let mut text = String::new();
                for family in families {
                    open_metrics(&mut text, family);
                }
                text.push_str("# EOF\n");
                Ok(text)
            }
        }
    }
}

/// One family. A counter's family has no `_total`, its samples have; a `_info` gauge is of type info.
fn open_metrics(text: &mut String, family: &MetricFamily) {
    let name = family.name();
    let (family_name, kind, suffix) = match family.get_field_type() {
        MetricType::COUNTER => (name.trim_end_matches("_total"), "counter", "_total"),
        MetricType::GAUGE if name.ends_with("_info") => (name.trim_end_matches("_info"), "info", "_info"),
        MetricType::GAUGE => (name, "gauge", ""),
        MetricType::HISTOGRAM => (name, "histogram", ""),
        // Nothing here makes another type.
        MetricType::SUMMARY | MetricType::UNTYPED => (name, "unknown", ""),
    };
    let _ = writeln!(text, "# TYPE {family_name} {kind}");
    if let Some(unit) = unit(family_name) {
        let _ = writeln!(text, "# UNIT {family_name} {unit}");
    }
    let _ = writeln!(text, "# HELP {family_name} {}", escaped(family.help()));
    for metric in family.get_metric() {
        match family.get_field_type() {
            MetricType::HISTOGRAM => histogram(text, family_name, metric),
            kind => {
                let value = if kind == MetricType::COUNTER {
                    metric.get_counter().get_value()
                } else {
                    metric.get_gauge().get_value()
                };
                sample(text, family_name, suffix, metric.get_label(), None, value);
            }
        }
    }
}

fn histogram(text: &mut String, name: &str, metric: &Metric) {
    let histogram = metric.get_histogram();
    let labels = metric.get_label();
    for bucket in histogram.get_bucket() {
        let bound = Some(canonical(bucket.upper_bound()));
        sample(text, name, "_bucket", labels, bound, bucket.cumulative_count() as f64);
    }
    let count = histogram.get_sample_count() as f64;
    sample(text, name, "_bucket", labels, Some("+Inf".to_owned()), count);
    sample(text, name, "_count", labels, None, count);
    sample(text, name, "_sum", labels, None, histogram.get_sample_sum());
}

fn sample(
    text: &mut String,
    name: &str,
    suffix: &str,
    labels: &[LabelPair],
    bound: Option<String>,
    value: f64,
) {
    let _ = write!(text, "{name}{suffix}");
    let pairs = labels.iter().map(|label| (label.name(), escaped(label.value())));
    let pairs: Vec<String> = pairs
        .chain(bound.map(|bound| ("le", bound)))
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    if !pairs.is_empty() {
        let _ = write!(text, "{{{}}}", pairs.join(","));
    }
    let _ = writeln!(text, " {value}");
}

/// A bound of a bucket is written as a float, always the same way: `1.0`.
fn canonical(bound: f64) -> String {
    if bound.fract() == 0.0 { format!("{bound:.1}") } else { bound.to_string() }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"")
}

/// The unit that a name ends with.
fn unit(name: &str) -> Option<&'static str> {
    ["seconds", "bytes", "joules", "voltamperes", "cubic_meters"]
        .into_iter()
        .find(|unit| name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_')))
}
