//! The functions of the contract: each checks what the guest hands over, then asks the daemon's services.
//!
//! An error of these functions is a trap: the guest never learns of it, and the run ends with the [`Stop`].

use super::{
    bindings::plugin::watteau::connector::{clock, files, http, log, settings, sink, state, types},
    convert::{cut, point, text},
    guest::{Guest, HostFile},
};
use crate::{
    checks,
    error::{Stop, Why},
    http::{HttpError, Request},
    services::{Decision, MeterRows, Put, Refusal},
};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use serde_json::Value;
use std::fmt::Write as _;
use wasmtime::{Error, Result, component::Resource};

/// A line of the journal is no longer.
const LINE: usize = 1024;

/// One read of a file gives no more.
const READ: usize = 4 << 20;

/// Refusals of one call, after which the rest is only counted in the journal.
const PLACE: usize = 200;

impl types::Host for Guest {}

impl http::Host for Guest {
    async fn send(
        &mut self,
        request: http::Request,
    ) -> Result<std::result::Result<http::Response, http::Error>> {
        if !self.rights.http {
            return Ok(Err(http::Error::Denied("this call may not use the network".to_owned())));
        }
        let http::Request { method, url, headers, body, auth, timeout_ms } = request;
        let method = match method {
            http::Method::Get => reqwest::Method::GET,
            http::Method::Head => reqwest::Method::HEAD,
            http::Method::Post => reqwest::Method::POST,
            http::Method::Put => reqwest::Method::PUT,
            http::Method::Patch => reqwest::Method::PATCH,
            http::Method::Delete => reqwest::Method::DELETE,
        };
        let request = Request { method, url, headers, body, auth, timeout_ms };
        Ok(match self.outlet.send(&self.grant, request).await {
            Ok(answer) => {
                Ok(http::Response { status: answer.status, headers: answer.headers, body: answer.body })
            }
            Err(error) => {
                tracing::debug!(connector = %self.grant.instance, %error, "a request failed");
                Err(match error {
                    HttpError::Denied(why) => {
                        self.denied = Some(why.clone());
                        http::Error::Denied(why)
                    }
                    HttpError::Invalid(why) => http::Error::Invalid(why),
                    HttpError::Quota(until) => http::Error::Quota(until),
                    HttpError::Unreachable(why) => http::Error::Unreachable(why),
                    HttpError::TimedOut => http::Error::TimedOut,
                    HttpError::TooLarge(limit) => http::Error::TooLarge(limit),
                    HttpError::Credential(why) => http::Error::Credential(why),
                })
            }
        })
    }

    fn claims(&mut self, auth: String) -> Result<Option<String>> {
        Ok(self.outlet.claims(&self.grant, &auth))
    }
}

fn zone(name: &str) -> std::result::Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is not a time zone"))
}

impl clock::Host for Guest {
    fn now(&mut self) -> Result<i64> {
        Ok(self.grant.clock.now().as_millisecond())
    }

    fn home_zone(&mut self) -> Result<String> {
        Ok(self.grant.zone.iana_name().unwrap_or("UTC").to_owned())
    }

    fn resolve(
        &mut self,
        name: String,
        civil: types::Civil,
    ) -> Result<std::result::Result<clock::Moment, String>> {
        Ok(resolve(&name, civil))
    }

    fn local(
        &mut self,
        name: String,
        instant: i64,
    ) -> Result<std::result::Result<(types::Civil, i32), String>> {
        Ok(local(&name, instant))
    }
}

fn resolve(name: &str, civil: types::Civil) -> std::result::Result<clock::Moment, String> {
    let types::Civil { year, month, day, hour, minute, second } = civil;
    let signed = |number: u8| i8::try_from(number).unwrap_or(-1);
    let datetime =
        DateTime::new(year, signed(month), signed(day), signed(hour), signed(minute), signed(second), 0)
            .map_err(|error| error.to_string())?;
    let instant = |offset: jiff::tz::Offset| {
        offset.to_timestamp(datetime).map(Timestamp::as_millisecond).map_err(|error| error.to_string())
    };
    Ok(match zone(name)?.to_ambiguous_timestamp(datetime).offset() {
        AmbiguousOffset::Unambiguous { offset } => clock::Moment::Once(instant(offset)?),
        AmbiguousOffset::Fold { before, after } => clock::Moment::Twice((instant(before)?, instant(after)?)),
        AmbiguousOffset::Gap { before, after } => clock::Moment::Never((instant(before)?, instant(after)?)),
    })
}

fn local(name: &str, instant: i64) -> std::result::Result<(types::Civil, i32), String> {
    let at = Timestamp::from_millisecond(instant).map_err(|error| error.to_string())?;
    let zoned = at.to_zoned(zone(name)?);
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    let civil = types::Civil {
        year: zoned.year(),
        month: part(zoned.month()),
        day: part(zoned.day()),
        hour: part(zoned.hour()),
        minute: part(zoned.minute()),
        second: part(zoned.second()),
    };
    Ok((civil, zoned.offset().seconds()))
}

impl settings::Host for Guest {
    fn get(&mut self) -> Result<String> {
        Ok(Value::Object(self.grant.settings.clone()).to_string())
    }

    fn instance(&mut self) -> Result<String> {
        Ok(self.grant.instance.clone())
    }
}

impl state::Host for Guest {
    fn cursor(&mut self) -> Result<Option<Vec<u8>>> {
        Ok(self.grant.kept.get().or_else(|| self.grant.cursor.clone()))
    }
}

fn misplaced(what: &str) -> Error {
    Error::new(Stop::new(
        Why::Contract,
        format!("The connector used {what} in a call that has none, and was stopped."),
        format!("Le connecteur a utilisé {what} dans un appel qui n'en a pas, et a été arrêté."),
    ))
}

impl sink::Host for Guest {
    fn put(&mut self, batch: sink::Batch) -> Result<std::result::Result<u32, sink::Error>> {
        if !self.rights.sink {
            return Err(misplaced("sink.put"));
        }
        self.walls.put(batch.points.len()).map_err(Error::new)?;
        let series = checks::declared(&self.grant.series, &batch.series, &batch.unit).map_err(Error::new)?;
        let now = self.grant.clock.now().as_millisecond();
        let (points, refusals) =
            checks::sift(series, batch.points.into_iter().map(point), now, &self.grant.zone);
        let mut refused = 0;
        for refusal in refusals {
            refused += refusal.count;
            self.grant.sink.refuse(refusal);
        }
        if points.is_empty() {
            return Ok(Ok(refused));
        }
        let put = Put { series: batch.series, as_of: batch.as_of, points };
        Ok(self.grant.sink.put(put).map(|more| refused + more).map_err(sink::Error::Store))
    }

    fn absent(
        &mut self,
        series: String,
        spans: Vec<types::Span>,
        reason: types::Text,
    ) -> Result<std::result::Result<(), sink::Error>> {
        if !self.rights.sink {
            return Err(misplaced("sink.absent"));
        }
        self.walls.put(spans.len()).map_err(Error::new)?;
        checks::known(&self.grant.series, &series).map_err(Error::new)?;
        let spans: Vec<_> =
            spans.into_iter().filter(|span| span.start < span.end).map(|span| span.start..span.end).collect();
        let reason = text(reason, self.outlet.redactor());
        Ok(self.grant.sink.absent(&series, &spans, reason).map_err(sink::Error::Store))
    }

    fn refuse(&mut self, refusal: sink::Refusal) -> Result<()> {
        if !self.rights.sink {
            return Err(misplaced("sink.refuse"));
        }
        self.walls.put(1).map_err(Error::new)?;
        let secrets = self.outlet.redactor();
        let refusal = Refusal {
            series: None,
            place: secrets.redact(&cut(refusal.place, PLACE)),
            date: refusal.date.map(|date| cut(date, 10)),
            reason: text(refusal.reason, secrets),
            count: 1,
        };
        self.grant.sink.refuse(refusal);
        Ok(())
    }

    fn checkpoint(&mut self, cursor: Option<Vec<u8>>) -> Result<std::result::Result<(), sink::Error>> {
        if !self.rights.checkpoint {
            return Err(misplaced("sink.checkpoint"));
        }
        if let Err(error) = self.grant.sink.checkpoint(cursor.clone()) {
            return Ok(Err(sink::Error::Store(error)));
        }
        // None leaves it as it is.
        if let Some(cursor) = cursor {
            self.grant.kept.set(cursor);
        }
        Ok(Ok(()))
    }
}

impl log::Host for Guest {
    fn write(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> Result<()> {
        if !self.walls.log() {
            return Ok(());
        }
        let mut line = message;
        for (name, value) in fields {
            let _ = write!(line, " {name}={value}");
        }
        let line = self.outlet.redactor().redact(&cut(line, LINE));
        let connector = &self.grant.instance;
        match level {
            log::Level::Debug => tracing::debug!(%connector, "{line}"),
            log::Level::Info => tracing::info!(%connector, "{line}"),
            log::Level::Warn => tracing::warn!(%connector, "{line}"),
            log::Level::Error => tracing::error!(%connector, "{line}"),
        }
        Ok(())
    }
}

impl files::HostFile for Guest {
    fn name(&mut self, file: Resource<HostFile>) -> Result<String> {
        Ok(self.table.get(&file)?.name.clone())
    }

    fn size(&mut self, file: Resource<HostFile>) -> Result<u64> {
        Ok(self.table.get(&file)?.content.len() as u64)
    }

    fn modified(&mut self, file: Resource<HostFile>) -> Result<Option<i64>> {
        Ok(self.table.get(&file)?.modified)
    }

    fn read(
        &mut self,
        file: Resource<HostFile>,
        offset: u64,
        length: u32,
    ) -> Result<std::result::Result<Vec<u8>, String>> {
        let content = &self.table.get(&file)?.content;
        let from = usize::try_from(offset).map_or(content.len(), |at| at.min(content.len()));
        let to = from.saturating_add((length as usize).min(READ)).min(content.len());
        Ok(Ok(content[from..to].to_vec()))
    }

    fn drop(&mut self, file: Resource<HostFile>) -> Result<()> {
        self.table.delete(file)?;
        Ok(())
    }
}

impl files::Host for Guest {
    fn claim(&mut self, meters: Vec<files::MeterRows>) -> Result<files::Decision> {
        let meters: Vec<MeterRows> =
            meters.into_iter().map(|found| MeterRows { meter: found.meter, rows: found.rows }).collect();
        Ok(match self.grant.meters.claim(&meters) {
            Decision::Take(meter) => files::Decision::Take(meter),
            Decision::Leave => files::Decision::Leave,
            Decision::WhichMeter => files::Decision::WhichMeter,
        })
    }
}
