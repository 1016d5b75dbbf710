//! `GET /api/v1/events`: what happens, as server-sent events.
//!
//! The first event is `hello` with the store's version. A listener that falls behind loses events and is
//! told `hello` again: whoever hears it reads what it shows afresh. Nothing is kept for a listener that is
//! away, and none can hold the daemon back.

use super::{
    AppState,
    caller::{Caller, Who},
    error::{Failure, Problem},
    serve::Stopping,
};
use crate::{config::Reading, model::Event};
use axum::{
    Extension,
    extract::State,
    http::{HeaderName, StatusCode},
    response::{
        IntoResponse, Sse,
        sse::{Event as SseEvent, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt as _, stream};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::broadcast::error::RecvError;

/// Below the patience of the usual proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Events from now on: `hello`, `points`, `connector`, `run`, `import`, `job`; each one's data is JSON.
#[utoipa::path(get, path = "/api/v1/events", tag = "status", responses(
    (status = 200, body = String, content_type = "text/event-stream", description = "Server-sent events, without end"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    stopping: Option<Extension<Stopping>>,
) -> Result<impl IntoResponse, Failure> {
    let seat = Arc::clone(&state.listeners).try_acquire_owned().map_err(|_| {
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_listeners",
            "too many pages listen; close some",
        )
    })?;
    let stopping = stopping.map(|Extension(stopping)| stopping).unwrap_or_default();
    // Listening begins before the version is read: what comes between the two is heard.
    let later = listen(state.clone(), caller, stopping, seat);
    let events = stream::once(std::future::ready(Ok(hello(&state)))).chain(later);
    // A proxy that buffers would hold events back.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

fn listen<S: Send + 'static>(
    state: AppState,
    caller: Caller,
    stopping: Stopping,
    seat: S,
) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let start = (state.services.subscribe(), state.keeper.turnover(), state, caller, stopping, seat);
    stream::unfold(start, |(mut receiver, mut turnover, state, caller, stopping, seat)| async move {
        let event = loop {
            tokio::select! {
                () = stopping.0.cancelled() => return None,
                () = turnover.cancelled() => {
                    // Somebody lost a right. Whoever may have been it comes in again, or does not.
                    turnover = state.keeper.turnover();
                    if !may_still_read(&state, &caller) {
                        return None;
                    }
                }
                event = receiver.recv() => break event,
            }
        };
        let event = match event {
            Ok(event) => told(&event),
            Err(RecvError::Lagged(_)) => hello(&state),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), (receiver, turnover, state, caller, stopping, seat)))
    })
}

/// Whether nothing that has changed can concern this listener.
fn may_still_read(state: &AppState, caller: &Caller) -> bool {
    let settings = state.keeper.settings();
    match &caller.who {
        Who::Local => true,
        _ if !(caller.asked || settings.always) || settings.read == Reading::Open => true,
        Who::Session(id) => state.keeper.session(id).is_some(),
        Who::Token(_) | Who::Nobody => false,
    }
}

fn hello(state: &AppState) -> SseEvent {
    let data = serde_json::json!({ "version": state.store.version() });
    SseEvent::default().event("hello").data(data.to_string())
}

fn told(event: &Event) -> SseEvent {
    let data = serde_json::to_string(event).unwrap_or_else(|_| "{}".to_owned());
    SseEvent::default().event(event.name()).data(data)
}
