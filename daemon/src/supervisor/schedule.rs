//! The one loop that starts work: runs that are due, folders that have something ready.
//!
//! It also feeds systemd's watchdog, so that "alive" means that this loop turns and the store answers, and
//! not that some timer thread survives.

use super::systemd;
use crate::{
    ingest::{Concern, Ingest},
    memory,
    model::Text,
    packing::Packing,
    wear::Wear,
};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// The loop never sleeps longer: a clock that jumps is noticed within it.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// How soon a write that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// What the store needs besides its data.
#[derive(Clone)]
pub(super) struct Upkeep {
    pub(super) wear: Arc<Wear>,
    pub(super) packing: Arc<Packing>,
}

pub(super) async fn run(ingest: Arc<Ingest>, upkeep: Upkeep, stop: CancellationToken) {
    let longest = systemd::watchdog().map_or(LONGEST_SLEEP, |limit| limit.min(LONGEST_SLEEP));
    let mut said = String::new();
    while !stop.is_cancelled() {
        // A healthy store answers at once; when it does not, the watchdog has to bark.
        let _ = ingest.store().version();
        systemd::alive();
        let line = ingest.status_line();
        if line != said {
            systemd::status(&line);
            said = line;
        }
        look_after(&ingest, &upkeep);
        let next = ingest.start_what_is_due();
        let longest = if ingest.store().failing().is_some() { TRY_AGAIN } else { longest };
        let sleep = next.map_or(longest, |next| next.min(longest));
        tokio::select! {
            () = stop.cancelled() => break,
            () = ingest.nudged() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// What the store needs now and then, on a thread that may wait for the disk: a write tried again where the last one
/// failed, what reads left out said on every page, the ledger of what was written, the file packed; free memory given back first.
fn look_after(ingest: &Arc<Ingest>, upkeep: &Upkeep) {
    let (ingest, Upkeep { wear, packing }) = (Arc::clone(ingest), upkeep.clone());
    tokio::task::spawn_blocking(move || {
        memory::give_back();
        let store = ingest.store();
        if store.failing().is_some() {
            // What waits is tried again by whoever brings it; this only learns that there is room again.
            let _ = store.try_write();
        }
        let failing = store.failing();
        let text = failing.as_ref().map(unwritable);
        if ingest.say(Concern::Store, text) {
            match &failing {
                Some(error) => {
                    tracing::error!("nothing new can be kept: {error}; what is kept is still served");
                }
                None => tracing::info!("the store can be written again"),
            }
        }
        let skipped = store.skipped().len();
        ingest.say(Concern::Damage, (skipped > 0).then(|| damaged(skipped)));
        if failing.is_some() {
            return;
        }
        if let Err(error) = wear.note() {
            tracing::warn!(%error, "what was written cannot be noted; it is tried again");
        }
        match packing.turn() {
            Ok(false) => {}
            Ok(true) => tracing::info!("the store was packed after a large import"),
            Err(error) => tracing::warn!(%error, "the store cannot be packed; it is tried again"),
        }
    });
}

fn unwritable(error: &watteau_store::Error) -> Text {
    let full = matches!(error, watteau_store::Error::Full(_));
    if full {
        return Text::new(
            "The disk is full: nothing new can be kept. Free some space; what waits is then taken by itself.",
            "Le disque est plein : rien de nouveau ne peut être gardé. Libérez de la place ; ce qui attend sera pris \
             tout seul.",
        );
    }
    Text::new(
        format!("Nothing new can be kept: {error}. What is kept is still served; look at the disk."),
        format!(
            "Rien de nouveau ne peut être gardé : {error}. Ce qui est gardé reste servi ; regardez le disque."
        ),
    )
}

fn damaged(places: usize) -> Text {
    Text::new(
        format!(
            "Part of the store cannot be read and is left out (places met so far: {places}); the disk may be failing. Make a backup: watteau backup FILE."
        ),
        format!(
            "Une partie des données est illisible et laissée de côté (endroits rencontrés : {places}) ; le disque s’use peut-être. Faites une copie : watteau backup FICHIER."
        ),
    )
}
