//! One folder for every kind of file: each goes to the connector that knows it, and tables to those that describe them.

use super::support::{Home, Running, settle, wait_for};
use jiff::civil::date;
use serde_json::Value;
use std::fs;
use watteau_simulator::{Config, gas_export_xlsx};

/// Instances of three plugins on the home's inbox, with `more` tables.
fn configure(home: &Home, more: &str) {
    let inbox = home.inbox();
    let tables = format!(
        "{}[connectors.meter]\nplugin = \"enedis-file\"\nwatch = {inbox:?}\n\
         [connectors.occupancy]\nplugin = \"csv\"\nwatch = {inbox:?}\nstep = \"1d\"\n\
         time = {{ column = \"date\", format = \"%Y-%m-%d\", zone = \"Europe/Paris\", stamp = \"start\" }}\n\
         series = [{{ column = \"persons\", name = \"persons\", unit = \"1\", kind = \"level\" }}]\n{more}",
        home.gas("gas", ""),
    );
    home.configure(&tables);
}

/// A well whose pump is read every day, as `factor` says.
fn well(home: &Home, factor: &str) -> String {
    format!(
        "[connectors.well]\nplugin = \"csv\"\nwatch = {:?}\nstep = \"1d\"\ndelimiter = \";\"\ndecimal = \",\"\n\
         time = {{ column = \"jour\", format = \"%d/%m/%Y\" }}\n\
         series = [{{ column = \"pompé\", name = \"volume\", unit = \"m3\", kind = \"volume\"{factor} }}]\n",
        home.inbox()
    )
}

fn drop_file(home: &Home, name: &str, body: &[u8]) {
    let path = home.inbox().join(name);
    fs::write(&path, body).unwrap();
    settle(&path);
}

fn values(daemon: &Running, series: &str) -> Vec<f64> {
    let points =
        daemon.get(&format!("/api/v1/series/{series}/points?step=raw&from=2025-01-01&to=2026-01-01"));
    points["value"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// The last report of a file, once it satisfies `check`.
fn report(daemon: &Running, name: &str, check: impl Fn(&Value) -> bool) -> Value {
    let last = |reports: &Value| -> Option<Value> {
        reports.as_array().unwrap().iter().find(|report| report["file"] == name).cloned()
    };
    let reports =
        daemon.wait("/api/v1/imports", |reports| last(reports).is_some_and(|report| check(&report)));
    last(&reports).unwrap()
}

#[test]
fn each_file_finds_the_connector_that_knows_it() {
    let home = Home::new("");
    configure(&home, &well(&home, ""));
    let daemon = home.start();
    let (from, to) = (date(2025, 1, 1), date(2025, 1, 31));
    let gas = gas_export_xlsx(&Config::default(), "09999999000011", from, to, date(2025, 2, 3));
    drop_file(&home, "a.xlsx", &gas);
    drop_file(&home, "b.csv", b"date,persons\n2025-03-29,2\n2025-03-30,0.1\n2025-03-31,3\n2025-04-01,x\n");
    drop_file(
        &home,
        "c.csv",
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes\n\
         09000000000011;Courbe de charge;01/02/2025;02/02/2025;Energie active;Consommation;Comptage Brut;W;30\n\
         Horodate;Valeur\n2025-02-01T00:30:00+01:00;412\n2025-02-01T01:00:00+01:00;380\n"
            .as_bytes(),
    );
    drop_file(&home, "d.csv", "jour;pompé\n25/10/2025;0,3\n26/10/2025;0,7\n".as_bytes());
    drop_file(&home, "e.csv", b"date,m3,kwh\n2025-02-01,1.5,16.8\n");
    for (file, connector, new, refused) in [
        ("a.xlsx", "gas", 31, 0),
        ("b.csv", "occupancy", 3, 1),
        ("c.csv", "meter", 2, 0),
        ("d.csv", "well", 2, 0),
    ] {
        let report = report(&daemon, file, |_| true);
        assert_eq!(report["connector"], connector, "{report}");
        assert_eq!(report["new"], new, "{report}");
        assert_eq!(report["refused"].as_array().unwrap().len(), refused, "{report}");
    }
    let unknown = report(&daemon, "e.csv", |_| true);
    assert_eq!(unknown["error"]["code"], "unrecognised_layout", "{unknown}");
    // To the bit, and each day as long as it was.
    assert_eq!(
        values(&daemon, "occupancy.persons").iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
        [2.0_f64.to_bits(), 0.1_f64.to_bits(), 3.0_f64.to_bits()]
    );
    let days = daemon.get("/api/v1/series/occupancy.persons/points?step=raw&from=2025-01-01&to=2026-01-01");
    let hours = |i: usize| (days["end"][i].as_i64().unwrap() - days["start"][i].as_i64().unwrap()) / 3600;
    assert_eq!([hours(0), hours(1), hours(2)], [24, 23, 24]);
    assert_eq!(values(&daemon, "well.volume"), [0.3, 0.7]);
    assert_eq!(values(&daemon, "meter.load_curve"), [412.0, 380.0]);
    daemon.stop();
}

#[test]
fn a_file_is_read_again_by_the_settings_that_come_to_describe_it() {
    let home = Home::new("");
    configure(&home, "");
    let daemon = home.start();
    drop_file(&home, "well.csv", "jour;pompé\n25/10/2025;300\n26/10/2025;700\n".as_bytes());
    let code = |report: &Value| report["error"]["code"] == "unrecognised_layout";
    report(&daemon, "well.csv", code);
    configure(&home, &well(&home, ""));
    report(&daemon, "well.csv", |report| report["new"] == 2);
    assert_eq!(values(&daemon, "well.volume"), [300.0, 700.0]);
    // They were litres.
    configure(&home, &well(&home, ", factor = 0.001"));
    report(&daemon, "well.csv", |report| report["corrected"] == 2);
    assert_eq!(values(&daemon, "well.volume"), [0.3, 0.7]);
    daemon.stop();
}

#[test]
fn what_the_columns_do_not_tell_is_asked_and_never_guessed() {
    let home = Home::new("");
    let well = well(&home, "");
    configure(&home, &format!("{well}{}", well.replace("connectors.well", "connectors.tank")));
    let daemon = home.start();
    let file = home.path().join("water.csv");
    fs::write(&file, "jour;pompé\n25/10/2025;0,3\n26/10/2025;0,7;1\n").unwrap();
    let import = |arguments: &[&str]| {
        let output = home.run(&[&["--json", "import", file.to_str().unwrap()], arguments].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()[0].clone()
    };
    let asked = import(&[]);
    assert_eq!(asked["error"]["code"], "which_connector", "{asked}");
    assert!(asked["error"]["message"].as_str().unwrap().contains("tank, well"), "{asked}");
    let taken = import(&["--connector", "tank"]);
    // A row that is wider than the titles was parted where it should not be.
    assert_eq!((&taken["new"], taken["refused"].as_array().unwrap().len()), (&1.into(), 1), "{taken}");
    assert!(taken["refused"][0]["reason"].as_str().unwrap().contains("more fields than titles"), "{taken}");
    assert_eq!(values(&daemon, "tank.volume"), [0.3]);
    assert!(values(&daemon, "well.volume").is_empty());
    daemon.stop();
}

#[test]
fn a_file_older_than_what_is_kept_says_that_it_was_not_taken() {
    let home = Home::new("");
    configure(&home, &well(&home, ""));
    let daemon = home.start();
    let (old, new) = (home.path().join("old.csv"), home.path().join("new.csv"));
    fs::write(&old, "jour;pompé\n25/10/2025;1,5\n").unwrap();
    settle(&old);
    let aged = fs::File::options().write(true).open(&old).unwrap();
    aged.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(48)).unwrap();
    fs::write(&new, "jour;pompé\n25/10/2025;0,3\n").unwrap();
    for file in [&new, &old] {
        assert!(home.run(&["import", file.to_str().unwrap()]).status.success());
    }
    assert_eq!(values(&daemon, "well.volume"), [0.3]);
    let report = report(&daemon, "old.csv", |_| true);
    assert!(report["remarks"][0]["en"].as_str().unwrap().contains("1 values differ"), "{report}");
    daemon.stop();
}

#[test]
fn a_file_that_changes_nearly_everything_says_so_and_what_was_there_is_kept() {
    let home = Home::new("");
    configure(&home, &well(&home, ""));
    let daemon = home.start();
    let table = |value: u32| {
        let days = (1..=31).map(|day| format!("{day:02}/10/2025;{value}\n"));
        format!("jour;pompé\n{}", days.collect::<String>())
    };
    drop_file(&home, "ours.csv", table(3).as_bytes());
    assert_eq!(report(&daemon, "ours.csv", |report| report["new"] == 31)["remarks"], serde_json::json!([]));
    drop_file(&home, "neighbours.csv", table(4).as_bytes());
    let report = report(&daemon, "neighbours.csv", |report| report["corrected"] == 31);
    assert!(report["remarks"][0]["en"].as_str().unwrap().contains("another meter's file"), "{report}");
    wait_for("the journal to say so", || home.log().contains("another meter's file").then_some(()));
    let before = daemon.get("/api/v1/series/well.volume/revisions?from=2025-10-01&to=2025-11-01");
    assert!(before.to_string().contains("3.0"), "{before}");
    daemon.stop();
}

#[test]
fn another_step_of_points_that_are_kept_is_refused_and_check_says_what_a_plugin_alone_knows() {
    let home = Home::new("");
    configure(&home, &well(&home, ""));
    let daemon = home.start();
    drop_file(&home, "well.csv", "jour;pompé\n25/10/2025;300\n".as_bytes());
    report(&daemon, "well.csv", |report| report["new"] == 1);
    configure(&home, &well(&home, "").replace("step = \"1d\"", "step = \"1h\""));
    let status = daemon.wait("/api/v1/status", |status| !status["notices"].as_array().unwrap().is_empty());
    let said = status["notices"][0]["text"]["en"].as_str().unwrap();
    assert!(said.contains("well goes on as it was before") && said.contains("step"), "{said}");
    daemon.stop();

    configure(&home, &well(&home, "").replace("%d/%m/%Y", "JJ/MM/AAAA"));
    let checked = home.run(&["check"]);
    let said = String::from_utf8_lossy(&checked.stderr);
    assert_eq!(checked.status.code(), Some(3), "{said}");
    assert!(said.contains("connectors.well") && said.contains("time.format"), "{said}");
}
