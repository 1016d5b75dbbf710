//! A fit as it is kept for ever: the model and how it was asked for, without what it and the store give again.

use super::{Error, home::Home};
use crate::config::Regression;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use watteau_analysis::regression::Fit;
use watteau_store::{Commit, StateChange, Store};

/// A fit that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it was asked for.
    asked: Asked,
    /// When it was made, ms since the epoch.
    pub fitted_at: i64,
    /// Unit of a day's value.
    pub unit: String,
    /// The model; its months and days are not kept.
    pub fit: Fit,
}

/// The settings that a fit answers; another question takes another fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    target: String,
    form: String,
    temperature: Vec<String>,
    occupancy: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
}

impl Asked {
    fn of(job: &Regression) -> Self {
        Self {
            target: job.target.clone(),
            form: job.form.word().to_owned(),
            temperature: job.temperature.clone(),
            occupancy: job.occupancy.clone(),
            from: job.fit_from,
            to: job.fit_to,
        }
    }
}

/// A line of the history of fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// When, ms since the epoch.
    pub fitted_at: i64,
    /// First day learnt.
    pub from: Date,
    /// The day after the last one learnt.
    pub to: Date,
    /// Share of the variance that is explained.
    pub r2: f64,
    /// Error of months left out, as a share of their mean.
    pub cv_rmse: Option<f64>,
}

/// How the layout of the bytes is called; another one would begin with another byte.
const LAYOUT: u8 = 1;
/// Where the histories are, one for each job.
const HISTORY: &str = "regressions";

/// Where a job's fits are.
fn owner(name: &str) -> String {
    format!("regression/{name}")
}

impl Record {
    /// Fits a home.
    pub(super) fn make(home: &Home, job: &Regression, now: i64) -> Result<Self, Error> {
        let fit = watteau_analysis::regression::fit(&home.days(), &home.request())?;
        Ok(Self { asked: Asked::of(job), fitted_at: now, unit: home.unit.clone(), fit })
    }

    /// Whether it answers what the job asks.
    pub(super) fn answers(&self, job: &Regression) -> bool {
        self.asked == Asked::of(job)
    }
}

/// Keeps a fit beside those before.
pub(super) fn keep(store: &Store, name: &str, record: &Record) -> Result<(), Error> {
    let slim = Record { fit: Fit { months: vec![], days: vec![], ..record.fit.clone() }, ..record.clone() };
    let Fit { from, to, r2, cv_rmse, .. } = slim.fit;
    let mut past = history(store, name)?;
    past.push(Summary { fitted_at: record.fitted_at, from, to, r2, cv_rmse });
    let change = |owner: String, key: String, value: Option<Vec<u8>>| StateChange { owner, key, value };
    let mut state = vec![
        change(owner(name), format!("{:015}", record.fitted_at), written(&slim)),
        change(HISTORY.to_owned(), name.to_owned(), written(&past)),
    ];
    // What could not be written would be an order to forget.
    state.retain(|change| change.value.is_some());
    store.commit(Commit { batches: vec![], state })?;
    Ok(())
}

fn written(value: &impl Serialize) -> Option<Vec<u8>> {
    let bytes = postcard::to_extend(value, vec![LAYOUT]);
    bytes.inspect_err(|error| tracing::error!(%error, "a fit cannot be kept")).ok()
}

fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Option<T> {
    match bytes.split_first() {
        Some((&LAYOUT, bytes)) => postcard::from_bytes(bytes).ok(),
        _ => None,
    }
}

/// The fits of a job, oldest first.
pub(super) fn history(store: &Store, name: &str) -> Result<Vec<Summary>, Error> {
    Ok(store.state(HISTORY, name)?.and_then(|bytes| read(&bytes)).unwrap_or_default())
}

/// The last fit of a job; one that cannot be read is none, and is made again.
pub(super) fn last(store: &Store, name: &str) -> Result<Option<Record>, Error> {
    let Some(last) = history(store, name)?.last().map(|summary| summary.fitted_at) else { return Ok(None) };
    let bytes = store.state(&owner(name), &format!("{last:015}"))?;
    Ok(bytes.and_then(|bytes| read(&bytes)))
}
