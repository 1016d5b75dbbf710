//! Credentials, added by name: the guest never sees them.

use super::{Exchange, HttpError, Outlet, reach};
use crate::{
    grant::Grant,
    manifest::{Auth, AuthKind},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A token without a stated end is asked anew after this.
const UNKNOWN_LIFE: f64 = 600.0;

/// OAuth2 tokens of one instance, kept between runs in memory only.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<HashMap<String, Token>>>);

#[derive(Clone)]
struct Token {
    value: String,
    until: Timestamp,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    fn get(&self, name: &str, now: Timestamp) -> Option<String> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(name).filter(|token| now < token.until).map(|token| token.value.clone())
    }

    fn keep(&self, name: &str, token: Token) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), token);
    }

    pub(super) fn forget(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// A header to add, and whether another could be had in its place.
pub(super) struct Credential {
    pub(super) header: HeaderName,
    pub(super) value: HeaderValue,
    pub(super) renewable: bool,
}

/// The credential of that name, its secrets known to the redactor.
pub(super) async fn credential(
    outlet: &mut Outlet,
    grant: &Grant,
    auth: &Auth,
) -> Result<Credential, HttpError> {
    match &auth.kind {
        AuthKind::Bearer { secret } => {
            let secret = read(outlet, grant, secret)?;
            header(AUTHORIZATION, &format!("Bearer {secret}"), false)
        }
        AuthKind::Basic { user, password } => {
            let password = read(outlet, grant, password)?;
            let pair = STANDARD.encode(format!("{}:{password}", option(grant, user)?));
            outlet.redactor.learn(&pair);
            header(AUTHORIZATION, &format!("Basic {pair}"), false)
        }
        AuthKind::Header { header: name, secret } => {
            let secret = read(outlet, grant, secret)?;
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| HttpError::Invalid(format!("the manifest's header `{name}` is malformed")))?;
            header(name, &secret, false)
        }
        AuthKind::OAuth2 { token_url, client_id, client_secret, margin } => {
            let now = grant.clock.now();
            let kept = grant.tokens.get(&auth.name, now);
            let token = if let Some(token) = kept {
                token
            } else {
                let id = option(grant, client_id)?;
                let secret = read(outlet, grant, client_secret)?;
                let pair = STANDARD.encode(format!("{id}:{secret}"));
                outlet.redactor.learn(&pair);
                let token = ask_token(outlet, grant, token_url, &pair, *margin, now).await?;
                grant.tokens.keep(&auth.name, token.clone());
                token.value
            };
            outlet.redactor.learn(&token);
            header(AUTHORIZATION, &format!("Bearer {token}"), true)
        }
    }
}

fn header(header: HeaderName, value: &str, renewable: bool) -> Result<Credential, HttpError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| HttpError::Credential("it holds a character that no header may".to_owned()))?;
    value.set_sensitive(true);
    Ok(Credential { header, value, renewable })
}

/// A secret option, learnt by the redactor before anything else can happen with it.
fn read(outlet: &mut Outlet, grant: &Grant, option: &str) -> Result<String, HttpError> {
    let secret = grant
        .secrets
        .secret(option)
        .map_err(HttpError::Credential)?
        .ok_or_else(|| HttpError::Credential(format!("the setting `{option}` is missing")))?;
    // Files end with a line end that is no part of the secret.
    let secret = secret.trim().to_owned();
    outlet.redactor.learn(&secret);
    Ok(secret)
}

/// An option that is no secret: a user name, a client's id. It may be kept like a secret all the same.
fn option(grant: &Grant, name: &str) -> Result<String, HttpError> {
    if let Some(Value::String(value)) = grant.settings.get(name) {
        return Ok(value.clone());
    }
    grant
        .secrets
        .secret(name)
        .map_err(HttpError::Credential)?
        .map(|value| value.trim().to_owned())
        .ok_or_else(|| HttpError::Credential(format!("the setting `{name}` is missing")))
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    /// Seconds: a number, or a number in quotes.
    #[serde(default)]
    expires_in: Value,
}

async fn ask_token(
    outlet: &mut Outlet,
    grant: &Grant,
    token_url: &str,
    pair: &str,
    margin: Duration,
    now: Timestamp,
) -> Result<Token, HttpError> {
    let url = reach::absolute(token_url, grant, outlet.manifest.as_ref())?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let body = Some(b"grant_type=client_credentials".to_vec());
    let exchange = Exchange { method: Method::POST, url, headers, body };
    let basic = header(AUTHORIZATION, &format!("Basic {pair}"), false)?;
    let answer = outlet.follow(grant, exchange, Some(&basic)).await?;
    match answer.status {
        200..=299 => {}
        500..=599 | 429 => {
            return Err(HttpError::Unreachable(format!("no token is given (HTTP {})", answer.status)));
        }
        status => return Err(HttpError::Credential(format!("no token is given for it (HTTP {status})"))),
    }
    let token: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| {
        HttpError::Credential("the answer to the request for a token is unreadable".to_owned())
    })?;
    let life = match &token.expires_in {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let life = life.filter(|life| life.is_finite() && *life >= 0.0).unwrap_or(UNKNOWN_LIFE).min(86_400.0);
    let usable = Duration::from_secs_f64(life).saturating_sub(margin);
    let until = now.checked_add(usable).unwrap_or(now);
    Ok(Token { value: token.access_token, until })
}

/// The secret of a credential that is one string.
pub(super) fn plain_secret(grant: &Grant, auth: &Auth) -> Option<String> {
    let (AuthKind::Bearer { secret } | AuthKind::Header { secret, .. }) = &auth.kind else { return None };
    Some(grant.secrets.secret(secret).ok()??.trim().to_owned())
}

/// The payload of a JSON Web Token, not verified: it is the user's own token, read for its dates and consents.
pub(super) fn claims(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let payload: serde_json::Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    parts.next().is_none().then(|| Value::Object(payload).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_has_claims() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":1735689600}"#);
        let token = format!("e30.{payload}.c2ln");
        assert_eq!(claims(&token).as_deref(), Some(r#"{"exp":1735689600}"#));
        for other in ["", "opaque", "a.b", "e30.bm90IGpzb24.x", &format!("{token}.more")] {
            assert_eq!(claims(other), None, "{other}");
        }
    }
}
