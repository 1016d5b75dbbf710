//! What a refusal of Open-Meteo means: the status, then the reason in its own words. Who is named is who is at
//! fault: nobody where it is the settings, this machine's clock or this connector.

use crate::window::DAY;
use serde::Deserialize;
use watteau_sdk::{prelude::*, time::HOUR};

/// The publisher.
pub const OPEN_METEO: &str = "Open-Meteo";

const MINUTE: i64 = 60_000;
/// After a call too many at the same moment.
const CONCURRENT_SECONDS: u32 = 60;

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    reason: String,
}

/// Reads a refusal; `now` places what it says of waiting, `option` is the setting that says where.
pub fn read(answer: &Response, option: &str, now: Instant) -> Failure {
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    let reason: String = body.reason.trim().chars().take(200).collect();
    match answer.status {
        400 if !reason.is_empty() => refused(&reason, answer, option),
        401 | 403 => closed(answer),
        404 => moved(answer),
        429 => too_many(&reason, answer, now),
        408 | 500..=599 => down(answer),
        _ => unexpected(answer),
    }
}

/// 400: the reason says whose mistake it is.
fn refused(reason: &str, answer: &Response, option: &str) -> Failure {
    let lower = reason.to_lowercase();
    let says = |word: &str| lower.contains(word);
    if says("out of allowed range") {
        return dates(reason, answer);
    }
    if says("no data") && says("location") {
        return Failure::setting(
            option,
            (
                format!(
                    "Open-Meteo has no data for this place ({reason}): check its latitude and longitude."
                ),
                format!(
                    "Open-Meteo n’a pas de données pour ce lieu ({reason}) : vérifiez latitude et longitude."
                ),
            ),
        );
    }
    if says("must be in range") && (says("latitude") || says("longitude")) {
        return Failure::setting(
            option,
            (
                format!("Open-Meteo refuses the place ({reason}): latitude and longitude are in degrees."),
                format!("Open-Meteo refuse le lieu ({reason}) : latitude et longitude sont en degrés."),
            ),
        );
    }
    if says("initialize") || says("invalid string value") || says("unknown variable") {
        return Failure::unreadable(
            (
                format!("Open-Meteo does not know a variable ({reason}): a newer watteau is needed."),
                format!(
                    "Open-Meteo ne connaît pas une variable ({reason}) : il faut un watteau plus récent."
                ),
            ),
            answer.text(),
        );
    }
    Failure::unreadable(
        (
            format!("Open-Meteo refuses the request ({reason}): this is a defect of watteau."),
            format!("Open-Meteo refuse la requête ({reason}) : c’est un défaut de watteau."),
        ),
        answer.text(),
    )
}

/// The dates come from this machine's clock and from the rules of Open-Meteo that are known here.
fn dates(reason: &str, answer: &Response) -> Failure {
    Failure::unreadable(
        (
            format!(
                "Open-Meteo refuses these dates ({reason}): check this machine's clock. If it is right, this is a \
                 defect of watteau."
            ),
            format!(
                "Open-Meteo refuse ces dates ({reason}) : vérifiez l’horloge de cette machine. Si elle est juste, \
                 c’est un défaut de watteau."
            ),
        ),
        answer.text(),
    )
}

/// 429: the window in which there were too many is in the words.
fn too_many(reason: &str, answer: &Response, now: Instant) -> Failure {
    let lower = reason.to_lowercase();
    if lower.contains("concurrent") {
        return Failure::unavailable(
            (
                "Open-Meteo answers another call of this address (too many at once). It is asked again.",
                "Open-Meteo répond déjà à un autre appel de cette adresse (trop d’appels simultanés). La demande \
                 sera refaite.",
            ),
            answer.retry_after().unwrap_or(CONCURRENT_SECONDS),
        )
        .by(OPEN_METEO);
    }
    let next = |length: i64| (now.div_euclid(length) + 1) * length;
    let (until, en, fr) = if lower.contains("daily") || lower.contains("tomorrow") {
        (Some(next(DAY)), "of the day", "de la journée")
    } else if lower.contains("hourly") || lower.contains("next hour") {
        (Some(next(HOUR)), "of the hour", "de l’heure")
    } else if lower.contains("minutely") || lower.contains("one minute") {
        (Some(now + MINUTE), "of the minute", "de la minute")
    } else {
        let told = answer.retry_after().map(|seconds| now + i64::from(seconds) * 1_000);
        (told, "of this address", "de cette adresse")
    };
    Failure::quota(
        (
            format!("The calls {en} at Open-Meteo are used up (HTTP 429). Nothing is lost: it is asked later."),
            format!("Les appels {fr} à Open-Meteo sont épuisés (HTTP 429). Rien n’est perdu : la demande sera refaite plus tard."),
        ),
        until,
    )
    .by(OPEN_METEO)
}

fn closed(answer: &Response) -> Failure {
    let status = answer.status;
    Failure::consent((
        format!(
            "Open-Meteo refuses access (HTTP {status}): the public server is free for non-commercial use; check \
             base_url if you set one."
        ),
        format!(
            "Open-Meteo refuse l’accès (HTTP {status}) : le serveur public est gratuit pour un usage non \
             commercial ; vérifiez base_url s’il est renseigné."
        ),
    ))
    .by(OPEN_METEO)
}

fn moved(answer: &Response) -> Failure {
    Failure::unreadable(
        (
            "Open-Meteo no longer answers at this address (HTTP 404): a newer watteau is needed, or base_url is wrong.",
            "Open-Meteo ne répond plus à cette adresse (HTTP 404) : il faut un watteau plus récent, ou bien base_url \
             est faux.",
        ),
        answer.text(),
    )
}

fn down(answer: &Response) -> Failure {
    let status = answer.status;
    Failure::unavailable(
        (
            format!("Open-Meteo is overloaded or down (HTTP {status}). Nothing is lost: it is asked again."),
            format!("Open-Meteo est surchargé ou en panne (HTTP {status}). Rien n’est perdu : la demande sera refaite."),
        ),
        answer.retry_after(),
    )
    .by(OPEN_METEO)
}

fn unexpected(answer: &Response) -> Failure {
    let status = answer.status;
    Failure::unreadable(
        (
            format!("Open-Meteo gave an unexpected answer (HTTP {status})."),
            format!("Open-Meteo a donné une réponse inattendue (HTTP {status})."),
        ),
        answer.text(),
    )
    .by(OPEN_METEO)
}

/// A 200 whose content is not as expected.
pub fn unreadable(answer: &Response, reason: &str) -> Failure {
    Failure::unreadable(
        (
            format!("The answer of Open-Meteo cannot be read: {reason}. Nothing of it was stored."),
            format!("La réponse d’Open-Meteo est illisible ({reason}). Rien n’en a été enregistré."),
        ),
        answer.text(),
    )
    .by(OPEN_METEO)
}

/// Nothing for this window: not a failure of anything.
pub(crate) fn nothing() -> Failure {
    Failure::no_data(("Open-Meteo has nothing for these days.", "Open-Meteo n’a rien pour ces jours."))
        .by(OPEN_METEO)
}

/// A defect of this connector, told as one.
pub(crate) fn ours(reason: impl Into<String>) -> Failure {
    let reason = reason.into();
    Failure::unreadable(
        (
            format!("The weather connector met a defect of its own: {reason}."),
            format!("Le connecteur météo a rencontré un défaut à lui : {reason}."),
        ),
        reason,
    )
}
