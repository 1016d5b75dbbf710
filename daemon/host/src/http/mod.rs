//! The one way out of the sandbox.
//!
//! `reach` decides whether an address may be asked, `resolve` whether what its name resolves to may, `auth` adds
//! credentials, `redact` keeps them out of every text; the exchange itself is here: redirects by hand, each
//! checked again, time and size bounded. The client lives as long as the run.

mod auth;
mod reach;
mod redact;
mod resolve;

pub use auth::Tokens;
pub(crate) use redact::Redactor;

use crate::grant::Grant;
use crate::manifest::Http;
use auth::Credential;
use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue, LOCATION},
};
use std::{error::Error, sync::Arc, time::Duration};
use tokio::time::Instant;
use url::Url;

/// Redirects followed for one request.
const REDIRECTS: usize = 5;

/// One request lasts no longer, whatever the guest asks.
const LONGEST: Duration = Duration::from_mins(1);

/// A connection that takes longer is given up.
const CONNECT: Duration = Duration::from_secs(10);

/// Headers that are the host's business.
const RESERVED: [&str; 9] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "te",
    "upgrade",
    "proxy-authorization",
    "user-agent",
    "accept-encoding",
];

/// A request of the guest.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) auth: Option<String>,
    pub(crate) timeout_ms: Option<u32>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Why nothing came back. Texts hold no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("not allowed: {0}")]
    Denied(String),
    #[error("malformed request: {0}")]
    Invalid(String),
    #[error("no call left before {0} ms")]
    Quota(i64),
    #[error("unreachable: {0}")]
    Unreachable(String),
    #[error("no answer in time")]
    TimedOut,
    #[error("the answer exceeds {0} bytes")]
    TooLarge(u64),
    #[error("credential: {0}")]
    Credential(String),
}

/// The client of one call.
pub(crate) struct Outlet {
    manifest: Option<Http>,
    client: Option<Client>,
    redactor: Redactor,
    deadline: Instant,
}

/// One exchange, headers and credential in place.
struct Exchange {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Outlet {
    pub(crate) fn new(manifest: Option<Http>, call: Duration) -> Self {
        Self { manifest, client: None, redactor: Redactor::default(), deadline: Instant::now() + call }
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Sends a request within the guest's reach and budget.
    pub(crate) async fn send(&mut self, grant: &Grant, request: Request) -> Result<Answer, HttpError> {
        let url = reach::absolute(&request.url, grant, self.manifest.as_ref())?;
        reach::check(grant, self.manifest.as_ref(), &url, &request.method)?;
        let headers = headers(&request.headers)?;
        let wait = grant.quota.acquire().map_err(|not_before| HttpError::Quota(not_before.0))?;
        let left = self.deadline.saturating_duration_since(Instant::now());
        if wait >= left {
            let at = grant.clock.now().as_millisecond().saturating_add(wait.as_millis() as i64);
            return Err(HttpError::Quota(at));
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let asked = request.timeout_ms.map_or(LONGEST, |ms| Duration::from_millis(ms.into()));
        // The call's own deadline ends it as well: then the guest is stopped, and never learns of it.
        let timeout = asked.min(LONGEST);
        let exchange = Exchange { method: request.method, url, headers, body: request.body };
        let sent = tokio::time::timeout(timeout, self.authorised(grant, exchange, request.auth.as_deref()));
        let answer = sent.await.map_err(|_| HttpError::TimedOut)?;
        answer.map_err(|error| self.redacted(error))
    }

    /// The payload of a credential that is a JSON Web Token.
    pub(crate) fn claims(&mut self, grant: &Grant, name: &str) -> Option<String> {
        let auth = self.manifest.as_ref()?.auth.iter().find(|auth| auth.name == name)?;
        let secret = auth::plain_secret(grant, auth)?;
        self.redactor.learn(&secret);
        auth::claims(&secret)
    }

    /// Adds the credential; a token that the source refuses is asked anew, once.
    async fn authorised(
        &mut self,
        grant: &Grant,
        exchange: Exchange,
        auth: Option<&str>,
    ) -> Result<Answer, HttpError> {
        let Some(name) = auth else { return self.follow(grant, exchange, None).await };
        let known = self.manifest.as_ref().and_then(|http| http.auth.iter().find(|auth| auth.name == name));
        let auth = known
            .cloned()
            .ok_or_else(|| HttpError::Invalid(format!("the manifest has no credential `{name}`")))?;
        let credential = auth::credential(self, grant, &auth).await?;
        let again = credential.renewable.then(|| exchange.replica());
        let answer = self.follow(grant, exchange, Some(&credential)).await?;
        match again {
            Some(exchange) if answer.status == StatusCode::UNAUTHORIZED.as_u16() => {
                grant.tokens.forget(name);
                let credential = auth::credential(self, grant, &auth).await?;
                self.follow(grant, exchange, Some(&credential)).await
            }
            _ => Ok(answer),
        }
    }

    /// One exchange and its redirects. The credential and the guest's own headers stay with the first origin.
    async fn follow(
        &mut self,
        grant: &Grant,
        mut exchange: Exchange,
        credential: Option<&Credential>,
    ) -> Result<Answer, HttpError> {
        let origin = exchange.url.origin();
        for _ in 0..=REDIRECTS {
            reach::check(grant, self.manifest.as_ref(), &exchange.url, &exchange.method)?;
            let mut headers = exchange.headers.clone();
            if let Some(credential) = credential.filter(|_| exchange.url.origin() == origin) {
                headers.insert(credential.header.clone(), credential.value.clone());
            }
            let mut request =
                self.client(grant)?.request(exchange.method.clone(), exchange.url.clone()).headers(headers);
            if let Some(body) = &exchange.body {
                request = request.body(body.clone());
            }
            let answer = request.send().await.map_err(|error| lost(&error))?;
            let Some(next) = redirect(&answer, &exchange.url)? else {
                return read(answer, grant.limits.body_bytes).await;
            };
            let status = answer.status();
            let changes_to_get = status == StatusCode::SEE_OTHER
                || (matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND)
                    && exchange.method == Method::POST);
            if changes_to_get && exchange.method != Method::HEAD {
                exchange.method = Method::GET;
                exchange.body = None;
            }
            if next.origin() != origin {
                exchange.headers.clear();
                exchange.body = None;
            }
            exchange.url = next;
        }
        Err(HttpError::Unreachable(format!("more than {REDIRECTS} redirects")))
    }

    fn client(&mut self, grant: &Grant) -> Result<Client, HttpError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let broken =
            |error: &dyn std::fmt::Display| HttpError::Unreachable(format!("no HTTP client: {error}"));
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(resolve::Guarded::new(grant.base_url.as_ref()))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .user_agent(concat!(
                "watteau/",
                env!("CARGO_PKG_VERSION"),
                " (+https://github.com/watteau-energy/watteau)"
            ))
            .build()
            .map_err(|error| broken(&error))?;
        Ok(self.client.insert(client).clone())
    }

    fn redacted(&self, error: HttpError) -> HttpError {
        match error {
            HttpError::Denied(why) => HttpError::Denied(self.redactor.redact(&why)),
            HttpError::Invalid(why) => HttpError::Invalid(self.redactor.redact(&why)),
            HttpError::Unreachable(why) => HttpError::Unreachable(self.redactor.redact(&why)),
            HttpError::Credential(why) => HttpError::Credential(self.redactor.redact(&why)),
            other => other,
        }
    }
}

impl Exchange {
    fn replica(&self) -> Self {
        Self {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let wrong = || HttpError::Invalid(format!("the header `{name}` is malformed"));
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        if RESERVED.contains(&parsed.as_str()) {
            return Err(HttpError::Invalid(format!("the header `{name}` is set by the host")));
        }
        headers.append(parsed, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    Ok(headers)
}

fn redirect(answer: &reqwest::Response, from: &Url) -> Result<Option<Url>, HttpError> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get(LOCATION) else { return Ok(None) };
    let next = location.to_str().ok().and_then(|location| from.join(location).ok());
    next.map(Some).ok_or_else(|| HttpError::Unreachable("a redirect to nowhere".to_owned()))
}

/// The body, counted as it is decompressed: a small answer may not unfold into all of the memory.
async fn read(mut answer: reqwest::Response, most: u64) -> Result<Answer, HttpError> {
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| lost(&error))? {
        if (body.len() + piece.len()) as u64 > most {
            return Err(HttpError::TooLarge(most));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status, headers, body })
}

/// What a failed exchange was, from the chain of its causes; never the address, its query may hold anything.
fn lost(error: &reqwest::Error) -> HttpError {
    if error.is_timeout() {
        return HttpError::TimedOut;
    }
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut deepest = "the connection failed".to_owned();
    while let Some(inner) = cause {
        if let Some(private) = inner.downcast_ref::<resolve::PrivateAddress>() {
            // A name that is led astray is the network's doing, not the connector's.
            return HttpError::Unreachable(private.to_string());
        }
        deepest = inner.to_string();
        cause = inner.source();
    }
    HttpError::Unreachable(deepest)
}
