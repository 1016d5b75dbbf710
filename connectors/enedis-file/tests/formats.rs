//! The layouts with invented values: changes of the clocks, absences, units, steps, and what is refused.

mod support;

use std::fmt::Write as _;

use connector_enedis_file::EnedisFile;
use serde_json::json;
use support::{instant, utc, workbook};
use watteau_testing::{Ended, Output, Scenario};

const METER: &str = "01234567890123";

fn scenario() -> Scenario {
    Scenario::new("files").settings(json!({})).now("2026-11-21T12:00:00Z")
}

fn ingest(content: impl AsRef<[u8]>) -> Output {
    scenario().ingest::<EnedisFile>("export", content.as_ref())
}

fn taken(content: impl AsRef<[u8]>) -> Output {
    let output = ingest(content);
    assert!(matches!(output.ended, Ended::Done(_)), "{:?}", output.ended);
    output
}

/// Start, minutes, value.
fn points(output: &Output, series: &str) -> Vec<(String, u64, f64)> {
    let points = output.points.get(series).into_iter().flatten();
    points.map(|(start, duration, value, _)| (utc(*start), duration / 60_000, *value)).collect()
}

fn starts(output: &Output, series: &str) -> Vec<String> {
    points(output, series).into_iter().map(|point| point.0).collect()
}

fn half_hours(from: &str, count: i64) -> Vec<String> {
    (0..count).map(|at| utc(instant(from) + at * 1_800_000)).collect()
}

fn r63(rows: &[(&str, &str, &str)]) -> String {
    let mut text =
        "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;\
                    Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire\n"
            .to_owned();
    for (stamp, value, rest) in rows {
        let mut rest = rest.split(';');
        let mut or =
            |default: &'static str| rest.next().filter(|said| !said.is_empty()).unwrap_or(default).to_owned();
        let (nature, step, flow, physical, unit) = (or("B"), or("PT30M"), or("CONS"), or("PA"), or("W"));
        let _ =
            writeln!(text, "{METER};x;x;{physical};{flow};BRUT;{unit};{stamp};{value};{nature};{step};0;0");
    }
    text
}

#[test]
fn the_night_of_autumn_by_every_layout() {
    // From 01:00 summer time to 03:30 winter time: seven half-hours.
    let expected = half_hours("2024-10-26T23:00:00Z", 7);
    let ends = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"];
    let rows: Vec<_> = ends.iter().map(|end| (format!("2024-10-27 {end}:00"), "100", "")).collect();
    let rows: Vec<_> = rows.iter().map(|(stamp, value, rest)| (stamp.as_str(), *value, *rest)).collect();
    assert_eq!(starts(&taken(r63(&rows)), "load_curve"), expected);

    let offsets = ["+02:00", "+02:00", "+02:00", "+01:00", "+01:00", "+01:00", "+01:00"];
    let mut text = format!(
        "Identifiant PRM;Type de donnees;Unite;Pas en minutes\n{METER};Courbe de charge;W;\n\nHorodate;Valeur\n"
    );
    for (end, offset) in ends.iter().zip(offsets) {
        let _ = writeln!(text, "2024-10-27T{end}:00{offset};100");
    }
    assert_eq!(starts(&taken(&text), "load_curve"), expected);
    let text = text.replace('\n', "\r\n");
    assert_eq!(starts(&taken([b"\xef\xbb\xbf", text.as_bytes()].concat()), "load_curve"), expected);

    let pairs =
        [("01:00", "01:30"), ("01:30", "02:00"), ("02:00", "02:30"), ("02:30", "02:00"), ("02:00", "02:30")];
    let rows: Vec<[String; 3]> = pairs
        .iter()
        .map(|(from, to)| [format!("27/10/2024 {from}:00"), format!("27/10/2024 {to}:00"), "0,1".to_owned()])
        .collect();
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let mut sheet: Vec<&[&str]> =
        vec![&["Point Référence Mesure (PRM) :", METER], &["Début", "Fin", "Valeur (en kW)"]];
    sheet.extend(cells.iter().map(Vec::as_slice));
    let output = taken(workbook(&[("Consommation Horaire", &sheet)]));
    assert_eq!(starts(&output, "load_curve"), expected[..5]);
    assert_eq!(points(&output, "load_curve")[0], (expected[0].clone(), 30, 100.0));
}

#[test]
fn the_night_of_spring() {
    let stamps = [
        "2025-03-30 01:30:00",
        "2025-03-30 02:00:00",
        "2025-03-30 02:30:00",
        "2025-03-30 03:00:00",
        "2025-03-30 03:30:00",
    ];
    let rows: Vec<_> = stamps.iter().map(|stamp| (*stamp, "100", "")).collect();
    let output = taken(r63(&rows));
    // 02:00 and 02:30 never showed; the row stamped 03:00 is the one that begins at 01:30.
    let expected = ["2025-03-30T00:00:00Z", "2025-03-30T00:30:00Z", "2025-03-30T01:00:00Z"];
    assert_eq!(starts(&output, "load_curve"), expected);
    let told: Vec<_> =
        output.refusals.iter().map(|(place, reason)| (place.as_str(), reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("3", "'2025-03-30 02:00:00' (the clocks of Paris never show it)"),
            ("4", "'2025-03-30 02:30:00' (the clocks of Paris never show it)"),
        ]
    );
    // A start before the change and an end after it: half an hour, though the clock showed ninety minutes.
    let text = "Début;Fin;Valeur (en Kw)\n30/03/2025 01:30;30/03/2025 03:00;1,5\n30/03/2025 03:00;30/03/2025 03:30;NA\n";
    let output = taken(text);
    assert_eq!(points(&output, "load_curve"), [("2025-03-30T00:30:00Z".to_owned(), 30, 1500.0)]);
    assert_eq!(
        output.absences,
        [("load_curve".to_owned(), instant("2025-03-30T01:00:00Z"), instant("2025-03-30T01:30:00Z"))]
    );
}

#[test]
fn days_are_23_and_25_hours_long() {
    let text = "Date;Valeur (en Wh)\n30/03/2025;10500\n26/10/2025;0\n27/10/2025;\n28/10/2025;n.c.\n29/10/2025;-1\n31/02/2025;1\n";
    let output = taken(text);
    assert_eq!(
        points(&output, "daily_energy"),
        [
            ("2025-03-29T23:00:00Z".to_owned(), 23 * 60, 10.5),
            ("2025-10-25T22:00:00Z".to_owned(), 25 * 60, 0.0)
        ]
    );
    assert_eq!(output.absences.len(), 1);
    let told: Vec<_> =
        output.refusals.iter().map(|(place, reason)| (place.as_str(), reason.as_str())).collect();
    assert_eq!(
        told,
        [("5", "'n.c.' (not readable)"), ("6", "'-1' (negative)"), ("7", "'31/02/2025' (not readable)")]
    );
}

#[test]
fn consumption_and_production_stand_on_sheets_of_their_own() {
    let sheet: &[&[&str]] = &[
        &["Date", "Valeur (en kWh)"],
        &["01/06/2025", "#12.345"],
        &["02/06/2025", "7,5"],
        &["#45811", "NA"],
    ];
    let bad: &[&[&str]] = &[
        &["Type de comptage :", "Production Quotidienne"],
        &["Date", "Valeur (en kWh)"],
        &["01/06/2025", "x"],
        &["02/06/2025", "3"],
    ];
    let output = taken(workbook(&[
        ("Page d'accueil", &[&["Bonjour"]]),
        ("Export Consommation Quotidienne", sheet),
        ("Feuille", bad),
    ]));
    assert_eq!(
        points(&output, "daily_energy").iter().map(|point| point.2).collect::<Vec<_>>(),
        [12.345, 7.5]
    );
    assert_eq!(points(&output, "daily_production").iter().map(|point| point.2).collect::<Vec<_>>(), [3.0]);
    assert_eq!(output.refusals, [("sheet 3 row 3".to_owned(), "'x' (not readable)".to_owned())]);
    assert_eq!(
        output.absences,
        [("daily_energy".to_owned(), instant("2025-06-02T22:00:00Z"), instant("2025-06-03T22:00:00Z"))]
    );
}

#[test]
fn steps_directions_and_natures_row_by_row() {
    let output = taken(r63(&[
        ("2025-01-10 00:30:00", "1000", ""),
        ("2025-01-10 02:00:00", "2000", "B;PT60M"),
        ("2025-01-10 02:15:00", "2,5", ";PT15M;;;kW"),
        ("2025-01-10 02:30:00", "150", ";PT15M;;;Wh"),
        ("2025-01-10 00:30:00", "300", ";PT30M;PROD"),
        ("2025-01-10 03:00:00", "10", "E"),
        ("2025-01-10 03:30:00", "11", "Z"),
        ("2025-01-10 04:00:00", "12", ";PT5M"),
        ("2025-01-10 04:30:00", "13", ";;ERDF"),
        ("2025-01-10 05:00:00", "14", ";;;Tension"),
        ("2025-01-10 05:30:00", "15", ";;;;A"),
        ("2027-01-10 05:30:00", "16", ""),
        ("1999-01-10 05:30:00", "17", ""),
    ]));
    let quality = |series: &str, at: usize| output.points[series][at].3;
    assert_eq!(
        points(&output, "load_curve"),
        [
            ("2025-01-09T23:00:00Z".to_owned(), 30, 1000.0),
            ("2025-01-10T00:00:00Z".to_owned(), 60, 2000.0),
            ("2025-01-10T01:00:00Z".to_owned(), 15, 2500.0),
            ("2025-01-10T01:15:00Z".to_owned(), 15, 600.0),
            ("2025-01-10T01:30:00Z".to_owned(), 30, 10.0),
            ("2025-01-10T02:00:00Z".to_owned(), 30, 11.0),
        ]
    );
    let qualities: Vec<_> = (0..6).map(|at| quality("load_curve", at)).collect();
    assert_eq!(qualities, ["measured", "measured", "measured", "measured", "estimated", "estimated"]);
    assert_eq!(points(&output, "production_curve"), [("2025-01-09T23:00:00Z".to_owned(), 30, 300.0)]);
    let reasons: Vec<_> =
        output.refusals.iter().map(|(place, reason)| (place.as_str(), reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("9", "'PT5M' (not a step of 10, 15, 30 or 60 minutes)"),
            ("10", "'ERDF' (neither consumption nor production)"),
            ("12", "'A' (a unit that is not read)"),
            ("13", "'2027-01-10 05:30:00' (still to come)"),
            ("14", "'1999-01-10 05:30:00' (before 2000)"),
        ]
    );
}

#[test]
fn a_refused_row_is_told_with_its_day() {
    let output = taken(r63(&[
        ("2025-01-10 00:30:00", "1", ""),
        ("2025-01-10 01:00:00", "x", ""),
        ("2025-01-10 01:30:00", "1", ";;;;A"),
        ("2025-03-30 02:30:00", "1", ""),
        ("2027-01-10 00:30:00", "1", ""),
        ("hier", "1", ""),
    ]));
    let days: Vec<_> = output.refused_days.iter().map(|day| day.as_deref().unwrap_or_default()).collect();
    assert_eq!(days, ["2025-01-10", "2025-01-10", "2025-03-30", "2027-01-10", ""]);
    let output = taken("Date;Valeur (en Wh)\n28/10/2025;n.c.\n29/10/2025;1\n29/10/2025;2\n");
    let days: Vec<_> = output.refused_days.iter().map(|day| day.as_deref().unwrap_or_default()).collect();
    assert_eq!(days, ["2025-10-28", "2025-10-29", "2025-10-29"]);
}

#[test]
fn duplicates_collapse_contradict_or_outrank() {
    let output = taken(r63(&[
        ("2025-01-10 00:30:00", "1", ""),
        ("2025-01-10 00:30:00", "1", ""),
        ("2025-01-10 01:00:00", "2", ""),
        ("2025-01-10 01:00:00", "3", ""),
        ("2025-01-10 01:30:00", "4", "E"),
        ("2025-01-10 01:30:00", "5", "B"),
        ("2025-01-10 02:00:00", "", ""),
        ("2025-01-10 02:00:00", "6", ""),
    ]));
    assert_eq!(
        points(&output, "load_curve").iter().map(|point| point.2).collect::<Vec<_>>(),
        [1.0, 5.0, 6.0]
    );
    assert_eq!(output.refusals.iter().map(|told| told.0.as_str()).collect::<Vec<_>>(), ["4", "5"]);
    assert!(output.absences.is_empty());
}

#[test]
fn registers_give_days_and_readings() {
    let text = format!(
        "Identifiant PRM;Type de donnees;Unite\n{METER};Index;Wh\nHorodate;Type de releve;EAS F1;EAS F2;EAS T\n\
         2025-03-29T00:00:00+01:00;Arrêté quotidien;1000;2000;3000\n\
         2025-03-30T00:00:00+01:00;Arrêté quotidien;1100;2000;3100\n\
         2025-03-31T00:00:00+02:00;Arrêté quotidien;;;\n\
         2025-04-01T00:00:00+02:00;Arrêté quotidien;1500;2001;3501\n\
         2025-04-02T00:00:00+02:00;Arrêté quotidien;2;3;5\n\
         2025-04-03T06:00:00+02:00;Arrêté quotidien;2;3;5\n\
         2025-04-03T00:00:00+02:00;Arrêté quotidien;12;3;15\n\
         Periode;Identifiant calendrier fournisseur\nDu 2025-03-29T00:00:00+01:00 au;AA\n2025-04-04T00:00:00+02:00;x;y\n"
    );
    let output = taken(&text);
    assert_eq!(
        points(&output, "daily_energy"),
        [
            ("2025-03-28T23:00:00Z".to_owned(), 24 * 60, 0.1),
            ("2025-04-01T22:00:00Z".to_owned(), 24 * 60, 0.01)
        ]
    );
    assert_eq!(points(&output, "index").len(), 5);
    assert_eq!(points(&output, "index_f1")[1], ("2025-03-29T23:00:00Z".to_owned(), 0, 1.1));
    let absent: i64 = output.absences.iter().map(|(_, start, end)| (end - start) / 3_600_000).sum();
    // 30 March (23 hours), 31 March, and 1 April, on which the meter was replaced.
    assert_eq!(absent, 23 + 24 + 24);
    let reasons: Vec<_> =
        output.refusals.iter().map(|(place, reason)| (place.as_str(), reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("8", "the index falls, as when the meter is replaced"),
            ("9", "'2025-04-03T06:00:00+02:00' (not a reading at midnight)"),
        ]
    );
}

#[test]
fn the_browsers_extension_says_its_direction_by_its_name_alone() {
    let text = "debut;fin;kW\n2025-01-01T00:00:00+01:00;2025-01-01T00:30:00+01:00;\"0,540\"\n2025-01-01T00:30:00+01:00;2025-01-01T01:00:00+01:00;null\n";
    for (name, series) in
        [("historique_conso_1.csv", "load_curve"), ("historique_prod_1.csv", "production_curve")]
    {
        let output = scenario().ingest::<EnedisFile>(name, text.as_bytes());
        assert_eq!(points(&output, series), [("2024-12-31T23:00:00Z".to_owned(), 30, 540.0)]);
        assert_eq!(output.absences.len(), 1);
    }
    // The name of any other file says nothing.
    let text = "Début;Fin;Valeur (en W)\n01/01/2025 00:00;01/01/2025 00:30;5\n";
    let output = scenario().ingest::<EnedisFile>("historique_prod.csv", text.as_bytes());
    assert_eq!(starts(&output, "load_curve").len(), 1);
}

#[test]
fn reasons_for_which_a_file_is_not_taken() {
    let titles = |cells: &[&str]| workbook(&[("S", &[cells])]);
    let zip = |bytes: Vec<u8>| bytes;
    let whole = titles(&["Date", "Valeur (en kWh)"]);
    let ole = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", vec![], "empty_file"),
        ("zeros", vec![0; 4000], "damaged_archive"),
        ("a cut workbook", whole[..whole.len() / 2].to_vec(), "damaged_archive"),
        ("a page", b"<!DOCTYPE html><html>session".to_vec(), "not_a_spreadsheet"),
        ("a locked workbook", ole, "ole_container"),
        ("another table", zip(titles(&["Nom", "Farine"])), "unrecognised_layout"),
        ("another text", b"nom;farine\n1;2\n".to_vec(), "unrecognised_layout"),
        ("bytes", b"a\0b".to_vec(), "unrecognised_layout"),
        ("JSON", b"{\"meter_reading\":{}}".to_vec(), "unrecognised_layout"),
        ("gas", "Date de relevé;Energie consommée (kWh)\n".as_bytes().to_vec(), "unrecognised_layout"),
        ("no end", titles(&["Début", "Valeur (en kW)"]), "missing_column"),
        ("no value", titles(&["Début", "Fin"]), "missing_column"),
        ("no unit", b"Horodate;Valeur\n".to_vec(), "missing_column"),
        (
            "no rows' titles",
            b"Identifiant PRM;Type de donnees;Unite\n01234567890123;Index;Wh\n".to_vec(),
            "missing_column",
        ),
        ("a strange unit", titles(&["Date", "Valeur (en MWh)"]), "unknown_unit"),
        ("power by day", titles(&["Date", "Valeur (en kW)"]), "unknown_unit"),
        (
            "a strange unit said",
            b"Identifiant PRM;Type de donnees;Unite\n01234567890123;Courbe;kVA\nHorodate;Valeur\n".to_vec(),
            "unknown_unit",
        ),
        ("days of anything", b"date,m3,kwh\n2025-02-01,1.5,16.8\n".to_vec(), "unrecognised_layout"),
        ("hours of energy", b"Date;Valeur (en Wh)\n01/02/2025 00:30;5\n".to_vec(), "unsupported_step"),
        ("a long line", vec![b'a'; 2 << 20], "too_large"),
        ("a large file", vec![b'a'; 20 * 1024 * 1024 + 1], "too_large"),
    ];
    for (what, content, expected) in cases {
        let output = ingest(&content);
        let Ended::Failed(code, _, message) = &output.ended else { panic!("{what}: taken") };
        assert_eq!((code.as_str(), output.points.len()), (expected, 0), "{what}");
        assert!(message.contains("export"), "{what}: {message}");
    }
}

#[test]
fn every_reason_is_said_in_both_languages() {
    use connector_enedis_file::Failure;
    for failure in [
        Failure::File(watteau_tabular::Error::Empty),
        Failure::Unrecognised(vec!["Farine".to_owned()]),
        Failure::Gas,
        Failure::MissingColumn("Fin"),
        Failure::UnknownUnit("kVA".to_owned()),
        Failure::UnsupportedStep,
        Failure::WhichMeter(vec!["…0123".to_owned()]),
        Failure::TooManyMeters,
        Failure::Clock("why".to_owned()),
    ] {
        let words = failure.words("a\nfile.csv");
        let fr = words.fr.expect("French");
        assert!(words.en.contains("a file.csv") && fr.contains("a file.csv") && words.en != fr, "{failure}");
    }
}

#[test]
fn rows_of_several_meters_are_the_hosts_to_share() {
    let text = r63(&[("2025-01-10 00:30:00", "1", ""), ("2025-01-10 01:00:00", "2", "")]);
    let two = text.replacen(METER, "98765432109876", 1);
    let output = ingest(&two);
    let Ended::Failed(code, _, message) = &output.ended else { panic!("taken") };
    assert_eq!(code, "which_meter");
    assert!(message.contains("…9876, …0123") && !message.contains(METER), "{message}");
    let output = scenario().meter(METER).ingest::<EnedisFile>("x", two.as_bytes());
    assert_eq!(points(&output, "load_curve").iter().map(|point| point.2).collect::<Vec<_>>(), [2.0]);
    let output = scenario().meter("11111111111111").ingest::<EnedisFile>("x", two.as_bytes());
    assert!(output.points.is_empty() && output.refusals.is_empty());
}
