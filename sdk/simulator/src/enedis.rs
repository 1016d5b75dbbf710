//! Enedis behind every gateway: which readings there are, its windows and delays, its bodies for every refusal, the
//! contract. How a gateway wraps them is the gateway's.

use crate::{Fault, Inner};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use serde_json::{Value, json};

/// Yesterday is there from this hour on, local time.
const PUBLISHED_HOUR: i8 = 8;

/// The power subscribed, which never changes here.
const SUBSCRIBED: &str = "9 kVA";
const OFF_PEAK: &str = "HC (22H30-6H30)";

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Daily,
    LoadCurve,
    MaxPower,
    DailyProduction,
    ProductionCurve,
}

/// A refusal of Enedis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
}

impl Refusal {
    /// The body that Enedis gives it.
    pub(crate) fn body(self) -> Value {
        json!({"error": self.code, "error_description": self.text})
    }
}

impl Kind {
    /// Longest window in days, and how far back the source goes in months.
    const fn reach(self) -> (i32, i32) {
        if self.is_curve() { (7, 24) } else { (365, 36) }
    }

    pub(crate) const fn is_curve(self) -> bool {
        matches!(self, Self::LoadCurve | Self::ProductionCurve)
    }

    const fn is_production(self) -> bool {
        matches!(self, Self::DailyProduction | Self::ProductionCurve)
    }
}

/// The content of Enedis' `meter_reading` for the days from `start` to `end`, `end` excluded.
pub(crate) fn readings(inner: &Inner, kind: Kind, start: Date, end: Date) -> Result<Value, Refusal> {
    let no = |status, code, text| Err(Refusal { status, code, text });
    if let Some(refusal) = consent(inner) {
        return Err(refusal);
    }
    if kind.is_production() && inner.faults.has(Fault::NoProduction) {
        return no(400, "ADAM-ERR0069", "The usage point has no production");
    }
    let now = inner.now().to_zoned(inner.household.zone().clone());
    let (longest, months) = kind.reach();
    if start >= end || end > now.date() {
        return no(400, "Invalid_request", "Start date should be before end date");
    }
    if (end - start).get_days() > longest {
        return no(400, "ADAM-ERR0126", "The requested period is too long");
    }
    if start < now.date().saturating_sub(months.months().days(15)) {
        return no(400, "ADAM-ERR0123", "The requested period is before the meter's last activation date");
    }
    let published = |day: &Date| {
        let yesterday = now.date().yesterday().is_ok_and(|yesterday| *day == yesterday);
        let too_early = yesterday && now.hour() < PUBLISHED_HOUR;
        !too_early && !inner.faults.has(Fault::Late(*day))
    };
    let days: Vec<Date> = start.series(1.day()).take_while(|day| *day < end).filter(published).collect();
    if days.is_empty() || (kind.is_curve() && inner.faults.has(Fault::NoLoadCurve)) {
        return no(404, "no_data_found", "no measure found for this usage point");
    }
    Ok(reading(inner, kind, &days, start, end))
}

/// What is wrong before any day is looked at.
fn consent(inner: &Inner) -> Option<Refusal> {
    let faults = [
        (Fault::ConsentExpired, 403, "ADAM-DC-0008", "Consent is no longer valid"),
        (Fault::ConsentNotLinked, 400, "ADAM-DC-0007", "The customer is not linked to this usage point"),
        (Fault::EnedisDown, 500, "technical_error", "A technical error occurred"),
    ];
    let met = faults.into_iter().find(|(fault, ..)| inner.faults.has(*fault));
    met.map(|(_, status, code, text)| Refusal { status, code, text })
}

/// The contract, as Enedis tells it.
pub(crate) fn contract(inner: &Inner) -> Result<Value, Refusal> {
    if let Some(refusal) = consent(inner) {
        return Err(refusal);
    }
    Ok(json!({"customer": {"customer_id": "-1", "usage_points": [{
        "usage_point": {"usage_point_id": inner.config.prm, "usage_point_status": "com", "meter_type": "AMM"},
        "contracts": {"segment": "C5", "subscribed_power": SUBSCRIBED,
            "last_activation_date": "2012-05-06+02:00", "distribution_tariff": "BTINFMUDT",
            "offpeak_hours": OFF_PEAK, "contract_type": "Contrat GRD-F", "contract_status": "SERVC",
            "last_distribution_tariff_change_date": "2019-09-13+02:00"}}]}}))
}

fn reading(inner: &Inner, kind: Kind, days: &[Date], start: Date, end: Date) -> Value {
    let home = &inner.household;
    let local =
        |at: Timestamp| at.to_zoned(home.zone().clone()).datetime().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let by_day = |watt_hours: &dyn Fn(Date) -> u32| -> Vec<Value> {
        days.iter()
            .map(|day| json!({"value": watt_hours(*day).to_string(), "date": day.to_string()}))
            .collect()
    };
    // The stamp is the END of the interval, on the wall clock, without an offset.
    let curve = |of_day: &dyn Fn(Date) -> Vec<(Timestamp, u32)>| -> Vec<Value> {
        let of_day = |day: &Date| {
            let hole = inner.faults.has(Fault::Hole(*day));
            let kept = of_day(*day).into_iter().enumerate();
            kept.filter(move |(i, _)| !hole || !(20..25).contains(i)).map(|(_, point)| point)
        };
        days.iter()
            .flat_map(of_day)
            .filter_map(|(at, watts)| Some((at.checked_add(30.minutes()).ok()?, watts)))
            .map(|(end, watts)| {
                json!({"value": watts.to_string(), "date": local(end), "interval_length": "PT30M",
                    "measure_type": "B"})
            })
            .collect()
    };
    let energy =
        json!({"measurement_kind": "energy", "measuring_period": "P1D", "unit": "Wh", "aggregate": "sum"});
    let power = json!({"measurement_kind": "power", "unit": "W", "aggregate": "average"});
    let (reading_type, mut rows) = match kind {
        Kind::Daily => (energy, by_day(&|day| home.day_watt_hours(day))),
        Kind::DailyProduction => (energy, by_day(&|day| home.day_production_watt_hours(day))),
        Kind::LoadCurve => (power, curve(&|day| home.load_curve(day))),
        Kind::ProductionCurve => (power, curve(&|day| home.production_curve(day))),
        Kind::MaxPower => (
            json!({"measurement_kind": "power", "measuring_period": "P1D", "unit": "VA", "aggregate": "maximum"}),
            days.iter()
                .filter_map(|day| home.max_power(*day))
                .map(|(at, va)| json!({"value": va.to_string(), "date": local(at)}))
                .collect(),
        ),
    };
    if inner.faults.has(Fault::Empty) {
        rows.clear();
    }
    if inner.faults.has(Fault::WrongDates) {
        for row in &mut rows {
            let date = row["date"].as_str().unwrap_or_default();
            row["date"] = if date.len() > 10 { date[..10].into() } else { format!("{date} 00:00:00").into() };
        }
    }
    json!({"usage_point_id": inner.config.prm, "start": start.to_string(), "end": end.to_string(),
        "quality": "BRUT", "reading_type": reading_type, "interval_reading": rows})
}
