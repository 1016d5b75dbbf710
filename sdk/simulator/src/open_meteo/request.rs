//! The parameters of a call, checked as Open-Meteo checks them.

use super::climate::{Element, Spot};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

pub(super) type Parameters = BTreeMap<String, String>;

/// Which host is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    Archive,
    /// At one address it is the host of previous runs too, for variables of such runs alone.
    Forecast,
    HistoricalForecast,
}

impl Host {
    /// Which of the hosts with one path is meant, where all are at one address: days that are over, the running one at
    /// most with them, are the historical forecast's.
    pub(super) fn of_forecasts(parameters: &Parameters, now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let date = |name: &str| parameters.get(name)?.parse::<Date>().ok();
        match (date("start_date"), date("end_date")) {
            (Some(first), Some(last)) if first < today && last <= today => Self::HistoricalForecast,
            _ => Self::Forecast,
        }
    }
}

/// One column wanted.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) element: Element,
    /// Days before at which it was foreseen; none: the latest run.
    pub(super) previous_day: Option<i64>,
}

/// A call that holds.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) host: Host,
    pub(super) spots: Vec<Spot>,
    pub(super) variables: Vec<Variable>,
    pub(super) first: Date,
    pub(super) last: Date,
    /// Seconds east of Greenwich, the same for the whole answer.
    pub(super) offset: i64,
    pub(super) zone: String,
    pub(super) unixtime: bool,
    /// Wind in kilometres an hour, the default.
    pub(super) kmh: bool,
}

impl Request {
    pub(super) fn read(host: Host, parameters: &Parameters, now: Timestamp) -> Result<Self, String> {
        let text = |name: &str| parameters.get(name).map(String::as_str).filter(|text| !text.is_empty());
        let latitudes = degrees(text("latitude"), "Latitude", 90.0)?;
        let longitudes = degrees(text("longitude"), "Longitude", 180.0)?;
        if latitudes.len() != longitudes.len() {
            return Err(
                "Parameter 'latitude' and 'longitude' must have the same number of elements".to_owned()
            );
        }
        let spots =
            latitudes.into_iter().zip(longitudes).map(|(latitude, longitude)| Spot { latitude, longitude });
        let variables: Vec<Variable> = text("hourly")
            .into_iter()
            .flat_map(|names| names.split(','))
            .map(variable)
            .collect::<Result<_, _>>()?;
        let zone = text("timezone").unwrap_or("GMT");
        let offset = TimeZone::get(zone).map_err(|_| format!("Invalid timezone '{zone}'"))?.to_offset(now);
        let today = offset.to_datetime(now).date();
        let previous = !variables.is_empty() && variables.iter().all(|one| one.previous_day.is_some());
        let range = match host {
            Host::Archive => (Date::constant(1940, 1, 1), today),
            Host::HistoricalForecast => (Date::constant(2016, 1, 1), today.saturating_add(16.days())),
            Host::Forecast if previous => (Date::constant(2016, 1, 1), today.saturating_add(16.days())),
            Host::Forecast => (today.saturating_sub(93.days()), today.saturating_add(16.days())),
        };
        let (first, last) = dates(host, parameters, today, range)?;
        Ok(Self {
            host,
            spots: spots.collect(),
            variables,
            first,
            last,
            offset: i64::from(offset.seconds()),
            zone: zone.to_owned(),
            unixtime: text("timeformat") == Some("unixtime"),
            kmh: text("wind_speed_unit") != Some("ms"),
        })
    }

    pub(super) fn days(&self) -> i64 {
        self.last.duration_since(self.first).as_secs() / 86_400 + 1
    }
}

fn degrees(text: Option<&str>, name: &str, most: f64) -> Result<Vec<f64>, String> {
    let text = text.ok_or_else(|| format!("Parameter '{}' is required", name.to_lowercase()))?;
    text.split(',')
        .map(|one| {
            let degrees: f64 = one.trim().parse().map_err(|_| format!("{name} is not a number: {one}"))?;
            if (-most..=most).contains(&degrees) {
                return Ok(degrees);
            }
            Err(format!("{name} must be in range of -{most} to {most}°. Given: {degrees:?}."))
        })
        .collect()
}

fn variable(name: &str) -> Result<Variable, String> {
    let (stem, previous_day) = match name.split_once("_previous_day") {
        Some((stem, day)) => (stem, day.parse().ok().filter(|day| (1..=7).contains(day))),
        None => (name, None),
    };
    let element = match stem {
        "temperature_2m" => Element::Temperature,
        "relative_humidity_2m" => Element::Humidity,
        "cloud_cover" => Element::CloudCover,
        "wind_speed_10m" => Element::WindSpeed,
        "shortwave_radiation" => Element::Radiation,
        _ => {
            let what = "Data corrupted at path ''. Cannot initialize";
            return Err(format!("{what} ForecastVariable from invalid String value {name}."));
        }
    };
    Ok(Variable { name: name.to_owned(), element, previous_day })
}

fn dates(
    host: Host,
    parameters: &Parameters,
    today: Date,
    range: (Date, Date),
) -> Result<(Date, Date), String> {
    let date = |name: &str| {
        let text = parameters.get(name).map(|text| text.parse::<Date>());
        text.transpose().map_err(|_| "Invalid date format. Make sure to use 'YYYY-MM-DD'".to_owned())
    };
    let days = |name: &str, default: i64, most: i64| {
        let Some(text) = parameters.get(name) else { return Ok(default) };
        text.parse()
            .ok()
            .filter(|days| (0..=most).contains(days))
            .ok_or_else(|| format!("Parameter '{name}' is out of allowed range from 0 to {most}"))
    };
    match (date("start_date")?, date("end_date")?) {
        (Some(first), Some(last)) => {
            if days("past_days", 0, 92)? > 0 || days("forecast_days", 0, 16)? > 0 {
                return Err("Parameter 'start_date' and 'past_days' are mutually exclusive".to_owned());
            }
            for (name, date) in [("start_date", first), ("end_date", last)] {
                if !(range.0..=range.1).contains(&date) {
                    return Err(format!(
                        "Parameter '{name}' is out of allowed range from {} to {}",
                        range.0, range.1
                    ));
                }
            }
            if last < first {
                return Err("End-date must be larger or equals than start-date".to_owned());
            }
            Ok((first, last))
        }
        (None, None) if host == Host::Forecast => {
            let (past, ahead) = (days("past_days", 0, 92)?, days("forecast_days", 7, 16)?);
            Ok((today.saturating_sub(past.days()), today.saturating_add((ahead - 1).max(0).days())))
        }
        _ => Err("Parameter 'start_date' and 'end_date' must be set".to_owned()),
    }
}
