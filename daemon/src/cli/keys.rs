//! Password and tokens, through the running daemon where there is one, so that a change holds at once; else in their
//! file, which needs no store.

use super::{Global, client::Client, client::encode};
use crate::{
    access::{self, Keeper, TokenView},
    api::Made,
    clock::Clock,
    config,
};
use anyhow::Context as _;
use bytes::Bytes;
use hyper::Method;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::sync::Arc;

/// Password and tokens.
pub(super) struct Keys {
    way: Way,
    /// The home's zone, in which days end.
    pub(super) zone: TimeZone,
}

/// The way to them.
enum Way {
    Daemon(Client),
    File(Arc<Keeper>),
}

impl Keys {
    pub(super) async fn open(global: &Global) -> anyhow::Result<Self> {
        let mut sources = global.sources();
        // The connectors' settings are no concern here.
        sources.visitor = true;
        let config = config::load(&sources)?.config;
        let zone = config.home.timezone;
        if let Some(client) = Client::daemon(&config.server.socket).await {
            return Ok(Self { way: Way::Daemon(client), zone });
        }
        let folder = &config.store.dir;
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        if let Some(damage) = access::damage(folder) {
            anyhow::bail!("{damage}; put it right, or remove it and set password and tokens anew");
        }
        let clock = Clock::system(zone.clone());
        Ok(Self { way: Way::File(Keeper::open(folder, clock, config.access)), zone })
    }

    pub(super) async fn set_password(&self, password: Option<String>) -> anyhow::Result<()> {
        let path = "/api/v1/password";
        match (&self.way, password) {
            (Way::Daemon(client), Some(password)) => {
                let body = json!({ "password": password }).to_string();
                client.ask::<Value>(Method::PUT, path, Bytes::from(body)).await.map(drop)
            }
            (Way::Daemon(client), None) => {
                client.ask::<Value>(Method::DELETE, path, Bytes::new()).await.map(drop)
            }
            (Way::File(keeper), password) => Ok(keeper.set_password(password.as_deref())?),
        }
    }

    pub(super) async fn create(
        &self,
        name: &str,
        read_only: bool,
        expires: Option<Timestamp>,
    ) -> anyhow::Result<Made> {
        match &self.way {
            Way::Daemon(client) => {
                let body = json!({ "name": name, "read_only": read_only, "expires": expires }).to_string();
                client.ask(Method::POST, "/api/v1/tokens", Bytes::from(body)).await
            }
            Way::File(keeper) => {
                let (token, listed) = keeper.create_until(name, read_only, expires)?;
                Ok(Made { token, listed })
            }
        }
    }

    pub(super) async fn tokens(&self) -> anyhow::Result<Vec<TokenView>> {
        match &self.way {
            Way::Daemon(client) => client.get("/api/v1/tokens", &[]).await,
            Way::File(keeper) => Ok(keeper.tokens()),
        }
    }

    pub(super) async fn revoke(&self, name: &str) -> anyhow::Result<()> {
        match &self.way {
            Way::Daemon(client) => {
                let path = format!("/api/v1/tokens/{}", encode(name));
                client.ask::<Value>(Method::DELETE, &path, Bytes::new()).await.map(drop)
            }
            Way::File(keeper) => Ok(keeper.revoke(name)?),
        }
    }
}
