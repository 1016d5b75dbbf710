//! The contract `watteau:connector@1.0.0` as the host speaks it.
//!
//! `wasmtime` generates the two worlds as three halves that share their types: every connector exports `plugin`,
//! and one of `source` and `reader`. The rest of the crate sees the types of `model` and `error` only, so that
//! a later contract is one more module beside this one.

mod bindings;
mod convert;
mod guest;
mod imports;
mod stderr;

pub(crate) use bindings::{
    plugin::PluginHalf,
    reader::ReaderHalf,
    source::{SourceHalf, exports::watteau::connector::source::Job},
};
pub(crate) use convert::{failure, file_error, outcome, report, series, span, text};
pub(crate) use guest::{Guest, HostFile, Rights};

use crate::{error::LoadError, manifest::PluginKind};
use wasmtime::{
    Engine,
    component::{Component, HasSelf, Linker, types::ComponentItem},
};

/// Everything a guest may import: the contract, and an empty WASI.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<Guest>, LoadError> {
    let mut linker = Linker::new(engine);
    PluginHalf::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest: &mut Guest| guest)
        .and_then(|()| wasmtime_wasi::p2::add_to_linker_async(&mut linker))
        .map_err(|error| LoadError::Engine(format!("{error:#}")))?;
    Ok(linker)
}

/// Whether a component exports what its kind must; the linker checks what it imports.
pub(crate) fn check_exports(component: &Component, kind: PluginKind) -> Result<(), LoadError> {
    let own = match kind {
        PluginKind::Source => "watteau:connector/source@1.0.0",
        PluginKind::Files => "watteau:connector/reader@1.0.0",
    };
    let engine = component.engine();
    let ty = component.component_type();
    for wanted in ["watteau:connector/plugin@1.0.0", own] {
        let exported = ty
            .exports(engine)
            .any(|(name, item)| name == wanted && matches!(item.ty, ComponentItem::ComponentInstance(_)));
        if !exported {
            return Err(LoadError::Contract(format!("it does not export `{wanted}`")));
        }
    }
    Ok(())
}
