//! How likely a file is one that the settings describe, from its first bytes.

use std::io::{Cursor, Read};

use watteau_tabular::{Container, Gunzip, Row, Rows, Text};

use crate::columns;
use crate::settings::Description;

/// Every described column is there, and a row has a time in the described format. More than the sites' own readers
/// say: who describes a file wants it read that way.
const SURE: u8 = 98;
/// Every described column is there, but no row, or none with such a time.
const PERHAPS: u8 = 40;
/// Without titles, a row with a time in the described format is little to go by.
const LIKELY: u8 = 60;

/// Bytes looked at once inflated.
const INFLATED: u64 = 64 << 10;

/// From 0 (not as described) to 100.
pub fn sniff(description: &Description, head: &[u8]) -> u8 {
    let content = match Container::of(head) {
        Container::Text => head.to_vec(),
        Container::Gzip => {
            let mut content = Vec::new();
            // Cut data still gives what comes before the cut.
            drop(Gunzip::new(head, u64::MAX).take(INFLATED).read_to_end(&mut content));
            content
        }
        _ => return 0,
    };
    // The last line may be cut.
    let whole = content.iter().rposition(|&byte| byte == b'\n').map_or(content.len(), |at| at + 1);
    let Ok(mut text) = Text::open(Cursor::new(&content[..whole])) else { return 0 };
    let Ok(found) = columns::find(&mut text, description) else { return 0 };
    let Ok(mut records) = text.records(found.separator) else { return 0 };
    let mut row = Row::default();
    let mut sure = if description.header { PERHAPS } else { 0 };
    while let Ok(true) = records.next(&mut row) {
        if row.number <= found.titles || row.is_empty() {
            continue;
        }
        let cells =
            found.columns.time.iter().map(|&column| row.get(column).map_or("", |cell| cell.text()).trim());
        let time = cells.collect::<Vec<_>>().join(" ");
        if description.time.format.read(&time).is_some() {
            sure = if description.header { SURE } else { LIKELY };
            break;
        }
    }
    sure
}
