//! Changes: those of the real home, and those planted in years simulated from it.

use watteau_analysis::change::Change;

use crate::common::change::real::{self, Known};
use crate::common::change::score::Scores;
use crate::common::change::simulate::{Simulated, Truth, years};
use crate::common::change::weather;
use crate::common::day;
use crate::common::days::HomeDays;
use crate::figure::Figure;

/// Years simulated of each kind.
const RUNS: u64 = 200;
/// Days of errors of the real home that stay together.
const BLOCK: usize = 30;
/// False alarms a year.
const ALARMS: f64 = 0.15;

/// What is known of the electricity of 2023 and 2024, and that the gas is left alone.
pub(crate) fn real(home: &HomeDays) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut seen = 0;
    for Known { learnt_to, since: [_, since, _], percent: (percent, _), .. } in real::known() {
        let (begun, end) = (day(2022, 1, 1), learnt_to.plus(365));
        let year = learnt_to.date().year();
        let Some(change) = real::electricity(home, begun, learnt_to, end)? else {
            figures.push(Figure::told(format!("electricity of {year}: no change found, %"), f64::NAN));
            continue;
        };
        seen += usize::from(
            (change.since_from..=change.since_to).contains(&since)
                && (change.lower..=change.upper).contains(&percent),
        );
        figures.push(told(&format!("electricity of {year}"), &change));
    }
    figures.push(
        Figure::told("known changes of electricity found with their dates and sizes, of 2", seen as f64)
            .least(2.0),
    );
    for change in real::electricity_history(home)? {
        figures.push(told("electricity in one go", &change));
    }
    let alarms = real::untouched(home)?.iter().flatten().count();
    figures.push(Figure::told("gas of 2023-11 to 2024-12 as it is: alarms", alarms as f64).most(0.0));
    Ok(figures)
}

fn told(what: &str, change: &Change) -> Figure {
    let Change { since, since_from, since_to, percent, lower, upper, found_on, .. } = change;
    let work = format!(
        "{what}: found {found_on}, since {since} [{since_from}..{since_to}], [{lower:+.0}..{upper:+.0}] %"
    );
    Figure::told(work, *percent)
}

fn alarms(simulated: &Simulated) -> f64 {
    simulated.alarms as f64 / simulated.runs as f64
}

/// How often each planted change is found within 60 days.
fn found(what: &str, simulated: &Simulated) -> Vec<Figure> {
    let share = |percent: f64, scores: &Scores| {
        Figure::told(format!("{what}: {percent:+.0} % found within 60 days, share"), scores.within[0])
    };
    simulated.effects.iter().map(|(percent, scores)| share(*percent, scores)).collect()
}

/// Stable years, and the same with a change planted in each on a day 14 to 119 days after the watch begins.
pub(crate) fn simulated(home: &HomeDays) -> anyhow::Result<Vec<Figure>> {
    let weather = weather::winters(home)?;
    let unknown = vec![None; weather.minimum.len()];
    let world = weather.days(&unknown);
    let truth = Truth::gas(home, &world)?;
    let winter =
        |year: i16, effects: &[f64]| years(&truth, &world, (24, day(year, 11, 1)), BLOCK, RUNS, effects);

    let what = format!("gas, {RUNS} simulated winters of 2024-25");
    let last = winter(2024, &[-20.0, -10.0, -30.0, 20.0])?;
    let mut figures = vec![Figure::told(format!("{what}: false alarms a year"), alarms(&last)).most(ALARMS)];
    let mut shares = found(&what, &last).into_iter();
    figures.extend(shares.next().map(|twenty| twenty.least(0.5)));
    figures.extend(shares);
    let (_, twenty) = &last.effects[0];
    for (read, share) in [("size", twenty.size_covers), ("first day", twenty.start_covers)] {
        figures.push(
            Figure::told(format!("{what}: -20 %, its {read} inside the interval, share"), share).least(0.95),
        );
    }

    let others = (2018..2024).map(|year| winter(year, &[-20.0])).collect::<anyhow::Result<Vec<_>>>()?;
    let what = format!("gas, {RUNS} simulated winters of 2018 to 2023 each");
    let mean = |of: &dyn Fn(&Simulated) -> f64| others.iter().map(of).sum::<f64>() / others.len() as f64;
    let twenty = |simulated: &Simulated| simulated.effects[0].1.within[0];
    figures.push(Figure::told(format!("{what}: false alarms a year"), mean(&alarms)).most(ALARMS));
    figures
        .push(Figure::told(format!("{what}: -20 % found within 60 days, share"), mean(&twenty)).least(0.5));
    let worst = others.iter().map(twenty).fold(f64::INFINITY, f64::min);
    figures.push(Figure::told(format!("{what}: the same in the worst of them"), worst));

    let truth = Truth::electricity(home)?;
    let what = format!("electricity, {RUNS} simulated years without drift");
    let days = home.electricity();
    let stable = years(&truth, &days, (24, day(2024, 1, 1)), BLOCK, RUNS, &[-20.0, -30.0, 20.0])?;
    figures.push(Figure::told(format!("{what}: false alarms a year"), alarms(&stable)).most(ALARMS));
    figures.extend(found(&what, &stable));
    Ok(figures)
}
