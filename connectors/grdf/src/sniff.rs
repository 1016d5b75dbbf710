//! How likely a file is one of GRDF's, from its first bytes alone.

use std::io::Read;

use crate::limits;
use crate::recognise::Container;

/// A file that this connector surely reads.
const SURE: u8 = 95;
/// A workbook whose titles lie beyond the bytes at hand.
const MAYBE: u8 = 25;
/// Nothing GRDF writes: taken only when nobody else wants the file, to say what is wrong with it.
const LAST_RESORT: u8 = 5;

/// Inflated bytes looked at in all, and in one entry.
const INFLATED: u64 = 1024 * 1024;

/// Words that only GRDF's tables and answers hold; accents and entities left out.
const OURS: [&str; 4] =
    ["nergie consomm", "volume consomm", "index de fin de p", "coefficient de conversion"];
const OUR_KEYS: [&str; 4] = ["energieconsomme", "journeegaziere", "journee_gaziere", "type_qualif_conso"];
/// Words that only Enedis's exports hold.
const ENEDIS: [&str; 8] = [
    "valeur (en kw",
    "identifiant prm",
    "grandeur physique",
    "(prm)",
    "export consommation quotidienne",
    "usage_point_id",
    "interval_reading",
    "meter_reading",
];

/// From 0 (another connector's) to 100.
pub fn sniff(size: u64, head: &[u8]) -> u8 {
    match Container::of(head) {
        _ if size > limits::FILE_BYTES => LAST_RESORT,
        Container::Archive => match workbook(head) {
            Some(sure) => sure,
            None if size > head.len() as u64 => MAYBE,
            None => LAST_RESORT,
        },
        Container::Json(_) => json(head),
        Container::Text => words(&text(head), &OURS).unwrap_or(LAST_RESORT),
        Container::Empty | Container::Zeros | Container::Ole | Container::Markup { .. } => LAST_RESORT,
    }
}

fn json(head: &[u8]) -> u8 {
    let text = text(head);
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    // A map of days to temperatures begins with a day.
    let by_day = compact.strip_prefix("{\"").and_then(|rest| rest.get(..10));
    if by_day.is_some_and(|day| crate::civil::Day::from_iso(day).is_some()) {
        return 60;
    }
    words(&text, &OUR_KEYS).unwrap_or(if matches!(compact.as_str(), "{}" | "[]") { 30 } else { LAST_RESORT })
}

fn words(text: &str, ours: &[&str]) -> Option<u8> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(ours) {
        return Some(SURE);
    }
    has(&ENEDIS).then_some(0)
}

/// The bytes as lower-case text, whatever the encoding: the words looked for are plain.
fn text(head: &[u8]) -> String {
    head.iter().filter(|&&byte| byte != 0).map(|&byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Looks for words in the entries that lie within the first bytes, by their local headers: the directory at the
/// end is out of reach when the file is longer.
fn workbook(head: &[u8]) -> Option<u8> {
    const HEADER: usize = 30;
    let (mut at, mut budget, mut other) = (0, INFLATED, None);
    while let Some(header) = head.get(at..at + HEADER)
        && header.starts_with(b"PK\x03\x04")
        && budget > 0
    {
        let field = |offset: usize| u16::from_le_bytes([header[offset], header[offset + 1]]);
        let start = at + HEADER + usize::from(field(26)) + usize::from(field(28));
        let Some(data) = head.get(start..) else { break };
        let name = text(&head[at + HEADER..at + HEADER + usize::from(field(26))]);
        let mut content = Vec::new();
        if std::path::Path::new(&name).extension().is_some_and(|extension| extension == "xml")
            && name.contains("xl/")
        {
            let read = match field(8) {
                0 => data.take(budget).read_to_end(&mut content),
                8 => flate2::read::DeflateDecoder::new(data).take(budget).read_to_end(&mut content),
                _ => Ok(0),
            };
            // Cut data still gives what comes before the cut.
            drop(read);
            budget = budget.saturating_sub(content.len() as u64 + 1);
        }
        match words(&text(&content), &OURS) {
            Some(SURE) => return Some(SURE),
            found => other = other.or(found),
        }
        // Sizes may follow the data, or lie: the next header is looked for.
        let Some(next) = data.windows(4).position(|window| window == b"PK\x03\x04") else { break };
        at = start + next;
    }
    other
}
