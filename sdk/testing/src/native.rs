//! The fake host: the connector's own trait, called in this process.

use crate::{
    Scenario,
    cassette::Player,
    output::{Ended, Output},
};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use watteau_sdk::{
    context::{Context, Host, SinkError},
    failure::{Cause, Failure},
    files::{Decision, File, Files, MeterRows},
    http::{HttpError, Method, Request, Response},
    source::{Job, Outcome, Source},
    time::{Civil, Instant, Moment, Span},
    types::{Batch, Level, Quality, Refusal, Text},
};

/// A host in memory. Use it directly where a test wants to look at the pieces of a connector.
pub struct FakeHost {
    scenario: Scenario,
    player: Player,
    output: RefCell<Output>,
    made: Cell<u32>,
}

impl FakeHost {
    /// A host for one run of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            player: Player::new(&scenario.cassette),
            scenario: scenario.clone(),
            output: RefCell::new(Output { cursor: scenario.cursor.clone(), ..Output::default() }),
            made: Cell::new(0),
        }
    }

    /// What to hand to the connector.
    pub fn context(&self) -> Context<'_> {
        Context::new(self)
    }

    /// What was given so far.
    pub fn output(&self) -> Output {
        self.output.borrow().clone()
    }
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|error| error.to_string())
}

impl Host for FakeHost {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let method = match request.method {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        let made = self.made.get();
        self.scenario.acquire(made).map_err(HttpError::Quota)?;
        self.made.set(made + 1);
        let answer = self.player.answer(method, &request.url);
        let headers =
            answer.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        Ok(Response { status: answer.status, headers, body: answer.body() })
    }

    fn claims(&self, _: &str) -> Option<String> {
        None
    }

    fn now(&self) -> Instant {
        self.scenario.now
    }

    fn home_zone(&self) -> String {
        self.scenario.zone.clone()
    }

    fn resolve(&self, name: &str, civil: Civil) -> Result<Moment, String> {
        let Civil { year, month, day, hour, minute, second } = civil;
        let [month, day, hour, minute, second] =
            [month, day, hour, minute, second].map(|part| i8::try_from(part).unwrap_or(-1));
        let datetime =
            DateTime::new(year, month, day, hour, minute, second, 0).map_err(|error| error.to_string())?;
        let instant = |offset: jiff::tz::Offset| {
            offset.to_timestamp(datetime).map(Timestamp::as_millisecond).map_err(|error| error.to_string())
        };
        Ok(match zone(name)?.to_ambiguous_timestamp(datetime).offset() {
            AmbiguousOffset::Unambiguous { offset } => Moment::Once(instant(offset)?),
            AmbiguousOffset::Fold { before, after } => Moment::Twice((instant(before)?, instant(after)?)),
            AmbiguousOffset::Gap { before, after } => Moment::Never((instant(before)?, instant(after)?)),
        })
    }

    fn local(&self, name: &str, instant: Instant) -> Result<(Civil, i32), String> {
        let at = Timestamp::from_millisecond(instant).map_err(|error| error.to_string())?;
        let at = at.to_zoned(zone(name)?);
        let [month, day, hour, minute, second] = [at.month(), at.day(), at.hour(), at.minute(), at.second()]
            .map(|part| u8::try_from(part).unwrap_or(0));
        Ok((Civil { year: at.year(), month, day, hour, minute, second }, at.offset().seconds()))
    }

    fn settings(&self) -> String {
        Value::Object(self.scenario.settings.clone()).to_string()
    }

    fn instance(&self) -> String {
        self.scenario.instance.clone()
    }

    fn cursor(&self) -> Option<Vec<u8>> {
        self.output.borrow().cursor.clone()
    }

    fn put(&self, batch: Batch) -> Result<u32, SinkError> {
        // As the host does, which has nothing to keep of it.
        if batch.points.is_empty() {
            return Ok(0);
        }
        let mut output = self.output.borrow_mut();
        output.statements.push((batch.series.clone(), batch.as_of, batch.points.len()));
        let points = output.points.entry(batch.series).or_default();
        points.extend(batch.points.iter().map(|point| {
            let quality = match point.quality {
                Quality::Measured => "measured",
                Quality::Estimated => "estimated",
                Quality::Corrected => "corrected",
                Quality::Filled => "filled",
            };
            (point.start, point.duration, point.value, quality)
        }));
        Ok(0)
    }

    fn absent(&self, series: &str, spans: &[Span], _: &Text) -> Result<(), SinkError> {
        let spans = spans.iter().map(|span| (series.to_owned(), span.start, span.end));
        self.output.borrow_mut().absences.extend(spans);
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) {
        let mut output = self.output.borrow_mut();
        output.refusals.push((refusal.place, refusal.reason.en));
        output.refused_days.push(refusal.date);
    }

    fn checkpoint(&self, cursor: Option<&[u8]>) -> Result<(), SinkError> {
        if let Some(cursor) = cursor {
            self.output.borrow_mut().cursor = Some(cursor.to_vec());
        }
        Ok(())
    }

    fn log(&self, level: Level, message: &str, fields: &[(String, String)]) {
        eprintln!("{level:?} {message} {fields:?}");
    }

    fn claim(&self, meters: &[MeterRows]) -> Decision {
        let meters: Vec<_> = meters
            .iter()
            .map(|found| watteau_host::MeterRows { meter: found.meter.clone(), rows: found.rows })
            .collect();
        match self.scenario.claim(&meters) {
            watteau_host::Decision::Take(meter) => Decision::Take(meter),
            watteau_host::Decision::Leave => Decision::Leave,
            watteau_host::Decision::WhichMeter => Decision::WhichMeter,
        }
    }
}

fn settings<T: DeserializeOwned>(scenario: &Scenario) -> T {
    serde_json::from_value(Value::Object(scenario.settings.clone()))
        .unwrap_or_else(|error| panic!("the scenario's settings are not the connector's: {error}"))
}

pub(crate) fn pull<T: Source>(scenario: &Scenario, feed: &str, from: i64, to: i64) -> Output {
    let host = FakeHost::new(scenario);
    let job = Job { feed: feed.to_owned(), span: Span::new(from, to) };
    match T::pull(host.context(), &settings(scenario), &job) {
        Ok(Outcome { history_start, remark }) => {
            let ended = Ended::Done(remark.map(|remark| remark.en).unwrap_or_default());
            Output { history_start, ended, ..host.output() }
        }
        Err(failure) => Output { ended: failed(failure), ..host.output() },
    }
}

pub(crate) fn ingest<T: Files>(scenario: &Scenario, name: &str, content: &[u8]) -> Output {
    let host = FakeHost::new(scenario);
    let mut file = File::in_memory(name, content);
    let ended = match T::ingest(host.context(), &settings(scenario), &mut file) {
        Ok(report) => Ended::Done(format!(
            "{} {}..{} {} absent",
            report.format,
            report.first_day.unwrap_or_default(),
            report.last_day.unwrap_or_default(),
            report.absent
        )),
        Err(error) => Ended::Failed(error.code, None, error.message.en),
    };
    Output { ended, ..host.output() }
}

fn failed(failure: Failure) -> Ended {
    let cause = match failure.cause {
        Cause::Settings(_) => "settings",
        Cause::Consent => "consent",
        Cause::Quota(_) => "quota",
        Cause::Unavailable(_) => "unavailable",
        Cause::Unreadable => "unreadable",
        Cause::NoData => "no-data",
        Cause::NotOffered => "not-offered",
    };
    Ended::Failed(cause.to_owned(), failure.party, failure.message.en)
}
