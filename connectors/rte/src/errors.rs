//! What a refusal of RTE means: the code of its functional errors first (`CONSUMPTION_SHORTTERM_F03`), then the
//! status, since 401, 403 and 429 often come without a body. Who is named is who is at fault: nobody where it
//! is the account's settings or this connector.

use serde::Deserialize;
use watteau_sdk::prelude::*;

/// The grid's operator.
pub const RTE: &str = "RTE";

/// Ecowatt takes one call in this long.
pub(crate) const ECOWATT_PAUSE_MS: i64 = 15 * 60_000;

/// An API of RTE: each is subscribed to by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// Load and its forecasts.
    Consumption,
    /// Tempo colours.
    Tempo,
    /// Ecowatt signals.
    Ecowatt,
}

impl Api {
    /// As RTE's portal calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consumption => "Consumption",
            Self::Tempo => "Tempo Like Supply Contract",
            Self::Ecowatt => "Ecowatt",
        }
    }
}

/// What an answer other than 200 means.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// The window is longer than RTE takes, or ends too far ahead: a shorter one may pass. The failure is for
    /// when no shorter one is left.
    Shorten(Failure),
    /// Everything else, ready to be told.
    Failure(Failure),
}

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Reads a refusal of RTE; `now` places what it says of waiting.
pub fn read(answer: &Response, api: Api, now: Instant) -> Refused {
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    let failure = match answer.status {
        400 => match body.error.rsplit('_').next().unwrap_or_default() {
            "F03" | "F04" => return Refused::Shorten(period_refused(&body, answer)),
            "F01" | "F02" | "F05" | "F06" | "F07" => malformed(&body.error, answer),
            _ => unexpected(answer),
        },
        401 => token_refused(),
        403 => not_subscribed(api),
        404 => moved(api, answer),
        408 => down(answer, "HTTP 408"),
        413 => return Refused::Shorten(period_refused(&body, answer)),
        414 => malformed("HTTP 414", answer),
        429 => quota(answer, api, now),
        500 if !body.error.is_empty() => down(answer, &body.error),
        status @ 500..=599 => down(answer, &format!("HTTP {status}")),
        _ => unexpected(answer),
    };
    Refused::Failure(failure)
}

/// Why there is no answer at all.
pub fn lost(error: HttpError) -> Failure {
    match error {
        // The host words it; the option's name is the manifest's.
        HttpError::Credential(why) if why.contains("missing") => Failure::setting(
            "client_secret",
            (
                "The client ID of RTE is set without its secret: copy client_secret from your application on \
                 data.rte-france.com, or remove client_id to read the open data.",
                "L’identifiant client RTE est donné sans son secret : copiez client_secret depuis votre \
                 application sur data.rte-france.com, ou retirez client_id pour lire les données ouvertes.",
            ),
        ),
        HttpError::Credential(why) if why.contains("unreadable") => Failure::unavailable(
            (
                "RTE's answer to the request for a token cannot be read. It is asked again.",
                "La réponse de RTE à la demande de jeton est illisible. La demande sera refaite.",
            ),
            None,
        )
        .by(RTE),
        HttpError::Credential(why) if why.contains("no token") => Failure::consent((
            format!(
                "RTE does not know these credentials: {why}. Copy client_id and client_secret again from your \
                 application on data.rte-france.com."
            ),
            format!(
                "RTE ne connaît pas ces identifiants ({why}). Recopiez client_id et client_secret depuis votre \
                 application sur data.rte-france.com."
            ),
        )),
        HttpError::Credential(why) => Failure::consent((
            format!("client_id or client_secret cannot be used: {why}."),
            format!("client_id ou client_secret est inutilisable : {why}."),
        )),
        other => other.failure(RTE),
    }
}

/// A 200 whose content is not as expected.
pub fn unreadable(answer: &Response, party: &str, reason: &str) -> Failure {
    Failure::unreadable(
        (
            format!("The answer of {party} cannot be read: {reason}. Nothing of it was stored."),
            format!("La réponse de {party} est illisible ({reason}). Rien n’en a été enregistré."),
        ),
        answer.text(),
    )
    .by(party)
}

/// A defect of this connector, told as one.
pub(crate) fn ours(reason: impl Into<String>) -> Failure {
    let reason = reason.into();
    Failure::unreadable(
        (
            format!("The RTE connector met a defect of its own: {reason}."),
            format!("Le connecteur RTE a rencontré un défaut à lui : {reason}."),
        ),
        reason,
    )
}

/// Ecowatt and D-2 exist for account holders alone.
pub fn needs_account(what: &str) -> Failure {
    Failure::not_offered((
        format!(
            "`{what}` needs an account: create an application on data.rte-france.com and set client_id and \
             client_secret, or take it out of `what`."
        ),
        format!(
            "« {what} » demande un compte : créez une application sur data.rte-france.com et renseignez client_id \
             et client_secret, ou retirez-le de « what »."
        ),
    ))
}

fn token_refused() -> Failure {
    Failure::consent((
        "RTE refuses the token it has just given (HTTP 401): check client_id and client_secret against your \
         application on data.rte-france.com.",
        "RTE refuse le jeton qu’elle vient de donner (HTTP 401) : vérifiez client_id et client_secret sur la page \
         de votre application de data.rte-france.com.",
    ))
}

fn not_subscribed(api: Api) -> Failure {
    let name = api.name();
    Failure::not_offered((
        format!(
            "Your RTE application is not subscribed to the API {name} (HTTP 403): subscribe it on \
             data.rte-france.com. The other data go on."
        ),
        format!(
            "Votre application RTE n’est pas abonnée à l’API {name} (HTTP 403) : abonnez-la sur \
             data.rte-france.com. Les autres données continuent."
        ),
    ))
}

fn malformed(code: &str, answer: &Response) -> Failure {
    Failure::unreadable(
        (
            format!("RTE refuses the request as malformed ({code}): this is a defect of watteau."),
            format!("RTE refuse la requête, jugée mal formée ({code}) : c’est un défaut de watteau."),
        ),
        answer.text(),
    )
}

/// Told only when a single day is refused like this.
fn period_refused(body: &Body, answer: &Response) -> Failure {
    let code = if body.error.is_empty() { "HTTP 413" } else { &body.error };
    let said = &body.error_description;
    Failure::unreadable(
        (
            format!("RTE refuses even a single day as too long a period ({code} {said})."),
            format!("RTE refuse même un seul jour, période jugée trop longue ({code} {said})."),
        ),
        answer.text(),
    )
    .by(RTE)
}

fn moved(api: Api, answer: &Response) -> Failure {
    let name = api.name();
    Failure::unreadable(
        (
            format!(
                "RTE no longer has the API {name} at this address (HTTP 404): a newer watteau is needed, or \
                 base_url is wrong."
            ),
            format!(
                "RTE n’a plus l’API {name} à cette adresse (HTTP 404) : il faut un watteau plus récent, ou bien \
                 base_url est faux."
            ),
        ),
        answer.text(),
    )
}

fn down(answer: &Response, code: &str) -> Failure {
    Failure::unavailable(
        (
            format!("RTE is unavailable at present ({code}). Nothing is lost: it is asked again."),
            format!("RTE est indisponible ({code}). Rien n’est perdu : la demande sera refaite."),
        ),
        answer.retry_after(),
    )
    .by(RTE)
}

fn quota(answer: &Response, api: Api, now: Instant) -> Failure {
    let wait = answer.retry_after().map(|seconds| i64::from(seconds) * 1_000);
    let wait = if api == Api::Ecowatt { wait.max(Some(ECOWATT_PAUSE_MS)) } else { wait };
    let name = api.name();
    Failure::quota(
        (
            format!("RTE takes no more calls of the API {name} for now (HTTP 429). Nothing is lost: it is asked later."),
            format!("RTE refuse d’autres appels de l’API {name} pour l’instant (HTTP 429). Rien n’est perdu : la demande sera refaite plus tard."),
        ),
        wait.map(|wait| now + wait),
    )
    .by(RTE)
}

fn unexpected(answer: &Response) -> Failure {
    let status = answer.status;
    Failure::unreadable(
        (
            format!("RTE gave an unexpected answer (HTTP {status})."),
            format!("RTE a donné une réponse inattendue (HTTP {status})."),
        ),
        answer.text(),
    )
    .by(RTE)
}
