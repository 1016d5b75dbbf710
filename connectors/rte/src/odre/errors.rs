//! What a refusal of ODRÉ means.

use super::ODRE;
use crate::when;
use serde::Deserialize;
use watteau_sdk::prelude::*;

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error_code: String,
    #[serde(default)]
    message: String,
}

/// Reads a refusal of ODRÉ; `now` places what it says of waiting.
pub fn read(answer: &Response, now: Instant) -> Failure {
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    match answer.status {
        400 | 404 => {
            let said = if body.message.is_empty() { body.error_code } else { body.message };
            Failure::unreadable(
                (
                    format!(
                        "ODRÉ has renamed something in its data ({said}): a newer watteau is needed. With an RTE \
                         account (client_id) the load comes from RTE itself."
                    ),
                    format!(
                        "ODRÉ a renommé quelque chose dans ses données ({said}) : il faut un watteau plus récent. Avec \
                         un compte RTE (client_id) la consommation vient de RTE même."
                    ),
                ),
                answer.text(),
            )
        }
        429 => Failure::quota(
            (
                "ODRÉ takes no more calls for today. Nothing is lost: the rest will be asked later.",
                "ODRÉ refuse d’autres appels pour aujourd’hui. Rien n’est perdu : la suite sera demandée plus tard.",
            ),
            reset(answer, now),
        )
        .by(ODRE),
        500..=599 => Failure::unavailable(
            (
                "ODRÉ is unavailable at present. Nothing is lost: it is asked again.",
                "ODRÉ est indisponible. Rien n’est perdu : la demande sera refaite.",
            ),
            answer.retry_after(),
        )
        .by(ODRE),
        status => Failure::unreadable(
            (
                format!("ODRÉ gave an unexpected answer (HTTP {status})."),
                format!("ODRÉ a donné une réponse inattendue (HTTP {status})."),
            ),
            answer.text(),
        )
        .by(ODRE),
    }
}

/// When calls are taken again: a date, seconds since the epoch, or seconds from now.
fn reset(answer: &Response, now: Instant) -> Option<Instant> {
    const EPOCH_SECONDS: i64 = 1_000_000_000;
    if let Some(seconds) = answer.retry_after() {
        return Some(now + i64::from(seconds) * 1_000);
    }
    let said = answer.header("x-ratelimit-reset")?.trim();
    let instant = match said.parse::<i64>() {
        Ok(seconds @ EPOCH_SECONDS..) => seconds.checked_mul(1_000)?,
        Ok(seconds) => now + seconds.max(0) * 1_000,
        Err(_) => when::instant(said)?,
    };
    (instant > now).then_some(instant)
}
