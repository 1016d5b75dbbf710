//! Passwords and tokens as they are kept: Argon2id in PHC strings, which say their own parameters.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};

/// OWASP's least memory for two passes: a tenth of a second on a desktop, a third on a Pi, and given back at once.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Hashes a secret under a salt of its own; takes long, on purpose. None: there is no memory for it.
pub(super) fn hash(secret: &str) -> Option<String> {
    let parameters = Params::new(MEMORY_KIB, PASSES, 1, None).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let salt: [u8; 16] = rand::random();
    let hash = argon2.hash_password_with_salt(secret.as_bytes(), &salt).ok()?.to_string();
    crate::memory::trim();
    Some(hash)
}

/// Whether that hash was made of that secret; takes as long as making it.
pub(super) fn verify(secret: &str, hash: &str) -> bool {
    let same = Argon2::default().verify_password(secret.as_bytes(), hash).is_ok();
    crate::memory::trim();
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_secret_and_no_other() {
        let (one, two) = (hash("correct horse").unwrap(), hash("correct horse").unwrap());
        assert_ne!(one, two, "each has a salt of its own");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(verify("correct horse", &one) && verify("correct horse", &two));
        for wrong in ["", "correct horse ", "Correct horse"] {
            assert!(!verify(wrong, &one), "{wrong}");
        }
        assert!(!verify("", "not a hash"));
    }
}
