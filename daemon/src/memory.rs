//! Memory, given back after work that needed much of it.
//!
//! A day at home is a few seconds of work that takes tens of megabytes, and hours of waiting. glibc keeps what was
//! freed for a next time, in an arena for every thread or so, and cannot give back the end of any but the first: on
//! the demo 50 MB stayed that way. So there is one arena, and what is free in it goes back once there is much.
//!
//! The same goes for the program itself: a forecast or an import walks through 15 MB of it that nobody needs until
//! tomorrow. The kernel would take such pages when memory is short; unmapped, they are the first that it takes.

use std::sync::atomic::{AtomicUsize, Ordering};

/// To be called first, before any thread is started: all threads share one arena. They allocate little at the same
/// time, and each keeps small pieces of its own.
pub(crate) fn share() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: it sets a number of the allocator, while no other thread is there.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// What was free after the last time, given back already: the allocator does not tell the two apart.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// Returns what is free to the system, when more than a little was freed since the last time.
pub(crate) fn give_back() {
    /// Less than this is soon used again.
    const MUCH: usize = 2 << 20;
    let free = free();
    let left = LEFT.fetch_min(free, Ordering::Relaxed);
    if free.saturating_sub(left) > MUCH {
        trim();
    }
}

/// Returns what is free to the system, after a forecast or a backtest, and lets go of the program's own pages.
pub(crate) fn trim() {
    program::unmap();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: it touches nothing but memory that the allocator holds as free.
    unsafe {
        libc::malloc_trim(0);
    }
    LEFT.store(free(), Ordering::Relaxed);
}

/// Bytes that the allocator holds and nobody uses.
fn free() -> usize {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: it only counts.
    return unsafe { libc::mallinfo2() }.fordblks;
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    0
}

/// The pages of the program's file that are mapped here.
mod program {
    use std::{env, fs};

    /// Unmaps what was read of the program's code and constants; what is used again is mapped again from the file,
    /// which mostly still is in the system's cache.
    pub(super) fn unmap() {
        #[cfg(target_os = "linux")]
        {
            let Ok(program) = env::current_exe() else { return };
            let Ok(maps) = fs::read_to_string("/proc/self/smaps") else { return };
            for (start, length) in clean(&maps, &program.to_string_lossy()) {
                #[allow(unsafe_code)]
                // SAFETY: these pages are mapped from a file that cannot be written while it runs, none of them was
                // changed since and none can be, so that what is read again is the same to the byte.
                unsafe {
                    libc::madvise(start as *mut libc::c_void, length, libc::MADV_DONTNEED);
                }
            }
        }
    }

    /// Address and length of the mappings of `program` that cannot be written and of which no page was changed in
    /// memory, as those with relocations were, by `/proc/self/smaps`.
    fn clean(maps: &str, program: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = None;
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let first = words.next().unwrap_or_default();
            if let Some((start, end)) = range(first) {
                let mode = words.next().unwrap_or_default();
                let ours = mode.starts_with('r') && mode.ends_with('p') && !mode.contains('w');
                at = (ours && line.ends_with(program) && start < end).then(|| (start, end - start));
            } else if first == "Anonymous:" && words.next() == Some("0") {
                found.extend(at.take());
            }
        }
        found
    }

    /// `55a4d9a67000-55a4daca0000`.
    fn range(text: &str) -> Option<(usize, usize)> {
        let (start, end) = text.split_once('-')?;
        Some((usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_what_nobody_wrote_to_is_let_go() {
            let map = |range: &str, mode: &str, file: &str, changed: u32| {
                format!(
                    "{range} {mode} 00000000 fe:00 53 {file}\nRss: 900 kB\nAnonymous: {changed} kB\nVmFlags: rd\n"
                )
            };
            let maps = [
                map("1000-3000", "r--p", "/usr/bin/watteau", 0),
                map("3000-9000", "r-xp", "/usr/bin/watteau", 0),
                map("9000-a000", "r--p", "/usr/bin/watteau", 8),
                map("a000-b000", "rw-p", "/usr/bin/watteau", 0),
                map("b000-c000", "r-xp", "/usr/lib/libc.so.6", 0),
                map("c000-d000", "rw-p", "[heap]", 0),
            ];
            assert_eq!(clean(&maps.concat(), "/usr/bin/watteau"), [(0x1000, 0x2000), (0x3000, 0x6000)]);
        }

        #[test]
        fn the_program_goes_on() {
            // Its own code is among what is let go.
            unmap();
            unmap();
            assert_eq!(clean("", "x"), []);
        }
    }
}
