//! The manifest's options, and what they mean for each feed.

use crate::errors::ours;
use serde::Deserialize;
use watteau_sdk::prelude::*;

/// The longest window of one call that is sure to pass.
const LONGEST_DAYS: i32 = 31;

/// The manifest's options as the host gives them; the secret stays with the host.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Settings {
    /// Of the user's application at RTE; none: the open data are read.
    pub client_id: Option<String>,
    /// The feeds wanted; none: all there are.
    pub what: Option<Vec<String>>,
    /// The longest window of load or forecasts in one call, in days.
    pub chunk_days: Option<i32>,
    /// One address in the place of all sources.
    pub base_url: Option<String>,
}

/// What is read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feed {
    Load,
    Forecasts,
    Tempo,
    Ecowatt,
}

impl Feed {
    pub(crate) const ALL: [Self; 4] = [Self::Load, Self::Forecasts, Self::Tempo, Self::Ecowatt];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Forecasts => "forecasts",
            Self::Tempo => "tempo",
            Self::Ecowatt => "ecowatt",
        }
    }

    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        Self::ALL
            .into_iter()
            .find(|feed| feed.name() == name)
            .ok_or_else(|| ours(format!("there is no feed called {name}")))
    }
}

impl Settings {
    /// What the host cannot check by the manifest's types.
    pub(crate) fn validate(&self) -> Result<(), Failure> {
        if self.chunk_days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
            return Err(Failure::setting(
                "chunk_days",
                (
                    format!("It must be from 1 to {LONGEST_DAYS}."),
                    format!("Il faut un nombre de 1 à {LONGEST_DAYS}."),
                ),
            ));
        }
        Ok(())
    }

    /// Whether the user has an account at RTE.
    pub(crate) fn has_account(&self) -> bool {
        self.client_id.is_some()
    }

    /// Whether the user wants this feed.
    pub(crate) fn wants(&self, feed: Feed) -> bool {
        self.what.as_ref().is_none_or(|what| what.iter().any(|word| word == feed.name()))
    }

    /// Whether the user named this feed, and did not just leave the choice open.
    pub(crate) fn names(&self, feed: Feed) -> bool {
        self.what.is_some() && self.wants(feed)
    }

    /// The longest window of one call, in days.
    pub(crate) fn longest(&self) -> i32 {
        self.chunk_days.unwrap_or(LONGEST_DAYS)
    }

    /// A path of an open source: under the user's address where there is one.
    pub(crate) fn open_url(&self, host: &str, path: &str) -> String {
        if self.base_url.is_some() { path.to_owned() } else { format!("https://{host}{path}") }
    }
}
