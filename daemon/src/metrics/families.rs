//! Reads everything there is to say, and says it.

use super::{Exposition, Vitals, energy::Cache, home, names, names::Named};
use crate::{
    clock::Clock,
    explain::Explainer,
    forecast::{Forecaster, Standing},
    model::{Condition, ConnectorKind, ConnectorState},
    query,
    services::Services,
};
use jiff::Timestamp;
use prometheus::{
    CounterVec, GaugeVec, Opts, Registry,
    core::{Collector, Desc},
    process_collector::ProcessCollector,
    proto::MetricFamily,
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use watteau_store::{SeriesId, SeriesInfo, Store};

/// Why there is nothing to scrape.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    /// The store could not be read.
    #[error("the store could not be read for metrics")]
    Query(#[from] query::Error),
    /// The store could not be read.
    #[error("the store could not be read for metrics")]
    Store(#[from] watteau_store::Error),
    /// A name or a label is not valid.
    #[error("a metric could not be made")]
    Metric(#[from] prometheus::Error),
}

/// What a scrape reads from.
pub struct Scraper {
    store: Store,
    services: Arc<dyn Services>,
    clock: Clock,
    vitals: Arc<Vitals>,
    forecaster: Arc<Forecaster>,
    started: Timestamp,
    cache: Cache,
    with_process: bool,
    folder: Option<PathBuf>,
    explainer: Option<Arc<Explainer>>,
}

impl Scraper {
    /// Reads from these.
    pub fn new(
        store: Store,
        services: Arc<dyn Services>,
        clock: Clock,
        vitals: Arc<Vitals>,
        forecaster: Arc<Forecaster>,
    ) -> Self {
        let started = clock.now();
        let cache = Cache::default();
        Self {
            store,
            services,
            clock,
            vitals,
            forecaster,
            started,
            cache,
            with_process: true,
            folder: None,
            explainer: None,
        }
    }

    /// Tells of the room that is left in this folder.
    #[must_use]
    pub fn beside(self, folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..self }
    }

    /// Tells of these regressions.
    #[must_use]
    pub fn explaining(self, explainer: Arc<Explainer>) -> Self {
        Self { explainer: Some(explainer), ..self }
    }

    /// Leaves out what differs from one process to the next.
    #[cfg(test)]
    pub(super) fn without_process(mut self) -> Self {
        self.with_process = false;
        self
    }

    /// The whole page.
    pub fn scrape(&self, exposition: Exposition) -> Result<String, ScrapeError> {
        let connectors = self.services.connectors();
        self.vitals.keep_only(&connectors.iter().map(|connector| connector.name.clone()).collect());
        let mut page = Page::default();
        page.gauge(names::BUILD, &[("version", env!("CARGO_PKG_VERSION"))], 1.0)?;
        page.gauge(names::START, &[], seconds(self.started.as_millisecond()))?;
        page.gauge(names::READY, &[], truth(self.services.unready().is_none()))?;
        self.store(&mut page)?;
        self.series(&mut page, &connectors)?;
        for connector in &connectors {
            of_connector(&mut page, connector)?;
        }
        for standing in self.forecaster.standings() {
            of_forecast(&mut page, &standing)?;
        }
        let outputs = &self.vitals.outputs;
        page.gauge_if(names::MQTT_CONNECTED, &[], outputs.mqtt.ok().map(truth))?;
        let success = outputs.homeassistant.last_success();
        page.gauge_if(names::HOMEASSISTANT_SUCCESS, &[], success.map(|at| seconds(at.as_millisecond())))?;
        if let Some(explainer) = &self.explainer {
            home::regressions(&mut page, explainer)?;
        }
        super::remote_write::tell(&mut page, &self.vitals.remote_write)?;
        let registry = page.register()?;
        registry.register(Box::new(Shared(Arc::clone(&self.vitals))))?;
        if self.with_process {
            registry.register(Box::new(ProcessCollector::for_self()))?;
        }
        Ok(exposition.write(&registry.gather())?)
    }

    fn store(&self, page: &mut Page) -> Result<(), ScrapeError> {
        let stats = self.store.stats()?;
        page.gauge(names::STORE_BYTES, &[], stats.file_bytes as f64)?;
        page.gauge(names::STORE_POINTS, &[], stats.points as f64)?;
        page.gauge(names::STORE_REVISIONS, &[], stats.revisions as f64)?;
        page.gauge(names::STORE_BATCHES, &[], stats.batches as f64)?;
        page.gauge(names::STORE_PENDING, &[], stats.fresh_commits as f64)?;
        page.counter(names::STORE_WRITTEN, &[], stats.bytes_written as f64)?;
        page.gauge(names::STORE_DAMAGED, &[], self.store.skipped().len() as f64)?;
        page.gauge(names::STORE_CLEAN, &[], truth(stats.clean_start))?;
        self.folder.as_deref().map_or(Ok(()), |folder| home::room(page, folder))
    }

    fn series(&self, page: &mut Page, connectors: &[ConnectorState]) -> Result<(), ScrapeError> {
        let mut all = self.store.series()?;
        // What a removed connector brought is kept, and goes stale here at once.
        all.retain(|info| connectors.iter().any(|it| it.name == query::connector_of(&info.def.name)));
        let written: BTreeMap<SeriesId, u64> = self.store.written().series.into_iter().collect();
        // A connector may have many series that its files never fill.
        all.retain(|info| info.points > 0);
        home::around(page, &self.store, self.clock.now_ms(), &all)?;
        for info in &all {
            let label = &[("series", info.def.name.as_str())];
            page.gauge(names::SERIES_POINTS, label, info.points as f64)?;
            let bytes = written.get(&info.id).copied().unwrap_or(0);
            page.counter(names::SERIES_WRITTEN, label, bytes as f64)?;
            let Some(end) = info.last_end else { continue };
            let worked = self.cache.get(&self.store, &self.clock, info)?;
            page.gauge(names::SERIES_LATEST, label, seconds(end))?;
            page.gauge(names::SERIES_MISSING, label, worked.missing_seconds)?;
            page.counter(names::SERIES_CORRECTED, label, worked.corrected as f64)?;
            consumption(page, info, &all, worked.total)?;
        }
        Ok(())
    }
}

/// What a series says of what was used, if that is its role.
fn consumption(
    page: &mut Page,
    info: &SeriesInfo,
    all: &[SeriesInfo],
    total: f64,
) -> Result<(), ScrapeError> {
    let connector = query::connector_of(&info.def.name);
    let label = &[("connector", connector)];
    let joules = |unit: &str| query::joules_per_unit(unit).map(|factor| total * factor);
    match query::role(&info.def).unwrap_or_default() {
        "electricity.daily" => page.gauge_if(names::ELECTRICITY, label, joules(&info.def.unit)),
        // The same use, cut finer: only where the days themselves are not given.
        "electricity.load_curve" => {
            let has_days = all.iter().any(|other| {
                other.points > 0
                    && query::connector_of(&other.def.name) == connector
                    && query::role(&other.def) == Some("electricity.daily")
            });
            let hours = format!("{}h", info.def.unit);
            page.gauge_if(names::ELECTRICITY, label, if has_days { None } else { joules(&hours) })
        }
        "electricity.max_power" => {
            let scale = match info.def.unit.as_str() {
                "VA" => Some(1.0),
                "kVA" => Some(1000.0),
                _ => None,
            };
            let peak = info.last.map(|point| point.value);
            page.gauge_if(names::ELECTRICITY_PEAK, label, peak.zip(scale).map(|(peak, scale)| peak * scale))
        }
        "gas.energy" => page.gauge_if(names::GAS, label, joules(&info.def.unit)),
        "gas.volume" => page.gauge_if(names::GAS_VOLUME, label, (info.def.unit == "m3").then_some(total)),
        _ => Ok(()),
    }
}

fn of_connector(page: &mut Page, connector: &ConnectorState) -> Result<(), ScrapeError> {
    let name = connector.name.as_str();
    let label = &[("connector", name)];
    let up = !matches!(connector.state, Condition::Failed | Condition::Attention);
    page.gauge(names::CONNECTOR_UP, label, truth(up))?;
    page.gauge(names::CONNECTOR_SCHEDULED, label, truth(works_by_itself(connector)))?;
    let success = connector.last_success.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    page.gauge_if(names::CONNECTOR_SUCCESS, label, success.map(|at| seconds(at.as_millisecond())))?;
    let troubles =
        connector.error.iter().chain(connector.feeds.iter().filter_map(|feed| feed.error.as_ref()));
    for trouble in troubles {
        page.gauge(names::CONNECTOR_TROUBLE, &[("connector", name), ("kind", trouble.kind.as_str())], 1.0)?;
    }
    if let Some(quota) = &connector.quota {
        page.gauge(names::QUOTA_LIMIT, label, f64::from(quota.calls))?;
        page.gauge(names::QUOTA_USED, label, f64::from(quota.used))?;
    }
    Ok(())
}

/// A connector that waits for a person has no next run either, and is not at rest by choice.
fn works_by_itself(connector: &ConnectorState) -> bool {
    match connector.state {
        Condition::Disabled => false,
        Condition::Running | Condition::Attention | Condition::Failed => true,
        Condition::Ok | Condition::Waiting | Condition::NeverRun => {
            connector.kind == ConnectorKind::Files || connector.next_run.is_some()
        }
    }
}

fn of_forecast(page: &mut Page, standing: &Standing) -> Result<(), ScrapeError> {
    let label = &[("series", standing.target.as_str())];
    page.gauge_if(names::FORECAST_RUN, label, standing.made.map(seconds))?;
    page.gauge_if(names::FORECAST_ENERGY, label, standing.joules)?;
    page.gauge_if(names::FORECAST_PEAK, label, standing.peak_watts)?;
    for window in &standing.windows {
        let days = format!("{}d", window.days);
        for (model, error) in &window.errors {
            let labels = &[label[0], ("model", model.as_str()), ("window", days.as_str())];
            page.gauge(names::FORECAST_ERROR, labels, *error)?;
        }
        let labels = &[label[0], ("window", days.as_str())];
        page.gauge_if(names::FORECAST_COVERAGE, labels, window.coverage)?;
    }
    Ok(())
}

/// Families under construction; one that nobody speaks of is not there.
#[derive(Default)]
pub(super) struct Page {
    gauges: BTreeMap<&'static str, GaugeVec>,
    counters: BTreeMap<&'static str, CounterVec>,
}

impl Page {
    pub(super) fn gauge(
        &mut self,
        named: Named,
        labels: &[(&str, &str)],
        value: f64,
    ) -> Result<(), ScrapeError> {
        let (names, values): (Vec<&str>, Vec<&str>) = labels.iter().copied().unzip();
        if !self.gauges.contains_key(named.0) {
            self.gauges.insert(named.0, GaugeVec::new(Opts::new(named.0, named.1), &names)?);
        }
        self.gauges[named.0].get_metric_with_label_values(&values)?.set(value);
        Ok(())
    }

    /// A gauge that is not there while nothing is known: absence is never 0.
    pub(super) fn gauge_if(
        &mut self,
        named: Named,
        labels: &[(&str, &str)],
        value: Option<f64>,
    ) -> Result<(), ScrapeError> {
        value.map_or(Ok(()), |value| self.gauge(named, labels, value))
    }

    pub(super) fn counter(
        &mut self,
        named: Named,
        labels: &[(&str, &str)],
        value: f64,
    ) -> Result<(), ScrapeError> {
        let (names, values): (Vec<&str>, Vec<&str>) = labels.iter().copied().unzip();
        if !self.counters.contains_key(named.0) {
            self.counters.insert(named.0, CounterVec::new(Opts::new(named.0, named.1), &names)?);
        }
        self.counters[named.0].get_metric_with_label_values(&values)?.inc_by(value);
        Ok(())
    }

    fn register(self) -> Result<Registry, prometheus::Error> {
        let registry = Registry::new();
        for gauge in self.gauges.into_values() {
            registry.register(Box::new(gauge))?;
        }
        for counter in self.counters.into_values() {
            registry.register(Box::new(counter))?;
        }
        Ok(registry)
    }
}

/// What is counted all along, lent to the page.
struct Shared(Arc<Vitals>);

impl Collector for Shared {
    fn desc(&self) -> Vec<&Desc> {
        self.0.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.0.collect()
    }
}

pub(super) fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

pub(super) fn truth(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}
