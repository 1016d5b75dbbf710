//! `GET /api/v1/events`: what happens, as server-sent events.
//!
//! The first event is `hello` with the store's version. A listener that falls behind loses events and is
//! told `hello` again: whoever hears it reads what it shows afresh. Nothing is kept for a listener that is
//! away, and none can hold the daemon back.

use super::{
    AppState,
    error::{Failure, Problem},
    serve::Stopping,
};
use crate::model::Event;
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

/// Events from now on: `hello`, `points`, `connector`, `run`, `import`; each one's data is JSON.
#[utoipa::path(get, path = "/api/v1/events", tag = "status", responses(
    (status = 200, body = String, content_type = "text/event-stream", description = "Server-sent events, without end"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
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
    let later = listen(state.clone(), stopping, seat);
    let events = stream::once(std::future::ready(Ok(hello(&state)))).chain(later);
    // A proxy that buffers would hold events back.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

fn listen<S: Send + 'static>(
    state: AppState,
    stopping: Stopping,
    seat: S,
) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let receiver = state.services.subscribe();
    stream::unfold((receiver, state, stopping, seat), |(mut receiver, state, stopping, seat)| async move {
        let event = tokio::select! {
            () = stopping.0.cancelled() => return None,
            event = receiver.recv() => event,
        };
        let event = match event {
            Ok(event) => told(&event),
            Err(RecvError::Lagged(_)) => hello(&state),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), (receiver, state, stopping, seat)))
    })
}

fn hello(state: &AppState) -> SseEvent {
    let data = serde_json::json!({ "version": state.store.version() });
    SseEvent::default().event("hello").data(data.to_string())
}

fn told(event: &Event) -> SseEvent {
    let data = serde_json::to_string(event).unwrap_or_else(|_| "{}".to_owned());
    SseEvent::default().event(event.name()).data(data)
}
