//! Starts and durations: runs of one step and one duration where time is regular, two integer columns where not.

use super::Damage;
use super::bytes::{Cursor, put_varint, put_zigzag};
use super::ints;

const RUNS: u8 = 0;
const COLUMNS: u8 = 1;

const DAY: i64 = 86_400_000;

/// One stretch of regular time.
struct Run {
    /// Between the start that the last run would have had next and this run's first.
    gap: i64,
    step: i64,
    duration: i64,
    count: usize,
}

fn find_runs(starts: &[i64], durations: &[i64], most: usize) -> Option<Vec<Run>> {
    let mut runs = Vec::new();
    let mut expected = starts[0];
    let mut at = 0;
    while at < starts.len() {
        if runs.len() == most {
            return None;
        }
        let duration = durations[at];
        let mut end = at + 1;
        let mut step = duration;
        if end < starts.len() && durations[end] == duration {
            step = starts[end].wrapping_sub(starts[at]);
            while end < starts.len()
                && durations[end] == duration
                && starts[end].wrapping_sub(starts[end - 1]) == step
            {
                end += 1;
            }
        }
        // Two points make no run: what looks like a step may be a hole before the next run.
        if end - at == 2 && end < starts.len() && step != duration {
            (end, step) = (at + 1, duration);
        }
        runs.push(Run { gap: starts[at].wrapping_sub(expected), step, duration, count: end - at });
        expected = starts[end - 1].wrapping_add(step);
        at = end;
    }
    Some(runs)
}

/// How many points make a day, when the points are evenly spaced for the most part.
pub(super) fn daily_lag(starts: &[i64]) -> Option<usize> {
    let step = starts.get(1)?.wrapping_sub(starts[0]);
    (step > 0 && step < DAY && DAY % step == 0).then(|| (DAY / step) as usize)
}

pub(super) fn encode(out: &mut Vec<u8>, starts: &[i64], durations: &[i64]) {
    let mut columns = None;
    let write_columns = |out: &mut Vec<u8>| {
        out.push(COLUMNS);
        ints::encode(out, starts, None);
        ints::encode(out, durations, None);
    };
    let Some(runs) = find_runs(starts, durations, (starts.len() / 2).max(4)) else {
        return write_columns(out);
    };
    // A run takes some ten bytes; only when there are many may the columns be smaller.
    if runs.len() > 3 {
        let mut bytes = Vec::new();
        write_columns(&mut bytes);
        columns = Some(bytes);
    }
    let begin = out.len();
    out.push(RUNS);
    put_varint(out, runs.len() as u64);
    for run in &runs {
        put_zigzag(out, run.gap);
        put_zigzag(out, run.step);
        put_varint(out, run.duration as u64);
        put_varint(out, run.count as u64);
    }
    if let Some(columns) = columns.filter(|bytes| bytes.len() < out.len() - begin) {
        out.truncate(begin);
        out.extend_from_slice(&columns);
    }
}

pub(super) fn decode(
    cursor: &mut Cursor<'_>,
    first: i64,
    count: usize,
    starts: &mut Vec<i64>,
    durations: &mut Vec<i64>,
) -> Result<(), Damage> {
    match cursor.byte()? {
        COLUMNS => {
            ints::decode(cursor, count, starts)?;
            return ints::decode(cursor, count, durations);
        }
        RUNS => {}
        _ => return Err(Damage("unknown layout of times")),
    }
    starts.clear();
    durations.clear();
    starts.reserve(count);
    durations.reserve(count);
    let runs = cursor.varint()?;
    let mut next = first;
    for _ in 0..runs {
        next = next.wrapping_add(cursor.zigzag()?);
        let step = cursor.zigzag()?;
        let duration = cursor.varint()? as i64;
        let length = usize::try_from(cursor.varint()?).map_err(|_| Damage("impossible run"))?;
        if length == 0 || length > count - starts.len() {
            return Err(Damage("impossible run"));
        }
        let from = next;
        starts.extend((0..length as i64).map(|index| from.wrapping_add(step.wrapping_mul(index))));
        durations.resize(starts.len(), duration);
        next = from.wrapping_add(step.wrapping_mul(length as i64));
    }
    if starts.len() == count { Ok(()) } else { Err(Damage("too few starts")) }
}
