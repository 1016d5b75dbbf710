//! The French grid, by RTE: the load of mainland France, RTE's own forecasts of it, Tempo colours and Ecowatt
//! signals. Without an account the load and its forecasts come from ODRÉ, the open data of the French networks.
//!
//! - `settings`: the options, and what they mean for each feed.
//! - `when`: instants with an offset; `values`: numbers, rows that cannot be used, statements.
//! - `window`: which days to ask for around the running one, and in what pieces.
//! - `short_term`, `tempo`, `ecowatt`: the three APIs of RTE; `odre`: the open data.
//! - `errors`: what a refusal of RTE means, who is at fault, what the person reads.
//!
//! The host decides which days to ask for. A window that reaches the running day is widened by the connector: a
//! call costs the same whatever it brings, RTE revises the last days, and has days to come. What RTE measured
//! is put as its state of now, so that a revision is another value over the same interval; what it foresees is
//! put with the moment at which it said so, and is `estimated`.

pub mod ecowatt;
pub mod errors;
pub mod odre;
mod settings;
pub mod short_term;
pub mod tempo;
pub mod values;
mod when;
mod window;

pub use settings::Settings;

use errors::needs_account;
use settings::Feed;
use watteau_sdk::prelude::*;
use window::Asked;

/// The connector.
#[derive(Debug)]
pub struct Rte;

impl Source for Rte {
    type Settings = Settings;

    /// One call of each API that is wanted, save Ecowatt, whose only call in a quarter of an hour is for its data.
    fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
        settings.validate()?;
        let today = window::today(ctx)?;
        let days = window::Days { first: window::plus(today, -1)?, end: today };
        if !settings.has_account() {
            odre::check(ctx, settings, days)?;
            return Ok(Text::new(
                "The open data of ODRÉ answer. An RTE account would add D-2 forecasts and Ecowatt.",
                "Les données ouvertes d’ODRÉ répondent. Un compte RTE y ajouterait les prévisions J-2 et Écowatt.",
            ));
        }
        let mut asked = Vec::new();
        if settings.wants(Feed::Load) || settings.wants(Feed::Forecasts) {
            asked.push((errors::Api::Consumption, short_term::call(ctx, "REALISED", days)?));
        }
        if settings.wants(Feed::Tempo) {
            asked.push((errors::Api::Tempo, tempo::call(ctx, days)?));
        }
        let mut names = Vec::new();
        for (api, answer) in asked {
            match answer {
                Asked::Put(_) => names.push(api.name()),
                Asked::Shorten(failure) => return Err(failure),
            }
        }
        if names.is_empty() {
            return Ok(Text::new(
                "Ecowatt takes one call in a quarter of an hour, which is left to its data: the next run will tell.",
                "Écowatt n’accepte qu’un appel par quart d’heure, laissé à ses données : la prochaine lecture le dira.",
            ));
        }
        let names = names.join(", ");
        Ok(Text::new(format!("RTE answers: {names}."), format!("RTE répond : {names}.")))
    }

    fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
        settings.validate()?;
        let feed = Feed::named(&job.feed)?;
        if settings.wants(feed) {
            match feed {
                Feed::Load | Feed::Forecasts if settings.has_account() => {
                    short_term::pull(ctx, settings, feed, job.span)?;
                }
                Feed::Load | Feed::Forecasts => odre::pull(ctx, settings, feed, job.span)?,
                Feed::Tempo => tempo::pull(ctx, settings, job.span)?,
                Feed::Ecowatt if settings.has_account() => ecowatt::pull(ctx)?,
                Feed::Ecowatt if settings.names(feed) => return Err(needs_account("ecowatt")),
                Feed::Ecowatt => {}
            }
        }
        Ok(Outcome::default())
    }
}

watteau_sdk::export_source!(Rte, manifest = "manifest.toml");
