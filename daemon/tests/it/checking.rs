//! `watteau check` on what its users really write.

use super::support::Home;
use std::fs;

/// What it says on standard error, and that it ended with `code`.
fn check(home: &Home, code: i32) -> String {
    let output = home.run(&["check"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[test]
fn a_page_of_text_is_no_plugin_and_said_so_in_a_line() {
    let home = Home::new("");
    let page = home.path().join("README.md");
    fs::write(&page, "# A title\n\nAnd a page of text.\n").unwrap();
    home.configure(&format!("[connectors.odd]\nplugin = {page:?}\n"));
    let text = check(&home, 3);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("README.md is no plugin: this is not WebAssembly"), "{text}");
}
