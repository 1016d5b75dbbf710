//! The server itself, on real sockets: events, stopping, limits.

use super::{super::serve, *};
use crate::model::Event;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

async fn start(bench: &Bench) -> (std::net::SocketAddr, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve(listener, bench.router.clone(), stop.clone().cancelled_owned()));
    (address, stop, server)
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, head: &str) -> String {
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// The next event's name and data.
async fn event(lines: &mut (impl AsyncBufReadExt + Unpin)) -> Option<(String, String)> {
    let (mut name, mut data) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await.unwrap() == 0 {
            return None;
        }
        match line.trim_end() {
            "" if !name.is_empty() => return Some((name, data)),
            line => {
                if let Some(value) = line.strip_prefix("event:") {
                    value.trim().clone_into(&mut name);
                } else if let Some(value) = line.strip_prefix("data:") {
                    value.trim().clone_into(&mut data);
                }
            }
        }
    }
}

fn points(n: i64) -> Event {
    Event::Points { series: "linky.load_curve".to_owned(), from: n, to: n + 1800, version: 1 }
}

#[tokio::test]
async fn requests_over_tcp_and_over_a_socket_file() {
    let bench = Bench::new();
    let (address, stop, server) = start(&bench).await;
    let head = "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = ask(TcpStream::connect(address).await.unwrap(), head).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    let huge = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    assert!(ask(TcpStream::connect(address).await.unwrap(), &huge).await.starts_with("HTTP/1.1 431"));
    assert!(
        ask(TcpStream::connect(address).await.unwrap(), "not HTTP\r\n\r\n").await.starts_with("HTTP/1.1 400")
    );
    stop.cancel();
    server.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watteau.sock");
    let (listener, stop) = (UnixListener::bind(&path).unwrap(), CancellationToken::new());
    let server = tokio::spawn(serve(listener, bench.router.clone(), stop.clone().cancelled_owned()));
    let answer = ask(UnixStream::connect(&path).await.unwrap(), head).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    stop.cancel();
    server.await.unwrap();
}

#[tokio::test]
async fn events_arrive_and_end_when_the_server_stops() {
    let bench = Bench::new();
    let (address, stop, server) = start(&bench).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut lines = BufReader::new(stream);
    let version = bench.home.store.version();
    let hello = ("hello".to_owned(), format!(r#"{{"version":{version}}}"#));
    assert_eq!(event(&mut lines).await, Some(hello.clone()));
    bench.services.events.send(points(5)).unwrap();
    let (name, data) = event(&mut lines).await.unwrap();
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (name.as_str(), &data["from"], &data["series"]),
        ("points", &5.into(), &"linky.load_curve".into())
    );
    // Stopping must not wait for a listener that would stay for ever.
    stop.cancel();
    server.await.unwrap();
    assert_eq!(event(&mut lines).await, None);
}

#[tokio::test]
async fn who_falls_behind_is_told_to_begin_afresh() {
    let bench = Bench::new();
    let response = bench.get("/api/v1/events").await;
    assert_eq!(content_type(&response), "text/event-stream");
    assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
    // More than the channel holds, before anything is read.
    for n in 0..20 {
        bench.services.events.send(points(n)).unwrap();
    }
    let stream = tokio_util::io::StreamReader::new(futures_util::TryStreamExt::map_err(
        response.into_body().into_data_stream(),
        std::io::Error::other,
    ));
    let mut lines = BufReader::new(stream);
    let mut names = Vec::new();
    for _ in 0..6 {
        names.push(event(&mut lines).await.unwrap().0);
    }
    assert_eq!(names, ["hello", "hello", "points", "points", "points", "points"]);
}

#[tokio::test]
async fn listeners_are_bounded_and_leave_their_seat() {
    let bench = Bench::new();
    let mut seats = Vec::new();
    let refused = loop {
        let response = bench.get("/api/v1/events").await;
        if response.status() != StatusCode::OK {
            break response;
        }
        seats.push(response);
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem: Value = serde_json::from_slice(&body(refused).await).unwrap();
    assert_eq!((problem["code"].as_str(), seats.len()), (Some("too_many_listeners"), 64));
    seats.pop();
    assert_eq!(bench.get("/api/v1/events").await.status(), StatusCode::OK);
}
