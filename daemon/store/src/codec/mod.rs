//! The block codec: a run of points to bytes and back, exact to the bit. Pure: no file, no clock.
//!
//! A block is `[codec 1][CRC-32 of the rest, little endian]` and then, as LEB128 varints (zigzag where signed):
//!
//! | part | content |
//! |---|---|
//! | header | count, first start, last start − first, latest end − first |
//! | times | [`times`]: runs of (gap, step, duration, count), or two integer columns |
//! | values | [`values`]: integers over a power of ten with exceptions, or XOR floats; the smaller |
//! | qualities | [`runs`]: run-length |
//! | batches | [`runs`]: run-length |
//!
//! Integer columns ([`ints`]) subtract the best of four predictions and pack what is left in groups of 64 with the
//! width that the group needs. Another layout takes another first byte; this one stays readable for ever.
//!
//! Decoding trusts nothing: the CRC, every length and every order is checked, a count is bounded by
//! [`MAX_POINTS`] before memory is taken, and damage is a [`Damage`], never a panic.

mod bits;
mod bytes;
mod ints;
mod runs;
#[cfg(test)]
mod tests;
mod times;
mod values;

use std::ops::ControlFlow;

use self::bytes::Cursor;
pub(crate) use self::times::{Stretch, push as push_stretch};
use crate::runs::Run;
use crate::types::{Point, Quality, Stored};

/// Most points a block may hold; the decoder refuses more.
pub(crate) const MAX_POINTS: usize = 16_384;

/// Most bytes a block should have: with its key and redb's header it fills one page of 4096 bytes, while one byte
/// more would take two pages.
pub(crate) const MAX_BYTES: usize = 4064;

/// Most bytes of a large block: two pages that follow each other, which a cold disk reads as fast as one. Four would
/// be read no faster, as columns of that length leave the processor's near memory.
pub(crate) const LARGE_BYTES: usize = 2 * 4096 - 32;

const CODEC: u8 = 1;

/// Why bytes are not a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Damage(pub(crate) &'static str);

/// What can be known of a block without decoding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) count: usize,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) max_end: i64,
}

/// Decoded columns; kept between blocks so that their memory is used again.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    stretches: Vec<Stretch>,
    values: Vec<f64>,
    qualities: Vec<(i64, usize)>,
    batches: Vec<(i64, usize)>,
    scratch: Vec<i64>,
}

/// Encodes points, which are strictly ascending by start, at least one and at most [`MAX_POINTS`].
pub(crate) fn encode(points: &[Stored]) -> Vec<u8> {
    debug_assert!(!points.is_empty() && points.len() <= MAX_POINTS);
    debug_assert!(points.windows(2).all(|pair| pair[0].start() < pair[1].start()));
    let first = points.first().map_or(0, Stored::start);
    let last = points.last().map_or(0, Stored::start);
    let starts: Vec<i64> = points.iter().map(|p| p.point.start).collect();
    let durations: Vec<i64> = points.iter().map(|p| p.point.duration as i64).collect();
    let values: Vec<f64> = points.iter().map(|p| p.point.value).collect();
    let max_end = points.iter().map(|p| p.point.end()).fold(first, i64::max);

    let mut out = Vec::with_capacity(MAX_BYTES);
    out.extend_from_slice(&[CODEC, 0, 0, 0, 0]);
    bytes::put_varint(&mut out, points.len() as u64);
    bytes::put_zigzag(&mut out, first);
    bytes::put_varint(&mut out, last.wrapping_sub(first) as u64);
    bytes::put_varint(&mut out, max_end.wrapping_sub(first) as u64);
    times::encode(&mut out, &starts, &durations);
    values::encode(&mut out, &values, times::daily_lag(&starts));
    runs::encode(&mut out, points.iter().map(|p| p.point.quality as i64));
    runs::encode(&mut out, points.iter().map(|p| p.batch as i64));
    let crc = crc32fast::hash(&out[5..]);
    out[1..5].copy_from_slice(&crc.to_le_bytes());
    out
}

/// Encodes as many of the first points as fit `limit` bytes, at least one, and says how many.
///
/// `per_point` is how many bytes a point may take; the answer improves it for the next call.
pub(crate) fn encode_prefix(points: &[Stored], limit: usize, per_point: &mut f64) -> (Vec<u8>, usize) {
    let most = points.len().min(MAX_POINTS);
    let aim = |per_point: f64| ((limit as f64 * 0.975 / per_point) as usize).clamp(1, most);
    let mut take = aim(*per_point);
    let mut best: Option<(Vec<u8>, usize)> = None;
    // Sizes grow almost in proportion, so that the second try nearly always lands just under the limit.
    for _ in 0..6 {
        let bytes = encode(&points[..take]);
        *per_point = bytes.len() as f64 / take as f64;
        let next = aim(*per_point);
        if bytes.len() <= limit && best.as_ref().is_none_or(|(_, n)| *n < take) {
            let good_enough = take == most || bytes.len() * 100 >= limit * 93;
            best = Some((bytes, take));
            if good_enough || next <= take {
                break;
            }
            take = next;
        } else {
            if best.is_some() || take == 1 {
                best.get_or_insert((bytes, take));
                break;
            }
            take = next.min(take * 9 / 10).max(1);
        }
    }
    best.unwrap_or_else(|| (encode(&points[..1]), 1))
}

/// Reads the header after checking the whole block's CRC when `verify` says so.
fn open(block: &[u8], verify: bool) -> Result<(Header, Cursor<'_>), Damage> {
    let (head, body) = block.split_at_checked(5).ok_or(Damage("cut short"))?;
    if head[0] != CODEC {
        return Err(Damage("written by an unknown codec"));
    }
    if verify && crc32fast::hash(body).to_le_bytes() != head[1..5] {
        return Err(Damage("checksum does not match"));
    }
    let mut cursor = Cursor::new(body);
    let count = usize::try_from(cursor.varint()?).map_err(|_| Damage("impossible count"))?;
    if count == 0 || count > MAX_POINTS {
        return Err(Damage("impossible count"));
    }
    let first = cursor.zigzag()?;
    let last = first.checked_add_unsigned(cursor.varint()?).ok_or(Damage("instant out of range"))?;
    let max_end = first.checked_add_unsigned(cursor.varint()?).ok_or(Damage("instant out of range"))?;
    Ok((Header { count, first, last, max_end }, cursor))
}

/// The header alone, without checking the CRC.
pub(crate) fn header(block: &[u8]) -> Result<Header, Damage> {
    open(block, false).map(|(header, _)| header)
}

/// Whether a block is as it was written.
pub(crate) fn check(block: &[u8]) -> Result<(), Damage> {
    open(block, true).map(drop)
}

impl Columns {
    /// Decodes a block into these columns, batches only when asked.
    fn decode(&mut self, block: &[u8], with_batches: bool) -> Result<Header, Damage> {
        let (header, mut cursor) = open(block, true)?;
        times::decode(&mut cursor, (header.first, header.last), header.count, &mut self.stretches)?;
        values::decode(&mut cursor, header.count, &mut self.values, &mut self.scratch)?;
        runs::decode(&mut cursor, header.count, &mut self.qualities)?;
        self.batches.clear();
        if with_batches {
            runs::decode(&mut cursor, header.count, &mut self.batches)?;
        }
        Ok(header)
    }

    /// Calls `f` with the block as runs of one step, one duration and one quality, ascending.
    pub(crate) fn runs(
        &mut self,
        block: &[u8],
        mut f: impl FnMut(Run<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Damage> {
        self.decode(block, false)?;
        let mut qualities = self.qualities.iter();
        let (mut quality, mut alike) = (Quality::Measured, 0);
        let mut rest = self.values.as_slice();
        for stretch in &self.stretches {
            let mut done = 0;
            while done < stretch.count {
                if alike == 0 {
                    let &(number, length) = qualities.next().ok_or(Damage("too few qualities"))?;
                    quality = Quality::from_stored(number).ok_or(Damage("unknown quality"))?;
                    alike = length;
                }
                let count = alike.min(stretch.count - done);
                let (values, later) = rest.split_at_checked(count).ok_or(Damage("too few values"))?;
                let run = Run {
                    start: stretch.start(done),
                    step: stretch.step,
                    duration: stretch.duration,
                    quality,
                    values,
                };
                if f(run).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                (rest, done, alike) = (later, done + count, alike - count);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Appends a block's points to `out`.
    pub(crate) fn points(&mut self, block: &[u8], out: &mut Vec<Point>) -> Result<(), Damage> {
        let _ = self.runs(block, |run| {
            out.extend(run.points());
            ControlFlow::Continue(())
        })?;
        Ok(())
    }

    /// Appends a block's points with their batches to `out`.
    pub(crate) fn stored(&mut self, block: &[u8], out: &mut Vec<Stored>) -> Result<Header, Damage> {
        let header = self.decode(block, true)?;
        out.reserve(header.count);
        let mut qualities = runs::expand(&self.qualities);
        let mut batches = runs::expand(&self.batches);
        let mut values = self.values.iter();
        for stretch in &self.stretches {
            for (index, &value) in (0..stretch.count).zip(&mut values) {
                let quality =
                    qualities.next().and_then(Quality::from_stored).ok_or(Damage("unknown quality"))?;
                let batch = batches.next().ok_or(Damage("too few batches"))? as u64;
                let point = Point { start: stretch.start(index), duration: stretch.duration, value, quality };
                out.push(Stored { point, batch });
            }
        }
        Ok(header)
    }
}
