//! Short, broken and strange histories: a simpler method that is named, or a refusal, and never a silent zero.

use jiff::civil::date;
use watteau_analysis::household::{
    Backtest, ByDay, Carrier, Energy, Forecast, Home, MODEL_DAYS, Method, Reason, forecast, rest_of_month,
};
use watteau_analysis::{Day, Error, Hourly};

use super::invented::{Invented, noise};

fn electricity(home: &Home, day: Day, lead: usize) -> Result<Forecast, Error> {
    forecast(home, Carrier::Electricity, day, lead)
}

/// What every forecast must be.
fn check(forecast: &Forecast) {
    let sound = |Energy { kwh, quantiles }: &Energy| {
        assert!(kwh.is_finite() && *kwh > 0.0, "{forecast:?}");
        assert!(quantiles.is_sorted() && quantiles[0] >= 0.0 && quantiles[8] > quantiles[0], "{forecast:?}");
        assert!((quantiles[0]..=quantiles[8]).contains(kwh), "{forecast:?}");
    };
    sound(&forecast.energy);
    if forecast.hours.is_empty() {
        assert!(forecast.blocks.is_none());
        return;
    }
    let sum: f64 = forecast.hours.iter().map(|hour| hour.mean).sum();
    assert!((sum / 1000.0 - forecast.energy.kwh).abs() < 1e-6, "{sum} {:?}", forecast.energy);
    for hour in &forecast.hours {
        assert!(hour.quantiles.is_sorted() && hour.quantiles[0] >= 0.0, "{hour:?}");
        assert!(hour.mean > 0.0 && hour.quantiles[8] > hour.quantiles[0], "{hour:?}");
    }
    let blocks = forecast.blocks.unwrap();
    assert!(blocks.iter().all(|block| block.kwh > 0.0 && block.quantiles.is_sorted()), "{blocks:?}");
    let sum: f64 = blocks.iter().map(|block| block.kwh).sum();
    assert!((sum - forecast.energy.kwh).abs() < 1e-6);
}

/// Widest relative band.
fn width(forecast: &Forecast) -> f64 {
    (forecast.energy.quantiles[8] - forecast.energy.quantiles[0]) / forecast.energy.quantiles[4]
}

#[test]
fn a_good_history_needs_no_excuse_and_beats_last_week() {
    let invented = Invented::winter();
    let (mut ours, mut naive) = (0.0, 0.0);
    for back in 0..20 {
        let day = invented.last.plus(-back);
        let found = electricity(&invented.home(), day, 2).unwrap();
        check(&found);
        assert_eq!((found.method, found.lead, found.reasons.len()), (Method::Mixed, 2, 0));
        for hour in &found.hours {
            ours += (invented.load.get(hour.start) - hour.quantiles[4]).abs();
            naive += (invented.load.get(hour.start) - invented.load.get(hour.start - 168)).abs();
        }
    }
    assert!(ours < 0.75 * naive, "{ours} {naive}");
}

#[test]
fn days_of_23_and_25_hours() {
    for (day, count) in [(date(2025, 3, 30), 23), (date(2024, 10, 27), 25), (date(2024, 10, 28), 24)] {
        let day = Day::new(day);
        let invented = Invented::until(day.plus(-1), 100);
        for lead in [1, 2] {
            let found = electricity(&invented.home(), day, lead).unwrap();
            check(&found);
            assert_eq!(found.hours.len(), count, "{day}");
            assert_eq!(found.hours[0].start, invented.days.hours(day).start);
            let local: Vec<usize> = found.hours.iter().map(|hour| hour.local).collect();
            assert_eq!(local, invented.days.local_hours(day));
        }
    }
}

#[test]
fn methods_by_days_of_history() {
    let day = Day::new(date(2025, 2, 10));
    let none = Hourly::default();
    let models = MODEL_DAYS as i32;
    for (count, expected) in [
        (0, None),
        (2, None),
        (3, Some(Method::Curve7)),
        (models - 1, Some(Method::Curve7)),
        (models, Some(Method::Mixed)),
    ] {
        let mut invented = Invented::until(day.plus(-1), count.max(1));
        if count == 0 {
            invented = invented.without(invented.first, 1);
        }
        let found = electricity(&invented.home(), day, 1);
        // Without a curve the same days of energy.
        let daily = electricity(&Home { load: &none, ..invented.home() }, day, 1);
        let Some(method) = expected else {
            let refusal = Error::ShortHistory { day, days: count as usize, needed: 3 };
            assert_eq!((found, daily), (Err(refusal.clone()), Err(refusal)));
            continue;
        };
        let (found, daily) = (found.unwrap(), daily.unwrap());
        check(&found);
        check(&daily);
        assert_eq!(found.method, method, "{count}");
        let reason = Reason::FewCurves { days: count as usize };
        assert_eq!(found.reasons.contains(&reason), method == Method::Curve7, "{:?}", found.reasons);
        let of_days = if method == Method::Mixed { Method::Daily } else { Method::Days7 };
        assert_eq!(daily.method, of_days, "{count}");
        assert!(daily.reasons.contains(&Reason::NoCurve) && daily.hours.is_empty());
    }
}

#[test]
fn years_of_energy_and_a_new_curve() {
    let day = Day::new(date(2025, 2, 10));
    let invented = Invented::until(day.plus(-1), 200);
    let start = invented.days.hours(day.plus(-5)).start;
    let load = invented.load.map(|hour, watts| if hour < start { f64::NAN } else { watts });
    let found = electricity(&Home { load: &load, ..invented.home() }, day, 1).unwrap();
    check(&found);
    assert_eq!((found.method, found.reasons.clone()), (Method::Curve7, vec![Reason::FewCurves { days: 5 }]));
    let (all, start) =
        (electricity(&invented.home(), day, 1).unwrap(), invented.days.hours(day.plus(-9)).start);
    let load = invented.load.map(|hour, watts| if hour < start { f64::NAN } else { watts });
    let second = electricity(&Home { load: &load, ..invented.home() }, day, 1).unwrap();
    check(&second);
    assert_eq!((second.method, second.reasons.clone()), (Method::Mixed, vec![Reason::FewCurves { days: 9 }]));
    let widths =
        |of: &Forecast| -> f64 { of.hours.iter().map(|hour| hour.quantiles[8] - hour.quantiles[0]).sum() };
    assert!(widths(&second) > widths(&all), "the curve is young");
    assert!((found.energy.kwh / all.energy.kwh - 1.0).abs() < 0.2, "the daily model says the energy");
}

#[test]
fn holes_make_the_lead_longer_and_the_band_wider() {
    let invented = Invented::winter();
    let day = invented.last;
    let whole = electricity(&invented.home(), day, 1).unwrap();
    let late = electricity(&invented.without(day.plus(-4), 4).home(), day, 1).unwrap();
    check(&late);
    assert_eq!((late.method, late.lead), (Method::Mixed, 5));
    assert_eq!(late.reasons, [Reason::Late { last: day.plus(-5) }]);
    assert!(width(&late) > 0.5 * width(&whole));
    // Holes of a day in the midst are nothing.
    let holes = invented.without(day.plus(-20), 3).without(day.plus(-50), 12);
    let found = electricity(&holes.home(), day, 1).unwrap();
    check(&found);
    assert!(found.reasons.is_empty());
    let refused = electricity(&invented.without(day.plus(-20), 20).home(), day, 1);
    assert_eq!(refused, Err(Error::Stale { day, last: day.plus(-21) }));
    // Every second hour of the last month.
    let load = invented.load.map(|hour, watts| if hour % 2 == 0 { watts } else { f64::NAN });
    check(&electricity(&Home { load: &load, ..invented.home() }, day, 1).unwrap());
}

#[test]
fn a_load_that_never_changes_is_refused_and_an_energy_is_doubted() {
    let invented = Invented::winter();
    let flat = invented.from(invented.first, |_| 300.0);
    assert_eq!(electricity(&flat.home(), flat.last, 2), Err(Error::Constant));
    let stuck = invented.from(invented.last.plus(-9), |_| 300.0);
    assert_eq!(electricity(&stuck.home(), stuck.last, 1), Err(Error::Constant));
    let none = Hourly::default();
    let found = electricity(&Home { load: &none, ..flat.home() }, flat.last, 2).unwrap();
    check(&found);
    assert_eq!(found.method, Method::Days7);
    assert!(found.reasons.iter().any(|reason| matches!(reason, Reason::Unchanged { days } if *days > 100)));
    assert!(width(&found) > 0.5);
}

#[test]
fn a_tenfold_jump_is_doubted_then_believed() {
    let invented = Invented::winter();
    let day = invented.last;
    let usual = electricity(&invented.home(), day, 1).unwrap();
    for days in (1..=12).chain([30]) {
        let jumped = invented.from(day.plus(-days), |value| 10.0 * value);
        let found = electricity(&jumped.home(), day, 1).unwrap();
        check(&found);
        // To the last bits of a sum.
        let (low, high) = (0.999 * found.energy.quantiles[0], 1.001 * found.energy.quantiles[8]);
        assert!((low..=high).contains(&jumped.kwh.get(day.plus(-1))), "{days}: {found:?}");
        if days < 3 {
            assert_eq!(found.reasons, [Reason::Doubtful { days: days as usize }]);
            assert!(width(&found) > 2.0 * width(&usual));
            continue;
        }
        assert_eq!(found.reasons[0], Reason::Jump { since: day.plus(-days) }, "{days}");
        assert_eq!(found.method, if days < 14 { Method::Curve7 } else { Method::Mixed }, "{days}");
        assert!((0.5..2.0).contains(&(found.energy.kwh / (10.0 * usual.energy.kwh))), "{days}: {found:?}");
    }
}

#[test]
fn missing_weather_is_said() {
    let invented = Invented::winter();
    let (day, none) = (invented.last, ByDay::default());
    let unknown = invented.temperature.map(|of, t| if of > day.plus(-6) { f64::NAN } else { t });
    let whole = electricity(&invented.home(), day, 2).unwrap();
    for temperature in [&none, &unknown] {
        let home = Home { temperature, outlook: &none, ..invented.home() };
        let found = electricity(&home, day, 2).unwrap();
        check(&found);
        assert_eq!((found.method, found.reasons.clone()), (Method::Mixed, vec![Reason::NoWeather]));
        assert_ne!(found.energy, whole.energy);
    }
}

#[test]
fn a_declared_absence_is_believed() {
    let invented = Invented::winter();
    // The first day of the second absence.
    let day = invented.first.plus(100);
    let none = ByDay::default();
    let told = electricity(&invented.home(), day, 2).unwrap();
    let untold = electricity(&Home { presence: &none, ..invented.home() }, day, 2).unwrap();
    check(&told);
    let measured = invented.kwh.get(day);
    assert!(told.energy.kwh < 0.8 * untold.energy.kwh, "{:?} {:?}", told.energy, untold.energy);
    assert!((told.energy.kwh - measured).abs() < 0.7 * (untold.energy.kwh - measured).abs());
    assert!(told.hours[20].quantiles[4] < untold.hours[20].quantiles[4]);
}

#[test]
fn absurd_values_do_not_panic() {
    let invented = Invented::winter();
    let day = invented.last;
    for absurd in [f64::INFINITY, f64::NEG_INFINITY, -5.0, 1e300, f64::NAN, 0.0] {
        let load = invented.load.map(|hour, watts| if hour % 29 == 0 { absurd } else { watts });
        let spoilt =
            |series: &ByDay| series.map(|of, value| if of.number() % 13 == 0 { absurd } else { value });
        let (kwh, temperature) = (spoilt(&invented.kwh), spoilt(&invented.temperature));
        let (outlook, presence) = (spoilt(&invented.outlook), spoilt(&invented.presence));
        let home = Home {
            load: &load,
            kwh: &kwh,
            temperature: &temperature,
            outlook: &outlook,
            presence: &presence,
        };
        for lead in [0, 1, 2, 9] {
            check(&electricity(&home, day, lead).unwrap());
        }
    }
}

#[test]
fn no_history_panics() {
    let invented = Invented::until(Day::new(date(2025, 3, 31)), 60);
    let hours = invented.days.hours(invented.first).start;
    let mut answers = [0, 0];
    for case in 0..400_i64 {
        // Numbers from 0 to `most`, other ones for each case.
        let pick =
            |of: i64, most: i64| (f64::midpoint(noise(case * 31 + of), 1.0) * (most + 1) as f64) as i64;
        let series = |of: i64, series: &ByDay| -> ByDay {
            let (from, to, holes) = (pick(of, 25) as i32 - 5, 10 + pick(of + 1, 60) as i32, pick(of + 2, 9));
            series.map(|day, value| {
                let hole = noise(i64::from(day.number()) + 97 * case + of) * 12.0 + 2.0 < holes as f64;
                if (from..=to).contains(&day.since(invented.first)) && !hole { value } else { f64::NAN }
            })
        };
        let (from, to) = (hours + 24 * pick(1, 25) - 100, hours + 24 * (10 + pick(2, 60)) + pick(3, 23));
        let scale = [0.0, 1e-6, 1.0, 1.0, 1.0, 30.0][pick(4, 5) as usize];
        let load = invented.load.map(|hour, watts| {
            let hole = noise(hour + case) * 10.0 < pick(5, 12) as f64 - 10.0;
            if (from..to).contains(&hour) && !hole { scale * watts } else { f64::NAN }
        });
        let load = if pick(6, 4) == 0 { Hourly::default() } else { load };
        let (kwh, temperature) = (series(10, &invented.kwh), series(20, &invented.temperature));
        let (outlook, presence) = (series(30, &invented.outlook), series(40, &invented.presence));
        let home = Home {
            load: &load,
            kwh: &kwh,
            temperature: &temperature,
            outlook: &outlook,
            presence: &presence,
        };
        let carrier = if pick(7, 1) == 0 { Carrier::Gas } else { Carrier::Electricity };
        let day = invented.first.plus(pick(8, 80) as i32 - 5);
        let answer = forecast(&home, carrier, day, pick(9, 8) as usize);
        answers[usize::from(answer.is_ok())] += 1;
        if let Ok(found) = answer {
            let all = found.hours.iter().flat_map(|hour| hour.quantiles.into_iter().chain([hour.mean]));
            let all = all.chain(found.energy.quantiles).chain([found.energy.kwh]);
            assert!(all.into_iter().all(|value| value.is_finite() && value >= 0.0), "{case}: {found:?}");
            assert!(found.energy.kwh > 0.0 || scale <= 0.0, "{case}: a silent zero: {found:?}");
        }
        let _ = rest_of_month(&home, carrier, day, pick(11, 40) as usize);
        let days = (day, day.plus(pick(12, 30) as i32 - 5));
        let (temperature, presence) = (pick(13, 1) == 0, pick(14, 1) == 0);
        let backtest = Backtest { home, carrier, lead: pick(9, 8) as usize, days, temperature, presence };
        backtest.run().unwrap();
        backtest.rests(pick(11, 40) as usize).unwrap();
    }
    assert!(answers.iter().all(|count| *count > 100), "{answers:?}");
}
