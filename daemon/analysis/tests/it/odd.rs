//! Days of 23 and 25 hours, gaps, and series that deserve a refusal.

use jiff::civil::date;
use watteau_analysis::scores::Scores;
use watteau_analysis::{
    Day, DayForecast, Error, Forecasts, HourForecast, Hourly, Issue, Model, Spec, Weather,
};

use crate::invented::Country;

fn hours(forecasts: &[DayForecast]) -> Vec<HourForecast> {
    forecasts.iter().flat_map(|forecast| forecast.hours.clone().unwrap_or_default()).collect()
}

#[test]
fn an_invented_country_is_learnt() {
    let country = Country::ten_weeks();
    let forecasts = country.forecasts(Issue::Morning, &[Weather::Measured]);
    let tail = &forecasts[0][30..];
    let scores = Scores::of(&hours(tail), &country.load);
    assert!(scores.mape < 2.5, "{scores:?}");
    assert!((65.0..95.0).contains(&scores.coverage), "{scores:?}");
    for hour in hours(tail) {
        assert!(hour.quantiles.is_sorted() && hour.quantiles[4].to_bits() == hour.mw.to_bits());
    }
}

#[test]
fn every_hour_of_an_odd_day_is_forecast() {
    for (start, odd, count) in
        [(date(2024, 8, 26), date(2024, 10, 27), 25), (date(2024, 2, 5), date(2024, 3, 31), 23)]
    {
        let country = Country::new(Day::new(start), 70);
        let known = Issue::Morning.known_hours();
        let grid = country.grid().unwrap();
        let cases = [
            Weather::Measured,
            Weather::Forecasts(Forecasts::noisy(&country.temperatures(), grid.days(), known, 0.5, 1)),
            Weather::Forecasts(Forecasts::persistent(&country.temperatures(), grid.days(), known)),
        ];
        for forecasts in country.forecasts(Issue::Morning, &cases) {
            for forecast in forecasts.iter().filter(|forecast| forecast.hours.is_ok()) {
                let hours = forecast.hours.clone().unwrap();
                let expected = grid.days().hours(forecast.day);
                assert!(hours.iter().map(|hour| hour.start).eq(expected), "{}", forecast.day);
                let is_odd = forecast.day == Day::new(odd);
                assert_eq!(hours.len(), if is_odd { count } else { 24 }, "{}", forecast.day);
                if is_odd && count == 25 {
                    assert!((hours[2].mw - hours[3].mw).abs() < 1e-9, "the double hour is forecast twice");
                }
            }
        }
    }
}

#[test]
fn gaps_in_the_load_cost_little() {
    let country = Country::ten_weeks();
    let from = country.load.first();
    let mut holed = country.clone();
    holed.load = holed.load.map(|hour, mw| {
        let (day, of_day) = ((hour - from) / 24, (hour - from) % 24);
        let gap = (45..47).contains(&day) || (day % 9 == 2 && of_day < 7);
        if gap { f64::NAN } else { mw }
    });
    let score = |country: &Country| {
        let forecasts = country.forecasts(Issue::Morning, &[Weather::Measured]);
        assert!(forecasts[0][20..].iter().all(|forecast| forecast.hours.is_ok()));
        Scores::of(&hours(&forecasts[0][30..]), &Country::ten_weeks().load).mape
    };
    let (whole, holed) = (score(&country), score(&holed));
    assert!(holed < whole * 1.5, "{whole} {holed}");
}

#[test]
fn refusals_say_why() {
    let mut stuck = Country::ten_weeks();
    stuck.load = stuck.load.map(|_, _| 50_000.0);
    assert_eq!(stuck.grid().err(), Some(Error::Constant));

    let country = Country::ten_weeks();
    let forecasts = country.forecasts(Issue::Morning, &[Weather::Measured]);
    let first = &forecasts[0][0];
    assert!(matches!(first.hours, Err(Error::ShortHistory { days: 1, .. })), "{first:?}");

    let mut blind = Country::ten_weeks();
    let end = blind.load.end();
    blind.cities = blind.cities.map(|city| city.map(|hour, t| if hour > end - 200 { f64::NAN } else { t }));
    let forecasts = blind.forecasts(Issue::Morning, &[Weather::Measured]);
    let last = forecasts[0].last().unwrap();
    assert_eq!(last.hours, Err(Error::NoTemperature { day: country.last }));
    let said = last.hours.clone().unwrap_err().to_string();
    assert!(said.contains("2024-11-03"), "{said}");

    let mut model = country.model(Issue::Morning, 1);
    let beyond = model.run(
        &country.grid().unwrap(),
        &country.temperatures(),
        &[Weather::Measured],
        country.last.plus(1),
        1,
    );
    assert!(matches!(beyond, Err(Error::Order { .. })));
}

#[test]
fn a_jump_is_followed_and_nothing_blows_up() {
    let mut country = Country::ten_weeks();
    let from = country.load.first() + 40 * 24;
    country.load = country.load.map(|hour, mw| if hour >= from { mw * 10.0 } else { mw });
    let forecasts = country.forecasts(Issue::Morning, &[Weather::Measured]);
    let last = forecasts[0].last().unwrap().hours.clone().unwrap();
    for hour in last {
        assert!(hour.mw.is_finite() && hour.mw > 0.0 && hour.quantiles.is_sorted());
    }
}

#[test]
fn nothing_at_all_is_no_crash() {
    let country = Country::ten_weeks();
    let empty = Country { load: Hourly::default(), ..country.clone() };
    let forecasts = empty.forecasts(Issue::Evening, &[Weather::Measured]);
    assert!(forecasts[0].iter().all(|forecast| matches!(forecast.hours, Err(Error::ShortHistory { .. }))));
    assert_eq!(Scores::of(&[], &empty.load).hours, 0);
    let spec = Spec { fourier: 0, residual: false, ..Spec::new(Issue::Evening) };
    let scale = country.model(Issue::Evening, 1).scale().clone();
    let mut model = Model::new(spec, scale, country.first.plus(8), 1);
    let plain =
        model.run(&country.grid().unwrap(), &country.temperatures(), &[Weather::Measured], country.last, 3);
    assert!(plain.unwrap()[0].last().unwrap().hours.is_ok());
}

#[test]
fn absurd_values_are_unknown_values() {
    let country = Country::ten_weeks();
    let mut absurd = country.clone();
    let from = country.load.first();
    let values = [f64::INFINITY, f64::NEG_INFINITY, -5.0, 0.0, f64::NAN];
    let strange = |hour: i64| values[(hour.rem_euclid(5)) as usize];
    absurd.load = absurd.load.map(|hour, mw| if (hour - from) % 101 == 50 { strange(hour) } else { mw });
    let mut gap = country.clone();
    gap.load = gap.load.map(|hour, mw| if (hour - from) % 101 == 50 { f64::NAN } else { mw });
    let cases = [Weather::Measured];
    assert_eq!(absurd.forecasts(Issue::Morning, &cases), gap.forecasts(Issue::Morning, &cases));

    absurd = country.clone();
    absurd.cities[3] = absurd.cities[3].map(|hour, t| if hour % 50 == 0 { 1e9 } else { t });
    gap = country;
    gap.cities[3] = gap.cities[3].map(|hour, t| if hour % 50 == 0 { f64::NAN } else { t });
    assert_eq!(absurd.forecasts(Issue::Morning, &cases), gap.forecasts(Issue::Morning, &cases));
}
