//! What the store keeps in memory: definitions, summaries, and the commits not yet folded into blocks.
//!
//! All of it can be had again from the disk: [`Live::load`] reads the small tables and replays `fresh` and the log. The
//! writer changes it only after a commit is durable, so that what a reader sees is what a power cut would leave.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};

use crate::backend::Meter;
use crate::effects::Effects;
use crate::error::{Error, OpenError};
use crate::log::{Log, Salts};
use crate::medium::Medium;
use crate::read;
use crate::tables::{self, AbsenceRow, BatchRow, RevisionRow, Summary, meta};
use crate::types::{SeriesDef, SeriesId, SeriesInfo, Stored};

/// A series in memory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) def: SeriesDef,
    pub(crate) summary: Summary,
}

impl Entry {
    /// What the outside is told.
    pub(crate) fn info(&self, id: u32) -> SeriesInfo {
        let Summary { points, first, last, last_end, changed_version } = self.summary;
        SeriesInfo { id: SeriesId(id), def: self.def.clone(), points, first, last, last_end, changed_version }
    }
}

/// Commits that are durable in the log, or as rows of `fresh`, and not yet in the other tables; reads lay them over
/// those.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// How many there are, and which of them are rows of the table.
    pub(crate) commits: u64,
    pub(crate) rows: Vec<u64>,
    pub(crate) points: BTreeMap<u32, BTreeMap<i64, Stored>>,
    pub(crate) point_count: usize,
    pub(crate) revisions: BTreeMap<(u32, i64, u64), RevisionRow>,
    pub(crate) batches: BTreeMap<u64, BatchRow>,
    pub(crate) absences: BTreeMap<(u32, i64, i64), AbsenceRow>,
    /// Owner, then key; none is a deletion.
    pub(crate) state: BTreeMap<String, BTreeMap<String, Option<Vec<u8>>>>,
    /// Series whose summary in the file is out of date.
    pub(crate) touched: std::collections::BTreeSet<u32>,
}

impl Fresh {
    fn apply(&mut self, effects: Effects) {
        self.commits += 1;
        self.batches.extend(effects.batches);
        for (series, done) in effects.series {
            self.touched.insert(series);
            self.point_count += done.puts.len();
            if !done.puts.is_empty() {
                let points = self.points.entry(series).or_default();
                points.extend(done.puts.into_iter().map(|put| (put.start(), put)));
            }
            self.revisions
                .extend(done.revisions.into_iter().map(|(start, by, row)| ((series, start, by), row)));
            self.absences
                .extend(done.absences.into_iter().map(|(start, end, row)| ((series, start, end), row)));
        }
        for change in effects.state {
            self.state.entry(change.owner).or_default().insert(change.key, change.value);
        }
    }

    /// The points of a series whose start is in `range`, ascending.
    pub(crate) fn range(&self, series: u32, range: Range<i64>) -> impl Iterator<Item = Stored> + '_ {
        let range = if range.start < range.end { range } else { 0..0 };
        self.points
            .get(&series)
            .into_iter()
            .flat_map(move |points| points.range(range.clone()).map(|(_, put)| *put))
    }

    /// Where a state key stands here: nothing if untouched, a none if deleted.
    pub(crate) fn state(&self, owner: &str, key: &str) -> Option<&Option<Vec<u8>>> {
        self.state.get(owner)?.get(key)
    }
}

/// The store in memory, over its database.
#[derive(Debug)]
pub(crate) struct Live {
    /// None after a failure of the storage, until it could be opened again; or once closed.
    pub(crate) db: Option<Database>,
    pub(crate) generation: u64,
    pub(crate) version: u64,
    pub(crate) next_batch: u64,
    pub(crate) clean_start: bool,
    /// Whether the file says that it is in use (or was not closed properly).
    pub(crate) marked_in_use: bool,
    pub(crate) series: BTreeMap<u32, Entry>,
    pub(crate) names: HashMap<String, u32>,
    pub(crate) fresh: Fresh,
}

impl Live {
    /// Reads the small tables and replays the commits that were not folded: rows of `fresh`, then the log.
    pub(crate) fn load(
        db: Database,
        medium: Arc<dyn Medium>,
        meter: Arc<Meter>,
    ) -> Result<(Self, Log), OpenError> {
        let (mut live, salts) = Self::load_tables(&db)?;
        let (log, commits) = Log::open(medium, meter, salts)?;
        for effects in commits {
            live.apply_fresh(effects);
        }
        live.db = Some(db);
        Ok((live, log))
    }

    fn load_tables(db: &Database) -> Result<(Self, Salts), Error> {
        let txn = db.begin_read()?;
        let numbers = txn.open_table(tables::META)?;
        let number =
            |key: &str| -> Result<Option<u64>, Error> { Ok(numbers.get(key)?.map(|value| value.value())) };
        let clean = number(meta::CLEAN)? == Some(1);
        let salts = Salts {
            current: number(meta::LOG_SALT)?.unwrap_or(0),
            before: number(meta::LOG_SALT_BEFORE)?.unwrap_or(0),
        };
        let mut live = Self {
            generation: number(meta::GENERATION)?.unwrap_or(0),
            version: number(meta::VERSION)?.unwrap_or(0),
            next_batch: number(meta::NEXT_BATCH)?.unwrap_or(1),
            clean_start: clean,
            marked_in_use: !clean,
            series: BTreeMap::new(),
            names: HashMap::new(),
            fresh: Fresh::default(),
            db: None,
        };
        // The first steps of the way down to any block stay in redb's cache: the first reading of a series visits a
        // cold disk once less. Nothing is made of the block itself here.
        txn.open_table(tables::BLOCKS)?.first()?;
        let summaries = txn.open_table(tables::SUMMARIES)?;
        for row in txn.open_table(tables::SERIES)?.iter()? {
            let (id, def) = row?;
            let id = id.value();
            let def: SeriesDef = serde_json::from_slice(def.value()).map_err(|_| Error::Damaged {
                place: format!("the definition of series {id}"),
                what: "it is not the JSON that was written",
            })?;
            let summary = match summaries.get(id)? {
                None => Summary::default(),
                Some(bytes) => {
                    match tables::unpack(bytes.value(), || format!("the summary of series {id}")) {
                        Ok(summary) => summary,
                        Err(error) => {
                            tracing::error!(%error, "it is made anew from the blocks");
                            Summary { changed_version: live.version, ..read::summarize(&txn, id)? }
                        }
                    }
                }
            };
            live.names.insert(def.name.clone(), id);
            live.series.insert(id, Entry { def, summary });
        }
        for row in txn.open_table(tables::FRESH)?.iter()? {
            let (version, bytes) = row?;
            let (version, bytes) = (version.value(), bytes.value());
            match tables::unpack(bytes, || format!("commit {version}")) {
                Ok(effects) => {
                    live.fresh.rows.push(version);
                    live.apply_fresh(effects);
                }
                // The others are good, and a house wants its data: what cannot be read stays in the file for a
                // person to look at.
                Err(error) => {
                    tracing::error!(%error, "a recent commit of the store cannot be read and is left out");
                }
            }
            live.version = live.version.max(version);
        }
        Ok((live, salts))
    }

    /// A commit that is durable and not folded.
    pub(crate) fn apply_fresh(&mut self, effects: Effects) {
        self.apply_summaries(&effects);
        self.fresh.apply(effects);
    }

    /// What a commit changes outside of [`Fresh`].
    pub(crate) fn apply_summaries(&mut self, effects: &Effects) {
        self.version = self.version.max(effects.version);
        if let Some((last, _)) = effects.batches.last() {
            self.next_batch = self.next_batch.max(last + 1);
        }
        for (id, done) in &effects.series {
            if let Some(entry) = self.series.get_mut(id) {
                entry.summary.apply(done, effects.version);
            }
        }
    }

    pub(crate) fn db(&self) -> Result<&Database, Error> {
        self.db.as_ref().ok_or(Error::Closed)
    }

    /// A snapshot of the tables, if it belongs to what is in memory: not while a fold is being published.
    pub(crate) fn begin_read(&self) -> Result<Option<ReadTransaction>, Error> {
        let txn = self.db()?.begin_read()?;
        let generation =
            txn.open_table(tables::META)?.get(meta::GENERATION)?.map_or(0, |value| value.value());
        Ok((generation == self.generation).then_some(txn))
    }

    pub(crate) fn entry(&self, id: SeriesId) -> Result<&Entry, Error> {
        self.series.get(&id.0).ok_or(Error::UnknownSeries(id))
    }
}
