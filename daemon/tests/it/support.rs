//! A home for a daemon: a folder, a configuration, the process, and a way to ask it.

use serde_json::Value;
use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with a configuration.
pub(crate) struct Home {
    dir: TempDir,
}

/// A running daemon; killed when dropped.
pub(crate) struct Running {
    child: Child,
    socket: PathBuf,
}

/// An answer of the daemon.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Home {
    /// A home whose configuration is the least there must be, then `connectors`.
    pub(crate) fn new(connectors: &str) -> Self {
        let home = Self { dir: tempfile::Builder::new().prefix("watteau-it-").tempdir().unwrap() };
        fs::create_dir_all(home.inbox()).unwrap();
        home.configure(connectors);
        home
    }

    /// A home with one GRDF instance on its inbox.
    pub(crate) fn with_gas(options: &str) -> Self {
        let home = Self::new("");
        home.configure(&home.gas("gas", options));
        home
    }

    /// A table for a GRDF instance on the inbox.
    pub(crate) fn gas(&self, name: &str, options: &str) -> String {
        format!("[connectors.{name}]\nplugin = \"grdf\"\nwatch = {:?}\n{options}\n", self.inbox())
    }

    /// Writes the configuration anew.
    pub(crate) fn configure(&self, connectors: &str) {
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nsocket = {:?}\n[store]\ndir = {:?}\n{connectors}",
            self.socket(),
            self.dir.path().join("data"),
        );
        fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the store lies.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn inbox(&self) -> PathBuf {
        self.dir.path().join("inbox")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("watteau.toml")
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("sock")
    }

    /// A command of the binary on this home.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watteau"));
        command.arg("--config").arg(self.config()).args(arguments).env_remove("WATTEAU_LOG");
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed and answers its JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Starts the daemon and waits until it is ready.
    pub(crate) fn start(&self) -> Running {
        self.start_with(self.command(&["run"]))
    }

    /// Starts the daemon by a command of the caller's.
    pub(crate) fn start_with(&self, mut command: Command) -> Running {
        let log = fs::File::options().create(true).append(true).open(self.path().join("log")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut running = Running { child, socket: self.socket() };
        wait_for("the daemon to be ready", || {
            if let Some(status) = running.child.try_wait().unwrap() {
                panic!("the daemon ended with {status}: {}", self.log());
            }
            running.try_get("/-/ready").is_some_and(|answer| answer.status == 200).then_some(())
        });
        running
    }

    /// What the daemon wrote to its journal.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }
}

impl Running {
    /// Asks for JSON and gets it.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.try_get(path).expect("the daemon answers");
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Asks, whatever the status.
    pub(crate) fn try_get(&self, path: &str) -> Option<Answer> {
        request(&self.socket, "GET", path, &[])
    }

    /// Posts a body.
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Option<Answer> {
        request(&self.socket, "POST", path, body)
    }

    /// Waits until the JSON at `path` satisfies `check`, and answers it.
    pub(crate) fn wait(&self, path: &str, check: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        wait_for_or(
            || {
                last = self.get(path);
                check(&last).then(|| last.clone())
            },
            |seconds| format!("{path} did not come to what was expected in {seconds} s"),
        )
    }

    /// The past imports, once there are `count` of them.
    pub(crate) fn imports(&self, count: usize) -> Vec<Value> {
        let imports = self.wait("/api/v1/imports?limit=500", |value| {
            value.as_array().is_some_and(|imports| imports.len() >= count)
        });
        imports.as_array().unwrap().clone()
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it at once, as a power cut of the process would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal, by its name without SIG.
    pub(crate) fn signal(&self, name: &str) {
        let _ = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
    }

    /// Stops it as systemd does, and waits for its end.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let status = wait_for("the daemon to stop", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits on a predicate, with a bound.
pub(crate) fn wait_for<T>(what: &str, probe: impl FnMut() -> Option<T>) -> T {
    wait_for_or(probe, |seconds| format!("waited {seconds} s for {what}"))
}

fn wait_for_or<T>(mut probe: impl FnMut() -> Option<T>, complaint: impl Fn(u64) -> String) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{}", complaint(PATIENCE.as_secs()));
        std::thread::sleep(Duration::from_millis(25));
    }
}

fn request(socket: &Path, method: &str, path: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = UnixStream::connect(socket).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all).ok()?;
    let split = all.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&all[..split]).to_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut body = all[split + 4..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = unchunk(&body)?;
    }
    Some(Answer { status, body })
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(line + 2..line + 2 + size)?);
        rest = rest.get(line + 4 + size..)?;
    }
}

/// The folder of shared samples, where it is; a test that needs it says that it was skipped.
pub(crate) fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WATTEAU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let found = folder.join(what);
    if !found.exists() {
        eprintln!("skipped: {} is not here", found.display());
        return None;
    }
    Some(found)
}

/// Sets a file's time back, so that it counts as having come whole.
pub(crate) fn settle(path: &Path) {
    let old = std::time::SystemTime::now() - Duration::from_hours(1);
    fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
}
