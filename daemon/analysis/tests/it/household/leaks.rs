//! What is not known yet changes no forecast by a bit, and what is known does.

use watteau_analysis::household::backtest::{Row, Rows};
use watteau_analysis::household::{Backtest, ByDay, Carrier, Home, forecast, rest_of_month};
use watteau_analysis::{Day, Hourly};

use super::invented::Invented;

fn rows(home: Home, of: &Invented, carrier: Carrier, lead: usize) -> Rows {
    let days = (of.first.plus(9), of.last);
    Backtest { home, carrier, lead, days, temperature: true, presence: true }.run().unwrap()
}

/// Forecasts of the days up to one, as bits.
fn until(rows: &[Row], day: Day) -> Vec<(Day, i64, [u64; 10])> {
    let rows = rows.iter().filter(|row| row.day <= day);
    let bits = rows.map(|row| {
        let numbers: [f64; 10] = std::array::from_fn(|i| if i < 9 { row.quantiles[i] } else { row.mean });
        (row.day, row.start, numbers.map(f64::to_bits))
    });
    bits.collect()
}

fn parts(rows: &Rows) -> [&[Row]; 4] {
    [&rows.hours, &rows.blocks, &rows.days, &rows.model_days]
}

#[test]
fn energy_after_the_issue_changes_nothing() {
    let honest = Invented::winter();
    for lead in [1, 2] {
        let clean = rows(honest.home(), &honest, Carrier::Electricity, lead);
        for back in [10, 47] {
            let from = honest.last.plus(-back);
            let other = honest.from(from, |value| 1.6 * value);
            let other = rows(other.home(), &honest, Carrier::Electricity, lead);
            let last = from.plus(lead as i32 - 1);
            for (clean, other) in parts(&clean).into_iter().zip(parts(&other)) {
                assert!(until(clean, last).len() > 50, "the check needs forecasts");
                assert_eq!(until(clean, last), until(other, last), "lead {lead}, {from}");
                let next = last.plus(1);
                assert_ne!(until(clean, next), until(other, next), "lead {lead}, {from}");
            }
        }
    }
}

#[test]
fn gas_without_a_curve_leaks_no_more() {
    let honest = Invented::winter();
    let none = Hourly::default();
    for lead in [1, 2, 5] {
        let home = |of: &Invented| -> Rows {
            let home = Home { load: &none, ..of.home() };
            rows(home, &honest, Carrier::Gas, lead)
        };
        let (clean, from) = (home(&honest), honest.last.plus(-30));
        let other = home(&honest.from(from, |value| 1.6 * value));
        let last = from.plus(lead as i32 - 1);
        assert!(clean.hours.is_empty() && clean.days.len() > 100);
        assert_eq!(until(&clean.days, last), until(&other.days, last));
        assert_ne!(until(&clean.days, last.plus(1)), until(&other.days, last.plus(1)));
    }
}

#[test]
fn temperature_after_the_issue_changes_nothing_where_there_is_an_outlook() {
    let honest = Invented::winter();
    let from = honest.last.plus(-20);
    let warmer = honest.temperature.map(|day, t| if day >= from { t + 9.0 } else { t });
    for lead in [1, 2] {
        let clean = rows(honest.home(), &honest, Carrier::Electricity, lead);
        let other = Home { temperature: &warmer, ..honest.home() };
        let other = rows(other, &honest, Carrier::Electricity, lead);
        let last = from.plus(lead as i32 - 1);
        for (clean, other) in parts(&clean).into_iter().zip(parts(&other)) {
            assert_eq!(until(clean, last), until(other, last), "lead {lead}");
            assert_ne!(until(clean, last.plus(1)), until(other, last.plus(1)), "lead {lead}");
        }
    }
}

#[test]
fn the_rest_of_a_month_is_made_of_what_was_known() {
    let honest = Invented::winter();
    let known = honest.last.plus(-11);
    let rest = |of: &Invented| rest_of_month(&of.home(), Carrier::Electricity, known, 5).unwrap();
    let clean = rest(&honest);
    assert_eq!(clean, rest(&honest.from(known.plus(1), |value| 1.6 * value)));
    assert_ne!(clean, rest(&honest.from(known, |value| 1.6 * value)));
}

/// The daemon asks for a day from a history that ends; a backtest walks through one that goes on.
#[test]
fn a_forecast_is_the_row_of_a_backtest() {
    let honest = Invented::winter();
    for lead in [1, 2] {
        let rows = rows(honest.home(), &honest, Carrier::Electricity, lead);
        for back in [0, 1, 30] {
            let day = honest.last.plus(-back);
            let found = forecast(&honest.home(), Carrier::Electricity, day, lead).unwrap();
            let of_day =
                |rows: &[Row]| -> Vec<Row> { rows.iter().filter(|row| row.day == day).cloned().collect() };
            let bits = |quantiles: [f64; 9]| quantiles.map(f64::to_bits);
            assert_eq!(bits(of_day(&rows.days)[0].quantiles), bits(found.energy.quantiles), "{day}");
            let hours = of_day(&rows.hours);
            assert_eq!(hours.len(), found.hours.len());
            for (row, hour) in hours.iter().zip(&found.hours) {
                assert_eq!((row.start, row.quantiles), (hour.start, hour.quantiles), "{day}");
                assert!((row.mean - hour.mean).abs() < 1e-9 * row.mean, "{day}");
            }
        }
    }
}

#[test]
fn without_data_there_are_no_rows() {
    let (honest, none, never) = (Invented::winter(), Hourly::default(), ByDay::default());
    let home = Home { load: &none, kwh: &never, ..honest.home() };
    assert_eq!(rows(home, &honest, Carrier::Gas, 2), Rows::default());
}
