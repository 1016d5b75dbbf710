//! Reads the configuration again on SIGHUP and when a file of it changes, those of plugins and secrets included. What
//! cannot be taken keeps the old running and is said; the store and whatever did not change are not touched.

use super::{outputs::Outputs, systemd};
use crate::{
    access::Keeper,
    config::{self, Config, Installation, PluginRef, Sources},
    explain::Explainer,
    forecast::Forecaster,
    ingest::{Concern, Ingest},
    model::Text,
    remote_write::Writer,
};
use notify::{RecursiveMode, Watcher as _};
use std::{
    collections::BTreeSet,
    ffi::OsString,
    io, mem,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

/// Editors write a file in several steps: it is read once nothing has happened to it for so long.
const QUIET: Duration = Duration::from_millis(500);

/// SIGHUP, which would end a process that does not listen: asked for before anybody can send it.
pub(super) fn hangup() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Those who follow the settings while the daemon runs.
pub(super) struct Followers {
    pub(super) ingest: Arc<Ingest>,
    pub(super) forecaster: Arc<Forecaster>,
    pub(super) explainer: Arc<Explainer>,
    pub(super) outputs: Outputs,
    pub(super) writer: Arc<Writer>,
    pub(super) keeper: Arc<Keeper>,
}

impl Followers {
    /// Takes other settings; the connectors may not be able to.
    async fn adopt(&self, config: &Config) -> anyhow::Result<()> {
        self.forecaster.adopt(config.jobs.clone());
        self.explainer.adopt(config.regressions.clone());
        self.outputs.adopt(config);
        self.writer.adopt(config);
        self.keeper.adopt(config.access);
        self.ingest.adopt(config).await
    }
}

/// Goes on until `stop`; `running` is what the daemon was built with.
pub(super) async fn run(
    followers: Followers,
    running: Config,
    sources: Sources,
    mut hangup: Signal,
    stop: CancellationToken,
) {
    let ingest = &followers.ingest;
    let changed = Arc::new(Notify::new());
    let mut watcher = watch(&sources, &files(&running), &changed);
    // A file that changed between the start and the watch has told nobody.
    changed.notify_one();
    let mut first = true;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.recv() => {
                tracing::info!("asked to read the configuration again");
                systemd::reloading();
            }
            () = settled(&changed) => {}
        }
        match config::load(&sources) {
            Ok(loaded) => {
                watcher = watch(&sources, &files(&loaded.config), &changed).or(watcher);
                ingest.say(Concern::Settings, None);
                let adopted = followers.adopt(&loaded.config).await;
                ingest.survey().await;
                match adopted {
                    Ok(()) if mem::take(&mut first) && loaded.config == running => {}
                    Ok(()) => tracing::info!("the configuration was read again"),
                    Err(error) => tracing::error!("the new configuration could not be taken: {error:#}"),
                }
                let waiting = Config::changed(&running, &loaded.config).restart;
                let news = ingest.say(Concern::Restart, restart(&waiting, &sources.installation()));
                if news && !waiting.is_empty() {
                    tracing::warn!("what changed in {} is taken at the next start", sections(&waiting));
                }
            }
            Err(errors) => {
                tracing::error!("the new configuration is invalid and the old one stays:\n{errors}");
                ingest.say(Concern::Settings, Some(invalid()));
            }
        }
        systemd::ready();
    }
}

/// Waits for a change, and then until no other follows.
async fn settled(changed: &Notify) {
    changed.notified().await;
    while tokio::time::timeout(QUIET, changed.notified()).await.is_ok() {}
}

fn sections(waiting: &[&str]) -> String {
    waiting.iter().map(|section| format!("[{section}]")).collect::<Vec<_>>().join(", ")
}

/// What only a restart can apply.
fn restart(waiting: &[&str], installation: &Installation) -> Option<Text> {
    let (sections, how) = (sections(waiting), installation.restart());
    (!waiting.is_empty()).then(|| {
        Text::new(
            format!("What changed in {sections} is taken at the next start: {}.", how.en),
            format!("Ce qui a changé dans {sections} sera pris au prochain démarrage : {}.", how.fr),
        )
    })
}

fn invalid() -> Text {
    Text::new(
        "The settings have a mistake, and the earlier ones stay: watteau check tells each.",
        "Les réglages contiennent une erreur, et les précédents restent : watteau check les dit toutes.",
    )
}

/// The files that the configuration names and that it rests on: plugins that are not built in, secrets.
fn files(config: &Config) -> BTreeSet<PathBuf> {
    let plugins = config.connectors.values().filter_map(|instance| match &instance.plugin {
        PluginRef::File(path) => Some(path.clone()),
        PluginRef::Builtin(_) => None,
    });
    let secrets = config.secrets().filter_map(|(_, secret)| secret.path().map(Path::to_path_buf));
    plugins.chain(secrets).collect()
}

fn watch(
    sources: &Sources,
    files: &BTreeSet<PathBuf>,
    changed: &Arc<Notify>,
) -> Option<notify::RecommendedWatcher> {
    let watcher = watched(sources, files, changed);
    if let Err(error) = &watcher {
        tracing::warn!(
            "changes of the configuration are not seen by themselves ({error}): {}",
            sources.installation().reload()
        );
    }
    watcher.ok()
}

fn watched(
    sources: &Sources,
    files: &BTreeSet<PathBuf>,
    changed: &Arc<Notify>,
) -> notify::Result<notify::RecommendedWatcher> {
    let changed = Arc::clone(changed);
    let mine = sources.clone();
    let names: BTreeSet<OsString> =
        files.iter().filter_map(|path| path.file_name()).map(Into::into).collect();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let concerns = |event: notify::Event| {
            !matches!(event.kind, notify::EventKind::Access(_))
                && event.paths.iter().any(|path| {
                    mine.concerns(path) || path.file_name().is_some_and(|name| names.contains(name))
                })
        };
        if event.is_ok_and(concerns) {
            changed.notify_one();
        }
    })?;
    let folders = files.iter().filter_map(|file| file.parent()).map(Path::to_path_buf);
    for folder in sources.folders().into_iter().chain(folders) {
        // A folder that does not exist has nothing to say.
        let _ = watcher.watch(&folder, RecursiveMode::NonRecursive);
    }
    Ok(watcher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing;
    use std::{
        fs,
        pin::pin,
        task::{Context, Waker},
    };

    #[test]
    fn the_files_of_every_secret_are_watched() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["mqtt", "homeassistant", "remote_write"];
        let files = names.map(|name| folder.path().join(name));
        for file in &files {
            fs::write(file, "invented").unwrap();
        }
        let settings = "[mqtt]\nhost = \"broker\"\npassword = { file = \"mqtt\" }\n\
                        [homeassistant]\nurl = \"http://home.test\"\ntoken = { file = \"homeassistant\" }\n\
                        [remote_write]\nurl = \"https://prometheus.test/write\"\n\
                        basic = { user = \"me\", password = { file = \"remote_write\" } }\n";
        let config = testing::config(folder.path(), settings);
        assert_eq!(super::files(&config), files.into());
    }

    #[test]
    fn a_restart_is_advised_as_it_is_done_here() {
        let said = |installation| restart(&["server"], &installation).unwrap();
        assert!(said(Installation::System).en.ends_with("next start: sudo systemctl restart watteau."));
        let own = said(Installation::User);
        assert!(own.en.contains("--user restart") && own.fr.contains("--user restart"), "{own:?}");
        assert!(!own.en.contains("sudo") && !own.fr.contains("sudo"), "{own:?}");
        assert_eq!(restart(&[], &Installation::User), None);
    }

    #[tokio::test]
    async fn what_follows_a_change_at_once_belongs_to_it() {
        let changed = Notify::new();
        let mut context = Context::from_waker(Waker::noop());
        let mut settled = pin!(settled(&changed));
        // An editor empties the file, then writes it: neither is read alone.
        for _ in 0..3 {
            changed.notify_one();
            assert!(settled.as_mut().poll(&mut context).is_pending());
        }
        assert!(pin!(changed.notified()).poll(&mut context).is_pending(), "a change waits to be read again");
    }
}
