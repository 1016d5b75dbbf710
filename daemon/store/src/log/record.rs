//! The bytes of a record, and what can be told of a log from its bytes alone. Pure: no file, no clock.
//!
//! A record begins at a multiple of [`PAGE`] and ends at one, zeros behind it:
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `wattlog` and the layout, 1 |
//! | 4 | CRC-32 of all that follows up to the end of the payload, little endian as all numbers here |
//! | 4 | length of the payload |
//! | 8 | salt: which log of which file this record belongs to |
//! | 8 | its place in that log: 0, 1, 2... |
//! | n | [`Effects`], postcard |

use crate::effects::Effects;

/// No two records share a page: what a memory card tears is the page that it writes, and one that holds something
/// acknowledged must not be written again.
pub(crate) const PAGE: usize = 4096;

const MAGIC: [u8; 8] = *b"wattlog\x01";
const HEAD: usize = 32;

/// A record's bytes, whole pages.
pub(crate) fn encode(salt: u64, sequence: u64, effects: &Effects) -> Vec<u8> {
    // Into memory nothing of this crate's rows can fail; an empty payload would be told as damage when read.
    let mut bytes = postcard::to_extend(effects, vec![0; HEAD]).unwrap_or_default();
    let length = bytes.len().saturating_sub(HEAD) as u32;
    bytes.resize(bytes.len().next_multiple_of(PAGE), 0);
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[12..16].copy_from_slice(&length.to_le_bytes());
    bytes[16..24].copy_from_slice(&salt.to_le_bytes());
    bytes[24..32].copy_from_slice(&sequence.to_le_bytes());
    let crc = crc32fast::hash(&bytes[12..HEAD + length as usize]);
    bytes[8..12].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// A record whose checksum holds.
struct Record<'a> {
    salt: u64,
    sequence: u64,
    payload: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record that begins `bytes`, if one does.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(&MAGIC) {
            return None;
        }
        let crc = u32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?);
        let length = u32::from_le_bytes(bytes.get(12..16)?.try_into().ok()?) as usize;
        let covered = bytes.get(12..HEAD.checked_add(length)?)?;
        if crc32fast::hash(covered) != crc {
            return None;
        }
        Some(Self { salt: number(bytes, 16)?, sequence: number(bytes, 24)?, payload: &covered[HEAD - 12..] })
    }

    /// Bytes that it takes in the log.
    fn pages(&self) -> usize {
        (HEAD + self.payload.len()).next_multiple_of(PAGE)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The salts that a file knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Salts {
    /// Of records that count.
    pub(crate) current: u64,
    /// Of those that the last fold took over: leftovers, to be written over.
    pub(crate) before: u64,
}

/// What the bytes of a log hold for a file with certain salts.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// The commits, in order.
    pub(crate) commits: Vec<Effects>,
    /// Where the next record goes, and its place.
    pub(crate) end: usize,
    pub(crate) sequence: u64,
    /// What was written here and cannot be read any more, each with its place.
    pub(crate) damaged: Vec<String>,
    /// Whether these are records of another file, or of another time of this one.
    pub(crate) foreign: Option<u64>,
}

/// Reads a whole log.
///
/// Records follow each other from the beginning. Behind the first page that does not hold the expected one there is
/// nothing but an unfinished record and leftovers, as each record was durable before the next was written; if there
/// are more of the same salt nevertheless, what is in between has been damaged. Damage to the last record of all cannot
/// be told from a record that was never finished.
pub(crate) fn walk(bytes: &[u8], salts: Salts) -> Walk {
    let mut found = Walk::default();
    // Leftovers may be of any earlier log, but the first page is written by every one of them.
    let mut ours = bytes.starts_with(&MAGIC)
        && number(bytes, 16).is_some_and(|salt| [salts.current, salts.before].contains(&salt));
    let mut foreign = None;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= PAGE) {
        let Some(record) = Record::read(rest) else {
            at += PAGE;
            continue;
        };
        ours |= [salts.current, salts.before].contains(&record.salt);
        if record.salt != salts.current || record.sequence < found.sequence {
            foreign = foreign.or(Some(record.salt));
            at += PAGE;
            continue;
        }
        if at > found.end {
            found.damaged.push(format!("the log from byte {} to byte {at} is damaged", found.end));
        }
        match postcard::from_bytes(record.payload) {
            Ok(effects) => found.commits.push(effects),
            Err(_) => found.damaged.push(format!("the record of the log at byte {at} cannot be decoded")),
        }
        at += record.pages();
        (found.end, found.sequence) = (at, record.sequence + 1);
    }
    found.foreign = foreign.filter(|_| !ours);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::StateChange;

    const SALTS: Salts = Salts { current: 7, before: 6 };

    fn effects(version: u64, size: usize) -> Effects {
        let change = StateChange { owner: "o".into(), key: "k".into(), value: Some(vec![3; size]) };
        Effects { version, state: vec![change], ..Effects::default() }
    }

    fn log(records: &[(u64, u64, usize)]) -> Vec<u8> {
        records.iter().flat_map(|&(salt, place, size)| encode(salt, place, &effects(place, size))).collect()
    }

    fn versions(walk: &Walk) -> Vec<u64> {
        walk.commits.iter().map(|effects| effects.version).collect()
    }

    #[test]
    fn records_end_where_pages_do() {
        for size in [0, 100, PAGE - HEAD - 20, PAGE, 3 * PAGE + 1] {
            let bytes = log(&[(7, 0, size)]);
            assert_eq!(bytes.len() % PAGE, 0);
            let found = walk(&bytes, SALTS);
            assert_eq!(found.commits[0], effects(0, size), "{size}");
            assert_eq!((found.end, found.sequence, found.foreign), (bytes.len(), 1, None));
            assert!(found.damaged.is_empty());
        }
    }

    #[test]
    fn leftovers_torn_ends_and_zeros_end_a_log_quietly() {
        let whole = log(&[(7, 0, 10), (7, 1, 9000), (7, 2, 10)]);
        let cases: [(&str, Vec<u8>, &[u64]); 6] = [
            ("nothing", Vec::new(), &[]),
            ("zeros", vec![0; 5 * PAGE], &[]),
            ("half a page", vec![0; 100], &[]),
            ("leftovers of any age", log(&[(6, 0, 10), (5, 1, 10), (4, 2, 10)]), &[]),
            ("records, then leftovers", log(&[(7, 0, 10), (7, 1, 9000), (6, 1, 10), (5, 9, 1)]), &[0, 1]),
            ("an unfinished record", whole[..2 * PAGE].to_vec(), &[0]),
        ];
        for (name, bytes, expected) in cases {
            let found = walk(&bytes, SALTS);
            assert_eq!(versions(&found), expected, "{name}");
            assert!(found.damaged.is_empty() && found.foreign.is_none(), "{name}: {found:?}");
        }
    }

    #[test]
    fn damage_in_the_middle_is_told_and_the_rest_kept() {
        let whole = log(&[(7, 0, 10), (7, 1, 9000), (7, 2, 10), (7, 3, 10)]);
        let pages = whole.len() / PAGE;
        // Any byte of the second record, its padding excepted.
        for at in [PAGE, PAGE + 9, PAGE + 20, 2 * PAGE + 77, 3 * PAGE] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            let found = walk(&bytes, SALTS);
            assert_eq!(versions(&found), [0, 2, 3], "{at}");
            assert_eq!(found.damaged, ["the log from byte 4096 to byte 16384 is damaged"]);
            assert_eq!((found.end, found.sequence), (pages * PAGE, 4));
        }
        // The first record: its successors say whose log this is.
        let mut bytes = whole;
        bytes[..8].fill(0);
        let found = walk(&bytes, SALTS);
        assert_eq!((versions(&found).len(), found.damaged.len(), found.foreign), (3, 1, None));
    }

    #[test]
    fn a_log_of_another_file_is_known_by_its_first_page() {
        let foreign = |records: &[(u64, u64, usize)]| walk(&log(records), SALTS).foreign;
        assert_eq!(foreign(&[(9, 0, 10), (9, 1, 10)]), Some(9));
        assert_eq!(foreign(&[(7, 0, 10), (9, 1, 10)]), None);
        assert_eq!(foreign(&[(6, 0, 10), (9, 1, 10)]), None);
        // Torn while the first record of this log was written: the head tells.
        let mut torn = log(&[(7, 0, 10), (9, 1, 10)]);
        torn[40] ^= 1;
        assert_eq!(walk(&torn, SALTS).foreign, None);
    }
}
