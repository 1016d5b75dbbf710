//! What MyElectricalData 1 says of a token: until when the consent holds, and what is left of the day's calls. The
//! question costs Enedis nothing.

use crate::{messages::Known, parse::ZONE, token};
use serde::Deserialize;
use watteau_sdk::prelude::*;

#[derive(Deserialize)]
struct Access {
    #[serde(default)]
    valid: bool,
    #[serde(default)]
    information: Option<String>,
    /// On the wall clock of Paris, as far as is known.
    #[serde(default)]
    consent_expiration_date: Option<String>,
    #[serde(default)]
    quota_reached: bool,
    #[serde(default)]
    quota_reset_at: Option<String>,
    #[serde(default)]
    ban: bool,
}

/// Refuses a token that will not serve; answers a remark when its consent ends soon.
pub(crate) fn read(ctx: Context<'_>, answer: &Response, known: Known<'_>) -> Result<Option<Text>, Failure> {
    let access: Access = serde_json::from_slice(&answer.body)
        .map_err(|error| known.unreadable(answer, Text::en(error.to_string())))?;
    let instant = |text: &Option<String>| {
        // Fractions of a second are no part of a civil time.
        let civil: Civil = text.as_deref()?.get(..19)?.parse().ok()?;
        Some(ctx.clock().resolve(ZONE, civil).ok()?.compatible())
    };
    let words = access.information.unwrap_or_default().to_lowercase();
    if access.ban {
        return Err(known.blocked());
    }
    if access.quota_reached || words.contains("quota") {
        return Err(known.quota(instant(&access.quota_reset_at)));
    }
    let left = instant(&access.consent_expiration_date).map(|end| end - known.now);
    if left.is_some_and(|left| left <= 0) {
        return Err(known.consent_expired());
    }
    if !access.valid {
        return Err(known.token_refused());
    }
    Ok(left.and_then(|left| token::ends_in(left / 86_400_000)))
}
