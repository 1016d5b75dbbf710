//! The files of a watched folder that gave nothing: those that still lie there, and those that were put aside.

use super::client::Client;
use crate::{
    ingest::mask,
    model::{ImportStatus, PastImport},
};
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Where `after_import = "move"` puts what gave nothing, with the reason in a file of its own beside each.
const ASIDE: &str = "refused";
const REASON: &str = "txt";
/// How far back it is looked.
const IMPORTS: u32 = 500;

/// Files that were refused, and the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// How many there are.
    pub(super) count: usize,
    /// The newest's name, its meter's number cut.
    file: String,
    /// Why it was refused.
    reason: String,
}

impl Refused {
    /// In one sentence.
    pub(super) fn sentence(&self) -> String {
        let Self { count, file, reason } = self;
        match count {
            1 => format!("{file} was refused: {reason}"),
            _ => format!("{count} files were refused, the last of them {file}: {reason}"),
        }
    }
}

/// What to do about them.
pub(super) const ADVICE: &str = "put a good file in the place of a refused one, or remove it; the dashboard's page Import has every reason";

/// What became of the files so far, newest first; nothing where it cannot be told.
pub(super) async fn past(client: &Client) -> Vec<PastImport> {
    let limit = [("limit", IMPORTS.to_string())];
    client.get("/api/v1/imports", &limit).await.unwrap_or_default()
}

/// The refused files of a folder. A file that has gone, or that was taken since, is nobody's concern any more.
pub(super) fn of(folder: &Path, past: &[PastImport]) -> Option<Refused> {
    let mut known = BTreeSet::new();
    let lying = past.iter().filter(|import| known.insert(&import.report.file)).filter_map(|import| {
        let error = import.report.error.as_ref().filter(|_| import.report.status == ImportStatus::Error)?;
        // A name alone: what is reported of another folder's file is no matter of this one.
        let there = folder.join(&import.report.file).is_file();
        there.then(|| (import.at.parse().ok(), import.report.file.clone(), error.message.clone()))
    });
    let all: Vec<_> = lying.chain(aside(&folder.join(ASIDE))).collect();
    let (_, file, reason) = all.iter().max_by_key(|(at, ..)| *at)?;
    Some(Refused { count: all.len(), file: mask(file), reason: mask(reason) })
}

/// What was put aside: when, under which name, and the first line of its reason.
fn aside(shelf: &Path) -> impl Iterator<Item = (Option<Timestamp>, String, String)> {
    let files: BTreeSet<PathBuf> =
        fs::read_dir(shelf).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    let reasons: BTreeSet<PathBuf> = files.iter().map(|file| reason_of(file)).collect();
    files.into_iter().filter(move |file| !reasons.contains(file)).map(|file| {
        let beside = reason_of(&file);
        let reason = fs::read_to_string(&beside).unwrap_or_default();
        // What moves a file keeps its time: its reason was written when it was refused.
        let at = fs::metadata(&beside).and_then(|beside| beside.modified()).ok();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let reason = reason.lines().next().unwrap_or("its reason is not beside it").to_owned();
        (at.and_then(|at| Timestamp::try_from(at).ok()), name, reason)
    })
}

fn reason_of(file: &Path) -> PathBuf {
    file.with_added_extension(REASON)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn import(at: &str, file: &str, error: Option<&str>) -> PastImport {
        let error = error.map(|why| json!({ "code": "x", "message": why, "message_fr": why }));
        let status = if error.is_some() { "error" } else { "imported" };
        serde_json::from_value(json!({
            "at": at, "file": file, "status": status, "format": null, "connector": null, "error": error, "meter": null,
            "from": null, "to": null, "exported": null, "new": 0, "unchanged": 0, "corrected": 0, "refused": [],
            "absent": 0, "dry_run": false, "other_meters": [], "remarks": [],
        }))
        .unwrap()
    }

    #[test]
    fn what_lies_there_refused_is_counted_and_the_newest_told() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["old.csv", "01234567890123.csv", "mended.csv"] {
            fs::write(folder.path().join(file), "x").unwrap();
        }
        let past = [
            import("2026-03-03T10:00:00Z", "mended.csv", None),
            import("2026-03-02T10:00:00Z", "01234567890123.csv", Some("of meter 01234567890123")),
            import("2026-03-02T09:00:00Z", "gone.csv", Some("it is gone")),
            import("2026-03-01T10:00:00Z", "mended.csv", Some("it was bad")),
            import("2026-03-01T09:00:00Z", "old.csv", Some("it is empty")),
        ];
        let found = of(folder.path(), &past).unwrap();
        assert_eq!(found.sentence(), "2 files were refused, the last of them …0123.csv: of meter …0123");
        assert_eq!(of(folder.path(), &past[4..]).unwrap().sentence(), "old.csv was refused: it is empty");
        assert_eq!(of(folder.path(), &past[..1]), None);
        assert_eq!(of(&folder.path().join("none"), &past), None);
    }

    #[test]
    fn what_was_put_aside_counts_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = folder.path().join(ASIDE);
        fs::create_dir(&shelf).unwrap();
        for (file, text) in [
            ("a.csv", "x"),
            ("a.csv.txt", "a column is missing\nune colonne manque\n"),
            ("notes.txt", "of mine"),
        ] {
            fs::write(shelf.join(file), text).unwrap();
        }
        let found = of(folder.path(), &[]).unwrap();
        assert_eq!(found.count, 2);
        assert!(found.sentence().ends_with("a.csv: a column is missing"), "{}", found.sentence());
    }
}
