//! Puts the rows of one file together, meter by meter.

use std::collections::{BTreeMap, HashMap};

use watteau_sdk::types::Text;
use watteau_tabular::{Day, Order};

use crate::failure::Failure;
use crate::limits;
use crate::reading::{DayReading, Reading, Reason, Refusal, Slot};
use crate::words::Direction;

/// What a file says of one meter in one direction.
#[derive(Debug, Default)]
pub struct Flow {
    /// The load curve, in the order of the file.
    pub curve: Vec<Slot>,
    /// Energy by day.
    pub days: BTreeMap<Day, DayReading>,
    /// Registers at midnights.
    pub readings: Vec<Reading>,
    /// Settles the autumn hours of the curve's ends, and of its starts.
    pub orders: (Order, Order),
    /// Rows of days on which statements of one rank differ.
    conflicts: BTreeMap<Day, Vec<DayReading>>,
}

/// What a file says of one meter.
#[derive(Debug, Default)]
pub struct Meter {
    /// Its number; none when the file does not say.
    pub number: Option<String>,
    /// Rows that spoke of it and could be read.
    pub rows: u32,
    /// Consumption, then production.
    pub flows: [Flow; 2],
}

impl Meter {
    /// What it says of one direction.
    pub fn flow(&mut self, direction: Direction) -> &mut Flow {
        &mut self.flows[direction as usize]
    }
}

/// A whole file, understood.
#[derive(Debug)]
pub struct Import {
    /// What it was recognised as: `enedis_csv_r63`.
    pub format: &'static str,
    /// The meters it speaks of.
    pub meters: Vec<Meter>,
    /// Rows left out; only the first [`limits::REFUSALS`].
    pub refusals: Vec<Refusal>,
    /// How many rows more were left out.
    pub more_refused: u32,
    /// Things worth a word.
    pub remarks: Vec<Text>,
    /// The last day that the export was asked for.
    pub last_day: Option<Day>,
}

/// Takes rows as they are found, and ends as an [`Import`].
#[derive(Debug, Default)]
pub struct Collector {
    /// The meters seen so far.
    pub meters: Vec<Meter>,
    by_number: HashMap<Option<String>, usize>,
    refusals: Vec<Refusal>,
    more_refused: u32,
    remarks: Vec<Text>,
    /// The last day that the export was asked for.
    pub last_day: Option<Day>,
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

    /// Takes one day of energy: the best statement of it holds, whatever their order.
    pub fn day(&mut self, meter: usize, direction: Direction, day: Day, new: DayReading) {
        use std::cmp::Ordering::{Equal, Greater, Less};

        let meter = &mut self.meters[meter];
        meter.rows += 1;
        let flow = meter.flow(direction);
        let Some(kept) = flow.days.get_mut(&day) else {
            flow.days.insert(day, new);
            return;
        };
        match new.rank().cmp(&kept.rank()) {
            Greater => {
                *kept = new;
                flow.conflicts.remove(&day);
            }
            Equal if new.value == kept.value && !flow.conflicts.contains_key(&day) => {}
            Equal => {
                let rivals = flow.conflicts.entry(day).or_insert_with(|| vec![*kept]);
                if rivals.len() <= limits::REFUSALS {
                    rivals.push(new);
                }
            }
            Less => {}
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
        let remark = Text::new(en, fr);
        if self.remarks.len() < limits::REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Settles what is left to settle: days on which the file contradicts itself have no value.
    pub fn finish(mut self, format: &'static str) -> Import {
        for at in 0..self.meters.len() {
            for flow in 0..2 {
                let flow = &mut self.meters[at].flows[flow];
                let conflicts = std::mem::take(&mut flow.conflicts);
                flow.days.retain(|day, _| !conflicts.contains_key(day));
                for (day, rivals) in conflicts {
                    for rival in rivals {
                        self.refuse(Refusal {
                            meter: Some(at),
                            place: rival.place,
                            day: Some(day),
                            text: String::new(),
                            reason: Reason::Conflict,
                        });
                    }
                }
            }
        }
        Import {
            format,
            meters: self.meters,
            refusals: self.refusals,
            more_refused: self.more_refused,
            remarks: self.remarks,
            last_day: self.last_day,
        }
    }
}
