//! French.

use super::Language::French;
use super::number::{Interval, beyond, measured, whole, write};
use crate::Day;
use crate::anomaly::{Frozen, HeatingOff, Leak, OddDay, Rise};
use crate::change::{Change, Event};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// "1er avril", with its year if that is not this one.
fn date(day: Day, today: Day) -> String {
    let date = day.date();
    let number = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    if date.year() == today.date().year() {
        format!("{number} {month}")
    } else {
        format!("{number} {month} {}", date.year())
    }
}

fn number(value: f64) -> String {
    write(value, French)
}

/// "(95 % : 15 à 28 %)" of numbers that are all less or all more, else what they reach from and to.
fn interval(interval: Interval, unit: &str) -> String {
    match interval {
        Interval::Less(from, to) | Interval::More(from, to) => {
            format!("95 % : {} à {} {unit}", number(from as f64), number(to as f64))
        }
        Interval::Both(less, more) => format!(
            "95 % : entre {} {unit} de moins et {} {unit} de plus",
            number(less as f64),
            number(more as f64)
        ),
    }
}

fn than(percent: f64) -> &'static str {
    if percent < 0.0 { "de moins" } else { "de plus" }
}

/// " (entre le 2 mars et le 1er avril)", with what begins it said to be perhaps too late.
fn between(change: &Change, today: Day) -> String {
    let earlier = if change.maybe_earlier { "ou même avant" } else { "" };
    if change.since_from == change.since_to {
        return if change.maybe_earlier { format!(" ({earlier})") } else { String::new() };
    }
    let (from, to) = (date(change.since_from, today), date(change.since_to, today));
    let apart = if change.maybe_earlier { " : " } else { "" };
    format!(" ({earlier}{apart}entre le {from} et le {to})")
}

/// "22 % de moins" and its interval.
fn size(change: &Change) -> (String, String) {
    let size = format!("{} % {}", number(change.percent.abs().round()), than(change.percent));
    (size, interval(Interval::new(change.lower, change.upper, f64::round), "%"))
}

pub(super) fn change(change: &Change, today: Day) -> String {
    let (since, between, (size, known)) = (date(change.since, today), between(change, today), size(change));
    plain(format!("Depuis le {since}{between}, vous utilisez {size} que ce que la météo explique ({known})."))
}

pub(super) fn past_change(change: &Change, until: Day, today: Day) -> String {
    let (since, between, (size, known)) = (date(change.since, today), between(change, today), size(change));
    let until = date(until, today);
    plain(format!(
        "Du {since}{between} au {until}, vous avez utilisé {size} que ce que la météo expliquait ({known})."
    ))
}

pub(super) fn event(event: &Event, name: &str, today: Day) -> String {
    let (date, days) = (date(event.date, today), event.after.days);
    let smallest = number(event.smallest.ceil());
    let known = format!("{days} {}", if days == 1 { "jour mesuré" } else { "jours mesurés" });
    if !event.visible {
        let (lower, upper) = (event.lower.round(), event.upper.round());
        let between = interval(Interval::new(lower.min(0.0), upper.max(0.0), f64::round), "%");
        return plain(format!(
            "« {name} » ({date}) : effet trop petit pour être vu en {known} ({between}) ; il aurait fallu environ {smallest} % pour le voir."
        ));
    }
    let half = event.kwh_upper - event.kwh;
    let kwh = whole(event.kwh, half).abs();
    let percent = interval(Interval::new(event.lower, event.upper, f64::round), "%");
    let energy = interval(Interval::new(event.kwh_lower, event.kwh_upper, |end| whole(end, half)), "kWh");
    plain(format!(
        "Depuis « {name} » ({date}), vous utilisez {} % {} ({percent}), soit {} kWh {} en {known} ({energy}).",
        number(event.percent.abs().round()),
        than(event.percent),
        number(kwh),
        than(event.kwh),
    ))
}

pub(super) fn odd_day(odd: &OddDay, today: Day) -> String {
    let bounds = [odd.lower, odd.upper];
    let [day, expected, lower, upper] = beyond(odd.actual, odd.expected, bounds, French);
    plain(format!(
        "Le {}, vous avez utilisé {} kWh ; {expected} étaient attendus, et presque tous les jours restent entre {lower} et {upper} kWh.",
        date(odd.day, today),
        day,
    ))
}

pub(super) fn heating_off(off: &HeatingOff, today: Day) -> String {
    plain(format!(
        "Le {}, le chauffage semble arrêté : {} kWh utilisés, environ {} attendus par ce temps.",
        date(off.day, today),
        measured(off.actual.max(0.0), French),
        number(whole(off.expected, 0.3 * off.expected)),
    ))
}

pub(super) fn base_load(rise: &Rise, today: Day) -> String {
    let [level, before, more] =
        [rise.level, rise.before, rise.level - rise.before].map(|watts| number(whole(watts, 30.0)));
    plain(format!(
        "Depuis le {} environ, ce qui tourne jour et nuit est passé de {before} à {level} W : {more} W de plus, soit {} kWh par an si cela reste.",
        date(rise.day, today),
        number(whole(rise.yearly(), 0.3 * rise.yearly())),
    ))
}

pub(super) fn leak(leak: &Leak, unit: &str, today: Day) -> String {
    plain(format!(
        "Depuis le {}, le débit ne s’arrête plus : jamais moins de {} {unit} en {} jours, alors qu’il s’arrêtait {} jours sur {} avant. Une fuite ?",
        date(leak.since, today),
        measured(leak.lowest, French),
        leak.days,
        leak.rested,
        leak.before,
    ))
}

pub(super) fn frozen(frozen: &Frozen, since: Day, until: Day, unit: &str, today: Day) -> String {
    let when = if until == since {
        format!("Depuis le {}", date(since, today))
    } else {
        format!("Du {} au {}", date(since, today), date(until, today))
    };
    plain(format!(
        "{when}, le capteur répète {} {unit} : {} mesures de suite, jamais plus de {} avant. Il est sans doute figé.",
        number((frozen.value * 1000.0).round() / 1000.0),
        number(frozen.points as f64),
        number(frozen.longest as f64),
    ))
}

/// Numbers stay with their units, colons with the word before them.
fn plain(text: String) -> String {
    let mut text = text;
    for (apart, joined) in [
        (" %", "\u{a0}%"),
        (" kWh", "\u{a0}kWh"),
        (" W ", "\u{a0}W "),
        (" :", "\u{a0}:"),
        (" ;", "\u{202f};"),
        (" ?", "\u{202f}?"),
        ("« ", "«\u{a0}"),
        (" »", "\u{a0}»"),
    ] {
        text = text.replace(apart, joined);
    }
    text
}
