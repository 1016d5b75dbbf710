//! Whether an address may be asked: by the manifest and the grant, or because the user's own `base_url` names it.

use super::{HttpError, resolve::is_public};
use crate::{grant::Grant, manifest::Http};
use reqwest::Method;
use std::net::IpAddr;
use url::{Host, Url};

/// The address of a request: absolute, or under the base URL.
pub(super) fn absolute(text: &str, grant: &Grant, manifest: Option<&Http>) -> Result<Url, HttpError> {
    let parsed = if text.starts_with('/') && !text.starts_with("//") {
        let base = grant.base_url.as_ref().or_else(|| manifest.and_then(|http| http.base_url.as_ref()));
        let base = base.ok_or_else(|| {
            HttpError::Invalid("a path, and neither the manifest nor the settings name a base_url".to_owned())
        })?;
        let mut base = base.clone();
        base.set_query(None);
        base.set_fragment(None);
        Url::parse(&format!("{}{text}", base.as_str().trim_end_matches('/')))
    } else {
        Url::parse(text)
    };
    let mut url = parsed.map_err(|error| HttpError::Invalid(format!("the address is malformed: {error}")))?;
    url.set_fragment(None);
    Ok(url)
}

/// Whether a request may be sent there; the error names the rule.
pub(super) fn check(
    grant: &Grant,
    manifest: Option<&Http>,
    url: &Url,
    method: &Method,
) -> Result<(), HttpError> {
    let denied = |rule: String| Err(HttpError::Denied(rule));
    let Some(host) = url.host_str() else { return denied("an address without a host".to_owned()) };
    if !matches!(url.scheme(), "http" | "https") {
        return denied(format!("{} is neither http nor https", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return denied("a user name in the address; use a credential of the manifest".to_owned());
    }
    if tricky(url.path()) {
        return denied("a path with encoded separators".to_owned());
    }
    let named = grant
        .base_url
        .as_ref()
        .filter(|base| base.origin() == url.origin() && under(url.path(), base.path()));
    if let Some(base) = named {
        return in_its_place(grant, manifest, base, url, method);
    }
    let plain = manifest.and_then(|http| http.base_url.as_ref());
    let same_scheme = |base: &Url| base.scheme() == "http" && base.origin() == url.origin();
    let mut of_host = grant.allow.iter().filter(|allow| allow.host == host).peekable();
    if of_host.peek().is_none() {
        return denied(format!("{host} is not among the hosts it may reach"));
    }
    if url.scheme() != "https" && !plain.is_some_and(same_scheme) {
        return denied(format!("{host} may only be reached over https"));
    }
    if url.port().is_some() && !plain.is_some_and(|base| base.origin() == url.origin()) {
        return denied(format!("{host} may only be reached at its usual port"));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    if let Some(address) = address.filter(|address| !is_public(*address)) {
        return denied(format!(
            "{address} is a private address; only a base_url of the settings may name one"
        ));
    }
    let of_path: Vec<_> =
        of_host.filter(|allow| allow.paths.iter().any(|prefix| under(url.path(), prefix))).collect();
    if of_path.is_empty() {
        return denied(format!("{host}{} is outside the paths it may reach", url.path()));
    }
    if of_path.iter().any(|allow| allow.methods.iter().any(|allowed| allowed == method.as_str())) {
        return Ok(());
    }
    denied(format!("{method} is not allowed on {host}{}", url.path()))
}

/// The user's address takes the place of the source's: what may be done under it is the same, whichever host of the
/// manifest it stands for.
fn in_its_place(
    grant: &Grant,
    manifest: Option<&Http>,
    base: &Url,
    url: &Url,
    method: &Method,
) -> Result<(), HttpError> {
    let rest = &url.path()[base.path().trim_end_matches('/').len()..];
    let home = manifest.and_then(|http| http.base_url.as_ref()).map_or("", |home| home.path());
    let at_home = format!("{}{rest}", home.trim_end_matches('/'));
    let of_path: Vec<_> = grant
        .allow
        .iter()
        .filter(|allow| allow.paths.iter().any(|prefix| under(rest, prefix) || under(&at_home, prefix)))
        .collect();
    if of_path.is_empty() {
        return Err(HttpError::Denied(format!("{rest} under base_url is outside the paths it may reach")));
    }
    if of_path.iter().any(|allow| allow.methods.iter().any(|allowed| allowed == method.as_str())) {
        return Ok(());
    }
    Err(HttpError::Denied(format!("{method} is not allowed on {rest} under base_url")))
}

/// Whether a path is a prefix or under it: `/api` holds `/api` and `/api/x`, not `/apix`.
fn under(path: &str, prefix: &str) -> bool {
    let stem = prefix.trim_end_matches('/');
    path == prefix || path.strip_prefix(stem).is_some_and(|rest| rest.starts_with('/'))
}

/// Dots are resolved already; separators that only a server would decode could climb out of the prefix.
fn tricky(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2f", "%5c", "\\", "%00"].iter().any(|hidden| lower.contains(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_hold_whole_segments() {
        let cases = [
            ("/api/x", "/api/", true),
            ("/api/x", "/api", true),
            ("/api", "/api", true),
            ("/apix", "/api", false),
            ("/api", "/api/", false),
            ("/", "/", true),
            ("/x", "/", true),
        ];
        for (path, prefix, expected) in cases {
            assert_eq!(under(path, prefix), expected, "{path} under {prefix}");
        }
    }
}
