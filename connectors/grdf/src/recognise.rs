//! What a file is, by its first bytes and never by its name; then its readings.

use std::io::{Read, Seek, SeekFrom};

use watteau_tabular::{Container, Error, Limit};

use crate::collect::Import;
use crate::context::Context;
use crate::failure::Failure;
use crate::{json, limits, text, xlsx};

/// Reads a whole file.
///
/// The name only chooses the words for a text that is none of ours: under a workbook's name it is no workbook.
pub fn read<R: Read + Seek>(mut file: R, name: &str, context: Context) -> Result<Import, Failure> {
    if file.seek(SeekFrom::End(0))? > limits::FILE_BYTES {
        return Err(Error::TooLarge(Limit::File).into());
    }
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    match Container::of(&head) {
        Container::Empty => Err(Error::Empty.into()),
        Container::Zeros => Err(Error::Damaged("nothing but zeros".to_owned()).into()),
        Container::Ole => Err(Error::Ole.into()),
        Container::Markup { page } => Err(Error::NotASpreadsheet { page }.into()),
        Container::Archive => xlsx::read(file, context),
        Container::Json(mark) => json::read(file, mark, context),
        Container::Text | Container::Gzip => text::read(file, context).map_err(|failure| match failure {
            Failure::Unrecognised(_) if is_named_workbook(name) => {
                Error::NotASpreadsheet { page: false }.into()
            }
            other => other,
        }),
    }
}

fn is_named_workbook(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["xlsx", "xlsm", "xls"].iter().any(|workbook| extension.eq_ignore_ascii_case(workbook))
}
