//! `POST /api/v1/import`, `GET /api/v1/imports`: files handed over, and what became of the earlier ones.

use super::{
    AppState,
    error::{Failure, Problem},
    query::Asked,
};
use crate::{
    model::{ImportReport, ImportStatus, PastImport},
    services::{ImportRequest, LARGEST_FILE},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Request, State},
    http::{StatusCode, header},
};
use http_body_util::LengthLimitError;
use jiff::Timestamp;
use serde::Deserialize;
use std::{error::Error, time::Duration};
use utoipa::IntoParams;

/// As a length in memory.
pub(super) const LARGEST: usize = LARGEST_FILE as usize;

/// How long a file may take to arrive: a slow link, not a connection left open.
const ARRIVAL: Duration = Duration::from_mins(2);

/// What the file is, and what to do with it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// Its name, for the report; the content says what it is.
    filename: String,
    /// The instance to give it to; whoever recognises it by default.
    connector: Option<String>,
    /// Tell what would change, and write nothing.
    #[serde(default)]
    dry_run: bool,
    /// When the file was last changed, RFC 3339.
    #[param(value_type = Option<String>, format = "date-time")]
    modified: Option<Timestamp>,
}

/// Reads a file. 200 only once what it holds is durable; 422 with the reports when it gave nothing.
#[utoipa::path(post, path = "/api/v1/import", tag = "import", params(ImportQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, up to 20 MB"),
    responses(
        (status = 200, body = [ImportReport]),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn post(
    State(state): State<AppState>,
    Asked(asked): Asked<ImportQuery>,
    request: Request,
) -> Result<Json<Vec<ImportReport>>, Failure> {
    let body = receive(request).await?;
    let request = ImportRequest {
        filename: name_only(&asked.filename),
        body,
        modified: asked.modified.map(Timestamp::as_millisecond),
        connector: asked.connector,
        dry_run: asked.dry_run,
    };
    let reports = state.services.import(request).await?;
    if !reports.is_empty() && reports.iter().all(|report| report.status == ImportStatus::Error) {
        return Err(Failure::unreadable(reports));
    }
    Ok(Json(reports))
}

async fn receive(request: Request) -> Result<Bytes, Failure> {
    let too_large = || {
        let detail = format!("The file exceeds {} MB. Export a shorter period.", LARGEST_FILE >> 20);
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", detail)
    };
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > LARGEST as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(ARRIVAL, axum::body::to_bytes(request.into_body(), LARGEST)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if error.source().is_some_and(<dyn Error>::is::<LengthLimitError>) => Err(too_large()),
        Ok(Err(_)) => Err(Failure::new(StatusCode::BAD_REQUEST, "body_cut", "the file did not arrive whole")),
        Err(_) => {
            Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the file took too long to arrive"))
        }
    }
}

/// The last part of a path, without what a terminal or a page could trip over.
fn name_only(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PastQuery {
    /// At most so many, the newest.
    #[serde(default = "fifty")]
    #[param(default = 50, maximum = 1000)]
    limit: usize,
}

fn fifty() -> usize {
    50
}

/// The files read so far, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "import", params(PastQuery), responses(
    (status = 200, body = [PastImport]),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn past(
    State(state): State<AppState>,
    Asked(PastQuery { limit }): Asked<PastQuery>,
) -> Result<Json<Vec<PastImport>>, Failure> {
    state.read(move |state| Ok::<_, Failure>(Json(state.services.imports(limit.min(1000))))).await
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_a_name_is_left_of_a_path() {
        for (given, expect) in [
            ("export.xlsx", "export.xlsx"),
            ("/etc/passwd", "passwd"),
            (r"C:\Users\me\Donnees.xlsx", "Donnees.xlsx"),
            ("a\u{1b}[31m\n.csv", "a[31m.csv"),
            ("..", ".."),
            ("", "file"),
            ("dir/", "file"),
        ] {
            assert_eq!(super::name_only(given), expect);
        }
    }
}
