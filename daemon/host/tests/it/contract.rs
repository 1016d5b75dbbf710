//! The contract is frozen: connectors compiled today must load for ever.

use sha2::{Digest, Sha256};
use std::{fmt::Write as _, fs, path::Path};

/// A need that this refuses is met by a new folder beside `since-v1` and an adapter in the host.
#[test]
fn the_first_contract_never_changes() {
    const FROZEN: [(&str, &str); 3] = [
        ("connector.wit", "08529c9f3a7f51f7bfc9fb7f74f8aa57502ad42215e1f146bdb9b7d38b940276"),
        ("host.wit", "eb797a354e1f8021c6e0a2f297745f0b7e938bcfcd287e32d38e5256c670aec6"),
        ("types.wit", "7b6108bfe42c4fad2bc790c45dd95083f0ac80650c6588745b8e12395145d44c"),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit/since-v1");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, FROZEN.map(|(name, _)| name));
    for (name, digest) in FROZEN {
        let mut found = String::new();
        for byte in Sha256::digest(fs::read(folder.join(name)).unwrap()) {
            write!(found, "{byte:02x}").unwrap();
        }
        assert_eq!(found, digest, "{name} is part of a published contract");
    }
}
