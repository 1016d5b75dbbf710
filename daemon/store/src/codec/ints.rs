//! A column of integers: the best of four predictions, then groups packed with their own width.
//!
//! `[prediction][lag, for the fourth][first value]`, then for each group of 64 residuals `[smallest][width][bits]`.
//! All arithmetic wraps, so that every `i64` survives.

use std::borrow::Cow;
use std::ops::Range;

use super::Damage;
use super::bits::{self, GROUP};
use super::bytes::{Cursor, put_varint, put_zigzag};

/// Each value stands alone.
const PLAIN: u8 = 0;
/// The next value is like the last.
const DELTA: u8 = 1;
/// The next change is like the last change.
const SECOND: u8 = 2;
/// The next change is like the change one lag (one day) before.
const LAGGED: u8 = 3;

/// Appends a column. `lag`, when there is one, is how many values make a day.
pub(super) fn encode(out: &mut Vec<u8>, values: &[i64], lag: Option<usize>) {
    let Some((&first, rest)) = values.split_first() else { return };
    if rest.is_empty() {
        out.push(PLAIN);
        put_zigzag(out, first);
        return;
    }
    let deltas: Vec<i64> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    let lag = lag.filter(|lag| *lag > 1 && *lag * 2 < deltas.len());
    let mut choice = (PLAIN, 0);
    let mut least = cost(rest);
    let bits = cost(&deltas);
    if bits < least {
        (choice, least) = ((DELTA, 0), bits);
    }
    for (prediction, distance) in [Some((SECOND, 1)), lag.map(|lag| (LAGGED, lag))].into_iter().flatten() {
        let bits = cost_after(&deltas, distance);
        if bits < least {
            (choice, least) = ((prediction, distance), bits);
        }
    }
    let residuals = match choice {
        (PLAIN, _) => Cow::Borrowed(rest),
        (_, 0) => Cow::Owned(deltas),
        (_, distance) => Cow::Owned(after(&deltas, distance, 0..deltas.len()).collect()),
    };
    out.push(choice.0);
    if choice.0 == LAGGED {
        put_varint(out, choice.1 as u64);
    }
    put_zigzag(out, first);
    let mut group = [0u64; GROUP];
    for residuals in residuals.chunks(GROUP) {
        let (low, width) = span(residuals);
        put_zigzag(out, low);
        out.push(width as u8);
        for (slot, &residual) in group.iter_mut().zip(residuals) {
            *slot = residual.wrapping_sub(low) as u64;
        }
        bits::pack(out, &group[..residuals.len()], width);
    }
}

/// The smallest residual of a group, and the bits that the others need above it.
fn span(residuals: &[i64]) -> (i64, u32) {
    let (low, high) =
        residuals.iter().fold((i64::MAX, i64::MIN), |(low, high), &value| (low.min(value), high.max(value)));
    (low, bits::width(high.wrapping_sub(low) as u64))
}

/// How each of the deltas in `range` differs from the one `distance` before it; the first ones stay.
fn after(deltas: &[i64], distance: usize, range: Range<usize>) -> impl Iterator<Item = i64> {
    let turn = distance.clamp(range.start, range.end);
    let (first, rest) = (&deltas[range.start..turn], &deltas[turn..range.end]);
    let before = &deltas[turn.saturating_sub(distance)..];
    first.iter().copied().chain(rest.iter().zip(before).map(|(new, old)| new.wrapping_sub(*old)))
}

/// Bits that residuals take, to compare predictions; of long columns, those of every fourth group.
fn cost(residuals: &[i64]) -> usize {
    groups(residuals.len()).map(|group| bits_of(&residuals[group])).sum()
}

/// The same for [`after`], of which only these groups are made.
fn cost_after(deltas: &[i64], distance: usize) -> usize {
    let mut residuals = [0; GROUP];
    let bits = |group: Range<usize>| {
        let length = group.len();
        residuals
            .iter_mut()
            .zip(after(deltas, distance, group))
            .for_each(|(slot, residual)| *slot = residual);
        bits_of(&residuals[..length])
    };
    groups(deltas.len()).map(bits).sum()
}

/// The groups of a column whose bits are counted.
fn groups(count: usize) -> impl Iterator<Item = Range<usize>> {
    let every = if count > 16 * GROUP { 4 } else { 1 };
    (0..count).step_by(every * GROUP).map(move |begin| begin..(begin + GROUP).min(count))
}

fn bits_of(group: &[i64]) -> usize {
    let (low, width) = span(group);
    16 + bits::width(low.unsigned_abs()) as usize + group.len() * width as usize
}

/// Reads a column of `count` values into `out`, which is cleared.
pub(super) fn decode(cursor: &mut Cursor<'_>, count: usize, out: &mut Vec<i64>) -> Result<(), Damage> {
    out.clear();
    if count == 0 {
        return Ok(());
    }
    let prediction = cursor.byte()?;
    let lag = match prediction {
        PLAIN | DELTA => 0,
        SECOND => 1,
        LAGGED => usize::try_from(cursor.varint()?).map_err(|_| Damage("impossible lag"))?,
        _ => return Err(Damage("unknown prediction")),
    };
    if prediction == LAGGED && (lag == 0 || lag >= count) {
        return Err(Damage("impossible lag"));
    }
    let first = cursor.zigzag()?;
    out.reserve(count);
    out.push(first);
    let mut group = [0u64; GROUP];
    let mut left = count - 1;
    while left > 0 {
        let size = left.min(GROUP);
        let low = cursor.zigzag()?;
        let width = u32::from(cursor.byte()?);
        bits::unpack(cursor, width, &mut group[..size])?;
        out.extend(group[..size].iter().map(|&value| low.wrapping_add(value as i64)));
        left -= size;
    }
    if lag > 0 {
        for index in lag + 1..count {
            out[index] = out[index].wrapping_add(out[index - lag]);
        }
    }
    if prediction != PLAIN {
        let mut sum = 0i64;
        for value in out {
            sum = sum.wrapping_add(*value);
            *value = sum;
        }
    }
    Ok(())
}
