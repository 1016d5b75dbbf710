//! Days watched one by one for a change of use.

use serde::{Deserialize, Serialize};

use crate::Day;

use super::evidence::{Evidence, Start, YEAR};
use super::{Judged, Refusal, Trust};

/// Odds at which a change is believed: three to one is a posterior of 0.75.
pub const ALARM_ODDS: f64 = 3.0;
/// Standard deviations of a normal distribution that hold 95 %.
const NORMAL: f64 = 1.96;

/// A change of the whole use: since when, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Most likely first day.
    pub since: Day,
    /// The first day lies in `since_from..=since_to` with 95 %.
    pub since_from: Day,
    /// End of the interval.
    pub since_to: Day,
    /// Whether the interval begins with the first day watched, so that the change may be older.
    pub maybe_earlier: bool,
    /// Use beyond what the baseline expects since then, %; negative for less.
    pub percent: f64,
    /// The change lies in `lower..=upper` with 95 %.
    pub lower: f64,
    /// End of the interval.
    pub upper: f64,
    /// Day whose value raised the alarm.
    pub found_on: Day,
    /// Last day that this reading knows.
    pub read_on: Day,
    /// Odds that there is a change at all, on `read_on`.
    pub odds: f64,
}

/// What a day brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Odds {
    /// The day.
    pub day: Day,
    /// Odds that something changed in the year before.
    pub odds: f64,
    /// Whether this day raised the alarm. Only one day does.
    pub alarm: bool,
}

/// Watches days against one frozen baseline.
#[derive(Debug, Clone)]
pub struct Watch {
    trust: Trust,
    evidence: Evidence,
    first: Option<Day>,
    found: Option<Day>,
}

impl Watch {
    /// Nothing watched yet.
    pub fn new(trust: Trust) -> Watch {
        let evidence = Evidence::new(trust.width());
        Watch { trust, evidence, first: None, found: None }
    }

    /// Adds a measured day after all others, in a time that grows with the days of a year and not with all. A refused
    /// day leaves everything as it was.
    pub fn add(&mut self, judged: &Judged) -> Result<Odds, Refusal> {
        self.trust.check(judged, self.evidence.last_day())?;
        self.evidence.add(judged, self.trust.phi());
        let day = judged.day;
        self.first.get_or_insert(day);
        let odds = odds(&self.evidence.starts(&self.trust));
        let alarm = odds > ALARM_ODDS && self.found.is_none();
        if alarm {
            self.found = Some(day);
        }
        Ok(Odds { day, odds, alarm })
    }

    /// Adds days, and returns what each brought.
    pub fn run(&mut self, days: &[Judged]) -> Result<Vec<Odds>, Refusal> {
        days.iter().map(|judged| self.add(judged)).collect()
    }

    /// Day whose value raised the alarm.
    pub fn found(&self) -> Option<Day> {
        self.found
    }

    /// The change as the days so far show it. None before the alarm: until then every guess would be one.
    pub fn change(&self) -> Option<Change> {
        let (found_on, read_on) = (self.found?, self.evidence.last_day()?);
        let starts = self.evidence.starts(&self.trust);
        let best = starts.iter().max_by(|a, b| a.ln_bf.total_cmp(&b.ln_bf))?;
        let largest = largest(&starts);
        let weights: Vec<f64> = starts.iter().map(|start| (start.ln_weight - largest).exp()).collect();
        let total: f64 = weights.iter().sum();
        let reached = |share: f64| {
            let mut sum = 0.0;
            let reached = weights.iter().position(|weight| {
                sum += weight / total;
                sum >= share
            });
            &starts[reached.unwrap_or(starts.len() - 1)]
        };
        let (from, to) = (reached(0.025), reached(0.975));
        let mean = |of: &dyn Fn(&Start) -> f64| {
            starts.iter().zip(&weights).map(|(start, weight)| weight / total * of(start)).sum::<f64>()
        };
        let percent = mean(&|start| start.size.0);
        let spread =
            (mean(&|start| start.size.1 + start.size.0 * start.size.0) - percent * percent).max(0.0).sqrt();
        Some(Change {
            since: best.day,
            since_from: from.earliest.min(best.day),
            since_to: to.day.max(best.day),
            maybe_earlier: self.first == Some(from.day),
            percent: 100.0 * percent,
            // Nobody uses less than nothing.
            lower: (100.0 * (percent - NORMAL * spread)).max(-100.0),
            upper: 100.0 * (percent + NORMAL * spread),
            found_on,
            read_on,
            odds: odds(&starts),
        })
    }
}

fn largest(starts: &[Start]) -> f64 {
    starts.iter().map(|start| start.ln_weight).fold(f64::NEG_INFINITY, f64::max)
}

/// Σ BF / 365, or the largest number there is.
fn odds(starts: &[Start]) -> f64 {
    let largest = largest(starts);
    let sum: f64 = starts.iter().map(|start| (start.ln_weight - largest).exp()).sum();
    if starts.is_empty() { 0.0 } else { (largest.exp() * sum / f64::from(YEAR)).min(f64::MAX) }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
