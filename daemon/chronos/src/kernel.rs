//! The two matrix products that a forecast is made of, for the widest vectors the processor has.
//!
//! [`linear`] is `x Wᵀ` with both sides row by row, as weights lie in the file: every output is a dot product, a tile of
//! several rows of each side shares its loads, and a weight is read from memory once, without packing. For the few rows
//! of a patch model that is what matters: it is larger than the cache, so a pass is a walk through memory.
//! [`combine`] is `A B` with `B` row by row: scalars of `A` times whole rows of `B`, padded to [`LANES`], which needs no
//! sum across a vector. Attention is made of it, and [`linear_many`], which turns many rows of `x` on their side first.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use crate::weights::Matrix;

/// Rows that [`combine`] reads and writes are padded to a multiple of this, the widest vector there is.
pub(crate) const LANES: usize = 16;

/// Rows of half precision widened at a time: they stay in the first-level cache while all of `x` passes.
pub(crate) const WIDENED: usize = 8;

/// Columns that [`linear_many`] hands out at a time: with their sums they stay in the first-level cache.
pub(crate) const COLUMNS: usize = 96;

/// Weights that [`linear`] fetches before it multiplies them: they stay in the second-level cache.
const FETCHED: usize = 1 << 16;

/// Numbers of a row that are multiplied before the next rows have their turn.
const PIECE: usize = 1024;

/// The length of a row of `n` numbers with its padding.
pub(crate) fn padded(n: usize) -> usize {
    n.next_multiple_of(LANES)
}

/// `out[m, columns] = x[m, k] · W[first.., k]ᵀ` for as many rows of `W` as `out` has columns.
///
/// `wide` holds rows of `W` that are stored in half precision while they are used.
pub(crate) fn linear(
    arch: Arch,
    x: &[f32],
    w: &Matrix,
    first: usize,
    columns: usize,
    wide: &mut Vec<f32>,
    out: &mut [f32],
) {
    let k = w.columns;
    if let Some(values) = w.as_f32() {
        let share = (FETCHED / k.max(1)).next_multiple_of(WIDENED);
        for offset in (0..columns).step_by(share) {
            let count = share.min(columns - offset);
            let w = &values[(first + offset) * k..(first + offset + count) * k];
            fetch(w);
            arch.dispatch(Linear { x, w, k, columns: count, offset, width: columns, out });
        }
        return;
    }
    wide.resize(WIDENED * k, 0.0);
    for offset in (0..columns).step_by(WIDENED) {
        let count = WIDENED.min(columns - offset);
        w.widen(arch, first + offset, &mut wide[..count * k]);
        let w = &wide[..count * k];
        arch.dispatch(Linear { x, w, k, columns: count, offset, width: columns, out });
    }
}

/// Touches every cache line. In a walk without anything between, many lines are on their way from memory at a time; the
/// tiles of a product, which come back to the same rows, would wait for each strip anew.
fn fetch(w: &[f32]) {
    let mut all = [0; 4];
    for lines in w.as_chunks::<64>().0 {
        for (all, line) in all.iter_mut().zip(lines.iter().step_by(16)) {
            *all |= line.to_bits();
        }
    }
    std::hint::black_box(all);
}

/// Lays rows of `columns` numbers on their side, `[columns, room]`. Some rows at a time, so that what is written lies
/// together: column by column, every number would claim a cache line of its own.
pub(crate) fn turn(rows: Rows, count: usize, columns: usize, room: usize, out: &mut [f32]) {
    for first in (0..count).step_by(LANES) {
        let taken: [&[f32]; LANES] =
            std::array::from_fn(|row| &rows.data[(first + row).min(count - 1) * rows.stride..][..columns]);
        let present = LANES.min(count - first);
        for (column, out) in out.chunks_exact_mut(room).take(columns).enumerate() {
            for (out, row) in out[first..first + present].iter_mut().zip(taken) {
                *out = row[column];
            }
        }
    }
}

/// Rows of `x` that [`linear_many`] takes at a time.
pub(crate) const MANY: usize = 64;

/// As [`linear`] for a whole matrix and up to [`MANY`] rows of `x`; hands out blocks `[columns, MANY]`, each with the
/// number of its first column.
pub(crate) fn linear_many(
    arch: Arch,
    x: &[f32],
    w: &Matrix,
    [turned, block, wide]: [&mut Vec<f32>; 3],
    mut each: impl FnMut(usize, &[f32]),
) {
    let k = w.columns;
    turned.resize(k * MANY, 0.0);
    turn(Rows { data: x, stride: k }, x.len() / k, k, MANY, turned);
    let b = Rows { data: turned, stride: MANY };
    for first in (0..w.rows).step_by(COLUMNS) {
        let columns = COLUMNS.min(w.rows - first);
        block.resize(columns * MANY, 0.0);
        let data = if let Some(values) = w.as_f32() {
            &values[first * k..(first + columns) * k]
        } else {
            wide.resize(columns * k, 0.0);
            w.widen(arch, first, wide);
            &wide[..]
        };
        combine(arch, Rows { data, stride: k }, k, b, MANY, block);
        each(first, block);
    }
}

struct Linear<'a> {
    x: &'a [f32],
    w: &'a [f32],
    k: usize,
    /// Rows of `w`.
    columns: usize,
    /// Where in a row of `out` the first of them is written.
    offset: usize,
    /// Length of a row of `out`.
    width: usize,
    out: &'a mut [f32],
}

impl WithSimd for Linear<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // Sums stay in registers. Eight rows of the weights are worth it while they fit the first-level cache and are long
        // enough to make the sums across vectors rare.
        for from in (0..self.k).step_by(PIECE) {
            let piece = from..self.k.min(from + PIECE);
            if S::REGISTER_COUNT < 32 {
                self.walk::<S, 4, 2>(simd, &piece);
            } else if piece.len() >= 512 {
                self.walk::<S, 3, 8>(simd, &piece);
            } else {
                self.walk::<S, 4, 4>(simd, &piece);
            }
        }
    }
}

impl Linear<'_> {
    #[inline(always)]
    fn walk<S: Simd, const MR: usize, const NR: usize>(&mut self, simd: S, piece: &Range<usize>) {
        let mut column = 0;
        while column + NR <= self.columns {
            self.strip::<S, MR, NR>(simd, piece, column);
            column += NR;
        }
        while column < self.columns {
            self.strip::<S, MR, 1>(simd, piece, column);
            column += 1;
        }
    }

    /// All rows of `x` against `NR` rows of `w`.
    #[inline(always)]
    fn strip<S: Simd, const MR: usize, const NR: usize>(
        &mut self,
        simd: S,
        piece: &Range<usize>,
        column: usize,
    ) {
        let rows = self.x.len() / self.k;
        let mut row = 0;
        while row + MR <= rows {
            self.tile::<S, MR, NR>(simd, piece, row, column);
            row += MR;
        }
        while row + 2 <= rows {
            self.tile::<S, 2, NR>(simd, piece, row, column);
            row += 2;
        }
        while row < rows {
            self.tile::<S, 1, NR>(simd, piece, row, column);
            row += 1;
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const MR: usize, const NR: usize>(
        &mut self,
        simd: S,
        piece: &Range<usize>,
        row: usize,
        column: usize,
    ) {
        let part = |row: usize| row * self.k + piece.start..row * self.k + piece.end;
        let x: [_; MR] = std::array::from_fn(|i| S::as_simd_f32s(&self.x[part(row + i)]));
        let w: [_; NR] = std::array::from_fn(|i| S::as_simd_f32s(&self.w[part(column + i)]));
        let steps = w[0].0.len();
        let (x_head, w_head) = (x.map(|x| &x.0[..steps]), w.map(|w| &w.0[..steps]));
        let mut sums = [[simd.splat_f32s(0.0); NR]; MR];
        for step in 0..steps {
            // The shorter side waits in registers, the longer one passes.
            if MR <= NR {
                let x: [S::f32s; MR] = std::array::from_fn(|i| x_head[i][step]);
                for j in 0..NR {
                    let w = w_head[j][step];
                    for i in 0..MR {
                        sums[i][j] = simd.mul_add_e_f32s(x[i], w, sums[i][j]);
                    }
                }
            } else {
                let w: [S::f32s; NR] = std::array::from_fn(|i| w_head[i][step]);
                for i in 0..MR {
                    let x = x_head[i][step];
                    for j in 0..NR {
                        sums[i][j] = simd.mul_add_e_f32s(x, w[j], sums[i][j]);
                    }
                }
            }
        }
        for i in 0..MR {
            for j in 0..NR {
                let tail: f32 = x[i].1.iter().zip(w[j].1).map(|(x, w)| x * w).sum();
                let out = &mut self.out[(row + i) * self.width + self.offset + column + j];
                let before = if piece.start == 0 { 0.0 } else { *out };
                *out = before + simd.reduce_sum_f32s(sums[i][j]) + tail;
            }
        }
    }
}

/// Rows that begin every `stride` numbers.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) stride: usize,
}

/// `out[rows, width] = A[rows, k] · B[k, width]`; `width` and the stride of `B` are multiples of [`LANES`].
pub(crate) fn combine(arch: Arch, a: Rows, k: usize, b: Rows, width: usize, out: &mut [f32]) {
    debug_assert!(
        width.is_multiple_of(LANES) && b.stride.is_multiple_of(LANES) && out.len().is_multiple_of(width)
    );
    arch.dispatch(Combine { a, k, b, width, out });
}

struct Combine<'a> {
    a: Rows<'a>,
    k: usize,
    b: Rows<'a>,
    width: usize,
    out: &'a mut [f32],
}

impl WithSimd for Combine<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if S::REGISTER_COUNT >= 32 { self.walk::<S, 4>(simd) } else { self.walk::<S, 2>(simd) }
    }
}

impl Combine<'_> {
    #[inline(always)]
    fn walk<S: Simd, const NV: usize>(&mut self, simd: S) {
        let rows = self.out.len() / self.width;
        let mut row = 0;
        // As many rows as leave registers for the rest: each pass over `B` then serves more of them.
        while row + 6 <= rows {
            self.row::<S, 6, NV>(simd, row);
            row += 6;
        }
        while row + 2 <= rows {
            self.row::<S, 2, NV>(simd, row);
            row += 2;
        }
        while row < rows {
            self.row::<S, 1, NV>(simd, row);
            row += 1;
        }
    }

    #[inline(always)]
    fn row<S: Simd, const MR: usize, const NV: usize>(&mut self, simd: S, row: usize) {
        let vectors = self.width / S::F32_LANES;
        let mut column = 0;
        while column + NV <= vectors {
            self.tile::<S, MR, NV>(simd, row, column);
            column += NV;
        }
        while column < vectors {
            self.tile::<S, MR, 1>(simd, row, column);
            column += 1;
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const MR: usize, const NV: usize>(&mut self, simd: S, row: usize, column: usize) {
        let a: [&[f32]; MR] = std::array::from_fn(|i| &self.a.data[(row + i) * self.a.stride..][..self.k]);
        let mut sums = [[simd.splat_f32s(0.0); NV]; MR];
        for (step, b) in self.b.data.chunks_exact(self.b.stride).take(self.k).enumerate() {
            let b = &S::as_simd_f32s(b).0[column..column + NV];
            for i in 0..MR {
                let a = simd.splat_f32s(a[i][step]);
                for j in 0..NV {
                    sums[i][j] = simd.mul_add_e_f32s(a, b[j], sums[i][j]);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            let out = &mut self.out[(row + i) * self.width..(row + i + 1) * self.width];
            S::as_mut_simd_f32s(out).0[column..column + NV].copy_from_slice(sums);
        }
    }
}

/// The dot product of two slices of equal length.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            sums[i] += a[i] * b[i];
        }
    }
    let tail: f32 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::Data;
    use half::{bf16, f16};
    use std::borrow::Cow;

    /// What this machine has, and what lesser ones have.
    fn arches() -> Vec<Arch> {
        #[cfg(target_arch = "x86_64")]
        let lesser = pulp::x86::V3::try_new().map(Arch::V3);
        #[cfg(not(target_arch = "x86_64"))]
        let lesser: Option<Arch> = None;
        [Some(Arch::new()), Some(Arch::Scalar), lesser].into_iter().flatten().collect()
    }

    fn numbers(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    fn expect(x: &[f32], w: &[f32], k: usize) -> Vec<f64> {
        x.chunks(k)
            .flat_map(|x| {
                w.chunks(k).map(|w| x.iter().zip(w).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum())
            })
            .collect()
    }

    fn close(found: &[f32], expected: &[f64], allowed: f64) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() <= allowed, "{found} for {expected}");
        }
    }

    #[test]
    fn linear_is_a_dot_product_for_every_remainder() {
        for arch in arches() {
            for (m, k, n) in
                [(1, 1, 1), (1, 512, 7), (3, 40, 9), (4, 48, 4), (33, 72, 13), (6, 17, 21), (5, 256, 64)]
            {
                let (x, w) = (numbers(m * k, 1), numbers(n * k, 2));
                let expected = expect(&x, &w, k);
                let mut out = vec![f32::NAN; m * n];
                let matrix = Matrix { rows: n, columns: k, data: Data::F32(Cow::Borrowed(&w)) };
                linear(arch, &x, &matrix, 0, n, &mut Vec::new(), &mut out);
                close(&out, &expected, 1e-5 * k as f64);
            }
        }
    }

    #[test]
    fn many_rows_give_the_same() {
        for arch in arches() {
            let (k, n) = (40, 70);
            let w = numbers(n * k, 8);
            for m in [1, 17, MANY] {
                let x = numbers(m * k, 7);
                let expected = expect(&x, &w, k);
                let matrix = Matrix { rows: n, columns: k, data: Data::F32(Cow::Borrowed(&w)) };
                let mut out = vec![f32::NAN; m * n];
                let [mut a, mut b, mut c] = [Vec::new(), Vec::new(), Vec::new()];
                linear_many(arch, &x, &matrix, [&mut a, &mut b, &mut c], |first, block| {
                    for (column, sums) in block.chunks_exact(MANY).enumerate() {
                        (0..m).for_each(|row| out[row * n + first + column] = sums[row]);
                    }
                });
                close(&out, &expected, 1e-4);
            }
        }
    }

    #[test]
    fn half_precision_rows_are_widened() {
        for arch in arches() {
            let (m, k, n) = (5, 40, 19);
            let (x, w) = (numbers(m * k, 3), numbers(n * k, 4));
            let (short, brain): (Vec<f16>, Vec<bf16>) =
                w.iter().map(|w| (f16::from_f32(*w), bf16::from_f32(*w))).unzip();
            for data in [Data::F16(&short), Data::Bf16(&brain)] {
                let matrix = Matrix { rows: n, columns: k, data };
                let mut wide = vec![0.0; n * k];
                matrix.widen(arch, 0, &mut wide);
                let expected = expect(&x, &wide[2 * k..(2 + 11) * k], k);
                let mut out = vec![f32::NAN; m * 11];
                linear(arch, &x, &matrix, 2, 11, &mut Vec::new(), &mut out);
                close(&out, &expected, 1e-4);
            }
        }
    }

    #[test]
    fn combine_multiplies_rows_at_a_stride() {
        for arch in arches() {
            for (m, k, width) in [(1, 1, 16), (5, 12, 32), (9, 33, 80), (4, 64, 64)] {
                let stride = k + 3;
                let (a, b) = (numbers(m * stride, 5), numbers(k * width, 6));
                let expected: Vec<f64> = (0..m * width)
                    .map(|i| {
                        (0..k)
                            .map(|s| {
                                f64::from(a[i / width * stride + s]) * f64::from(b[s * width + i % width])
                            })
                            .sum()
                    })
                    .collect();
                let mut out = vec![f32::NAN; m * width];
                let (a, b) = (Rows { data: &a, stride }, Rows { data: &b, stride: width });
                combine(arch, a, k, b, width, &mut out);
                close(&out, &expected, 1e-5 * k as f64);
            }
        }
    }
}
