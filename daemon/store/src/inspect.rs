//! Looking into a file that nobody uses, such as a backup, and changing nothing in it.

use std::fs::File;
use std::path::Path;

use redb::{DatabaseError, ReadableDatabase};

use crate::backup::CopyError;
use crate::error::{Error, OpenError};
use crate::log::Walk;
use crate::medium::check_head;
use crate::migrate;
use crate::store::Store;
use crate::verify::{Verification, verify};

impl Store {
    /// Walks a store that was closed properly or is a backup; the file is only read, so it may lie where nothing can
    /// be written. One of a later format is refused.
    pub fn inspect(file: &Path) -> Result<Verification, CopyError> {
        check_head(&mut File::open(file)?)?;
        let db =
            redb::Builder::new().set_cache_size(1 << 20).open_read_only(file).map_err(
                |error| match error {
                    DatabaseError::RepairAborted => unfinished(),
                    other => other.into(),
                },
            )?;
        let found = migrate::format(&db)?;
        if found > migrate::FORMAT {
            return Err(OpenError::NewerFormat { found, known: migrate::FORMAT }.into());
        }
        Ok(verify(&db.begin_read().map_err(Error::from)?, &Walk::default())?)
    }
}

/// redb would repair it, which is writing.
fn unfinished() -> OpenError {
    OpenError::NotAStore("it was not closed properly, or its end is missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Options;

    #[test]
    fn a_copy_is_read_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (live, copy) = (folder.path().join("live.redb"), folder.path().join("copy.redb"));
        let store = Store::open(&live, Options::default()).unwrap();
        let original = store.backup(&copy).unwrap();
        let before = std::fs::read(&copy).unwrap();
        assert_eq!(Store::inspect(&copy).unwrap(), original);
        assert!(std::fs::read(&copy).unwrap() == before);
        // One that is in use.
        assert!(matches!(Store::inspect(&live), Err(CopyError::Open(OpenError::Locked))));
    }

    #[test]
    fn what_is_no_store_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.redb");
        Store::open(&folder.path().join("live.redb"), Options::default()).unwrap().backup(&copy).unwrap();
        let whole = std::fs::read(&copy).unwrap();
        for bytes in
            [&b""[..], b"not a store at all, but long enough", &whole[..100], &whole[..whole.len() / 2]]
        {
            std::fs::write(&copy, bytes).unwrap();
            let error = Store::inspect(&copy).unwrap_err();
            assert!(
                matches!(error, CopyError::Open(OpenError::NotAStore(_))),
                "{} bytes: {error:?}",
                bytes.len()
            );
        }
    }
}
