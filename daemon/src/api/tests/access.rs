//! Who may do what, through which door, with what in hand.

use super::*;
use crate::{api::serve::PeerAddress, config::Reading};
use serde_json::json;
use std::net::IpAddr;

const PASSWORD: &str = "correct horse";
const LAN: &str = "192.168.1.20:9288";

/// A household's daemon with a password, two tokens and a browser that is signed in.
struct House {
    home: Home,
    state: AppState,
    writes: String,
    reads: String,
    cookie: String,
}

/// One request and what came of it.
struct Told {
    status: u16,
    code: String,
    response: axum::http::response::Parts,
    body: Value,
}

impl House {
    async fn new() -> Self {
        let home = Home::filled();
        let state = parts(&home, &Arc::new(FixedServices::default()));
        state.keeper.set_password(Some(PASSWORD)).unwrap();
        let (writes, _) = state.keeper.create("home-assistant", false, None).unwrap();
        let (reads, _) = state.keeper.create("prometheus", true, None).unwrap();
        let id = state.keeper.sign_in(PASSWORD.to_owned(), None).await.unwrap();
        Self { home, state, writes, reads, cookie: format!("watteau_session={id}") }
    }

    fn settings(&self, always: bool, read: Reading) {
        self.state.keeper.adopt(AccessSettings { always, read });
    }

    /// Sends through a door, from an address.
    async fn send(
        &self,
        door: &Access,
        from: Option<&str>,
        request: (&str, &str),
        headers: &[(&str, &str)],
        body_of: Value,
    ) -> Told {
        let (method, path) = request;
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "host") {
            request = request.header("host", LAN);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body_of.to_string())).unwrap();
        request.extensions_mut().insert(PeerAddress(from.map(|from| from.parse::<IpAddr>().unwrap())));
        let response = router(self.state.clone(), door.clone()).oneshot(request).await.unwrap();
        let (response, content) = response.into_parts();
        let content = content.collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&content).unwrap_or_default();
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        Told { status: response.status.as_u16(), code, response, body }
    }
}

fn lan() -> Access {
    Access::network(LAN.parse().unwrap(), &server(&[], &[]))
}

fn loopback() -> Access {
    Access::network("127.0.0.1:9288".parse().unwrap(), &server(&[], &[]))
}

/// What somebody has in hand.
fn credentials(house: &House, what: &str) -> Vec<(&'static str, String)> {
    let bearer = |token: &str| vec![("authorization", format!("Bearer {token}"))];
    match what {
        "nothing" => vec![],
        "session" => vec![("cookie", house.cookie.clone())],
        "token" => bearer(&house.writes),
        "reader" => bearer(&house.reads),
        "forged" => bearer(&house.writes[..63]),
        "other cookie" => vec![("cookie", "watteau_session=AAAA".to_owned())],
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn doors_methods_and_credentials() {
    let house = House::new().await;
    let socket = Access::socket(&server(&[], &[]));
    let mute = ("PUT", "/api/v1/series/gas.energy/muted");
    let read = ("GET", "/api/v1/status");
    let metrics = ("GET", "/metrics");
    let backup = ("GET", "/api/v1/backup");
    let tokens = ("GET", "/api/v1/tokens");
    let password = ("DELETE", "/api/v1/password");
    let alive = ("GET", "/-/healthy");
    let page = ("GET", "/js/main.js");
    let (open, closed) = ((false, Reading::Open), (false, Reading::Password));
    let always = (true, Reading::Open);
    for (settings, door, request, in_hand, status, code) in [
        // This machine does as it always did.
        (open, loopback(), mute, "nothing", 200, ""),
        (open, loopback(), backup, "nothing", 200, ""),
        (open, loopback(), tokens, "nothing", 200, ""),
        (open, loopback(), mute, "forged", 200, ""),
        (closed, loopback(), read, "nothing", 200, ""),
        // Unless it is told to ask here too.
        (always, loopback(), read, "nothing", 200, ""),
        (always, loopback(), mute, "nothing", 401, "sign_in"),
        (always, loopback(), mute, "session", 200, ""),
        ((true, Reading::Password), loopback(), read, "nothing", 401, "sign_in"),
        // The network reads, and signs in to write.
        (open, lan(), read, "nothing", 200, ""),
        (open, lan(), read, "forged", 200, ""),
        (open, lan(), metrics, "nothing", 200, ""),
        (open, lan(), mute, "nothing", 401, "sign_in"),
        (open, lan(), mute, "other cookie", 401, "sign_in"),
        (open, lan(), mute, "forged", 401, "bad_token"),
        (open, lan(), mute, "reader", 403, "read_only"),
        (open, lan(), mute, "token", 200, ""),
        (open, lan(), mute, "session", 200, ""),
        // A copy of everything is for somebody who is known.
        (open, lan(), backup, "nothing", 401, "sign_in"),
        (open, lan(), backup, "reader", 200, ""),
        // Tokens are a person's business, and the password this machine's.
        (open, lan(), tokens, "nothing", 401, "sign_in"),
        (open, lan(), tokens, "token", 403, "not_by_token"),
        (open, lan(), tokens, "session", 200, ""),
        (open, lan(), password, "session", 403, "only_on_the_machine"),
        (open, loopback(), password, "session", 403, "only_on_the_machine"),
        // Where reading is closed, what is alive and the page that asks stay open.
        (closed, lan(), read, "nothing", 401, "sign_in"),
        (closed, lan(), metrics, "nothing", 401, "sign_in"),
        (closed, lan(), metrics, "reader", 200, ""),
        (closed, lan(), metrics, "forged", 401, "bad_token"),
        (closed, lan(), read, "session", 200, ""),
        (closed, lan(), alive, "nothing", 200, ""),
        (closed, lan(), page, "nothing", 200, ""),
        (closed, lan(), ("GET", "/"), "nothing", 200, ""),
        (closed, lan(), ("GET", "/api/v1/session"), "nothing", 200, ""),
        (closed, lan(), ("GET", "/api/v1/nothing"), "nothing", 404, "not_found"),
        // A proxy's socket is the network, and the commands' is not.
        (open, socket.clone(), read, "nothing", 200, ""),
        (open, socket.clone(), mute, "nothing", 401, "sign_in"),
        (open, socket, mute, "session", 200, ""),
        ((true, Reading::Password), Access::Local, mute, "nothing", 200, ""),
        ((true, Reading::Password), Access::Local, read, "nothing", 200, ""),
    ] {
        house.settings(settings.0, settings.1);
        let headers = credentials(&house, in_hand);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let told = house.send(&door, Some("192.168.1.9"), request, &headers, json!({"muted": false})).await;
        assert_eq!((told.status, told.code.as_str()), (status, code), "{door:?} {request:?} {in_hand}");
        let bearer = told.response.headers.get("www-authenticate").map(|value| value.to_str().unwrap());
        assert_eq!(bearer, (status == 401).then_some("Bearer realm=\"watteau\""));
    }
}

#[tokio::test]
async fn every_route_that_writes_asks_on_the_network() {
    let house = House::new().await;
    let description: Value = serde_json::from_str(super::super::document()).unwrap();
    let mut asked = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let open = operation["security"] == json!([]);
            let optional = operation["security"].as_array().unwrap().contains(&json!({}));
            let path = path.replace("{name}", "x").replace("{id}", "a.b").replace("{start}", "0");
            let method = method.to_uppercase();
            // Events would not end.
            if path != "/api/v1/events" {
                house.settings(false, Reading::Open);
                let told = house.send(&lan(), None, (&method, &path), &[], json!("x")).await;
                assert_eq!(told.code == "sign_in", !open && !optional, "{method} {path}: {}", told.status);
            }
            house.settings(false, Reading::Password);
            let told = house.send(&lan(), None, (&method, &path), &[], json!("x")).await;
            assert_eq!(told.code == "sign_in", !open, "{method} {path}: {}", told.status);
            asked += usize::from(!open);
        }
    }
    assert!(asked > 40, "{asked}");
}

#[tokio::test]
async fn signing_in_gives_a_cookie_and_signing_out_takes_it_back() {
    let house = House::new().await;
    let page = [("origin", "http://192.168.1.20:9288")];
    let login = |password: &str| json!({ "password": password });
    let told = house.send(&lan(), None, ("POST", "/api/v1/login"), &page, login("wrong horse")).await;
    assert_eq!((told.status, told.code.as_str()), (401, "wrong_password"));
    assert!(told.response.headers.get("set-cookie").is_none());
    let told = house.send(&lan(), None, ("POST", "/api/v1/login"), &page, login(PASSWORD)).await;
    assert_eq!((told.status, &told.body["signed_in"]), (200, &json!(true)));
    assert_eq!(told.response.headers["cache-control"], "no-store");
    let cookie = told.response.headers["set-cookie"].to_str().unwrap().to_owned();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict");

    let session = async |cookie: &str| {
        let told =
            house.send(&lan(), None, ("GET", "/api/v1/session"), &[("cookie", cookie)], json!(null)).await;
        told.body["signed_in"].clone()
    };
    assert_eq!(session(pair).await, json!(true));
    let told = house.send(&lan(), None, ("POST", "/api/v1/logout"), &[("cookie", pair)], json!(null)).await;
    let gone = told.response.headers["set-cookie"].to_str().unwrap();
    assert!(gone.starts_with("watteau_session=; Path=/; Max-Age=0"), "{gone}");
    assert_eq!((session(pair).await, session(&house.cookie).await), (json!(false), json!(true)));
    // A new password signs everybody out.
    let local =
        house.send(&Access::Local, None, ("PUT", "/api/v1/password"), &[], login("battery staple")).await;
    assert_eq!(local.status, 200);
    assert_eq!(session(&house.cookie).await, json!(false));
}

#[tokio::test]
async fn without_a_password_the_network_reads_and_is_told_what_to_do() {
    let house = House::new().await;
    house.state.keeper.set_password(None).unwrap();
    for name in ["home-assistant", "prometheus"] {
        house.state.keeper.revoke(name).unwrap();
    }
    assert!(
        std::fs::read_dir(house.home.folder())
            .unwrap()
            .all(|file| file.unwrap().file_name() != "access.toml")
    );
    let mute = ("PUT", "/api/v1/series/gas.energy/muted");
    let told = house.send(&lan(), None, mute, &[], json!({"muted": true})).await;
    assert_eq!((told.status, told.code.as_str()), (403, "no_password"));
    for (key, said) in [("detail", "sudo watteau password set"), ("detail_fr", "mot de passe")] {
        assert!(told.body[key].as_str().unwrap().contains(said), "{}", told.body);
    }
    assert_eq!(house.send(&lan(), None, ("GET", "/api/v1/series"), &[], json!(null)).await.status, 200);
    let told =
        house.send(&lan(), None, ("POST", "/api/v1/login"), &[], json!({"password": "anything"})).await;
    assert_eq!(told.code, "no_password");
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_its_next_request() {
    let house = House::new().await;
    let session = [("cookie", house.cookie.as_str())];
    let wanted = json!({"name": "grafana", "read_only": true, "days": 90});
    let made = house.send(&lan(), None, ("POST", "/api/v1/tokens"), &session, wanted).await;
    assert_eq!((made.status, &made.body["listed"]["expires"]), (200, &json!("2026-02-03T09:00:00Z")));
    assert_eq!(made.response.headers["cache-control"], "no-store");
    let bearer = format!("Bearer {}", made.body["token"].as_str().unwrap());
    house.settings(false, Reading::Password);
    let scrape = async || {
        house.send(&lan(), None, ("GET", "/metrics"), &[("authorization", &bearer)], json!(null)).await
    };
    assert_eq!((scrape().await.status, scrape().await.status), (200, 200));
    let left = house.send(&lan(), None, ("DELETE", "/api/v1/tokens/grafana"), &session, json!(null)).await;
    let names: Vec<&Value> = left.body.as_array().unwrap().iter().map(|token| &token["name"]).collect();
    assert_eq!(names, ["home-assistant", "prometheus"]);
    let told = scrape().await;
    assert_eq!((told.status, told.code.as_str()), (401, "bad_token"));
    for (wanted, status, code) in [
        (json!({"name": "two words"}), 422, "name"),
        (json!({"name": "prometheus"}), 409, "taken"),
        (json!({"name": "x", "days": 0}), 422, "days"),
        (json!({"name": "x", "expires": "2025-01-01T00:00:00Z"}), 422, "days"),
        (json!({"name": "x", "days": 1, "expires": "2026-01-01T00:00:00Z"}), 422, "days"),
        (json!({"name": "x", "forever": true}), 400, "bad_body"),
    ] {
        let told = house.send(&lan(), None, ("POST", "/api/v1/tokens"), &session, wanted).await;
        assert_eq!((told.status, told.code.as_str()), (status, code));
    }
    let told = house.send(&lan(), None, ("DELETE", "/api/v1/tokens/nobody"), &session, json!(null)).await;
    assert_eq!((told.status, told.code.as_str()), (404, "unknown_token"));
}

#[tokio::test(start_paused = true)]
async fn guessing_waits_by_address_even_behind_a_proxy() {
    let house = House::new().await;
    let door =
        Access::network("127.0.0.1:9288".parse().unwrap(), &server(&["watteau.example"], &["127.0.0.1/32"]));
    let guess = async |client: &str, password: &str| {
        let headers = [("host", "watteau.example"), ("x-forwarded-for", client)];
        house
            .send(
                &door,
                Some("127.0.0.1"),
                ("POST", "/api/v1/login"),
                &headers,
                json!({ "password": password }),
            )
            .await
    };
    for n in 0..5 {
        assert_eq!(guess("203.0.113.9", &format!("guess {n}")).await.code, "wrong_password");
    }
    let told = guess("203.0.113.9", PASSWORD).await;
    assert_eq!((told.status, told.code.as_str()), (429, "too_many_tries"));
    assert_eq!(told.response.headers["retry-after"], "2");
    assert_eq!(guess("198.51.100.7", PASSWORD).await.status, 200, "somebody else is not made to wait");
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(guess("203.0.113.9", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn what_a_proxy_brings_comes_from_the_network() {
    let house = House::new().await;
    let mute = ("PUT", "/api/v1/series/gas.energy/muted");
    let muted = || json!({"muted": false});
    // Nobody told of a proxy, and there is one: this machine is not who asks.
    let brought = [("host", "localhost"), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(house.send(&loopback(), Some("127.0.0.1"), mute, &brought, muted()).await.code, "sign_in");
    // Its word on names and on HTTPS counts for nothing either.
    let named =
        [("host", "localhost"), ("x-forwarded-host", "evil.example"), ("origin", "http://evil.example")];
    assert_eq!(
        house.send(&loopback(), Some("127.0.0.1"), mute, &named, muted()).await.code,
        "origin_not_allowed"
    );

    let door =
        Access::network("127.0.0.1:9288".parse().unwrap(), &server(&["watteau.example"], &["127.0.0.1/32"]));
    let https = [
        ("host", "127.0.0.1:9288"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-host", "watteau.example"),
        ("x-forwarded-proto", "https"),
        ("origin", "https://watteau.example"),
    ];
    let login = house
        .send(&door, Some("127.0.0.1"), ("POST", "/api/v1/login"), &https, json!({ "password": PASSWORD }))
        .await;
    let cookie = login.response.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-watteau_session="), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let with = |pair| [&https[..], &[("cookie", pair)]].concat();
    assert_eq!(house.send(&door, Some("127.0.0.1"), mute, &with(pair), muted()).await.status, 200);
    // A cookie that any page of the host may have set over HTTP is none over HTTPS.
    let plain = pair.replace("__Host-", "");
    assert_eq!(house.send(&door, Some("127.0.0.1"), mute, &with(&plain), muted()).await.code, "sign_in");
    // Another name is refused, for reading too once the names are told.
    let other =
        [("host", "127.0.0.1"), ("x-forwarded-for", "203.0.113.9"), ("x-forwarded-host", "evil.example")];
    let told = house.send(&door, Some("127.0.0.1"), ("GET", "/api/v1/status"), &other, json!(null)).await;
    assert_eq!(told.code, "host_not_allowed");
}

#[tokio::test]
async fn another_sites_page_does_nothing_with_somebodys_cookie() {
    let house = House::new().await;
    for request in
        [("PUT", "/api/v1/series/gas.energy/muted"), ("POST", "/api/v1/login"), ("POST", "/api/v1/logout")]
    {
        for foreign in
            [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
        {
            let headers = [("cookie", house.cookie.as_str()), foreign];
            let told = house.send(&lan(), None, request, &headers, json!({"muted": true})).await;
            assert_eq!(
                (told.status, told.code.as_str()),
                (403, "origin_not_allowed"),
                "{request:?} {foreign:?}"
            );
        }
    }
    assert!(house.state.keeper.session(&house.cookie["watteau_session=".len()..]).is_some());
}

#[tokio::test]
async fn whoever_listens_stops_when_the_right_to_is_over() {
    for in_hand in ["session", "reader", "nothing"] {
        let house = House::new().await;
        house.settings(false, if in_hand == "nothing" { Reading::Open } else { Reading::Password });
        let mut request = Request::get("/api/v1/events").header("host", LAN);
        for (name, value) in credentials(&house, in_hand) {
            request = request.header(name, value);
        }
        let response =
            router(house.state.clone(), lan()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{in_hand}");
        match in_hand {
            "session" => house.state.keeper.set_password(Some("battery staple")).unwrap(),
            "reader" => house.state.keeper.revoke("prometheus").unwrap(),
            _ => house.settings(false, Reading::Password),
        }
        let said = body(response).await;
        assert!(said.starts_with(b"event: hello"), "{in_hand}: {said:?}");
    }
}

#[tokio::test]
async fn whoever_may_still_read_goes_on_listening() {
    let house = House::new().await;
    house.settings(false, Reading::Password);
    let request = Request::get("/api/v1/events").header("host", LAN).header("cookie", &house.cookie);
    let response =
        router(house.state.clone(), lan()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    // Another's session and another's token end, and then its own.
    house.state.keeper.sign_out("another");
    house.state.keeper.revoke("prometheus").unwrap();
    let mut parts = response.into_body().into_data_stream();
    let hello = futures_util::StreamExt::next(&mut parts).await.unwrap().unwrap();
    assert!(hello.starts_with(b"event: hello"));
    let next = futures_util::StreamExt::next(&mut parts);
    tokio::pin!(next);
    assert!(futures_util::poll!(&mut next).is_pending(), "it goes on");
    house.state.keeper.sign_out(&house.cookie["watteau_session=".len()..]);
    assert!(next.await.is_none());
}

#[tokio::test]
async fn every_answer_tells_browsers_to_keep_it_to_itself() {
    let house = House::new().await;
    for path in ["/", "/js/main.js", "/api/v1/status", "/api/v1/nothing", "/metrics", "/-/healthy"] {
        let told = house.send(&lan(), None, ("GET", path), &[], json!(null)).await;
        let header = |name: &str| told.response.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(policy.starts_with("default-src 'none'"), path != "/", "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(header(name), value, "{path}");
        }
        assert!(header("permissions-policy").contains("geolocation=()"));
    }
}
