//! Secrets: never shown, refused where they have no place, told of where they are of no use.

use super::*;

#[test]
fn nothing_shown_holds_a_secret_or_a_meters_number() {
    let (_dir, sources) = house(
        "[connectors.linky]\nplugin = \"linky\"\nprm = \"12345678904321\"\ntoken = \"hunter2\"\n\
         [connectors.other]\nplugin = \"linky\"\nprm = \"12345678904322\"\ntoken = { env = \"TOKEN\" }\n",
    );
    let mut sources = sources;
    sources.env.insert("TOKEN".to_owned(), "hunter3".to_owned());
    let loaded = load(&sources).unwrap();
    let shown = format!("{loaded}{}{:?}", loaded.values(), loaded.warnings);
    assert!(!shown.contains("hunter") && !shown.contains("12345678904321"), "{shown}");
    assert!(shown.contains("…4321"), "{shown}");
    assert!(!format!("{:?}", loaded.config.connectors["linky"].secrets).contains("hunter"));
    let value = |key: &str| {
        let values = loaded.values();
        values["values"].as_array().unwrap().iter().find(|value| value["key"] == key).unwrap().clone()
    };
    assert_eq!(value("connectors.linky.token")["value"], "***");
    assert_eq!(value("connectors.other.token")["value"], json!({ "env": "TOKEN" }));
    assert_eq!(value("connectors.linky.prm")["origin"]["line"], 3);
    assert_eq!(value("server.listen")["origin"]["kind"], "default");
}

#[test]
fn no_secret_of_those_who_are_told_is_shown() {
    let (_dir, mut sources) = house(
        "[mqtt]\nhost = \"broker\"\nusername = \"me\"\npassword = \"hunter2\"\n\
         [homeassistant]\nurl = \"http://home.test\"\ntoken = \"hunter2\"\n\
         [remote_write]\nurl = \"https://prometheus.test/write\"\nbasic = { user = \"me\", password = { env = \"TOKEN\" } }\n",
    );
    sources.env.insert("TOKEN".to_owned(), "hunter2".to_owned());
    let loaded = load(&sources).unwrap();
    let shown = format!("{loaded}{}{:?}{:?}", loaded.values(), loaded.warnings, loaded.config);
    assert!(!shown.contains("hunter2"), "{shown}");
    let warned: Vec<&str> = loaded.warnings.iter().map(|warning| warning.message.as_str()).collect();
    let expected = ["password", "token"].map(|name| {
        format!("the secret stands in clear; keep it in a file and write {name} = {{ file = \"…\" }}")
    });
    assert_eq!(warned, expected);
    let secrets: Vec<String> = loaded.config.secrets().map(|(key, _)| key).collect();
    assert_eq!(secrets, ["mqtt.password", "homeassistant.token", "remote_write.basic.password"]);
    for (key, place) in [
        ("mqtt.password", json!("***")),
        ("homeassistant.token", json!("***")),
        ("remote_write.basic.password", json!({ "env": "TOKEN" })),
    ] {
        assert_eq!(loaded.shown[key].value, place, "{key}");
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    for address in
        ["me:hunter2@home.test", "http://me:hunter2@home.test", "http://me:hunter2@home.test:99999"]
    {
        for settings in [
            format!("[mqtt]\nhost = \"{address}\"\n"),
            format!("[mqtt]\nurl = \"{}\"\n", address.replace("http", "mqtt")),
            format!("[homeassistant]\nurl = \"{address}\"\ntoken = \"t\"\n"),
            format!("[remote_write]\nurl = \"{address}\"\n"),
        ] {
            let (_dir, sources) = house(&settings);
            let refused = load(&sources).unwrap_err().to_string();
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}

#[test]
fn a_token_in_an_address_without_a_path_is_not_repeated() {
    let (_dir, sources) = house("[remote_write]\nurl = \"http://localhost:9090/?token=hunter2\"\n");
    let loaded = load(&sources).unwrap();
    let warned = loaded.warnings[0].to_string();
    assert!(warned.contains("at http://localhost:9090/api/v1/write, "), "{warned}");
    assert!(!format!("{loaded}{warned}").contains("hunter2"), "{warned}");
}

#[test]
fn a_password_without_a_user_is_worth_a_word() {
    for (username, warned) in [("", true), ("username = \"me\"\n", false)] {
        let (dir, sources) =
            house(&format!("[mqtt]\nhost = \"broker\"\n{username}password = {{ file = \"password\" }}\n"));
        let password = dir.path().join("password");
        fs::write(&password, "invented").unwrap();
        fs::set_permissions(password, fs::Permissions::from_mode(0o600)).unwrap();
        let warnings = load(&sources).unwrap().warnings;
        assert_eq!(warnings.iter().any(|one| one.message.contains("add username")), warned, "{warnings:?}");
    }
}

#[test]
fn what_is_switched_off_uses_no_secret() {
    let (_dir, sources) = house(
        "[mqtt]\nenabled = false\nhost = \"broker\"\npassword = \"t\"\n\
         [connectors.linky]\nplugin = \"linky\"\nprm = \"12345678901234\"\ntoken = \"t\"\n\
         [connectors.spare]\nplugin = \"linky\"\nprm = \"12345678901235\"\ntoken = \"t\"\nenabled = false\n",
    );
    let config = load(&sources).unwrap().config;
    let secrets: Vec<String> = config.secrets().map(|(key, _)| key).collect();
    assert_eq!(secrets, ["connectors.linky.token"]);
}
