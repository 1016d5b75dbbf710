//! What the hub says of a model, and its files. The addresses are those of Hugging Face, which its mirrors have too.

use super::name::Name;
use reqwest::{Client, Response, StatusCode, header};
use serde::Deserialize;
use std::time::Duration;
use url::Url;

/// Where models are published.
const HUGGING_FACE: &str = "https://huggingface.co";

/// A file with more than this is none of ours: the largest published weights are 2.8 GB.
const LARGEST: u64 = 16 << 30;

const CONNECT: Duration = Duration::from_secs(30);
/// Longer without a byte, and the download is broken.
const SILENCE: Duration = Duration::from_mins(1);

/// The files of a model that are wanted, and whether it is one without them.
const WANTED: [(&str, bool); 3] =
    [("config.json", true), ("model.safetensors", true), ("generation_config.json", false)];

/// Why the hub gave nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HubError {
    /// The address of the hub cannot be used.
    #[error("`{0}` is not the address of a hub: write https://huggingface.co, or that of a mirror")]
    Endpoint(String),
    /// The hub does not have it, or only for some.
    #[error("{endpoint} has no model {name} that everybody may read ({status})")]
    NoModel {
        /// The model.
        name: String,
        /// The hub.
        endpoint: String,
        /// Its answer.
        status: StatusCode,
    },
    /// It is there, and no Chronos can be made of it.
    #[error("{name} has no file {file}: it is not in the layout that this program reads")]
    NoFile {
        /// The model.
        name: String,
        /// What is missing.
        file: &'static str,
    },
    /// The hub says nothing to check a file by.
    #[error("the hub gives no size and no SHA-256 of {0}")]
    Unchecked(String),
    /// Another answer.
    #[error("{0} answered {1}; try again later")]
    Status(String, StatusCode),
    /// No answer, or a cut one.
    #[error("{0} cannot be reached")]
    Unreachable(String, #[source] reqwest::Error),
    /// What cannot be read.
    #[error("{0} answered something else than a hub does")]
    Unreadable(String, #[source] reqwest::Error),
}

/// A hub, asked through the proxy of the environment where there is one.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    client: Client,
    endpoint: Url,
}

/// The files of one revision of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    /// The commit.
    pub(crate) revision: String,
    /// What to fetch, the smallest first.
    pub(crate) files: Vec<Remote>,
}

/// A file on the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// Its name.
    pub(crate) path: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256 in hexadecimal; the hub has it for large files only, and git's own digest for the others.
    pub(crate) sha256: Option<String>,
}

#[derive(Deserialize)]
struct Revision {
    sha: String,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    size: u64,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    oid: String,
    size: u64,
}

impl Hub {
    /// The hub at `endpoint`, or Hugging Face.
    pub(crate) fn new(endpoint: Option<&str>) -> anyhow::Result<Self> {
        let text = endpoint.unwrap_or(HUGGING_FACE);
        let endpoint = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let endpoint = endpoint.ok_or_else(|| HubError::Endpoint(text.to_owned()))?;
        let client = Client::builder()
            .tls_backend_preconfigured(crate::tls::client()?)
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .user_agent(concat!("watteau/", env!("CARGO_PKG_VERSION")))
            // Sizes and ranges are those of the file itself.
            .no_gzip()
            .build()?;
        Ok(Self { client, endpoint })
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> &str {
        self.endpoint.as_str().trim_end_matches('/')
    }

    /// The wanted files of a model, as they are in one commit.
    pub(crate) async fn index(&self, name: &Name, revision: &str) -> Result<Index, HubError> {
        let at = format!("{}/api/models/{name}/revision/{revision}", self.endpoint());
        let Revision { sha } = self.json(name, &at).await?;
        let at = format!("{}/api/models/{name}/tree/{sha}", self.endpoint());
        let entries: Vec<Entry> = self.json(name, &at).await?;
        let mut files = Vec::new();
        for (file, needed) in WANTED {
            match entries.iter().find(|entry| entry.path == file) {
                Some(entry) => files.push(remote(entry)?),
                None if needed => return Err(HubError::NoFile { name: name.to_string(), file }),
                None => {}
            }
        }
        files.sort_by_key(|file| file.size);
        Ok(Index { revision: sha, files })
    }

    /// Asks for a file from a byte on. The answer may still begin at 0: its status says.
    pub(super) async fn open(
        &self,
        name: &Name,
        revision: &str,
        file: &str,
        from: u64,
    ) -> Result<Response, HubError> {
        let at = format!("{}/{name}/resolve/{revision}/{file}", self.endpoint());
        let mut request = self.client.get(&at);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let answer =
            request.send().await.map_err(|error| HubError::Unreachable(self.told(), without(error)))?;
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => Ok(answer),
            status => Err(HubError::Status(self.told(), status)),
        }
    }

    async fn json<T: for<'a> Deserialize<'a>>(&self, name: &Name, at: &str) -> Result<T, HubError> {
        let sent = self.client.get(at).send().await;
        let answer = sent.map_err(|error| HubError::Unreachable(self.told(), without(error)))?;
        match answer.status() {
            StatusCode::OK => {
                answer.json().await.map_err(|error| HubError::Unreadable(self.told(), without(error)))
            }
            // The hub hides what is private, and calls what is not there private.
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
                Err(HubError::NoModel { name: name.to_string(), endpoint: self.told(), status })
            }
            status => Err(HubError::Status(self.told(), status)),
        }
    }

    fn told(&self) -> String {
        self.endpoint().to_owned()
    }
}

/// An error without its address, which may be long and signed.
fn without(error: reqwest::Error) -> reqwest::Error {
    error.without_url()
}

fn remote(entry: &Entry) -> Result<Remote, HubError> {
    let Entry { path, size, lfs } = entry;
    let unchecked = || HubError::Unchecked(path.clone());
    let file = match lfs {
        Some(Lfs { oid, size }) => {
            let hexadecimal = oid.len() == 64 && oid.bytes().all(|byte| byte.is_ascii_hexdigit());
            let oid = Some(oid.to_ascii_lowercase()).filter(|_| hexadecimal).ok_or_else(unchecked)?;
            Remote { path: path.clone(), size: *size, sha256: Some(oid) }
        }
        // Weights are never kept without a digest.
        None if path.ends_with(".safetensors") => return Err(unchecked()),
        None => Remote { path: path.clone(), size: *size, sha256: None },
    };
    Some(file).filter(|file| file.size <= LARGEST).ok_or_else(unchecked)
}
