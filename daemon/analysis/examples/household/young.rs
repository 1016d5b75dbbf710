//! The home as if watteau had been installed there on one of some days: what it is told in its first weeks.

use watteau_analysis::Day;
use watteau_analysis::household::backtest::{Naive, Row, Scores};
use watteau_analysis::household::{Backtest, Carrier, Forecast, Home, forecast};

use crate::common::{day, household::Sample};

/// Prints the scores of some weeks, mean absolute error and twice the pinball loss, W.
pub(crate) fn weeks(sample: &Sample) -> anyhow::Result<()> {
    let home = Home { presence: &sample.none, ..sample.electricity() };
    let last = day(2025, 5, 31);
    let full = backtest(home, (day(2024, 12, 6), last)).run()?.hours;
    for (week, first, end) in [(2, 8, 14), (3, 15, 21), (4, 21, 28), (8, 49, 56), (12, 77, 84)] {
        let (mut naive, mut told, mut grown, mut grown_up) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let starts = (0..).map(|i| day(2024, 12, 6).plus(10 * i));
        for start in starts.take_while(|start| start.plus(end - 1) <= last) {
            let hour = i64::from(start.number()) * 24;
            let load = home.load.map(|of, watts| if of < hour { f64::NAN } else { watts });
            let kwh = home.kwh.map(|of, kwh| if of < start { f64::NAN } else { kwh });
            let with_days = Home { load: &load, ..home };
            let young = Home { kwh: &kwh, ..with_days };
            let days = (start.plus(first), start.plus(end - 1));
            let rows = backtest(young, days).run()?.hours;
            for of in days.0.to(days.1) {
                let rows: Vec<&Row> = rows.iter().filter(|row| row.day == of).collect();
                told.extend(as_told(&rows, &forecast(&young, Carrier::Electricity, of, 2)?));
                grown.extend(as_told(&rows, &forecast(&with_days, Carrier::Electricity, of, 2)?));
                grown_up.extend(full.iter().filter(|row| row.day == of).cloned());
                naive.extend(rows.into_iter().cloned());
            }
        }
        let (_, naive) = Scores::beside(&naive, Naive::Quantiles14);
        print!("week {week}: quantiles so far {:.0} {:.0}", naive.mae, 2.0 * naive.pinball);
        for (name, rows) in [("told", &told), ("with years of days", &grown), ("full history", &grown_up)] {
            let scores = Scores::of(rows);
            print!(" | {name} {:.0} {:.0}, holds {:.1} %", scores.mae, 2.0 * scores.pinball, scores.coverage);
        }
        println!(" | {} hours", told.len());
    }
    Ok(())
}

fn backtest(home: Home<'_>, days: (Day, Day)) -> Backtest<'_> {
    Backtest { home, carrier: Carrier::Electricity, lead: 2, days, temperature: true, presence: false }
}

/// The rows of a day as a forecast has it.
fn as_told(rows: &[&Row], forecast: &Forecast) -> Vec<Row> {
    let rows = rows.iter().filter_map(|row| {
        let hour = forecast.hours.iter().find(|hour| hour.start == row.start)?;
        Some(Row { mean: hour.mean, quantiles: hour.quantiles, ..(*row).clone() })
    });
    rows.collect()
}
