//! The store itself, by the calls that the daemon makes: provenance with every batch, a cursor with every poll.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, ensure};
use watteau_store::{
    Batch, Commit, Kind, Options, Point, Provenance, SeriesDef, SeriesId, SeriesPoints, StateChange, Step,
    Store, Title,
};

use crate::engine::{Day, EMPTY, Engine};

pub(crate) struct Watteau {
    store: Store,
    ids: BTreeMap<u32, SeriesId>,
}

impl Watteau {
    pub(crate) fn open(file: &Path) -> Result<Self> {
        let store = Store::open(file, Options::default())?;
        Ok(Self { store, ids: BTreeMap::new() })
    }

    fn id(&mut self, series: u32) -> Result<SeriesId> {
        if let Some(id) = self.ids.get(&series) {
            return Ok(*id);
        }
        let name = format!("house.s{series}");
        let id = match self.store.find(&name)? {
            Some(known) => known.id,
            None => self.store.define(&SeriesDef {
                name,
                unit: "W".to_owned(),
                kind: Kind::Power,
                step: Step::Seconds(1800),
                day_start: 0,
                title: Title::default(),
                labels: BTreeMap::new(),
            })?,
        };
        self.ids.insert(series, id);
        Ok(id)
    }

    fn commit(&self, series: Vec<SeriesPoints>, state: Vec<StateChange>) -> Result<()> {
        let fetched_at = series.iter().filter_map(|points| points.points.last()).map(Point::end).max();
        let provenance = Provenance {
            connector: "house".to_owned(),
            version: "1.0.0".to_owned(),
            source: "https://example.org/v1/curve?from=2025-01-01&to=2025-01-08".to_owned(),
            sha256: None,
            fetched_at: fetched_at.unwrap_or_default(),
            as_of: None,
        };
        self.store
            .commit(Commit { batches: vec![Batch { provenance, series, absences: Vec::new() }], state })?;
        Ok(())
    }
}

impl Engine for Watteau {
    fn define(&mut self, series: u32) -> Result<()> {
        self.id(series).map(drop)
    }

    fn put(&mut self, series: u32, points: Vec<Point>) -> Result<()> {
        let series = self.id(series)?;
        self.commit(vec![SeriesPoints { series, points }], Vec::new())
    }

    fn poll(&mut self, points: &[(u32, Point)]) -> Result<()> {
        let mut series = Vec::with_capacity(points.len());
        for (number, point) in points {
            series.push(SeriesPoints { series: self.id(*number)?, points: vec![*point] });
        }
        let cursor = points.first().map(|(_, point)| point.start.to_le_bytes().to_vec());
        let state = vec![StateChange { owner: "house".to_owned(), key: "cursor".to_owned(), value: cursor }];
        self.commit(series, state)
    }

    fn walk(&mut self, series: u32, from: i64, to: i64, f: &mut dyn FnMut(Point)) -> Result<()> {
        let id = self.id(series)?;
        let reading = self.store.runs(id, from..to, &mut |run| {
            run.points().for_each(&mut *f);
            ControlFlow::Continue(())
        })?;
        ensure!(reading.skipped.is_empty(), "the store is damaged: {:?}", reading.skipped);
        Ok(())
    }

    fn days(&mut self, series: u32, bounds: &[i64]) -> Result<Vec<Day>> {
        let id = self.id(series)?;
        let mut days = vec![EMPTY; bounds.len().saturating_sub(1)];
        let (Some(&from), Some(&to)) = (bounds.first(), bounds.last()) else { return Ok(days) };
        let mut at = 0;
        self.store.runs(id, from..to, &mut |mut run| {
            while !run.values.is_empty() {
                while bounds[at + 1] <= run.start {
                    at += 1;
                }
                let (inside, rest) = run.split_at(run.before(bounds[at + 1]));
                let day = &mut days[at];
                day.total += inside.sum() * inside.duration as f64;
                day.covered += inside.duration as i64 * inside.values.len() as i64;
                day.quality = day.quality.max(inside.quality);
                run = rest;
            }
            ControlFlow::Continue(())
        })?;
        Ok(days)
    }

    fn compact(&mut self) -> Result<()> {
        self.store.compact()?;
        Ok(())
    }

    fn point_bytes(&mut self) -> Result<u64> {
        let found = self.store.verify()?;
        ensure!(found.is_sound(), "the store is damaged: {:?}", found.damaged);
        Ok(found.block_bytes)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(self.store.close()?)
    }
}
