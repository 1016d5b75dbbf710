//! How much of a home's past can be used: holes, jumps, stuck meters.

use super::home::{Home, Table};
use crate::Error;
use crate::calendar::Day;

/// Days in a row that are out of all proportion before they are the new normal.
const SURE: usize = 3;
/// How many times the most of before is out of proportion, which part of the least, and the days it is measured on. An
/// empty home is no jump: it may fall to a twentieth.
const JUMP: f64 = 3.0;
const FALL: f64 = 1.0 / 30.0;
const YEAR: usize = 400;
const FEWEST: usize = 7;
/// Days without any change after which a meter is called stuck.
pub(crate) const STUCK: usize = 7;

/// What the energies of a home say about its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    /// First day of the level that holds now, if it ever jumped.
    pub(crate) since: Option<usize>,
    /// Last days that may be the begin of another level.
    pub(crate) doubtful: usize,
}

/// The days of a home to `last`, known to `known`, from its last jump on; none if it has no day before.
pub(crate) fn of_one_level(home: &Home, known: Day, last: Day) -> Result<Option<(Table, Level)>, Error> {
    let Some(first) = home.first().filter(|first| *first <= known) else { return Ok(None) };
    let table = Table::new(home, first, known, last)?;
    let level = level(&table.kwh);
    Ok(Some(match level.since {
        Some(since) => (Table::new(home, table.day(since), known, last)?, level),
        None => (table, level),
    }))
}

/// Finds the last jump: three known days in a row beyond three times all that was known of the last 400 days, or below
/// a thirtieth of it. A summer house, a heating season or a holiday stay within their year.
pub(crate) fn level(kwh: &[f64]) -> Level {
    let mut since = None;
    // Days of the level that holds, and the ones in a row that are out of proportion to it.
    let (mut before, mut out) = (Vec::<(usize, f64)>::new(), Vec::new());
    for (day, &kwh) in kwh.iter().enumerate().filter(|(_, kwh)| kwh.is_finite()) {
        let recent = before.iter().rev().take_while(|(past, _)| day - past < YEAR).map(|(_, kwh)| *kwh);
        let (low, high) = recent.fold((f64::MAX, 0.0_f64), |(low, high), kwh| (low.min(kwh), high.max(kwh)));
        let enough = before.len() >= FEWEST && high > 0.0;
        if !(enough && (kwh > JUMP * high || kwh < FALL * low)) {
            // Days like no other that did not last were a defect.
            out.clear();
            before.push((day, kwh));
            continue;
        }
        out.push((day, kwh));
        if out.len() == SURE {
            since = out.first().map(|(day, _)| *day);
            before = std::mem::take(&mut out);
        }
    }
    Level { since, doubtful: out.len() }
}

/// Whether the load did not change for a week of known days before the end.
pub(crate) fn stuck_curve(table: &Table) -> bool {
    let days = table.hours.iter().enumerate().rev().filter(|(day, _)| table.has_curve(*day)).take(STUCK);
    let (mut count, mut low, mut high) = (0, f64::MAX, f64::MIN);
    for (_, hours) in days {
        count += 1;
        for watts in hours.iter().filter(|watts| watts.is_finite()) {
            (low, high) = (low.min(*watts), high.max(*watts));
        }
    }
    count == STUCK && high <= low
}

/// How many of the last known days had one and the same energy.
pub(crate) fn stuck_days(kwh: &[f64]) -> usize {
    let mut known = kwh.iter().rev().copied().filter(|kwh| kwh.is_finite());
    let Some(last) = known.next() else { return 0 };
    1 + known.take_while(|kwh| (kwh - last).abs() <= 1e-9).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_one_that_lasts() {
        let usual = |n: usize| (0..n).map(|day| 20.0 + 8.0 * ((day % 5) as f64 - 2.0));
        let with = |tail: &[f64]| usual(30).chain(tail.iter().copied()).collect::<Vec<f64>>();
        for (kwh, since, doubtful) in [
            (with(&[]), None, 0),
            (with(&[300.0]), None, 1),
            (with(&[300.0, 250.0]), None, 2),
            (with(&[300.0, 20.0, 21.0]), None, 0),
            (with(&[300.0, f64::NAN, 250.0, 280.0]), Some(30), 0),
            (with(&[0.02, 0.03, 0.04]), Some(30), 0),
            (with(&[0.5, 0.5, 0.5, 0.5]), None, 0),
            (with(&[300.0, 250.0, 280.0, 270.0, 260.0, 290.0, 300.0, 2.0, 3.0, 2.0]), Some(37), 0),
        ] {
            assert_eq!(level(&kwh), Level { since, doubtful }, "{:?}", &kwh[30..]);
        }
        assert_eq!(level(&[]), Level { since: None, doubtful: 0 });
    }

    #[test]
    fn equal_days_are_counted() {
        for (kwh, expected) in
            [(vec![1.0, 2.0, 2.0, f64::NAN, 2.0, f64::NAN], 3), (vec![], 0), (vec![4.0], 1)]
        {
            assert_eq!(stuck_days(&kwh), expected, "{kwh:?}");
        }
    }
}
