//! Secrets as the settings give them: in clear, in a file, handed over by systemd, in the environment.
//!
//! Whatever a secret is for, it is read, judged and shown here, in the same words.

use super::{
    check::{Lines, Shown},
    problem::Findings,
    raw::Node,
    secret::{Secret, SecretError},
    sources::Sources,
};

/// The secret that a node gives, or why it cannot be one; none where the node has the shape of none.
pub(super) fn read(node: &Node, sources: &Sources) -> Option<Result<Secret, String>> {
    if let Some(text) = node.as_text() {
        return Some(Ok(Secret::clear(text.to_owned())));
    }
    let (place, inner, text) = node.secret_place()?;
    let in_words = |error: SecretError| error.to_string();
    Some(match place {
        "file" => inner.at.path(text).map(Secret::file),
        "credential" => Secret::credential(text, sources.credentials()).map_err(in_words),
        _ => Secret::env(text, sources.env.get(text)).map_err(in_words),
    })
}

/// Says what is wrong with a secret, or worth a word: that it stands in clear, that it cannot be read, that everybody
/// can. `check` shows where it is from here on, and never what.
pub(super) fn judge(
    key: &str,
    node: &Node,
    secret: &Secret,
    sources: &Sources,
    findings: &Findings,
    shown: &mut Lines,
) {
    let warn = |advice: String| findings.warning(&node.at, key, advice);
    if secret.is_clear() {
        let name = key.rsplit('.').next().unwrap_or(key);
        warn(format!("the secret stands in clear; keep it in a file and write {name} = {{ file = \"…\" }}"));
    } else if secret.is_the_services() {
        if !sources.visitor {
            warn("only the service can read it: systemd did not start this program".to_owned());
        }
    } else if let Err(error) = secret.read() {
        // What only the daemon may read is no mistake of whoever asks it.
        if !(sources.visitor && matches!(error, SecretError::Forbidden(_))) {
            findings.problem(&node.at, key, error.to_string());
        }
    } else if let Some(file) = secret.open_to_all()
        && !sources.visitor
    {
        warn(format!("every user of this machine can read it: chmod o= {}", file.display()));
    }
    shown.insert(key.to_owned(), Shown { value: secret.describe(), origin: node.at.clone() });
}
