//! Files of every dress with invented values: what comes in, and what is refused.

mod support;

use std::fmt::Write as _;
use std::io::Write as _;

use connector_csv::{Csv, Settings};
use support::{instant, points, scenario, settings, utc};
use watteau_sdk::prelude::Files as _;
use watteau_testing::{Ended, FakeHost, Output};

const SERIES: &str = r#"series = [{ column = "v", name = "v", unit = "kWh", kind = "energy" }]"#;

fn ingest(table: &str, content: impl AsRef<[u8]>) -> Output {
    scenario(table).ingest::<Csv>("file.csv", content.as_ref())
}

fn by_day(more: &str) -> String {
    format!(
        "time = {{ column = \"d\", format = \"%d/%m/%Y\", zone = \"Europe/Paris\" }}\nstep = \"1d\"\n{SERIES}\n{more}"
    )
}

fn wall(more: &str, step: &str) -> String {
    format!(
        "time = {{ column = \"d\", format = \"%Y-%m-%d %H:%M\", zone = \"Europe/Paris\"{more} }}\nstep = \"{step}\"\n{SERIES}\n"
    )
}

fn values(output: &Output) -> Vec<f64> {
    assert!(matches!(output.ended, Ended::Done(_)), "{:?}", output.ended);
    points(output, "v").into_iter().map(|point| point.2).collect()
}

fn refusals(output: &Output) -> Vec<(&str, &str)> {
    output.refusals.iter().map(|(place, reason)| (place.as_str(), reason.as_str())).collect()
}

fn gz(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).expect("compresses");
    encoder.finish().expect("a file")
}

#[test]
fn one_table_in_every_dress() {
    let plain = "D;V\n01/02/2025;1.5\n02/02/2025;2\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let dresses: Vec<(&str, String, Vec<u8>)> = vec![
        ("plain", by_day(""), plain.into()),
        ("commas", by_day(""), plain.replace(';', ",").into()),
        ("tabs", by_day(""), plain.replace(';', "\t").into()),
        ("bars", by_day(""), plain.replace(';', "|").into()),
        ("another mark", by_day("delimiter = \"#\""), plain.replace(';', "#").into()),
        ("quotes", by_day(""), "\"d\",\"v\"\r\n\"01/02/2025\",\"1.5\"\r\n\"02/02/2025\",\"2\"".into()),
        ("decimal comma", by_day("decimal = \",\""), plain.replace("1.5", "1,5").into()),
        ("a mark of bytes", by_day(""), format!("\u{feff}{plain}").into()),
        ("UTF-16", by_day(""), utf16),
        ("lines above", by_day("skip = 2"), format!("a title\n\n\n{plain}").into()),
        ("other columns", by_day(""), "x;D;y;V\na;01/02/2025;b;1.5\nc;02/02/2025;;2\n".into()),
        ("compressed", by_day(""), gz(plain.as_bytes())),
        ("in two members", by_day(""), [gz(&plain.as_bytes()[..10]), gz(&plain.as_bytes()[10..])].concat()),
        (
            "without titles",
            by_day("header = false").replace("\"d\"", "1").replace("column = \"v\"", "column = 2"),
            plain.lines().skip(1).collect::<Vec<_>>().join("\n").into(),
        ),
    ];
    for (what, table, content) in dresses {
        let output = ingest(&table, &content);
        assert_eq!((values(&output), output.refusals.len()), (vec![1.5, 2.0], 0), "{what}");
    }
    // Windows-1252, by a title with an accent.
    let table = by_day("").replace("column = \"v\"", "column = \"Relevé\"");
    assert_eq!(values(&ingest(&table, b"d;Relev\xe9\n01/02/2025;7\n")), [7.0]);
}

#[test]
fn days_and_nights_of_the_change() {
    let output = ingest(&by_day(""), "d;v\n30/03/2025;1\n26/10/2025;2\n");
    assert_eq!(
        points(&output, "v"),
        [
            ("2025-03-29T23:00:00Z".to_owned(), 23 * 60, 1.0),
            ("2025-10-25T22:00:00Z".to_owned(), 25 * 60, 2.0)
        ]
    );
    let hours = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"];
    let rows = hours.map(|hour| format!("2025-10-26 {hour};1\n"));
    let autumn = rows.concat();
    let output = ingest(&wall("", "30min"), format!("d;v\n{autumn}"));
    let starts: Vec<_> = points(&output, "v").into_iter().map(|point| point.0).collect();
    assert_eq!(
        starts,
        (0..6).map(|at| utc(instant("2025-10-25T23:30:00Z") + at * 1_800_000)).collect::<Vec<_>>()
    );
    // The newest first.
    let falling = rows.into_iter().rev().collect::<String>();
    let output = ingest(&wall("", "30min"), format!("d;v\n2025-10-26 03:30;1\n{falling}"));
    assert_eq!(points(&output, "v").len(), 7);
    assert_eq!(points(&output, "v")[6].0, "2025-10-25T23:30:00Z");

    let spring = "d;v\n2025-03-30 02:00;1\n2025-03-30 02:30;2\n2025-03-30 03:00;3\n";
    let output = ingest(&wall(", stamp = \"end\"", "30min"), spring);
    assert_eq!(points(&output, "v"), [("2025-03-30T00:30:00Z".to_owned(), 30, 3.0)]);
    assert_eq!(
        refusals(&output),
        [
            ("2", "'2025-03-30 02:00' (the clocks never show it)"),
            ("3", "'2025-03-30 02:30' (the clocks never show it)")
        ]
    );
}

#[test]
fn steps_of_the_calendar() {
    let table = by_day("").replace("1d", "1 month");
    let output = ingest(&table, "d;v\n01/02/2024;1\n15/03/2024;2\n01/03/2024;3\n");
    assert_eq!(
        points(&output, "v"),
        [
            ("2024-01-31T23:00:00Z".to_owned(), 29 * 1440, 1.0),
            ("2024-02-29T23:00:00Z".to_owned(), 31 * 1440 - 60, 3.0)
        ]
    );
    assert_eq!(refusals(&output), [("3", "'15/03/2024' (not the start of an interval)")]);
    // Months by name, and the end of the interval.
    let table = by_day("").replace("1d", "1 month").replace("%d/%m/%Y", "%B %Y");
    assert_eq!(points(&ingest(&table, "d;v\nfévrier 2024;1\n"), "v")[0].1, 29 * 1440);
    let output = ingest(&wall(", stamp = \"end\"", "1d"), "d;v\n2024-02-02 00:00;1\n2024-02-03 12:00;2\n");
    assert_eq!(points(&output, "v"), [("2024-01-31T23:00:00Z".to_owned(), 1440, 1.0)]);
    assert_eq!(refusals(&output), [("3", "'2024-02-03 12:00' (not the start of an interval)")]);
    // Days of UTC instants are those of the zone.
    let table = by_day("").replace("%d/%m/%Y", "rfc3339");
    assert_eq!(points(&ingest(&table, "d;v\n2024-01-31T23:00:00Z;1\n"), "v")[0].1, 1440);
}

#[test]
fn irregular_rows_last_until_the_next() {
    let rows = "d;v\n2025-01-01 00:00;1\n2025-01-01 00:30;2\n2025-01-01 01:30;3\n2025-01-03 01:30;4\n";
    let lengths = |output: &Output| points(output, "v").into_iter().map(|point| point.1).collect::<Vec<_>>();
    assert_eq!(lengths(&ingest(&wall("", "irregular"), rows)), [30, 60, 2880, 2880]);
    let bounded = format!("{}\nlongest = \"2h\"", wall("", "irregular"));
    assert_eq!(lengths(&ingest(&bounded, rows)), [30, 60, 60, 60]);
    let ends = format!("{}\nlongest = \"2h\"", wall(", stamp = \"end\"", "irregular"));
    assert_eq!(lengths(&ingest(&ends, rows)), [30, 30, 60, 60]);
    let output = ingest(&wall("", "irregular"), "d;v\n2025-01-01 00:00;1\n");
    assert_eq!(refusals(&output), [("2", "its length is not known")]);
    // Readings have no length.
    let index = wall("", "irregular").replace("\"energy\"", "\"index\"");
    assert_eq!(lengths(&ingest(&index, "d;v\n2025-01-01 00:00;1\n2025-02-01 00:00;2\n")), [0, 0]);
    // The end in a column of its own, around a change of the clocks.
    let told = wall(", end = \"e\"", "irregular");
    let output = ingest(
        &told,
        "d;e;v\n2025-03-30 01:30;2025-03-30 03:00;1\n2025-10-26 02:30;2025-10-26 02:00;2\n2025-01-02 00:00;2025-01-01 00:00;3\n",
    );
    assert_eq!(lengths(&output), [30, 30]);
    assert_eq!(refusals(&output), [("4", "'2025-01-01 00:00' (not an end after the start)")]);
}

#[test]
fn bad_rows_are_refused_and_the_good_ones_go_on() {
    let output = ingest(
        &by_day("missing = [\"NA\", \"absent\"]"),
        "d;v\n01/02/2025;1\nhier;2\n03/02/2025;n.c.\n04/02/2025;NA\n05/02/2025;\n\n06/02/2025;absent\n07/02/2025;1,5\n08/02/2025;8\n30/02/2025;9\n",
    );
    assert_eq!(values(&output), [1.0, 8.0]);
    assert_eq!(
        refusals(&output),
        [
            ("3", "'hier' (not a time in the format described)"),
            ("4", "'n.c.' (not a number)"),
            ("9", "'1,5' (not a number with the decimal mark described; is `decimal` right?)"),
            ("11", "'30/02/2025' (not a time in the format described)"),
        ]
    );
    let days: Vec<_> = output.refused_days.iter().map(|day| day.as_deref().unwrap_or_default()).collect();
    assert_eq!(days, ["", "2025-02-03", "2025-02-07", ""]);
    // Three days without a value, one after the other.
    let hole = ("v".to_owned(), instant("2025-02-03T23:00:00Z"), instant("2025-02-06T23:00:00Z"));
    assert_eq!(output.absences, [hole]);
    assert_eq!(output.ended, Ended::Done("csv 2025-02-01..2025-02-08 3 absent".to_owned()));

    let many = format!("d;v\n01/02/2025;1\n{}", "x;1\n".repeat(700));
    let output = ingest(&by_day(""), many);
    assert_eq!(output.refusals.len(), 501);
    assert_eq!(output.refusals[500], ("…".to_owned(), "and 200 rows more".to_owned()));
}

#[test]
fn duplicates_collapse_or_contradict() {
    let output = ingest(
        &by_day(""),
        "d;v\n01/02/2025;1\n01/02/2025;1\n02/02/2025;2\n02/02/2025;3\n02/02/2025;2\n03/02/2025;4\n",
    );
    assert_eq!(values(&output), [1.0, 4.0]);
    assert_eq!(output.refusals.iter().map(|told| told.0.as_str()).collect::<Vec<_>>(), ["4", "5", "6"]);
    assert!(output.refused_days.iter().all(|day| day.as_deref() == Some("2025-02-02")));
}

#[test]
fn values_by_factor_word_and_quality() {
    let table = by_day("").replace(
        "kind = \"energy\"",
        "kind = \"energy\", factor = 0.001, values = { none = 0 }, quality = { column = \"q\", estimated = [\"E\", \"est\"], corrected = [\"C\"] }",
    );
    let output = ingest(&table, "d;v;q\n01/02/2025;66914;E\n02/02/2025;none;C\n03/02/2025;3;?\n");
    let told: Vec<_> = output.points["v"].iter().map(|point| (point.2.to_bits(), point.3)).collect();
    assert_eq!(
        told,
        [(66.914_f64.to_bits(), "estimated"), (0, "corrected"), (0.003_f64.to_bits(), "measured")]
    );
}

#[test]
fn places_have_series_of_their_own() {
    let table = by_day("[places]\ncolumn = \"p\"\nnames = { A = \"north\", B = \"south\" }");
    let output = ingest(
        &table,
        "p;d;v\nA;01/02/2025;1\nB;01/02/2025;2\nC;01/02/2025;3\n;01/02/2025;4\nA;02/02/2025;5\n",
    );
    let of = |series: &str| points(&output, series).into_iter().map(|point| point.2).collect::<Vec<_>>();
    assert_eq!((of("north.v"), of("south.v")), (vec![1.0, 5.0], vec![2.0]));
    assert_eq!(refusals(&output), [("5", "no place")]);
}

#[test]
fn a_place_that_has_no_name_is_told() {
    let table = by_day("[places]\ncolumn = \"p\"\nnames = { A = \"north\" }");
    let host = FakeHost::new(&scenario(&table));
    let settings: Settings = serde_json::from_value(settings(&table)).expect("settings");
    let content = "p;d;v\nA;01/02/2025;1\nB;01/02/2025;2\nB;02/02/2025;2\nC;01/02/2025;3\n";
    let mut file = watteau_sdk::files::File::in_memory("x.csv", content);
    let report = Csv::ingest(host.context(), &settings, &mut file).expect("a report");
    let remarks: Vec<_> = report.remarks.iter().map(|remark| remark.en.as_str()).collect();
    assert_eq!(remarks, ["3 rows are of places that `places.names` does not name, such as B, C."]);
}

#[test]
fn many_places_take_turns() {
    let places: Vec<_> = (0..2_000).map(|place| format!("p{place} = \"n{place}\"")).collect();
    let table = by_day(&format!("[places]\ncolumn = \"p\"\nnames = {{ {} }}", places.join(", ")));
    let mut content = "p;d;v\n".to_owned();
    for day in 1..=28 {
        for place in 0..2_000 {
            let _ = writeln!(content, "p{place};{day:02}/02/2025;{day}");
        }
    }
    let output = ingest(&table, content);
    assert_eq!(output.points.len(), 2_000);
    assert!(output.points.values().all(|points| points.len() == 28));
}

#[test]
fn reasons_for_which_a_file_is_not_taken() {
    let bomb = gz(&vec![b'0'; (256 << 20) + 1]);
    let cut = gz("d;v\n01/02/2025;1\n".repeat(1000).as_bytes());
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", vec![], "empty_file"),
        ("zeros", vec![0; 4000], "damaged_archive"),
        ("a workbook", b"PK\x03\x04".to_vec(), "not_a_text"),
        ("a page", b"<html>".to_vec(), "not_a_spreadsheet"),
        ("bytes", b"a\0b".to_vec(), "unrecognised_layout"),
        ("other columns", b"date;value\n1;2\n".to_vec(), "missing_column"),
        ("no line", b"\n\n".to_vec(), "missing_column"),
        ("another format", b"d;v\n2025-01-01;1\n2025-01-02;2\n".to_vec(), "unrecognised_layout"),
        ("a cut archive", cut[..cut.len() - 20].to_vec(), "damaged_archive"),
        ("a long line", [b"d;v\n".to_vec(), vec![b'a'; 2 << 20]].concat(), "too_large"),
        ("a bomb", bomb, "too_large"),
        ("a large file", vec![b'a'; 20 * 1024 * 1024 + 1], "too_large"),
    ];
    for (what, content, expected) in cases {
        let output = ingest(&by_day(""), content);
        let Ended::Failed(code, _, _) = &output.ended else { panic!("{what}: {:?}", output.ended) };
        assert_eq!(code, expected, "{what}");
    }
    let output = ingest(&by_day(""), "jour;V\n");
    assert_eq!(
        output.ended,
        Ended::Failed(
            "missing_column".to_owned(),
            None,
            "file.csv lacks the columns: d. Its titles are: jour, V.".to_owned()
        )
    );
}

#[test]
fn only_what_is_described_is_recognised() {
    let host = FakeHost::new(&scenario(&by_day("")));
    let sniff = |table: &str, content: &[u8]| {
        let settings: Settings = serde_json::from_value(settings(table)).expect("settings");
        Csv::sniff_as(host.context(), &settings, "any name", content.len() as u64, content)
    };
    let plain = b"d;v;w\n01/02/2025;1;2\n02/02/2025;1;2".as_slice();
    let untitled = by_day("header = false").replace("\"d\"", "1").replace("column = \"v\"", "column = 2");
    for (what, table, content, expected) in [
        ("as described", by_day(""), plain.to_vec(), 98),
        ("compressed", by_day(""), gz(plain), 98),
        ("compressed and cut", by_day(""), gz(&[plain, &[b'\n'; 100]].concat())[..40].to_vec(), 98),
        ("titles alone", by_day(""), b"d;v\n".to_vec(), 40),
        ("times of another format", by_day(""), b"d;v\n2025-02-01;1\n".to_vec(), 40),
        ("a column missing", by_day(""), b"d;w\n01/02/2025;1\n".to_vec(), 0),
        ("without titles", untitled.clone(), b"01/02/2025;1\n".to_vec(), 60),
        ("without titles, other times", untitled, b"d;v\nx;1\n".to_vec(), 0),
        ("a workbook", by_day(""), b"PK\x03\x04d;v".to_vec(), 0),
        ("nothing", by_day(""), vec![], 0),
    ] {
        assert_eq!(sniff(&table, &content), expected, "{what}");
    }
    // Without settings no file is known.
    assert_eq!(Csv::sniff("x", plain.len() as u64, plain), 0);
}
