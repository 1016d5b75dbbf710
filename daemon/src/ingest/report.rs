//! What is told of a file: the report, how it is remembered, what the journal says.

use super::{
    Ingest,
    guest::{FileFailure, FileReport},
    handed::{Handed, Manner},
    instance::Instance,
    meters::mask,
};
use crate::model::{Event, ImportError, ImportReport, ImportStatus, PastImport, Text};
use std::sync::atomic::Ordering;
use watteau_store::{StateChange, Store};

/// Owner of the past imports in the store's state.
const IMPORTS: &str = "imports";
/// How many past imports are kept.
const KEPT: usize = 500;
/// Characters of a message in the journal.
const LONGEST: usize = 240;
/// The code of a failure that is the store's and not the file's.
pub(super) const STORE: &str = "store";

/// What reading a file came to.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// One report for each instance that took rows, or one that says why none did.
    pub(super) reports: Vec<ImportReport>,
    /// The file may still be on its way.
    pub(super) incomplete: bool,
    /// Other settings could decide otherwise.
    pub(super) undecided: bool,
    /// The store could not keep what the file says: nothing is decided about the file.
    pub(super) unkept: bool,
}

impl Reading {
    pub(super) fn failed(report: ImportReport, incomplete: bool) -> Self {
        Self { reports: vec![report], incomplete, ..Self::default() }
    }
}

/// Past imports, newest first.
pub(super) fn past(store: &Store, limit: usize) -> Vec<PastImport> {
    let mut kept = store.states(IMPORTS).unwrap_or_default();
    kept.sort_by(|a, b| b.0.cmp(&a.0));
    kept.into_iter().take(limit).filter_map(|(_, bytes)| serde_json::from_slice(&bytes).ok()).collect()
}

/// Remembers the reports that came with no commit of their own.
pub(super) fn keep_failures(ingest: &Ingest, reports: &[ImportReport]) {
    for report in reports.iter().filter(|report| report.status == ImportStatus::Error) {
        let state = remember(ingest, report);
        if let Err(error) = ingest.store.commit(watteau_store::Commit { batches: vec![], state }) {
            tracing::error!(%error, "a report could not be kept");
        }
        announce(ingest, report);
    }
}

pub(super) fn start_report(
    file: &Handed,
    instance: &Instance,
    read: &FileReport,
    manner: Manner,
) -> ImportReport {
    ImportReport {
        file: file.name.clone(),
        status: ImportStatus::Empty,
        format: Some(read.format.clone()).filter(|format| !format.is_empty()),
        connector: Some(instance.settings.name.clone()),
        error: None,
        meter: None,
        from: read.first_day.clone(),
        to: read.last_day.clone(),
        exported: read.exported.clone(),
        new: 0,
        unchanged: 0,
        corrected: 0,
        refused: vec![],
        absent: read.absent,
        dry_run: manner.dry_run,
        other_meters: vec![],
        remarks: read.remarks.clone(),
        changes: vec![],
    }
}

/// The report of a file none of whose rows are anybody's.
pub(super) fn left_over(mut report: ImportReport, file: &Handed, named: &[String]) -> ImportReport {
    let meters: Vec<String> = named.iter().map(|four| format!("…{four}")).collect();
    let anothers = || Text::new("it is another connector's", "c’est celui d’un autre connecteur");
    let advice = report.other_meters.first().map_or_else(anothers, |other| other.advice.clone());
    report.status = ImportStatus::Error;
    report.error = Some(ImportError {
        code: "other_meter".to_owned(),
        message: format!("{} holds readings of meter {}: {}.", file.name, meters.join(", "), advice.en),
        message_fr: format!(
            "{} contient les relevés du compteur {} : {}.",
            file.name,
            meters.join(", "),
            advice.fr
        ),
    });
    report
}

pub(super) fn refusal(
    file: &Handed,
    connector: Option<&str>,
    code: &str,
    message: Text,
    manner: Manner,
) -> ImportReport {
    ImportReport {
        file: file.name.clone(),
        status: ImportStatus::Error,
        format: None,
        connector: connector.map(ToOwned::to_owned),
        error: Some(ImportError { code: code.to_owned(), message: message.en, message_fr: message.fr }),
        meter: None,
        from: None,
        to: None,
        exported: None,
        new: 0,
        unchanged: 0,
        corrected: 0,
        refused: vec![],
        absent: 0,
        dry_run: manner.dry_run,
        other_meters: vec![],
        remarks: vec![],
        changes: vec![],
    }
}

pub(super) fn ours(file: &Handed, reason: &str) -> FileFailure {
    FileFailure {
        code: STORE.to_owned(),
        message: Text::new(
            format!(
                "Watteau could not store {}: {reason}. It stays where it is and is read again.",
                file.name
            ),
            format!(
                "Watteau n’a pas pu enregistrer {} : {reason}. Il reste en place et sera relu.",
                file.name
            ),
        ),
        incomplete: true,
    }
}

/// The state changes that keep a report, and forget the oldest.
pub(super) fn remember(ingest: &Ingest, report: &ImportReport) -> Vec<StateChange> {
    let now = ingest.clock.now();
    let past = PastImport { at: now.to_string(), report: report.clone() };
    let mut kept: Vec<String> =
        ingest.store.states(IMPORTS).unwrap_or_default().into_iter().map(|(key, _)| key).collect();
    kept.sort_unstable();
    // Two connectors may read in the same millisecond, and a clock may be set back.
    let latest = kept.last().and_then(|key| key.get(..16)?.parse().ok()).unwrap_or(0_i64);
    let now_ms = now.as_millisecond();
    let next = |last: i64| now_ms.max(last.max(latest) + 1);
    let last = ingest.last_report.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)));
    let key = format!("{:016}-0000", next(last.unwrap_or_default()));
    let change = |key: String, value| StateChange { owner: IMPORTS.to_owned(), key, value };
    let oldest = kept.len().saturating_sub(KEPT - 1);
    let mut state: Vec<StateChange> = kept.drain(..oldest).map(|key| change(key, None)).collect();
    state.push(change(key, serde_json::to_vec(&past).ok()));
    state
}

/// What a journal may say of a file's content: no meter's number, and not a whole page of somebody's letters.
fn short(text: &str) -> String {
    let text = mask(text);
    let mut chars = text.chars();
    let begin: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() { format!("{begin}…") } else { begin }
}

pub(super) fn announce(ingest: &Ingest, report: &ImportReport) {
    let file = mask(&report.file);
    let connector = report.connector.as_deref().unwrap_or("-");
    match &report.error {
        Some(error) => tracing::warn!(file, connector, code = error.code, "{}", short(&error.message)),
        None if !report.refused.is_empty() => tracing::warn!(
            file,
            connector,
            new = report.new,
            unchanged = report.unchanged,
            corrected = report.corrected,
            refused = report.refused.len(),
            first = short(&report.refused[0].reason),
            "file read, but for the refused rows; the dashboard's Import page has them"
        ),
        None => tracing::info!(
            file,
            connector,
            new = report.new,
            unchanged = report.unchanged,
            corrected = report.corrected,
            refused = report.refused.len(),
            "file read"
        ),
    }
    for remark in &report.remarks {
        tracing::warn!(file, connector, "{}", short(&remark.en));
    }
    ingest.tell(Event::Import(Box::new(report.clone())));
}
