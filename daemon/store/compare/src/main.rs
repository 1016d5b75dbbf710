//! Measures watteau-store beside SQLite: the same data, the same work, the same run.
//!
//! `watteau-store-compare [--json] [--repeats N] [--write FILE]` prints a row for each work, with what it has to
//! reach; it fails when one is missed. Every work runs in a process of its own on a file of its own, several times,
//! both stores by turns; the medians are told. What was found is compared too, so that no store is fast by being
//! wrong.
//!
//! Bytes written are the kernel's count for the process (`write_bytes`), not the program's: it counts whole folios
//! of the page cache, of which the device only gets the pages that changed. So the block device's own count stands
//! beside it where it can be read. Cold means that the
//! file's pages were dropped after the store was opened. Memory is the most that the process ever had resident,
//! the data that it was given included.

mod bench;
mod data;
mod engine;
mod sqlite;
mod table;
mod watteau;
mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether every goal is met.
fn run() -> Result<bool> {
    let mut arguments = std::env::args().skip(1);
    let (mut json, mut repeats, mut write) = (false, 5, None::<PathBuf>);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--repeats" => repeats = arguments.next().context("--repeats needs a number")?.parse()?,
            "--write" => write = Some(arguments.next().context("--write needs a file")?.into()),
            // What a process of its own is started with: STORE WORK FILE.
            "work" => {
                let rest: Vec<String> = arguments.collect();
                let [store, name, file] = rest.as_slice() else { bail!("work needs STORE WORK FILE") };
                let outcome = work::run(engine::Kind::parse(store)?, name, Path::new(file))?;
                println!("{}", serde_json::to_string(&outcome)?);
                return Ok(true);
            }
            _ => bail!("usage: [--json] [--repeats N] [--write FILE]"),
        }
    }
    // Beside the program: a folder for builds is on a disk, while the system's temporary one may be in memory.
    let program = std::env::current_exe()?;
    let folder = tempfile::tempdir_in(program.parent().context("the program is in a folder")?)?;
    let rows = bench::run(&program, folder.path(), repeats)?;
    let text = table::text(&rows, &table::machine(folder.path()));
    if json {
        println!("{}", serde_json::to_string(&serde_json::json!({ "rows": rows }))?);
    } else {
        print!("{text}");
    }
    if let Some(file) = write {
        std::fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(rows.iter().all(|row| row.ok != Some(false)))
}
