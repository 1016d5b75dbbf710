//! CSV: a line a point, instants with the home's offset.

use super::{ExportError, each_point};
use crate::clock::Clock;
use std::io::Write;
use watteau_store::{SeriesInfo, Store};

pub(super) fn write(
    store: &Store,
    clock: &Clock,
    series: &[SeriesInfo],
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["series", "start", "end", "value", "unit", "quality"]).map_err(std::io::Error::from)?;
    for info in series {
        each_point(store, info, |point| {
            let start = clock.with_offset(point.start).to_string();
            let end = clock.with_offset(point.end()).to_string();
            let value = point.value.to_string();
            csv.write_record([&info.def.name, &start, &end, &value, &info.def.unit, point.quality.as_str()])?;
            Ok(())
        })?;
    }
    Ok(csv.flush()?)
}
