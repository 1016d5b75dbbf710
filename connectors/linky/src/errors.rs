//! What a refusal means: Enedis' code first, then the status, since the gateway relays both.
//!
//! Codes come in several spellings (`ADAM_DC_0008`, `Invalid_request`): they are compared in capitals with
//! hyphens.

use serde_json::Value;
use watteau_sdk::prelude::*;

/// The party behind the meters.
pub const ENEDIS: &str = "Enedis";
/// The gateway.
pub const GATEWAY: &str = "Conso API";

const DAY_SECONDS: u32 = 86_400;

/// What an answer other than 200 means.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// Nothing for this span, or not yet.
    NoData,
    /// The span begins before the source's data.
    TooOld,
    /// The span is longer than the source takes.
    TooLong,
    /// Everything else, ready to be told.
    Failure(Failure),
}

/// Reads a refusal. `meter` is the last four digits of the meter.
pub fn read(answer: &Response, meter: &str) -> Refused {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let Some(body) = body else { return Refused::Failure(not_json(answer)) };
    let code = code(&body);
    match code.as_str() {
        "NO-DATA-FOUND" | "STM-ERR-0000014" | "STM-ERR-0000020" => Refused::NoData,
        "ADAM-ERR0123" | "ADAM-ERR0125" | "ADAM-DC-0016" | "ADAM-DC-0009" => Refused::TooOld,
        "ADAM-ERR0126" | "ADAM-DC-0015" => Refused::TooLong,
        code => {
            Refused::Failure(by_code(code, &body, meter).unwrap_or_else(|| by_status(answer, &body, meter)))
        }
    }
}

fn by_code(code: &str, body: &Value, meter: &str) -> Option<Failure> {
    Some(match code {
        "ADAM-DC-0008" | "UNAUTHORIZED-USER" => consent_expired(),
        "ADAM-DC-0007" => Failure::unavailable(
            (
                format!(
                    "Enedis does not link the meter …{meter} to your consent. If the number is right, this is a \
                     known fault of Enedis; it is asked again tomorrow."
                ),
                format!(
                    "Enedis ne relie pas le compteur …{meter} à votre autorisation. Si le numéro est juste, \
                     c’est une panne connue d’Enedis ; la demande sera refaite demain."
                ),
            ),
            DAY_SECONDS,
        )
        .by(ENEDIS),
        "900901" => gateway_login(),
        "900804" | "900807" => quota(body),
        "STM-ERR-0000019" | "ADAM-ERR0061" => wrong_meter(meter),
        "ADAM-ERR0069" => Failure::not_offered((
            format!("Enedis has no consumption data for the meter …{meter}."),
            format!("Enedis n’a pas de données de consommation pour le compteur …{meter}."),
        ))
        .by(ENEDIS),
        "ADAM-ERR0075" => no_load_curve(),
        "INVALID-REQUEST" => Failure::unreadable(
            (
                "Enedis refuses the request as malformed: this is a defect of watteau.",
                "Enedis refuse la requête, jugée mal formée : c’est un défaut de watteau.",
            ),
            body.to_string(),
        ),
        "TECHNICAL-ERROR" | "ADAM-DC-0500" | "STM-ERR-0000001" => enedis_down(None),
        _ => return None,
    })
}

fn by_status(answer: &Response, body: &Value, meter: &str) -> Failure {
    let message = body["message"].as_str().unwrap_or_default();
    match answer.status {
        400 if message.contains("Authorization") => token_refused(),
        400 if message.contains("Paramètres") => wrong_meter(meter),
        401 => token_refused(),
        403 => consent_expired(),
        429 => quota(body),
        500..=599 if message.contains("token") => gateway_login(),
        500..=599 => enedis_down(answer.retry_after()),
        404 => {
            Failure::no_data(("Enedis has nothing for this period.", "Enedis n’a rien pour cette période."))
                .by(ENEDIS)
        }
        status => Failure::unreadable(
            (
                format!("The gateway gave an unexpected answer (HTTP {status})."),
                format!("La passerelle a donné une réponse inattendue (HTTP {status})."),
            ),
            answer.text(),
        )
        .by(GATEWAY),
    }
}

fn not_json(answer: &Response) -> Failure {
    match answer.status {
        403 => Failure::unavailable(
            (
                "Conso API refuses this address: it may be blocked. It is asked again in three days.",
                "Conso API refuse cette adresse : elle est peut-être bloquée. La demande sera refaite dans \
                 trois jours.",
            ),
            3 * DAY_SECONDS,
        )
        .by(GATEWAY),
        500..=599 => Failure::unavailable(
            ("The gateway Conso API does not work at present.", "La passerelle Conso API est en panne."),
            answer.retry_after(),
        )
        .by(GATEWAY),
        _ => unreadable(answer, "it is not JSON"),
    }
}

/// A 200 whose content is not as expected.
pub fn unreadable(answer: &Response, reason: &str) -> Failure {
    Failure::unreadable(
        (
            format!("The gateway's answer cannot be read: {reason}. Nothing was stored."),
            format!("La réponse de la passerelle est illisible ({reason}). Rien n’a été enregistré."),
        ),
        answer.text(),
    )
    .by(GATEWAY)
}

/// The token's own dates say that the consent is over, or Enedis does.
pub fn consent_expired() -> Failure {
    Failure::consent((
        "Your Enedis consent is no longer valid. Renew it on the gateway's site, then paste the new token.",
        "Votre autorisation Enedis n’est plus valable. Renouvelez-la sur le site de la passerelle, puis \
         collez le nouveau jeton.",
    ))
    .by(ENEDIS)
}

/// The meter of the settings is not one of the token's.
pub fn wrong_meter(meter: &str) -> Failure {
    Failure::setting(
        "prm",
        (
            format!("This token does not give access to the meter …{meter}: check the 14 digits of the PRM."),
            format!("Ce jeton ne donne pas accès au compteur …{meter} : vérifiez les 14 chiffres du PRM."),
        ),
    )
}

/// The half-hourly collection is off while the days are there.
pub fn no_load_curve() -> Failure {
    Failure::not_offered((
        "Half-hourly collection is off: switch on recording and collection of the hourly consumption in your \
         Enedis account, then wait two days.",
        "La collecte par demi-heure est désactivée : activez l’enregistrement et la collecte de la \
         consommation horaire dans votre compte Enedis, puis attendez deux jours.",
    ))
    .by(ENEDIS)
}

fn token_refused() -> Failure {
    Failure::consent((
        "Conso API refuses the token: it is mistyped, has expired, or was given for another meter.",
        "Conso API refuse le jeton : il est mal recopié, expiré, ou donné pour un autre compteur.",
    ))
    .by(GATEWAY)
}

fn gateway_login() -> Failure {
    Failure::unavailable(
        (
            "The gateway Conso API cannot log in to Enedis at present. Nothing is lost: it is asked again.",
            "La passerelle Conso API n’arrive pas à se connecter à Enedis. Rien n’est perdu : la demande sera \
             refaite.",
        ),
        None,
    )
    .by(GATEWAY)
}

fn enedis_down(seconds: Option<u32>) -> Failure {
    Failure::unavailable(
        (
            "Enedis is unavailable at present. Nothing is lost: it is asked again.",
            "Enedis est indisponible. Rien n’est perdu : la demande sera refaite.",
        ),
        seconds,
    )
    .by(ENEDIS)
}

fn quota(body: &Value) -> Failure {
    let next = find(body, "nextAccessTime").and_then(|text| next_access(&text));
    Failure::quota(
        (
            "The gateway takes no more calls for now. Nothing is lost: the rest will be asked later.",
            "La passerelle refuse d’autres appels pour l’instant. Rien n’est perdu : la suite sera demandée \
             plus tard.",
        ),
        next,
    )
    .by(GATEWAY)
}

/// `2026-Mar-02 23:00:00+0000 UTC` in milliseconds since the epoch.
fn next_access(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|month| text.get(5..8) == Some(month))? + 1;
    let date =
        Date::new(text.get(..4)?.parse().ok()?, u8::try_from(month).ok()?, text.get(9..11)?.parse().ok()?)?;
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let seconds = part(12..14)? * 3_600 + part(15..17)? * 60 + part(18..20)?;
    Some((i64::from(date.days()) * 86_400 + seconds) * 1_000)
}

/// The code of a refusal, in capitals with hyphens; empty when there is none.
fn code(body: &Value) -> String {
    let error = &body["error"];
    let found = [&error["error"], &error["fault"]["code"], &body["fault"]["code"], &error["code"], error];
    let code = found.iter().find_map(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    code.unwrap_or_default().trim().to_uppercase().replace('_', "-")
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
