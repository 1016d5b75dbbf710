//! The sentences that ingest says of itself, in both languages, and instants as the API writes them.

use crate::model::Text;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

const MONTHS_EN: [&str; 12] = [
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
const MONTHS_FR: [&str; 12] = [
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

/// RFC 3339 in UTC.
pub(super) fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |t| t.to_string())
}

/// `20 November`, `20 novembre`; the first of a month is `1er` in French.
pub(super) fn day(date: Date) -> Text {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    let first = if date.day() == 1 { "1er" } else { "" };
    let day_fr = if first.is_empty() { date.day().to_string() } else { first.to_owned() };
    Text::new(format!("{} {}", date.day(), MONTHS_EN[month]), format!("{day_fr} {}", MONTHS_FR[month]))
}

/// `9:30`, `9 h 30`; with the day in front when it is not today.
pub(super) fn moment(ms: i64, now: &Zoned) -> Text {
    let Ok(at) = Timestamp::from_millisecond(ms) else { return Text::default() };
    let at = at.to_zoned(now.time_zone().clone());
    let en = format!("{}:{:02}", at.hour(), at.minute());
    let fr = if at.minute() == 0 {
        format!("{} h", at.hour())
    } else {
        format!("{} h {:02}", at.hour(), at.minute())
    };
    if at.date() == now.date() {
        return Text::new(en, fr);
    }
    let day = day(at.date());
    Text::new(format!("{en} on {}", day.en), format!("{fr} le {}", day.fr))
}

/// "Enedis has not published 20 November yet. Next try at 9:30."
pub(super) fn not_published(party: &Text, date: Date, next: Option<i64>, now: &Zoned) -> Text {
    let day = day(date);
    let next = next.map(|ms| moment(ms, now));
    Text::new(
        format!(
            "{} has not published {} yet.{}",
            party.en,
            day.en,
            next.as_ref().map_or(String::new(), |n| format!(" Next try at {}.", n.en))
        ),
        format!(
            "{} n’a pas encore publié le {}.{}",
            party.fr,
            day.fr,
            next.as_ref().map_or(String::new(), |n| format!(" Prochain essai à {}.", n.fr))
        ),
    )
}

/// "Up to date, to 20 November; 2 days before are missing and asked for again."
pub(super) fn up_to_date(until: Option<Date>, missing: u32) -> Text {
    let (en, fr) = match missing {
        0 => (String::new(), String::new()),
        1 => (
            "; 1 day before is missing and is asked for again".to_owned(),
            " ; il manque 1 jour avant, qui est redemandé".to_owned(),
        ),
        days => (
            format!("; {days} days before are missing and are asked for again"),
            format!(" ; il manque {days} jours avant, qui sont redemandés"),
        ),
    };
    match until.map(day) {
        Some(day) => {
            Text::new(format!("Up to date, to {}{en}.", day.en), format!("À jour, jusqu’au {}{fr}.", day.fr))
        }
        None => Text::new("Up to date.", "À jour."),
    }
}

/// A sentence, and that values of the last run were refused: what they should have been is a hole.
pub(super) fn with_refusals(text: Text, refused: u64) -> Text {
    if refused == 0 {
        return text;
    }
    let Text { en, fr } = text;
    Text::new(
        format!("{en} {refused} values of the last run were refused; the journal has the first."),
        format!("{fr} {refused} valeurs du dernier passage ont été refusées ; le journal a la première."),
    )
}

/// "Filling the history: 120 of 745 days."
pub(super) fn filling(done: u32, total: u32, next: Option<i64>, now: &Zoned) -> Text {
    let next = next.map(|ms| moment(ms, now));
    Text::new(
        format!(
            "Filling the history: {done} of {total} days.{}",
            next.as_ref().map_or(String::new(), |n| format!(" The rest is asked from {} on.", n.en))
        ),
        format!(
            "Historique en cours : {done} jours sur {total}.{}",
            next.as_ref().map_or(String::new(), |n| format!(" La suite sera demandée à partir de {}.", n.fr))
        ),
    )
}

/// The instant at which a local day begins, RFC 3339 with its offset.
pub(super) fn day_end(date: Date, zone: &TimeZone, day_start: u32) -> Option<String> {
    super::complete::day_turn(date.tomorrow().ok()?, zone, day_start).map(instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_missing_or_refused_is_said_behind_how_far_it_is() {
        let until = Some(date(2026, 11, 20));
        for (missing, refused, expected) in [
            (0, 0, "Up to date, to 20 November."),
            (1, 0, "Up to date, to 20 November; 1 day before is missing and is asked for again."),
            (
                2,
                41,
                "Up to date, to 20 November; 2 days before are missing and are asked for again. 41 values of the last run were refused; the journal has the first.",
            ),
        ] {
            assert_eq!(with_refusals(up_to_date(until, missing), refused).en, expected);
        }
    }

    #[test]
    fn sentences_are_the_dashboards() {
        let now: Zoned = "2026-11-21T08:12[Europe/Paris]".parse().unwrap();
        let next = "2026-11-21T09:30[Europe/Paris]".parse::<Zoned>().unwrap().timestamp().as_millisecond();
        let text = not_published(&Text::new("Enedis", "Enedis"), date(2026, 11, 20), Some(next), &now);
        assert_eq!(text.en, "Enedis has not published 20 November yet. Next try at 9:30.");
        assert_eq!(text.fr, "Enedis n’a pas encore publié le 20 novembre. Prochain essai à 9 h 30.");
        let tomorrow = next + 86_400_000;
        assert_eq!(moment(tomorrow, &now).fr, "9 h 30 le 22 novembre");
        assert_eq!(day(date(2026, 3, 1)).fr, "1er mars");
    }
}
