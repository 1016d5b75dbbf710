//! The weather of a home or of several places, by Open-Meteo: temperature, humidity, cloud, wind and sun by the hour.
//! Weather data by [Open-Meteo.com](https://open-meteo.com/), CC BY 4.0.
//!
//! - `settings`, `places`: the options; where; the weights of a mean.
//! - `variable`: what is read, and which hour a stamp stands for. `series`: what several places give.
//! - `window`: hours, UTC dates, pieces that weigh little. `feeds`: which hours are asked for, and what is put.
//! - `answer`: the wire format. `mean`: several places in one.
//! - `memory`: the cursor; `settled`: what a source has said already; `stated`: what the last forecast said.
//! - `errors`: what a refusal means, who is at fault, what the person reads.
//!
//! **One series out of three sources.** Of each hour the best holds, and nothing worse takes its place later:
//!
//! 1. The archive (reanalysis): the weather that was, two to five days late. Its values are `measured` and take the place
//!    of all others, which stay as revisions.
//! 2. The historical forecast, for days that are over and that the archive lacks: the first hours of each run of the
//!    models, one after the other. An hour is asked for until it has a value, and no more: with yesterday there, the
//!    other runs of a day ask nothing.
//! 3. The forecast, for the running day and those to come, and for hours of the last days that neither has.
//!
//! The cursor remembers, for each series, up to where the first two have spoken, and with which holes. Where the archive
//! stopped, it is asked again from there, however long ago. Values of the other two are `estimated`, dated by the call
//! that brought them (the answer does not say when the model ran): a score of an old forecast asks what was known when,
//! and what was said later of an hour that was over does not count. What says the same as the last forecast is not put
//! again, so that each value is dated by the first call that brought it. A `null` is an absence, and no hole is filled
//! here.
//!
//! **What was known the day before.** From its installation on watteau keeps each forecast with its date. For the time
//! before, the series that end in `_d1` hold what the models said a day ahead; they are asked for when the user
//! wants them.
//!
//! **Calls.** Open-Meteo counts a call by its variables, its days and its places. No call here counts for more than
//! [`window::HEAVIEST`], and the manifest's quota makes of that less than 600 a minute, 5,000 an hour and 10,000 a day.

pub mod answer;
pub mod errors;
mod feeds;
mod mean;
pub mod memory;
mod places;
mod series;
mod settings;
pub mod settled;
pub mod stated;
pub mod variable;
pub mod window;

pub use settings::Settings;

use feeds::Desk;
use settings::Feed;
use watteau_sdk::prelude::*;

/// The connector.
#[derive(Debug)]
pub struct Weather;

impl Source for Weather {
    type Settings = Settings;

    fn describe(_: Context<'_>, settings: &Settings) -> Result<Vec<Series>, Failure> {
        let places = settings.validate()?;
        Ok(series::of_places(settings, &places))
    }

    /// One light call, for the present day of every place.
    fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
        let desk = Desk { ctx, settings, places: settings.validate()? };
        let today = window::date(ctx.clock().now())?;
        let request = desk.at(Feed::Forecast).query("start_date", today).query("end_date", today);
        let answer = desk.send(request.query("hourly", "temperature_2m"))?;
        answer.json::<serde::de::IgnoredAny>().map_err(|failure| failure.by(errors::OPEN_METEO))?;
        Ok(Text::new(
            "Open-Meteo answers. Weather data by Open-Meteo.com (CC BY 4.0).",
            "Open-Meteo répond. Données météo d’Open-Meteo.com (CC BY 4.0).",
        ))
    }

    fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
        let desk = Desk { ctx, settings, places: settings.validate()? };
        let feed = Feed::named(&job.feed)?;
        if !settings.wants(feed) {
            return Ok(Outcome::default());
        }
        match feed {
            Feed::Archive => desk.archive(job.span),
            Feed::HistoricalForecast => desk.historical_forecast(job.span),
            Feed::Forecast => desk.forecast(job.span),
            Feed::PreviousRuns => desk.previous_runs(job.span),
        }
    }
}

watteau_sdk::export_source!(Weather, manifest = "manifest.toml");
