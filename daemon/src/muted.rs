//! Series whose anomalies nobody wants to hear of.

use std::collections::BTreeSet;
use watteau_store::{Commit, Error, StateChange, Store};

/// Where they are kept in the store's state: no instance can have a dot in its name.
const OWNER: &str = "series.muted";

/// The ids of all of them.
pub fn all(store: &Store) -> Result<BTreeSet<String>, Error> {
    Ok(store.states(OWNER)?.into_iter().map(|(id, _)| id).collect())
}

/// Mutes a series, or lets it be heard again.
pub fn set(store: &Store, id: &str, muted: bool) -> Result<(), Error> {
    let change = StateChange { owner: OWNER.to_owned(), key: id.to_owned(), value: muted.then(|| vec![1]) };
    store.commit(Commit { batches: vec![], state: vec![change] }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::Home;

    #[test]
    fn muted_until_it_is_heard_again() {
        let home = Home::empty();
        assert!(all(&home.store).unwrap().is_empty());
        for id in ["gas.energy", "linky.load_curve", "gas.energy"] {
            set(&home.store, id, true).unwrap();
        }
        set(&home.store, "gas.energy", false).unwrap();
        set(&home.store, "gas.volume", false).unwrap();
        assert_eq!(all(&home.store).unwrap(), ["linky.load_curve".to_owned()].into());
    }
}
