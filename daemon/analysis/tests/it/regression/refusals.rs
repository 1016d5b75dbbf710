//! What cannot be explained is refused with a reason, and never a panic.

use watteau_analysis::Day;
use watteau_analysis::regression::linear::{Driver, fit as line};
use watteau_analysis::regression::{Days, Form, Refusal, Request, fit};

use super::home::Home;

const FORMS: [Form; 3] = [Form::Daily, Form::Monthly, Form::Level];

fn request(form: Form) -> Request<'static> {
    Request { form, unit: "kWh", latitude: 46.5, from: None, to: None }
}

#[test]
fn drivers_that_say_nothing_are_named() {
    let (a, b) = ([1.0, 2.0, 4.0, 3.0, 7.0], [3.0, 5.0, 9.0, 7.0, 15.0]);
    let (same, values) = ([0.1; 5], [1.0, 2.0, 3.0, 5.0, 4.0]);
    let driver = |name, values| Driver { name, values };
    let named = |name: &str| name.to_owned();
    for (drivers, values, expected) in [
        (vec![driver("a", &a[..]), driver("b", &b)], &values[..], Refusal::Collinear { name: named("b") }),
        (vec![driver("a", &a), driver("same", &same)], &values, Refusal::Constant { name: named("same") }),
        (vec![driver("zero", &[0.0; 5])], &values, Refusal::Constant { name: named("zero") }),
        (vec![driver("a", &a)], &[2.0; 5], Refusal::Stuck),
        (vec![driver("a", &a[..1])], &values[..1], Refusal::TooFew { rows: 1, coefficients: 2, needed: 3 }),
        (vec![], &values[..1], Refusal::TooFew { rows: 1, coefficients: 1, needed: 2 }),
        (vec![driver("a", &a[..2])], &values[..2], Refusal::TooFew { rows: 2, coefficients: 2, needed: 3 }),
        (vec![], &[], Refusal::TooFew { rows: 0, coefficients: 1, needed: 2 }),
        (
            vec![driver("a", &[1.0, f64::NAN, 3.0, 4.0, 5.0])],
            &values,
            Refusal::NotFinite { what: named("a"), row: 1 },
        ),
        (
            vec![driver("a", &a)],
            &[1.0, 2.0, f64::INFINITY, 3.0, 4.0],
            Refusal::NotFinite { what: named("the value"), row: 2 },
        ),
        (vec![driver("a", &a[..4])], &values, Refusal::Lengths { what: named("a"), expected: 5, found: 4 }),
    ] {
        assert_eq!(line(&drivers, values, true), Err(expected));
    }
    let fitted = line(&[driver("a", &a)], &values, true).unwrap();
    assert!(matches!(fitted.predict(&[], 0.95), Err(Refusal::Lengths { .. })));
    assert!(matches!(fitted.predict(&[f64::NAN], 0.95), Err(Refusal::NotFinite { .. })));
}

#[test]
fn days_that_cannot_be_explained_are_refused() {
    for form in FORMS {
        let home = Home::new(400);
        let refused = |home: &Home| fit(&home.days(), &request(form)).unwrap_err();
        let mut broken = home.clone();
        broken.values[17] = Some(f64::NAN);
        assert_eq!(
            refused(&broken),
            Refusal::NotFinite { what: "the value".to_owned(), row: 17 },
            "{form:?}"
        );
        let mut broken = home.clone();
        broken.maximum[3] = Some(f64::INFINITY);
        let what = "the highest temperature".to_owned();
        assert_eq!(refused(&broken), Refusal::NotFinite { what, row: 3 }, "{form:?}");
        let mut short = home.clone();
        short.minimum.pop();
        assert!(matches!(refused(&short), Refusal::Lengths { expected: 400, found: 399, .. }), "{form:?}");
        let mut stuck = home.clone();
        stuck.values.fill(Some(7.0));
        assert_eq!(refused(&stuck), Refusal::Stuck, "{form:?}");
        let mut absent = home.clone();
        absent.values.fill(None);
        assert!(
            matches!(refused(&absent), Refusal::Nothing { .. } | Refusal::TooFew { rows: 0, .. }),
            "{form:?}"
        );
        let mut point = absent.clone();
        point.values[200] = Some(3.0);
        let refusal = refused(&point);
        assert!(matches!(refusal, Refusal::Waiting { .. } | Refusal::TooFew { .. }), "{form:?}: {refusal}");
        let mut cold = home.clone();
        cold.minimum.fill(None);
        assert!(
            matches!(refused(&cold), Refusal::Nothing { .. } | Refusal::TooFew { rows: 0, .. }),
            "{form:?}"
        );
        for (from, to) in [(500, 600), (30, 30), (40, 30), (-20, -10)] {
            let [from, to] = [from, to].map(|day| Some(home.first.plus(day)));
            let refusal = fit(&home.days(), &Request { from, to, ..request(form) }).unwrap_err();
            assert!(matches!(refusal, Refusal::Setting(_)), "{form:?}: {refusal}");
        }
        let nowhere = Request { latitude: f64::NAN, ..request(form) };
        assert!(matches!(fit(&home.days(), &nowhere), Err(Refusal::Setting(_))));
        let nothing = Days { first: home.first, values: &[], minimum: &[], maximum: &[], occupancy: None };
        assert!(matches!(fit(&nothing, &request(form)), Err(Refusal::Setting(_))));
    }
}

#[test]
fn a_constant_temperature_or_occupancy_is_said() {
    let mut home = Home::new(400);
    home.minimum.fill(Some(5.0));
    home.maximum.fill(Some(5.0));
    let refusal = fit(&home.days(), &request(Form::Daily)).unwrap_err();
    assert_eq!(refusal, Refusal::Constant { name: "heating".to_owned() });
    let mut home = Home::new(700);
    home.occupancy = Some(vec![Some(1.0); 700]);
    let refusal = fit(&home.days(), &request(Form::Monthly)).unwrap_err();
    assert_eq!(refusal, Refusal::Constant { name: "occupancy".to_owned() });
    // A level has a constant to say it.
    let fitted = fit(&home.days(), &request(Form::Level)).unwrap();
    assert_eq!(fitted.left_out, ["occupancy"]);
}

#[test]
fn what_is_not_known_is_not_predicted() {
    let mut home = Home::new(800);
    home.occupancy = Some((0..800).map(|i| Some(f64::from(u8::from(i % 90 > 8)))).collect());
    let (first, silent) = (home.first, home.first.plus(700));
    home.maximum[700] = None;
    for form in FORMS {
        let fitted = fit(&home.days(), &request(form)).unwrap();
        let days = home.days();
        let predict = |from: Day, to: Day| fitted.predict(&days, from, to);
        assert!(matches!(predict(first, first.plus(801)), Err(Refusal::Setting(_))), "{form:?}");
        assert!(matches!(predict(first, first), Err(Refusal::Setting(_))), "{form:?}");
        assert!(matches!(predict(first.plus(-1), first.plus(9)), Err(Refusal::Setting(_))), "{form:?}");
        assert!(fitted.predict_day(&days, silent).is_err(), "{form:?}");
        if form == Form::Monthly {
            assert!(matches!(predict(first.plus(3), first.plus(31)), Err(Refusal::Setting(_))));
        } else {
            assert!(
                matches!(predict(silent, silent.plus(2)), Err(Refusal::Unknown { day, .. }) if day == silent)
            );
            assert!(predict(silent.plus(1), silent.plus(2)).is_ok(), "{form:?}");
        }
    }
}
