//! One record of consumption, whichever of GRDF's two dialects it speaks.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::collect::Collector;
use crate::failure::{Error, Failure, Limit};
use crate::limits;
use crate::numbers::{Fault, Numbers, qualification};
use crate::reading::{Reason, Refusal, Step};
use crate::words::{Column, Qualification, normalise};
use watteau_tabular::Day;
use watteau_tabular::{Kind, Value};

/// Longer than any billing period; beyond it, a date is wrong.
const LONGEST_PERIOD: i32 = 800;

/// A value of a record: a number's digits or a string's text.
#[derive(Debug)]
pub(super) struct Scalar<'a> {
    kind: Kind,
    text: Cow<'a, str>,
}

impl<'a> Scalar<'a> {
    /// None for null and for what is not there.
    pub(super) fn new(raw: Option<&'a RawValue>) -> Option<Self> {
        let raw = raw?.get();
        match raw.as_bytes() {
            b"null" => None,
            [b'"', .., b'"'] if !raw.contains('\\') => {
                Some(Self { kind: Kind::Text, text: Cow::Borrowed(&raw[1..raw.len() - 1]) })
            }
            [b'"', ..] => {
                let text = serde_json::from_str(raw).map_or(Cow::Borrowed(raw), Cow::Owned);
                Some(Self { kind: Kind::Text, text })
            }
            [b'-' | b'0'..=b'9', ..] => Some(Self { kind: Kind::Number, text: Cow::Borrowed(raw) }),
            _ => Some(Self { kind: Kind::Unusable, text: Cow::Borrowed(raw) }),
        }
    }

    /// As a cell of a table would be.
    pub(super) fn value(&self) -> Value<'_> {
        match self.kind {
            Kind::Text => Value::Text(&self.text),
            Kind::Number => Value::Number(&self.text),
            Kind::Unusable => Value::Unusable(&self.text),
        }
    }

    /// What it shows.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// Tells a field that is null (some) from one that is not there (none).
pub(super) fn present<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The keys of one dialect, for refusals.
#[derive(Debug)]
pub(super) struct Keys {
    /// By column number.
    pub columns: [&'static str; Column::COUNT],
    /// Start and end of a period.
    pub span: [&'static str; 2],
}

/// The fields of one record.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    /// By column; `Date` is the gas day.
    pub cells: [Option<Scalar<'a>>; Column::COUNT],
    /// Start and (excluded) end, with a time and an offset that may be wrong.
    pub span: [Option<Scalar<'a>>; 2],
    /// What the record speaks of: `Informative Journalier`, `Publiée`.
    pub nature: Option<Scalar<'a>>,
    /// Declared final.
    pub definitive: bool,
    /// The energy's key is there, be it null.
    pub has_energy: bool,
}

/// What the records read so far were.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Records of any kind.
    pub records: u32,
    /// Gas days.
    pub days: bool,
    /// Billing periods.
    pub periods: bool,
    hours: bool,
    energy: bool,
}

impl Seen {
    /// Why records of this kind are not taken at all, if so.
    pub(super) fn failure(&self, keys: &Keys, collector: &Collector) -> Option<Failure> {
        if self.records > 0 && !self.energy {
            return Some(Failure::MissingColumn(keys.columns[Column::Energy as usize]));
        }
        (self.hours && collector.is_empty()).then_some(Failure::UnsupportedStep(None))
    }

    /// Counts one record, and holds the count to its limit.
    pub(super) fn count(&mut self) -> Result<(), Failure> {
        self.records += 1;
        if self.records > limits::ROWS {
            Err(Error::TooLarge(Limit::Rows(limits::ROWS)).into())
        } else {
            Ok(())
        }
    }
}

enum When {
    Day(Day),
    Period(Day, Day),
}

/// Takes one record of a meter, or refuses it whole.
pub(super) fn take(
    record: &Record<'_>,
    (meter, number): (usize, u32),
    keys: &Keys,
    newest: Option<Day>,
    seen: &mut Seen,
    collector: &mut Collector,
) {
    let cell =
        |column| record.cells[column as usize].as_ref().map(Scalar::value).filter(|value| !value.is_blank());
    seen.energy |= record.has_energy;
    let mut refuse = |day, key, text: &str, reason| {
        let text = text.to_owned();
        collector.refuse(Refusal { meter: Some(meter), number, day, column: Some(key), text, reason });
    };
    let nature = record.nature.as_ref().map(|nature| normalise(nature.text())).unwrap_or_default();
    if nature.contains("horaire") {
        seen.hours = true;
        let text = record.nature.as_ref().map_or("", Scalar::text);
        return refuse(None, keys.columns[Column::Date as usize], text, Reason::Unreadable);
    }
    let when = match when(record, &nature, keys) {
        Ok(when) => when,
        Err((key, text)) => return refuse(None, key, text, Reason::Unreadable),
    };
    let (start, key) = match when {
        When::Day(day) => (day, keys.columns[Column::Date as usize]),
        When::Period(start, _) => (start, keys.span[0]),
    };
    if start.is_too_old() || newest.is_some_and(|newest| start > newest) {
        let reason = if start.is_too_old() { Reason::TooOld } else { Reason::Future };
        return refuse(None, key, &start.to_string(), reason);
    }
    let fault = |(column, reason): Fault| {
        (keys.columns[column as usize], cell(column).map_or("", Value::text), reason)
    };
    let numbers = match Numbers::read(cell).map_err(fault) {
        Ok(numbers) => numbers,
        Err((key, text, reason)) => return refuse(Some(start), key, text, reason),
    };
    let qualification = match cell(Column::Qualification) {
        _ if numbers.energy.is_none() => Qualification::Absent,
        Some(value) => qualification(value.text(), collector),
        None => Qualification::Measured,
    };
    let taken = match when {
        When::Day(day) => numbers.day(qualification, record.definitive, number).map(|reading| {
            seen.days = true;
            collector.day(meter, day, reading);
        }),
        When::Period(start, last) => {
            let span = (Step::Billing, start, last);
            numbers.period(span, qualification, record.definitive, number).map(|period| {
                seen.periods = true;
                collector.period(meter, period);
            })
        }
    };
    if let Err((key, text, reason)) = taken.map_err(fault) {
        let text = text.to_owned();
        let (meter, day, column) = (Some(meter), Some(start), Some(key));
        collector.refuse(Refusal { meter, number, day, column, text, reason });
    }
}

/// The gas day by its own field: in answers of 2022 the offsets of the two dates are wrong.
fn when<'r>(record: &'r Record<'_>, nature: &str, keys: &Keys) -> Result<When, (&'static str, &'r str)> {
    let bound = |at: usize| {
        let scalar = record.span[at].as_ref();
        let text = scalar.map_or("", Scalar::text);
        let day = text.get(..10).and_then(Day::from_iso);
        let ends = matches!(text.as_bytes().get(10), None | Some(b'T' | b' '));
        day.filter(|_| ends).ok_or((keys.span[at], text))
    };
    if let Some(day) = record.cells[Column::Date as usize].as_ref()
        && nature != "publiee"
    {
        let read = Day::from_iso(day.text().trim()).map(When::Day);
        return read.ok_or((keys.columns[Column::Date as usize], day.text()));
    }
    let (start, end) = (bound(0)?, bound(1)?);
    match end.since(start) {
        1 if nature != "publiee" => Ok(When::Day(start)),
        2.. if nature == "informative journalier" => {
            Err((keys.span[1], record.span[1].as_ref().map_or("", Scalar::text)))
        }
        1..=LONGEST_PERIOD => Ok(When::Period(start, end.plus(-1))),
        _ => Err((keys.span[1], record.span[1].as_ref().map_or("", Scalar::text))),
    }
}
