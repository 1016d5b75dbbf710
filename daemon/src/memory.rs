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
    /// A part of the program as its file describes it.
    #[derive(Debug, Clone, Copy)]
    struct Segment {
        loaded: bool,
        writable: bool,
        start: usize,
        length: usize,
    }

    /// Unmaps what was read of the program's code and constants; what is used again is mapped again from the file,
    /// which mostly still is in the system's cache.
    pub(super) fn unmap() {
        #[cfg(target_os = "linux")]
        for (start, length) in constant(&linux::segments(), linux::page_size()) {
            linux::unmap(start, length);
        }
    }

    /// Address and length of the whole pages that are never written, not even when the program starts: what has to be
    /// relocated lies in a segment that can be written, though its pages are made read-only after that. (What the
    /// system says of a page, in `/proc/self/smaps`, would not do: a changed page that is swapped out looks as if
    /// nobody had written to it.)
    fn constant(segments: &[Segment], page: usize) -> Vec<(usize, usize)> {
        let whole = |segment: &Segment| {
            let start = segment.start.next_multiple_of(page);
            let end = segment.start.saturating_add(segment.length) / page * page;
            (start, end.saturating_sub(start))
        };
        let constant = segments.iter().filter(|segment| segment.loaded && !segment.writable);
        constant.map(whole).filter(|(_, length)| *length > 0).collect()
    }

    #[cfg(target_os = "linux")]
    #[allow(unsafe_code)]
    mod linux {
        use super::Segment;
        use std::{ffi::c_int, ptr, slice};

        /// Every segment of the program itself, without its libraries'.
        pub(super) fn segments() -> Vec<Segment> {
            let mut found = Vec::new();
            // SAFETY: the callback gets the vector that is named here, and only while this call lasts.
            unsafe { libc::dl_iterate_phdr(Some(first), ptr::from_mut(&mut found).cast()) };
            found
        }

        /// Takes down the first object that it is called for, which is the program, and ends the walk.
        unsafe extern "C" fn first(
            info: *mut libc::dl_phdr_info,
            _size: usize,
            found: *mut libc::c_void,
        ) -> c_int {
            // SAFETY: the linker hands a description that is whole, with as many headers as it says; `found` is the
            // vector of [`segments`].
            let (base, headers, found) = unsafe {
                let info = &*info;
                let headers = slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum));
                (info.dlpi_addr as usize, headers, &mut *found.cast::<Vec<Segment>>())
            };
            found.extend(headers.iter().map(|header| Segment {
                loaded: header.p_type == libc::PT_LOAD,
                writable: header.p_flags & libc::PF_W != 0,
                start: base.wrapping_add(header.p_vaddr as usize),
                length: header.p_memsz as usize,
            }));
            1
        }

        pub(super) fn page_size() -> usize {
            // SAFETY: it reads a number.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(1 << 16)
        }

        pub(super) fn unmap(start: usize, length: usize) {
            // SAFETY: these pages are mapped from a file that cannot be written while it runs, and none of them can be
            // changed in memory, so that what is read again is the same to the byte.
            unsafe { libc::madvise(start as *mut libc::c_void, length, libc::MADV_DONTNEED) };
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_whole_pages_that_are_never_written_are_let_go() {
            let segment = |loaded, writable, start, length| Segment { loaded, writable, start, length };
            let segments = [
                segment(true, false, 0x1000, 0x2000),
                segment(true, false, 0x3800, 0x2900),
                segment(true, true, 0x7000, 0x5000),
                segment(false, false, 0x1040, 0x1000),
                segment(true, false, 0xc100, 0x200),
            ];
            assert_eq!(constant(&segments, 0x1000), [(0x1000, 0x2000), (0x4000, 0x2000)]);
        }

        #[test]
        #[cfg(target_os = "linux")]
        fn the_programs_code_is_let_go_and_it_goes_on() {
            /// It holds an address, which is known once the program is loaded.
            static RELOCATED: &str = "still here";
            let own = constant(&linux::segments(), linux::page_size());
            let code = constant as fn(&[Segment], usize) -> Vec<(usize, usize)> as usize;
            assert!(own.iter().any(|(start, length)| (*start..start + length).contains(&code)), "{own:x?}");
            let relocated = &raw const RELOCATED as usize;
            assert!(!own.iter().any(|(start, length)| (*start..start + length).contains(&relocated)));
            unmap();
            unmap();
            assert_eq!(RELOCATED.to_owned() + "!", "still here!");
        }
    }
}
