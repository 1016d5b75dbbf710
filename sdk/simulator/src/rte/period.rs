//! The period of a request, and RTE's refusals of it.

use super::{Parameters, functional};
use axum::response::Response;
use jiff::Timestamp;

/// A period asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Period {
    /// The period that the parameters name; none: none is named. `api` begins the codes of refusals.
    pub(super) fn read(parameters: &Parameters, api: &str) -> Result<Option<Self>, Box<Response>> {
        let refuse = |code: &str, why: &str| Box::new(functional(400, &format!("{api}_{code}"), why));
        let (start, end) = match (parameters.get("start_date"), parameters.get("end_date")) {
            (None, None) => return Ok(None),
            (Some(start), Some(end)) => (start, end),
            _ => return Err(refuse("F01", "Both start_date and end_date are required.")),
        };
        let (Some(start), Some(end)) = (instant(start), instant(end)) else {
            return Err(refuse("F06", "The format of a date is invalid."));
        };
        if start >= end {
            return Err(refuse("F02", "start_date must be before end_date."));
        }
        Ok(Some(Self { start, end }))
    }

    /// Its length in whole days, rounded to the nearest: a change of the clocks counts for nothing.
    pub(super) fn days(self) -> i64 {
        (self.end.as_second() - self.start.as_second() + 43_200) / 86_400
    }
}

/// `2025-01-15T00:00:00+01:00` or with `Z`, and nothing else.
fn instant(text: &str) -> Option<Timestamp> {
    let shape = text.len() == 25 || (text.len() == 20 && text.ends_with('Z'));
    text.parse().ok().filter(|_| shape && text.as_bytes().get(10) == Some(&b'T'))
}

/// The period as the list of requests shows it.
pub(super) fn shown(parameters: &Parameters) -> String {
    let date = |name: &str| parameters.get(name).and_then(|text| text.get(..10)).unwrap_or("-").to_owned();
    format!("{}..{}", date("start_date"), date("end_date"))
}
