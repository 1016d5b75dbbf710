//! What the analysis of a home is held to, measured: published numbers, the real home, simulated years, time.
//!
//! One JSON object a line, which `cargo xtask bench analysis` makes a table of. Without the shared samples only what needs
//! none is measured. Every figure but those of time is the same in every run.

#[path = "../common/mod.rs"]
mod common;

#[path = "../../tests/it/regression/home.rs"]
mod invented;

mod changes;
mod figure;
mod predicted;
mod published;
mod speed;

use figure::Figure;

fn main() -> anyhow::Result<()> {
    print(&published::quantiles())?;
    let home = if common::shared::folder().is_some() {
        Some(common::days::read()?)
    } else {
        eprintln!(
            "skipped: the real home, and years simulated from it: no shared samples; set WATTEAU_SHARED"
        );
        None
    };
    if let Some(home) = &home {
        print(&published::months(home)?)?;
        print(&predicted::gas(home)?)?;
        print(&predicted::electricity(home)?)?;
        print(&changes::real(home)?)?;
        print(&changes::simulated(home)?)?;
    }
    print(&speed::fits(home.as_ref())?)
}

fn print(figures: &[Figure]) -> anyhow::Result<()> {
    for figure in figures {
        println!("{}", serde_json::to_string(figure)?);
    }
    Ok(())
}
