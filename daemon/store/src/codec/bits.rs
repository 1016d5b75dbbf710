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
    if width == 0 {
        out.fill(0);
        return Ok(());
    }
    let packed = cursor.take((out.len() * width as usize).div_ceil(8))?;
    // A padded copy lets every value be read with one wide load.
    let mut padded = [0u8; GROUP * 8 + 16];
    padded[..packed.len()].copy_from_slice(packed);
    let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
    let width = width as usize;
    if width <= 56 {
        for (index, value) in out.iter_mut().enumerate() {
            let bit = index * width;
            let at = bit / 8;
            let mut word = [0u8; 8];
            word.copy_from_slice(&padded[at..at + 8]);
            *value = (u64::from_le_bytes(word) >> (bit % 8)) & mask;
        }
    } else {
        for (index, value) in out.iter_mut().enumerate() {
            let bit = index * width;
            let at = bit / 8;
            let mut word = [0u8; 16];
            word.copy_from_slice(&padded[at..at + 16]);
            *value = (u128::from_le_bytes(word) >> (bit % 8)) as u64 & mask;
        }
    }
    Ok(())
}
