//! `watteau check` on what its users really write.

use super::support::Home;
use std::{fs, os::unix::fs::PermissionsExt as _};

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

#[test]
fn a_token_that_everybody_can_read_is_a_warning_and_the_rest_is_said_to_be_right() {
    let home = Home::new("");
    let token = home.path().join("token");
    fs::write(&token, "invented").unwrap();
    home.configure(&format!(
        "[connectors.linky]\nplugin = \"linky\"\nprm = \"12345678901234\"\ntoken = {{ file = {token:?} }}\n{}",
        home.gas("gas", "")
    ));
    for (mode, warned) in [(0o644, true), (0o640, false)] {
        fs::set_permissions(&token, fs::Permissions::from_mode(mode)).unwrap();
        let text = check(&home, 0);
        assert_eq!(text.contains("every user of this machine can read it"), warned, "{text}");
        assert!(text.ends_with("the configuration is valid: 2 connectors\n"), "{text}");
    }
    home.configure("");
    assert_eq!(check(&home, 0), "the configuration is valid: no connector, so nothing is read yet\n");
}
