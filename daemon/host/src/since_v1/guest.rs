//! What the host keeps for one call of one guest.

use super::stderr::Stderr;
use crate::{grant::Grant, http::Outlet, limits::Walls, model::InputFile};
use bytes::Bytes;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// The state behind a guest's imports; dropped with its instance.
pub(crate) struct Guest {
    pub(crate) grant: Grant,
    pub(crate) outlet: Outlet,
    pub(crate) walls: Walls,
    pub(crate) rights: Rights,
    pub(crate) stderr: Stderr,
    pub(crate) table: ResourceTable,
    /// The rule that the last request of this call broke.
    pub(crate) denied: Option<String>,
    wasi: WasiCtx,
}

/// What the function being called may use of the contract.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rights {
    /// The network: not for `describe` and `sniff`.
    pub(crate) http: bool,
    /// Points: only for `pull` and `ingest`.
    pub(crate) sink: bool,
    /// Checkpoints: not while a file is read, it is taken whole or not at all.
    pub(crate) checkpoint: bool,
}

impl Guest {
    pub(crate) fn new(grant: Grant, outlet: Outlet, rights: Rights) -> Self {
        let stderr = Stderr::default();
        // Nothing is inherited: no files, no sockets, no names, no environment, no arguments.
        let wasi = WasiCtx::builder()
            .stderr(stderr.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        let walls = Walls::new(grant.limits, grant.journal.clone());
        Self { grant, outlet, walls, rights, stderr, table: ResourceTable::new(), denied: None, wasi }
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// A file that the guest may read.
#[allow(unreachable_pub)] // the generated bindings name it as public
pub struct HostFile {
    pub(crate) name: String,
    pub(crate) modified: Option<i64>,
    pub(crate) content: Bytes,
}

impl From<InputFile> for HostFile {
    fn from(file: InputFile) -> Self {
        let InputFile { name, modified, content } = file;
        Self { name, modified, content }
    }
}
