//! What promtool does not mind and the field does: a page of metrics held against the conventions.
//!
//! Knows nothing of the daemon: its tests and the recipe that looks at a running one both use it.

use std::collections::{BTreeMap, BTreeSet};

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `text/plain; version=0.0.4`.
    Text,
    /// `application/openmetrics-text; version=1.0.0`.
    OpenMetrics,
}

/// What a name ends with that has a unit.
const UNITS: [&str; 8] =
    ["seconds", "bytes", "joules", "watts", "voltamperes", "celsius", "cubic_meters", "ratio"];
/// What is counted.
const COUNTED: [&str; 13] = [
    "points",
    "revisions",
    "batches",
    "commits",
    "places",
    "values",
    "calls",
    "samples",
    "requests",
    "retries",
    "runs",
    "failures",
    "fds",
];
/// What is or is not.
const TRUTHS: [&str; 5] = ["up", "ready", "trouble", "clean_start", "scheduled"];
/// Units that are no base units, and words of what Prometheus works out by itself.
const WORDS: [&str; 38] = [
    "kwh",
    "wh",
    "mwh",
    "gwh",
    "watthours",
    "kilowatthours",
    "kilojoules",
    "megajoules",
    "joule",
    "watt",
    "kilowatts",
    "megawatts",
    "gigawatts",
    "kva",
    "va",
    "kilovoltamperes",
    "m3",
    "liters",
    "litres",
    "percent",
    "percentage",
    "milliseconds",
    "microseconds",
    "minutes",
    "hours",
    "kilobytes",
    "megabytes",
    "celcius",
    "degrees",
    "fahrenheit",
    "avg",
    "average",
    "mean",
    "rate",
    "scrape",
    "scrapes",
    "by",
    "per",
];
/// What a total beside its parts is called.
const ALL: [&str; 5] = ["all", "total", "sum", "any", "*"];
/// The number of a meter has 14 digits; no instance, series or window has half as many.
const DIGITS: usize = 8;

/// Everything on the page that is not as it should be, a sentence each.
pub fn lint(page: &str, form: Form) -> Vec<String> {
    let mut lint = Lint { form, ..Lint::default() };
    let body = match form {
        Form::Text => page,
        Form::OpenMetrics => match page.strip_suffix("# EOF\n") {
            Some(body) => body,
            None => {
                lint.wrong("the page does not end with # EOF");
                page
            }
        },
    };
    if !body.ends_with('\n') {
        lint.wrong("the last line has no end");
    }
    for line in body.lines() {
        match line.strip_prefix("# ") {
            Some(comment) => lint.comment(comment),
            None => lint.sample(line),
        }
    }
    lint.families();
    lint.found
}

struct Lint<'a> {
    form: Form,
    found: Vec<String>,
    /// By name, in both forms without what samples add.
    families: BTreeMap<&'a str, Family<'a>>,
    /// The one that is being told.
    now: &'a str,
    samples: BTreeSet<&'a str>,
}

impl Default for Lint<'_> {
    fn default() -> Self {
        let (families, samples) = (BTreeMap::new(), BTreeSet::new());
        Self { form: Form::Text, found: vec![], families, now: "", samples }
    }
}

#[derive(Default)]
struct Family<'a> {
    kind: &'a str,
    help: &'a str,
    unit: Option<&'a str>,
    samples: usize,
}

impl<'a> Lint<'a> {
    fn wrong(&mut self, what: impl Into<String>) {
        self.found.push(what.into());
    }

    fn comment(&mut self, comment: &'a str) {
        let mut words = comment.splitn(3, ' ');
        let (Some(word), Some(name)) = (words.next(), words.next()) else {
            return self.wrong(format!("`# {comment}` says nothing"));
        };
        let rest = words.next().unwrap_or_default();
        if name != self.now && self.families.contains_key(name) {
            self.wrong(format!("{name} is told in two places"));
        }
        self.now = name;
        let family = self.families.entry(name).or_default();
        let twice = match word {
            "TYPE" => !std::mem::replace(&mut family.kind, rest).is_empty(),
            "HELP" => !std::mem::replace(&mut family.help, rest).is_empty(),
            "UNIT" if self.form == Form::OpenMetrics => family.unit.replace(rest).is_some(),
            _ => true,
        };
        if twice {
            self.wrong(format!("`# {comment}` has no place here"));
        }
    }

    fn sample(&mut self, line: &'a str) {
        // A route has braces of its own, between the quotes.
        let labels =
            if line.contains('{') { line.rfind("} ").map(|brace| brace + 1) } else { line.find(' ') };
        let (series, value) = line.split_at(labels.unwrap_or(line.len()));
        let value = value.trim_start();
        if !self.samples.insert(series) {
            self.wrong(format!("{series} is there twice"));
        }
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let kind = self.families.get(self.now).map_or("", |family| family.kind);
        if !suffixes(kind, self.form).iter().any(|suffix| name.strip_suffix(suffix) == Some(self.now)) {
            return self.wrong(format!("{name} stands below {} {}", self.now, kind));
        }
        if let Some(family) = self.families.get_mut(self.now) {
            family.samples += 1;
        }
        match value.parse::<f64>() {
            // A second number would be an instant, which Prometheus refuses once it is old.
            Err(_) => self.wrong(format!("{series}: `{value}` is not one number")),
            Ok(value) => self.value(series, name, kind, value),
        }
        self.labels(series, labels.strip_suffix('}').unwrap_or(labels), kind);
    }

    fn value(&mut self, series: &str, name: &str, kind: &str, value: f64) {
        let truth = TRUTHS.iter().any(|word| ends_with(name, word));
        let wrong = match () {
            () if !value.is_finite() => "is no figure: what is not known is not told",
            () if (kind == "counter" || kind == "histogram") && value < 0.0 => "counts below nothing",
            () if ends_with(name, "info") && (value - 1.0).abs() > 0.0 => "is an info, which is always 1",
            () if truth && value.abs() > 0.0 && (value - 1.0).abs() > 0.0 => "is neither 0 nor 1",
            () if name.contains("_timestamp_") && !(1e9..1e11).contains(&value) => "is no instant in seconds",
            () => return,
        };
        self.wrong(format!("{series} {wrong}"));
    }

    fn labels(&mut self, series: &str, labels: &str, kind: &str) {
        for pair in labels.split("\",").filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once("=\"").unwrap_or((pair, ""));
            let value = value.trim_end_matches('"');
            let digits = value.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
            let wrong = match name {
                "type" => "the label `type` says nothing",
                "le" if kind != "histogram" => "le is for histograms",
                "job" | "instance" => "Prometheus adds job and instance",
                _ if name.starts_with("__") || name.chars().any(|c| c.is_ascii_uppercase()) => {
                    "that is no name of a label"
                }
                "le" => continue,
                _ if value.is_empty() => "a label without a value is none",
                _ if digits >= DIGITS => "the number of a meter is personal",
                _ if ALL.contains(&value) => "a total beside its parts is added up with them",
                _ => continue,
            };
            self.wrong(format!("{series}: {wrong}"));
        }
    }

    fn families(&mut self) {
        let families = std::mem::take(&mut self.families);
        for (name, family) in &families {
            for what in self.family(name, family) {
                self.wrong(format!("{name}: {what}"));
            }
        }
    }

    fn family(&self, name: &str, family: &Family<'_>) -> Vec<String> {
        let mut wrong = Vec::new();
        let bare = name.strip_suffix("_total").unwrap_or(name);
        let ours = name.starts_with("watteau_");
        if !ours && !name.starts_with("process_") {
            wrong.push("it has no prefix".to_owned());
        }
        if family.samples == 0 {
            wrong.push("it has no sample".to_owned());
        }
        if family.help.is_empty() || (ours && !family.help.ends_with('.')) {
            wrong.push("its help is no sentence".to_owned());
        }
        let counts = family.kind == "counter";
        let (should, does) = (counts && self.form == Form::Text, name.ends_with("_total"));
        if should != does {
            wrong.push(format!("_total is for counters, and this is a {}", family.kind));
        }
        if ["_count", "_sum", "_bucket"].iter().any(|suffix| name.ends_with(suffix)) {
            wrong.push("that is the name of a part of a histogram".to_owned());
        }
        if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            || name.contains("__")
        {
            wrong.push("it is not in snake_case".to_owned());
        }
        wrong.extend(
            name.split('_')
                .filter(|word| WORDS.contains(word))
                .map(|word| format!("`{word}` has no place in a name")),
        );
        let info = family.kind == "info" || ends_with(name, "info");
        let unit = UNITS.iter().find(|unit| ends_with(bare, unit));
        let known = || COUNTED.iter().chain(&TRUTHS).any(|word| ends_with(bare, word));
        if ours && !info && unit.is_none() && !known() {
            wrong.push("it ends with no unit".to_owned());
        }
        if let Some(said) = family.unit
            && unit != Some(&said)
        {
            wrong.push(format!("its name does not end with its unit, {said}"));
        }
        wrong
    }
}

fn ends_with(name: &str, word: &str) -> bool {
    name.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'))
}

/// What the samples of a family are called besides its name.
fn suffixes(kind: &str, form: Form) -> &'static [&'static str] {
    match (kind, form) {
        ("histogram", _) => &["_bucket", "_count", "_sum"],
        ("counter", Form::OpenMetrics) => &["_total"],
        ("info", Form::OpenMetrics) => &["_info"],
        ("counter" | "gauge", _) => &[""],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of one family.
    fn text(name: &str, kind: &str, samples: &str) -> String {
        format!("# HELP {name} What it is.\n# TYPE {name} {kind}\n{samples}\n")
    }

    #[test]
    fn good_pages_are_left_alone() {
        for page in [
            text("watteau_energy_joules", "gauge", "watteau_energy_joules{meter=\"a, b\"} 5"),
            text("watteau_runs_total", "counter", "watteau_runs_total 0"),
            text("watteau_build_info", "gauge", "watteau_build_info{version=\"1.2\"} 1"),
            text("process_open_fds", "gauge", "process_open_fds 7"),
        ] {
            assert_eq!(lint(&page, Form::Text), [""; 0], "{page}");
        }
        let open = "# TYPE watteau_a_joules counter\n# UNIT watteau_a_joules joules\n# HELP watteau_a_joules A.\n\
                    watteau_a_joules_total 3\n# TYPE watteau_build info\n# HELP watteau_build A.\n\
                    watteau_build_info{version=\"1\"} 1\n# EOF\n";
        assert_eq!(lint(open, Form::OpenMetrics), [""; 0]);
    }

    #[test]
    fn each_rule_finds_what_it_is_for() {
        let gauge = |name: &str| text(name, "gauge", &format!("{name} 1"));
        let counter = |name: &str| text(name, "counter", &format!("{name} 1"));
        let sample = |sample: &str| text("watteau_a_joules", "gauge", sample);
        for (page, expected) in [
            (counter("watteau_electricity_kwh_total"), "`kwh` has no place"),
            (gauge("watteau_grid_load_megawatts"), "`megawatts` has no place"),
            (counter("watteau_gas_m3_total"), "`m3` has no place"),
            (gauge("watteau_error_percent"), "`percent` has no place"),
            (counter("watteau_electricity_watthours_total"), "`watthours` has no place"),
            (gauge("watteau_load_average_watts"), "`average` has no place"),
            (counter("watteau_requests_by_route_total"), "`by` has no place"),
            (counter("watteau_scrapes_total"), "`scrapes` has no place"),
            (gauge("watteau_load"), "ends with no unit"),
            (gauge("watteau_runs_total"), "_total is for counters"),
            (counter("watteau_runs"), "_total is for counters"),
            (gauge("power_watts"), "no prefix"),
            (gauge("watteau_Load_watts"), "not in snake_case"),
            (gauge("watteau_values_count"), "a part of a histogram"),
            (sample("watteau_a_joules{type=\"x\"} 1"), "the label `type`"),
            (sample("watteau_a_joules{meter=\"12345678901234\"} 1"), "is personal"),
            (sample("watteau_a_joules{meter=\"prm 09999999000011\"} 1"), "is personal"),
            (
                sample("watteau_a_joules{meter=\"a\"} 1\nwatteau_a_joules{meter=\"total\"} 1"),
                "added up with them",
            ),
            (sample("watteau_a_joules{job=\"a\"} 1"), "Prometheus adds"),
            (sample("watteau_a_joules{le=\"1\"} 1"), "for histograms"),
            (sample("watteau_a_joules{meter=\"\"} 1"), "without a value"),
            (sample("watteau_a_joules 1 1736724600000"), "not one number"),
            (sample("watteau_a_joules NaN"), "is no figure"),
            (sample("watteau_a_joules 1\nwatteau_a_joules 1"), "there twice"),
            (sample("watteau_b_joules 1"), "stands below watteau_a_joules"),
            (sample("watteau_a_joules 1\n# EOF"), "says nothing"),
            (text("watteau_up", "gauge", "watteau_up 2"), "neither 0 nor 1"),
            (
                text("watteau_a_timestamp_seconds", "gauge", "watteau_a_timestamp_seconds 1736724600000"),
                "no instant in seconds",
            ),
            (
                "# HELP watteau_a_joules no sentence\n# TYPE watteau_a_joules gauge\nwatteau_a_joules 1\n"
                    .into(),
                "no sentence",
            ),
            ("# TYPE watteau_a_joules gauge\nwatteau_a_joules 1\n".into(), "no sentence"),
            ("watteau_a_joules 1\n".into(), "stands below"),
            (
                sample("watteau_a_joules 1")
                    + &gauge("watteau_b_joules")
                    + &sample("watteau_a_joules{x=\"1\"} 1"),
                "two places",
            ),
            (sample("watteau_a_joules 1").trim_end().to_owned(), "no end"),
        ] {
            let found = lint(&page, Form::Text);
            assert!(found.iter().any(|what| what.contains(expected)), "{expected}: {found:?} in\n{page}");
        }
        let open = "# TYPE watteau_a_joules_total counter\n# UNIT watteau_a_joules_total watts\n\
                    # HELP watteau_a_joules_total A.\nwatteau_a_joules_total 3\n";
        let found = lint(open, Form::OpenMetrics).join("; ");
        for expected in
            ["does not end with # EOF", "_total is for counters", "its unit, watts", "stands below"]
        {
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }
}
