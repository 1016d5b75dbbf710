//! Who may come in from the network: one password for people, named tokens for programs.
//!
//! ```text
//! request -> api::guard: which door, which need   -> Keeper: is it a session, a token?  -> the resource
//!            proxy: who is it really, by whom sent     limit: how often may it be tried
//! ```
//!
//! - Passwords and tokens are kept as Argon2id hashes ([`hash`]) in a file of their own ([`book`]), never in the store,
//!   so that no backup holds them.
//! - A hash takes 19 MiB and a third of a second on a Pi: one at a time, on a thread that may block, and the memory is
//!   given back. A token that was right once is known again by its keyed digest, at no cost, until it is revoked.
//! - What is guessed waits, ever longer ([`limit`]). A session and a token that are right come in at once, whatever else
//!   was tried from the same address; only who guesses at a token that there is, by its id, makes its address wait.
//! - Sessions live in memory ([`session`]); changing the password ends them, and so does a restart.
//! - The command socket is no door of the network: who may open it may do anything, setting the password included.

mod book;
mod hash;
mod keeper;
mod limit;
mod proxy;
mod session;

pub use keeper::{ChangeError, Denied, Granted, Keeper, TokenView};
pub use proxy::{Forwarded, Proxies};
pub use session::LIFETIME;

use std::path::Path;

/// What is wrong with the file, as far as this user may read it.
pub fn damage(folder: &Path) -> Option<String> {
    let file = book::file(folder);
    match book::Book::read(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Some(format!("{} is damaged: {error}", file.display()))
        }
        _ => None,
    }
}

/// Whether somebody may come in: the file is there only while there is a password or a token. None where this user may
/// not look.
pub fn anybody(folder: &Path) -> Option<bool> {
    book::file(folder).try_exists().ok()
}
