//! The heap, given back after work that needed much of it.

/// Returns to the system what is free. Forecasts and backtests take tens of megabytes for a second, on threads whose
/// free memory glibc keeps for a next time that is hours away.
pub(crate) fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: it touches nothing but memory that the allocator holds as free.
    unsafe {
        libc::malloc_trim(0);
    }
}
