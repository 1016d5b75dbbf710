//! The rows below the titles: each becomes a slot, a day or a reading, or is refused with its place and text.

use watteau_sdk::prelude::{Civil, Instant, Moment, Quality};
use watteau_tabular::{Day, Row, Stamp, Value, Wall, decimal, normalise, shown};

use crate::collect::Collector;
use crate::failure::Failure;
use crate::layout::{Layout, Shape, meter};
use crate::memo::Memos;
use crate::reading::{DayReading, Place, Reading, Reason, Refusal, Slot};
use crate::words::{self, Direction, REGISTERS, Unit};

const MINUTE_MS: i64 = 60_000;

/// A cell at fault: what stands there, the day it would have been, and what is wrong.
type Fault = (String, Option<Day>, Reason);

/// Reads the rows of one table.
#[derive(Debug)]
pub struct TableReader<'w, 'a> {
    layout: Layout,
    wall: &'w mut Wall<'a>,
    sheet: u8,
    since_1904: bool,
    /// Of the whole table, where the title or the block says it.
    unit: Option<Unit>,
    direction: Direction,
    /// No row starts later.
    newest: Instant,
    /// A block of other things follows the rows.
    over: bool,
    memos: Memos,
}

/// What is known around a table.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Its order in a workbook; 0 in a text.
    pub sheet: u8,
    /// Serial numbers count from 1904.
    pub since_1904: bool,
    /// What the tab is called says, where the table does not.
    pub direction: Option<Direction>,
    /// What the file is called says: only for the layout that says nothing itself.
    pub named: Option<Direction>,
    /// Rows later than this are still to come.
    pub newest: Instant,
}

impl<'w, 'a> TableReader<'w, 'a> {
    /// Prepares to read the rows below the titles.
    pub fn new(
        layout: Layout,
        around: Around,
        wall: &'w mut Wall<'a>,
        collector: &mut Collector,
    ) -> Result<Self, Failure> {
        let preamble = &layout.preamble;
        let said = preamble.unit.as_deref();
        let unit = match (layout.columns.title_unit, said) {
            (Some(unit), _) => Some(unit),
            (None, Some(said)) => {
                Some(Unit::parse(&normalise(said)).ok_or_else(|| Failure::UnknownUnit(said.to_owned()))?)
            }
            (None, None) => None,
        };
        let energy_only = matches!(layout.shape, Shape::Days | Shape::Registers);
        if unit.is_some_and(|unit| energy_only && !unit.is_energy()) {
            return Err(Failure::UnknownUnit(said.unwrap_or("W").to_owned()));
        }
        if preamble.names_meter && preamble.meter.is_none() {
            collector.remark(
                "The meter's number in the file is not readable.".to_owned(),
                "Le numéro de compteur du fichier n’est pas lisible.".to_owned(),
            );
        }
        collector.last_day =
            collector.last_day.max(preamble.last_day.filter(|_| layout.shape == Shape::Intervals));
        let direction = preamble.direction.or(around.direction).unwrap_or(Direction::Consumption);
        let mut reader = Self {
            layout,
            wall,
            sheet: around.sheet,
            since_1904: around.since_1904,
            unit,
            direction,
            newest: around.newest,
            over: false,
            memos: Memos::default(),
        };
        if let Some(physical) = reader.layout.preamble.other_physical.take() {
            other_physical(&physical, collector);
            reader.over = true;
        }
        Ok(reader)
    }

    /// Takes one row.
    pub fn row(&mut self, row: &Row, collector: &mut Collector) -> Result<(), Failure> {
        if self.over || row.is_empty() {
            return Ok(());
        }
        let place = Place { sheet: self.sheet, row: row.number };
        let number = match self.layout.columns.meter {
            Some(column) => {
                match self.memos.meter.of(text(row, Some(column)), |_| row.get(column).and_then(meter)) {
                    Some(number) => Some(number.as_str()),
                    None => {
                        let text = text(row, Some(column)).to_owned();
                        collector.refuse(Refusal {
                            meter: None,
                            place,
                            day: None,
                            text,
                            reason: Reason::Unreadable,
                        });
                        return Ok(());
                    }
                }
            }
            None => self.layout.preamble.meter.as_deref(),
        };
        let physical = text(row, self.layout.columns.physical);
        if !self.memos.physical.of(physical, |said| words::is_active(&normalise(said))) {
            other_physical(physical, collector);
            return Ok(());
        }
        let meter = collector.meter(number)?;
        let taken = match self.layout.shape {
            Shape::Days => self.day(row, place, meter, collector),
            Shape::Registers => self.registers(row, place, meter, collector),
            Shape::R63 | Shape::Ends | Shape::Intervals | Shape::Downloader => {
                self.slot(row, place, meter, collector)
            }
        };
        match taken? {
            Ok(()) => {}
            Err((text, day, reason)) => {
                collector.refuse(Refusal { meter: Some(meter), place, day, text, reason });
            }
        }
        Ok(())
    }

    fn slot(
        &mut self,
        row: &Row,
        place: Place,
        meter: usize,
        collector: &mut Collector,
    ) -> Result<Result<(), Fault>, Failure> {
        let columns = &self.layout.columns;
        let direction = match columns.direction {
            Some(_) => {
                let said = text(row, columns.direction);
                match *self.memos.direction.of(said, |said| Direction::parse(&normalise(said))) {
                    Some(direction) => direction,
                    None => return Ok(Err((said.to_owned(), None, Reason::Direction))),
                }
            }
            None => self.direction,
        };
        let minutes = match text(row, columns.step) {
            "" => self.layout.preamble.minutes.unwrap_or(0),
            said => match *self.memos.step.of(said, words::minutes) {
                Some(minutes) => minutes,
                None => return Ok(Err((said.to_owned(), None, Reason::Step))),
            },
        };
        let quality = self.quality(row, collector);
        let (end_column, start_column) = (self.layout.columns.end, self.layout.columns.start);
        let end = match self.moment(row, end_column)? {
            Ok(end) => end,
            Err(fault) => return Ok(Err(fault)),
        };
        let shown = end.1;
        let (end, minutes) = if start_column.is_some() {
            let (start_moment, day) = match self.moment(row, start_column)? {
                Ok(start) => start,
                Err(fault) => return Ok(Err(fault)),
            };
            let order = &mut collector.meters[meter].flow(direction).orders.1;
            let Some(start) = order.settle(start_moment) else {
                return Ok(Err((text(row, start_column).to_owned(), Some(day), Reason::NeverShown)));
            };
            // Of the instants that the end can be, the first after the start: around a change of the clocks the
            // difference of what they show is no length.
            let length = [end.0.earlier(), end.0.later()]
                .into_iter()
                .map(|end| end - start)
                .filter(|length| *length > 0)
                .min();
            let minutes = length.and_then(|length| u16::try_from(length / MINUTE_MS).ok());
            match minutes.filter(|minutes| words::STEPS.contains(minutes)) {
                Some(minutes) => (start + i64::from(minutes) * MINUTE_MS, minutes),
                None => return Ok(Err((text(row, end_column).to_owned(), Some(day), Reason::Step))),
            }
        } else {
            let order = &mut collector.meters[meter].flow(direction).orders.0;
            match order.settle(end.0) {
                Some(instant) => (instant, minutes),
                None => return Ok(Err((text(row, end_column).to_owned(), Some(end.1), Reason::NeverShown))),
            }
        };
        if end > self.newest {
            return Ok(Err((text(row, end_column).to_owned(), Some(shown), Reason::Future)));
        }
        let unit = match self.row_unit(row) {
            Ok(unit) => unit,
            Err((text, _, reason)) => return Ok(Err((text, Some(shown), reason))),
        };
        let value = match number(row, self.layout.columns.value, unit) {
            Ok(value) => value,
            Err((text, reason)) => return Ok(Err((text, Some(shown), reason))),
        };
        let meter = &mut collector.meters[meter];
        meter.rows += 1;
        let slot = Slot { end, minutes, value, energy: unit.is_energy(), quality, place };
        meter.flow(direction).curve.push(slot);
        Ok(Ok(()))
    }

    fn day(
        &mut self,
        row: &Row,
        place: Place,
        meter: usize,
        collector: &mut Collector,
    ) -> Result<Result<(), Fault>, Failure> {
        let columns = &self.layout.columns;
        let fault = |column, day, reason| Ok(Err((text(row, column).to_owned(), day, reason)));
        let Some(stamp) = self.stamp(row, columns.day) else {
            return fault(columns.day, None, Reason::Unreadable);
        };
        let Stamp::Wall(civil) = stamp else { return Err(Failure::UnsupportedStep) };
        if (civil.hour, civil.minute, civil.second) != (0, 0, 0) {
            return Err(Failure::UnsupportedStep);
        }
        let Some(day) = civil.date().map(Day::from) else {
            return fault(columns.day, None, Reason::Unreadable);
        };
        if day.is_too_old() {
            return fault(columns.day, None, Reason::TooOld);
        }
        let span = self.wall.day(day.date()).map_err(Failure::Clock)?;
        if span.start > self.newest {
            return fault(self.layout.columns.day, None, Reason::Future);
        }
        let unit = match self.row_unit(row) {
            Ok(unit) => unit,
            Err(fault) => return Ok(Err(fault)),
        };
        match number(row, self.layout.columns.value, unit) {
            Ok(value) => {
                let quality = self.quality(row, collector);
                collector.day(meter, self.direction, day, DayReading { value, quality, place });
                Ok(Ok(()))
            }
            Err((text, reason)) => Ok(Err((text, Some(day), reason))),
        }
    }

    fn registers(
        &mut self,
        row: &Row,
        place: Place,
        meter: usize,
        collector: &mut Collector,
    ) -> Result<Result<(), Fault>, Failure> {
        let column = self.layout.columns.end;
        let said = text(row, column);
        // Titles of the next block: what follows is of the supplier's calendar and of the power's peaks.
        if said.starts_with(|first: char| first.is_alphabetic()) {
            self.over = true;
            return Ok(Ok(()));
        }
        let (moment, day) = match self.moment(row, column)? {
            Ok(moment) => moment,
            Err(fault) => return Ok(Err(fault)),
        };
        let midnight = self.wall.day(day.date()).map_err(Failure::Clock)?.start;
        if moment.earlier() != midnight {
            return Ok(Err((said.to_owned(), Some(day), Reason::NotMidnight)));
        }
        if midnight > self.newest {
            return Ok(Err((said.to_owned(), Some(day), Reason::Future)));
        }
        let unit = match self.row_unit(row) {
            Ok(unit) => unit,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut registers = [None; REGISTERS];
        for (register, &column) in registers.iter_mut().zip(&self.layout.columns.registers) {
            match number(row, column, unit) {
                Ok(value) => *register = value,
                Err((text, reason)) => return Ok(Err((text, Some(day), reason))),
            }
        }
        let meter = &mut collector.meters[meter];
        meter.rows += 1;
        meter.flow(self.direction).readings.push(Reading { day, registers, place });
        Ok(Ok(()))
    }

    /// The instants a cell can stand for, and the day it shows.
    fn moment(&mut self, row: &Row, column: Option<u16>) -> Result<Result<(Moment, Day), Fault>, Failure> {
        let fault = |reason| Ok(Err((text(row, column).to_owned(), None, reason)));
        let (civil, instant): (Civil, Option<Instant>) = match self.stamp(row, column) {
            Some(Stamp::Wall(civil)) => (civil, None),
            // The day shown is the one that the cell's own offset gives.
            Some(Stamp::Instant(instant)) => {
                match Stamp::parse(text(row, column).get(..10).unwrap_or_default()) {
                    Some(Stamp::Wall(civil)) => (civil, Some(instant)),
                    _ => return fault(Reason::Unreadable),
                }
            }
            None => return fault(Reason::Unreadable),
        };
        let Some(day) = civil.date().map(Day::from) else { return fault(Reason::Unreadable) };
        if day.is_too_old() {
            return fault(Reason::TooOld);
        }
        let moment = match instant {
            Some(instant) => Moment::Once(instant),
            None => self.wall.resolve(civil).map_err(Failure::Clock)?,
        };
        Ok(Ok((moment, day)))
    }

    fn stamp(&self, row: &Row, column: Option<u16>) -> Option<Stamp> {
        match row.get(column?)? {
            Value::Text(text) => Stamp::parse(text),
            Value::Number(digits) => Stamp::from_serial(digits, self.since_1904),
            Value::Unusable(_) => None,
        }
    }

    fn row_unit(&mut self, row: &Row) -> Result<Unit, Fault> {
        let said = text(row, self.layout.columns.unit);
        let unit = if said.is_empty() {
            self.unit
        } else {
            *self.memos.unit.of(said, |said| Unit::parse(&normalise(said)))
        };
        // Registers and days without a unit of their own are in watt-hours: the block says so in all that were seen.
        let unit = unit.or((self.layout.shape == Shape::Registers).then_some(Unit::WattHour));
        unit.ok_or_else(|| (said.to_owned(), None, Reason::Unit))
    }

    fn quality(&mut self, row: &Row, collector: &mut Collector) -> Quality {
        let columns = &self.layout.columns;
        let words = [
            (text(row, columns.nature), &mut self.memos.nature),
            (text(row, columns.stage), &mut self.memos.stage),
        ];
        let mut quality = self.layout.preamble.quality;
        for (word, memo) in words.into_iter().filter(|(word, _)| !word.is_empty()) {
            let said = memo.of(word, |word| words::quality(&normalise(word))).unwrap_or_else(|| {
                let word = shown(word);
                collector.remark(
                    format!("Unknown nature '{word}': these values are kept as estimated."),
                    format!("Nature inconnue « {word} » : ces valeurs sont gardées comme estimées."),
                );
                Quality::Estimated
            });
            if said != Quality::Measured {
                quality = said;
            }
        }
        quality
    }
}

/// The value of a cell in thousandths; none where there is none.
fn number(row: &Row, column: Option<u16>, unit: Unit) -> Result<Option<i64>, (String, Reason)> {
    let Some(cell) = column.and_then(|column| row.get(column)) else { return Ok(None) };
    let read = match cell {
        Value::Text(text) if words::is_absent(text) => return Ok(None),
        Value::Text(text) => decimal::typed(text, unit.decimals()),
        Value::Number(digits) => decimal::stored(digits, unit.decimals()),
        Value::Unusable(text) => return Err((text.to_owned(), Reason::NotCalculated)),
    };
    match read {
        Some(value) if value < 0 => Err((cell.text().to_owned(), Reason::Negative)),
        Some(value) => Ok(Some(value)),
        None => Err((cell.text().to_owned(), Reason::Unreadable)),
    }
}

/// The text of a cell; empty where there is none.
fn text(row: &Row, column: Option<u16>) -> &str {
    column.and_then(|column| row.get(column)).map_or("", Value::text).trim()
}

fn other_physical(physical: &str, collector: &mut Collector) {
    let physical = shown(physical);
    collector.remark(
        format!("Values of '{physical}' are not read: only active power and energy are."),
        format!("Les valeurs de « {physical} » ne sont pas lues : seules la puissance et l’énergie actives le sont."),
    );
}
