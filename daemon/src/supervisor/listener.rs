//! The address of the web: our own, or one that systemd opened for us (`watteau-http.socket`).
//!
//! A socket of systemd's may have a port below 1024, which this daemon has no right to, and requests wait in it while
//! the daemon restarts.

use anyhow::Context as _;
use listenfd::ListenFd;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// The socket that systemd hands over, else one bound to `listen`.
pub(super) async fn open(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    let handed = ListenFd::from_env().take_tcp_listener(0);
    if let Some(socket) = handed.context("the socket that systemd handed over is not one of TCP")? {
        socket.set_nonblocking(true)?;
        return TcpListener::from_std(socket).context("the socket that systemd handed over cannot be used");
    }
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: choose another address with [server] listen or --listen")
    })
}
