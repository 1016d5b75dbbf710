//! Requests and answers. The host checks the address, adds the credential by name, counts the quota, follows
//! redirects, and bounds time and size.

pub use crate::bindings::plugin::watteau::connector::http::Method;
use crate::{context::Host, failure::Failure, time::Instant, types::Text};
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// A request to send through the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Absolute, or starting with `/`: then under the instance's `base_url`, or the manifest's.
    pub url: String,
    /// In the order given.
    pub headers: Vec<(String, String)>,
    /// The body, if any.
    pub body: Option<Vec<u8>>,
    /// Name of a credential of the manifest.
    pub auth: Option<String>,
    /// The host's own limit holds when this is none or longer.
    pub timeout_ms: Option<u32>,
}

impl Request {
    /// A request without headers, body or credential.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: None, auth: None, timeout_ms: None }
    }

    /// A `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }

    /// A `POST` with a body.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..Self::new(Method::Post, url) }
    }

    /// Adds a parameter to the query, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        encode(&mut self.url, name);
        self.url.push('=');
        encode(&mut self.url, &value.to_string());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Has the host add a credential of the manifest.
    #[must_use]
    pub fn auth(mut self, name: impl Into<String>) -> Self {
        self.auth = Some(name.into());
        self
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn encode(into: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, or an `unreadable` failure with the body as evidence. Name the party with `by`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = Text::new(
                format!("The answer cannot be read: {error}."),
                format!("La réponse est illisible : {error}."),
            );
            Failure::unreadable(message, self.text())
        })
    }

    /// `retry-after` in seconds, where the answer gives one.
    pub fn retry_after(&self) -> Option<u32> {
        self.header("retry-after")?.trim().parse().ok()
    }

    /// The failure that a status says by itself, when the source's own words are not known: 401 and 403 are
    /// consent, 404 no data, 429 quota, 5xx a passing trouble, the rest unreadable.
    pub fn failure(&self, party: &str) -> Failure {
        let status = self.status;
        let failure = match status {
            401 | 403 => Failure::consent((
                format!("{party} refuses the credentials (HTTP {status})."),
                format!("{party} refuse les identifiants (HTTP {status})."),
            )),
            404 => Failure::no_data((
                format!("{party} has nothing for this period."),
                format!("{party} n'a rien pour cette période."),
            )),
            408 | 425 | 500..=599 => Failure::unavailable(
                (
                    format!("{party} does not work at present (HTTP {status})."),
                    format!("{party} ne fonctionne pas actuellement (HTTP {status})."),
                ),
                self.retry_after(),
            ),
            429 => Failure::quota(
                (
                    format!("{party} takes no more requests for now (HTTP 429)."),
                    format!("{party} n'accepte plus de requêtes pour l'instant (HTTP 429)."),
                ),
                None,
            ),
            _ => Failure::unreadable(
                (
                    format!("{party} gave an unexpected answer (HTTP {status})."),
                    format!("{party} a donné une réponse inattendue (HTTP {status})."),
                ),
                self.text(),
            ),
        };
        failure.by(party)
    }
}

/// Why there is no answer at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Outside the manifest, or not granted: says which rule.
    #[error("the host does not allow this request: {0}")]
    Denied(String),
    /// The request itself is malformed.
    #[error("the request is malformed: {0}")]
    Invalid(String),
    /// The quota of this instance is used up until this instant.
    #[error("the quota is used up")]
    Quota(Instant),
    /// No connection, name not found, TLS refused, cut in the middle.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The body exceeds the host's limit of bytes.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The credential could not be read or obtained.
    #[error("the credential cannot be used: {0}")]
    Credential(String),
}

impl HttpError {
    /// The failure to report; `party` is who did not answer.
    pub fn failure(self, party: &str) -> Failure {
        match self {
            Self::Quota(until) => Failure::quota(
                (
                    format!("The quota of calls to {party} is used up."),
                    format!("Le quota d'appels vers {party} est épuisé."),
                ),
                until,
            ),
            Self::Unreachable(why) => Failure::unavailable(
                (format!("{party} cannot be reached: {why}."), format!("{party} est injoignable : {why}.")),
                None,
            )
            .by(party),
            Self::TimedOut => Failure::unavailable(
                (format!("{party} did not answer in time."), format!("{party} n'a pas répondu à temps.")),
                None,
            )
            .by(party),
            Self::TooLarge(limit) => Failure::unreadable(
                (
                    format!("{party} answered more than {limit} bytes."),
                    format!("{party} a répondu plus de {limit} octets."),
                ),
                "",
            )
            .by(party),
            Self::Credential(why) => Failure::consent((
                format!("The credential for {party} cannot be used: {why}."),
                format!("L'identifiant pour {party} est inutilisable : {why}."),
            )),
            Self::Denied(why) => Failure::settings(
                (
                    format!("The connector is not allowed to reach this address: {why}."),
                    format!("Le connecteur n'a pas le droit d'accéder à cette adresse : {why}."),
                ),
                Vec::new(),
            ),
            Self::Invalid(why) => Failure::settings(
                (
                    format!("The connector made a malformed request: {why}."),
                    format!("Le connecteur a fait une requête mal formée : {why}."),
                ),
                Vec::new(),
            ),
        }
    }
}

/// HTTP through the host.
#[derive(Clone, Copy)]
pub struct Http<'a> {
    host: &'a dyn Host,
}

impl<'a> Http<'a> {
    pub(crate) fn new(host: &'a dyn Host) -> Self {
        Self { host }
    }

    /// Sends a request. Any status is an answer; an error means that there is none.
    pub fn send(self, request: &Request) -> Result<Response, HttpError> {
        self.host.send(request)
    }

    /// The claims (JSON text) of a credential that is a JSON Web Token. Never the token itself.
    pub fn claims(self, auth: &str) -> Option<String> {
        self.host.claims(auth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Cause;

    #[test]
    fn queries_are_encoded() {
        let request = Request::get("/a").query("from", "2024-01-01").query("q", "é &=");
        assert_eq!(request.url, "/a?from=2024-01-01&q=%C3%A9%20%26%3D");
    }

    #[test]
    fn statuses_have_a_cause() {
        let cases = [
            (401, Cause::Consent),
            (403, Cause::Consent),
            (404, Cause::NoData),
            (429, Cause::Quota(None)),
            (503, Cause::Unavailable(Some(30))),
            (418, Cause::Unreadable),
        ];
        for (status, cause) in cases {
            let headers = vec![("retry-after".to_owned(), "30".to_owned())];
            let failure = Response { status, headers, body: Vec::new() }.failure("RTE");
            assert_eq!(failure.cause, cause, "HTTP {status}");
            assert_eq!(failure.party.as_deref(), Some("RTE"));
        }
    }

    #[test]
    fn json_that_cannot_be_read_is_kept_as_evidence() {
        let response = Response { status: 200, headers: Vec::new(), body: b"{\"a\":".to_vec() };
        let failure = response.json::<u8>().unwrap_err();
        assert_eq!((failure.cause, failure.evidence.as_deref()), (Cause::Unreadable, Some("{\"a\":")));
    }
}
