//! Folding: fresh commits, and a large commit at once, become blocks and rows of the other tables.
//!
//! Blocks of a series never overlap. Where points come in small numbers they are near one page in size: new points
//! go into the block before them while that has room, and a block is only rewritten when points fall inside it or it
//! has room, so that a year of appending rewrites the last block alone. What comes in large numbers, or is packed,
//! goes to blocks of two pages, which are read with fewer visits to the disk; what is left over, and a large block
//! into which a correction falls, goes to small ones.

use std::borrow::Cow;

use redb::{ReadableTable, Table, WriteTransaction};

use crate::codec::{self, Columns, LARGE_BYTES, MAX_BYTES, MAX_POINTS};
use crate::effects::{Effects, Merged, merge_puts};
use crate::error::Error;
use crate::live::Live;
use crate::log::Salts;
use crate::lookup::damaged;
use crate::tables::{self, AbsenceRow, BatchRow, RevisionRow, meta};
use crate::types::Stored;

type BlockTable<'txn> = Table<'txn, (u32, i64), &'static [u8]>;

/// A block this full is left alone when points come after it.
const FULL: usize = MAX_BYTES * 93 / 100;

/// Bytes that a point may take, before any was seen.
const PER_POINT: f64 = 1.5;

/// What a fold did besides.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// Whether a damaged block had to be set aside: what is in memory is then out of date.
    pub(crate) set_aside: bool,
    /// Bytes of blocks written, by series.
    pub(crate) written: Vec<(u32, u64)>,
}

/// Writes into `txn` all of `live`'s fresh commits, then `effects`; the rows of `fresh` go away, and the records of the
/// log count no more, as `salts` are others.
pub(crate) fn fold(
    txn: &WriteTransaction,
    live: &Live,
    effects: &Effects,
    salts: Salts,
) -> Result<Folded, Error> {
    let mut folded = Folded::default();
    let mut blocks = Blocks::open(txn)?;
    let mut summaries = txn.open_table(tables::SUMMARIES)?;
    let touched =
        live.fresh.touched.iter().chain(effects.series.keys().filter(|id| !live.fresh.touched.contains(id)));
    for &series in touched {
        let done = effects.series.get(&series);
        let large = done.map_or(&[][..], |done| &done.puts);
        let puts: Cow<'_, [Stored]> = match live.fresh.points.get(&series) {
            Some(fresh) => Merged::new(fresh.values().copied(), large.iter().copied()).collect(),
            None => Cow::Borrowed(large),
        };
        (blocks.lost, blocks.written) = (0, 0);
        blocks.write(series, &puts)?;
        folded.set_aside |= blocks.lost > 0;
        folded.written.push((series, blocks.written));
        if let Some(entry) = live.series.get(&series) {
            let mut summary = entry.summary;
            if let Some(done) = done {
                summary.apply(done, effects.version);
            }
            summary.points = summary.points.saturating_sub(blocks.lost);
            summaries.insert(series, tables::pack(&summary).as_slice())?;
        }
    }
    rows(txn, live, effects)?;
    let mut fresh = txn.open_table(tables::FRESH)?;
    for row in &live.fresh.rows {
        fresh.remove(row)?;
    }
    let mut numbers = txn.open_table(tables::META)?;
    numbers.insert(meta::VERSION, live.version.max(effects.version))?;
    numbers.insert(meta::GENERATION, live.generation + 1)?;
    let next_batch = effects.batches.last().map_or(live.next_batch, |(last, _)| last + 1);
    numbers.insert(meta::NEXT_BATCH, next_batch)?;
    numbers.insert(meta::LOG_SALT, salts.current)?;
    numbers.insert(meta::LOG_SALT_BEFORE, salts.before)?;
    Ok(folded)
}

/// Everything but points.
fn rows(txn: &WriteTransaction, live: &Live, effects: &Effects) -> Result<(), Error> {
    let fresh = &live.fresh;
    let mut batches = txn.open_table(tables::BATCHES)?;
    let mut batch = |id: u64, row: &BatchRow| batches.insert(id, tables::pack(row).as_slice()).map(drop);
    fresh.batches.iter().try_for_each(|(id, row)| batch(*id, row))?;
    effects.batches.iter().try_for_each(|(id, row)| batch(*id, row))?;

    let mut revisions = txn.open_table(tables::REVISIONS)?;
    let mut revision = |key: (u32, i64, u64), row: &RevisionRow| {
        revisions.insert(key, tables::pack(row).as_slice()).map(drop)
    };
    fresh.revisions.iter().try_for_each(|(key, row)| revision(*key, row))?;

    let mut absences = txn.open_table(tables::ABSENCES)?;
    let mut absence =
        |key: (u32, i64, i64), row: &AbsenceRow| absences.insert(key, tables::pack(row).as_slice()).map(drop);
    fresh.absences.iter().try_for_each(|(key, row)| absence(*key, row))?;
    for (series, done) in &effects.series {
        done.revisions.iter().try_for_each(|(start, by, row)| revision((*series, *start, *by), row))?;
        done.absences.iter().try_for_each(|(start, end, row)| absence((*series, *start, *end), row))?;
    }

    let mut states = txn.open_table(tables::STATE)?;
    let mut state = |owner: &str, key: &str, value: Option<&[u8]>| match value {
        Some(value) => states.insert((owner, key), value).map(drop),
        None => states.remove((owner, key)).map(drop),
    };
    for (owner, keys) in &fresh.state {
        keys.iter().try_for_each(|(key, value)| state(owner, key, value.as_deref()))?;
    }
    effects.state.iter().try_for_each(|change| state(&change.owner, &change.key, change.value.as_deref()))?;
    Ok(())
}

/// Packs the blocks of every series as tightly as they go. One block and its successor are in memory at a time.
pub(crate) fn repack(txn: &WriteTransaction, live: &Live) -> Result<bool, Error> {
    let mut blocks = Blocks::open(txn)?;
    let mut repacked = false;
    for &series in live.series.keys() {
        let (mut count, mut bytes) = (0, 0);
        for row in blocks.table.range((series, i64::MIN)..=(series, i64::MAX))? {
            count += 1;
            bytes += row?.1.value().len();
        }
        // Worth it only when a tenth of the blocks would go. Less than a large block is left to small ones.
        let packed = bytes / (LARGE_BYTES * 93 / 100);
        if count * 9 > (packed + LARGE_BYTES / MAX_BYTES + 1) * 10 {
            blocks.repack(series)?;
            repacked = true;
        }
    }
    Ok(repacked)
}

/// The table of blocks, in a write transaction.
struct Blocks<'txn> {
    table: BlockTable<'txn>,
    txn: &'txn WriteTransaction,
    columns: Columns,
    /// Points in blocks that had to be set aside.
    lost: u64,
    /// Bytes of the blocks written.
    written: u64,
}

impl<'txn> Blocks<'txn> {
    fn open(txn: &'txn WriteTransaction) -> Result<Self, Error> {
        let table = txn.open_table(tables::BLOCKS)?;
        Ok(Self { table, txn, columns: Columns::default(), lost: 0, written: 0 })
    }

    fn insert(&mut self, series: u32, first: i64, block: &[u8]) -> Result<(), Error> {
        self.written += block.len() as u64;
        self.table.insert((series, first), block)?;
        Ok(())
    }

    /// Writes points, ascending by start, each over the one at its start.
    fn write(&mut self, series: u32, puts: &[Stored]) -> Result<(), Error> {
        let mut per_point = PER_POINT;
        let mut rest = puts;
        while let Some(first) = rest.first() {
            let before = self.before(series, first.start())?;
            let mut next = self.after(series, first.start())?;
            let mut run = Vec::new();
            let mut size = 0;
            if let Some((key, header, bytes)) = before {
                let inside = header.is_none_or(|header| header.last >= first.start());
                let room = bytes < FULL && header.is_none_or(|header| header.count < MAX_POINTS * 9 / 10);
                if inside || room {
                    run = self.take(series, key)?;
                    size = bytes;
                }
            }
            let here = puts_before(rest, next);
            // A small block right after is joined, so that a history filled backwards does not end in crumbs.
            if let Some((key, bytes)) = next
                && size + bytes + here * 2 <= MAX_BYTES
            {
                run.extend(self.take(series, key)?);
                next = self.after(series, key)?;
            }
            let (now, later) = rest.split_at(puts_before(rest, next));
            if run.is_empty() {
                self.write_run(series, now, next.is_none(), &mut per_point)?;
            } else {
                merge_puts(&mut run, now.to_vec());
                self.write_run(series, &run, next.is_none(), &mut per_point)?;
            }
            rest = later;
        }
        Ok(())
    }

    /// Writes a run of points as blocks: full ones at the end of a series, even ones within, where more may come.
    fn write_run(
        &mut self,
        series: u32,
        run: &[Stored],
        at_end: bool,
        per_point: &mut f64,
    ) -> Result<(), Error> {
        let mut rest = run;
        while rest.len() as f64 * *per_point > LARGE_BYTES as f64 * 0.8 {
            let (bytes, used) = codec::encode_prefix(rest, LARGE_BYTES, per_point);
            let full = used < rest.len() || bytes.len() * 100 >= LARGE_BYTES * 93;
            if !full {
                break;
            }
            self.insert(series, rest[0].start(), &bytes)?;
            rest = &rest[used..];
        }
        let mut most = usize::MAX;
        while let Some(first) = rest.first() {
            let (mut bytes, mut used) =
                codec::encode_prefix(&rest[..rest.len().min(most)], MAX_BYTES, per_point);
            if !at_end && most == usize::MAX && used < rest.len() {
                most = rest.len().div_ceil(rest.len().div_ceil(used));
                (bytes, used) = codec::encode_prefix(&rest[..most], MAX_BYTES, per_point);
            }
            self.insert(series, first.start(), &bytes)?;
            rest = &rest[used..];
        }
        Ok(())
    }

    /// The block that begins at or before `start`: key, header, bytes.
    fn before(&self, series: u32, start: i64) -> Result<Option<(i64, Option<codec::Header>, usize)>, Error> {
        let Some(row) = self.table.range((series, i64::MIN)..=(series, start))?.next_back() else {
            return Ok(None);
        };
        let (key, block) = row?;
        Ok(Some((key.value().1, codec::header(block.value()).ok(), block.value().len())))
    }

    /// The block that begins after `start`: key, bytes.
    fn after(&self, series: u32, start: i64) -> Result<Option<(i64, usize)>, Error> {
        let from = (series, start.saturating_add(1));
        let Some(row) = self.table.range(from..=(series, i64::MAX))?.next() else { return Ok(None) };
        let (key, block) = row?;
        Ok(Some((key.value().1, block.value().len())))
    }

    /// Removes a block and returns its points; a damaged one is set aside as it is, and gives none.
    fn take(&mut self, series: u32, first: i64) -> Result<Vec<Stored>, Error> {
        let Some(block) = self.table.remove((series, first))? else { return Ok(Vec::new()) };
        let mut points = Vec::new();
        if let Err(damage) = self.columns.stored(block.value(), &mut points) {
            tracing::error!(error = %damaged(series, first, damage), "a block is set aside");
            self.lost += codec::header(block.value()).map_or(0, |header| header.count as u64);
            self.txn.open_table(tables::DAMAGED)?.insert((series, first), block.value())?;
            points.clear();
        }
        Ok(points)
    }

    fn repack(&mut self, series: u32) -> Result<(), Error> {
        let mut per_point = PER_POINT;
        let mut carry: Vec<Stored> = Vec::new();
        let mut next = self.after(series, i64::MIN)?;
        while let Some((key, _)) = next {
            let block = self.table.get((series, key))?.map(|block| block.value().to_vec());
            next = self.after(series, key)?;
            let begin = carry.len();
            // A damaged block stays where it is, and nothing is joined across it.
            if block.is_none_or(|block| self.columns.stored(&block, &mut carry).is_err()) {
                carry.truncate(begin);
                self.write_run(series, &carry, true, &mut per_point)?;
                carry.clear();
                continue;
            }
            self.table.remove((series, key))?;
            while carry.len() > MAX_POINTS {
                let (bytes, used) = codec::encode_prefix(&carry, LARGE_BYTES, &mut per_point);
                self.insert(series, carry[0].start(), &bytes)?;
                carry.drain(..used);
            }
        }
        self.write_run(series, &carry, true, &mut per_point)
    }
}

/// How many of the points come before the block at `next`.
fn puts_before(puts: &[Stored], next: Option<(i64, usize)>) -> usize {
    next.map_or(puts.len(), |(key, _)| puts.partition_point(|put| put.start() < key))
}
