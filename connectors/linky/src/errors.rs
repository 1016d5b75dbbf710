//! What a refusal means: Enedis' code first, then the gateway's own, then its words, then the status. A gateway relays
//! what Enedis says, each in a wrapper of its own.
//!
//! - Conso API: `{"status","message","error":{"error" | "fault":{"code"}}}`.
//! - MyElectricalData 1: `{"detail"}`, a sentence, or Enedis' JSON as a string one level deeper.
//! - MyElectricalData 2: most often a 200 with `"success":false,"error":{"code","message"}`.
//!
//! Codes come in several spellings (`ADAM_DC_0008`, `Invalid_request`): they are compared in capitals with
//! hyphens. The sentences are in `messages`.

pub use crate::messages::{ENEDIS, Known};

use crate::messages::enedis_down;
use serde_json::Value;
use watteau_sdk::prelude::*;

/// What a refusal means.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// Nothing for this span, or not yet.
    NoData,
    /// The span begins before the source's data; where the source says so, the first day that it has.
    TooOld(Option<Date>),
    /// The span is longer than the source takes.
    TooLong,
    /// Everything else, ready to be told.
    Failure(Failure),
}

/// Reads an answer as a refusal; none where it is none. Several refusals come with the status 200.
pub fn read(answer: &Response, known: Known<'_>) -> Option<Refused> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let Some(body) = body else {
        // A 200 that is no JSON is the reader's to tell.
        return (answer.status != 200).then(|| Refused::Failure(not_json(answer, known)));
    };
    if answer.status == 200 && !refuses(&body) {
        return None;
    }
    let said = Said::read(&body);
    Some(match said.code.as_str() {
        "NO-DATA" | "NO-DATA-FOUND" | "STM-ERR-0000014" | "STM-ERR-0000020" => Refused::NoData,
        "ADAM-ERR0123" | "ADAM-ERR0125" | "ADAM-DC-0016" | "ADAM-DC-0009" | "DATE-TOO-OLD" => {
            Refused::TooOld(said.first_day())
        }
        "ADAM-ERR0126" | "ADAM-DC-0015" => Refused::TooLong,
        code => match by_code(code, &said, known).or_else(|| by_words(&said, known)) {
            Some(failure) => Refused::Failure(failure),
            None => by_status(answer, &said, known),
        },
    })
}

/// Whether a 200 says that it is a refusal.
fn refuses(body: &Value) -> bool {
    match body.get("success") {
        Some(success) => *success == Value::Bool(false),
        None => body.get("detail").is_some() || body.get("error").is_some_and(|error| !error.is_null()),
    }
}

fn by_code(code: &str, said: &Said, known: Known<'_>) -> Option<Failure> {
    Some(match code {
        // A consent covers a direction: that of the other one goes on.
        "ADAM-DC-0008" if known.feed.is_production() => known.wrong_direction(),
        "ADAM-DC-0008" | "UNAUTHORIZED-USER" => known.consent_expired(),
        "ADAM-DC-0007" => known.not_linked(),
        "900901" => known.gateway_login(),
        "900804" | "900807" | "RATE-LIMIT-EXCEEDED" => known.quota(said.next_access()),
        "STM-ERR-0000019" | "ADAM-ERR0061" => known.wrong_meter(),
        "ACCESS-DENIED" => known.not_in_account(),
        "ADAM-ERR0069" => known.wrong_direction(),
        "ADAM-ERR0075" => known.no_load_curve(),
        "INVALID-REQUEST" | "INVALID-DATE-RANGE" | "INVALID-DATE-FORMAT" => known.malformed(&said.body),
        "TECHNICAL-ERROR" | "ADAM-DC-0500" | "STM-ERR-0000001" | "ENEDIS-UNAVAILABLE" => enedis_down(None),
        // Whatever Enedis said.
        "ENEDIS-ERROR" => by_words(said, known).unwrap_or_else(|| enedis_down(None)),
        _ => return None,
    })
}

fn by_words(said: &Said, known: Known<'_>) -> Option<Failure> {
    let holds = |word: &str| said.words.contains(word);
    if holds("quota") || holds("throttled") {
        return Some(known.quota(said.next_access()));
    }
    if holds("header 'authorization'") {
        return Some(known.token_refused());
    }
    holds("paramètres invalides").then(|| known.wrong_meter())
}

fn by_status(answer: &Response, said: &Said, known: Known<'_>) -> Refused {
    Refused::Failure(match answer.status {
        403 if known.gateway.has_claims() => known.consent_expired(),
        401 | 403 => known.token_refused(),
        // A server that knows no such path, and not one that has no such days.
        404 if said.words.trim() == "not found" => known.no_such_path(answer),
        404 => return Refused::NoData,
        // Without a code, a consent that is over cannot be told from one that leaves the production out: the feeds of
        // the consumption will tell the first, and must not stop for the second.
        409 if known.feed.is_production() => known.wrong_direction(),
        409 => known.consent_expired(),
        429 => {
            let wait = answer.retry_after().map(|seconds| known.now + i64::from(seconds) * 1_000);
            known.quota(said.next_access().or(wait))
        }
        500..=599 if said.words.contains("token") => known.gateway_login(),
        500..=599 => enedis_down(answer.retry_after()),
        _ => known.unexpected(answer),
    })
}

fn not_json(answer: &Response, known: Known<'_>) -> Failure {
    match answer.status {
        403 => known.blocked(),
        404 => known.no_such_path(answer),
        429 => {
            let wait = answer.retry_after().map(|seconds| known.now + i64::from(seconds) * 1_000);
            known.quota(wait)
        }
        500..=599 => known.gateway_down(answer.retry_after()),
        _ => known.unreadable(answer, ("it is not JSON", "ce n’est pas du JSON")),
    }
}

/// What a refusal says, out of its wrappers.
struct Said {
    /// Wrappers and what was inside.
    body: Value,
    /// In capitals with hyphens; empty when there is none.
    code: String,
    /// All that is said in words, in lower case.
    words: String,
}

impl Said {
    fn read(body: &Value) -> Self {
        let body = unfold(body, 3);
        let mut words = String::new();
        gather(&body, &mut words);
        let mut code = code(&body);
        // A gateway's own code for whatever Enedis said: its words may hold the real one.
        if matches!(code.as_str(), "" | "ENEDIS-ERROR")
            && let Some(inside) = words
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                .map(normal)
                .find(|word| word.starts_with("ADAM-") || word.starts_with("STM-") || word == "NO-DATA-FOUND")
        {
            code = inside;
        }
        Self { words: words.to_lowercase(), code, body }
    }

    /// Until when, where it says so.
    fn next_access(&self) -> Option<Instant> {
        find(&self.body, "nextAccessTime").and_then(|text| next_access(&text))
    }

    /// The first day that may be asked for, where it says so.
    fn first_day(&self) -> Option<Date> {
        let (_, after) = self.words.split_once("oldest allowed date: ")?;
        after.get(..10)?.parse().ok()
    }
}

/// JSON that is inside of strings, as JSON.
fn unfold(value: &Value, depth: u8) -> Value {
    match value {
        Value::String(text) if depth > 0 && text.trim_start().starts_with('{') => {
            serde_json::from_str::<Value>(text)
                .map_or_else(|_| value.clone(), |inner| unfold(&inner, depth - 1))
        }
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), unfold(value, depth))).collect())
        }
        other => other.clone(),
    }
}

/// All texts, one after another.
fn gather(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
        }
        Value::Object(map) => map.values().for_each(|value| gather(value, into)),
        Value::Array(list) => list.iter().for_each(|value| gather(value, into)),
        _ => {}
    }
}

/// The code of a refusal; empty when there is none.
fn code(body: &Value) -> String {
    let inside = |value: &Value| {
        let found = [&value["error"]["error"], &value["error"]["fault"]["code"], &value["fault"]["code"]]
            .into_iter()
            .chain([&value["error"]["code"], &value["code"], &value["error"]]);
        found.into_iter().find_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let detail = &body["detail"];
    inside(detail).or_else(|| inside(body)).map(|code| normal(&code)).unwrap_or_default()
}

fn normal(code: &str) -> String {
    code.trim().to_uppercase().replace('_', "-")
}

/// A text by its key, at any depth.
fn find(value: &Value, key: &str) -> Option<String> {
    match value {
        Value::Object(map) => map
            .get(key)
            .and_then(|value| value.as_str().map(ToOwned::to_owned))
            .or_else(|| map.values().find_map(|value| find(value, key))),
        Value::Array(list) => list.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

/// `2026-Mar-02 23:00:00+0000 UTC` in milliseconds since the epoch.
fn next_access(text: &str) -> Option<Instant> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|month| text.get(5..8) == Some(month))? + 1;
    let date =
        Date::new(text.get(..4)?.parse().ok()?, u8::try_from(month).ok()?, text.get(9..11)?.parse().ok()?)?;
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let seconds = part(12..14)? * 3_600 + part(15..17)? * 60 + part(18..20)?;
    Some((i64::from(date.days()) * 86_400 + seconds) * 1_000)
}
