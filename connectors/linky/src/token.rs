//! What the token says of itself: a JSON Web Token whose claims the host shows, never the token.

use crate::errors;
use serde::Deserialize;
use watteau_sdk::prelude::*;

const DAY_S: i64 = 86_400;
/// A consent that ends within this many days is worth a word.
const SOON_DAYS: i64 = 30;

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    sub: Subject,
    #[serde(default)]
    exp: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Subject {
    One(String),
    Many(Vec<String>),
}

impl Default for Subject {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// Refuses, before any call, a token that is for another meter or over; answers a remark when it ends soon.
/// A token that does not show its claims is left to the gateway.
pub fn examine(claims: Option<&str>, prm: &str, now: Instant) -> Result<Option<Text>, Failure> {
    let Some(claims) = claims.and_then(|text| serde_json::from_str::<Claims>(text).ok()) else {
        return Ok(None);
    };
    let meters = match &claims.sub {
        Subject::One(meter) => std::slice::from_ref(meter),
        Subject::Many(meters) => meters,
    };
    if !meters.is_empty() && !meters.iter().any(|meter| meter == prm) {
        return Err(errors::wrong_meter(&prm[prm.len().saturating_sub(4)..]));
    }
    let Some(end) = claims.exp else { return Ok(None) };
    let left = end - now.div_euclid(1000);
    if left <= 0 {
        return Err(errors::consent_expired());
    }
    let days = left / DAY_S;
    Ok((days < SOON_DAYS).then(|| {
        Text::new(
            format!("Your Enedis consent ends in {days} days: renew it on the gateway's site."),
            format!("Votre autorisation Enedis se termine dans {days} jours : renouvelez-la sur le site de la passerelle."),
        )
    }))
}
