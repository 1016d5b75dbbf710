//! A figure with what it is held to.

use serde::Serialize;

/// One figure; its unit is a part of its name.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    work: String,
    watteau: f64,
    /// The same of something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<f64>,
    /// What it may be at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<f64>,
    /// What it is to be at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<f64>,
}

impl Figure {
    /// One that is only told.
    pub(crate) fn told(work: impl Into<String>, watteau: f64) -> Figure {
        Figure { work: work.into(), watteau, other: None, most: None, least: None }
    }

    /// The same beside something else's.
    pub(crate) fn beside(self, other: f64) -> Figure {
        Figure { other: Some(other), ..self }
    }

    /// The same, with the most it may be.
    pub(crate) fn most(self, most: f64) -> Figure {
        Figure { most: Some(most), ..self }
    }

    /// The same, with the least it is to be.
    pub(crate) fn least(self, least: f64) -> Figure {
        Figure { least: Some(least), ..self }
    }
}
