//! Compiles a connector to the bytecode that the daemon loads: `watteau-compile IN.wasm OUT.cwasm`.

use std::{env, error::Error, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [input, output] = arguments.as_slice() else {
        eprintln!("usage: watteau-compile IN.wasm OUT.cwasm");
        return ExitCode::from(2);
    };
    match watteau_host::compile_file(input, output) {
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
