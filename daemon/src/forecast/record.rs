//! A forecast as it is kept for ever: what was forecast, when, by what, and what it knew.

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use watteau_analysis::Day;
use watteau_store::{Commit, Error, StateChange, Store};

/// What the job serves is told under this name.
pub(super) const SERVED: &str = "watteau";

/// One forecast of one local day by one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The job that asked for it.
    pub job: String,
    /// The series that was forecast.
    pub target: String,
    /// Unit of the values.
    pub unit: String,
    /// Who forecast: `watteau` for what the job serves, or one of its parts.
    pub model: String,
    /// What tells this model from others of its name.
    pub hash: String,
    /// The local time of day that it was due, minutes.
    pub at: u16,
    /// When it was made, ms since the epoch.
    pub issued_at: i64,
    /// Made later than it was due by more than its own day, with no more of the target than was known then.
    pub replayed: bool,
    /// The day.
    pub day: Day,
    /// How it was made.
    pub method: Method,
    /// Why it was not made in the best way.
    pub notes: Vec<Note>,
    /// The temperatures it was made with.
    pub weather: Outlook,
    /// Hours of the target that were known in the year before: a replay from more is a better one.
    pub learnt: u32,
    /// The first instant of the target that was not known, ms since the epoch.
    pub known_until: i64,
    /// First instant of each value, ms since the epoch.
    pub start: Vec<i64>,
    /// The median.
    pub value: Vec<f32>,
    /// Quantiles at 0.1 to 0.9, one list for each value.
    pub quantiles: Vec<[f32; 9]>,
    /// The mean, where it is not the median: what energies are added up from.
    pub mean: Vec<f32>,
    /// Energy of the day.
    pub total: Option<Band>,
    /// Energy of its parts.
    pub blocks: Vec<Block>,
    /// Energy of its month, what is known of it included.
    pub month: Option<Month>,
    /// The temperatures it was made with, tenths of degC: for every hour from the first that was not known, one for
    /// each place.
    pub temperatures: Vec<Vec<i16>>,
}

/// A value and the interval that holds it in 80 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The most likely.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
}

/// Energy of a part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// First local hour.
    pub from: u8,
    /// First local hour after it.
    pub to: u8,
    /// kWh.
    pub band: Band,
}

/// Energy of a calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Month {
    /// kWh of the whole month.
    pub band: Band,
    /// kWh of it that are known.
    pub so_far: f64,
}

/// How a forecast was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// The adaptive model, from the built-in prior.
    Adaptive,
    /// The adaptive model, learnt from the home's own history alone.
    AdaptiveAlone,
    /// The adaptive model mixed with the operator's forecast.
    AdaptiveWithOperator,
    /// Analog days and a filter for each hour, mixed.
    Household,
    /// A filter of the days' energy.
    Daily,
    /// The same hours of the last days.
    Recent,
    /// A Chronos model.
    Chronos,
}

/// Why a forecast was not made in the best way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// So few days of the load curve are known.
    FewCurves(u32),
    /// So few days of energy are known.
    FewDays(u32),
    /// There is no load curve.
    NoCurve,
    /// No temperature is forecast.
    NoWeather,
    /// The last known day is earlier than it should be.
    Late(Day),
    /// The level jumped on that day, and nothing older was used.
    Jump(Day),
    /// So many last days are out of all proportion.
    Doubtful(u32),
    /// Nothing changed for so many days.
    Unchanged(u32),
}

/// The temperatures of the hours to come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Outlook {
    /// A weather service's forecast, as it was kept.
    Forecast,
    /// The temperatures measured later.
    Measured,
    /// The same with an error of so many degC, and corrected by how such forecasts did.
    Noisy(f64),
    /// The usual temperature and what is left of today's departure from it.
    Usual,
    /// None.
    Unused,
}

impl Outlook {
    /// As the API writes it.
    pub fn word(self) -> String {
        match self {
            Self::Forecast => "forecast".to_owned(),
            Self::Measured => "measured".to_owned(),
            Self::Noisy(degrees) => format!("noisy:{degrees}"),
            Self::Usual | Self::Unused => "none".to_owned(),
        }
    }
}

/// How the layout of the bytes is called; another one would begin with another byte.
const LAYOUT: u8 = 1;

/// Where the first and the last day of each target's forecasts are kept.
const INDEX: &str = "forecasts";

/// Where forecasts of a month of days are kept.
fn owner(target: &str, day: Date) -> String {
    format!("forecast/{target}/{:04}-{:02}", day.year(), day.month())
}

/// A place for each forecast, in the order of days, times and making.
fn key(record: &Record) -> String {
    let Record { day, at, model, issued_at, .. } = record;
    format!("{} {at:04} {model} {issued_at:015}", day.date())
}

/// Keeps forecasts; none is ever written over, for each was made at another moment.
pub(super) fn keep(store: &Store, records: &[Record]) -> Result<(), Error> {
    let change = |record: &Record| {
        let value = written(record, vec![LAYOUT]);
        StateChange { owner: owner(&record.target, record.day.date()), key: key(record), value }
    };
    let mut state: Vec<StateChange> = records.iter().map(change).collect();
    if let Some(first) = records.first() {
        let days = || records.iter().map(|record| record.day);
        let (from, to) = span(store, &first.target)?.unwrap_or((first.day, first.day));
        let days =
            (days().min().map_or(from, |day| day.min(from)), days().max().map_or(to, |day| day.max(to)));
        let value = written(&days, Vec::new());
        state.push(StateChange { owner: INDEX.to_owned(), key: first.target.clone(), value });
    }
    // What could not be written would be an order to forget.
    state.retain(|change| change.value.is_some());
    store.commit(Commit { batches: vec![], state })?;
    Ok(())
}

fn written(value: &impl Serialize, before: Vec<u8>) -> Option<Vec<u8>> {
    let bytes = postcard::to_extend(value, before);
    bytes.inspect_err(|error| tracing::error!(%error, "a forecast cannot be kept")).ok()
}

/// Every forecast of the days from `from` to `to`, in the order of days, times of issue, models and making. Bytes that
/// cannot be read are left out.
pub(super) fn read(store: &Store, target: &str, from: Day, to: Day) -> Result<Vec<Record>, Error> {
    let mut owners: Vec<String> = from.to(to).map(|day| owner(target, day.date())).collect();
    owners.dedup();
    let mut records = Vec::new();
    for owner in owners {
        let kept = store.states(&owner)?.into_iter();
        records.extend(kept.filter_map(|(key, bytes)| {
            let record = match bytes.split_first() {
                Some((&LAYOUT, bytes)) => postcard::from_bytes::<Record>(bytes).ok(),
                _ => None,
            };
            if record.is_none() {
                tracing::warn!(owner, key, "a forecast that was kept cannot be read and is left out");
            }
            record.filter(|record| (from..=to).contains(&record.day))
        }));
    }
    records.sort_by(|one, other| {
        let order = |record: &Record| (record.day, record.at, record.model.clone(), record.issued_at);
        order(one).cmp(&order(other))
    });
    Ok(records)
}

/// First and last day that are forecast.
pub(super) fn span(store: &Store, target: &str) -> Result<Option<(Day, Day)>, Error> {
    let index = store.state(INDEX, target)?;
    Ok(index.and_then(|bytes| postcard::from_bytes(&bytes).ok()))
}

/// When a forecast of a day is due, ms since the epoch; a time of issue of a day or more is one of the day itself. A time
/// that the clocks skip is shifted as they are.
pub(super) fn due(day: Day, at: u16, zone: &TimeZone) -> i64 {
    let (days, minutes) = (i32::from(at / 1440) - 1, i8::try_from(at % 60).unwrap_or_default());
    let hour = i8::try_from(at % 1440 / 60).unwrap_or_default();
    let local = day.plus(days).date().at(hour, minutes, 0, 0).to_zoned(zone.clone());
    local.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
}

/// Of several forecasts for the same day, time and model the one that counts: the first that was made when it was due
/// or after, else the last that somebody had made before, else the last that was replayed. What is made again later may
/// know better.
pub(super) fn that_count(records: Vec<Record>, zone: &TimeZone) -> Vec<Record> {
    let early = |record: &Record| record.issued_at < due(record.day, record.at, zone);
    let mut counting: Vec<Record> = Vec::new();
    for record in records {
        match counting.last_mut() {
            Some(last) if (last.day, last.at, &last.model) == (record.day, record.at, &record.model) => {
                let better = !record.replayed && early(last) || record.replayed && last.replayed;
                if last.replayed || better {
                    *last = record;
                }
            }
            _ => counting.push(record),
        }
    }
    counting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{Home, date};

    fn record(day: &str, model: &str, issued_at: i64, replayed: bool) -> Record {
        Record {
            job: "grid".into(),
            target: "rte.load".into(),
            unit: "MW".into(),
            model: model.into(),
            hash: "abc".into(),
            at: 600,
            issued_at,
            replayed,
            day: Day::new(date(day)),
            method: Method::Adaptive,
            notes: vec![Note::Late(Day::new(date(day)))],
            weather: Outlook::Noisy(0.75),
            learnt: 8000,
            known_until: 5,
            start: vec![0, 3_600_000],
            value: vec![1.5, 2.5],
            quantiles: vec![[1.0; 9], [2.0; 9]],
            mean: vec![],
            total: None,
            blocks: vec![],
            month: None,
            temperatures: vec![vec![105, -12]],
        }
    }

    #[test]
    fn what_is_made_when_it_is_due_counts_before_what_was_made_early() {
        let zone = crate::query::testing::paris();
        // The clocks go forward on the eve: 10:00 is 8:00 of UTC there.
        let day = Day::new(date("2025-03-31"));
        let noon = due(day, 600, &zone);
        assert_eq!(noon, crate::query::testing::at("2025-03-30T08:00:00Z"));
        assert_eq!(due(day, 600 + 1440, &zone), crate::query::testing::at("2025-03-31T08:00:00Z"));
        let made = |at: i64, replayed: bool| record("2025-03-31", "watteau", at, replayed);
        for (issued, expected) in [
            (vec![made(noon - 9, false), made(noon - 5, false)], noon - 5),
            (vec![made(noon - 9, false), made(noon + 1, false), made(noon + 9, false)], noon + 1),
            (vec![made(noon - 9, false), made(noon + 99, true)], noon - 9),
            (vec![made(noon + 5, true), made(noon + 9, true)], noon + 9),
        ] {
            assert_eq!(that_count(issued, &zone)[0].issued_at, expected);
        }
    }

    #[test]
    fn forecasts_are_kept_beside_each_other() {
        let home = Home::empty();
        let first = record("2025-03-31", "watteau", 10, true);
        let all = [
            first.clone(),
            record("2025-03-31", "watteau", 20, false),
            record("2025-03-31", "watteau", 30, false),
            record("2025-04-01", "chronos", 10, true),
            record("2025-04-01", "watteau", 10, true),
            record("2025-04-01", "watteau", 11, true),
        ];
        keep(&home.store, &all).unwrap();
        keep(&home.store, &all[..1]).unwrap();
        let zone = TimeZone::UTC;
        let days = [Day::new(date("2025-03-31")), Day::new(date("2025-04-01"))];
        let kept = read(&home.store, "rte.load", days[0], days[1]).unwrap();
        assert_eq!((kept.len(), &kept[0]), (6, &first));
        assert_eq!(read(&home.store, "rte.load", days[1], days[1]).unwrap().len(), 3);
        let counting: Vec<(String, i64)> =
            that_count(kept, &zone).into_iter().map(|record| (record.model, record.issued_at)).collect();
        // All were made before they were due: of those the last knew most.
        let expected = [("watteau", 30), ("chronos", 10), ("watteau", 11)];
        assert_eq!(counting, expected.map(|(model, issued)| (model.to_owned(), issued)));
        // What another version wrote, or the card lost, is left out and hides nothing.
        let change = StateChange {
            owner: owner("rte.load", date("2025-04-01")),
            key: "2025-04-01 0600 odd".into(),
            value: Some(vec![9, 9]),
        };
        home.store.commit(Commit { batches: vec![], state: vec![change] }).unwrap();
        assert_eq!(read(&home.store, "rte.load", days[0], days[1]).unwrap().len(), 6);
    }
}
