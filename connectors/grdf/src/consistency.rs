//! What does not hold together in a meter's readings: told, never corrected.

use crate::collect::Meter;
use crate::reading::{DayReading, Remark};
use watteau_tabular::Day;

/// Holes whose volume is told one by one.
const HOLES: usize = 3;

/// Coefficients seen go from 10.7 to 11.4 kWh/m3; altitude and B gas lower them.
const COEFFICIENTS: std::ops::RangeInclusive<u32> = 6_000..=14_000;

/// A doubt that several days may share.
#[derive(Default)]
struct Doubt {
    days: u32,
    first: Option<Day>,
}

impl Doubt {
    fn on(&mut self, day: Day) {
        self.days += 1;
        self.first = self.first.or(Some(day));
    }

    fn remark(&self, en: &str, fr: &str) -> Option<Remark> {
        let (days, first) = (self.days, self.first?);
        Some(Remark {
            en: format!("{en}: {days} {}, from {first}.", if days == 1 { "day" } else { "days" }),
            fr: format!("{fr} : {days} {}, à partir du {first}.", if days == 1 { "jour" } else { "jours" }),
        })
    }
}

/// Remarks on one meter's days, in the order of the calendar.
pub fn remarks(meter: &Meter) -> Vec<Remark> {
    let (mut product, mut coefficient, mut falls) = (Doubt::default(), Doubt::default(), Doubt::default());
    let (mut holes, mut last_index, mut hole) = (Vec::new(), None::<u32>, None::<Day>);
    for (&day, reading) in &meter.days {
        if reading.wh.is_none() {
            hole = hole.or(Some(day));
            continue;
        }
        if disagrees(reading) {
            product.on(day);
        }
        if reading.coefficient.is_some_and(|value| !COEFFICIENTS.contains(&value)) {
            coefficient.on(day);
        }
        let index = reading.index_end;
        if let (Some(last), Some(index)) = (last_index, index)
            && index < last
        {
            falls.on(day);
        }
        // The first day back has an end index and no start: the difference covers the hole and that day.
        if let (Some(first), Some(last), Some(index), None) =
            (hole.take(), last_index, index, reading.index_start)
            && let Some(volume) = index.checked_sub(last)
            && holes.len() < HOLES
        {
            holes.push(Remark {
                en: format!(
                    "From {first} to {day}, last day included, the meter counted {volume} m3 in all."
                ),
                fr: format!("Du {first} au {day} inclus, le compteur a compté {volume} m3 en tout."),
            });
        }
        last_index = index.or(last_index);
    }
    let doubts = [
        product.remark(
            "The energy is not the volume times the coefficient",
            "L’énergie n’est pas le volume multiplié par le coefficient",
        ),
        coefficient.remark(
            "The conversion coefficient is outside 6 to 14 kWh/m3",
            "Le coefficient de conversion sort de 6 à 14 kWh/m3",
        ),
        falls.remark(
            "The index goes down, as when the meter is replaced",
            "L’index diminue, comme lorsque le compteur est remplacé",
        ),
    ];
    doubts.into_iter().flatten().chain(holes).collect()
}

/// Beyond 6 kWh and 1 %: years of whole m3 and kWh differ by up to 6 without anything being wrong.
fn disagrees(reading: &DayReading) -> bool {
    let (Some(wh), Some(dm3), Some(coefficient)) = (reading.wh, reading.dm3, reading.coefficient) else {
        return false;
    };
    let product = i64::from(dm3) * i64::from(coefficient) / 1000;
    (i64::from(wh) - product).abs() > 6_000 + i64::from(wh) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Qualification;

    fn reading(wh: u32, dm3: u32, coefficient: u32, index: [Option<u32>; 2]) -> DayReading {
        DayReading {
            wh: Some(wh),
            dm3: Some(dm3),
            coefficient: Some(coefficient),
            temperature: None,
            index_start: index[0],
            index_end: index[1],
            qualification: Qualification::Measured,
            definitive: false,
            number: 1,
        }
    }

    fn told(days: &[DayReading]) -> Vec<String> {
        let first = Day::new(2025, 3, 1).expect("a day");
        let days = days.iter().enumerate().map(|(at, reading)| (first.plus(at as i32), *reading)).collect();
        remarks(&Meter { days, ..Meter::default() }).into_iter().map(|remark| remark.en).collect()
    }

    #[test]
    fn sound_days_give_no_remark() {
        let sound = reading(40_110, 3_630, 11_060, [Some(10), Some(14)]);
        let rounded = reading(45_000, 4_000, 11_200, [Some(14), Some(18)]);
        assert!(told(&[sound, rounded]).is_empty());
    }

    #[test]
    fn each_doubt_is_told_once() {
        let wrong = reading(90_000, 4_000, 11_200, [Some(14), Some(18)]);
        let odd = reading(8_000, 2_000, 4_000, [Some(2), Some(4)]);
        assert_eq!(
            told(&[wrong, wrong, odd]),
            [
                "The energy is not the volume times the coefficient: 2 days, from 2025-03-01.",
                "The conversion coefficient is outside 6 to 14 kWh/m3: 1 day, from 2025-03-03.",
                "The index goes down, as when the meter is replaced: 1 day, from 2025-03-03.",
            ]
        );
    }

    #[test]
    fn a_hole_is_told_with_what_the_meter_counted() {
        let before = reading(40_110, 3_630, 11_060, [Some(10), Some(14)]);
        let absent = DayReading { wh: None, ..reading(0, 0, 0, [None, None]) };
        let back = reading(40_110, 3_630, 11_060, [None, Some(31)]);
        assert_eq!(
            told(&[before, absent, absent, back]),
            ["From 2025-03-02 to 2025-03-04, last day included, the meter counted 17 m3 in all."]
        );
    }
}
