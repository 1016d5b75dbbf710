//! The password and tokens of a running daemon, by the commands and through the doors of the network.

use super::support::{Home, wait_for};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::PathBuf,
    process::Stdio,
};

/// A home whose daemon is asked by a proxy, and asks on this machine too.
fn home(read: &str) -> Home {
    let home = Home::with_gas("");
    let folder = home.path().join("conf.d");
    fs::create_dir(&folder).unwrap();
    let text = format!(
        "[server]\nhttp_socket = {:?}\nnames = [\"watteau.example\"]\n[access]\nalways = true\nread = {read:?}\n",
        socket(&home)
    );
    fs::write(folder.join("access.toml"), text).unwrap();
    home
}

fn socket(home: &Home) -> PathBuf {
    home.path().join("http.sock")
}

/// The status, the header lines and the body of an answer.
fn ask(
    mut stream: impl Read + Write,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &Value,
) -> (u16, String, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    let (head, body) = all.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), serde_json::from_str(body).unwrap_or_default())
}

/// What a proxy would pass on of a browser that asks by HTTPS.
const BROUGHT: [&str; 4] = [
    "Host: watteau.example",
    "X-Forwarded-For: 203.0.113.9",
    "X-Forwarded-Proto: https",
    "Origin: https://watteau.example",
];

/// Runs a command with a line on its standard input.
fn with_input(home: &Home, arguments: &[&str], input: &str) -> (bool, String) {
    let mut child = home
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn through_proxy(home: &Home, method: &str, path: &str, more: &[&str], body: Value) -> (u16, String, Value) {
    let headers: Vec<&str> = BROUGHT.iter().chain(more).copied().collect();
    ask(UnixStream::connect(socket(home)).unwrap(), method, path, &headers, &body)
}

/// The address that it says it listens on.
fn address(home: &Home) -> String {
    let log = home.log();
    log.rsplit("address=").next().unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn from_no_password_to_a_session_and_back() {
    let home = home("open");
    let daemon = home.start();
    let muted = json!({ "muted": true });
    let mute = "/api/v1/series/gas.energy/muted";
    assert_eq!(fs::metadata(socket(&home)).unwrap().permissions().mode() & 0o777, 0o660);
    let (status, _, problem) = through_proxy(&home, "PUT", mute, &[], muted.clone());
    assert_eq!((status, &problem["code"]), (403, &json!("no_password")));
    let (_, warned) = with_input(&home, &["check"], "");
    assert!(warned.contains("watteau password set") && warned.contains("the network may read"), "{warned}");
    // These settings are named by a file: whoever has them is not told to be root.
    assert!(!problem["detail"].as_str().unwrap().contains("sudo"), "{problem}");

    let (done, said) = with_input(&home, &["password", "set"], "short\n");
    assert!(!done && said.contains("8 characters"), "{said}");
    let (done, said) = with_input(&home, &["password", "set"], "correct horse\n");
    assert!(done, "{said}");
    let file = home.data().join("access.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::read_to_string(&file).unwrap().contains("correct horse"));

    // At once: the daemon knows, and so does the door of this machine, which was told to ask.
    let (status, _, problem) = through_proxy(&home, "PUT", mute, &[], muted.clone());
    assert_eq!((status, &problem["code"]), (401, &json!("sign_in")));
    let tcp = || TcpStream::connect(address(&home)).unwrap();
    let (status, _, problem) = ask(tcp(), "PUT", mute, &["Host: localhost"], &muted);
    assert_eq!((status, &problem["code"]), (401, &json!("sign_in")));
    assert_eq!(ask(tcp(), "GET", "/api/v1/summary", &["Host: localhost"], &Value::Null).0, 200);
    let password = json!({ "password": "correct horse" });
    let (status, head, _) = through_proxy(&home, "POST", "/api/v1/login", &[], password);
    assert_eq!(status, 200, "{head}");
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.starts_with("__Host-watteau_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let cookie = format!("Cookie: {}", cookie.split(';').next().unwrap());
    assert_eq!(through_proxy(&home, "PUT", mute, &[&cookie], muted.clone()).0, 200);
    assert!(with_input(&home, &["password", "clear"], "").0);
    assert_eq!(through_proxy(&home, "PUT", mute, &[&cookie], muted).0, 403);
    assert!(!file.exists());
    let log = home.log();
    assert!(log.contains("somebody signed in") && !log.contains("horse"), "{log}");
    daemon.stop();
    assert!(!socket(&home).exists(), "the socket goes with the daemon");
}

#[test]
fn a_token_reads_where_reading_is_closed_until_it_is_revoked() {
    let home = home("password");
    let (_, warned) = with_input(&home, &["check"], "");
    assert!(warned.contains("nothing can be read or changed") && !warned.contains("may read"), "{warned}");
    // Before the first start there is no store, and a token can be made all the same.
    let made = home.json(&["--json", "token", "create", "prometheus", "--read-only", "--expires", "90d"]);
    assert!(!home.data().join("watteau.redb").exists());
    let daemon = home.start();
    let bearer = format!("Authorization: Bearer {}", made["token"].as_str().unwrap());
    let scrape = |headers: &[&str]| through_proxy(&home, "GET", "/metrics", headers, Value::Null).0;
    assert_eq!((scrape(&[]), scrape(&[&bearer]), scrape(&[&bearer])), (401, 200, 200));
    assert_eq!(through_proxy(&home, "GET", "/-/ready", &[], Value::Null).0, 200);
    let run = through_proxy(&home, "POST", "/api/v1/connectors/gas/run", &[&bearer], Value::Null);
    assert_eq!((run.0, &run.2["code"]), (403, &json!("read_only")));
    // Named twice, by the daemon and by its file.
    let list = home.json(&["--json", "token", "list"]);
    assert_eq!((&list[0]["name"], &list[0]["read_only"]), (&json!("prometheus"), &json!(true)));
    let table = String::from_utf8(home.run(&["token", "list"]).stdout).unwrap();
    assert!(table.contains("prometheus") && !table.contains("watteau_"), "{table}");
    assert!(home.run(&["token", "revoke", "prometheus"]).status.success());
    assert_eq!(scrape(&[&bearer]), 401);
    // However often a revoked one is sent, a good one from there comes in at its first request.
    let refused: Vec<u16> = (0..8).map(|_| scrape(&[&bearer])).collect();
    assert_eq!((refused[0], refused[7]), (401, 429), "{refused:?}");
    let made = home.json(&["--json", "token", "create", "brief", "--expires", "12h"]);
    let expires: jiff::Timestamp = made["listed"]["expires"].as_str().unwrap().parse().unwrap();
    let hours = (expires - jiff::Timestamp::now()).total(jiff::Unit::Hour).unwrap();
    assert!((11.9..=12.0).contains(&hours), "{expires}");
    assert_eq!(scrape(&[&format!("Authorization: Bearer {}", made["token"].as_str().unwrap())]), 200);
    let made = home.json(&["--json", "token", "create", "new-year", "--expires", "2099-01-01"]);
    assert_eq!(made["listed"]["expires"], "2099-01-01T23:00:00Z", "where the home is");
    let bad = home.run(&["token", "create", "bad", "--expires", "soon"]);
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(bad.status.code() == Some(2) && said.contains("write 12h, 90d, 1y"), "{said}");
    let past = home.run(&["token", "create", "bad", "--expires", "2020-01-01"]);
    assert_eq!(past.status.code(), Some(3), "{}", String::from_utf8_lossy(&past.stderr));
    assert_eq!(home.run(&["token", "revoke", "prometheus"]).status.code(), Some(3));

    // Opened again by its configuration, while it runs.
    let file = home.path().join("conf.d/access.toml");
    let text = fs::read_to_string(&file).unwrap().replace("\"password\"", "\"open\"");
    fs::write(&file, text).unwrap();
    wait_until(|| scrape(&[]) == 200);
    daemon.stop();
}

fn wait_until(open: impl Fn() -> bool) {
    wait_for("reading to be open", || open().then_some(()));
}
