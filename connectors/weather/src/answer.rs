//! The answer: one block of parallel columns for each place, in the order asked for.
//!
//! A lone place comes as an object, several as an array. The stamps are UTC seconds; a `null` in a column is an
//! absence. An answer in another unit, or whose columns are not as long as its stamps, is refused whole: nobody could
//! say which value is which hour's.

use crate::{
    variable::{VARIABLES, Variable},
    window::Window,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use watteau_sdk::time::HOUR;

/// A value for each hour of a window; none where there is none.
pub type Column = Vec<Option<f64>>;

#[derive(Deserialize)]
struct Block {
    /// `time`, and a column for each variable.
    hourly: BTreeMap<String, Column>,
    #[serde(default)]
    hourly_units: BTreeMap<String, String>,
}

/// For each place, the columns of [`VARIABLES`] over `window`. `suffix` is what the variables' names end with. The
/// error says what is not as expected.
pub fn parse(body: &[u8], places: usize, suffix: &str, window: Window) -> Result<Vec<[Column; 5]>, String> {
    let blocks: Vec<Block> = if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice(body)
    } else {
        serde_json::from_slice(body).map(|block| vec![block])
    }
    .map_err(|error| error.to_string())?;
    if blocks.len() != places {
        return Err(format!("{} places came and {places} were asked for", blocks.len()));
    }
    blocks
        .iter()
        .map(|block| {
            let starts = block.stamps()?;
            let mut columns = VARIABLES.map(|_| Column::new());
            for (column, variable) in columns.iter_mut().zip(VARIABLES) {
                *column = block.column(variable, suffix, &starts, window)?;
            }
            Ok(columns)
        })
        .collect()
}

impl Block {
    /// The stamps in milliseconds, each on a full hour.
    fn stamps(&self) -> Result<Vec<i64>, String> {
        let stamps = self.hourly.get("time").ok_or("the column time is missing")?;
        stamps
            .iter()
            .map(|stamp| {
                let seconds = stamp.ok_or("a stamp is null")?;
                let stamp = seconds as i64 * 1_000;
                if stamp.rem_euclid(HOUR) == 0 {
                    Ok(stamp)
                } else {
                    Err(format!("{seconds} is not a full hour"))
                }
            })
            .collect()
    }

    fn column(
        &self,
        variable: Variable,
        suffix: &str,
        stamps: &[i64],
        window: Window,
    ) -> Result<Column, String> {
        let name = format!("{}{suffix}", variable.api);
        let values = self.hourly.get(&name).ok_or_else(|| format!("the column {name} is missing"))?;
        if values.len() != stamps.len() {
            return Err(format!("{name} has {} values for {} hours", values.len(), stamps.len()));
        }
        // A unit that is not told is the one that was asked for.
        if let Some(unit) = self.hourly_units.get(&name).filter(|unit| *unit != variable.api_unit) {
            return Err(format!("{name} is in {unit} and not in {}", variable.api_unit));
        }
        let mut column = vec![None; window.hours()];
        for (stamp, value) in stamps.iter().zip(values) {
            let index = (stamp - variable.stamp_after - window.from).div_euclid(HOUR);
            if let Some(slot) = usize::try_from(index).ok().and_then(|index| column.get_mut(index)) {
                *slot = *value;
            }
        }
        Ok(column)
    }
}
