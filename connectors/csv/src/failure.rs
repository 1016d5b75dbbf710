//! Why a whole file was not taken, and what the user reads about it.

use watteau_sdk::prelude::{FileError, SinkError, Text};
use watteau_sdk::types::SettingProblem;
use watteau_tabular::{Error, shown};

/// A problem of the whole file: nothing of it is stored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// No text can be read from it.
    #[error(transparent)]
    File(Error),
    /// A workbook, where a text was described.
    #[error("a workbook")]
    Workbook,
    /// Columns of the description that it has not, and the titles that it has.
    #[error("columns {missing:?} are missing among {found:?}")]
    MissingColumns {
        /// As described.
        missing: Vec<String>,
        /// As in the file.
        found: Vec<String>,
    },
    /// No row has a time that can be read: one of them, and why.
    #[error("no row can be read: {0}")]
    NoRow(String),
    /// The description itself is wrong.
    #[error("the settings are wrong")]
    Settings(Vec<SettingProblem>),
    /// The host does not know the zone, or the calendar ends.
    #[error("{0}")]
    Clock(String),
    /// The host takes no points.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl Failure {
    /// What the host is answered.
    pub fn told(self, file: &str) -> FileError {
        let incomplete = matches!(&self, Self::File(error) if error.is_incomplete());
        let (code, words) = match self {
            Self::File(error) => (error.code(), error.words(file, None)),
            Self::Sink(error) => return error.into(),
            other => other.words(&shown(file)),
        };
        let error = FileError::new(code, words);
        if incomplete { error.incomplete() } else { error }
    }

    fn words(self, x: &str) -> (&'static str, Text) {
        match self {
            Self::Workbook => (
                "not_a_text",
                Text::new(
                    format!("{x} is a workbook, and its description is of a text. Save it as CSV."),
                    format!(
                        "{x} est un classeur, et sa description est celle d’un texte. Enregistrez-le en CSV."
                    ),
                ),
            ),
            Self::MissingColumns { missing, found } => {
                let (missing, found) = (list(&missing), list(&found));
                (
                    "missing_column",
                    Text::new(
                        format!("{x} lacks the columns: {missing}. Its titles are: {found}."),
                        format!("Il manque à {x} les colonnes : {missing}. Ses titres sont : {found}."),
                    ),
                )
            }
            Self::NoRow(text) => {
                let text = shown(&text);
                (
                    "unrecognised_layout",
                    Text::new(
                        format!("No row of {x} has a time as `time.format` describes it: '{text}'."),
                        format!(
                            "Aucune ligne de {x} n’a d’heure telle que « time.format » la décrit : « {text} »."
                        ),
                    ),
                )
            }
            Self::Settings(problems) => {
                let of = |fr: bool| {
                    let one = |problem: &SettingProblem| {
                        let text = problem.message.fr.as_ref().filter(|_| fr).unwrap_or(&problem.message.en);
                        format!("{}: {text}", problem.option)
                    };
                    problems.iter().map(one).collect::<Vec<_>>().join("; ")
                };
                ("wrong_settings", Text::new(of(false), of(true)))
            }
            Self::Clock(why) => (
                "clock",
                Text::new(
                    format!("The times of {x} are no instants: {why}."),
                    format!("Les heures de {x} ne sont pas des instants : {why}."),
                ),
            ),
            Self::File(_) | Self::Sink(_) => ("unreadable_file", Text::en(x)),
        }
    }
}

fn list(titles: &[String]) -> String {
    titles.iter().map(|title| shown(title)).collect::<Vec<_>>().join(", ")
}
