//! A receiver of the test's own: writes down what comes, passes it on where there is somebody behind it, and stops the
//! world when it is told to.

use prost::Message;
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// The messages as the protocol's page declares them.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    pub(crate) series: Vec<Series>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Series {
    #[prost(message, repeated, tag = "1")]
    pub(crate) labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Label {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Sample {
    #[prost(double, tag = "1")]
    pub(crate) value: f64,
    #[prost(int64, tag = "2")]
    pub(crate) at: i64,
}

/// What a receiver does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Hands it to the one behind, and its answer back.
    Pass(SocketAddr),
    /// Answers so.
    Answer(u16),
}

#[derive(Debug)]
struct State {
    manner: Manner,
    /// From this request on nothing is answered.
    hold: usize,
    requests: Vec<Request>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) write: WriteRequest,
    /// What was answered; none: nothing.
    pub(crate) status: Option<u16>,
}

/// Listens until the test ends.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = Arc::new(Mutex::new(State { manner, hold: usize::MAX, requests: vec![] }));
        let this = Self { address: listener.local_addr().unwrap(), state };
        let mine = this.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mine = mine.clone();
                std::thread::spawn(move || mine.serve(stream));
            }
        });
        this
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api/v1/write", self.address)
    }

    /// Passes on the first `count` requests and leaves the next without an answer.
    pub(crate) fn hold_after(&self, count: usize) {
        self.state.lock().unwrap().hold = count;
    }

    pub(crate) fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = manner;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    fn serve(&self, mut stream: TcpStream) {
        while let Some((head, body)) = read(&mut stream) {
            let plain = snap::raw::Decoder::new().decompress_vec(&body).unwrap();
            let write = WriteRequest::decode(plain.as_slice()).unwrap();
            let (number, manner) = {
                let mut state = self.state.lock().unwrap();
                state.requests.push(Request { head: head.clone(), write, status: None });
                (state.requests.len() - 1, state.manner)
            };
            let (status, text) = match manner {
                Manner::Answer(status) => (status, String::new()),
                Manner::Pass(behind) => pass(behind, &head, &body).unwrap_or((502, "nobody".to_owned())),
            };
            // It has been taken, and whoever sent it does not hear of it.
            while self.state.lock().unwrap().hold <= number {
                std::thread::sleep(Duration::from_millis(5));
            }
            self.state.lock().unwrap().requests[number].status = Some(status);
            let length = text.len();
            let answer = format!("HTTP/1.1 {status} answer\r\nContent-Length: {length}\r\n\r\n{text}");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// One request of a connection.
fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    let mut body = bytes[end + 4..].to_vec();
    let missing = length.unwrap_or(0).saturating_sub(body.len());
    let mut rest = vec![0; missing];
    stream.read_exact(&mut rest).ok()?;
    body.extend(rest);
    Some((head, body))
}

/// The answer of the one behind.
fn pass(behind: SocketAddr, head: &str, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(behind).ok()?;
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head: String = kept.map(|line| format!("{line}\r\n")).collect();
    stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all).ok()?;
    let text = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
