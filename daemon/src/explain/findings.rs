//! What a fit shows beside its curve: changes of use, effects of dated events, odd days.

use super::{Error, home::Home};
use crate::config::DatedEvent;
use watteau_analysis::{
    Day,
    anomaly::{self, Anomaly, Limit},
    change::{Change, Event, Judged, Learnt, Task, Trust, follow},
    regression::{Baseline, Daily, Fit, Fitted, Form, Level, Refusal, Row},
};

/// Odd days are told of so many days back.
const TOLD: i32 = 400;
/// A dated event is judged by what was learnt of so many days before it, and less where less is known.
const BEFORE: i32 = 730;

/// Drivers by day; none where one is not known.
type Rows = Vec<Option<Row>>;

/// Everything found.
#[derive(Debug, Clone, Default)]
pub(super) struct Findings {
    pub(super) changes: Vec<Change>,
    /// In the order of the configuration; why an effect cannot be told.
    pub(super) events: Vec<(DatedEvent, Result<Event, String>)>,
    pub(super) anomalies: Vec<Anomaly>,
}

/// Looks for everything. A model by the month has no days to look at.
pub(super) fn search(home: &Home, fit: &Fit, events: &[DatedEvent]) -> Result<Findings, Error> {
    let Some(known) = home.known().filter(|_| fit.form != Form::Monthly) else {
        return Ok(Findings::default());
    };
    // Asked for a period, somebody wants to know what came after it, and nothing across its end.
    let changes = follow(known.clone(), Learnt::default(), |task: &Task| {
        Ok::<_, Error>(match baseline(home, fit, task.learn.clone())? {
            Some((baseline, rows)) => {
                let judged = baseline.watch(&home.days(), &rows, task.judge.start, task.judge.end);
                Some((Trust::of(&baseline)?, judged.into_iter().map(Judged::from).collect()))
            }
            None => None,
        })
    })?;
    let effect = |event: &DatedEvent| {
        let date = Day::new(event.date);
        let learn = known.start.max(date.plus(-BEFORE))..date;
        let told = || -> Result<Event, Error> {
            let (baseline, rows) = baseline(home, fit, learn.clone())?
                .ok_or(Error::Refused(Refusal::Nothing { missing: "enough days before it".to_owned() }))?;
            let watched = baseline.watch(&home.days(), &rows, learn.start, known.end);
            let judged: Vec<Judged> = watched.into_iter().map(Judged::from).collect();
            Ok(Event::new(&Trust::of(&baseline)?, date, &judged)?)
        };
        (event.clone(), told().map_err(|error| error.to_string()))
    };
    let events = events.iter().map(effect).collect();
    Ok(Findings { changes, events, anomalies: odd_days(home, fit, known.end) })
}

/// The kind of baseline that a fit has, learnt from other days; none where they do not carry one.
fn baseline(home: &Home, fit: &Fit, learn: std::ops::Range<Day>) -> Result<Option<(Baseline, Rows)>, Error> {
    let (days, latitude) = (home.days(), home.request().latitude);
    let made = match &fit.model {
        Fitted::Daily(_) => Daily::fit(&days, latitude, learn.start, learn.end).map(|daily| {
            let rows = daily.rows(&days);
            (daily.baseline, rows)
        }),
        Fitted::Level(_) => Level::fit(&days, latitude, learn.start, learn.end).map(|level| {
            let rows = level.rows(&days);
            (level.baseline, rows)
        }),
        Fitted::Monthly(_) => return Ok(None),
    };
    match made {
        Ok(made) => Ok(Some(made)),
        // A stretch that is too short, or in which nothing changed, is no reason to say nothing of the others.
        Err(
            Refusal::Waiting { .. }
            | Refusal::TooFew { .. }
            | Refusal::Constant { .. }
            | Refusal::Collinear { .. }
            | Refusal::Nothing { .. }
            | Refusal::Setting(_)
            | Refusal::Stuck,
        ) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn odd_days(home: &Home, fit: &Fit, end: Day) -> Vec<Anomaly> {
    let Some(baseline) = fit.baseline() else { return Vec::new() };
    let limit = Limit::new(baseline.scores.iter().copied());
    let judged = fit.watch(&home.days(), end.plus(-TOLD), end).into_iter().map(Judged::from);
    let odd = |judged: Judged| {
        // A heating that does not heat is told as that.
        let off = anomaly::heating_off(&judged).filter(|_| !home.is_electricity()).map(Anomaly::HeatingOff);
        off.or_else(|| Some(Anomaly::OddDay(anomaly::odd_day(&judged, limit?)?)))
    };
    judged.filter_map(odd).collect()
}
