//! One row of cells, the common ground of workbooks and texts. The buffer is used again for each row, so that
//! reading a sheet allocates nothing per cell.

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text, as a person may have typed it.
    Text(&'a str),
    /// A number cell, by the digits the file stores.
    Number(&'a str),
    /// A cell that no column can use: an error (`#N/A`), a truth value, a formula without a stored value.
    Unusable(&'a str),
}

impl<'a> Value<'a> {
    /// The cell as it would be shown.
    pub fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Unusable(text) => text,
        }
    }

    /// Whether there is nothing to see in the cell.
    pub fn is_blank(self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// How the text of a cell is to be taken; see [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// See [`Value::Text`].
    Text,
    /// See [`Value::Number`].
    Number,
    /// See [`Value::Unusable`].
    Unusable,
}

/// A row's cells, blank ones left out.
#[derive(Debug, Default)]
pub struct Row {
    /// As the program that made the file counts: the first is 1.
    pub number: u32,
    text: String,
    cells: Vec<(u16, Kind, usize, usize)>,
}

impl Row {
    /// Empties the row and gives it its number.
    pub fn start(&mut self, number: u32) {
        self.number = number;
        self.text.clear();
        self.cells.clear();
    }

    /// Adds a cell. Columns count from 0; blank texts are dropped.
    pub fn push(&mut self, column: u16, kind: Kind, text: &str) {
        // Most cells show what they hold by their first byte.
        let shows = text.as_bytes().first().is_some_and(u8::is_ascii_graphic);
        if kind != Kind::Text || shows || !text.trim().is_empty() {
            let start = self.text.len();
            self.text.push_str(text);
            self.cells.push((column, kind, start, self.text.len()));
        }
    }

    /// Whether no cell holds anything.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells in the order of the file, with their columns.
    pub fn iter(&self) -> impl Iterator<Item = (u16, Value<'_>)> {
        self.cells.iter().map(|cell| (cell.0, self.value(cell)))
    }

    /// The cell of one column, if it holds anything.
    pub fn get(&self, column: u16) -> Option<Value<'_>> {
        self.cells.iter().find(|cell| cell.0 == column).map(|cell| self.value(cell))
    }

    fn value(&self, &(_, kind, start, end): &(u16, Kind, usize, usize)) -> Value<'_> {
        let text = &self.text[start..end];
        match kind {
            Kind::Text => Value::Text(text),
            Kind::Number => Value::Number(text),
            Kind::Unusable => Value::Unusable(text),
        }
    }
}

/// Where rows come from.
pub trait Rows {
    /// Reads the next row into `row`; false at the end.
    fn next(&mut self, row: &mut Row) -> Result<bool, crate::Error>;
}
