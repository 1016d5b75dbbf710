//! Requests over HTTP.

use crate::sender::{Answer, Transport, Unreachable};
use bytes::Bytes;
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{Client, Response, Url, header};
use std::{error::Error, fmt, time::Duration};

/// A receiver that takes longer is not answering.
const TIMEOUT: Duration = Duration::from_secs(30);
/// As much of an answer is read: a sentence, not a page.
const MESSAGE: usize = 300;

/// What is shown to the receiver.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// Nothing.
    None,
    /// A token.
    Bearer(String),
    /// A name and a password.
    Basic {
        /// Who it is.
        user: String,
        /// The secret.
        password: String,
    },
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer(***)",
            Self::Basic { .. } => "Basic(***)",
        })
    }
}

/// Where the secret is read, at each request: a new one needs no restart. What is wrong is a sentence.
pub type Credentials = Box<dyn Fn() -> Result<Auth, String> + Send + Sync>;

/// A receiver at an address.
pub struct Http {
    client: Client,
    url: Url,
    credentials: Credentials,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password or a token.
        f.debug_struct("Http").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Http {
    /// Sends to `url`. The client should follow no redirect: what it shows is for this receiver alone.
    pub const fn new(client: Client, url: Url, credentials: Credentials) -> Self {
        Self { client, url, credentials }
    }
}

impl Transport for Http {
    async fn post(&self, body: Bytes) -> Result<Answer, Unreachable> {
        let request = self
            .client
            .post(self.url.clone())
            .timeout(TIMEOUT)
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .header(header::CONTENT_ENCODING, "snappy")
            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
            .body(body);
        let request = match (self.credentials)().map_err(Unreachable)? {
            Auth::None => request,
            Auth::Bearer(token) => request.bearer_auth(token),
            Auth::Basic { user, password } => request.basic_auth(user, Some(password)),
        };
        let response = request.send().await.map_err(|error| Unreachable(in_words(error)))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| retry_in(text, Timestamp::now()));
        let message = if response.status().is_success() { String::new() } else { beginning(response).await };
        Ok(Answer { status, retry_after, message })
    }
}

/// An error of the network without its address, down to its cause: "connection refused" says more than "request".
fn in_words(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    format!("it cannot be reached: {cause}")
}

/// The beginning of an answer in one line.
async fn beginning(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < MESSAGE {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(MESSAGE);
    let text = String::from_utf8_lossy(&bytes);
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .fold(String::new(), |line, word| if line.is_empty() { word.to_owned() } else { line + " " + word })
}

/// `Retry-After`: seconds, or the date of HTTP.
fn retry_in(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_is_read_in_both_forms() {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
        ] {
            assert_eq!(retry_in(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn nothing_of_a_secret_is_shown() {
        let auth =
            [Auth::Bearer("hunter2".into()), Auth::Basic { user: "a".into(), password: "hunter2".into() }];
        assert!(!format!("{auth:?}").contains("hunter2"));
    }
}
