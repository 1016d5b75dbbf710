//! From readings to points: gas days become instants, and values go to their series.
//!
//! A gas day begins at 06:00 in Paris and ends with the next one: 23 hours on the day before the clocks go forward,
//! 25 on the day before they go back.

use watteau_sdk::prelude::{Batch, Context, FileError, Instant, Point, Quality, Span, Text};

use crate::collect::Meter;
use crate::reading::Step;
use crate::words::Qualification;
use watteau_tabular::Day;
use watteau_tabular::decimal;

/// Where gas days are counted, wherever the house's clocks are.
pub const ZONE: &str = "Europe/Paris";

/// Points put at once: enough to make calls few, little enough to keep memory flat.
const BATCH: usize = 2_000;

/// Where periods go: all of them to the first two series, where a month hides the bill of its first days, and each
/// kind to two of its own, where nothing hides anything.
const PERIODS: &[(Option<Step>, &str, &str)] = &[
    (None, "period_energy", "period_volume"),
    (Some(Step::Week), "weekly_energy", "weekly_volume"),
    (Some(Step::Month), "monthly_energy", "monthly_volume"),
    (Some(Step::Year), "yearly_energy", "yearly_volume"),
    (Some(Step::Billing), "billed_energy", "billed_volume"),
];

/// What was said of one meter.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Days and periods without a value.
    pub absent: u32,
    /// First and last day, absent ones included.
    pub days: Option<(Day, Day)>,
}

/// Puts all that is known of one meter, as stated at `as_of`.
pub fn deliver(ctx: Context<'_>, meter: &Meter, as_of: Option<Instant>) -> Result<Delivered, FileError> {
    let mut delivered = Delivered::default();
    days(ctx, meter, as_of, &mut delivered)?;
    periods(ctx, meter, as_of, &mut delivered)?;
    Ok(delivered)
}

fn days(
    ctx: Context<'_>,
    meter: &Meter,
    as_of: Option<Instant>,
    delivered: &mut Delivered,
) -> Result<(), FileError> {
    let mut mornings = Mornings::new(ctx);
    let mut energy = Series::new(ctx, "energy", "kWh", as_of);
    let mut volume = Series::new(ctx, "volume", "m3", as_of);
    let mut coefficient = Series::new(ctx, "coefficient", "kWh/m3", as_of);
    let mut temperature = Series::new(ctx, "temperature", "degC", as_of);
    for (&day, reading) in &meter.days {
        let span = mornings.span(day, day)?;
        delivered.see(day, day);
        let quality = quality(reading.qualification);
        if let Some(wh) = reading.wh {
            energy.put(span, i64::from(wh), quality)?;
        } else {
            delivered.absent += 1;
            energy.absent(span)?;
            volume.absent(span)?;
        }
        if let Some(dm3) = reading.dm3 {
            volume.put(span, i64::from(dm3), quality)?;
        }
        if let Some(value) = reading.coefficient {
            coefficient.put(span, i64::from(value), quality)?;
        }
        if let Some(value) = reading.temperature {
            temperature.put(span, i64::from(value), Quality::Measured)?;
        }
    }
    for series in [energy, volume, coefficient, temperature] {
        series.finish()?;
    }
    Ok(())
}

fn periods(
    ctx: Context<'_>,
    meter: &Meter,
    as_of: Option<Instant>,
    delivered: &mut Delivered,
) -> Result<(), FileError> {
    for &(step, energy, volume) in PERIODS {
        let mut mornings = Mornings::new(ctx);
        let mut energy = Series::new(ctx, energy, "kWh", as_of);
        let mut volume = Series::new(ctx, volume, "m3", as_of);
        for period in meter.periods.iter().filter(|period| step.is_none_or(|step| step == period.step)) {
            let span = mornings.span(period.start, period.last)?;
            delivered.see(period.start, period.last);
            let quality = quality(period.qualification);
            if let Some(wh) = period.wh {
                energy.put(span, wh, quality)?;
            } else {
                delivered.absent += u32::from(step.is_none());
                energy.absent(span)?;
                volume.absent(span)?;
            }
            if let Some(dm3) = period.dm3 {
                volume.put(span, dm3, quality)?;
            }
        }
        energy.finish()?;
        volume.finish()?;
    }
    Ok(())
}

impl Delivered {
    fn see(&mut self, first: Day, last: Day) {
        let (from, to) = self.days.unwrap_or((first, last));
        self.days = Some((from.min(first), to.max(last)));
    }
}

fn quality(qualification: Qualification) -> Quality {
    match qualification {
        Qualification::Estimated => Quality::Estimated,
        Qualification::Corrected => Quality::Corrected,
        Qualification::Measured | Qualification::Absent => Quality::Measured,
    }
}

/// The instants at which gas days begin. The last one asked is kept, since days follow one another.
struct Mornings<'a> {
    ctx: Context<'a>,
    last: Option<(Day, Instant)>,
}

impl<'a> Mornings<'a> {
    fn new(ctx: Context<'a>) -> Self {
        Self { ctx, last: None }
    }

    /// From the morning of `first` to the morning after `last`.
    fn span(&mut self, first: Day, last: Day) -> Result<Span, FileError> {
        Ok(Span::new(self.morning(first)?, self.morning(last.next())?))
    }

    fn morning(&mut self, day: Day) -> Result<Instant, FileError> {
        if let Some((last, instant)) = self.last
            && last == day
        {
            return Ok(instant);
        }
        let moment = self.ctx.clock().resolve(ZONE, day.date().at(6, 0)).map_err(|error| {
            let en = format!("06:00 on {day} in {ZONE} is no instant: {error}");
            FileError::new(
                "clock",
                Text::new(en, format!("06:00 le {day} à {ZONE} n’est pas un instant : {error}")),
            )
        })?;
        let instant = moment.compatible();
        self.last = Some((day, instant));
        Ok(instant)
    }
}

/// Points and absences of one series on their way to the host.
struct Series<'a> {
    ctx: Context<'a>,
    name: &'static str,
    unit: &'static str,
    as_of: Option<Instant>,
    points: Vec<Point>,
    absent: Vec<Span>,
}

impl<'a> Series<'a> {
    fn new(ctx: Context<'a>, name: &'static str, unit: &'static str, as_of: Option<Instant>) -> Self {
        Self { ctx, name, unit, as_of, points: Vec::new(), absent: Vec::new() }
    }

    fn put(&mut self, span: Span, thousandths: i64, quality: Quality) -> Result<(), FileError> {
        let duration = span.end.saturating_sub(span.start).max(0) as u64;
        self.points.push(Point { start: span.start, duration, value: decimal::float(thousandths), quality });
        if self.points.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn absent(&mut self, span: Span) -> Result<(), FileError> {
        match self.absent.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => self.absent.push(span),
        }
        if self.absent.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), FileError> {
        let sink = self.ctx.sink();
        if !self.points.is_empty() {
            let points = std::mem::take(&mut self.points);
            sink.put(Batch::new(self.name, self.unit).as_of(self.as_of).points(points))?;
        }
        if !self.absent.is_empty() {
            let reason = Text::new("GRDF declares no data.", "GRDF déclare une absence de données.");
            sink.absent(self.name, &std::mem::take(&mut self.absent), reason)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), FileError> {
        self.flush()
    }
}
