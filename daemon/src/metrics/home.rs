//! What is told of the moment: the grid, the air outside, the models of the home, the room that is left.

use super::{
    families::{Page, ScrapeError},
    names,
};
use crate::{explain::Explainer, query};
use std::path::Path;
use watteau_store::{Kind, Point, SeriesDef, SeriesInfo, Store};

const HOUR: i64 = 3_600_000;
/// What was known longer ago than this does not tell of now.
const LATELY: i64 = 6 * HOUR;

/// The grid and the air, of series that have points.
pub(super) fn around(
    page: &mut Page,
    store: &Store,
    now: i64,
    all: &[SeriesInfo],
) -> Result<(), ScrapeError> {
    for info in all {
        let def = &info.def;
        match (plugin(def), last_part(def)) {
            ("rte", "load") => {
                let load = info.last.filter(|last| last.start <= now);
                tell(page, names::GRID_LOAD, &connector(def), watts(def, load))?;
            }
            ("rte", forecast @ ("forecast_id" | "forecast_d1" | "forecast_d2")) => {
                let horizon = match forecast {
                    "forecast_id" => "intraday",
                    "forecast_d1" => "1d",
                    _ => "2d",
                };
                let covers = latest(store, info, now)?.filter(|point| point.end() > now);
                let labels = [connector(def)[0], ("horizon", horizon)];
                tell(page, names::GRID_FORECAST, &labels, watts(def, covers))?;
            }
            ("weather", "temperature") if def.unit == "degC" => {
                let temperature = latest(store, info, now)?.map(|point| point.value);
                tell(page, names::OUTDOOR, &[("series", def.name.as_str())], temperature)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What was told last of each regression: a scrape waits for no fit.
pub(super) fn regressions(page: &mut Page, explainer: &Explainer) -> Result<(), ScrapeError> {
    for detail in explainer.known() {
        let overview = &detail.overview;
        let label = &[("regression", overview.name.as_str())];
        page.gauge_if(names::REGRESSION_FIT, label, overview.fitted_at.map(|seconds| seconds as f64))?;
        page.gauge_if(names::REGRESSION_R2, label, overview.r2)?;
        let change = detail.changes.last().map(|change| change.percent / 100.0);
        page.gauge_if(names::REGRESSION_CHANGE, label, change)?;
    }
    Ok(())
}

/// Room for who is not root where the store lies; nothing where that cannot be told.
pub(super) fn room(page: &mut Page, folder: &Path) -> Result<(), ScrapeError> {
    let free = rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    page.gauge_if(names::STORE_FREE, &[], free.map(|bytes| bytes as f64))
}

fn tell(
    page: &mut Page,
    named: names::Named,
    labels: &[(&str, &str)],
    value: Option<f64>,
) -> Result<(), ScrapeError> {
    page.gauge_if(named, labels, value)
}

fn plugin(def: &SeriesDef) -> &str {
    def.labels.get("plugin").map_or("", String::as_str)
}

fn last_part(def: &SeriesDef) -> &str {
    def.name.rsplit('.').next().unwrap_or_default()
}

fn connector(def: &SeriesDef) -> [(&'static str, &str); 1] {
    [("connector", query::connector_of(&def.name))]
}

/// The newest point that has begun.
fn latest(store: &Store, info: &SeriesInfo, now: i64) -> Result<Option<Point>, ScrapeError> {
    Ok(store.points(info.id, now - LATELY..now.saturating_add(1))?.last().copied())
}

fn watts(def: &SeriesDef, point: Option<Point>) -> Option<f64> {
    let (_, factor, _) = crate::export::family_of(&def.unit);
    let value = point.filter(|_| def.kind == Kind::Power)?.value;
    Some(query::tidy(value * factor))
}

#[cfg(test)]
mod tests {
    use super::super::{Exposition, families::Scraper};
    use crate::{
        api::testing::FixedServices,
        forecast::Forecaster,
        query::testing::{Home, at, clock, point},
        services::Services as _,
    };
    use std::{collections::BTreeMap, sync::Arc};
    use watteau_store::{Kind, SeriesDef, SeriesId, Step, Title};

    const NOW: &str = "2025-11-05T10:20:00+01:00";

    fn define(home: &Home, name: &str, unit: &str, kind: Kind) -> SeriesId {
        let (plugin, _) = name.split_once('.').unwrap();
        let labels = BTreeMap::from([("plugin".to_owned(), plugin.to_owned())]);
        let def = SeriesDef {
            name: name.to_owned(),
            unit: unit.to_owned(),
            kind,
            step: Step::Seconds(3600),
            day_start: 0,
            title: Title::default(),
            labels,
        };
        home.store.define(&def).unwrap()
    }

    /// Values of the hours from 08:00 to 13:00, from a first one.
    fn hours(home: &Home, id: SeriesId, count: i64, first: f64) {
        let begin = at("2025-11-05T08:00:00+01:00");
        let hour = |n: i64| point(begin + n * super::HOUR, begin + (n + 1) * super::HOUR, first + n as f64);
        home.put("test", id, (0..count).map(hour).collect());
    }

    #[test]
    fn now_is_told_and_neither_yesterday_nor_tomorrow() {
        let home = Home::empty();
        hours(&home, define(&home, "rte.load", "MW", Kind::Power), 2, 50_000.0);
        hours(&home, define(&home, "rte.forecast_id", "MW", Kind::Power), 5, 51_000.0);
        // Ends at ten.
        hours(&home, define(&home, "rte.forecast_d1", "MW", Kind::Power), 2, 52_000.0);
        hours(&home, define(&home, "weather.temperature", "degC", Kind::Level), 5, 7.0);
        hours(&home, define(&home, "weather.lyon.temperature", "degC", Kind::Level), 1, 3.5);
        let old = define(&home, "weather.brest.temperature", "degC", Kind::Level);
        home.put("test", old, vec![point(at("2025-11-04T08:00:00Z"), at("2025-11-04T09:00:00Z"), 1.0)]);
        let services = Arc::<FixedServices>::default();
        for name in ["rte", "weather"] {
            let mut other = services.connectors()[0].clone();
            name.clone_into(&mut other.name);
            services.connectors.lock().unwrap().push(other);
        }
        let forecaster = Forecaster::new(home.store.clone(), clock(NOW), home.folder(), BTreeMap::new());
        let scraper =
            Scraper::new(home.store.clone(), services, clock(NOW), Arc::default(), Arc::new(forecaster))
                .beside(home.folder().to_owned());
        let page = scraper.scrape(Exposition::Text).unwrap();
        let told = |name: &str| -> Vec<&str> { page.lines().filter(|line| line.starts_with(name)).collect() };
        assert_eq!(
            told("watteau_grid_load_watts"),
            ["watteau_grid_load_watts{connector=\"rte\"} 50001000000"]
        );
        assert_eq!(
            told("watteau_grid_load_forecast_watts"),
            ["watteau_grid_load_forecast_watts{connector=\"rte\",horizon=\"intraday\"} 51002000000"]
        );
        assert_eq!(
            told("watteau_outdoor_temperature_celsius"),
            [
                "watteau_outdoor_temperature_celsius{series=\"weather.lyon.temperature\"} 3.5",
                "watteau_outdoor_temperature_celsius{series=\"weather.temperature\"} 9"
            ]
        );
        let free: f64 = told("watteau_store_free_bytes")[0].rsplit(' ').next().unwrap().parse().unwrap();
        assert!(free > 0.0);
    }
}
