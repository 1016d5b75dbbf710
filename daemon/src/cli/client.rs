//! One way to ask: HTTP to the daemon's routes.
//!
//! When the daemon runs, through its Unix socket; when it does not, the command opens the store itself and
//! calls the same router in process. Either way the answer comes from the same code.

use super::{Global, problem::Problem};
use crate::{
    model::ImportReport,
    supervisor::{Daemon, Mode},
};
use anyhow::{Context as _, anyhow, bail};
use axum::Router;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tower::ServiceExt as _;

/// A command's way to the data.
pub(super) struct Client {
    way: Way,
}

enum Way {
    Socket(PathBuf),
    InProcess { router: Router, _daemon: Box<Daemon>, _scratch: Option<TempDir> },
}

/// What to do where there is no store yet.
#[derive(Debug, Clone, Copy)]
enum Missing {
    Make,
    Refuse,
    /// Begin an empty one elsewhere, and forget it.
    Pretend,
}

/// An answer as it comes.
pub(super) type Body = Pin<Box<dyn Stream<Item = anyhow::Result<Bytes>> + Send>>;

impl Client {
    /// Finds the daemon, or opens the store without it, or makes one.
    pub(super) async fn open(global: &Global) -> anyhow::Result<Self> {
        Self::open_or(global, Missing::Make).await
    }

    /// Finds the daemon, or opens the store without it, for a command that writes nothing: where there is no store
    /// it sees an empty one.
    pub(super) async fn read(global: &Global) -> anyhow::Result<Self> {
        Self::open_or(global, Missing::Pretend).await
    }

    /// Finds the daemon, or opens the store without it; there has to be one.
    pub(super) async fn existing(global: &Global) -> anyhow::Result<Self> {
        Self::open_or(global, Missing::Refuse).await
    }

    async fn open_or(global: &Global, missing: Missing) -> anyhow::Result<Self> {
        // What only the daemon may read is no problem on the way to it.
        let mut sources = global.sources();
        sources.visitor = true;
        let socket = crate::config::load(&sources)?.config.server.socket;
        if UnixStream::connect(&socket).await.is_ok() {
            return Ok(Self { way: Way::Socket(socket) });
        }
        sources.visitor = false;
        sources.command = true;
        let mut loaded = super::output::load_config(&sources, global)?;
        let store = loaded.config.store.file();
        let mut scratch = None;
        if !store.try_exists().with_context(|| format!("{} cannot be looked at", store.display()))? {
            match missing {
                Missing::Make => {}
                Missing::Refuse => bail!(
                    "there is no store in {} yet; the daemon makes one, or `watteau import FILE`",
                    loaded.config.store.dir.display()
                ),
                Missing::Pretend => {
                    if global.quiet == 0 {
                        eprintln!("There is no store in {} yet.", loaded.config.store.dir.display());
                    }
                    let folder = tempfile::tempdir().context("a folder for the rehearsal cannot be made")?;
                    folder.path().clone_into(&mut loaded.config.store.dir);
                    scratch = Some(folder);
                }
            }
        }
        let daemon = Daemon::build(loaded, Mode::Command).await?;
        daemon.survey().await;
        let router = daemon.router();
        Ok(Self { way: Way::InProcess { router, _daemon: Box::new(daemon), _scratch: scratch } })
    }

    /// The daemon that listens on that socket, where there is one.
    pub(super) async fn daemon(socket: &Path) -> Option<Self> {
        let found = UnixStream::connect(socket).await.is_ok();
        found.then(|| Self { way: Way::Socket(socket.to_owned()) })
    }

    /// Whether a daemon answers, and not this command itself.
    pub(super) const fn is_the_daemon(&self) -> bool {
        matches!(self.way, Way::Socket(_))
    }

    /// Reads a JSON resource.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> anyhow::Result<T> {
        let body = self.send(Method::GET, path, query, "application/json", Bytes::new()).await?;
        serde_json::from_slice(&collect(body).await?).context("the answer is not the expected JSON")
    }

    /// Reads a resource as text.
    pub(super) async fn text(
        &self,
        path: &str,
        query: &[(&str, String)],
        accept: &str,
    ) -> anyhow::Result<String> {
        let body = self.send(Method::GET, path, query, accept, Bytes::new()).await?;
        String::from_utf8(collect(body).await?).context("the answer is not text")
    }

    /// Reads a resource of any length, as it comes.
    pub(super) async fn download(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<Body> {
        self.send(Method::GET, path, query, "*/*", Bytes::new()).await
    }

    /// Sends a body by any method, and reads the JSON of the answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> anyhow::Result<T> {
        let body = self.send(method, path, &[], "application/json", body).await?;
        serde_json::from_slice(&collect(body).await?).context("the answer is not the expected JSON")
    }

    /// Asks for something to be done.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        body: Bytes,
    ) -> anyhow::Result<T> {
        let body = self.send(Method::POST, path, query, "application/json", body).await?;
        serde_json::from_slice(&collect(body).await?).context("the answer is not the expected JSON")
    }

    /// Hands a file over. A file that gave nothing is an answer here too, not an error.
    pub(super) async fn import(
        &self,
        query: &[(&str, String)],
        body: Bytes,
    ) -> anyhow::Result<Vec<ImportReport>> {
        match self.post("/api/v1/import", query, body).await {
            Err(error) => match error.downcast::<Problem>() {
                Ok(problem) if !problem.reports.is_empty() => Ok(problem.reports),
                Ok(problem) => Err(problem.into()),
                Err(error) => Err(error),
            },
            done => done,
        }
    }

    /// Everything that happens from now on: the name of each event and its data.
    pub(super) async fn events(
        &self,
    ) -> anyhow::Result<Pin<Box<dyn Stream<Item = (String, serde_json::Value)> + Send>>> {
        let body = self.send(Method::GET, "/api/v1/events", &[], "text/event-stream", Bytes::new()).await?;
        Ok(Box::pin(futures_util::stream::unfold((body, Vec::new()), |(mut body, mut buffer)| async move {
            loop {
                if let Some(event) = take_event(&mut buffer) {
                    return Some((event, (body, buffer)));
                }
                buffer.extend_from_slice(&body.next().await?.ok()?);
            }
        })))
    }

    /// The home's zone, to show instants in.
    pub(super) async fn zone(&self) -> anyhow::Result<jiff::tz::TimeZone> {
        #[derive(Deserialize)]
        struct Status {
            timezone: String,
        }
        let status: Status = self.get("/api/v1/status", &[]).await?;
        Ok(jiff::tz::TimeZone::get(&status.timezone)?)
    }

    /// The address that the daemon listens on, whatever its settings say by now; none where no daemon answers.
    pub(super) async fn listens_on(&self) -> Option<SocketAddr> {
        #[derive(Deserialize)]
        struct Status {
            listen: Option<SocketAddr>,
        }
        self.get::<Status>("/api/v1/status", &[]).await.ok()?.listen
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        accept: &str,
        body: Bytes,
    ) -> anyhow::Result<Body> {
        let query: Vec<String> =
            query.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
        let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, "application/octet-stream");
        let (status, body): (StatusCode, Body) = match &self.way {
            Way::Socket(socket) => {
                let stream = UnixStream::connect(socket)
                    .await
                    .with_context(|| format!("the daemon's socket {} went away", socket.display()))?;
                let (mut sender, connection) =
                    hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                let response = sender.send_request(request.body(Full::new(body))?).await?;
                let status = response.status();
                (status, Box::pin(response.into_body().into_data_stream().map(|data| Ok(data?))))
            }
            Way::InProcess { router, .. } => {
                let request = request.body(axum::body::Body::from(body))?;
                let response = router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
                let status = response.status();
                (status, Box::pin(response.into_body().into_data_stream().map(|data| Ok(data?))))
            }
        };
        if status.is_success() {
            return Ok(body);
        }
        let text = collect(body).await?;
        Err(match serde_json::from_slice::<Problem>(&text) {
            Ok(problem) => problem.into(),
            Err(_) => anyhow!("{path}: {status} {}", String::from_utf8_lossy(&text)),
        })
    }
}

/// A path segment or query value, percent-encoded.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = std::fmt::Write::write_fmt(&mut out, format_args!("%{byte:02X}"));
            }
        }
    }
    out
}

async fn collect(mut body: Body) -> anyhow::Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(data) = body.next().await {
        all.extend_from_slice(&data?);
    }
    Ok(all)
}

/// Takes the first whole server-sent event out of the buffer.
fn take_event(buffer: &mut Vec<u8>) -> Option<(String, serde_json::Value)> {
    loop {
        let end = buffer.windows(2).position(|pair| pair == b"\n\n")?;
        let text = String::from_utf8_lossy(&buffer[..end]).into_owned();
        buffer.drain(..end + 2);
        let field = |name: &str| -> Vec<&str> {
            text.lines().filter_map(|line| line.strip_prefix(name)).map(str::trim_start).collect()
        };
        let Some(name) = field("event:").first().map(|name| (*name).to_owned()) else { continue };
        if let Ok(data) = serde_json::from_str(&field("data:").join("\n")) {
            return Some((name, data));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded() {
        assert_eq!(encode("gaz mai (é).csv&x=1"), "gaz%20mai%20%28%C3%A9%29.csv%26x%3D1");
    }

    #[test]
    fn events_are_taken_whole_and_comments_are_skipped() {
        let mut buffer = b": keep-alive\n\nevent: run\ndata: {\"done\":1}\n\nevent: ru".to_vec();
        assert_eq!(take_event(&mut buffer), Some(("run".into(), serde_json::json!({"done": 1}))));
        assert_eq!(take_event(&mut buffer), None);
        assert_eq!(buffer, b"event: ru");
    }
}
