//! The protocol on a real home of the shared samples.

use watteau_analysis::Hourly;
use watteau_analysis::household::backtest::{Naive, Scores};
use watteau_analysis::household::{Backtest, Carrier, Home};

use crate::samples::common::{day, household, shared};

#[test]
fn a_real_home_is_forecast_within_the_limits() {
    if shared::folder().is_none() {
        eprintln!("skipped: no shared samples; set WATTEAU_SHARED");
        return;
    }
    let sample = household::read().unwrap();
    let none = Hourly::default();
    // Share of the mean absolute error of a week before.
    for (lead, limit) in [(2, 0.70), (1, 0.68)] {
        let backtest = Backtest {
            home: sample.electricity(),
            carrier: Carrier::Electricity,
            lead,
            days: (day(2024, 12, 29), day(2025, 5, 31)),
            temperature: true,
            presence: false,
        };
        let rows = backtest.run().unwrap();
        let (ours, week) = Scores::beside(&rows.hours, Naive::Day7);
        assert_eq!(ours.count, 3693);
        assert!(ours.mae <= limit * week.mae, "lead {lead}: {ours:?} {week:?}");
        assert!((75.0..=85.0).contains(&ours.coverage), "lead {lead}: {ours:?}");
        let (ours, fortnight) = Scores::beside(&rows.hours, Naive::Quantiles14);
        assert!(ours.pinball <= 0.90 * fortnight.pinball, "lead {lead}: {ours:?} {fortnight:?}");
        for block in 0..4 {
            let scores = Scores::of(rows.blocks.iter().filter(|row| row.start == block));
            assert!((74.0..=86.0).contains(&scores.coverage), "lead {lead}, block {block}: {scores:?}");
        }
    }
    // Error of days to choose on, %: the prototype reached 23.3, 21.5, 17.8 and 16.5.
    for (carrier, lead, limit) in [
        (Carrier::Gas, 2, 23.3),
        (Carrier::Gas, 1, 20.8),
        (Carrier::Electricity, 2, 17.9),
        (Carrier::Electricity, 1, 16.7),
    ] {
        let (load, kwh) =
            if carrier == Carrier::Gas { (&none, &sample.gas) } else { (&sample.load, &sample.electricity) };
        let backtest = Backtest {
            home: Home { load, kwh, ..sample.electricity() },
            carrier,
            lead,
            days: (day(2023, 1, 1), day(2024, 9, 20)),
            temperature: true,
            presence: false,
        };
        let rows = backtest.run().unwrap();
        let (scores, last) = (Scores::of_means(&rows.days), Scores::beside(&rows.days, Naive::Last).1);
        assert_eq!(scores.count, 629);
        assert!(scores.wape <= limit, "{carrier:?}, lead {lead}: {scores:?}");
        assert!(scores.mae < 0.85 * last.mae, "{carrier:?}, lead {lead}: {scores:?} {last:?}");
        assert!((75.0..=85.0).contains(&scores.coverage), "{carrier:?}, lead {lead}: {scores:?}");
    }
}
