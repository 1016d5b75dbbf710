//! Why a file cannot be read as a table at all, in classes that programs compare and sentences that people read.

use std::io;

use watteau_sdk::types::Text;

/// A structural problem: nothing of the file can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No byte in it.
    #[error("the file is empty")]
    Empty,
    /// An archive that is cut, full of zeros, inconsistent or without one of its parts.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// Something else than a workbook, under a workbook's name or inside a zip.
    #[error("not a workbook")]
    NotASpreadsheet {
        /// A web page: what sites answer when a session has expired.
        page: bool,
    },
    /// A container of old office programs: an `.xls`, or a workbook locked by a password.
    #[error("an old or locked container")]
    Ole,
    /// Bytes that are no text in any encoding known.
    #[error("not a text")]
    NotText,
    /// One of the [limits](crate::limits).
    #[error("too large: {0:?}")]
    TooLarge(Limit),
    /// A document type or entity declaration inside an XML part.
    #[error("document type in XML")]
    UnsafeXml,
    /// An archive whose names are a trap.
    #[error("ambiguous names in the archive")]
    UnsafeArchive,
    /// The file could not be read at all: not its fault.
    #[error("{0}")]
    Unreadable(String),
}

/// Which limit a file exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Size on disk.
    File,
    /// Inflated size, in bytes.
    Inflated(u64),
    /// Entries of the archive.
    Entries,
    /// Rows, lines or records: so many.
    Rows(u32),
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
}

impl Limit {
    fn english(self) -> String {
        let text = match self {
            Self::Inflated(bytes) => return format!("{} MB once inflated", bytes >> 20),
            Self::Rows(rows) => return format!("{} rows", grouped(rows, ",")),
            Self::File => "20 MB on disk",
            Self::Entries => "1,000 entries in the archive",
            Self::Cells => "2,000,000 cells",
            Self::Strings => "500,000 shared strings or 8 MB of them",
            Self::Cell => "32,767 characters in a cell",
            Self::Line => "1 MB in a line",
            Self::Depth => "256 levels of XML",
        };
        text.to_owned()
    }

    fn french(self) -> String {
        let text = match self {
            Self::Inflated(bytes) => return format!("{} Mo une fois décompressé", bytes >> 20),
            Self::Rows(rows) => return format!("{} lignes", grouped(rows, "\u{a0}")),
            Self::File => "20 Mo sur le disque",
            Self::Entries => "1 000 entrées dans l’archive",
            Self::Cells => "2 000 000 cellules",
            Self::Strings => "500 000 chaînes partagées ou 8 Mo de celles-ci",
            Self::Cell => "32 767 caractères dans une cellule",
            Self::Line => "1 Mo dans une ligne",
            Self::Depth => "256 niveaux de XML",
        };
        text.to_owned()
    }
}

/// A number with its thousands apart.
fn grouped(number: u32, mark: &str) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(mark);
        }
        out.push(digit);
    }
    out
}

impl Error {
    /// The stable class, which programs compare; the code of a `FileError`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Damaged(_) => "damaged_archive",
            Self::NotASpreadsheet { .. } => "not_a_spreadsheet",
            Self::Ole => "ole_container",
            Self::NotText => "unrecognised_layout",
            Self::TooLarge(_) => "too_large",
            Self::UnsafeXml => "unsafe_xml",
            Self::UnsafeArchive => "unsafe_archive",
            Self::Unreadable(_) => "unreadable_file",
        }
    }

    /// Whether the file may still be on its way, so that reading it again shortly is worth it.
    pub fn is_incomplete(&self) -> bool {
        matches!(self, Self::Empty | Self::Damaged(_) | Self::Unreadable(_))
    }

    /// One or two sentences: who failed, and what to do. `source` names the site that the user had the file from
    /// (`GRDF`), where it is known.
    ///
    /// ```
    /// use watteau_tabular::Error;
    ///
    /// let words = Error::Empty.words("export.xlsx", Some("Enedis"));
    /// assert_eq!(words.en, "export.xlsx is empty: the download did not finish. Download it again from Enedis.");
    /// ```
    pub fn words(&self, file: &str, source: Option<&str>) -> Text {
        let x = shown(file);
        let (from, chez) =
            source.map_or_else(Default::default, |site| (format!(" from {site}"), format!(" chez {site}")));
        let (en, fr) = match self {
            Self::Empty => (
                format!("{x} is empty: the download did not finish. Download it again{from}."),
                format!(
                    "{x} est vide : le téléchargement ne s’est pas terminé. Téléchargez-le de nouveau{chez}."
                ),
            ),
            Self::Damaged(_) => (
                format!("{x} is incomplete or damaged. Copy or download it again."),
                format!("{x} est incomplet ou endommagé. Copiez-le ou téléchargez-le de nouveau."),
            ),
            Self::NotASpreadsheet { page: true } => (
                format!(
                    "{x} is a web page, not a workbook: the site's session had probably expired. Sign in and download \
                     again{from}."
                ),
                format!(
                    "{x} est une page web, pas un classeur : la session sur le site avait sans doute expiré. \
                     Reconnectez-vous et téléchargez de nouveau{chez}."
                ),
            ),
            Self::NotASpreadsheet { page: false } => (
                format!("{x} is not an Excel workbook. Download the export again{from}."),
                format!("{x} n’est pas un classeur Excel. Téléchargez de nouveau l’export{chez}."),
            ),
            Self::Ole => (
                format!(
                    "{x} is password-protected or an old .xls: open it and save it as .xlsx without password."
                ),
                format!(
                    "{x} est protégé par un mot de passe, ou est un ancien .xls : ouvrez-le et enregistrez-le en .xlsx \
                     sans mot de passe."
                ),
            ),
            Self::NotText => (
                format!("{x} is neither a text nor a workbook. Download it again{from}."),
                format!("{x} n’est ni un texte ni un classeur. Téléchargez-le de nouveau{chez}."),
            ),
            Self::TooLarge(limit) => (
                format!("{x} exceeds {}. Export a shorter period.", limit.english()),
                format!("{x} dépasse la limite de {}. Exportez une période plus courte.", limit.french()),
            ),
            Self::UnsafeXml | Self::UnsafeArchive => (
                format!(
                    "{x} is built like an attack and was not opened. If it is really yours, save it again with Excel or \
                     LibreOffice."
                ),
                format!(
                    "{x} est construit comme une attaque et n’a pas été ouvert. S’il est vraiment à vous, enregistrez-le \
                     de nouveau avec Excel ou LibreOffice."
                ),
            ),
            Self::Unreadable(cause) => (
                format!("Watteau could not read {x}: {cause}. It stays for the next scan."),
                format!("Watteau n’a pas pu lire {x} : {cause}. Il sera relu au prochain passage."),
            ),
        };
        Text::new(en, fr)
    }
}

/// Errors travel through readers of other crates inside an [`io::Error`], and come out of it here.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&io::Error> for Error {
    fn from(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(error) => error.clone(),
            None => Self::Damaged(error.to_string()),
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}

/// Text of a file, or its name, fit to be shown: one line, no control or direction marks, not too long.
///
/// ```
/// assert_eq!(watteau_tabular::shown("gaz\n2024\u{202e}.csv"), "gaz 2024\u{fffd}.csv");
/// ```
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
