//! What is asked for together: where each gateway has it, and which series it fills.

use crate::gateway::Gateway;

/// What a gateway answers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// Energy taken from the grid, by day.
    DailyEnergy,
    /// Power taken from the grid, by half-hour or as the meter is set.
    LoadCurve,
    /// The highest power of each day.
    MaxPower,
    /// Energy given to the grid, by day.
    DailyProduction,
    /// Power given to the grid.
    ProductionCurve,
    /// What the contract says, of which the subscribed power is a number.
    Contract,
}

/// How the answer to a feed is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Watt-hours by day.
    Energy,
    /// Watts by interval.
    Curve,
    /// Volt-amperes and their moment, by day.
    Maximum,
    /// A contract.
    Words,
}

impl Feed {
    /// All of them, in the manifest's order.
    pub const ALL: [Self; 6] = [
        Self::DailyEnergy,
        Self::LoadCurve,
        Self::MaxPower,
        Self::DailyProduction,
        Self::ProductionCurve,
        Self::Contract,
    ];

    /// The feed of that name in the manifest.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feed| feed.name() == name)
    }

    /// Its name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DailyEnergy => "daily_energy",
            Self::LoadCurve => "load_curve",
            Self::MaxPower => "max_power",
            Self::DailyProduction => "daily_production",
            Self::ProductionCurve => "production_curve",
            Self::Contract => "contract",
        }
    }

    /// The series it fills.
    pub(crate) const fn series(self) -> &'static str {
        match self {
            Self::Contract => "subscribed_power",
            _ => self.name(),
        }
    }

    /// Whether it is about what the home gives to the grid.
    pub const fn is_production(self) -> bool {
        matches!(self, Self::DailyProduction | Self::ProductionCurve)
    }

    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::DailyEnergy | Self::DailyProduction => Shape::Energy,
            Self::LoadCurve | Self::ProductionCurve => Shape::Curve,
            Self::MaxPower => Shape::Maximum,
            Self::Contract => Shape::Words,
        }
    }

    /// The feed of the days of the same direction.
    pub(crate) const fn by_day(self) -> Self {
        if self.is_production() { Self::DailyProduction } else { Self::DailyEnergy }
    }

    /// Its path at a gateway, without the meter; none where it is no reading.
    pub(crate) const fn path(self, gateway: Gateway) -> Option<&'static str> {
        Some(match (gateway, self) {
            (Gateway::ConsoApi | Gateway::MedV1, Self::DailyEnergy) => "/daily_consumption",
            (Gateway::ConsoApi | Gateway::MedV1, Self::LoadCurve) => "/consumption_load_curve",
            (Gateway::ConsoApi, Self::MaxPower) => "/consumption_max_power",
            (Gateway::MedV1, Self::MaxPower) => "/daily_consumption_max_power",
            (Gateway::ConsoApi | Gateway::MedV1, Self::DailyProduction) => "/daily_production",
            (Gateway::ConsoApi | Gateway::MedV1, Self::ProductionCurve) => "/production_load_curve",
            (Gateway::MedV2, Self::DailyEnergy) => "/enedis/consumption/daily",
            (Gateway::MedV2, Self::LoadCurve) => "/enedis/consumption/detail",
            (Gateway::MedV2, Self::MaxPower) => "/enedis/power",
            (Gateway::MedV2, Self::DailyProduction) => "/enedis/production/daily",
            (Gateway::MedV2, Self::ProductionCurve) => "/enedis/production/detail",
            (_, Self::Contract) => return None,
        })
    }
}
