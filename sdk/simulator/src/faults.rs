//! What can go wrong at the gateway, at Enedis or with the consent, at RTE, at ODRÉ and at Open-Meteo, switchable
//! while the simulator runs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault", content = "day")]
pub enum Fault {
    /// 429 with the gateway's `fault` body.
    Quota,
    /// 403 `ADAM-DC-0008`: the consent has run out.
    ConsentExpired,
    /// 401: the token is not known.
    TokenRefused,
    /// 400 `ADAM-DC-0007`: the meter is not linked to the consent.
    ConsentNotLinked,
    /// 500 `technical_error`.
    EnedisDown,
    /// 500: the gateway cannot log in to Enedis.
    GatewayDown,
    /// 403 with a page of HTML: the address is blocked.
    Blocked,
    /// The JSON ends in the middle.
    Truncated,
    /// The answer comes after a long wait.
    Slow,
    /// 404 on the load curve alone: collection is switched off.
    NoLoadCurve,
    /// This day is not published yet.
    Late(Date),
    /// Some half hours of this day are missing.
    Hole(Date),
    /// 400 `ADAM-ERR0069` on the production: the home has no panels.
    NoProduction,
    /// 200 without a reading.
    Empty,
    /// Days are stamped with a time, and half hours without one.
    WrongDates,
    /// MyElectricalData 2 ends every window before yesterday, and moves one that is empty then a day back.
    MedEndsEarly,
    /// MyElectricalData 2 gives half of the days, and says so.
    MedPartial,
    /// RTE's token endpoint answers 401: the application is not known.
    RteTokenRefused,
    /// RTE forgets, once, every token it gave: the next call with one is a 401.
    RteTokenExpired,
    /// 403 without a body: the application is not subscribed to the APIs.
    RteNotSubscribed,
    /// 429 with `Retry-After`.
    RteQuota,
    /// 500 with RTE's error body.
    RteTechnical,
    /// 503 with a page of HTML.
    RteDown,
    /// 400 `F04` for any window longer than a week.
    RteNarrow,
    /// Five values of this day are missing at RTE, and one is null.
    RteHole(Date),
    /// 429 with the daily limit's headers.
    OdreQuota,
    /// 503.
    OdreDown,
    /// 400: a column is called otherwise.
    OdreRenamed,
    /// 429: the calls of the minute are used up.
    OpenMeteoMinute,
    /// 429: the calls of the hour are used up.
    OpenMeteoHour,
    /// 429: the calls of the day are used up.
    OpenMeteoDay,
    /// 429: another call of the same address is being answered.
    OpenMeteoConcurrent,
    /// 400: the dates are out of the allowed range.
    OpenMeteoRange,
    /// 400: the place has no data.
    OpenMeteoNowhere,
    /// 503: overloaded.
    OpenMeteoDown,
    /// A column is shorter than its stamps.
    OpenMeteoUneven,
    /// Six hours of this day (UTC), from three o'clock, are null.
    OpenMeteoHole(Date),
}

/// The faults switched on.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<BTreeSet<Fault>>>);

impl Faults {
    /// Switches a fault on.
    pub fn switch_on(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(fault);
    }

    /// Switches a fault off.
    pub fn switch_off(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&fault);
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether a fault is on.
    pub fn has(&self, fault: Fault) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&fault)
    }
}
