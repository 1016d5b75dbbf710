//! `watteau check`: every problem of the configuration at once, or the merged values with their origin.

use super::{Exit, Global, output};

pub(super) fn run(global: &Global) -> anyhow::Result<Exit> {
    let loaded = output::load_config(&global.sources(), global)?;
    if global.json {
        output::print_json(&loaded.values())?;
    } else {
        output::print_raw(&loaded.to_string())?;
    }
    Ok(Exit::Ok)
}
