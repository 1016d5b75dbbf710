//! Makes the prior that ships, and measures what it is worth to a new installation.
//!
//! `cargo run --release -p watteau-analysis --example prior -- [FILE]`: with FILE it is written there, learnt up to
//! 2024-05-29, the last whole day that is known when 2024-06-01 is forecast; without, priors are tried on the years
//! after them, and on installations of later days.

#[path = "../common/mod.rs"]
mod common;

use common::{Prepared, day, years};
use watteau_analysis::backtest::{Backtest, Case};
use watteau_analysis::{Day, Grid, Issue, Model, Prior, Spec, Temperatures, Weather};

/// Cases that the years after a prior are scored in.
const SCORED: [Case; 5] = [
    Case::Measured,
    Case::Noisy { rmse: 0.75, seed: 1 },
    Case::Calibrated { rmse: 0.75, seed: 1 },
    Case::Calibrated { rmse: 1.2, seed: 1 },
    Case::Without,
];
const CASES: [Case; 2] = [Case::Measured, Case::Calibrated { rmse: 0.75, seed: 1 }];
/// The case whose corrections and widths ship: the one most like a weather service's.
const SHIPPED: usize = 1;

/// What models of one time of issue share.
struct Ground {
    grid: Grid,
    temperatures: Temperatures,
    weather: Vec<Weather>,
    issue: Issue,
    first: Day,
}

impl Ground {
    fn new(prepared: &Prepared, issue: Issue) -> anyhow::Result<Ground> {
        let grid = prepared.backtest(Spec::new(issue), &CASES).grid()?;
        let temperatures = Temperatures::new(&prepared.samples.cities);
        let weather =
            CASES.map(|case| case.weather(&temperatures, grid.days(), issue.known_hours())).to_vec();
        Ok(Ground { grid, temperatures, weather, issue, first: prepared.first })
    }

    /// A model that has learnt up to `last`.
    fn learn(&self, last: Day) -> anyhow::Result<Model> {
        let Ground { grid, temperatures, weather, issue, first } = self;
        let scale = Model::fit_scale(grid, temperatures, *issue, *first, day(2022, 5, 31));
        let mut model = Model::new(Spec::new(*issue), scale, *first, CASES.len());
        // A model knows the day two days before the last one it forecast.
        model.run(grid, temperatures, weather, last.plus(2), 2)?;
        Ok(model)
    }
}

/// Days after the installation over which a forecast is scored.
const WINDOWS: [(&str, i32, i32); 5] = [
    ("at once", 2, 14),
    ("2 weeks", 15, 28),
    ("4 weeks", 29, 56),
    ("8 weeks", 57, 112),
    ("26 weeks", 183, 239),
];

fn main() -> anyhow::Result<()> {
    let prepared = Prepared::read(true)?;
    let Some(path) = std::env::args().nth(1) else {
        served(&prepared, &Prepared::read(false)?)?;
        return measure(&prepared);
    };
    let [_, (from, _)] = years();
    let bytes = whole(&prepared, from.plus(-3))?.to_bytes()?;
    std::fs::write(&path, &bytes)?;
    println!("{path}: {} bytes", bytes.len());
    Ok(())
}

/// A prior for both times of issue.
fn whole(prepared: &Prepared, last: Day) -> anyhow::Result<Prior> {
    let mut models = Vec::new();
    for issue in [Issue::Morning, Issue::Evening] {
        models.push(Ground::new(prepared, issue)?.learn(last)?);
    }
    Ok(Prior::make(&mut models, SHIPPED)?)
}

/// The years of the protocol, each from a prior of older years, learnt to the last whole day known when its first day is
/// forecast; of the weather, what the samples measured.
fn served(old: &Prepared, prepared: &Prepared) -> anyhow::Result<()> {
    println!("MAPE % (coverage of the 80 % interval): {SCORED:?}");
    for (from, to) in years() {
        let prior = whole(old, from.plus(-3))?;
        let evening = Spec::new(Issue::Evening);
        for spec in [Spec::new(Issue::Morning), evening.clone(), evening.with_operator()] {
            let name = format!("{:?}{}", spec.issue, if spec.operator { " with RTE" } else { "" });
            let backtest = Backtest {
                learn_from: prior.through().plus(1),
                until: to,
                ..prepared.backtest(spec, &SCORED)
            };
            print!("{from} {name:16}");
            for forecasts in backtest.run(Some(&prior))? {
                let scores = prepared.score(&forecasts, from, to);
                print!("  {:.3} ({:.1})", scores.mape, scores.coverage);
            }
            println!();
        }
    }
    Ok(())
}

fn measure(prepared: &Prepared) -> anyhow::Result<()> {
    let ground = Ground::new(prepared, Issue::Morning)?;
    let Ground { grid, temperatures, weather, issue, .. } = &ground;
    let quarters = |year| [day(year, 6, 1), day(year, 9, 1), day(year, 12, 1), day(year + 1, 3, 1)];
    for (through, installed) in [
        (day(2022, 5, 31), quarters(2022)),
        (day(2022, 5, 31), quarters(2023)),
        (day(2024, 5, 31), [day(2024, 6, 1), day(2024, 8, 1), day(2024, 9, 1), day(2024, 10, 1)]),
    ] {
        let mut learnt = ground.learn(through)?;
        let prior = Prior::make(std::slice::from_mut(&mut learnt), SHIPPED)?;
        println!(
            "prior to {through}: {} bytes; installed {}..{}",
            prior.to_bytes()?.len(),
            installed[0],
            installed[3]
        );
        let until = |first: Day| first.plus(240).min(grid.days().last());
        let whole = learnt.run(grid, temperatures, weather, until(installed[3]), 2)?;
        let mut sums = [[[0.0; 4]; 3]; WINDOWS.len()];
        for first in installed {
            let cold = Model::new(Spec::new(*issue), learnt.scale().clone(), first, CASES.len());
            let warm = prior.start(*issue, first, CASES.len())?;
            let mut runs = vec![whole.clone()];
            for mut model in [warm, cold] {
                runs.push(model.run(grid, temperatures, weather, until(first), 2)?);
            }
            for (sums, (_, from, to)) in sums.iter_mut().zip(WINDOWS) {
                for (sum, run) in sums.iter_mut().zip(&runs) {
                    for (case, forecasts) in run.iter().enumerate() {
                        let scores = prepared.score(forecasts, first.plus(from), first.plus(to));
                        sum[2 * case] += scores.mape / 4.0;
                        sum[2 * case + 1] += scores.coverage / 4.0;
                    }
                }
            }
        }
        println!("MAPE % (coverage of the 80 % interval), true temperature and 0.75 degC of error");
        println!("{:10}  all history               prior                     nothing", "");
        for (sums, (name, ..)) in sums.iter().zip(WINDOWS) {
            print!("{name:10}");
            for [a, b, c, d] in sums {
                print!("  {a:5.2} ({b:4.1}) {c:5.2} ({d:4.1})");
            }
            println!();
        }
    }
    Ok(())
}
