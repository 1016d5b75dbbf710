//! What the token says of itself: a JSON Web Token whose claims the host shows, never the token. Only the Conso API's
//! tokens belong to meters; those of MyElectricalData say nothing, or name an account.

use crate::messages::Known;
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
pub fn examine(claims: Option<&str>, prm: &str, known: Known<'_>) -> Result<Option<Text>, Failure> {
    let claims = claims.filter(|_| known.gateway.has_claims());
    let Some(claims) = claims.and_then(|text| serde_json::from_str::<Claims>(text).ok()) else {
        return Ok(None);
    };
    let meters = match &claims.sub {
        Subject::One(meter) => std::slice::from_ref(meter),
        Subject::Many(meters) => meters,
    };
    if !meters.is_empty() && !meters.iter().any(|meter| meter == prm) {
        return Err(known.wrong_meter());
    }
    let Some(end) = claims.exp else { return Ok(None) };
    let left = end - known.now.div_euclid(1000);
    if left <= 0 {
        return Err(known.consent_expired());
    }
    Ok(ends_in(left / DAY_S))
}

/// A word about a consent that ends in so many days; none while there is time.
pub(crate) fn ends_in(days: i64) -> Option<Text> {
    (days < SOON_DAYS).then(|| {
        Text::new(
            format!("Your Enedis consent ends in {days} days: renew it on the gateway's site."),
            format!("Votre autorisation Enedis se termine dans {days} jours : renouvelez-la sur le site de la passerelle."),
        )
    })
}
