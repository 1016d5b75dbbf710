//! The workbook part and its relationships: which sheets there are, in what order, and where their parts lie.

use std::io::{Read, Seek};

use quick_xml::events::Event;

use super::archive::Archive;
use super::xml::{Xml, attribute};
use crate::error::Error;

/// What a workbook says of itself.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The worksheets, hidden ones included, in the order of the tabs.
    pub sheets: Vec<Tab>,
    /// Part of the shared strings.
    pub strings: Option<String>,
    /// Serials count from 1904.
    pub since_1904: bool,
}

/// One worksheet.
#[derive(Debug)]
pub(super) struct Tab {
    /// As shown on the tab.
    pub name: String,
    /// Where it lies in the archive.
    pub part: String,
}

struct Relationship {
    id: String,
    /// Last word of its type: `worksheet`, `sharedStrings`.
    kind: String,
    part: String,
}

impl Parts {
    /// Finds and reads the workbook part.
    pub(super) fn read<R: Read + Seek>(archive: &mut Archive<R>) -> Result<Self, Error> {
        const USUAL: &str = "xl/workbook.xml";
        let part = if archive.has("_rels/.rels") {
            let all = relationships(archive, "_rels/.rels", "")?;
            all.into_iter().find(|one| one.kind == "officeDocument").map(|one| one.part)
        } else {
            None
        };
        let part = part.filter(|part| archive.has(part)).unwrap_or_else(|| USUAL.to_owned());
        // A text document or a binary workbook has such a part too, of another make.
        let known = std::path::Path::new(&part).extension().is_some_and(|extension| extension == "xml");
        if !archive.has(&part) || !known || part.starts_with("word/") || part.starts_with("ppt/") {
            return Err(Error::NotASpreadsheet { page: false });
        }
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", &part));
        let rels = format!("{folder}{}_rels/{file}.rels", if folder.is_empty() { "" } else { "/" });
        let relationships = relationships(archive, &rels, folder)?;

        let mut parts = Self::default();
        let mut xml = Xml::new(archive.part(&part)?);
        loop {
            match xml.next()? {
                Event::Eof => break,
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    "sheet" => {
                        let id = attribute(&tag, "id")?.unwrap_or_default();
                        let sheet = relationships.iter().find(|one| one.id == id && one.kind == "worksheet");
                        if let Some(sheet) = sheet {
                            let name = attribute(&tag, "name")?.unwrap_or_default();
                            parts.sheets.push(Tab { name, part: sheet.part.clone() });
                        }
                    }
                    "workbookPr" => {
                        let value = attribute(&tag, "date1904")?;
                        parts.since_1904 = matches!(value.as_deref(), Some("1" | "true" | "on"));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        let strings = relationships.into_iter().find(|one| one.kind == "sharedStrings");
        parts.strings = strings.map(|strings| strings.part);
        Ok(parts)
    }
}

fn relationships<R: Read + Seek>(
    archive: &mut Archive<R>,
    part: &str,
    folder: &str,
) -> Result<Vec<Relationship>, Error> {
    let mut found = Vec::new();
    let mut xml = Xml::new(archive.part(part)?);
    loop {
        match xml.next()? {
            Event::Eof => return Ok(found),
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Relationship" => {
                let read = |name| attribute(&tag, name).map(Option::unwrap_or_default);
                let (id, kind, target) = (read("Id")?, read("Type")?, read("Target")?);
                // Anything outside the archive is not ours to open.
                if read("TargetMode")? != "External" {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    found.push(Relationship { id, kind, part: resolve(folder, &target) });
                }
            }
            _ => {}
        }
    }
}

/// A target as the name of a part: absolute, or under the folder of the part that names it.
fn resolve(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    let base = if target.starts_with('/') { "" } else { folder };
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn targets_become_names_of_parts() {
        for (folder, target, part) in [
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "/xl/workbook.xml", "xl/workbook.xml"),
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "../xl/./worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "../../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolve(folder, target), part);
        }
    }
}
