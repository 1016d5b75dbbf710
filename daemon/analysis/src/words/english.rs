//! English.

use super::Language::English;
use super::number::{Interval, beyond, measured, whole, write};
use crate::Day;
use crate::anomaly::{Frozen, HeatingOff, Leak, OddDay, Rise};
use crate::change::{Change, Event};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "1 April", with its year if that is not this one.
fn date(day: Day, today: Day) -> String {
    let date = day.date();
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    if date.year() == today.date().year() {
        format!("{} {month}", date.day())
    } else {
        format!("{} {month} {}", date.day(), date.year())
    }
}

fn number(value: f64) -> String {
    write(value, English)
}

/// "95%: 15 to 28%" of numbers that are all less or all more, else what they reach from and to.
fn interval(interval: Interval, unit: &str) -> String {
    match interval {
        Interval::Less(from, to) | Interval::More(from, to) => {
            format!("95%: {} to {}{unit}", number(from as f64), number(to as f64))
        }
        Interval::Both(less, more) => {
            format!("95%: {}{unit} less to {}{unit} more", number(less as f64), number(more as f64))
        }
    }
}

fn than(percent: f64) -> &'static str {
    if percent < 0.0 { "less" } else { "more" }
}

/// " (between 2 March and 1 April)", with what begins it said to be perhaps too late.
fn between(change: &Change, today: Day) -> String {
    let earlier = if change.maybe_earlier { "or even before" } else { "" };
    if change.since_from == change.since_to {
        return if change.maybe_earlier { format!(" ({earlier})") } else { String::new() };
    }
    let (from, to) = (date(change.since_from, today), date(change.since_to, today));
    let apart = if change.maybe_earlier { ": " } else { "" };
    format!(" ({earlier}{apart}between {from} and {to})")
}

/// "22% less" and its interval.
fn size(change: &Change) -> (String, String) {
    let size = format!("{}% {}", number(change.percent.abs().round()), than(change.percent));
    (size, interval(Interval::new(change.lower, change.upper, f64::round), "%"))
}

pub(super) fn change(change: &Change, today: Day) -> String {
    let (since, between, (size, known)) = (date(change.since, today), between(change, today), size(change));
    format!("Since {since}{between} you have used {size} than the weather explains ({known}).")
}

pub(super) fn past_change(change: &Change, until: Day, today: Day) -> String {
    let (since, between, (size, known)) = (date(change.since, today), between(change, today), size(change));
    let until = date(until, today);
    format!("From {since}{between} to {until} you used {size} than the weather explained ({known}).")
}

pub(super) fn event(event: &Event, name: &str, today: Day) -> String {
    let (date, days) = (date(event.date, today), event.after.days);
    let smallest = number(event.smallest.ceil());
    let known = format!("{days} measured {}", if days == 1 { "day" } else { "days" });
    if !event.visible {
        let (lower, upper) = (event.lower.round(), event.upper.round());
        let between = interval(Interval::new(lower.min(0.0), upper.max(0.0), f64::round), "%");
        return format!(
            "“{name}” ({date}): its effect is too small to see in {known} ({between}); it would take about {smallest}% to see it."
        );
    }
    let half = event.kwh_upper - event.kwh;
    let kwh = whole(event.kwh, half).abs();
    let percent = interval(Interval::new(event.lower, event.upper, f64::round), "%");
    let energy = interval(Interval::new(event.kwh_lower, event.kwh_upper, |end| whole(end, half)), " kWh");
    format!(
        "Since “{name}” ({date}) you have used {}% {} ({percent}): {} kWh {} in {known} ({energy}).",
        number(event.percent.abs().round()),
        than(event.percent),
        number(kwh),
        than(event.kwh),
    )
}

pub(super) fn odd_day(odd: &OddDay, today: Day) -> String {
    let bounds = [odd.lower, odd.upper];
    let [day, expected, lower, upper] = beyond(odd.actual, odd.expected, bounds, English);
    format!(
        "On {} you used {} kWh; {expected} were expected, and nearly all days stay between {lower} and {upper} kWh.",
        date(odd.day, today),
        day,
    )
}

pub(super) fn heating_off(off: &HeatingOff, today: Day) -> String {
    format!(
        "On {} the heating seems to have been off: {} kWh used, about {} expected in this weather.",
        date(off.day, today),
        measured(off.actual.max(0.0), English),
        number(whole(off.expected, 0.3 * off.expected)),
    )
}

pub(super) fn base_load(rise: &Rise, today: Day) -> String {
    let [level, before, more] =
        [rise.level, rise.before, rise.level - rise.before].map(|watts| number(whole(watts, 30.0)));
    format!(
        "Since about {} what runs day and night went from {before} to {level} W: {more} W more, {} kWh a year if it stays.",
        date(rise.day, today),
        number(whole(rise.yearly(), 0.3 * rise.yearly())),
    )
}

pub(super) fn leak(leak: &Leak, unit: &str, today: Day) -> String {
    format!(
        "Since {} the flow has not stopped: never below {} {unit} in {} days, and it used to stop on {} days of {}. A leak?",
        date(leak.since, today),
        measured(leak.lowest, English),
        leak.days,
        leak.rested,
        leak.before,
    )
}

pub(super) fn frozen(frozen: &Frozen, since: Day, until: Day, unit: &str, today: Day) -> String {
    let when = if until == since {
        format!("Since {}", date(since, today))
    } else {
        format!("From {} to {}", date(since, today), date(until, today))
    };
    format!(
        "{when} the sensor repeats {} {unit}: {} values in a row, never more than {} before. It is probably stuck.",
        number((frozen.value * 1000.0).round() / 1000.0),
        number(frozen.points as f64),
        number(frozen.longest as f64),
    )
}
