//! The threads that compute, and how a matrix product is shared out among them.
//!
//! A model has a pool of its own, so that the number of threads is the caller's choice and another library's pool is
//! not disturbed. Few rows of `x`: each thread takes some columns of the output, so that each weight is read once. Many
//! rows: each thread takes some of the rows, in tiles that stay in its cache.

use std::sync::{Mutex, PoisonError};

use pulp::Arch;
use rayon::prelude::*;

use crate::{kernel, weights::Matrix};

/// From here on the rows are shared out instead of the columns.
const MANY_ROWS: usize = 96;

/// What becomes of a product before it is stored.
#[derive(Clone, Copy)]
pub(crate) enum Then<'a> {
    Store,
    Add,
    Relu,
    AddBias(&'a [f32]),
    StoreBias(&'a [f32]),
    ReluBias(&'a [f32]),
}

/// A product to be made: `out` becomes `x wᵀ`, stored as `then` says.
pub(crate) struct Product<'a> {
    pub(crate) w: &'a Matrix<'a>,
    pub(crate) then: Then<'a>,
    pub(crate) out: &'a mut [f32],
}

/// Threads and buffers.
pub(crate) struct Workers {
    pub(crate) arch: Arch,
    threads: usize,
    pool: Option<rayon::ThreadPool>,
    buffers: Mutex<Vec<Vec<f32>>>,
}

impl Workers {
    /// As many threads as asked for, or as many as the machine has cores.
    pub(crate) fn new(threads: Option<usize>) -> Result<Self, rayon::ThreadPoolBuildError> {
        let threads = threads
            .or_else(|| std::thread::available_parallelism().ok().map(Into::into))
            .unwrap_or(1)
            .clamp(1, 256);
        let pool = (threads > 1)
            .then(|| {
                rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .thread_name(|number| format!("chronos-{number}"))
                    .build()
            })
            .transpose()?;
        Ok(Self { arch: Arch::new(), threads, pool, buffers: Mutex::default() })
    }

    /// Runs `work` on a thread of the pool, so that what it shares out needs no waking from outside.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// A buffer of this length with whatever it held; give it back with [`Workers::give`].
    pub(crate) fn take(&self, length: usize) -> Vec<f32> {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough, so that a small request does not keep a large buffer busy.
        let fits = (0..buffers.len())
            .filter(|at| buffers[*at].capacity() >= length)
            .min_by_key(|at| buffers[*at].capacity());
        let found = fits.filter(|_| length > 0).map(|at| buffers.swap_remove(at));
        drop(buffers);
        let Some(mut buffer) = found else { return vec![0.0; length] };
        buffer.resize(length, 0.0);
        buffer
    }

    pub(crate) fn give<const N: usize>(&self, given: [Vec<f32>; N]) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        buffers.extend(given.into_iter().filter(|buffer| buffer.capacity() > 0));
    }

    /// Does `work` for every item, on all threads.
    pub(crate) fn each<T: Send>(
        &self,
        items: impl IntoParallelIterator<Item = T> + IntoIterator<Item = T>,
        work: impl Fn(T) + Sync + Send,
    ) {
        if self.threads == 1 {
            IntoIterator::into_iter(items).for_each(work);
        } else {
            items.into_par_iter().for_each(work);
        }
    }

    /// `out[m, rows of w]` becomes `x wᵀ`, stored as `then` says.
    pub(crate) fn linear(&self, x: &[f32], w: &Matrix, then: Then, out: &mut [f32]) {
        self.linears(x, &mut [Product { w, then, out }]);
    }

    /// Several products of the same `x` at once: threads meet once for all of them.
    pub(crate) fn linears(&self, x: &[f32], products: &mut [Product]) {
        let Some(first) = products.first() else { return };
        let (m, k) = (x.len() / first.w.columns, first.w.columns);
        debug_assert!(products.iter().all(|product| product.out.len() == m * product.w.rows));
        if Self::by_rows(x, first.w) {
            for Product { w, then, out } in products {
                let tiles = out.chunks_mut(kernel::MANY * w.rows).zip(x.chunks(kernel::MANY * k));
                self.each(tiles.collect::<Vec<_>>(), |(out, x)| self.tile(x, w, *then, out));
            }
            return;
        }
        let share = |w: &Matrix| w.rows.div_ceil(self.threads).next_multiple_of(8);
        let mut blocks: Vec<(&Matrix, usize, Vec<f32>)> = products
            .iter()
            .flat_map(|Product { w, .. }| (0..w.rows).step_by(share(w)).map(|first| (*w, first)))
            .map(|(w, first)| (w, first, self.take(m * share(w).min(w.rows - first))))
            .collect();
        let work = |(w, first, block): &mut (&Matrix, usize, Vec<f32>)| {
            let mut wide = self.wide(w, kernel::WIDENED);
            kernel::linear(self.arch, x, w, *first, block.len() / m, &mut wide, block);
            self.give([wide]);
        };
        // A handful of numbers is multiplied sooner than another thread wakes.
        if self.threads == 1 || m * k * first.w.rows < 1 << 14 {
            blocks.iter_mut().for_each(work);
        } else {
            blocks.par_iter_mut().for_each(work);
        }
        let mut blocks = blocks.into_iter();
        for Product { w, then, out } in products {
            for (_, first, block) in blocks.by_ref().take(w.rows.div_ceil(share(w))) {
                finish(&block, block.len() / m, first, *then, out, w.rows);
                self.give([block]);
            }
        }
    }

    /// Whether rows of `x` are better shared out than columns of `w`.
    pub(crate) fn by_rows(x: &[f32], w: &Matrix) -> bool {
        x.len() / w.columns >= MANY_ROWS
    }

    /// As [`Workers::linear`] for up to [`kernel::MANY`] rows, on this thread alone.
    pub(crate) fn tile(&self, x: &[f32], w: &Matrix, then: Then, out: &mut [f32]) {
        let mut turned = self.take(w.columns * kernel::MANY);
        let mut block = self.take(kernel::COLUMNS * kernel::MANY);
        let mut wide = self.wide(w, kernel::COLUMNS);
        kernel::linear_many(self.arch, x, w, [&mut turned, &mut block, &mut wide], |first, block| {
            turn_back(block, first, then, out, w.rows);
        });
        self.give([turned, block, wide]);
    }

    /// Room for rows of `w` in float32, if they are not already.
    fn wide(&self, w: &Matrix, rows: usize) -> Vec<f32> {
        self.take(if w.as_f32().is_some() { 0 } else { rows * w.columns })
    }
}

/// Moves a block `[rows, columns]` to its place.
fn finish(block: &[f32], columns: usize, first: usize, then: Then, out: &mut [f32], width: usize) {
    for (block, out) in block.chunks_exact(columns).zip(out.chunks_exact_mut(width)) {
        then.store(first, block.iter().copied(), &mut out[first..first + columns]);
    }
}

/// Moves a block `[columns, MANY]` to its place.
fn turn_back(block: &[f32], first: usize, then: Then, out: &mut [f32], width: usize) {
    let columns = block.len() / kernel::MANY;
    for (row, out) in out.chunks_exact_mut(width).enumerate() {
        let values = block.iter().skip(row).step_by(kernel::MANY).copied();
        then.store(first, values, &mut out[first..first + columns]);
    }
}

impl Then<'_> {
    /// Stores `values` in `out`, which are the columns of a row from `first` on.
    #[inline(always)]
    fn store(self, first: usize, values: impl Iterator<Item = f32>, out: &mut [f32]) {
        let pairs = out.iter_mut().zip(values);
        match self {
            Self::Store => pairs.for_each(|(out, x)| *out = x),
            Self::Add => pairs.for_each(|(out, x)| *out += x),
            Self::Relu => pairs.for_each(|(out, x)| *out = x.max(0.0)),
            Self::AddBias(bias) => pairs.zip(&bias[first..]).for_each(|((out, x), bias)| *out += x + bias),
            Self::StoreBias(bias) => pairs.zip(&bias[first..]).for_each(|((out, x), bias)| *out = x + bias),
            Self::ReluBias(bias) => {
                pairs.zip(&bias[first..]).for_each(|((out, x), bias)| *out = (x + bias).max(0.0));
            }
        }
    }
}
