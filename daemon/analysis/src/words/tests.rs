use jiff::civil::date;

use super::*;
use crate::change::event::Total;

fn day(y: i16, m: i8, d: i8) -> Day {
    Day::new(date(y, m, d))
}

/// French without the spaces that keep words together, which nobody can read in a test.
fn both(sentence: impl Fn(&Words) -> String) -> (String, String) {
    let today = day(2024, 11, 20);
    let french = sentence(&Words::new(Language::French, today));
    (french.replace(['\u{a0}', '\u{202f}'], " "), sentence(&Words::new(Language::English, today)))
}

const fn change(since: [Day; 3], percent: [f64; 3], maybe_earlier: bool) -> Change {
    let [since_from, since, since_to] = since;
    let [lower, percent, upper] = percent;
    Change {
        since,
        since_from,
        since_to,
        maybe_earlier,
        percent,
        lower,
        upper,
        found_on: since_to,
        read_on: since_to,
        odds: 9.0,
    }
}

#[test]
fn changes() {
    let spring = [day(2024, 3, 2), day(2024, 3, 14), day(2024, 4, 1)];
    let winter = [day(2023, 12, 1), day(2023, 12, 1), day(2024, 1, 9)];
    for (change, french, english) in [
        (
            change(spring, [-28.4, -22.1, -15.3], false),
            "Depuis le 14 mars (entre le 2 mars et le 1er avril), vous utilisez 22 % de moins que ce que la météo explique (95 % : 15 à 28 %).",
            "Since 14 March (between 2 March and 1 April) you have used 22% less than the weather explains (95%: 15 to 28%).",
        ),
        (
            change(winter, [-3.0, 12.4, 27.6], true),
            "Depuis le 1er décembre 2023 (ou même avant : entre le 1er décembre 2023 et le 9 janvier), vous utilisez 12 % de plus que ce que la météo explique (95 % : entre 3 % de moins et 28 % de plus).",
            "Since 1 December 2023 (or even before: between 1 December 2023 and 9 January) you have used 12% more than the weather explains (95%: 3% less to 28% more).",
        ),
        (
            change([day(2024, 8, 1); 3], [30.0, 38.0, 46.0], false),
            "Depuis le 1er août, vous utilisez 38 % de plus que ce que la météo explique (95 % : 30 à 46 %).",
            "Since 1 August you have used 38% more than the weather explains (95%: 30 to 46%).",
        ),
    ] {
        assert_eq!(both(|words| words.change(&change)), (french.to_owned(), english.to_owned()));
    }
}

#[test]
fn a_change_that_ended() {
    let spring = [day(2023, 2, 9), day(2023, 3, 5), day(2023, 4, 19)];
    let past = change(spring, [-35.4, -24.1, -13.3], false);
    let (french, english) = both(|words| words.past_change(&past, day(2024, 5, 1)));
    assert_eq!(
        french,
        "Du 5 mars 2023 (entre le 9 février 2023 et le 19 avril 2023) au 1er mai, vous avez utilisé 24 % de moins que ce que la météo expliquait (95 % : 13 à 35 %)."
    );
    assert_eq!(
        english,
        "From 5 March 2023 (between 9 February 2023 and 19 April 2023) to 1 May you used 24% less than the weather explained (95%: 13 to 35%)."
    );
}

fn event(kwh: f64, half: f64, days: usize) -> Event {
    let expected = 5000.0;
    let percent = |kwh: f64| 100.0 * kwh / expected;
    Event {
        date: day(2024, 6, 1),
        until: day(2024, 11, 19),
        before: Total::default(),
        after: Total { days, actual: expected + kwh, expected },
        kwh,
        kwh_lower: kwh - half,
        kwh_upper: kwh + half,
        percent: percent(kwh),
        lower: percent(kwh - half),
        upper: percent(kwh + half),
        visible: kwh.abs() > half,
        smallest: 1.43 * percent(half),
    }
}

#[test]
fn events() {
    for (event, french, english) in [
        (
            event(-1234.0, 456.0, 172),
            "Depuis « isolation » (1er juin), vous utilisez 25 % de moins (95 % : 16 à 34 %), soit 1 200 kWh de moins en 172 jours mesurés (95 % : 800 à 1 700 kWh).",
            "Since “isolation” (1 June) you have used 25% less (95%: 16 to 34%): 1,200 kWh less in 172 measured days (95%: 800 to 1,700 kWh).",
        ),
        (
            event(-300.0, 600.0, 1),
            "« isolation » (1er juin) : effet trop petit pour être vu en 1 jour mesuré (95 % : entre 18 % de moins et 6 % de plus) ; il aurait fallu environ 18 % pour le voir.",
            "“isolation” (1 June): its effect is too small to see in 1 measured day (95%: 18% less to 6% more); it would take about 18% to see it.",
        ),
    ] {
        assert_eq!(both(|words| words.event(&event, "isolation")), (french.to_owned(), english.to_owned()));
    }
}

/// A sentence, in French and in English.
type Case<'a> = (&'a dyn Fn(&Words) -> String, &'a str, &'a str);

#[test]
fn anomalies() {
    let at = day(2024, 3, 1);
    let odd = OddDay { day: at, actual: 131.4, expected: 62.3, lower: 22.0, upper: 102.6, z: 4.2 };
    let off = HeatingOff { day: at, actual: 0.42, expected: 83.3 };
    let rise = Rise { day: at, level: 143.0, before: 89.0, limit: 33.0 };
    let leak = Leak { day: at.plus(6), since: at, days: 7, lowest: 0.0123, before: 90, rested: 88 };
    let frozen = Frozen { since: 0, until: 1, value: 19.5, points: 1440, longest: 12 };
    let cases: [Case; 6] = [
        (
            &|words| words.odd_day(&odd),
            "Le 1er mars, vous avez utilisé 131 kWh ; 62 étaient attendus, et presque tous les jours restent entre 22 et 103 kWh.",
            "On 1 March you used 131 kWh; 62 were expected, and nearly all days stay between 22 and 103 kWh.",
        ),
        (
            &|words| words.heating_off(&off),
            "Le 1er mars, le chauffage semble arrêté : 0,42 kWh utilisés, environ 83 attendus par ce temps.",
            "On 1 March the heating seems to have been off: 0.42 kWh used, about 83 expected in this weather.",
        ),
        (
            &|words| words.base_load(&rise),
            "Depuis le 1er mars environ, ce qui tourne jour et nuit est passé de 90 à 140 W : 50 W de plus, soit 470 kWh par an si cela reste.",
            "Since about 1 March what runs day and night went from 90 to 140 W: 50 W more, 470 kWh a year if it stays.",
        ),
        (
            &|words| words.leak(&leak, "m³/h"),
            "Depuis le 1er mars, le débit ne s’arrête plus : jamais moins de 0,012 m³/h en 7 jours, alors qu’il s’arrêtait 88 jours sur 90 avant. Une fuite ?",
            "Since 1 March the flow has not stopped: never below 0.012 m³/h in 7 days, and it used to stop on 88 days of 90. A leak?",
        ),
        (
            &|words| words.frozen(&frozen, at, at, "°C"),
            "Depuis le 1er mars, le capteur répète 19,5 °C : 1 440 mesures de suite, jamais plus de 12 avant. Il est sans doute figé.",
            "Since 1 March the sensor repeats 19.5 °C: 1,440 values in a row, never more than 12 before. It is probably stuck.",
        ),
        (
            &|words| words.frozen(&frozen, at, at.plus(31), "°C"),
            "Du 1er mars au 1er avril, le capteur répète 19,5 °C : 1 440 mesures de suite, jamais plus de 12 avant. Il est sans doute figé.",
            "From 1 March to 1 April the sensor repeats 19.5 °C: 1,440 values in a row, never more than 12 before. It is probably stuck.",
        ),
    ];
    for (sentence, french, english) in cases {
        assert_eq!(both(sentence), (french.to_owned(), english.to_owned()));
    }
}

#[test]
fn french_keeps_a_number_with_its_unit() {
    let sentence =
        Words::new(Language::French, day(2024, 11, 20)).event(&event(-1234.0, 456.0, 172), "isolation");
    assert!(sentence.contains("25\u{a0}%") && sentence.contains("1\u{202f}200\u{a0}kWh"), "{sentence}");
    assert!(sentence.contains("«\u{a0}isolation\u{a0}»"), "{sentence}");
}
