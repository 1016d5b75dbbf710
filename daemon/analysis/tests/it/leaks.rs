//! What is known after the issue changes no forecast by a bit, and what was known before does.

use watteau_analysis::{Day, DayForecast, Forecasts, Hourly, Issue, Model, Weather};

use crate::invented::Country;

const ISSUES: [Issue; 2] = [Issue::Morning, Issue::Evening];

/// Forecasts in each case, of a model whose constants and weather forecasts come from `honest`.
fn forecasts(country: &Country, honest: &Country, issue: Issue) -> Vec<Vec<DayForecast>> {
    let (grid, known) = (honest.grid().unwrap(), issue.known_hours());
    // Weather forecasts are what a service said at the time: later measurements do not change them.
    let noisy = Forecasts::noisy(&honest.temperatures(), grid.days(), known, 0.75, 3);
    let cases = [
        Weather::Measured,
        Weather::Forecasts(noisy.clone()),
        Weather::Forecasts(noisy.calibrated(&country.temperatures(), grid.days(), known)),
        Weather::Forecasts(Forecasts::persistent(&country.temperatures(), grid.days(), known)),
    ];
    let mut model: Model = honest.model(issue, cases.len());
    model.run(&country.grid().unwrap(), &country.temperatures(), &cases, country.last, 2).unwrap()
}

fn until(forecasts: &[DayForecast], day: Day) -> &[DayForecast] {
    let count = forecasts.iter().take_while(|forecast| forecast.day <= day).count();
    assert!(count > 20, "the check needs forecasts");
    &forecasts[..count]
}

#[test]
fn load_after_the_issue_changes_nothing() {
    let honest = Country::ten_weeks();
    for issue in ISSUES {
        let clean = forecasts(&honest, &honest, issue);
        for back in [5, 6, 20] {
            let day = honest.last.plus(-back);
            let from = Forecasts::hours(honest.grid().unwrap().days(), day, issue.known_hours()).start;
            let mut country = honest.clone();
            country.load = country.load.map(|hour, mw| if hour >= from { mw * 1.3 } else { mw });
            for (clean, other) in clean.iter().zip(forecasts(&country, &honest, issue)) {
                assert_eq!(until(clean, day), until(&other, day), "{issue:?} {day}");
                assert_ne!(until(clean, day.plus(1)), until(&other, day.plus(1)), "{issue:?} {day}");
            }
        }
    }
}

#[test]
fn temperature_after_the_issue_changes_nothing_but_the_perfect_service() {
    let honest = Country::ten_weeks();
    for issue in ISSUES {
        let clean = forecasts(&honest, &honest, issue);
        let day = honest.last.plus(-6);
        let from = Forecasts::hours(honest.grid().unwrap().days(), day, issue.known_hours()).start;
        let mut country = honest.clone();
        country.cities =
            country.cities.map(|city| city.map(|hour, t| if hour >= from { 30.0 - t } else { t }));
        let other = forecasts(&country, &honest, issue);
        assert_ne!(until(&clean[0], day), until(&other[0], day), "the perfect service reads it");
        for case in [1, 2, 3] {
            assert_eq!(until(&clean[case], day), until(&other[case], day), "{issue:?}");
            assert_ne!(until(&clean[case], day.plus(1)), until(&other[case], day.plus(1)), "{issue:?}");
        }
    }
}

#[test]
fn the_operator_is_heard_of_the_day_and_not_of_later_ones() {
    let country = Country::ten_weeks();
    let operator = country.load.map(|hour, mw| mw * 1.01 + 400.0 * crate::invented::noise(hour));
    let run = |operator: &Hourly| {
        let grid = country.grid().unwrap().with_operator(operator);
        let mut model = country.model(Issue::Evening, 1).with_operator();
        model.run(&grid, &country.temperatures(), &[Weather::Measured], country.last, 2).unwrap().remove(0)
    };
    let day = country.last.plus(-5);
    let end = country.grid().unwrap().days().hours(day).end;
    let clean = run(&operator);
    let later = run(&operator.map(|hour, mw| if hour >= end { mw * 2.0 } else { mw }));
    assert_eq!(until(&clean, day), until(&later, day));
    assert_ne!(until(&clean, day.plus(1)), until(&later, day.plus(1)));
    let none = run(&Hourly::default());
    assert_eq!(
        none,
        country.forecasts(Issue::Evening, &[Weather::Measured]).remove(0),
        "nothing said, nothing mixed"
    );
    assert_ne!(until(&clean, day), until(&none, day));
}

#[test]
fn threads_and_blocks_change_nothing() {
    let country = Country::ten_weeks();
    let (grid, temperatures) = (country.grid().unwrap(), country.temperatures());
    let whole = country.forecasts(Issue::Morning, &[Weather::Measured]);
    let mut model = country.model(Issue::Morning, 1);
    let mut daily = Vec::new();
    for day in country.first.plus(10).to(country.last) {
        daily.extend(model.run(&grid, &temperatures, &[Weather::Measured], day, 1).unwrap().remove(0));
    }
    assert_eq!(whole[0], daily);
}
