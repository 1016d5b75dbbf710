//! The component in the real host does what the tested code does, within the limits of its manifest.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use connector_csv::Csv;
use support::{MANIFEST, data, scenario};
use watteau_host::Manifest;
use watteau_testing::{Ended, Scenario, component};

const HALF_HOURS: &str = r#"
    time = { column = "utc", format = "rfc3339" }
    step = "30min"
    series = [{ column = "mw", name = "load", unit = "MW", kind = "power" }]
"#;

const ON_THE_WALL: &str = r#"
    time = { column = 1, format = "%d/%m/%Y %H:%M", zone = "Europe/Paris", stamp = "end" }
    step = "30min"
    header = false
    decimal = ","
    series = [{ column = 2, name = "power", unit = "kW", kind = "power", minimum = 0 }]
"#;

#[test]
fn the_manifest_is_dynamic_and_declares_nothing() {
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    assert!(manifest.dynamic && manifest.series.is_empty());
}

#[test]
fn native_and_component_agree() {
    let wasm = component(env!("CARGO_MANIFEST_DIR")).expect("the component builds");
    let both = |scenario: &Scenario, content: &[u8]| {
        let native = scenario.ingest::<Csv>("file.csv", content);
        assert_eq!(scenario.ingest_wasm(&wasm, "file.csv", content).expect("it runs"), native);
        native
    };
    // Every half-hour of two years by the clock of Paris, both nights of autumn and both of spring among them.
    let mut lines = String::new();
    let paris = jiff::tz::TimeZone::get("Europe/Paris").expect("Paris");
    let mut at: jiff::Timestamp = "2023-12-31T23:30:00Z".parse().expect("an instant");
    for number in 0..2 * 365 * 48 {
        let civil = at.to_zoned(paris.clone()).strftime("%d/%m/%Y %H:%M").to_string();
        let _ = writeln!(lines, "{civil};0,{number:05}");
        at += jiff::Span::new().minutes(30);
    }
    let output = both(&scenario(ON_THE_WALL), lines.as_bytes());
    assert_eq!((output.points["power"].len(), output.refusals.len()), (2 * 365 * 48, 0));
    let starts: Vec<i64> = output.points["power"].iter().map(|point| point.0).collect();
    assert!(
        starts.windows(2).all(|pair| pair[1] - pair[0] == 1_800_000),
        "an hour of autumn is out of order"
    );

    let refused = both(&scenario(ON_THE_WALL), b"01/01/2024 00:30;1\nx;1\n01/01/2024 01:30;1.2\n");
    assert_eq!(refused.refusals.len(), 2);
    let failed = both(&scenario(HALF_HOURS), b"date;watts\n");
    assert!(
        matches!(&failed.ended, Ended::Failed(code, _, _) if code == "missing_column"),
        "{:?}",
        failed.ended
    );

    let good = b"utc,mw\n2024-01-01T00:00:00Z,1\n";
    for (content, least, most) in
        [(good.as_slice(), 98, 98), (b"utc,kw\n2024-01-01T00:00:00Z,1\n", 0, 0), (b"utc,mw\n1,2\n", 40, 40)]
    {
        let sure = scenario(HALF_HOURS).sniff_wasm(&wasm, "any name", content).expect("it answers");
        assert!((least..=most).contains(&sure), "{sure}");
    }

    let Some(data) = data() else { return };
    let content = fs::read(data.join("fr_load_30min.csv.gz")).expect("a file");
    let timed = |content: &[u8]| {
        let started = Instant::now();
        let output =
            scenario(HALF_HOURS).ingest_wasm(&wasm, "fr_load_30min.csv.gz", content).expect("it runs");
        (output, started.elapsed())
    };
    // Compiling the component is the host's work, once; what is left is the guest's.
    let (_, compiling) = timed(good);
    let (output, whole) = timed(&content);
    let size = fs::metadata(&wasm).expect("a component").len();
    eprintln!("143,104 half-hours: {:?}; component {size} bytes", whole.saturating_sub(compiling));
    assert_eq!(output.points["load"].len(), 143_104);
}
