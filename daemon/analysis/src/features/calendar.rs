//! Columns that are known years ahead.

use super::flag;
use crate::calendar::{DayFacts, Holiday};

/// Effective weekday.
pub(super) fn dow(facts: &DayFacts, out: &mut [f64]) {
    out.fill(0.0);
    out[facts.effective] = 1.0;
}

/// Holidays. Each fixed date has its own column, since each empties the country in its own way.
pub(super) fn hol(facts: &DayFacts, out: &mut [f64]) {
    let DayFacts { weekday, holiday, work, holiday_near: near, bridge, month, day_of_month: day, .. } =
        *facts;
    let is_holiday = holiday.is_some();
    let plain = !is_holiday;
    let on_weekday = |which: Holiday| weekday < 5 && holiday == Some(which);
    let december = |from: i8, to: i8| month == 12 && (from..=to).contains(&day);
    let columns = [
        is_holiday && weekday < 5,
        is_holiday && weekday == 5,
        is_holiday && weekday == 6,
        bridge,
        work && near.before && !bridge,
        work && near.after && !bridge,
        plain && weekday == 5 && (near.before || near.two_before),
        plain && weekday == 6 && near.after,
        plain && weekday == 6 && near.before,
        holiday == Some(Holiday::EasterMonday),
        holiday == Some(Holiday::Ascension),
        holiday == Some(Holiday::PentecostMonday),
        on_weekday(Holiday::NewYear),
        on_weekday(Holiday::Labour),
        on_weekday(Holiday::Victory),
        on_weekday(Holiday::Bastille),
        on_weekday(Holiday::Assumption),
        on_weekday(Holiday::AllSaints),
        on_weekday(Holiday::Armistice),
        on_weekday(Holiday::Christmas),
        work && december(24, 24),
        work && december(31, 31),
        work && december(26, 30),
        work && month == 1 && (2..=4).contains(&day),
        work && december(19, 23),
        !work && (december(24, 31) || (month == 1 && day <= 2)),
    ];
    for (out, on) in out.iter_mut().zip(columns) {
        *out = flag(on);
    }
}

const SUMMER: [f64; 7] = [186.0, 197.0, 208.0, 217.0, 227.0, 236.0, 246.0];
const YEAR_END: [f64; 6] = [348.0, 355.0, 360.0, 365.0, 370.0, 376.0];

/// Height at `x` of the tent that stands on the first and last of three knots.
fn hat(knots: &[f64], x: f64) -> f64 {
    let (left, top, right) = (knots[0], knots[1], knots[2]);
    ((x - left) / (top - left)).min((right - x) / (right - top)).max(0.0)
}

/// Slow seasons of work and leave.
pub(super) fn sch(facts: &DayFacts, out: &mut [f64]) {
    let day = f64::from(facts.day_of_year);
    let work = flag(facts.work);
    for (i, knots) in SUMMER.windows(3).enumerate() {
        let hat = hat(knots, day);
        out[i] = hat * work;
        out[5 + i] = hat * (1.0 - work);
    }
    let winter_day = if day < 30.0 { day + 365.0 } else { day };
    for (i, knots) in YEAR_END.windows(3).enumerate() {
        out[10 + i] = hat(knots, winter_day);
    }
    // The hats speak of July and August already.
    let summer = facts.month == 7 || facts.month == 8 || (facts.month == 9 && facts.day_of_month == 1);
    out[14] = if summer { 0.0 } else { facts.school * work };
    out[15] = facts.school * (1.0 - work);
}

/// Phase of the year, radians.
pub(super) fn phase(facts: &DayFacts) -> f64 {
    std::f64::consts::TAU * (f64::from(facts.day_of_year) - 1.0) / 365.25
}

/// Harmonics of the year. The last column, the clock, is scaled; the others are not.
pub(super) fn seas(facts: &DayFacts, out: &mut [f64]) {
    let w = phase(facts);
    for k in 0..4 {
        let (sin, cos) = ((k + 1) as f64 * w).sin_cos();
        out[2 * k] = cos;
        out[2 * k + 1] = sin;
    }
    let leave = flag(!facts.work);
    for i in 0..4 {
        out[8 + i] = out[i] * leave;
    }
    out[12] = facts.utc_offset - 1.5;
}

/// First harmonic of the year for Monday, Friday and Saturday.
pub(super) fn week(facts: &DayFacts, out: &mut [f64]) {
    let (sin, cos) = phase(facts).sin_cos();
    for (i, weekday) in [0, 4, 5].into_iter().enumerate() {
        let on = flag(facts.effective == weekday);
        out[2 * i] = on * cos;
        out[2 * i + 1] = on * sin;
    }
}
