//! What clocks on the wall showed, as instants: few questions to the host, and the hour that comes twice.
//!
//! A resolution is a call out of the guest, which five years of half-hours would make ninety thousand times. Days of
//! 24 hours, nearly all, need one call each: within them the clock runs straight. Only on the others is each time
//! asked.

use watteau_sdk::prelude::{Civil, Context, Date, Instant, Moment, Span};

const DAY_MS: i64 = 24 * 3_600_000;

/// The clocks of one zone.
#[derive(Debug)]
pub struct Wall<'a> {
    ctx: Context<'a>,
    zone: String,
    /// The day asked last: times of one day follow one another.
    day: Option<(Date, Span)>,
}

impl<'a> Wall<'a> {
    /// The clocks of a zone by its IANA name, `Europe/Paris`.
    pub fn new(ctx: Context<'a>, zone: impl Into<String>) -> Self {
        Self { ctx, zone: zone.into(), day: None }
    }

    /// The zone's name.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// A day from midnight to midnight: 23 to 25 hours. The error says what is wrong: an unknown zone.
    pub fn day(&mut self, date: Date) -> Result<Span, String> {
        if let Some((known, span)) = self.day
            && known == date
        {
            return Ok(span);
        }
        let clock = self.ctx.clock();
        let start = match self.day {
            Some((known, span)) if known.plus(1) == Some(date) => span.end,
            _ => clock.midnight(&self.zone, date)?,
        };
        let next = date.plus(1).ok_or("the calendar ends with the year 9999")?;
        let span = Span::new(start, clock.midnight(&self.zone, next)?);
        self.day = Some((date, span));
        Ok(span)
    }

    /// The day that the calendars showed at an instant.
    pub fn date(&mut self, instant: Instant) -> Result<Date, String> {
        if let Some((known, span)) = self.day
            && span.contains(instant)
        {
            return Ok(known);
        }
        let date = self.ctx.clock().date(&self.zone, instant)?;
        self.day(date)?;
        Ok(date)
    }

    /// The instants at which the clocks showed this.
    pub fn resolve(&mut self, civil: Civil) -> Result<Moment, String> {
        let date = civil.date().ok_or_else(|| format!("{civil} is not a date"))?;
        let span = self.day(date)?;
        if span.end - span.start != DAY_MS {
            return self.ctx.clock().resolve(&self.zone, civil);
        }
        let seconds = (i64::from(civil.hour) * 60 + i64::from(civil.minute)) * 60 + i64::from(civil.second);
        Ok(Moment::Once(span.start + seconds * 1000))
    }
}

/// Settles the hour that clocks show twice in autumn, by the order of the rows.
///
/// Of the two instants the row's is the one that follows the row before, in the direction in which the file goes: in
/// a file that rises, the first time that `02:30` comes is the earlier one and the second time the later one.
///
/// ```
/// use watteau_sdk::time::Moment;
/// use watteau_tabular::Order;
///
/// let (two, half_past) = (Moment::Twice((0, 3_600)), Moment::Twice((1_800, 5_400)));
/// let mut order = Order::default();
/// let settled: Vec<_> = [two, half_past, two, half_past].into_iter().map(|row| order.settle(row)).collect();
/// assert_eq!(settled, [Some(0), Some(1_800), Some(3_600), Some(5_400)]);
/// assert_eq!(order.settle(Moment::Never((1, 2))), None);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    last: Option<Instant>,
    falls: bool,
}

impl Order {
    /// The instant of the next row; none for a time that the clocks skipped.
    pub fn settle(&mut self, moment: Moment) -> Option<Instant> {
        let instant = match (moment, self.last) {
            (Moment::Never(_), _) => return None,
            (Moment::Once(instant), _) => instant,
            (Moment::Twice((a, b)), None) => a.min(b),
            (Moment::Twice((a, b)), Some(last)) => {
                let (earlier, later) = (a.min(b), a.max(b));
                if self.falls {
                    if later < last { later } else { earlier }
                } else if earlier > last {
                    earlier
                } else {
                    later
                }
            }
        };
        self.falls = self.last.map_or(self.falls, |last| instant < last || (instant == last && self.falls));
        self.last = Some(instant);
        Some(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_HOUR: i64 = 1_800_000;

    /// The moments of an autumn night by half-hours, 01:30 summer time to 03:00 winter time.
    fn night() -> Vec<Moment> {
        let twice = |at: i64| Moment::Twice((at * HALF_HOUR, (at + 2) * HALF_HOUR));
        vec![Moment::Once(0), twice(1), twice(2), twice(1), twice(2), Moment::Once(5 * HALF_HOUR)]
    }

    #[test]
    fn files_rise_or_fall() {
        let mut order = Order::default();
        let rising: Vec<_> = night().into_iter().filter_map(|moment| order.settle(moment)).collect();
        assert_eq!(rising, (0..6).map(|at| at * HALF_HOUR).collect::<Vec<_>>());

        let mut order = Order::default();
        order.settle(Moment::Once(6 * HALF_HOUR));
        let falling: Vec<_> = night().into_iter().rev().filter_map(|moment| order.settle(moment)).collect();
        assert_eq!(falling, (0..6).rev().map(|at| at * HALF_HOUR).collect::<Vec<_>>());
    }

    #[test]
    fn an_hour_told_once_is_the_first() {
        let mut order = Order::default();
        let told: Vec<_> = [0, 1, 2, 5].iter().filter_map(|&at| order.settle(night()[at])).collect();
        assert_eq!(told, [0, HALF_HOUR, 2 * HALF_HOUR, 5 * HALF_HOUR]);
    }
}
