//! What systemd is told, and what it hands over.

use crate::support::{Home, settle, wait_for};
use jiff::civil::date;
use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixDatagram,
    process::{Command, Stdio},
    thread,
    time::Duration,
};
use watteau_simulator::{Config, gas_export_xlsx};

/// The end that systemd would listen at.
struct Notified {
    socket: UnixDatagram,
    heard: Vec<String>,
}

impl Notified {
    fn bind(home: &Home) -> Self {
        let socket = UnixDatagram::bind(home.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        Self { socket, heard: Vec::new() }
    }

    /// Waits until every one of these was said since the last time, in whatever order.
    fn wait(&mut self, wanted: &[&str]) {
        wait_for(&format!("systemd to hear {wanted:?}"), || {
            let mut datagram = [0; 4096];
            if let Ok(length) = self.socket.recv(&mut datagram) {
                let text = String::from_utf8(datagram[..length].to_vec()).unwrap();
                self.heard.extend(text.lines().map(str::to_owned));
            }
            wanted.iter().all(|line| self.heard.iter().any(|heard| heard == line)).then_some(())
        });
        self.heard.clear();
    }
}

#[test]
fn systemd_hears_of_every_step() {
    let home = Home::with_gas("");
    let mut notified = Notified::bind(&home);
    let mut command = home.command(&["run"]);
    command.env("NOTIFY_SOCKET", home.path().join("notify")).env("WATCHDOG_USEC", "500000");
    let daemon = home.start_with(command);
    notified.wait(&["READY=1", "STATUS=1 connectors, nothing wrong"]);
    // Fed again and again by the loop that does the work.
    for _ in 0..3 {
        notified.wait(&["WATCHDOG=1"]);
    }
    let (from, to) = (date(2025, 1, 1), date(2025, 1, 31));
    let file = gas_export_xlsx(&Config::default(), "09999999000011", from, to, date(2025, 2, 2));
    fs::write(home.inbox().join("gas.xlsx"), file).unwrap();
    settle(&home.inbox().join("gas.xlsx"));
    // A gas day ends at six in the morning of the next.
    notified.wait(&["STATUS=1 connectors, nothing wrong; last day: gas 2025-01-31"]);
    daemon.signal("HUP");
    notified.wait(&["RELOADING=1", "READY=1"]);
    // Settings that are wrong end a reload too: the old ones stay.
    home.configure("[connectors.gas]\nplugin = 3\n");
    daemon.signal("HUP");
    notified.wait(&["RELOADING=1", "READY=1"]);
    daemon.signal("TERM");
    notified.wait(&["STOPPING=1"]);
    daemon.stop();
}

#[test]
fn a_socket_of_systemd_is_served() {
    let known = Command::new("systemd-socket-activate").arg("--version").stdout(Stdio::null()).status();
    if !known.is_ok_and(|status| status.success()) {
        eprintln!("skipped: systemd-socket-activate is not installed (apt install systemd)");
        return;
    }
    let home = Home::new("");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = Command::new("systemd-socket-activate");
    let own = home.command(&["run"]);
    command.arg(format!("--listen={free}")).arg(own.get_program()).args(own.get_args());
    // The daemon starts when somebody connects, and who connected waits until it is there.
    let first = thread::spawn(move || wait_for("the first answer", || get(free, "/-/healthy").ok()));
    let daemon = home.start_with(command);
    assert!(first.join().unwrap().starts_with("HTTP/1.1 200"));
    assert!(get(free, "/-/ready").unwrap().starts_with("HTTP/1.1 200"));
    wait_for("the log to say where", || home.log().contains(&format!("address={free}")).then_some(()));
    daemon.stop();
}

/// The answer to a request over TCP, head and all.
fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
