//! The prior that ships.

use super::Prior;
use crate::Error;

/// Learnt from 2016-01-10 to 2024-05-29 by the crate's example `prior`; the year from 2024-06-01 on was kept for testing:
/// of what it learnt, all was known when that day was forecast.
///
/// Load: RTE eCO2mix (Licence Ouverte 2.0) and ENTSO-E. Temperatures: Open-Meteo (CC BY 4.0) from 2021, before from the
/// daily regional ones of ODRÉ (Licence Ouverte 2.0).
static BUILT_IN: &[u8] = include_bytes!("../../data/prior.bin");

impl Prior {
    /// The prior of the French national load that ships with this crate.
    ///
    /// ```
    /// # use watteau_analysis::{Day, Issue, Prior};
    /// let today = Day::new(jiff::civil::date(2026, 1, 15));
    /// let model = Prior::built_in()?.start(Issue::Morning, today, 1)?;
    /// assert_eq!(model.through(), today.plus(-1));
    /// # Ok::<(), watteau_analysis::Error>(())
    /// ```
    pub fn built_in() -> Result<Prior, Error> {
        Prior::from_bytes(BUILT_IN)
    }

    /// The bytes of [`Prior::built_in`], to tell it from that of another version.
    pub fn built_in_bytes() -> &'static [u8] {
        BUILT_IN
    }
}
