//! Finding single points among blocks, for callers that ask in ascending order.

use redb::{ReadOnlyTable, ReadTransaction};

use crate::codec::{self, Columns};
use crate::error::Error;
use crate::tables;
use crate::types::Stored;

/// The table of blocks, as a snapshot holds it.
pub(crate) type Blocks = ReadOnlyTable<(u32, i64), &'static [u8]>;

/// The error for a block that does not decode.
pub(crate) fn damaged(series: u32, first: i64, damage: codec::Damage) -> Error {
    Error::Damaged { place: format!("the block of series {series} that begins at {first}"), what: damage.0 }
}

/// The points of one series in the blocks, one decoded block at a time.
///
/// A block that is damaged reads as empty here: new data must be able to go on, and folding sets the damaged block
/// aside. Who has to tell nothing from unknown asks for the [damage](Self::damage).
pub(crate) struct Lookup {
    blocks: Blocks,
    series: u32,
    columns: Columns,
    points: Vec<Stored>,
    /// `points` holds all that is in the blocks for starts in this range.
    from: i64,
    until: Option<i64>,
    loaded: bool,
    damage: Option<Error>,
}

impl Lookup {
    pub(crate) fn new(txn: &ReadTransaction, series: u32) -> Result<Self, Error> {
        Ok(Self {
            blocks: txn.open_table(tables::BLOCKS)?,
            series,
            columns: Columns::default(),
            points: Vec::new(),
            from: 0,
            until: None,
            loaded: false,
            damage: None,
        })
    }

    /// The point that starts at `start`.
    pub(crate) fn get(&mut self, start: i64) -> Result<Option<Stored>, Error> {
        if !self.loaded || start < self.from || self.until.is_some_and(|until| start >= until) {
            self.load(start)?;
        }
        Ok(self.points.binary_search_by_key(&start, Stored::start).ok().map(|index| self.points[index]))
    }

    /// Why nothing can be known where the last point that was asked for would be.
    pub(crate) fn damage(self) -> Option<Error> {
        self.damage
    }

    fn load(&mut self, start: i64) -> Result<(), Error> {
        self.points.clear();
        self.damage = None;
        self.loaded = true;
        self.from = i64::MIN;
        self.until = None;
        if let Some(row) = self.blocks.range((self.series, i64::MIN)..=(self.series, start))?.next_back() {
            let (key, block) = row?;
            self.from = key.value().1;
            let wanted = codec::header(block.value()).is_ok_and(|header| header.last >= start);
            if wanted && let Err(damage) = self.columns.stored(block.value(), &mut self.points) {
                let error = damaged(self.series, self.from, damage);
                tracing::error!(%error, "a block cannot be read");
                self.points.clear();
                self.damage = Some(error);
            }
            if !wanted && let Ok(header) = codec::header(block.value()) {
                // Nothing of this block lies at or after `start`, and callers ascend.
                self.from = header.last.saturating_add(1);
            }
        }
        if let Some(after) = start.checked_add(1)
            && let Some(row) = self.blocks.range((self.series, after)..=(self.series, i64::MAX))?.next()
        {
            self.until = Some(row?.0.value().1);
        }
        Ok(())
    }
}
