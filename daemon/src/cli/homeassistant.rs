//! `watteau homeassistant`: YAML for Home Assistant, made for what this installation has.

use super::{Exit, Global, client::Client, output};
use crate::{
    config::{self, Lang},
    homeassistant::{Known, language},
    machine,
};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::json;
use std::{net::SocketAddr, time::Duration};
use url::{Host, Url};
use watteau_homeassistant::{sensor, yaml::Page};

/// How long the address gets to say whether it asks for a token.
const PATIENCE: Duration = Duration::from_secs(3);

/// Arguments of `watteau homeassistant`.
#[derive(Debug, Args)]
pub(super) struct HomeAssistant {
    /// The address of watteau as Home Assistant reaches it, as in http://192.168.1.20:9288; else that of the
    /// configuration.
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
        let listen = client.listens_on().await.unwrap_or(config.server.listen);
        let url = self.url.as_ref().map_or_else(|| own_address(listen), trimmed);
        let only_here = self.url.is_none() && listen.ip().is_loopback();
        let page = Page {
            bearer: self.bearer
                || config.access.read == config::Reading::Password
                || asks_for_a_token(&url).await,
            lang: language(self.lang.map(Lang::from).or(config.home.language)),
            url,
            parts,
            only_here,
        };
        let text = page.write();
        if global.json {
            let sensors: Vec<&str> = sensor::of(&page.parts).iter().map(|sensor| sensor.key).collect();
            let Page { url, bearer, only_here, .. } = &page;
            output::print_json(
                &json!({ "url": url, "bearer": bearer, "only_here": only_here, "sensors": sensors, "yaml": text }),
            )?;
        } else {
            output::print_raw(&text)?;
        }
        Ok(Exit::Ok)
    }
}

/// Where watteau is, and nothing besides: what is asked for there is on the page, and so is how a token is sent.
fn address(text: &str) -> Result<Url, String> {
    let bad = |what| {
        format!("{what}; write http:// or https://, the machine's name or address, and the port, if any")
    };
    let url = Url::parse(text).map_err(|_| bad("it is no address"))?;
    let named = match url.host() {
        Some(Host::Domain(name)) => name.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    if !matches!(url.scheme(), "http" | "https") || !named {
        Err(bad("it is no address of a machine"))
    } else if !url.username().is_empty() || url.password().is_some() {
        Err(bad("a name or a password does not belong in it"))
    } else if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        Err(bad("watteau is at the root of its host, and nothing follows that"))
    } else {
        Ok(url)
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
        for bad in [
            "http://pi:9288/?a=b",
            "http://pi:9288#top",
            "http://pi:9288/watteau",
            "http://me:secret@pi:9288",
            "http://me@pi:9288",
            "http://p\"i:9288",
            "http://pi:9288\"",
            "http://p'i",
            "http://",
            "localhost:9288",
            "",
        ] {
            let said = address(bad).expect_err(bad);
            assert!(said.contains("write http://") && !said.contains("secret"), "{bad}: {said}");
        }
        for good in
            ["https://watteau.example.org", "http://raspberrypi.local:9288/", "http://[2001:db8::7]:9300"]
        {
            assert!(address(good).is_ok(), "{good}");
        }
        assert_eq!(trimmed(&address("http://pi:9288/").unwrap()), "http://pi:9288");
    }
}
