//! Looks for the row of titles, and for what stands above it: the meter and the day of the export.

use crate::failure::Failure;
use crate::words::{self, Column, ENEDIS_TITLES, UNUSED_TITLES, normalise};
use watteau_tabular::Day;
use watteau_tabular::decimal;
use watteau_tabular::{Row, Value};

/// Titles told when no table is found.
const SAMPLE: usize = 12;

/// Where each known column stands.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    places: [Option<u16>; Column::COUNT],
    /// A title's second column, which must say the same as the first.
    pub twins: Vec<(Column, u16)>,
    /// Titles that nothing is made of.
    pub ignored: Vec<String>,
    /// The last column's title was the one used before 2022.
    pub old_titles: bool,
}

impl Columns {
    /// The place of one column, if the table has it.
    pub fn place(&self, column: Column) -> Option<u16> {
        self.places[column as usize]
    }
}

/// A table that was found: what its titles and the lines above say.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Where the columns are.
    pub columns: Columns,
    /// The meter named above the table.
    pub meter: Option<String>,
    /// The day of the export, named above the table.
    pub exported: Option<Day>,
    /// Something stood above the table that names a meter, though it may not be one.
    pub names_meter: bool,
}

/// The search for the titles of one sheet or text.
#[derive(Debug)]
pub struct Search {
    limit: u32,
    header: Header,
    seen: u32,
    /// The first texts seen, for the message when nothing is found.
    pub found: Vec<String>,
    /// Titles of an electricity export were seen.
    pub enedis: bool,
    /// A table without energy was seen.
    pub without_energy: bool,
}

impl Search {
    /// A search that gives up after so many rows that hold something.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            header: Header::default(),
            seen: 0,
            found: Vec::new(),
            enedis: false,
            without_energy: false,
        }
    }

    /// Looks at one more row; the header once its titles are there.
    pub fn offer(&mut self, row: &Row) -> Option<Header> {
        self.seen += u32::from(!row.is_empty());
        let columns = self.titles(row);
        let has = |column| columns.place(column).is_some();
        if has(Column::Date) && has(Column::Energy) {
            self.header.columns = columns;
            return Some(std::mem::take(&mut self.header));
        }
        if has(Column::Date) && has(Column::Volume) {
            self.without_energy = true;
        }
        self.preamble(row);
        None
    }

    /// Whether enough rows were seen to give up.
    pub fn is_over(&self) -> bool {
        self.seen >= self.limit || self.without_energy
    }

    /// Why nothing was found.
    pub fn failure(self) -> Failure {
        if self.without_energy {
            Failure::MissingColumn(Column::Energy.title())
        } else if self.enedis {
            Failure::Enedis
        } else {
            Failure::Unrecognised(self.found)
        }
    }

    /// Adds what another search saw, to speak of both.
    pub fn absorb(&mut self, other: Self) {
        self.without_energy |= other.without_energy;
        self.enedis |= other.enedis;
        let room = SAMPLE.saturating_sub(self.found.len());
        self.found.extend(other.found.into_iter().take(room));
    }

    fn titles(&mut self, row: &Row) -> Columns {
        let mut columns = Columns::default();
        for (place, value) in row.iter() {
            let Value::Text(text) = value else { continue };
            // No title is longer, and normalising a whole page of text would be work for nothing.
            if text.len() > 200 {
                continue;
            }
            let title = normalise(text);
            if self.found.len() < SAMPLE && title.chars().any(char::is_alphabetic) {
                self.found.push(text.trim().to_owned());
            }
            self.enedis |= ENEDIS_TITLES.contains(&title.as_str());
            match Column::titled(&title) {
                Some(column) => {
                    columns.old_titles |= title == "type de releve";
                    match &mut columns.places[column as usize] {
                        Some(_) => columns.twins.push((column, place)),
                        free => *free = Some(place),
                    }
                }
                None if UNUSED_TITLES.contains(&title.as_str()) => {}
                None => columns.ignored.push(text.trim().to_owned()),
            }
        }
        columns
    }

    fn preamble(&mut self, row: &Row) {
        for (place, value) in row.iter() {
            let Value::Text(text) = value else { continue };
            if text.len() > 200 {
                continue;
            }
            let words = normalise(text);
            if let Some(date) = words.strip_prefix("export du ") {
                self.header.exported = self.header.exported.or(Day::from_french(date.trim()));
            } else if words.trim_end_matches([' ', ':']) == "n pce" && self.header.meter.is_none() {
                let right = row.iter().filter(|&(at, _)| at > place).min_by_key(|&(at, _)| at);
                self.header.names_meter = true;
                self.header.meter = right.and_then(|(_, value)| meter(value));
            }
        }
    }
}

/// A meter's number in a cell: a number cell has lost its zeros, and may be written with an exponent.
pub(super) fn meter(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => words::meter(text),
        Value::Number(digits) => {
            let thousandths = decimal::thousandths(digits)?;
            (thousandths % 1000 == 0).then(|| words::meter(&(thousandths / 1000).to_string()))?
        }
        Value::Unusable(_) => None,
    }
}
