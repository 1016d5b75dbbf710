//! Whose rows a file holds: one instance is one meter.
//!
//! A file that names meters gives each instance its own rows; rows of a meter that no instance has are
//! reported, never taken by the wrong one. Pure: the caller brings what is configured and what was seen.

use std::collections::BTreeSet;

/// What decides for one instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Household {
    /// The meter in this instance's settings.
    pub(super) own: Option<String>,
    /// The meter whose rows this instance took before, when its settings name none.
    pub(super) bound: Option<String>,
    /// Meters of the other instances of the same plugin.
    pub(super) others: BTreeSet<String>,
    /// Whether another instance without a meter in its settings reads the same files.
    pub(super) rival: bool,
    /// Every meter that files have ever named for this plugin.
    pub(super) seen: BTreeSet<String>,
    /// The user named this instance for this file.
    pub(super) on_purpose: bool,
}

/// The answer to a file's claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// Take the rows of this meter (none: the rows of a file that names none).
    Take(Option<String>),
    /// Nothing in it is this instance's.
    Leave,
    /// The user has to say.
    WhichMeter,
}

impl Household {
    /// Decides for a file that names `meters`.
    pub(super) fn claim(&self, meters: &BTreeSet<String>) -> Claim {
        if meters.is_empty() {
            return self.claim_unnamed();
        }
        if let Some(own) = &self.own {
            return if meters.contains(own) { Claim::Take(Some(own.clone())) } else { Claim::Leave };
        }
        let free: BTreeSet<&String> = meters.difference(&self.others).collect();
        if free.is_empty() {
            return Claim::Leave;
        }
        if let (Some(bound), 1) = (&self.bound, free.len())
            && free.contains(bound)
        {
            return Claim::Take(Some(bound.clone()));
        }
        let known: BTreeSet<&String> =
            self.seen.difference(&self.others).chain(free.iter().copied()).collect();
        if known.len() > 1 || self.rival {
            return Claim::WhichMeter;
        }
        Claim::Take(free.first().map(|meter| (*meter).clone()))
    }

    /// A file without a meter's number belongs to the meter of the settings, as long as there is no other.
    fn claim_unnamed(&self) -> Claim {
        if self.on_purpose {
            return Claim::Take(None);
        }
        let alone = self.others.is_empty() && !self.rival;
        let known = self.seen.difference(&self.others).count();
        match (&self.own, alone) {
            (_, false) => Claim::WhichMeter,
            (None, true) if known > 1 => Claim::WhichMeter,
            (_, true) => Claim::Take(None),
        }
    }

    /// Meters of the file that no instance takes.
    pub(super) fn unclaimed(&self, meters: &BTreeSet<String>, claim: &Claim) -> Vec<String> {
        meters
            .iter()
            .filter(|meter| {
                !self.others.contains(*meter)
                    && self.own.as_ref() != Some(*meter)
                    && !matches!(claim, Claim::Take(Some(taken)) if taken == *meter)
            })
            .cloned()
            .collect()
    }
}

/// The last four characters: all that is ever shown of a meter's number.
pub(super) fn last_four(meter: &str) -> String {
    let skip = meter.chars().count().saturating_sub(4);
    meter.chars().skip(skip).collect()
}

/// The meter's number in a file's name, as GRDF and Enedis put it there: fourteen digits, no more.
pub(super) fn meter_in(name: &str) -> Option<&str> {
    name.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 14)
}

/// A text with every run of ten digits or more cut to its last four: file names often hold a meter's number,
/// and the journal must not.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    let flush = |digits: &mut String, out: &mut String| {
        if digits.len() >= 10 {
            out.push('…');
            out.push_str(&digits[digits.len() - 4..]);
        } else {
            out.push_str(digits);
        }
        digits.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            flush(&mut digits, &mut out);
            out.push(c);
        }
    }
    flush(&mut digits, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(meters: &[&str]) -> BTreeSet<String> {
        meters.iter().map(ToString::to_string).collect()
    }

    fn take(meter: &str) -> Claim {
        Claim::Take(Some(meter.to_owned()))
    }

    #[test]
    fn a_configured_instance_takes_its_own_and_leaves_the_rest() {
        let home = Household { own: Some("A".into()), others: set(&["B"]), ..Household::default() };
        assert_eq!(home.claim(&set(&["A", "B"])), take("A"));
        assert_eq!(home.claim(&set(&["B", "C"])), Claim::Leave);
        assert_eq!(home.unclaimed(&set(&["A", "B", "C"]), &take("A")), ["C"]);
    }

    #[test]
    fn without_settings_the_only_meter_ever_seen_is_taken() {
        let home = Household::default();
        assert_eq!(home.claim(&set(&["A"])), take("A"));
        let home = Household { bound: Some("A".into()), seen: set(&["A"]), ..Household::default() };
        assert_eq!(home.claim(&set(&["B"])), Claim::WhichMeter);
        assert_eq!(home.claim(&set(&["A", "B"])), Claim::WhichMeter);
        let home = Household { bound: Some("A".into()), seen: set(&["A", "B"]), ..Household::default() };
        assert_eq!(home.claim(&set(&["A"])), take("A"), "what it took before stays its own");
    }

    #[test]
    fn a_file_without_a_number_is_the_settings_meters_unless_there_are_two() {
        let home = Household { own: Some("A".into()), seen: set(&["A", "B"]), ..Household::default() };
        assert_eq!(home.claim(&set(&[])), Claim::Take(None));
        let two = Household { own: Some("A".into()), others: set(&["B"]), ..Household::default() };
        assert_eq!(two.claim(&set(&[])), Claim::WhichMeter);
        assert_eq!(Household { on_purpose: true, ..two }.claim(&set(&[])), Claim::Take(None));
        let unset = Household { seen: set(&["A", "B"]), ..Household::default() };
        assert_eq!(unset.claim(&set(&[])), Claim::WhichMeter);
    }

    #[test]
    fn numbers_of_meters_are_masked_and_dates_are_not() {
        assert_eq!(
            mask("Consommations gaz_09999999000011_01072019.xlsx"),
            "Consommations gaz_…0011_01072019.xlsx"
        );
        assert_eq!(last_four("GI999001"), "9001");
    }
}
