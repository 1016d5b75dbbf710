//! Goldens: `tests/config/*.toml`, each with the `.ok` that `check` prints or the `.err` that everything
//! refuses it with. `WATTEAU_BLESS=1` rewrites them. A first line `# env: NAME=VALUE` or `# flag: --listen=ADDR`
//! adds a layer.

mod secrets;

use super::*;
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};
use watteau_host::Manifest;

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config")
}

/// Manifests of the tests' own, so that a golden changes only when the configuration does.
#[derive(Debug)]
struct Plugins;

/// The built-in connectors' own, for the files that ship.
#[derive(Debug)]
struct Connectors;

impl PluginSchemas for Connectors {
    fn builtin(&self) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors");
        let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    fn manifest(&self, plugin: &PluginRef) -> Result<Manifest, SchemaError> {
        let unreadable = |why: &dyn std::fmt::Display| SchemaError::Unreadable(why.to_string());
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../connectors/{plugin}/manifest.toml"));
        let text = fs::read_to_string(file).map_err(|error| unreadable(&error))?;
        Manifest::parse(&text).map_err(|error| unreadable(&error))
    }
}

impl PluginSchemas for Plugins {
    fn builtin(&self) -> Vec<String> {
        vec!["grdf".to_owned(), "linky".to_owned()]
    }

    fn manifest(&self, plugin: &PluginRef) -> Result<Manifest, SchemaError> {
        match plugin {
            PluginRef::Builtin(name) => {
                let text = fs::read_to_string(here().join("plugins").join(format!("{name}.toml"))).unwrap();
                Ok(Manifest::parse(&text).unwrap())
            }
            PluginRef::File(path) if fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"#")) => {
                Err(SchemaError::WrongFile("it is a page of text".to_owned()))
            }
            PluginRef::File(_) => Err(SchemaError::Unreadable("it is no component".to_owned())),
        }
    }
}

fn only(file: &Path) -> Sources {
    Sources::only(file.to_owned(), Arc::new(Plugins))
}

fn loads(file: &Path) -> Loaded {
    load(&only(file)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A configuration in a folder of its own, which also is its data folder.
fn house(text: &str) -> (tempfile::TempDir, Sources) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("watteau.toml");
    fs::write(&file, text).unwrap();
    let sources = Sources { default_data_dir: dir.path().join("data"), ..only(&file) };
    (dir, sources)
}

#[test]
fn goldens() {
    let mut cases: Vec<PathBuf> = fs::read_dir(here()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    cases.sort();
    assert!(!cases.is_empty());
    let bless = std::env::var_os("WATTEAU_BLESS").is_some();
    // A checkout keeps no modes.
    fs::set_permissions(here().join("secrets/token"), fs::Permissions::from_mode(0o600)).unwrap();
    let folder = here().display().to_string();
    for case in cases {
        let mut sources = only(&case);
        for line in fs::read_to_string(&case).unwrap().lines() {
            if let Some((name, value)) = line.strip_prefix("# env: ").and_then(|line| line.split_once('=')) {
                sources.env.insert(name.to_owned(), value.replace("DIR", &folder));
            } else if let Some(listen) = line.strip_prefix("# flag: --listen=") {
                sources.listen = Some(listen.parse().unwrap());
            }
        }
        let (extension, other, text) = match load(&sources) {
            Ok(loaded) => {
                let mut text = loaded.to_string();
                for warning in &loaded.warnings {
                    writeln!(text, "warning: {warning}").unwrap();
                }
                ("ok", "err", text)
            }
            Err(errors) => ("err", "ok", format!("{errors}\n")),
        };
        // The folder's own length must not move the columns.
        let text: String = text.replace(&folder, "DIR").lines().map(|line| squeeze(line) + "\n").collect();
        let golden = case.with_extension(extension);
        if bless {
            let _ = fs::remove_file(case.with_extension(other));
            fs::write(&golden, text).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(text, expected, "{} (WATTEAU_BLESS=1 rewrites it)", golden.display());
    }
}

/// Runs of spaces between columns are as wide as the paths of this checkout; one width here.
fn squeeze(line: &str) -> String {
    line.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

#[test]
fn the_files_that_ship_are_right() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let reference = config.join("watteau.toml");
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().display().to_string();
    fs::create_dir(dir.path().join("inbox")).unwrap();
    for folder in ["grdf", "occupancy", "enedis"] {
        fs::create_dir(dir.path().join("inbox").join(folder)).unwrap();
    }
    let at_home = |text: String| text.replace("/var/lib/watteau", &data).replace("/tmp/watteau-demo", &data);
    let check = |name: &str, text: String| {
        let file = dir.path().join(name);
        fs::write(&file, at_home(text)).unwrap();
        let mut sources = Sources::only(file, Arc::new(Connectors));
        sources.env.insert("CREDENTIALS_DIRECTORY".to_owned(), data.clone());
        load(&sources).unwrap_or_else(|errors| panic!("{name}: {errors}"))
    };
    for secret in ["linky-token", "mqtt-password", "homeassistant-token", "prometheus-token"] {
        fs::write(dir.path().join(secret), "invented").unwrap();
    }

    // As it ships it only says the defaults; with every commented key switched on it is right as well.
    let text = fs::read_to_string(&reference).unwrap();
    let shipped = check("watteau.toml", text.clone());
    assert!(shipped.config.connectors.is_empty() && shipped.warnings.is_empty(), "{:?}", shipped.warnings);
    let bare = check("bare.toml", String::new());
    assert_eq!(shipped.config.server.listen, bare.config.server.listen);
    assert_eq!(shipped.config.home, bare.config.home);
    let switched_on: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix('#').filter(|key| !key.starts_with([' ', '-'])).unwrap_or(line))
        .collect();
    let whole = check("whole.toml", switched_on.join("\n"));
    assert_eq!(whole.config.connectors.keys().collect::<Vec<_>>(), ["gas", "linky"]);
    for key in [
        "server.socket",
        "home.language",
        "connectors.linky.since",
        "connectors.linky.quota.calls",
        "connectors.linky.limits.memory",
        "remote_write.labels.home",
    ] {
        assert!(whole.shown.contains_key(key), "{key} is not in the reference");
    }

    // Its jobs speak of connectors that are examples beside it, and its socket would want a password.
    let example = |text: &str| text.starts_with("no connector `") || text.contains("watteau password set");
    let others = whole.warnings.iter().filter(|warning| !example(&warning.message));
    assert_eq!(others.count(), 0, "{:?}", whole.warnings);
    check("demo.toml", fs::read_to_string(config.join("demo.toml")).unwrap());
    let mut examples = 0;
    for entry in fs::read_dir(config.join("conf.d")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // Beside the reference they would be read with it: the examples bear a name that is not taken.
        assert!(name.ends_with(".toml.example"), "{name}");
        check(name, fs::read_to_string(&path).unwrap());
        examples += 1;
    }
    assert!(examples > 0);
}

#[test]
fn each_layer_is_over_the_one_before() {
    let (dir, mut sources) = house(
        "[server]\nlisten = \"127.0.0.1:2\"\n[connectors.linky]\nplugin = \"linky\"\nprm = \"12345678901234\"\n\
         token = { env = \"T\" }\nquota = { calls = 3, per = \"1h\" }\n",
    );
    let defaults = dir.path().join("defaults");
    let conf_d = dir.path().join("conf.d");
    fs::create_dir(&defaults).unwrap();
    fs::create_dir(&conf_d).unwrap();
    fs::write(defaults.join("a.toml"), "[server]\nlisten = \"127.0.0.1:1\"\n[home]\nlanguage = \"en\"\n")
        .unwrap();
    fs::write(dir.path().join("token"), "invented").unwrap();
    fs::write(conf_d.join("20.toml"), "[server]\nlisten = \"127.0.0.1:4\"\n").unwrap();
    fs::write(
        conf_d.join("10.toml"),
        "[server]\nlisten = \"127.0.0.1:3\"\n[connectors.linky]\ntoken = { file = \"../token\" }\n",
    )
    .unwrap();
    fs::write(conf_d.join("notes.txt"), "not TOML").unwrap();
    sources.defaults = Some(defaults);
    let listen = |sources: &Sources| {
        let loaded = load(sources).unwrap_or_else(|errors| panic!("{errors}"));
        (loaded.config.server.listen.port(), loaded.shown["server.listen"].origin.to_string())
    };
    assert_eq!(listen(&sources), (4, format!("{}:2:1", conf_d.join("20.toml").display())));

    sources.env = BTreeMap::from([
        ("WATTEAU_SERVER__LISTEN".to_owned(), "127.0.0.1:5".to_owned()),
        ("WATTEAU_CONNECTORS__LINKY__PRM".to_owned(), "99999999999999".to_owned()),
        ("WATTEAU_CONNECTORS__LINKY__QUOTA__CALLS".to_owned(), "7".to_owned()),
        ("WATTEAU_CONNECTORS__LINKY__SINCE".to_owned(), "2024-01-31".to_owned()),
        ("WATTEAU_HOME__LATITUDE".to_owned(), "45.76".to_owned()),
        ("WATTEAU_HOME__LONGITUDE".to_owned(), "4".to_owned()),
        ("WATTEAU_LOG".to_owned(), "debug".to_owned()),
    ]);
    assert_eq!(listen(&sources), (5, "environment WATTEAU_SERVER__LISTEN".to_owned()));
    let config = load(&sources).unwrap().config;
    let linky = &config.connectors["linky"];
    assert_eq!(linky.settings["prm"], "99999999999999");
    assert_eq!((linky.quota.unwrap().calls, linky.quota.unwrap().per.as_secs()), (7, 3600));
    assert_eq!(linky.since, Some(jiff::civil::date(2024, 1, 31)));
    assert_eq!(linky.secrets["token"].read().unwrap().expose(), "invented");
    assert_eq!(
        (config.home.latitude, config.home.longitude, config.home.language),
        (Some(45.76), Some(4.0), Some(Lang::En))
    );

    sources.listen = Some("127.0.0.1:6".parse().unwrap());
    sources.data_dir = Some(dir.path().join("elsewhere"));
    assert_eq!(listen(&sources), (6, "flag --listen".to_owned()));
    let config = load(&sources).unwrap().config;
    assert_eq!(config.store.dir, dir.path().join("elsewhere"));
    assert_eq!(config.server.socket, dir.path().join("elsewhere/watteau.sock"));
}

#[test]
fn a_place_that_is_not_written_is_the_home() {
    let weather = |home: &str, own: &str| {
        let (_dir, mut sources) =
            house(&format!("[home]\n{home}\n[connectors.sky]\nplugin = \"weather\"\n{own}"));
        sources.plugins = Arc::new(Connectors);
        let loaded = load(&sources).unwrap();
        let settings = &loaded.config.connectors["sky"].settings;
        let shown = loaded.to_string().lines().filter(|line| line.contains("sky.latitude")).count();
        (settings.get("latitude").cloned(), settings.get("longitude").cloned(), shown)
    };
    let home = "latitude = 45.76\nlongitude = 4.84";
    assert_eq!(weather(home, ""), (Some(json!(45.76)), Some(json!(4.84)), 1));
    assert_eq!(weather(home, "latitude = 48\nlongitude = 2.0"), (Some(json!(48)), Some(json!(2.0)), 1));
    // Half of another place is no place: the connector says what is missing.
    assert_eq!(weather(home, "latitude = 48.0").1, None);
    assert_eq!(weather("", ""), (None, None, 0));
}

#[test]
fn only_a_file_that_was_named_has_to_be_there() {
    let (dir, sources) = house("");
    let absent = Sources { main: dir.path().join("absent.toml"), ..sources };
    assert!(load(&absent).unwrap_err().to_string().contains("absent.toml:1:1: the file does not exist"));
    assert_eq!(load(&Sources { required: false, ..absent }).unwrap().config.connectors.len(), 0);
}

#[test]
fn the_sockets_place_does_not_depend_on_who_asks() {
    let (dir, mut sources) = house("");
    let beside = dir.path().join("data/watteau.sock");
    assert_eq!(load(&sources).unwrap().config.server.socket, beside);
    // A service of the user's own has a runtime folder that the user's shell does not know.
    sources.env.insert("RUNTIME_DIRECTORY".to_owned(), dir.path().display().to_string());
    assert_eq!(load(&sources).unwrap().config.server.socket, beside);
    sources.main = "/etc/watteau/watteau.toml".into();
    assert_eq!(sources.default_socket(dir.path()), dir.path().join("watteau.sock"));
}

#[test]
fn a_plugin_file_that_cannot_be_read_is_a_warning() {
    let (dir, sources) = house("[connectors.odd]\nplugin = \"odd.wasm\"\nanything = 1\n");
    assert!(load(&sources).unwrap_err().to_string().contains("odd.wasm does not exist"));
    fs::write(dir.path().join("odd.wasm"), "").unwrap();
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.connectors["odd"].plugin, PluginRef::File(dir.path().join("odd.wasm")));
    assert!(loaded.warnings[0].to_string().contains("its options are not checked"), "{:?}", loaded.warnings);
}

#[test]
fn a_file_of_another_kind_is_a_mistake_of_the_settings() {
    let (dir, sources) = house("[connectors.odd]\nplugin = \"./README.md\"\nanything = 1\n");
    fs::write(dir.path().join("README.md"), "# A page\n").unwrap();
    let errors = load(&sources).unwrap_err();
    assert_eq!(errors.problems.len(), 1, "{errors}");
    assert!(errors.to_string().contains("README.md is no plugin: it is a page of text"), "{errors}");
}

#[test]
fn what_is_worth_a_word_is_said_beside_what_is_wrong() {
    let (_dir, sources) = house(
        "[connectors.linky]\nplugin = \"linky\"\nprm = \"12345678901234\"\ntoken = \"hunter2\"\nsinse = \"2024-01-01\"\n",
    );
    let errors = load(&sources).unwrap_err();
    assert_eq!((errors.problems.len(), errors.warnings.len()), (1, 1), "{errors}");
    assert!(errors.to_string().contains("warning: "), "{errors}");
    assert!(errors.to_string().contains("the secret stands in clear"), "{errors}");
}

#[test]
fn a_misspelt_key_is_found_whatever_is_wrong_with_the_plugin() {
    for (plugin, of_plugin) in [
        ("plugn = \"grdf\"", "gas.plugn: unknown key; did you mean `plugin`?"),
        ("plugin = \"grfd\"", "plugin: there is no built-in plugin `grfd`; did you mean `grdf`?"),
        ("", "plugin: it is missing; name a built-in plugin (grdf, linky) or a .wasm file"),
    ] {
        let (_dir, sources) = house(&format!("[connectors.gas]\n{plugin}\nwach = \"x\"\npce = \"1\"\n"));
        let text = load(&sources).unwrap_err().to_string();
        for expected in [of_plugin, "gas.wach: unknown key; did you mean `watch`?"] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}

#[test]
fn what_changed_is_told_by_name() {
    let text = |prm: &str, name: &str| {
        format!(
            "[connectors.{name}]\nplugin = \"grdf\"\n[connectors.linky]\nplugin = \"linky\"\nprm = \"{prm}\"\ntoken = \"t\"\n"
        )
    };
    let (_a, old) = house(&text("12345678901234", "gas"));
    let old = load(&old).unwrap().config;
    assert!(Config::changed(&old, &old.clone()).is_empty());
    let (_b, new) = house(&text("12345678901235", "boiler"));
    let changes = Config::changed(&old, &load(&new).unwrap().config);
    assert_eq!(changes.added, ["boiler"]);
    assert_eq!(changes.removed, ["gas"]);
    assert_eq!(changes.changed, ["linky"]);
    // Each house has its own folder.
    assert_eq!(changes.restart, ["server", "store"]);
}

#[test]
fn broken_files_are_refused_in_words() {
    for (bytes, expected) in [
        (&b"[server\nlisten = 1\n"[..], "watteau.toml:1:8: this is not TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        (
            b"[server]\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n",
            "watteau.toml:3:1: this is not TOML: duplicate key",
        ),
        (b"a = 99999999999999999999999\n", "a: unknown section"),
        (b"server = 1\n", "server: it must be a table"),
        (b"[connectors]\nlinky = 1\n", "connectors.linky: it must be a table"),
    ] {
        let (dir, sources) = house("");
        fs::write(dir.path().join("watteau.toml"), bytes).unwrap();
        let text = load(&sources).unwrap_err().to_string();
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// A loads-or-refuses pass over every shipped golden: none may panic, whatever is cut off its end.
#[test]
fn a_file_cut_anywhere_is_refused_or_read_and_never_panics() {
    let (dir, sources) = house("");
    let text = fs::read_to_string(here().join("everything.toml")).unwrap();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)).step_by(7) {
        fs::write(dir.path().join("watteau.toml"), &text[..end]).unwrap();
        if let Err(errors) = load(&sources) {
            assert!(!errors.problems.is_empty());
        }
    }
}

#[test]
fn the_loaded_golden_means_what_it_says() {
    let config = loads(&here().join("everything.toml")).config;
    let linky = &config.connectors["linky"];
    assert_eq!(linky.schedule_or_default(None).to_string(), "06:00 and 14:00 every day");
    assert_eq!(config.connectors["gas"].schedule_or_default(Some("hourly")).to_string(), "hourly");
    assert_eq!(config.connectors["gas"].schedule_or_default(None), Schedule::Never);
    assert_eq!(config.connectors["gas"].after_import, AfterImport::Move);
    assert_eq!(config.connectors["gas"].watch.as_deref(), Some(&*here().join("inbox")));
    assert_eq!(linky.limits.memory_bytes, Some(48 << 20));
    // The manifest completes a quota that says only a part.
    assert_eq!((linky.quota.unwrap().calls, linky.quota.unwrap().per.as_secs()), (200, 86_400));
    assert!(!linky.settings.contains_key("token"));
    assert_eq!(linky.settings["gateway"], "conso");
    assert!(!config.connectors["spare"].enabled);
}

#[test]
fn a_visitor_is_not_asked_for_what_only_the_daemon_may_read() {
    let (_dir, mut sources) = house(
        "[connectors.linky]\nplugin = \"linky\"\nprm = \"12345678901234\"\ntoken = { credential = \"linky-token\" }\n",
    );
    assert_eq!(load(&sources).unwrap().warnings.len(), 1);
    sources.visitor = true;
    assert_eq!(load(&sources).unwrap().warnings, []);
}

#[test]
fn sources_do_not_show_the_environment() {
    let (_dir, mut sources) = house("");
    sources.env.insert("TOKEN".to_owned(), "hunter2".to_owned());
    assert!(!format!("{sources:?}").contains("hunter2"));
}

/// Nothing is unreadable for root: where the tests run as root this one has nothing to look at.
#[test]
fn what_may_not_be_read_is_named_and_no_matter_to_a_visitor() {
    if rustix::process::geteuid().is_root() {
        eprintln!("skipped: root may read everything");
        return;
    }
    let (dir, mut sources) = house(
        "[connectors.gas]\nplugin = \"grdf\"\nwatch = \"inbox\"\nafter_import = \"move\"\n[connectors.linky]\nplugin = \"linky\"\n\
         prm = \"12345678901234\"\ntoken = { file = \"token\" }\n",
    );
    let (inbox, token) = (dir.path().join("inbox"), dir.path().join("token"));
    fs::create_dir(&inbox).unwrap();
    fs::write(&token, "invented").unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for (inbox_mode, expected) in [(0o000, "inbox is not readable"), (0o500, "inbox, it is not writable")] {
        mode(&inbox, inbox_mode);
        mode(&token, 0o000);
        sources.visitor = false;
        let text = load(&sources).unwrap_err().to_string();
        assert!(text.contains(expected) && text.contains("token is not readable"), "{text}");
        sources.visitor = true;
        load(&sources).unwrap_or_else(|errors| panic!("{errors}"));
    }
    mode(&inbox, 0o700);
    mode(&token, 0o600);
    sources.visitor = false;
    load(&sources).unwrap_or_else(|errors| panic!("{errors}"));
}

#[test]
fn where_the_settings_are_tells_whose_installation_it_is() {
    let of = |main: &str, required| Sources { required, ..only(Path::new(main)) }.installation();
    assert_eq!(of("/etc/watteau/watteau.toml", false), Installation::System);
    // As the unit names it.
    assert_eq!(of("/etc/watteau/watteau.toml", true), Installation::System);
    assert_eq!(of("/home/me/.config/watteau/watteau.toml", false), Installation::User);
    assert_eq!(of("/srv/watteau.toml", true), Installation::Named("/srv/watteau.toml".into()));
}

#[test]
fn a_store_beside_the_configuration_does_not_concern_it() {
    let sources = only(Path::new("/etc/watteau/home.conf"));
    for (path, concerns) in [
        ("/etc/watteau/home.conf", true),
        ("/etc/watteau/conf.d", true),
        ("/etc/watteau/conf.d/gas.toml", true),
        ("/etc/watteau/watteau.redb", false),
        ("/etc/watteau/watteau.log", false),
    ] {
        assert_eq!(sources.concerns(Path::new(path)), concerns, "{path}");
    }
}
