//! Certified numbers: Longley's data of the Statistical Reference Datasets of NIST (public domain), the usual trap for
//! least squares without care, and predictions computed from them by mpmath with 60 digits.

use watteau_analysis::regression::linear::{Driver, fit};

/// Total employment; then deflator, national product, unemployed, armed forces, population and year.
const LONGLEY: [[f64; 7]; 16] = [
    [60323.0, 83.0, 234_289.0, 2356.0, 1590.0, 107_608.0, 1947.0],
    [61122.0, 88.5, 259_426.0, 2325.0, 1456.0, 108_632.0, 1948.0],
    [60171.0, 88.2, 258_054.0, 3682.0, 1616.0, 109_773.0, 1949.0],
    [61187.0, 89.5, 284_599.0, 3351.0, 1650.0, 110_929.0, 1950.0],
    [63221.0, 96.2, 328_975.0, 2099.0, 3099.0, 112_075.0, 1951.0],
    [63639.0, 98.1, 346_999.0, 1932.0, 3594.0, 113_270.0, 1952.0],
    [64989.0, 99.0, 365_385.0, 1870.0, 3547.0, 115_094.0, 1953.0],
    [63761.0, 100.0, 363_112.0, 3578.0, 3350.0, 116_219.0, 1954.0],
    [66019.0, 101.2, 397_469.0, 2904.0, 3048.0, 117_388.0, 1955.0],
    [67857.0, 104.6, 419_180.0, 2822.0, 2857.0, 118_734.0, 1956.0],
    [68169.0, 108.4, 442_769.0, 2936.0, 2798.0, 120_445.0, 1957.0],
    [66513.0, 110.8, 444_546.0, 4681.0, 2637.0, 121_950.0, 1958.0],
    [68655.0, 112.6, 482_704.0, 3813.0, 2552.0, 123_366.0, 1959.0],
    [69564.0, 114.2, 502_601.0, 3931.0, 2514.0, 125_368.0, 1960.0],
    [69331.0, 115.7, 518_173.0, 4806.0, 2572.0, 127_852.0, 1961.0],
    [70551.0, 116.9, 554_894.0, 4007.0, 2827.0, 130_081.0, 1962.0],
];

/// Certified coefficients and standard errors.
const CERTIFIED: [(f64, f64); 7] = [
    (-3_482_258.634_595_82, 890_420.383_607_373),
    (15.061_872_271_373_3, 84.914_925_774_766_9),
    (-0.035_819_179_292_591_0, 0.033_491_007_772_243_2),
    (-2.020_229_803_816_83, 0.488_399_681_651_699),
    (-1.033_226_867_173_59, 0.214_274_163_161_675),
    (-0.051_104_105_653_580_7, 0.226_073_200_069_370),
    (1_829.151_464_613_55, 455.478_499_142_212),
];

fn close(found: f64, expected: f64, share: f64, what: &str) {
    assert!((found - expected).abs() <= share * expected.abs(), "{what}: {found} instead of {expected}");
}

#[test]
fn longley_is_solved_to_ten_digits() {
    let columns: Vec<Vec<f64>> = (0..7).map(|j| LONGLEY.iter().map(|row| row[j]).collect()).collect();
    let names = ["deflator", "product", "unemployed", "forces", "population", "year"];
    let drivers: Vec<Driver> =
        names.iter().zip(&columns[1..]).map(|(name, values)| Driver { name, values }).collect();
    let line = fit(&drivers, &columns[0], true).unwrap();
    for (coefficient, (value, error)) in line.table(&[], 0.95).iter().zip(CERTIFIED) {
        close(coefficient.value, value, 1e-10, &coefficient.name);
        close(coefficient.standard_error, error, 1e-10, &coefficient.name);
        close(coefficient.t, value / error, 1e-10, &coefficient.name);
    }
    close(line.residual_sd, 304.854_073_561_965, 1e-10, "residual sd");
    close(line.r2, 0.995_479_004_577_296, 1e-12, "R2");
    assert_eq!((line.freedom, line.names[0].as_str()), (9, "constant"));
    let row = [118.0, 560_000.0, 4100.0, 2900.0, 131_500.0, 1963.0];
    let found = line.predict(&row, 0.95).unwrap();
    close(found.value, 72_084.760_960_856_76, 1e-10, "prediction");
    close(found.sd, 602.174_827_267_718_4, 1e-8, "its standard deviation");
    close(found.lower, 70_722.546_862_096_32, 1e-9, "its lower end");
    close(found.upper, 73_446.975_059_617_2, 1e-9, "its upper end");
    close(line.predict(&row, 0.8).unwrap().upper, 72_917.586_052_507_05, 1e-9, "upper end of 80 %");
}

#[test]
fn a_line_through_the_origin_has_no_constant() {
    // NoInt1 of the same datasets: 60..70 against 130..140; certified numbers.
    let x: Vec<f64> = (60..=70).map(f64::from).collect();
    let y: Vec<f64> = (130..=140).map(f64::from).collect();
    let line = fit(&[Driver { name: "x", values: &x }], &y, false).unwrap();
    let slope = &line.table(&["kWh"], 0.95)[0];
    close(slope.value, 2.074_380_165_289_26, 1e-12, "slope");
    close(slope.standard_error, 0.165_289_256_198_347e-1, 1e-12, "its standard error");
    close(line.residual_sd, 3.567_530_340_063_38, 1e-12, "residual sd");
    close(line.r2, 0.999_365_492_298_663, 1e-12, "R2");
    assert_eq!((slope.unit.as_str(), slope.name.as_str(), line.constant), ("kWh", "x", false));
}

#[test]
fn units_of_drivers_do_not_matter() {
    let x: Vec<f64> = (0..40).map(|i| f64::from(i * i % 17)).collect();
    let z: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 11)).collect();
    let y: Vec<f64> = (0..40).map(|i| 3.0 + 2.0 * x[i] - z[i] + f64::from((i * 5 % 3) as u8)).collect();
    let driver = |values| Driver { name: "driver", values };
    let line = fit(&[driver(&x), driver(&z)], &y, true).unwrap();
    let tiny: Vec<f64> = x.iter().map(|x| x * 1e-9 + 5.0).collect();
    let scaled = fit(&[driver(&tiny), driver(&z)], &y, true).unwrap();
    // The offset of 5 leaves seven digits of the tiny driver.
    close(scaled.coefficients[1] * 1e-9, line.coefficients[1], 1e-5, "scaled slope");
    close(scaled.residual_sd, line.residual_sd, 1e-5, "residual sd");
}
