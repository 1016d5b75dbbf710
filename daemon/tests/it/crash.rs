//! The daemon is killed in the middle of its work.

use super::support::{Home, settle};
use jiff::{ToSpan as _, civil::date};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};
use watteau_simulator::{Config, gas_export_xlsx};

#[test]
fn every_acknowledged_file_is_there_whole_after_a_kill_and_the_others_are_taken_again() {
    let home = Home::with_gas("");
    let files = 24;
    let first = date(2023, 1, 1);
    for month in 0..files {
        let from = first.checked_add(month.months()).unwrap();
        let to = from.last_of_month();
        let body = gas_export_xlsx(
            &Config::default(),
            "09999999000011",
            from,
            to,
            to.checked_add(3.days()).unwrap(),
        );
        let path = home.inbox().join(format!("gaz {from}.xlsx"));
        fs::write(&path, body).unwrap();
        settle(&path);
    }
    // Killed after some, three times, at different moments of the work.
    for acknowledged in [2, 7, 15] {
        let daemon = home.start();
        let before = daemon.imports(acknowledged);
        daemon.kill();
        let daemon = home.start();
        let after = daemon.imports(before.len());
        for import in &before {
            assert!(after.contains(import), "{import} was acknowledged");
            let (from, to) = (import["from"].as_str().unwrap(), import["to"].as_str().unwrap());
            let end = to.parse::<jiff::civil::Date>().unwrap().tomorrow().unwrap();
            let path = format!("/api/v1/series/gas.energy/points?step=raw&from={from}&to={end}");
            let there = daemon.get(&path)["value"].as_array().unwrap().len() as u64;
            assert_eq!(there, import["new"].as_u64().unwrap() + import["unchanged"].as_u64().unwrap());
        }
        daemon.kill();
    }
    let daemon = home.start();
    // A file may be reported twice: the kill came after its commit and before the folder knew of it.
    let imports = daemon.wait("/api/v1/imports?limit=500", |imports| {
        let names: BTreeSet<&str> =
            imports.as_array().unwrap().iter().filter_map(|import| import["file"].as_str()).collect();
        names.len() == usize::try_from(files).unwrap()
    });
    let mut by_file: BTreeMap<&str, u64> = BTreeMap::new();
    for import in imports.as_array().unwrap() {
        *by_file.entry(import["file"].as_str().unwrap()).or_default() += import["new"].as_u64().unwrap();
    }
    assert_eq!(by_file.len(), usize::try_from(files).unwrap());
    assert_eq!(by_file.values().sum::<u64>(), 730 + 1, "two years, one of them a leap year, each day once");
    daemon.stop();
}
