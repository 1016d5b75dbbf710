//! What systemd is told: ready, stopping, a status line, and that the work goes on.
//!
//! Every call is silent where there is no systemd.

use sd_notify::NotifyState;
use std::time::Duration;

/// The store is open and the server listens, or the settings were read again.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The line that `systemctl status` shows.
pub(super) fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// The settings are read again; [`ready`] says that it is done.
pub(super) fn reloading() {
    tell(&[NotifyState::Reloading]);
}

/// The daemon begins to stop.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The work goes on.
pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often the watchdog wants to be fed: half of systemd's limit; none without one.
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
