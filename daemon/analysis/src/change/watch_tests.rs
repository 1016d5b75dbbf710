use super::super::fixture::{day, home, trust};
use super::super::{LEAST_DAYS, LOUDEST, Refusal, TAU};
use super::*;

/// The formulas of the recipe, start by start and sum by sum, without a shortcut.
fn plain_odds(trust: &Trust, days: &[Judged]) -> f64 {
    let mut sum = 0.0;
    for s in 0..days.len() {
        if days.len() - s < LEAST_DAYS {
            continue;
        }
        let (mut information, mut score, mut predicted, mut row) = (0.0, 0.0, 0.0, [0.0; 2]);
        for i in s..days.len() {
            let memory = |i: usize| trust.phi().powi(days[i].day.since(days[i - 1].day));
            let e = |i: usize| days[i].z().clamp(-LOUDEST, LOUDEST);
            let g = |i: usize| days[i].predicted / days[i].sigma;
            let (rho, before, g_before) =
                if i > 0 { (memory(i), e(i - 1), g(i - 1)) } else { (0.0, 0.0, 0.0) };
            let spread = (1.0 - rho * rho).sqrt();
            let (u, g) = ((e(i) - rho * before) / spread, (g(i) - rho * g_before) / spread);
            information += g * g;
            score += g * u;
            predicted += days[i].predicted;
            row = [row[0] + days[i].row[0], row[1] + days[i].row[1]];
        }
        let d = score / information;
        let v = trust.kappa().powi(2) * (1.0 / information + trust.variance(&row) / (predicted * predicted));
        let tau2 = TAU * TAU;
        let bf = (1.0 + tau2 / v).powf(-0.5) * (0.5 * d * d * tau2 / (v * (v + tau2))).exp();
        let stands_for = if s > 0 { days[s].day.since(days[s - 1].day) } else { 1 };
        sum += bf * f64::from(stands_for);
    }
    sum / 365.0
}

#[test]
fn odds_are_those_of_the_formulas() {
    let trust = trust(0.4, 1.2);
    let mut days = home(4).judged_by(200, |n| if n < 90 { 1.0 } else { 0.85 });
    days.drain(100..117);
    days.remove(40);
    let mut watch = Watch::new(trust.clone());
    for (n, odds) in watch.run(&days).unwrap().iter().enumerate() {
        let plain = plain_odds(&trust, &days[..=n]);
        assert!((odds.odds - plain).abs() <= 1e-9 * plain.max(1.0), "day {n}: {} and {plain}", odds.odds);
    }
}

#[test]
fn a_change_is_found_with_its_day_and_size() {
    for (seed, factor) in [(5, 0.7), (6, 0.75), (7, 1.35)] {
        let days = home(seed).judged_by(200, |n| if n < 60 { 1.0 } else { factor });
        let mut watch = Watch::new(trust(0.4, 1.2));
        let alarms: Vec<Day> =
            watch.run(&days).unwrap().iter().filter(|odds| odds.alarm).map(|odds| odds.day).collect();
        assert_eq!(alarms.len(), 1, "an alarm is raised once");
        assert!(alarms[0] > day(60) && alarms[0] < day(120), "{seed}: {}", alarms[0]);
        let change = watch.change().unwrap();
        assert_eq!((change.found_on, change.read_on), (alarms[0], day(199)));
        assert!(change.since.since(day(60)).abs() <= 15, "{change:?}");
        assert!((change.since_from..=change.since_to).contains(&day(60)), "{change:?}");
        let truth = 100.0 * (factor - 1.0);
        assert!(change.lower <= truth && truth <= change.upper && !change.maybe_earlier, "{change:?}");
        assert!(change.lower.signum() == change.upper.signum(), "{change:?}");
    }
}

#[test]
fn what_was_changed_from_the_first_day_may_be_older() {
    let days = home(8).judged(90, 0.65);
    let mut watch = Watch::new(trust(0.4, 1.2));
    watch.run(&days).unwrap();
    let change = watch.change().unwrap();
    assert!(change.maybe_earlier && change.since_from == day(0), "{change:?}");
}

#[test]
fn days_that_are_missing_or_always_the_same_raise_nothing() {
    let constant = |n: i32, predicted: f64| Judged {
        day: day(n),
        residual: 0.0,
        predicted,
        sigma: 1.0,
        row: vec![1.0, 0.0],
    };
    for predicted in [0.0, 20.0] {
        let days: Vec<Judged> = (0..1500).map(|n| constant(n, predicted)).collect();
        let mut watch = Watch::new(trust(0.4, 1.0));
        assert!(watch.run(&days).unwrap().iter().all(|odds| !odds.alarm && odds.odds <= 1.0), "{predicted}");
        assert_eq!(watch.change(), None);
    }
    let mut watch = Watch::new(trust(0.4, 1.0));
    assert_eq!(watch.run(&[]), Ok(Vec::new()));
    assert_eq!(watch.change(), None);
    let one = watch.add(&constant(0, 20.0)).unwrap();
    assert_eq!((one.odds, one.alarm), (0.0, false));
}

#[test]
fn a_hole_belongs_to_the_day_after_it() {
    let mut days = home(9).judged_by(200, |n| if n < 80 { 1.0 } else { 0.6 });
    days.drain(60..100);
    let mut watch = Watch::new(trust(0.4, 1.2));
    watch.run(&days).unwrap();
    let change = watch.change().unwrap();
    assert!(change.since_from <= day(80) && change.since_to >= day(80), "{change:?}");
}

#[test]
fn later_days_change_nothing_that_was_said_before() {
    let days = home(10).judged_by(300, |n| if n < 100 { 1.0 } else { 0.75 });
    let mut watch = Watch::new(trust(0.4, 1.2));
    let mut said = Vec::new();
    for judged in &days[..200] {
        said.push((watch.add(judged).unwrap(), watch.change()));
    }
    let mut other = days.clone();
    other[150..].iter_mut().for_each(|judged| judged.residual = 500.0);
    let mut again = Watch::new(trust(0.4, 1.2));
    for (judged, said) in other[..150].iter().zip(&said) {
        assert_eq!((again.add(judged).unwrap(), again.change()), *said);
    }
}

#[test]
fn a_day_that_is_not_sound_is_refused_and_leaves_no_trace() {
    let good = home(11).judged(60, 1.0);
    let mut watch = Watch::new(trust(0.4, 1.2));
    watch.run(&good[..30]).unwrap();
    let spoil: [fn(&mut Judged); 5] = [
        |judged| judged.residual = f64::NAN,
        |judged| judged.predicted = f64::INFINITY,
        |judged| judged.sigma = 0.0,
        |judged| judged.row[1] = f64::NAN,
        |judged| judged.row.truncate(1),
    ];
    for spoil in spoil {
        let mut bad = good[30].clone();
        spoil(&mut bad);
        assert_eq!(watch.add(&bad), Err(Refusal::Day { day: day(30) }));
    }
    assert_eq!(watch.add(&good[29]), Err(Refusal::Order { day: day(29), before: day(29) }));
    let mut fresh = Watch::new(trust(0.4, 1.2));
    fresh.run(&good[..30]).unwrap();
    assert_eq!(watch.run(&good[30..]), fresh.run(&good[30..]));
    for (covariance, phi, kappa) in
        [(&[1.0, 2.0, 3.0][..], 0.4, 1.0), (&[-1.0], 0.4, 1.0), (&[1.0], 1.0, 1.0), (&[1.0], 0.4, 0.5)]
    {
        assert!(Trust::new(covariance, phi, kappa, 2.0).is_err(), "{covariance:?} {phi} {kappa}");
    }
    assert!(
        Trust::new(&[1.0], f64::NAN, 1.0, 2.0).is_err() && Trust::new(&[1.0], 0.1, f64::NAN, 2.0).is_err()
    );
}

#[test]
fn days_that_are_promised_less_than_nothing_are_days_too() {
    let mut days = home(13).judged_by(200, |n| if n < 60 { 1.0 } else { 0.7 });
    for judged in days.iter_mut().step_by(30) {
        judged.residual += judged.predicted + 2.0;
        judged.predicted = -2.0;
    }
    let mut watch = Watch::new(trust(0.4, 1.2));
    watch.run(&days).unwrap();
    let change = watch.change().unwrap();
    assert!((change.since_from..=change.since_to).contains(&day(60)), "{change:?}");
}

#[test]
fn numbers_beyond_all_measure_stay_numbers() {
    let mut days = home(12).judged(60, 1.0);
    for judged in &mut days {
        judged.residual *= 1e6;
    }
    let mut watch = Watch::new(trust(0.4, 1.2));
    watch.run(&days).unwrap();
    let change = watch.change().unwrap();
    assert!(
        [change.percent, change.lower, change.upper, change.odds].iter().all(|number| number.is_finite())
    );
}
