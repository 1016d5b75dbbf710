//! Stops the start after one part, so that the memory of each part can be read from outside: what one part
//! adds is the difference to the one before. Only `cargo xtask bench daemon` sets the variable.

/// Waits for ever when `WATTEAU_BENCH_STAGE` names this part; systemd's or the bench's signal ends it.
pub(super) async fn stage(name: &str) {
    if std::env::var_os("WATTEAU_BENCH_STAGE").is_some_and(|wanted| wanted == name) {
        tracing::info!(stage = name, "stopped after this part of the start");
        if let Ok(shutdown) = super::shutdown::signal() {
            shutdown.await;
        }
        std::process::exit(0);
    }
}
