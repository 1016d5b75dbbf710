//! The receiver that the settings name.

use crate::{
    config::{RemoteAuth, RemoteWrite},
    hex::hex,
};
use reqwest::{Client, redirect::Policy};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use watteau_remote_write::{Auth, Http};

const CONNECT: Duration = Duration::from_secs(10);

/// What tells a receiver from another: where it is, and what every series is labelled with.
pub(super) fn identity(settings: &RemoteWrite) -> String {
    let mut digest = Sha256::new();
    digest.update(settings.url.as_str());
    for (name, value) in &settings.labels {
        digest.update([0]);
        digest.update(name);
        digest.update([0]);
        digest.update(value);
    }
    hex(&digest.finalize())
}

/// What it is called: its host.
pub(super) fn name(settings: &RemoteWrite) -> String {
    let host = settings.url.host_str().unwrap_or_default();
    settings.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The way to it.
pub(super) fn transport(settings: &RemoteWrite) -> anyhow::Result<Http> {
    let client = Client::builder()
        .tls_backend_preconfigured(crate::tls::client()?)
        .connect_timeout(CONNECT)
        // What is shown to this receiver is not for another.
        .redirect(Policy::none())
        .user_agent(concat!("watteau/", env!("CARGO_PKG_VERSION")))
        .pool_max_idle_per_host(1)
        .build()?;
    let auth = settings.auth.clone();
    let credentials = move || {
        let read = |secret: &crate::config::Secret| {
            secret.read().map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
        };
        Ok(match &auth {
            RemoteAuth::None => Auth::None,
            RemoteAuth::Bearer(token) => Auth::Bearer(read(token)?),
            RemoteAuth::Basic { user, password } => {
                Auth::Basic { user: user.clone(), password: read(password)? }
            }
        })
    };
    Ok(Http::new(client, settings.url.clone(), Box::new(credentials)))
}
