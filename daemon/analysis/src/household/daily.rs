//! Energy of a day: one linear model of the root of kWh that learns every day.

use super::epochs::epochs;
use super::home::{Table, mean};
use crate::kalman::{Filter, Pace};

/// What is burnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// Electricity: heating or not, there is a load that never stops.
    Electricity,
    /// Gas: mostly heating, next to nothing in summer.
    Gas,
}

/// What may be used, and how old the news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    /// The last day that is known lies so many days before the day to forecast.
    pub(crate) lead: usize,
    pub(crate) temperature: bool,
    pub(crate) presence: bool,
}

/// Drift by day and prior variance of a group of coefficients.
#[derive(Debug, Clone, Copy)]
struct Group {
    prior: f64,
    drift: f64,
}

#[derive(Debug, Clone, Copy)]
struct Tuning {
    /// Temperatures below which one heats, degC.
    hinges: &'static [f64],
    level: Group,
    heating: Group,
    rest: Group,
    /// Outliers begin at so many standard deviations.
    hub: f64,
    /// Assumed noise of the root of the energy relative to its mean.
    noise: f64,
}

const HEATING: Group = Group { prior: 1.0, drift: 1e-5 };

const ELECTRICITY: Tuning = Tuning {
    hinges: &[15.0],
    level: Group { prior: 100.0, drift: 3e-2 },
    heating: HEATING,
    rest: Group { prior: 0.5, drift: 1e-4 },
    hub: 3.0,
    noise: 0.11,
};

const GAS: Tuning = Tuning {
    hinges: &[8.0, 12.0, 16.0],
    level: Group { prior: 100.0, drift: 3e-4 },
    heating: HEATING,
    rest: Group { prior: 0.3, drift: 1e-4 },
    hub: 1.3,
    noise: 0.15,
};

/// Assumed at first: a third of the last known day's departure is left. Nothing else is assumed.
const LAST_DAY: f64 = 1.0;
const PACE: Pace = Pace { memory: 0.97, warm_up: 15 };
/// Weekdays that have a coefficient; Tuesday and Thursday are the usual day.
const WEEKDAYS: [usize; 5] = [0, 2, 4, 5, 6];
/// The last known day, the last week, a week before.
const LAGS: usize = 3;
/// Lags are no further off than this, in standard deviations, lest a freak day moves the next ones.
const MOST_LAG: f64 = 6.0;

impl Carrier {
    fn tuning(self) -> Tuning {
        match self {
            Carrier::Electricity => ELECTRICITY,
            Carrier::Gas => GAS,
        }
    }
}

/// Level and noise of the root of a home's energy.
#[derive(Debug, Clone, Copy)]
struct Scale {
    mean: f64,
    noise: f64,
}

impl Scale {
    fn of(kwh: &[f64], noise: f64) -> Scale {
        let roots: Vec<f64> = kwh.iter().map(|kwh| kwh.sqrt()).collect();
        let mean = mean(&roots);
        Scale { mean, noise: (noise * mean).max(0.02) }
    }

    fn standard(self, kwh: f64) -> f64 {
        (kwh.sqrt() - self.mean) / self.noise
    }

    fn kwh(self, z: f64) -> f64 {
        (self.mean + self.noise * z).max(0.0).powi(2)
    }
}

/// The model of a carrier: which columns, and how freely each wanders.
pub(crate) struct Model<'a> {
    table: &'a Table,
    given: Given,
    tuning: Tuning,
    mean: Vec<f64>,
    prior: Vec<f64>,
    drift: Vec<f64>,
}

impl<'a> Model<'a> {
    pub(crate) fn new(table: &'a Table, carrier: Carrier, given: Given) -> Model<'a> {
        let tuning = carrier.tuning();
        let heating = if given.temperature { 3 * tuning.hinges.len() } else { 0 };
        // Cooling, season, weekdays, lags, absence.
        let rest = usize::from(given.temperature) + 2 + WEEKDAYS.len() + LAGS + usize::from(given.presence);
        let groups = std::iter::once(tuning.level)
            .chain(std::iter::repeat_n(tuning.heating, heating))
            .chain(std::iter::repeat_n(tuning.rest, rest));
        let (prior, drift): (Vec<f64>, Vec<f64>) = groups.map(|group| (group.prior, group.drift)).unzip();
        let mut mean = vec![0.0; prior.len()];
        mean[prior.len() - LAGS - usize::from(given.presence)] = LAST_DAY;
        Model { table, given, tuning, mean, prior, drift }
    }

    /// Columns of day `index`: `t` gives the temperature so many days before, `z` the standardised energies.
    pub(crate) fn row(&self, index: usize, t: impl Fn(usize) -> f64, z: &[f64], x: &mut Vec<f64>) {
        let (table, given) = (self.table, self.given);
        x.clear();
        x.push(1.0);
        if given.temperature {
            for hinge in self.tuning.hinges {
                x.extend([0, 1, 2].map(|back| (hinge - t(back)).max(0.0) / 5.0));
            }
            x.push((t(0) - 22.0).max(0.0) / 3.0);
        }
        x.extend([table.angle[index].cos(), table.angle[index].sin()]);
        x.extend(WEEKDAYS.map(|weekday| f64::from(table.weekday[index] == weekday)));
        let lag = |back: usize| index.checked_sub(back).map_or(0.0, |at| last_known(z, at)) / 3.0;
        let week_end = (index + 1).saturating_sub(given.lead).min(z.len());
        let week = mean(&z[week_end.saturating_sub(7)..week_end]);
        x.push(lag(given.lead));
        x.push(if week.is_finite() { week / 3.0 } else { 0.0 });
        x.push(lag(7 * given.lead.div_ceil(7)));
        if given.presence {
            x.push(1.0 - table.presence[index]);
        }
    }

    /// Forecasts of all days, kWh, each from what was known `lead` days before; NaN where there is none.
    pub(crate) fn run(&self) -> Vec<f64> {
        let (table, lead) = (self.table, self.given.lead);
        let mut made = vec![f64::NAN; table.len()];
        let mut x = Vec::new();
        self.replay(|state, learnt| {
            let target = state + lead;
            if target < made.len() {
                self.row(target, |back| table.temperature(target, back, lead), learnt.z, &mut x);
                made[target] = learnt.expect(&x);
            }
        });
        made
    }

    /// Learns day after day, and shows what was learnt at the end of each.
    pub(crate) fn replay(&self, mut show: impl FnMut(usize, &mut Learnt)) {
        let table = self.table;
        let mut x = Vec::new();
        for epoch in epochs(table.kwh.iter().map(|kwh| kwh.is_finite())) {
            let scale = Scale::of(&table.kwh[..epoch.scaled_by], self.tuning.noise);
            let z = &mut self.lags(scale);
            let filter = Filter::new(&self.mean, &self.prior);
            let mut learnt = Learnt { filter, scale, z };
            for state in 0..epoch.states.end {
                self.learn(&mut learnt, state, &mut x);
                if epoch.states.contains(&state) {
                    show(state, &mut learnt);
                }
            }
        }
    }

    /// Standardised energies as lags use them.
    fn lags(&self, scale: Scale) -> Vec<f64> {
        let clipped = |kwh: &f64| scale.standard(*kwh).clamp(-MOST_LAG, MOST_LAG);
        self.table.kwh.iter().map(clipped).collect()
    }

    /// One day goes by, and is learnt if it is known.
    fn learn(&self, learnt: &mut Learnt, index: usize, x: &mut Vec<f64>) {
        learnt.filter.grow();
        let y = learnt.scale.standard(self.table.kwh[index]);
        if y.is_finite() {
            self.row(index, |back| self.table.temperature(index, back, 0), learnt.z, x);
            if x.iter().all(|x| x.is_finite()) {
                learnt.filter.learn_at(PACE, x, y, &self.drift, self.tuning.hub);
            }
        }
    }
}

/// What is known of a home at the end of a day.
pub(crate) struct Learnt<'a> {
    filter: Filter,
    scale: Scale,
    /// Standardised energies of all days. Whoever looks must not look ahead, but may put forecasts there for a while.
    pub(crate) z: &'a mut [f64],
}

impl Learnt<'_> {
    /// Energy to expect, kWh.
    pub(crate) fn expect(&self, x: &[f64]) -> f64 {
        self.scale.kwh(self.filter.expect(x))
    }

    /// The same on the scale of the lags.
    pub(crate) fn standard(&self, kwh: f64) -> f64 {
        self.scale.standard(kwh).clamp(-MOST_LAG, MOST_LAG)
    }
}

/// The last known value within the week that ends at an index, else the mean.
fn last_known(z: &[f64], at: usize) -> f64 {
    (at.saturating_sub(6)..=at).rev().filter_map(|i| z.get(i)).copied().find(|z| z.is_finite()).unwrap_or(0.0)
}
