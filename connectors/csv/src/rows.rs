//! The rows of a file: each becomes points of the series of its place, or is refused with its line.

use std::collections::BTreeMap;

use watteau_sdk::prelude::{Instant, Kind, Moment, Point, Quality, Span, Step};
use watteau_tabular::{Order, Row, Wall};

use crate::columns::Columns;
use crate::failure::Failure;
use crate::format::Time;
use crate::interval::{At, Rule, boundary};
use crate::output::{Output, Reason};
use crate::settings::{Description, Qualities, SeriesColumn};
use crate::value::number;

/// Words of places that the description does not name, kept to be told.
const STRANGERS: usize = 5;

/// A value of a row.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Absent,
    Number(f64, Quality),
}

/// A row whose length the next one tells.
struct Waiting {
    at: At,
    row: u32,
    cells: Vec<Option<Cell>>,
}

/// What the rows before say of one place.
#[derive(Default)]
struct Track {
    order: Order,
    last: Option<Instant>,
    length: Option<i64>,
    waiting: Option<Waiting>,
}

/// Reads rows.
pub struct RowReader<'d, 'w, 'a> {
    description: &'d Description,
    columns: Columns,
    wall: &'w mut Wall<'a>,
    rule: Rule,
    /// Places by what stands in their column.
    places: BTreeMap<&'d str, usize>,
    tracks: Vec<Track>,
    /// Rows that had a time.
    pub timed: u32,
    /// Rows of places that are not described, and the first of those.
    pub strangers: (u32, Vec<String>),
    /// The first time that could not be read.
    pub unread: Option<String>,
    /// The text of the time, or of the end, read last.
    text: String,
    /// The values of the row, kept to be filled again.
    cells: Vec<Option<Cell>>,
}

impl<'d, 'w, 'a> RowReader<'d, 'w, 'a> {
    /// For rows with these columns.
    pub fn new(description: &'d Description, columns: Columns, wall: &'w mut Wall<'a>) -> Self {
        let time = &description.time;
        let rule =
            Rule { step: description.step, marks_end: time.marks_end, has_time: time.format.has_time() };
        let names = description.places.iter().flat_map(|places| &places.names);
        let places: BTreeMap<_, _> = names.zip(0..).map(|((word, _), at)| (word.as_str(), at)).collect();
        Self {
            description,
            columns,
            wall,
            rule,
            tracks: (0..places.len().max(1)).map(|_| Track::default()).collect(),
            places,
            timed: 0,
            strangers: (0, Vec::new()),
            unread: None,
            text: String::new(),
            cells: Vec::new(),
        }
    }

    /// Takes one row.
    pub fn row(&mut self, row: &Row, output: &mut Output<'_>) -> Result<(), Failure> {
        if row.is_empty() {
            return Ok(());
        }
        let wider = |(column, _): &(u16, _)| self.columns.widest.is_some_and(|widest| *column > widest);
        if let Some((_, cell)) = row.iter().find(wider) {
            output.refuse(row.number, None, cell.text(), Reason::Wider);
            return Ok(());
        }
        let Some(place) = self.place(row, output) else { return Ok(()) };
        let at = match self.time(row, place)? {
            Ok(at) => at,
            Err(reason) => {
                let (text, date) = (self.text.clone(), self.shown_date());
                if reason == Reason::Time && self.unread.is_none() {
                    self.unread = Some(text.clone());
                }
                output.refuse(row.number, date, &text, reason);
                return Ok(());
            }
        };
        self.timed += 1;
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        self.fill(row, &at, &mut cells, output)?;
        let told = if self.columns.end.is_some() || self.columns.last.is_some() {
            let Some(end) = self.told_end(row, &at)? else {
                let (text, date) = (self.text.clone(), self.day_of(&at));
                output.refuse(row.number, date, &text, Reason::End);
                return Ok(());
            };
            Some(Span::new(at.instant, end))
        } else if matches!(self.rule.step, Step::Irregular) {
            return self.irregular(place, Waiting { at, row: row.number, cells }, output);
        } else {
            None
        };
        self.put(place, (at, row.number), &cells, told, output)?;
        self.cells = cells;
        Ok(())
    }

    /// Gives the rows that still wait for the next one the length of the one before.
    pub fn finish(&mut self, output: &mut Output<'_>) -> Result<(), Failure> {
        for place in 0..self.tracks.len() {
            if let Some(waiting) = self.tracks[place].waiting.take() {
                let length = self.tracks[place].length;
                self.lengthen(place, &waiting, length, output)?;
            }
        }
        Ok(())
    }

    fn place(&mut self, row: &Row, output: &mut Output<'_>) -> Option<usize> {
        if self.places.is_empty() {
            return Some(0);
        }
        let word =
            self.columns.place.and_then(|column| row.get(column)).map_or("", |cell| cell.text()).trim();
        if word.is_empty() {
            output.refuse(row.number, None, "", Reason::NoPlace);
            return None;
        }
        let known = self.places.get(word).copied();
        if known.is_none() {
            let (rows, words) = &mut self.strangers;
            *rows += 1;
            if words.len() < STRANGERS && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        known
    }

    fn time(&mut self, row: &Row, place: usize) -> Result<Result<At, Reason>, Failure> {
        self.text.clear();
        for &column in &self.columns.time {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(row.get(column).map_or("", |cell| cell.text()).trim());
        }
        match self.description.time.format.read(&self.text) {
            Some(time) => At::new(time, &mut self.tracks[place].order, self.wall),
            None => Ok(Err(Reason::Time)),
        }
    }

    /// The end that another column tells; its text is kept for the refusal where it is none.
    fn told_end(&mut self, row: &Row, at: &At) -> Result<Option<Instant>, Failure> {
        let column = self.columns.end.or(self.columns.last);
        self.text.clear();
        self.text.push_str(column.and_then(|column| row.get(column)).map_or("", |cell| cell.text()).trim());
        let Some(time) = self.description.time.format.read(&self.text) else { return Ok(None) };
        let candidates = if self.columns.last.is_some() {
            let day = match time {
                Time::Wall(civil) => civil.date(),
                Time::Instant(instant) => Some(self.wall.date(instant).map_err(Failure::Clock)?),
            };
            match day.and_then(|day| day.plus(1)) {
                Some(day) => [boundary(day, 0, self.wall)?; 2],
                None => return Ok(None),
            }
        } else {
            let moment = match time {
                Time::Wall(civil) => self.wall.resolve(civil).map_err(Failure::Clock)?,
                Time::Instant(instant) => Moment::Once(instant),
            };
            [moment.earlier(), moment.later()]
        };
        Ok(candidates.into_iter().filter(|end| *end > at.instant).min())
    }

    fn fill(
        &mut self,
        row: &Row,
        at: &At,
        cells: &mut Vec<Option<Cell>>,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        for (number, series) in self.description.series.iter().enumerate() {
            let text = row.get(self.columns.series[number]).map_or("", |cell| cell.text()).trim();
            let value = match self.value(series, text) {
                Err(reason) => {
                    let date = at.date(self.wall)?.to_string();
                    output.refuse(row.number, Some(date), text, reason);
                    None
                }
                Ok(None) => Some(Cell::Absent),
                Ok(Some(value)) => {
                    let column = self.columns.qualities[number];
                    let word = column.and_then(|column| row.get(column)).map_or("", |cell| cell.text());
                    Some(Cell::Number(value, quality(series, word.trim())))
                }
            };
            cells.push(value);
        }
        Ok(())
    }

    /// The value of a text; none where it says that there is none.
    fn value(&self, series: &SeriesColumn, text: &str) -> Result<Option<f64>, Reason> {
        if let Some((_, value)) = series.values.iter().find(|(word, _)| word == text) {
            return Ok(Some(*value));
        }
        if text.is_empty() || self.description.missing.iter().any(|word| word == text) {
            return Ok(None);
        }
        let comma = self.description.comma;
        let value = number(text, comma).ok_or_else(|| {
            if number(text, !comma).is_some() { Reason::DecimalMark } else { Reason::Number }
        })?;
        Ok(Some(series.scale.apply(value)))
    }

    /// Without a step, a row lasts until the next one, or since the one before where times mark the end.
    fn irregular(&mut self, place: usize, new: Waiting, output: &mut Output<'_>) -> Result<(), Failure> {
        let track = &mut self.tracks[place];
        let before = track.last.replace(new.at.instant);
        let distance = before.map(|before| new.at.instant - before).filter(|distance| *distance > 0);
        let longest = self.description.longest.unwrap_or(i64::MAX);
        // A longer distance is a hole: the row is as long as the one before it.
        let length = distance.filter(|distance| *distance <= longest).or(track.length);
        track.length = length;
        if !self.rule.marks_end {
            return match track.waiting.replace(new) {
                Some(waiting) => self.lengthen(place, &waiting, length, output),
                None => Ok(()),
            };
        }
        // The first row waits for the second: they are taken to be of one length.
        let Some(length) = length else {
            return match track.waiting.replace(new) {
                Some(waiting) => self.lengthen(place, &waiting, None, output),
                None => Ok(()),
            };
        };
        if let Some(first) = track.waiting.take() {
            self.lengthen(place, &first, Some(length), output)?;
        }
        self.lengthen(place, &new, Some(length), output)
    }

    fn lengthen(
        &mut self,
        place: usize,
        waiting: &Waiting,
        length: Option<i64>,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let instant = waiting.at.instant;
        let instants = self.description.series.iter().all(|series| is_instant(series.kind));
        let span = match length {
            Some(length) if self.rule.marks_end => Span::new(instant - length, instant),
            Some(length) => Span::new(instant, instant + length),
            // A reading has no length to know.
            None if instants => Span::new(instant, instant),
            None => {
                let date = self.day_of(&waiting.at);
                output.refuse(waiting.row, date, "", Reason::NoLength);
                return Ok(());
            }
        };
        self.put(place, (waiting.at, waiting.row), &waiting.cells, Some(span), output)
    }

    fn put(
        &mut self,
        place: usize,
        (at, row): (At, u32),
        cells: &[Option<Cell>],
        told: Option<Span>,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let count = self.description.series.len();
        // Nearly always all series of a row have one interval.
        let mut known: Option<(u32, Span)> = None;
        for (number, (series, cell)) in self.description.series.iter().zip(cells).enumerate() {
            let Some(cell) = cell else { continue };
            let span = match (told, known) {
                (Some(span), _) => span,
                (None, Some((day_start, span))) if day_start == series.day_start => span,
                (None, _) => match self.rule.span(at, series.day_start, self.wall)? {
                    Ok(Some(span)) => span,
                    Ok(None) => Span::new(at.instant, at.instant),
                    Err(reason) => {
                        let date = at.date(self.wall)?.to_string();
                        let text = self.text.clone();
                        output.refuse(row, Some(date), &text, reason);
                        return Ok(());
                    }
                },
            };
            known = Some((series.day_start, span));
            match *cell {
                Cell::Absent if is_instant(series.kind) => output.absent += 1,
                Cell::Absent => output.absent(place * count + number, span)?,
                Cell::Number(value, quality) => {
                    let (start, duration) = if is_instant(series.kind) {
                        (at.instant, 0)
                    } else {
                        (span.start, (span.end - span.start).unsigned_abs())
                    };
                    let point = Point { start, duration, value, quality };
                    output.point(place * count + number, point, row)?;
                }
            }
        }
        Ok(())
    }

    fn day_of(&mut self, at: &At) -> Option<String> {
        at.date(self.wall).ok().map(|date| date.to_string())
    }

    /// The day of a time that the clocks skipped.
    fn shown_date(&self) -> Option<String> {
        match self.description.time.format.read(&self.text)? {
            Time::Wall(civil) => civil.date().map(|date| date.to_string()),
            Time::Instant(_) => None,
        }
    }
}

/// Whether a value is read at an instant, and is not of an interval.
fn is_instant(kind: Kind) -> bool {
    matches!(kind, Kind::Index)
}

fn quality(series: &SeriesColumn, word: &str) -> Quality {
    match &series.quality {
        Qualities::All(quality) => *quality,
        Qualities::ByWord { words, .. } => {
            words.iter().find(|(known, _)| known == word).map_or(Quality::Measured, |(_, quality)| *quality)
        }
    }
}
