//! Bit packing of groups of up to 64 unsigned integers, low bits first.

use super::Damage;
use super::bytes::Cursor;

/// Integers packed together.
pub(super) const GROUP: usize = 64;

/// Bits that a value needs.
pub(super) const fn width(value: u64) -> u32 {
    64 - value.leading_zeros()
}

/// Appends `values`, each below `2^width`.
pub(super) fn pack(out: &mut Vec<u8>, values: &[u64], width: u32) {
    if width == 0 {
        return;
    }
    let mut word = 0u64;
    let mut filled = 0u32;
    for &value in values {
        word |= value << filled;
        let total = filled + width;
        if total >= 64 {
            out.extend_from_slice(&word.to_le_bytes());
            word = if filled == 0 { 0 } else { value >> (64 - filled) };
            filled = total - 64;
        } else {
            filled = total;
        }
    }
    out.extend_from_slice(&word.to_le_bytes()[..filled.div_ceil(8) as usize]);
}

/// Reads as many values as `out` is long (at most [`GROUP`]).
pub(super) fn unpack(cursor: &mut Cursor<'_>, width: u32, out: &mut [u64]) -> Result<(), Damage> {
    debug_assert!(out.len() <= GROUP);
    if width > 64 {
        return Err(Damage("impossible width"));
    }
    let packed = cursor.take((out.len() * width as usize).div_ceil(8))?;
    if let Ok(group) = <&mut [u64; GROUP]>::try_from(&mut *out) {
        // A width known to the compiler makes every offset and shift a constant: what readings need comes that way.
        macro_rules! of_width {
            ($($width:literal)*) => {
                match width {
                    0 => { group.fill(0); return Ok(()); }
                    $($width => { full::<$width>(packed, group); return Ok(()); })*
                    _ => {}
                }
            };
        }
        of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20);
    }
    any(packed, width as usize, out);
    Ok(())
}

/// A full group of values of `WIDTH` bits, at most 20.
fn full<const WIDTH: usize>(packed: &[u8], out: &mut [u64; GROUP]) {
    // Eight values take WIDTH bytes; a padded copy lets each be read with one wide load.
    let mut padded = [0u8; 20 * 8 + 8];
    padded[..packed.len()].copy_from_slice(packed);
    let mask = (1u64 << WIDTH) - 1;
    for (eight, values) in out.chunks_exact_mut(8).enumerate() {
        let Some(bytes) = padded.get(eight * WIDTH..eight * WIDTH + WIDTH + 8) else { return };
        for (index, value) in values.iter_mut().enumerate() {
            let bit = index * WIDTH;
            let mut word = [0u8; 8];
            word.copy_from_slice(&bytes[bit / 8..bit / 8 + 8]);
            *value = (u64::from_le_bytes(word) >> (bit % 8)) & mask;
        }
    }
}

/// Values of any width.
fn any(packed: &[u8], width: usize, out: &mut [u64]) {
    let mut padded = [0u8; GROUP * 8 + 16];
    padded[..packed.len()].copy_from_slice(packed);
    let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
    for (index, value) in out.iter_mut().enumerate() {
        let bit = index * width;
        let at = bit / 8;
        let mut word = [0u8; 16];
        word.copy_from_slice(&padded[at..at + 16]);
        *value = (u128::from_le_bytes(word) >> (bit % 8)) as u64 & mask;
    }
}
