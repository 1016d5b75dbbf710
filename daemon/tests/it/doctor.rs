//! `watteau doctor` on homes that are well and on homes that are not, with the daemon and without it.

use super::support::{Home, settle, wait_for};
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt as _, process::Output};

/// A home with a folder that its group may use, and a meter whose gateway is not there.
fn home() -> Home {
    let home = Home::new("");
    fs::set_permissions(home.inbox(), fs::Permissions::from_mode(0o2770)).unwrap();
    home.configure(&format!(
        "{}[connectors.linky]\nplugin = \"linky\"\nprm = \"12345678901234\"\ntoken = \"a.hidden.token\"\nschedule = \"never\"\n\
         base_url = \"http://127.0.0.1:9/gateway?key=private\"\n",
        home.gas("gas", "pce = \"01234567890123\"")
    ));
    home
}

/// The findings about a topic.
fn of<'a>(found: &'a Value, topic: &str) -> Vec<&'a Value> {
    found.as_array().unwrap().iter().filter(|finding| finding["topic"] == topic).collect()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[test]
fn a_home_is_looked_at_with_the_daemon_and_without_it() {
    let home = home();
    let before = home.run(&["doctor", "--offline"]);
    assert_eq!(before.status.code(), Some(0), "{}", text(&before));
    assert!(text(&before).contains("there is no store in"), "{}", text(&before));

    let daemon = home.start();
    let running = home.json(&["--json", "doctor"]);
    daemon.stop();
    let stopped = home.json(&["--json", "doctor", "--offline"]);
    for (found, answers) in [(&running, "the daemon answers"), (&stopped, "no daemon runs")] {
        for topic in [
            "clock",
            "config",
            "store",
            "disk",
            "connector",
            "consent",
            "inbox",
            "models",
            "access",
            "service",
        ] {
            let about = of(found, topic);
            assert!(!about.is_empty(), "{topic}: {found}");
            assert!(about.iter().all(|finding| finding["verdict"] != "fail"), "{about:?}");
        }
        let service = of(found, "service");
        assert!(service.iter().any(|one| one["text"].as_str().unwrap().starts_with(answers)), "{service:?}");
        assert_eq!(of(found, "inbox")[0]["verdict"], "ok");
        let sound = |one: &&Value| one["text"].as_str().unwrap().contains("each as it was written");
        assert!(of(found, "store").iter().any(sound));
    }
    // Nobody listens at the gateway: said, with what to do, and no reason to fail.
    let link = of(&running, "link");
    assert_eq!((link.len(), &link[0]["verdict"]), (1, &Value::from("warn")), "{link:?}");
    assert!(link[0]["text"].as_str().unwrap().starts_with("127.0.0.1 cannot be reached"), "{link:?}");
    assert!(of(&stopped, "link").is_empty());
}

#[test]
fn what_it_says_may_be_shown_to_anybody() {
    let home = home();
    let daemon = home.start();
    for arguments in [&["doctor"][..], &["--json", "doctor"], &["-vv", "doctor"]] {
        let said = text(&home.run(arguments));
        for secret in ["hidden", "12345678901234", "01234567890123", "private", "key="] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
    daemon.stop();
    let said = text(&home.run(&["doctor", "--offline"]));
    assert!(!said.contains("hidden") && !said.contains("12345678901234"), "{said}");
}

#[test]
fn what_does_not_work_fails_and_says_what_to_do() {
    let home = home();
    home.start().stop();
    let store = home.data().join("watteau.redb");
    fs::write(&store, b"this is no store").unwrap();
    let output = home.run(&["doctor", "--offline"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAIL  store") && said.contains("watteau restore FILE --replace"), "{said}");

    home.configure("[conectors.x]\n");
    let output = home.run(&["doctor", "--offline"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("FAIL  config") && said.contains("did you mean `connectors`?"), "{said}");
}

#[test]
fn a_folder_that_is_gone_is_told_by_the_doctor_alone() {
    let home = home();
    home.start().stop();
    fs::remove_dir_all(home.inbox()).unwrap();
    let output = home.run(&["doctor", "--offline"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said.matches("inbox cannot be read").count(), 1, "{said}");
    assert!(said.contains("-> mkdir -p"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing else is said");
}

#[test]
fn advice_is_for_whose_installation_it_is() {
    let home = home();
    let before = text(&home.run(&["doctor", "--offline"]));
    let start = format!("it starts: watteau --config {} run", home.config().display());
    assert!(before.contains(&start), "{before}");
    home.start().stop();
    fs::set_permissions(home.inbox(), fs::Permissions::from_mode(0o500)).unwrap();
    let said = text(&home.run(&["doctor", "--offline"]));
    assert!(said.contains("nobody may drop a file in"), "{said}");
    let told = said.lines().filter(|line| !line.contains("timedatectl"));
    assert!(!told.collect::<String>().contains("sudo"), "{said}");
}

#[test]
fn files_that_were_refused_are_counted_with_the_reason_of_the_newest() {
    for after in ["keep", "move"] {
        let home = Home::new("");
        home.configure(&home.gas("gas", &format!("after_import = {after:?}")));
        let bad = home.inbox().join("01234567890123.csv");
        fs::write(&bad, "a;letter\n").unwrap();
        settle(&bad);
        let daemon = home.start();
        daemon.imports(1);
        let gone = || (after == "keep" || !bad.exists()).then_some(());
        wait_for("the file to be put aside", gone);
        let running = text(&home.run(&["doctor", "--offline"]));
        let connectors = text(&home.run(&["connectors"]));
        daemon.stop();
        for said in [&running, &connectors, &text(&home.run(&["doctor", "--offline"]))] {
            assert!(said.contains("…0123.csv was refused: "), "{after}: {said}");
            assert!(said.contains("page Import") && !said.contains("01234567890123"), "{after}: {said}");
        }
        // What is taken away is nobody's concern any more.
        let _ = fs::remove_file(&bad);
        let _ = fs::remove_dir_all(home.inbox().join("refused"));
        assert!(!text(&home.run(&["doctor", "--offline"])).contains("was refused"));
    }
}
