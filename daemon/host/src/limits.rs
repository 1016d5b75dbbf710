//! The walls around one call: memory, computing time, journal, points.

use crate::{
    engine::TICK,
    error::{Stop, Why},
    manifest::Limits,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use wasmtime::ResourceLimiter;

/// Instances, memories and tables of one component: a toolchain needs a handful.
const PARTS: usize = 64;

/// Entries of all tables together.
const TABLE_ENTRIES: usize = 100_000;

/// What a call has used, against what it may.
pub(crate) struct Walls {
    limits: Limits,
    memory: usize,
    computed: Duration,
    points: u64,
    lines_dropped: u64,
    journal: Journal,
}

/// Lines of journal this minute, shared by the calls of a run: many short calls may not write more than a long
/// one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Option<(Instant, u32)>>>);

impl Journal {
    /// Whether a line may still be written this minute.
    fn admits(&self, most: u32) -> bool {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, lines) = minute.get_or_insert_with(|| (Instant::now(), 0));
        if since.elapsed() >= Duration::from_mins(1) {
            (*since, *lines) = (Instant::now(), 0);
        }
        *lines = lines.saturating_add(1);
        *lines <= most
    }
}

impl Walls {
    pub(crate) fn new(limits: Limits, journal: Journal) -> Self {
        Self { limits, memory: 0, computed: Duration::ZERO, points: 0, lines_dropped: 0, journal }
    }

    /// One tick of the guest's own computing. Time spent in host calls is not seen: there no tick arrives, and
    /// the many that went by count as one.
    pub(crate) fn computed_a_tick(&mut self) -> Result<(), Stop> {
        self.computed += TICK;
        if self.computed < self.limits.cpu {
            return Ok(());
        }
        let seconds = self.limits.cpu.as_secs_f64();
        Err(Stop::new(
            Why::Cpu,
            format!("The connector computed for more than {seconds} s and was stopped."),
            format!("Le connecteur a calculé plus de {seconds} s et a été arrêté."),
        ))
    }

    /// Counts points before anything else is done with them.
    pub(crate) fn put(&mut self, count: usize) -> Result<(), Stop> {
        self.points += count as u64;
        if self.points <= self.limits.points {
            return Ok(());
        }
        let most = self.limits.points;
        Err(Stop::new(
            Why::Flood,
            format!("The connector put more than {most} points in one call and was stopped."),
            format!("Le connecteur a envoyé plus de {most} points en un seul appel et a été arrêté."),
        ))
    }

    /// Whether a line may still be written this minute.
    pub(crate) fn log(&mut self) -> bool {
        if self.journal.admits(self.limits.log_lines) {
            return true;
        }
        self.lines_dropped += 1;
        false
    }

    pub(crate) fn lines_dropped(&self) -> u64 {
        self.lines_dropped
    }

    pub(crate) fn deadline(&self) -> Stop {
        let seconds = self.limits.call.as_secs_f64();
        Stop::new(
            Why::Deadline,
            format!("The connector did not finish within {seconds} s and was stopped."),
            format!("Le connecteur n'a pas fini en {seconds} s et a été arrêté."),
        )
    }
}

impl ResourceLimiter for Walls {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_sub(current).saturating_add(desired);
        if total as u64 <= self.limits.memory_bytes {
            self.memory = total;
            return Ok(true);
        }
        let megabytes = self.limits.memory_bytes >> 20;
        Err(wasmtime::Error::new(Stop::new(
            Why::Memory,
            format!("The connector asked for more than {megabytes} MB of memory and was stopped."),
            format!("Le connecteur a demandé plus de {megabytes} Mo de mémoire et a été arrêté."),
        )))
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ENTRIES)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}
