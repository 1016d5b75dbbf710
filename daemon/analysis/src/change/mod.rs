//! Since when does a home use more or less than its baseline expects, and how much?
//!
//! A baseline is a regression frozen on at least twelve months. [`Watch`] takes the days after it one by one and raises
//! one alarm; [`follow()`] goes through a whole history, renews the baseline each year and begins it anew at a change;
//! [`Event`] measures what happened on a day that is known. All take [`Judged`] days, which [`crate::regression`] makes
//! ([`Judged::from`] and [`Trust::of`]), and a [`Trust`] that says how uncertain it is. A day without a measurement is
//! left out, never zero. For a sentence see [`crate::words`].
//!
//! ```
//! use watteau_analysis::Day;
//! use watteau_analysis::change::{Judged, Trust, Watch};
//!
//! // A baseline of 20 kWh a day that is known to 0.3 kWh; from day 40 on the home uses a quarter less.
//! let trust = Trust::new(&[0.09], 0.4, 1.1, 2.07)?;
//! let day = |n: i32| Day::new(jiff::civil::date(2024, 1, 1)).plus(n);
//! let mut watch = Watch::new(trust);
//! for n in 0..100 {
//!     let noise = f64::from(n * 37 % 11) - 5.0;
//!     let residual = if n < 40 { noise } else { noise - 5.0 };
//!     watch.add(&Judged { day: day(n), residual, predicted: 20.0, sigma: 3.2, row: vec![1.0] })?;
//! }
//! let change = watch.change().unwrap();
//! assert!(change.since_from <= day(40) && day(40) <= change.since_to);
//! assert!(change.lower < -25.0 && -25.0 < change.upper && change.upper < 0.0);
//! # Ok::<(), watteau_analysis::change::Refusal>(())
//! ```
//!
//! # How
//!
//! For each first day s at least 14 known days back, and at most a year, the Bayes factor of "everything is a share more
//! or less since s" against "nothing changed" (the formulas are in `evidence`). Alarm when their sum over 365, the odds
//! that something changed within the year, passes 3. *Since* is the day of the largest factor, its interval 2.5 to
//! 97.5 % of their sum; a day after a hole stands for the days of the hole too. The *size* is the mixture over all first
//! days: that of the best one alone says about -20 % after an alarm for -10 %. Read it sixty days after the alarm, as
//! [`follow()`] does.
//!
//! # What it reaches
//!
//! The example `change`, 200 runs; `cargo xtask bench analysis` beside the goals. Gas simulated from one real home:
//! the model and 30-day blocks of its residuals of 2023 and 2024, each quarter left out in turn, within 15 days of the
//! season; 24 months learnt, 12 watched, mean kappa 1.2. Planted 14 to 119 days after the 1st of November. In brackets
//! the prototype.
//!
//! | effect | within 60 d | 90 d | by 31 Oct | median delay | first day, median (quartiles) | its interval holds | size holds |
//! |---|---|---|---|---|---|---|---|
//! | none | | | 0.065 (0.10) | | | | |
//! | -5 % | 0.06 (0.06) | 0.08 (0.08) | 0.12 (0.11) | never | +31 d (7..56) | 0.88 | |
//! | -10 % | 0.14 (0.10) | 0.18 (0.14) | 0.32 (0.25) | never | +20 d (7..41) | 0.94 (0.92) | 0.97 |
//! | -20 % | 0.54 (0.55) | 0.64 (0.64) | 0.82 (0.78) | 57 d (54) | +4 d (-1..17) | 0.98 (0.97) | 0.99, half-width 12.5 % |
//! | -30 % | 0.85 (0.87) | 0.90 (0.92) | 0.97 (0.97) | 27 d (34) | 0 d (-1..0) | 0.99 (0.99) | 0.99 |
//! | +20 % | 0.69 (0.42) | 0.78 (0.46) | 0.81 (0.60) | 37 d (102) | 0 d (-3..10) | 0.98 (0.98) | 0.98 |
//! | -60 % | 0.99 | | | 10 d | 0 d | 0.99 | 1.00 |
//! | +50 % | 0.99 | | | 12 d | 0 d | 0.98 | 0.85 |
//!
//! The winters of 2018 to 2023 in the region's weather: 0.040 to 0.065 false alarms a year, -20 % within 60 days in 0.48
//! to 0.59, mean 0.53. Blocks of 60 days: 0.040 (0.05). Twelve months learnt: 0.020 (0.13), and -20 % within 60 days in
//! 0.35 (0.27). Electricity of 2024 without its slow drift: 0.140 (0.11), median delay -20 % 67 d (100), -30 % 36 d
//! (46), +20 % 124 d (62).
//!
//! Real home. Gas learnt for a year and left as it is: no alarm from 2023-11 to 2024-12; planted on 22 days of the
//! winter 2023-24, found within 60 days: -10 % 3, -20 % 16 (prototype, a year later with 24 months learnt: 17), -30 % 22
//! (21), +20 % none (9): that winter leaned below its baseline; every interval held. Electricity:
//! - learnt in 2022: alarm 2023-04-30, since 2023-03-05 [02-09..04-19], -24 ± 11 %, as the prototype;
//! - learnt in 2022 and 2023: alarm 2024-10-06, since 2024-07-30 [04-28..09-25], +35 ± 17 % (10-02, 07-30
//!   [05-14..09-25], +38 ± 17 %);
//! - the whole history by [`follow()`]: the first, then alarm 2024-10-27, since 2024-05-18 [03-14..11-01], +26 ± 23 %.
//!
//! A year watched day by day takes 2 to 5 ms, its baseline 2 ms.
//!
//! # What helped, and what did not
//!
//! - A day speaks with three standard deviations at most. Without this, which is the prototype to the day on the real
//!   electricity, false alarms of gas are 0.13 (0.065 to 0.165 by winter) instead of 0.05 and of electricity 0.190 instead
//!   of 0.140, and -20 % is found within 60 days in 0.55 instead of 0.53. With two standard deviations -20 % falls to
//!   0.43. The size is read from the days as they are, or a large change would be taken for a smaller one.
//! - Not: whitening that knows that the day before the first was not changed (0.18 false alarms instead of 0.14 in the
//!   same runs: one odd day starts a change); 21 days at least (0.08 instead of 0.09); odds of 2 (0.10 a year, -20 % in 0.58, but 0.22 for
//!   electricity).
//! - It all hangs on kappa. With the residuals of 2022-11 to 2024-10, whose months were worse (kappa 1.4), -20 % is found
//!   within 60 days in 0.28, at 0.02 false alarms. -5 % cannot be seen in a winter and -10 % hardly; the alarms that
//!   are raised at -5 % overstate it. The interval of +50 % holds in 0.85 only: the prior expects 20 %.
//! - One home. A baseline that was renewed has learnt the days since an unnoticed change began, and dates it later.

pub mod event;
mod evidence;
#[cfg(test)]
pub(crate) mod fixture;
pub mod follow;
mod judged;
mod watch;

pub use event::Event;
pub use evidence::{LEAST_DAYS, LOUDEST, TAU};
pub use follow::{Learnt, Task, follow};
pub use judged::{Judged, Refusal, Trust};
pub use watch::{ALARM_ODDS, Change, Odds, Watch};
