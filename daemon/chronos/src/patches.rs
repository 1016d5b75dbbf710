//! A series as the patch models see it: normalised, cut into patches, with a mask for what is missing.

/// Where a series lies and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) loc: f32,
    pub(crate) scale: f32,
}

impl Place {
    /// Mean and population standard deviation of what was observed. The sums run in float64: in float32 a load of
    /// 60000 MW loses digits.
    pub(crate) fn of(values: &[f32]) -> Self {
        let observed = || values.iter().filter(|value| !value.is_nan()).map(|value| f64::from(*value));
        let count = observed().count();
        if count == 0 {
            return Self { loc: 0.0, scale: 1.0 };
        }
        let mean = observed().sum::<f64>() / count as f64;
        let variance = observed().map(|value| (value - mean).powi(2)).sum::<f64>() / count as f64;
        let scale = variance.sqrt() as f32;
        Self { loc: mean as f32, scale: if scale == 0.0 { 1e-5 } else { scale } }
    }

    /// The value in units of the scale.
    pub(crate) fn normalise(self, value: f32) -> f32 {
        ((f64::from(value) - f64::from(self.loc)) / f64::from(self.scale)) as f32
    }

    /// Back again.
    pub(crate) fn restore(self, value: f32) -> f32 {
        value * self.scale + self.loc
    }
}

/// The last `length` values.
pub(crate) fn last(values: &[f32], length: usize) -> &[f32] {
    &values[values.len().saturating_sub(length)..]
}

/// Appends the patch vectors `[values, mask]` of a normalised series (NaN = missing) to `out`, each after what
/// `before` writes for it, and returns for each patch whether anything in it was observed. The series is padded on the
/// left to whole patches.
pub(crate) fn cut(
    values: &[f32],
    patch: usize,
    out: &mut Vec<f32>,
    mut before: impl FnMut(usize, &mut Vec<f32>),
) -> Vec<bool> {
    let patches = values.len().div_ceil(patch);
    let missing = patches * patch - values.len();
    let padded: Vec<f32> = std::iter::repeat_n(f32::NAN, missing).chain(values.iter().copied()).collect();
    padded
        .chunks_exact(patch)
        .enumerate()
        .map(|(number, values)| {
            before(number, out);
            out.extend(values.iter().map(|value| if value.is_nan() { 0.0 } else { *value }));
            out.extend(values.iter().map(|value| f32::from(u8::from(!value.is_nan()))));
            values.iter().any(|value| !value.is_nan())
        })
        .collect()
}
