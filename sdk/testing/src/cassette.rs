//! Recorded HTTP: a list of exchanges in JSON, answered in process or by a server on loopback.
//!
//! ```json
//! {"exchanges": [{
//!   "request": {"method": "GET", "url": "/daily?prm=1&start=2024-06-01"},
//!   "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": {"any": "JSON"}}
//! }]}
//! ```
//! `method` is `GET` and `status` is 200 where they are left out; a `body` that is a string is sent as it is. An
//! exchange serves any number of times; of several with the same request the first serves once, then the next,
//! and the last for ever.

use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// Recorded exchanges.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    exchanges: Vec<Exchange>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    request: Asked,
    response: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default = "get")]
    method: String,
    url: String,
}

fn get() -> String {
    "GET".to_owned()
}

/// A recorded answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    #[serde(default = "ok")]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
}

fn ok() -> u16 {
    200
}

impl Answer {
    pub(crate) fn body(&self) -> Vec<u8> {
        match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            json => json.to_string().into_bytes(),
        }
    }
}

impl Cassette {
    /// Reads a cassette.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// Adds an exchange: a `GET` of a path, and the JSON or text it is answered with.
    #[must_use]
    pub fn get(mut self, url: impl Into<String>, status: u16, body: impl Into<Value>) -> Self {
        let request = Asked { method: get(), url: url.into() };
        let response = Answer { status, headers: BTreeMap::new(), body: body.into() };
        self.exchanges.push(Exchange { request, response });
        self
    }
}

/// A cassette being played.
#[derive(Debug)]
pub(crate) struct Player {
    exchanges: Mutex<Vec<Exchange>>,
}

impl Player {
    pub(crate) fn new(cassette: &Cassette) -> Self {
        Self { exchanges: Mutex::new(cassette.exchanges.clone()) }
    }

    /// The answer to a request; 404 with what was asked where none was recorded.
    pub(crate) fn answer(&self, method: &str, url: &str) -> Answer {
        let asked = Asked { method: method.to_owned(), url: url.to_owned() };
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        let matching: Vec<usize> =
            (0..exchanges.len()).filter(|&at| exchanges[at].request == asked).collect();
        match matching.as_slice() {
            [] => Answer {
                status: 404,
                headers: BTreeMap::new(),
                body: Value::String(format!("no exchange was recorded for {method} {url}")),
            },
            [last] => exchanges[*last].response.clone(),
            [first, ..] => exchanges.remove(*first).response,
        }
    }
}

/// A cassette played on loopback, for a component in the real host. It ends with this value.
pub(crate) struct Server {
    pub(crate) port: u16,
    over: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(cassette: &Cassette) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let over = Arc::new(AtomicBool::new(false));
        let (ends, player) = (Arc::clone(&over), Player::new(cassette));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                // A guest that goes away mid-answer is its own test's failure, not the server's.
                drop(serve(stream, &player));
            }
        });
        Ok(Self { port, over })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread so that it sees the end.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(mut stream: TcpStream, player: &Player) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let mut words = first.split_whitespace();
    let answer = player.answer(words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let body = answer.body();
    write!(
        stream,
        "HTTP/1.1 {} Recorded\r\ncontent-length: {}\r\nconnection: close\r\n",
        answer.status,
        body.len()
    )?;
    for (name, value) in &answer.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&body)?;
    stream.shutdown(Shutdown::Write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_matched_and_the_last_one_stays() {
        let cassette =
            Cassette::default().get("/a", 500, "first").get("/a", 200, serde_json::json!({ "n": 1 }));
        let player = Player::new(&cassette);
        let statuses: Vec<u16> = (0..3).map(|_| player.answer("GET", "/a").status).collect();
        assert_eq!(statuses, [500, 200, 200]);
        assert_eq!(player.answer("GET", "/a").body(), br#"{"n":1}"#);
        assert_eq!(player.answer("POST", "/a").status, 404);
    }
}
