//! The disk of the data folder: how much is free, what kind it is, how much is written to it.

use super::{Client, Finding};
use indicatif::HumanBytes;
use serde::Deserialize;
use std::path::Path;

const TOPIC: &str = "disk";
const LITTLE: u64 = 500 << 20;
const NOTHING: u64 = 50 << 20;
/// A card of 32 GB for a few thousand writes of each of its cells outlives that by decades; ten times as much does not.
const MUCH_A_DAY: u64 = 1 << 30;

pub(super) fn examine(folder: &Path) -> Vec<Finding> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let mut findings = Vec::new();
    match rustix::fs::statvfs(there) {
        Ok(disk) => findings.push(free(disk.f_bavail.saturating_mul(disk.f_frsize))),
        Err(error) => findings.push(Finding::warn(
            TOPIC,
            format!("the free space of {} cannot be seen ({error})", folder.display()),
            "run it as the user that watteau runs as, or as root",
        )),
    }
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let whole = there.canonicalize().unwrap_or_else(|_| there.to_owned());
    findings.extend(kind(&mounts, &whole).map(judged));
    findings
}

fn free(bytes: u64) -> Finding {
    let text = format!("{} free", HumanBytes(bytes));
    match bytes {
        ..NOTHING => Finding::fail(TOPIC, text, "make room: nothing more can be kept"),
        NOTHING..LITTLE => Finding::warn(TOPIC, text, "make room before it is full"),
        _ => Finding::ok(TOPIC, text),
    }
}

/// The kind of file system that holds a folder: of the mounts above it, the nearest, and of those the last.
fn kind<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mount = |line: &'a str| {
        let mut words = line.split(' ');
        Some((words.nth(1)?, words.next()?))
    };
    let above = mounts.lines().filter_map(mount).filter(|(place, _)| folder.starts_with(place));
    above.max_by_key(|(place, _)| place.len()).map(|(_, kind)| kind)
}

fn judged(kind: &str) -> Finding {
    match kind {
        "tmpfs" | "ramfs" => Finding::fail(
            TOPIC,
            format!("the data folder is in memory ({kind}) and is gone when the machine stops"),
            "choose a folder on a disk: [store] dir",
        ),
        "vfat" | "exfat" | "ntfs" | "ntfs3" | "fuseblk" | "cifs" | "nfs" | "nfs4" | "9p" => Finding::warn(
            TOPIC,
            format!("the data folder is on {kind}, which does not promise what a power cut must not take"),
            "choose a folder on a Linux file system of this machine: [store] dir",
        ),
        kind => Finding::ok(TOPIC, format!("the data folder is on {kind}")),
    }
}

/// What is written in a day, by the daemon's ledger.
pub(super) async fn wear(client: &Client) -> Option<Finding> {
    #[derive(Deserialize)]
    struct Store {
        written: Vec<Day>,
    }
    #[derive(Deserialize)]
    struct Day {
        bytes: u64,
    }
    let Store { written } = client.get("/api/v1/store", &[]).await.ok()?;
    // Today is not over.
    let days = &written[..written.len().saturating_sub(1)];
    let total: u64 = days.iter().map(|day| day.bytes).sum();
    Some(worn(total.checked_div(days.len() as u64)?, days.len()))
}

fn worn(a_day: u64, days: usize) -> Finding {
    let text = format!("{} written a day, over {days} days", HumanBytes(a_day));
    if a_day < MUCH_A_DAY {
        return Finding::ok(TOPIC, text);
    }
    Finding::warn(
        TOPIC,
        text,
        "a card wears out by that: see on the page Data which series it is, and ask it less often",
    )
}

#[cfg(test)]
mod tests {
    use super::{
        super::Verdict::{self, Fail, Ok, Warn},
        *,
    };

    #[test]
    fn the_nearest_mount_holds_a_folder() {
        let mounts = "/dev/root / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/sda1 /srv/data vfat rw 0 0\n";
        for (folder, expected) in [
            ("/var/lib/watteau", "ext4"),
            ("/run/watteau", "tmpfs"),
            ("/srv/data/watteau", "vfat"),
            ("/srv/database", "ext4"),
        ] {
            assert_eq!(kind(mounts, Path::new(folder)), Some(expected), "{folder}");
        }
        assert_eq!(kind("", Path::new("/")), None);
    }

    #[test]
    fn disks_are_judged() {
        let verdicts =
            [free(0), free(LITTLE - 1), free(LITTLE), judged("tmpfs"), judged("vfat"), judged("ext4")];
        let verdicts: Vec<Verdict> = verdicts.iter().map(|finding| finding.verdict).collect();
        assert_eq!(verdicts, [Fail, Warn, Ok, Fail, Warn, Ok]);
        assert_eq!((worn(6 << 20, 30).verdict, worn(2 << 30, 2).verdict), (Ok, Warn));
    }
}
