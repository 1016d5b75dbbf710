//! The guest, built once; a grant to run it under; a sink that remembers; a server that says what it is told.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use watteau_host::{
    Clock, Compiler, Grant, Host, Job, Outcome, Plugin, Put, Refusal, RunError, Secrets, Sink, Text, compile,
    manifest_text,
};

/// 2024-06-03T10:00:00Z, on the grid of half-hours.
pub(crate) const START: i64 = 1_717_408_800_000;

/// The secret of the guest's only credential.
pub(crate) const SECRET: &str = "hush-hush-0123456789";

/// The guest as a component, built by cargo in a folder of its own.
pub(crate) static WASM: LazyLock<PathBuf> = LazyLock::new(|| {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/misbehave");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--target", "wasm32-wasip2", "--target-dir"])
        .arg(&target)
        .current_dir(&guest)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the guest does not build; is the target wasm32-wasip2 installed?");
    target.join("wasm32-wasip2/release/misbehave.wasm")
});

static COMPILED: LazyLock<(String, &'static [u8])> = LazyLock::new(|| {
    let wasm = std::fs::read(&*WASM).expect("the guest was built");
    let manifest = manifest_text(&wasm).expect("the guest has a manifest");
    (manifest, compile(&wasm).expect("the guest compiles").leak())
});

/// The compiler that the daemon would start, with its cache in a folder of the test's.
pub(crate) fn compiler(cache: &Path) -> Compiler {
    Compiler {
        program: env!("CARGO_BIN_EXE_watteau-compile").into(),
        args: Vec::new(),
        cache: cache.join("bytecode"),
        timeout: Duration::from_mins(5),
        memory_bytes: 4 << 30,
    }
}

pub(crate) static HOST: LazyLock<Host> = LazyLock::new(|| Host::new().expect("the engine starts"));

/// The guest, loaded as the daemon loads a built-in one.
pub(crate) fn plugin() -> Plugin {
    let (manifest, bytecode) = &*COMPILED;
    HOST.builtin(manifest, bytecode).expect("the guest loads")
}

pub(crate) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(START + 86_400_000).expect("an instant")
    }
}

pub(crate) struct OneSecret;

impl Secrets for OneSecret {
    fn secret(&self, option: &str) -> Result<Option<String>, String> {
        Ok((option == "key").then(|| format!("{SECRET}\n")))
    }
}

/// What a connector said that its source will never have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Absence {
    pub(crate) series: String,
    pub(crate) spans: Vec<Range<i64>>,
    pub(crate) reason: Text,
}

/// A sink that remembers.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) puts: Mutex<Vec<Put>>,
    pub(crate) refusals: Mutex<Vec<Refusal>>,
    pub(crate) absences: Mutex<Vec<Absence>>,
    pub(crate) checkpoints: Mutex<u32>,
}

impl Sink for Memory {
    fn put(&self, put: Put) -> Result<u32, String> {
        self.puts.lock().unwrap().push(put);
        Ok(0)
    }

    fn absent(&self, series: &str, spans: &[Range<i64>], reason: Text) -> Result<(), String> {
        let absence = Absence { series: series.to_owned(), spans: spans.to_vec(), reason };
        self.absences.lock().unwrap().push(absence);
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) {
        self.refusals.lock().unwrap().push(refusal);
    }

    fn checkpoint(&self, _: Option<Vec<u8>>) -> Result<(), String> {
        *self.checkpoints.lock().unwrap() += 1;
        Ok(())
    }
}

/// A grant for one deed, with a sink to look at afterwards.
pub(crate) fn grant(deed: &str) -> (Grant, Arc<Memory>) {
    let plugin = plugin();
    let sink = Arc::new(Memory::default());
    let mut grant = Grant::new(&plugin, "test");
    grant.settings.insert("deed".to_owned(), deed.into());
    grant.settings.insert("url".to_owned(), "/api/slow".into());
    grant.clock = Arc::new(Fixed);
    grant.secrets = Arc::new(OneSecret);
    grant.sink = sink.clone();
    (grant, sink)
}

pub(crate) async fn pull(grant: Grant) -> Result<Outcome, RunError> {
    let job = Job { feed: "power".to_owned(), span: START..START + 1_800_000 };
    plugin().start(grant).pull(job).await
}

/// A server on loopback that answers by path, and remembers what it was asked.
pub(crate) struct Server {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets the first line of a request and gives the whole response; none: it never answers.
    pub(crate) async fn start(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback binds");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                        let mut piece = [0; 1024];
                        match stream.read(&mut piece).await {
                            Ok(count) if count > 0 => request.extend_from_slice(&piece[..count]),
                            _ => return,
                        }
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let said = answer(request.lines().next().unwrap_or_default());
                    seen.lock().unwrap().push(request);
                    match said {
                        Some(said) => drop(stream.write_all(said.as_bytes()).await),
                        None => std::future::pending().await,
                    }
                });
            }
        });
        Self { port, asked }
    }

    /// Whole requests, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// A response with a body.
pub(crate) fn ok(body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()))
}

/// A redirect.
pub(crate) fn moved(to: &str) -> Option<String> {
    Some(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"))
}
