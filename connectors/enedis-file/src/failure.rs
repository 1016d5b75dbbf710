//! Why a whole file was not taken, and what the user reads about it.

use watteau_sdk::prelude::{FileError, Text};
use watteau_tabular::{Error, shown};

/// Where users have the files from.
const SOURCE: Option<&str> = Some("Enedis");

/// A structural problem: nothing of the file is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No table of any kind can be read from it.
    #[error(transparent)]
    File(Error),
    /// No table that is known; with the titles found instead.
    #[error("no known table: found {0:?}")]
    Unrecognised(Vec<String>),
    /// A file of the gas network's operator.
    #[error("a GRDF file")]
    Gas,
    /// A table without a column that cannot be done without.
    #[error("column {0} is missing")]
    MissingColumn(&'static str),
    /// Values in a unit that is not known here, or that does not go with the table.
    #[error("unknown unit {0}")]
    UnknownUnit(String),
    /// Hours where days were expected.
    #[error("moments in a table of days")]
    UnsupportedStep,
    /// It cannot be known whose the rows are; with what may be shown of the meters that the file names.
    #[error("which meter is it: {0:?}")]
    WhichMeter(Vec<String>),
    /// It names more meters than [`limits::METERS`](crate::limits::METERS).
    #[error("too many meters")]
    TooManyMeters,
    /// The host does not know the zone, or the calendar ends.
    #[error("{0}")]
    Clock(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotText => Self::Unrecognised(Vec::new()),
            other => Self::File(other),
        }
    }
}

impl Failure {
    /// The stable class, which programs compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(error) => error.code(),
            Self::Unrecognised(_) | Self::Gas => "unrecognised_layout",
            Self::MissingColumn(_) => "missing_column",
            Self::UnknownUnit(_) => "unknown_unit",
            Self::UnsupportedStep => "unsupported_step",
            Self::WhichMeter(_) => "which_meter",
            Self::TooManyMeters => "too_large",
            Self::Clock(_) => "clock",
        }
    }

    /// What the host is answered.
    pub fn told(&self, file: &str) -> FileError {
        let error = FileError::new(self.code(), self.words(file));
        if matches!(self, Self::File(error) if error.is_incomplete()) { error.incomplete() } else { error }
    }

    /// One or two sentences: who failed, and what to do.
    pub fn words(&self, file: &str) -> Text {
        let x = shown(file);
        let (en, fr) = match self {
            Self::File(error) => return error.words(file, SOURCE),
            Self::Unrecognised(found) => {
                let titles: Vec<_> = found.iter().map(|title| shown(title)).collect();
                let (nothing, rien) = ("nothing that looks like titles", "rien qui ressemble à des titres");
                let list = titles.join(", ");
                (
                    format!(
                        "{x} is not an Enedis export that Watteau knows. Found: {}. Expected for example: Horodate, \
                         Valeur; or Début, Fin, Valeur (en kW).",
                        if list.is_empty() { nothing } else { &list }
                    ),
                    format!(
                        "{x} n’est pas un export d’Enedis que Watteau connaît. Trouvé : {}. Attendu par exemple : \
                         Horodate, Valeur ; ou Début, Fin, Valeur (en kW).",
                        if list.is_empty() { rien } else { &list }
                    ),
                )
            }
            Self::Gas => (
                format!(
                    "{x} is a GRDF file (gas), and this connector reads Enedis's electricity files. Give it to a \
                     connector with plugin = \"grdf\"."
                ),
                format!(
                    "{x} est un fichier de GRDF (gaz), et ce connecteur lit les fichiers d’électricité d’Enedis. \
                     Donnez-le à un connecteur avec plugin = \"grdf\"."
                ),
            ),
            Self::MissingColumn(title) => (
                format!("{x} lacks the column '{title}'. Export again without removing columns."),
                format!(
                    "Il manque à {x} la colonne « {title} ». Exportez de nouveau sans retirer de colonne."
                ),
            ),
            Self::UnknownUnit(unit) => (
                format!(
                    "{x} gives its values in '{}', which Watteau does not read in such a table.",
                    shown(unit)
                ),
                format!(
                    "{x} donne ses valeurs en « {} », que Watteau ne lit pas dans un tel tableau.",
                    shown(unit)
                ),
            ),
            Self::UnsupportedStep => (
                format!(
                    "{x} gives energy by hours in a table of days. Choose the load curve on Enedis's site."
                ),
                format!(
                    "{x} donne de l’énergie par heures dans un tableau de jours. Choisissez la courbe de charge sur \
                     le site d’Enedis."
                ),
            ),
            Self::WhichMeter(named) if named.is_empty() => (
                format!("{x} names no meter. Give its PRM in the settings."),
                format!("{x} ne nomme aucun compteur. Donnez son PRM dans les réglages."),
            ),
            Self::WhichMeter(named) => {
                let named = named.join(", ");
                (
                    format!(
                        "{x} names the meters {named}, and the settings do not say which one is meant. Give its PRM in \
                         the settings."
                    ),
                    format!(
                        "{x} nomme les compteurs {named}, et les réglages ne disent pas lequel prendre. Donnez son PRM \
                         dans les réglages."
                    ),
                )
            }
            Self::TooManyMeters => {
                (format!("{x} names more than 1,000 meters."), format!("{x} nomme plus de 1 000 compteurs."))
            }
            Self::Clock(why) => (
                format!("The times of {x} are no instants: {why}."),
                format!("Les heures de {x} ne sont pas des instants : {why}."),
            ),
        };
        Text::new(en, fr)
    }
}
