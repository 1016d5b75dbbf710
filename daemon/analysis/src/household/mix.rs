//! Quantiles of two models as one, and stretched until they hold as often as they say.

use crate::interval::LEVELS;

/// What the analog days weigh; the hourly filters have the rest.
const ANALOG: f64 = 0.7;
/// Days looked back on, and the fewest. Bands made from less than [`RIPE`] days of curves do not count: what was wrong
/// with them is not wrong with their successors, and correcting it cost 1.6 % of the pinball loss of the first months.
pub(crate) const DAYS: usize = 60;
const FEWEST: usize = 28;
pub(crate) const RIPE: usize = 28;
/// Weight of the other hours.
const OTHERS: f64 = 0.05;
/// How far an interval may be stretched.
const STRETCH: (f64, f64) = (0.6, 1.8);
/// Least distance of a quantile from the median when errors are compared, and least quantile, as shares of the day's
/// median.
const LEAST_SIDE: f64 = 0.013;
const FLOOR: f64 = 0.027;
const MEDIAN: usize = 4;
const PAIRS: usize = 4;

/// Mixes quantile by quantile; where only one is known it stands alone.
pub(crate) fn mix(analog: Option<[f64; 9]>, filter: Option<[f64; 9]>) -> Option<[f64; 9]> {
    match (analog, filter) {
        (Some(analog), Some(filter)) => {
            Some(std::array::from_fn(|i| ANALOG * analog[i] + (1.0 - ANALOG) * filter[i]))
        }
        (analog, filter) => analog.or(filter),
    }
}

/// A day's quantiles in slots (hours, or blocks of the day).
pub(crate) type Bands<const K: usize> = [Option<[f64; 9]>; K];

/// Mean of the medians.
fn level<const K: usize>(bands: &Bands<K>) -> f64 {
    let medians = || bands.iter().flatten().map(|band| band[MEDIAN]);
    medians().sum::<f64>() / medians().count().max(1) as f64
}

/// How far from the median a value fell, in units of each of the four pairs of quantiles around it.
fn distances(band: &[f64; 9], value: f64, least: f64) -> [f64; PAIRS] {
    let median = band[MEDIAN];
    std::array::from_fn(|pair| {
        if value >= median {
            (value - median) / (band[8 - pair] - median).max(least)
        } else {
            (median - value) / (median - band[pair]).max(least)
        }
    })
}

/// Stretches the bands of day `index` by how the bands of the days `ripe..=known` held. Where these are too few the
/// bands are left as they are.
pub(crate) fn calibrate<const K: usize>(
    made: &[Option<Bands<K>>],
    measured: impl Fn(usize) -> [f64; K],
    index: usize,
    ripe: usize,
    known: usize,
) -> Option<Bands<K>> {
    let bands = made[index]?;
    let mut past: [Vec<(f64, usize)>; PAIRS] = Default::default();
    let mut days = 0;
    let first = ripe.max((known + 1).saturating_sub(DAYS));
    for (day, before) in made.iter().enumerate().take(known + 1).skip(first) {
        let Some(before) = before else { continue };
        let (values, least) = (measured(day), LEAST_SIDE * level(before));
        let mut scored = false;
        for (slot, (band, value)) in before.iter().zip(values).enumerate() {
            if let Some(band) = band
                && value.is_finite()
            {
                scored = true;
                for (past, distance) in past.iter_mut().zip(distances(band, value, least)) {
                    past.push((distance, slot));
                }
            }
        }
        days += usize::from(scored);
    }
    if days < FEWEST {
        return Some(bands);
    }
    for past in &mut past {
        past.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    }
    let floor = FLOOR * level(&bands);
    let mut slot = 0;
    Some(bands.map(|band| {
        let stretched = band.map(|band| {
            let factors = std::array::from_fn::<f64, PAIRS, _>(|pair| {
                let share = LEVELS[8 - pair] - LEVELS[pair];
                weighted_quantile(&past[pair], slot, share).clamp(STRETCH.0, STRETCH.1)
            });
            stretch(&band, factors, floor)
        });
        slot += 1;
        stretched
    }))
}

/// Quantile of sorted (distance, slot), of which those of `slot` weigh most.
fn weighted_quantile(sorted: &[(f64, usize)], slot: usize, share: f64) -> f64 {
    let weight = |of: usize| if of == slot { 1.0 } else { OTHERS };
    let total: f64 = sorted.iter().map(|(_, of)| weight(*of)).sum();
    let (mut sum, mut before) = (0.0, None);
    for &(distance, of) in sorted {
        let middle = (sum + weight(of) / 2.0) / total;
        sum += weight(of);
        if middle >= share {
            return match before {
                Some((low, at)) => low + (distance - low) * (share - at) / (middle - at),
                None => distance,
            };
        }
        before = Some((distance, middle));
    }
    before.map_or(1.0, |(distance, _)| distance)
}

/// Stretches a band about its median, pair by pair from the outermost.
pub(crate) fn stretch(band: &[f64; 9], factors: [f64; PAIRS], floor: f64) -> [f64; 9] {
    let median = band[MEDIAN];
    let mut stretched: [f64; 9] = std::array::from_fn(|i| {
        let factor = factors.get(i.min(8 - i)).copied().unwrap_or(1.0);
        (median + factor * (band[i] - median)).max(floor)
    });
    stretched.sort_unstable_by(f64::total_cmp);
    stretched
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAND: [f64; 9] = [60.0, 70.0, 80.0, 90.0, 100.0, 110.0, 120.0, 130.0, 140.0];

    #[test]
    fn one_model_alone_stands_and_two_are_mixed() {
        let other = BAND.map(|watts| watts + 10.0);
        assert_eq!(mix(Some(BAND), None), Some(BAND));
        assert_eq!(mix(None, Some(BAND)), Some(BAND));
        assert_eq!(mix(None, None), None);
        let mixed = mix(Some(BAND), Some(other)).unwrap();
        assert!((mixed[4] - 103.0).abs() < 1e-9);
    }

    #[test]
    fn bands_that_hold_too_often_shrink_and_too_seldom_grow() {
        let made = vec![Some([Some(BAND), None]); 40];
        for (spread, outer) in [(10.0, STRETCH.0), (40.0, 0.8), (400.0, STRETCH.1)] {
            // Evenly spread within `spread` of the median: the outer pair should reach 0.8 of it.
            let measured = |day: usize| [100.0 + spread * ((day % 20) as f64 - 9.5) / 10.0, 100.0];
            let bands = calibrate(&made, measured, 39, 0, 38).unwrap();
            let band = bands[0].unwrap();
            assert!(band.is_sorted() && bands[1].is_none());
            assert!((band[8] - 100.0 - 40.0 * outer).abs() < 3.0, "{spread}: {band:?}");
            assert!((band[4] - 100.0).abs() < 1e-12);
            assert!(band[0] >= FLOOR * 100.0);
        }
        for ripe in [10, 30] {
            let short = calibrate(&made, |_| [100.0, 100.0], 39, ripe, 38).unwrap();
            assert_eq!(short[0] == Some(BAND), ripe == 30, "nine days say nothing");
        }
    }
}
