//! The fixed words of GRDF's files, compared without accents, case or spacing.

pub use watteau_tabular::normalise;

/// A column of the tables that Watteau reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The meter's number, in tables of several meters.
    Meter,
    /// The gas day, or the label of a period.
    Date,
    /// Index at the start of the row's span, m3.
    IndexStart,
    /// Index at its end, m3.
    IndexEnd,
    /// m3 as counted.
    Volume,
    /// kWh as published.
    Energy,
    /// kWh per m3.
    Coefficient,
    /// Mean of the gas day, °C.
    Temperature,
    /// How the value was obtained.
    Qualification,
}

impl Column {
    /// How many there are; a column's number is its discriminant.
    pub const COUNT: usize = 9;

    /// The title in GRDF's own words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Meter => "N° PCE",
            Self::Date => "Date de relevé",
            Self::IndexStart => "Index de début de période (m3)",
            Self::IndexEnd => "Index de fin de période (m3)",
            Self::Volume => "Volume consommé (m3)",
            Self::Energy => "Energie consommée (kWh)",
            Self::Coefficient => "Coefficient de conversion",
            Self::Temperature => "Température locale (°C)",
            Self::Qualification => "Qualification du relevé",
        }
    }

    /// The column under a title, once [normalised](normalise). Whole titles, so that another unit is another column.
    pub fn titled(title: &str) -> Option<Self> {
        Some(match title {
            "n pce" => Self::Meter,
            "date de releve" => Self::Date,
            "index de debut de periode (m3)" => Self::IndexStart,
            "index de fin de periode (m3)" => Self::IndexEnd,
            "volume consomme (m3)" => Self::Volume,
            "energie consommee (kwh)" => Self::Energy,
            "coefficient de conversion" => Self::Coefficient,
            "temperature locale (c)" => Self::Temperature,
            "qualification du releve" | "type de releve" => Self::Qualification,
            _ => return None,
        })
    }
}

/// Titles that GRDF writes and Watteau has no use for: nothing to remark.
pub const UNUSED_TITLES: [&str; 4] = ["libelle du pce", "volume converti (nm3)", "pcs", "pta"];

/// Titles of Enedis's exports: electricity, for another connector.
pub const ENEDIS_TITLES: [&str; 7] = [
    "valeur (en kwh)",
    "valeur (en kw)",
    "identifiant prm",
    "grandeur physique",
    "grandeur physique :",
    "point reference mesure (prm) :",
    "type de comptage :",
];

/// How a value was obtained, from the least to the most trustworthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qualification {
    /// `Absence de Données`: no value, whatever stands beside it.
    Absent,
    /// `Estimé`, `EST`.
    Estimated,
    /// `Mesuré`, `MES`.
    Measured,
    /// `Corrigé`.
    Corrected,
}

impl Qualification {
    /// None for words that GRDF was never seen to write.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match normalise(text).as_str() {
            "mesure" | "mes" => Self::Measured,
            "corrige" | "cor" => Self::Corrected,
            "estime" | "est" => Self::Estimated,
            "absence de donnees" => Self::Absent,
            _ => return None,
        })
    }
}

/// The number of a French month's name, once normalised.
pub fn month(name: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ];
    MONTHS.iter().position(|month| *month == name).map(|at| at as u8 + 1)
}

/// A meter's number as GRDF writes it: 14 digits, restored when a number cell dropped the zeros in front, or `GI`
/// and 6 digits for large sites. None for anything else.
pub fn meter(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(digits) = compact.strip_prefix("GI").or_else(|| compact.strip_prefix("gi")) {
        return (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| format!("GI{digits}"));
    }
    // Fewer than ten digits would be a row count or a year rather than a number that lost its zeros.
    ((10..=14).contains(&compact.len()) && compact.bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("{compact:0>14}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_all_their_dresses() {
        for (title, column) in [
            ("Date de relevé", Some(Column::Date)),
            ("  DATE\u{a0}DE\nRELEVE\u{301} ", Some(Column::Date)),
            ("Énergie consommée\n(kWh)", Some(Column::Energy)),
            ("Energie consommée (MWh)", None),
            ("Volume consommé (m³)", Some(Column::Volume)),
            ("Volume converti (Nm3)", None),
            ("Température locale (°C)", Some(Column::Temperature)),
            ("Température locale (ºC)", Some(Column::Temperature)),
            ("N° PCE", Some(Column::Meter)),
            ("Type de relevé", Some(Column::Qualification)),
        ] {
            assert_eq!(Column::titled(&normalise(title)), column, "{title}");
        }
    }

    #[test]
    fn every_column_knows_its_own_title() {
        use Column::{
            Coefficient, Date, Energy, IndexEnd, IndexStart, Meter, Qualification, Temperature, Volume,
        };
        let all =
            [Meter, Date, IndexStart, IndexEnd, Volume, Energy, Coefficient, Temperature, Qualification];
        assert_eq!(all.len(), Column::COUNT);
        for (number, column) in all.into_iter().enumerate() {
            assert_eq!(column as usize, number);
            assert_eq!(Column::titled(&normalise(column.title())), Some(column));
        }
    }

    #[test]
    fn meters() {
        for (text, expected) in [
            ("09999999000011", Some("09999999000011")),
            ("9999999000011", Some("09999999000011")),
            ("0999 9999 0000 11", Some("09999999000011")),
            ("GI999001", Some("GI999001")),
            ("PCE", None),
            ("", None),
            ("2025", None),
            ("9,99E+12", None),
            ("099999990000111", None),
            ("GI99900a", None),
        ] {
            assert_eq!(meter(text).as_deref(), expected, "{text}");
        }
    }
}
