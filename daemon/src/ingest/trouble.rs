//! From a failure to what a person reads and to the next try: who failed, since when, what to do, when the
//! daemon tries again by itself.

use crate::model::{Text, Trouble, TroubleKind};
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A failure as it was just met.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Met {
    /// Its class.
    pub(super) kind: TroubleKind,
    /// Who failed.
    pub(super) party: Option<String>,
    /// What happened.
    pub(super) message: Text,
    /// When the source or the host wants the next try, epoch milliseconds; none: by [`next_try`]'s rules.
    pub(super) not_before: Option<i64>,
}

/// A trouble as it is kept: instants as numbers, so that it can be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredTrouble {
    /// Its class.
    pub(super) kind: TroubleKind,
    /// Who failed.
    pub(super) party: Option<String>,
    /// What happened.
    pub(super) message: Text,
    /// First time in a row, epoch milliseconds.
    pub(super) since: i64,
    /// Times in a row.
    pub(super) tries: u32,
    /// Next try by itself, epoch milliseconds.
    pub(super) next_try: Option<i64>,
}

impl Met {
    /// What is kept of it, counting on from `before` when it is the same trouble again.
    pub(super) fn remember(self, before: Option<&StoredTrouble>, now: &Zoned, jitter: f64) -> StoredTrouble {
        let again = before.filter(|b| b.kind == self.kind && b.party == self.party);
        let tries = again.map_or(1, |b| b.tries.saturating_add(1));
        let next = match self.not_before {
            Some(instant) if !matches!(self.kind, TroubleKind::Settings) => Some(instant),
            _ => next_try(self.kind, tries, now, jitter),
        };
        let now = now.timestamp().as_millisecond();
        StoredTrouble {
            kind: self.kind,
            party: self.party,
            message: self.message,
            since: again.map_or(now, |b| b.since),
            tries,
            next_try: next,
        }
    }
}

/// When to try again by itself after `tries` failures in a row, epoch milliseconds. `jitter`, between 0 and 1,
/// spreads installations that fail together.
pub(super) fn next_try(kind: TroubleKind, tries: u32, now: &Zoned, jitter: f64) -> Option<i64> {
    let minutes = |base: u64, most: u64| {
        let doubled = base.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(most);
        let wait = Duration::from_secs(doubled * 60).mul_f64(1.0 + 0.25 * jitter);
        now.timestamp().checked_add(wait).ok().map(Timestamp::as_millisecond)
    };
    match kind {
        // The configuration has to change: the daemon sees that by itself.
        TroubleKind::Settings => None,
        // Renewing a consent does not always change the token; one try a day does no harm.
        // A quota without a date is most often a day's.
        TroubleKind::Consent | TroubleKind::NotOffered | TroubleKind::Quota => tomorrow(now, jitter),
        TroubleKind::Unavailable => minutes(5, 6 * 60),
        TroubleKind::Unreadable => minutes(60, 24 * 60),
        TroubleKind::Stopped => minutes(10, 24 * 60),
        TroubleKind::Store => minutes(1, 30),
    }
}

/// Between 6:00 and 10:00 of the next local day, when the gateways ask to be called.
fn tomorrow(now: &Zoned, jitter: f64) -> Option<i64> {
    let six = now.date().tomorrow().ok()?.at(6, 0, 0, 0).to_zoned(now.time_zone().clone()).ok()?;
    let spread = ((4.0 * 3600.0) * jitter.clamp(0.0, 1.0)) as i64;
    Some(six.checked_add(spread.seconds()).ok()?.timestamp().as_millisecond())
}

impl From<StoredTrouble> for Met {
    fn from(kept: StoredTrouble) -> Self {
        Self { kind: kept.kind, party: kept.party, message: kept.message, not_before: kept.next_try }
    }
}

impl StoredTrouble {
    /// What the API shows of it.
    pub(super) fn show(&self, instance: &str) -> Trouble {
        Trouble {
            kind: self.kind,
            party: self.party.clone(),
            message: self.message.clone(),
            since: super::words::instant(self.since),
            tries: self.tries,
            next_try: self.next_try.map(super::words::instant),
            what_to_do: what_to_do(self.kind, instance),
        }
    }

    /// Whether only the person can end it.
    pub(super) fn needs_the_person(&self) -> bool {
        matches!(self.kind, TroubleKind::Settings | TroubleKind::Consent | TroubleKind::NotOffered)
    }
}

pub(super) fn what_to_do(kind: TroubleKind, instance: &str) -> Option<Text> {
    Some(match kind {
        TroubleKind::Settings => Text::new(
            format!("Correct [connectors.{instance}] in the configuration; it is read again by itself."),
            format!("Corrigez [connectors.{instance}] dans la configuration ; elle est relue toute seule."),
        ),
        TroubleKind::Consent => Text::new(
            "Put the new key, token or consent where the message says; it is tried at once when it changes here, and once \
             a day.",
            "Mettez la nouvelle clé, le nouveau jeton ou l’autorisation là où le dit le message ; un changement ici est \
             essayé aussitôt, et une fois par jour.",
        ),
        TroubleKind::NotOffered => Text::new(
            "Follow what the message says on the source's site; it is asked again once a day.",
            "Suivez ce que dit le message sur le site de la source ; la demande est refaite une fois par jour.",
        ),
        TroubleKind::Unreadable => Text::new(
            "Nothing was stored. If it lasts, report it: the answer is kept as evidence.",
            "Rien n’a été enregistré. Si cela dure, signalez-le : la réponse est gardée comme preuve.",
        ),
        TroubleKind::Stopped => Text::new(
            "The rest of watteau is not affected. Report it to the connector's author.",
            "Le reste de watteau n’est pas touché. Signalez-le à l’auteur du connecteur.",
        ),
        TroubleKind::Store => Text::new(
            "Check the free space and the rights of the data folder.",
            "Vérifiez l’espace libre et les droits du dossier des données.",
        ),
        TroubleKind::Quota | TroubleKind::Unavailable => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(kind: TroubleKind) -> Met {
        Met { kind, party: Some("Enedis".into()), message: Text::new("down", "en panne"), not_before: None }
    }

    fn now() -> Zoned {
        "2026-11-21T10:00[Europe/Paris]".parse().unwrap()
    }

    #[test]
    fn the_same_trouble_counts_on_and_waits_longer_and_another_starts_anew() {
        let first = met(TroubleKind::Unavailable).remember(None, &now(), 0.0);
        let later = &now() + 10.minutes();
        let second = met(TroubleKind::Unavailable).remember(Some(&first), &later, 0.0);
        assert_eq!((second.since, second.tries), (first.since, 2));
        let wait = |trouble: &StoredTrouble, from: &Zoned| {
            trouble.next_try.unwrap() - from.timestamp().as_millisecond()
        };
        assert_eq!((wait(&first, &now()), wait(&second, &later)), (5 * 60_000, 10 * 60_000));
        let other = met(TroubleKind::Unreadable).remember(Some(&second), &later, 0.0);
        assert_eq!(other.tries, 1);
    }

    #[test]
    fn waits_are_bounded_and_never_overflow() {
        let at = next_try(TroubleKind::Unavailable, u32::MAX, &now(), 1.0).unwrap();
        assert!(at - now().timestamp().as_millisecond() <= 8 * 3_600_000);
    }

    #[test]
    fn settings_wait_for_the_person_and_a_consent_is_tried_once_a_day() {
        assert_eq!(next_try(TroubleKind::Settings, 1, &now(), 0.0), None);
        let at = next_try(TroubleKind::Consent, 9, &now(), 0.5).unwrap();
        let at = Timestamp::from_millisecond(at).unwrap().to_zoned(now().time_zone().clone());
        assert_eq!(at.to_string(), "2026-11-22T08:00:00+01:00[Europe/Paris]");
    }

    #[test]
    fn what_the_source_says_goes_before_our_rules() {
        let told = Met { not_before: Some(42), ..met(TroubleKind::Quota) };
        assert_eq!(told.remember(None, &now(), 0.0).next_try, Some(42));
    }
}
