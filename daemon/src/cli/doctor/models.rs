//! The models that jobs name: whether they are here.

use super::Finding;
use crate::{
    config::{Config, Installation},
    models::{Library, Name, State, built_in},
};
use std::collections::BTreeSet;

const TOPIC: &str = "models";

pub(super) fn examine(config: &Config, installation: &Installation) -> Vec<Finding> {
    let library = Library::of(&config.store.dir);
    let jobs = config.jobs.values().filter(|job| job.enabled);
    let wanted: BTreeSet<&String> = jobs.flat_map(|job| &job.models).collect();
    let mut findings = vec![match built_in::load(None) {
        Ok(_) => Finding::ok(TOPIC, "the built-in model loads"),
        Err(error) => Finding::fail(
            TOPIC,
            format!("the built-in model does not load: {error}"),
            "install watteau again",
        ),
    }];
    for name in wanted.into_iter().filter(|name| *name != built_in::NAME) {
        let state = name.parse::<Name>().ok().map(|name| library.state(&name));
        findings.push(match state {
            Some(State::Here { .. }) => Finding::ok(TOPIC, format!("{name} is here")),
            _ => {
                let pull = installation.command(&format!("model pull {name}"));
                Finding::warn(TOPIC, format!("{name} is not here"), pull)
            }
        });
    }
    findings
}
