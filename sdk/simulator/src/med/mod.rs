//! MyElectricalData, in both of its versions: two services at two addresses, which share nothing but their name.

mod v1;
mod v2;

#[cfg(test)]
mod tests;

use crate::Inner;
use axum::Router;
use std::sync::Arc;

/// Where version 1 is, under the simulator's address.
pub(crate) const V1: &str = "/med/v1";
/// Where version 2 is.
pub(crate) const V2: &str = "/med/v2/api";

pub(crate) fn router(inner: &Arc<Inner>) -> Router {
    Router::new().nest(V1, v1::router(Arc::clone(inner))).nest(V2, v2::router(Arc::clone(inner)))
}

/// A token of version 1, and the client secret of an account of version 2: neither says anything of itself.
pub(crate) fn token(seed: u64) -> String {
    format!("med-{:016x}", seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
