//! The protocol on the shared samples: history from 2021-03, judged on 2024-06..2025-05.

#[path = "../../examples/common/mod.rs"]
mod common;

use common::{Prepared, day, hours};
use watteau_analysis::{Forecasts, Issue, Model, Spec, Weather};

#[test]
fn a_year_of_the_french_load_is_forecast_better_than_the_grid_operator() {
    if common::shared::folder().is_none() {
        eprintln!("skipped: no shared samples; set WATTEAU_SHARED");
        return;
    }
    let prepared = Prepared::read(false).unwrap();
    let Prepared { temperatures, grid, first, .. } = &prepared;
    let (from, to) = (day(2024, 6, 1), day(2025, 5, 31));
    for (issue, limits) in [(Issue::Morning, [1.30, 1.50, 2.80]), (Issue::Evening, [1.20, 1.40, 1.90])] {
        let known = issue.known_hours();
        let scale = Model::fit_scale(grid, temperatures, issue, *first, day(2022, 5, 31));
        let noisy = Forecasts::noisy(temperatures, grid.days(), known, 0.75, 1);
        let none = Forecasts::persistent(temperatures, grid.days(), known);
        let cases = [Weather::Measured, Weather::Forecasts(noisy), Weather::Forecasts(none)];
        let mut model = Model::new(Spec::new(issue), scale, *first, cases.len());
        let all = model.run(grid, temperatures, &cases, to, 2).unwrap();
        for (forecasts, limit) in all.iter().zip(limits) {
            let scores = prepared.score(forecasts, from, to);
            assert_eq!(scores.hours, 8758, "{issue:?}");
            assert!(scores.mape <= limit, "{issue:?} {limit}: {scores:?}");
            assert!((78.0..=82.0).contains(&scores.coverage), "{issue:?}: {scores:?}");
        }
        let operator = prepared.score_series(&hours(&all[0], from, to), &prepared.samples.operator);
        assert!((operator.mape - 1.838).abs() < 0.001, "{operator:?}");
    }
}
