//! An invented country: a load that follows temperature, hour and weekday, and noise without a library.

use jiff::civil::date;
use watteau_analysis::temperature::CITIES;
use watteau_analysis::{
    Day, DayForecast, Grid, Hourly, Issue, LocalDays, Model, SchoolHolidays, Spec, Target, Temperatures,
    Weather,
};

/// A number in -1..1 that looks random.
pub(crate) fn noise(n: i64) -> f64 {
    let mixed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 40) as f64) / f64::from(1 << 23) - 1.0
}

/// Load and temperatures of some days.
#[derive(Clone)]
pub(crate) struct Country {
    pub(crate) first: Day,
    pub(crate) last: Day,
    pub(crate) load: Hourly,
    pub(crate) cities: [Hourly; CITIES],
}

impl Country {
    /// `days` days from a date on.
    pub(crate) fn new(first: Day, days: i32) -> Country {
        let last = first.plus(days - 1);
        let local = LocalDays::paris(first, last).unwrap();
        let (start, end) = (local.hours(first).start, local.hours(last).end);
        let temperature = |hour: i64, city: usize| {
            let year = (hour as f64 / 8766.0 * std::f64::consts::TAU).cos();
            let day = ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).cos();
            12.0 - 8.0 * year - 4.0 * day + 3.0 * noise(hour / 60) + 0.3 * noise(hour + 7919 * city as i64)
        };
        let cities = std::array::from_fn(|city| {
            Hourly::new(start, (start..end).map(|hour| temperature(hour, city)).collect())
        });
        let mut load = Vec::new();
        for day in first.to(last) {
            for (hour, local_hour) in local.hours(day).zip(local.local_hours(day)) {
                let heating = (15.0 - temperature(hour, 7)).max(0.0);
                let work = if day.weekday() < 5 { 6_000.0 } else { 0.0 };
                let shape = 4_000.0 * (local_hour as f64 / 24.0 * std::f64::consts::TAU).sin();
                load.push(42_000.0 + work - shape + 1_500.0 * heating + 300.0 * noise(hour * 31));
            }
        }
        Country { first, last, load: Hourly::new(start, load), cities }
    }

    /// Ten weeks around a change of clocks.
    pub(crate) fn ten_weeks() -> Country {
        Country::new(Day::new(date(2024, 8, 26)), 70)
    }

    pub(crate) fn grid(&self) -> Result<Grid, watteau_analysis::Error> {
        Grid::new(&self.load, &SchoolHolidays::built_in(), Target::Log, self.first, self.last)
    }

    pub(crate) fn temperatures(&self) -> Temperatures {
        Temperatures::new(&self.cities)
    }

    /// A model with few Fourier functions that has learnt nothing.
    pub(crate) fn model(&self, issue: Issue, cases: usize) -> Model {
        let (grid, temperatures) = (self.grid().unwrap(), self.temperatures());
        let scale = Model::fit_scale(&grid, &temperatures, issue, self.first.plus(8), self.first.plus(30));
        Model::new(Spec { fourier: 20, ..Spec::new(issue) }, scale, self.first.plus(8), cases)
    }

    /// Forecasts of every day in each case, by a new model.
    pub(crate) fn forecasts(&self, issue: Issue, cases: &[Weather]) -> Vec<Vec<DayForecast>> {
        let mut model = self.model(issue, cases.len());
        model.run(&self.grid().unwrap(), &self.temperatures(), cases, self.last, 2).unwrap()
    }
}
