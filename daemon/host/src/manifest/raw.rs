//! The manifest as it is written: a TOML shape, nothing checked but types and unknown keys.

use super::{OptionKind, PluginKind};
use crate::model::{Kind, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) contract: u32,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) kind: PluginKind,
    pub(super) title: Text,
    #[serde(default)]
    pub(super) summary: Text,
    #[serde(default)]
    pub(super) dynamic: bool,
    #[serde(default)]
    pub(super) limits: Limits,
    pub(super) http: Option<Http>,
    pub(super) quota: Option<Quota>,
    pub(super) schedule: Option<Schedule>,
    #[serde(default)]
    pub(super) option: Vec<Opt>,
    #[serde(default)]
    pub(super) feed: Vec<Feed>,
    #[serde(default)]
    pub(super) series: Vec<Series>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) memory: Option<String>,
    pub(super) cpu: Option<String>,
    pub(super) call: Option<String>,
    pub(super) body: Option<String>,
    pub(super) points: Option<u64>,
    pub(super) log_lines: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    pub(super) base_url: Option<String>,
    #[serde(default)]
    pub(super) allow: Vec<Allow>,
    #[serde(default)]
    pub(super) auth: Vec<Auth>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Allow {
    pub(super) host: String,
    #[serde(default = "every_path")]
    pub(super) paths: Vec<String>,
    #[serde(default = "get")]
    pub(super) methods: Vec<String>,
}

fn every_path() -> Vec<String> {
    vec!["/".to_owned()]
}

fn get() -> Vec<String> {
    vec!["GET".to_owned()]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Auth {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) secret: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) header: Option<String>,
    pub(super) token_url: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) margin: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quota {
    pub(super) calls: u32,
    pub(super) per: String,
    pub(super) spacing: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schedule {
    pub(super) default: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opt {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: OptionKind,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<toml::Value>,
    pub(super) pattern: Option<String>,
    #[serde(default)]
    pub(super) choices: Vec<String>,
    /// A meter is one by its type.
    #[serde(default)]
    pub(super) identity: bool,
    pub(super) label: Text,
    #[serde(default)]
    pub(super) help: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Feed {
    pub(super) name: String,
    pub(super) title: Option<Text>,
    #[serde(default)]
    pub(super) series: Vec<String>,
    pub(super) span: String,
    pub(super) history: Option<String>,
    pub(super) published: Option<String>,
    pub(super) late: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) kind: Kind,
    pub(super) step: String,
    pub(super) title: Text,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) ahead: Option<String>,
    pub(super) day_start: Option<String>,
    #[serde(default)]
    pub(super) optional: bool,
    pub(super) role: Option<String>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, String>,
}
