//! What both stores are asked to do, in the same words.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use watteau_store::{Point, Quality};

use crate::sqlite::Sqlite;
use crate::watteau::Watteau;

/// A store under measurement.
pub(crate) trait Engine {
    /// Makes a series known, where that takes anything.
    fn define(&mut self, series: u32) -> Result<()>;
    /// Writes points of one series, durable on return.
    fn put(&mut self, series: u32, points: Vec<Point>) -> Result<()>;
    /// Writes one point of each series, durable on return.
    fn poll(&mut self, points: &[(u32, Point)]) -> Result<()>;
    /// Shows the points of a series whose start is in `from..to`, ascending.
    fn walk(&mut self, series: u32, from: i64, to: i64, f: &mut dyn FnMut(Point)) -> Result<()>;
    /// The same points, collected.
    fn points(&mut self, series: u32, from: i64, to: i64) -> Result<Vec<Point>> {
        let mut points = Vec::new();
        self.walk(series, from, to, &mut |point| points.push(point))?;
        Ok(points)
    }
    /// A series added up between consecutive instants.
    fn days(&mut self, series: u32, bounds: &[i64]) -> Result<Vec<Day>>;
    /// Makes the file as small as it goes.
    fn compact(&mut self) -> Result<()>;
    /// Bytes that the points take, without what the file holds besides.
    fn point_bytes(&mut self) -> Result<u64>;
    /// Lets go of the file, properly.
    fn close(self: Box<Self>) -> Result<()>;
}

/// One local day of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Day {
    /// Value times milliseconds.
    pub(crate) total: f64,
    /// Milliseconds that the values account for.
    pub(crate) covered: i64,
    /// The worst quality inside.
    pub(crate) quality: Quality,
}

/// A day of which nothing is known.
pub(crate) const EMPTY: Day = Day { total: 0.0, covered: 0, quality: Quality::Measured };

/// The two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Watteau,
    Sqlite,
}

impl Kind {
    pub(crate) const BOTH: [Self; 2] = [Self::Watteau, Self::Sqlite];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Watteau => "watteau",
            Self::Sqlite => "sqlite",
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Self> {
        match Self::BOTH.into_iter().find(|kind| kind.name() == name) {
            Some(kind) => Ok(kind),
            None => bail!("no store is called {name}"),
        }
    }

    pub(crate) fn open(self, file: &Path) -> Result<Box<dyn Engine>> {
        Ok(match self {
            Self::Watteau => Box::new(Watteau::open(file)?),
            Self::Sqlite => Box::new(Sqlite::open(file)?),
        })
    }

    /// Every file that belongs to the one at `file`.
    pub(crate) fn files(self, file: &Path) -> Vec<PathBuf> {
        let suffixes: &[&str] = match self {
            Self::Watteau => &["-log"],
            Self::Sqlite => &["-wal", "-shm"],
        };
        let mut files = vec![file.to_owned()];
        for suffix in suffixes {
            let mut name = file.as_os_str().to_owned();
            name.push(suffix);
            files.push(name.into());
        }
        files.retain(|file| file.exists());
        files
    }
}
