//! Answers that are made while they are sent: an export, a backup.
//!
//! They are written by a thread that may block, into a channel that the connection empties. Only a few are made at a
//! time, and a client that takes nothing for a while is left: it must not hold back the store's free pages.

use super::{AppState, error::Failure};
use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use std::{
    io::{self, BufWriter, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{runtime::Handle, sync::mpsc};

/// Made at a time; more are told to come back later.
pub(super) const DOWNLOADS: usize = 2;
/// Bytes sent at once.
const CHUNK: usize = 64 << 10;
/// Chunks that may wait for the client.
const WAITING: usize = 4;
/// How long a client may take nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// A file for the client to keep, of what `write` writes. What goes wrong on the way cuts the answer short, so that
/// the client can tell.
pub(super) fn download<E: std::error::Error + Send + Sync + 'static>(
    state: &AppState,
    content_type: &'static str,
    file_name: &str,
    write: impl FnOnce(&AppState, &mut dyn Write) -> Result<(), E> + Send + 'static,
) -> Result<Response, Failure> {
    let seat = Arc::clone(&state.downloads).try_acquire_owned().map_err(|_| {
        let detail = "other downloads are being made; try again when they are done";
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_downloads", detail)
    })?;
    let (chunks, mut received) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let state = state.clone();
    tokio::task::spawn_blocking(move || {
        let mut out =
            BufWriter::with_capacity(CHUNK, Sender { chunks: chunks.clone(), runtime: Handle::current() });
        let done = write(&state, &mut out).map_err(io::Error::other).and_then(|()| out.flush());
        if let Err(error) = done {
            tracing::warn!(error = &error as &dyn std::error::Error, "a download was cut short");
            // Whoever still reads must not take a part for the whole.
            let _ = chunks.blocking_send(Err(error));
        }
        drop(seat);
    });
    // A channel may be asked again after its end, which compressors do.
    let body = stream::poll_fn(move |context| received.poll_recv(context));
    let disposition = format!("attachment; filename=\"{file_name}\"");
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// The thread's end of the channel.
struct Sender {
    chunks: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
}

impl Write for Sender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let chunk = Ok(Bytes::copy_from_slice(bytes));
        match self.runtime.block_on(self.chunks.send_timeout(chunk, PATIENCE)) {
            Ok(()) => Ok(bytes.len()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(io::ErrorKind::TimedOut.into()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
