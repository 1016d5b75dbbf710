//! The store: whether it opens, and whether everything in it is as it was written.

use super::{Client, Exit, Finding, Global, output};
use crate::{
    api::StoreCheck,
    config::{Config, Installation},
};
use serde::Deserialize;

const TOPIC: &str = "store";

/// A way to what is kept; what keeps from it is found.
pub(super) async fn way(
    global: &Global,
    config: &Config,
    installation: &Installation,
    findings: &mut Vec<Finding>,
) -> Option<Client> {
    if let Some(client) = Client::daemon(&config.server.socket).await {
        return Some(client);
    }
    let folder = config.store.dir.display();
    match config.store.file().try_exists() {
        Ok(true) => {}
        Ok(false) => {
            let text = format!("there is no store in {folder} yet");
            let advice = format!("the daemon makes it when it starts: {}", installation.start());
            findings.push(Finding::warn(TOPIC, text, advice));
            return None;
        }
        Err(error) => {
            let text = format!("{folder} cannot be looked at ({error})");
            let advice = if installation.is_the_machines() {
                "run it as root: sudo watteau doctor"
            } else {
                "run it as the user that watteau runs as"
            };
            findings.push(Finding::warn(TOPIC, text, advice));
            return None;
        }
    }
    // What is worth a word was found in the settings already, and is told there.
    let global = Global { quiet: global.quiet.max(1), ..global.clone() };
    match Client::existing(&global).await {
        Ok(client) => Some(client),
        // What keeps the daemon from starting, and has nothing to do with the store.
        Err(error) if output::exit_code(&error) == Exit::Invalid => {
            let advice = "correct it; watteau check lists every mistake";
            findings.push(Finding::fail("config", format!("{error:#}"), advice));
            None
        }
        Err(error) => {
            let advice = "if it is damaged, put a backup in its place: watteau restore FILE --replace";
            findings.push(Finding::fail(TOPIC, format!("it cannot be opened: {error:#}"), advice));
            None
        }
    }
}

pub(super) async fn examine(client: &Client, installation: &Installation) -> Vec<Finding> {
    #[derive(Deserialize)]
    struct Status {
        store: Size,
        unready: Option<String>,
    }
    #[derive(Deserialize)]
    struct Size {
        points: u64,
        series: u64,
        format: u64,
    }
    let mut findings = Vec::new();
    match client.get::<Status>("/api/v1/status", &[]).await {
        Ok(Status { store: Size { points, series, format }, unready }) => {
            let points = output::counted(points, "point");
            findings.push(Finding::ok(TOPIC, format!("{points} of {series} series, format {format}")));
            findings.extend(unready.map(|why| Finding::fail(TOPIC, why, "watteau connectors tells more")));
        }
        Err(error) => findings.push(Finding::fail(
            TOPIC,
            format!("it does not answer: {error:#}"),
            installation.restart().en,
        )),
    }
    match client.get::<StoreCheck>("/api/v1/verification", &[]).await {
        Ok(found) if found.sound => {
            let blocks = output::counted(found.blocks, "block");
            findings.push(Finding::ok(TOPIC, format!("{blocks} read, each as it was written")));
        }
        Ok(found) => findings.push(Finding::fail(
            TOPIC,
            format!(
                "damaged: {}; the rest is served as ever",
                output::counted(found.damaged.len() as u64, "place")
            ),
            "watteau verify lists them; a backup brings them back: watteau restore FILE --replace",
        )),
        Err(error) => findings.push(Finding::fail(
            TOPIC,
            format!("it cannot be read: {error:#}"),
            "watteau verify tells more",
        )),
    }
    findings
}
