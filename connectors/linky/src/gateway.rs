//! The gateways between a home and Enedis, and how each is asked.
//!
//! - Conso API: one path for each kind of reading, the window in the query.
//! - MyElectricalData, version 1: everything in the path, the token alone in `Authorization`.
//! - MyElectricalData, version 2: accounts, a bearer, the window in the query.
//!
//! Nothing that a token shows tells the versions of MyElectricalData apart, so the person says which one gave it. Both
//! can keep answers for a month to spare Enedis; that is not asked for: a day that came late would be hidden by
//! the empty answer that was kept.

use crate::feed::Feed;
use serde::Deserialize;
use watteau_sdk::prelude::*;

/// Who passes the requests on to Enedis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Gateway {
    /// conso.boris.sh.
    #[default]
    #[serde(rename = "conso-api")]
    ConsoApi,
    /// www.myelectricaldata.fr, whose tokens belong to a meter.
    #[serde(rename = "myelectricaldata")]
    MedV1,
    /// www.v2.myelectricaldata.fr, whose tokens belong to an account.
    #[serde(rename = "myelectricaldata-v2")]
    MedV2,
}

/// Days asked for; the end is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// First of them.
    pub first: Date,
    /// The day after the last.
    pub end: Date,
}

impl Gateway {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConsoApi => "Conso API",
            Self::MedV1 | Self::MedV2 => "MyElectricalData",
        }
    }

    /// Where it is, unless the settings name another place. The manifest's own address is the Conso API's.
    const fn home(self) -> &'static str {
        match self {
            Self::ConsoApi => "",
            Self::MedV1 => "https://www.myelectricaldata.fr",
            Self::MedV2 => "https://www.v2.myelectricaldata.fr/api",
        }
    }

    /// Its credential in the manifest.
    const fn auth(self) -> &'static str {
        match self {
            Self::ConsoApi | Self::MedV2 => "token",
            Self::MedV1 => "raw_token",
        }
    }

    /// Whether the token says by itself which meters it is for, and until when.
    pub const fn has_claims(self) -> bool {
        matches!(self, Self::ConsoApi)
    }

    /// Whether it tells the contract.
    pub const fn has_contract(self) -> bool {
        !matches!(self, Self::ConsoApi)
    }

    /// Whether it stamps the load curve with the START of each interval, in place of Enedis' END.
    pub const fn stamps_starts(self) -> bool {
        matches!(self, Self::MedV2)
    }

    /// Whether it may answer for other days than those that were asked for: one that is not there yet is moved back.
    pub const fn moves_windows(self) -> bool {
        matches!(self, Self::MedV2)
    }

    fn get(self, base_url: Option<&str>, path: &str) -> Request {
        let home = if base_url.is_some() { "" } else { self.home() };
        Request::get(format!("{home}{path}")).header("accept", "application/json").auth(self.auth())
    }

    /// The request for some days of a feed; none for a feed that this gateway does not have.
    pub fn readings(self, base_url: Option<&str>, prm: &str, feed: Feed, days: Days) -> Option<Request> {
        let path = feed.path(self)?;
        let Days { first, end } = days;
        Some(match self {
            Self::ConsoApi => {
                self.get(base_url, path).query("prm", prm).query("start", first).query("end", end)
            }
            Self::MedV1 => self.get(base_url, &format!("{path}/{prm}/start/{first}/end/{end}")),
            Self::MedV2 => self
                .get(base_url, &format!("{path}/{prm}"))
                .query("start", first)
                .query("end", end)
                .query("use_cache", "false"),
        })
    }

    /// The request for the contract; none where the gateway does not tell it.
    pub fn contract(self, base_url: Option<&str>, prm: &str) -> Option<Request> {
        match self {
            Self::ConsoApi => None,
            Self::MedV1 => Some(self.get(base_url, &format!("/contracts/{prm}"))),
            Self::MedV2 => {
                let request = self.get(base_url, &format!("/enedis/contract/{prm}"));
                Some(request.query("use_cache", "false"))
            }
        }
    }

    /// The request for the state of the consent and of the quota, which costs Enedis nothing.
    pub fn access(self, base_url: Option<&str>, prm: &str) -> Option<Request> {
        matches!(self, Self::MedV1).then(|| self.get(base_url, &format!("/valid_access/{prm}")))
    }
}
