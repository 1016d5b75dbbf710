//! Reading: the tables of one snapshot with the fresh commits laid over them.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range, RangeInclusive};

use redb::{ReadTransaction, ReadableTable};

use crate::codec::{self, Columns};
use crate::error::Error;
use crate::live::Live;
use crate::lookup::damaged;
use crate::runs::{Run, group};
use crate::tables::{self, AbsenceRow, BatchRow, RevisionRow, Summary};
use crate::types::{Absence, BatchId, Point, Reading, SeriesId, Skipped, Stored};

/// Calls `f` with the points of a series whose start is in `range`, ascending, one block's worth at a time.
///
/// `over` holds points that win over those in blocks with the same start; ascending, all within `range`. What is damaged
/// is left out and told in the answer.
pub(crate) fn scan(
    txn: &ReadTransaction,
    series: u32,
    range: Range<i64>,
    over: Vec<Point>,
    f: &mut dyn FnMut(&[Point]) -> ControlFlow<()>,
) -> Result<Reading, Error> {
    let mut reading = Reading::default();
    let mut columns = Columns::default();
    let mut points: Vec<Point> = Vec::new();
    let mut merged: Vec<Point> = Vec::new();
    let mut over = over.into_iter().peekable();
    let flow = each_block(txn, series, &range, &mut reading.skipped, &mut |first, block| {
        points.clear();
        columns.points(block, &mut points).map_err(|damage| damaged(series, first, damage))?;
        let inside = within(&points, &range);
        let Some(last) = inside.last() else { return Ok(ControlFlow::Continue(())) };
        if over.peek().is_none_or(|point| point.start > last.start) {
            return Ok(f(inside));
        }
        merge(inside, &mut over, &mut merged);
        Ok(f(&merged))
    })?;
    merged.clear();
    merged.extend(over);
    if flow.is_continue() && !merged.is_empty() {
        let _ = f(&merged);
    }
    Ok(reading)
}

/// Calls `f` with the points of a series whose start is in `range`, ascending, as runs. `over` as for [`scan`].
pub(crate) fn runs(
    txn: &ReadTransaction,
    series: u32,
    range: Range<i64>,
    over: Vec<Point>,
    f: &mut dyn FnMut(Run<'_>) -> ControlFlow<()>,
) -> Result<Reading, Error> {
    let mut reading = Reading::default();
    let mut columns = Columns::default();
    let (mut points, mut merged, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut over = over.into_iter().peekable();
    let flow = each_block(txn, series, &range, &mut reading.skipped, &mut |first, block| {
        let damaged = |damage| damaged(series, first, damage);
        let last = codec::header(block).map_err(damaged)?.last;
        if over.peek().is_none_or(|point| point.start > last) {
            let inside = |run: Run<'_>| {
                let run = run.split_at(run.before(range.end)).0;
                let run = run.split_at(run.before(range.start)).1;
                if run.values.is_empty() { ControlFlow::Continue(()) } else { f(run) }
            };
            return columns.runs(block, inside).map_err(damaged);
        }
        points.clear();
        columns.points(block, &mut points).map_err(damaged)?;
        merge(within(&points, &range), &mut over, &mut merged);
        Ok(group(&merged, &mut values).try_for_each(&mut *f))
    })?;
    if flow.is_continue() {
        merged.clear();
        merged.extend(over);
        let _ = group(&merged, &mut values).try_for_each(f);
    }
    Ok(reading)
}

/// Calls `f` with the points of a series whose start is in `range`, ascending, each with its batch. `over` as for
/// [`scan`].
pub(crate) fn stored(
    txn: &ReadTransaction,
    series: u32,
    range: Range<i64>,
    over: Vec<Stored>,
    f: &mut dyn FnMut(Stored),
) -> Result<Reading, Error> {
    let mut reading = Reading::default();
    let mut columns = Columns::default();
    let mut points: Vec<Stored> = Vec::new();
    let mut over = over.into_iter().peekable();
    let _ = each_block(txn, series, &range, &mut reading.skipped, &mut |first, block| {
        points.clear();
        columns.stored(block, &mut points).map_err(|damage| damaged(series, first, damage))?;
        for &point in points.iter().filter(|point| range.contains(&point.start())) {
            while let Some(earlier) = over.next_if(|put| put.start() < point.start()) {
                f(earlier);
            }
            f(over.next_if(|put| put.start() == point.start()).unwrap_or(point));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    over.for_each(f);
    Ok(reading)
}

/// Whether to go on.
type Flow = Result<ControlFlow<()>, Error>;

/// Calls `f` with the first instant and the bytes of each block that may hold points of `range`; where it says that a
/// block is damaged, goes on with the next.
fn each_block(
    txn: &ReadTransaction,
    series: u32,
    range: &Range<i64>,
    skipped: &mut Vec<Skipped>,
    f: &mut dyn FnMut(i64, &[u8]) -> Flow,
) -> Flow {
    if range.start >= range.end {
        return Ok(ControlFlow::Continue(()));
    }
    let blocks = txn.open_table(tables::BLOCKS)?;
    // The block before the range may reach into it.
    let before = blocks.range((series, i64::MIN)..=(series, range.start))?.next_back();
    let from = match before {
        Some(row) => row?.0.value().1,
        None => range.start,
    };
    for row in blocks.range((series, from)..(series, range.end))? {
        let (key, block) = row?;
        let (first, block) = (key.value().1, block.value());
        let reaches = codec::header(block).map(|header| header.last >= range.start);
        let flow = match reaches {
            Ok(true) => f(first, block),
            // Before it is left alone on the word of its header the checksum has to agree.
            Ok(false) => codec::check(block)
                .map(ControlFlow::Continue)
                .map_err(|damage| damaged(series, first, damage)),
            Err(damage) => Err(damaged(series, first, damage)),
        };
        match flow {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
            Err(error @ Error::Damaged { .. }) => {
                let after = blocks.range((series, first.saturating_add(1))..=(series, i64::MAX))?.next();
                let until = after.transpose()?.map_or(i64::MAX, |(key, _)| key.value().1);
                skipped.push(Skipped {
                    series: SeriesId(series),
                    from: first,
                    until,
                    what: error.to_string(),
                });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Of ascending points, those whose start is in `range`.
fn within<'a>(points: &'a [Point], range: &Range<i64>) -> &'a [Point] {
    let begin = points.partition_point(|point| point.start < range.start);
    let end = points.partition_point(|point| point.start < range.end);
    &points[begin..end]
}

/// Lays the first of `over`, up to the last of `under`, over `under`: the result is in `merged`.
fn merge(
    under: &[Point],
    over: &mut std::iter::Peekable<std::vec::IntoIter<Point>>,
    merged: &mut Vec<Point>,
) {
    merged.clear();
    for point in under {
        while let Some(earlier) = over.next_if(|put| put.start < point.start) {
            merged.push(earlier);
        }
        merged.push(over.next_if(|put| put.start == point.start).unwrap_or(*point));
    }
}

/// The summary of a series as its blocks tell it; for when the one that was kept is damaged.
pub(crate) fn summarize(txn: &ReadTransaction, series: u32) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut columns = Columns::default();
    let mut points = Vec::new();
    for row in txn.open_table(tables::BLOCKS)?.range((series, i64::MIN)..=(series, i64::MAX))? {
        let (key, block) = row?;
        let Ok(header) = codec::header(block.value()) else { continue };
        summary.points += header.count as u64;
        summary.first = summary.first.or(Some(key.value().1));
        summary.last_end = summary.last_end.max(Some(header.max_end));
        points.clear();
        if columns.points(block.value(), &mut points).is_ok() {
            summary.last = points.last().copied();
        }
    }
    Ok(summary)
}

/// A batch's row.
pub(crate) fn batch(live: &Live, txn: &ReadTransaction, id: u64) -> Result<Option<BatchRow>, Error> {
    if let Some(row) = live.fresh.batches.get(&id) {
        return Ok(Some(row.clone()));
    }
    match txn.open_table(tables::BATCHES)?.get(id)? {
        Some(bytes) => batch_row(id, bytes.value()).map(Some),
        None => Ok(None),
    }
}

/// Decodes a batch's row.
pub(crate) fn batch_row(id: u64, bytes: &[u8]) -> Result<BatchRow, Error> {
    tables::unpack(bytes, || format!("the record of batch {id}"))
}

/// Revisions of a series by (start, deciding batch).
pub(crate) fn revisions(
    live: &Live,
    txn: &ReadTransaction,
    series: u32,
    starts: RangeInclusive<i64>,
    skipped: &mut Vec<Skipped>,
) -> Result<BTreeMap<(i64, u64), RevisionRow>, Error> {
    let (from, to) = ((series, *starts.start(), 0), (series, *starts.end(), u64::MAX));
    let mut found = BTreeMap::new();
    if from > to {
        return Ok(found);
    }
    for row in txn.open_table(tables::REVISIONS)?.range(from..=to)? {
        let (key, bytes) = row?;
        let (_, start, by) = key.value();
        let row = tables::unpack(bytes.value(), || format!("a revision of series {series} at {start}"));
        if let Some(row) = unless_damaged(row, series, start, start.saturating_add(1), skipped)? {
            found.insert((start, by), row);
        }
    }
    found.extend(live.fresh.revisions.range(from..=to).map(|((_, start, by), row)| ((*start, *by), *row)));
    Ok(found)
}

/// The row, unless it is damaged: then what is left out by that is noted.
fn unless_damaged<T>(
    row: Result<T, Error>,
    series: u32,
    from: i64,
    until: i64,
    skipped: &mut Vec<Skipped>,
) -> Result<Option<T>, Error> {
    match row {
        Ok(row) => Ok(Some(row)),
        Err(error @ Error::Damaged { .. }) => {
            skipped.push(Skipped { series: SeriesId(series), from, until, what: error.to_string() });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Decodes an absence's row.
pub(crate) fn absence_row(key: (u32, i64, i64), bytes: &[u8]) -> Result<AbsenceRow, Error> {
    tables::unpack(bytes, || format!("an absence of series {} at {}", key.0, key.1))
}

/// Declared spans that reach into `range`, ascending, as declared.
pub(crate) fn declared_absences(
    live: &Live,
    txn: &ReadTransaction,
    series: u32,
    range: Range<i64>,
    skipped: &mut Vec<Skipped>,
) -> Result<Vec<Absence>, Error> {
    let mut found: BTreeMap<(i64, i64), AbsenceRow> = BTreeMap::new();
    if range.start >= range.end {
        return Ok(Vec::new());
    }
    // Spans may be of any length, so those that begin before the range are looked at too; there are few of them.
    let (from, to) = ((series, i64::MIN, i64::MIN), (series, range.end, i64::MIN));
    for row in txn.open_table(tables::ABSENCES)?.range(from..to)? {
        let (key, bytes) = row?;
        let key = key.value();
        if key.2 > range.start {
            let row = absence_row(key, bytes.value());
            if let Some(row) = unless_damaged(row, series, key.1, key.2, skipped)? {
                found.insert((key.1, key.2), row);
            }
        }
    }
    let fresh = live.fresh.absences.range(from..to).filter(|((_, _, end), _)| *end > range.start);
    found.extend(fresh.map(|((_, start, end), row)| ((*start, *end), row.clone())));
    let absence = |((start, end), row): ((i64, i64), AbsenceRow)| Absence {
        start,
        end,
        reason: row.reason,
        batch: BatchId(row.batch),
    };
    Ok(found.into_iter().map(absence).collect())
}

/// What is left of `spans` once the intervals in `covered` are taken away. `covered` is ascending by start.
pub(crate) fn subtract(spans: Vec<Absence>, covered: &[(i64, i64)]) -> Vec<Absence> {
    let mut left = Vec::new();
    for span in spans {
        let mut at = span.start;
        for &(from, to) in covered.iter().skip_while(|(_, to)| *to <= span.start) {
            if from >= span.end {
                break;
            }
            if from > at {
                left.push(Absence { start: at, end: from, ..span.clone() });
            }
            at = at.max(to);
        }
        if at < span.end {
            left.push(Absence { start: at, ..span });
        }
    }
    left
}

/// One key of a state.
pub(crate) fn state(
    live: &Live,
    txn: &ReadTransaction,
    owner: &str,
    key: &str,
) -> Result<Option<Vec<u8>>, Error> {
    if let Some(value) = live.fresh.state(owner, key) {
        return Ok(value.clone());
    }
    Ok(txn.open_table(tables::STATE)?.get((owner, key))?.map(|value| value.value().to_vec()))
}

/// Every key of an owner's state.
pub(crate) fn states(
    live: &Live,
    txn: &ReadTransaction,
    owner: &str,
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut found = BTreeMap::new();
    for row in txn.open_table(tables::STATE)?.range((owner, "")..)? {
        let (key, value) = row?;
        let (whose, name) = key.value();
        if whose != owner {
            break;
        }
        found.insert(name.to_owned(), value.value().to_vec());
    }
    for (key, value) in live.fresh.state.get(owner).into_iter().flatten() {
        match value {
            Some(value) => found.insert(key.clone(), value.clone()),
            None => found.remove(key),
        };
    }
    Ok(found)
}

/// Newest batches first, `limit` of them.
pub(crate) fn newest_batches(
    live: &Live,
    txn: &ReadTransaction,
    limit: usize,
) -> Result<Vec<(u64, BatchRow)>, Error> {
    let mut found: Vec<(u64, BatchRow)> =
        live.fresh.batches.iter().rev().take(limit).map(|(id, row)| (*id, row.clone())).collect();
    let missing = limit - found.len();
    for row in txn.open_table(tables::BATCHES)?.iter()?.rev().take(missing) {
        let (id, bytes) = row?;
        match batch_row(id.value(), bytes.value()) {
            Ok(row) => found.push((id.value(), row)),
            Err(error) => tracing::error!(%error, "the batch is left out"),
        }
    }
    Ok(found)
}
