//! Why was this much used? Use explained by weather and occupancy, with intervals that hold.
//!
//! [`fit()`] is the way in: days with their values, temperatures and occupancy, and a [`Form`]:
//!
//! - [`Form::Daily`] ([`daily`]): heating by the day, for gas. An effective temperature (walls and sun), a searched base,
//!   a line; errors that grow with the cold and hang together.
//! - [`Form::Level`] ([`level`]): presence, cold, weekends and a level that wanders, for electricity.
//! - [`Form::Monthly`] ([`monthly`]): the reference dashboard's months by degree-days and occupancy.
//!
//! It gives a [`Fit`] with what a page shows, that predicts any other days and that is kept as it is, or a [`Refusal`]
//! that says what is missing. A detection of changes goes by [`Fit::watch`] and [`Fit::baseline`]: residuals, sigma,
//! rows, covariance, phi, kappa and the scores of days left out. Electricity has a baseline beside its level for that:
//! the level would follow a change and hide it.
//!
//! # How an interval is made
//!
//! 1. Coefficients by least squares, their covariance V by Newey and West over 14 days ([`baseline`]).
//! 2. A day's standard deviation by its cold, the likeness of neighbours phi ([`noise`]).
//! 3. A sum of days D: `sd^2 = sum sigma_i sigma_j phi^|i-j| + x_D' V x_D`.
//! 4. `kappa`: what months missed by that were left out with their quarter, over that sd; at least 1, and at least 1.6 of
//!    fewer than six months. The interval is `t(0.975, months - 1) kappa sd`. Days have a gaussian one.
//!
//! A level has the interval of its own state; sums get the same t, days the factor that held 95 % of those learnt.
//!
//! # Not enough days
//!
//! [`Sufficiency`], by heating days (below 16 degC without the sun): fewer than 60 are refused as waiting; up to 150,
//! or without 60 other days and 14 degC of spread, base 17 and sun 0.2 are assumed and the fit is provisional; from there
//! on they are searched. A level waits for 60 days and is provisional for a year, months are provisional up to twelve.
//!
//! # What it reaches
//!
//! One real home of 14 MWh of electricity and 15 MWh of gas a year; the example `regression`, and
//! `cargo xtask bench analysis` beside the goals. In brackets the prototype of the recipe, whose year 2025 was kept
//! apart and is not here: its rolling months reach to October 2025, ours to December 2024. Errors are root mean
//! squares as a share of the mean.
//!
//! | gas | months | days | inside | half-width |
//! |---|---|---|---|---|
//! | 2023-2024, quarters left out | 10.1 % (10.1) | 40.4 % (40.4) | | |
//! | one month ahead, 14 months (24) | 12.3 % (12.4) | | 14 of 14 (24 of 24), days 95.1 % (95.8) | 27.5 % (26.9) |
//! | of which October to April, 9 (14) | 10.0 % | | 9 of 9 (14 of 14) | 24.5 % |
//! | 2024 from the 14 months before | 14.2 % | | 12 of 12, days 94.0 % | 28.0 % |
//! | the reference's months, one ahead | 20.8 % | | 14 of 14 (24 of 24) | 64.5 % (65.7) |
//! | the reference's months, 2024 from before | 27.3 % (2025: 29.5) | | 12 of 12 | 82.5 % |
//!
//! Base 17.0 and sun 0.20 degC per MJ/m2, constant 1.74 kWh, 9.95 kWh per degree, phi 0.36, kappa 1: all as the
//! prototype's. Of 2024, a week of February had the heating off: it is a part of the +7 % that the months lean.
//!
//! | electricity, one month ahead, 24 months (34) | months | inside | half-width | days inside |
//! |---|---|---|---|---|
//! | level, noise by the cold | 14.8 % (15.3) | 23 (32 of 34) | 29.2 % (28.2) | 93.4 % (94.4) |
//! | level, the same noise on all inhabited days | 15.7 % | 22 | 29.5 % | 92.5 % |
//! | level without occupancy | 17.1 % | 23 | 30.7 % | 92.7 % |
//! | the reference's months | 20.2 % (22.3) | 21 (30 of 34) | 29.4 % (33.9) | |
//!
//! | gas, homes that begin 2022-11 to 2023-11, the year after | homes | error | 90th percentile | months inside |
//! |---|---|---|---|---|
//! | 60 to 90 heating days learnt | 66 | 10 % | 42 % (28) | 100 % |
//! | 90 to 120 | 45 | 11 % | 33 % (19) | 98 % |
//! | 120 to 150 | 41 | 11 % | 20 % (13) | 97 % |
//! | 150 to 250, base and sun searched in two of three | 93 | 16 % | 21 % (16 to 22) | 93 % |
//!
//! These homes overlap, and the prototype's begin up to June 2024.
//!
//! Three years of days, search, months and days included: 9 ms of one processor for gas, 20 ms for
//! electricity, below 1 ms for months.
//!
//! # What helped, and what did not
//!
//! - Noise of electricity that grows with the cold: -2 log likelihood 5632 to 5608 over 2022-2024, and see above. A
//!   variance that triples does no better (5629).
//! - Student's t for sums with a level: 22 months instead of 21 inside. Kappa for them: months learnt lie within their sd
//!   (0.88 of it), nothing to widen.
//! - Innovations that are smaller in an empty house, instead of the noise itself: worse by 76.
//! - A level that steps farther (q to 0.1): the likelihood gains 4, months lose 0.2 %, intervals widen to 30.9 %.
//! - Searching base and sun anew in each fold, as a home does, is what the 10.1 % are: no structure is taken from the
//!   quarter that is left out.
//! - Huber's weights, squared hinges, the 06:00 day of gas, trends and the other columns that the recipe lists as no gain
//!   are not here. Only absurd values are set aside ([`Fit::set_aside`]): ten robust standard deviations; the oddest day
//!   of this home is at 6.2.

pub mod baseline;
pub mod daily;
mod days;
pub mod effective;
mod filter;
mod fit;
pub mod level;
pub mod linear;
pub mod monthly;
pub mod noise;
mod refusal;
mod robust;
pub mod student;
mod table;

pub use baseline::{Baseline, Expected, Row, Watched};
pub use daily::{Daily, Shape, Sufficiency};
pub use days::Days;
pub use filter::Wander;
pub use fit::{DayFit, Fit, Fitted, Form, MonthFit, Request, Status, fit};
pub use level::Level;
pub use linear::{Coefficient, Linear, Prediction};
pub use monthly::Monthly;
pub use noise::Noise;
pub use refusal::Refusal;
