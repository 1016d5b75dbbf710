//! Serves a router on a listener, with bounds on connections and on patience.

use axum::{Router, body::Body, serve::Listener};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Connections at a time; more wait in the kernel's queue.
const CONNECTIONS: usize = 256;

/// How long a client may take over a request's head, and keep a connection open between two requests.
const HEAD_TIME: Duration = Duration::from_mins(1);

/// Enough for a long cookie of another service on the same host.
const HEAD_BYTES: usize = 32 * 1024;

/// How long answers in progress get to end once it is time to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Tells endless answers that the server stops.
#[derive(Debug, Clone, Default)]
pub(super) struct Stopping(pub(super) CancellationToken);

/// Who is at the other end of a connection: an address, or none of a socket file.
pub trait Peer {
    /// Its address.
    fn address(&self) -> Option<IpAddr>;
}

impl Peer for SocketAddr {
    fn address(&self) -> Option<IpAddr> {
        Some(self.ip())
    }
}

impl Peer for tokio::net::unix::SocketAddr {
    fn address(&self) -> Option<IpAddr> {
        None
    }
}

/// The address that a request came from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PeerAddress(pub(super) Option<IpAddr>);

/// Serves until `stop` resolves, then lets the answers in progress end.
pub async fn serve<L: Listener<Addr: Peer>>(mut listener: L, router: Router, stop: impl Future<Output = ()>) {
    let stopping = Stopping::default();
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::pin!(stop);
    loop {
        // Room first: a connection that cannot be served is not accepted.
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, (io, peer)) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let (router, told, from) = (router.clone(), stopping.clone(), PeerAddress(peer.address()));
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(told.clone());
            request.extensions_mut().insert(from);
            router.clone().oneshot(request)
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES)
            .half_close(true)
            .serve_connection(TokioIo::new(io), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes away is no news.
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    stopping.0.cancel();
    if tokio::time::timeout(LAST_ANSWERS, graceful.shutdown()).await.is_err() {
        tracing::debug!("some answers were cut: they did not end in time");
    }
}
