//! Hostile and broken files: each is refused for its reason, and none costs more memory than a guest has.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};

use connector_grdf::Failure;
use connector_grdf::collect::Import;
use connector_grdf::context::Context;
use connector_grdf::recognise;
use support::{Cell, archive, current, sheet, workbook};
use watteau_tabular::limits::{INFLATED_BYTES, ROWS};
use watteau_tabular::{Error, Limit};

/// What a guest may take, less what its code, stack and the file's blocks need.
const MEMORY: usize = 26 * 1024 * 1024;

/// Counts the bytes in use, and the most there ever were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator is an unsafe trait; this one only counts and passes on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(in_use, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn read(bytes: &[u8]) -> Result<Import, Failure> {
    let before = IN_USE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let outcome = recognise::read(Cursor::new(bytes), "file.xlsx", Context::default());
    let used = PEAK.load(Ordering::Relaxed) - before;
    assert!(used < MEMORY, "{used} bytes at once");
    outcome
}

/// Reads a workbook whose sheet is `head`, then `chunk` so many times.
fn hostile(head: &str, chunk: &str, times: usize) -> Result<Import, Failure> {
    let sheet = format!("{head}{}", chunk.repeat(times));
    let bytes = workbook(&[&sheet], &[]);
    drop(sheet);
    read(&bytes)
}

// One test for all, since the allocator counts for the whole process.
#[test]
fn hostile_files_cost_little() {
    let rows = sheet(&current(&["Date de relevé", "Energie consommée (kWh)"], &[]));
    let table = rows.trim_end_matches("</sheetData></worksheet>");
    let many = |unit: &str| unit.repeat(10_000);

    for (what, outcome, expected) in [
        ("empty rows", hostile(table, &many("<row/>"), 3_400), Limit::Rows(ROWS)),
        ("empty cells", hostile(&format!("{table}<row>"), &many("<c/>"), 300), Limit::Cells),
        ("elements", hostile("<worksheet>", &many("<a/>"), 1_200), Limit::Cells),
        ("depth", hostile("<worksheet>", "<a>", 300), Limit::Depth),
        ("spaces", hostile(&format!("{table}<row>"), &many("<c>    </c>"), 800), Limit::Cells),
        ("one comment", hostile(&format!("{table}<!--"), &many("a"), 8_000), Limit::Cell),
        ("one text", hostile(&format!("{table}<row><c t=\"str\"><v>"), &many("a"), 100), Limit::Cell),
        (
            "one text in pieces",
            hostile(&format!("{table}<row><c t=\"str\"><v>"), &many("a&amp;"), 100),
            Limit::Cell,
        ),
        ("one tag", hostile(&format!("<worksheet {}>", "a=\"b\" ".repeat(10_000)), "", 0), Limit::Cell),
        (
            "after the rows",
            hostile(&format!("{table}</sheetData>"), &many("aaaaaaaa"), 900),
            Limit::Inflated(INFLATED_BYTES),
        ),
    ] {
        assert_eq!(outcome.err(), Some(Failure::File(Error::TooLarge(expected))), "{what}");
    }

    let strings = |chunk: String| {
        let xml = format!("<sst>{chunk}</sst>");
        read(&workbook(&["<worksheet/>"], &[("xl/sharedStrings.xml", xml.as_bytes())])).err()
    };
    assert_eq!(strings("<si/>".repeat(500_001)), Some(Failure::File(Error::TooLarge(Limit::Strings))));
    let long = format!("<si><t>{}</t></si>", "a".repeat(32_000));
    assert_eq!(strings(long.repeat(500)), Some(Failure::File(Error::TooLarge(Limit::Strings))));

    // The most a file may hold: every row a meter's day of its own.
    let mut csv = "N° PCE;Date de relevé;Energie consommée (kWh);Température locale (°C)\n".to_owned();
    for row in 0..199_998_u32 {
        let (meter, month, day) = (row / 336, row / 28 % 12 + 1, row % 28 + 1);
        let meter = 1_000_000_000 + meter;
        writeln!(csv, "{meter:014};{day:02}/{month:02}/2024;1,5;7").expect("a line");
    }
    let import = read(csv.as_bytes()).expect("many days");
    assert_eq!(import.meters.iter().map(|meter| meter.days.len()).sum::<usize>(), 199_998);
    csv.push_str("\n\n\n");
    assert_eq!(read(csv.as_bytes()).err(), Some(Failure::File(Error::TooLarge(Limit::Rows(ROWS)))));

    // Every row refused.
    let refused = format!("Date de relevé;Energie consommée (kWh)\n{}", "04/01/2024;n.c.\n".repeat(150_000));
    let import = read(refused.as_bytes()).expect("no day");
    assert_eq!(import.refusals.len() + import.more_refused as usize, 150_000);

    // JSON: a string, a record and a depth without end.
    let json =
        |start: &str, unit: &str, times| read(format!("{start}{}", unit.repeat(times)).as_bytes()).err();
    assert_eq!(json("{\"a", "aaaaaaaaaa", 100_000), Some(Failure::File(Error::TooLarge(Limit::Cell))));
    let record = "{\"01234567890123\":{\"releves\":[{";
    assert_eq!(json(record, "\"a\":1,", 400_000), Some(Failure::File(Error::TooLarge(Limit::Line))));
    assert!(matches!(json("", "[", 100_000), Some(Failure::BadJson(1, 65))));
    assert!(matches!(json("", "{\"a\":", 100_000), Some(Failure::BadJson(1, _))));
    let mut too_many_keys = String::new();
    for key in 0..30_000 {
        write!(too_many_keys, "\"k{key}\":1,").expect("a key");
    }
    assert_eq!(
        json(&format!("{{{too_many_keys}\"z\":1}}"), "", 0),
        Some(Failure::File(Error::TooLarge(Limit::Rows(ROWS))))
    );

    assert_eq!(
        read(&vec![b'a'; 20 * 1024 * 1024 + 1]).err(),
        Some(Failure::File(Error::TooLarge(Limit::File)))
    );
}

#[test]
fn archives_that_are_not_what_they_should_be() {
    let good = sheet(&current(
        &["Date de relevé", "Energie consommée (kWh)"],
        &[vec![Cell::Text("04/01/2025"), Cell::Number("1")]],
    ));
    let read =
        |bytes: &[u8]| recognise::read(Cursor::new(bytes), "file.xlsx", Context::default()).map(|_| ());
    let whole = workbook(&[&good], &[]);
    assert_eq!(read(&whole), Ok(()));

    // Names that climb out are nobody's part.
    let traps: [(&str, &[u8]); 3] =
        [("../../evil.txt", b"x"), ("/etc/evil.txt", b"x"), ("..\\..\\evil.txt", b"x")];
    assert_eq!(read(&workbook(&[&good], &traps)), Ok(()));
    // Two sheets of one name: which is read would be chance.
    let twice = workbook(&[&good], &[("XL/worksheets/Sheet1.xml", good.as_bytes())]);
    assert_eq!(read(&twice), Err(Failure::File(Error::UnsafeArchive)));

    let doctype = format!("<!DOCTYPE x [<!ENTITY a \"kWh\">]>{good}");
    assert_eq!(read(&workbook(&[&doctype], &[])), Err(Failure::File(Error::UnsafeXml)));

    let entries: Vec<_> = (0..1_001).map(|number| (format!("e{number}"), Vec::new())).collect();
    assert_eq!(read(&archive(&entries)), Err(Failure::File(Error::TooLarge(Limit::Entries))));
    assert_eq!(read(&archive(&entries[..3])), Err(Failure::File(Error::NotASpreadsheet { page: false })));

    for damaged in [&whole[..whole.len() / 2], &whole[..whole.len() - 10]] {
        assert!(matches!(read(damaged), Err(Failure::File(Error::Damaged(_)))));
    }
    let mut zeros = whole.clone();
    let half = whole.len() / 2;
    zeros[half..].fill(0);
    assert!(matches!(read(&zeros), Err(Failure::File(Error::Damaged(_)))));
    assert!(matches!(read(&[0; 5000]), Err(Failure::File(Error::Damaged(_)))));
    // Any byte changed is noticed, or changes nothing.
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        let _ = read(&changed);
    }
    let cut = good.replace("</sheetData></worksheet>", "");
    assert!(matches!(read(&workbook(&[&cut], &[])), Err(Failure::File(Error::Damaged(_)))));
    let ole = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    assert_eq!(read(&ole), Err(Failure::File(Error::Ole)));
}
