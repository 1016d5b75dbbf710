//! The signal to stop, as a future, so that tests stop a daemon as systemd does.

use std::{future::Future, io, pin::Pin};
use tokio::signal::unix::{SignalKind, signal as on};

/// Resolves when the daemon has to stop.
pub type Shutdown = Pin<Box<dyn Future<Output = ()> + Send>>;

/// SIGTERM (systemd) or SIGINT (a terminal).
pub fn signal() -> io::Result<Shutdown> {
    let (mut terminate, mut interrupt) = (on(SignalKind::terminate())?, on(SignalKind::interrupt())?);
    Ok(Box::pin(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }))
}
