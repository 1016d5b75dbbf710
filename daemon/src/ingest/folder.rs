//! What to read in a watched folder, and when: pure decisions on listings, so that every rule is tested
//! without waiting.
//!
//! A file is read when it has stopped changing, once; again only when it changes, or when the settings that
//! decided on it do. A file that looks cut while it is young is read again a few times before anybody is told.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// A file must not have changed for this long before it is read.
pub(super) const QUIET: Duration = Duration::from_secs(2);
/// At these ages a file that looks cut is read again; past the last it is reported.
const RETRY_AGES: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_mins(1),
];

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Bytes.
    pub(super) size: u64,
    /// Last change of its content, epoch milliseconds.
    pub(super) modified: i64,
}

/// What is remembered of a file that was read, in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// The state that was read.
    pub(super) stamp: Stamp,
    /// Of its content, in hexadecimal.
    pub(super) sha256: String,
    /// The settings that decided on it (instances, meters, plugin versions).
    pub(super) decided_by: String,
    /// Whether other settings could decide otherwise: rows were left, or nobody knew whose they are.
    pub(super) undecided: bool,
}

/// A file whose turn has not come.
#[derive(Debug, Clone, Copy)]
struct Pending {
    stamp: Stamp,
    /// When this state was first seen, epoch milliseconds.
    since: i64,
    /// Not before, epoch milliseconds.
    due: i64,
}

/// One watched folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pending: BTreeMap<String, Pending>,
}

/// What a scan says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Files to read now, oldest change first.
    pub(super) ready: Vec<String>,
    /// When to scan again, epoch milliseconds; none: when something changes.
    pub(super) again: Option<i64>,
}

impl Folder {
    /// Decides from a listing. `seen` answers what is remembered of a name; `decided_by` is what the settings
    /// look like now.
    pub(super) fn scan(
        &mut self,
        listing: &[(String, Stamp)],
        seen: &dyn Fn(&str) -> Option<Seen>,
        decided_by: &str,
        now: i64,
    ) -> Turn {
        self.pending.retain(|name, _| listing.iter().any(|(listed, _)| listed == name));
        let quiet = QUIET.as_millis() as i64;
        let mut turn = Turn::default();
        let mut ready: Vec<(i64, &String)> = Vec::new();
        for (name, stamp) in listing {
            if is_ignored(name) {
                continue;
            }
            let known = seen(name).filter(|seen| seen.stamp == *stamp);
            if known.is_some_and(|seen| !seen.undecided || seen.decided_by == decided_by) {
                self.pending.remove(name);
                continue;
            }
            let pending = self.pending.entry(name.clone()).or_insert(Pending {
                stamp: *stamp,
                since: now,
                // A file that came whole (a rename, an old copy) has not changed for a while: no need to wait.
                due: stamp.modified.min(now).saturating_add(quiet),
            });
            if pending.stamp != *stamp {
                *pending = Pending { stamp: *stamp, since: now, due: now + quiet };
            }
            if pending.due <= now {
                ready.push((stamp.modified, name));
            } else {
                turn.again = Some(turn.again.map_or(pending.due, |again: i64| again.min(pending.due)));
            }
        }
        ready.sort_unstable();
        turn.ready = ready.into_iter().map(|(_, name)| name.clone()).collect();
        turn
    }

    /// The file looked cut: says whether it will be read again before it is reported.
    pub(super) fn looks_cut(&mut self, name: &str, now: i64) -> bool {
        let Some(pending) = self.pending.get_mut(name) else { return false };
        let born = pending.stamp.modified.min(pending.since);
        let Some(next) = RETRY_AGES.iter().map(|age| born + age.as_millis() as i64).find(|at| *at > now)
        else {
            return false;
        };
        pending.due = next;
        true
    }

    /// The file was read and its report is kept.
    pub(super) fn done(&mut self, name: &str) {
        self.pending.remove(name);
    }
}

/// Names that are never a user's finished file: downloads in progress, owner and lock files, system litter.
pub(super) fn is_ignored(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with('.')
        || lower.starts_with("~$")
        || [".part", ".crdownload", ".download", ".partial", ".tmp"].iter().any(|end| lower.ends_with(end))
        || matches!(lower.as_str(), "thumbs.db" | "desktop.ini")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn stamp(modified: i64) -> Stamp {
        Stamp { size: 10, modified }
    }

    fn scan(folder: &mut Folder, stamp: Stamp, seen: Option<Seen>, now: i64) -> Turn {
        folder.scan(&[("gas.xlsx".to_owned(), stamp)], &|_| seen.clone(), "settings", now)
    }

    #[test]
    fn a_file_that_came_whole_is_read_at_once() {
        let turn = scan(&mut Folder::default(), stamp(NOW - 60_000), None, NOW);
        assert_eq!(turn.ready, ["gas.xlsx"]);
    }

    #[test]
    fn a_file_being_written_waits_until_it_is_quiet() {
        let mut folder = Folder::default();
        assert_eq!(
            scan(&mut folder, stamp(NOW), None, NOW),
            Turn { ready: vec![], again: Some(NOW + 2_000) }
        );
        let grown = Stamp { size: 20, modified: NOW + 1_500 };
        assert_eq!(scan(&mut folder, grown, None, NOW + 2_000).again, Some(NOW + 4_000));
        assert_eq!(scan(&mut folder, grown, None, NOW + 4_000).ready, ["gas.xlsx"]);
    }

    #[test]
    fn a_stamp_from_the_future_does_not_wait_for_it() {
        let mut folder = Folder::default();
        let future = stamp(NOW + 86_400_000);
        assert_eq!(scan(&mut folder, future, None, NOW).again, Some(NOW + 2_000));
        assert_eq!(scan(&mut folder, future, None, NOW + 2_000).ready, ["gas.xlsx"]);
    }

    #[test]
    fn a_known_file_is_read_again_only_when_it_or_the_undecided_settings_change() {
        let seen = |undecided: bool, by: &str| {
            Some(Seen { stamp: stamp(0), sha256: String::new(), decided_by: by.to_owned(), undecided })
        };
        let ready = |seen, at| !scan(&mut Folder::default(), stamp(at), seen, NOW).ready.is_empty();
        assert!(!ready(seen(false, "other"), 0));
        assert!(!ready(seen(true, "settings"), 0));
        assert!(ready(seen(true, "other"), 0));
        assert!(ready(seen(false, "settings"), 5));
    }

    #[test]
    fn a_cut_file_is_read_again_while_it_is_young_and_then_reported() {
        let mut folder = Folder::default();
        let mut now = NOW;
        let young = stamp(NOW - 2_000);
        let mut ages = Vec::new();
        assert_eq!(scan(&mut folder, young, None, now).ready.len(), 1);
        while folder.looks_cut("gas.xlsx", now) {
            now = scan(&mut folder, young, None, now).again.unwrap();
            ages.push((now - young.modified) / 1_000);
            assert_eq!(scan(&mut folder, young, None, now).ready.len(), 1);
        }
        assert_eq!(ages, [5, 15, 30, 60]);
    }

    #[test]
    fn an_old_cut_file_is_reported_at_once() {
        let mut folder = Folder::default();
        scan(&mut folder, stamp(NOW - 90_000), None, NOW - 61_000);
        assert!(!folder.looks_cut("gas.xlsx", NOW));
    }

    #[test]
    fn litter_is_ignored() {
        for name in [
            "x.xlsx.part",
            "x.crdownload",
            "~$x.xlsx",
            ".~lock.x#",
            "._x.xlsx",
            ".DS_Store",
            "Thumbs.db",
            "a.TMP",
        ] {
            assert!(is_ignored(name), "{name}");
        }
        assert!(!is_ignored("partition.xlsx"));
    }
}
