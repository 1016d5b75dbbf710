//! How likely a file is one of GRDF's, from its first bytes alone.

use watteau_tabular::{Container, peek};

use crate::limits;

/// A file that this connector surely reads.
const SURE: u8 = 95;
/// A workbook whose titles lie beyond the bytes at hand.
const MAYBE: u8 = 25;
/// Nothing GRDF writes: taken only when nobody else wants the file, to say what is wrong with it.
const LAST_RESORT: u8 = 5;

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
        Container::Gzip | Container::Empty | Container::Zeros | Container::Ole | Container::Markup { .. } => {
            LAST_RESORT
        }
    }
}

fn json(head: &[u8]) -> u8 {
    let text = text(head);
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    // A map of days to temperatures begins with a day.
    let by_day = compact.strip_prefix("{\"").and_then(|rest| rest.get(..10));
    if by_day.is_some_and(|day| watteau_tabular::Day::from_iso(day).is_some()) {
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

/// Looks for words in the parts within reach; what is ours outweighs what is Enedis's.
fn workbook(head: &[u8]) -> Option<u8> {
    let mut other = None;
    for text in peek(head) {
        match words(&text, &OURS) {
            Some(SURE) => return Some(SURE),
            found => other = other.or(found),
        }
    }
    other
}

fn text(head: &[u8]) -> String {
    peek(head).collect()
}
