//! The one way out: what is denied, what is bounded, and where secrets do not go.

use crate::support::{SECRET, Server, grant, moved, ok, pull};
use std::{sync::Arc, time::Duration};
use watteau_host::{Cause, Failure, NotBefore, Quota, RunError, Stop, Why, manifest::Allow};

fn failure(ended: Result<watteau_host::Outcome, RunError>) -> Failure {
    match ended {
        Err(RunError::Failure(failure)) => failure,
        other => panic!("expected a failure: {other:?}"),
    }
}

/// The rule that a connector broke, whose fault it is said to be.
fn denied(ended: Result<watteau_host::Outcome, RunError>) -> String {
    match ended {
        Err(RunError::Stopped(Stop { why: Why::Reach, message })) => message.en,
        other => panic!("expected a stop: {other:?}"),
    }
}

/// What becomes of a fetch of `url`, with `base` as the user's own address.
async fn fetch(base: Option<&str>, url: &str, allow: Vec<Allow>) -> Result<watteau_host::Outcome, RunError> {
    let (mut grant, _) = grant("fetch");
    grant.settings.insert("url".to_owned(), url.into());
    grant.base_url = base.map(|base| base.parse().unwrap());
    grant.allow.extend(allow);
    pull(grant).await
}

fn allow(host: &str) -> Vec<Allow> {
    vec![Allow { host: host.to_owned(), paths: vec!["/".to_owned()], methods: vec!["GET".to_owned()] }]
}

#[tokio::test]
async fn what_is_not_granted_is_denied_with_the_rule() {
    let cases = [
        ("https://elsewhere.example/api/x", "elsewhere.example is not among the hosts"),
        ("http://example.invalid/private", "outside the paths"),
        ("http://example.invalid/api/../private", "outside the paths"),
        ("http://example.invalid/api/..%2fprivate", "encoded separators"),
        ("http://example.invalid:8080/api/x", "only be reached over https"),
        ("http://me:pw@example.invalid/api/x", "a user name in the address"),
        ("ftp://example.invalid/api/x", "neither http nor https"),
        ("https://192.168.1.1/", "192.168.1.1 is not among the hosts"),
    ];
    for (url, rule) in cases {
        let told = denied(fetch(None, url, Vec::new()).await);
        assert!(told.contains(rule), "{url}: {told}");
    }
}

#[tokio::test]
async fn a_private_address_needs_the_users_word_even_behind_a_name() {
    let told = denied(fetch(None, "https://127.0.0.1/", allow("127.0.0.1")).await);
    assert!(told.contains("is a private address"), "{told}");
    // A name that is led astray is nobody's mistake here, and is tried again.
    let failure = failure(fetch(None, "https://localhost/", allow("localhost")).await);
    assert_eq!(failure.cause, Cause::Unavailable(None));
    assert!(failure.message.en.contains("resolves to a private address"), "{}", failure.message.en);
}

#[tokio::test]
async fn a_base_url_grants_its_origin_and_prefix_and_nothing_more() {
    let server = Server::start(|_| ok("here")).await;
    let base = server.url("/gateway/");
    assert_eq!(fetch(Some(&base), "/x", Vec::new()).await.unwrap().remark.unwrap().en, "here");
    let outside = denied(fetch(Some(&base), &server.url("/other"), Vec::new()).await);
    assert!(outside.contains("not among the hosts"), "{outside}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn the_manifests_paths_and_methods_bind_under_a_base_url_too() {
    let server = Server::start(|_| ok("here")).await;
    let base = server.url("/gateway");
    let allowed = |path: &str, method: &str| {
        vec![Allow { host: "example.invalid".into(), paths: vec![path.into()], methods: vec![method.into()] }]
    };
    for (allow, ends) in [
        // As the source has it, and as it is under its own base URL.
        (allowed("/v1/", "GET"), None),
        (allowed("/api/v1/", "GET"), None),
        (allowed("/v2/", "GET"), Some("/v1/x under base_url is outside the paths")),
        (allowed("/v1/", "POST"), Some("GET is not allowed on /v1/x under base_url")),
    ] {
        let (mut grant, _) = grant("fetch");
        grant.settings.insert("url".to_owned(), "/v1/x".into());
        grant.base_url = Some(base.parse().unwrap());
        grant.allow = allow;
        let ended = pull(grant).await;
        match ends {
            None => assert_eq!(ended.unwrap().remark.unwrap().en, "here"),
            Some(rule) => assert!(denied(ended).contains(rule), "{rule}"),
        }
    }
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_redirect_is_checked_like_a_request() {
    let server = Server::start(|_| moved("https://elsewhere.example/stolen")).await;
    let told = denied(fetch(Some(&server.url("/")), "/x", Vec::new()).await);
    assert!(told.contains("elsewhere.example"), "{told}");
}

#[tokio::test]
async fn a_redirect_within_the_grant_is_followed_with_the_credential() {
    let server =
        Server::start(|line| if line.contains("/first") { moved("/second") } else { ok("second") }).await;
    assert_eq!(
        fetch(Some(&server.url("/")), "/first", Vec::new()).await.unwrap().remark.unwrap().en,
        "second"
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|request| request.contains(&format!("Bearer {SECRET}"))), "{asked:?}");
    assert!(asked[0].to_lowercase().contains("user-agent: watteau/"), "{asked:?}");
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start(|_| moved("/again")).await;
    let failure = failure(fetch(Some(&server.url("/")), "/again", Vec::new()).await);
    assert!(failure.message.en.contains("more than 5 redirects"), "{}", failure.message.en);
    assert_eq!(server.asked().len(), 6);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_cut_off() {
    let server = Server::start(|_| ok(&"x".repeat(64 * 1024 + 1))).await;
    let failure = failure(fetch(Some(&server.url("/")), "/x", Vec::new()).await);
    assert_eq!(failure.cause, Cause::Unreadable);
    assert!(failure.message.en.contains("65536 bytes"), "{}", failure.message.en);
}

#[tokio::test]
async fn a_secret_that_comes_back_is_hidden() {
    // A server that echoes the credential: the guest repeats it in its remark.
    let server = Server::start(|_| ok(&format!("you said {SECRET}"))).await;
    let outcome = fetch(Some(&server.url("/")), "/x", Vec::new()).await.unwrap();
    assert_eq!(outcome.remark.unwrap().en, "you said [secret]");
}

struct UsedUp;

impl Quota for UsedUp {
    fn acquire(&self) -> Result<Duration, NotBefore> {
        Err(NotBefore(1_800_000_000_000))
    }
}

#[tokio::test]
async fn a_quota_that_is_used_up_sends_nothing() {
    let server = Server::start(|_| ok("never")).await;
    let (mut grant, _) = grant("fetch");
    grant.base_url = Some(server.url("/").parse().unwrap());
    grant.quota = Arc::new(UsedUp);
    assert_eq!(failure(pull(grant).await).cause, Cause::Quota(Some(1_800_000_000_000)));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn nobody_at_home_is_a_passing_trouble() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failure = failure(fetch(Some(&format!("http://{closed}/")), "/x", Vec::new()).await);
    assert_eq!((failure.cause, failure.party.as_deref()), (Cause::Unavailable(None), Some("Upstream")));
}
