//! Hours and their cumulative sums, compared with what Home Assistant has.
//!
//! Home Assistant keeps for each hour the sum of all hours up to its end, and draws differences. So an hour that is
//! corrected moves every later sum: from the first difference on, everything is sent again. What it has is read back
//! rather than remembered here: there is no state of ours that could lie after a crash, a restore or a reset on either
//! side.

use crate::sensor::Lang;

const HOUR_MS: i64 = 3_600_000;

/// Sums closer than this are the same, kWh or m3: a thousandth of a Wh, far above what a float loses in decades.
const SAME: f64 = 1e-6;

/// A statistic that watteau can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// Electricity drawn from the grid.
    Electricity,
    /// Electricity given to the grid.
    Production,
    /// Gas, as energy.
    Gas,
    /// Gas, as volume.
    GasVolume,
}

impl Statistic {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Electricity, Self::Production, Self::Gas, Self::GasVolume];

    /// What the configuration calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Electricity => "electricity",
            Self::Production => "production",
            Self::Gas => "gas",
            Self::GasVolume => "gas_volume",
        }
    }

    /// Home Assistant's id of it: small letters, digits and `_` after the source.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Electricity => "watteau:electricity_import",
            Self::Production => "watteau:electricity_export",
            Self::Gas => "watteau:gas_energy",
            Self::GasVolume => "watteau:gas_volume",
        }
    }

    /// Its name in the energy dashboard's settings.
    pub const fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Electricity, Lang::En) => "Watteau electricity",
            (Self::Electricity, Lang::Fr) => "Watteau électricité",
            (Self::Production, Lang::En) => "Watteau electricity given to the grid",
            (Self::Production, Lang::Fr) => "Watteau électricité injectée",
            (Self::Gas, Lang::En) => "Watteau gas, energy",
            (Self::Gas, Lang::Fr) => "Watteau gaz, énergie",
            (Self::GasVolume, Lang::En) => "Watteau gas, volume",
            (Self::GasVolume, Lang::Fr) => "Watteau gaz, volume",
        }
    }

    /// How Home Assistant writes its unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::GasVolume => "m³",
            _ => "kWh",
        }
    }

    /// Home Assistant's class of that unit.
    pub const fn unit_class(self) -> &'static str {
        match self {
            Self::GasVolume => "volume",
            _ => "energy",
        }
    }
}

/// An amount over `[start, start + duration)`, ms since the epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// When it begins.
    pub start: i64,
    /// How long it is.
    pub duration: i64,
    /// kWh or m3.
    pub amount: f64,
}

impl Interval {
    const fn end(&self) -> i64 {
        self.start.saturating_add(self.duration)
    }
}

/// The amount of an hour of UTC that begins at `.0`.
pub type Hour = (i64, f64);

/// A row as Home Assistant keeps it: an hour, and the sum at its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The hour's beginning, ms since the epoch.
    pub start: i64,
    /// Everything up to the hour's end.
    pub sum: f64,
}

/// One list of what was measured twice, finely and by the day, both ascending: a day is taken finely where nothing of
/// it is missing, and whole where it is. Both at once would count it twice.
pub fn merged(fine: &[Interval], coarse: &[Interval]) -> Vec<Interval> {
    let mut all = Vec::with_capacity(fine.len() + coarse.len());
    let mut fine = fine;
    for day in coarse {
        let (before, rest) = fine.split_at(fine.partition_point(|it| it.start < day.start));
        let (inside, after) = rest.split_at(rest.partition_point(|it| it.start < day.end()));
        all.extend(before);
        let covered: i64 = inside.iter().map(|it| it.duration).sum();
        if covered >= day.duration {
            all.extend(inside);
        } else {
            all.push(*day);
        }
        fine = after;
    }
    all.extend(fine);
    all
}

/// Amounts by hour of UTC, ascending. A half-hour adds to its hour; what is longer than an hour is never spread, and
/// counts where it begins: a day at its midnight, a gas day at six.
pub fn hours(intervals: &[Interval]) -> Vec<Hour> {
    let mut hours: Vec<Hour> = Vec::new();
    for interval in intervals {
        let hour = interval.start.div_euclid(HOUR_MS) * HOUR_MS;
        match hours.last_mut() {
            Some((last, amount)) if *last == hour => *amount += interval.amount,
            _ => hours.push((hour, interval.amount)),
        }
    }
    hours
}

/// Goes through a history piece by piece, in order, and says what Home Assistant has to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Comparison {
    sum: f64,
    differs: bool,
    sent: u64,
}

impl Comparison {
    /// What of a piece has to be sent: nothing while the two agree, everything from the first difference on. An hour
    /// that only Home Assistant has gets the sum before it, and so no bar.
    pub fn piece(&mut self, ours: &[Hour], theirs: &[Row]) -> Vec<Row> {
        let mut rows = Vec::new();
        let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
        loop {
            let start = match (ours.peek(), theirs.peek()) {
                (Some(our), Some(their)) => our.0.min(their.start),
                (Some(our), None) => our.0,
                (None, Some(their)) => their.start,
                (None, None) => break,
            };
            if let Some((_, amount)) = ours.next_if(|our| our.0 == start) {
                self.sum += amount;
            }
            let has = theirs.next_if(|their| their.start == start);
            self.differs |= has.is_none_or(|their| their.sum.is_nan() || (their.sum - self.sum).abs() > SAME);
            if self.differs {
                rows.push(Row { start, sum: self.sum });
            }
        }
        self.sent += rows.len() as u64;
        rows
    }

    /// How many rows have to be sent so far.
    pub const fn sent(&self) -> u64 {
        self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intervals(step: i64, from: i64, amounts: &[f64]) -> Vec<Interval> {
        let interval =
            |(n, &amount): (usize, &f64)| Interval { start: from + n as i64 * step, duration: step, amount };
        amounts.iter().enumerate().map(interval).collect()
    }

    fn rows(from: i64, sums: &[f64]) -> Vec<Row> {
        sums.iter().enumerate().map(|(n, &sum)| Row { start: (from + n as i64) * HOUR_MS, sum }).collect()
    }

    #[test]
    fn half_hours_add_to_their_hour_and_days_stay_whole() {
        let half = HOUR_MS / 2;
        assert_eq!(hours(&intervals(half, 0, &[1.0, 2.0, 4.0])), [(0, 3.0), (HOUR_MS, 4.0)]);
        // From the middle of an hour on, and before the epoch.
        assert_eq!(hours(&intervals(half, -half, &[1.0, 2.0])), [(-HOUR_MS, 1.0), (0, 2.0)]);
        assert_eq!(hours(&intervals(24 * HOUR_MS, 0, &[5.0, 6.0])), [(0, 5.0), (24 * HOUR_MS, 6.0)]);
        assert_eq!(hours(&[]), []);
    }

    #[test]
    fn a_day_counts_once() {
        let day = 4 * HOUR_MS;
        let coarse = intervals(day, 0, &[10.0, 20.0, 30.0]);
        let fine = |hours: &[i64]| -> Vec<Interval> {
            hours.iter().map(|&n| Interval { start: n * HOUR_MS, duration: HOUR_MS, amount: 1.0 }).collect()
        };
        for (hours, expected) in [
            // A whole day by hours, one with a hole, one without.
            (vec![0, 1, 2, 3, 4, 6, 7], vec![1.0, 1.0, 1.0, 1.0, 20.0, 30.0]),
            (vec![], vec![10.0, 20.0, 30.0]),
            // After the last day that is known whole, what there is finely counts.
            (vec![11, 12, 13], vec![10.0, 20.0, 30.0, 1.0, 1.0]),
            (vec![-1], vec![1.0, 10.0, 20.0, 30.0]),
        ] {
            let amounts: Vec<f64> = merged(&fine(&hours), &coarse).iter().map(|it| it.amount).collect();
            assert_eq!(amounts, expected, "{hours:?}");
        }
        assert_eq!(merged(&fine(&[0, 1]), &[]).len(), 2);
    }

    #[test]
    fn what_agrees_is_not_sent_and_a_difference_sends_the_tail() {
        let ours: Vec<Hour> = (0..5).map(|n| (n * HOUR_MS, 1.0)).collect();
        let check = |theirs: &[Row], expected: &[Row]| {
            // In one piece or in two, the same.
            for cut in 0..=5 {
                let mut comparison = Comparison::default();
                let split = theirs.partition_point(|row| row.start < cut * HOUR_MS);
                let mut sent = comparison.piece(&ours[..cut as usize], &theirs[..split]);
                sent.extend(comparison.piece(&ours[cut as usize..], &theirs[split..]));
                assert_eq!(sent, expected, "cut at {cut}");
                assert_eq!(comparison.sent(), expected.len() as u64);
            }
        };
        check(&rows(0, &[1.0, 2.0, 3.0, 4.0, 5.0]), &[]);
        check(&[], &rows(0, &[1.0, 2.0, 3.0, 4.0, 5.0]));
        check(&rows(0, &[1.0, 2.0]), &rows(2, &[3.0, 4.0, 5.0]));
        check(&rows(0, &[1.0, 2.5, 3.5, 4.5, 5.5]), &rows(1, &[2.0, 3.0, 4.0, 5.0]));
        // A hole in the middle is filled, and what follows is sent again.
        check(&[rows(0, &[1.0, 2.0]), rows(3, &[4.0, 5.0])].concat(), &rows(2, &[3.0, 4.0, 5.0]));
        // Hours that only Home Assistant has get no bar.
        check(&rows(-1, &[7.0, 8.0]), &rows(-1, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
        check(&rows(0, &[1.0, 2.0, 3.0, 4.0, 5.0, 5.0]), &[]);
        check(&rows(0, &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0]), &rows(5, &[5.0]));
        check(&rows(0, &[1.0, 2.0, 3.0, f64::NAN, 5.0]), &rows(3, &[4.0, 5.0]));
    }

    #[test]
    fn ids_are_such_as_home_assistant_takes() {
        for statistic in Statistic::ALL {
            let (source, name) = statistic.id().split_once(':').unwrap();
            assert_eq!(source, "watteau");
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
            assert!(!name.contains("__") && !name.starts_with('_') && !name.ends_with('_'));
        }
    }
}
