//! The rows below the titles: each becomes a reading, or is refused whole with its place and text.

use super::header::{Header, meter};
use super::when::{self, When};
use crate::collect::Collector;
use crate::context::Context;
use crate::failure::{Failure, shown};
use crate::numbers::{Fault, Numbers, qualification};
use crate::reading::{Period, Reason, Refusal, Step};
use crate::words::{Column, Qualification};
use watteau_tabular::Day;
use watteau_tabular::{Row, Value};

/// Years kept aside until it is known whether the file is yearly. No home has more.
const YEARS: usize = 200;

/// The columns that make a row worth reading.
const COLUMNS: [Column; 7] = [
    Column::IndexStart,
    Column::IndexEnd,
    Column::Volume,
    Column::Energy,
    Column::Coefficient,
    Column::Temperature,
    Column::Qualification,
];

/// Reads the rows of one table.
#[derive(Debug)]
pub struct TableReader {
    header: Header,
    since_1904: bool,
    newest: Option<Day>,
    step: Option<Step>,
    days: bool,
    years: Vec<(usize, Refusal, Period)>,
    hours: bool,
    label: Option<String>,
}

impl TableReader {
    /// Prepares to read the rows below `header`, and remarks on what is odd in it.
    pub fn new(mut header: Header, since_1904: bool, context: Context, collector: &mut Collector) -> Self {
        header.exported = context.trusted(header.exported, collector);
        let newest = context.newest(header.exported);
        if !header.columns.ignored.is_empty() {
            let list: Vec<_> = header.columns.ignored.iter().map(|title| shown(title)).collect();
            collector.remark(
                format!("Columns ignored: {}.", list.join(", ")),
                format!("Colonnes ignorées : {}.", list.join(", ")),
            );
        }
        if header.names_meter && header.meter.is_none() {
            collector.remark(
                "The meter's number in the file is not readable.".to_owned(),
                "Le numéro de compteur du fichier n’est pas lisible.".to_owned(),
            );
        }
        Self {
            header,
            since_1904,
            newest,
            step: None,
            days: false,
            years: Vec::new(),
            hours: false,
            label: None,
        }
    }

    /// Takes one row.
    pub fn row(&mut self, row: &Row, collector: &mut Collector) -> Result<(), Failure> {
        let cell = |column| {
            let value = self.header.columns.place(column).and_then(|place| row.get(place));
            value.filter(|value| !value.is_blank())
        };
        for &(column, place) in &self.header.columns.twins {
            let twin = row.get(place).filter(|value| !value.is_blank());
            if cell(column).map(Value::text) != twin.map(Value::text) {
                return Err(Failure::Ambiguous(column.title().to_owned()));
            }
        }
        let date = cell(Column::Date);
        if date.is_none() && !COLUMNS.iter().any(|&column| cell(column).is_some()) {
            return Ok(());
        }
        let refuse = |collector: &mut Collector, meter, day, (column, reason): Fault| {
            let text = cell(column).map_or("", Value::text).to_owned();
            collector.refuse(Refusal {
                meter,
                number: row.number,
                day,
                column: Some(column.title()),
                text,
                reason,
            });
        };

        let meter = match self.header.columns.place(Column::Meter) {
            Some(_) => {
                if let Some(number) = cell(Column::Meter).and_then(meter) {
                    collector.meter(Some(&number))?
                } else {
                    refuse(collector, None, None, (Column::Meter, Reason::Unreadable));
                    return Ok(());
                }
            }
            None => collector.meter(self.header.meter.as_deref())?,
        };
        let when = date.map_or(When::Unreadable, |date| when::parse(date, self.since_1904));
        let start = match when {
            When::Day(day) | When::Week(day, _) | When::Month(day) | When::Year(day) => day,
            When::Hour | When::Label | When::Unreadable => {
                self.hours |= when == When::Hour;
                if when == When::Label && self.label.is_none() {
                    self.label = date.map(|date| date.text().to_owned());
                }
                refuse(collector, Some(meter), None, (Column::Date, Reason::Unreadable));
                return Ok(());
            }
        };
        if start.is_too_old() || self.newest.is_some_and(|newest| start > newest) {
            let reason = if start.is_too_old() { Reason::TooOld } else { Reason::Future };
            refuse(collector, Some(meter), None, (Column::Date, reason));
            return Ok(());
        }
        let day = matches!(when, When::Day(_)).then_some(start);

        let numbers = match Numbers::read(cell) {
            Ok(numbers) => numbers,
            Err(fault) => {
                refuse(collector, Some(meter), day, fault);
                return Ok(());
            }
        };
        let qualification = match qualified(cell(Column::Qualification), collector) {
            Ok(Qualification::Absent) => Qualification::Absent,
            Ok(qualification) if numbers.energy.is_some() => qualification,
            Ok(_) => Qualification::Absent,
            Err(fault) => {
                refuse(collector, Some(meter), day, fault);
                return Ok(());
            }
        };

        if let When::Day(day) = when {
            match numbers.day(qualification, false, row.number) {
                Ok(reading) => {
                    self.days = true;
                    self.check_step()?;
                    collector.day(meter, day, reading);
                }
                Err(fault) => refuse(collector, Some(meter), Some(day), fault),
            }
            return Ok(());
        }
        let (step, last) = match when {
            When::Week(_, last) => (Step::Week, last),
            When::Month(_) => (Step::Month, start.month_end()),
            _ => (Step::Year, Day::new(start.year(), 12, 31).unwrap_or(start)),
        };
        match numbers.period((step, start, last), qualification, false, row.number) {
            // A year alone in a date cell may as well be a broken date: the rest of the file tells.
            Ok(period) if step == Step::Year => {
                let text = date.map_or("", Value::text).to_owned();
                let refusal = Refusal {
                    meter: Some(meter),
                    number: row.number,
                    day: None,
                    column: Some(Column::Date.title()),
                    text,
                    reason: Reason::Unreadable,
                };
                if self.years.len() < YEARS {
                    self.years.push((meter, refusal, period));
                } else {
                    collector.refuse(refusal);
                }
            }
            Ok(period) => {
                if self.step.is_some_and(|seen| seen != step) {
                    return Err(Failure::MixedSteps);
                }
                self.step = Some(step);
                self.check_step()?;
                collector.period(meter, period);
            }
            Err(fault) => refuse(collector, Some(meter), None, fault),
        }
        Ok(())
    }

    /// What the table was, as the end of a format's name, after `grdf_xlsx` or `grdf_csv`.
    pub fn finish(mut self, collector: &mut Collector) -> Result<(&'static str, Option<Day>), Failure> {
        for (meter, refusal, period) in std::mem::take(&mut self.years) {
            if self.days || self.step.is_some_and(|step| step != Step::Year) {
                collector.refuse(refusal);
            } else {
                self.step = Some(Step::Year);
                collector.period(meter, period);
            }
        }
        if collector.is_empty() {
            if self.hours {
                return Err(Failure::UnsupportedStep(None));
            }
            if let Some(label) = self.label {
                return Err(Failure::UnsupportedStep(Some(label)));
            }
        }
        let old =
            self.header.columns.old_titles || !(self.header.names_meter || self.header.exported.is_some());
        let shape = match (self.step, self.header.columns.place(Column::Meter).is_some(), old) {
            (_, true, _) => "flat_multi_pce",
            (None | Some(Step::Billing), false, false) => "daily",
            (None | Some(Step::Billing), false, true) => "daily_old",
            (Some(Step::Week), false, false) => "weekly",
            (Some(Step::Week), false, true) => "weekly_old",
            (Some(Step::Month), false, false) => "monthly",
            (Some(Step::Month), false, true) => "monthly_old",
            (Some(Step::Year), false, false) => "yearly",
            (Some(Step::Year), false, true) => "yearly_old",
        };
        Ok((shape, self.header.exported))
    }

    fn check_step(&self) -> Result<(), Failure> {
        if self.days && self.step.is_some() { Err(Failure::MixedSteps) } else { Ok(()) }
    }
}

fn qualified(value: Option<Value<'_>>, collector: &mut Collector) -> Result<Qualification, Fault> {
    match value {
        None => Ok(Qualification::Measured),
        Some(Value::Unusable(_)) => Err((Column::Qualification, Reason::NotCalculated)),
        Some(Value::Text(text) | Value::Number(text)) => Ok(qualification(text, collector)),
    }
}
