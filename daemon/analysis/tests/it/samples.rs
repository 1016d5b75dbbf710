//! The protocol on the shared samples: history from 2021-03, judged on 2024-06..2025-05.

#[path = "../../examples/common/mod.rs"]
pub(crate) mod common;

use common::{Prepared, years};
use watteau_analysis::backtest::{Backtest, Case, by_month, hours, naive};
use watteau_analysis::{Issue, Prior, Spec};

const CASES: [Case; 3] = [Case::Measured, Case::Calibrated { rmse: 0.75, seed: 1 }, Case::Without];

/// The samples, or a line that says why nothing was tested.
fn samples() -> Option<Prepared> {
    if common::shared::folder().is_none() {
        eprintln!("skipped: no shared samples; set WATTEAU_SHARED");
        return None;
    }
    Some(Prepared::read(false).unwrap())
}

#[test]
fn a_year_of_the_french_load_is_forecast_better_than_the_grid_operator() {
    let Some(prepared) = samples() else { return };
    let [_, (from, to)] = years();
    for (spec, limits) in [
        (Spec::new(Issue::Morning), [1.24, 1.50, 2.65]),
        (Spec::new(Issue::Evening), [1.18, 1.39, 1.85]),
        (Spec::new(Issue::Evening).with_operator(), [1.16, 1.32, 1.60]),
    ] {
        let backtest = prepared.backtest(spec.clone(), &CASES);
        let all = backtest.run(None).unwrap();
        for ((forecasts, limit), case) in all.iter().zip(limits).zip(CASES) {
            let scores = prepared.score(forecasts, from, to);
            let issue = spec.issue;
            assert_eq!(scores.hours, 8758, "{issue:?} {case:?}");
            assert!(scores.mape <= limit, "{issue:?} {case:?} {limit}: {scores:?}");
            assert!((78.0..=82.0).contains(&scores.coverage), "{issue:?} {case:?}: {scores:?}");
        }
        let operator = prepared.operator(&all[0], from, to);
        assert!((operator.mape - 1.838).abs() < 0.001, "{operator:?}");
        let (grid, load, hours) = (backtest.grid().unwrap(), backtest.load, hours(&all[0], from, to));
        for (back, expected) in [(2, 8.442), (7, 6.310)] {
            let naive = naive(&grid, load, &hours, back);
            assert!((naive.mape - expected).abs() < 0.001, "{back}: {naive:?}");
        }
        let months = by_month(&all[0], load, from, to);
        assert_eq!((months.len(), months[0].0, months[0].1), (12, 2024, 6));
        assert_eq!(months.iter().map(|(.., scores)| scores.hours).sum::<usize>(), 8758);
        assert!(months.iter().all(|(.., scores)| scores.mape < 1.6));
    }
}

#[test]
fn the_shipped_prior_is_as_good_as_years_of_history() {
    let Some(prepared) = samples() else { return };
    let prior = Prior::built_in().unwrap();
    let [_, (from, to)] = years();
    let learn_from = prior.through().plus(1);
    assert_eq!(
        learn_from.plus(2),
        from,
        "what is known when the first day is forecast was learnt, and no more"
    );
    for (spec, limits) in [
        (Spec::new(Issue::Morning), [1.20, 1.42, 2.60]),
        (Spec::new(Issue::Evening), [1.13, 1.26, 1.78]),
        (Spec::new(Issue::Evening).with_operator(), [1.11, 1.22, 1.51]),
    ] {
        let issue = spec.issue;
        let backtest = Backtest { learn_from, ..prepared.backtest(spec, &CASES) };
        let all = backtest.run(Some(&prior)).unwrap();
        for ((forecasts, limit), case) in all.iter().zip(limits).zip(CASES) {
            let scores = prepared.score(forecasts, from, to);
            assert_eq!(scores.hours, 8758, "{issue:?} {case:?}");
            assert!(scores.mape < limit, "{issue:?} {case:?} {limit}: {scores:?}");
            assert!((78.0..=82.0).contains(&scores.coverage), "{issue:?} {case:?}: {scores:?}");
        }
    }
}
