//! What can be stored, by stated rules. Nothing is written of a commit that breaks one.

use crate::error::Error;
use crate::live::Live;
use crate::types::{Commit, Point, SeriesDef, SeriesId};

/// The first millisecond of year 1.
const EARLIEST: i64 = -62_135_596_800_000;
/// The first millisecond of year 10000: nothing may end later.
const LATEST: i64 = 253_402_300_800_000;
/// Longest name of a series, owner or key, in bytes.
const LONGEST_NAME: usize = 255;
/// Longest definition, reason or text of a provenance, in bytes.
const LONGEST_TEXT: usize = 64 << 10;
/// Largest value of a state key, in bytes.
const LARGEST_STATE: usize = 16 << 20;

/// Checks a definition.
pub(crate) fn definition(def: &SeriesDef) -> Result<(), Error> {
    name("the name of a series", &def.name)?;
    let text = def.unit.len()
        + def.title.en.len()
        + def.title.fr.len()
        + def.labels.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    if text > LONGEST_TEXT {
        return Err(Error::Invalid(format!(
            "the definition of {} is longer than {LONGEST_TEXT} bytes",
            def.name
        )));
    }
    Ok(())
}

/// Checks a commit against the rules and the series there are.
pub(crate) fn commit(live: &Live, commit: &Commit) -> Result<(), Error> {
    for batch in &commit.batches {
        let provenance = &batch.provenance;
        let texts = [&provenance.connector, &provenance.version, &provenance.source];
        if texts.iter().any(|text| text.len() > LONGEST_TEXT) {
            return Err(Error::Invalid(format!("a provenance is longer than {LONGEST_TEXT} bytes")));
        }
        for series in &batch.series {
            let name = &live.entry(series.series)?.def.name;
            for point in &series.points {
                check_point(name, point)?;
            }
        }
        for absences in &batch.absences {
            let name = &live.entry(absences.series)?.def.name;
            if absences.reason.len() > LONGEST_TEXT {
                return Err(Error::Invalid(format!("a reason is longer than {LONGEST_TEXT} bytes")));
            }
            for &(start, end) in &absences.spans {
                if start >= end {
                    return Err(Error::Invalid(format!(
                        "{name}: an absence ends at {end}, before its start {start}"
                    )));
                }
                if start < EARLIEST || end > LATEST {
                    return Err(out_of_range(name, start));
                }
            }
        }
    }
    for change in &commit.state {
        name("the owner of a state", &change.owner)?;
        name("the key of a state", &change.key)?;
        if change.value.as_ref().is_some_and(|value| value.len() > LARGEST_STATE) {
            return Err(Error::Invalid(format!(
                "the state {} is larger than {LARGEST_STATE} bytes",
                change.key
            )));
        }
    }
    Ok(())
}

/// Checks that a series exists.
pub(crate) fn series(live: &Live, id: SeriesId) -> Result<(), Error> {
    live.entry(id).map(drop)
}

fn check_point(name: &str, point: &Point) -> Result<(), Error> {
    let Point { start, duration, value, .. } = *point;
    if !value.is_finite() {
        return Err(Error::Invalid(format!(
            "{name}: the value at {start} is {value}, which is not a finite number"
        )));
    }
    if !(EARLIEST..LATEST).contains(&start) {
        return Err(out_of_range(name, start));
    }
    match start.checked_add_unsigned(duration) {
        Some(end) if end <= LATEST => Ok(()),
        _ => Err(Error::Invalid(format!("{name}: the interval at {start} ends after year 9999"))),
    }
}

fn out_of_range(name: &str, start: i64) -> Error {
    Error::Invalid(format!("{name}: the instant {start} is outside of the years 1 to 9999"))
}

fn name(what: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::Invalid(format!("{what} is empty")));
    }
    if text.len() > LONGEST_NAME {
        let begin: String = text.chars().take(40).collect();
        return Err(Error::Invalid(format!("{what} is longer than {LONGEST_NAME} bytes: {begin}...")));
    }
    Ok(())
}
