//! Starts and durations: runs of one step and one duration where time is regular, two integer columns where not.

use super::Damage;
use super::bytes::{Cursor, put_varint, put_zigzag};
use super::ints;

const RUNS: u8 = 0;
const COLUMNS: u8 = 1;

const DAY: i64 = 86_400_000;

/// Points that follow each other by one step and last equally long, as decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) first: i64,
    pub(crate) step: i64,
    pub(crate) duration: u64,
    pub(crate) count: usize,
}

impl Stretch {
    /// The start of the last point.
    pub(crate) const fn last(&self) -> i64 {
        self.start(self.count - 1)
    }

    /// The start of a point.
    pub(crate) const fn start(&self, index: usize) -> i64 {
        self.first.wrapping_add(self.step.wrapping_mul(index as i64))
    }
}

/// One stretch of regular time, as encoded.
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

/// Reads the times of `count` points into `out`, which is cleared. The starts ascend, from `first` to `last`.
pub(super) fn decode(
    cursor: &mut Cursor<'_>,
    (first, last): (i64, i64),
    count: usize,
    out: &mut Vec<Stretch>,
) -> Result<(), Damage> {
    out.clear();
    match cursor.byte()? {
        COLUMNS => {
            let (mut starts, mut durations) = (Vec::new(), Vec::new());
            ints::decode(cursor, count, &mut starts)?;
            ints::decode(cursor, count, &mut durations)?;
            starts.iter().zip(&durations).for_each(|(&start, &duration)| push(out, start, duration as u64));
        }
        RUNS => {
            let mut left = count;
            let mut next = first;
            for _ in 0..cursor.varint()? {
                next = next.wrapping_add(cursor.zigzag()?);
                let step = cursor.zigzag()?;
                let duration = cursor.varint()?;
                let count = usize::try_from(cursor.varint()?).map_err(|_| Damage("impossible run"))?;
                if count == 0 || count > left {
                    return Err(Damage("impossible run"));
                }
                let stretch = Stretch { first: next, step, duration, count };
                // Within a stretch nothing else is checked: it must not wrap around.
                let reach = i128::from(step) * (count as i128 - 1);
                if (count > 1 && step <= 0) || i128::from(next) + reach != i128::from(stretch.last()) {
                    return Err(Damage("starts out of order"));
                }
                left -= count;
                next = stretch.start(count);
                // The step of a single point without duration was written as 0.
                out.push(Stretch { step: step.max(1), ..stretch });
            }
            if left > 0 {
                return Err(Damage("too few starts"));
            }
        }
        _ => return Err(Damage("unknown layout of times")),
    }
    let ascending = out.windows(2).all(|pair| pair[0].last() < pair[1].first);
    let ends = (out.first().map(|stretch| stretch.first), out.last().map(Stretch::last));
    if ends != (Some(first), Some(last)) || !ascending {
        return Err(Damage("starts out of order"));
    }
    Ok(())
}

/// Adds a point to stretches, to the last one if it goes on that way.
pub(crate) fn push(stretches: &mut Vec<Stretch>, start: i64, duration: u64) {
    if let Some(last) = stretches.last_mut()
        && last.duration == duration
        && start > last.last()
    {
        let step = start.wrapping_sub(last.last());
        if last.count == 1 {
            last.step = step;
        }
        if last.step == step && step > 0 {
            last.count += 1;
            return;
        }
    }
    let step = i64::try_from(duration).unwrap_or(i64::MAX).max(1);
    stretches.push(Stretch { first: start, step, duration, count: 1 });
}
