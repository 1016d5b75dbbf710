//! What a day's temperatures are worth in degree-days.

use crate::query::temperature::DayTemperatures;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use watteau_analysis::degree_days::{self, Kind, of_day};

/// How a day's degrees are worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// From the middle between the lowest and the highest: the usual one in France (« météo »).
    MinMax,
    /// The mean over the hours of what each lacks: nights of mild days count.
    Hourly,
    /// The contracts' one (« professionnels de l'énergie », COSTIC): as the first on cold days, more on mild ones.
    Costic,
    /// From the mean of the day.
    Mean,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Degrees below the base.
    #[default]
    Heating,
    /// Degrees above the base.
    Cooling,
}

impl Method {
    /// The name used in requests and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MinMax => "min_max",
            Self::Hourly => "hourly",
            Self::Costic => "costic",
            Self::Mean => "mean",
        }
    }

    /// The degree-days of a day; none where its hours are needed and not known.
    pub(super) fn of(self, day: &DayTemperatures, base: f64, demand: Demand) -> Option<f64> {
        let (kind, sign) = match demand {
            Demand::Heating => (Kind::Heating, 1.0),
            Demand::Cooling => (Kind::Cooling, -1.0),
        };
        let of = |lowest, highest, method| of_day(Some(lowest), Some(highest), base, kind, method);
        match self {
            Self::MinMax => of(day.lowest, day.highest, degree_days::Method::Weather),
            Self::Costic => of(day.lowest, day.highest, degree_days::Method::Trade),
            Self::Mean => of(day.mean, day.mean, degree_days::Method::Weather),
            Self::Hourly if day.hours.is_empty() => None,
            Self::Hourly => {
                let lack = |degrees: f64| (sign * (base - degrees)).max(0.0);
                Some(day.hours.iter().copied().map(lack).sum::<f64>() / day.hours.len() as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(lowest: f64, highest: f64) -> DayTemperatures {
        DayTemperatures {
            lowest,
            highest,
            mean: f64::midpoint(lowest, highest),
            hours: vec![lowest, highest],
        }
    }

    #[test]
    fn both_methods_of_both_demands_at_base_18() {
        for (lowest, highest, heat, heat_costic, cool, cool_costic) in [
            (2.0, 9.0, 12.5, 12.5, 0.0, 0.0),
            (8.0, 22.0, 3.0, 3.8, 0.0, 0.8),
            (12.0, 18.0, 3.0, 3.0, 0.0, 0.0),
            (15.0, 25.0, 0.0, 0.618, 2.0, 2.618),
            (19.0, 31.0, 0.0, 0.0, 7.0, 7.0),
            (18.0, 18.0, 0.0, 0.0, 0.0, 0.0),
        ] {
            let of = |method: Method, demand| method.of(&day(lowest, highest), 18.0, demand).unwrap();
            for (found, expect) in [
                (of(Method::MinMax, Demand::Heating), heat),
                (of(Method::Costic, Demand::Heating), heat_costic),
                (of(Method::MinMax, Demand::Cooling), cool),
                (of(Method::Costic, Demand::Cooling), cool_costic),
            ] {
                assert!((found - expect).abs() < 1e-12, "{lowest} {highest}: {found}, not {expect}");
            }
        }
    }

    #[test]
    fn a_cold_night_counts_by_the_hour() {
        let spring = day(8.0, 30.0);
        assert_eq!(Method::MinMax.of(&spring, 18.0, Demand::Heating), Some(0.0));
        assert_eq!(Method::Hourly.of(&spring, 18.0, Demand::Heating), Some(5.0));
        assert_eq!(Method::Hourly.of(&spring, 18.0, Demand::Cooling), Some(6.0));
        assert_eq!(
            Method::Hourly.of(&DayTemperatures { hours: vec![], ..spring }, 18.0, Demand::Heating),
            None
        );
    }
}
