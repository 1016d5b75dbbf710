//! Who sends a request: this machine, a session, a token, or nobody that is known.

use super::{error::Failure, need::Need};
use crate::access::{Denied, Forwarded, Granted, Keeper};
use axum::http::{HeaderMap, StatusCode, header};
use std::{net::IpAddr, sync::Arc};

/// The cookie of a session over HTTP, and over HTTPS, where a browser keeps other hosts and paths from setting it.
const PLAIN: &str = "watteau_session";
const SECURE: &str = "__Host-watteau_session";

/// Who sends a request, for the handlers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// Whose tries at the password these are.
    pub(super) address: Option<IpAddr>,
    /// Whether the browser speaks HTTPS.
    pub(super) https: bool,
    /// Whether this door asks who it is.
    pub(super) asked: bool,
    pub(super) who: Who,
}

/// How somebody is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// By the command socket: may do anything.
    Local,
    /// By a session, of that id.
    Session(String),
    /// By a token.
    Token(Granted),
    /// Not at all.
    Nobody,
}

impl Caller {
    pub(super) const fn local() -> Self {
        Self { address: None, https: false, asked: false, who: Who::Local }
    }

    /// The name of the session's cookie for this browser.
    pub(super) const fn cookie(&self) -> &'static str {
        if self.https { SECURE } else { PLAIN }
    }
}

/// Finds out who it is, as far as the need goes, and refuses whoever may not.
pub(super) async fn identify(
    keeper: &Arc<Keeper>,
    headers: &HeaderMap,
    from: Forwarded,
    asked: bool,
    need: Need,
) -> Result<Caller, Failure> {
    let mut caller = Caller { address: from.address, https: from.https, asked, who: Who::Nobody };
    if let Some(id) = cookie(headers, caller.cookie()).filter(|id| keeper.session(id).is_some()) {
        caller.who = Who::Session(id.to_owned());
    } else if need > Need::Nothing
        && let Some(token) = bearer(headers)
    {
        // Where anybody may, a token is not even looked at.
        let granted = keeper.token(token, caller.address).await;
        caller.who = Who::Token(granted.map_err(|denied| refused(denied, keeper))?);
    }
    let forbidden =
        |code, en: &str, fr: &str| Err(Failure::new(StatusCode::FORBIDDEN, code, en).in_french(fr));
    match (&caller.who, need) {
        (_, Need::Nothing) | (Who::Local | Who::Session(_), _) | (Who::Token(_), Need::Known) => Ok(caller),
        (Who::Token(_), Need::Person) => forbidden(
            "not_by_token",
            "tokens are made and revoked by people: sign in with the password",
            "Les jetons se créent et se révoquent par une personne : connectez-vous avec le mot de passe.",
        ),
        (Who::Token(granted), Need::Write) if !granted.read_only => Ok(caller),
        (Who::Token(_), Need::Write) => {
            forbidden("read_only", "this token only reads", "Ce jeton ne permet que de lire.")
        }
        (Who::Nobody, _) if keeper.has_password() || !keeper.tokens().is_empty() => Err(Failure::new(
            StatusCode::UNAUTHORIZED,
            "sign_in",
            "from the network this takes the password, or a token: Authorization: Bearer watteau_…",
        )
        .in_french("Depuis le réseau, il faut pour cela le mot de passe, ou un jeton.")),
        (Who::Nobody, _) => Err(refused(Denied::NoPassword, keeper)),
    }
}

/// Why somebody does not get in, for whoever asks.
pub(super) fn refused(denied: Denied, keeper: &Keeper) -> Failure {
    match denied {
        Denied::NoPassword => {
            let how = keeper.how_to_set_password();
            Failure::new(
                StatusCode::FORBIDDEN,
                "no_password",
                format!(
                    "from the network this takes a password, and there is none yet: run `{how}` on the machine that \
                     watteau runs on"
                ),
            )
            .in_french(format!(
                "Depuis le réseau, il faut pour cela un mot de passe, et il n’y en a pas encore : lancez « {how} » \
                 sur la machine où tourne Watteau."
            ))
        }
        Denied::WrongPassword => {
            Failure::new(StatusCode::UNAUTHORIZED, "wrong_password", "this is not the password")
                .in_french("Ce n’est pas le mot de passe.")
        }
        Denied::BadToken => Failure::new(
            StatusCode::UNAUTHORIZED,
            "bad_token",
            "this token is not valid, or not any more; `watteau token create NAME` makes another",
        )
        .in_french("Ce jeton n’est pas valable, ou ne l’est plus."),
        Denied::TooMany(wait) => {
            let seconds = wait.as_secs() + 1;
            Failure::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_tries",
                format!("too many tries; the next one is looked at in {seconds} s"),
            )
            .in_french(format!("Trop d’essais ; le prochain sera examiné dans {seconds} s."))
            .after(wait)
        }
        Denied::Defect => Failure::defect(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of a cookie.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_and_tokens_are_found_among_others() {
        let headers = |name: header::HeaderName, values: &[&str]| -> HeaderMap {
            values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
        };
        for (lines, expected) in [
            (&["watteau_session=a"][..], Some("a")),
            (&["theme=dark; watteau_session=a=b ;x=y"], Some("a=b")),
            (&["theme=dark", "watteau_session=a"], Some("a")),
            (&["xwatteau_session=a; __Host-watteau_session=b"], None),
            (&[], None),
        ] {
            assert_eq!(cookie(&headers(header::COOKIE, lines), PLAIN), expected, "{lines:?}");
        }
        for (line, expected) in [
            ("Bearer watteau_x", Some("watteau_x")),
            ("bearer  watteau_x ", Some("watteau_x")),
            ("Basic d2F0dGVhdTp4", None),
            ("Bearer", None),
        ] {
            assert_eq!(bearer(&headers(header::AUTHORIZATION, &[line])), expected, "{line}");
        }
    }
}
