//! Watched folders: notices files, reads each when its turn comes, remembers what was read.
//!
//! Events of the file system only hasten a scan: network folders send none, and a burst loses some. Each
//! folder is scanned at the start, on events, every few minutes, and when a file asked to be looked at again.

use super::{
    Ingest,
    folder::{Folder, Seen, Stamp},
    handed::{Handed, Manner},
    import,
    instance::Instance,
    meters::mask,
    report,
    report::Reading,
};
use crate::{
    config::AfterImport,
    model::{ImportStatus, RunRecord},
};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use watteau_store::{Commit, StateChange};

/// A folder that is missing is looked for this often.
const MISSING_AGAIN: i64 = 30_000;
/// Without events a folder is scanned this often.
const EVERY_MS: i64 = 5 * 60_000;
/// Burst of events after which a scan starts.
const SETTLE_MS: i64 = 300;
/// When the store could not keep what a file says, it is read again after this long.
const UNKEPT_AGAIN: i64 = 60_000;

/// Every watched folder.
#[derive(Default)]
pub(super) struct Folders {
    watched: Mutex<BTreeMap<PathBuf, Arc<Watched>>>,
}

struct Watched {
    path: PathBuf,
    state: tokio::sync::Mutex<Folder>,
    /// When it is scanned next, epoch milliseconds.
    due: AtomicI64,
    scanning: AtomicBool,
    /// The reason it cannot be listed was said.
    complained: AtomicBool,
    /// Whether its events were asked for, which its first scan does: a command that scans nothing needs none.
    listens: AtomicBool,
    watcher: Mutex<Option<RecommendedWatcher>>,
}

impl Folders {
    /// Watches the folders of the present instances, and no other.
    pub(super) fn watch(&self, ingest: &Arc<Ingest>) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted: Vec<PathBuf> = ingest
            .instances()
            .iter()
            .filter(|instance| instance.reads_files())
            .filter_map(|instance| instance.settings.watch.clone())
            .collect();
        watched.retain(|path, _| wanted.contains(path));
        for path in wanted {
            let now = ingest.clock.now_ms();
            match watched.get(&path) {
                // Other settings may decide otherwise on files that nobody could take.
                Some(folder) => folder.due.store(now, Ordering::SeqCst),
                None => {
                    let folder = Watched {
                        path: path.clone(),
                        state: tokio::sync::Mutex::default(),
                        due: AtomicI64::new(now),
                        scanning: AtomicBool::new(false),
                        complained: AtomicBool::new(false),
                        listens: AtomicBool::new(false),
                        watcher: Mutex::default(),
                    };
                    watched.insert(path, Arc::new(folder));
                }
            }
        }
    }

    /// Starts the scans whose time has come; answers when the next one is.
    pub(super) fn start_scans(&self, ingest: &Arc<Ingest>, now: i64) -> Option<i64> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next: Option<i64> = None;
        for folder in watched.values() {
            let due = folder.due.load(Ordering::SeqCst);
            if due > now {
                next = Some(next.map_or(due, |n| n.min(due)));
            } else if !folder.scanning.swap(true, Ordering::SeqCst) {
                let (ingest, folder) = (Arc::clone(ingest), Arc::clone(folder));
                tokio::spawn(async move {
                    folder.due.store(ingest.clock.now_ms() + EVERY_MS, Ordering::SeqCst);
                    scan(&ingest, &folder).await;
                    folder.scanning.store(false, Ordering::SeqCst);
                    ingest.nudge.notify_one();
                });
            }
        }
        next
    }

    /// Scans the folder of an instance because somebody asked. The caller has set `running`.
    pub(super) async fn scan_now(&self, ingest: &Arc<Ingest>, instance: &Arc<Instance>) -> RunRecord {
        let folder = {
            let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            instance.settings.watch.as_ref().and_then(|path| watched.get(path)).cloned()
        };
        let started = ingest.clock.now().to_string();
        let mut record = RunRecord {
            started: started.clone(),
            ended: started,
            ok: true,
            new: 0,
            unchanged: 0,
            corrected: 0,
            refused: 0,
            problems: vec![],
        };
        if let Some(folder) = folder {
            for report in scan(ingest, &folder).await {
                record.ok &= report.status != ImportStatus::Error;
                record.new += report.new;
                record.unchanged += report.unchanged;
                record.corrected += report.corrected;
                record.refused += report.refused.len() as u64;
            }
        }
        record.ended = ingest.clock.now().to_string();
        instance.running.store(false, Ordering::SeqCst);
        ingest.announce(instance);
        record
    }
}

/// A watcher whose only effect is an earlier scan.
fn watcher(
    ingest: &Arc<Ingest>,
    folder: std::sync::Weak<Watched>,
    path: &Path,
) -> Option<RecommendedWatcher> {
    let weak = Arc::downgrade(ingest);
    let hasten = move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| matches!(event.kind, notify::EventKind::Access(_))) {
            return;
        }
        if let (Some(folder), Some(ingest)) = (folder.upgrade(), weak.upgrade()) {
            folder.due.fetch_min(ingest.clock.now_ms() + SETTLE_MS, Ordering::SeqCst);
            ingest.nudge.notify_one();
        }
    };
    let watch = || {
        let mut watcher = notify::recommended_watcher(hasten)?;
        watcher.watch(path, RecursiveMode::NonRecursive)?;
        Ok::<_, notify::Error>(watcher)
    };
    watch()
        .inspect_err(|error| {
            tracing::warn!(folder = %path.display(), %error, "no events from this folder: it is scanned every 5 minutes");
        })
        .ok()
}

/// One scan: lists, decides, reads what is ready, one file after the other.
async fn scan(ingest: &Arc<Ingest>, folder: &Arc<Watched>) -> Vec<crate::model::ImportReport> {
    let mut state = folder.state.lock().await;
    let readers: Vec<Arc<Instance>> = ingest
        .instances()
        .into_iter()
        .filter(|instance| {
            instance.reads_files() && instance.settings.watch.as_deref() == Some(&*folder.path)
        })
        .collect();
    let listen = || {
        let new = watcher(ingest, Arc::downgrade(folder), &folder.path);
        *folder.watcher.lock().unwrap_or_else(PoisonError::into_inner) = new;
    };
    // Before it is listed: what comes meanwhile is heard of. A folder that is missing is told below.
    if !folder.listens.swap(true, Ordering::SeqCst) && folder.path.is_dir() {
        listen();
    }
    let listing = match list(&folder.path) {
        Ok(listing) => {
            if folder.complained.swap(false, Ordering::SeqCst) {
                tracing::info!(folder = %folder.path.display(), "this folder is back");
                // What watched the folder that went away hears nothing of this one.
                listen();
                for instance in &readers {
                    ingest.miss_folder(instance, None);
                }
            }
            listing
        }
        Err(error) => {
            folder.due.fetch_min(ingest.clock.now_ms() + MISSING_AGAIN, Ordering::SeqCst);
            if !folder.complained.swap(true, Ordering::SeqCst) {
                tracing::error!(folder = %folder.path.display(), %error, "this folder cannot be listed; it is tried again");
            }
            for instance in &readers {
                ingest.miss_folder(instance, Some(&error));
            }
            return vec![];
        }
    };
    let decided_by = decided_by(&readers);
    let owner = owner(&folder.path);
    let seen = |name: &str| {
        let bytes = ingest.store.state(&owner, name).ok().flatten()?;
        serde_json::from_slice::<Seen>(&bytes).ok()
    };
    let turn = state.scan(&listing, &seen, &decided_by, ingest.clock.now_ms());
    if let Some(again) = turn.again {
        folder.due.fetch_min(again, Ordering::SeqCst);
    }
    let mut reports = Vec::new();
    for name in turn.ready {
        let path = folder.path.join(&name);
        let file = match Handed::open(&path) {
            Ok(file) => Arc::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                if state.looks_cut(&name, ingest.clock.now_ms()) {
                    folder.due.fetch_min(ingest.clock.now_ms() + 2_000, Ordering::SeqCst);
                } else {
                    tracing::warn!(file = mask(&name), %error, "this file cannot be read");
                }
                continue;
            }
        };
        let manner = Manner { on_purpose: false, dry_run: false };
        let reading = import::read(ingest, &readers, &file, manner).await;
        if reading.incomplete && state.looks_cut(&name, ingest.clock.now_ms()) {
            folder.due.fetch_min(ingest.clock.now_ms() + 2_000, Ordering::SeqCst);
            continue;
        }
        if reading.unkept {
            // A full disk is no fault of the file: it stays, unread, until there is room.
            folder.due.fetch_min(ingest.clock.now_ms() + UNKEPT_AGAIN, Ordering::SeqCst);
            reports.extend(reading.reports);
            continue;
        }
        report::keep_failures(ingest, &reading.reports);
        let stamp = Stamp { size: file.size, modified: file.modified.unwrap_or(0) };
        let remembered = Seen {
            stamp,
            sha256: file.sha256_hex(),
            decided_by: decided_by.clone(),
            undecided: reading.undecided,
        };
        keep_seen(ingest, &owner, &name, &remembered);
        state.done(&name);
        if readers.iter().any(|instance| instance.settings.after_import == AfterImport::Move) {
            put_away(&folder.path, &name, &reading);
        }
        reports.extend(reading.reports);
    }
    forget_gone(ingest, &owner, &listing);
    reports
}

/// Regular files only, by name; a link could lead out of the folder. Names that are not UTF-8 are shown with
/// replacement characters and cannot be opened by that name: they are left alone.
fn list(path: &Path) -> io::Result<Vec<(String, Stamp)>> {
    let mut listing = Vec::new();
    for entry in fs::read_dir(path)? {
        let Ok(entry) = entry else { continue };
        let Ok(meta) = entry.metadata() else { continue };
        let Ok(name) = entry.file_name().into_string() else { continue };
        if meta.is_file() {
            let modified = meta.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
            let modified = modified.map_or(0, jiff::Timestamp::as_millisecond);
            listing.push((name, Stamp { size: meta.len(), modified }));
        }
    }
    Ok(listing)
}

/// What the decision on a file rests on, besides the file.
fn decided_by(readers: &[Arc<Instance>]) -> String {
    readers.iter().fold(String::new(), |mut text, instance| {
        let plugin = instance.plugin.as_ref().map_or_else(|_| String::new(), super::guest::Plugin::label);
        let meter = instance.meter_setting().unwrap_or_default();
        let _ = write!(text, "{}={plugin}/{meter}", instance.settings.name);
        if instance.is_described() {
            let _ = write!(text, "/{}", instance.memory().settings_hash);
        }
        text.push(';');
        text
    })
}

fn owner(folder: &Path) -> String {
    format!("folder:{}", folder.display())
}

fn keep_seen(ingest: &Ingest, owner: &str, name: &str, seen: &Seen) {
    let value = serde_json::to_vec(seen).ok();
    let state = vec![StateChange { owner: owner.to_owned(), key: name.to_owned(), value }];
    if let Err(error) = ingest.store.commit(Commit { batches: vec![], state }) {
        // It is read again at the next scan, and changes nothing.
        tracing::error!(%error, "what was read could not be remembered");
    }
}

/// Files that left the folder are forgotten, so that the memory of a folder is never larger than the folder.
fn forget_gone(ingest: &Ingest, owner: &str, listing: &[(String, Stamp)]) {
    let known = ingest.store.states(owner).unwrap_or_default();
    let state: Vec<StateChange> = known
        .into_iter()
        .filter(|(name, _)| !listing.iter().any(|(listed, _)| listed == name))
        .map(|(name, _)| StateChange { owner: owner.to_owned(), key: name, value: None })
        .collect();
    if !state.is_empty() {
        let _ = ingest.store.commit(Commit { batches: vec![], state });
    }
}

/// Moves a file that was read to `imported/` or `refused/`, with the reason beside it.
fn put_away(folder: &Path, name: &str, reading: &Reading) {
    let refused = reading.reports.iter().all(|report| report.status == ImportStatus::Error);
    let shelf = folder.join(if refused { "refused" } else { "imported" });
    let moved = fs::create_dir_all(&shelf).and_then(|()| {
        let target = free_name(&shelf, name);
        fs::rename(folder.join(name), &target)?;
        let reasons: Vec<String> = reading
            .reports
            .iter()
            .flat_map(|report| {
                let error =
                    report.error.iter().map(|error| format!("{}\n{}", error.message, error.message_fr));
                let rows = report.refused.iter().map(|row| format!("row {}: {}", row.row, row.reason));
                error.chain(rows).collect::<Vec<_>>()
            })
            .collect();
        if reasons.is_empty() {
            return Ok(());
        }
        let mut beside = target.into_os_string();
        beside.push(".txt");
        fs::write(beside, reasons.join("\n") + "\n")
    });
    if let Err(error) = moved {
        tracing::warn!(file = mask(name), %error, "this file was read and could not be moved");
    }
}

/// A name that is not taken: `a.xlsx`, `a (2).xlsx`, …
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    if !path.exists() {
        return path;
    }
    let (stem, end) =
        name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
    (2..).map(|n: u32| folder.join(format!("{stem} ({n}){end}"))).find(|path| !path.exists()).unwrap_or(path)
}
