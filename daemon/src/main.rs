//! The `watteau` binary; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    watteau::cli::main()
}
