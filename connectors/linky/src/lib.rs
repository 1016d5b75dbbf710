//! Linky electricity through the Conso API, a free gateway to Enedis for individuals.
//!
//! - `parse`: an answer's bytes to records; every trap of the wire format.
//! - `errors`: what a refusal means, who failed, what the person reads.
//! - `token`: what the token says of itself.
//! - `fetch`: one window of one feed.
//!
//! The host decides which days to ask for. A week of load curve is one call; so is a year of days.

pub mod errors;
mod fetch;
pub mod parse;
pub mod token;

use serde::Deserialize;
use watteau_sdk::prelude::*;

/// The manifest's options.
#[derive(Debug, Clone, Deserialize)]
pub struct Settings {
    /// The meter, 14 digits.
    pub prm: String,
}

impl Settings {
    /// All that is ever shown of the meter.
    fn last_four(&self) -> &str {
        &self.prm[self.prm.len().saturating_sub(4)..]
    }
}

/// The connector.
#[derive(Debug)]
pub struct Linky;

impl Source for Linky {
    type Settings = Settings;

    fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
        let clock = ctx.clock();
        let remark = token::examine(ctx.http().claims("token").as_deref(), &settings.prm, clock.now())?;
        let today = clock.date(parse::ZONE, clock.now()).map_err(fetch::ours)?;
        let (start, end) = (fetch::plus(today, -3)?, fetch::plus(today, -1)?);
        match fetch::window(ctx, settings, fetch::Feed::DailyEnergy, start, end)? {
            fetch::Window::Filled | fetch::Window::Empty => {}
            fetch::Window::TooOld | fetch::Window::TooLong => {
                return Err(fetch::ours("Enedis refuses the last days".to_owned()));
            }
        }
        Ok(remark.unwrap_or_else(|| {
            Text::new("The gateway and Enedis answer.", "La passerelle et Enedis répondent.")
        }))
    }

    fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
        let clock = ctx.clock();
        let claims = ctx.http().claims("token");
        let remark = token::examine(claims.as_deref(), &settings.prm, clock.now())?;
        let feed = fetch::Feed::named(&job.feed)
            .ok_or_else(|| fetch::ours(format!("there is no feed called {}", job.feed)))?;
        let outcome = fetch::span(ctx, settings, feed, job.span)?;
        Ok(match remark {
            Some(remark) => outcome.remark(remark),
            None => outcome,
        })
    }
}

#[cfg(target_family = "wasm")]
watteau_sdk::export_source!(Linky, manifest = "manifest.toml");
