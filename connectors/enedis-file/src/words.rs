//! The fixed words of Enedis's files, compared without accents, case or spacing.

use watteau_sdk::types::Quality;

/// Classes of a meter's registers, with the total first: the supplier's ten, the network's four.
pub const REGISTERS: usize = 15;

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The meter's number.
    Meter,
    /// Start of an interval.
    Start,
    /// End of an interval, or the moment of a reading.
    End,
    /// A day.
    Day,
    /// The value; with its unit where the title says it.
    Value(Option<Unit>),
    /// A value in a unit that is none of [`Unit`].
    StrangeValue,
    /// The unit of the row, or of the file.
    Unit,
    /// The step of the row, or of the file.
    Step,
    /// How the value was obtained.
    Nature,
    /// `PA`, `Energie active`.
    Physical,
    /// Consumption or production.
    Direction,
    /// How far the value was checked: `BRUT`.
    Stage,
    /// `Courbe de charge`, `Index`.
    DataType,
    /// A register of the meter, by its class; the total is 0.
    Register(usize),
}

impl Column {
    /// The column under a title, once normalised.
    pub fn titled(title: &str) -> Option<Self> {
        Some(match title {
            "identifiant prm" | "prm" => Self::Meter,
            "debut" => Self::Start,
            "fin" | "horodate" => Self::End,
            "date" => Self::Day,
            "valeur" => Self::Value(None),
            "unite" => Self::Unit,
            "pas" | "pas en minutes" => Self::Step,
            "nature" => Self::Nature,
            "grandeur physique" => Self::Physical,
            "grandeur metier" => Self::Direction,
            "etape metier" => Self::Stage,
            "type de donnees" => Self::DataType,
            _ => {
                if let Some(unit) = title.strip_prefix("valeur (en ").and_then(|rest| rest.strip_suffix(')'))
                {
                    return Some(
                        Unit::parse(unit).map_or(Self::StrangeValue, |unit| Self::Value(Some(unit))),
                    );
                }
                return Unit::parse(title).map(|unit| Self::Value(Some(unit))).or_else(|| register(title));
            }
        })
    }
}

fn register(title: &str) -> Option<Column> {
    let class = title.strip_prefix("eas ").or_else(|| title.strip_prefix("eai "))?;
    if class == "t" {
        return Some(Column::Register(0));
    }
    let (kind, number) = class.split_at_checked(1)?;
    let number: usize = number.parse().ok()?;
    match (kind, number) {
        ("f", 1..=10) => Some(Column::Register(number)),
        ("d", 1..=4) => Some(Column::Register(10 + number)),
        _ => None,
    }
}

/// The series of a class of registers.
pub const REGISTER_SERIES: [&str; REGISTERS] = [
    "index",
    "index_f1",
    "index_f2",
    "index_f3",
    "index_f4",
    "index_f5",
    "index_f6",
    "index_f7",
    "index_f8",
    "index_f9",
    "index_f10",
    "index_d1",
    "index_d2",
    "index_d3",
    "index_d4",
];

/// A unit of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Mean power.
    Watt,
    /// Mean power, thousands of watts.
    Kilowatt,
    /// Energy.
    WattHour,
    /// Energy, thousands of watt-hours.
    KilowattHour,
}

impl Unit {
    /// By its symbol, once normalised.
    pub fn parse(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "w" => Self::Watt,
            "kw" => Self::Kilowatt,
            "wh" => Self::WattHour,
            "kwh" => Self::KilowattHour,
            _ => return None,
        })
    }

    /// Whether it measures energy, and not power.
    pub fn is_energy(self) -> bool {
        matches!(self, Self::WattHour | Self::KilowattHour)
    }

    /// Decimals that make its numbers thousandths of a watt or watt-hour.
    pub fn decimals(self) -> u8 {
        match self {
            Self::Watt | Self::WattHour => 3,
            Self::Kilowatt | Self::KilowattHour => 6,
        }
    }
}

/// Which way the energy went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Drawn from the network.
    Consumption,
    /// Given to it.
    Production,
}

impl Direction {
    /// By a word of the file, once normalised: `CONS`, `Production Quotidienne`. None where it says neither.
    pub fn parse(text: &str) -> Option<Self> {
        let has = |word| text.contains(word);
        match (has("cons") || has("soutir"), has("prod") || has("inject")) {
            (true, false) => Some(Self::Consumption),
            (false, true) => Some(Self::Production),
            _ => None,
        }
    }
}

/// Whether a physical quantity, once normalised, is active power or energy: nothing else is read.
pub fn is_active(physical: &str) -> bool {
    matches!(physical, "" | "pa" | "ea") || physical.ends_with(" active")
}

/// How a value was obtained, by its nature or the stage of its checking, once normalised. None for words that
/// Enedis was not seen to write.
pub fn quality(word: &str) -> Option<Quality> {
    match word {
        "" | "b" | "r" => Some(Quality::Measured),
        "e" => Some(Quality::Estimated),
        "c" => Some(Quality::Corrected),
        word if word.contains("brut") => Some(Quality::Measured),
        word if word.contains("estim") => Some(Quality::Estimated),
        word if word.contains("corrig") => Some(Quality::Corrected),
        _ => None,
    }
}

/// Which of two values of one interval holds, the greater.
pub fn rank(quality: Quality) -> u8 {
    match quality {
        Quality::Filled => 0,
        Quality::Estimated => 1,
        Quality::Measured => 2,
        Quality::Corrected => 3,
    }
}

/// A step in minutes: `PT30M`, `PT1H`, `30`. None for anything that is no step of a load curve.
pub fn minutes(text: &str) -> Option<u16> {
    let text = text.trim();
    let minutes = match text.strip_prefix("PT") {
        Some(duration) => match duration.split_at_checked(duration.len().checked_sub(1)?)? {
            (count, "M") => count.parse().ok()?,
            (count, "H") => count.parse::<u16>().ok()?.checked_mul(60)?,
            _ => return None,
        },
        None => text.parse().ok()?,
    };
    STEPS.contains(&minutes).then_some(minutes)
}

/// The steps, in minutes, that meters keep their curve by.
pub const STEPS: [u16; 4] = [10, 15, 30, 60];

/// A meter's number: 14 digits, restored when a number cell dropped the zeros in front.
pub fn meter(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // Fewer than ten digits would be a row count or a year rather than a number that lost its zeros.
    ((10..=14).contains(&compact.len()) && compact.bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("{compact:0>14}"))
}

/// Whether a cell says that there is no value: the files write `NA`, `null`, or nothing.
pub fn is_absent(text: &str) -> bool {
    matches!(text.trim(), "" | "NA" | "null" | "N/A" | "-")
}

#[cfg(test)]
mod tests {
    use watteau_tabular::normalise;

    use super::*;

    #[test]
    fn titles_in_all_their_dresses() {
        for (title, column) in [
            ("Identifiant PRM", Some(Column::Meter)),
            ("Début", Some(Column::Start)),
            (" FIN ", Some(Column::End)),
            ("Horodate", Some(Column::End)),
            ("Valeur (en kW)", Some(Column::Value(Some(Unit::Kilowatt)))),
            ("Valeur (en Kw)", Some(Column::Value(Some(Unit::Kilowatt)))),
            ("Valeur (en Wh)", Some(Column::Value(Some(Unit::WattHour)))),
            ("Valeur (en MWh)", Some(Column::StrangeValue)),
            ("kW", Some(Column::Value(Some(Unit::Kilowatt)))),
            ("Unité", Some(Column::Unit)),
            ("EAS T", Some(Column::Register(0))),
            ("EAS F10", Some(Column::Register(10))),
            ("EAS D4", Some(Column::Register(14))),
            ("EAS F11", None),
            ("EAS", None),
            ("Date de début", None),
        ] {
            assert_eq!(Column::titled(&normalise(title)), column, "{title}");
        }
    }

    #[test]
    fn steps_and_meters() {
        for (text, expected) in [
            ("PT30M", Some(30)),
            ("PT60M", Some(60)),
            ("PT1H", Some(60)),
            ("10", Some(10)),
            ("PT5M", None),
            ("PT", None),
            ("P1D", None),
            ("", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
        assert_eq!(meter("9000000000011").as_deref(), Some("09000000000011"));
        assert_eq!(meter("09 0000 0000 0011").as_deref(), Some("09000000000011"));
        assert_eq!(meter("2025"), None);
    }
}
