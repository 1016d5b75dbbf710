//! The memory of a process, as Linux counts it, by what the pages hold.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Resident memory in kB by kind of mapping.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Resident {
    /// Code and constants of the program itself; shared with the page cache, given back under pressure.
    pub(crate) program: u64,
    /// Shared libraries.
    pub(crate) libraries: u64,
    /// The heap, thread stacks and every other page of its own.
    pub(crate) anonymous: u64,
    /// Files mapped otherwise.
    pub(crate) files: u64,
}

impl Resident {
    /// Reads `/proc/PID/smaps`.
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let program = fs::read_link(format!("/proc/{pid}/exe")).context("the process has no program")?;
        let smaps = fs::read_to_string(format!("/proc/{pid}/smaps")).context("cannot read its memory map")?;
        Ok(Self::parse(&smaps, &program))
    }

    /// All of it: what `VmRSS` says.
    pub(crate) fn total(&self) -> u64 {
        self.program + self.libraries + self.anonymous + self.files
    }

    fn parse(smaps: &str, program: &Path) -> Self {
        let mut resident = Self::default();
        let mut name = "";
        let mut rss = 0;
        for line in smaps.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("Rss:") => rss = kilobytes(words.next()),
                // A private copy of a file's page, such as relocated constants, is memory of its own.
                Some("Anonymous:") => {
                    let own = kilobytes(words.next()).min(rss);
                    resident.anonymous += own;
                    let shared = rss - own;
                    match name {
                        _ if Path::new(name) == program => resident.program += shared,
                        _ if name.contains(".so") => resident.libraries += shared,
                        _ => resident.files += shared,
                    }
                }
                // The head of a mapping: addresses, permissions, offset, device, inode, and what is mapped.
                Some(first) if !first.ends_with(':') => name = words.nth(4).unwrap_or_default(),
                _ => {}
            }
        }
        resident
    }
}

fn kilobytes(word: Option<&str>) -> u64 {
    word.and_then(|word| word.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart_by_what_they_hold() {
        let smaps = "\
55d0c0000000-55d0c0100000 r-xp 00000000 fe:00 123                        /usr/bin/watteau
Rss:                1000 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
55d0c0100000-55d0c0200000 r--p 00000000 fe:00 123                        /usr/bin/watteau
Rss:                 200 kB
Anonymous:           150 kB
55d0c1000000-55d0c1100000 rw-p 00000000 00:00 0                          [heap]
Rss:                 300 kB
Anonymous:           300 kB
7f0000000000-7f0000100000 r-xp 00000000 fe:00 456                        /usr/lib/x86_64-linux-gnu/libc.so.6
Rss:                  40 kB
Anonymous:             0 kB
7f0000200000-7f0000300000 rw-p 00000000 00:00 0
Rss:                   8 kB
Anonymous:             8 kB
7f0000400000-7f0000500000 r--s 00000000 fe:00 789                        /var/lib/watteau/watteau.redb
Rss:                   5 kB
Anonymous:             0 kB
";
        let resident = Resident::parse(smaps, Path::new("/usr/bin/watteau"));
        assert_eq!(resident, Resident { program: 1050, libraries: 40, anonymous: 458, files: 5 });
        assert_eq!(resident.total(), 1553);
    }

    #[test]
    fn this_very_process_has_memory_of_its_own() {
        let resident = Resident::of(std::process::id()).expect("reads /proc");
        assert!(resident.program > 0 && resident.anonymous > 0, "{resident:?}");
    }
}
