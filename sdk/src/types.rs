//! The values of the contract: points and the batches that carry them, series, sentences.

pub use crate::bindings::plugin::watteau::connector::{
    log::Level,
    sink::{Batch, Refusal},
    types::{Kind, Point, Quality, Series, SettingProblem, Step, Text},
};
use crate::time::Instant;

impl Text {
    /// A sentence in English and in French.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { en: en.into(), fr: Some(fr.into()) }
    }

    /// A sentence in English only; the French page shows it as it is.
    pub fn en(en: impl Into<String>) -> Self {
        Self { en: en.into(), fr: None }
    }
}

impl<E: Into<String>, F: Into<String>> From<(E, F)> for Text {
    fn from((en, fr): (E, F)) -> Self {
        Self::new(en, fr)
    }
}

impl Point {
    /// A value read from the meter or measured by the source. Milliseconds.
    pub fn measured(start: Instant, duration: u64, value: f64) -> Self {
        Self { start, duration, value, quality: Quality::Measured }
    }

    /// The same point with another quality.
    #[must_use]
    pub fn quality(mut self, quality: Quality) -> Self {
        self.quality = quality;
        self
    }
}

impl Batch {
    /// An empty batch for a series, in the unit that the source speaks.
    pub fn new(series: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { series: series.into(), unit: unit.into(), as_of: None, points: Vec::new() }
    }

    /// The points to put.
    #[must_use]
    pub fn points(mut self, points: Vec<Point>) -> Self {
        self.points = points;
        self
    }

    /// When the source made this statement, where it says so.
    #[must_use]
    pub fn as_of(mut self, instant: impl Into<Option<Instant>>) -> Self {
        self.as_of = instant.into();
        self
    }
}

impl Refusal {
    /// A row or value that cannot be used: where it is, and why.
    pub fn new(place: impl Into<String>, reason: impl Into<Text>) -> Self {
        Self { place: place.into(), date: None, reason: reason.into() }
    }

    /// The day it would have been, ISO 8601.
    #[must_use]
    pub fn date(mut self, date: impl ToString) -> Self {
        self.date = Some(date.to_string());
        self
    }
}
