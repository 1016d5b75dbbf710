//! From the readings of a meter at midnights to the energy of days: each day is what its two midnights differ by.

use watteau_tabular::Day;

use crate::reading::{Place, Reading, Reason};
use crate::words::REGISTERS;

/// The energy of the days that readings cover.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Days {
    /// Thousandths of a watt-hour; none where a midnight is missing.
    pub days: Vec<(Day, Option<i64>)>,
    /// Days that are not known one by one, first and last, with what they come to together.
    pub holes: Vec<(Day, Day, i64)>,
    /// Rows that contradict those before them.
    pub refused: Vec<(Place, Day, Reason)>,
}

/// The readings, one for each midnight that has a total, in the order of time.
pub fn settle(readings: &[Reading]) -> (Vec<Reading>, Days) {
    let mut sorted = readings.to_vec();
    sorted.sort_by_key(|reading| (reading.day, reading.place));
    let (mut kept, mut days) = (Vec::<Reading>::new(), Days::default());
    for same in sorted.chunk_by(|a, b| a.day == b.day) {
        let told: Vec<_> = same.iter().filter(|reading| reading.registers != [None; REGISTERS]).collect();
        match told[..] {
            [] => kept.push(same[0]),
            [first, ..] if told.iter().all(|reading| reading.registers == first.registers) => {
                kept.push(*first);
            }
            _ => {
                days.refused
                    .extend(told.iter().map(|reading| (reading.place, reading.day, Reason::Conflict)));
                kept.push(Reading { registers: [None; REGISTERS], ..same[0] });
            }
        }
    }
    let mut before: Option<(Day, i64)> = None;
    for reading in &kept {
        let Some(total) = reading.registers[0] else { continue };
        if let Some((day, at_start)) = before {
            let length = reading.day.since(day);
            match total.checked_sub(at_start).filter(|energy| *energy >= 0) {
                None => {
                    days.refused.push((reading.place, day, Reason::Falls));
                    days.days.extend((0..length).map(|at| (day.plus(at), None)));
                }
                Some(energy) if length == 1 => days.days.push((day, Some(energy))),
                Some(energy) => {
                    days.days.extend((0..length).map(|at| (day.plus(at), None)));
                    days.holes.push((day, reading.day.plus(-1), energy));
                }
            }
        }
        before = Some((reading.day, total));
    }
    (kept, days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(totals: &[(u8, Option<i64>)]) -> Vec<Reading> {
        (1..)
            .zip(totals)
            .map(|(row, &(day, total))| {
                let mut registers = [None; REGISTERS];
                registers[0] = total;
                let day = Day::new(2024, 3, day).expect("a day");
                Reading { day, registers, place: Place { sheet: 0, row } }
            })
            .collect()
    }

    #[test]
    fn days_are_differences_and_holes_are_told_whole() {
        let (_, days) =
            settle(&readings(&[(4, Some(900)), (1, Some(100)), (2, Some(250)), (3, None), (5, Some(950))]));
        let told: Vec<_> = days.days.iter().map(|(day, energy)| (day.to_string(), *energy)).collect();
        assert_eq!(
            told,
            [
                ("2024-03-01".to_owned(), Some(150)),
                ("2024-03-02".to_owned(), None),
                ("2024-03-03".to_owned(), None),
                ("2024-03-04".to_owned(), Some(50)),
            ]
        );
        assert_eq!((days.holes.len(), days.holes[0].2), (1, 650));
    }

    #[test]
    fn a_register_that_falls_is_another_meter() {
        let (kept, days) = settle(&readings(&[(1, Some(900)), (2, Some(10)), (3, Some(30))]));
        assert_eq!(days.refused, [(Place { sheet: 0, row: 2 }, kept[0].day, Reason::Falls)]);
        assert_eq!(days.days.iter().map(|day| day.1).collect::<Vec<_>>(), [None, Some(20)]);
    }

    #[test]
    fn rivals_of_one_midnight_give_nothing() {
        let (_, days) =
            settle(&readings(&[(1, Some(1)), (2, Some(2)), (2, Some(3)), (2, None), (3, Some(9))]));
        assert_eq!(days.refused.iter().map(|(place, _, _)| place.row).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(days.days.iter().map(|day| day.1).collect::<Vec<_>>(), [None, None]);
    }
}
