//! Compiles a connector to the bytecode that the daemon loads: `watteau-compile IN.wasm OUT.cwasm`, and `32` or `64`
//! behind it for a machine whose addresses have another size than this one's.

use std::{env, error::Error, path::PathBuf, process::ExitCode};
use watteau_host::Width;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (input, output, width) = match arguments.as_slice() {
        [input, output] => (input, output, Width::OWN),
        [input, output, bits] if bits.as_os_str() == "32" => (input, output, Width::Bits32),
        [input, output, bits] if bits.as_os_str() == "64" => (input, output, Width::Bits64),
        _ => return usage(),
    };
    match watteau_host::compile_file(width, input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("error: {}: {error}", input.display());
            let mut cause = error.source();
            while let Some(deeper) = cause {
                eprint!(": {deeper}");
                cause = deeper.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: watteau-compile IN.wasm OUT.cwasm [32|64]");
    ExitCode::from(2)
}
