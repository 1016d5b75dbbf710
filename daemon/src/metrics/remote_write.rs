//! What is told of remote write, while a receiver is configured.

use super::{
    families::{Page, ScrapeError, seconds, truth},
    names,
};
use crate::remote_write::Progress;

pub(super) fn tell(page: &mut Page, progress: &Progress) -> Result<(), ScrapeError> {
    let now = progress.now().clone();
    if now.receiver.is_none() {
        return Ok(());
    }
    page.gauge(names::REMOTE_UP, &[], truth(now.trouble.is_none()))?;
    page.counter(names::REMOTE_SENT, &[], now.sent as f64)?;
    page.counter(names::REMOTE_REFUSED, &[], now.refused as f64)?;
    page.counter(names::REMOTE_REQUESTS, &[], now.requests as f64)?;
    page.counter(names::REMOTE_RETRIES, &[], now.retries as f64)?;
    page.gauge(names::REMOTE_PENDING, &[], now.pending as f64)?;
    page.gauge_if(names::REMOTE_OLDEST, &[], now.oldest_pending.map(seconds))?;
    page.gauge_if(names::REMOTE_NEWEST, &[], now.newest_sent.map(seconds))?;
    page.gauge_if(names::REMOTE_SUCCESS, &[], now.last_success.map(seconds))
}
