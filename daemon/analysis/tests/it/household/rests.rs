//! The rest of a month.

use jiff::civil::date;
use watteau_analysis::household::backtest::Scores;
use watteau_analysis::household::{Backtest, ByDay, Carrier, Home, Reason, rest_of_month};
use watteau_analysis::{Day, Error, Hourly};

use super::invented::Invented;

#[test]
fn months_add_up() {
    let invented = Invented::winter();
    let home = invented.home();
    for (known, days, so_far) in [
        (date(2025, 2, 28), 31, 0),
        (date(2025, 3, 1), 30, 1),
        (date(2025, 3, 15), 16, 15),
        (date(2025, 2, 27), 1, 27),
    ] {
        let known = Day::new(known);
        let rest = rest_of_month(&home, Carrier::Electricity, known, 7).unwrap();
        assert_eq!((rest.days.0, rest.days.1.since(rest.days.0) + 1), (known.plus(1), days), "{rest:?}");
        let before: f64 = known.plus(1 - so_far).to(known).map(|day| invented.kwh.get(day)).sum();
        assert!((rest.so_far - before).abs() < 1e-6 && rest.missing == 0);
        assert_eq!(rest.weather_days, 7.min(days as usize));
        assert!(rest.rest.quantiles.is_sorted() && rest.rest.quantiles[0] > 0.0);
        assert!((rest.month.kwh - rest.rest.kwh - before).abs() < 1e-6);
        let each = rest.rest.kwh / f64::from(days);
        assert!((5.0..60.0).contains(&each), "{each} kWh a day");
    }
}

#[test]
fn short_and_broken_histories() {
    let invented = Invented::winter();
    let known = invented.last;
    for count in [3, 10, 20] {
        let young = Invented::until(known, count);
        let rest = rest_of_month(&young.home(), Carrier::Electricity, known, 7).unwrap();
        assert_eq!(rest.reasons, [Reason::FewDays { days: count as usize }]);
        assert!(rest.rest.kwh > 0.0 && rest.rest.quantiles[8] > 1.5 * rest.rest.quantiles[0]);
    }
    let young = Invented::until(known, 2);
    let refused = rest_of_month(&young.home(), Carrier::Electricity, known, 7);
    assert!(matches!(refused, Err(Error::ShortHistory { days: 2, .. })), "{refused:?}");

    let holes = invented.without(known.plus(-6), 2);
    let rest = rest_of_month(&holes.home(), Carrier::Electricity, known, 7).unwrap();
    let whole = rest_of_month(&invented.home(), Carrier::Electricity, known, 7).unwrap();
    assert_eq!((rest.missing, whole.missing), (2, 0));
    assert!((rest.so_far / whole.so_far - 1.0).abs() < 0.05, "holes are filled with forecasts");

    let silent = invented.without(known.plus(-19), 20);
    let refused = rest_of_month(&silent.home(), Carrier::Electricity, known, 7);
    assert_eq!(refused, Err(Error::Stale { day: known.plus(1), last: known.plus(-20) }));
    let stuck = invented.from(known.plus(-8), |_| 400.0);
    let stuck = Home { load: &Hourly::default(), ..stuck.home() };
    let rest = rest_of_month(&stuck, Carrier::Electricity, known, 7).unwrap();
    assert!(rest.reasons.contains(&Reason::Unchanged { days: 9 }), "{:?}", rest.reasons);

    let (none, never) = (ByDay::default(), Hourly::default());
    let home = Home { load: &never, temperature: &none, outlook: &none, ..invented.home() };
    let rest = rest_of_month(&home, Carrier::Gas, known, 7).unwrap();
    assert_eq!((rest.reasons, rest.weather_days), (vec![Reason::NoWeather], 0));
}

#[test]
fn a_backtest_tells_how_often_rests_hold() {
    let invented = Invented::until(Day::new(date(2025, 3, 31)), 400);
    let backtest = Backtest {
        home: invented.home(),
        carrier: Carrier::Electricity,
        lead: 1,
        days: (Day::new(date(2024, 9, 1)), invented.last),
        temperature: true,
        presence: false,
    };
    let rests = backtest.rests(31).unwrap();
    let (coverage, error) = Scores::of_rests(&rests);
    assert!(rests.len() > 150 && (55.0..=98.0).contains(&coverage) && error < 25.0, "{coverage} {error}");
    let known = Day::new(date(2025, 2, 9));
    let (of_backtest, _) = rests.iter().find(|(rest, _)| rest.days.0 == known.plus(1)).unwrap();
    let asked = rest_of_month(&invented.home(), Carrier::Electricity, known, 31).unwrap();
    assert_eq!(of_backtest.rest, asked.rest);
}
