//! Threads that each compute whole shards.
//!
//! candle shares a matrix product out among the threads of the pool that it is called in, and does all else on one
//! thread. Shards are small: a thread that does all of one by itself loses nothing to waiting.

use std::num::NonZero;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::error::TrainError;
use crate::error::LoadError;

/// Some threads, each the only one of its pool.
pub(super) struct Lanes(Vec<ThreadPool>);

impl Lanes {
    /// As many as asked for, or as many as the machine has cores.
    pub(super) fn new(threads: Option<NonZero<usize>>) -> Result<Self, TrainError> {
        let threads = threads
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, NonZero::get)
            .clamp(1, 256);
        let pool = |_| ThreadPoolBuilder::new().num_threads(1).build();
        let pools = (0..threads).map(pool).collect::<Result<_, _>>().map_err(LoadError::Threads)?;
        Ok(Self(pools))
    }

    /// The results of `work` for the shards from 0 on, in order.
    pub(super) fn each<T: Send>(
        &self,
        shards: usize,
        work: impl Fn(usize) -> Result<T, TrainError> + Sync,
    ) -> Result<Vec<T>, TrainError> {
        let (work, lanes) = (&work, self.0.len());
        let mut done: Vec<Option<Result<T, TrainError>>> = (0..shards).map(|_| None).collect();
        let mut places: Vec<Vec<_>> = (0..lanes).map(|_| Vec::new()).collect();
        for (shard, place) in done.iter_mut().enumerate() {
            places[shard % lanes].push((shard, place));
        }
        std::thread::scope(|scope| {
            for (pool, places) in self.0.iter().zip(places) {
                scope.spawn(move || {
                    pool.install(|| {
                        for (shard, place) in places {
                            *place = Some(work(shard));
                        }
                    });
                });
            }
        });
        done.into_iter().flatten().collect()
    }
}
