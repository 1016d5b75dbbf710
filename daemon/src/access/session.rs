//! Who has signed in: in memory alone, so that a restart, and nothing else, forgets them all.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

/// How long a browser stays signed in.
pub const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// Browsers of a household; the one that signed in first makes room.
const MOST: usize = 64;

/// Sessions by the digest of their id: whoever reads the memory has no id to send.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<[u8; 32], Instant>);

impl Sessions {
    /// Begins one; its id, 256 random bits, is told once.
    pub(super) fn begin(&mut self) -> String {
        let now = Instant::now();
        self.0.retain(|_, until| now < *until);
        if self.0.len() >= MOST
            && let Some(first) = self.0.iter().min_by_key(|(_, until)| **until).map(|(key, _)| *key)
        {
            self.0.remove(&first);
        }
        let id = BASE64.encode(rand::random::<[u8; 32]>());
        self.0.insert(digest(&id), now + LIFETIME);
        id
    }

    /// How long it goes on; none: there is no such session.
    pub(super) fn left(&self, id: &str) -> Option<Duration> {
        let until = self.0.get(&digest(id))?;
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    pub(super) fn end(&mut self, id: &str) {
        self.0.remove(&digest(id));
    }

    pub(super) fn end_all(&mut self) {
        self.0.clear();
    }
}

fn digest(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_session_lasts_its_time_or_until_it_is_ended() {
        let mut sessions = Sessions::default();
        let (one, two) = (sessions.begin(), sessions.begin());
        assert_eq!((one.len(), sessions.left(&one)), (43, Some(LIFETIME)));
        sessions.end(&one);
        assert_eq!((sessions.left(&one), sessions.left(&two)), (None, Some(LIFETIME)));
        tokio::time::advance(LIFETIME.saturating_sub(Duration::from_secs(1))).await;
        assert_eq!(sessions.left(&two), Some(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(sessions.left(&two), None);
        assert_eq!(sessions.left("anything"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_makes_room() {
        let mut sessions = Sessions::default();
        let first = sessions.begin();
        for _ in 1..MOST {
            tokio::time::advance(Duration::from_secs(1)).await;
            sessions.begin();
        }
        assert!(sessions.left(&first).is_some());
        let last = sessions.begin();
        assert!(sessions.left(&first).is_none() && sessions.left(&last).is_some());
        assert_eq!(sessions.0.len(), MOST);
        sessions.end_all();
        assert!(sessions.left(&last).is_none());
    }
}
