//! Days as the French electricity system knows them: local midnights, public holidays, bridges, school holidays.

mod facts;
mod holidays;
mod local;
mod school;

pub use facts::{DayFacts, EFFECTIVE_SUNDAY};
pub use holidays::{Holiday, easter, holiday};
pub use local::{Day, LocalDays, Slot};
pub use school::{SchoolHolidays, Zones};
