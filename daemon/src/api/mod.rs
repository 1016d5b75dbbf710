//! HTTP for programs and for the dashboard: a file per resource, every route described by OpenAPI.
//!
//! ```text
//! connection (headers in time, a bounded number)            serve
//!   -> count -> guard -> encoded tags -> compress -> problems -> catch panics -> time limit -> a resource
//! ```
//!
//! - A handler answers its value or an [`error::Failure`]; problems are written in one place.
//! - The store is read on blocking threads, a few at a time, never on the threads that serve.
//! - What follows from the store alone carries a strong tag made of the store's version: asked again, it
//!   costs one look at the series.
//! - Health never depends on a source, and has no body, so that a sensor can come back from a failure.

#![allow(unused_qualifications, reason = "utoipa's macros write whole paths")]

mod access;
mod caller;
mod compare;
mod connectors;
mod coverage;
mod degree_days;
mod describe;
mod download;
mod error;
mod etag;
mod events;
mod export;
mod forecasts;
mod guard;
mod health;
mod import;
mod need;
mod occupancy;
mod openapi;
mod points;
mod query;
mod reference;
mod regressions;
mod revisions;
mod scrape;
mod series;
mod serve;
mod state;
mod status;
mod store;
mod summary;
mod year_to_date;

pub use access::Made;
pub use guard::Access;
pub use openapi::document;
pub use serve::{Peer, serve};
pub use state::{AppState, Parts};
pub use store::StoreCheck;

use crate::dashboard;
use axum::{Router, http::StatusCode, middleware, response::Response};
use std::{any::Any, sync::Arc, time::Duration};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Most requests are answered in milliseconds; this long means that something is stuck.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Every route, for those who come through `access`.
pub fn router(state: AppState, access: Access) -> Router {
    let (routes, _) = documented().split_for_parts();
    let gate = guard::Gate { keeper: Arc::clone(&state.keeper), access };
    routes
        .fallback(dashboard::serve)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(error::render))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(etag::encoded))
        .layer(middleware::from_fn_with_state(gate, guard::check))
        .layer(middleware::from_fn_with_state(state.vitals.clone(), scrape::count))
        .with_state(state)
}

/// The routes with their descriptions, which cannot drift apart: one macro gives both.
fn documented() -> OpenApiRouter<AppState> {
    let prompt = OpenApiRouter::with_openapi(openapi::header())
        .routes(routes!(status::get))
        .routes(routes!(summary::get))
        .routes(routes!(series::list))
        .routes(routes!(series::mute))
        .routes(routes!(store::get))
        .routes(routes!(points::get))
        .routes(routes!(coverage::get))
        .routes(routes!(revisions::get))
        .routes(routes!(revisions::origin))
        .routes(routes!(describe::profile))
        .routes(routes!(describe::distribution))
        .routes(routes!(describe::peaks))
        .routes(routes!(describe::base_load))
        .routes(routes!(year_to_date::get))
        .routes(routes!(compare::get))
        .routes(routes!(degree_days::get))
        .routes(routes!(occupancy::get, occupancy::put))
        .routes(routes!(forecasts::day))
        .routes(routes!(forecasts::targets))
        .routes(routes!(forecasts::curve))
        .routes(routes!(forecasts::score))
        .routes(routes!(regressions::list))
        .routes(routes!(regressions::get))
        .routes(routes!(regressions::anomalies))
        .routes(routes!(reference::data))
        .routes(routes!(reference::real))
        .routes(routes!(reference::predictions))
        .routes(routes!(reference::official))
        .routes(routes!(reference::status))
        .routes(routes!(reference::health))
        .routes(routes!(connectors::list))
        .routes(routes!(import::past))
        .routes(routes!(access::session))
        .routes(routes!(access::login))
        .routes(routes!(access::logout))
        .routes(routes!(access::tokens, access::create))
        .routes(routes!(access::revoke))
        .routes(routes!(access::set_password, access::clear_password))
        .routes(routes!(openapi::get))
        .routes(routes!(health::healthy))
        .routes(routes!(health::healthz))
        .routes(routes!(health::ready))
        .routes(routes!(scrape::metrics))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME));
    // These last as long as a file, a run or a listener does.
    let patient = OpenApiRouter::new()
        .routes(routes!(connectors::run))
        .routes(routes!(forecasts::run))
        .routes(routes!(forecasts::backtest))
        .routes(routes!(regressions::fit))
        .routes(routes!(import::post))
        .routes(routes!(export::get))
        .routes(routes!(store::verification))
        .routes(routes!(store::backup))
        .routes(routes!(events::get));
    prompt.merge(patient)
}

/// A defect of ours costs one request; what it was goes to the log and not to the client.
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let what = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = what, "a request met a defect in watteau");
    error::Failure::defect().into()
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::golden;
