//! Models come from a hub that breaks, lies and moves on; what is kept is what was announced.

use super::support::Home;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

const MODEL: &str = "amazon/chronos-bolt-tiny";
const CONFIG: &[u8] = include_bytes!("../../chronos/tests/fixtures/bolt/config.json");
const WEIGHTS: &[u8] = include_bytes!("../../chronos/tests/fixtures/bolt/model.safetensors");

/// What the hub does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Cuts each connection after so many bytes of weights.
    Cut(usize),
    /// Answers a range with the whole file.
    NoRanges,
    /// Sends other bytes than announced.
    OtherBytes,
    /// Sends more bytes than announced, without a length.
    TooMany,
    /// Knows nothing.
    Unknown,
    /// Gives no digest of the weights.
    NoDigest,
    /// Lists no weights.
    NoWeights,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    /// Request lines with the range asked for.
    asked: Vec<String>,
}

/// A hub with one model.
struct Hub {
    address: String,
    state: Arc<Mutex<State>>,
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Hub {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that hangs up is one of the cases.
                let _ = stream.and_then(|stream| serve(stream, &shared));
            }
        });
        Self { address, state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn fault(&self, fault: impl Into<Option<Fault>>) {
        let mut state = self.lock();
        state.fault = fault.into();
        state.asked.clear();
    }

    fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let line = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut from = 0;
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
    }
    let fault = {
        let mut state = state.lock().unwrap();
        state.asked.push(format!("{line} {from}"));
        state.fault
    };
    let path = line.split(' ').nth(1).unwrap_or_default();
    // A proxy is asked for the whole address.
    let path = path.strip_prefix("http://hub.invalid").unwrap_or(path);
    let answer = |stream: &mut TcpStream, status: &str, body: &[u8]| {
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
        stream.write_all(body)
    };
    if fault == Some(Fault::Unknown) {
        return answer(&mut stream, "401 Unauthorized", b"{\"error\":\"Repository not found\"}");
    }
    match path {
        "/api/models/amazon/chronos-bolt-tiny/revision/main" => {
            answer(&mut stream, "200 OK", json!({ "sha": "c0ffee" }).to_string().as_bytes())
        }
        "/api/models/amazon/chronos-bolt-tiny/tree/c0ffee" => {
            let lfs = json!({ "oid": hex(WEIGHTS), "size": WEIGHTS.len(), "pointerSize": 135 });
            let mut files = vec![
                json!({ "type": "file", "oid": "a1", "size": 1519, "path": ".gitattributes" }),
                json!({ "type": "file", "oid": "b2", "size": CONFIG.len(), "path": "config.json" }),
                json!({ "type": "file", "oid": "c3", "size": WEIGHTS.len(), "path": "model.safetensors", "lfs": lfs }),
            ];
            match fault {
                Some(Fault::NoDigest) => drop(files[2].as_object_mut().unwrap().remove("lfs")),
                Some(Fault::NoWeights) => files.truncate(2),
                _ => {}
            }
            answer(&mut stream, "200 OK", json!(files).to_string().as_bytes())
        }
        "/amazon/chronos-bolt-tiny/resolve/c0ffee/config.json" => answer(&mut stream, "200 OK", CONFIG),
        "/amazon/chronos-bolt-tiny/resolve/c0ffee/model.safetensors" => match fault {
            Some(Fault::Cut(bytes)) => {
                let rest = &WEIGHTS[from..];
                write!(
                    stream,
                    "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    rest.len()
                )?;
                stream.write_all(&rest[..bytes.min(rest.len())])
            }
            Some(Fault::NoRanges) => answer(&mut stream, "200 OK", WEIGHTS),
            Some(Fault::OtherBytes) => answer(&mut stream, "200 OK", &vec![7; WEIGHTS.len()]),
            Some(Fault::TooMany) => {
                write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
                stream.write_all(WEIGHTS).and_then(|()| stream.write_all(b"more"))
            }
            _ if from > 0 => answer(&mut stream, "206 Partial Content", &WEIGHTS[from..]),
            _ => answer(&mut stream, "200 OK", WEIGHTS),
        },
        _ => answer(&mut stream, "404 Not Found", b""),
    }
}

/// Pulls the model; answers whether that went well, and what was said.
fn pull(home: &Home, hub: &Hub) -> (bool, String) {
    let output = home.run(&["model", "pull", "chronos-bolt-tiny", "--mirror", &hub.address]);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn state(home: &Home) -> Value {
    let models = home.json(&["--json", "model", "list"]);
    models.as_array().unwrap().iter().find(|model| model["name"] == MODEL).unwrap().clone()
}

#[test]
fn a_model_comes_is_whole_and_is_not_asked_for_twice() {
    let (home, hub) = (Home::new(""), Hub::start());
    assert_eq!(state(&home)["state"], "absent");
    let (done, said) = pull(&home, &hub);
    assert!(done && said.contains("is here"), "{said}");
    let folder = home.data().join("models").join(MODEL);
    assert_eq!(fs::read(folder.join("model.safetensors")).unwrap(), WEIGHTS);
    assert_eq!(fs::read(folder.join("config.json")).unwrap(), CONFIG);
    assert_eq!(state(&home)["state"], "here");
    let verified = home.json(&["--json", "model", "verify", MODEL]);
    assert_eq!(
        (&verified["sound"], &verified["record"]["revision"]),
        (&true.into(), &"c0ffee".into()),
        "{verified}"
    );

    hub.fault(None);
    assert!(pull(&home, &hub).0);
    assert_eq!(hub.asked().len(), 2, "the revision and its files say enough: {:?}", hub.asked());

    // What rots is told, and mended by pulling it again.
    let mut rotten = WEIGHTS.to_vec();
    rotten[9_000] ^= 1;
    fs::write(folder.join("model.safetensors"), rotten).unwrap();
    let verified = home.run(&["model", "verify", MODEL]);
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(!verified.status.success() && said.contains("model.safetensors is not what came"), "{said}");
    assert!(pull(&home, &hub).0);
    assert!(home.run(&["model", "verify", MODEL]).status.success());
    // Whole, and of no family that is known.
    fs::remove_file(folder.join("watteau.json")).unwrap();
    fs::write(folder.join("config.json"), "{}").unwrap();
    let verified = home.run(&["model", "verify", MODEL]);
    assert!(String::from_utf8(verified.stdout).unwrap().contains("it cannot be loaded"));
}

#[test]
fn a_model_forecasts_the_series_of_a_file_and_is_measured() {
    let (home, hub) = (Home::new(""), Hub::start());
    assert!(pull(&home, &hub).0);
    let file = home.path().join("cases.json");
    let cases =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("chronos/tests/fixtures/bolt/cases.json"));
    let cases: Value = serde_json::from_slice(&cases.unwrap()).unwrap();
    fs::write(&file, cases.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let answers = home.json(&["model", "predict", "chronos-bolt-tiny", file]);
    for (case, answer) in cases["cases"].as_array().unwrap().iter().zip(answers["cases"].as_array().unwrap())
    {
        assert_eq!(case["name"], answer["name"]);
        let (expected, found) = (flat(&case["quantiles"]), flat(&answer["quantiles"]));
        assert_eq!(expected.len(), found.len(), "{}", case["name"]);
        let scale = expected.iter().fold(1e-3_f64, |most, value| most.max(value.abs()));
        let off = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off <= 1e-4 * scale, "{}: {off} off", case["name"]);
    }
    let measured = home.json(&["--json", "model", "bench", MODEL, "--runs", "2", "--threads", "1"]);
    assert!(measured["min_ms"].as_f64().unwrap() > 0.0 && measured["peak_rss_mb"].as_f64().unwrap() > 1.0);

    for (content, words) in [
        ("{", "is not a file of cases"),
        (r#"{"cases":[{"name":"a","prediction_length":1}]}"#, "case a needs either"),
        (r#"{"cases":[{"name":"a","context":[],"prediction_length":1}]}"#, "has no values"),
        (r#"{"cases":[{"name":"a","context":[1],"prediction_length":0}]}"#, "the horizon is 0"),
        (
            r#"{"cases":[{"name":"a","tasks":[{"target":[1],"past_covariates":{"x":[2]}}],"prediction_length":1}]}"#,
            "covariates",
        ),
    ] {
        fs::write(file, content).unwrap();
        let output = home.run(&["model", "predict", MODEL, file]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains(words) && !said.contains("panicked"),
            "{content}: {said}"
        );
    }
}

fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        value => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

#[test]
fn a_download_that_breaks_goes_on_where_it_was() {
    let (home, hub) = (Home::new(""), Hub::start());
    // Each connection brings a third: the same command ends it.
    hub.fault(Fault::Cut(8_000));
    let (done, said) = pull(&home, &hub);
    assert!(done, "{said}");
    let ranges: Vec<String> = hub.asked().into_iter().filter(|line| line.contains("safetensors")).collect();
    assert_eq!(ranges.len(), 3, "{ranges:?}");
    assert!(ranges[1].ends_with(" 8000") && ranges[2].ends_with(" 16000"), "{ranges:?}");
    assert!(home.run(&["model", "verify", MODEL]).status.success());
}

#[test]
fn what_came_before_a_stop_is_kept_whatever_the_hub_makes_of_ranges() {
    let (home, hub) = (Home::new(""), Hub::start());
    let part = format!("model.safetensors.{}.part", &hex(WEIGHTS)[..16]);
    let partial = home.data().join("models/amazon/chronos-bolt-tiny.partial");
    for (fault, first) in [(None, " 5000"), (Some(Fault::NoRanges), " 5000")] {
        fs::create_dir_all(&partial).unwrap();
        fs::write(partial.join(&part), &WEIGHTS[..5_000]).unwrap();
        fs::write(partial.join("model.safetensors.0123456789abcdef.part"), b"of another revision").unwrap();
        assert_eq!(state(&home)["state"], if fault.is_none() { "partial" } else { "here" });
        hub.fault(fault);
        fs::remove_dir_all(home.data().join("models").join(MODEL)).ok();
        let (done, said) = pull(&home, &hub);
        assert!(done, "{said}");
        assert!(hub.asked().last().unwrap().ends_with(first), "{:?}", hub.asked());
        assert!(home.run(&["model", "verify", MODEL]).status.success());
        let here = fs::read_dir(home.data().join("models").join(MODEL)).unwrap().count();
        assert_eq!(here, 3, "two files and the record");
    }
}

#[test]
fn what_is_not_as_announced_is_not_taken_and_told() {
    let (home, hub) = (Home::new(""), Hub::start());
    for (fault, words) in [
        (Fault::OtherBytes, "is not what the hub announced"),
        (Fault::TooMany, "is not what the hub announced"),
        (Fault::Unknown, "has no model amazon/chronos-bolt-tiny that everybody may read (401 Unauthorized)"),
        (Fault::NoDigest, "no SHA-256 of model.safetensors"),
        (Fault::NoWeights, "has no file model.safetensors"),
        (Fault::Cut(0), "stopped at 0 B of 18.46 KiB; the same command goes on from there"),
    ] {
        hub.fault(fault);
        let (done, said) = pull(&home, &hub);
        assert!(!done && said.contains(words), "{fault:?}: {said}");
        assert_ne!(state(&home)["state"], "here", "{fault:?}");
    }
    let output = home.run(&["model", "verify", MODEL]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("watteau model pull"));
    for arguments in [&["pull", "../../etc"][..], &["pull", "tiny"], &["verify", "a/b/c"]] {
        let output = home.run(&[&["model"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = home.run(&["model", "pull", MODEL, "--mirror", "ftp://hub"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("is not the address of a hub"));
}

#[test]
fn a_proxy_of_the_environment_is_asked() {
    let (home, proxy) = (Home::new(""), Hub::start());
    let mut command = home.command(&["model", "pull", MODEL]);
    command.env("HF_ENDPOINT", "http://hub.invalid").env("http_proxy", &proxy.address);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(proxy.asked()[0].starts_with("GET http://hub.invalid/api/models/"), "{:?}", proxy.asked());
}
