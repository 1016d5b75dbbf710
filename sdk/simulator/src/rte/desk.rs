//! The account: its credentials, the tokens given, the last call of Ecowatt.

use crate::grid::Grid;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

const LIFE_SECONDS: i64 = 7_200;

#[derive(Debug)]
pub(crate) struct Desk {
    client_id: String,
    client_secret: String,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    count: u64,
    /// Tokens and when they end.
    tokens: BTreeMap<String, Timestamp>,
    ecowatt: Option<Timestamp>,
}

impl Desk {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            client_id: format!("simulated-{seed:08x}"),
            client_secret: format!("simulated-secret-{seed:08x}"),
            given: Mutex::default(),
        }
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(crate) fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// Whether these are the account's credentials.
    pub(super) fn knows(&self, authorisation: Option<&str>) -> bool {
        let pair = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret));
        authorisation == Some(format!("Basic {pair}").as_str())
    }

    /// A new token, and the seconds it lasts.
    pub(super) fn issue(&self, now: Timestamp) -> (String, i64) {
        self.change(|given| {
            given.count += 1;
            let token = format!("simulated-token-{}", given.count);
            given.tokens.insert(token.clone(), now + SignedDuration::from_secs(LIFE_SECONDS));
            (token, LIFE_SECONDS)
        })
    }

    /// Whether a call bears a token that still holds.
    pub(super) fn admits(&self, authorisation: Option<&str>, now: Timestamp) -> bool {
        let Some(token) = authorisation.and_then(|value| value.strip_prefix("Bearer ")) else { return false };
        self.change(|given| given.tokens.get(token).is_some_and(|until| now < *until))
    }

    /// Forgets every token.
    pub(super) fn forget(&self) {
        self.change(|given| given.tokens.clear());
    }

    /// Whether Ecowatt may be asked again; a refused call does not count.
    pub(super) fn ecowatt_may(&self, now: Timestamp) -> bool {
        self.change(|given| {
            let may = given.ecowatt.is_none_or(|last| now.duration_since(last) >= Grid::ECOWATT_PAUSE);
            if may {
                given.ecowatt = Some(now);
            }
            may
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Given) -> T) -> T {
        change(&mut self.given.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
