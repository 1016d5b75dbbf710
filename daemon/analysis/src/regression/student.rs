//! Student's t: distribution function and quantile.
//!
//! The distribution function is the regularised incomplete beta function of `statrs`. Its own inverse stops at about
//! 1e-6, so quantiles are polished here by Newton's method, whose derivative is the density. What remains is below 1e-10
//! against sixty digits up to a million degrees of freedom, see the tests.

use std::f64::consts::PI;

use statrs::function::beta::{beta_reg, ln_beta};

/// Probability that a t of `freedom` degrees is at most `t`.
///
/// ```
/// let p = watteau_analysis::regression::student::cdf(2.0, 10.0);
/// assert!((p - 0.963_305_982_614_631_9).abs() < 1e-12);
/// ```
pub fn cdf(t: f64, freedom: f64) -> f64 {
    let tail = tail(t.abs(), freedom);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Probability that a t of `freedom` degrees is farther from 0 than `t`: the p-value of a two-sided test.
pub fn two_sided(t: f64, freedom: f64) -> f64 {
    2.0 * tail(t.abs(), freedom)
}

/// Probability beyond a `t` that is not negative.
fn tail(t: f64, freedom: f64) -> f64 {
    if t.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if freedom.is_infinite() {
        return 0.5 * statrs::function::erf::erfc(t / std::f64::consts::SQRT_2);
    }
    if t.is_infinite() {
        return 0.0;
    }
    let square = t * t;
    // Near the middle the argument of the second form is rounded to 1, in the tails the first one cancels.
    if square < freedom && t < 3.0 {
        0.5 - 0.5 * beta_reg(0.5, 0.5 * freedom, square / (freedom + square))
    } else {
        0.5 * beta_reg(0.5 * freedom, 0.5, freedom / (freedom + square))
    }
}

/// Density of a t of `freedom` degrees.
fn density(t: f64, freedom: f64) -> f64 {
    if freedom.is_infinite() {
        return (-0.5 * t * t).exp() / (2.0 * PI).sqrt();
    }
    let scale = -0.5 * freedom.ln() - ln_beta(0.5, 0.5 * freedom);
    (scale - 0.5 * (freedom + 1.0) * (t * t / freedom).ln_1p()).exp()
}

/// The t of `freedom` degrees (infinite: the normal distribution) that is exceeded with probability `1 - p`. NaN outside
/// `0..=1` or without degrees of freedom.
///
/// ```
/// let t = watteau_analysis::regression::student::quantile(0.975, 21.0);
/// assert!((t - 2.079_613_844_727_662).abs() < 1e-10);
/// ```
pub fn quantile(p: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if p < 0.5 { -upper(p, freedom) } else { upper(1.0 - p, freedom) }
}

/// The t beyond which `beyond`, at most a half, is left.
fn upper(beyond: f64, freedom: f64) -> f64 {
    if beyond <= 0.0 {
        return f64::INFINITY;
    }
    if beyond >= 0.5 {
        return 0.0;
    }
    // A bracket, by doubling; then Newton, and halving wherever it would leave the bracket.
    let (mut low, mut high) = (0.0, 1.0);
    while tail(high, freedom) > beyond {
        (low, high) = (high, 2.0 * high);
        if high > 1e300 {
            return f64::INFINITY;
        }
    }
    let mut t = f64::midpoint(low, high);
    for _ in 0..200 {
        let excess = tail(t, freedom) - beyond;
        if excess > 0.0 {
            low = t;
        } else {
            high = t;
        }
        let step = excess / density(t, freedom);
        let next = if (low..=high).contains(&(t + step)) { t + step } else { f64::midpoint(low, high) };
        let done = (next - t).abs() <= 4.0 * f64::EPSILON * t;
        t = next;
        if done {
            break;
        }
    }
    t
}

#[cfg(test)]
#[path = "../../examples/common/golden/quantiles.rs"]
mod golden;

#[cfg(test)]
mod tests {
    use super::golden::QUANTILE;
    use super::*;

    // By mpmath 1.3 with 60 digits: half of betainc(n/2, 1/2, 0, n/(n+t^2)), the arguments being the doubles written
    // here.
    const CDF: [(f64, f64, f64); 15] = [
        (0.0, 5.0, 0.5),
        (0.1, 1.0, 0.531_725_517_430_553_6),
        (-0.5, 2.5, 0.328_848_959_934_857_3),
        (1.0, 1.0, 0.75),
        (2.0, 3.0, 0.930_337_015_720_578_4),
        (2.0, 10.0, 0.963_305_982_614_629_8),
        (-3.25, 7.0, 0.007_028_642_357_596_87),
        (5.0, 4.0, 0.996_254_783_059_362_7),
        (12.5, 2.0, 0.996_830_395_948_227_7),
        (0.001, 30.0, 0.500_395_632_116_757_5),
        (2.5, 700.0, 0.993_676_475_767_569_3),
        (8.0, 1000.0, 0.999_999_999_999_998_3),
        (-40.0, 3.0, 0.000_017_190_340_394_579_264),
        (1.96, 1e6, 0.975_001_966_207_365_1),
        (0.7, 0.5, 0.657_299_668_739_616_7),
    ];
    const TAILS: [(f64, f64, f64); 5] = [
        (12.06, 726.0, 1.175_706_555_861_561_7e-30),
        (34.5, 729.0, 2.170_427_482_241_122e-155),
        (3.0, 21.0, 0.006_821_825_813_970_61),
        (2.9999, 21.0, 0.006_823_385_000_417_208),
        (6.5, 9.0, 0.000_111_450_787_368_615_29),
    ];

    #[test]
    fn the_distribution_is_that_of_sixty_digits() {
        for (t, freedom, expected) in CDF {
            let found = cdf(t, freedom);
            assert!(
                (found - expected).abs() < 1e-11 * expected,
                "{t} {freedom}: {found} instead of {expected}"
            );
        }
    }

    #[test]
    fn quantiles_are_those_of_sixty_digits() {
        for (p, freedom, expected) in QUANTILE {
            let found = quantile(p, freedom);
            let near = 1e-10 * expected.abs().max(1e-3);
            assert!((found - expected).abs() < near, "{p} {freedom}: {found} instead of {expected}");
        }
    }

    #[test]
    fn tails_do_not_run_out() {
        for (t, freedom, expected) in TAILS {
            let found = two_sided(t, freedom);
            assert!((found / expected - 1.0).abs() < 1e-9, "{t} {freedom}: {found} instead of {expected}");
        }
    }

    #[test]
    fn what_is_no_probability_has_no_quantile() {
        for (p, freedom) in [(-0.1, 3.0), (1.1, 3.0), (f64::NAN, 3.0), (0.9, 0.0), (0.9, f64::NAN)] {
            assert!(quantile(p, freedom).is_nan(), "{p} {freedom}");
        }
        assert_eq!((quantile(0.5, 4.0), quantile(1.0, 4.0)), (0.0, f64::INFINITY));
        assert!(quantile(0.0, 4.0) < f64::MIN);
        assert!(cdf(f64::NAN, 3.0).is_nan() && cdf(1.0, -1.0).is_nan());
        assert_eq!((cdf(f64::INFINITY, 3.0), cdf(f64::NEG_INFINITY, 3.0)), (1.0, 0.0));
    }
}
