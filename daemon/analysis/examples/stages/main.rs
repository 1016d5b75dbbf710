//! The model stage by stage on the shared samples, in every case of weather.
//!
//! `cargo run --release -p watteau-analysis --example stages [2016] [STAGE]`: with 2016 from rebuilt temperatures.

#[path = "../common/mod.rs"]
mod common;

use common::{Prepared, day, hours};
use watteau_analysis::features::Group;
use watteau_analysis::{Forecasts, Issue, Model, Spec, Weather};

/// Stages: name, groups left out, correction by recent errors.
const STAGES: [(&str, &[Group], bool); 5] = [
    ("gam", &[Group::Ext, Group::Lag, Group::Ldt, Group::Rff], false),
    ("+residual", &[Group::Ext, Group::Lag, Group::Ldt, Group::Rff], true),
    ("+regional", &[Group::Lag, Group::Ldt, Group::Rff], true),
    ("+lags", &[Group::Rff], true),
    ("full", &[], true),
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let prepared = Prepared::read(arguments.iter().any(|argument| argument == "2016"))?;
    let Prepared { temperatures, grid, first, .. } = &prepared;
    let only = arguments.iter().find(|argument| *argument != "2016");
    let years = [(day(2022, 6, 1), day(2024, 5, 31)), (day(2024, 6, 1), day(2025, 5, 31))];
    println!("MAPE %, coverage of the 80 % interval %: 2022-06..2024-05, then 2024-06..2025-05");
    println!(
        "{:28}   true              0.75              calibrated        1.2               calibrated        none",
        ""
    );
    for issue in [Issue::Morning, Issue::Evening] {
        let known = issue.known_hours();
        let scale = Model::fit_scale(grid, temperatures, issue, *first, day(2022, 5, 31));
        let noise = |rmse| Forecasts::noisy(temperatures, grid.days(), known, rmse, 1);
        let noisy = |rmse| Weather::Forecasts(noise(rmse));
        let calibrated = |rmse| Weather::Forecasts(noise(rmse).calibrated(temperatures, grid.days(), known));
        let none = Weather::Forecasts(Forecasts::persistent(temperatures, grid.days(), known));
        let cases = [Weather::Measured, noisy(0.75), calibrated(0.75), noisy(1.2), calibrated(1.2), none];
        for (name, without, residual) in &STAGES {
            if only.is_some_and(|only| only != name) {
                continue;
            }
            let spec = Spec { residual: *residual, ..Spec::new(issue).without(without) };
            let begun = std::time::Instant::now();
            let mut model = Model::new(spec, scale.clone(), *first, cases.len());
            let all = model.run(grid, temperatures, &cases, years[1].1, 2)?;
            print!("{issue:?} {name:10} {:5.1} s ", begun.elapsed().as_secs_f64());
            for forecasts in &all {
                let [val, test] = years.map(|(from, to)| prepared.score(forecasts, from, to));
                print!(" | {:.3} {:.1} {:.3} {:.1}", val.mape, val.coverage, test.mape, test.coverage);
            }
            println!();
            if *name == "full" {
                let operator = years.map(|(from, to)| {
                    prepared.score_series(&hours(&all[0], from, to), &prepared.samples.operator).mape
                });
                println!("RTE, evening before           | {:.3}      {:.3}", operator[0], operator[1]);
            }
        }
    }
    Ok(())
}
