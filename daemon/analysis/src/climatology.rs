//! A forecast of temperatures without a weather service: the usual temperature of the date and hour, and what is left
//! of today's departure from it.
//!
//! Both are learnt day by day from what was measured, so that a backtest sees nothing of the future. The usual
//! temperature of an hour is two harmonics of the year; the departure some hours ahead is a regression on the
//! departure of the last hour and the mean ones of 3 and 24 hours in the city, and of 24 hours in the country.

use crate::calendar::{Day, LocalDays};
use crate::kalman::{Filter, dot};
use crate::temperature::{CITIES, CITY, Temperatures};
use crate::weather_case::Forecasts;

const HARMONICS: usize = 5;
const PREDICTORS: usize = 4;
/// Departures last for days: a day counts as the fraction of an independent measurement that this spread makes it.
const USUAL_SPREAD: f64 = 12.0;
const DEPARTURE_SPREAD: f64 = 3.0;
const NO_OUTLIERS: f64 = 1e9;
const STEADY: [f64; HARMONICS] = [0.0; HARMONICS];

/// What French towns have in common, where learning starts: 12.5 degC in the mean, 8 more at the end of July.
fn start() -> Filter {
    let mean = [12.5, -7.5, -2.7, 0.0, 0.0].map(|t| t / USUAL_SPREAD);
    let variance = [9.0, 2.0, 2.0, 0.5, 0.5].map(|v| v / (USUAL_SPREAD * USUAL_SPREAD));
    Filter::new(&mean, &variance)
}

fn year(day: Day) -> [f64; HARMONICS] {
    let w = std::f64::consts::TAU * f64::from(day.date().day_of_year()) / 365.25;
    [1.0, w.cos(), w.sin(), (2.0 * w).cos(), (2.0 * w).sin()]
}

/// Temperatures of every hour of some days, cities side by side; NaN where unknown.
type Hours = [[f64; CITIES]; 24];

struct Learner<'a> {
    temperatures: &'a Temperatures,
    days: &'a LocalDays,
    known: usize,
    /// By local hour and city.
    usual: Vec<[Filter; CITIES]>,
    /// By hours ahead and city.
    departure: Vec<[Filter; CITIES]>,
}

impl Learner<'_> {
    fn measured(&self, day: Day) -> Hours {
        self.days.slots(day).map(|slot| self.temperatures.cities(slot.hour - i64::from(slot.count == 0)))
    }

    fn usual(&self, day: Day, hour: usize, city: usize) -> f64 {
        USUAL_SPREAD * self.usual[hour][city].expect(&year(day))
    }

    fn learn_usual(&mut self, day: Day) {
        let (row, measured) = (year(day), self.measured(day));
        for (filters, cities) in self.usual.iter_mut().zip(measured) {
            for (filter, t) in filters.iter_mut().zip(cities).filter(|(_, t)| t.is_finite()) {
                filter.grow();
                filter.learn(&row, t / USUAL_SPREAD, &STEADY, NO_OUTLIERS);
            }
        }
    }

    /// Mean departures of the last hours before the issue for `day`: of 24 hours, 3 hours and the last one by
    /// city, then of the country's 24.
    fn predictors(&self, day: Day) -> [[f64; PREDICTORS]; CITIES] {
        let departures = |day: Day, hour: usize| {
            let cities = self.measured(day)[hour];
            std::array::from_fn::<f64, CITIES, _>(|city| cities[city] - self.usual(day, hour, city))
        };
        let today = (0..self.known).map(|hour| departures(day.plus(-1), hour));
        let yesterday = (self.known..24).map(|hour| departures(day.plus(-2), hour));
        let rows: Vec<[f64; CITIES]> = yesterday.chain(today).collect();
        let mean = |rows: &[[f64; CITIES]], city: usize| {
            rows.iter().map(|row| row[city]).sum::<f64>() / rows.len() as f64
        };
        let country: f64 = CITY.iter().enumerate().map(|(i, city)| city.weight * mean(&rows, i)).sum();
        std::array::from_fn(|city| {
            [mean(&rows, city), mean(&rows[21..], city), rows[23][city], country]
                .map(|t| t / DEPARTURE_SPREAD)
        })
    }

    /// The local hours that are forecast for `day`, in order.
    fn ahead(&self, day: Day) -> impl Iterator<Item = (Day, usize)> + use<> {
        let known = self.known;
        (known..24).map(move |hour| (day.plus(-1), hour)).chain((0..24).map(move |hour| (day, hour)))
    }

    /// Learns what came of the forecast for `day`.
    fn learn_departure(&mut self, day: Day) {
        let predictors = self.predictors(day);
        for (ahead, (day, hour)) in self.ahead(day).enumerate() {
            let measured = self.measured(day)[hour];
            for city in 0..CITIES {
                let departure = (measured[city] - self.usual(day, hour, city)) / DEPARTURE_SPREAD;
                if departure.is_finite() && predictors[city].iter().all(|p| p.is_finite()) {
                    let filter = &mut self.departure[ahead][city];
                    filter.grow();
                    filter.learn(&predictors[city], departure, &STEADY[..PREDICTORS], NO_OUTLIERS);
                }
            }
        }
    }

    fn forecast(&self, day: Day) -> Vec<[f64; CITIES]> {
        let predictors = self.predictors(day);
        let local: Vec<(Day, usize, [f64; CITIES])> = self
            .ahead(day)
            .enumerate()
            .map(|(ahead, (of, hour))| {
                let cities = std::array::from_fn(|city| {
                    let departure = dot(self.departure[ahead][city].coefficients(), &predictors[city]);
                    self.usual(of, hour, city) + DEPARTURE_SPREAD * departure
                });
                (of, hour, cities)
            })
            .collect();
        let [before, after] = [day.plus(-1), day].map(|day| self.days.slots(day));
        let hours = local.iter().flat_map(|(of, hour, cities)| {
            let slots = if *of == day { &after } else { &before };
            std::iter::repeat_n(*cities, usize::from(slots[*hour].count))
        });
        hours.collect()
    }
}

impl Forecasts {
    /// Forecasts without a weather service, for the days from the third of `days` on.
    pub fn persistent(temperatures: &Temperatures, days: &LocalDays, known: usize) -> Forecasts {
        let filters = |filter: Filter| std::array::from_fn(|_| filter.clone());
        let departure = Filter::new(&[0.4, 0.2, 0.0, 0.0], &[0.1; PREDICTORS]);
        let mut learner = Learner {
            temperatures,
            days,
            known,
            usual: vec![filters(start()); 24],
            departure: vec![filters(departure); 48 - known],
        };
        let mut by_day = Vec::new();
        for day in days.first().plus(2).to(days.last()) {
            learner.learn_usual(day.plus(-2));
            if day.plus(-4) >= days.first() {
                learner.learn_departure(day.plus(-2));
            }
            by_day.push((day, learner.forecast(day)));
        }
        Forecasts::new(by_day)
    }
}
