//! A connector in JavaScript that tries the walls: the engine inside it gets no further than Rust does.

use super::{PROJECT, build, load};
use crate::support::{Server, grant, ok};
use std::{fs, path::Path, time::Duration};
use tokio::sync::OnceCell;
use watteau_host::{Plugin, RunError, Why};

/// A connector in JavaScript that tries the walls, with the manifest of the one in Rust that does.
async fn trespasser() -> Option<&'static Plugin> {
    static TRESPASSER: OnceCell<Option<Plugin>> = OnceCell::const_new();
    let made = TRESPASSER.get_or_init(async || {
        let folder = PROJECT.as_ref()?;
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests");
        fs::copy(guests.join("javascript/walls.js"), folder.join("src/walls.js")).unwrap();
        build(folder, &["run", "componentize", "--", "--js", "src/walls.js", "--output", "walls.wasm"]);
        Some(load(&folder.join("walls.wasm"), &guests.join("misbehave/manifest.toml")).await)
    });
    made.await.as_ref()
}

#[tokio::test]
async fn javascript_reaches_what_the_host_allows_and_nothing_besides() {
    let Some(plugin) = trespasser().await else { return };
    let server = Server::start(|_| ok("here")).await;
    let elsewhere = "https://elsewhere.example/";
    let cases = [
        ("fetch", elsewhere, "denied: elsewhere.example is not among the hosts"),
        ("fetch", "http://127.0.0.1/", "denied: 127.0.0.1 is not among the hosts"),
        ("fetch", &server.url("/"), "denied: 127.0.0.1 is not among the hosts"),
        ("fetch", "http://example.invalid/private", "denied: example.invalid/private is outside the paths"),
        ("globals", "", ""),
        ("clock", "", "real, in UTC"),
    ];
    for (deed, url, expected) in cases {
        let (mut grant, _) = grant(deed);
        grant.settings.insert("url".to_owned(), url.into());
        let said = plugin.start(grant).check().await.unwrap().en;
        assert!(said.starts_with(expected) && said.is_empty() == expected.is_empty(), "{deed} {url}: {said}");
    }
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn an_engine_inside_the_guest_runs_into_the_same_walls() {
    let Some(plugin) = trespasser().await else { return };
    let cases = [
        ("loop", Why::Cpu, "0.3 s"),
        ("memory", Why::Memory, "16 MB"),
        ("recurse", Why::Stack, "nested too deep"),
        ("throw", Why::Panic, "a mistake of its own"),
    ];
    for (deed, why, told) in cases {
        let (mut grant, _) = grant(deed);
        grant.limits.cpu = Duration::from_millis(300);
        grant.limits.memory_bytes = 16 << 20;
        match plugin.start(grant).check().await {
            Err(RunError::Stopped(stop)) => {
                assert_eq!(stop.why, why, "{deed}: {stop}");
                assert!(stop.message.en.contains(told), "{deed}: {stop}");
            }
            other => panic!("{deed}: {other:?}"),
        }
    }
}
