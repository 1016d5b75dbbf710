//! The numbers of a row or record, checked and brought to whole Wh, dm3 and thousandths.

use crate::collect::Collector;
use crate::limits;
use crate::reading::{DayReading, Period, Reason, Step};
use crate::words::{Column, Qualification, normalise};
use watteau_tabular::Day;
use watteau_tabular::Value;
use watteau_tabular::decimal;
use watteau_tabular::shown;

/// A cell or field at fault.
pub type Fault = (Column, Reason);

/// The numbers of a row, in thousandths of their unit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    index_start: Option<i64>,
    index_end: Option<i64>,
    volume: Option<i64>,
    /// Wh.
    pub energy: Option<i64>,
    coefficient: Option<i64>,
    temperature: Option<i64>,
}

impl Numbers {
    /// Reads every number of a row. One unreadable cell, whichever, refuses the row.
    pub fn read<'a>(cell: impl Fn(Column) -> Option<Value<'a>>) -> Result<Self, Fault> {
        let number = |column| {
            let read = match cell(column) {
                None => return Ok(None),
                Some(value) if value.is_blank() => return Ok(None),
                Some(Value::Number(digits)) => decimal::thousandths(digits),
                Some(Value::Text(text)) => decimal::typed_thousandths(text),
                Some(Value::Unusable(_)) => return Err((column, Reason::NotCalculated)),
            };
            read.map(Some).ok_or((column, Reason::Unreadable))
        };
        Ok(Self {
            index_start: number(Column::IndexStart)?,
            index_end: number(Column::IndexEnd)?,
            volume: number(Column::Volume)?,
            energy: number(Column::Energy)?,
            coefficient: number(Column::Coefficient)?,
            temperature: number(Column::Temperature)?,
        })
    }

    /// The row as a gas day.
    pub fn day(
        &self,
        qualification: Qualification,
        definitive: bool,
        number: u32,
    ) -> Result<DayReading, Fault> {
        // What stands beside a declared absence is ignored, but for the temperature.
        let present = qualification > Qualification::Absent;
        let index = |thousandths: Option<i64>, column| {
            let metres =
                thousandths.filter(|_| present).map(|thousandths| (thousandths + 500).div_euclid(1000));
            bounded(metres, column, i64::from(u32::MAX))
        };
        let temperature = match self.temperature.map(i32::try_from) {
            Some(Err(_)) => return Err((Column::Temperature, Reason::Unreadable)),
            Some(Ok(temperature)) => Some(temperature),
            None => None,
        };
        let coefficient = self.coefficient.filter(|&coefficient| present && coefficient != 0);
        Ok(DayReading {
            wh: bounded(self.energy.filter(|_| present), Column::Energy, limits::DAY_WH)?.map(|wh| wh as u32),
            dm3: bounded(self.volume.filter(|_| present), Column::Volume, limits::DAY_DM3)?
                .map(|dm3| dm3 as u32),
            coefficient: bounded(coefficient, Column::Coefficient, i64::from(u32::MAX))?
                .map(|value| value as u32),
            temperature,
            index_start: index(self.index_start, Column::IndexStart)?.map(|index| index as u32),
            index_end: index(self.index_end, Column::IndexEnd)?.map(|index| index as u32),
            qualification,
            definitive,
            number,
        })
    }

    /// The row as a period from `start` to `last`, both included.
    pub fn period(
        &self,
        (step, start, last): (Step, Day, Day),
        qualification: Qualification,
        definitive: bool,
        number: u32,
    ) -> Result<Period, Fault> {
        let present = qualification > Qualification::Absent;
        let days = i64::from(last.since(start)) + 1;
        Ok(Period {
            step,
            start,
            last,
            wh: bounded(self.energy.filter(|_| present), Column::Energy, limits::DAY_WH * days)?,
            dm3: bounded(self.volume.filter(|_| present), Column::Volume, limits::DAY_DM3 * days)?,
            qualification,
            definitive,
            may_be_partial: false,
            number,
        })
    }
}

fn bounded(value: Option<i64>, column: Column, most: i64) -> Result<Option<i64>, Fault> {
    match value {
        Some(value) if value < 0 => Err((column, Reason::Negative)),
        Some(value) if value > most => Err((column, Reason::TooMuch)),
        value => Ok(value),
    }
}

/// How a value was obtained; an unknown word is taken as an estimate, and told.
pub fn qualification(text: &str, collector: &mut Collector) -> Qualification {
    Qualification::parse(text).unwrap_or_else(|| {
        let word = shown(&normalise(text));
        collector.remark(
            format!("Unknown qualification '{word}': these values are kept as estimated."),
            format!("Qualification inconnue « {word} » : ces valeurs sont gardées comme estimées."),
        );
        Qualification::Estimated
    })
}
