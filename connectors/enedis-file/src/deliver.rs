//! From what a file says of a meter to points: every value to the series of its direction.

use watteau_sdk::prelude::{Batch, Context, FileError, Instant, Point, Quality, Span, Text};
use watteau_tabular::{Day, Wall};

use crate::collect::{Flow, Meter};
use crate::curve;
use crate::index;
use crate::reading::{Place, Reason, Refusal, Slot};
use crate::words::{REGISTER_SERIES, REGISTERS};

/// Points put at once: enough to make calls few, little enough to keep memory flat.
const BATCH: usize = 2_000;

/// Holes whose energy is told one by one.
const HOLES: usize = 3;

/// The series of one direction.
struct Names {
    curve: &'static str,
    daily: &'static str,
    registers: &'static [&'static str],
}

/// Consumption, then production.
const NAMES: [Names; 2] = [
    Names { curve: "load_curve", daily: "daily_energy", registers: &REGISTER_SERIES },
    Names { curve: "production_curve", daily: "daily_production", registers: &["production_index"] },
];

/// What one meter's rows came to.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Intervals and days without a value.
    pub absent: u32,
    /// From the start of the first interval to the end of the last, absent ones included.
    pub span: Option<Span>,
    /// Rows that contradict one another.
    pub refused: Vec<Refusal>,
    /// Things worth a word.
    pub remarks: Vec<Text>,
}

/// Why points did not arrive.
#[derive(Debug)]
pub enum Trouble {
    /// The host takes no points.
    Sink(FileError),
    /// The host does not know the zone.
    Clock(String),
}

/// Puts all that is known of one meter, as stated at `as_of`. `last_day` is where the export was asked to end.
pub fn deliver(
    ctx: Context<'_>,
    wall: &mut Wall<'_>,
    meter: Meter,
    as_of: Option<Instant>,
    last_day: Option<Day>,
) -> Result<Delivered, Trouble> {
    let mut out = Out { ctx, as_of, delivered: Delivered::default() };
    for (flow, names) in meter.flows.into_iter().zip(&NAMES) {
        let Flow { curve, days, readings, .. } = flow;
        if let (Some(end), Some(day)) = (out.curve(wall, curve, names)?, last_day) {
            out.last_half_hour(wall, day, end)?;
        }
        let mut daily = out.series(names.daily, "kWh");
        for (day, reading) in days {
            let span = wall.day(day.date()).map_err(Trouble::Clock)?;
            out.put(&mut daily, span, reading.value.map(kilo), reading.quality)?;
        }
        let (readings, energy) = index::settle(&readings);
        for (day, value) in energy.days {
            let span = wall.day(day.date()).map_err(Trouble::Clock)?;
            out.put(&mut daily, span, value.map(kilo), Quality::Measured)?;
        }
        daily.flush()?;
        for (first, last, energy) in energy.holes.into_iter().take(HOLES) {
            let kwh = kilo(energy);
            out.delivered.remarks.push(Text::new(
                format!("From {first} to {last}, last day included, the meter counted {kwh} kWh in all."),
                format!("Du {first} au {last} inclus, le compteur a compté {kwh} kWh en tout."),
            ));
        }
        out.refuse(energy.refused.into_iter().map(|(place, day, reason)| (place, Some(day), reason)));
        let mut registers = names.registers.iter().map(|name| out.series(name, "kWh")).collect::<Vec<_>>();
        for reading in readings {
            let at = wall.day(reading.day.date()).map_err(Trouble::Clock)?.start;
            let told: [Option<i64>; REGISTERS] = reading.registers;
            for (series, value) in registers.iter_mut().zip(told) {
                if let Some(value) = value {
                    series.put(Span::new(at, at), Some(kilo(value)), Quality::Measured)?;
                }
            }
        }
        registers.iter_mut().try_for_each(Series::flush)?;
    }
    Ok(out.delivered)
}

/// Thousandths of a unit in thousands of it: one division of exact numbers, so the float nearest to the decimal.
fn kilo(thousandths: i64) -> f64 {
    thousandths as f64 / 1e6
}

struct Out<'a> {
    ctx: Context<'a>,
    as_of: Option<Instant>,
    delivered: Delivered,
}

impl<'a> Out<'a> {
    fn series(&self, name: &'static str, unit: &'static str) -> Series<'a> {
        Series { ctx: self.ctx, name, unit, as_of: self.as_of, points: Vec::new(), absent: Vec::new() }
    }

    /// Puts a load curve; answers where its last interval ends.
    fn curve(
        &mut self,
        wall: &mut Wall<'_>,
        slots: Vec<Slot>,
        names: &Names,
    ) -> Result<Option<Instant>, Trouble> {
        let (intervals, refused) = curve::settle(slots);
        let zone = wall.zone();
        let day = |instant| self.ctx.clock().date(zone, instant).ok().map(Day::from);
        let refused: Vec<_> =
            refused.into_iter().map(|(place, instant, reason)| (place, day(instant), reason)).collect();
        self.refuse(refused.into_iter());
        // A meter keeps its curve by a step of its own, and may change it: each point says its length.
        let mut series = self.series(names.curve, "W");
        for interval in &intervals {
            let watts = interval.milliwatts.map(|milliwatts| milliwatts as f64 / 1e3);
            self.put(&mut series, Span::new(interval.start, interval.end()), watts, interval.quality)?;
        }
        series.flush()?;
        Ok(intervals.last().map(curve::Interval::end))
    }

    /// Enedis's workbooks stop half an hour before the end of the last day asked for.
    fn last_half_hour(&mut self, wall: &mut Wall<'_>, day: Day, end: Instant) -> Result<(), Trouble> {
        const HALF_HOUR: i64 = 30 * 60_000;
        if wall.day(day.date()).map_err(Trouble::Clock)?.end - end == HALF_HOUR {
            self.delivered.remarks.push(Text::new(
                format!(
                    "The last half-hour of {day} is not in the file, as in every export of this kind: ask for periods \
                     that overlap by a day."
                ),
                format!(
                    "La dernière demi-heure du {day} n’est pas dans le fichier, comme dans tous ces exports : demandez \
                     des périodes qui se recouvrent d’un jour."
                ),
            ));
        }
        Ok(())
    }

    fn put(
        &mut self,
        series: &mut Series<'_>,
        span: Span,
        value: Option<f64>,
        quality: Quality,
    ) -> Result<(), Trouble> {
        self.delivered.absent += u32::from(value.is_none());
        let (start, end) =
            self.delivered.span.map_or((span.start, span.end), |known| (known.start, known.end));
        self.delivered.span = Some(Span::new(start.min(span.start), end.max(span.end)));
        series.put(span, value, quality)
    }

    fn refuse(&mut self, rows: impl Iterator<Item = (Place, Option<Day>, Reason)>) {
        self.delivered.refused.extend(rows.map(|(place, day, reason)| Refusal {
            meter: None,
            place,
            day,
            text: String::new(),
            reason,
        }));
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

impl Series<'_> {
    fn put(&mut self, span: Span, value: Option<f64>, quality: Quality) -> Result<(), Trouble> {
        match (value, self.absent.last_mut()) {
            (Some(value), _) => {
                let duration = (span.end - span.start).unsigned_abs();
                self.points.push(Point { start: span.start, duration, value, quality });
            }
            (None, Some(last)) if last.end == span.start => last.end = span.end,
            (None, _) => self.absent.push(span),
        }
        if self.points.len().max(self.absent.len()) < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Trouble> {
        let sink = self.ctx.sink();
        if !self.points.is_empty() {
            let points = std::mem::take(&mut self.points);
            let batch = Batch::new(self.name, self.unit).as_of(self.as_of).points(points);
            sink.put(batch).map_err(|error| Trouble::Sink(error.into()))?;
        }
        if !self.absent.is_empty() {
            let reason = Text::new("Enedis has no data.", "Enedis n’a pas de données.");
            let spans = std::mem::take(&mut self.absent);
            sink.absent(self.name, &spans, reason).map_err(|error| Trouble::Sink(error.into()))?;
        }
        Ok(())
    }
}
