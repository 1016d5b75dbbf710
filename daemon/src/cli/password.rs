//! `watteau password set|clear`: the one password of the dashboard, for whoever comes from the network.

use super::{Exit, Global, keys::Keys, output};
use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde_json::json;
use std::io::{self, IsTerminal as _, Read as _};

/// A line is enough for a password; more is another file.
const LONGEST: u64 = 4096;

/// Commands about the password.
#[derive(Debug, Subcommand)]
pub(super) enum Password {
    /// Sets the password, typed twice and not shown, or read from standard input; whoever was signed in is not any more.
    Set,
    /// Takes the password away: from the network nothing can be changed any more but by token.
    Clear,
}

impl Password {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::Set => {
                let password = ask()?;
                Keys::open(global).await?.set_password(Some(password)).await?;
                say(global, true, "The password is set; every browser signs in anew.")?;
            }
            Self::Clear => {
                Keys::open(global).await?.set_password(None).await?;
                say(global, false, "There is no password any more; nobody signs in from the network.")?;
            }
        }
        Ok(Exit::Ok)
    }
}

/// Says what was done, and whether there is a password now.
fn say(global: &Global, password: bool, text: &str) -> anyhow::Result<()> {
    if global.json {
        output::print_json(&json!({ "password": password }))?;
    } else if global.quiet == 0 {
        eprintln!("{text}");
    }
    Ok(())
}

/// Asks for it without showing it; where nobody types, the first line of standard input. It is never an argument, which
/// every user of the machine could see.
fn ask() -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        let prompt = |text| rpassword::prompt_password(text).context("the password cannot be read here");
        let password = prompt("New password: ")?;
        if prompt("Once more: ")? != password {
            bail!("the two are not the same; nothing was changed");
        }
        return Ok(password);
    }
    let mut text = String::new();
    io::stdin().take(LONGEST).read_to_string(&mut text).context("standard input is no text")?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => bail!("there is no password on standard input: write it there, or run this in a terminal"),
    }
}
