//! `watteau-simulator [ADDRESS]`: the simulated sources until Ctrl-C, for connectors tried by hand.

use std::{env, net::SocketAddr, process::ExitCode};
use watteau_simulator::{Config, Simulator};

const ADDRESS: &str = "127.0.0.1:9290";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let address = env::args().nth(1).unwrap_or_else(|| ADDRESS.to_owned());
    if ["-h", "--help"].contains(&address.as_str()) {
        println!(
            "Usage: watteau-simulator [ADDRESS]\n\nServes the simulated sources on ADDRESS ({ADDRESS}) until Ctrl-C."
        );
        return ExitCode::SUCCESS;
    }
    match serve(&address).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C; says first what to write in the settings, and how a fault is switched on.
async fn serve(address: &str) -> Result<(), String> {
    let listen: SocketAddr = address
        .parse()
        .map_err(|_| format!("`{address}` is not an address with a port, such as {ADDRESS}."))?;
    if !listen.ip().is_loopback() {
        return Err(format!(
            "{listen} can be reached from outside: the simulator serves this machine alone."
        ));
    }
    let simulator = Simulator::start(Config { listen, ..Config::default() })
        .await
        .map_err(|error| format!("Cannot listen on {listen}: {error}."))?;
    println!("[connectors.linky]");
    println!("plugin = \"linky\"");
    println!("prm = \"{}\"", simulator.prm());
    println!("token = \"{}\"", simulator.token());
    println!("base_url = \"{}\"", simulator.base_url());
    println!(
        "what = [\"daily_energy\", \"load_curve\", \"max_power\", \"daily_production\", \"production_curve\"]"
    );
    println!();
    let versions =
        [("myelectricaldata", simulator.med_v1_url()), ("myelectricaldata-v2", simulator.med_v2_url())];
    for (gateway, base_url) in versions {
        println!("# The same meter through {gateway}:");
        println!("# gateway = \"{gateway}\"");
        println!("# token = \"{}\"", simulator.med_token());
        println!("# base_url = \"{base_url}\"");
        println!();
    }
    println!("[connectors.rte]");
    println!("plugin = \"rte\"");
    println!("client_id = \"{}\"", simulator.rte_client_id());
    println!("client_secret = \"{}\"", simulator.rte_client_secret());
    println!("base_url = \"{}\"", simulator.grid_url());
    println!();
    println!("[connectors.weather]");
    println!("plugin = \"weather\"");
    println!("latitude = 48.8566");
    println!("longitude = 2.3522");
    println!("base_url = \"{}\"", simulator.weather_url());
    println!();
    println!("# A fault on: curl -X PUT -H 'content-type: application/json' \\");
    println!("#   -d '{{\"fault\":\"consent_expired\"}}' http://{listen}/__simulator/faults");
    tokio::signal::ctrl_c().await.map_err(|error| format!("Cannot wait for Ctrl-C: {error}."))?;
    simulator.stop().await;
    Ok(())
}
