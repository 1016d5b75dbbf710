//! `watteau token create|list|revoke`: what programs show instead of the password.

use super::{Exit, Global, keys::Keys, output};
use crate::access::TokenView;
use clap::{Args, Subcommand};

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
    /// For how long it holds, such as 90d or 1y; else until it is revoked.
    #[arg(long, value_name = "TIME", value_parser = days)]
    expires: Option<u32>,
}

impl Token {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let keys = Keys::open(global).await?;
        match self {
            Self::Create(Create { name, read_only, expires }) => {
                let made = keys.create(&name, read_only, expires).await?;
                if global.json {
                    output::print_json(&made)?;
                } else {
                    output::print_raw(&format!("{}\n", made.token))?;
                    if global.quiet == 0 {
                        eprintln!(
                            "This is all there will ever be seen of it: keep it now. {}",
                            purpose(&made.listed)
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
                    output::table(["token", "may", "created", "expires"], tokens.iter().map(row))?;
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

/// How it is sent, and how long it holds.
fn purpose(token: &TokenView) -> String {
    let until = token
        .expires
        .as_deref()
        .map_or("until it is revoked".to_owned(), |end| format!("until {}", date(end)));
    format!("It is sent as `Authorization: Bearer …`, and holds {until}.")
}

fn row(token: &TokenView) -> [String; 4] {
    let may = if token.read_only { "read" } else { "read and write" };
    let end = match (&token.expires, token.expired) {
        (None, _) => "-".to_owned(),
        (Some(end), false) => date(end).to_owned(),
        (Some(end), true) => format!("{} (over)", date(end)),
    };
    [token.name.clone(), may.to_owned(), date(&token.created).to_owned(), end]
}

/// The date of an instant.
fn date(instant: &str) -> &str {
    instant.get(..10).unwrap_or(instant)
}

/// Whole days; a part of one counts as one.
fn days(text: &str) -> Result<u32, String> {
    const DAY: u64 = 24 * 3600;
    let bad = || format!("`{text}` is not a time; write 90d, 12w or 1y");
    let seconds = humantime::parse_duration(text).map_err(|_| bad())?.as_secs();
    u32::try_from(seconds.div_ceil(DAY)).ok().filter(|days| *days > 0).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_days() {
        for (text, expected) in [
            ("90d", Some(90)),
            ("12w", Some(84)),
            ("1y", Some(366)),
            ("1h", Some(1)),
            ("0s", None),
            ("soon", None),
        ] {
            assert_eq!(days(text).ok(), expected, "{text}");
        }
    }
}
