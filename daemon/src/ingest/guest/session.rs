//! One guest at work: a run of pulls, or a file.

use super::{engine::HostClock, values};
use crate::{
    config::Secret,
    ingest::{
        Ingest,
        desk::Desk,
        handed::Handed,
        instance::{Feed, Instance},
        meters::Claim,
        plan::DaySpan,
        quota::Gate,
        trouble::Met,
    },
    model::Text,
};
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use watteau_host::{
    Cause, Decision, Failure, Grant, InputFile, Job, MeterRows, Meters, NotBefore, Put, Quota, Refusal, Run,
    RunError, Secrets, Sink,
};

/// Evidence kept of an answer that could not be read.
const EVIDENCE_BYTES: usize = 16 << 10;

/// A guest at work for one instance.
pub(in crate::ingest) struct Session {
    run: Run,
    base: String,
    instance: Arc<Instance>,
    ingest: Arc<Ingest>,
}

/// What a pull learned besides its points.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Pulled {
    /// Where the source's data begins, epoch milliseconds.
    pub(in crate::ingest) history_start: Option<i64>,
    /// A remark for the person that is no failure.
    pub(in crate::ingest) remark: Option<Text>,
}

/// Why a pull brought nothing.
#[derive(Debug)]
pub(in crate::ingest) enum NoAnswer {
    /// The source has nothing for this span, or not yet.
    NoData,
    /// No more calls for now.
    Quota { until: Option<i64>, met: Met },
    /// A trouble of this feed alone.
    Feed(Met),
    /// A trouble that ends the run.
    Run(Met),
}

/// What a file was.
#[derive(Debug)]
pub(in crate::ingest) struct FileReport {
    pub(in crate::ingest) format: String,
    pub(in crate::ingest) exported: Option<String>,
    pub(in crate::ingest) first_day: Option<String>,
    pub(in crate::ingest) last_day: Option<String>,
    pub(in crate::ingest) absent: u32,
    pub(in crate::ingest) remarks: Vec<Text>,
}

/// Why a file gave nothing.
#[derive(Debug)]
pub(in crate::ingest) struct FileFailure {
    pub(in crate::ingest) code: String,
    pub(in crate::ingest) message: Text,
    pub(in crate::ingest) incomplete: bool,
}

impl Session {
    /// Prepares a guest with everything the instance is granted, and nothing else.
    pub(in crate::ingest) fn open(
        ingest: &Arc<Ingest>,
        instance: &Arc<Instance>,
        desk: Arc<Mutex<Desk>>,
    ) -> Result<Self, Met> {
        let plugin = instance.plugin.as_ref().map_err(|unusable| Met {
            kind: crate::model::TroubleKind::Settings,
            party: None,
            message: unusable.reason().clone(),
            not_before: None,
        })?;
        let settings = &instance.settings;
        let mut grant = Grant::new(&plugin.code, &settings.name);
        grant.series.clone_from(&plugin.series);
        grant.settings.clone_from(&settings.settings);
        let limits = &settings.limits;
        grant.limits.memory_bytes = limits.memory_bytes.unwrap_or(grant.limits.memory_bytes);
        grant.limits.cpu = limits.cpu.unwrap_or(grant.limits.cpu);
        grant.limits.call = limits.call.unwrap_or(grant.limits.call);
        grant.limits.body_bytes = limits.body_bytes.unwrap_or(grant.limits.body_bytes);
        grant.limits.points = limits.points.unwrap_or(grant.limits.points);
        grant.limits.log_lines = limits.log_lines.unwrap_or(grant.limits.log_lines);
        grant.base_url.clone_from(&settings.base_url);
        grant.zone = ingest.clock.zone().clone();
        grant.cursor = lock(&desk).cursor();
        grant.clock = Arc::clone(&ingest.engine.clock) as Arc<dyn watteau_host::Clock>;
        grant.secrets = Arc::new(InstanceSecrets(settings.secrets.clone()));
        grant.quota = Arc::new(InstanceQuota(Arc::clone(instance), Arc::clone(&ingest.engine.clock)));
        grant.tokens = instance.tokens.clone();
        grant.meters = Arc::new(DeskMeters(Arc::clone(&desk)));
        grant.sink = Arc::new(DeskSink(desk));
        let manifest = plugin.code.manifest();
        let base =
            settings.base_url.as_ref().or(manifest.http.as_ref().and_then(|http| http.base_url.as_ref()));
        Ok(Self {
            base: base.map_or_else(String::new, ToString::to_string),
            run: plugin.code.start(grant),
            instance: Arc::clone(instance),
            ingest: Arc::clone(ingest),
        })
    }

    /// What provenance says of the points of a pull: where, what, which days; never the meter's number.
    pub(in crate::ingest) fn source(&self, feed: &Feed, span: DaySpan) -> String {
        format!("{} {} {}..={}", self.base, feed.name, span.first, span.last)
    }

    /// Fetches one span of a feed.
    pub(in crate::ingest) async fn pull(
        &mut self,
        feed: &str,
        from: i64,
        to: i64,
    ) -> Result<Pulled, NoAnswer> {
        let job = Job { feed: feed.to_owned(), span: from..to };
        match self.run.pull(job).await {
            Ok(outcome) => Ok(Pulled {
                history_start: outcome.history_start,
                remark: outcome.remark.as_ref().map(values::text),
            }),
            Err(error) => Err(self.no_answer(feed, &error)),
        }
    }

    /// How sure the plugin is that it can read a file.
    pub(in crate::ingest) async fn sniff(&mut self, name: &str, size: u64, head: &[u8]) -> Option<u8> {
        self.run.sniff(name, size, head.to_vec()).await.ok()
    }

    /// Reads a file.
    pub(in crate::ingest) async fn ingest(&mut self, file: &Handed) -> Result<FileReport, FileFailure> {
        let content = file.read(0, usize::try_from(file.size).unwrap_or(usize::MAX)).map_err(|error| {
            let name = &file.name;
            FileFailure {
                code: "unreadable".to_owned(),
                message: Text::new(
                    format!("Watteau could not read {name}: {error}."),
                    format!("Watteau n’a pas pu lire {name} : {error}."),
                ),
                incomplete: true,
            }
        })?;
        let input =
            InputFile { name: file.name.clone(), modified: file.modified, content: Bytes::from(content) };
        let zone = self.ingest.clock.zone().clone();
        match self.run.ingest(input).await {
            Ok(report) => Ok(FileReport {
                format: report.format,
                exported: report
                    .exported
                    .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
                    .map(|instant| instant.to_zoned(zone).date().to_string()),
                first_day: report.first_day,
                last_day: report.last_day,
                absent: report.absent,
                remarks: report.remarks.iter().map(values::text).collect(),
            }),
            Err(RunError::File(error)) => Err(FileFailure {
                code: error.code,
                message: values::text(&error.message),
                incomplete: error.incomplete,
            }),
            Err(error) => {
                let met = values::met(&error, self.ingest.clock.now_ms());
                tracing::error!(connector = self.instance.settings.name, "{}", met.message.en);
                Err(FileFailure {
                    code: met.kind.as_str().to_owned(),
                    message: met.message,
                    incomplete: false,
                })
            }
        }
    }

    fn no_answer(&self, feed: &str, error: &RunError) -> NoAnswer {
        let met = values::met(error, self.ingest.clock.now_ms());
        let RunError::Failure(Failure { cause, evidence, .. }) = error else { return NoAnswer::Run(met) };
        match cause {
            Cause::NoData => NoAnswer::NoData,
            Cause::Quota(until) => NoAnswer::Quota { until: *until, met },
            Cause::NotOffered => NoAnswer::Feed(met),
            Cause::Unreadable => {
                self.keep_evidence(feed, evidence.as_deref());
                NoAnswer::Feed(met)
            }
            Cause::Settings(_) | Cause::Consent | Cause::Unavailable(_) => NoAnswer::Run(met),
        }
    }

    /// What could not be read is kept for whoever has to find out why; the latest of each feed.
    fn keep_evidence(&self, feed: &str, evidence: Option<&str>) {
        let Some(evidence) = evidence else { return };
        let mut end = evidence.len().min(EVIDENCE_BYTES);
        while !evidence.is_char_boundary(end) {
            end -= 1;
        }
        let change = watteau_store::StateChange {
            owner: self.instance.settings.name.clone(),
            key: format!("evidence:{feed}"),
            value: Some(evidence.as_bytes()[..end].to_vec()),
        };
        if let Err(error) =
            self.ingest.store.commit(watteau_store::Commit { batches: vec![], state: vec![change] })
        {
            tracing::warn!(%error, "the evidence could not be kept");
        }
    }
}

/// The desk as the host's sink.
struct DeskSink(Arc<Mutex<Desk>>);

impl Sink for DeskSink {
    fn put(&self, put: Put) -> Result<u32, String> {
        let mut desk = lock(&self.0);
        let Some(series) = desk.series(&put.series) else {
            return Err(format!("the series {} is not in the store", put.series));
        };
        desk.put(series, put.as_of, put.points.iter().map(values::point).collect());
        Ok(0)
    }

    fn absent(&self, series: &str, spans: &[Range<i64>], reason: watteau_host::Text) -> Result<(), String> {
        let mut desk = lock(&self.0);
        let Some(id) = desk.series(series) else {
            return Err(format!("the series {series} is not in the store"));
        };
        desk.absent(id, spans.iter().map(|span| (span.start, span.end)).collect(), &values::text(&reason));
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) {
        let mut desk = lock(&self.0);
        desk.refuse(refusal.place, refusal.date, values::text(&refusal.reason), refusal.count);
    }

    fn checkpoint(&self, cursor: Option<Vec<u8>>) -> Result<(), String> {
        lock(&self.0).checkpoint(cursor).map_err(|error| error.to_string())
    }
}

struct DeskMeters(Arc<Mutex<Desk>>);

impl Meters for DeskMeters {
    fn claim(&self, meters: &[MeterRows]) -> Decision {
        let mut named = BTreeMap::new();
        for meter in meters {
            *named.entry(meter.meter.clone()).or_default() += meter.rows;
        }
        match lock(&self.0).claim(named) {
            Claim::Take(meter) => Decision::Take(meter),
            Claim::Leave => Decision::Leave,
            Claim::WhichMeter => Decision::WhichMeter,
        }
    }
}

/// The instance's own window of calls.
struct InstanceQuota(Arc<Instance>, Arc<HostClock>);

impl Quota for InstanceQuota {
    fn acquire(&self) -> Result<Duration, NotBefore> {
        let limit = self.0.limit.as_ref();
        let now = self.1.0.now_ms();
        let mut memory = self.0.memory();
        match memory.calls.gate(limit, now) {
            Gate::NotBefore(instant) => Err(NotBefore(instant)),
            Gate::After(wait) => {
                // Counted when it goes out, which is after the wait.
                memory.calls.record(limit, now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(0)));
                Ok(wait)
            }
        }
    }
}

struct InstanceSecrets(BTreeMap<String, Secret>);

impl Secrets for InstanceSecrets {
    fn secret(&self, option: &str) -> Result<Option<String>, String> {
        let Some(secret) = self.0.get(option) else { return Ok(None) };
        secret.read().map(|value| Some(value.expose().to_owned())).map_err(|error| error.to_string())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
