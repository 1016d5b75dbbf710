//! JSON: one document, a series after the other, a point an array.

use super::{ExportError, Seconds, each_point};
use crate::{clock::Clock, query};
use serde_json::json;
use std::io::{self, Write};
use watteau_store::{SeriesInfo, Store};

pub(super) fn write(
    store: &Store,
    clock: &Clock,
    series: &[SeriesInfo],
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let zone = clock.zone().iana_name().unwrap_or("UTC");
    write!(out, "{{\"exported_at\":{},\"timezone\":{},", json!(clock.now().to_string()), json!(zone))?;
    write!(out, "\"columns\":[\"start\",\"end\",\"value\",\"quality\"],\"series\":[")?;
    for (index, info) in series.iter().enumerate() {
        let def = &info.def;
        let about = json!({
            "id": def.name,
            "name": { "en": def.title.en, "fr": def.title.fr },
            "unit": def.unit,
            "kind": def.kind,
            "step_seconds": query::step_seconds(def.step),
            "labels": def.labels,
        });
        // The object stays open for its points.
        let mut about = about.to_string();
        about.pop();
        write!(out, "{}\n{about},\"points\":[", separator(index == 0))?;
        let mut first = true;
        each_point(store, info, |point| {
            let (start, end) = (Seconds(point.start), Seconds(point.end()));
            write!(out, "{}\n[{start},{end},", separator(std::mem::take(&mut first)))?;
            serde_json::to_writer(&mut *out, &point.value).map_err(io::Error::from)?;
            write!(out, ",\"{}\"]", point.quality.as_str())
        })?;
        write!(out, "]}}")?;
    }
    Ok(out.write_all(b"]}\n")?)
}

const fn separator(first: bool) -> &'static str {
    if first { "" } else { "," }
}
