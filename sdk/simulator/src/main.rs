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

/// Serves until Ctrl-C; says first what a person needs.
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
    println!("{}", welcome(&simulator, listen));
    tokio::signal::ctrl_c().await.map_err(|error| format!("Cannot wait for Ctrl-C: {error}."))?;
    simulator.stop().await;
    Ok(())
}

/// What to write in the settings, how a fault is switched on, and last what is copied elsewhere, each secret on a line of
/// its own: a triple click takes it whole and nothing else.
fn welcome(simulator: &Simulator, listen: SocketAddr) -> String {
    let (prm, token, med_token) = (simulator.prm(), simulator.token(), simulator.med_token());
    let (client_id, client_secret) = (simulator.rte_client_id(), simulator.rte_client_secret());
    let (conso, grid, weather) = (simulator.base_url(), simulator.grid_url(), simulator.weather_url());
    let (v1, v2) = (simulator.med_v1_url(), simulator.med_v2_url());
    format!(
        r#"[connectors.linky]
plugin = "linky"
prm = "{prm}"
token = "{token}"
base_url = "{conso}"
what = ["daily_energy", "load_curve", "max_power", "daily_production", "production_curve"]

# The same meter through myelectricaldata:
# gateway = "myelectricaldata"
# token = "{med_token}"
# base_url = "{v1}"

# The same meter through myelectricaldata-v2:
# gateway = "myelectricaldata-v2"
# token = "{med_token}"
# base_url = "{v2}"

[connectors.rte]
plugin = "rte"
client_id = "{client_id}"
client_secret = "{client_secret}"
base_url = "{grid}"

[connectors.weather]
plugin = "weather"
latitude = 48.8566
longitude = 2.3522
base_url = "{weather}"

# A fault on, beside those that are: curl -X PUT -H 'content-type: application/json' \
#   -d '{{"fault":"consent_expired"}}' http://{listen}/__simulator/faults
# The same off: with -X DELETE instead.

# The token of the Conso API, where a page asks for it:
{token}

# That of MyElectricalData:
{med_token}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_token_is_on_a_line_of_its_own() {
        let simulator = Simulator::start(Config::default()).await.expect("a free port");
        let text = welcome(&simulator, Config::default().listen);
        for token in [simulator.token(), simulator.med_token()] {
            assert_eq!(text.lines().filter(|line| *line == token).count(), 1, "{text}");
        }
    }
}
