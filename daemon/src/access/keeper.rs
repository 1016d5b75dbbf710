//! Keeps the password, the tokens and the sessions, and says who has the right one.

use super::{
    book::{self, Book, Password, Token},
    hash,
    limit::Limit,
    session::Sessions,
};
use crate::{
    clock::Clock,
    config::{AccessSettings, Installation},
    hex::hex,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// What every token begins with, so that one that leaked is recognised by whoever finds it.
const PREFIX: &str = "watteau_";
const SHORTEST_PASSWORD: usize = 8;
const LONGEST_PASSWORD: usize = 1024;
const LONGEST_NAME: usize = 40;
/// Programs of a household.
const MOST_TOKENS: usize = 64;
/// A century: longer is for ever, which is said by leaving it out.
const MOST_DAYS: u32 = 36_500;

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// There is no password that could be right.
    NoPassword,
    /// It is not the password.
    WrongPassword,
    /// No such token: never made, revoked, expired, or wrong.
    BadToken,
    /// Tried too often; so long to wait.
    TooMany(Duration),
    /// The hash could not be computed.
    Defect,
}

/// Why a password or a token is not kept.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The password is no good one.
    #[error("a password has {SHORTEST_PASSWORD} characters or more, and at most {LONGEST_PASSWORD} bytes")]
    Password,
    /// The name is none.
    #[error(
        "a token's name has 1 to {LONGEST_NAME} letters, digits, dots, dashes and underscores: `grafana`"
    )]
    Name,
    /// The name is taken.
    #[error("there is a token `{0}` already; revoke it first, or choose another name")]
    Taken(String),
    /// There are enough.
    #[error("there are {MOST_TOKENS} tokens already; revoke some")]
    TooMany,
    /// Too short, or for ever.
    #[error(
        "a token holds for 1 to {MOST_DAYS} days; leave the days out for one that holds until it is revoked"
    )]
    Days,
    /// Over already, or for ever.
    #[error("a token ends later than now and within {years} years", years = MOST_DAYS / 365)]
    End,
    /// No token has that name.
    #[error("no token is called `{0}`; `watteau token list` lists them")]
    Unknown(String),
    /// The file that is there cannot be read, and is not thrown away.
    #[error("{path} cannot be read ({why}); put it right or remove it, and start the daemon again", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It cannot be written.
    #[error("{path} cannot be written", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// No memory for a hash.
    #[error("there is not enough memory to hash it")]
    Memory,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// It reads, and changes nothing.
    pub read_only: bool,
}

/// A token as it is listed: what it was when it was made is not known any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Whoever has it, in the user's words.
    pub name: String,
    /// RFC 3339.
    pub created: String,
    /// RFC 3339; null: it holds until it is revoked.
    pub expires: Option<String>,
    /// Whether its time is over.
    pub expired: bool,
    /// Whether it only reads.
    pub read_only: bool,
}

/// The keeper of the doors.
#[derive(Debug)]
pub struct Keeper {
    path: PathBuf,
    installation: Installation,
    clock: Clock,
    /// Drawn at each start: the digests below are of no use elsewhere.
    key: [u8; 32],
    inner: Mutex<Inner>,
    /// Changes wait for each other while the file is written.
    changing: Mutex<()>,
    hashing: Arc<Semaphore>,
}

#[derive(Debug)]
struct Inner {
    book: Book,
    damaged: Option<String>,
    settings: AccessSettings,
    sessions: Sessions,
    /// Keyed digests of tokens that were right, and the ids of those.
    verified: HashMap<[u8; 32], String>,
    passwords: Limit,
    /// Tokens that are none.
    strangers: Limit,
    /// Tokens that name a real one, which takes long to look at.
    bearers: Limit,
    /// Told when somebody may have lost the right to be here.
    turnover: CancellationToken,
}

impl Inner {
    /// Whoever listens comes in again, or does not.
    fn turn_over(&mut self) {
        std::mem::take(&mut self.turnover).cancel();
    }
}

impl Keeper {
    /// Of that data folder. A file that cannot be read lets nobody in, and the rest of the daemon goes on.
    pub fn open(folder: &Path, clock: Clock, settings: AccessSettings) -> Arc<Self> {
        Self::installed(folder, clock, settings, Installation::default())
    }

    /// The same, of a daemon that is installed like that.
    pub fn installed(
        folder: &Path,
        clock: Clock,
        settings: AccessSettings,
        installation: Installation,
    ) -> Arc<Self> {
        let path = book::file(folder);
        let (book, damaged) = match Book::read(&path) {
            Ok(book) => (book, None),
            Err(error) => {
                tracing::error!(
                    "{} cannot be read ({error}): nobody can sign in until it is put right or removed",
                    path.display()
                );
                (Book::default(), Some(error.to_string()))
            }
        };
        Arc::new(Self {
            path,
            installation,
            clock,
            key: rand::random(),
            inner: Mutex::new(Inner {
                book,
                damaged,
                settings,
                sessions: Sessions::default(),
                verified: HashMap::new(),
                passwords: Limit::new(),
                strangers: Limit::new(),
                bearers: Limit::new(),
                turnover: CancellationToken::new(),
            }),
            changing: Mutex::default(),
            hashing: Arc::new(Semaphore::new(1)),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the configuration says now.
    pub fn settings(&self) -> AccessSettings {
        self.inner().settings
    }

    /// Takes a new configuration.
    pub fn adopt(&self, settings: AccessSettings) {
        let mut inner = self.inner();
        if inner.settings != settings {
            inner.settings = settings;
            inner.turn_over();
        }
    }

    /// What whoever looks after the daemon types to set the password.
    pub fn how_to_set_password(&self) -> &'static str {
        self.installation.set_password()
    }

    /// Whether there is a password.
    pub fn has_password(&self) -> bool {
        self.inner().book.password.is_some()
    }

    /// Begins a session for whoever says the password, and answers its id.
    pub async fn sign_in(self: &Arc<Self>, password: String, from: Option<IpAddr>) -> Result<String, Denied> {
        let known = {
            let mut inner = self.inner();
            let known = inner.book.password.as_ref().map(|password| password.hash.clone());
            let known = known.ok_or(Denied::NoPassword)?;
            inner.passwords.attempt(from).map_err(Denied::TooMany)?;
            known
        };
        if password.len() > LONGEST_PASSWORD || !self.verify(password, known.clone()).await? {
            tracing::warn!(from = from.map(|from| from.to_string()), "a wrong password was tried");
            return Err(Denied::WrongPassword);
        }
        let mut inner = self.inner();
        // It may have been changed while this one was looked at.
        if inner.book.password.as_ref().is_none_or(|password| password.hash != known) {
            return Err(Denied::WrongPassword);
        }
        inner.passwords.succeeded(from);
        tracing::info!(from = from.map(|from| from.to_string()), "somebody signed in");
        Ok(inner.sessions.begin())
    }

    /// How long a session goes on; none: there is no such.
    pub fn session(&self, id: &str) -> Option<Duration> {
        self.inner().sessions.left(id)
    }

    /// Is cancelled when a session or a token ends, or the rules change: an answer without end has to end then.
    pub fn turnover(&self) -> CancellationToken {
        self.inner().turnover.clone()
    }

    /// Ends a session.
    pub fn sign_out(&self, id: &str) {
        let mut inner = self.inner();
        inner.sessions.end(id);
        inner.turn_over();
    }

    /// What whoever sends that token may do.
    ///
    /// A token names itself by its id, which is no secret: one that names none is refused at once, and makes nobody
    /// wait who sends a good one from the same address.
    pub async fn token(self: &Arc<Self>, token: &str, from: Option<IpAddr>) -> Result<Granted, Denied> {
        let digest: [u8; 32] = Sha256::new().chain_update(self.key).chain_update(token).finalize().into();
        let parts = token.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_'));
        let (id, secret) = parts.unwrap_or_default();
        let known = {
            let mut inner = self.inner();
            if let Some(id) = inner.verified.get(&digest) {
                let granted = inner.book.token(id).and_then(|token| self.grants(token));
                return granted.ok_or(Denied::BadToken);
            }
            let known = inner.book.token(id).map(|token| token.hash.clone());
            let limit = if known.is_some() { &mut inner.bearers } else { &mut inner.strangers };
            limit.attempt(from).map_err(Denied::TooMany)?;
            known
        };
        let Some(known) = known else { return Err(bad_token(from)) };
        if secret.len() > LONGEST_PASSWORD || !self.verify(secret.to_owned(), known.clone()).await? {
            return Err(bad_token(from));
        }
        let mut inner = self.inner();
        let token = inner.book.token(id).filter(|token| token.hash == known);
        let granted = token.and_then(|token| self.grants(token)).ok_or(Denied::BadToken)?;
        inner.bearers.succeeded(from);
        inner.verified.insert(digest, id.to_owned());
        Ok(granted)
    }

    fn grants(&self, token: &Token) -> Option<Granted> {
        (!self.expired(token)).then_some(Granted { read_only: token.read_only })
    }

    fn expired(&self, token: &Token) -> bool {
        token.expires.is_some_and(|end| end <= self.clock.now())
    }

    /// Compares, one at a time.
    async fn verify(&self, secret: String, known: String) -> Result<bool, Denied> {
        let turn = Arc::clone(&self.hashing).acquire_owned().await.map_err(|_| Denied::Defect)?;
        let compared = tokio::task::spawn_blocking(move || {
            let same = hash::verify(&secret, &known);
            drop(turn);
            same
        });
        compared.await.map_err(|_| Denied::Defect)
    }

    /// Sets the password, or takes it away, and ends every session. Takes long.
    pub fn set_password(&self, password: Option<&str>) -> Result<(), ChangeError> {
        let password = match password {
            Some(text) if text.chars().count() < SHORTEST_PASSWORD || text.len() > LONGEST_PASSWORD => {
                return Err(ChangeError::Password);
            }
            Some(text) => {
                let hash = hash::hash(text).ok_or(ChangeError::Memory)?;
                Some(Password { hash, changed: self.now() })
            }
            None => None,
        };
        self.change(|book| {
            book.password = password;
            Ok(())
        })?;
        let mut inner = self.inner();
        inner.sessions.end_all();
        inner.turn_over();
        Ok(())
    }

    /// Makes a token that holds for so many days, or until it is revoked, and answers it: nobody will know it again.
    /// Takes long.
    pub fn create(
        &self,
        name: &str,
        read_only: bool,
        days: Option<u32>,
    ) -> Result<(String, TokenView), ChangeError> {
        let end = match days {
            None => None,
            Some(days @ 1..=MOST_DAYS) => {
                let end = self.now().checked_add(SignedDuration::from_hours(24 * i64::from(days)));
                Some(end.map_err(|_| ChangeError::Days)?)
            }
            Some(_) => return Err(ChangeError::Days),
        };
        self.create_until(name, read_only, end)
    }

    /// The same, of one that holds until `expires`.
    pub fn create_until(
        &self,
        name: &str,
        read_only: bool,
        expires: Option<Timestamp>,
    ) -> Result<(String, TokenView), ChangeError> {
        let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(good) {
            return Err(ChangeError::Name);
        }
        let created = self.now();
        let expires = expires.map(whole_second);
        let longest = SignedDuration::from_hours(24 * i64::from(MOST_DAYS));
        if expires.is_some_and(|end| end <= created || end.duration_since(created) > longest) {
            return Err(ChangeError::End);
        }
        let secret = BASE64.encode(rand::random::<[u8; 32]>());
        let id = hex(&rand::random::<[u8; 6]>());
        let hash = hash::hash(&secret).ok_or(ChangeError::Memory)?;
        let token = Token { name: name.to_owned(), id: id.clone(), hash, created, expires, read_only };
        let view = self.view(&token);
        self.change(|book| {
            if book.tokens.iter().any(|other| other.name == token.name) {
                return Err(ChangeError::Taken(token.name));
            }
            if book.tokens.len() >= MOST_TOKENS {
                return Err(ChangeError::TooMany);
            }
            book.tokens.push(token);
            Ok(())
        })?;
        Ok((format!("{PREFIX}{id}_{secret}"), view))
    }

    /// Revokes a token: its next request is refused.
    pub fn revoke(&self, name: &str) -> Result<(), ChangeError> {
        self.change(|book| {
            let at = book.tokens.iter().position(|token| token.name == name);
            book.tokens.remove(at.ok_or_else(|| ChangeError::Unknown(name.to_owned()))?);
            Ok(())
        })?;
        self.inner().turn_over();
        Ok(())
    }

    /// Every token, by age.
    pub fn tokens(&self) -> Vec<TokenView> {
        self.inner().book.tokens.iter().map(|token| self.view(token)).collect()
    }

    fn view(&self, token: &Token) -> TokenView {
        TokenView {
            name: token.name.clone(),
            created: token.created.to_string(),
            expires: token.expires.map(|end| end.to_string()),
            expired: self.expired(token),
            read_only: token.read_only,
        }
    }

    fn now(&self) -> Timestamp {
        whole_second(self.clock.now())
    }

    /// Changes the file, and then what is in force.
    fn change(&self, change: impl FnOnce(&mut Book) -> Result<(), ChangeError>) -> Result<(), ChangeError> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = {
            let inner = self.inner();
            if let Some(why) = &inner.damaged {
                return Err(ChangeError::Damaged { path: self.path.clone(), why: why.clone() });
            }
            inner.book.clone()
        };
        change(&mut book)?;
        book.write(&self.path).map_err(|cause| ChangeError::Write { path: self.path.clone(), cause })?;
        let mut inner = self.inner();
        inner.verified.retain(|_, id| book.token(id).is_some());
        inner.book = book;
        Ok(())
    }
}

/// Nobody needs it finer.
fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

/// Says in the journal that somebody tried.
fn bad_token(from: Option<IpAddr>) -> Denied {
    tracing::warn!(from = from.map(|from| from.to_string()), "a token that is none was tried");
    Denied::BadToken
}

#[cfg(test)]
mod tests;
