//! The API, asked through its router on a filled store.

mod access;
mod answers;
mod contract;
mod home;
mod serving;

use super::{Access, AppState, Parts, router, testing::FixedServices};
use crate::{
    access::Keeper,
    config::{AccessSettings, Job, Regression, Server},
    explain::Explainer,
    forecast::Forecaster,
    query::testing::{Home, NOW, clock},
    wear::Wear,
};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use tower::ServiceExt as _;

/// A daemon on a filled store, at a fixed time.
struct Bench {
    home: Home,
    services: Arc<FixedServices>,
    router: Router,
    /// The same, through the socket of the commands.
    local: Router,
}

/// What the routes are made of, on that home.
fn parts(home: &Home, services: &Arc<FixedServices>) -> AppState {
    let wear = Wear::open(home.store.clone(), clock(NOW)).unwrap();
    let job = Job::new("electricity", "linky.load_curve");
    let temperature = vec!["outside.low".to_owned(), "outside.high".to_owned()];
    let model = Regression { temperature, ..Regression::new("gas_model", "gas.energy") };
    AppState::new(Parts {
        store: home.store.clone(),
        services: services.clone(),
        clock: clock(NOW),
        vitals: Arc::default(),
        forecaster: Arc::new(Forecaster::new(
            home.store.clone(),
            clock(NOW),
            home.folder(),
            [(job.name.clone(), job)].into(),
        )),
        explainer: Arc::new(Explainer::new(
            home.store.clone(),
            clock(NOW),
            None,
            [(model.name.clone(), model)].into(),
        )),
        wear: Arc::new(wear),
        scratch: home.folder().to_owned(),
        keeper: Keeper::open(home.folder(), clock(NOW), AccessSettings::default()),
    })
}

/// `[server]` with those names and proxies.
fn server(names: &[&str], proxies: &[&str]) -> Server {
    Server {
        listen: "127.0.0.1:9288".parse().unwrap(),
        socket: PathBuf::new(),
        http_socket: None,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        trusted_proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
    }
}

impl Bench {
    fn new() -> Self {
        Self::on(Home::filled())
    }

    fn on(home: Home) -> Self {
        let services = Arc::new(FixedServices::default());
        let state = parts(&home, &services);
        let local = router(state.clone(), Access::Local);
        let router = router(state, Access::network("127.0.0.1:9288".parse().unwrap(), &server(&[], &[])));
        Self { home, services, router, local }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "host") {
            request = request.header(header::HOST, "127.0.0.1:9288");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        serde_json::from_slice(&body(response).await).unwrap()
    }
}

async fn body(response: Response) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

fn content_type(response: &Response) -> &str {
    response.headers()[header::CONTENT_TYPE].to_str().unwrap()
}

/// The same value with its keys in order, whatever order the JSON library was built to keep.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.into_iter().map(|(key, value)| (key, sorted(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// Compares with a kept answer; `WATTEAU_BLESS=1` keeps this one instead.
pub(crate) fn golden(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("WATTEAU_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(actual.lines()).enumerate().find(|(_, (kept, actual))| kept != actual);
    assert!(
        kept == actual,
        "{name} differs from what is kept, first at {differs:?}; WATTEAU_BLESS=1 keeps the new one"
    );
}
