//! How the outputs stand: those who are told what watteau knows, and may not be there to hear it.
//!
//! A leaf that each output writes and that status and metrics read. A change is told once in the journal; tries that
//! end like the one before are not.

use jiff::Timestamp;
use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use utoipa::ToSchema;

/// Every output.
#[derive(Debug)]
pub struct Outputs {
    /// The broker of MQTT.
    pub mqtt: Standing,
    /// The statistics of Home Assistant.
    pub homeassistant: Standing,
}

impl Default for Outputs {
    fn default() -> Self {
        Self { mqtt: Standing::new("mqtt"), homeassistant: Standing::new("homeassistant") }
    }
}

impl Outputs {
    /// Those that are switched on.
    pub fn views(&self) -> Vec<OutputView> {
        [&self.mqtt, &self.homeassistant].into_iter().filter_map(Standing::view).collect()
    }
}

/// How an output stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutputView {
    /// Its section in the configuration: `mqtt`, `homeassistant`.
    pub name: &'static str,
    /// Whether the last try went well; false before the first.
    pub ok: bool,
    /// Since when it is so, RFC 3339.
    pub since: Option<String>,
    /// When something was last told and taken, RFC 3339.
    pub last_success: Option<String>,
    /// What is wrong.
    pub error: Option<String>,
}

/// How one output stands; shared.
#[derive(Debug)]
pub struct Standing {
    name: &'static str,
    state: Mutex<Option<State>>,
}

#[derive(Debug, Clone, Default)]
struct State {
    ok: Option<bool>,
    since: Option<Timestamp>,
    last_success: Option<Timestamp>,
    error: Option<String>,
}

impl Standing {
    const fn new(name: &'static str) -> Self {
        Self { name, state: Mutex::new(None) }
    }

    fn state(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is switched off.
    pub fn off(&self) {
        *self.state() = None;
    }

    /// It is switched on, and has not been tried.
    pub fn on(&self) {
        self.state().get_or_insert_default();
    }

    /// A try went well.
    pub fn well(&self, now: Timestamp) {
        let mut state = self.state();
        let state = state.get_or_insert_default();
        if state.ok != Some(true) {
            tracing::info!(output = self.name, "connected");
            *state = State { ok: Some(true), since: Some(now), ..State::default() };
        }
        state.last_success = Some(now);
    }

    /// A try failed.
    pub fn ill(&self, now: Timestamp, error: String) {
        let mut state = self.state();
        let state = state.get_or_insert_default();
        if state.ok == Some(false) && state.error.as_ref() == Some(&error) {
            tracing::debug!(output = self.name, "{error}");
        } else {
            tracing::warn!(output = self.name, "{error}; it is tried again");
            if state.ok != Some(false) {
                (state.ok, state.since) = (Some(false), Some(now));
            }
        }
        state.error = Some(error);
    }

    /// How it stands, if it is switched on.
    pub fn view(&self) -> Option<OutputView> {
        let state = self.state().clone()?;
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Some(OutputView {
            name: self.name,
            ok: state.ok == Some(true),
            since: text(state.since),
            last_success: text(state.last_success),
            error: state.error,
        })
    }

    /// Whether the last try went well; none when it is switched off.
    pub fn ok(&self) -> Option<bool> {
        self.state().as_ref().map(|state| state.ok == Some(true))
    }

    /// When something was last told and taken.
    pub fn last_success(&self) -> Option<Timestamp> {
        self.state().as_ref()?.last_success
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_the_last_success_and_its_beginning() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let standing = Standing::new("mqtt");
        assert_eq!((standing.view(), standing.ok()), (None, None));
        standing.on();
        assert_eq!(standing.ok(), Some(false));
        standing.well(at(1));
        standing.well(at(2));
        standing.ill(at(3), "refused".to_owned());
        standing.ill(at(4), "unreachable".to_owned());
        let view = standing.view().unwrap();
        assert_eq!((view.ok, view.error.as_deref()), (false, Some("unreachable")));
        assert_eq!(view.since.as_deref(), Some("1970-01-01T00:00:03Z"));
        assert_eq!(standing.last_success(), Some(at(2)));
        standing.on();
        assert_eq!(standing.ok(), Some(false));
        standing.well(at(5));
        assert_eq!(standing.view().unwrap().error, None);
        standing.off();
        assert_eq!(standing.view(), None);
    }
}
