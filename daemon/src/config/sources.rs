//! Where the configuration comes from on this machine.

use super::{
    installation::Installation,
    origin::Origin,
    problem::Findings,
    raw::{self, Node, Table, Value},
    types::PluginRef,
};
use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use watteau_host::Manifest;

const DEFAULTS: &str = "/usr/share/watteau";
const SYSTEM: &str = "/etc/watteau/watteau.toml";
const SYSTEM_DATA: &str = "/var/lib/watteau";
const SYSTEM_RUNTIME: &str = "/run/watteau";

/// What plugins say of their options: the one schema that `watteau check`, the daemon and the guest share.
pub trait PluginSchemas: fmt::Debug + Send + Sync {
    /// Names of the connectors in the binary.
    fn builtin(&self) -> Vec<String>;

    /// The manifest of a plugin, before any of its code runs.
    fn manifest(&self, plugin: &PluginRef) -> Result<Manifest, SchemaError>;
}

/// Why a plugin's manifest is not known, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The file is of another kind: the settings name the wrong one.
    #[error("{0}")]
    WrongFile(String),
    /// The file can be a plugin and cannot be used as it is now: damaged, or on its way.
    #[error("{0}")]
    Unreadable(String),
}

/// Where the configuration comes from: each source over the one before.
#[derive(Clone)]
pub struct Sources {
    /// Folder whose `*.toml` are the system's defaults; may be absent.
    pub defaults: Option<PathBuf>,
    /// The main file; `conf.d/*.toml` beside it come over it, sorted by name.
    pub main: PathBuf,
    /// Whether the main file has to exist, because the user named it.
    pub required: bool,
    /// The environment: `WATTEAU_SECTION__KEY`, and what secrets refer to.
    pub env: BTreeMap<String, String>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// The data folder where nobody names one.
    pub default_data_dir: PathBuf,
    /// Whether this is a command on its way to a running daemon: what the daemon may read and this user may
    /// not is no problem then.
    pub visitor: bool,
    /// Whether these are for a command that only needs the store: a folder that is missing is then a warning.
    pub command: bool,
    /// What plugins say of their options.
    pub plugins: Arc<dyn PluginSchemas>,
}

/// The environment holds secrets of everybody: it is not shown.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("main", &self.main)
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .finish_non_exhaustive()
    }
}

impl Sources {
    /// Those of this machine and this user; `named` is `--config`.
    ///
    /// A user's own file (`$XDG_CONFIG_HOME/watteau/watteau.toml`) wins over the system's where it exists;
    /// without either, an ordinary user keeps data in `$XDG_DATA_HOME/watteau`.
    pub fn of_this_machine(named: Option<PathBuf>, plugins: Arc<dyn PluginSchemas>) -> Self {
        let env: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let root = rustix::process::geteuid().is_root();
        let own = if root { None } else { own_folder(&env, "XDG_CONFIG_HOME", ".config") };
        let own = own.map(|folder| folder.join("watteau.toml"));
        let required = named.is_some();
        let main = named.unwrap_or_else(|| main_file(own.clone(), Path::new(SYSTEM)));
        let own_data =
            own_folder(&env, "XDG_DATA_HOME", ".local/share").filter(|_| own.as_ref() == Some(&main));
        Self {
            defaults: Some(DEFAULTS.into()),
            main,
            required,
            env,
            listen: None,
            data_dir: None,
            default_data_dir: own_data.unwrap_or_else(|| SYSTEM_DATA.into()),
            visitor: false,
            command: false,
            plugins,
        }
    }

    /// One file alone: no defaults of the system, no environment.
    pub fn only(file: PathBuf, plugins: Arc<dyn PluginSchemas>) -> Self {
        Self {
            defaults: None,
            main: file,
            required: true,
            env: BTreeMap::new(),
            listen: None,
            data_dir: None,
            default_data_dir: SYSTEM_DATA.into(),
            visitor: false,
            command: false,
            plugins,
        }
    }

    /// How this watteau is installed, as far as the place of its settings tells.
    pub fn installation(&self) -> Installation {
        if self.main == Path::new(SYSTEM) {
            Installation::System
        } else if self.required {
            Installation::Named(std::path::absolute(&self.main).unwrap_or_else(|_| self.main.clone()))
        } else {
            Installation::User
        }
    }

    /// The folders to watch for changes.
    pub fn folders(&self) -> Vec<PathBuf> {
        let home = folder_of(&self.main).to_owned();
        let conf_d = home.join("conf.d");
        self.defaults.iter().cloned().chain([home, conf_d]).collect()
    }

    /// Whether a change there can change the configuration: the store may well live in the same folder.
    pub fn concerns(&self, path: &Path) -> bool {
        path.file_name() == self.main.file_name()
            || path.extension().is_some_and(|extension| extension == "toml")
            || path.ends_with("conf.d")
    }

    /// Where the main file is looked for.
    pub fn places(&self) -> Vec<&Path> {
        let system = Some(Path::new(SYSTEM)).filter(|system| !self.required && self.main != *system);
        [self.main.as_path()].into_iter().chain(system).collect()
    }

    /// The files that are read, each over the one before.
    pub fn files(&self) -> Vec<PathBuf> {
        self.layers(&Findings::default())
    }

    fn layers(&self, findings: &Findings) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            self.defaults.iter().flat_map(|folder| toml_files(folder, findings)).collect();
        // A link to nowhere is a mistake, not an absence.
        if self.required || self.main.symlink_metadata().is_ok() {
            files.push(self.main.clone());
        }
        files.extend(toml_files(&folder_of(&self.main).join("conf.d"), findings));
        files
    }

    /// Every source merged.
    pub(super) fn merged(&self, findings: &Findings) -> Table {
        let mut root = Table::new();
        for file in self.layers(findings) {
            raw::merge(&mut root, raw::read_file(&file, findings));
        }
        raw::merge(&mut root, raw::from_env(&self.env));
        raw::merge(&mut root, self.flags());
        root
    }

    fn flags(&self) -> Table {
        let mut root = Table::new();
        let mut set = |section: &str, key: &str, flag: &'static str, value: String| {
            let at = Origin::Flag { flag };
            let node = Node::plain(at.clone(), value);
            raw::insert(&mut root, &[section.to_owned(), key.to_owned()], &at, node.value);
        };
        if let Some(listen) = self.listen {
            set("server", "listen", "--listen", listen.to_string());
        }
        if let Some(dir) = &self.data_dir {
            set("store", "dir", "--data-dir", dir.display().to_string());
        }
        root
    }

    /// Where the socket of the commands is, where nobody says. The system's daemon and the commands of every
    /// user have to agree, so it depends on the files and not on who asks: systemd's runtime folder for the
    /// system's own configuration, beside the store for any other.
    pub(super) fn default_socket(&self, dir: &Path) -> PathBuf {
        let given = self
            .env
            .get("RUNTIME_DIRECTORY")
            .and_then(|list| list.split(':').next())
            .filter(|d| !d.is_empty());
        let runtime = given.map_or_else(|| PathBuf::from(SYSTEM_RUNTIME), PathBuf::from);
        let system = self.main == Path::new(SYSTEM) && self.data_dir.is_none();
        let folder = if system && runtime.is_dir() { &runtime } else { dir };
        folder.join("watteau.sock")
    }

    /// `$CREDENTIALS_DIRECTORY`.
    pub(super) fn credentials(&self) -> Option<&Path> {
        self.env.get("CREDENTIALS_DIRECTORY").map(Path::new)
    }
}

fn main_file(own: Option<PathBuf>, system: &Path) -> PathBuf {
    match own {
        Some(own) if own.exists() || !system.exists() => own,
        _ => system.to_owned(),
    }
}

/// The user's folder for watteau by the XDG rules: a relative path counts as unset.
fn own_folder(env: &BTreeMap<String, String>, variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| Some(absolute("HOME")?.join(below_home)))?;
    Some(base.join("watteau"))
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The `*.toml` of a folder, sorted by name; hidden ones are editors' own.
fn toml_files(folder: &Path, findings: &Findings) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let at = Origin::File { file: Arc::new(folder.to_owned()), line: 1, column: 1 };
            findings.problem(&at, "", format!("the folder cannot be read: {error}"));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")))
        .collect();
    files.sort();
    files
}

/// The keys of a node that has to be a table.
pub(super) fn keys_of<'a>(node: &'a Node, key: &str, findings: &Findings) -> Option<&'a Table> {
    if !matches!(node.value, Value::Table(_)) {
        findings.problem(&node.at, key, format!("it must be a table: write [{key}] and its keys below"));
    }
    node.as_table()
}
