//! From a file to points, through the connector as the host calls it.

mod support;

use connector_grdf::{Grdf, Settings};
use support::{Cell, FakeHost, current, instant, sheet, utc, workbook};
use watteau_sdk::files::FileBytes;
use watteau_sdk::prelude::{Context, Decision, File, FileError, Files as _, Instant, Quality, Report};

const EXCEL: &str = include_str!("../fixtures/excel.csv");
const INFORMATIVES: &str = include_str!("../fixtures/informatives.json");
const PUBLIEES: &str = include_str!("../fixtures/publiees.json");
const ADICT: &str = include_str!("../fixtures/adict.ndjson");
const METER: &str = "01234567890123";

/// A file with a time of change.
struct Dated(Vec<u8>, Option<Instant>);

impl FileBytes for Dated {
    fn name(&self) -> String {
        "gaz <b>\n.xlsx".to_owned()
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn modified(&self) -> Option<Instant> {
        self.1
    }

    fn read_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, String> {
        // Short reads, as a host may give.
        let from = self.0.len().min(offset as usize);
        let to = self.0.len().min(from + (length as usize).min(1000));
        Ok(self.0[from..to].to_vec())
    }
}

fn take(number: Option<&str>) -> FakeHost {
    FakeHost::new(Decision::Take(number.map(str::to_owned)))
}

fn ingest(host: &FakeHost, bytes: impl Into<Vec<u8>>, modified: Option<&str>) -> Result<Report, FileError> {
    let mut file = File::new(Dated(bytes.into(), modified.map(instant)));
    Grdf::ingest(Context::new(host), &Settings {}, &mut file)
}

#[test]
fn gas_days_begin_at_six_and_last_23_or_25_hours_on_the_eve_of_the_change() {
    let titles = ["Date de relevé", "Energie consommée (kWh)"];
    let rows: Vec<Vec<Cell<'_>>> = ["28/03/2025", "29/03/2025", "30/03/2025"]
        .into_iter()
        .map(|date| vec![Cell::Text(date), Cell::Number("40.110000000000007")])
        .collect();
    let host = take(Some(METER));
    let report = ingest(&host, workbook(&[&sheet(&current(&titles, &rows))], &[]), None).expect("a report");
    assert_eq!(*host.claimed.borrow(), [(METER.to_owned(), 3)]);
    assert_eq!(
        host.points("energy"),
        [
            ("2025-03-28T05:00:00Z".to_owned(), 24, 40.11),
            ("2025-03-29T05:00:00Z".to_owned(), 23, 40.11),
            ("2025-03-30T04:00:00Z".to_owned(), 24, 40.11),
        ]
    );
    assert_eq!(report.exported.map(utc).as_deref(), Some("2025-05-04T22:00:00Z"));
    assert_eq!(host.batches.borrow()[0].as_of.map(utc).as_deref(), Some("2025-05-04T22:00:00Z"));
    assert_eq!(
        (report.first_day.as_deref(), report.last_day.as_deref()),
        (Some("2025-03-28"), Some("2025-03-30"))
    );

    let autumn = INFORMATIVES.replace("2025-03-28\"", "2025-10-25\"");
    let host = take(Some(METER));
    ingest(&host, autumn, Some("2025-11-02T10:00:00Z")).expect("a report");
    assert!(host.points("energy").contains(&("2025-10-25T04:00:00Z".to_owned(), 25, 28.05)));
    // Without an export date, the file's own time.
    assert_eq!(host.batches.borrow()[0].as_of.map(utc).as_deref(), Some("2025-11-02T10:00:00Z"));
}

#[test]
fn an_absent_day_is_no_zero_and_a_zero_is_no_absence() {
    let host = take(Some(METER));
    let report = ingest(&host, EXCEL, None).expect("a report");
    assert_eq!(report.format, "grdf_csv_daily");
    let energy: Vec<_> =
        host.points("energy").into_iter().map(|(start, _, kwh)| (start[..10].to_owned(), kwh)).collect();
    assert_eq!(
        energy,
        [("2025-03-28".to_owned(), 28.05), ("2025-03-30".to_owned(), 0.0), ("2025-03-31".to_owned(), 11.2)]
    );
    let absent: Vec<_> =
        host.absent.borrow().iter().map(|(series, span)| (series.clone(), utc(span.start))).collect();
    let hole = "2025-03-29T05:00:00Z".to_owned();
    assert_eq!(absent, [("energy".to_owned(), hole.clone()), ("volume".to_owned(), hole.clone())]);
    assert_eq!(report.absent, 1);
    // The temperature of the absent day is kept.
    assert!(host.points("temperature").contains(&(hole, 23, 9.0)));
    // An unknown qualification is an estimate, and told; so is the column that is not GRDF's.
    let last = host.batches.borrow()[0].points[2];
    assert_eq!(last.quality, Quality::Estimated);
    let remarks: Vec<_> = report.remarks.iter().map(|remark| remark.en.as_str()).collect();
    assert_eq!(
        remarks,
        ["Columns ignored: Note.", "Unknown qualification 'recalcule': these values are kept as estimated."]
    );
    let refused: Vec<_> =
        host.refused.borrow().iter().map(|one| (one.place.clone(), one.reason.en.clone())).collect();
    assert_eq!(
        refused,
        [
            ("10".to_owned(), "Energie consommée (kWh): '1.234,5' (not readable)".to_owned()),
            ("11".to_owned(), "Date de relevé: '13/04/2025' (after the export)".to_owned()),
        ]
    );
}

#[test]
fn site_answers_by_day_and_by_bill() {
    let host = take(Some(METER));
    let report = ingest(&host, INFORMATIVES, None).expect("a report");
    assert_eq!((report.format.as_str(), report.absent), ("grdf_json_informatives", 1));
    assert_eq!(host.points("coefficient")[0].2.to_bits(), 11.22_f64.to_bits());
    assert_eq!(host.points("temperature").iter().map(|point| point.2).collect::<Vec<_>>(), [7.6, 9.0]);
    let refused: Vec<_> =
        host.refused.borrow().iter().map(|one| (one.place.clone(), one.reason.en.clone())).collect();
    assert_eq!(
        refused,
        [
            ("releves[3]".to_owned(), "the same key twice".to_owned()),
            ("releves[4]".to_owned(), "energieConsomme: 'true' (no stored value)".to_owned()),
        ]
    );

    let host = take(Some(METER));
    let report = ingest(&host, PUBLIEES, None).expect("a report");
    assert_eq!(report.format, "grdf_json_publiees");
    assert_eq!(
        host.points("period_energy"),
        [
            ("2024-10-01T04:00:00Z".to_owned(), 48, 11.0),
            ("2024-10-03T04:00:00Z".to_owned(), 29 * 24 + 1, 157.0)
        ]
    );
    assert!(host.points("energy").is_empty());
    assert_eq!(host.refused.borrow().len(), 1);
}

#[test]
fn lines_of_the_official_interface() {
    let host = take(Some(METER));
    let report = ingest(&host, ADICT.replace('\n', "\r\n"), None).expect("a report");
    assert_eq!(report.format, "grdf_adict_mixed");
    // The definitive value outranks the measured one.
    assert_eq!(host.points("energy"), [("2025-06-01T04:00:00Z".to_owned(), 24, 12.0)]);
    assert_eq!(host.points("period_energy"), [("2025-05-01T04:00:00Z".to_owned(), 31 * 24, 333.0)]);
    let refused: Vec<_> =
        host.refused.borrow().iter().map(|one| (one.place.clone(), one.reason.en.clone())).collect();
    assert_eq!(
        refused,
        [
            ("line 4".to_owned(), "sens_flux_gaz: 'Injection' (injected gas, not consumption)".to_owned()),
            ("line 5".to_owned(), "not valid JSON".to_owned()),
        ]
    );

    // The same objects in an array, and one alone.
    let lines: Vec<_> = ADICT.lines().filter(|line| !line.is_empty() && !line.contains("oops")).collect();
    let host = take(Some(METER));
    ingest(&host, format!("\u{feff}[{}]", lines.join(",\n")), None).expect("a report");
    assert_eq!(host.points("energy").len(), 1);
    let host = take(Some(METER));
    ingest(&host, lines[0], None).expect("a report");
    assert_eq!(host.points("energy"), [("2025-06-01T04:00:00Z".to_owned(), 24, 11.0)]);
}

#[test]
fn a_cut_last_line_is_waited_for_then_left_out() {
    let cut = &ADICT[..ADICT.find("oops").expect("the broken line")];
    let young = ingest(&take(Some(METER)), cut, Some("2025-12-24T11:59:30Z")).expect_err("too young");
    assert_eq!((young.code.as_str(), young.incomplete), ("bad_json", true));
    let host = take(Some(METER));
    ingest(&host, cut, Some("2025-12-24T11:58:30Z")).expect("a report");
    assert_eq!(host.points("energy").len(), 1);
    assert_eq!(host.refused.borrow().last().map(|one| one.place.clone()).as_deref(), Some("line 5"));
}

#[test]
fn the_host_says_whose_rows_are_taken() {
    let two = INFORMATIVES.replacen(
        '{',
        "{\"09876543210987\":{\"releves\":[{\"journeeGaziere\":\"2025-03-28\",\"energieConsomme\":1}]},",
        1,
    );
    let host = take(Some("09876543210987"));
    ingest(&host, two.as_str(), None).expect("a report");
    assert_eq!(*host.claimed.borrow(), [("09876543210987".to_owned(), 1), (METER.to_owned(), 3)]);
    assert_eq!(host.points("energy").len(), 1);
    assert!(host.refused.borrow().is_empty(), "rows of another meter are not this instance's to tell");

    let host = FakeHost::new(Decision::Leave);
    let report = ingest(&host, two.as_str(), None).expect("a report");
    assert!(host.batches.borrow().is_empty() && report.remarks.is_empty());

    let host = FakeHost::new(Decision::WhichMeter);
    let error = ingest(&host, two.as_str(), None).expect_err("undecided");
    assert_eq!(error.code, "which_meter");
    assert!(error.message.en.contains("…0987, …0123") && !error.message.en.contains(METER));
}

#[test]
fn a_name_of_any_kind_is_shown_on_one_line() {
    let error = ingest(&take(None), "", None).expect_err("empty");
    assert_eq!((error.code.as_str(), error.incomplete), ("empty_file", true));
    assert_eq!(
        error.message.en,
        "gaz <b> .xlsx is empty: the download did not finish. Download it again from GRDF."
    );
    assert!(error.message.fr.is_some_and(|fr| fr.starts_with("gaz <b> .xlsx est vide")));
}

#[test]
fn nothing_inside_is_no_error() {
    for (content, format) in [
        ("{}", "grdf_json_empty"),
        ("[]", "grdf_json_empty"),
        ("{\"2025-10-20\":7.6,\"2025-10-21\":null}", "grdf_json_temperatures"),
    ] {
        let host = take(None);
        let report = ingest(&host, content, None).expect("a report");
        assert_eq!(report.format, format);
        assert!(host.batches.borrow().is_empty());
        assert!(report.remarks.iter().any(|remark| remark.en.contains("has no reading for this period")));
    }
}
