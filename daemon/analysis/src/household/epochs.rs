//! Scales that a home is measured with, without a look ahead.
//!
//! A filter's variances are given relative to the home's own level, which is not known on the first day. So the level
//! is taken again each time the number of known days has doubled, and the filter learns its history anew on that scale.
//! A forecast never depends on a level that was not yet known; all of it costs twice the last run.

/// Known days at the first scale.
pub(crate) const FEWEST: usize = 3;

/// A stretch of days whose forecasts share a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Days that the scale is taken from: those before this one.
    pub(crate) scaled_by: usize,
    /// Last known days of the forecasts.
    pub(crate) states: std::ops::Range<usize>,
}

/// The epochs of days of which some are known.
pub(crate) fn epochs(known: impl IntoIterator<Item = bool>) -> Vec<Epoch> {
    let (mut starts, mut count, mut next, mut len) = (Vec::new(), 0, FEWEST, 0);
    for (day, known) in known.into_iter().enumerate() {
        count += usize::from(known);
        if known && count == next {
            starts.push(day);
            next = if next == FEWEST { 7 } else { 2 * next };
        }
        len = day + 1;
    }
    let ends = starts.iter().skip(1).copied().chain([len]);
    starts.iter().zip(ends).map(|(&start, end)| Epoch { scaled_by: start + 1, states: start..end }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_of_days_before_its_forecasts() {
        let known = (0..40).map(|day| day != 1);
        let found = epochs(known);
        let starts: Vec<usize> = found.iter().map(|epoch| epoch.states.start).collect();
        assert_eq!(starts, [3, 7, 14, 28]);
        assert_eq!(found.last().unwrap().states.end, 40);
        assert!(found.iter().all(|epoch| epoch.scaled_by == epoch.states.start + 1));
        assert_eq!(epochs([true, true]), []);
    }
}
