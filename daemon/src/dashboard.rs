//! The dashboard's files, embedded in the binary, with the headers that keep a page to itself.
//!
//! Every file carries the hash of its content as a strong tag, so a page that was seen once costs a few
//! hundred bytes to see again. Nothing is fetched from elsewhere, and the policy sent with each page makes
//! the browser see to that.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest as _, Sha256};

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../web"]
#[exclude = "test/*"]
#[exclude = "tests/*"]
#[exclude = "node_modules/*"]
#[exclude = ".*"]
#[exclude = "*.md"]
#[exclude = "jsconfig.json"]
#[exclude = "package*.json"]
struct Files;

const PAGE: &str = "index.html";

/// Answers with a file of the dashboard; a path that is a page of it gets the page that draws them all.
pub async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let is_page = path.is_empty() || (!path.contains('.') && wants_page(request.headers()));
    // What belongs to programs is never answered with a page.
    let name = if is_page && !path.starts_with("api/") && !path.starts_with("-/") { PAGE } else { path };
    match Files::get(name) {
        Some(file) => answer(name, &file, request.headers()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|it| it.contains("text/html"))
}

fn answer(name: &str, file: &EmbeddedFile, request: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag =
        format!("\"{}\"", hash[..12].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")));
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, content_type(name))], file.data.clone().into_owned()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if content_type(name).starts_with("text/html")
        && let Ok(policy) = HeaderValue::from_str(&policy(&String::from_utf8_lossy(&file.data)))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Everything from here and from nowhere else. An inline script (the import map has to be one) is let in by
/// the hash of its text.
fn policy(page: &str) -> String {
    let scripts = inline_scripts(page).fold(String::new(), |scripts, script| {
        scripts + &format!(" 'sha256-{}'", BASE64.encode(Sha256::digest(script.as_bytes())))
    });
    format!(
        "default-src 'self'; script-src 'self'{scripts}; img-src 'self' data: blob:; base-uri 'none'; \
         form-action 'self'; object-src 'none'; frame-ancestors 'none'"
    )
}

/// The text of each `<script>` that has no `src`.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, body) = rest.split_once('>')?;
        let (script, _) = body.split_once("</script")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        // A licence, a version.
        _ if !name.rsplit('/').next().unwrap_or_default().contains('.') => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        serve(request.body(Body::empty()).unwrap()).await
    }

    #[test]
    fn inline_scripts_are_let_in_by_hash_and_others_are_not() {
        let page = r#"<script type="importmap">{"imports":{}}</script><script src="a.js"></script><p>"#;
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), [r#"{"imports":{}}"#]);
        let policy = policy(page);
        assert!(policy.starts_with("default-src 'self'; script-src 'self' 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
    }

    #[tokio::test]
    async fn files_that_are_not_there() {
        for (path, accept) in [
            ("/nothing.js", "*/*"),
            ("/nothing", "*/*"),
            ("/api/nothing", "text/html"),
            ("/../Cargo.toml", "*/*"),
        ] {
            assert_eq!(get(path, &[("accept", accept)]).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let post = Request::post("/").body(Body::empty()).unwrap();
        assert_eq!(serve(post).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn every_file_has_a_type_and_a_tag() {
        for name in Files::iter() {
            assert_ne!(content_type(&name), "application/octet-stream", "{name} has no content type");
            let first = get(&format!("/{name}"), &[]).await;
            assert_eq!(first.status(), StatusCode::OK, "{name}");
            let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
            assert_eq!(
                get(&format!("/{name}"), &[("if-none-match", &tag)]).await.status(),
                StatusCode::NOT_MODIFIED
            );
        }
    }
}
