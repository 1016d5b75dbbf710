//! `watteau-simulator [ADDRESS]`: the simulated sources until Ctrl-C, for connectors tried by hand.

use std::{env, error::Error, net::SocketAddr};
use watteau_simulator::{Config, Simulator};

const ADDRESS: &str = "127.0.0.1:9290";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or_else(|| ADDRESS.to_owned());
    let listen: SocketAddr = address
        .parse()
        .map_err(|_| format!("`{address}` is not an address and a port, such as {ADDRESS}"))?;
    if !listen.ip().is_loopback() {
        return Err(
            format!("{listen} can be reached from outside: the simulator serves this machine alone").into()
        );
    }
    let simulator = Simulator::start(Config { listen, ..Config::default() })
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    println!(
        "[connectors.linky]\nplugin = \"linky\"\nprm = \"{}\"\ntoken = \"{}\"\nbase_url = \"{}\"\n",
        simulator.prm(),
        simulator.token(),
        simulator.base_url()
    );
    println!("# A fault on: curl -X PUT -H 'content-type: application/json' \\");
    println!("#   -d '{{\"fault\":\"consent_expired\"}}' http://{listen}/__simulator/faults");
    tokio::signal::ctrl_c().await?;
    simulator.stop().await;
    Ok(())
}
