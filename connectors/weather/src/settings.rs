//! The manifest's options, and what they mean.

use crate::{
    errors::ours,
    places::{self, Place},
};
use serde::Deserialize;
use serde_json::Value;
use watteau_sdk::prelude::*;

/// The days that Open-Meteo foresees, today included.
const MOST_FORECAST_DAYS: i64 = 16;
const FORECAST_DAYS: i64 = 3;

/// The manifest's options as the host gives them.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Settings {
    /// Of the only place, degrees north.
    pub latitude: Option<f64>,
    /// Of the only place, degrees east.
    pub longitude: Option<f64>,
    /// Several places, in their stead.
    pub places: Option<Vec<Value>>,
    /// The feeds wanted; none: all but what was foreseen the day before.
    pub what: Option<Vec<String>>,
    /// Days foreseen, today included.
    pub forecast_days: Option<i64>,
    /// One address in the place of all hosts.
    pub base_url: Option<String>,
}

/// What is read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feed {
    Archive,
    HistoricalForecast,
    Forecast,
    PreviousRuns,
}

impl Feed {
    pub(crate) const ALL: [Self; 4] =
        [Self::Archive, Self::HistoricalForecast, Self::Forecast, Self::PreviousRuns];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::HistoricalForecast => "historical_forecast",
            Self::Forecast => "forecast",
            Self::PreviousRuns => "previous_runs",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        Self::ALL
            .into_iter()
            .find(|feed| feed.name() == name)
            .ok_or_else(|| ours(format!("there is no feed called {name}")))
    }

    const fn host(self) -> &'static str {
        match self {
            Self::Archive => "archive-api.open-meteo.com",
            Self::HistoricalForecast => "historical-forecast-api.open-meteo.com",
            Self::Forecast => "api.open-meteo.com",
            Self::PreviousRuns => "previous-runs-api.open-meteo.com",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Archive => "/v1/archive",
            Self::HistoricalForecast | Self::Forecast | Self::PreviousRuns => "/v1/forecast",
        }
    }

    /// What Open-Meteo adds to a variable's name.
    pub(crate) const fn api_suffix(self) -> &'static str {
        match self {
            Self::Archive | Self::HistoricalForecast | Self::Forecast => "",
            Self::PreviousRuns => "_previous_day1",
        }
    }

    /// What is added to a series' name.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Archive | Self::HistoricalForecast | Self::Forecast => "",
            Self::PreviousRuns => "_d1",
        }
    }
}

impl Settings {
    /// What the host cannot check by the manifest's types; answers the places.
    pub(crate) fn validate(&self) -> Result<Vec<Place>, Failure> {
        if !(1..=MOST_FORECAST_DAYS).contains(&self.forecast_days()) {
            return Err(Failure::setting(
                "forecast_days",
                (
                    format!("It must be from 1 to {MOST_FORECAST_DAYS}."),
                    format!("Il faut un nombre de 1 à {MOST_FORECAST_DAYS}."),
                ),
            ));
        }
        match &self.places {
            Some(written) => places::several(written),
            None => places::one(self.latitude, self.longitude).map(|place| vec![place]),
        }
    }

    /// Whether the user wants this feed. Without a word it is the past, the last days and the forecast: what was foreseen
    /// the day before is for scores alone, and counts as much as the rest.
    pub(crate) fn wants(&self, feed: Feed) -> bool {
        match &self.what {
            Some(what) => what.iter().any(|word| word == feed.name()),
            None => feed != Feed::PreviousRuns,
        }
    }

    /// Days foreseen, today included.
    pub(crate) fn forecast_days(&self) -> i64 {
        self.forecast_days.unwrap_or(FORECAST_DAYS)
    }

    /// The option that says where.
    pub(crate) fn where_option(&self) -> &'static str {
        if self.places.is_some() { "places" } else { "latitude" }
    }

    /// Where a feed is asked: under the user's address where there is one.
    pub(crate) fn url(&self, feed: Feed) -> String {
        let path = feed.path();
        if self.base_url.is_some() { path.to_owned() } else { format!("https://{}{path}", feed.host()) }
    }
}
