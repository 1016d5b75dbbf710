//! What is known of a day years ahead.

use super::{Day, Holiday, LocalDays, SchoolHolidays, holiday};

/// Weekday that holidays count as.
pub const EFFECTIVE_SUNDAY: usize = 6;

/// Calendar facts of one local day.
#[derive(Debug, Clone, Copy)]
pub struct DayFacts {
    /// The day.
    pub day: Day,
    /// Month, 1 to 12.
    pub month: i8,
    /// Day of the month, from 1.
    pub day_of_month: i8,
    /// Day of the year, from 1.
    pub day_of_year: i16,
    /// Weekday, 0 = Monday.
    pub weekday: usize,
    /// Weekday with holidays counted as Sunday.
    pub effective: usize,
    /// The public holiday it is.
    pub holiday: Option<Holiday>,
    /// Monday to Friday and no holiday.
    pub work: bool,
    /// Whether the day before, two days before, and the day after are holidays.
    pub holiday_near: Near,
    /// A working Monday before a Tuesday holiday, or Friday after a Thursday one.
    pub bridge: bool,
    /// Share of pupils on holiday, 0 to 1.
    pub school: f64,
    /// Local time minus UTC at noon, hours.
    pub utc_offset: f64,
}

/// Holidays around a day.
#[derive(Debug, Clone, Copy, Default)]
pub struct Near {
    /// The day before.
    pub before: bool,
    /// Two days before.
    pub two_before: bool,
    /// The day after.
    pub after: bool,
    /// Seven days before.
    pub week_before: bool,
}

impl DayFacts {
    /// The facts of a day among `days`.
    pub fn new(day: Day, days: &LocalDays, school: &SchoolHolidays) -> DayFacts {
        let date = day.date();
        let is_holiday = |offset: i32| holiday(day.plus(offset).date()).is_some();
        let weekday = day.weekday();
        let holiday = holiday(date);
        let near = Near {
            before: is_holiday(-1),
            two_before: is_holiday(-2),
            after: is_holiday(1),
            week_before: is_holiday(-7),
        };
        let work = weekday < 5 && holiday.is_none();
        let noon = days.slots(day)[12].hour;
        DayFacts {
            day,
            month: date.month(),
            day_of_month: date.day(),
            day_of_year: date.day_of_year(),
            weekday,
            effective: if holiday.is_some() { EFFECTIVE_SUNDAY } else { weekday },
            holiday,
            work,
            holiday_near: near,
            bridge: work && ((weekday == 0 && near.after) || (weekday == 4 && near.before)),
            school: school.zones(day).share(),
            utc_offset: (i64::from(day.number()) * 24 + 12 - noon) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn bridges_and_neighbours() {
        let first = Day::new(date(2023, 12, 1));
        let days = LocalDays::paris(first, Day::new(date(2025, 12, 31))).unwrap();
        let school = SchoolHolidays::built_in();
        let facts = |y, m, d| DayFacts::new(Day::new(date(y, m, d)), &days, &school);
        assert!(facts(2024, 5, 10).bridge, "Friday after Ascension");
        assert!(facts(2025, 11, 10).bridge, "Monday before 11 November");
        assert!(!facts(2024, 5, 7).bridge);
        let ascension = facts(2024, 5, 9);
        assert!(!ascension.work && ascension.holiday_near.before && ascension.effective == EFFECTIVE_SUNDAY);
        assert_eq!((facts(2024, 7, 1).utc_offset, facts(2024, 1, 1).utc_offset), (2.0, 1.0));
        assert_eq!(facts(2024, 12, 31).day_of_year, 366);
    }
}
