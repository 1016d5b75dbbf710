//! `GET /api/v1/store`, `/verification`, `/backup`: the store as a whole, told, checked and copied while it works.

use super::{
    AppState,
    download::download,
    error::{Failure, Problem},
};
use crate::wear::DayWritten;
use axum::{Json, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::PoisonError,
};
use utoipa::ToSchema;
use watteau_store::{CopyError, Store, Verification};

/// Where a copy is made before it is sent. One that a power cut left there goes before the next is made.
const UNSENT: &str = "backup.tmp";

/// What is kept, and what it costs the disk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoreView {
    /// Length of the file.
    bytes: u64,
    /// Points of all series.
    points: u64,
    /// Series.
    series: u64,
    /// Values that were replaced, and are kept.
    revisions: u64,
    /// Deliveries recorded.
    batches: u64,
    /// Version of the file's format.
    format: u64,
    /// Whether it had been closed properly before this start.
    clean_start: bool,
    /// What was written in each of the last days; the last is today, so far.
    written: Vec<DayWritten>,
}

/// How much is kept, and how much was written to the disk for it, by local day and series.
#[utoipa::path(get, path = "/api/v1/store", tag = "store", responses(
    (status = 200, body = StoreView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(State(state): State<AppState>) -> Result<Json<StoreView>, Failure> {
    state
        .read(|state| {
            let stats = state.store.stats()?;
            let view = StoreView {
                bytes: stats.file_bytes,
                points: stats.points,
                series: stats.series,
                revisions: stats.revisions,
                batches: stats.batches,
                format: stats.format,
                clean_start: stats.clean_start,
                written: state.wear.days()?,
            };
            Ok::<_, Failure>(Json(view))
        })
        .await
}

/// What a walk through everything that is kept found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StoreCheck {
    /// Whether everything is as it was written.
    pub sound: bool,
    /// Blocks that are.
    pub blocks: u64,
    /// Bytes that they take.
    pub block_bytes: u64,
    /// Points in them, and in what is not folded yet.
    pub points: u64,
    /// Other rows that are as they were written: series, deliveries, revisions and the like.
    pub rows: u64,
    /// What is not, each with its place. Everything else is served as ever.
    pub damaged: Vec<String>,
    /// Blocks that were found damaged earlier and set aside.
    pub set_aside: u64,
}

impl From<Verification> for StoreCheck {
    fn from(found: Verification) -> Self {
        let sound = found.is_sound();
        let Verification { blocks, block_bytes, points, rows, damaged, set_aside, .. } = found;
        Self { sound, blocks, block_bytes, points, rows, damaged, set_aside }
    }
}

/// Reads everything that is kept and says what is damaged; takes seconds on a slow card.
#[utoipa::path(get, path = "/api/v1/verification", tag = "store", responses(
    (status = 200, body = StoreCheck),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn verification(State(state): State<AppState>) -> Result<Json<StoreCheck>, Failure> {
    state.read(|state| Ok::<_, Failure>(Json(state.store.verify()?.into()))).await
}

/// A whole copy of the store at one moment, which `watteau restore` puts back. It was read back before it is sent.
#[utoipa::path(get, path = "/api/v1/backup", tag = "store", responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn backup(State(state): State<AppState>) -> Result<Response, Failure> {
    let name = format!("watteau-{}.redb", state.clock.local().date());
    download(&state, "application/octet-stream", &name, |state, out| {
        // One at a time has the name.
        let turn = state.copying.lock().unwrap_or_else(PoisonError::into_inner);
        let mut copy = copy(&state.store, &state.scratch.join(UNSENT))?;
        drop(turn);
        io::copy(&mut copy, out)?;
        Ok::<_, CopyError>(())
    })
}

/// A copy that has no name any more and goes when it is closed.
fn copy(store: &Store, unsent: &Path) -> Result<File, CopyError> {
    match fs::remove_file(unsent) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let found = store.backup(unsent)?;
    for damage in &found.damaged {
        tracing::error!(damage, "a backup was made of a store that is damaged");
    }
    let copy = File::open(unsent)?;
    fs::remove_file(unsent)?;
    Ok(copy)
}
