//! The demo as a newcomer starts it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A demo that is killed when nobody waits for it.
struct Demo(Child);

impl Demo {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watteau"));
        command.arg("demo").args(arguments).current_dir(folder).env_remove("WATTEAU_LOG");
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// How it ended, and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.0.wait().unwrap().code(), said)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_serves_once_it_says_so_also_from_a_folder_named_from_here() {
    let here = tempfile::Builder::new().prefix("watteau-it-").tempdir().unwrap();
    let mut demo = Demo::start(here.path(), &["--listen", "localhost:0", "--data-dir", "kept"]);
    let mut stderr = BufReader::new(demo.0.stderr.take().unwrap());
    let mut said = String::new();
    let address = stderr
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            said = format!("{said}{line}\n");
            let (_, address) = line.split_once("http://")?;
            Some(address.split(' ').next()?.to_owned())
        })
        .unwrap_or_else(|| panic!("no address: {said}"));
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET /-/healthy HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(here.path().join("kept/watteau.redb").exists());
    // Whoever names its folder means this demo, its address and its connectors included.
    let told = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watteau"));
        command
            .args(arguments)
            .args(["--data-dir", "kept"])
            .current_dir(here.path())
            .env_remove("WATTEAU_LOG");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let page = told(&["homeassistant"]);
    assert!(
        page.contains(&format!("http://{address}/api/v1/summary")) && page.contains("watteau_gas_day"),
        "{page}"
    );
    let port = address.rsplit(':').next().unwrap();
    assert!(page.contains(&format!("listen = \"0.0.0.0:{port}\"")), "{page}");
    let scrape = told(&["prometheus"]);
    assert!(scrape.contains(&format!("- targets: [\"{address}\"]")), "{scrape}");
    assert!(told(&["connectors"]).contains("linky"));
    assert!(Command::new("kill").arg("-TERM").arg(demo.0.id().to_string()).status().unwrap().success());
    assert!(demo.0.wait().unwrap().success());
}

#[test]
fn an_address_that_is_taken_is_told_by_the_flag_before_anything_is_made() {
    let here = tempfile::Builder::new().prefix("watteau-it-").tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = Demo::start(here.path(), &["--listen", &address, "--data-dir", "kept"]).end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("--listen") && !said.contains("[server]") && !said.contains("http://"), "{said}");
    assert!(!here.path().join("kept").exists());
}
