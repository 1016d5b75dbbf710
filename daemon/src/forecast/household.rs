//! A home's electricity or gas: today and tomorrow by the hour where there is a load curve, by the day where not, and the
//! rest of the month.

use super::{
    Error,
    inputs::{HOUR_MS, Places, hourly, hourly_of, learnt},
    record::{Band, Block, Method, Month, Note, Outlook},
};
use crate::{
    clock::Clock,
    config::Job,
    query::{self, Bucket, Period},
};
use std::ops::Range;
use watteau_analysis::{
    Day, Hourly, LocalDays,
    household::{
        self, Backtest, ByDay, Carrier, Energy, Forecast,
        backtest::{Row, Rows},
    },
};
use watteau_store::{Kind, SeriesInfo, Step, Store};

/// How far ahead weather services are worth asking, days.
const HORIZON: usize = 7;
/// Draws the errors of temperatures that stand in for forecasts that were not kept.
const STAND_IN_SEED: u64 = 1;
/// Hours that each of the four blocks of a day has.
const BLOCK_HOURS: u8 = 6;

/// A home's series, read for a span of days.
#[derive(Clone)]
pub(super) struct House {
    pub(super) load: Hourly,
    kwh: ByDay,
    temperature: ByDay,
    outlook: ByDay,
    presence: ByDay,
    carrier: Carrier,
    pub(super) curve: bool,
}

/// A forecast as it is kept.
pub(super) struct Made {
    pub(super) start: Vec<i64>,
    pub(super) value: Vec<f32>,
    pub(super) mean: Vec<f32>,
    pub(super) quantiles: Vec<[f32; 9]>,
    pub(super) total: Band,
    pub(super) blocks: Vec<Block>,
    pub(super) month: Option<Month>,
    pub(super) method: Method,
    pub(super) notes: Vec<Note>,
    pub(super) weather: Outlook,
}

impl House {
    /// Reads everything up to `last`; temperatures from `now` on, an hour, are forecasts.
    pub(super) fn read(
        store: &Store,
        clock: &Clock,
        job: &Job,
        info: &SeriesInfo,
        last: Day,
        now: i64,
    ) -> Result<Self, Error> {
        let first = info.first.unwrap_or_default().div_euclid(HOUR_MS) - 24;
        let hours = first..i64::from(last.number()) * 24 + 48;
        let curve = matches!(info.def.step, Step::Seconds(seconds) if seconds <= 3600);
        let watts = watts(info)?;
        let instance = query::connector_of(&info.def.name).to_owned();
        let role = query::role(&info.def).unwrap_or_default();
        let gas = role.starts_with("gas.") || instance.contains("gas");
        let load = if curve {
            hourly(store, info, hours.clone())?.map(|_, value| value * watts)
        } else {
            Hourly::default()
        };
        let kwh = if curve {
            match daily_of(store, &instance)? {
                Some(daily) => by_day(store, clock, &daily)?,
                None => ByDay::default(),
            }
        } else {
            by_day(store, clock, &info.def.name)?
        };
        let felt = Places::read(store, &job.drivers, &hours)?.average();
        let earlier = kwh.span().map_or(hours.start, |(first, _)| i64::from(first.number()) * 24 - 48);
        let felt = if earlier < hours.start {
            Places::read(store, &job.drivers, &(earlier..hours.end))?.average()
        } else {
            felt
        };
        let epoch = Day::new(jiff::civil::date(1970, 1, 1));
        let begins = epoch.plus(i32::try_from(earlier.min(hours.start).div_euclid(24)).unwrap_or_default());
        let days = LocalDays::paris(begins, last.plus(HORIZON as i32 + 31)).map_err(Error::Model)?;
        let measured = felt.clone().map(|hour, value| if hour < now { value } else { f64::NAN });
        let presence = match &job.presence {
            Some(id) => presence(store, id, &days, &(days.hours(begins).start..days.hours(days.last()).end))?,
            None => ByDay::default(),
        };
        let carrier = if gas { Carrier::Gas } else { Carrier::Electricity };
        let (temperature, outlook) = (ByDay::middles(&measured, &days), ByDay::middles(&felt, &days));
        Ok(Self { load, kwh, temperature, outlook, presence, carrier, curve })
    }

    fn home(&self) -> household::Home<'_> {
        household::Home {
            load: &self.load,
            kwh: &self.kwh,
            temperature: &self.temperature,
            outlook: &self.outlook,
            presence: &self.presence,
        }
    }

    /// Forecasts a day from what is known up to `lead` days before.
    pub(super) fn forecast(&self, day: Day, lead: usize) -> Result<Made, Error> {
        let made = household::forecast(&self.home(), self.carrier, day, lead).map_err(Error::Model)?;
        let known = day.plus(-(lead as i32));
        // What the month comes to is said where it can be, and its absence spoils no forecast.
        let rest = household::rest_of_month(&self.home(), self.carrier, known, HORIZON).ok();
        let month = rest.map(|rest| Month { band: band(&rest.month), so_far: rest.so_far });
        Ok(self.keep(&made, month))
    }

    fn keep(&self, made: &Forecast, month: Option<Month>) -> Made {
        let method = match made.method {
            household::Method::Mixed => Method::Household,
            household::Method::Daily => Method::Daily,
            household::Method::Curve7 | household::Method::Days7 => Method::Recent,
        };
        let unused = made.reasons.contains(&household::Reason::NoWeather) || method == Method::Recent;
        let small = |values: &[f64; 9]| values.map(|value| value as f32);
        let midnight =
            LocalDays::paris(made.day, made.day).map(|days| days.hours(made.day).start).unwrap_or_default();
        let (start, value, mean, quantiles) = if self.curve && !made.hours.is_empty() {
            (
                made.hours.iter().map(|hour| hour.start * HOUR_MS).collect(),
                made.hours.iter().map(|hour| hour.quantiles[4] as f32).collect(),
                made.hours.iter().map(|hour| hour.mean as f32).collect(),
                made.hours.iter().map(|hour| small(&hour.quantiles)).collect(),
            )
        } else {
            let energy = &made.energy;
            (
                vec![midnight * HOUR_MS],
                vec![energy.quantiles[4] as f32],
                vec![energy.kwh as f32],
                vec![small(&energy.quantiles)],
            )
        };
        let blocks = made.blocks.iter().flatten().enumerate().map(|(index, energy)| {
            let from = index as u8 * BLOCK_HOURS;
            Block { from, to: from + BLOCK_HOURS, band: band(energy) }
        });
        Made {
            start,
            value,
            mean,
            quantiles,
            total: band(&made.energy),
            blocks: blocks.collect(),
            month,
            method,
            notes: made.reasons.iter().map(note).collect(),
            weather: if unused { Outlook::Unused } else { Outlook::Forecast },
        }
    }

    /// Hours that are known in the year before a day's eve; of a daily series those of its days.
    pub(super) fn learnt(&self, day: Day) -> u32 {
        if self.curve {
            return learnt(&self.load, day);
        }
        let year = day.plus(-366).to(day.plus(-2));
        let known = year.filter(|day| self.kwh.get(*day).is_finite()).count();
        u32::try_from(known * 24).unwrap_or(u32::MAX)
    }

    /// Whether a day was measured.
    pub(super) fn is_known(&self, day: Day) -> bool {
        // Any hour of its middle does: what is missing of a day keeps its rows from being scored, not from being made.
        let noon = i64::from(day.number()) * 24 + 12;
        self.kwh.get(day).is_finite() || self.load.get(noon).is_finite()
    }

    /// The days from `since` to `until` as they would have been forecast with temperatures so many degC off; those that
    /// were measured alone, for nothing else can be scored.
    pub(super) fn replay(
        &self,
        since: Day,
        until: Day,
        lead: usize,
        rmse: f64,
    ) -> Result<Vec<(Day, Made)>, Error> {
        let past = self.clone().foreseen(rmse, STAND_IN_SEED);
        // Of the first days nothing could have been said.
        let Some(first) = past.home().first() else { return Ok(Vec::new()) };
        let since = since.max(first.plus(1));
        if since > until {
            return Ok(Vec::new());
        }
        let told = past.tells(since, until);
        let rows = past.backtest(since, until, lead, true)?;
        let small = |row: &Row| row.quantiles.map(|value| value as f32);
        let weather = if told { Outlook::Noisy(rmse) } else { Outlook::Unused };
        let made = rows.days.iter().map(|day| {
            let hours = rows.hours.iter().filter(|hour| hour.day == day.day);
            let blocks = rows.blocks.iter().filter(|block| block.day == day.day).map(|block| {
                let from = u8::try_from(block.start).unwrap_or_default() * BLOCK_HOURS;
                let [lower, upper] = [block.quantiles[0], block.quantiles[8]];
                Block { from, to: from + BLOCK_HOURS, band: Band { value: block.mean, lower, upper } }
            });
            let values: Vec<&Row> = if self.curve { hours.collect() } else { vec![day] };
            let made = Made {
                start: values.iter().map(|row| row.start * HOUR_MS).collect(),
                value: values.iter().map(|row| row.quantiles[4] as f32).collect(),
                mean: values.iter().map(|row| row.mean as f32).collect(),
                quantiles: values.into_iter().map(small).collect(),
                total: Band { value: day.mean, lower: day.quantiles[0], upper: day.quantiles[8] },
                blocks: blocks.collect(),
                month: None,
                method: if self.curve { Method::Household } else { Method::Daily },
                notes: if told { vec![] } else { vec![Note::NoWeather] },
                weather,
            };
            (day.day, made)
        });
        Ok(made.filter(|(_, made)| !made.start.is_empty()).collect())
    }

    /// Whether temperatures of at least half of the days are known. A model that expects them does worse without them
    /// than one that never had any.
    fn tells(&self, since: Day, until: Day) -> bool {
        let told = since.to(until).filter(|day| self.outlook.get(*day).is_finite()).count();
        2 * told as i32 > until.since(since)
    }

    /// The days from `since` to `until`, each forecast with what was known `lead` days before.
    pub(super) fn backtest(
        &self,
        since: Day,
        until: Day,
        lead: usize,
        temperature: bool,
    ) -> Result<Rows, Error> {
        let presence = self.presence.span().is_some();
        let days = (since, until);
        let temperature = temperature && self.tells(since, until);
        let backtest =
            Backtest { home: self.home(), carrier: self.carrier, lead, days, temperature, presence };
        backtest.run().map_err(Error::Model)
    }

    /// The same with measured temperatures, so many degC off, in the place of forecasts.
    pub(super) fn foreseen(self, rmse: f64, seed: u64) -> Self {
        Self { outlook: self.temperature.noisy(rmse, seed), ..self }
    }
}

fn note(reason: &household::Reason) -> Note {
    use household::Reason;
    let count = |days: &usize| u32::try_from(*days).unwrap_or(u32::MAX);
    match reason {
        Reason::FewCurves { days } => Note::FewCurves(count(days)),
        Reason::FewDays { days } => Note::FewDays(count(days)),
        Reason::NoCurve => Note::NoCurve,
        Reason::NoWeather => Note::NoWeather,
        Reason::Late { last } => Note::Late(*last),
        Reason::Jump { since } => Note::Jump(*since),
        Reason::Doubtful { days } => Note::Doubtful(count(days)),
        Reason::Unchanged { days } => Note::Unchanged(count(days)),
    }
}

fn band(energy: &Energy) -> Band {
    Band { value: energy.kwh, lower: energy.quantiles[0], upper: energy.quantiles[8] }
}

/// What makes W, by the hour, of the series' unit.
fn watts(info: &SeriesInfo) -> Result<f64, Error> {
    let refused =
        || Error::Kind { id: info.def.name.clone(), kind: format!("{} in {}", info.def.kind, info.def.unit) };
    match (info.def.kind, info.def.unit.as_str()) {
        (Kind::Power, "W") | (Kind::Energy, "Wh") => Ok(1.0),
        (Kind::Power, "kW") | (Kind::Energy, "kWh") => Ok(1000.0),
        _ => Err(refused()),
    }
}

/// The energy by the day of the meter whose load curve an instance has: years of it are known where a curve has months.
/// Another instance's, where it is the only one.
fn daily_of(store: &Store, instance: &str) -> Result<Option<String>, Error> {
    let named = format!("{instance}.daily_energy");
    let all = store.series()?.into_iter().filter(|info| {
        info.def.name.ends_with(".daily_energy") && info.def.kind == Kind::Energy && info.points > 0
    });
    let mut names: Vec<String> = all.map(|info| info.def.name).collect();
    if names.contains(&named) {
        return Ok(Some(named));
    }
    Ok(names.pop().filter(|_| names.is_empty()))
}

/// kWh of the days of a series, by the date of the series' own day.
fn by_day(store: &Store, clock: &Clock, id: &str) -> Result<ByDay, Error> {
    let columns = query::points(store, clock, id, Period { from: None, to: None }, Bucket::Day)?;
    let factor = query::kwh_per_unit(&columns.unit).unwrap_or(1.0);
    let days = columns.start.iter().zip(&columns.value).zip(&columns.coverage).filter_map(
        |((start, value), coverage)| {
            let date = jiff::Timestamp::from_millisecond(*start).ok()?.to_zoned(clock.zone().clone()).date();
            Some((Day::new(date), (*value).filter(|_| *coverage > 0.99)? * factor))
        },
    );
    Ok(ByDay::from_points(days))
}

/// How much of the household is at home, 0 to 1: the series' mean over the day beside the most it ever was. Where
/// only days away were told, the others are days at home.
fn presence(store: &Store, id: &str, days: &LocalDays, hours: &Range<i64>) -> Result<ByDay, Error> {
    let Some(hourly) = hourly_of(store, id, hours.clone())? else { return Ok(ByDay::default()) };
    let most = (hourly.first()..hourly.end()).map(|hour| hourly.get(hour)).fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let mean = |day: Day| {
        let known: Vec<f64> =
            days.hours(day).map(|hour| hourly.get(hour)).filter(|value| value.is_finite()).collect();
        (!known.is_empty()).then(|| (known.iter().sum::<f64>() / known.len() as f64 / most).clamp(0.0, 1.0))
    };
    Ok(ByDay::from_points(days.first().to(days.last()).filter_map(|day| Some((day, mean(day)?)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        occupancy::{self, Entry},
        query::testing::{Home, NOW, clock, date},
    };

    #[test]
    fn days_away_are_known_beforehand_though_no_day_at_home_was_ever_told() {
        let home = Home::empty();
        let holidays = Entry { from: date("2025-12-24"), to: date("2025-12-27"), persons: Some(0.0) };
        occupancy::write(&home.store, &clock(NOW), &holidays, "API").unwrap();
        let day = |text| Day::new(date(text));
        let days = LocalDays::paris(day("2025-12-20"), day("2025-12-31")).unwrap();
        let hours = days.hours(days.first()).start..days.hours(days.last()).end;
        let presence = presence(&home.store, occupancy::SERIES, &days, &hours).unwrap();
        let away: Vec<Day> =
            days.first().to(days.last()).filter(|day| presence.get(*day).abs() < f64::EPSILON).collect();
        assert_eq!(away, [day("2025-12-24"), day("2025-12-25"), day("2025-12-26")]);
        assert!(presence.get(day("2025-12-28")).is_nan());
    }
}
