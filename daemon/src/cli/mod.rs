//! The command line: a file per command.
//!
//! Data goes to standard output, messages to standard error. Every command but `run`, `demo` and `check`
//! speaks HTTP to the same routes: through the daemon's Unix socket when it runs, else in process on a store
//! that the command opens itself ([`client`]). The results are the same either way, because the code is.

mod backup;
mod check;
mod client;
mod compile;
mod connector;
mod connectors;
mod demo;
mod doctor;
mod export;
mod forecast;
mod homeassistant;
mod import;
mod keys;
mod manual;
mod model;
mod output;
mod password;
mod points;
mod problem;
mod prometheus;
mod receive;
mod refused;
mod regression;
mod restore;
mod run;
mod series;
mod token;
mod verify;

pub(crate) use compile::NAME as COMPILE;

use crate::{config, ingest, memory};
use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// What a command ends with; documented in `watteau --help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Ok,
    /// 1: it could not be done.
    Failed,
    /// 3: the configuration or the input is invalid.
    Invalid,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Ok => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Invalid => Self::from(3),
        }
    }
}

const AFTER_HELP: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 invalid configuration or input.";

/// Reads the home's meters and the grid, keeps every point, explains it and shows it.
#[derive(Debug, Parser)]
#[command(name = "watteau", version, about, after_help = AFTER_HELP, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The configuration file. Default: of root /etc/watteau/watteau.toml; of others ~/.config/watteau/watteau.toml,
    /// or that of root where only that one is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder, instead of the configuration's; that of a demo brings the demo's settings.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Prints JSON instead of a table.
    #[arg(long, global = true)]
    json: bool,
    /// Says less; twice: errors only.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    quiet: u8,
    /// Says more; twice: everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the daemon.
    Run(run::Run),
    /// Shows watteau at work on a simulated household, without any network.
    Demo(demo::Demo),
    /// Checks the configuration and prints the merged values with their origin, secrets masked.
    Check,
    /// Lists the connectors: state, last success, last error, next run, quota.
    Connectors,
    /// Runs one connector now, begins one of your own, tells what one asks for.
    Connector {
        #[command(subcommand)]
        command: connector::Connector,
    },
    /// Imports files, recognised by their content.
    Import(import::Import),
    /// Forecasts tomorrow, shows what was forecast, scores it.
    Forecast {
        #[command(subcommand)]
        command: forecast::Forecast,
    },
    /// Tells what the weather explains of a series, and what it does not.
    Regression {
        #[command(subcommand)]
        command: regression::Regression,
    },
    /// Lists, downloads and checks forecasting models.
    Model {
        #[command(subcommand)]
        command: model::Model,
    },
    /// Prints what Prometheus needs to read this installation.
    Prometheus(prometheus::Prometheus),
    /// Lists the series.
    Series,
    /// Prints the points of a series.
    Points(points::Points),
    /// Writes everything that is kept as CSV, JSON or OpenMetrics.
    Export(export::Export),
    /// Prints sensors for Home Assistant, ready to paste.
    #[command(name = "homeassistant")]
    HomeAssistant(homeassistant::HomeAssistant),
    /// Writes a whole copy of the store, while the daemon goes on.
    Backup(backup::Backup),
    /// Puts a backup in the place of the store; the daemon must be stopped.
    Restore(restore::Restore),
    /// Reads everything that is kept, or a backup, and says what is damaged.
    Verify(verify::Verify),
    /// Prints the completions of a shell: `watteau completions bash`.
    Completions(manual::Completions),
    /// Writes the manual pages; packaging calls this.
    #[command(name = "__manual", hide = true)]
    Manual(manual::Manual),
    /// Looks at clock, disk, store, connectors, links and access, and says what to do where something is not well.
    Doctor(doctor::Doctor),
    /// Sets the password that is asked of whoever comes from the network.
    Password {
        #[command(subcommand)]
        command: password::Password,
    },
    /// Makes, lists and revokes the tokens of programs that come from the network.
    Token {
        #[command(subcommand)]
        command: token::Token,
    },
    /// Compiles a connector; the daemon starts this for third-party plugins.
    #[command(name = compile::NAME, hide = true)]
    Compile(compile::Compile),
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    memory::share();
    let cli = Cli::parse();
    output::init_logging(&cli.global, &cli.command);
    let result = match cli.command {
        // These need no runtime, and the compiler runs with little memory allowed.
        Command::Compile(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Manual(command) => command.run(),
        command => match output::runtime() {
            Ok(runtime) => runtime.block_on(dispatch(&cli.global, command)),
            Err(error) => Err(error.into()),
        },
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            output::print_chain(&error);
            output::exit_code(&error).into()
        }
    }
}

async fn dispatch(global: &Global, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Run(command) => command.run(global).await,
        Command::Demo(command) => command.run(global).await,
        Command::Check => check::run(global).await,
        Command::Connectors => connectors::run(global).await,
        Command::Connector { command } => command.run(global).await,
        Command::Import(command) => command.run(global).await,
        Command::Forecast { command } => command.run(global).await,
        Command::Regression { command } => command.run(global).await,
        Command::Model { command } => command.run(global).await,
        Command::Prometheus(command) => command.run(global).await,
        Command::Series => series::run(global).await,
        Command::Points(command) => command.run(global).await,
        Command::Export(command) => command.run(global).await,
        Command::HomeAssistant(command) => command.run(global).await,
        Command::Backup(command) => command.run(global).await,
        Command::Restore(command) => command.run(global).await,
        Command::Verify(command) => command.run(global).await,
        Command::Doctor(command) => command.run(global).await,
        Command::Password { command } => command.run(global).await,
        Command::Token { command } => command.run(global).await,
        Command::Compile(_) | Command::Completions(_) | Command::Manual(_) => {
            unreachable!("handled before the runtime starts")
        }
    }
}

impl Global {
    /// Where the configuration comes from, with this command's flags on top. A demo keeps its settings in its data
    /// folder: whoever names that folder means the demo.
    fn sources(&self) -> config::Sources {
        let demo = self.data_dir.as_deref().filter(|_| self.config.is_none()).and_then(demo::settings);
        demo.map_or_else(|| self.own_sources(), |file| config::Sources::only(file, ingest::schemas()))
    }

    /// The same, for who runs a daemon of this machine's own whatever folder it is given.
    fn own_sources(&self) -> config::Sources {
        let mut sources = config::Sources::of_this_machine(self.config.clone(), ingest::schemas());
        sources.data_dir.clone_from(&self.data_dir);
        sources
    }
}
