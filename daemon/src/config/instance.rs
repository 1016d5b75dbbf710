//! `[connectors.NAME]`: the keys that every instance has, and its plugin's own checked by its manifest.

use super::{
    check::{Lines, Shown, to_json},
    given,
    origin::Origin,
    problem::{Findings, close_to, suggestion},
    raw::{Node, Table, Value},
    sources::{SchemaError, Sources, keys_of},
    types::{AfterImport, Home, Instance, LimitSettings, PluginRef, QuotaSetting},
};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};
use watteau_host::manifest::{self, Manifest, Opt, OptionKind};

/// Keys of every instance whose value is text; the environment's are taken as such.
const TEXTS: [&str; 6] = ["plugin", "schedule", "base_url", "since", "watch", "after_import"];

/// Every instance that can be made; all that is wrong is found.
pub(super) fn resolve(
    root: &Table,
    home: &Home,
    sources: &Sources,
    findings: &Findings,
    shown: &mut Lines,
) -> BTreeMap<String, Instance> {
    let table = root.get("connectors").and_then(|node| keys_of(node, "connectors", findings));
    let mut instances = BTreeMap::new();
    let mut meters = Meters::default();
    for (name, node) in table.into_iter().flatten() {
        let key = format!("connectors.{name}");
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(good) {
            findings.problem(&node.at, &key, "a connector's name is made of a to z, 0 to 9 and _; rename it");
        }
        let Some(table) = keys_of(node, &key, findings) else { continue };
        let work = Work { name, key, at: &node.at, table, home, sources, findings };
        let instance = work.instance(shown, &mut meters);
        instances.insert(name.clone(), instance);
    }
    instances
}

/// Which instance has which meter: two that read the same one would count it twice.
#[derive(Default)]
struct Meters(BTreeMap<(PluginRef, String), String>);

/// One instance being made.
struct Work<'a> {
    name: &'a str,
    key: String,
    at: &'a Origin,
    table: &'a Table,
    home: &'a Home,
    sources: &'a Sources,
    findings: &'a Findings,
}

impl Work<'_> {
    fn instance(&self, shown: &mut Lines, meters: &mut Meters) -> Instance {
        let plugin = self.plugin();
        let manifest = plugin.as_ref().and_then(|plugin| self.manifest(plugin));
        if plugin.is_none() {
            self.misspelt();
        }
        let table = self.toml(manifest.as_ref());
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
        let mut instance = Instance {
            name: self.name.to_owned(),
            plugin: plugin.unwrap_or_else(|| PluginRef::Builtin(String::new())),
            enabled: table.get("enabled").and_then(toml::Value::as_bool).unwrap_or(true),
            schedule: self.schedule(text("schedule")),
            since: table.get("since").and_then(|since| to_json(since).as_str()?.parse().ok()),
            base_url: text("base_url").and_then(|text| text.parse().ok()),
            quota: self.quota(&table, manifest.as_ref()),
            watch: None,
            after_import: if text("after_import") == Some("move") {
                AfterImport::Move
            } else {
                AfterImport::Keep
            },
            limits: limits(&table),
            settings: serde_json::Map::new(),
            secrets: BTreeMap::new(),
        };
        instance.watch = self.watch(instance.after_import, shown);
        if let Some(manifest) = &manifest {
            let checked = manifest.validate_settings(&table);
            for problem in checked.problems {
                let at = self.place_of(&problem.option);
                let mut message = problem.message.en;
                // One that is missing is called by its name already.
                let option = manifest.options.iter().find(|option| option.name == problem.option);
                if let Some(Opt { label, .. }) = option.filter(|option| self.table.contains_key(&option.name))
                {
                    message = format!("{message} ({})", label.en);
                }
                self.findings.problem(at, &format!("{}.{}", self.key, problem.option), message);
            }
            instance.settings = checked.settings;
            self.at_home(manifest, &mut instance, shown);
            self.secrets(manifest, &mut instance, shown);
            self.show_options(manifest, &instance, shown);
            self.meter(manifest, &instance, shown, meters);
        }
        instance
    }

    fn problem(&self, option: &str, message: impl Into<String>) {
        self.findings.problem(self.place_of(option), &format!("{}.{option}", self.key), message);
    }

    /// Where an option is written; the instance itself for one that is missing.
    fn place_of(&self, option: &str) -> &Origin {
        let (first, rest) = option.split_once('.').unwrap_or((option, ""));
        let Some(node) = self.table.get(first) else { return self.at };
        node.as_table().and_then(|table| table.get(rest)).map_or(&node.at, |inner| &inner.at)
    }

    fn text(&self, key: &str) -> Option<(&Node, &str)> {
        let node = self.table.get(key)?;
        Some((node, node.as_text()?))
    }

    fn plugin(&self) -> Option<PluginRef> {
        let builtin = self.sources.plugins.builtin();
        let Some(node) = self.table.get("plugin") else {
            // One that is misspelt is told as such.
            if !self.table.keys().any(|key| misspelt(key) == Some("plugin")) {
                let known = builtin.join(", ");
                let message = format!("it is missing; name a built-in plugin ({known}) or a .wasm file");
                self.problem("plugin", message);
            }
            return None;
        };
        let Some(text) = node.as_text().filter(|text| !text.is_empty()) else {
            self.problem(
                "plugin",
                "it must be text in quotes: a built-in plugin or the path of a .wasm file",
            );
            return None;
        };
        let is_path =
            text.contains('/') || Path::new(text).extension().is_some_and(|extension| extension == "wasm");
        if !is_path {
            if builtin.iter().any(|name| name == text) {
                return Some(PluginRef::Builtin(text.to_owned()));
            }
            let close = suggestion(text, builtin.iter().map(String::as_str));
            self.problem("plugin", format!("there is no built-in plugin `{text}`{close}"));
            return None;
        }
        let file = node.at.path(text).map_err(|message| self.problem("plugin", message)).ok()?;
        if !file.is_file() {
            self.problem(
                "plugin",
                format!("{} does not exist or is no file; correct the path", file.display()),
            );
            return None;
        }
        Some(PluginRef::File(file))
    }

    /// Without its plugin nobody knows an instance's options; what is surely misspelt can be told.
    fn misspelt(&self) {
        for key in self.table.keys() {
            if let Some(meant) = misspelt(key) {
                self.problem(key, format!("unknown key; did you mean `{meant}`?"));
            }
        }
    }

    /// A plugin that cannot be read is an instance in trouble, not a daemon that does not start: it may be
    /// replaced while the daemon runs. A file of another kind is a mistake of the settings.
    fn manifest(&self, plugin: &PluginRef) -> Option<Manifest> {
        let tell = |error| match error {
            SchemaError::WrongFile(why) => {
                self.problem("plugin", format!("{plugin} is no plugin: {why}"));
            }
            SchemaError::Unreadable(why) => {
                let message = format!("the plugin cannot be read, so its options are not checked: {why}");
                self.findings.warning(self.place_of("plugin"), &format!("{}.plugin", self.key), message);
            }
        };
        self.sources.plugins.manifest(plugin).map_err(tell).ok()
    }

    /// The table as the manifest checks it: what the environment says is text where text is wanted.
    fn toml(&self, manifest: Option<&Manifest>) -> toml::Table {
        let wants_text = |key: &str| {
            let option =
                manifest.and_then(|manifest| manifest.options.iter().find(|option| option.name == key));
            option.map_or_else(|| TEXTS.contains(&key), |option| is_text(option.kind))
        };
        let value = |(key, node): (&String, &Node)| {
            let value = match &node.value {
                Value::Loose { text, .. } if wants_text(key) => toml::Value::String(text.clone()),
                _ => node.to_toml(),
            };
            (key.clone(), value)
        };
        self.table.iter().map(value).collect()
    }

    fn schedule(&self, text: Option<&str>) -> Option<super::Schedule> {
        text?.parse().map_err(|error: super::ScheduleError| self.problem("schedule", error.to_string())).ok()
    }

    /// The user's quota; what it leaves out is the manifest's.
    fn quota(&self, table: &toml::Table, manifest: Option<&Manifest>) -> Option<QuotaSetting> {
        let quota = table.get("quota")?.as_table()?;
        let rule = manifest.and_then(|manifest| manifest.quota);
        let calls = quota.get("calls").and_then(toml::Value::as_integer);
        // More than anybody calls is no limit.
        let calls =
            calls.map(|calls| u32::try_from(calls).unwrap_or(u32::MAX)).or(rule.map(|rule| rule.calls));
        let per = duration(quota, "per").or(rule.map(|rule| rule.per));
        for (name, missing, example) in
            [("calls", calls.is_none(), "calls = 20"), ("per", per.is_none(), "per = \"1d\"")]
        {
            if missing && !quota.contains_key(name) {
                self.problem(&format!("quota.{name}"), format!("it is missing; write {example}"));
            }
        }
        if quota.contains_key("per") && per.is_some_and(|per| per.is_zero()) {
            self.problem("quota.per", "it must be longer than nothing; write \"1d\"");
        }
        let spacing = duration(quota, "spacing").or(rule.map(|rule| rule.spacing)).unwrap_or_default();
        Some(QuotaSetting { calls: calls?, per: per?, spacing })
    }

    fn watch(&self, after: AfterImport, shown: &mut Lines) -> Option<std::path::PathBuf> {
        let (node, text) = self.text("watch")?;
        let folder = node.at.path(text).map_err(|message| self.problem("watch", message)).ok()?;
        match folder_trouble(&folder, after) {
            None => {}
            Some((_, Trouble::Permission | Trouble::Missing)) if self.sources.visitor => {}
            // A disk that is not plugged in keeps nobody from reading what is kept.
            Some((message, Trouble::Missing)) if self.sources.command => {
                let key = format!("{}.watch", self.key);
                self.findings.warning(&node.at, &key, message);
            }
            Some((message, _)) => self.problem("watch", message),
        }
        if let Some(shown) = shown.get_mut(&format!("{}.watch", self.key)) {
            shown.value = json!(folder);
        }
        Some(folder)
    }

    fn secrets(&self, manifest: &Manifest, instance: &mut Instance, shown: &mut Lines) {
        for option in manifest.options.iter().filter(|option| option.kind == OptionKind::Secret) {
            let name = &option.name;
            let Some(node) = self.table.get(name) else { continue };
            let key = format!("{}.{name}", self.key);
            // Another shape is told by the manifest's check.
            let Some(secret) = given::read(node, self.sources) else { continue };
            match secret {
                Ok(secret) => {
                    given::judge(&key, node, &secret, self.sources, self.findings, shown);
                    instance.secrets.insert(name.clone(), secret);
                }
                Err(message) => self.problem(name, message),
            }
        }
    }

    /// A place that is asked for and not written is the home.
    fn at_home(&self, manifest: &Manifest, instance: &mut Instance, shown: &mut Lines) {
        let place = [("latitude", self.home.latitude), ("longitude", self.home.longitude)];
        // Places of its own leave the home out.
        if place.iter().any(|(name, _)| self.table.contains_key(*name)) || self.table.contains_key("places") {
            return;
        }
        for (name, degrees) in place {
            let asked = |option: &&Opt| option.name == name && option.kind == OptionKind::Number;
            if let (Some(degrees), Some(_)) = (degrees, manifest.options.iter().find(asked)) {
                instance.settings.insert(name.to_owned(), json!(degrees));
                if let Some(home) = shown.get(&format!("home.{name}")).cloned() {
                    shown.insert(format!("{}.{name}", self.key), home);
                }
            }
        }
    }

    /// What the plugin decides where the user does not.
    fn show_options(&self, manifest: &Manifest, instance: &Instance, shown: &mut Lines) {
        let origin = Origin::Manifest { plugin: instance.plugin.to_string() };
        let mut default = |key: &str, value: serde_json::Value| {
            shown.entry(format!("{}.{key}", self.key)).or_insert(Shown { value, origin: origin.clone() });
        };
        for option in manifest.options.iter().filter(|option| !self.table.contains_key(&option.name)) {
            if let Some(value) = instance.settings.get(&option.name) {
                default(&option.name, value.clone());
            }
        }
        let Some(proposed) = &manifest.schedule else { return };
        default("schedule", json!(proposed));
        if let (None, Err(error)) = (self.table.get("schedule"), proposed.parse::<super::Schedule>()) {
            let message = format!("the plugin proposes a schedule that cannot be read, add one: {error}");
            self.findings.warning(self.at, &format!("{}.schedule", self.key), message);
        }
    }

    fn meter(&self, manifest: &Manifest, instance: &Instance, shown: &mut Lines, meters: &mut Meters) {
        let Some(Opt { name, .. }) = manifest.meter_option() else { return };
        let Some(number) = instance.settings.get(name).and_then(serde_json::Value::as_str) else { return };
        if let Some(shown) = shown.get_mut(&format!("{}.{name}", self.key)) {
            let from = number.char_indices().rev().nth(3).map_or(0, |(byte, _)| byte);
            shown.value = json!(format!("…{}", &number[from..]));
        }
        if !instance.enabled {
            return;
        }
        let meter = (instance.plugin.clone(), number.to_owned());
        if let Some(other) = meters.0.insert(meter, self.name.to_owned()) {
            self.problem(name, format!("[connectors.{other}] reads the same meter; remove one of the two"));
        }
    }
}

/// The key of every instance that this one probably was to be.
fn misspelt(key: &str) -> Option<&'static str> {
    close_to(key, manifest::common_keys()).filter(|meant| *meant != key)
}

const fn is_text(kind: OptionKind) -> bool {
    use OptionKind as Kind;
    matches!(
        kind,
        Kind::String | Kind::Date | Kind::Duration | Kind::Url | Kind::Secret | Kind::Meter | Kind::Choice
    )
}

fn duration(table: &toml::Table, key: &str) -> Option<std::time::Duration> {
    manifest::duration(table.get(key)?.as_str()?).ok()
}

/// What cannot be read is left out: the manifest's check has reported it.
fn limits(table: &toml::Table) -> LimitSettings {
    let Some(limits) = table.get("limits").and_then(toml::Value::as_table) else {
        return LimitSettings::default();
    };
    let size = |key: &str| manifest::size(limits.get(key)?.as_str()?).ok();
    let whole = |key: &str| u64::try_from(limits.get(key)?.as_integer()?).ok();
    LimitSettings {
        memory_bytes: size("memory"),
        cpu: duration(limits, "cpu"),
        call: duration(limits, "call"),
        body_bytes: size("body"),
        points: whole("points"),
        log_lines: whole("log_lines").map(|lines| u32::try_from(lines).unwrap_or(u32::MAX)),
    }
}

/// What keeps files from being taken from a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It is not there now.
    Missing,
    /// It is not this user's, which may be a matter of who asks.
    Permission,
    /// It can never be one.
    Wrong,
}

/// Why files cannot be taken from a folder.
fn folder_trouble(folder: &Path, after: AfterImport) -> Option<(String, Trouble)> {
    let shown = folder.display();
    match std::fs::read_dir(folder) {
        Ok(_) => {}
        Err(error) => {
            return Some(match error.kind() {
                std::io::ErrorKind::NotFound => (
                    format!("the folder {shown} does not exist; create it or correct the path"),
                    Trouble::Missing,
                ),
                std::io::ErrorKind::NotADirectory => {
                    (format!("{shown} is a file; name the folder that it is in"), Trouble::Wrong)
                }
                std::io::ErrorKind::PermissionDenied => (
                    format!("the folder {shown} is not readable; give it to the user that watteau runs as"),
                    Trouble::Permission,
                ),
                _ => (format!("the folder {shown} cannot be read: {error}"), Trouble::Missing),
            });
        }
    }
    let writable = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok();
    (after == AfterImport::Move && !writable).then(|| {
        let advice = "give it to the user that watteau runs as, or write after_import = \"keep\"";
        (
            format!("files cannot be moved in the folder {shown}, it is not writable; {advice}"),
            Trouble::Permission,
        )
    })
}
