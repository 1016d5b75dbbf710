//! `GET /api/v1/series`: what is kept. `PUT /api/v1/series/{id}/muted`: what nobody wants to hear of.

use super::{
    AppState,
    error::{Failure, Problem},
    etag::{self, Tag},
    query::told,
};
use crate::{model::Text, muted, query};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use watteau_store::{Kind, SeriesInfo};

/// The newest point of a series.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Latest {
    /// Epoch seconds.
    start: i64,
    /// Epoch seconds.
    end: i64,
    /// In the unit of the series.
    value: f64,
    /// `measured`, `estimated`, `corrected` or `filled`.
    #[schema(value_type = String)]
    quality: &'static str,
}

/// One series.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeriesView {
    /// Its name for programs: instance, dot, name in the plugin.
    id: String,
    /// Its name for a person.
    name: Text,
    /// Unit of the stored values.
    unit: String,
    /// `power`, `energy`, `volume`, `level`, `index`, `ratio` or `factor`: how it adds up.
    #[schema(value_type = String)]
    kind: Kind,
    /// Usual length of an interval; null for months and for series without a step.
    step_seconds: Option<u64>,
    /// When its day starts, seconds after local midnight.
    day_start_seconds: u32,
    /// The instance that brings it.
    connector: String,
    /// `plugin`, `role` and what else the plugin says.
    labels: BTreeMap<String, String>,
    /// Start of the first point, epoch seconds.
    first: Option<i64>,
    /// Start of the last point, epoch seconds.
    last: Option<i64>,
    /// How many points.
    points: u64,
    /// The newest point.
    latest: Option<Latest>,
    /// Whether nobody wants to hear of its anomalies.
    muted: bool,
}

impl SeriesView {
    fn new(info: SeriesInfo, muted: bool) -> Self {
        let seconds = |instant: i64| instant.div_euclid(1000);
        let mut def = info.def;
        if let Some(role) = query::role(&def).map(str::to_owned) {
            def.labels.insert("role".to_owned(), role);
        }
        Self {
            connector: query::connector_of(&def.name).to_owned(),
            id: def.name,
            name: Text::new(def.title.en, def.title.fr),
            unit: def.unit,
            kind: def.kind,
            step_seconds: query::step_seconds(def.step),
            day_start_seconds: def.day_start,
            labels: def.labels,
            first: info.first.map(seconds),
            last: info.last.map(|point| seconds(point.start)),
            points: info.points,
            latest: info.last.map(|point| Latest {
                start: seconds(point.start),
                end: seconds(point.end()),
                value: point.value,
                quality: point.quality.as_str(),
            }),
            muted,
        }
    }
}

/// Every series, by id.
#[utoipa::path(get, path = "/api/v1/series", tag = "series", responses(
    (status = 200, body = [SeriesView]),
    (status = 304, description = "Nothing has changed"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(state): State<AppState>, request: HeaderMap) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let muted = muted::all(&state.store)?;
            let view = |info: SeriesInfo| {
                let muted = muted.contains(&info.def.name);
                SeriesView::new(info, muted)
            };
            let series: Vec<SeriesView> = state.store.series()?.into_iter().map(view).collect();
            etag::json(&request, &series)
        })
        .await
}

/// Whether a series is to be heard of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Muted {
    /// Whether nobody wants to hear of its anomalies.
    muted: bool,
}

/// Mutes the anomalies of a series, or lets them be heard again; kept across restarts.
#[utoipa::path(put, path = "/api/v1/series/{id}/muted", tag = "series",
    params(("id" = String, Path, description = "Series")),
    request_body = Muted,
    responses(
        (status = 200, body = Muted),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn mute(
    State(state): State<AppState>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Muted>, Failure> {
    let told: Muted = told(body).await?;
    state
        .work(move |state| {
            let info = query::find(&state.store, &id)?;
            muted::set(&state.store, &info.def.name, told.muted)?;
            Ok(Json(told))
        })
        .await
}

/// The tag of an answer that follows from one series and from what was asked.
pub(super) fn tag(info: &SeriesInfo, asked: &[&dyn std::fmt::Display]) -> Tag {
    let step = format!("{:?}", info.def.step);
    let mut parts: Vec<&dyn std::fmt::Display> =
        vec![&info.def.name, &info.changed_version, &step, &info.def.day_start];
    parts.extend(asked);
    Tag::of(&parts)
}
