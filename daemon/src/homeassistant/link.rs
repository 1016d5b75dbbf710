//! The WebSocket to Home Assistant: one message, its answer, the next.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{self, protocol::WebSocketConfig},
};
use url::Url;
use watteau_homeassistant::{
    protocol::{self, Message, Shape, Version},
    sensor::Lang,
    statistics::{Row, Statistic},
};

/// How long it may take to answer: a small machine writes its database meanwhile.
const PATIENCE: Duration = Duration::from_mins(1);

/// A month of hours is 60 kB.
const LARGEST: usize = 4 << 20;

/// Why nothing was told.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    /// Nobody there, or no Home Assistant.
    #[error("Home Assistant cannot be reached at {0}: {1}")]
    Unreachable(String, String),
    /// The token is not one.
    #[error("Home Assistant refuses the token: make a new one on the page of an administrator's profile")]
    BadToken,
    /// The token is good for less.
    #[error("the token is not an administrator's: Home Assistant takes statistics from administrators alone")]
    NotAdministrator,
    /// The version could not be read.
    #[error("`{0}` is no version of Home Assistant that is known")]
    Version(String),
    /// It did not want what it was told.
    #[error("Home Assistant {0} refused the statistics: {1}")]
    Refused(Version, String),
    /// It ended the conversation.
    #[error("Home Assistant ended the connection: {0}")]
    Closed(String),
    /// It said nothing.
    #[error("Home Assistant did not answer within {} s", PATIENCE.as_secs())]
    Silent,
    /// It said something else.
    #[error("Home Assistant answered something that cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// A conversation.
pub(super) struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    version: Version,
    shape: Shape,
    next: u64,
}

impl Link {
    /// Connects and shows the token.
    pub(super) async fn open(url: &Url, token: &str) -> Result<Self, LinkError> {
        let unreachable = |why: String| LinkError::Unreachable(url.to_string(), why);
        let address = address(url);
        let tls = crate::tls::client().map_err(|error| unreachable(error.to_string()))?;
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
        let connector = Connector::Rustls(Arc::new(tls));
        let connecting = connect_async_tls_with_config(address, Some(config), true, Some(connector));
        let (mut socket, _) = tokio::time::timeout(PATIENCE, connecting)
            .await
            .map_err(|_| LinkError::Silent)?
            .map_err(|error| unreachable(error.to_string()))?;
        loop {
            match receive(&mut socket).await? {
                Message::AuthRequired { .. } => send(&mut socket, &protocol::auth(token)).await?,
                Message::AuthOk { ha_version } => {
                    let version = Version::read(&ha_version).ok_or(LinkError::Version(ha_version))?;
                    return Ok(Self { socket, version, shape: version.shape(), next: 1 });
                }
                Message::AuthInvalid { .. } => return Err(LinkError::BadToken),
                Message::Result { .. } | Message::Other => {}
            }
        }
    }

    /// Gives rows of a statistic; Home Assistant has them in its queue when this ends, and keeps them a moment later.
    pub(super) async fn import(
        &mut self,
        statistic: Statistic,
        lang: Lang,
        rows: &[Row],
    ) -> Result<(), LinkError> {
        let message = protocol::import(self.next, statistic, lang, self.shape, rows);
        self.ask(&message).await.map(|_| ())
    }

    /// The hours that Home Assistant has in a span.
    pub(super) async fn rows(
        &mut self,
        statistic: Statistic,
        (from, to): (i64, i64),
    ) -> Result<Vec<Row>, LinkError> {
        let message = protocol::during(self.next, statistic, from, to);
        let mut rows = protocol::rows(statistic, self.ask(&message).await?)?;
        rows.sort_by_key(|row| row.start);
        Ok(rows)
    }

    /// Says that nothing follows.
    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.socket.close(None)).await;
    }

    async fn ask(&mut self, message: &Value) -> Result<Value, LinkError> {
        let asked = self.next;
        self.next += 1;
        send(&mut self.socket, message).await?;
        loop {
            let Message::Result { id, success, result, error } = receive(&mut self.socket).await? else {
                continue;
            };
            if id != asked {
                continue;
            }
            if success {
                return Ok(result);
            }
            let refusal = error.map(|error| (error.code, error.message)).unwrap_or_default();
            return Err(match refusal.0.as_str() {
                "unauthorized" => LinkError::NotAdministrator,
                _ => LinkError::Refused(self.version, refusal.1),
            });
        }
    }
}

/// The WebSocket's address below Home Assistant's own, which a proxy may have put into a folder.
fn address(url: &Url) -> String {
    let rest = url.as_str().trim_end_matches('/');
    let (secure, rest) = match rest.split_once("://") {
        Some(("https", rest)) => ("wss", rest),
        Some((_, rest)) => ("ws", rest),
        None => ("ws", rest),
    };
    format!("{secure}://{rest}{}", protocol::PATH)
}

async fn send(
    socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>,
    message: &Value,
) -> Result<(), LinkError> {
    let text = tungstenite::Message::text(message.to_string());
    let sent = tokio::time::timeout(PATIENCE, socket.send(text)).await.map_err(|_| LinkError::Silent)?;
    sent.map_err(|error| LinkError::Closed(error.to_string()))
}

async fn receive(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Result<Message, LinkError> {
    loop {
        let next = tokio::time::timeout(PATIENCE, socket.next()).await.map_err(|_| LinkError::Silent)?;
        match next {
            Some(Ok(tungstenite::Message::Text(text))) => return Ok(serde_json::from_str(&text)?),
            // Pings are answered by the library.
            Some(Ok(tungstenite::Message::Close(_))) | None => {
                return Err(LinkError::Closed("it is stopping".to_owned()));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(LinkError::Closed(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_below_the_address() {
        for (url, expected) in [
            ("http://homeassistant.local:8123", "ws://homeassistant.local:8123/api/websocket"),
            ("https://ha.example.org/", "wss://ha.example.org/api/websocket"),
            ("http://[::1]:8123/house/", "ws://[::1]:8123/house/api/websocket"),
        ] {
            assert_eq!(address(&Url::parse(url).unwrap()), expected);
        }
    }
}
