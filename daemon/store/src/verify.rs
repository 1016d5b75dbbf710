//! Walking a whole store: every block decoded, every row read, without stopping at the first that is damaged.

use redb::{Key, ReadTransaction, ReadableTable, ReadableTableMetadata, TableDefinition};
use serde::de::DeserializeOwned;

use crate::codec::Columns;
use crate::effects::Effects;
use crate::error::Error;
use crate::log::Walk;
use crate::lookup::damaged;
use crate::tables::{self, AbsenceRow, BatchRow, RevisionRow, Summary};
use crate::types::SeriesDef;

/// What a walk through a whole store found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// Blocks that are as they were written.
    pub blocks: u64,
    /// Bytes that these blocks take.
    pub block_bytes: u64,
    /// Points in them, and in the commits that are not folded yet.
    pub points: u64,
    /// Other rows that are as they were written: series, batches, revisions and the like.
    pub rows: u64,
    /// What is not, each with its place; nothing else is affected.
    pub damaged: Vec<String>,
    /// Blocks that were found damaged earlier and set aside.
    pub set_aside: u64,
}

impl Verification {
    /// Whether everything is as it was written.
    pub fn is_sound(&self) -> bool {
        self.damaged.is_empty() && self.set_aside == 0
    }

    /// Counts a row, or notes what is wrong with it.
    fn note(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        match result {
            Ok(()) => self.rows += 1,
            Err(error @ Error::Damaged { .. }) => self.damaged.push(error.to_string()),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Walks a table of packed rows.
    fn table<K: Key + 'static, Row: DeserializeOwned>(
        &mut self,
        txn: &ReadTransaction,
        table: TableDefinition<'_, K, &'static [u8]>,
        place: impl Fn(K::SelfType<'_>) -> String,
        mut each: impl FnMut(&Row) -> u64,
    ) -> Result<(), Error> {
        for row in txn.open_table(table)?.iter()? {
            let (key, bytes) = row?;
            let row = tables::unpack::<Row>(bytes.value(), || place(key.value()));
            self.points += row.as_ref().map_or(0, &mut each);
            self.note(row.map(drop))?;
        }
        Ok(())
    }
}

/// Walks everything that a snapshot shows, and the log that was read with it.
pub(crate) fn verify(txn: &ReadTransaction, log: &Walk) -> Result<Verification, Error> {
    let new = |effects: &Effects| effects.series.values().map(|series| series.new).sum::<u64>();
    let mut found = Verification {
        points: log.commits.iter().map(new).sum(),
        rows: log.commits.len() as u64,
        damaged: log.damaged.clone(),
        ..Verification::default()
    };
    for row in txn.open_table(tables::SERIES)?.iter()? {
        let (id, json) = row?;
        let damage = |_| Error::Damaged {
            place: format!("the definition of series {}", id.value()),
            what: "it is not the JSON that was written",
        };
        found.note(serde_json::from_slice::<SeriesDef>(json.value()).map(drop).map_err(damage))?;
    }
    found.table(txn, tables::SUMMARIES, |id| format!("the summary of series {id}"), |_: &Summary| 0)?;
    found.table(txn, tables::BATCHES, |id| format!("the record of batch {id}"), |_: &BatchRow| 0)?;
    let revision = |(series, start, _)| format!("a revision of series {series} at {start}");
    found.table(txn, tables::REVISIONS, revision, |_: &RevisionRow| 0)?;
    let absence = |(series, start, _)| format!("an absence of series {series} at {start}");
    found.table(txn, tables::ABSENCES, absence, |_: &AbsenceRow| 0)?;
    found.table(txn, tables::FRESH, |version| format!("commit {version}"), new)?;
    blocks(txn, &mut found)?;
    found.set_aside = txn.open_table(tables::DAMAGED)?.len()?;
    Ok(found)
}

fn blocks(txn: &ReadTransaction, found: &mut Verification) -> Result<(), Error> {
    let mut columns = Columns::default();
    let mut points = Vec::new();
    // The series and the last start of the block before.
    let mut before: Option<(u32, i64)> = None;
    for row in txn.open_table(tables::BLOCKS)?.iter()? {
        let (key, block) = row?;
        let (series, first) = key.value();
        points.clear();
        let wrong = match columns.stored(block.value(), &mut points) {
            Err(damage) => Some(damage),
            Ok(header) if header.first != first => Some(crate::codec::Damage("it is in another's place")),
            Ok(_) if before.is_some_and(|(of, last)| of == series && last >= first) => {
                Some(crate::codec::Damage("it begins before the block before it ends"))
            }
            Ok(header) => {
                before = Some((series, header.last));
                found.blocks += 1;
                found.block_bytes += block.value().len() as u64;
                found.points += header.count as u64;
                None
            }
        };
        found.damaged.extend(wrong.map(|damage| damaged(series, first, damage).to_string()));
    }
    Ok(())
}
