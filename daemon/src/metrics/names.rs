//! The name and meaning of every metric, in one place.
//!
//! Base units, plural, at the end; `_total` on counters only; no timestamps; a meter's number never: series
//! and connectors are named by the words of the configuration.

/// A metric's name and what is said of it.
pub(super) type Named = (&'static str, &'static str);

pub(super) const BUILD: Named = ("watteau_build_info", "Version of the running program; always 1.");
pub(super) const START: Named = ("watteau_start_timestamp_seconds", "When the daemon started.");
pub(super) const READY: Named = ("watteau_ready", "1 when the store is open and the configuration valid.");

pub(super) const STORE_BYTES: Named = ("watteau_store_size_bytes", "Length of the store's file.");
pub(super) const STORE_POINTS: Named = ("watteau_store_points", "Points kept, of all series.");
pub(super) const STORE_REVISIONS: Named =
    ("watteau_store_revisions", "Values that were replaced, and are kept.");
pub(super) const STORE_BATCHES: Named = ("watteau_store_batches", "Deliveries recorded.");
pub(super) const STORE_PENDING: Named =
    ("watteau_store_pending_commits", "Durable commits that are not folded into blocks yet.");
pub(super) const STORE_WRITTEN: Named = (
    "watteau_store_written_bytes_total",
    "Bytes handed to the store's file since the start: what wears a card.",
);
pub(super) const STORE_DAMAGED: Named =
    ("watteau_store_damaged_places", "Places of the store that reads had to leave out since the start.");
pub(super) const STORE_CLEAN: Named =
    ("watteau_store_clean_start", "1 when the store had been closed properly before this start.");

pub(super) const SERIES_LATEST: Named = (
    "watteau_series_latest_sample_timestamp_seconds",
    "End of the newest interval of a series. Alert on its age: time() - this.",
);
pub(super) const SERIES_POINTS: Named = ("watteau_series_points", "Points kept of a series.");
pub(super) const SERIES_MISSING: Named = (
    "watteau_series_missing_seconds",
    "Time without a value between the first and the last point of a series.",
);
pub(super) const SERIES_CORRECTED: Named = (
    "watteau_series_corrected_values_total",
    "Values of a series that were said differently twice; explains a consumption that goes down.",
);

pub(super) const SERIES_WRITTEN: Named = (
    "watteau_series_written_bytes_total",
    "Bytes handed to the disk for the points of a series, since the start.",
);

pub(super) const ELECTRICITY: Named = (
    "watteau_electricity_consumption_joules",
    "Electricity drawn, all that is kept. A gauge: a correction can lower it, and days arrive late and whole, \
     so a rate over it shows arrival and not use; divide by 3.6e6 for kWh.",
);
pub(super) const ELECTRICITY_PEAK: Named =
    ("watteau_electricity_max_power_voltamperes", "Highest apparent power of the newest day known.");
pub(super) const GAS: Named = (
    "watteau_gas_consumption_joules",
    "Gas burnt, all that is kept, as energy. A gauge: a correction can lower it, and days arrive late and whole, \
     so a rate over it shows arrival and not use; divide by 3.6e6 for kWh.",
);
pub(super) const FORECAST_RUN: Named = (
    "watteau_forecast_last_run_timestamp_seconds",
    "When the newest forecast of a series was made. Alert on its age: time() - this.",
);
pub(super) const FORECAST_ENERGY: Named =
    ("watteau_forecast_next_day_joules", "Energy forecast for tomorrow; divide by 3.6e6 for kWh.");
pub(super) const FORECAST_PEAK: Named =
    ("watteau_forecast_next_day_peak_watts", "Highest mean power of an hour that is forecast for tomorrow.");
pub(super) const FORECAST_ERROR: Named = (
    "watteau_forecast_error_ratio",
    "Mean absolute error of forecasts relative to what happened, over the last days that are known.",
);
pub(super) const FORECAST_COVERAGE: Named = (
    "watteau_forecast_interval_coverage_ratio",
    "Share of the values that lay inside the 80 % interval, over the last days that are known.",
);

pub(super) const GAS_VOLUME: Named = (
    "watteau_gas_consumption_cubic_meters",
    "Gas burnt, all that is kept, as volume. A gauge: a correction can lower it.",
);

pub(super) const STORE_FREE: Named =
    ("watteau_store_free_bytes", "Room that is left on the disk of the store.");
pub(super) const GRID_LOAD: Named =
    ("watteau_grid_load_watts", "Load of the national grid, the newest value known.");
pub(super) const GRID_FORECAST: Named = (
    "watteau_grid_load_forecast_watts",
    "What the operator forecast for this moment, by how long before; these do not add up.",
);
pub(super) const OUTDOOR: Named = (
    "watteau_outdoor_temperature_celsius",
    "Temperature outside by the weather connector, of the newest interval that has begun.",
);
pub(super) const REGRESSION_FIT: Named =
    ("watteau_regression_last_fit_timestamp_seconds", "When the model that is used was fitted.");
pub(super) const REGRESSION_R2: Named =
    ("watteau_regression_r2_ratio", "Share of the variance that the weather explains, 0 to 1.");
pub(super) const REGRESSION_CHANGE: Named = (
    "watteau_regression_last_change_ratio",
    "Newest change of use beyond what the weather explains: 0.2 is a fifth more, -0.2 a fifth less.",
);
pub(super) const CONNECTOR_SCHEDULED: Named = (
    "watteau_connector_scheduled",
    "1 when the connector works by itself; 0 when it is switched off or has no schedule, and is not late.",
);

pub(super) const CONNECTOR_UP: Named =
    ("watteau_connector_up", "1 unless the connector has failed or waits for a person.");
pub(super) const CONNECTOR_SUCCESS: Named =
    ("watteau_connector_last_success_timestamp_seconds", "When a run last ended without trouble.");
pub(super) const CONNECTOR_TROUBLE: Named =
    ("watteau_connector_trouble", "1 while the connector is in trouble of that kind.");
pub(super) const CONNECTOR_RUNS: Named =
    ("watteau_connector_runs_total", "Runs that ended, since the start.");
pub(super) const CONNECTOR_FAILURES: Named =
    ("watteau_connector_failures_total", "Runs that ended in trouble, since the start.");
pub(super) const CONNECTOR_POINTS: Named =
    ("watteau_connector_written_points_total", "Points that runs added or corrected, since the start.");
pub(super) const CONNECTOR_REFUSED: Named =
    ("watteau_connector_refused_points_total", "Points that the checks refused, since the start.");
pub(super) const CONNECTOR_DURATION: Named =
    ("watteau_connector_run_duration_seconds", "How long runs take.");
pub(super) const QUOTA_LIMIT: Named =
    ("watteau_connector_quota_calls", "Calls that the source allows in its window.");
pub(super) const QUOTA_USED: Named = ("watteau_connector_quota_used_calls", "Calls made in the window.");

pub(super) const MQTT_CONNECTED: Named =
    ("watteau_mqtt_connected", "1 while the broker of MQTT is connected; absent when there is none.");
pub(super) const HOMEASSISTANT_SUCCESS: Named = (
    "watteau_homeassistant_last_success_timestamp_seconds",
    "When Home Assistant's statistics were last found equal to what is kept. Alert on its age: time() - this.",
);

pub(super) const HTTP_REQUESTS: Named = ("watteau_http_requests_total", "Requests answered, by route.");
pub(super) const HTTP_DURATION: Named =
    ("watteau_http_request_duration_seconds", "How long answers take, all routes together.");

pub(super) const REMOTE_UP: Named = (
    "watteau_remote_write_up",
    "1 unless the receiver of remote write cannot be reached or refuses the sender.",
);
pub(super) const REMOTE_SENT: Named =
    ("watteau_remote_write_samples_total", "Samples that the receiver took, since the start.");
pub(super) const REMOTE_REFUSED: Named = (
    "watteau_remote_write_refused_samples_total",
    "Samples that the receiver refused and that were set aside, since the start.",
);
pub(super) const REMOTE_REQUESTS: Named =
    ("watteau_remote_write_requests_total", "Requests that the receiver took or refused, since the start.");
pub(super) const REMOTE_RETRIES: Named =
    ("watteau_remote_write_retries_total", "Tries that failed and were repeated, since the start.");
pub(super) const REMOTE_PENDING: Named =
    ("watteau_remote_write_pending_samples", "Samples that wait to be sent.");
pub(super) const REMOTE_OLDEST: Named = (
    "watteau_remote_write_oldest_pending_timestamp_seconds",
    "Instant of the earliest sample that waits; not there while none does.",
);
pub(super) const REMOTE_NEWEST: Named = (
    "watteau_remote_write_newest_sample_timestamp_seconds",
    "Instant of the latest sample that the receiver took, since the start.",
);
pub(super) const REMOTE_SUCCESS: Named = (
    "watteau_remote_write_last_success_timestamp_seconds",
    "When the receiver last took a request, since the start.",
);
