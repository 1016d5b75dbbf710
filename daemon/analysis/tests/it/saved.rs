//! Models that stop and go on, and priors.

use jiff::civil::date;
use watteau_analysis::scores::Scores;
use watteau_analysis::{Day, Error, HourForecast, Issue, Model, Prior, Weather};

use crate::invented::Country;

#[test]
fn a_saved_model_goes_on_to_the_bit() {
    let country = Country::ten_weeks();
    let (grid, temperatures) = (country.grid().unwrap(), country.temperatures());
    let cases = [Weather::Measured];
    let middle = country.last.plus(-9);
    let mut model = country.model(Issue::Morning, 1);
    model.run(&grid, &temperatures, &cases, middle, 2).unwrap();
    let bytes = model.save().unwrap();
    let mut read = Model::load(&bytes).unwrap();
    let expected = model.run(&grid, &temperatures, &cases, country.last, 2).unwrap();
    assert_eq!(read.run(&grid, &temperatures, &cases, country.last, 2).unwrap(), expected);
    assert_eq!(expected[0].len(), 9);
}

#[test]
fn damaged_bytes_are_refused() {
    let country = Country::ten_weeks();
    let bytes = country.model(Issue::Morning, 1).save().unwrap();
    for cut in [0, 1, 2, 50, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(Model::load(&bytes[..cut]), Err(Error::State(_))), "{cut}");
    }
    let mut newer = bytes.clone();
    newer[0] = 99;
    assert!(Model::load(&newer).is_err());
    let prior = Prior::built_in().unwrap().to_bytes().unwrap();
    for cut in [0, 1, 100, prior.len() / 2, prior.len() - 1] {
        assert!(Prior::from_bytes(&prior[..cut]).is_err(), "{cut}");
    }
    for at in (0..400).chain((400..prior.len()).step_by(997)) {
        let mut changed = prior.clone();
        changed[at] ^= 0x55;
        // Refused or used, but never a crash.
        if let Ok(prior) = Prior::from_bytes(&changed) {
            drop(prior.start(Issue::Morning, country.first, 1));
        }
    }
}

#[test]
fn a_prior_forecasts_at_once_what_took_weeks_to_learn() {
    let country = Country::new(Day::new(date(2024, 1, 8)), 120);
    let (grid, temperatures) = (country.grid().unwrap(), country.temperatures());
    let cases = [Weather::Measured];
    let learnt = country.first.plus(80);
    let mut models = [country.model(Issue::Morning, 1)];
    models[0].run(&grid, &temperatures, &cases, learnt.plus(2), 2).unwrap();
    let prior = Prior::make(&mut models, 0).unwrap();
    assert_eq!(prior.through(), learnt);
    let prior = Prior::from_bytes(&prior.to_bytes().unwrap()).unwrap();
    assert!(prior.start(Issue::Evening, learnt, 1).is_err(), "it was not fitted for the evening");

    let score = |model: &mut Model| {
        let days = model.run(&grid, &temperatures, &cases, learnt.plus(17), 2).unwrap().remove(0);
        let hours: Vec<HourForecast> = days.into_iter().flat_map(|day| day.hours.unwrap()).collect();
        assert!(hours.len() >= 14 * 24);
        Scores::of(&hours, &country.load)
    };
    let whole = score(&mut models[0]);
    let started = score(&mut prior.start(Issue::Morning, learnt.plus(1), 1).unwrap());
    assert!(started.mape < whole.mape * 1.2, "{} {}", started.mape, whole.mape);
}
