//! Looks for the row of titles, and for what stands above it: the meter, the direction, the unit.

use watteau_sdk::prelude::Quality;
use watteau_tabular::{Day, Row, Value, decimal, normalise};

use crate::failure::Failure;
use crate::words::{self, Column, Direction, REGISTERS, Unit};

/// Titles told when no table is found.
const SAMPLE: usize = 12;

/// Words of GRDF's tables.
const GAS: [&str; 3] = ["energie consommee (kwh)", "volume consomme (m3)", "date de releve"];

/// What a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One line a half-hour with everything on it, sent on request.
    R63,
    /// Ends of intervals with their values, under a block that says of what.
    Ends,
    /// Starts and ends of intervals with their values.
    Intervals,
    /// The same, as a browser's extension saves it: nothing says whose.
    Downloader,
    /// Days with their energy.
    Days,
    /// Registers of the meter at each midnight.
    Registers,
}

/// Where each known column stands.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The meter's number.
    pub meter: Option<u16>,
    /// Start of the interval.
    pub start: Option<u16>,
    /// Its end, or the moment of the reading.
    pub end: Option<u16>,
    /// The day.
    pub day: Option<u16>,
    /// The value.
    pub value: Option<u16>,
    /// Its unit, by its title.
    pub title_unit: Option<Unit>,
    /// The title of a value in a unit that is not read.
    strange: Option<String>,
    /// Its unit, row by row.
    pub unit: Option<u16>,
    /// The step.
    pub step: Option<u16>,
    /// How it was obtained.
    pub nature: Option<u16>,
    /// The physical quantity.
    pub physical: Option<u16>,
    /// Consumption or production.
    pub direction: Option<u16>,
    /// How far the value was checked.
    pub stage: Option<u16>,
    data_type: Option<u16>,
    /// The registers, by class.
    pub registers: [Option<u16>; REGISTERS],
}

/// What is said above a table.
#[derive(Clone, Debug)]
pub struct Preamble {
    /// The meter.
    pub meter: Option<String>,
    /// Something stood there that names a meter, though it may not be one.
    pub names_meter: bool,
    /// Consumption or production.
    pub direction: Option<Direction>,
    /// The unit of the values.
    pub unit: Option<String>,
    /// The step of the values, in minutes.
    pub minutes: Option<u16>,
    /// How they were obtained.
    pub quality: Quality,
    /// The last day asked for.
    pub last_day: Option<Day>,
    /// The physical quantity, where it is not active power or energy.
    pub other_physical: Option<String>,
}

impl Default for Preamble {
    fn default() -> Self {
        Self {
            meter: None,
            names_meter: false,
            direction: None,
            unit: None,
            minutes: None,
            quality: Quality::Measured,
            last_day: None,
            other_physical: None,
        }
    }
}

/// A table that was found.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What it is.
    pub shape: Shape,
    /// Where its columns are.
    pub columns: Columns,
    /// What is said above it.
    pub preamble: Preamble,
}

/// The search for the titles of one sheet or text.
#[derive(Debug, Default)]
pub struct Search {
    limit: u32,
    seen: u32,
    preamble: Preamble,
    /// The block's titles stood in the row before: this one holds what they name.
    block: Option<Columns>,
    /// The first texts seen, for the message when nothing is found.
    found: Vec<String>,
    gas: bool,
    missing: Option<&'static str>,
    strange: Option<String>,
}

impl Search {
    /// A search that gives up after so many rows that hold something.
    pub fn new(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Looks at one more row; the layout once its titles are there.
    pub fn offer(&mut self, row: &Row) -> Option<Layout> {
        if row.is_empty() {
            return None;
        }
        self.seen += 1;
        if let Some(block) = self.block.take() {
            self.block_row(&block, row);
            return None;
        }
        let columns = self.titles(row);
        if columns.meter.is_some() && columns.end.is_none() && columns.data_type.is_some() {
            self.block = Some(columns);
            return None;
        }
        let Some(shape) = self.shape(&columns, row) else {
            self.pairs(row);
            return None;
        };
        Some(Layout { shape, columns, preamble: std::mem::take(&mut self.preamble) })
    }

    /// Whether enough rows were seen to give up.
    pub fn is_over(&self) -> bool {
        self.seen >= self.limit
    }

    /// Adds what another search saw, to speak of both.
    pub fn absorb(&mut self, other: Self) {
        self.gas |= other.gas;
        self.missing = self.missing.or(other.missing);
        self.strange = self.strange.take().or(other.strange);
        if self.missing.is_none() && (other.preamble.names_meter || other.preamble.unit.is_some()) {
            // The block above the table without the table.
            self.missing = Some("Horodate");
        }
        let room = SAMPLE.saturating_sub(self.found.len());
        self.found.extend(other.found.into_iter().take(room));
    }

    /// Why nothing was found.
    pub fn failure(self) -> Failure {
        match (self.strange, self.missing) {
            (Some(unit), _) => Failure::UnknownUnit(unit),
            (None, _) if self.gas => Failure::Gas,
            (None, Some(title)) => Failure::MissingColumn(title),
            (None, None) => Failure::Unrecognised(self.found),
        }
    }

    fn shape(&mut self, columns: &Columns, row: &Row) -> Option<Shape> {
        let Columns { start, end, day, value, registers, .. } = columns;
        if columns.strange.is_some() && (end.is_some() || day.is_some()) {
            self.strange.clone_from(&columns.strange);
            return None;
        }
        let has_unit = columns.title_unit.is_some() || columns.unit.is_some() || self.preamble.unit.is_some();
        let shape = match (start, end, value) {
            (_, Some(_), _) if registers[0].is_some() => Shape::Registers,
            (None, Some(_), Some(_)) if columns.meter.is_some() => Shape::R63,
            (None, Some(_), Some(_)) => Shape::Ends,
            (Some(_), Some(_), Some(at)) => {
                let bare = row.get(*at).is_some_and(|title| normalise(title.text()) == "kw");
                if bare { Shape::Downloader } else { Shape::Intervals }
            }
            // A day and a number are anybody's table: gas, water, another house.
            (None, None, Some(at))
                if day.is_some() && (self.preamble.names_meter || says_value(row, *at)) =>
            {
                Shape::Days
            }
            (Some(_), None, Some(_)) => return self.lacks("Fin"),
            (None, None, Some(_)) if columns.meter.is_some() => return self.lacks("Horodate"),
            (Some(_), Some(_), None) => return self.lacks("Valeur (en kW)"),
            // A lone word is no table without a value.
            (None, Some(_), None) if row.iter().count() > 1 => return self.lacks("Valeur"),
            _ => return None,
        };
        if !has_unit && shape != Shape::Registers {
            return self.lacks("Unité");
        }
        Some(shape)
    }

    fn lacks(&mut self, title: &'static str) -> Option<Shape> {
        self.missing = self.missing.or(Some(title));
        None
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
            self.gas |= GAS.contains(&title.as_str());
            let Some(column) = Column::titled(&title) else { continue };
            let slot = match column {
                Column::Meter => &mut columns.meter,
                Column::Start => &mut columns.start,
                Column::End => &mut columns.end,
                Column::Day => &mut columns.day,
                Column::Value(unit) => {
                    columns.title_unit = columns.title_unit.or(unit);
                    &mut columns.value
                }
                Column::StrangeValue => {
                    columns.strange = Some(text.trim().to_owned());
                    continue;
                }
                Column::Unit => &mut columns.unit,
                Column::Step => &mut columns.step,
                Column::Nature => &mut columns.nature,
                Column::Physical => &mut columns.physical,
                Column::Direction => &mut columns.direction,
                Column::Stage => &mut columns.stage,
                Column::DataType => &mut columns.data_type,
                Column::Register(class) => &mut columns.registers[class],
            };
            slot.get_or_insert(place);
        }
        columns
    }

    /// The row under the titles of the block that the old files begin with.
    fn block_row(&mut self, block: &Columns, row: &Row) {
        let text = |place: Option<u16>| {
            place
                .and_then(|place| row.get(place))
                .map(|value| value.text().trim())
                .filter(|text| !text.is_empty())
        };
        let preamble = &mut self.preamble;
        preamble.names_meter = true;
        preamble.meter = block.meter.and_then(|place| row.get(place)).and_then(meter);
        preamble.direction = text(block.direction).and_then(|word| Direction::parse(&normalise(word)));
        preamble.unit = text(block.unit).map(str::to_owned);
        preamble.minutes = text(block.step).and_then(words::minutes);
        if let Some(quality) = text(block.stage).and_then(|stage| words::quality(&normalise(stage))) {
            preamble.quality = quality;
        }
        preamble.other_physical = text(block.physical)
            .filter(|physical| !words::is_active(&normalise(physical)))
            .map(str::to_owned);
    }

    /// `Point Référence Mesure (PRM) :` and its like: the cell to the right says what.
    fn pairs(&mut self, row: &Row) {
        for (place, value) in row.iter() {
            let Value::Text(text) = value else { continue };
            if text.len() > 200 {
                continue;
            }
            let words = normalise(text);
            let key = words.trim_end_matches([' ', ':']);
            let Some(right) = row.iter().filter(|&(at, _)| at > place).min_by_key(|&(at, _)| at) else {
                continue;
            };
            let (right, preamble) = (right.1, &mut self.preamble);
            let said = normalise(right.text());
            match key {
                "point reference mesure (prm)" | "prm" => {
                    preamble.names_meter = true;
                    preamble.meter = preamble.meter.take().or_else(|| meter(right));
                }
                "type de comptage" => preamble.direction = Direction::parse(&said),
                "donnees" => {
                    if let Some(quality) = words::quality(&said) {
                        preamble.quality = quality;
                    }
                }
                "grandeur physique" if !words::is_active(&said) => {
                    preamble.other_physical = Some(right.text().trim().to_owned());
                }
                "date de fin" => preamble.last_day = Day::from_french(right.text().trim()),
                _ => {}
            }
        }
    }
}

/// Whether the title at `place` is Enedis's word for what was measured, and not a unit alone.
fn says_value(row: &Row, place: u16) -> bool {
    row.get(place).is_some_and(|title| normalise(title.text()).starts_with("valeur"))
}

/// A meter's number in a cell: a number cell has lost its zeros, and may be written with an exponent.
pub fn meter(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => words::meter(text),
        Value::Number(digits) => {
            let number = decimal::stored(digits, 0)?;
            words::meter(&number.to_string())
        }
        Value::Unusable(_) => None,
    }
}
