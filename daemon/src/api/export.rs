//! `GET /api/v1/export`: everything that is kept, as CSV, JSON or OpenMetrics.

use super::{
    AppState,
    download::download,
    error::{Failure, Problem},
    query::Asked,
};
use crate::export::{self, Format};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

/// What to export, and as what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// How to write it.
    format: Format,
    /// Ids of series, with commas between them; all by default.
    #[param(example = "linky.daily_energy,gas.energy")]
    series: Option<String>,
}

/// Every point of the series asked for, oldest first; values read back to the same bit (OpenMetrics: in base units).
#[utoipa::path(get, path = "/api/v1/export", tag = "series", params(ExportQuery), responses(
    (status = 200, content(
        (String = "text/csv"), (Object = "application/json"), (String = "application/openmetrics-text"),
    )),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(ExportQuery { format, series }): Asked<ExportQuery>,
) -> Result<Response, Failure> {
    let selected = state
        .read(move |state| {
            let names: Vec<&str> = series.iter().flat_map(|names| names.split(',')).collect();
            export::select(&state.store, &names)
        })
        .await?;
    let name = format!("watteau-{}.{}", state.clock.local().date(), format.extension());
    download(&state, format.content_type(), &name, move |state, out| {
        export::write(&state.store, &state.clock, &selected, format, out)
    })
}
