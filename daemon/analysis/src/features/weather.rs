//! Columns of temperature: the load is close to linear between thresholds, so each average is bent at several.

use super::{DayWeather, calendar::phase, flag};
use crate::calendar::DayFacts;

/// Thresholds by average: index into [`crate::temperature::TAU`], or the temperature of the hour itself.
const HOUR: &[f64] = &[5.0, 10.0, 15.0, 18.0, 22.0, 26.0];
const BENT: [(usize, &[f64]); 6] = [
    (2, &[3.0, 8.0, 12.0, 15.0, 18.0, 22.0]),
    (4, &[5.0, 10.0, 15.0, 18.0, 21.0]),
    (1, &[10.0, 15.0, 20.0]),
    (5, &[10.0, 16.0]),
    (0, &[]),
    (3, &[15.0]),
];

/// Temperature of the hour, its averages, and the shape of the day.
pub(super) fn temp(weather: &DayWeather, hour: usize, out: &mut [f64]) {
    let sample = &weather.hours[hour];
    let mut next = out.iter_mut();
    let mut put = |value: f64| {
        if let Some(out) = next.next() {
            *out = value;
        }
    };
    let mut bent = |value: f64, knots: &[f64]| {
        put(value);
        for knot in knots {
            put((value - knot).max(0.0));
        }
    };
    bent(sample.national, HOUR);
    for (average, knots) in BENT {
        bent(sample.smooth[average], knots);
    }
    put(weather.range);
    put((weather.max - 24.0).max(0.0));
    put(weather.mean);
    put(weather.min);
}

/// Heating and cooling, by season and by kind of day.
pub(super) fn tempx(facts: &DayFacts, weather: &DayWeather, hour: usize, out: &mut [f64]) {
    let day_average = weather.hours[hour].smooth[2];
    let heating = (15.0 - day_average).max(0.0);
    let cooling = (day_average - 18.0).max(0.0);
    let w = phase(facts);
    let leave = flag(!facts.work);
    let columns = [
        heating * w.cos(),
        heating * w.sin(),
        heating * (2.0 * w).cos(),
        heating * (2.0 * w).sin(),
        heating * leave,
        heating * facts.school,
        cooling * leave,
        weather.range * w.cos(),
    ];
    out.copy_from_slice(&columns);
}

/// What the national mean hides.
pub(super) fn ext(weather: &DayWeather, hour: usize, out: &mut [f64]) {
    let sample = &weather.hours[hour];
    let national = sample.smooth[2];
    for (i, (&t, &average)) in sample.region.iter().zip(&sample.region_smooth).enumerate() {
        out[i] = (16.0 - average).max(0.0) - (16.0 - national).max(0.0);
        out[4 + i] = (average - 19.0).max(0.0) - (national - 19.0).max(0.0);
        out[8 + i] = t - sample.national;
    }
    out[12] = sample.heat;
    out[13] = weather.range_before;
    out[14] = sample.national - weather.hours[(hour + 21) % 24].national;
}
