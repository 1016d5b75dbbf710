//! Values: integers over a power of ten, or XOR floats; the smaller of the two, and exact to the bit.
//!
//! Nearly all readings were written by someone as decimals. A value `k / 10^d` with `|k| < 2^53` and `d <= 22` is
//! the float nearest to that decimal, because both operands are exact and division rounds once; so it is kept as
//! the integer `k` whenever dividing gives back the very same bits. The few values of a block for which it does not
//! (binary noise, −0, subnormals) are exceptions, kept raw.

use super::Damage;
use super::bits::{self, GROUP};
use super::bytes::{Cursor, put_varint};
use super::ints;

const DECIMAL: u8 = 0;
const XOR: u8 = 1;

const NOT_FINITE: Damage = Damage("a value is not finite");

/// Powers of ten that are worth trying; more digits are noise.
const POWERS: [f64; 11] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

/// Beyond this the spacing of floats exceeds 1, and products stop being trustworthy.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// The integer `k` for which `k / power` has the very bits of `value`.
fn scaled(value: f64, power: f64) -> Option<i64> {
    // Most readings are whole numbers; these need no division.
    let whole = value as i64;
    if (whole as f64).to_bits() == value.to_bits() && value.abs() * power < LARGEST {
        return Some(whole * power as i64);
    }
    let product = value * power;
    if product.abs() >= LARGEST {
        return None;
    }
    let nearest = (product + 0.5f64.copysign(product)) as i64;
    ((nearest as f64 / power).to_bits() == value.to_bits()).then_some(nearest)
}

pub(super) fn encode(out: &mut Vec<u8>, values: &[f64], lag: Option<usize>) {
    let begin = out.len();
    let exceptions = encode_decimal(out, values, lag);
    let decimal = out.len() - begin;
    // Only when decimals do badly is it worth trying the other.
    if exceptions > 0 || decimal > values.len() * 5 {
        let mut other = Vec::new();
        encode_xor(&mut other, values);
        if other.len() < decimal {
            out.truncate(begin);
            out.extend_from_slice(&other);
        }
    }
}

/// Appends the decimal form and returns how many exceptions it needed.
fn encode_decimal(out: &mut Vec<u8>, values: &[f64], lag: Option<usize>) -> usize {
    let mut digits = 0;
    let mut integers = Vec::with_capacity(values.len());
    let mut raw: Vec<(usize, u64)> = Vec::new();
    let mut index = 0;
    while let Some(&value) = values.get(index) {
        if let Some(integer) = scaled(value, POWERS[digits]) {
            integers.push(integer);
        } else if let Some(enough) =
            (digits + 1..POWERS.len()).find(|more| scaled(value, POWERS[*more]).is_some())
        {
            // All of them once more, with the digits that this one needs: a few times at most.
            digits = enough;
            integers.clear();
            raw.clear();
            index = 0;
            continue;
        } else {
            // A large value that fitted fewer digits may not fit more. An exception repeats its neighbour, which
            // costs the column nothing.
            raw.push((index, value.to_bits()));
            integers.push(integers.last().copied().unwrap_or(0));
        }
        index += 1;
    }
    out.push(DECIMAL);
    out.push(digits as u8);
    put_varint(out, raw.len() as u64);
    let exceptions = raw.len();
    let mut after = 0;
    for (index, bits) in raw {
        put_varint(out, (index - after) as u64);
        out.extend_from_slice(&bits.to_le_bytes());
        after = index;
    }
    ints::encode(out, &integers, lag);
    exceptions
}

fn encode_xor(out: &mut Vec<u8>, values: &[f64]) {
    out.push(XOR);
    let mut previous = 0u64;
    let mut group = [0u64; GROUP];
    for chunk in values.chunks(GROUP) {
        let mut any = 0;
        for (slot, value) in group.iter_mut().zip(chunk) {
            *slot = value.to_bits() ^ previous;
            previous = value.to_bits();
            any |= *slot;
        }
        let shift = if any == 0 { 0 } else { any.trailing_zeros() };
        let width = bits::width(any >> shift);
        for slot in &mut group[..chunk.len()] {
            *slot >>= shift;
        }
        out.extend_from_slice(&[shift as u8, width as u8]);
        bits::pack(out, &group[..chunk.len()], width);
    }
}

/// Reads `count` values into `out`, which is cleared. Values that are not finite are damage: none was ever written.
pub(super) fn decode(
    cursor: &mut Cursor<'_>,
    count: usize,
    out: &mut Vec<f64>,
    scratch: &mut Vec<i64>,
) -> Result<(), Damage> {
    out.clear();
    out.reserve(count);
    match cursor.byte()? {
        DECIMAL => {
            let power = *POWERS.get(usize::from(cursor.byte()?)).ok_or(Damage("unknown scale"))?;
            let exceptions = usize::try_from(cursor.varint()?).map_err(|_| Damage("too many exceptions"))?;
            if exceptions > count {
                return Err(Damage("too many exceptions"));
            }
            let mut places = cursor.clone();
            for _ in 0..exceptions {
                cursor.varint()?;
                cursor.take(8)?;
            }
            ints::decode(cursor, count, scratch)?;
            if power > 1.0 {
                out.extend(scratch.iter().map(|&integer| integer as f64 / power));
            } else {
                out.extend(scratch.iter().map(|&integer| integer as f64));
            }
            let mut at = 0usize;
            for _ in 0..exceptions {
                at = usize::try_from(places.varint()?)
                    .ok()
                    .and_then(|step| at.checked_add(step))
                    .filter(|at| *at < count)
                    .ok_or(Damage("exception out of range"))?;
                out[at] = f64::from_bits(le_u64(places.take(8)?));
                if !out[at].is_finite() {
                    return Err(NOT_FINITE);
                }
            }
        }
        XOR => {
            let mut previous = 0u64;
            let mut group = [0u64; GROUP];
            let mut left = count;
            while left > 0 {
                let size = left.min(GROUP);
                let (shift, width) = (u32::from(cursor.byte()?), u32::from(cursor.byte()?));
                if shift + width > 64 {
                    return Err(Damage("impossible width"));
                }
                bits::unpack(cursor, width, &mut group[..size])?;
                for bits in &group[..size] {
                    previous ^= bits.checked_shl(shift).unwrap_or(0);
                    out.push(f64::from_bits(previous));
                }
                left -= size;
            }
            if !out.iter().all(|value| value.is_finite()) {
                return Err(NOT_FINITE);
            }
        }
        _ => return Err(Damage("unknown layout of values")),
    }
    Ok(())
}

fn le_u64(bytes: &[u8]) -> u64 {
    let mut word = [0u8; 8];
    word.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(word)
}
