//! Connectors that ask a source for spans of time.

pub use crate::bindings::source::exports::watteau::connector::source::{Job, Outcome};
use crate::{
    context::Context,
    failure::Failure,
    time::Instant,
    types::{Series, Text},
};
use serde::de::DeserializeOwned;

/// A connector to a source asked over HTTP. An instance is made for each call: keep nothing in statics.
pub trait Source {
    /// The manifest's options as the user set them, defaults filled in, secrets left out.
    type Settings: DeserializeOwned;

    /// The series these settings give beyond the manifest's (`dynamic = true`). No network here.
    fn describe(_ctx: Context<'_>, _settings: &Self::Settings) -> Result<Vec<Series>, Failure> {
        Ok(Vec::new())
    }

    /// Tests settings, credentials and the way to the source with the least use of its quota.
    fn check(ctx: Context<'_>, settings: &Self::Settings) -> Result<Text, Failure>;

    /// Fetches one span of one feed and puts what it holds.
    fn pull(ctx: Context<'_>, settings: &Self::Settings, job: &Job) -> Result<Outcome, Failure>;
}

impl Default for Outcome {
    /// Nothing to say: the usual end of a pull.
    fn default() -> Self {
        Self { history_start: None, remark: None }
    }
}

impl Outcome {
    /// The source said that its data starts here: nothing before it will be asked again.
    #[must_use]
    pub fn history_start(mut self, start: Instant) -> Self {
        self.history_start = Some(start);
        self
    }

    /// A word for the user that is not a failure.
    #[must_use]
    pub fn remark(mut self, text: impl Into<Text>) -> Self {
        self.remark = Some(text.into());
        self
    }
}
