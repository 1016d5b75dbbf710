//! Linky electricity through a gateway to Enedis: the Conso API, or MyElectricalData in either of its versions.
//!
//! - `gateway`: who is asked, and how; `feed`: what for.
//! - `answer`: the readings of an answer, out of its wrapper; `stamps`: from wall clocks to instants; `parse`: records.
//! - `errors`: what a refusal means; `messages`: who failed, and what the person reads.
//! - `token`, `access`: what the token says of itself, or the gateway of it; `contract`: what Enedis says of the contract.
//! - `fetch`: one window of one feed.
//!
//! The host decides which days to ask for. A week of load curve is one call; so is a year of days. The feeds of
//! production and the contract are left out unless `what` names them: a home without panels is told of no failure.

mod access;
mod answer;
pub mod contract;
pub mod errors;
mod feed;
mod fetch;
mod gateway;
mod messages;
pub mod parse;
mod stamps;
pub mod token;

pub use feed::Feed;
pub use gateway::{Days, Gateway};

use errors::Refused;
use fetch::{Call, Window};
use messages::ours;
use serde::Deserialize;
use watteau_sdk::prelude::*;

/// The manifest's options; the token stays with the host.
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// The meter, 14 digits.
    pub prm: String,
    /// Who is asked.
    #[serde(default)]
    pub gateway: Gateway,
    /// The feeds wanted; none: those of a home without panels.
    #[serde(default)]
    pub what: Option<Vec<String>>,
    /// An address in the place of the gateway's own.
    #[serde(default)]
    pub base_url: Option<String>,
}

impl Settings {
    /// All that is ever shown of the meter.
    fn last_four(&self) -> &str {
        self.prm.get(self.prm.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// The feed by which the connection is tested: days, in a direction that is wanted.
    fn telling(&self) -> Feed {
        let wanted: Vec<Feed> = self.what.iter().flatten().filter_map(|name| Feed::named(name)).collect();
        let only_production = wanted.iter().any(|feed| feed.is_production())
            && wanted.iter().all(|feed| feed.is_production() || *feed == Feed::Contract);
        if only_production { Feed::DailyProduction } else { Feed::DailyEnergy }
    }

    /// A text without the number of the meter, which gateways and addresses repeat.
    fn mask(&self, text: &str) -> String {
        if self.prm.is_empty() {
            return text.to_owned();
        }
        text.replace(&self.prm, &format!("…{}", self.last_four()))
    }

    fn masked(&self, failure: Failure) -> Failure {
        let Text { en, fr } = failure.message;
        Failure {
            message: Text { en: self.mask(&en), fr: fr.map(|fr| self.mask(&fr)) },
            evidence: failure.evidence.map(|evidence| self.mask(&evidence)),
            ..failure
        }
    }
}

/// The connector.
#[derive(Debug)]
pub struct Linky;

impl Source for Linky {
    type Settings = Settings;

    /// Two days of energy, which need the token, the consent and Enedis; and what the gateway tells besides.
    fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
        let call = Call { ctx, settings, feed: settings.telling() };
        check(call).map_err(|failure| settings.masked(failure))
    }

    fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
        let feed =
            Feed::named(&job.feed).ok_or_else(|| ours(format!("there is no feed called {}", job.feed)))?;
        let call = Call { ctx, settings, feed };
        let pulled = call.examine().and_then(|remark| {
            let outcome = call.span(job.span)?;
            Ok(match remark {
                Some(remark) => outcome.remark(remark),
                None => outcome,
            })
        });
        pulled.map_err(|failure| settings.masked(failure))
    }
}

fn check(call: Call<'_>) -> Result<Text, Failure> {
    let Settings { gateway, prm, base_url, .. } = call.settings;
    let mut remark = call.examine()?;
    if let Some(request) = gateway.access(base_url.as_deref(), prm) {
        let answer = call.send(&request)?.map_err(|refused| match refused {
            Refused::Failure(failure) => failure,
            _ => call.known().token_refused(),
        })?;
        remark = access::read(call.ctx, &answer, call.known())?.or(remark);
    }
    let clock = call.ctx.clock();
    let today = clock.date(parse::ZONE, clock.now()).map_err(ours)?;
    let days = Days { first: fetch::plus(today, -3)?, end: fetch::plus(today, -1)? };
    if let Err(Window::TooOld(_) | Window::TooLong) = call.ask(days)? {
        return Err(ours("Enedis refuses the last days"));
    }
    if let Some(remark) = remark {
        return Ok(remark);
    }
    let mut told = Text::new("The gateway and Enedis answer.", "La passerelle et Enedis répondent.");
    // A contract that cannot be read takes nothing from the readings.
    if gateway.has_contract()
        && let Ok(contract) = call.read_contract()
        && let Some(Text { en, fr }) = contract.told(|words| call.settings.mask(words))
    {
        told = Text {
            en: format!("{} {en}", told.en),
            fr: told.fr.zip(fr).map(|(told, contract)| format!("{told} {contract}")),
        };
    }
    Ok(told)
}

#[cfg(target_family = "wasm")]
watteau_sdk::export_source!(Linky, manifest = "manifest.toml");
