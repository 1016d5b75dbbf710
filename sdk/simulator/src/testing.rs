//! The routes asked in this process, for the simulator's own tests.

use crate::{Config, Inner, router};
use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};
use tower::ServiceExt as _;

/// The upstreams at a fixed moment.
pub(crate) struct House(pub(crate) Arc<Inner>);

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl House {
    pub(crate) fn at(now: &str) -> Self {
        let now = now.parse().expect("an instant");
        Self(Arc::new(Inner::new(Config { now: Some(now), ..Config::default() })))
    }

    pub(crate) fn ask(&self, method: &str, url: &str, authorisation: Option<&str>) -> Reply {
        let mut request = Request::builder().method(method).uri(url);
        if let Some(value) = authorisation {
            request = request.header(header::AUTHORIZATION, value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let answer = router(&self.0).oneshot(request).await.expect("an answer");
            let status = answer.status().as_u16();
            let headers = answer
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
                .collect();
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            Reply { status, headers, text: String::from_utf8(body.to_vec()).expect("text") }
        })
    }

    pub(crate) fn get(&self, url: &str) -> Reply {
        self.ask("GET", url, None)
    }

    /// Asks RTE for a token with the right credentials.
    pub(crate) fn ask_token(&self) -> Reply {
        let desk = &self.0.rte;
        let pair = STANDARD.encode(format!("{}:{}", desk.client_id(), desk.client_secret()));
        self.ask("POST", "/token/oauth/", Some(&format!("Basic {pair}")))
    }

    /// A token of RTE, as a header's value.
    pub(crate) fn token(&self) -> String {
        let answer = self.ask_token().json();
        format!("Bearer {}", answer["access_token"].as_str().expect("a token"))
    }
}

/// A query's value, percent-encoded.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
