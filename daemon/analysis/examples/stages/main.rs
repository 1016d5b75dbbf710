//! Stage by stage on the shared samples.

mod rebuild;
mod shared;

use jiff::civil::date;
use watteau_analysis::features::Group;
use watteau_analysis::scores::Scores;
use watteau_analysis::*;

fn main() -> anyhow::Result<()> {
    let samples = shared::read()?;
    let temperatures = Temperatures::new(&samples.cities);
    let day = |y, m, d| Day::new(date(y, m, d));
    let first = day(2021, 3, 25);
    let last = day(2025, 5, 31);

    let rebuilt = std::env::args().any(|arg| arg == "2016");
    let (first, temperatures) = if rebuilt {
        let cities = rebuild::extend(&samples.cities, day(2016, 1, 2), (day(2021, 3, 25), day(2022, 5, 31)))?;
        (day(2016, 1, 10), Temperatures::new(&cities))
    } else {
        (first, temperatures)
    };
    let grid = Grid::new(&samples.load, &SchoolHolidays::built_in(), Target::Log, first.plus(-8), last)?;
    let grid = grid.masking(day(2020, 3, 16), day(2020, 6, 29));
    let only: Option<String> = std::env::args().skip(1).find(|arg| arg != "2016");
    let stages: Vec<(&str, Vec<Group>, bool)> = vec![
        ("gam", vec![Group::Ext, Group::Lag, Group::Ldt, Group::Rff], false),
        ("residual", vec![Group::Ext, Group::Lag, Group::Ldt, Group::Rff], true),
        ("regional", vec![Group::Lag, Group::Ldt, Group::Rff], true),
        ("lags", vec![Group::Rff], true),
        ("full", vec![], true),
    ];
    for issue in [Issue::Morning, Issue::Evening] {
        let scale = Model::fit_scale(&grid, &temperatures, issue, first, day(2022, 5, 31));
        let noisy = |rmse| {
            Weather::Forecasts(Forecasts::noisy(&temperatures, grid.days(), issue.known_hours(), rmse, 1))
        };
        let cases = [
            Weather::Measured,
            noisy(0.75),
            noisy(1.2),
            Weather::Forecasts(Forecasts::persistent(&temperatures, grid.days(), issue.known_hours())),
        ];
        for (name, without, residual) in &stages {
            if only.as_ref().is_some_and(|only| only != name) {
                continue;
            }
            let mut spec = Spec::new(issue).without(without);
            spec.residual = *residual;
            let begun = std::time::Instant::now();
            let mut model = Model::new(spec, scale.clone(), first, cases.len());
            let all = model.run(&grid, &temperatures, &cases, last, 2)?;
            let took = begun.elapsed().as_secs_f64();
            print!("{issue:?} {name:10} {took:5.1} s ");
            for forecasts in &all {
                for (from, to) in [(day(2022, 6, 1), day(2024, 5, 31)), (day(2024, 6, 1), last)] {
                    let hours: Vec<HourForecast> = forecasts
                        .iter()
                        .filter(|f| (from..=to).contains(&f.day))
                        .flat_map(|f| f.hours.clone().unwrap_or_default())
                        .collect();
                    let s = Scores::of(&hours, &samples.load);
                    print!(" | {:.3} {:.1}", s.mape, s.coverage);
                }
            }
            println!();
        }
    }
    Ok(())
}
