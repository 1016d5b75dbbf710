//! Workbooks in every dress that users give them, and the reasons for which one is not taken.

mod support;

use std::io::Cursor;

use connector_grdf::Failure;
use connector_grdf::collect::Import;
use connector_grdf::context::Context;
use connector_grdf::reading::Places;
use connector_grdf::recognise;
use connector_grdf::sniff::sniff;
use connector_grdf::words::Qualification;
use support::Cell::{self, No, Number, Raw, Text};
use support::{archive, current, sheet, workbook};
use watteau_tabular::Day;

const DATE: &str = "Date de relevé";
const ENERGY: &str = "Energie consommée (kWh)";
const VOLUME: &str = "Volume consommé (m3)";
const QUALIFICATION: &str = "Qualification du relevé";

fn read(bytes: &[u8]) -> Result<Import, Failure> {
    let context = Context { today: Day::from_iso("2025-12-24"), fresh: false };
    recognise::read(Cursor::new(bytes), "file.xlsx", context)
}

fn one_sheet(titles: &[&str], rows: &[Vec<Cell<'_>>]) -> Result<Import, Failure> {
    read(&workbook(&[&sheet(&current(titles, rows))], &[]))
}

/// Days and Wh of the only meter.
fn days(import: &Import) -> Vec<(String, Option<u32>)> {
    assert_eq!(import.meters.len(), 1);
    import.meters[0].days.iter().map(|(day, reading)| (day.to_string(), reading.wh)).collect()
}

fn day(text: &str, wh: u32) -> (String, Option<u32>) {
    (text.to_owned(), Some(wh))
}

#[test]
fn dates_of_every_dress() {
    let first = [("2025-01-02", "45659"), ("2025-01-03", "45660.0")];
    let texts = ["04/01/2025", "2025-01-05", "06/01/2025 00:00:00"];
    let mut rows: Vec<Vec<Cell<'_>>> =
        first.iter().map(|&(_, serial)| vec![Number(serial), Number("1")]).collect();
    rows.extend(texts.map(|text| vec![Text(text), Text("1\u{202f}000,5")]));
    let import = one_sheet(&[DATE, ENERGY], &rows).expect("days");
    assert_eq!(
        days(&import),
        [
            day("2025-01-02", 1_000),
            day("2025-01-03", 1_000),
            day("2025-01-04", 1_000_500),
            day("2025-01-05", 1_000_500),
            day("2025-01-06", 1_000_500),
        ]
    );
    assert_eq!((import.format, import.exported), ("grdf_xlsx_daily", Day::from_iso("2025-05-05")));
    assert_eq!(import.meters[0].number.as_deref(), Some("01234567890123"));
}

#[test]
fn titles_and_columns_move() {
    // A column in front, another order, an unknown column, accents and line breaks, the table further down.
    let rows = [
        (1, vec![Text("Export du 05/05/2025")]),
        (
            40,
            vec![
                No,
                No,
                Text("Énergie\nconsommée (kWh)"),
                Text("Remarque"),
                Text("DATE DE  RELEVÉ"),
                Text("Volume consommé (m³)"),
            ],
        ),
        (41, vec![No, No, Number("11.5"), Text("ici"), Text("04/01/2025"), Number("1")]),
        (42, vec![]),
        (43, vec![No, No, No, Text("une note seule")]),
        (44, vec![No, No, Number("7"), No, No, Number("1")]),
    ];
    let import = read(&workbook(&[&sheet(&rows)], &[])).expect("days");
    assert_eq!(days(&import), [day("2025-01-04", 11_500)]);
    assert_eq!(import.remarks[0].en, "Columns ignored: Remarque.");
    // A date missing beside values is told; a note alone is not.
    assert_eq!(
        import.refusals.iter().map(|one| (one.number, one.column)).collect::<Vec<_>>(),
        [(44, Some(DATE))]
    );
    assert_eq!(import.meters[0].number, None);
}

#[test]
fn bare_cells_shared_and_rich_strings_and_the_other_date_system() {
    let strings = "<sst><si><r><t>Date </t></r><r><t>de relevé</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si>\
                   <si><t>Energie consomm&#233;e (kWh)</t></si><si><t>Mesuré</t></si></sst>";
    let xml = "<worksheet><sheetData><row/><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>\
               <row><c s=\"3\"><v>44197</v></c><c><v>1.5E1</v></c></row>\
               <!-- a comment --><row><c><v>44198</v></c><c t=\"str\"><f>A1*2</f><v>16</v></c></row>\
               <row><c><v>44199</v></c><c><f>A1*2</f></c></row>\
               <row><c><v>44200</v></c><c t=\"e\"><v>#N/A</v></c></row></sheetData></worksheet>";
    let book = "<x:workbook xmlns:x=\"m\"><x:workbookPr date1904=\"1\"/><x:sheets><x:sheet r:id=\"rId1\"/></x:sheets></x:workbook>";
    let mut bytes = workbook(&[xml], &[("xl/sharedStrings.xml", strings.as_bytes())]);
    let import = read(&bytes).expect("days");
    assert_eq!(days(&import)[0].0, "2021-01-01");
    bytes = archive(&[
        ("xl/workbook.xml".to_owned(), book.as_bytes().to_vec()),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            b"<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"sheets/A.xml\"/>\
              <Relationship Id=\"b\" Type=\"x/sharedStrings\" Target=\"Strings.xml\"/></Relationships>"
                .to_vec(),
        ),
        ("XL/sheets/a.xml".to_owned(), xml.as_bytes().to_vec()),
        ("xl/strings.xml".to_owned(), strings.as_bytes().to_vec()),
    ]);
    let import = read(&bytes).expect("days");
    assert_eq!(days(&import), [day("2025-01-02", 15_000), day("2025-01-03", 16_000)]);
    let refused: Vec<_> = import.refusals.iter().map(|one| (one.number, one.text.as_str())).collect();
    assert_eq!(refused, [(5, "=A1*2"), (6, "#N/A")]);
}

#[test]
fn the_sheet_is_chosen_by_its_titles() {
    let pivot = sheet(&[(1, vec![Text("Somme"), Text("Énergie")])]);
    let table = sheet(&current(
        &[DATE, ENERGY],
        &[vec![Text("04/01/2025"), Text("n.c.")], vec![Text("05/01/2025"), Number("2")]],
    ));
    let import = read(&workbook(&[&pivot, &table], &[])).expect("days");
    assert_eq!((days(&import), import.places), (vec![day("2025-01-05", 2_000)], Places::Sheet(2)));
    assert_eq!(import.places.place(import.refusals[0].number), "sheet 2 row 10");
}

#[test]
fn weeks_months_and_years() {
    let weeks = [
        vec![Text("Du 18/12/2024 au 22/12/2024"), Number("1"), Number("11")],
        vec![Text("Du 30/12/2024 au 05/01/2025"), Number("2"), Number("22")],
        vec![Text("Du 01/01/2025 au 05/01/2025"), Number("3"), Number("33")],
        vec![Text("Du 06/01/2025 au 12/01/2025"), No, No],
    ];
    let import = one_sheet(&[DATE, VOLUME, ENERGY], &weeks).expect("weeks");
    assert_eq!(import.format, "grdf_xlsx_weekly");
    let told = |import: &Import| {
        let periods = import.meters[0].periods.iter();
        periods
            .map(|one| (one.start.to_string(), one.last.to_string(), one.wh, one.may_be_partial))
            .collect::<Vec<_>>()
    };
    let period = |from: &str, to: &str, wh, partial| (from.to_owned(), to.to_owned(), wh, partial);
    assert_eq!(
        told(&import),
        [
            period("2024-12-18", "2024-12-22", Some(11_000), true),
            period("2024-12-30", "2024-12-31", Some(22_000), false),
            period("2025-01-01", "2025-01-05", Some(33_000), false),
            period("2025-01-06", "2025-01-12", None, false),
        ]
    );

    let months = [
        vec![Text("Février 2024 "), Number("1"), Number("11")],
        vec![Text("mars 2024"), Number("1"), Number("11")],
    ];
    let import = one_sheet(&[DATE, VOLUME, ENERGY], &months).expect("months");
    assert_eq!(import.format, "grdf_xlsx_monthly");
    assert_eq!(told(&import)[0], period("2024-02-01", "2024-02-29", Some(11_000), true));

    let years = [vec![Text("2023"), Number("11")], vec![Number("2024"), Number("12")]];
    let import = one_sheet(&[DATE, ENERGY], &years).expect("years");
    assert_eq!(import.format, "grdf_xlsx_yearly");
    assert_eq!(told(&import)[1], period("2024-01-01", "2024-12-31", Some(12_000), true));

    // A year among days is a broken date.
    let import =
        one_sheet(&[DATE, ENERGY], &[vec![Text("2024"), Number("1")], vec![Text("04/01/2025"), Number("1")]]);
    let import = import.expect("days");
    assert_eq!((days(&import).len(), import.refusals[0].number), (1, 10));
}

#[test]
fn tables_of_several_meters() {
    let rows = [
        (
            1,
            vec![
                Text("N° PCE"),
                Text("Libellé du PCE"),
                Text(DATE),
                Text("PCS"),
                Text(ENERGY),
                Text(QUALIFICATION),
            ],
        ),
        (
            2,
            vec![Text("GI123456"), Text("x"), Number("45659"), Number("11"), Number("5000"), Text("Corrigé")],
        ),
        (3, vec![Number("1234567890123"), Text("x"), Number("45659"), No, No, Text("Absence de Données")]),
        (4, vec![Text("perdu"), Text("x"), Number("45660"), No, Number("1"), Text("Mesuré")]),
        (5, vec![Text("GI123456"), Text("x"), Number("45660"), No, Number("-1"), Text("Mesuré")]),
    ];
    let import = read(&workbook(&[&sheet(&rows)], &[])).expect("days");
    assert_eq!(import.format, "grdf_xlsx_flat_multi_pce");
    assert!(import.remarks.is_empty());
    let numbers: Vec<_> = import.meters.iter().map(|meter| meter.number.as_deref()).collect();
    assert_eq!(numbers, [Some("GI123456"), Some("01234567890123")]);
    let first = import.meters[0].days.values().next().expect("a day");
    assert_eq!((first.wh, first.qualification), (Some(5_000_000), Qualification::Corrected));
    assert_eq!(import.meters[1].days.values().next().expect("a day").wh, None);
    assert_eq!(
        import.refusals.iter().map(|one| (one.meter, one.number)).collect::<Vec<_>>(),
        [(None, 4), (Some(0), 5)]
    );
}

#[test]
fn reasons_for_which_a_workbook_is_not_taken() {
    let row = |cells: &[Cell<'static>]| vec![cells.to_vec()];
    let code = |titles: &[&str], rows: &[Vec<Cell<'static>>]| one_sheet(titles, rows).expect_err("a reason");
    assert_eq!(
        code(&[DATE, VOLUME], &row(&[Text("04/01/2025"), Number("1")])),
        Failure::MissingColumn(ENERGY)
    );
    assert_eq!(
        code(
            &[DATE, VOLUME, "Energie consommée (MWh)"],
            &row(&[Text("04/01/2025"), Number("1"), Number("1")])
        ),
        Failure::MissingColumn(ENERGY)
    );
    assert!(
        matches!(code(&["Date", "Farine"], &[]), Failure::Unrecognised(found) if found.contains(&"Farine".to_owned()))
    );
    assert_eq!(code(&["Date", "Valeur (en kWh)"], &[]), Failure::Enedis);
    assert_eq!(
        code(&[DATE, ENERGY], &row(&[Text("04/01/2025 06:00"), Number("1")])),
        Failure::UnsupportedStep(None)
    );
    assert_eq!(
        code(&[DATE, ENERGY], &row(&[Text("Trimestre 1"), Number("1")])),
        Failure::UnsupportedStep(Some("Trimestre 1".to_owned()))
    );
    let mixed = [vec![Text("04/01/2025"), Number("1")], vec![Text("Mai 2025"), Number("1")]];
    assert_eq!(code(&[DATE, ENERGY], &mixed), Failure::MixedSteps);
    let mixed = [vec![Text("Mai 2025"), Number("1")], vec![Text("Du 01/01/2025 au 05/01/2025"), Number("1")]];
    assert_eq!(code(&[DATE, ENERGY], &mixed), Failure::MixedSteps);
    let twice = [vec![Text("04/01/2025"), Number("1"), Number("2")]];
    assert_eq!(code(&[DATE, ENERGY, ENERGY], &twice), Failure::Ambiguous(ENERGY.to_owned()));
    let same = [vec![Text("04/01/2025"), Number("1"), Number("1")]];
    assert_eq!(days(&one_sheet(&[DATE, ENERGY, ENERGY], &same).expect("days")), [day("2025-01-04", 1_000)]);
}

#[test]
fn rows_left_out_with_their_place_and_text() {
    let rows: Vec<Vec<Cell<'_>>> = [
        Number("-12.5"),
        Number("100000.001"),
        Text("1e3"),
        Text("NA"),
        Raw("<c r=\"C14\" t=\"b\"><v>1</v></c>"),
        Number("9100"),
    ]
    .into_iter()
    .map(|value| vec![Text("04/01/2025"), value])
    .collect();
    let import = one_sheet(&[DATE, ENERGY], &rows).expect("days");
    let told: Vec<_> = import.refusals.iter().map(|one| (one.number, one.text.as_str())).collect();
    assert_eq!(told, [(10, "-12.5"), (11, "100000.001"), (12, "1e3"), (13, "NA"), (14, "1")]);
    assert_eq!(days(&import), [day("2025-01-04", 9_100_000)]);
}

#[test]
fn files_are_sniffed_by_content() {
    let ours = workbook(&[&sheet(&current(&[DATE, ENERGY], &[]))], &[]);
    let theirs = workbook(&[&sheet(&current(&["Date", "Valeur (en kWh)"], &[]))], &[]);
    let long = ours.len() as u64 * 100;
    for (head, size, least, most) in [
        (&ours[..], ours.len() as u64, 90, 100),
        (&ours[..], long, 90, 100),
        (&ours[..200], long, 20, 40),
        (&theirs[..], theirs.len() as u64, 0, 0),
        (b"".as_slice(), 0, 1, 10),
        (b"<!DOCTYPE html><html>", 21, 1, 10),
        (b"nom;valeur\n", 11, 1, 10),
        (b"Date de relev\xe9;Energie consomm\xe9e (kWh)\r\n", 50, 90, 100),
        (b"\xff\xfeE\0n\0e\0r\0g\0i\0e\0 \0c\0o\0n\0s\0o\0m\0m\0", 50, 90, 100),
        (b"Identifiant PRM;Date de d\xe9but", 50, 0, 0),
        (b"{\"0123\":{\"releves\":[{\"journeeGaziere\":null", 50, 90, 100),
        (b"{\"usage_point_id\":\"1\",\"interval_reading\":[]}", 50, 0, 0),
        (b"{\"2025-10-20\": 7.6}", 50, 50, 70),
        (b"[]", 2, 20, 40),
        (b"{\"name\":\"package\"}", 50, 1, 10),
    ] {
        let sure = sniff(size, head);
        assert!(
            (least..=most).contains(&sure),
            "{sure} for {:?}",
            String::from_utf8_lossy(&head[..head.len().min(60)])
        );
    }
}
