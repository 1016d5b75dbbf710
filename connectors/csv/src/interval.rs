//! From the time of a row to its interval.

use watteau_sdk::prelude::{Civil, Date, Instant, Moment, Span, Step};
use watteau_tabular::{Order, Wall};

use crate::failure::Failure;
use crate::format::Time;
use crate::output::Reason;

const SECOND_MS: i64 = 1000;

/// The time of a row: an instant, and the day that clocks show then where the file says it.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The instant.
    pub instant: Instant,
    /// What the clocks showed, where the file writes that.
    civil: Option<Civil>,
}

impl At {
    /// Settles the time of a row by the rows before it.
    pub fn new(time: Time, order: &mut Order, wall: &mut Wall<'_>) -> Result<Result<Self, Reason>, Failure> {
        let (moment, civil) = match time {
            Time::Instant(instant) => (Moment::Once(instant), None),
            Time::Wall(civil) => (wall.resolve(civil).map_err(Failure::Clock)?, Some(civil)),
        };
        let settled = order.settle(moment).map(|instant| Self { instant, civil });
        Ok(settled.ok_or(Reason::NeverShown))
    }

    /// The day that clocks show.
    pub fn date(&self, wall: &mut Wall<'_>) -> Result<Date, Failure> {
        match self.civil.and_then(|civil| civil.date()) {
            Some(date) => Ok(date),
            None => wall.date(self.instant).map_err(Failure::Clock),
        }
    }
}

/// How the intervals of a step are made.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The step.
    pub step: Step,
    /// Times mark the end.
    pub marks_end: bool,
    /// Times say a time of day: it has to be the one at which the day starts.
    pub has_time: bool,
}

impl Rule {
    /// The interval of a row, for a series whose day starts so many seconds after midnight; none for an irregular step.
    pub fn span(
        self,
        at: At,
        day_start: u32,
        wall: &mut Wall<'_>,
    ) -> Result<Result<Option<Span>, Reason>, Failure> {
        let (days, months) = match self.step {
            Step::Irregular => return Ok(Ok(None)),
            Step::Seconds(seconds) => {
                let length = i64::from(seconds) * SECOND_MS;
                let start = if self.marks_end { at.instant - length } else { at.instant };
                return Ok(Ok(Some(Span::new(start, start + length))));
            }
            Step::Days(days) => (i32::from(days), 0),
            Step::Months(months) => (0, i32::from(months)),
        };
        let date = at.date(wall)?;
        let here = boundary(date, day_start, wall)?;
        if self.has_time && at.instant != here {
            return Ok(Err(Reason::Unaligned));
        }
        if months > 0 && date.parts().2 != 1 {
            return Ok(Err(Reason::Unaligned));
        }
        let sign = if self.marks_end { -1 } else { 1 };
        let moved = if months > 0 { plus_months(date, sign * months) } else { date.plus(sign * days) };
        let Some(there) = moved else { return Ok(Err(Reason::Time)) };
        let there = boundary(there, day_start, wall)?;
        Ok(Ok(Some(Span::new(here.min(there), here.max(there)))))
    }
}

/// The instant at which a day of a series starts.
pub fn boundary(date: Date, day_start: u32, wall: &mut Wall<'_>) -> Result<Instant, Failure> {
    if day_start == 0 {
        return wall.day(date).map(|span| span.start).map_err(Failure::Clock);
    }
    let civil = date.at((day_start / 3600) as u8, (day_start / 60 % 60) as u8);
    wall.resolve(civil).map(|moment| moment.compatible()).map_err(Failure::Clock)
}

/// The first of the month so many months later.
fn plus_months(date: Date, months: i32) -> Option<Date> {
    let (year, month, _) = date.parts();
    let count = i32::from(year) * 12 + i32::from(month) - 1 + months;
    Date::new(i16::try_from(count.div_euclid(12)).ok()?, count.rem_euclid(12) as u8 + 1, 1)
}
