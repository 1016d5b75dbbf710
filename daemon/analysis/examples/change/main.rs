//! Change detection measured: simulated years of a real home's gas, and the real home itself, beside what the prototype
//! reached. `change [runs]`

#[path = "../common/mod.rs"]
mod common;

use std::time::Instant;

use common::change::score::Scores;
use common::change::simulate::{Carrier, Simulated, Truth, years};
use common::change::{real, simulate, weather};
use common::day;
use watteau_analysis::Day;
use watteau_analysis::anomaly::rises;
use watteau_analysis::change::{Change, Watch};
use watteau_analysis::words::{Language, Words};

/// Effect, and of the prototype: found within 60 and 90 days and by the end of October, median delay, first day covered.
const PROTOTYPE: [(f64, &str); 5] = [
    (-5.0, "0.06 0.08 0.11  never    -"),
    (-10.0, "0.10 0.14 0.25  never 0.92"),
    (-20.0, "0.55 0.64 0.78     54 0.97"),
    (-30.0, "0.87 0.92 0.97     34 0.99"),
    (20.0, "0.42 0.46 0.60    102 0.98"),
];

fn row(percent: f64, scores: &Scores, prototype: &str) {
    let [two, three, all] = scores.within;
    let delay = scores.delay.map_or("never".to_owned(), |delay| delay.to_string());
    println!(
        "{percent:>5} | {two:.2} {three:.2} {all:.2} {delay:>6} {:.2} | {prototype:27} | {:?} | {:.2} {:>4.1}",
        scores.start_covers, scores.start, scores.size_covers, scores.half
    );
}

/// Prints what was simulated, with what the prototype reached beside each effect.
fn table(simulated: &Simulated, prototype: &[&str]) {
    println!(
        "{} runs, mean kappa {:.2}: {:.3} false alarms in 12 months",
        simulated.runs,
        simulated.kappa,
        simulated.alarms as f64 / simulated.runs as f64
    );
    for (index, (percent, scores)) in simulated.effects.iter().enumerate() {
        row(*percent, scores, prototype.get(index).unwrap_or(&""));
    }
}

fn tell(change: &Change) {
    let Change { since, since_from, since_to, percent, lower, upper, found_on, .. } = change;
    println!(
        "  alarm {found_on}, since {since} [{since_from}..{since_to}], {percent:.0} [{lower:.0}..{upper:.0}] %"
    );
    println!("  {}", Words::new(Language::French, Day::new(jiff::civil::date(2024, 12, 31))).change(change));
}

fn main() -> anyhow::Result<()> {
    let runs: u64 = std::env::args().nth(1).map_or(Ok(200), |runs| runs.parse())?;
    let home = common::days::read()?;
    let weather = weather::winters(&home)?;
    let unknown = vec![None; weather.minimum.len()];
    let world = weather.days(&unknown);
    let truth = Truth::gas(&home, &world)?;
    let years = |learnt: i32, year: i16, block: usize, effects: &[f64]| {
        years(&truth, &world, (learnt, day(year, 11, 1)), block, runs, effects)
    };
    let (effects, beside) = (PROTOTYPE.map(|(percent, _)| percent), PROTOTYPE.map(|(_, text)| text));

    println!(
        "Simulated gas: effect | within 60 d, 90 d, by 31 Oct, median delay, start covered | prototype | quartiles of the start's error | size covered, half-width %"
    );
    println!("Winter 2024-25, 24 months learnt; prototype 0.10 false alarms");
    table(&years(24, 2024, 30, &effects)?, &beside);
    println!("The same, larger changes");
    table(&years(24, 2024, 30, &[-60.0, -95.0, 50.0])?, &[]);
    println!("The same, 12 months learnt; prototype 0.13, -20 % 0.27 within 60 d");
    table(&years(12, 2024, 30, &[-20.0])?, &[]);
    for year in 2018..2024 {
        println!("Winter of {year}, 24 months learnt");
        table(&years(24, year, 30, &[-20.0, 20.0])?, &[]);
    }

    println!("The same winters, blocks of 60 days; prototype 0.05 false alarms");
    table(&years(24, 2024, 60, &[-20.0])?, &[]);
    println!(
        "Simulated electricity of 2024 without drift, 24 months learnt; prototype 0.11, median delay -20 % 100, -30 % 46, +20 % 62 d"
    );
    let days = home.electricity();
    let truth = Truth::electricity(&home)?;
    table(&simulate::years(&truth, &days, (24, day(2024, 1, 1)), 30, runs, &[-20.0, -30.0, 20.0])?, &[]);

    println!("Real gas, planted every 5 days from 2023-11-15, 12 months learnt");
    for percent in [-10.0, -20.0, -30.0, 20.0] {
        row(percent, &Scores::of(&real::planted(&home, percent)?), "");
    }
    for change in real::untouched(&home)? {
        println!("as it is: {}", if change.is_none() { "no alarm" } else { "an alarm" });
        change.iter().for_each(tell);
    }

    println!(
        "Real electricity learnt in 2022; prototype: alarm 2023-04-30, since 2023-03-05 [02-09..04-19], -24 +- 11 %"
    );
    real::electricity(&home, day(2022, 1, 1), day(2023, 1, 1), day(2024, 1, 1))?.iter().for_each(tell);
    println!(
        "Learnt in 2022-2023; prototype: alarm 2024-10-02, since 2024-07-30 [05-14..09-25], +38 +- 17 %"
    );
    real::electricity(&home, day(2022, 1, 1), day(2024, 1, 1), day(2025, 1, 1))?.iter().for_each(tell);
    println!("The whole history, begun anew at each change");
    real::electricity_history(&home)?.iter().for_each(tell);

    println!(
        "Dated event, gas, real windows without one: prototype half-width 26 20 18 15 %, covered 0.98 to 1.00"
    );
    for length in [30, 60, 90, 180] {
        let events = real::windows(&home, length, 0.0)?;
        let count = events.len() as f64;
        let half = events.iter().map(|event| (event.upper - event.lower) / 2.0).sum::<f64>() / count;
        let covered = events.iter().filter(|event| !event.visible).count() as f64 / count;
        let smallest = events.iter().map(|event| event.smallest).sum::<f64>() / count;
        let seen =
            real::windows(&home, length, -20.0)?.iter().filter(|event| event.visible).count() as f64 / count;
        println!(
            "  {length:>3} d: {count} windows, half-width {half:.0} %, covered {covered:.2}, smallest {smallest:.0} %, -20 % seen {seen:.2}"
        );
    }

    let (days, odd, off) = real::odd_days(&home)?;
    println!(
        "Odd days of gas: {} of {days} ({:.1} %; prototype 1.5 %)",
        odd.len(),
        100.0 * odd.len() as f64 / days as f64
    );
    println!("Heating off: {}", off.iter().map(Day::to_string).collect::<Vec<_>>().join(" "));

    let base = real::base_load(&weather)?;
    let mild: Vec<_> = base.iter().filter(|day| day.valid).collect();
    let levels = || mild.iter().filter_map(|day| day.level);
    let drift = mild.iter().filter_map(|day| day.drift()).map(f64::abs).fold(0.0, f64::max);
    println!(
        "Base load: {} mild days, {:.0} to {:.0} W (prototype 85 to 110), largest drift {drift:.0} W (32), {} alarms",
        mild.len(),
        levels().fold(f64::INFINITY, f64::min),
        levels().fold(0.0, f64::max),
        rises(&base).len()
    );
    let (trust, judged) =
        Carrier::Gas.judge(&home.gas(), day(2022, 11, 1), day(2023, 11, 1), day(2024, 11, 1))?;
    let begun = Instant::now();
    for _ in 0..10 {
        Watch::new(trust.clone()).run(&judged)?;
    }
    println!("A year watched day by day: {:?}", begun.elapsed() / 10);
    let begun = Instant::now();
    Carrier::Gas.judge(&home.gas(), day(2022, 11, 1), day(2023, 11, 1), day(2024, 11, 1))?;
    println!("A baseline fitted: {:?}", begun.elapsed());
    Ok(())
}
