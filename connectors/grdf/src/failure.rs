//! Why a whole file was not taken, and what the user reads about it.

use std::fmt::Write as _;
use std::io;

pub use watteau_tabular::{Error, Limit, shown};

/// Where users have the files from.
const SOURCE: Option<&str> = Some("GRDF");

/// A structural problem: nothing of the file is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No table of any kind can be read from it.
    #[error(transparent)]
    File(Error),
    /// No table or keys that are known; with the titles or keys found instead.
    #[error("no known table: found {0:?}")]
    Unrecognised(Vec<String>),
    /// An export of the electricity network's operator.
    #[error("an Enedis export")]
    Enedis,
    /// Days and periods, or several kinds of periods, in one table.
    #[error("several steps in one table")]
    MixedSteps,
    /// The same title over two columns that differ.
    #[error("column {0} twice, with different contents")]
    Ambiguous(String),
    /// A table without a column that cannot be done without.
    #[error("column {0} is missing")]
    MissingColumn(&'static str),
    /// Hourly data, or rows labelled in an unknown way (the label).
    #[error("unsupported step: {0:?}")]
    UnsupportedStep(Option<String>),
    /// It cannot be known whose the rows are; with what may be shown of the meters that the file names.
    #[error("which meter is it: {0:?}")]
    WhichMeter(Vec<String>),
    /// It names more meters than [`limits::METERS`](crate::limits::METERS).
    #[error("too many meters")]
    TooManyMeters,
    /// Not JSON, cut, or nested too deep; with the line and column.
    #[error("JSON broken at line {0}, column {1}")]
    BadJson(usize, usize),
    /// GRDF's site answered with an error, which was saved in place of data.
    #[error("an error answer of the site")]
    SiteError,
}

impl Failure {
    /// The stable class, which programs compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(error) => error.code(),
            Self::Unrecognised(_) | Self::Enedis | Self::MixedSteps | Self::Ambiguous(_) => {
                "unrecognised_layout"
            }
            Self::MissingColumn(_) => "missing_column",
            Self::UnsupportedStep(_) => "unsupported_step",
            Self::WhichMeter(_) => "which_meter",
            Self::TooManyMeters => "too_large",
            Self::BadJson(..) => "bad_json",
            Self::SiteError => "site_error",
        }
    }

    /// Whether the file may still be on its way, so that reading it again shortly is worth it.
    pub fn is_incomplete(&self) -> bool {
        match self {
            Self::File(error) => error.is_incomplete(),
            other => matches!(other, Self::BadJson(..)),
        }
    }

    /// One or two sentences in English: who failed, and what to do.
    pub fn english(&self, file: &str) -> String {
        let x = shown(file);
        match self {
            Self::File(error) => error.words(file, SOURCE).en,
            Self::Unrecognised(found) => format!(
                "{x} is not a GRDF export that Watteau knows. Found: {}. Expected for example: Date de relevé, \
                 Energie consommée (kWh).",
                list(found, "nothing that looks like titles")
            ),
            Self::Enedis => {
                format!(
                    "{x} is an Enedis export (electricity), and this connector reads GRDF's gas files. Give it to a \
                     connector with plugin = \"enedis-file\"."
                )
            }
            Self::MixedSteps => format!(
                "{x} mixes days and periods in one table, which no GRDF export does. Export it again and leave it \
                 as it is."
            ),
            Self::Ambiguous(title) => format!(
                "{x} has the column '{}' twice, with different contents. Remove the wrong one.",
                shown(title)
            ),
            Self::MissingColumn(title) => {
                format!("{x} lacks the column '{title}'. Export again without removing columns.")
            }
            Self::UnsupportedStep(None) => {
                format!(
                    "{x} holds hourly data, which Watteau does not read yet. Choose 'Journalier' on the site."
                )
            }
            Self::UnsupportedStep(Some(label)) => format!(
                "{x} holds rows labelled '{}', which Watteau does not read yet. Choose 'Journalier' on the site.",
                shown(label)
            ),
            Self::WhichMeter(named) if named.is_empty() => {
                format!("{x} names no meter. Give its PCE in the settings.")
            }
            Self::WhichMeter(named) => format!(
                "{x} names the meters {}, and the settings do not say which one is meant. Give its PCE in the settings.",
                named.join(", ")
            ),
            Self::TooManyMeters => format!("{x} names more than 1,000 meters."),
            Self::BadJson(line, column) => {
                format!(
                    "{x} is not valid JSON (line {line}, column {column}): the file is cut or was edited. Save it again."
                )
            }
            Self::SiteError => {
                format!("{x} is an error answer of GRDF's site, not data. Try again later.")
            }
        }
    }

    /// The same in French.
    pub fn french(&self, file: &str) -> String {
        let x = shown(file);
        match self {
            Self::File(error) => error.words(file, SOURCE).fr.unwrap_or_default(),
            Self::Unrecognised(found) => format!(
                "{x} n’est pas un export de GRDF que Watteau connaît. Trouvé : {}. Attendu par exemple : Date de \
                 relevé, Energie consommée (kWh).",
                list(found, "rien qui ressemble à des titres")
            ),
            Self::Enedis => format!(
                "{x} est un export d’Enedis (électricité), et ce connecteur lit les fichiers de gaz de GRDF. \
                 Donnez-le à un connecteur avec plugin = \"enedis-file\"."
            ),
            Self::MixedSteps => format!(
                "{x} mêle des jours et des périodes dans un même tableau, ce que GRDF ne fait pas. Exportez de \
                 nouveau et laissez le fichier tel quel."
            ),
            Self::Ambiguous(title) => format!(
                "{x} a deux fois la colonne « {} », avec des contenus différents. Retirez la mauvaise.",
                shown(title)
            ),
            Self::MissingColumn(title) => {
                format!(
                    "Il manque à {x} la colonne « {title} ». Exportez de nouveau sans retirer de colonne."
                )
            }
            Self::UnsupportedStep(None) => format!(
                "{x} contient des données horaires, que Watteau ne lit pas encore. Choisissez « Journalier » sur le \
                 site."
            ),
            Self::UnsupportedStep(Some(label)) => format!(
                "{x} contient des lignes intitulées « {} », que Watteau ne lit pas encore. Choisissez « Journalier » \
                 sur le site.",
                shown(label)
            ),
            Self::WhichMeter(named) if named.is_empty() => {
                format!("{x} ne nomme aucun compteur. Donnez son PCE dans les réglages.")
            }
            Self::WhichMeter(named) => format!(
                "{x} nomme les compteurs {}, et les réglages ne disent pas lequel prendre. Donnez son PCE dans les \
                 réglages.",
                named.join(", ")
            ),
            Self::TooManyMeters => format!("{x} nomme plus de 1 000 compteurs."),
            Self::BadJson(line, column) => format!(
                "{x} n’est pas du JSON valable (ligne {line}, colonne {column}) : le fichier est coupé ou a été \
                 modifié. Enregistrez-le de nouveau."
            ),
            Self::SiteError => {
                format!("{x} est une réponse d’erreur du site de GRDF, pas des données. Réessayez plus tard.")
            }
        }
    }
}

/// Failures travel through readers of other crates inside an [`io::Error`], and come out of it here.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(failure) => failure.clone(),
            None => Error::from(error).into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotText => Self::Unrecognised(Vec::new()),
            other => Self::File(other),
        }
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        Self::other(failure)
    }
}

fn list(found: &[String], nothing: &str) -> String {
    let mut out = String::new();
    for title in found {
        let _ = write!(out, "{}{}", if out.is_empty() { "" } else { ", " }, shown(title));
    }
    if out.is_empty() { nothing.to_owned() } else { out }
}
