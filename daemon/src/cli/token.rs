//! `watteau token create|list|revoke`: what programs show instead of the password.

use super::{Exit, Global, keys::Keys, output};
use crate::access::TokenView;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use jiff::{Span, Timestamp, Zoned, civil::Date, tz::TimeZone};

/// Commands about tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Makes a token and prints it, once: it is kept as a hash.
    Create(Create),
    /// Lists the tokens, without what they are.
    List,
    /// Revokes a token: its next request is refused.
    Revoke {
        /// Who has it.
        name: String,
    },
}

/// Arguments of `watteau token create`.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Who is to have it: letters, digits, dots, dashes and underscores.
    name: String,
    /// Lets it read only: enough for Prometheus, Grafana and Home Assistant.
    #[arg(long)]
    read_only: bool,
    /// For how long it holds, such as 12h, 90d or 1y, or its last day, such as 2027-01-01; else until it is revoked.
    #[arg(long, value_name = "TIME", value_parser = Term::parse)]
    expires: Option<Term>,
}

impl Token {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let keys = Keys::open(global).await?;
        match self {
            Self::Create(Create { name, read_only, expires }) => {
                let expires = expires.map(|term| term.end(&Timestamp::now().to_zoned(keys.zone.clone())));
                let made = keys.create(&name, read_only, expires.transpose()?).await?;
                if global.json {
                    output::print_json(&made)?;
                } else {
                    output::print_raw(&format!("{}\n", made.token))?;
                    if global.quiet == 0 {
                        eprintln!(
                            "This is all there will ever be seen of it: keep it now. {}",
                            purpose(&made.listed, &keys.zone)
                        );
                    }
                }
            }
            Self::List => {
                let tokens = keys.tokens().await?;
                if global.json {
                    output::print_json(&tokens)?;
                } else if tokens.is_empty() {
                    eprintln!("No token yet: watteau token create NAME");
                } else {
                    let rows = tokens.iter().map(|token| row(token, &keys.zone));
                    output::table(["token", "may", "created", "expires"], rows)?;
                }
            }
            Self::Revoke { name } => {
                keys.revoke(&name).await?;
                if global.quiet == 0 {
                    eprintln!("The token of {name} is revoked; what it sends is refused from now on.");
                }
            }
        }
        Ok(Exit::Ok)
    }
}

/// How long a token is to hold.
#[derive(Debug, Clone, Copy)]
enum Term {
    /// So long from now on: a year ends on the same day of the next.
    For(Span),
    /// To the end of that day, where the home is.
    To(Date),
}

impl Term {
    fn parse(text: &str) -> Result<Self, String> {
        let bad = || {
            format!("`{text}` is no time that is to come; write 12h, 90d, 1y, or a last day as 2027-01-01")
        };
        // A date with a time of day is no day.
        if let Ok(day) = text.parse::<Date>() {
            return if text.len() == 10 { Ok(Self::To(day)) } else { Err(bad()) };
        }
        let span: Span = text.parse().map_err(|_| bad())?;
        if span.is_positive() { Ok(Self::For(span)) } else { Err(bad()) }
    }

    /// The instant at which it is over.
    fn end(self, now: &Zoned) -> anyhow::Result<Timestamp> {
        let end = match self {
            Self::For(span) => now.checked_add(span),
            Self::To(day) => day.tomorrow().and_then(|next| next.to_zoned(now.time_zone().clone())),
        };
        Ok(end
            .context(
                "no calendar goes so far; leave --expires out for a token that holds until it is revoked",
            )?
            .timestamp())
    }
}

/// How it is sent, and how long it holds.
fn purpose(token: &TokenView, zone: &TimeZone) -> String {
    let until = token
        .expires
        .as_deref()
        .map_or("until it is revoked".to_owned(), |end| format!("until {}", local(end, zone)));
    format!("It is sent as `Authorization: Bearer …`, and holds {until}.")
}

fn row(token: &TokenView, zone: &TimeZone) -> [String; 4] {
    let may = if token.read_only { "read" } else { "read and write" };
    let end = match (&token.expires, token.expired) {
        (None, _) => "-".to_owned(),
        (Some(end), false) => local(end, zone),
        (Some(end), true) => format!("{} (over)", local(end, zone)),
    };
    [token.name.clone(), may.to_owned(), local(&token.created, zone), end]
}

/// An instant where the home is.
fn local(instant: &str, zone: &TimeZone) -> String {
    instant
        .parse::<Timestamp>()
        .map_or_else(|_| instant.to_owned(), |instant| output::local(instant.as_second(), zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_ends_where_the_home_is() {
        // The night in which the clock is set forward is an hour shorter.
        let now: Zoned = "2026-03-28T12:00:00+01:00[Europe/Paris]".parse().unwrap();
        for (text, expected) in [
            ("3s", Some("2026-03-28T11:00:03Z")),
            ("12h", Some("2026-03-28T23:00:00Z")),
            ("1d", Some("2026-03-29T10:00:00Z")),
            ("90d", Some("2026-06-26T10:00:00Z")),
            ("12w", Some("2026-06-20T10:00:00Z")),
            ("1y", Some("2027-03-28T10:00:00Z")),
            ("1 year", Some("2027-03-28T10:00:00Z")),
            ("2027-01-01", Some("2027-01-01T23:00:00Z")),
            ("2026-06-30", Some("2026-06-30T22:00:00Z")),
            ("0s", None),
            ("-3d", None),
            ("3d ago", None),
            ("90", None),
            ("2027-13-01", None),
            ("2027-01-01T10:00", None),
            ("soon", None),
            ("", None),
        ] {
            let end = Term::parse(text).ok().map(|term| term.end(&now).unwrap().to_string());
            assert_eq!(end.as_deref(), expected, "{text}");
        }
        assert!(Term::parse("9999y").unwrap().end(&now).is_err());
        assert!(Term::parse("soon").unwrap_err().contains("2027-01-01"));
    }
}
