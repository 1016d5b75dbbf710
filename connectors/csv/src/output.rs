//! Points, absences and refusals on their way to the host.

use watteau_sdk::prelude::{Batch, Context, Instant, Point, Refusal, Series, Span, Text};

use crate::failure::Failure;

/// Points of one series put at once: enough to make calls few.
const BATCH: usize = 2_000;

/// Points of all series that wait to be put: some six megabytes of the guest's memory.
const WAITING: usize = 200_000;

/// Refused rows told one by one; further ones are counted.
const REFUSALS: u32 = 500;

/// What is wrong with a row or with one of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not a time in the format described.
    Time,
    /// A time that the clocks skipped.
    NeverShown,
    /// A time that does not begin an interval of the step.
    Unaligned,
    /// An end that is not after the start.
    End,
    /// A row alone, whose length nothing tells.
    NoLength,
    /// Not a number.
    Number,
    /// A number, with the other decimal mark than the one described.
    DecimalMark,
    /// No place is named.
    NoPlace,
    /// Several values for one interval.
    Conflict,
    /// More fields than titles: a decimal comma, perhaps.
    Wider,
}

impl Reason {
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Time => ("not a time in the format described", "pas une heure au format décrit"),
            Self::NeverShown => ("the clocks never show it", "les horloges ne l’affichent jamais"),
            Self::Unaligned => ("not the start of an interval", "pas le début d’un intervalle"),
            Self::End => ("not an end after the start", "pas une fin après le début"),
            Self::NoLength => ("its length is not known", "sa durée est inconnue"),
            Self::Number => ("not a number", "pas un nombre"),
            Self::DecimalMark => (
                "not a number with the decimal mark described; is `decimal` right?",
                "pas un nombre avec le séparateur décimal décrit ; « decimal » est-il juste ?",
            ),
            Self::NoPlace => ("no place", "aucun lieu"),
            Self::Conflict => ("conflicting duplicate", "doublon contradictoire"),
            Self::Wider => (
                "more fields than titles; a decimal comma?",
                "plus de champs que de titres ; une virgule décimale ?",
            ),
        }
    }
}

/// Where everything goes.
pub struct Output<'a> {
    ctx: Context<'a>,
    zone: String,
    as_of: Option<Instant>,
    series: Vec<Out>,
    batch: usize,
    refused: u32,
    more_refused: u32,
    /// Absent values.
    pub absent: u32,
    /// From the start of the first interval to the end of the last.
    pub span: Option<Span>,
}

/// One series.
struct Out {
    name: String,
    unit: String,
    points: Vec<Point>,
    absent: Vec<Span>,
    /// Row of the last point, which waits for a duplicate.
    row: u32,
    /// An interval with several values: all of them are refused.
    contradicted: Option<Instant>,
}

impl<'a> Output<'a> {
    /// For these series, by their positions; days are told as a zone has them.
    pub fn new(ctx: Context<'a>, zone: &str, series: Vec<Series>, as_of: Option<Instant>) -> Self {
        let out = |series: Series| Out {
            name: series.name,
            unit: series.unit,
            points: Vec::new(),
            absent: Vec::new(),
            row: 0,
            contradicted: None,
        };
        Self {
            ctx,
            zone: zone.to_owned(),
            as_of,
            batch: (WAITING / series.len().max(1)).clamp(1, BATCH),
            series: series.into_iter().map(out).collect(),
            refused: 0,
            more_refused: 0,
            absent: 0,
            span: None,
        }
    }

    /// Takes a point. Of rows one after the other for the same interval, equals collapse and rivals are refused.
    pub fn point(&mut self, at: usize, point: Point, row: u32) -> Result<(), Failure> {
        self.see(point.start, point.start.saturating_add_unsigned(point.duration));
        let out = &mut self.series[at];
        if out.contradicted == Some(point.start) {
            let day = self.day(point.start);
            self.refuse(row, day, "", Reason::Conflict);
            return Ok(());
        }
        match out.points.last() {
            Some(last) if last.start == point.start && *last == point => return Ok(()),
            Some(last) if last.start == point.start => {
                let first = out.row;
                out.points.pop();
                out.contradicted = Some(point.start);
                let day = self.day(point.start);
                self.refuse(first, day.clone(), "", Reason::Conflict);
                self.refuse(row, day, "", Reason::Conflict);
                return Ok(());
            }
            _ => {}
        }
        out.points.push(point);
        out.row = row;
        if out.points.len() > self.batch { out.flush(self.ctx, self.as_of, 1) } else { Ok(()) }
    }

    /// Takes an interval that the file says to have no value.
    pub fn absent(&mut self, at: usize, span: Span) -> Result<(), Failure> {
        self.see(span.start, span.end);
        self.absent += 1;
        let out = &mut self.series[at];
        match out.absent.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => out.absent.push(span),
        }
        if out.absent.len() > self.batch { out.flush(self.ctx, self.as_of, 1) } else { Ok(()) }
    }

    /// Tells of a row that cannot be used, or of one of its values.
    pub fn refuse(&mut self, row: u32, date: Option<String>, text: &str, reason: Reason) {
        if self.refused == REFUSALS {
            self.more_refused += 1;
            return;
        }
        self.refused += 1;
        let (en, fr) = reason.words();
        let text = watteau_tabular::shown(text);
        let words = if text.is_empty() {
            Text::new(en, fr)
        } else {
            Text::new(format!("'{text}' ({en})"), format!("« {text} » ({fr})"))
        };
        let told = Refusal::new(row.to_string(), words);
        self.ctx.sink().refuse(match date {
            Some(date) => told.date(date),
            None => told,
        });
    }

    /// How many rows or values were refused.
    pub fn refused(&self) -> u32 {
        self.refused + self.more_refused
    }

    /// Puts what is left.
    pub fn finish(&mut self) -> Result<(), Failure> {
        for out in &mut self.series {
            out.flush(self.ctx, self.as_of, 0)?;
        }
        if self.more_refused > 0 {
            let more = self.more_refused;
            let words = (format!("and {more} rows more"), format!("et {more} lignes de plus"));
            self.ctx.sink().refuse(Refusal::new("…", words));
        }
        Ok(())
    }

    /// The day that the zone's calendars show at an instant.
    fn day(&self, instant: Instant) -> Option<String> {
        self.ctx.clock().date(&self.zone, instant).ok().map(|date| date.to_string())
    }

    fn see(&mut self, start: Instant, end: Instant) {
        let known = self.span.unwrap_or(Span::new(start, end));
        self.span = Some(Span::new(known.start.min(start), known.end.max(end)));
    }
}

impl Out {
    /// Puts all but the last few points, which a duplicate may still contradict.
    fn flush(&mut self, ctx: Context<'_>, as_of: Option<Instant>, keep: usize) -> Result<(), Failure> {
        let sink = ctx.sink();
        let last = self.points.split_off(self.points.len().saturating_sub(keep));
        let points = std::mem::replace(&mut self.points, last);
        if !points.is_empty() {
            sink.put(Batch::new(&self.name, &self.unit).as_of(as_of).points(points))?;
        }
        let spans = std::mem::take(&mut self.absent);
        if !spans.is_empty() {
            let reason = Text::new("The file has no value there.", "Le fichier n’y a pas de valeur.");
            sink.absent(&self.name, &spans, reason)?;
        }
        Ok(())
    }
}
