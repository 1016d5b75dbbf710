//! What a request needs of whoever sends it from the network.

use crate::config::Reading;
use axum::http::Method;

/// From nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// Whoever comes.
    Nothing,
    /// Somebody known: a session, or any token.
    Known,
    /// Somebody who may change something: a session, or a token that does not only read.
    Write,
    /// A person: a token makes no others, which would outlive it.
    Person,
}

/// What has to work before anybody is known: whether it is alive, and the way in.
const OPEN: [&str; 6] =
    ["/-/healthy", "/-/ready", "/healthz", "/api/v1/session", "/api/v1/login", "/api/v1/logout"];

impl Need {
    /// Of a request by the route that it is for; none of them: it is for a file of the dashboard, which anybody may see.
    pub(super) fn of(method: &Method, route: Option<&str>, reading: Reading) -> Self {
        match route {
            Some(route) if OPEN.contains(&route) => Self::Nothing,
            Some(route) if route.starts_with("/api/v1/tokens") || route == "/api/v1/password" => Self::Person,
            Some(_) if writes(method) => Self::Write,
            // All that is kept, what connectors note for themselves included.
            Some("/api/v1/backup") => Self::Known,
            Some(_) if reading == Reading::Password => Self::Known,
            None | Some(_) => Self::Nothing,
        }
    }
}

/// Whether a method changes something.
pub(super) fn writes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
