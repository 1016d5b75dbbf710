//! Compiling a third party's component once, in a child process that is gone afterwards.
//!
//! Cranelift keeps what it allocates: in the daemon it would stay for ever. The child is the daemon's own
//! binary under a memory limit and a deadline, and the bytecode it makes lands in a cache that only the daemon
//! may write: bytecode is trusted when it is loaded, so the folder's writer is trusted with the process.

use crate::{engine::fingerprint, error::LoadError};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fmt::Write as _,
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{process::Command, time};

/// How components of third parties are compiled.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program: the daemon's own binary.
    pub program: PathBuf,
    /// Its first arguments; the paths to read and to write follow.
    pub args: Vec<OsString>,
    /// Where bytecode is kept. Made for its owner alone where it does not exist.
    pub cache: PathBuf,
    /// After this the child is killed.
    pub timeout: Duration,
    /// Address space of the child.
    pub memory_bytes: u64,
}

impl Compiler {
    /// The bytecode of a component: from the cache, or compiled now.
    pub(crate) async fn bytecode(&self, wasm: &[u8]) -> Result<Vec<u8>, LoadError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&self.cache).map_err(LoadError::io(&self.cache))?;
        let key = key(wasm);
        let cached = self.cache.join(format!("{key}.cwasm"));
        if !cached.exists() {
            // The child gets a copy: the user's file may change under it.
            let input = self.cache.join(format!("{key}.wasm"));
            fs::write(&input, wasm).map_err(LoadError::io(&input))?;
            let compiled = self.run(&input, &cached).await;
            fs::remove_file(&input).map_err(LoadError::io(&input))?;
            compiled?;
        }
        fs::read(&cached).map_err(LoadError::io(&cached))
    }

    /// Forgets bytecode that turned out not to fit.
    pub(crate) fn forget(&self, wasm: &[u8]) {
        let cached = self.cache.join(format!("{}.cwasm", key(wasm)));
        if let Err(error) = fs::remove_file(&cached) {
            tracing::warn!(%error, path = %cached.display(), "cannot remove stale bytecode");
        }
    }

    async fn run(&self, input: &Path, output: &Path) -> Result<(), LoadError> {
        let child = Command::new(&self.program)
            .args(&self.args)
            .arg(input)
            .arg(output)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(LoadError::io(&self.program))?;
        self.limit_memory(&child);
        let ended = time::timeout(self.timeout, child.wait_with_output())
            .await
            .map_err(|_| LoadError::Compile(format!("it takes longer than {:?}", self.timeout)))?
            .map_err(LoadError::io(&self.program))?;
        if ended.status.success() && output.exists() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        let said = said.trim().lines().last().unwrap_or_default();
        Err(LoadError::Compile(format!("the compiler ended with {}: {said}", ended.status)))
    }

    /// Set from outside: between fork and exec nothing but the kernel's calls would be allowed.
    #[cfg(target_os = "linux")]
    fn limit_memory(&self, child: &tokio::process::Child) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let limit = Rlimit { current: Some(self.memory_bytes), maximum: Some(self.memory_bytes) };
        if let Err(error) = prlimit(pid, Resource::As, limit) {
            tracing::warn!(%error, "the compiler runs without a memory limit");
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn limit_memory(&self, _: &tokio::process::Child) {}
}

/// Names bytecode by the component and by everything that shapes it.
fn key(wasm: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(fingerprint());
    hash.update(wasm);
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
