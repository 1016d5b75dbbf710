//! The model stage by stage on the shared samples, in every case of weather.
//!
//! `cargo run --release -p watteau-analysis --example stages -- [2016] [STAGE]`: with 2016 from rebuilt temperatures,
//! else from the first measured one. Prints the MAPE of the years to choose on and of the year for the record.

#[path = "../common/mod.rs"]
mod common;

use common::{Prepared, years};
use watteau_analysis::backtest::{Case, by_month, hours, naive};
use watteau_analysis::features::Group::{self, Ext, Lag, Ldt, Rff, Week};
use watteau_analysis::{Issue, Spec};

/// A stage: name, the groups that it leaves out, correction by recent errors, the operator's forecast as an input.
type Stage = (&'static str, &'static [Group], bool, bool);

const STAGES: [Stage; 7] = [
    ("gam", &[Week, Ext, Lag, Ldt, Rff], false, false),
    ("+residual", &[Week, Ext, Lag, Ldt, Rff], true, false),
    ("+regional", &[Week, Lag, Ldt, Rff], true, false),
    ("+lags", &[Week, Rff], true, false),
    ("+fourier", &[Week], true, false),
    ("+week", &[], true, false),
    ("+operator", &[], true, true),
];

const CASES: [Case; 6] = [
    Case::Measured,
    Case::Noisy { rmse: 0.75, seed: 1 },
    Case::Calibrated { rmse: 0.75, seed: 1 },
    Case::Noisy { rmse: 1.2, seed: 1 },
    Case::Calibrated { rmse: 1.2, seed: 1 },
    Case::Without,
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let prepared = Prepared::read(arguments.iter().any(|argument| argument == "2016"))?;
    let only = arguments.iter().find(|argument| *argument != "2016");
    println!(
        "{:26} | true          | 0.75          | calibrated    | 1.2           | calibrated    | none",
        ""
    );
    for issue in [Issue::Morning, Issue::Evening] {
        for (name, without, residual, operator) in STAGES {
            if only.is_some_and(|only| only != name) || (operator && issue == Issue::Morning) {
                continue;
            }
            let spec = Spec { residual, operator, ..Spec::new(issue).without(without) };
            let backtest = prepared.backtest(spec, &CASES);
            let begun = std::time::Instant::now();
            let all = backtest.run(None)?;
            print!("{:8}{name:10} {:5.1} s", format!("{issue:?}"), begun.elapsed().as_secs_f64());
            for forecasts in &all {
                let [val, test] = years().map(|(from, to)| prepared.score(forecasts, from, to));
                print!(" | {:.3} {:.3}", val.mape, test.mape);
            }
            println!();
            if name != "+week" {
                continue;
            }
            let (load, grid) = (&prepared.samples.load, backtest.grid()?);
            for (from, to) in years() {
                let operator = prepared.operator(&all[0], from, to);
                let naive = [2, 7].map(|back| naive(&grid, load, &hours(&all[0], from, to), back).mape);
                let [two, seven] = naive;
                println!(
                    "{from} to {to}: RTE {:.3}, two days ago {two:.3}, a week ago {seven:.3}",
                    operator.mape
                );
                for (case, forecasts) in CASES.iter().zip(&all) {
                    let s = prepared.score(forecasts, from, to);
                    println!(
                        "  MAE {:4.0} RMSE {:4.0} bias {:+4.0} pinball {:3.0} MW, 80 % interval holds {:.1} %, \
                         width {:.1} % {case:?}",
                        s.mae, s.rmse, s.bias, s.pinball, s.coverage, s.width
                    );
                }
            }
            for index in [0, 2] {
                let (from, to) = years()[1];
                print!("  by month, {:?}:", CASES[index]);
                for (_, month, scores) in by_month(&all[index], load, from, to) {
                    print!(" {month}: {:.2} ({:.0} %)", scores.mape, scores.coverage);
                }
                println!();
            }
        }
    }
    Ok(())
}
