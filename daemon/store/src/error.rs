//! What can go wrong, in the words of whoever has to act on it.

use std::sync::Arc;

use crate::types::SeriesId;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the store is in use by another process; stop that one first, or go through its socket")]
    Locked,
    /// Written by a later version of this library.
    #[error(
        "the store has format {found}, and this version knows formats up to {known}; install the newer version"
    )]
    NewerFormat {
        /// Format of the file.
        found: u64,
        /// Latest format known here.
        known: u64,
    },
    /// Something else, or a store damaged beyond recognition.
    #[error(
        "the file is not a watteau store, or is damaged ({0}); put a backup in its place, or move it away"
    )]
    NotAStore(String),
    /// The file cannot be read or written.
    #[error("the store's file cannot be opened")]
    Io(#[source] Arc<redb::Error>),
    /// A row without which the store cannot be understood is unreadable.
    #[error("the store cannot be read")]
    Damaged(#[source] Error),
}

/// Why an operation failed. Cloned to every caller whose commit shared one transaction.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// What was given cannot be stored; nothing was written.
    #[error("{0}")]
    Invalid(String),
    /// A series' unit or kind is fixed once defined.
    #[error("series {name} is defined with the {what} \"{known}\" and cannot become \"{given}\"")]
    Redefined {
        /// The series.
        name: String,
        /// `unit` or `kind`.
        what: &'static str,
        /// What it is.
        known: String,
        /// What was asked.
        given: String,
    },
    /// No series has this number.
    #[error("no series has the number {}", .0.0)]
    UnknownSeries(SeriesId),
    /// The disk is full. Nothing was written, reads go on, and the same write may be tried again.
    #[error("the disk that holds the store is full; free some space and try again")]
    Full(#[source] Arc<redb::Error>),
    /// The file could not be read or written. Nothing was acknowledged; the same write may be tried again.
    #[error("the store's file could not be read or written")]
    Io(#[source] Arc<redb::Error>),
    /// Bytes in the file are not what was written; the rest of the store is unaffected.
    #[error("{place} is damaged: {what}")]
    Damaged {
        /// Which row.
        place: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// [`Store::close`](crate::Store::close) was called.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// Whether the storage below failed, so that the database must be opened again.
    pub(crate) const fn is_storage(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Io(_))
    }
}

impl From<redb::Error> for Error {
    fn from(error: redb::Error) -> Self {
        let full = matches!(
            &error,
            redb::Error::Io(io) if matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
        );
        if full { Self::Full(Arc::new(error)) } else { Self::Io(Arc::new(error)) }
    }
}

macro_rules! from_redb {
    ($($kind:ident),*) => {$(
        impl From<redb::$kind> for Error {
            fn from(error: redb::$kind) -> Self {
                redb::Error::from(error).into()
            }
        }
    )*};
}
from_redb!(StorageError, TableError, TransactionError, CommitError, DatabaseError, CompactionError);

impl From<redb::DatabaseError> for OpenError {
    fn from(error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => Self::Locked,
            redb::DatabaseError::UpgradeRequired(version) => {
                Self::NotAStore(format!("redb file format {version}"))
            }
            redb::DatabaseError::Storage(redb::StorageError::Corrupted(why)) => Self::NotAStore(why),
            redb::DatabaseError::Storage(redb::StorageError::Io(error))
                if error.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                Self::NotAStore("its end is missing".to_owned())
            }
            other => Self::Io(Arc::new(other.into())),
        }
    }
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(Arc::new(redb::Error::Io(error)))
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(cause) | Error::Full(cause) => Self::Io(cause),
            other => Self::Damaged(other),
        }
    }
}

impl From<OpenError> for Error {
    /// For a database that is opened again after a failure.
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Io(cause) => Self::Io(cause),
            OpenError::Damaged(error) => error,
            other => Self::Io(Arc::new(redb::Error::Io(std::io::Error::other(other.to_string())))),
        }
    }
}
