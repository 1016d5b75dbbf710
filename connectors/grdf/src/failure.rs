//! Why a whole file was not taken, and what the user reads about it.

use std::fmt::Write as _;
use std::io;

/// A structural problem: nothing of the file is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No byte in it.
    #[error("the file is empty")]
    Empty,
    /// An archive that is cut, full of zeros, inconsistent or without one of its parts.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// Something else than a workbook, under a workbook's name or inside a zip.
    #[error("not a workbook")]
    NotASpreadsheet {
        /// A web page: the session on GRDF's site had expired.
        page: bool,
    },
    /// A container of old office programs: an `.xls`, or a workbook locked by a password.
    #[error("an old or locked container")]
    Ole,
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
    /// One of the [limits](crate::limits).
    #[error("too large: {0:?}")]
    TooLarge(Limit),
    /// A document type or entity declaration inside an XML part.
    #[error("document type in XML")]
    UnsafeXml,
    /// An archive whose names are a trap.
    #[error("ambiguous names in the archive")]
    UnsafeArchive,
    /// Not JSON, cut, or nested too deep; with the line and column.
    #[error("JSON broken at line {0}, column {1}")]
    BadJson(usize, usize),
    /// GRDF's site answered with an error, which was saved in place of data.
    #[error("an error answer of the site")]
    SiteError,
    /// The file could not be read at all: not its fault.
    #[error("{0}")]
    Unreadable(String),
}

/// Which limit a file exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Size on disk.
    File,
    /// Inflated size.
    Inflated,
    /// Entries of the archive.
    Entries,
    /// Rows or records.
    Rows,
    /// Cells or XML elements.
    Cells,
    /// The table of shared strings.
    Strings,
    /// Text of one cell or XML token.
    Cell,
    /// One line of text.
    Line,
    /// XML elements inside one another.
    Depth,
    /// Meters named.
    Meters,
}

impl Limit {
    fn english(self) -> &'static str {
        match self {
            Self::File => "20 MB on disk",
            Self::Inflated => "64 MB once inflated",
            Self::Entries => "1,000 entries in the archive",
            Self::Rows => "200,000 rows",
            Self::Cells => "2,000,000 cells",
            Self::Strings => "500,000 shared strings or 8 MB of them",
            Self::Cell => "32,767 characters in a cell",
            Self::Line => "1 MB in a line",
            Self::Depth => "256 levels of XML",
            Self::Meters => "1,000 meters",
        }
    }

    fn french(self) -> &'static str {
        match self {
            Self::File => "20 Mo sur le disque",
            Self::Inflated => "64 Mo une fois décompressé",
            Self::Entries => "1 000 entrées dans l’archive",
            Self::Rows => "200 000 lignes",
            Self::Cells => "2 000 000 cellules",
            Self::Strings => "500 000 chaînes partagées ou 8 Mo de celles-ci",
            Self::Cell => "32 767 caractères dans une cellule",
            Self::Line => "1 Mo dans une ligne",
            Self::Depth => "256 niveaux de XML",
            Self::Meters => "1 000 compteurs",
        }
    }
}

impl Failure {
    /// The stable class, which programs compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Damaged(_) => "damaged_archive",
            Self::NotASpreadsheet { .. } => "not_a_spreadsheet",
            Self::Ole => "ole_container",
            Self::Unrecognised(_) | Self::Enedis | Self::MixedSteps | Self::Ambiguous(_) => {
                "unrecognised_layout"
            }
            Self::MissingColumn(_) => "missing_column",
            Self::UnsupportedStep(_) => "unsupported_step",
            Self::WhichMeter(_) => "which_meter",
            Self::TooLarge(_) => "too_large",
            Self::UnsafeXml => "unsafe_xml",
            Self::UnsafeArchive => "unsafe_archive",
            Self::BadJson(..) => "bad_json",
            Self::SiteError => "site_error",
            Self::Unreadable(_) => "unreadable_file",
        }
    }

    /// Whether the file may still be on its way, so that reading it again shortly is worth it.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::Empty | Self::Damaged(_) | Self::BadJson(..) | Self::Unreadable(_))
    }

    /// One or two sentences in English: who failed, and what to do.
    pub fn english(&self, file: &str) -> String {
        let x = shown(file);
        match self {
            Self::Empty => format!("{x} is empty: the download did not finish. Download it again from GRDF."),
            Self::Damaged(_) => format!("{x} is incomplete or damaged. Copy or download it again."),
            Self::NotASpreadsheet { page: true } => format!(
                "{x} is a web page, not a workbook: GRDF's session had probably expired. Sign in and download again."
            ),
            Self::NotASpreadsheet { page: false } => {
                format!("{x} is not an Excel workbook. Download the export again from GRDF.")
            }
            Self::Ole => format!(
                "{x} is password-protected or an old .xls: open it and save it as .xlsx without password."
            ),
            Self::Unrecognised(found) => format!(
                "{x} is not a GRDF export that Watteau knows. Found: {}. Expected for example: Date de relevé, \
                 Energie consommée (kWh).",
                list(found, "nothing that looks like titles")
            ),
            Self::Enedis => {
                format!(
                    "{x} is an Enedis export (electricity), and this connector reads GRDF's gas files. Give it to the Linky connector."
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
            Self::TooLarge(limit) => format!("{x} exceeds {}. Export a shorter period.", limit.english()),
            Self::UnsafeXml | Self::UnsafeArchive => format!(
                "{x} is built like an attack and was not opened. If it is really yours, save it again with Excel or \
                 LibreOffice."
            ),
            Self::BadJson(line, column) => {
                format!(
                    "{x} is not valid JSON (line {line}, column {column}): the file is cut or was edited. Save it again."
                )
            }
            Self::SiteError => {
                format!("{x} is an error answer of GRDF's site, not data. Try again later.")
            }
            Self::Unreadable(cause) => {
                format!("Watteau could not read {x}: {cause}. It stays for the next scan.")
            }
        }
    }

    /// The same in French.
    pub fn french(&self, file: &str) -> String {
        let x = shown(file);
        match self {
            Self::Empty => {
                format!(
                    "{x} est vide : le téléchargement ne s’est pas terminé. Téléchargez-le de nouveau chez GRDF."
                )
            }
            Self::Damaged(_) => {
                format!("{x} est incomplet ou endommagé. Copiez-le ou téléchargez-le de nouveau.")
            }
            Self::NotASpreadsheet { page: true } => format!(
                "{x} est une page web, pas un classeur : la session chez GRDF avait sans doute expiré. \
                 Reconnectez-vous et téléchargez de nouveau."
            ),
            Self::NotASpreadsheet { page: false } => {
                format!("{x} n’est pas un classeur Excel. Téléchargez de nouveau l’export chez GRDF.")
            }
            Self::Ole => format!(
                "{x} est protégé par un mot de passe, ou est un ancien .xls : ouvrez-le et enregistrez-le en .xlsx \
                 sans mot de passe."
            ),
            Self::Unrecognised(found) => format!(
                "{x} n’est pas un export de GRDF que Watteau connaît. Trouvé : {}. Attendu par exemple : Date de \
                 relevé, Energie consommée (kWh).",
                list(found, "rien qui ressemble à des titres")
            ),
            Self::Enedis => format!(
                "{x} est un export d’Enedis (électricité), et ce connecteur lit les fichiers de gaz de GRDF. \
                 Donnez-le au connecteur Linky."
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
            Self::TooLarge(limit) => {
                format!("{x} dépasse la limite de {}. Exportez une période plus courte.", limit.french())
            }
            Self::UnsafeXml | Self::UnsafeArchive => format!(
                "{x} est construit comme une attaque et n’a pas été ouvert. S’il est vraiment à vous, enregistrez-le \
                 de nouveau avec Excel ou LibreOffice."
            ),
            Self::BadJson(line, column) => format!(
                "{x} n’est pas du JSON valable (ligne {line}, colonne {column}) : le fichier est coupé ou a été \
                 modifié. Enregistrez-le de nouveau."
            ),
            Self::SiteError => {
                format!("{x} est une réponse d’erreur du site de GRDF, pas des données. Réessayez plus tard.")
            }
            Self::Unreadable(cause) => {
                format!("Watteau n’a pas pu lire {x} : {cause}. Il sera relu au prochain passage.")
            }
        }
    }
}

/// Failures travel through readers of other crates inside an [`io::Error`], and come out of it here.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(failure) => failure.clone(),
            None => Self::Damaged(error.to_string()),
        }
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        Self::other(failure)
    }
}

/// Text of the file or its name, fit to be shown: one line, no control or direction marks, not too long.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 120;
    let mut out = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == LONGEST {
            out.push('…');
            break;
        }
        match c {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('\u{fffd}');
            }
            c if c.is_control() => out.push(if c.is_whitespace() { ' ' } else { '\u{fffd}' }),
            c => out.push(c),
        }
    }
    out
}

fn list(found: &[String], nothing: &str) -> String {
    let mut out = String::new();
    for title in found {
        let _ = write!(out, "{}{}", if out.is_empty() { "" } else { ", " }, shown(title));
    }
    if out.is_empty() { nothing.to_owned() } else { out }
}
