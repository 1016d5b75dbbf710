//! How likely a file is one of Enedis's, from its first bytes alone.

use watteau_tabular::{Container, peek};

use crate::limits;

/// A file that this connector surely reads.
const SURE: u8 = 95;
/// A table that somebody made of one of Enedis's.
const LIKELY: u8 = 80;
/// A workbook whose titles lie beyond the bytes at hand.
const MAYBE: u8 = 20;
/// Nothing Enedis writes: taken only when nobody else wants the file, to say what is wrong with it.
const LAST_RESORT: u8 = 4;

/// Words that only Enedis's files hold; accents and entities left out.
const OURS: [&str; 5] = [
    "identifiant prm",
    "mesure (prm)",
    "valeur (en kw",
    "horodate;valeur",
    "export consommation quotidienne",
];
/// Words that may be of a table made by hand.
const OURS_PERHAPS: [&str; 3] = ["valeur (en wh", "debut;fin;kw", "debut,fin,kw"];
/// Words that only GRDF's tables hold.
const GAS: [&str; 3] = ["nergie consomm", "volume consomm", "coefficient de conversion"];

/// From 0 (another connector's) to 100.
pub fn sniff(size: u64, head: &[u8]) -> u8 {
    let unknown = match Container::of(head) {
        _ if size > limits::FILE_BYTES => return LAST_RESORT,
        Container::Archive if size > head.len() as u64 => MAYBE,
        Container::Archive | Container::Text => LAST_RESORT,
        // A page, JSON, an old workbook: GRDF's connector reads more of these and says as well what they are.
        _ => return LAST_RESORT,
    };
    let mut best = None;
    for text in peek(head) {
        match words(&text) {
            Some(SURE) => return SURE,
            found => best = best.max(found),
        }
    }
    best.unwrap_or(unknown)
}

fn words(text: &str) -> Option<u8> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&OURS) {
        Some(SURE)
    } else if has(&GAS) {
        Some(0)
    } else {
        has(&OURS_PERHAPS).then_some(LIKELY)
    }
}
