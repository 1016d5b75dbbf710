//! What a command was refused with.

use crate::model::ImportReport;
use serde::Deserialize;

/// A problem as the API answers it (RFC 9457), with the class that fixes the exit code.
#[derive(Debug, thiserror::Error, Deserialize)]
#[error("{}", .detail.as_deref().unwrap_or(.title))]
pub(super) struct Problem {
    title: String,
    detail: Option<String>,
    status: u16,
    /// Where a file was refused: why.
    #[serde(default)]
    pub(super) reports: Vec<ImportReport>,
}

impl Problem {
    /// Whether the input was wrong, and not the daemon.
    pub(super) const fn is_the_inputs(&self) -> bool {
        matches!(self.status, 400 | 404 | 413 | 422)
    }
}
