//! A column of integers: the best of four predictions, then groups packed with their own width.
//!
//! `[prediction][lag, for the fourth][first value]`, then for each group of 64 residuals `[smallest][width][bits]`.
//! All arithmetic wraps, so that every `i64` survives.

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
    let mut previous = first;
    let deltas: Vec<i64> = rest
        .iter()
        .map(|&value| {
            let delta = value.wrapping_sub(previous);
            previous = value;
            delta
        })
        .collect();
    let after = |distance: usize| -> Vec<i64> {
        let (head, tail) = deltas.split_at(distance.min(deltas.len()));
        head.iter()
            .copied()
            .chain(tail.iter().zip(&deltas).map(|(new, old)| new.wrapping_sub(*old)))
            .collect()
    };
    let second = after(1);
    let lagged = lag.filter(|lag| *lag > 1 && *lag * 2 < deltas.len()).map(|lag| (lag, after(lag)));

    let mut choice = (PLAIN, rest);
    let mut least = cost(rest);
    for (prediction, residuals) in [
        Some((DELTA, deltas.as_slice())),
        Some((SECOND, second.as_slice())),
        lagged.as_ref().map(|(_, residuals)| (LAGGED, residuals.as_slice())),
    ]
    .into_iter()
    .flatten()
    {
        let bits = cost(residuals);
        if bits < least {
            (choice, least) = ((prediction, residuals), bits);
        }
    }
    out.push(choice.0);
    if let (LAGGED, Some((lag, _))) = (choice.0, &lagged) {
        put_varint(out, *lag as u64);
    }
    put_zigzag(out, first);
    let mut group = [0u64; GROUP];
    for residuals in choice.1.chunks(GROUP) {
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

/// Bits that residuals take, to compare predictions; of long columns, those of every fourth group.
fn cost(residuals: &[i64]) -> usize {
    let bits = |group: &[i64]| {
        let (low, width) = span(group);
        16 + bits::width(low.unsigned_abs()) as usize + group.len() * width as usize
    };
    let every = if residuals.len() > 16 * GROUP { 4 } else { 1 };
    residuals.chunks(GROUP).step_by(every).map(bits).sum()
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
