//! Numbers that others published, and what many digits give for the same.

pub(crate) mod quantiles;

/// Estimate and 95 % interval.
pub(crate) type Row = [f64; 3];

/// The reference dashboard's months of 2023 and 2024 of the real home: constant, per degree-day, per occupancy, kWh.
pub(crate) struct Months {
    /// statsmodels' least squares, as published with the samples.
    pub(crate) rows: [Row; 3],
    pub(crate) r2: f64,
    pub(crate) residual_sd: f64,
    /// The estimates by mpmath with 60 digits.
    pub(crate) exact: [f64; 3],
    /// By the same a month of 300 degree-days with somebody always there: value, sd, lower and upper end.
    pub(crate) month: [f64; 4],
}

pub(crate) const ELECTRICITY: Months = Months {
    rows: [
        [379.795_452, -313.5796, 1073.1705],
        [1.908_646, 1.0200, 2.7973],
        [457.447_018, -348.4436, 1263.3376],
    ],
    r2: 0.634_272,
    residual_sd: 240.5710,
    exact: [379.795_452_459_536_23, 1.908_646_130_913_187_4, 457.447_018_402_107_35],
    month: [1_409.836_310_135_6, 249.065_956_418_969_5, 891.875_298_916_369_8, 1_927.797_321_354_829_9],
};

pub(crate) const GAS: Months = Months {
    rows: [
        [564.084_035, -329.4020, 1457.5701],
        [9.496_322, 8.3512, 10.6414],
        [-1_144.805_539, -2183.2796, -106.3315],
    ],
    r2: 0.944_355,
    residual_sd: 310.0009,
    exact: [564.084_034_523_459_5, 9.496_322_400_465_364, -1_144.805_539_128_433],
    month: [2_268.175_215_534_635, 320.947_463_606_165, 1_600.728_426_789_021_2, 2_935.622_004_280_249_4],
};
