//! The engine: wasmtime's portable interpreter, with every wall that wasmtime itself can build.
//!
//! Nothing executable is ever mapped: components are Pulley bytecode, compiled ahead. That costs speed that
//! connectors do not need, and gives one artefact for every machine, a small resident size, and a daemon
//! that runs under `MemoryDenyWriteExecute`.

use crate::{error::LoadError, manifest::Manifest, section::manifest_text};
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use wasmtime::{Config, Engine};

/// The interpreter's stack of a guest: deep enough for parsers, small enough for a Pi.
const STACK: usize = 512 << 10;

/// How long a guest computes before the host looks at it.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// The size of an address on the machine that bytecode is for; all else is the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 32 bits: armhf.
    Bits32,
    /// 64 bits: amd64, arm64.
    Bits64,
}

impl Width {
    /// This machine's.
    pub const OWN: Self = if cfg!(target_pointer_width = "64") { Self::Bits64 } else { Self::Bits32 };

    fn target(self) -> &'static str {
        match self {
            Self::Bits32 => "pulley32",
            Self::Bits64 => "pulley64",
        }
    }
}

/// What both sides, the compiler and the loader, must agree on; a change here is a change of [`fingerprint`].
fn config(width: Width) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config.target(width.target())?;
    config.wasm_component_model(true);
    config.epoch_interruption(true);
    // Linear memory is allocated as it grows and every access is checked: nothing is reserved ahead, and no
    // signal handler is installed.
    config.memory_reservation(0);
    config.memory_guard_size(0);
    config.memory_reservation_for_growth(1 << 20);
    config.guard_before_linear_memory(false);
    config.signals_based_traps(false);
    config.memory_init_cow(false);
    config.max_wasm_stack(STACK);
    // The host's own frames run on the fibre's native stack, above the interpreter's.
    config.async_stack_size(STACK + (512 << 10));
    config.wasm_backtrace_max_frames(None);
    Ok(config)
}

pub(crate) fn engine() -> Result<Engine, LoadError> {
    engine_for(Width::OWN)
}

fn engine_for(width: Width) -> Result<Engine, LoadError> {
    let engine = config(width).and_then(|config| Engine::new(&config));
    engine.map_err(|error| LoadError::Engine(format!("{error:#}")))
}

/// What bytecode must have been made with to be loaded: part of the cache's key.
pub(crate) fn fingerprint() -> String {
    format!("wasmtime 48, watteau {}, stack {STACK}, {} bits", env!("CARGO_PKG_VERSION"), usize::BITS)
}

/// Compiles a component to bytecode. Takes time and memory: the daemon starts a child for it.
pub fn compile(wasm: &[u8]) -> Result<Vec<u8>, LoadError> {
    compile_for(Width::OWN, wasm)
}

fn compile_for(width: Width, wasm: &[u8]) -> Result<Vec<u8>, LoadError> {
    engine_for(width)?.precompile_component(wasm).map_err(|error| LoadError::Compile(format!("{error:#}")))
}

/// Reads a component, checks its manifest, compiles it for machines of that width, and writes the bytecode in one step.
pub fn compile_file(width: Width, input: &Path, output: &Path) -> Result<(), LoadError> {
    let wasm = fs::read(input).map_err(LoadError::io(input))?;
    Manifest::parse(&manifest_text(&wasm)?)?;
    let bytecode = compile_for(width, &wasm)?;
    let partial = output.with_extension("partial");
    fs::write(&partial, bytecode).map_err(LoadError::io(&partial))?;
    fs::rename(&partial, output).map_err(LoadError::io(output))
}

/// Advances the engine's epoch while a guest runs, from a thread that lives no longer than that.
#[derive(Clone)]
pub(crate) struct Ticker {
    engine: Engine,
    state: Arc<Mutex<Ticking>>,
}

#[derive(Default)]
struct Ticking {
    guests: usize,
    thread: bool,
}

/// A guest runs for as long as this lives.
pub(crate) struct Tick(Arc<Mutex<Ticking>>);

impl Ticker {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, state: Arc::default() }
    }

    pub(crate) fn start(&self) -> Tick {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.guests += 1;
        if !state.thread {
            let (engine, shared) = (self.engine.clone(), Arc::clone(&self.state));
            let started = thread::Builder::new().name("watteau-epoch".to_owned()).stack_size(64 << 10).spawn(
                move || {
                    loop {
                        thread::sleep(TICK);
                        engine.increment_epoch();
                        let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        if state.guests == 0 {
                            state.thread = false;
                            break;
                        }
                    }
                },
            );
            match started {
                Ok(_) => state.thread = true,
                // Without it a guest that loops would hold its thread; the next call tries again.
                Err(error) => tracing::error!(%error, "the thread that watches connectors does not start"),
            }
        }
        Tick(Arc::clone(&self.state))
    }
}

impl Drop for Tick {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).guests -= 1;
    }
}
