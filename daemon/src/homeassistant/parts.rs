//! What an installation has, and so which sensors it gets.

use crate::{config::Lang, query};
use std::collections::BTreeSet;
use watteau_homeassistant::sensor::{self, Part};
use watteau_store::SeriesInfo;

/// What is known of an installation.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// What its series are for.
    roles: BTreeSet<String>,
    /// The same, of series that have a value.
    filled: BTreeSet<String>,
    /// The series that are forecast.
    forecasts: Vec<String>,
    /// Whether the highest power is told in VA.
    volt_amperes: bool,
}

/// What series of outdoor temperatures count as; they have no role of their own.
const OUTDOOR: &str = "outdoor";
/// Where the country's load is.
const LOAD: &str = "grid.load";

impl Known {
    /// Takes a series in: its id, unit and role, and whether it has a value.
    pub(crate) fn series(&mut self, id: &str, unit: &str, role: Option<&str>, has_points: bool) {
        let outdoor = id.ends_with(".temperature") && matches!(unit, "degC" | "°C");
        let role = if outdoor { Some(OUTDOOR) } else { role };
        let Some(role) = role else { return };
        self.roles.insert(role.to_owned());
        if role == "electricity.max_power" {
            self.volt_amperes |= unit == "VA";
        }
        if has_points {
            self.filled.insert(role.to_owned());
        }
        // Forecasts go by the role of what they are of.
        self.forecasts.iter_mut().filter(|target| *target == id).for_each(|target| role.clone_into(target));
    }

    /// What is forecast: before the series are taken in.
    pub(crate) fn forecasts(targets: impl IntoIterator<Item = String>) -> Self {
        Self { forecasts: targets.into_iter().collect(), ..Self::default() }
    }

    /// What the store has of the connectors that are there.
    pub(crate) fn of_store(all: &[SeriesInfo], connectors: &[String], targets: Vec<String>) -> Self {
        let mut known = Self::forecasts(targets);
        for info in all {
            if connectors.iter().any(|name| name == query::connector_of(&info.def.name)) {
                known.series(&info.def.name, &info.def.unit, query::role(&info.def), info.points > 0);
            }
        }
        known
    }

    /// What it has, or will have once the first data comes: what a connector is for is known as soon as it is there.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let has = |wanted: &[&str]| wanted.iter().any(|role| self.roles.contains(*role));
        // Every meter may give to the grid, and few do: what nothing has ever come of is left out.
        let filled = |wanted: &[&str]| wanted.iter().any(|role| self.filled.contains(*role));
        let forecast = |wanted: &[&str]| self.forecasts.iter().any(|role| wanted.contains(&role.as_str()));
        let expected = |part: &Part| match part {
            Part::Electricity => has(&["electricity.daily", "electricity.load_curve"]),
            Part::Power => has(&["electricity.max_power"]) && self.volt_amperes,
            Part::Production => filled(&["electricity.daily_production", "electricity.production_curve"]),
            Part::Gas => has(&["gas.energy"]),
            // Many files tell energy alone: once there are readings, they say what there is.
            Part::GasVolume => filled(&["gas.volume"]) || (has(&["gas.volume"]) && !filled(&["gas.energy"])),
            Part::Temperature => filled(&[OUTDOOR]),
            Part::Load => has(&[LOAD]),
            Part::Tempo => filled(&["tariff.tempo"]),
            Part::Ecowatt => filled(&["grid.ecowatt_day"]),
            Part::ElectricityForecast => forecast(&["electricity.load_curve", "electricity.daily"]),
            Part::GasForecast => forecast(&["gas.energy"]),
            Part::LoadForecast => forecast(&[LOAD]),
        };
        Part::ALL.into_iter().filter(expected).collect()
    }
}

/// The language of names: that of the flag or of the settings, else that of the machine.
pub(crate) fn language(chosen: Option<Lang>) -> sensor::Lang {
    let of_machine = || {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        if set.is_some_and(|set| set.starts_with("fr")) { sensor::Lang::Fr } else { sensor::Lang::En }
    };
    match chosen {
        Some(Lang::Fr) => sensor::Lang::Fr,
        Some(Lang::En) => sensor::Lang::En,
        None => of_machine(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_is_there_before_its_data() {
        let check = |series: &[(&str, &str, &str, bool)], forecasts: &[&str], expected: &[Part]| {
            let mut known = Known::forecasts(forecasts.iter().map(|&target| target.to_owned()));
            for (id, unit, role, filled) in series {
                known.series(id, unit, (!role.is_empty()).then_some(*role), *filled);
            }
            assert_eq!(known.parts(), expected, "{series:?}");
        };
        check(&[], &["rte.load"], &[]);
        check(
            &[("l.d", "Wh", "electricity.daily", false), ("l.p", "VA", "electricity.max_power", false)],
            &[],
            &[Part::Electricity, Part::Power],
        );
        check(&[("l.p", "kVA", "electricity.max_power", true)], &[], &[]);
        check(&[("l.y", "Wh", "electricity.daily_production", false)], &[], &[]);
        check(&[("l.y", "Wh", "electricity.daily_production", true)], &[], &[Part::Production]);
        check(
            &[("g.energy", "kWh", "gas.energy", true), ("g.volume", "m3", "gas.volume", true)],
            &["g.energy"],
            &[Part::Gas, Part::GasVolume, Part::GasForecast],
        );
        check(
            &[("g.energy", "kWh", "gas.energy", true), ("g.volume", "m3", "gas.volume", false)],
            &[],
            &[Part::Gas],
        );
        check(
            &[("g.energy", "kWh", "gas.energy", false), ("g.volume", "m3", "gas.volume", false)],
            &[],
            &[Part::Gas, Part::GasVolume],
        );
        check(&[("w.temperature", "degC", "", true)], &[], &[Part::Temperature]);
        check(&[("r.load", "MW", "grid.load", false)], &["r.load"], &[Part::Load, Part::LoadForecast]);
    }
}
