//! The component in the real host, against RTE and ODRÉ as they are simulated: tokens, months of back-fill, both
//! changes of the clocks, revisions, and every fault.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use jiff::{Timestamp, ToSpan as _, civil::Date, civil::date};
use serde_json::json;
use std::collections::BTreeMap;
use support::{account, done, open, wasm};
use tokio::runtime::Runtime;
use watteau_simulator::{Config, Fault, Forecast, Simulator};
use watteau_testing::{Ended, Output, PointLine, Scenario};

/// The simulated upstreams at a fixed moment.
struct Grid {
    now: String,
    simulator: Simulator,
    _runtime: Runtime,
}

impl Grid {
    fn at(now: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config { now: Some(now.parse().unwrap()), ..Config::default() };
        let simulator = runtime.block_on(Simulator::start(config)).unwrap();
        Self { now: now.to_owned(), simulator, _runtime: runtime }
    }

    fn account(&self) -> Scenario {
        account(&self.now)
            .settings(json!({"client_id": self.simulator.rte_client_id()}))
            .secret("client_secret", self.simulator.rte_client_secret())
            .upstream(self.simulator.grid_url())
    }

    fn open(&self) -> Scenario {
        open(&self.now)
            .settings(json!({"base_url": self.simulator.grid_url()}))
            .upstream(self.simulator.grid_url())
    }

    /// Midnight of a day, or six o'clock of it for the colours.
    fn turn(&self, day: Date, feed: &str) -> String {
        let hour = if feed == "tempo" { 6 } else { 0 };
        day.at(hour, 0, 0, 0).to_zoned(self.simulator.grid().zone().clone()).unwrap().timestamp().to_string()
    }

    /// One span, as the daemon's plan asks for it.
    fn pull(&self, scenario: &Scenario, feed: &str, first: Date, end: Date) -> Output {
        scenario
            .pull_wasm(wasm(), feed, &self.turn(first, feed), &self.turn(end, feed))
            .expect("the component runs")
    }

    /// Calls of a kind so far.
    fn calls(&self, kind: &str) -> usize {
        self.simulator.requests().iter().filter(|request| request.starts_with(kind)).count()
    }
}

/// Months of a feed, newest first as the daemon asks for them.
fn back_fill(
    grid: &Grid,
    scenario: &Scenario,
    feed: &str,
    first: Date,
    end: Date,
) -> BTreeMap<String, BTreeMap<i64, PointLine>> {
    let mut found: BTreeMap<String, BTreeMap<i64, PointLine>> = BTreeMap::new();
    let mut late = end;
    while late > first {
        let early = late.saturating_sub(31.days()).max(first);
        let output = grid.pull(scenario, feed, early, late);
        done(&output);
        for (series, points) in output.points {
            found.entry(series).or_default().extend(points.into_iter().map(|point| (point.0, point)));
        }
        late = early;
    }
    found
}

/// Asserts that points follow one another without a hole from one midnight to another.
fn unbroken(points: &BTreeMap<i64, PointLine>, from: &str, to: &str) {
    let (from, to) = (instant(from), instant(to));
    let mut reached = from;
    for point in points.range(from..to).map(|(_, point)| point) {
        assert_eq!(point.0, reached, "a hole before {}", Timestamp::from_millisecond(point.0).unwrap());
        reached = point.0 + i64::try_from(point.1).unwrap();
    }
    assert_eq!(reached, to);
}

fn instant(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn at(point: &PointLine) -> Timestamp {
    Timestamp::from_millisecond(point.0).unwrap()
}

#[test]
fn six_months_of_load_and_forecasts_are_exact_and_cost_few_calls() {
    let grid = Grid::at("2025-06-02T10:02:00Z");
    let scenario = grid.account();
    let (first, end) = (date(2024, 12, 1), date(2025, 6, 2));
    let load = &back_fill(&grid, &scenario, "load", first, end)["load"];
    // Spring's 23 hours are inside; what is realised of today came along.
    unbroken(load, "2024-11-30T23:00:00Z", "2025-06-02T09:45:00Z");
    assert_eq!(load.len(), 183 * 96 - 4 + 47);
    let settled = load.values().filter(|point| at(point) < "2025-05-30T00:00:00Z".parse().unwrap());
    for point in settled {
        assert!((point.2 - grid.simulator.grid().load(at(point)).round()).abs() < 0.5, "{point:?}");
        assert_eq!(point.3, "measured");
    }
    let forecasts = back_fill(&grid, &scenario, "forecasts", first, end);
    unbroken(&forecasts["forecast_d1"], "2024-11-30T23:00:00Z", "2025-06-02T22:00:00Z");
    unbroken(&forecasts["forecast_id"], "2024-11-30T23:00:00Z", "2025-06-02T22:00:00Z");
    unbroken(&forecasts["forecast_d2"], "2024-11-30T23:00:00Z", "2025-06-04T22:00:00Z");
    let now = grid.now.parse().unwrap();
    for value in grid.simulator.grid().forecast(Forecast::DayAhead, date(2025, 3, 30), now) {
        let point = forecasts["forecast_d1"][&value.start.as_millisecond()];
        assert!((point.2 - value.mw as f64).abs() < 0.5 && point.3 == "estimated", "{point:?}");
    }
    assert!(forecasts["forecast_d2"].values().all(|point| point.1 == 1_800_000), "half-hours");
    // Six spans each, the newest in two pieces for its days around today: well below a day's 300.
    assert_eq!(grid.calls("rte.short_term REALISED"), 7);
    assert_eq!(grid.calls("rte.short_term ID,D-1,D-2"), 7);
}

#[test]
fn half_hours_of_older_years_and_autumn_are_kept_as_they_come() {
    let grid = Grid::at("2025-06-02T10:02:00Z");
    for (day, count, minutes) in [(date(2019, 10, 27), 50, 30), (date(2024, 10, 27), 100, 15)] {
        let output = grid.pull(&grid.account(), "load", day, day.tomorrow().unwrap());
        let points = &output.points["load"];
        assert_eq!(points.len(), count, "{day}");
        assert!(points.iter().all(|point| point.1 == minutes * 60_000), "{day}");
    }
    // RTE knows nothing before 2014.
    let ended = grid.pull(&grid.account(), "load", date(2011, 6, 1), date(2011, 6, 8)).ended;
    assert!(matches!(&ended, Ended::Failed(cause, ..) if cause == "no-data"), "{ended:?}");
}

#[test]
fn what_was_revised_is_read_again_within_the_week() {
    let day = date(2025, 6, 2);
    let of = |now: &str, asked: Date| {
        let grid = Grid::at(now);
        let output = grid.pull(&grid.account(), "load", asked, asked.tomorrow().unwrap());
        let (from, to) = (instant("2025-06-01T22:00:00Z"), instant("2025-06-02T22:00:00Z"));
        let points = output.points["load"].iter().filter(|point| (from..to).contains(&point.0)).copied();
        points.collect::<Vec<_>>()
    };
    let first = of("2025-06-03T06:00:00Z", day);
    // Four days later only the last day is asked for.
    let settled = of("2025-06-07T06:00:00Z", date(2025, 6, 6));
    assert_eq!((first.len(), settled.len()), (96, 96));
    let revised = first
        .iter()
        .zip(&settled)
        .filter(|(first, settled)| first.2.to_bits() != settled.2.to_bits())
        .count();
    assert!(revised > 30, "{revised} values revised");
}

#[test]
fn open_data_give_the_load_without_an_account() {
    let grid = Grid::at("2026-02-01T10:02:00Z");
    let scenario = grid.open();
    let model = grid.simulator.grid();
    let day = |date: Date| {
        let output = grid.pull(&scenario, "load", date, date.tomorrow().unwrap());
        done(&output);
        for point in &output.points["load"] {
            assert!((point.2 - model.load(at(point)).round()).abs() < 0.5, "{}", support::line(point));
        }
        (output.points["load"].len(), output.absences)
    };
    // Spring's filler is left out: 23 hours of half-hours, each the real one.
    assert_eq!(day(date(2025, 3, 30)), (46, vec![]));
    assert_eq!(day(date(2025, 6, 1)), (48, vec![]));
    // Autumn's two ambiguous hours are absent, not guessed.
    let repeated = ("load".to_owned(), instant("2025-10-26T00:00:00Z"), instant("2025-10-26T02:00:00Z"));
    assert_eq!(day(date(2025, 10, 26)), (46, vec![repeated]));
    assert_eq!(grid.calls("odre.export eco2mix-national-tr"), 0);
    assert_eq!(grid.calls("rte."), 0, "no account, no token");
    // The last days by quarter of an hour, up to now.
    let output = grid.pull(&scenario, "load", date(2026, 1, 31), date(2026, 2, 1));
    let points: BTreeMap<i64, PointLine> =
        output.points["load"].iter().map(|point| (point.0, *point)).collect();
    unbroken(&points, "2026-01-24T23:00:00Z", "2026-02-01T09:45:00Z");
    let forecasts = grid.pull(&scenario, "forecasts", date(2026, 1, 31), date(2026, 2, 1));
    done(&forecasts);
    assert_eq!(forecasts.points.keys().collect::<Vec<_>>(), ["forecast_d1", "forecast_id"]);
    assert_eq!(grid.calls("odre.export"), 5);
}

#[test]
fn colours_of_a_season_with_and_without_an_account() {
    let grid = Grid::at("2025-01-15T08:00:00Z");
    let (first, end) = (date(2023, 9, 1), date(2024, 9, 1));
    let expected: Vec<(i64, f64)> = grid
        .simulator
        .grid()
        .tempo_season(2023)
        .into_iter()
        .map(|(day, colour)| {
            let code = match colour.name() {
                "BLUE" => 1.0,
                "WHITE" => 2.0,
                _ => 3.0,
            };
            (instant(&grid.turn(day, "tempo")), code)
        })
        .collect();
    assert_eq!(expected.len(), 366);
    for scenario in [grid.account(), grid.open()] {
        let output = grid.pull(&scenario, "tempo", first, end);
        done(&output);
        let points = &output.points["tempo"];
        assert_eq!(points.iter().map(|point| (point.0, point.2)).collect::<Vec<_>>(), expected);
        // The clocks change within the night of a colour.
        let lengths = |hours: u64| points.iter().filter(|point| point.1 == hours * 3_600_000).count();
        assert_eq!((lengths(23), lengths(24), lengths(25)), (1, 364, 1));
        // Tomorrow's colour comes with yesterday's.
        let output = grid.pull(&scenario, "tempo", date(2025, 1, 14), date(2025, 1, 15));
        let last = output.points["tempo"].iter().max_by_key(|point| point.0).unwrap();
        assert_eq!((at(last).to_string().as_str(), last.3), ("2025-01-16T05:00:00Z", "estimated"));
    }
}

#[test]
fn signals_of_four_days_and_a_quota_that_is_told() {
    let grid = Grid::at("2025-01-15T18:00:00Z");
    let ask = || grid.pull(&grid.account(), "ecowatt", date(2025, 1, 14), date(2025, 1, 15));
    let output = ask();
    done(&output);
    assert_eq!((output.points["ecowatt"].len(), output.points["ecowatt_day"].len()), (96, 4));
    // Another instance of the same account asks in the same minute.
    let ended = ask().ended;
    assert!(
        matches!(&ended, Ended::Failed(cause, Some(party), _) if cause == "quota" && party == "RTE"),
        "{ended:?}"
    );
}

#[test]
fn each_fault_names_its_party_and_stores_nothing_wrong() {
    let grid = Grid::at("2025-06-02T10:02:00Z");
    let (yesterday, today) = (date(2025, 6, 1), date(2025, 6, 2));
    let (rte, odre) = (Some("RTE"), Some("ODRÉ"));
    let cases = [
        (grid.account(), Fault::RteTokenRefused, "consent", None),
        (grid.account(), Fault::RteNotSubscribed, "not-offered", None),
        (grid.account(), Fault::RteQuota, "quota", rte),
        (grid.account(), Fault::RteTechnical, "unavailable", rte),
        (grid.account(), Fault::RteDown, "unavailable", rte),
        // The token's own answer breaks off first.
        (grid.account(), Fault::Truncated, "unavailable", rte),
        (grid.open(), Fault::Truncated, "unreadable", odre),
        (grid.open(), Fault::OdreQuota, "quota", odre),
        (grid.open(), Fault::OdreDown, "unavailable", odre),
        (grid.open(), Fault::OdreRenamed, "unreadable", None),
    ];
    for (scenario, fault, cause, party) in cases {
        grid.simulator.faults().switch_on(fault);
        let output = grid.pull(&scenario, "load", yesterday, today);
        assert!(
            matches!(&output.ended, Ended::Failed(told, who, _) if told == cause && who.as_deref() == party),
            "{fault:?}: {:?}",
            output.ended
        );
        assert!(output.points.is_empty(), "{fault:?}");
        let Ended::Failed(_, _, words) = &output.ended else { unreachable!("matched above") };
        assert!(!words.contains(grid.simulator.rte_client_secret()), "{words}");
        grid.simulator.faults().clear();
    }
}

#[test]
fn faults_that_can_be_dealt_with_cost_calls_and_no_data() {
    let grid = Grid::at("2025-06-02T10:02:00Z");
    // A token that is forgotten is asked anew, and the call made again.
    grid.simulator.faults().switch_on(Fault::RteTokenExpired);
    let output = grid.pull(&grid.account(), "load", date(2025, 5, 1), date(2025, 5, 8));
    done(&output);
    assert_eq!(output.points["load"].len(), 7 * 96);
    assert_eq!((grid.calls("rte.token"), grid.calls("rte.short_term")), (2, 2));
    // Windows longer than a week are refused: 31 days are halved until they pass.
    grid.simulator.faults().switch_on(Fault::RteNarrow);
    let output = grid.pull(&grid.account(), "load", date(2025, 4, 1), date(2025, 5, 2));
    done(&output);
    let points: BTreeMap<i64, PointLine> =
        output.points["load"].iter().map(|point| (point.0, *point)).collect();
    unbroken(&points, "2025-03-31T22:00:00Z", "2025-05-01T22:00:00Z");
    // 1 + 2 + 4 + 8 windows: 31; 15, 16; 7, 8, 8, 8; and the eights in halves.
    assert_eq!(grid.calls("rte.short_term"), 2 + 1 + 2 + 4 + 6);
    grid.simulator.faults().clear();
    // What is missing stays missing, and null is no zero.
    grid.simulator.faults().switch_on(Fault::RteHole(date(2025, 5, 10)));
    let output = grid.pull(&grid.account(), "load", date(2025, 5, 10), date(2025, 5, 11));
    done(&output);
    assert_eq!(output.points["load"].len(), 96 - 5 - 1);
    assert!(output.points["load"].iter().all(|point| point.2 > 20_000.0));
}
