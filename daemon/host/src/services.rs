//! What the daemon gives a run: a clock, a place for points, a quota, secrets, and who owns which meter.
//!
//! All are shared references behind `Arc`; [`NoSink`] and its like serve calls that must not need them.

use crate::model::{Point, Text};
use jiff::Timestamp;
use std::{ops::Range, time::Duration};

/// Now.
pub trait Clock: Send + Sync {
    /// The instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Points of one series that passed every check that needs no store.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// The series' name in the manifest.
    pub series: String,
    /// When the source made this statement, where it says so.
    pub as_of: Option<i64>,
    /// In the order given; never empty.
    pub points: Vec<Point>,
}

/// Rows or points that cannot be used, said by the guest or found by the host's checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The series, where the host's checks refused points.
    pub series: Option<String>,
    /// Where: a row, a path in the answer, or the instant of the first point refused.
    pub place: String,
    /// The day it would have been, ISO 8601.
    pub date: Option<String>,
    /// Why.
    pub reason: Text,
    /// How many in a row for the same reason.
    pub count: u32,
}

/// Where points go. Called on the guest's thread; may block for as long as a commit takes.
///
/// An error is a sentence that says why the store cannot write.
pub trait Sink: Send + Sync {
    /// Takes points; answers how many of them it refuses itself.
    fn put(&self, put: Put) -> Result<u32, String>;
    /// The source has no value there and will not have one.
    fn absent(&self, series: &str, spans: &[Range<i64>], reason: Text) -> Result<(), String>;
    /// Something that cannot be used.
    fn refuse(&self, refusal: Refusal);
    /// Makes everything put so far durable, with this cursor; none leaves the cursor as it is.
    fn checkpoint(&self, cursor: Option<Vec<u8>>) -> Result<(), String>;
}

/// No call before this instant, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotBefore(pub i64);

/// The instance's budget of HTTP calls, kept across restarts by whoever implements it.
pub trait Quota: Send + Sync {
    /// Counts one call: how long to wait before it is sent (the spacing), or until when there is none left.
    fn acquire(&self) -> Result<Duration, NotBefore>;
}

/// The instance's secrets, read when they are needed.
pub trait Secrets: Send + Sync {
    /// The value of a secret option, or none where the user set none. The error is a sentence without the
    /// secret: which file or variable cannot be read.
    fn secret(&self, option: &str) -> Result<Option<String>, String>;
}

/// How many rows of a file are a meter's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterRows {
    /// As the source writes it.
    pub meter: String,
    /// How many.
    pub rows: u32,
}

/// Whose rows of a file an instance takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The rows of this meter; none: the file names no meter, and its rows are this instance's.
    Take(Option<String>),
    /// No row of this file is this instance's.
    Leave,
    /// The user has to say.
    WhichMeter,
}

/// Knows which meters are whose.
pub trait Meters: Send + Sync {
    /// The meters that a file names; empty when it names none.
    fn claim(&self, meters: &[MeterRows]) -> Decision;
}

/// For calls that put nothing: every point is an error.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl Sink for NoSink {
    fn put(&self, _: Put) -> Result<u32, String> {
        Err("this call takes no points".to_owned())
    }

    fn absent(&self, _: &str, _: &[Range<i64>], _: Text) -> Result<(), String> {
        Err("this call takes no points".to_owned())
    }

    fn refuse(&self, _: Refusal) {}

    fn checkpoint(&self, _: Option<Vec<u8>>) -> Result<(), String> {
        Ok(())
    }
}

/// No limit on calls.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoQuota;

impl Quota for NoQuota {
    fn acquire(&self) -> Result<Duration, NotBefore> {
        Ok(Duration::ZERO)
    }
}

/// No secret is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn secret(&self, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

/// The only meter of a file is the instance's; of several, the user has to say.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMeters;

impl Meters for NoMeters {
    fn claim(&self, meters: &[MeterRows]) -> Decision {
        match meters {
            [] => Decision::Take(None),
            [only] => Decision::Take(Some(only.meter.clone())),
            _ => Decision::WhichMeter,
        }
    }
}
