//! Puts the readings of one file together: one statement for each meter and day, the best one.
//!
//! Duplicates are settled as they come, so that memory grows with the days a file speaks of and not with its rows.

use std::collections::{BTreeMap, HashMap};

use crate::failure::Failure;
use crate::limits;
use crate::reading::{DayReading, Period, Places, Reason, Refusal, Remark, Step};
use crate::words::Qualification;
use watteau_tabular::Day;

/// The readings of one meter.
#[derive(Debug, Default)]
pub struct Meter {
    /// Its number; none when the file does not say.
    pub number: Option<String>,
    /// Rows and records that spoke of it and could be read.
    pub rows: u32,
    /// By gas day.
    pub days: BTreeMap<Day, DayReading>,
    /// By start; they do not overlap.
    pub periods: Vec<Period>,
    /// Rows of days on which statements of one rank differ.
    pub(crate) conflicts: BTreeMap<Day, Vec<u32>>,
}

/// A whole file, understood.
#[derive(Debug)]
pub struct Import {
    /// What it was recognised as: `grdf_xlsx_daily`.
    pub format: &'static str,
    /// The day GRDF made it, where it says so.
    pub exported: Option<Day>,
    /// How its rows are counted.
    pub places: Places,
    /// The meters it speaks of; empty when it holds no reading at all.
    pub meters: Vec<Meter>,
    /// Rows left out, in the order of the file; only the first [`limits::REFUSALS`].
    pub refusals: Vec<Refusal>,
    /// How many rows more were left out.
    pub more_refused: u32,
    /// Things worth a word.
    pub remarks: Vec<Remark>,
}

/// Takes readings as they are found, and ends as an [`Import`].
#[derive(Debug, Default)]
pub struct Collector {
    meters: Vec<Meter>,
    by_number: HashMap<Option<String>, usize>,
    refusals: Vec<Refusal>,
    more_refused: u32,
    remarks: Vec<Remark>,
}

impl Collector {
    /// The position of a meter, which is new the first time it is asked.
    pub fn meter(&mut self, number: Option<&str>) -> Result<usize, Failure> {
        // Rows of one meter follow one another: the last one is nearly always the one asked.
        if let Some(last) = self.meters.last()
            && last.number.as_deref() == number
        {
            return Ok(self.meters.len() - 1);
        }
        let number = number.map(str::to_owned);
        if let Some(&at) = self.by_number.get(&number) {
            return Ok(at);
        }
        if self.meters.len() == limits::METERS {
            return Err(Failure::TooManyMeters);
        }
        self.meters.push(Meter { number: number.clone(), ..Meter::default() });
        self.by_number.insert(number, self.meters.len() - 1);
        Ok(self.meters.len() - 1)
    }

    /// Whether any day or period was taken.
    pub fn is_empty(&self) -> bool {
        self.meters.iter().all(|meter| meter.rows == 0)
    }

    /// Takes one gas day.
    pub fn day(&mut self, meter: usize, day: Day, new: DayReading) {
        use std::cmp::Ordering::{Equal, Greater, Less};

        let Some(meter) = self.meters.get_mut(meter) else { return };
        meter.rows += 1;
        let kept = match meter.days.entry(day) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(new);
                return;
            }
            std::collections::btree_map::Entry::Occupied(place) => place.into_mut(),
        };
        match new.rank().cmp(&kept.rank()) {
            Greater => {
                *kept = DayReading { temperature: new.temperature.or(kept.temperature), ..new };
                meter.conflicts.remove(&day);
            }
            Less => kept.temperature = kept.temperature.or(new.temperature),
            Equal => {
                let same_volume = kept.dm3.is_none() || new.dm3.is_none() || kept.dm3 == new.dm3;
                if kept.wh == new.wh && same_volume && !meter.conflicts.contains_key(&day) {
                    kept.dm3 = kept.dm3.or(new.dm3);
                    kept.coefficient = kept.coefficient.or(new.coefficient);
                    kept.temperature = kept.temperature.or(new.temperature);
                } else {
                    let rows = meter.conflicts.entry(day).or_insert_with(|| vec![kept.number]);
                    if rows.len() <= limits::REFUSALS {
                        rows.push(new.number);
                    }
                }
            }
        }
    }

    /// Takes one period.
    pub fn period(&mut self, meter: usize, period: Period) {
        if let Some(meter) = self.meters.get_mut(meter) {
            meter.rows += 1;
            meter.periods.push(period);
        }
    }

    /// Leaves one row out.
    pub fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.len() < limits::REFUSALS {
            self.refusals.push(refusal);
        } else {
            self.more_refused += 1;
        }
    }

    /// Says something, once.
    pub fn remark(&mut self, en: String, fr: String) {
        let remark = Remark { en, fr };
        if self.remarks.len() < limits::REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Settles what is left to settle.
    pub fn finish(mut self, format: &'static str, exported: Option<Day>, places: Places) -> Import {
        for at in 0..self.meters.len() {
            for (day, rows) in std::mem::take(&mut self.meters[at].conflicts) {
                self.meters[at].days.remove(&day);
                for number in rows {
                    self.refuse(conflict(at, number, day));
                }
            }
            let (periods, refused) = settle(std::mem::take(&mut self.meters[at].periods), exported);
            self.meters[at].periods = periods;
            for period in refused {
                self.refuse(conflict(at, period.number, period.start));
            }
        }
        self.refusals.sort_by_key(|refusal| refusal.number);
        Import {
            format,
            exported,
            places,
            meters: self.meters,
            refusals: self.refusals,
            more_refused: self.more_refused,
            remarks: self.remarks,
        }
    }
}

fn conflict(meter: usize, number: u32, day: Day) -> Refusal {
    Refusal {
        meter: Some(meter),
        number,
        day: Some(day),
        column: None,
        text: "conflicting duplicate".to_owned(),
        reason: Reason::Conflict,
    }
}

/// One period for each start, each ending before the next begins; and those that contradict one another.
///
/// A week is cut at New Year in two rows, but the first one's label still runs to the Sunday.
fn settle(mut periods: Vec<Period>, exported: Option<Day>) -> (Vec<Period>, Vec<Period>) {
    let rank = |period: &Period| {
        (period.definitive && period.qualification > Qualification::Absent, period.qualification)
    };
    periods.sort_by_key(|period| (period.start, std::cmp::Reverse(rank(period)), period.number));
    let (mut kept, mut refused) = (Vec::<Period>::new(), Vec::new());
    for same_start in periods.chunk_by(|a, b| a.start == b.start) {
        let best = same_start[0];
        let rivals = same_start.iter().take_while(|rival| rank(rival) == rank(&best));
        if rivals.clone().all(|rival| (rival.wh, rival.dm3, rival.last) == (best.wh, best.dm3, best.last)) {
            kept.push(best);
        } else {
            refused.extend(rivals.copied());
        }
    }
    for at in 1..kept.len() {
        let before_next = kept[at].start.plus(-1);
        kept[at - 1].last = kept[at - 1].last.min(before_next);
    }
    let last = kept.len().saturating_sub(1);
    for (at, period) in kept.iter_mut().enumerate() {
        let edge = at == 0 || at == last;
        period.may_be_partial = match period.step {
            // The label covers the whole month or year even when only some days were asked.
            Step::Month | Step::Year => edge,
            // The label of the first week starts with the request; that of the last runs to the Sunday.
            Step::Week => {
                (at == 0 && !period.start.is_monday())
                    || (at == last && exported.is_some_and(|exported| period.last >= exported))
            }
            Step::Billing => false,
        };
    }
    (kept, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(of_month: u8) -> Day {
        Day::new(2025, 2, of_month).expect("a day")
    }

    fn reading(number: u32, qualification: Qualification, wh: u32) -> DayReading {
        DayReading {
            wh: (qualification > Qualification::Absent).then_some(wh),
            dm3: None,
            coefficient: None,
            temperature: None,
            index_start: None,
            index_end: None,
            qualification,
            definitive: false,
            number,
        }
    }

    fn collect(readings: &[DayReading]) -> Import {
        let mut collector = Collector::default();
        let meter = collector.meter(None).expect("room for one");
        for reading in readings {
            collector.day(meter, day(1), *reading);
        }
        collector.finish("test", None, Places::Row)
    }

    #[test]
    fn the_best_statement_of_a_day_holds_whatever_the_order() {
        use Qualification::{Absent, Corrected, Estimated, Measured};
        let absent = DayReading { temperature: Some(7_000), ..reading(1, Absent, 0) };
        let definitive = DayReading { definitive: true, ..reading(5, Estimated, 50) };
        let ranked = [
            absent,
            reading(2, Estimated, 20),
            reading(3, Measured, 30),
            reading(4, Corrected, 40),
            definitive,
        ];
        for best in 1..ranked.len() {
            for worse in 0..best {
                for pair in [[ranked[best], ranked[worse]], [ranked[worse], ranked[best]]] {
                    let import = collect(&pair);
                    assert_eq!(import.meters[0].days[&day(1)].wh, ranked[best].wh);
                    assert_eq!(import.meters[0].days[&day(1)].temperature.is_some(), worse == 0);
                    assert!(import.refusals.is_empty());
                }
            }
        }
    }

    #[test]
    fn equals_collapse_and_rivals_are_both_refused() {
        use Qualification::{Corrected, Measured};
        let same = collect(&[reading(10, Measured, 5), reading(11, Measured, 5)]);
        assert_eq!((same.meters[0].days.len(), same.refusals.len()), (1, 0));

        let rivals = collect(&[reading(10, Measured, 5), reading(11, Measured, 6), reading(12, Measured, 5)]);
        assert!(rivals.meters[0].days.is_empty());
        assert_eq!(rivals.refusals.iter().map(|refusal| refusal.number).collect::<Vec<_>>(), [10, 11, 12]);

        let settled =
            collect(&[reading(10, Measured, 5), reading(11, Measured, 6), reading(12, Corrected, 7)]);
        assert_eq!(settled.meters[0].days[&day(1)].wh, Some(7));
        assert!(settled.refusals.is_empty());
    }

    #[test]
    fn refusals_beyond_the_first_are_counted() {
        let mut collector = Collector::default();
        for number in 0..limits::REFUSALS as u32 + 7 {
            collector.refuse(conflict(0, number, day(1)));
        }
        let import = collector.finish("test", None, Places::Row);
        assert_eq!((import.refusals.len(), import.more_refused), (limits::REFUSALS, 7));
    }
}
