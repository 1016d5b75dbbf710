//! MQTT: the summary as one retained state, and the sensors that Home Assistant makes of it.
//!
//! One session is one connection: whatever ends it, the next one announces everything again, for the broker or Home
//! Assistant may have lost it. `teller` makes what is said, `session` says it.

mod session;
mod teller;

pub(crate) use teller::Teller;

use crate::config::Mqtt;
use session::End;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How soon a lost connection is tried again; then twice as long each time.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_mins(5);

/// Goes on until `stop`, with the settings as they come.
pub(crate) async fn run(
    teller: Arc<Teller>,
    mut settings: watch::Receiver<Option<Mqtt>>,
    stop: CancellationToken,
) {
    let standing = &teller.vitals.outputs.mqtt;
    let mut delay = FIRST_DELAY;
    loop {
        let current = settings.borrow_and_update().clone();
        let Some(mqtt) = current else {
            standing.off();
            tokio::select! {
                () = stop.cancelled() => return,
                Ok(()) = settings.changed() => {}
            }
            continue;
        };
        standing.on();
        match session::run(&teller, &mqtt, &mut settings, &stop).await {
            End::Stopped => return,
            End::Changed => delay = FIRST_DELAY,
            End::Lost { error, was_up } => {
                standing.ill(teller.clock.now(), error);
                if was_up {
                    delay = FIRST_DELAY;
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    Ok(()) = settings.changed() => delay = FIRST_DELAY,
                    () = tokio::time::sleep(delay) => delay = (delay * 2).min(LONGEST_DELAY),
                }
            }
        }
    }
}
