//! `watteau homeassistant`: YAML for Home Assistant, made for what this installation has.

use super::{Exit, Global, client::Client, output};
use crate::{
    config::{self, Lang},
    homeassistant::{Known, language},
    machine,
};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::{net::SocketAddr, time::Duration};
use url::Url;
use watteau_homeassistant::yaml::Page;

/// How long the address gets to say whether it asks for a token.
const PATIENCE: Duration = Duration::from_secs(3);

/// Arguments of `watteau homeassistant`.
#[derive(Debug, Args)]
pub(super) struct HomeAssistant {
    /// The address of watteau as Home Assistant reaches it; else that of the configuration.
    #[arg(long, value_name = "URL", value_parser = address)]
    url: Option<Url>,
    /// The language of names; else the configuration's, else that of this terminal.
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// Send a token with each request, even if the address asks for none now.
    #[arg(long)]
    bearer: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    Fr,
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Fr => Self::Fr,
            Language::En => Self::En,
        }
    }
}

/// What a series is for.
#[derive(Debug, Deserialize)]
struct Series {
    id: String,
    unit: String,
    connector: String,
    points: u64,
    #[serde(default)]
    labels: std::collections::BTreeMap<String, String>,
}

impl HomeAssistant {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let mut sources = global.sources();
        sources.visitor = true;
        let config = config::load(&sources)?.config;
        let client = Client::read(global).await?;
        let series: Vec<Series> = client.get("/api/v1/series", &[]).await?;
        let forecasts = config.jobs.values().filter(|job| job.enabled).map(|job| job.target.clone());
        let mut known = Known::forecasts(forecasts);
        for series in series.iter().filter(|series| config.connectors.contains_key(&series.connector)) {
            let role = series.labels.get("role").map(String::as_str);
            known.series(&series.id, &series.unit, role, series.points > 0);
        }
        let parts = known.parts();
        if parts.is_empty() && global.quiet == 0 {
            eprintln!("Nothing is read yet: add a connector, and run this again once it has data.");
        }
        let url = self.url.as_ref().map_or_else(|| own_address(config.server.listen), trimmed);
        let only_here = self.url.is_none() && config.server.listen.ip().is_loopback();
        let page = Page {
            bearer: self.bearer
                || config.access.read == config::Reading::Password
                || asks_for_a_token(&url).await,
            lang: language(self.lang.map(Lang::from).or(config.home.language)),
            url,
            parts,
            only_here,
        };
        output::print_raw(&page.write())?;
        Ok(Exit::Ok)
    }
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write http://192.168.1.20:9288"))?;
    match (url.scheme(), url.host()) {
        ("http" | "https", Some(_)) => Ok(url),
        _ => Err("write http:// or https://, then the name or address of this machine".to_owned()),
    }
}

fn trimmed(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// Where Home Assistant finds this machine.
fn own_address(listen: SocketAddr) -> String {
    format!("http://{}", machine::authority(listen, &machine::local_name()))
}

/// Whether the address refuses whoever brings no token. One that does not answer is taken at its word later.
async fn asks_for_a_token(url: &str) -> bool {
    let Ok(tls) = crate::tls::client() else { return false };
    let client =
        reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(PATIENCE).build();
    let Ok(client) = client else { return false };
    let answer = client.get(format!("{url}/api/v1/summary")).send().await;
    answer.is_ok_and(|answer| answer.status() == reqwest::StatusCode::UNAUTHORIZED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_others_can_use() {
        assert_eq!(own_address("192.0.2.1:9288".parse().unwrap()), "http://192.0.2.1:9288");
        assert_eq!(own_address("[::1]:9288".parse().unwrap()), "http://[::1]:9288");
        let named = own_address("0.0.0.0:80".parse().unwrap());
        assert!(
            named.starts_with("http://") && named.ends_with(":80") && !named.contains("0.0.0.0"),
            "{named}"
        );
        assert!(address("192.168.1.20:9288").is_err() && address("ftp://x").is_err());
        assert_eq!(trimmed(&address("http://pi:9288/").unwrap()), "http://pi:9288");
    }
}
