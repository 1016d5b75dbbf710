//! One real home, day after day: hours, blocks, days and rests of months beside naive forecasts, and in brackets what
//! the prototype reached where it was scored on the same days.
//!
//! `cargo run --release -p watteau-analysis --example household -- [young]`, with the shared samples. With `young` also
//! what a home is told in its first weeks.

#[path = "../common/mod.rs"]
mod common;
mod young;

use std::time::Instant;

use common::{day, household, shared};
use watteau_analysis::Hourly;
use watteau_analysis::household::backtest::{Naive, Row, Scores};
use watteau_analysis::household::{Backtest, ByDay, Carrier, Home, forecast, rest_of_month};

/// Temperature, whether presence is told, degC that forecasts of the temperature are off.
const CASES: [(&str, bool, bool, f64); 4] = [
    ("temperature", true, false, 0.0),
    ("temperature, 1.2 degC off", true, false, 1.2),
    ("temperature and presence", true, true, 0.0),
    ("neither", false, false, 0.0),
];

fn main() -> anyhow::Result<()> {
    if shared::folder().is_none() {
        println!("nothing to do: no shared samples; set WATTEAU_SHARED");
        return Ok(());
    }
    let sample = household::read()?;
    let (region, error) = &sample.region;
    println!("temperatures from 2025 on: {region}, {error:.2} degC off before");
    days(&sample)?;
    hours(&sample)?;
    rests(&sample)?;
    a_run(&sample)?;
    if std::env::args().any(|argument| argument == "young") { young::weeks(&sample) } else { Ok(()) }
}

fn print_days(name: &str, rows: &[Row], prototype: &str) {
    let ours = Scores::of_means(rows);
    print!("  {name:26} {:4} days WAPE {:4.1} % MAE {:5.2} kWh", ours.count, ours.wape, ours.mae);
    if ours.coverage > 0.0 {
        print!(" pinball {:5.2} holds {:4.1} %", 2.0 * ours.pinball, ours.coverage);
    }
    println!(" {prototype}");
}

fn days(sample: &household::Sample) -> anyhow::Result<()> {
    let no_curve = Hourly::default();
    let curve = sample.electricity();
    let val = (day(2023, 1, 1), day(2024, 9, 20));
    let val_names = ["(23.3)", "(21.5)", "(17.8)", "(16.5)"];
    let mut names = val_names.iter();
    for (carrier, kwh) in [(Carrier::Gas, &sample.gas), (Carrier::Electricity, &sample.electricity)] {
        for lead in [2, 1] {
            let prototype = names.next().copied().unwrap_or_default();
            let last = if carrier == Carrier::Gas { day(2024, 12, 31) } else { day(2025, 5, 31) };
            for days in [val, (day(2024, 9, 21), last)] {
                for (name, temperature, presence, off) in CASES {
                    let load = if carrier == Carrier::Gas { &no_curve } else { &sample.load };
                    let outlook = household::off(&sample.temperature, off);
                    let home = Home { load, kwh, outlook: &outlook, ..curve };
                    let rows = Backtest { home, carrier, lead, days, temperature, presence }.run()?;
                    if rows.days.is_empty() {
                        continue;
                    }
                    if name == CASES[0].0 {
                        println!("{carrier:?}, lead {lead}, {} to {}", days.0, days.1);
                        for naive in [Naive::Day7, Naive::Last, Naive::Mean7, Naive::Quantiles14] {
                            let (_, scores) = Scores::beside(&rows.days, naive);
                            println!(
                                "  {:26} WAPE {:4.1} % MAE {:5.2} kWh pinball {:5.2}",
                                format!("{naive:?}"),
                                scores.wape,
                                scores.mae,
                                2.0 * scores.pinball
                            );
                        }
                    }
                    print_days(name, &rows.days, "");
                    if days != val && carrier == Carrier::Electricity {
                        print_days("  the daily model alone", &rows.model_days, "");
                    } else if days == val && name == CASES[0].0 {
                        println!("  in brackets the prototype: {prototype}");
                    }
                }
            }
        }
    }
    Ok(())
}

fn hours(sample: &household::Sample) -> anyhow::Result<()> {
    let home = sample.electricity();
    let curve_only = ("temperature, no energy before the curve", true, false, 0.0);
    for lead in [2, 1] {
        for (name, temperature, presence, off) in CASES.into_iter().chain([curve_only]) {
            let kwh = if name == curve_only.0 { &sample.none } else { home.kwh };
            let outlook = household::off(&sample.temperature, off);
            let backtest = Backtest {
                home: Home { kwh, outlook: &outlook, ..home },
                carrier: Carrier::Electricity,
                lead,
                days: (day(2024, 12, 29), day(2025, 5, 31)),
                temperature,
                presence,
            };
            let begun = Instant::now();
            let rows = backtest.run()?;
            let (ours, week) = Scores::beside(&rows.hours, Naive::Day7);
            let (_, fortnight) = Scores::beside(&rows.hours, Naive::Quantiles14);
            println!(
                "hours, lead {lead}, {name}: {} of them in {:.2} s",
                ours.count,
                begun.elapsed().as_secs_f64()
            );
            println!(
                "  MAE {:.0} W, {:.3} of D-7 {:.0}; pinball {:.0}, {:.3} of the last 14 days' {:.0}; holds {:.1} %; \
                 means: RMSE {:.0}, bias {:+.0}",
                ours.mae,
                ours.mae / week.mae,
                week.mae,
                2.0 * ours.pinball,
                ours.pinball / fortnight.pinball,
                2.0 * fortnight.pinball,
                ours.coverage,
                ours.rmse,
                ours.bias
            );
            if name != CASES[0].0 {
                continue;
            }
            for naive in Naive::ALL {
                let (ours, other) = Scores::beside(&rows.hours, naive);
                if other.count > 0 {
                    println!(
                        "    {:12} MAE {:4.0} pinball {:4.0} holds {:4.1} %; ours {:.3}, {:.3}",
                        format!("{naive:?}"),
                        other.mae,
                        2.0 * other.pinball,
                        other.coverage,
                        ours.mae / other.mae,
                        ours.pinball / other.pinball
                    );
                }
            }
            for month in 1..=5 {
                let month: Vec<Row> =
                    rows.hours.iter().filter(|row| row.day.date().month() == month).cloned().collect();
                let (ours, week) = Scores::beside(&month, Naive::Day7);
                let (_, fortnight) = Scores::beside(&month, Naive::Quantiles14);
                println!(
                    "    {}: MAE {:.0}, median of 14 days {:.0}, D-7 {:.0}; holds {:.1} %",
                    month[0].day.date().strftime("%Y-%m"),
                    ours.mae,
                    fortnight.mae,
                    week.mae,
                    ours.coverage
                );
            }
            for block in 0..4 {
                let scores = Scores::of(rows.blocks.iter().filter(|row| row.start == block));
                println!(
                    "    block {block}: MAE {:.2} kWh, {:.1} %; holds {:.1} %",
                    scores.mae, scores.wape, scores.coverage
                );
            }
        }
    }
    Ok(())
}

fn rests(sample: &household::Sample) -> anyhow::Result<()> {
    let no_curve = Hourly::default();
    for (carrier, kwh, load) in [
        (Carrier::Gas, &sample.gas, &no_curve),
        (Carrier::Electricity, &sample.electricity, &no_curve),
        (Carrier::Electricity, &sample.electricity, &sample.load),
    ] {
        let last = if load.end() > load.first() { day(2025, 5, 31) } else { day(2024, 12, 31) };
        let first = if load.end() > load.first() { day(2025, 1, 1) } else { day(2023, 7, 1) };
        for horizon in [0, 7, 31] {
            let backtest = Backtest {
                home: Home { kwh, load, ..sample.electricity() },
                carrier,
                lead: 1,
                days: (first, last),
                temperature: true,
                presence: false,
            };
            let rests = backtest.rests(horizon)?;
            print!("rest of the month, {carrier:?}, {horizon} days of temperatures, {first} to {last}:");
            for (low, high) in [(1, 1), (2, 7), (8, 15), (16, 31)] {
                let some: Vec<_> = rests
                    .iter()
                    .filter(|(rest, _)| (low..=high).contains(&(rest.days.1.since(rest.days.0) + 1)))
                    .cloned()
                    .collect();
                let (coverage, wape) = Scores::of_rests(&some);
                print!(" {low}-{high} days {wape:.1} % holds {coverage:.1} % ({}) |", some.len());
            }
            println!();
        }
    }
    Ok(())
}

/// What the daemon does once a day.
fn a_run(sample: &household::Sample) -> anyhow::Result<()> {
    let none = ByDay::default();
    let home = sample.electricity();
    for (name, home) in [("all", home), ("no weather", Home { temperature: &none, ..home })] {
        let begun = Instant::now();
        let tomorrow = forecast(&home, Carrier::Electricity, day(2025, 5, 31), 2)?;
        let rest = rest_of_month(&home, Carrier::Electricity, day(2025, 5, 9), 7)?;
        println!(
            "{name}: {} by {} in {:.3} s, {:?}: {:.1} kWh, 80 % {:.1} to {:.1}; May {:.0} kWh, {:.0} to {:.0}",
            tomorrow.day,
            tomorrow.method,
            begun.elapsed().as_secs_f64(),
            tomorrow.reasons,
            tomorrow.energy.kwh,
            tomorrow.energy.quantiles[0],
            tomorrow.energy.quantiles[8],
            rest.month.kwh,
            rest.month.quantiles[0],
            rest.month.quantiles[8],
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("most memory of all of this: {}", line.trim_start_matches("VmHWM:").trim());
    }
    Ok(())
}
