//! Makes the prior that ships, and measures what it is worth to a new installation.
//!
//! `cargo run --release -p watteau-analysis --example prior [FILE]`: with FILE it is written there, learnt up to
//! 2024-05-31; without, priors learnt up to 2022-05-31 and 2024-05-31 are tried on installations of later days.

#[path = "../common/mod.rs"]
mod common;

use common::{Prepared, day};
use watteau_analysis::{Day, Forecasts, Issue, Model, Prior, Spec, Weather};

fn cases(prepared: &Prepared, issue: Issue) -> [Weather; 2] {
    let known = issue.known_hours();
    let noisy = Forecasts::noisy(&prepared.temperatures, prepared.grid.days(), known, 0.75, 1);
    [Weather::Measured, Weather::Forecasts(noisy)]
}

fn learn(prepared: &Prepared, issue: Issue, last: Day) -> anyhow::Result<Model> {
    let Prepared { temperatures, grid, first, .. } = prepared;
    let scale = Model::fit_scale(grid, temperatures, issue, *first, day(2022, 5, 31));
    let mut model = Model::new(Spec::new(issue), scale, *first, 2);
    // A model knows the day two days before the last one it forecast.
    model.run(grid, temperatures, &cases(prepared, issue), last.plus(2), 2)?;
    Ok(model)
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
    if let Some(path) = std::env::args().nth(1) {
        let mut models = Vec::new();
        for issue in [Issue::Morning, Issue::Evening] {
            models.push(learn(&prepared, issue, day(2024, 5, 31))?);
        }
        let bytes = Prior::make(&mut models, 1)?.to_bytes()?;
        std::fs::write(&path, &bytes)?;
        println!("{path}: {} bytes", bytes.len());
        return Ok(());
    }
    let issue = Issue::Morning;
    let cases = cases(&prepared, issue);
    for (through, installed) in [
        (day(2022, 5, 31), [day(2022, 6, 1), day(2022, 9, 1), day(2022, 12, 1), day(2023, 3, 1)]),
        (day(2022, 5, 31), [day(2023, 6, 1), day(2023, 9, 1), day(2023, 12, 1), day(2024, 3, 1)]),
        (day(2024, 5, 31), [day(2024, 6, 1), day(2024, 8, 1), day(2024, 9, 1), day(2024, 10, 1)]),
    ] {
        let mut learnt = learn(&prepared, issue, through)?;
        let prior = Prior::make(std::slice::from_mut(&mut learnt), 1)?;
        println!(
            "prior to {through}: {} bytes; MAPE %, true and 0.75 degC, coverage %",
            prior.to_bytes()?.len()
        );
        let last = installed[3].plus(240).min(day(2025, 5, 31));
        let whole = learnt.run(&prepared.grid, &prepared.temperatures, &cases, last, 2)?;
        let mut sums = [[[0.0; 4]; 3]; WINDOWS.len()];
        for first in installed {
            let cold = Model::new(Spec::new(issue), learnt.scale().clone(), first, 2);
            let warm = prior.start(issue, first, 2)?;
            let last = first.plus(240).min(day(2025, 5, 31));
            let mut runs = vec![whole.clone()];
            for mut model in [warm, cold] {
                runs.push(model.run(&prepared.grid, &prepared.temperatures, &cases, last, 2)?);
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
