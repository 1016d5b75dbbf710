//! Run-length columns: the values of the runs, then their lengths, both as integer columns.

use super::Damage;
use super::bytes::{Cursor, put_varint};
use super::ints;

pub(super) fn encode(out: &mut Vec<u8>, column: impl Iterator<Item = i64>) {
    let mut values: Vec<i64> = Vec::new();
    let mut lengths: Vec<i64> = Vec::new();
    let mut column = column.peekable();
    while let Some(value) = column.next() {
        let mut length = 1;
        while column.next_if_eq(&value).is_some() {
            length += 1;
        }
        values.push(value);
        lengths.push(length);
    }
    put_varint(out, values.len() as u64);
    ints::encode(out, &values, None);
    // The last length is what remains.
    lengths.pop();
    ints::encode(out, &lengths, None);
}

/// Reads runs that cover exactly `count` values into `out`, which is cleared.
pub(super) fn decode(
    cursor: &mut Cursor<'_>,
    count: usize,
    out: &mut Vec<(i64, usize)>,
) -> Result<(), Damage> {
    out.clear();
    let runs = usize::try_from(cursor.varint()?).map_err(|_| Damage("impossible run"))?;
    if runs == 0 || runs > count {
        return Err(Damage("impossible run"));
    }
    let mut values = Vec::new();
    let mut lengths = Vec::new();
    ints::decode(cursor, runs, &mut values)?;
    ints::decode(cursor, runs - 1, &mut lengths)?;
    let mut left = count;
    out.reserve(runs);
    for (index, value) in values.into_iter().enumerate() {
        let length = match lengths.get(index) {
            Some(&length) => usize::try_from(length).map_err(|_| Damage("impossible run"))?,
            None => left,
        };
        if length == 0 || length > left {
            return Err(Damage("impossible run"));
        }
        left -= length;
        out.push((value, length));
    }
    if left == 0 { Ok(()) } else { Err(Damage("runs too short")) }
}

/// The values that runs stand for.
pub(super) fn expand(runs: &[(i64, usize)]) -> impl Iterator<Item = i64> {
    runs.iter().flat_map(|&(value, length)| std::iter::repeat_n(value, length))
}
