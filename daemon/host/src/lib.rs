//! Loads and runs watteau connectors: WebAssembly components on wasmtime, sandboxed, as Pulley bytecode.
