//! A real Prometheus with its receiver on.

use crate::support::wait_for;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A Prometheus in a folder of its own; killed when dropped.
pub(crate) struct Prometheus {
    folder: TempDir,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

/// Labels but the name, then instants (ms) and values.
pub(crate) type Kept = (BTreeMap<String, String>, Vec<(i64, f64)>);

/// Whether there is one; a test that needs it says that it was skipped.
pub(crate) fn is_installed() -> bool {
    let found = Command::new("prometheus").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: prometheus is not installed (apt install prometheus)");
    }
    found
}

impl Prometheus {
    /// One that takes samples `window` out of order.
    pub(crate) fn start(window: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let window = window.map(|window| format!("    out_of_order_time_window: {window}\n"));
        let text = format!("global: {{}}\nstorage:\n  tsdb:\n{}", window.unwrap_or("    {}\n".to_owned()));
        fs::write(folder.path().join("prometheus.yml"), text).unwrap();
        // Nobody else is given the port in the moment between.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut this = Self { folder, address, child: None };
        this.start_again();
        this
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn start_again(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder().join("log")).unwrap();
        let path = |name: &str| self.folder().join(name).display().to_string();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", path("prometheus.yml")))
            .arg(format!("--storage.tsdb.path={}", path("data")))
            .args(["--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=30y"])
            .arg(format!("--web.listen-address={}", self.address))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        wait_for("Prometheus to be ready", || self.ask("/-/ready").filter(|(status, _)| *status == 200));
    }

    /// As a power cut of the process would end it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder().join("log")).unwrap_or_default()
    }

    /// Every sample of a metric that is kept.
    pub(crate) fn samples(&self, metric: &str) -> Vec<Kept> {
        let (status, body) =
            self.ask(&format!("/api/v1/query?time=1900000000&query={metric}%5B20y%5D")).unwrap();
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let series = body["data"]["result"].as_array().unwrap().iter().map(|series| {
            let labels = series["metric"].as_object().unwrap().iter();
            let labels = labels.filter(|(name, _)| *name != "__name__");
            let labels = labels.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
            let values = series["values"].as_array().unwrap().iter().map(|pair| {
                let seconds = pair[0].as_f64().unwrap();
                ((seconds * 1000.0).round() as i64, pair[1].as_str().unwrap().parse().unwrap())
            });
            (labels.collect(), values.collect())
        });
        series.collect()
    }

    fn ask(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let head = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(head.as_bytes()).ok()?;
        let mut all = String::new();
        stream.read_to_string(&mut all).ok()?;
        let (head, body) = all.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.kill();
    }
}
