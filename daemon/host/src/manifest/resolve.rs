//! From the TOML shape to checked types: every problem at once, each with its key.

use super::{
    Allow, Auth, AuthKind, Feed, Http, Limits, Manifest, ManifestError, Opt, OptionKind, PluginKind,
    QuotaRule, raw,
    values::{days, duration, history, size, step, time_of_day},
};
use crate::{model::Series, units};
use std::time::Duration;
use url::Url;

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Collects problems; a value that has one is replaced by its default so that the rest is still looked at.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn check(&mut self, good: bool, what: impl FnOnce() -> String) {
        if !good {
            self.0.push(what());
        }
    }

    fn take<T: Default>(&mut self, key: &str, value: Result<T, String>) -> T {
        value.unwrap_or_else(|problem| {
            self.0.push(format!("{key}: {problem}"));
            T::default()
        })
    }
}

pub(super) fn resolve(text: &str) -> Result<Manifest, ManifestError> {
    let raw: raw::Manifest = toml::from_str(text)
        .map_err(|error| ManifestError { problems: vec![error.to_string().trim().to_owned()] })?;
    let mut problems = Problems::default();
    problems.check(raw.contract == 1, || {
        format!("contract: this watteau knows contract 1, the plugin wants {}", raw.contract)
    });
    problems.check(is_plugin_name(&raw.name), || format!("name: `{}` is not [a-z0-9-]+", raw.name));
    problems.check(!raw.version.is_empty(), || "version: it is empty".to_owned());
    let options: Vec<Opt> =
        raw.option.into_iter().map(|option| resolve_option(option, &mut problems)).collect();
    let series: Vec<Series> =
        raw.series.into_iter().map(|series| resolve_series(series, &mut problems)).collect();
    let feeds: Vec<Feed> = raw.feed.into_iter().map(|feed| resolve_feed(feed, &mut problems)).collect();
    unique("option", options.iter().map(|option| &option.name), &mut problems);
    unique("series", series.iter().map(|series| &series.name), &mut problems);
    unique("feed", feeds.iter().map(|feed| &feed.name), &mut problems);
    for feed in &feeds {
        for name in &feed.series {
            let known = raw.dynamic || series.iter().any(|series| series.name == *name);
            problems.check(known, || format!("feed.{}.series: no series is called `{name}`", feed.name));
        }
    }
    problems.check(raw.kind == PluginKind::Files || !feeds.is_empty(), || {
        "feed: a plugin of kind \"source\" declares at least one".to_owned()
    });
    problems.check(raw.dynamic || !series.is_empty(), || "series: none is declared".to_owned());
    let manifest = Manifest {
        name: raw.name,
        version: raw.version,
        kind: raw.kind,
        title: french(raw.title),
        summary: french(raw.summary),
        dynamic: raw.dynamic,
        limits: resolve_limits(&raw.limits, &mut problems),
        http: raw.http.map(|http| resolve_http(http, &options, &mut problems)),
        quota: raw.quota.map(|quota| QuotaRule {
            calls: quota.calls,
            per: problems.take("quota.per", duration(&quota.per)),
            spacing: quota
                .spacing
                .map(|text| problems.take("quota.spacing", duration(&text)))
                .unwrap_or_default(),
        }),
        schedule: raw.schedule.map(|schedule| schedule.default),
        options,
        feeds,
        series,
    };
    if problems.0.is_empty() { Ok(manifest) } else { Err(ManifestError { problems: problems.0 }) }
}

/// A manifest of one language still shows something in the other.
fn french(mut text: crate::model::Text) -> crate::model::Text {
    if text.fr.is_empty() {
        text.fr.clone_from(&text.en);
    }
    text
}

fn is_plugin_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a series may be called so, within its instance.
pub(crate) fn is_series_name(name: &str) -> bool {
    name.split('.').all(is_label_name)
}

/// Whether a label may be called so.
pub(crate) fn is_label_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>, problems: &mut Problems) {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        problems.check(seen.insert(name), || format!("{what}.{name}: it is declared twice"));
    }
}

fn resolve_limits(raw: &raw::Limits, problems: &mut Problems) -> Limits {
    let mut limits = Limits::default();
    if let Some(text) = &raw.memory {
        limits.memory_bytes = problems.take("limits.memory", size(text));
    }
    if let Some(text) = &raw.cpu {
        limits.cpu = problems.take("limits.cpu", duration(text));
    }
    if let Some(text) = &raw.call {
        limits.call = problems.take("limits.call", duration(text));
    }
    if let Some(text) = &raw.body {
        limits.body_bytes = problems.take("limits.body", size(text));
    }
    limits.points = raw.points.unwrap_or(limits.points);
    limits.log_lines = raw.log_lines.unwrap_or(limits.log_lines);
    limits
}

fn resolve_http(raw: raw::Http, options: &[Opt], problems: &mut Problems) -> Http {
    let base_url = raw.base_url.and_then(|text| match Url::parse(&text) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => Some(url),
        _ => {
            problems.0.push(format!("http.base_url: `{text}` is not an http or https address"));
            None
        }
    });
    let allow: Vec<Allow> = raw
        .allow
        .into_iter()
        .map(|allow| {
            problems.check(!allow.host.is_empty() && !allow.host.contains(['*', '/', ':']), || {
                format!("http.allow.host: `{}` is not a host name (no wildcard, scheme or port)", allow.host)
            });
            for path in &allow.paths {
                problems.check(path.starts_with('/'), || {
                    format!("http.allow.paths: `{path}` does not start with `/`")
                });
                problems.check(!path.split('/').any(|part| matches!(part, "." | "..")), || {
                    format!("http.allow.paths: `{path}` goes back with dots; write where it ends")
                });
            }
            let methods: Vec<String> = allow.methods.iter().map(|method| method.to_uppercase()).collect();
            for method in &methods {
                problems.check(METHODS.contains(&method.as_str()), || {
                    format!("http.allow.methods: `{method}` is not one of {}", METHODS.join(", "))
                });
            }
            Allow { host: allow.host.to_lowercase(), paths: allow.paths, methods }
        })
        .collect();
    if let Some(host) = base_url.as_ref().and_then(Url::host_str) {
        problems.check(allow.iter().any(|allow| allow.host == host), || {
            format!("http.base_url: {host} is not among the hosts of http.allow")
        });
    }
    let auth = raw.auth.into_iter().map(|auth| resolve_auth(auth, options, problems)).collect();
    Http { base_url, allow, auth }
}

fn resolve_auth(raw: raw::Auth, options: &[Opt], problems: &mut Problems) -> Auth {
    let name = raw.name;
    let mut need = |key: &str, value: Option<String>| {
        problems.check(value.is_some(), || format!("http.auth.{name}: it lacks `{key}`"));
        value.unwrap_or_default()
    };
    let kind = match raw.kind.as_str() {
        "basic" => AuthKind::Basic { user: need("user", raw.user), password: need("password", raw.password) },
        "header" => {
            AuthKind::Header { header: need("header", raw.header), secret: need("secret", raw.secret) }
        }
        "oauth2" => AuthKind::OAuth2 {
            token_url: need("token_url", raw.token_url),
            client_id: need("client_id", raw.client_id),
            client_secret: need("client_secret", raw.client_secret),
            margin: raw
                .margin
                .map_or(Duration::from_mins(1), |text| problems.take("http.auth.margin", duration(&text))),
        },
        "bearer" => AuthKind::Bearer { secret: need("secret", raw.secret) },
        other => {
            problems.0.push(format!(
                "http.auth.{name}: kind `{other}` is not one of bearer, basic, header, oauth2"
            ));
            AuthKind::Bearer { secret: String::new() }
        }
    };
    let (secret, plain) = match &kind {
        AuthKind::Bearer { secret } | AuthKind::Header { secret, .. } => (secret, None),
        AuthKind::Basic { user, password } => (password, Some(user)),
        AuthKind::OAuth2 { client_id, client_secret, .. } => (client_secret, Some(client_id)),
    };
    let is = |name: &String, secret: bool| {
        options.iter().any(|option| option.name == *name && (!secret || option.kind == OptionKind::Secret))
    };
    problems.check(secret.is_empty() || is(secret, true), || {
        format!("http.auth.{name}: no option of type \"secret\" is called `{secret}`")
    });
    if let Some(plain) = plain {
        problems.check(plain.is_empty() || is(plain, false), || {
            format!("http.auth.{name}: no option is called `{plain}`")
        });
    }
    Auth { name, kind }
}

fn resolve_option(raw: raw::Opt, problems: &mut Problems) -> Opt {
    let key = format!("option.{}", raw.name);
    if let Some(pattern) = &raw.pattern {
        problems.check(regex_lite::Regex::new(pattern).is_ok(), || {
            format!("{key}.pattern: `{pattern}` is not a regular expression")
        });
    }
    problems.check(raw.kind != OptionKind::Choice || !raw.choices.is_empty(), || {
        format!("{key}.choices: a choice needs at least one")
    });
    let default = raw.default.map(|value| problems.take(&key, super::settings::to_json(&value)));
    Opt {
        name: raw.name,
        kind: raw.kind,
        required: raw.required,
        default,
        pattern: raw.pattern,
        choices: raw.choices,
        identity: raw.identity || raw.kind == OptionKind::Meter,
        label: french(raw.label),
        help: french(raw.help),
    }
}

fn resolve_feed(raw: raw::Feed, problems: &mut Problems) -> Feed {
    let key = |name: &str| format!("feed.{}.{name}", raw.name);
    let span_days = problems.take(&key("span"), days(&raw.span));
    problems.check(span_days > 0, || format!("{}: it is at least a day", key("span")));
    Feed {
        span_days,
        history: raw.history.as_ref().and_then(|text| match history(text) {
            Ok(history) => Some(history),
            Err(problem) => {
                problems.0.push(format!("{}: {problem}", key("history")));
                None
            }
        }),
        published: raw.published.as_ref().map(|text| problems.take(&key("published"), time_of_day(text))),
        late_days: raw.late.as_ref().map(|text| problems.take(&key("late"), days(text))).unwrap_or_default(),
        series: raw.series.clone(),
        title: french(raw.title.unwrap_or_else(|| crate::model::Text::new(raw.name.clone(), ""))),
        name: raw.name,
    }
}

fn resolve_series(raw: raw::Series, problems: &mut Problems) -> Series {
    let key = |name: &str| format!("series.{}.{name}", raw.name);
    problems.check(is_series_name(&raw.name), || {
        format!("series: `{}` is not [a-z0-9_]+ in parts with dots", raw.name)
    });
    problems.check(!raw.unit.is_empty(), || format!("{}: it is empty", key("unit")));
    problems.check(units::fits(&raw.unit, raw.kind), || {
        format!("{}: `{}` is no unit of a series of the kind `{}`", key("unit"), raw.unit, raw.kind.as_str())
    });
    if let Some(written) = units::usual(&raw.unit) {
        problems.0.push(format!("{}: `{}` is written `{written}`", key("unit"), raw.unit));
    }
    if let (Some(minimum), Some(maximum)) = (raw.minimum, raw.maximum) {
        problems.check(minimum < maximum, || format!("{}: it is not above the minimum", key("maximum")));
    }
    for label in raw.labels.keys() {
        problems.check(is_label_name(label), || format!("{}: `{label}` is not [a-z0-9_]+", key("labels")));
    }
    let step = step(&raw.step).unwrap_or_else(|problem| {
        problems.0.push(format!("{}: {problem}", key("step")));
        crate::model::Step::Irregular
    });
    Series {
        step,
        day_start: raw
            .day_start
            .as_ref()
            .map(|text| problems.take(&key("day_start"), time_of_day(text)))
            .unwrap_or_default(),
        ahead: raw
            .ahead
            .as_ref()
            .map(|text| problems.take(&key("ahead"), duration(text)))
            .unwrap_or_default()
            .as_secs()
            .try_into()
            .unwrap_or(u32::MAX),
        unit: raw.unit,
        kind: raw.kind,
        title: french(raw.title),
        minimum: raw.minimum,
        maximum: raw.maximum,
        optional: raw.optional,
        role: raw.role,
        feed: None,
        labels: raw.labels,
        name: raw.name,
    }
}
