//! Every recipe of the project: what a developer runs by hand and what CI runs are the same commands.
//!
//! `connectors` builds the WebAssembly connectors, `build` the one binary that embeds them, `demo` shows it,
//! `test` proves it, `deb` packages it, `bench` measures it, and `train` makes the model that it forecasts
//! with. Each recipe is a file here and says itself what it needs; a tool that is missing is named together
//! with the way to install it, and nothing is installed unasked apart from what belongs to the Rust toolchain.
//!
//! Packaging copies what is built and decides nothing.

mod bench;
mod build;
mod connectors;
mod daemon;
mod deb;
mod demo;
mod process;
mod test;
mod train;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, tests, packages and benches watteau"
)]
struct Arguments {
    #[command(subcommand)]
    recipe: Recipe,
}

#[derive(Subcommand)]
enum Recipe {
    /// Build the connectors as WebAssembly components and compile them ahead
    Connectors,
    /// Build the release binary, everything embedded
    Build(build::Arguments),
    /// Build everything and start the demo; arguments go to `watteau demo`
    Demo(demo::Arguments),
    /// Run every check of CI, in order, with a summary
    Test(test::Arguments),
    /// Build the Debian package
    Deb(deb::Arguments),
    /// Measure, and compare with the goals
    Bench(bench::Arguments),
    /// Train the built-in forecasting model and write its card
    Train(train::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().recipe) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(recipe: Recipe) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::load()?;
    match recipe {
        Recipe::Connectors => {
            connectors::build(&workspace, workspace::Profile::Release).map(|()| ExitCode::SUCCESS)
        }
        Recipe::Build(arguments) => build::run(&workspace, &arguments).map(|_| ExitCode::SUCCESS),
        Recipe::Demo(arguments) => demo::run(&workspace, &arguments),
        Recipe::Test(arguments) => test::run(&workspace, &arguments),
        Recipe::Deb(arguments) => deb::run(&workspace, &arguments).map(|_| ExitCode::SUCCESS),
        Recipe::Bench(arguments) => bench::run(&workspace, &arguments),
        Recipe::Train(arguments) => train::run(&workspace, &arguments).map(|()| ExitCode::SUCCESS),
    }
}
