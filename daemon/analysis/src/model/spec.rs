//! What kind of model: its columns, how uncertain they start and how fast they wander.

use serde::{Deserialize, Serialize};

use crate::features::{GROUPS, Group, Target};

/// When the forecast of a day is made, the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Issue {
    /// 10:00: hours that began before 09:00 are known.
    Morning,
    /// 20:00: hours that began before 19:00 are known.
    Evening,
}

impl Issue {
    /// Known local hours of the day of issue.
    pub fn known_hours(self) -> usize {
        match self {
            Issue::Morning => 9,
            Issue::Evening => 19,
        }
    }
}

/// The choices of a model. [`Spec::new`] is the recommended one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// When it forecasts.
    pub issue: Issue,
    /// Unit of the load.
    pub target: Target,
    /// Groups of columns.
    pub groups: Vec<Group>,
    /// Number of Fourier functions.
    pub fourier: usize,
    /// Seed of the Fourier functions.
    pub seed: u64,
    /// Whether recent errors correct the forecast.
    pub residual: bool,
    /// Whether the grid operator's forecast of the day is known at the issue and corrects the forecast too.
    pub operator: bool,
    /// Initial variance of a coefficient, by group in the order of [`Group::ALL`].
    pub variance: [f64; GROUPS],
    /// Growth of that variance a day.
    pub drift: [f64; GROUPS],
    /// Errors beyond so many standard deviations are outliers.
    pub hub: f64,
}

impl Spec {
    /// The model that validation chose.
    pub fn new(issue: Issue) -> Spec {
        Spec {
            issue,
            target: Target::Log,
            groups: Group::ALL.to_vec(),
            fourier: 300,
            seed: 11,
            residual: true,
            operator: false,
            variance: [1000.0, 3.0, 100.0, 36.0, 0.4, 0.3, 3.0, 0.03, 0.003, 0.1, 1.0, 10.0],
            drift: [3e-2, 1e-4, 1e-6, 1e-6, 3e-4, 1e-5, 3e-7, 1e-6, 3e-6, 3e-5, 1e-5, 1e-5],
            hub: 1.6,
        }
    }

    /// The same, with the grid operator's forecast as an input. It is published in the evening: there is none at 10:00.
    #[must_use]
    pub fn with_operator(mut self) -> Spec {
        self.operator = true;
        self
    }

    /// The same without some groups.
    #[must_use]
    pub fn without(mut self, groups: &[Group]) -> Spec {
        self.groups.retain(|group| !groups.contains(group));
        self
    }

    /// Value of a group in one of the tables.
    pub(crate) fn of(table: &[f64; GROUPS], group: Group) -> f64 {
        Group::ALL.iter().position(|&other| other == group).map_or(0.0, |index| table[index])
    }
}
