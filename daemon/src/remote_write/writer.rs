//! The loop that sends.

use super::{
    cursor::Cursor,
    receiver,
    sweep::{self, Memo, Plan},
};
use crate::{
    clock::Clock,
    config::{Config, RemoteWrite},
    metrics::Vitals,
    query,
};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use watteau_remote_write::{Backoff, Batch, Http, Labels, Limits, Outcome, STALE, Sample, Sender, batches};
use watteau_store::{SeriesInfo, Store};

/// How soon something new is noticed.
const POLL: Duration = Duration::from_secs(5);
/// What the clock alone makes due is noticed within it.
const LOOK: Duration = Duration::from_mins(1);
/// How often the cursor is kept while much is sent: what a kill repeats, and what a card is spared.
const KEEP: Duration = Duration::from_secs(1);
/// How long nothing is sent to a receiver that does not want this sender, unless the settings are read again.
const HOLD: Duration = Duration::from_mins(10);
/// How long the very first sweep waits for connectors that are reading a history.
const SETTLE: Duration = Duration::from_mins(30);
/// The series that watteau itself writes begin with this.
const OWN: &str = "home";

/// What the settings say of it.
#[derive(Debug, Clone, PartialEq)]
struct Settings {
    receiver: RemoteWrite,
    connectors: BTreeSet<String>,
}

/// Sends what is kept.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    clock: Clock,
    vitals: Arc<Vitals>,
    settings: watch::Sender<Option<Arc<Settings>>>,
}

/// Why a turn ended before its end.
enum Halt {
    /// The daemon stops, or the settings were read again.
    Interrupted,
    /// The receiver does not want this sender.
    Unwelcome,
}

/// Why a turn failed.
type Failure = anyhow::Error;

impl Writer {
    /// Sends what `config` says, of what `store` has.
    pub fn new(store: Store, clock: Clock, vitals: Arc<Vitals>, config: &Config) -> Self {
        let (settings, _) = watch::channel(None);
        let writer = Self { store, clock, vitals, settings };
        writer.adopt(config);
        writer
    }

    /// Takes other settings, at once; a receiver that refused this sender is tried again.
    pub fn adopt(&self, config: &Config) {
        let settings = config.remote_write.clone().map(|receiver| {
            Arc::new(Settings { receiver, connectors: config.connectors.keys().cloned().collect() })
        });
        self.settings.send_replace(settings);
    }

    /// Goes on until `stop`. `busy` says whether a connector is at work.
    pub async fn run(self: Arc<Self>, busy: impl Fn() -> bool + Send, stop: CancellationToken) {
        let mut settings = self.settings.subscribe();
        let (mut memo, begun) = (Memo::new(), Instant::now());
        let (mut seen, mut looked) = (None, Instant::now());
        let mut pause = Duration::ZERO;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                changed = settings.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    (seen, memo) = (None, Memo::new());
                }
            }
            pause = POLL;
            let Some(now) = settings.borrow_and_update().clone() else {
                self.vitals.remote_write.off();
                continue;
            };
            let version = self.store.version();
            if self.store.failing().is_some() || (seen == Some(version) && looked.elapsed() < LOOK) {
                continue;
            }
            looked = Instant::now();
            let wait = || busy() && begun.elapsed() < SETTLE;
            let mut turn = Turn { writer: &self, settings: &now, changed: &mut settings, stop: &stop };
            match turn.run(&mut memo, wait).await {
                Ok(Ok(true)) => seen = Some(version),
                Ok(Ok(false) | Err(Halt::Interrupted)) => {}
                Ok(Err(Halt::Unwelcome)) => pause = HOLD,
                Err(error) => tracing::warn!("remote write could not go on: {error:#}; it is tried again"),
            }
        }
    }

    /// Reads the store on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Store) -> Result<T, watteau_store::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let store = self.store.clone();
        Ok(tokio::task::spawn_blocking(move || read(&store)).await??)
    }
}

/// One look at what is new, and the sending of it.
struct Turn<'a> {
    writer: &'a Writer,
    settings: &'a Settings,
    changed: &'a mut watch::Receiver<Option<Arc<Settings>>>,
    stop: &'a CancellationToken,
}

impl Turn<'_> {
    /// Whether all was sent that there was.
    async fn run(&mut self, memo: &mut Memo, wait: impl Fn() -> bool) -> Result<Result<bool, Halt>, Failure> {
        let to = &self.settings.receiver;
        let (identity, since) = (receiver::identity(to), self.since());
        let mut cursor = self.writer.read(move |store| Cursor::load(store, &identity, since)).await?;
        if cursor.is_new() && wait() {
            // A history that is still coming would be sent in the order in which it comes.
            self.writer.vitals.remote_write.pending(&receiver::name(to), 0, None);
            return Ok(Ok(false));
        }
        let wanted = self.wanted()?;
        let gone = gone(&cursor, &wanted);
        let (labels, known, now) = (to.labels.clone(), memo.clone(), self.writer.clock.now_ms());
        let looked = cursor.clone();
        let plan =
            self.writer.read(move |store| sweep::plan(store, &looked, &wanted, &labels, &known, now)).await?;
        let name = receiver::name(to);
        self.writer.vitals.remote_write.pending(&name, plan.samples(), None);
        let (slices, plan) = (plan.slices(), Arc::new(plan));
        if slices.is_empty() && gone.is_empty() && cursor.sweep.is_none() {
            plan.remember(memo);
            return Ok(Ok(true));
        }
        let sender = Sender::new(receiver::transport(to)?, Backoff::default());
        if let Err(halt) = self.end(&sender, &mut cursor, gone).await? {
            return Ok(Err(halt));
        }
        if cursor.sweep.is_none() && slices.len() > 1 {
            // What is sent again after a kill has to be the same requests, whatever has come since: one that held
            // something new beside what is known could be refused for it.
            plan.open(&mut cursor);
            self.keep(&plan, &mut cursor).await?;
        }
        let mut kept = Instant::now();
        let mut left = plan.samples();
        for slice in slices {
            let mine = Arc::clone(&plan);
            let day: Vec<Batch> = self
                .writer
                .read(move |store| {
                    Ok(batches(&mine.labels, mine.read(store, slice)?, Limits::default()).collect())
                })
                .await?;
            let count = day.len();
            for (index, batch) in day.into_iter().enumerate() {
                self.writer.vitals.remote_write.pending(&name, left, Some(batch.first));
                if let Err(halt) = self.deliver(&sender, &batch).await {
                    self.keep(&plan, &mut cursor).await?;
                    return Ok(Err(halt));
                }
                left = left.saturating_sub(batch.samples as u64);
                plan.passed(&mut cursor, slice, (index + 1 < count).then_some(batch.last));
                if kept.elapsed() >= KEEP {
                    self.keep(&plan, &mut cursor).await?;
                    kept = Instant::now();
                }
            }
        }
        plan.finish(&mut cursor, memo);
        let store = self.writer.store.clone();
        tokio::task::spawn_blocking(move || cursor.keep(&store)).await??;
        self.writer.vitals.remote_write.pending(&name, 0, None);
        Ok(Ok(true))
    }

    /// Keeps how far it is, so that a daemon that is killed goes on there.
    async fn keep(&self, plan: &Plan, cursor: &mut Cursor) -> Result<(), Failure> {
        if cursor.sweep.is_none() {
            return Ok(());
        }
        let whole = plan.begin(cursor);
        let (store, cursor) = (self.writer.store.clone(), cursor.clone());
        let keep = move || if whole { cursor.keep(&store) } else { cursor.keep_sweep(&store) };
        Ok(tokio::task::spawn_blocking(keep).await??)
    }

    /// Sends a request until it is taken or refused.
    async fn deliver(&mut self, sender: &Sender<Http>, batch: &Batch) -> Result<(), Halt> {
        let progress = &self.writer.vitals.remote_write;
        let name = receiver::name(&self.settings.receiver);
        let sent = sender.send(&batch.body, |trouble| progress.failed(&name, trouble));
        let outcome = tokio::select! {
            outcome = sent => outcome,
            () = self.stop.cancelled() => return Err(Halt::Interrupted),
            _ = self.changed.changed() => {
                // The loop has to see it, too.
                self.changed.mark_changed();
                return Err(Halt::Interrupted);
            }
        };
        let samples = batch.samples as u64;
        match outcome {
            Outcome::Accepted => progress.accepted(&name, samples, batch.last, self.writer.clock.now_ms()),
            Outcome::Refused(refusal) => progress.refused(&name, samples, &refusal.to_string()),
            Outcome::Unwelcome(refusal) => {
                progress.stopped(&name, refusal.to_string());
                return Err(Halt::Unwelcome);
            }
        }
        Ok(())
    }

    /// The series that are sent, by name.
    fn wanted(&self) -> Result<Vec<SeriesInfo>, Failure> {
        let mut all = self.writer.store.series()?;
        all.retain(|info| info.points > 0 && self.sends(&info.def.name));
        Ok(all)
    }

    fn sends(&self, id: &str) -> bool {
        let connector = query::connector_of(id);
        (connector == OWN || self.settings.connectors.contains(connector)) && self.settings.receiver.sends(id)
    }

    /// Says of each of these series that it is over.
    async fn end(
        &mut self,
        sender: &Sender<Http>,
        cursor: &mut Cursor,
        gone: Vec<(String, i64)>,
    ) -> Result<Result<(), Halt>, Failure> {
        if gone.is_empty() {
            return Ok(Ok(()));
        }
        let (mut labels, mut samples): (Vec<Labels>, Vec<Sample>) = (vec![], vec![]);
        for (name, mark) in &gone {
            let Some(info) = self.writer.store.find(name)? else { continue };
            if let Ok((of_series, _)) = sweep::labelled(&info, &self.settings.receiver.labels) {
                // Just after its last sample: what it was up to then stays.
                samples.push(Sample { series: labels.len(), at: mark + 1, value: STALE });
                labels.push(of_series);
            }
        }
        for batch in batches(&labels, samples, Limits::default()).collect::<Vec<_>>() {
            if let Err(halt) = self.deliver(sender, &batch).await {
                return Ok(Err(halt));
            }
        }
        for (name, _) in gone {
            cursor.series.entry(name).or_default().gone = true;
        }
        let (store, kept) = (self.writer.store.clone(), cursor.clone());
        tokio::task::spawn_blocking(move || kept.keep(&store)).await??;
        Ok(Ok(()))
    }

    /// The first instant that is sent.
    fn since(&self) -> i64 {
        let midnight = |date: jiff::civil::Date| date.to_zoned(self.writer.clock.zone().clone()).ok();
        let since = self.settings.receiver.since.and_then(midnight);
        since.map_or(i64::MIN, |midnight| midnight.timestamp().as_millisecond())
    }
}

/// The series that were sent and are no more, each with the end of its last sample.
fn gone(cursor: &Cursor, wanted: &[SeriesInfo]) -> Vec<(String, i64)> {
    let here: BTreeSet<&str> = wanted.iter().map(|info| info.def.name.as_str()).collect();
    let gone = cursor
        .series
        .iter()
        .filter(|(name, reached)| !reached.gone && reached.mark > i64::MIN && !here.contains(name.as_str()));
    gone.map(|(name, reached)| (name.clone(), reached.mark)).collect()
}
