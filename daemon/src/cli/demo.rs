//! `watteau demo`: the real daemon and the real connectors on a simulated household, without any network.

use super::{Exit, Global};
use crate::{
    config, ingest,
    supervisor::{Daemon, Mode, shutdown},
};
use anyhow::Context as _;
use clap::Args;
use jiff::{ToSpan as _, Zoned, civil::Date};
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};
use watteau_simulator::{Config as Household, Simulator};

/// Arguments of `watteau demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The address of the dashboard.
    #[arg(long, value_name = "ADDR", value_parser = config::listen_address, default_value = "127.0.0.1:9288")]
    listen: SocketAddr,
    /// Another seed is another household.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Its settings, in its data folder.
const SETTINGS: &str = "demo.toml";

/// The folders that its connectors to files watch.
const FOLDERS: [&str; 2] = ["grdf", "occupancy"];

/// How many people live there.
const PERSONS: u32 = 3;

/// How much of the grid is read: a year, and the month before it.
const GRID_DAYS: i64 = 400;

/// How much gas history the user of the demo has downloaded.
const GAS_YEARS: i32 = 3;

impl Demo {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let listen = free(self.listen)?;
        // A folder of its own, given back at the end, unless the user wants to keep it.
        let (_scratch, dir) = match &global.data_dir {
            // Its settings lie in that folder and name it: from there, a path relative to here leads elsewhere.
            Some(dir) => (None, std::path::absolute(dir)?),
            None => {
                let scratch = tempfile::Builder::new().prefix("watteau-demo-").tempdir()?;
                let dir = scratch.path().to_owned();
                (Some(scratch), dir)
            }
        };
        let inbox = dir.join("inbox");
        for folder in FOLDERS {
            let folder = inbox.join(folder);
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }

        let now = Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Paris")?);
        let household = Household { seed: self.seed, ..Household::default() };
        let simulator = Simulator::start(household).await.context("the simulated household did not start")?;
        drop_gas_files(&simulator, &inbox.join("grdf"), now.date())?;
        drop_occupancy(&simulator, &inbox.join("occupancy"), now.date())?;

        let file = dir.join(SETTINGS);
        std::fs::write(&file, configuration(&simulator, listen, &dir, &inbox, now.date())?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
        let sources = config::Sources::only(file, ingest::schemas());
        let daemon = Daemon::build(config::load(&sources)?, Mode::Service(sources)).await?;

        let end = shutdown::signal()?;
        // A daemon that serves waits for its end, and not before.
        let served = async move {
            let dir = dir.display();
            // Whoever started it may have stopped reading: that ends nothing.
            let _ = writeln!(
                io::stderr(),
                "Watteau shows a simulated household on http://{listen} (Ctrl-C ends it).\nData: {dir}"
            );
            end.await;
        };
        daemon.serve(Box::pin(served)).await?;
        simulator.stop().await;
        Ok(Exit::Ok)
    }
}

/// The settings of the demo that has its data in that folder, where there is one.
pub(super) fn settings(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(SETTINGS)).filter(|file| file.is_file())
}

/// The address, with a port where any would do. One that is taken is told before anything is made, and without a word
/// of settings, which a demo has none of.
fn free(listen: SocketAddr) -> anyhow::Result<SocketAddr> {
    let bound = TcpListener::bind(listen).and_then(|listener| listener.local_addr());
    bound.with_context(|| format!("cannot listen on {listen}; choose another address with --listen"))
}

/// The household downloaded its gas file of each year, as GRDF gives them, up to two days ago.
fn drop_gas_files(simulator: &Simulator, inbox: &Path, today: Date) -> anyhow::Result<()> {
    let last = today.saturating_sub(3.days());
    for back in (0..=GAS_YEARS).rev() {
        let year = today.year() - i16::try_from(back)?;
        let from = Date::new(year, 1, 1)?;
        let to = Date::new(year, 12, 31)?.min(last);
        if from > to {
            continue;
        }
        let exported = to.saturating_add(2.days());
        let name = format!("Donnees_informatives_{}_{from}_{to}.xlsx", simulator.pce());
        let path: PathBuf = inbox.join(name);
        std::fs::write(&path, simulator.gas_export_xlsx(from, to, exported))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Somebody in the household notes who is at home, in a spreadsheet.
fn drop_occupancy(simulator: &Simulator, inbox: &Path, today: Date) -> anyhow::Result<()> {
    let first = Date::new(today.year() - i16::try_from(GAS_YEARS)?, 1, 1)?;
    let mut csv = "date,persons\n".to_owned();
    for day in first.series(1.day()).take_while(|day| *day < today) {
        let persons = if simulator.household().is_away(day) { 0 } else { PERSONS };
        let _ = writeln!(csv, "{day},{persons}");
    }
    let path = inbox.join("occupancy.csv");
    std::fs::write(&path, csv).with_context(|| format!("{} cannot be written", path.display()))
}

/// The demo's configuration as it ships, with the addresses, folders, meters and days of this one.
fn configuration(
    simulator: &Simulator,
    listen: SocketAddr,
    dir: &Path,
    inbox: &Path,
    today: Date,
) -> anyhow::Result<String> {
    let mut file: toml_edit::DocumentMut = include_str!("../../../config/demo.toml").parse()?;
    file["server"]["listen"] = toml_edit::value(listen.to_string());
    file["store"]["dir"] = toml_edit::value(dir.display().to_string());
    let linky = &mut file["connectors"]["linky"];
    linky["prm"] = toml_edit::value(simulator.prm());
    linky["token"] = toml_edit::value(simulator.token());
    linky["base_url"] = toml_edit::value(simulator.base_url());
    let rte = &mut file["connectors"]["rte"];
    rte["client_id"] = toml_edit::value(simulator.rte_client_id());
    rte["client_secret"] = toml_edit::value(simulator.rte_client_secret());
    rte["since"] = toml_edit::value(today.saturating_sub(GRID_DAYS.days()).to_string());
    rte["base_url"] = toml_edit::value(simulator.grid_url());
    file["connectors"]["weather"]["base_url"] = toml_edit::value(simulator.weather_url());
    for (connector, folder) in ["gas", "occupancy"].iter().zip(FOLDERS) {
        file["connectors"][connector]["watch"] = toml_edit::value(inbox.join(folder).display().to_string());
    }
    Ok(file.to_string())
}
